// Steps that the tests on specialist care share.
import { syntheticNumber } from './harness.mjs';
import { hoursAgo } from './lib/days.mjs';
import { step } from './concern-steps.mjs';

export const clinic = 'drammen-dps:dps-1';
export const team = 'drammen-dps:tm-1';
export const municipality = 'drammen-kommune:mh-1';
export const doctor = 'drammen-kommune:ko-1';
export const gp = 'fastlege-demo:gp-1';
// who may never know of admissions and coercion
export const never = ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'drammen-dps:tm-3', 'citizen/RE'];

export { hoursAgo };

// Opens a relation of care by the owner's hand, as other rooms of the service do.
export async function relate(w, patient, units, basis = 'SERVICE') {
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, $3 from unit where id = any ($2::uuid[])`,
		[patient, units.map((u) => w.ids.unit[u]), basis]);
}

const all = ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig', 'politi-demo:kontor'];

// A person of the team whom these units know; all kinds of them when none are named.
export async function person(w, { units = all, ...body } = {}) {
	const { id } = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), ...body })).is(201).body;
	await relate(w, id, units);
	return id;
}

const stay = { urgency: 'ACUTE', level: 'DPS_INPATIENT', institution: 'Drammen DPS', ward: 'Døgnenheten' };

export const enter = (w, who, patient, body = {}) => w.api(who, 'POST', '/admissions', { patient_id: patient, ...stay, ...body });

// A stay that has begun an hour ago: { id, path }.
export async function admitted(w, patient, body = {}) {
	const { id } = (await enter(w, clinic, patient, { admitted_at: hoursAgo(1), ...body })).is(201).body;
	return { id, path: `/admissions/${id}` };
}

export const atDischarge = { disposition: 'HOME', discharge_meeting_held: true, crisis_plan_reviewed: false, team_informed: true };
export const discharge = { action: 'discharge', ...atDischarge };

// One step, and the answer that must be 200.
export const move = async (w, who, path, body) => (await step(w, who, path, body)).is(200).body;

export const tasksFor = (w, id) => w.sql('select kind, state, unit_id, agency_id, title, due_at, closing_note from task where entity_id = $1 order by created_at, kind', [id]);
