// Steps that the tests on what is around a person share.
import { syntheticNumber } from './harness.mjs';
import { agencies, find } from './lib/tokens.mjs';

const citizen = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;

export async function relate(w, patient, unit, basis = 'SERVICE') {
	await w.sql('insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, $3 from unit where id = $2 on conflict do nothing',
		[patient, w.ids.unit[unit], basis]);
}

export async function consentTo(w, patient, slug, { type = 'SHARE', categories = ['IDENTITY', 'PLAN', 'HEALTH_SUMMARY'] } = {}) {
	const [row] = await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
		values (gen_random_uuid(), $1, $2, $4, 'GRANTED', array[$3::uuid], $5, 'Samarbeid', clock_now() + interval '1 year') returning id`,
	[patient, w.ids.agency['drammen-dps'], w.ids.agency[slug], type, categories]);
	return row.id;
}

// A person of the team's; units that serve them, units that take part in their plan; `self`: the demo citizen.
export async function makePerson(w, { units = [], plan = [], self = false } = {}) {
	const { id } = (await w.api('drammen-dps:tl-1', 'POST', '/patients', { national_id: self ? citizen('PT') : syntheticNumber(), given_name: 'Rolig', family_name: 'Furu' })).is(201).body;
	for (const unit of units) await relate(w, id, unit);
	for (const unit of plan) await relate(w, id, unit, 'PLAN');
	return id;
}

// One of each role, for those whom a matrix refuses before anything else is asked.
const everyone = ['drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1',
	'drammen-kommune:ko-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:pv-1', 'drammen-dps:sy-1',
	'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:sa-1'];
const role = (who) => find(who).person.role;

// Everyone else as `walk` wants them: all roles but those of the people named, refused.
export function refused(...others) {
	const known = new Set(others.map(role));
	return everyone.filter((who) => !known.has(role(who))).map((as) => ({ as, hidden: true }));
}
