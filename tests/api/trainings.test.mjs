// What those who work together learn together: training packages, events, arenas, hospitation.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const [tl, tm, qm, pm, mh, sg] = ['drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-kommune:mh-1', 'drammen-dps:sg-1'];
const staff = (who) => w.ids.staff[who];
const agency = (slug) => w.ids.agency[slug];
const unit_id = w.ids.unit['drammen-dps:fact'];
const reception = w.ids.unit['drammen-kommune:mottak'];
const get = (who, path) => w.api(who, 'GET', path);
const post = (who, path, body) => w.api(who, 'POST', path, body);
const modules = [{ code: 'FACT', title: 'Modellen', minutes: 60 }, { code: 'IP', title: 'Individuell plan' }];

async function pages(who, path) {
	const first = (await get(who, `${path}limit=1`)).is(200).body;
	assert.notEqual((await get(who, first.links.next)).is(200).body.items[0].id, first.items[0].id);
}

describe('a training package', () => {
	const make = (who = tl, changes = {}) => post(who, '/training-packages', { unit_id, title: 'Opplæring', modules, ...changes });
	const complete = async (who, p, body) => {
		const now = (await get(who, `/training-packages/${p.id}`)).is(200);
		return w.api(who, 'PUT', `/training-packages/${p.id}/completion`, { completed_on: day(-1), ...body }, { 'if-match': now.etag });
	};
	const of = (p, who) => p.progress.find((x) => x.staff.id === staff(who));

	test('has editions, of which the last is current; members complete its modules', async () => {
		const first = (await make()).is(201).body;
		const p = (await make(qm)).is(201).body;
		assert.deepEqual([p.edition, p.is_current, (await get(tl, `/training-packages/${first.id}`)).is(200).body.is_current], [first.edition + 1, true, false]);
		assert.deepEqual(of((await complete(tm, p, { module: 'FACT' })).is(200).body, tm), { staff: { id: staff(tm), name: 'Jonas Lindås' }, modules: ['FACT'], complete: false });
		const whole = (await complete(tl, p, { module: 'IP', staff_id: staff(tm) })).is(200).body;
		assert.deepEqual([of(whole, tm).complete, whole.progress.length > 1], [true, true]);
		assert.equal(of((await complete(tm, p, { module: 'IP' })).is(200).body, tm).modules.length, 2);
		assert.deepEqual((await get(tm, `/training-packages/${p.id}`)).is(200).body.progress.map((x) => x.staff.id), [staff(tm)]);
		assert.deepEqual((await get(mh, `/training-packages/${p.id}`)).is(200).body.progress, []);
		assert.ok((await get(mh, `/training-packages?unit_id=${unit_id}`)).is(200).body.items.some((x) => x.id === p.id));
		await pages(mh, '/training-packages?');
	});

	test('is the team\'s leader\'s to write, and the modules are those of it', async () => {
		const p = (await make(pm)).is(201).body;
		for (const who of [tm, 'drammen-dps:tl-2', mh]) (await make(who)).is(422, 'unknown_reference');
		assert.deepEqual((await make(tl, { modules: [modules[0], modules[0]] })).is(422, 'invalid_value').pointers(), ['/modules/1/code']);
		for (const [body, code, pointer] of [[{ module: 'NO_SUCH' }, 'unknown_reference', '/module'], [{ module: 'FACT', completed_on: day(2) }, 'invalid_value', '/completed_on'], [{ module: 'FACT', staff_id: staff(mh) }, 'unknown_reference', '/staff_id']])
			assert.deepEqual((await complete(tl, p, body)).is(422, code).pointers(), [pointer]);
		(await complete(tm, p, { module: 'FACT', staff_id: staff('drammen-dps:tm-2') })).is(403, 'forbidden');
		for (const who of [sg, 'citizen:pt-1', 'politi-demo:po-1']) (await get(who, `/training-packages/${p.id}`)).is([403, 404]);
	});
});

describe('an event', () => {
	const make = (changes = {}, who = tm) => post(who, '/events', { kind: 'PROFESSIONAL_DAY', title: 'Fagdag', planned_on: day(-1), ...changes });
	test('is planned, then held or cancelled, with who was there and what they thought', async () => {
		const e = (await make({ agencies: [agency('drammen-dps'), agency('drammen-kommune')], participants: [staff(tm)] })).is(201).body;
		assert.deepEqual([e.status, e.agencies.length, e.owner_agency.id], ['PLANNED', 2, agency('drammen-dps')]);
		const path = `/events/${e.id}`;
		(await w.change(mh, 'PATCH', path, { title: 'x' })).is(403, 'forbidden');
		const held = (await w.change(tl, 'PATCH', path, { held_on: day(-1), services_reached: 4, evaluation: { answers: 20, mean: 4.2 } })).is(200).body;
		assert.deepEqual([held.status, held.evaluation, held.services_reached], ['HELD', { answers: 20, mean: 4.2 }, 4]);
		assert.deepEqual((await w.change(tl, 'PATCH', path, { cancelled_reason: 'Snø' })).is(422, 'invalid_value').pointers(), ['/cancelled_reason']);
		const off = (await make()).is(201).body;
		assert.equal((await w.change(tl, 'PATCH', `/events/${off.id}`, { cancelled_reason: 'Snø' })).is(200).body.status, 'CANCELLED');
		assert.ok((await get(mh, '/events?kind=PROFESSIONAL_DAY&status=CANCELLED')).is(200).body.items.every((x) => x.status === 'CANCELLED'));
		await pages(mh, '/events?');
	});

	test('of supervision says who supervises, of an arena which', async () => {
		const s = (await make({ kind: 'SUPERVISION', supervisor: 'Ekstern psykolog', unit_id, held_on: day(0) })).is(201).body;
		assert.deepEqual([s.supervisor, s.unit_id, s.status], ['Ekstern psykolog', unit_id, 'HELD']);
		assert.deepEqual((await get(tm, `/events?unit_id=${unit_id}`)).is(200).body.items.map((x) => x.id), [s.id]);
		for (const [changes, code, pointer] of [[{ kind: 'SUPERVISION' }, 'missing_fact', '/supervisor'], [{ kind: 'ARENA_MEETING' }, 'unknown_reference', '/arena_id'], [{ arena_id: anyId() }, 'unknown_reference', '/arena_id'],
			[{ agencies: [anyId()] }, 'unknown_reference', '/agencies/0'], [{ participants: [anyId()] }, 'unknown_reference', '/participants/0'], [{ unit_id: anyId() }, 'unknown_reference', '/unit_id'],
			[{ held_on: day(3) }, 'invalid_value', '/held_on']]) assert.deepEqual((await make(changes)).is(422, code).pointers(), [pointer]);
		(await make({}, 'drammen-kommune:cu-1')).is(403, 'forbidden');
	});
});

test('an arena counts its meetings of a year', async () => {
	const make = (changes = {}) => post(mh, '/arenas', { name: 'Forum', parties: [agency('drammen-kommune'), agency('drammen-dps')], meetings_a_year: 6, ...changes });
	const a = (await make()).is(201).body;
	for (const held_on of [day(-2), day(-400), undefined]) (await post(tm, '/events', { kind: 'ARENA_MEETING', title: 'Møte', arena_id: a.id, planned_on: day(-2), held_on })).is(201);
	assert.equal((await get(tm, `/arenas/${a.id}`)).is(200).body.meetings_held, 1);
	assert.equal((await get(tm, `/events?arena_id=${a.id}`)).is(200).body.items.length, 3);
	assert.equal((await w.change(mh, 'PATCH', `/arenas/${a.id}`, { ended_on: day(-1), purpose: 'x' })).is(200).body.ended_on, day(-1));
	(await w.change(tm, 'PATCH', `/arenas/${a.id}`, { name: 'x' })).is(403, 'forbidden');
	assert.deepEqual((await make({ parties: [agency('drammen-kommune'), anyId()] })).is(422, 'unknown_reference').pointers(), ['/parties/1']);
	(await make()).is(201);
	await pages(tm, '/arenas?');
});

test('a hospitation: arranged by either side, completed with what was learnt', async () => {
	const make = (who, changes = {}) => post(who, '/hospitations', { from_unit_id: unit_id, to_unit_id: reception, starts_on: day(-5), days: 3, goals: 'Bli kjent', ...changes });
	const h = (await make(tm)).is(201).body;
	assert.deepEqual([h.status, h.staff.id, h.to_unit.id], ['PLANNED', staff(tm), reception]);
	const path = `/hospitations/${h.id}`;
	(await w.change('lier-kommune:mh-1', 'PATCH', path, { days: 2 })).is(403, 'forbidden');
	const done = (await w.change(mh, 'PATCH', path, { completed_on: day(-2), learning_note: 'Ring mottaket først' })).is(200).body;
	assert.deepEqual([done.status, done.learning_note], ['COMPLETED', 'Ring mottaket først']);
	assert.deepEqual((await w.change(tm, 'PATCH', path, { cancelled_reason: 'x' })).is(422, 'invalid_value').pointers(), ['/cancelled_reason']);
	const other = (await make(tl, { staff_id: staff('drammen-dps:tm-2') })).is(201).body;
	assert.equal((await w.change(qm, 'PATCH', `/hospitations/${other.id}`, { cancelled_reason: 'Syk' })).is(200).body.status, 'CANCELLED');
	for (const [who, changes, code, pointer] of [[mh, {}, 'unknown_reference', '/from_unit_id'], [tm, { to_unit_id: unit_id }, 'unknown_reference', '/to_unit_id'], [tm, { to_unit_id: anyId() }, 'unknown_reference', '/to_unit_id'],
		[tm, { staff_id: staff('drammen-dps:tm-2') }, 'unknown_reference', '/staff_id'], [tm, { completed_on: day(-9) }, 'invalid_value', '/completed_on']])
		assert.deepEqual((await make(who, changes)).is(422, code).pointers(), [pointer]);
	assert.equal((await get(mh, `/hospitations?unit_id=${reception}`)).is(200).body.items.length, 2);
	await pages(mh, '/hospitations?');
});
