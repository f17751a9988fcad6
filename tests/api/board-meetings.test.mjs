// The meeting at the board: opened, attended, decided entry by entry, closed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { inTeam } from './lib/in-team.mjs';
import { walk } from './lib/machine-walk.mjs';
import { act, step } from './concern-steps.mjs';

const w = await world();
const tm = 'drammen-dps:tm-1';
const tl = 'drammen-dps:tl-1';
const team = w.ids.unit['drammen-dps:fact'];
let sequence = 1;

const post = (as, body) => w.api(as, 'POST', '/board-meetings', body);
// today, whatever day of the week it is; each with a sequence of its own
const opened = async () => (await post(tm, { unit_id: team, sequence: sequence++, extra: true })).is(201).body;
const at = (m) => `/board-meetings/${m.id}`;
const placed = async (patient, category = 'CRISIS') => (await w.api(tm, 'POST', '/board-entries', { patient_id: patient, category, reason_code: 'OTHER' })).is(201).body;
const read = async (id) => (await w.api(tm, 'GET', `/board-entries/${id}`)).is(200).body;

test('a meeting is opened, attended, decided and closed', async () => {
	const [a, b, c] = [await inTeam(w), await inTeam(w), await inTeam(w)];
	const [stays, moves, leaves] = [await placed(a.patient), await placed(b.patient), await placed(c.patient)];
	await w.sql('update board_entry set next_review_on = clock_today() where id = any ($1)', [[stays.id, moves.id, leaves.id]]);
	const m = await opened();
	assert.deepEqual([m.status, m.chair_id, m.attendees, m.decisions, m.actions], ['OPEN', w.ids.staff[tm], [], [], ['attend', 'decide', 'close']]);
	assert.deepEqual(m.due.sort(), [stays.id, moves.id, leaves.id].sort());
	const attendees = [{ staff_id: w.ids.staff[tm] }, { staff_id: w.ids.staff['drammen-kommune:mh-1'], discipline: 'sosionom' }];
	const attended = await act(w, tm, at(m), { action: 'attend', attendees });
	assert.deepEqual(new Set(attended.attendees.map((x) => `${x.agency_id} ${x.discipline}`)), new Set([`${w.ids.agency['drammen-dps']} SP`, `${w.ids.agency['drammen-kommune']} sosionom`]));
	assert.equal((await act(w, tm, at(m), { action: 'attend', attendees: [attendees[0]] })).attendees.length, 1);

	await act(w, tm, at(m), { action: 'decide', entry_id: stays.id, decision: 'REVIEW', next_review_on: '2030-01-02', agreed_actions: [{ text: 'Ring' }], note: 'Bedre' });
	await act(w, tm, at(m), { action: 'decide', entry_id: moves.id, decision: 'CHANGE_CATEGORY', category: 'AVOIDING', reason_code: 'AVOIDANCE' });
	const decided = await act(w, tm, at(m), { action: 'decide', entry_id: leaves.id, decision: 'TAKE_OFF' });
	assert.deepEqual(decided.decisions.map((d) => [d.entry_id, d.decision, d.category]), [[stays.id, 'REVIEW', undefined], [moves.id, 'CHANGE_CATEGORY', 'AVOIDING'], [leaves.id, 'TAKE_OFF', undefined]]);
	assert.deepEqual([decided.due, decided.decisions[0].note, decided.decisions[0].next_review_on], [[], 'Bedre', '2030-01-02']);

	const reviewed = await read(stays.id);
	assert.deepEqual([reviewed.next_review_on, reviewed.agreed_actions, reviewed.reviewed_by], ['2030-01-02', [{ text: 'Ring' }], w.ids.staff[tm]]);
	assert.equal((await read((await read(moves.id)).followed_by)).category, 'AVOIDING');
	assert.deepEqual([(await read(leaves.id)).status, (await read(leaves.id)).close_reason], ['OFF_BOARD', 'STABLE']);
	const again = await act(w, tl, at(m), { action: 'decide', entry_id: stays.id, decision: 'REVIEW', next_review_on: '2030-01-03' });
	assert.equal(again.decisions.filter((d) => d.entry_id === stays.id).length, 1);

	const closed = await act(w, tm, at(m), { action: 'close' });
	assert.deepEqual([closed.status, closed.actions, closed.due], ['CLOSED', [], []]);
	assert.ok(closed.ended_at >= closed.started_at);
	(await step(w, tm, at(m), { action: 'decide', entry_id: stays.id, decision: 'REVIEW' })).is(409, 'invalid_transition');
	(await w.api(tm, 'GET', at(m), undefined, { 'if-none-match': (await w.api(tm, 'GET', at(m))).etag })).is(304);
	const [{ n }] = await w.sql(`select count(*)::int as n from access_log where operation = 'getBoardMeeting' and action = 'READ' and patient_id = $1`, [a.patient]);
	assert.ok(n > 0);
});

describe('a decision', () => {
	test('is on an open entry of this board', async () => {
		const m = await opened();
		(await step(w, tm, at(m), { action: 'decide', entry_id: anyId(), decision: 'REVIEW' })).is(422, 'unknown_reference');
		const { patient } = await inTeam(w);
		const e = await placed(patient);
		(await step(w, tm, at(m), { action: 'decide', entry_id: e.id, decision: 'CHANGE_CATEGORY' })).is(422, 'invalid_value');
		(await step(w, tm, at(m), { action: 'decide', entry_id: e.id })).is(422, 'invalid_body');
		await act(w, tm, at(m), { action: 'decide', entry_id: e.id, decision: 'TAKE_OFF' });
		(await step(w, tm, at(m), { action: 'decide', entry_id: e.id, decision: 'REVIEW' })).is(422, 'unknown_reference');
	});

	test('takes nobody off whom the rules keep', async () => {
		const m = await opened();
		const off = (e) => step(w, tm, at(m), { action: 'decide', entry_id: e.id, decision: 'TAKE_OFF' });
		(await off(await placed((await inTeam(w)).patient, 'ADMITTED'))).is(409, 'board_admitted');
		(await off(await placed((await inTeam(w)).patient, 'POST_DISCHARGE'))).is(409, 'board_too_early');
		const legal = await placed((await inTeam(w)).patient, 'LEGAL_MEASURE');
		const [{ was }] = await w.sql(`select pg_get_functiondef('coercion_is_running'::regproc) as was`);
		await w.sql('create or replace function coercion_is_running(patient uuid) returns boolean language sql stable as $$ select true $$');
		(await off(legal)).is(409, 'board_coercion_running');
		await w.sql(was);
		(await step(w, tm, at(m), { action: 'attend', attendees: [{ staff_id: anyId() }] })).is(422, 'unknown_reference');
	});

	test('is not seen by whom the person has blocked', async () => {
		const { patient } = await inTeam(w);
		const m = await opened();
		const e = await placed(patient);
		await act(w, tm, at(m), { action: 'decide', entry_id: e.id, decision: 'REVIEW' });
		await w.sql(`insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'STAFF', $2)`, [patient, w.ids.staff['drammen-dps:tm-2']]);
		const seen = (await w.api('drammen-dps:tm-2', 'GET', at(m))).is(200);
		assert.ok(!seen.text.includes(e.id) && !seen.text.includes(patient));
		(await step(w, 'drammen-dps:tm-2', at(m), { action: 'decide', entry_id: e.id, decision: 'REVIEW' })).is(422, 'unknown_reference');
	});
});

describe('the day of a meeting', () => {
	const on = (held_on, more = {}) => post(tm, { unit_id: team, held_on, ...more });
	test('has one, or says which it is', async () => {
		(await on('2026-02-03')).is(201);
		assert.equal((await on('2026-02-03')).is(409, 'duplicate').body.errors[0].pointer, '/sequence');
		const second = (await on('2026-02-03', { sequence: 2 })).is(201).body;
		assert.equal(second.sequence, 2);
		assert.ok(second.started_at.startsWith('2026-02-03T07:00'));
	});
	test('is a working day, or it is an extra one', async () => {
		for (const day of ['2026-02-07', '2026-04-03', '2026-05-01']) {
			assert.deepEqual((await on(day)).is(422, 'invalid_value').pointers(), ['/held_on'], day);
			assert.equal((await on(day, { extra: true })).is(201).body.extra, true);
		}
		assert.equal((await on('2026-02-04', { extra: true })).is(201).body.extra, false);
	});
	test('is not to come, and the meeting begins on it', async () => {
		(await on('2030-01-02')).is(422, 'invalid_value');
		(await on('2026-02-05', { started_at: '2026-02-06T08:00:00Z' })).is(422, 'invalid_value');
		(await on('2026-02-05', { chair_id: w.ids.staff['lier-kommune:mh-1'] })).is(422, 'unknown_reference');
		(await on('2026-02-05', { unit_id: w.ids.unit['drammen-dps:poliklinikk'] })).is(422, 'unknown_reference');
	});
	test('finds it in the list', async () => {
		const list = async (query) => (await w.api(tm, 'GET', `/board-meetings?limit=200&${query}`)).is(200).body;
		assert.deepEqual((await list('from=2026-02-03&to=2026-02-03')).items.map((m) => m.sequence), [2, 1]);
		assert.ok((await list('status=CLOSED')).items.every((m) => m.status === 'CLOSED'));
		assert.equal((await list(`unit_id=${anyId()}`)).items.length, 0);
		const all = (await list('')).items;
		const page = (await w.api(tm, 'GET', '/board-meetings?limit=2')).body;
		assert.deepEqual((await w.api(tm, 'GET', page.links.next)).is(200).body.items.map((m) => m.id), all.slice(2, 4).map((m) => m.id));
	});
});

test('it is the team’s own', async () => {
	const m = await opened();
	(await post('drammen-dps:tm-3', { unit_id: team })).is(403, 'forbidden');
	(await w.api('drammen-dps:tm-3', 'GET', at(m))).is(200);
	for (const as of ['drammen-dps:tl-2', 'drammen-kommune:tl-1']) {
		(await w.api(as, 'GET', at(m))).is(404);
		(await post(as, { unit_id: team })).is(422, 'unknown_reference');
	}
	(await w.api('citizen:pt-1', 'GET', at(m))).is(404);
	assert.deepEqual((await w.api('citizen:pt-1', 'GET', '/board-meetings')).is(200).body.items, []);
});

test('every action from every state by every role', async () => {
	const { patient } = await inTeam(w);
	const e = await placed(patient);
	const hidden = ['drammen-dps:tm-3', 'drammen-dps:tl-2', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1',
		'nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:pv-1', 'drammen-dps:sa-1'];
	await walk(w, {
		machine: 'board-meetings', path: '/board-meetings', make: opened,
		force: async (id, state) => (await w.sql(`update board_meeting set state = $2, ended_at = case when $2 = 'CLOSED' then clock_now() end where id = $1 returning version`, [id, state]))[0].version,
		body: (action) => ({ attend: { attendees: [{ staff_id: w.ids.staff[tm] }] }, decide: { entry_id: e.id, decision: 'REVIEW' }, close: {} }[action]),
		people: [{ as: tm, standing: ['team'] }, { as: tl, standing: ['team'] }, ...hidden.map((as) => ({ as, hidden: true }))],
	});
});
