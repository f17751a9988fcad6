// Changes through the SDK: as a stream and by asking, over the end of the daemon, and what a connection's end means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, world } from '../api/harness.mjs';
import { sdk } from './sdk.mjs';
import { standIn } from './stand-in.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const client = (token = w.token('drammen-kommune:mh-1')) => sdk.createClient({ baseUrl: `http://127.0.0.1:${w.port}/api/v1`, token, retry: { attempts: 2, backoffMs: 10 } });
const newTask = async (title) => (await client().post('/tasks', { body: { title } })).data.id;

// The ids of the tasks that `count` events tell of, in their order; then it is ended.
async function told(events, count, stop) {
	const ids = [];
	for await (const { data } of events) {
		ids.push(data.id);
		if (ids.length === count) break;
	}
	stop?.abort();
	return ids;
}

for (const by of ['stream', 'poll'])
	test(`${by}: what comes, in its order, and again from a place`, async () => {
		const after = String((await client().get('/changes', { params: { query: { after: 'now' } } })).data.after);
		const stop = new AbortController();
		const hearing = told(client().changes({ entities: ['task'], by, signal: stop.signal }), 3, stop);
		await pause(300);
		const ids = [];
		for (const n of [1, 2, 3]) ids.push(await newTask(`${by} ${n}`));
		assert.deepEqual(await hearing, ids);
		assert.deepEqual(await told(client().changes({ after, entities: ['task'], by }), 3), ids);
	});

for (const by of ['stream', 'poll'])
	test(`${by}: the daemon is gone and comes back: nothing is missed, nothing twice`, async () => {
		const hearing = told(client().changes({ entities: ['task'], by }), 4);
		await pause(300);
		const ids = [await newTask('before'), await newTask('before, too')];
		await pause(300);
		await w.kill();
		await pause(200);
		await w.start();
		ids.push(await newTask('after'), await newTask('after, too'));
		assert.deepEqual(await hearing, ids);
	});

test('the caller ends it', async () => {
	for (const by of ['stream', 'poll']) {
		const stop = new AbortController();
		setTimeout(() => stop.abort(), 300);
		for await (const event of client().changes({ by, entities: ['staff'], signal: stop.signal })) assert.fail(event.id);
	}
});

test('a refusal is thrown, not tried for ever', async () => {
	for (const by of ['stream', 'poll'])
		await assert.rejects(told(client(w.token('drammen-kommune:mh-1', { claims: { scope: 'tasks.read' } })).changes({ by, after: '0' }), 1), (e) => sdk.isProblem(e, 'insufficient_scope'));
});

test('a stream without a sign of life is opened anew, from the last event', async () => {
	const event = { specversion: '1.0', id: '7', data: { entity: 'task', id: 'x', version: 1, changed: [] } };
	const asked = [];
	const silent = sdk.createClient({ baseUrl: 'http://service.example/api/v1', token: 't', fetch: async (request) => {
		asked.push(new URL(request.url).searchParams.get('after'));
		const text = `id: ${6 + asked.length}\ndata: ${JSON.stringify({ ...event, id: String(6 + asked.length) })}\n\n`;
		const body = new ReadableStream({ start(c) {
			c.enqueue(new TextEncoder().encode(text));
			request.signal.addEventListener('abort', () => c.error(request.signal.reason));
		} });
		return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
	} });
	const ids = [];
	for await (const one of silent.changes({ after: '3', silenceMs: 50 })) if (ids.push(one.id) === 3) break;
	assert.deepEqual([ids, asked], [['7', '8', '9'], ['3', '7', '8']]);
});

test('an answer that breaks off is a lost one: asked for again', async () => {
	const broken = { status: 200, headers: { 'content-length': '500' }, body: { items: [] } };
	const server = await standIn([broken, { status: 200, body: { items: [], links: { self: '/' } } }]);
	await sdk.createClient({ baseUrl: server.baseUrl, token: 't', retry: { backoffMs: 1 }, timeoutMs: 300 }).get('/tasks');
	assert.equal(server.seen.length, 2);
});
