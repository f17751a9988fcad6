// Everything that waits for the caller's agency, oldest deadline first.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { act, opened } from './concern-steps.mjs';
import { enrolled, leader, meeting, municipal, sent, specialist } from './intake-steps.mjs';
import { back, forth } from './lib/days.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const answers = { has_minor_children: 'NO', pregnant: 'NO' };
const inbox = async (who, query = '') => (await w.api(who, 'GET', `/inbox?limit=200${query}`)).is(200).body.items;
const kinds = async (who, id) => (await inbox(who)).filter((i) => i.id === id || i.href.includes(id)).map((i) => i.kind);

test('a report waits for its unit, an offer for the other, late offers for both', async () => {
	const r = await opened(w, mh, { danger: { self: 3 } });
	assert.deepEqual(await kinds(mh, r.id), ['CONCERN_REPORT']);
	assert.deepEqual(await kinds('lier-kommune:mh-1', r.id), []);
	const { handover } = await act(w, mh, r.path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' });
	assert.deepEqual(await kinds('lier-kommune:mh-1', handover.id), ['HANDOVER_OFFERED']);
	assert.deepEqual(await kinds(mh, handover.id), []);
	await w.sql(`update handover set offered_at = ${back('clock_now()', 9)}, due_at = ${back('clock_now()', 5)} where id = $1`, [handover.id]);
	assert.deepEqual(await kinds(mh, handover.id), ['HANDOVER_OVERDUE']);
	assert.equal((await inbox('lier-kommune:mh-1'))[0].overdue, true);
});

test('a step that waits for confirmation waits for leaders, not for the one who proposed', async () => {
	const r = await opened(w, mh);
	await act(w, mh, r.path, { action: 'set_severity', severity: 'GREEN', ...answers });
	await act(w, mh, r.path, { action: 'dismiss', dismissal_reason: 'DUPLICATE' });
	assert.deepEqual((await kinds('drammen-kommune:ko-1', r.id)).sort(), ['CONCERN_REPORT', 'CONFIRMATION']);
	assert.deepEqual((await kinds('drammen-kommune:tl-1', r.id)).sort(), ['CONCERN_REPORT', 'CONFIRMATION']);
	assert.deepEqual(await kinds(mh, r.id), ['CONCERN_REPORT']);
});

test('a referral waits for the team, and for each level until it has voted', async () => {
	const r = await sent(w);
	assert.deepEqual([await kinds(leader, r.id), await kinds(specialist, r.id)], [['REFERRAL'], []]);
	await act(w, leader, r.path, { action: 'receive', ...meeting(w) });
	for (const who of [leader, specialist, municipal]) assert.deepEqual(await kinds(who, r.id), ['REFERRAL'], who);
	await act(w, specialist, r.path, { action: 'accept' });
	assert.deepEqual([await kinds(specialist, r.id), await kinds(municipal, r.id)], [[], ['REFERRAL']]);
	await act(w, municipal, r.path, { action: 'accept' });
	assert.deepEqual([await kinds(municipal, r.id), (await inbox(leader, '&kind=REFERRAL')).find((i) => i.id === r.id).title_nb], [[], 'Henvisning godtatt, venter på inntak']);
});

test('giving someone up waits for the other of leader and specialist', async () => {
	const e = await enrolled(w);
	await w.sql('select enrolment_first_contact($1, clock_now())', [e.id]);
	await act(w, leader, e.path, { action: 'discharge_unplanned', end_reason: 'PATIENT_DECLINES', reason: 'x', next_responsible_agency_id: w.ids.agency['drammen-kommune'] });
	assert.deepEqual([await kinds(leader, e.id), await kinds('drammen-dps:tm-2', e.id), await kinds('drammen-dps:tm-1', e.id)], [[], ['CONFIRMATION'], []]);
});

test('feedback, tasks and emergency reviews', async () => {
	const r = await opened(w, mh);
	await act(w, mh, r.path, { action: 'set_severity', severity: 'GREEN', ...answers });
	await act(w, mh, r.path, { action: 'close', outcome_codes: ['NO_BASIS'], assessment_text: 'x', feedback_decision: 'GIVE' });
	assert.deepEqual(await kinds(mh, r.id), ['FEEDBACK']);
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RESULT' })).is(201);
	assert.deepEqual(await kinds(mh, r.id), []);
	const task = (await w.api(mh, 'POST', '/tasks', { title: 'Ring' })).is(201).body;
	assert.deepEqual(await kinds('drammen-kommune:mh-2', task.id), ['TASK']);
	const known = await opened(w, mh, { subject: { number: '01819012365' } });
	const [{ patient_id }] = await w.sql('select patient_id from concern_report where id = $1', [known.id]);
	const [e] = await w.sql(`insert into emergency_access (id, patient_id, staff_id, agency_id, role, reason, expires_at, review_due_at)
		values (gen_random_uuid(), $1, $2, $3, 'MH', 'Måtte se opplysningene nå', clock_now() + interval '1 hour', ${forth('clock_now()', 7)}) returning id`,
	[patient_id, w.ids.staff[mh], w.ids.agency['drammen-kommune']]);
	assert.deepEqual(await kinds('drammen-kommune:ko-1', e.id), ['EMERGENCY_REVIEW']);
	assert.deepEqual(await kinds('drammen-kommune:pv-1', e.id), ['EMERGENCY_REVIEW']);
	assert.deepEqual(await kinds(mh, e.id), [], 'nobody reviews their own');
});

test('oldest deadline first, by page and by kind', async () => {
	const all = await inbox('drammen-kommune:ko-1');
	const due = all.map((i) => i.due_at ?? '9');
	assert.deepEqual(due, [...due].sort());
	let next = '/inbox?limit=2';
	const seen = [];
	while (next) {
		const page = (await w.api('drammen-kommune:ko-1', 'GET', next)).is(200).body;
		seen.push(...page.items.map((i) => i.kind + i.id));
		next = page.links.next;
	}
	assert.deepEqual(seen, all.map((i) => i.kind + i.id));
	assert.ok((await inbox('drammen-kommune:ko-1', '&kind=CONFIRMATION')).every((i) => i.kind === 'CONFIRMATION'));
	for (const { href } of all.filter((i) => i.kind !== 'EMERGENCY_REVIEW')) (await w.api('drammen-kommune:ko-1', 'GET', href)).is(200);
	(await w.api('politi-demo:po-1', 'GET', '/inbox')).is(403);
	(await w.api('citizen:pt-1', 'GET', '/inbox')).is(403);
});
