// Contacts: planned, held, missed, corrected; the first meeting; who sees how much.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { inMinutes } from './lib/days.mjs';
import { inTeam, relate, release } from './lib/in-team.mjs';
import { walk } from './lib/machine-walk.mjs';
import { act, step } from './concern-steps.mjs';

const w = await world();
const tm = 'drammen-dps:tm-1';
const tl = 'drammen-dps:tl-1';
const visit = { mode: 'FACE_TO_FACE', place: 'HOME' };
const held = { ...visit, outcome: 'HELD', started_at: inMinutes(-60), minutes: 45 };

const post = (as, body) => w.api(as, 'POST', '/contacts', body);
const made = async (as, body) => (await post(as, body)).is(201).body;
const enrolment = async (id) => (await w.sql('select * from enrolment where id = $1', [id]))[0];

describe('a contact', () => {
	test('is planned, moved, recorded, corrected', async () => {
		const { patient, enrolment: of } = await inTeam(w);
		const created = await post(tm, { ...visit, patient_id: patient, planned_at: inMinutes(60), purposes: ['HOUSING'] });
		const c = created.is(201).body;
		assert.deepEqual([c.status, c.enrolment_id, c.counts, c.with_whom, c.staff], ['PLANNED', of, false, ['PATIENT'],
			[{ staff_id: w.ids.staff[tm], agency_id: w.ids.agency['drammen-dps'] }]]);
		assert.deepEqual(c.actions, ['record', 'void']);
		const path = `/contacts/${c.id}`;
		assert.equal(created.location, `/api/v1${path}`);
		(await w.api(tm, 'GET', path, undefined, { 'if-none-match': (await w.api(tm, 'GET', path)).etag })).is(304);
		const moved = (await w.change(tm, 'PATCH', path, { planned_at: inMinutes(120), staff: [w.ids.staff['drammen-dps:tm-2'], w.ids.staff['drammen-kommune:mh-1']] })).is(200).body;
		assert.deepEqual(moved.staff.map((s) => s.staff_id).sort(), [w.ids.staff['drammen-dps:tm-2'], w.ids.staff['drammen-kommune:mh-1']].sort());
		assert.deepEqual(moved.agencies.sort(), [w.ids.agency['drammen-dps'], w.ids.agency['drammen-kommune']].sort());
		const done = await act(w, tm, path, { action: 'record', outcome: 'HELD', started_at: inMinutes(-5), minutes: 5 });
		assert.deepEqual([done.status, done.outcome, done.counts, done.attempt, done.actions], ['DONE', 'HELD', true, false, ['correct', 'void']]);
		(await w.change(tm, 'PATCH', path, { place: 'PUBLIC' })).is(409, 'conflict');
		(await step(w, tm, path, { action: 'correct', minutes: 25 })).is(422, 'invalid_body');
		assert.equal((await act(w, tm, path, { action: 'correct', minutes: 25, reason: 'Feil varighet' })).minutes, 25);
		const [{ old }] = await w.sql(`select content ->> 'minutes' as old from row_history where entity_id = $1 and version = $2`, [c.id, done.version]);
		assert.equal(old, '5');
		assert.equal((await act(w, tl, path, { action: 'void', reason: 'Feil pasient' })).status, 'VOID');
		(await step(w, tm, path, { action: 'correct', reason: 'x' })).is(409, 'invalid_transition');
	});

	test('that was cancelled or missed has no start of its own, or is an attempt', async () => {
		const { patient } = await inTeam(w);
		const planned = () => made(tm, { ...visit, patient_id: patient, planned_at: inMinutes(60) });
		const cancelled = await act(w, tm, `/contacts/${(await planned()).id}`, { action: 'record', outcome: 'CANCELLED_BY_PATIENT' });
		assert.deepEqual([cancelled.started_at, cancelled.counts, cancelled.attempt], [undefined, false, false]);
		(await step(w, tm, `/contacts/${(await planned()).id}`, { action: 'record', outcome: 'NOT_HOME' })).is(422, 'invalid_value'); // it is not yet time
		const missed = await act(w, tm, `/contacts/${(await planned()).id}`, { action: 'record', outcome: 'NOT_HOME', started_at: inMinutes(-1) });
		assert.deepEqual([missed.counts, missed.attempt], [false, true]);
	});

	const rules = [['face to face without a place', { mode: 'FACE_TO_FACE', planned_at: inMinutes(9) }, '/place'],
		['held without minutes', { mode: 'PHONE', outcome: 'HELD', started_at: inMinutes(-9) }, '/minutes'],
		['not home without a start', { ...visit, outcome: 'NOT_HOME', planned_at: inMinutes(-9) }, '/started_at'],
		['begun in the future', { mode: 'PHONE', outcome: 'HELD', minutes: 5, started_at: inMinutes(9) }, '/started_at'],
		['planned in the past', { mode: 'PHONE', planned_at: inMinutes(-9) }, '/planned_at'],
		['without any time', { mode: 'PHONE' }, '/planned_at'],
		['with nobody known', { mode: 'PHONE', planned_at: inMinutes(9), staff: [anyId()] }, '/staff'],
		['with an unknown agency', { mode: 'PHONE', planned_at: inMinutes(9), agencies: [anyId()] }, '/agencies'],
		['of another unit', { mode: 'PHONE', planned_at: inMinutes(9), unit_id: w.ids.unit['drammen-kommune:mottak'] }, '/unit_id'],
		['with a person who is not known', { mode: 'PHONE', planned_at: inMinutes(9), patient_id: anyId() }, '/patient_id'],
		['longer than a day', { mode: 'PHONE', outcome: 'HELD', minutes: 1441, started_at: inMinutes(-9) }, '/minutes'],
		['without company', { mode: 'PHONE', planned_at: inMinutes(9), with_whom: [] }, '/with_whom']];
	for (const [what, body, pointer] of rules)
		test(`${what}: 422`, async () => {
			const { patient } = await inTeam(w);
			assert.deepEqual((await post(tm, { patient_id: patient, ...body })).is(422).pointers(), [pointer]);
		});
});

describe('the first meeting', () => {
	const misses = { 'not home': { ...held, outcome: 'NOT_HOME' }, 'by phone': { mode: 'PHONE', outcome: 'HELD', started_at: inMinutes(-60), minutes: 5 },
		'with relatives alone': { ...held, with_whom: ['RELATIVE'] } };
	for (const [what, body] of Object.entries(misses))
		test(`is not one ${what}`, async () => {
			const { patient, enrolment: id } = await inTeam(w, { state: 'ENGAGING' });
			await made(tm, { patient_id: patient, ...body });
			assert.equal((await enrolment(id)).state, 'ENGAGING');
		});

	test('makes the enrolment ACTIVE, and a correction moves its time', async () => {
		for (const state of ['PENDING', 'ENGAGING']) {
			const { patient, enrolment: id } = await inTeam(w, { state });
			const first = await made(tm, { patient_id: patient, ...held });
			const then = await enrolment(id);
			assert.deepEqual([then.state, then.first_contact_at.toISOString()], ['ACTIVE', held.started_at]);
			const [event] = await w.sql(`select * from transition_event where object_id = $1 and action = 'first_contact'`, [id]);
			assert.deepEqual([event.from_state, event.to_state, event.role], [state, 'ACTIVE', 'SY']);
			const earlier = inMinutes(-600);
			await act(w, tm, `/contacts/${first.id}`, { action: 'correct', started_at: earlier, reason: 'Feil time' });
			assert.equal((await enrolment(id)).first_contact_at.toISOString(), earlier);
			await made(tm, { patient_id: patient, ...held, started_at: inMinutes(-30) });
			assert.equal((await enrolment(id)).first_contact_at.toISOString(), earlier);
		}
	});

	test('is counted in the enrolment that is open, attempts until then', async () => {
		const { patient, enrolment: id } = await inTeam(w, { state: 'ENGAGING' });
		for (const days of [100, 50, 1]) await made(tm, { patient_id: patient, ...held, outcome: 'NOT_HOME', started_at: inMinutes(-days * 1440) });
		const tried = async () => (await w.sql('select * from enrolment_attempts($1)', [id]))[0];
		assert.deepEqual(await tried(), { attempts: 3, days: 99 });
		await made(tm, { patient_id: patient, ...held });
		assert.deepEqual(await tried(), { attempts: 0, days: 0 });
		const stranger = (await w.api(tl, 'POST', '/patients', { family_name: 'Uten inntak' })).is(201).body.id;
		assert.equal((await made(tm, { patient_id: stranger, ...held })).enrolment_id, undefined);
	});
});

describe('who sees how much', async () => {
	const { patient } = await inTeam(w, { person: { national_id: '01819012365' } });
	const units = ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'drammen-kommune:koordinering', 'drammen-kommune:bolig', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'politi-demo:kontor'];
	await relate(w, patient, units);
	const c = await made(tm, { patient_id: patient, ...held, external_record: { system: 'DIPS', reference: '4711' } });
	const withNav = await made(tm, { patient_id: patient, ...held, mode: 'VIDEO', agencies: [w.ids.agency['nav-drammen']] });
	const path = `/contacts/${c.id}`;
	const list = `/contacts?patient_id=${patient}`;

	test('all of it: the team, DPS, municipal health, the chief doctor, the patient', async () => {
		for (const as of [tm, tl, 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:ko-1', 'citizen:pt-1']) {
			const seen = (await w.api(as, 'GET', path)).is(200).body;
			assert.deepEqual([seen.projection, seen.place, seen.external_record.reference], ['FULL', 'HOME', '4711'], as);
			assert.equal((await w.api(as, 'GET', list)).is(200).body.items.length, 2, as);
		}
	});

	test('the status alone: the GP; NAV and housing with a consent, of what they took part in', async () => {
		const status = { id: c.id, version: 1, projection: 'STATUS', patient_id: patient, status: 'DONE', date: c.date };
		assert.deepEqual((await w.api('fastlege-demo:gp-1', 'GET', path)).is(200).body, { ...status, actions: [] });
		for (const as of ['nav-drammen:nav-1', 'drammen-kommune:ho-1']) {
			(await w.api(as, 'GET', path)).is(403, 'consent_required');
			(await w.api(as, 'GET', list)).is(403, 'consent_required');
		}
		for (const agency of ['nav-drammen', 'drammen-kommune']) await release(w, patient, agency, ['HEALTH_SUMMARY']);
		(await w.api('nav-drammen:nav-1', 'GET', path)).is(404);
		assert.deepEqual((await w.api('nav-drammen:nav-1', 'GET', list)).is(200).body.items, [{ ...status, id: withNav.id }]);
		assert.deepEqual((await w.api('drammen-kommune:ho-1', 'GET', list)).is(200).body.items, []);
	});

	test('coordinators the status, as participants of a plan', async () => {
		(await w.api('drammen-kommune:co-1', 'GET', path)).is(404);
		await relate(w, patient, ['drammen-kommune:koordinering'], 'PLAN');
		for (const as of ['drammen-kommune:co-1', 'drammen-kommune:cu-1']) assert.equal((await w.api(as, 'GET', path)).is(200).body.projection, 'STATUS');
	});

	test('a team member without a health profession the own alone', async () => {
		const other = 'drammen-dps:tm-3';
		(await w.api(other, 'GET', path)).is(404);
		assert.deepEqual((await w.api(other, 'GET', list)).is(200).body.items, []);
		const own = await made(other, { patient_id: patient, ...held });
		assert.deepEqual((await w.api(other, 'GET', list)).is(200).body.items.map((i) => i.id), [own.id]);
		await act(w, other, `/contacts/${own.id}`, { action: 'void', reason: 'Prøve' });
	});

	test('nobody else', async () => {
		(await w.api('lier-kommune:mh-1', 'GET', path)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', list)).is(404);
		for (const as of ['politi-demo:po-1', 'drammen-dps:pv-1', 'citizen:re-1']) (await w.api(as, 'GET', path)).is(403, 'forbidden');
		(await w.api('drammen-dps:dps-1', 'POST', '/contacts', { patient_id: patient, ...held })).is(403, 'forbidden');
		(await w.api('drammen-dps:tl-2', 'POST', `${path}/transitions`, { action: 'void', reason: 'x' }, { 'if-match': '"1"' })).is(403, 'forbidden_action');
		(await w.api('drammen-dps:tl-2', 'PATCH', path, { place: 'PUBLIC' }, { 'if-match': '"1"' })).is(403, 'forbidden');
	});

	test('whom the person has blocked: by kind, or this one', async () => {
		const block = (o) => w.sql(`insert into objection (id, patient_id, scope, resource_types, item_ids, against, against_id) values (gen_random_uuid(), $1, $2, $3, $4, 'STAFF', $5)`,
			[patient, o.scope, o.types ?? [], o.items ?? [], w.ids.staff['drammen-dps:tm-2']]);
		const lift = () => w.sql(`update objection set state = 'LIFTED' where patient_id = $1`, [patient]);
		const as = 'drammen-dps:tm-2';
		await block({ scope: 'ITEMS', items: [c.id] });
		(await w.api(as, 'GET', path)).is(403, 'blocked');
		assert.ok(!(await w.api(as, 'GET', '/contacts?limit=200')).is(200).body.items.some((i) => i.id === c.id));
		(await w.api(as, 'GET', `/contacts/${withNav.id}`)).is(200);
		await lift();
		await block({ scope: 'RESOURCE_TYPES', types: ['contacts'] });
		(await w.api(as, 'GET', `/contacts/${withNav.id}`)).is(403, 'blocked');
		(await w.api(as, 'GET', list)).is(403, 'blocked');
		(await post(as, { patient_id: patient, ...held })).is(403, 'blocked');
		assert.ok(!(await w.api(as, 'GET', '/contacts?limit=200')).is(200).text.includes(patient));
		await lift();
	});

	test('where a strictly protected person lives is for the main contact', async () => {
		const secret = await inTeam(w, { person: { address_protection: 'STRICTLY_CONFIDENTIAL' } });
		const at = `/contacts/${(await made(tl, { patient_id: secret.patient, ...held })).id}`;
		assert.equal((await w.api(tm, 'GET', at)).is(200).body.place, 'HOME');
		assert.equal((await w.api(tl, 'GET', at)).is(200).body.place, undefined);
	});

	test('and each look is in the log', async () => {
		const count = async () => Number((await w.sql(`select count(*) from access_log where $1 = any (access_log_persons(patient_id, shown_set)) and operation = 'listContacts'`, [patient]))[0].count);
		const before = await count();
		(await w.api(tm, 'GET', list)).is(200);
		(await w.api(tm, 'GET', '/contacts?limit=200')).is(200);
		assert.equal(await count(), before + 2);
	});
});

test('the list: filters, order and cursor', async () => {
	const { patient } = await inTeam(w);
	for (const days of [1, 2, 3, 4]) await made(tm, { patient_id: patient, mode: 'PHONE', outcome: 'HELD', minutes: 5, started_at: inMinutes(-days * 1440) });
	const planned = await made(tl, { patient_id: patient, mode: 'PHONE', planned_at: inMinutes(60) });
	const get = async (query) => (await w.api(tm, 'GET', `/contacts?patient_id=${patient}${query}`)).is(200).body;
	const all = (await get('')).items;
	assert.deepEqual(all.map((c) => c.date), [...all.map((c) => c.date)].sort().reverse());
	assert.deepEqual((await get('&status=PLANNED')).items.map((c) => c.id), [planned.id]);
	assert.deepEqual((await get(`&staff_id=${w.ids.staff[tl]}`)).items.map((c) => c.id), [planned.id]);
	assert.equal((await get(`&from=${inMinutes(-3.5 * 1440)}&to=${inMinutes(-1.5 * 1440)}`)).items.length, 2);
	assert.equal((await get(`&unit_id=${anyId()}`)).items.length, 0);
	const page = await get('&limit=2');
	assert.deepEqual((await w.api(tm, 'GET', page.links.next)).is(200).body.items.map((c) => c.id), all.slice(2, 4).map((c) => c.id));
	assert.ok((await w.api(tm, 'GET', '/contacts?limit=200')).is(200).body.items.some((c) => c.id === planned.id));
	(await w.api(tm, 'GET', '/contacts?patient_id=x')).is(422);
});

test('every action from every state by every role', async () => {
	const { patient } = await inTeam(w);
	await relate(w, patient, ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor']);
	const hidden = ['drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1',
		'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:pv-1', 'drammen-dps:sa-1', 'drammen-dps:tm-3'];
	await walk(w, {
		machine: 'contacts', path: '/contacts',
		make: () => made(tm, { patient_id: patient, ...visit, planned_at: inMinutes(600) }),
		force: async (id, state) => (await w.sql(`update contact set state = $2, started_at = case when $2 = 'DONE' then clock_now() end,
			outcome = case when $2 = 'DONE' then 'NOT_HOME' end where id = $1 returning version`, [id, state]))[0].version,
		body: (action) => (action === 'record' ? { outcome: 'CANCELLED_BY_TEAM' } : { reason: 'Feil' }),
		people: [{ as: tm, standing: ['recorder'] }, { as: tl, standing: ['recorder'] }, { as: 'drammen-dps:tl-2', standing: [] }, ...hidden.map((as) => ({ as, hidden: true }))],
	});
});
