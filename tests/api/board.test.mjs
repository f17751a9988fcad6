// The board's categories and entries: placing, reviewing, moving, taking off, and the intensity that follows.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { inTeam } from './lib/in-team.mjs';
import { walk } from './lib/machine-walk.mjs';
import { act, step } from './concern-steps.mjs';
import { back } from './lib/days.mjs';

const w = await world();
const tm = 'drammen-dps:tm-1';
const tl = 'drammen-dps:tl-1';
const team = w.ids.unit['drammen-dps:fact'];
const crisis = { category: 'CRISIS', reason_code: 'EARLY_SIGNS', reason_text: 'Sover ikke' };

const post = (as, body) => w.api(as, 'POST', '/board-entries', body);
const placed = async (patient, body = crisis) => (await post(tm, { patient_id: patient, ...body })).is(201).body;
const at = (e) => `/board-entries/${e.id}`;
const read = async (id, as = tm) => (await w.api(as, 'GET', `/board-entries/${id}`)).is(200).body;
const workingDay = async (n) => (await w.sql(`select working_day_add(clock_today(), $1)::text as day`, [n]))[0].day;
const age = (id, days) => w.sql(`update board_entry set opened_at = ${back('opened_at', '$2')}, on_board_since = ${back('on_board_since', '$2')} where id = $1`, [id, days]);

describe('categories', () => {
	test('are there from the start, with their defaults', async () => {
		const items = (await w.api(tm, 'GET', `/board-categories?unit_id=${team}`)).is(200).body.items;
		const of = Object.fromEntries(items.map((c) => [c.code, [c.review_working_days, c.minimum_contacts]]));
		assert.deepEqual(of, { CRISIS: [1, 5], CRISIS_PREVENTION: [1, 2], NEW: [1, 2], INTENSIVE_LONG: [5, 2], AVOIDING: [1, 2], ADMITTED: [5, 1], POST_DISCHARGE: [1, 2],
			LEGAL_MEASURE: [5, 1], DETAINED: [5, 0.25] });
		assert.equal(items.find((c) => c.code === 'POST_DISCHARGE').minimum_days, 21);
		const made = (await w.api('drammen-dps:sa-1', 'POST', '/units', { name: 'FACT Lier', type: 'TEAM' })).is(201).body;
		assert.equal(Number((await w.sql('select count(*) from board_category where unit_id = $1', [made.id]))[0].count), 9);
		assert.equal((await w.api(tm, 'GET', '/board-categories')).body.items.length, items.length, 'of the own team alone');
	});

	test('are the leader’s to change', async () => {
		const own = { unit_id: team, code: 'MOVING_HOME', name: 'Flytter', review_working_days: 3 };
		(await w.api(tm, 'POST', '/board-categories', own)).is(403, 'forbidden');
		const made = (await w.api(tl, 'POST', '/board-categories', own)).is(201);
		const path = `/board-categories/${made.body.id}`;
		(await w.api(tl, 'POST', '/board-categories', own)).is(409, 'duplicate');
		(await w.api(tl, 'POST', '/board-categories', { ...own, unit_id: w.ids.unit['drammen-dps:poliklinikk'], code: 'X1' })).is(422, 'unknown_reference');
		assert.equal((await w.change(tl, 'PATCH', path, { minimum_contacts: 1.5, maximum_days: 14 })).is(200).body.minimum_contacts, 1.5);
		assert.equal((await w.change(tl, 'PATCH', path, { maximum_days: null, in_use: false })).is(200).body.maximum_days, undefined);
		(await w.api(tl, 'PATCH', path, { sort: 1 }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		const { patient } = await inTeam(w);
		(await post(tm, { patient_id: patient, category: 'MOVING_HOME', reason_code: 'OTHER' })).is(422, 'unknown_reference');
		const admitted = (await w.api(tl, 'GET', '/board-categories')).body.items.find((c) => c.code === 'ADMITTED');
		(await w.change(tl, 'PATCH', `/board-categories/${admitted.id}`, { in_use: false })).is(409, 'conflict');
		for (const as of ['drammen-dps:tl-2', 'drammen-kommune:tl-1']) (await w.api(as, 'GET', path)).is(404);
		(await w.api(tm, 'GET', path, undefined, { 'if-none-match': (await w.api(tm, 'GET', path)).etag })).is(304);
	});
});

describe('an entry', () => {
	test('is made by any member, reviewed, and taken off by the leader', async () => {
		const { patient, enrolment } = await inTeam(w);
		const agreed_actions = [{ text: 'Ring søsteren', who: w.ids.staff[tm], when: '2030-01-01' }];
		const e = await placed(patient, { ...crisis, agreed_actions });
		assert.deepEqual([e.status, e.enrolment_id, e.placed_by, e.days_on_board, e.overdue, e.next_review_on], ['ON_BOARD', enrolment, w.ids.staff[tm], 0, false, await workingDay(1)]);
		assert.deepEqual([e.agreed_actions, e.actions], [agreed_actions, ['review', 'change_category']]);
		assert.equal((await post(tm, { patient_id: patient, ...crisis })).is(409, 'duplicate').body.errors[0].pointer, '/patient_id');
		const reviewed = await act(w, tm, at(e), { action: 'review', next_review_on: '2030-01-02', agreed_actions: [] });
		assert.deepEqual([reviewed.next_review_on, reviewed.reviewed_by, reviewed.agreed_actions], ['2030-01-02', w.ids.staff[tm], []]);
		(await step(w, tm, at(e), { action: 'review', next_review_on: '2020-01-02' })).is(422, 'invalid_value');
		const changed = (await w.change(tm, 'PATCH', at(e), { reason_text: null, reason_code: 'LIFE_EVENT', agreed_actions: [{ text: 'Ny lås' }] })).is(200).body;
		assert.deepEqual([changed.reason_text, changed.reason_code, changed.agreed_actions], [undefined, 'LIFE_EVENT', [{ text: 'Ny lås' }]]);
		(await w.change(tm, 'PATCH', at(e), { agreed_actions: [{ text: 'x', who: anyId() }] })).is(422, 'unknown_reference');
		(await step(w, tm, at(e), { action: 'take_off' })).is(403, 'forbidden_action');
		const off = await act(w, tl, at(e), { action: 'take_off' });
		assert.deepEqual([off.status, off.close_reason, off.actions], ['OFF_BOARD', 'STABLE', []]);
		(await w.change(tm, 'PATCH', at(e), { reason_code: 'OTHER' })).is(409, 'conflict');
		await placed(patient);
	});

	test('of another category is another entry, in the same place on the board', async () => {
		const { patient } = await inTeam(w);
		const e = await placed(patient, { ...crisis, agreed_actions: [{ text: 'Ring' }] });
		await age(e.id, 3);
		(await step(w, tm, at(e), { action: 'change_category', category: 'CRISIS' })).is(422, 'invalid_value');
		(await step(w, tm, at(e), { action: 'change_category', category: 'NO_SUCH' })).is(422, 'unknown_reference');
		const closed = await act(w, tm, at(e), { action: 'change_category', category: 'AVOIDING', reason_code: 'AVOIDANCE', reason_text: 'Åpner ikke' });
		assert.deepEqual([closed.status, closed.close_reason], ['OFF_BOARD', 'CATEGORY_CHANGED']);
		const next = await read(closed.followed_by);
		assert.deepEqual([next.category, next.reason_code, next.follows, next.days_on_board, next.agreed_actions, next.status],
			['AVOIDING', 'AVOIDANCE', e.id, 3, [{ text: 'Ring' }], 'ON_BOARD']);
		const [{ n }] = await w.sql('select count(*)::int as n from board_entry where patient_id = $1 and closed_at is null', [patient]);
		assert.equal(n, 1);
		assert.deepEqual((await w.sql(`select action, to_state from transition_event where object_id = $1`, [e.id])), [{ action: 'change_category', to_state: 'OFF_BOARD' }]);
	});

	test('is only of persons whom the team engages, follows or has paused', async () => {
		for (const state of ['ENGAGING', 'PAUSED']) await placed((await inTeam(w, { state })).patient);
		for (const state of ['PENDING', 'DISCHARGE_PLANNED']) (await post(tm, { patient_id: (await inTeam(w, { state })).patient, ...crisis })).is(409, 'not_enrolled');
		const stranger = (await w.api(tl, 'POST', '/patients', { family_name: 'Uten inntak' })).is(201).body.id;
		(await post(tm, { patient_id: stranger, ...crisis })).is(409, 'not_enrolled');
		(await post(tm, { patient_id: anyId(), ...crisis })).is(422, 'unknown_reference');
		(await post(tm, { patient_id: stranger })).is(422, 'invalid_body');
	});
});

describe('a team without a board', () => {
	test('places nobody, by itself or by a member, and follows nobody up intensively', async () => {
		await w.sql(`update unit set config = config || '{"board": false}' where id = $1`, [team]);
		const { patient } = await inTeam(w);
		(await post(tm, { patient_id: patient, ...crisis })).is(409, 'board_not_used');
		const fresh = await inTeam(w, { state: 'PENDING' });
		await act(w, tm, `/enrolments/${fresh.enrolment}`, { action: 'start_outreach' });
		assert.equal((await w.api(tm, 'GET', `/enrolments/${fresh.enrolment}`)).is(200).body.intensity, 'BASIC');
		assert.deepEqual((await w.api(tm, 'GET', `/board-entries?patient_id=${fresh.patient}`)).is(200).body.items, []);
		// contact can be lost without having stood as AVOIDING
		const lost = async () => (await w.sql('select enrolment_contact_is_lost($1) as lost', [fresh.enrolment]))[0].lost;
		await w.sql(`insert into contact (id, patient_id, unit_id, agency_id, enrolment_id, state, started_at, mode, place, outcome)
			select gen_random_uuid(), $1, $2, $3, $4, 'DONE', ${back('clock_now()', '7 * n')}, 'FACE_TO_FACE', 'HOME', 'NOT_HOME' from generate_series(0, 14) n`,
		[fresh.patient, team, w.ids.agency['drammen-dps'], fresh.enrolment]);
		assert.equal(await lost(), true);
		await w.sql(`update unit set config = config - 'board' where id = $1`, [team]);
		assert.equal(await lost(), false);
		await placed(patient);
	});
});

describe('who leaves the board', () => {
	test('is not in hospital, and has been out of it for 21 days', async () => {
		const { patient } = await inTeam(w);
		const e = await placed(patient, { category: 'ADMITTED', reason_code: 'ADMISSION' });
		(await step(w, tl, at(e), { action: 'take_off' })).is(409, 'board_admitted');
		(await step(w, tl, at(e), { action: 'change_category', category: 'CRISIS' })).is(409, 'board_admitted');
		const out = await read((await act(w, tl, at(e), { action: 'change_category', category: 'POST_DISCHARGE', reason_code: 'DISCHARGE' })).followed_by);
		await age(out.id, 20);
		(await step(w, tl, at(out), { action: 'take_off' })).is(409, 'board_too_early');
		const round = await read((await act(w, tl, at(out), { action: 'change_category', category: 'CRISIS' })).followed_by);
		(await step(w, tl, at(round), { action: 'take_off' })).is(409, 'board_too_early');
		await age(out.id, 1);
		assert.deepEqual((await read(round.id, tl)).actions, ['review', 'change_category', 'take_off']);
		await act(w, tl, at(round), { action: 'take_off' });
	});

	test('is under no legal measure that runs', async () => {
		const { patient } = await inTeam(w);
		const e = await placed(patient, { category: 'LEGAL_MEASURE', reason_code: 'LEGAL_MEASURE' });
		const running = (yes) => w.sql(`create or replace function coercion_is_running(patient uuid) returns boolean language sql stable as $$ select ${yes} $$`);
		const [{ was }] = await w.sql(`select pg_get_functiondef('coercion_is_running'::regproc) as was`);
		await running(true);
		(await step(w, tl, at(e), { action: 'take_off' })).is(409, 'board_coercion_running');
		await running(false);
		await act(w, tl, at(e), { action: 'take_off' });
		await w.sql(was);
	});

	test('leaves it with the team, or by death', async () => {
		for (const [state, reason, why] of [['DISCHARGED', 'PLANNED', 'DISCHARGED_FROM_TEAM'], ['DECEASED', 'DECEASED', 'DECEASED']]) {
			const { patient, enrolment } = await inTeam(w);
			const e = await placed(patient);
			await w.sql(`update enrolment set state = $2, end_reason = $3, ended_at = clock_now(), next_responsible_agency_id = agency_id where id = $1`, [enrolment, state, reason]);
			assert.deepEqual((await w.sql('select state, close_reason from board_entry where id = $1', [e.id]))[0], { state: 'OFF_BOARD', close_reason: why });
			const open = await w.sql('select 1 from intensity_period where enrolment_id = $1 and valid_to is null', [enrolment]);
			assert.equal(open.length, 0);
		}
	});
});

describe('intensity', () => {
	test('follows the board and nothing else', async () => {
		const { patient, enrolment } = await inTeam(w);
		const levels = async () => (await w.api(tm, 'GET', `/intensity-periods?patient_id=${patient}`)).is(200).body.items.map((i) => `${i.level} ${i.reason}${i.valid_to ? '' : ' now'}`);
		assert.deepEqual(await levels(), ['BASIC ENROLLED now']);
		const e = await placed(patient);
		assert.equal((await w.sql('select enrolment_intensity($1) as level', [enrolment]))[0].level, 'INTENSIVE');
		const moved = await act(w, tm, at(e), { action: 'change_category', category: 'INTENSIVE_LONG' });
		assert.deepEqual(await levels(), ['INTENSIVE CRISIS now', 'BASIC ENROLLED']);
		await act(w, tl, `/board-entries/${moved.followed_by}`, { action: 'take_off' });
		assert.deepEqual(await levels(), ['BASIC STABLE now', 'INTENSIVE CRISIS', 'BASIC ENROLLED']);
		assert.equal((await w.sql('select enrolment_intensity($1) as level', [enrolment]))[0].level, 'BASIC');
		const only = (await w.api(tm, 'GET', `/intensity-periods?unit_id=${team}&level=INTENSIVE&limit=1`)).is(200).body;
		assert.equal(only.items[0].level, 'INTENSIVE');
		const rest = (await w.api(tm, 'GET', only.links.next)).is(200).body.items;
		assert.ok(rest.length > 0 && rest[0].id !== only.items[0].id);
		(await w.api(tm, 'GET', '/intensity-periods', undefined, { 'if-none-match': (await w.api(tm, 'GET', '/intensity-periods')).etag })).is(304);
	});

	test('outreach begins with an entry NEW', async () => {
		const { patient, enrolment } = await inTeam(w, { state: 'PENDING' });
		await w.sql(`update enrolment set state = 'ENGAGING', outreach_started_at = clock_now() where id = $1`, [enrolment]);
		const [e] = (await w.api(tm, 'GET', `/board-entries?patient_id=${patient}`)).is(200).body.items;
		assert.deepEqual([e.category, e.reason_code, e.status], ['NEW', 'NEW_PATIENT', 'ON_BOARD']);
	});

	test('the longest time as AVOIDING is known', async () => {
		const { patient, enrolment } = await inTeam(w);
		await age((await placed(patient, { category: 'AVOIDING', reason_code: 'AVOIDANCE' })).id, 30);
		assert.equal((await w.sql('select enrolment_days_avoiding($1) as days', [enrolment]))[0].days, 30);
	});
});

describe('who sees an entry', async () => {
	const { patient } = await inTeam(w, { person: { national_id: '01819012365' } });
	const e = await placed(patient);
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'PLAN' from unit on conflict do nothing`, [patient]);

	test('the team, without free text for those without a health profession; the patient the own', async () => {
		assert.equal((await read(e.id, tl)).reason_text, 'Sover ikke');
		assert.equal((await read(e.id, 'drammen-dps:tm-3')).reason_text, undefined);
		(await post('drammen-dps:tm-3', { patient_id: patient, ...crisis })).is(403, 'forbidden');
		assert.deepEqual((await read(e.id, 'citizen:pt-1')).actions, []);
		for (const list of ['/board-entries', '/intensity-periods']) {
			const own = (await w.api('citizen:pt-1', 'GET', list)).is(200).body.items;
			assert.ok(own.length > 0 && own.every((i) => i.patient_id === patient));
		}
	});

	test('nobody else, whatever their relation', async () => {
		for (const as of ['drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:ko-1', 'drammen-kommune:co-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1',
			'politi-demo:po-1', 'citizen:re-1', 'drammen-dps:sa-1'])
			for (const path of [at(e), '/board-entries', '/intensity-periods']) (await w.api(as, 'GET', path)).is(403, 'forbidden');
		for (const as of ['drammen-dps:tl-2', 'drammen-kommune:tl-1', 'lier-kommune:tl-1']) {
			(await w.api(as, 'GET', at(e))).is(404);
			assert.deepEqual((await w.api(as, 'GET', '/board-entries')).is(200).body.items, []);
			for (const list of ['/board-entries', '/intensity-periods']) (await w.api(as, 'GET', `${list}?patient_id=${anyId()}`)).is(404);
		}
	});

	test('nor whom the person has blocked', async () => {
		const o = (await w.api('citizen:pt-1', 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['board-entries'], against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-2'] })).is(201);
		const as = 'drammen-dps:tm-2';
		(await w.api(as, 'GET', at(e))).is(403, 'blocked');
		(await w.api(as, 'GET', `/board-entries?patient_id=${patient}`)).is(403, 'blocked');
		assert.ok(!(await w.api(as, 'GET', '/board-entries?limit=200')).is(200).text.includes(patient));
		(await post(as, { patient_id: patient, ...crisis })).is(403, 'blocked');
		(await w.api('citizen:pt-1', 'POST', `/objections/${o.body.id}/transitions`, { action: 'lift' }, { 'if-match': o.etag })).is(200);
		(await w.api(as, 'GET', at(e))).is(200);
	});
});

test('the list: filters, order and cursor', async () => {
	const all = (await w.api(tm, 'GET', '/board-entries?limit=200')).is(200).body.items;
	assert.deepEqual(all.map((e) => e.opened_at), [...all.map((e) => e.opened_at)].sort().reverse());
	for (const [query, fits] of [['status=OFF_BOARD', (e) => e.status === 'OFF_BOARD'], ['category=CRISIS', (e) => e.category === 'CRISIS'], [`unit_id=${team}`, (e) => e.unit_id === team]]) {
		const some = (await w.api(tm, 'GET', `/board-entries?limit=200&${query}`)).is(200).body.items;
		assert.ok(some.length > 0 && some.every(fits), query);
	}
	const page = (await w.api(tm, 'GET', '/board-entries?limit=2')).body;
	assert.deepEqual((await w.api(tm, 'GET', page.links.next)).is(200).body.items.map((e) => e.id), all.slice(2, 4).map((e) => e.id));
});

test('every action from every state by every role', async () => {
	const { patient } = await inTeam(w);
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'PLAN' from unit on conflict do nothing`, [patient]);
	const hidden = ['drammen-dps:tm-3', 'drammen-dps:tl-2', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1',
		'nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:pv-1', 'drammen-dps:sa-1'];
	await walk(w, {
		machine: 'board-entries', path: '/board-entries', make: () => placed(patient),
		force: async (id, state) => {
			await w.sql('delete from board_entry where follows = $1', [id]).catch(() => w.sql(`update board_entry set closed_at = clock_now(), close_reason = 'STABLE' where follows = $1`, [id]));
			return (await w.sql(`update board_entry set closed_at = case when $2 = 'OFF_BOARD' then clock_now() end, close_reason = case when $2 = 'OFF_BOARD' then 'STABLE' end
				where id = $1 returning version`, [id, state]))[0].version;
		},
		body: (action) => (action === 'change_category' ? { category: 'AVOIDING' } : {}),
		people: [{ as: tm, standing: ['team'] }, { as: tl, standing: ['team'] }, ...hidden.map((as) => ({ as, hidden: true }))],
	});
});
