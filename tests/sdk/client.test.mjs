// The SDK against the real daemon: calls, refusals, changes under contention, lists, keys.
import assert from 'node:assert/strict';
import crypto from 'node:crypto'; // no global in Node 18
import { test } from 'node:test';
import { world } from '../api/harness.mjs';
import { sdk } from './sdk.mjs';

const w = await world();
const baseUrl = `http://127.0.0.1:${w.port}/api/v1`;
const client = (who, more = {}) => sdk.createClient({ baseUrl, token: w.token(who), ...more });
const mh = client('drammen-kommune:mh-1');
const newTask = async (title = 'Ring fastlegen') => (await mh.post('/tasks', { body: { title } })).data;
const at = (id) => ({ params: { path: { id } } });

test('reads who it is, with ETag', async () => {
	const { data, etag, response } = await mh.get('/me');
	assert.equal(data.agency.slug ?? data.agency.name, data.agency.slug ?? 'Drammen kommune');
	assert.equal(data.role, 'MH');
	assert.ok(etag === null || /^"\d+-/.test(etag));
	assert.equal(response.status, 200);
});

test('creates, reads, changes by merge patch, moves by a state machine', async () => {
	const made = await mh.post('/tasks', { body: { title: 'Ring fastlegen' } });
	assert.match(made.location, /\/tasks\/[0-9a-f-]{36}$/);
	const { id } = made.data;
	const changed = await mh.thing('/tasks/{id}', { id }).update((task) => ({ title: `${task.title} i dag` }));
	assert.equal(changed.data.title, 'Ring fastlegen i dag');
	assert.equal(changed.data.version, 2);
	assert.equal((await mh.thing('/tasks/{id}', { id }).transition(() => ({ action: 'complete' }))).data.status, 'DONE');
});

test('nothing to do: what was read comes back, nothing is sent', async () => {
	const { id } = await newTask();
	assert.equal((await mh.thing('/tasks/{id}', { id }).update(() => null)).data.version, 1);
});

test('a refusal is an error with code, faults and request id', async () => {
	const error = await mh.post('/tasks', { body: { titel: 'x' } }).catch((e) => e);
	assert.ok(error instanceof sdk.ProblemError);
	assert.equal(error.status, 422);
	assert.equal(error.code, 'invalid_body');
	assert.ok(error.faults.some((f) => f.pointer === '/title' && f.code === 'required'));
	assert.match(error.requestId, /^[0-9a-f-]{36}$/);
	assert.ok(sdk.isProblem(error) && sdk.isProblem(error, 'not_found', 'invalid_body') && !sdk.isProblem(error, 'not_found'));
	const none = await mh.get('/tasks/{id}', at(crypto.randomUUID())).catch((e) => e);
	assert.ok(sdk.isProblem(none, 'not_found'), String(none));
});

test('problems in the language that is asked for', async () => {
	const nb = client('drammen-kommune:mh-1', { headers: { 'Accept-Language': 'nb' } });
	const error = await nb.get('/tasks/{id}', at(crypto.randomUUID())).catch((e) => e);
	assert.equal(error.problem.title, 'Finnes ikke');
});

test('many change one thing at the same time: every change is there', async () => {
	const { id } = await newTask('0');
	const add = () => mh.thing('/tasks/{id}', { id }).update((task) => ({ title: String(Number(task.title) + 1) }), { attempts: 50 });
	await Promise.all(Array.from({ length: 8 }, add));
	const { data } = await mh.get('/tasks/{id}', at(id));
	assert.deepEqual([data.title, data.version], ['8', 9]);
});

test('a change that never gets through ends with the refusal', async () => {
	const { id } = await newTask();
	const other = async () => mh.thing('/tasks/{id}', { id }).update((task) => ({ title: `${task.title}!` }));
	const slow = sdk.createClient({ baseUrl, token: w.token('drammen-kommune:mh-1'), fetch: async (request) => {
		if (request.method === 'PATCH') await other();
		return fetch(request);
	} });
	const error = await slow.thing('/tasks/{id}', { id }).update(() => ({ title: 'x' }), { attempts: 3 }).catch((e) => e);
	assert.ok(sdk.isProblem(error, 'version_mismatch'), String(error));
	assert.equal((await mh.get('/tasks/{id}', at(id))).data.version, 4);
});

test('a list, item by item, over its pages', async () => {
	const made = new Set();
	for (let i = 0; i < 7; i++) made.add((await newTask(`Side ${i}`)).id);
	const seen = [];
	for await (const task of mh.pages('/tasks', { params: { query: { limit: 3 } } })) seen.push(task.id);
	assert.equal(new Set(seen).size, seen.length);
	for (const id of made) assert.ok(seen.includes(id));
});

test('who stops reading a list stops the asking', async () => {
	let requests = 0;
	const counting = client('drammen-kommune:mh-1', { fetch: (request) => (requests++, fetch(request)) });
	for await (const task of counting.pages('/tasks', { params: { query: { limit: 2 } } })) if (task) break;
	assert.equal(requests, 1);
});

test('a lost answer is asked for again with the same key: one task', async () => {
	const title = `Tapt svar ${crypto.randomUUID()}`;
	let lost = 0;
	const unlucky = client('drammen-kommune:mh-1', { retry: { backoffMs: 1 }, fetch: async (request) => {
		const answer = await fetch(request);
		if (request.method !== 'POST' || lost++ > 1) return answer;
		throw new TypeError('the connection was closed');
	} });
	const { data, response } = await unlucky.post('/tasks', { body: { title } });
	assert.equal(response.headers.get('idempotency-replayed'), 'true');
	assert.deepEqual(await w.sql('select id from task where title = $1', [title]), [{ id: data.id }]);
});

test('an ended token is renewed once', async () => {
	const now = Math.floor(Date.now() / 1000);
	const old = w.token('drammen-kommune:mh-1', { claims: { iat: now - 600, exp: now - 300 } });
	let obtained = 0;
	const token = sdk.renewingToken(async () => ({ access_token: obtained++ === 0 ? old : w.token('drammen-kommune:mh-1'), expires_in: 600 }));
	const renewing = sdk.createClient({ baseUrl, token });
	const all = await Promise.all([renewing.get('/me'), renewing.get('/me'), renewing.get('/me')]);
	assert.deepEqual(all.map((a) => a.data.role), ['MH', 'MH', 'MH']);
	assert.equal(obtained, 2);
});

test('the public operations need no token', async () => {
	const anyone = sdk.createClient({ baseUrl, token: null });
	const { data } = await anyone.get('/problems/{code}', { params: { path: { code: 'not_found' } } });
	assert.equal(data.status, 404);
	assert.equal((await anyone.get('/me').catch((e) => e)).code, 'missing_token');
});
