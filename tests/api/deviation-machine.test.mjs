// Deviations: every action from every state by every role, and who may not even see one.
import { test } from 'node:test';
import { makePerson, refused } from './around-steps.mjs';
import { world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const [tm, tl, qm, dps, mh, ko, co, cu, ho, gp, nav, pv] = ['drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-dps:qm-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1',
	'drammen-kommune:ko-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ho-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-dps:pv-1'];
const owners = [dps, mh, co, cu, ho, gp, nav];
const later = day(30);
const patient = await makePerson(w, { units: ['drammen-dps:fact'] });
const staff = (who) => w.ids.staff[who];
const action = (who) => ({ id: crypto.randomUUID(), text: 'Ny rutine', owner_staff_id: staff(who), due_on: later });
// those of other agencies who have something to do in it are in it
const actions = JSON.stringify([tm, ...owners].map(action));

// As it stands in a state, with the municipality as the other party.
async function force(id, state) {
	const [row] = await w.sql(`update deviation set state = $2, harm = 1, type = 'COOPERATION', counterpart_agency_id = $3, counterpart_due_at = clock_now(), corrective_actions = $4,
		learning_text = 'Lært', reason = 'x', merged_into = case when $2 = 'MERGED' then $5::uuid end where id = $1 returning version`,
	[id, state, w.ids.agency['drammen-kommune'], actions, another]);
	return row.version;
}

const make = async () => (await w.api(tm, 'POST', '/deviations', { type: 'COOPERATION', patient_id: patient, what_happened: 'Epikrisen kom sent', occurred_at: '2026-01-02T10:00:00Z' })).is(201).body;
const another = (await make()).id;
const body = (name) => ({
	assess: { harm: 1, type: 'COOPERATION' }, reassess: { harm: 2 }, reject: { reason: 'Ikke et avvik' }, merge: { merged_into: another },
	answer: { answer: 'Vi har endret rutinen' }, set_actions: { no_action_reason: 'Ikke nødvendig' }, complete_action: { corrective_action_id: crypto.randomUUID() },
	actions_done: { effect_check_on: later }, effective: { learning_text: 'Ring samme dag', shared_with: [w.ids.agency['drammen-kommune']] }, not_effective: { reason: 'Det skjedde igjen' },
	close_minor: { learning_text: 'Ring samme dag' }, record_notice: { authority: 'PATIENT', notice_kind: 'NOTICE', on: '2026-01-02' }, set_external_ref: { external_ref: { system: 'SYNERGI', id: 'S-1' } },
})[name] ?? {};

test('every action from every state by every role', () => walk(w, { machine: 'deviations', path: '/deviations', make, force, body,
	people: [{ as: tm, standing: ['responsible', 'reporter', 'owner'] }, { as: tl, standing: ['responsible'] }, { as: qm, standing: ['responsible'] },
		{ as: dps, standing: ['responsible', 'owner'] }, ...[mh, co, cu, ho].map((as) => ({ as, standing: ['counterpart', 'owner'] })), { as: ko, standing: ['counterpart'] },
		...[gp, nav].map((as) => ({ as, standing: ['owner'] })), ...refused(tm, tl, qm, ko, ...owners), { as: pv, hidden: true }] }));
