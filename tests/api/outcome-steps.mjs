// What the tests on status and outcome share: persons, who stands in relation to them, and their enrolment.
import { syntheticNumber } from './harness.mjs';
import { back } from './lib/days.mjs';
import { agencies } from './lib/tokens.mjs';

export const team = 'drammen-dps:tl-1';
export const numberOf = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;

// A date as many days from the service's today.
export async function day(w, days = 0) {
	return (await w.sql('select (clock_today() + $1::int)::text as day', [days]))[0].day;
}

// Units as 'agency:unit' that stand in relation to the person.
export async function relate(w, person, units, basis = 'SERVICE') {
	for (const unit of units)
		await w.sql('insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, $3 from unit where id = $2 on conflict do nothing',
			[person, w.ids.unit[unit], basis]);
}

// A person whom the team knows: the id.
export async function person(w, members = {}, units = []) {
	const made = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), given_name: 'Rolig', family_name: 'Furu', ...members })).is(201).body;
	await relate(w, made.id, units);
	return made.id;
}

export async function consent(w, patient, agency, categories) {
	await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
		select gen_random_uuid(), $1, a.id, 'SHARE', 'GRANTED', array[a.id], $3, 'Samarbeid', clock_now() + interval '1 year' from agency a where a.slug = $2`,
		[patient, agency, categories]);
}

// An open enrolment in the team since so many days ago.
export async function enrol(w, patient, daysAgo = 0) {
	const [{ id }] = await w.sql(`insert into enrolment (id, patient_id, unit_id, agency_id, state, main_contact_id, enrolled_at)
		select gen_random_uuid(), $1, u.id, u.agency_id, 'ENGAGING', $3, ${back('clock_now()', '$4')} from unit u where u.id = $2 returning id`,
		[patient, w.ids.unit['drammen-dps:fact'], w.ids.staff[team], daysAgo]);
	return id;
}

// Many items with the same value: items('H', 12, 1).
export const items = (letter, last, value, first = 1) =>
	Object.fromEntries(Array.from({ length: last - first + 1 }, (_, i) => [`${letter}${first + i}`, value]));
