// For each type of the FHIR face one that exists, who may read it, and a search that finds it.
const tl = 'drammen-dps:tl-1';
const co = 'drammen-kommune:co-1';

function sample(who, id, query = `_id=${id}`) {
	return { who, id, query };
}

// the newest that the agency's own privacy officer finds
async function auditEvent(s) {
	const [{ id }] = await s.w.sql("select fhir_event_id(at, id) as id from access_log where agency_id = $1 and patient_id is not null order by at desc, id desc limit 1", [s.ids.agency['drammen-dps']]);
	return sample('drammen-dps:pv-1', id);
}

async function canonical(s, name, version = '') {
	const [{ id }] = await s.w.sql('select fhir_canonical_id($1) as id', [`https://samhandling.example/fhir/${name}${version}`]);
	return sample('politi-demo:po-1', id, `url=https://samhandling.example/fhir/${name}`);
}

// of the first version of the assessment
async function provenance(s) {
	const target = s.at['/assessments/{id}'];
	const [{ id }] = await s.w.sql('select id from row_history where entity_id = $1 and version = 1', [target]);
	return sample(tl, id, `target=Observation/${target}`);
}

// of the agency's own, to a receiver that is not there
async function subscription(s) {
	const who = 'drammen-dps/SA';
	const { id } = (await s.w.api(who, 'POST', '/subscriptions', { name: 'Varsler', url: 'https://varsel.drammen.example/fhir', topic: 'referral-changed', content: 'id-only' })).is(201).body;
	await s.w.sql("update subscription set state = 'PAUSED' where id = $1", [id]); // so that it stays as it is
	return sample(who, id, `_id=${id}&type=rest-hook`);
}

export const fhirSamples = async (s) => ({
	Organization: sample(tl, s.ids.unit['drammen-dps:fact'], `partof=Organization/${s.ids.agency['drammen-dps']}`),
	Practitioner: sample(tl, s.ids.staff['drammen-dps:tm-1'], `_id=${s.ids.staff['drammen-dps:tm-1']}`),
	PractitionerRole: sample('drammen-dps:sa-1', s.at['/memberships/{id}']),
	Patient: sample(tl, s.patient),
	EpisodeOfCare: sample(tl, s.at['/enrolments/{id}']),
	Encounter: sample('drammen-dps:dps-1', s.at['/admissions/{id}'], `patient=Patient/${s.patient}&class=IMP`),
	ServiceRequest: sample(co, s.at['/measures/{id}'], `patient=${s.planned}&category=MEASURE`),
	Task: sample('drammen-kommune:mh-1', s.at['/tasks/{id}'], `_id=${s.at['/tasks/{id}']}&owner=Organization/${s.ids.agency['drammen-kommune']}`),
	CarePlan: sample(co, s.at['/plans/{id}'], `patient=Patient/${s.planned}`),
	Goal: sample(co, s.at['/plans/{plan_id}/goals/{id}'][1], `subject=Patient/${s.planned}`),
	Consent: sample(tl, s.at['/consents/{id}'], `patient=${s.patient}`),
	Flag: sample(tl, s.at['/risk-flags/{id}']),
	Observation: sample(tl, s.at['/assessments/{id}'], `patient=${s.patient}`),
	Communication: sample('drammen-kommune:mh-1', s.at['/concern-reports/{id}']),
	QuestionnaireResponse: sample(tl, s.at['/assessments/{id}'], `patient=${s.patient}`),
	Group: sample(tl, s.ids.unit['drammen-dps:fact'], `managing-entity=Organization/${s.ids.unit['drammen-dps:fact']}`),
	Subscription: await subscription(s),
	AuditEvent: await auditEvent(s),
	CareTeam: sample(co, s.at['/plans/{id}'], `patient=${s.planned}`),
	Provenance: await provenance(s),
	Questionnaire: await canonical(s, 'Questionnaire/HONOS', '|1.0'),
	CodeSystem: await canonical(s, 'CodeSystem/role'),
	ValueSet: await canonical(s, 'ValueSet/role'),
	StructureDefinition: await canonical(s, 'StructureDefinition/native-state'),
	SearchParameter: await canonical(s, 'SearchParameter/Task-owner'),
	NamingSystem: { ...await canonical(s, 'NamingSystem/decision'), query: 'name=Decision' },
});

// Whose each is (where it is somebody's), and its version, as reading says.
export async function describeSamples(w, samples) {
	for (const [type, sample] of Object.entries(samples)) {
		const { body } = (await w.api(sample.who, 'GET', `/fhir/r4/${type}/${sample.id}`)).is(200);
		const person = [body.subject, body.patient, body.for].find((r) => r?.reference?.startsWith('Patient/'));
		Object.assign(sample, { version: body.meta.versionId, person: person?.reference.slice('Patient/'.length) });
	}
	return samples;
}

// The operation's path for that sample; one that names nothing with `nowhere`.
export function pathFor(samples, o, nowhere = false) {
	const sample = samples[o.fhir.type];
	const id = o.fhir.interaction === 'compartment' ? sample?.person ?? samples.Patient.id : sample?.id;
	return o.path.replace('{id}', nowhere ? crypto.randomUUID() : id).replace('{vid}', sample?.version ?? '1').replace('{file}', '1');
}
