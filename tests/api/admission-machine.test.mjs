// Every step of an admission, from every state, by every role.
import { test } from 'node:test';
import { world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { admitted, atDischarge, clinic, doctor, gp, hoursAgo, municipality, never, person, team } from './specialist-steps.mjs';

const w = await world();

const bodies = { cancel: { reason: 'Avlyst' }, not_ready: { reason: 'Forverret' }, annul: { reason: 'Feil' }, transfer_unit: { institution: 'Sykehuset', ward: 'Post 2' },
	discharge: atDischarge };

// A stay as if it had come to this state by itself; open parts for what is open, closed ones for what is not.
async function force(id, state) {
	await w.sql('delete from admission_leave where admission_id = $1', [id]);
	await w.sql('delete from admission_segment where admission_id = $1', [id]);
	await w.sql('delete from legal_period where admission_id = $1', [id]);
	const [row] = await w.sql(`update admission set state = $2, ended_at = case when $2 = 'DISCHARGED' then clock_now() end, disposition = 'HOME',
		discharge_meeting_held = true, crisis_plan_reviewed = true, team_informed = true, planned_for = admitted_at, ready_at = admitted_at,
		reason = 'x' where id = $1 returning version`, [id, state]);
	if (state === 'PLANNED') return row.version;
	await w.sql('insert into admission_segment (admission_id, patient_id, level, institution, valid_from) select id, patient_id, level, institution, admitted_at from admission where id = $1', [id]);
	await w.sql(`insert into legal_period (id, admission_id, patient_id, kind, valid_from) select gen_random_uuid(), id, patient_id, 'VOLUNTARY', admitted_at from admission where id = $1`, [id]);
	if (state === 'ON_LEAVE') await w.sql('insert into admission_leave (admission_id, patient_id, left_at) select id, patient_id, admitted_at from admission where id = $1', [id]);
	return row.version;
}

const hidden = [municipality, doctor, gp, 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'citizen/PT', ...never.filter((n) => !n.endsWith('tm-3')),
	'drammen-dps:pv-1', 'drammen-dps:sa-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1'].map((as) => ({ as, hidden: true }));

// The clinic's people may do it all; who entered it may take it back.
for (const recorder of [clinic, team, 'drammen-dps:tl-1'])
	test(`every triple of a stay that ${recorder} entered`, async () => {
		const standing = (who) => [...(who === clinic ? ['clinician'] : []), ...(who === recorder ? ['recorder'] : [])];
		const people = [clinic, team, 'drammen-dps:tl-1'].map((as) => ({ as, standing: standing(as) }));
		const make = async () => {
			const made = await admitted(w, await person(w), { admitted_at: hoursAgo(5) });
			await w.sql('update admission set reported_by = $2 where id = $1', [made.id, w.ids.staff[recorder]]);
			return made;
		};
		await walk(w, { machine: 'admissions', path: '/admissions', make, force, people: recorder === clinic ? [...people, ...hidden] : people, body: (action) => bodies[action] ?? {} });
	});
