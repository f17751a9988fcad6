// Subscriptions: an agency's own, made and changed by its administrator; the secret is told once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';

const w = await world();
const sa = 'drammen-kommune/SA';
const body = { name: 'Fagsystemet', url: 'https://varsel.drammen.example/hook', role: 'MH' };
const make = async (more = {}, as = sa) => (await w.api(as, 'POST', '/subscriptions', { ...body, ...more })).is(201).body;

test('is made with a secret, read without', async () => {
	const r = (await w.api(sa, 'POST', '/subscriptions', { ...body, entities: ['task'], unit_ids: [w.ids.unit['drammen-kommune:mottak']] })).is(201);
	const s = r.body;
	assert.match(s.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
	assert.equal(r.location, `/api/v1/subscriptions/${s.id}`);
	const read = (await w.api(sa, 'GET', r.location)).is(200);
	const { secret, ...rest } = s;
	rest.after = read.body.after; // goes on
	assert.deepEqual(read.body, rest);
	assert.deepEqual([rest.status, rest.entities, rest.public_keys.length, rest.pending], ['ACTIVE', ['task'], 1, 0]);
	(await w.api(sa, 'GET', r.location, undefined, { 'if-none-match': read.etag })).is(304);
	const listed = (await w.api(sa, 'GET', '/subscriptions')).is(200).body.items.find((i) => i.id === s.id);
	assert.deepEqual({ ...listed, after: rest.after }, rest);
	const [row] = await w.sql('select * from subscription_key where subscription_id = $1', [s.id]);
	assert.ok(!JSON.stringify(row).includes(secret.slice(6, 30)), 'sealed in the database');
	assert.ok(row.signing_seal.startsWith('seal:'));
});

test('is its agency\'s alone', async () => {
	const s = await make();
	const path = `/subscriptions/${s.id}`;
	(await w.api('lier-kommune/SA', 'GET', path)).is(404);
	(await w.api('lier-kommune/SA', 'POST', `${path}/test`)).is(404);
	(await w.api('lier-kommune/SA', 'POST', `${path}/secret`, {})).is(404);
	(await w.api('lier-kommune/SA', 'POST', `${path}/replay`, { after: 0 })).is(404);
	(await w.api('lier-kommune/SA', 'GET', `${path}/deliveries`)).is(404);
	(await w.api('lier-kommune/SA', 'PATCH', path, { name: 'x' }, { 'if-match': '"1"' })).is(404);
	(await w.api('lier-kommune/SA', 'DELETE', path, undefined, { 'if-match': '"1"' })).is(404);
	assert.ok(!(await w.api('lier-kommune/SA', 'GET', '/subscriptions')).is(200).body.items.some((i) => i.id === s.id));
	(await w.api('drammen-kommune/PV', 'GET', path)).is(200);
	(await w.api('drammen-kommune/PV', 'POST', '/subscriptions', body)).is(403);
	(await w.api('drammen-kommune:mh-1', 'GET', path)).is(403);
});

test('faults are named', async () => {
	const fault = async (more, pointer) => assert.deepEqual((await w.api(sa, 'POST', '/subscriptions', { ...body, ...more })).is(422).pointers(), [pointer]);
	await fault({ role: 'NAV' }, '/role');
	await fault({ role: 'SA' }, '/role');
	await fault({ url: 'ftp://varsel.example/' }, '/url');
	await fault({ url: 'https://name:word@varsel.example/' }, '/url');
	await fault({ url: 'https://varsel.example/#x' }, '/url');
	await fault({ entities: ['nothing-of-ours'] }, '/entities');
	await fault({ unit_ids: [w.ids.unit['lier-kommune:mottak']] }, '/unit_ids');
	await fault({ unit_ids: [anyId()] }, '/unit_ids');
	await w.sql('update sandbox_clock set enabled = false');
	await fault({ url: 'http://varsel.example/' }, '/url');
	await w.sql('update sandbox_clock set enabled = true');
	await make({ url: 'http://varsel.example/' });
	(await w.api(sa, 'POST', '/subscriptions', '{')).is(400);
	(await w.api(sa, 'POST', '/subscriptions', 'x', { 'content-type': 'text/plain' })).is(415);
});

test('the same request again is answered as the first, secret and all', async () => {
	const headers = { 'idempotency-key': anyId() };
	const first = (await w.api(sa, 'POST', '/subscriptions', body, headers)).is(201);
	const again = (await w.api(sa, 'POST', '/subscriptions', body, headers)).is(201);
	assert.deepEqual([again.body.id, again.body.secret, again.location], [first.body.id, first.body.secret, first.location]);
	(await w.api(sa, 'POST', '/subscriptions', { ...body, name: 'x' }, headers)).is(422, 'idempotency_conflict');
	const rotated = (await w.api(sa, 'POST', `/subscriptions/${first.body.id}/secret`, {}, headers)).is(200).body;
	assert.equal((await w.api(sa, 'POST', `/subscriptions/${first.body.id}/secret`, {}, headers)).is(200).body.secret, rotated.secret);
	const test = (await w.api(sa, 'POST', `/subscriptions/${first.body.id}/test`, undefined, headers)).is(202).body;
	assert.equal((await w.api(sa, 'POST', `/subscriptions/${first.body.id}/test`, undefined, headers)).is(202).body.id, test.id);
	(await w.api(sa, 'POST', `/subscriptions/${first.body.id}/replay`, { after: 0 }, headers)).is(202);
	(await w.api(sa, 'POST', `/subscriptions/${first.body.id}/replay`, { after: 0 }, headers)).is(202);
	(await w.api(sa, 'POST', `/subscriptions/${first.body.id}/replay`, { after: 1 }, headers)).is(422, 'idempotency_conflict');
});

test('is changed, paused and deleted', async () => {
	const s = await make();
	const path = `/subscriptions/${s.id}`;
	const changed = (await w.change(sa, 'PATCH', path, { name: 'Nytt navn', status: 'PAUSED', entities: ['task'] })).is(200).body;
	assert.deepEqual([changed.name, changed.status, changed.version, changed.secret], ['Nytt navn', 'PAUSED', 2, undefined]);
	(await w.change(sa, 'PATCH', path, { role: 'GP' })).is(422);
	(await w.change(sa, 'PATCH', path, { role: 'KO', url: 'https://annen.example/' })).is(200);
	(await w.change(sa, 'PATCH', path, { status: 'STOPPED' })).is(422);
	(await w.change(sa, 'PATCH', path, {})).is(422);
	(await w.api(sa, 'PATCH', path, { name: 'x' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
	(await w.api(sa, 'PATCH', path, { name: 'x' })).is(428);
	(await w.api(sa, 'DELETE', path)).is(428);
	(await w.api(sa, 'DELETE', path, undefined, { 'if-match': '"1"' })).is(412);
	(await w.change(sa, 'DELETE', path)).is(204);
	(await w.api(sa, 'GET', path)).is(404);
});

describe('asking for more', () => {
	test('is refused where there is nothing', async () => {
		const s = await make();
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { after: 10 ** 9 })).is(422, 'invalid_value');
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { delivery_id: anyId() })).is(422, 'unknown_reference');
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { after: 0, delivery_id: anyId() })).is(422);
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, {})).is(422);
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/secret`, { keep_hours: -1 })).is(422);
		assert.deepEqual((await w.api(sa, 'GET', `/subscriptions/${s.id}/deliveries`)).is(200).body.items, []);
		(await w.api(sa, 'GET', `/subscriptions/${s.id}/deliveries?status=LOST`)).is(422);
	});
});
