// A person whom the team has enrolled, past intake: what the tests of the rooms behind it begin with.
import { syntheticNumber } from './fixtures.mjs';

const statement = `insert into enrolment (id, patient_id, unit_id, agency_id, state, main_contact_id, substitute_id, first_contact_at, pause_reason, paused_review_on)
	select gen_random_uuid(), $1, u.id, u.agency_id, $3, $4, $5, case when $3 in ('ACTIVE', 'PAUSED', 'DISCHARGE_PLANNED') then clock_now() end,
		case when $3 = 'PAUSED' then 'LONG_STAY_ELSEWHERE' end, case when $3 = 'PAUSED' then clock_today() + 30 end
	from unit u where u.id = $2 returning id`;

// The person's enrolment in a team, in this state; → its id.
export async function enrol(w, patient, { state = 'ACTIVE', team = 'drammen-dps:fact', main = 'drammen-dps:tm-1', substitute = 'drammen-dps:tm-2' } = {}) {
	const [{ id }] = await w.sql(statement, [patient, w.ids.unit[team], state, w.ids.staff[main], w.ids.staff[substitute]]);
	return id;
}

// → { patient, enrolment }: ids. `person` are members of POST /patients.
export async function inTeam(w, { person = {}, ...how } = {}) {
	const patient = (await w.api('drammen-dps:tl-1', 'POST', '/patients', { national_id: syntheticNumber(), given_name: 'Rolig', family_name: 'Furu', ...person })).is(201).body.id;
	return { patient, enrolment: await enrol(w, patient, how) };
}

// Relates other units to the person, as plans, registrations and the like do.
export const relate = (w, patient, units, basis = 'SERVICE') => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis)
	select $1, u.id, u.agency_id, $3 from unit u where u.id = any ($2) on conflict do nothing`, [patient, units.map((u) => w.ids.unit[u]), basis]);

// A release to an agency for these categories of data.
export const release = (w, patient, agency, categories) => w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
	values (gen_random_uuid(), $1, $2, 'SHARE', 'GRANTED', array[$3::uuid], $4, 'x', clock_now() + interval '1 year')`,
[patient, w.ids.agency['drammen-dps'], w.ids.agency[agency], categories]);
