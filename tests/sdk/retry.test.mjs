// What the SDK sends again, when, and what it never sends twice: against a server that fails on purpose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdk } from './sdk.mjs';
import { standIn } from './stand-in.mjs';

const ok = { status: 200, body: { items: [], links: { self: '/' } } };
const busy = { status: 503, headers: { 'retry-after': '0' }, body: { code: 'unavailable' } };
const quick = { backoffMs: 1, attempts: 3 };
const client = (server, more = {}) => sdk.createClient({ baseUrl: server.baseUrl, token: 't', retry: quick, ...more });
const path = { params: { path: { id: '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60' } } };
const patch = { params: { ...path.params, header: { 'If-Match': '"1-0"' } }, body: { title: 'x' } };

test('503 and 429: sent again, reads and writes', async () => {
	for (const status of [503, 429]) {
		const server = await standIn([{ ...busy, status }, { ...busy, status }, ok]);
		await client(server).get('/tasks');
		assert.equal(server.seen.length, 3);
		const writes = await standIn([{ ...busy, status }, ok]);
		await client(writes).patch('/tasks/{id}', patch);
		assert.equal(writes.seen.length, 2);
		assert.equal(writes.seen[1].headers['content-type'], 'application/merge-patch+json');
		assert.equal(writes.seen[1].body, '{"title":"x"}');
	}
});

test('the tries end, and the last answer is the error', async () => {
	const server = await standIn([busy]);
	const error = await client(server).get('/tasks').catch((e) => e);
	assert.equal(error.status, 503);
	assert.equal(server.seen.length, 3);
});

test('Retry-After is waited for, as seconds or as a date; a longer one than allowed is the caller\'s', async () => {
	for (const after of [() => '1', () => new Date(Date.now() + 2000).toUTCString()]) {
		const server = await standIn([{ ...busy, headers: { 'retry-after': after() } }, ok]);
		await client(server).get('/tasks');
		assert.ok(server.seen[1].at - server.seen[0].at >= 900, `${server.seen[1].at - server.seen[0].at} ms`);
	}
	const server = await standIn([{ ...busy, headers: { 'retry-after': '3600' } }]);
	assert.equal((await client(server).get('/tasks').catch((e) => e)).status, 503);
	assert.equal(server.seen.length, 1);
});

test('a POST has one key for all its tries, another call another one, a given one stays', async () => {
	const server = await standIn(['drop', busy, { status: 201, body: {} }]);
	const one = client(server);
	await one.post('/tasks', { body: { title: 'x' } });
	await one.post('/tasks', { body: { title: 'x' } });
	await one.post('/tasks', { params: { header: { 'Idempotency-Key': 'mine' } }, body: { title: 'x' } });
	const keys = server.seen.map((s) => s.headers['idempotency-key']);
	assert.equal(new Set(keys.slice(0, 3)).size, 1);
	assert.deepEqual([keys[3] !== keys[0], keys[4]], [true, 'mine']);
});

test('a twin that is still under way: asked again; another conflict: not', async () => {
	const server = await standIn([{ status: 409, headers: { 'retry-after': '0' }, body: { code: 'idempotency_busy' } }, { status: 201, body: {} }]);
	await client(server).post('/tasks', { body: { title: 'x' } });
	assert.equal(server.seen.length, 2);
	const conflict = await standIn([{ status: 409, body: { code: 'invalid_transition' } }]);
	await assert.rejects(client(conflict).post('/tasks', { body: { title: 'x' } }));
	assert.equal(conflict.seen.length, 1);
});

test('a lost answer: a read is repeated, a PATCH is not', async () => {
	const reads = await standIn(['drop', ok]);
	await client(reads).get('/tasks');
	assert.equal(reads.seen.length, 2);
	const writes = await standIn(['drop', ok]);
	await assert.rejects(client(writes).patch('/tasks/{id}', patch), (e) => !(e instanceof sdk.ProblemError));
	assert.equal(writes.seen.length, 1);
});

test('no answer in time counts as lost; what the caller gives up is not repeated', async () => {
	let calls = 0;
	const silent = (request) => new Promise((_, fail) => {
		calls++;
		request.signal.addEventListener('abort', () => fail(request.signal.reason));
	});
	const one = sdk.createClient({ baseUrl: 'http://service.example/api/v1', token: 't', retry: quick, timeoutMs: 20, fetch: silent });
	const error = await one.get('/tasks').catch((e) => e);
	assert.deepEqual([error.name, calls], ['TimeoutError', 3]);
	calls = 0;
	const stop = new AbortController();
	setTimeout(() => stop.abort(new Error('enough')), 5);
	await assert.rejects(one.get('/tasks', { signal: stop.signal }), /enough/);
	assert.equal(calls, 1);
});

test('an answer that is no problem details, as from a proxy, is an error too', async () => {
	const server = await standIn([{ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }]);
	const error = await client(server).get('/tasks').catch((e) => e);
	assert.deepEqual([error.status, error.code, error.problem], [502, 'unreadable', null]);
});

test('401 with a token that cannot be renewed is not repeated', async () => {
	const server = await standIn([{ status: 401, body: { code: 'invalid_token' } }]);
	assert.equal((await client(server).get('/tasks').catch((e) => e)).code, 'invalid_token');
	assert.equal(server.seen.length, 1);
	assert.equal(server.seen[0].headers.authorization, 'Bearer t');
});

test('a token function is asked for each request', async () => {
	const server = await standIn([ok]);
	let n = 0;
	const one = client(server, { token: () => `t${++n}` });
	await one.get('/tasks');
	await one.get('/tasks');
	assert.deepEqual(server.seen.map((s) => s.headers.authorization), ['Bearer t1', 'Bearer t2']);
});

test('what will go is told once for each operation', async () => {
	const server = await standIn([{ ...ok, headers: { deprecation: '@1798761600', sunset: 'Sat, 02 Oct 2027 00:00:00 GMT', link: '</docs#/tasks/listTasks>; rel="deprecation"' } }]);
	const told = [];
	const one = client(server, { onDeprecated: (notice) => told.push(notice) });
	await one.get('/tasks');
	await one.get('/tasks');
	assert.deepEqual(told, [{ method: 'GET', path: '/api/v1/tasks', since: new Date('2027-01-01T00:00:00Z'), sunset: new Date('2027-10-02T00:00:00Z') }]);
});

test('a list whose next page is itself is an error, not a loop', async () => {
	const server = await standIn([{ status: 200, body: { items: [1], links: { self: '/', next: '/api/v1/tasks?cursor=abc' } } }]);
	await assert.rejects(async () => {
		for await (const item of client(server).pages('/tasks')) assert.equal(item, 1);
	}, /the same page/);
	assert.equal(server.seen.length, 2);
});
