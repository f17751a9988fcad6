// Samples of what is around a person and of who has what: callers, bodies and one of each.
const leader = 'drammen-dps:tl-1';
export const callers = { 'risk-flags': leader, 'danger-disclosures': leader, 'external-records': leader, messages: leader, 'case-meetings': leader, 'responsibility-matrix': leader, 'flow-templates': leader, responsibilities: leader, 'flow-comparisons': leader,
	'known-unconnected-persons': 'drammen-kommune:mh-1' };

let serial = 0;
const about = (s) => ({ patient_id: s.patient });

export const bodies = {
	createRiskFlag: about,
	createDangerDisclosure: (s) => ({ to_unit_id: s.ids.unit['nav-drammen:kontor'] }),
	createExternalRecord: (s) => ({ ...about(s), record_id: `R-${++serial}` }),
	createMessage: (s) => ({ ...about(s), to_unit_id: s.ids.unit['drammen-kommune:mottak'] }),
	createCaseMeeting: about,
	createFlowTemplate: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'] }),
	createResponsibilityMatrix: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'], parties: [{ agency_id: s.ids.agency['drammen-kommune'], acts_as: 'MUNICIPALITY' }] }),
};

const things = { '/risk-flags/{id}': 'createRiskFlag', '/danger-disclosures/{id}': 'createDangerDisclosure', '/external-records/{id}': 'createExternalRecord', '/messages/{id}': 'createMessage',
	'/case-meetings/{id}': 'createCaseMeeting', '/known-unconnected-persons/{id}': 'createKnownUnconnectedPerson', '/responsibility-matrices/{id}': 'createResponsibilityMatrix', '/flow-templates/{id}': 'createFlowTemplate' };

// One of each; two units of other agencies serve the sample person.
export async function makeAround(s, find) {
	await s.w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = any ($2) on conflict do nothing`,
		[s.patient, [s.ids.unit['nav-drammen:kontor'], s.ids.unit['drammen-kommune:mottak']]]);
	await s.w.sql(`update unit set config = '{"known_unconnected_persons": true}' where id = $1`, [s.ids.unit['drammen-kommune:mottak']]);
	for (const [path, id] of Object.entries(things)) {
		const o = find(id);
		if (o) s.at[path] = (await s.create(s.caller(o), s.path(o), s.body(o))).id;
	}
}
