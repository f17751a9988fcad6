// Large answers compressed for who asks: by weight, with entity tags of their own, never for changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { environment, world } from './harness.mjs';

const w = await world();
const nurse = 'drammen-kommune:mh-1';
const base = () => `http://127.0.0.1:${w.port}/api/v1`;
// by hand: the harness's client reads text
async function get(path, { method = 'GET', as = nurse, ...headers } = {}) {
	const http = await import('node:http');
	return new Promise((done, fail) => http.request(`${base()}${path}`, { agent: false, method, headers: { authorization: `Bearer ${w.token(as)}`, ...headers } }, (r) => {
		const parts = [];
		r.on('data', (d) => parts.push(d));
		r.on('end', () => done({ status: r.statusCode, headers: r.headers, bytes: Buffer.concat(parts) }));
	}).on('error', fail).end());
}
for (let n = 0; n < 12; n++) (await w.api(nurse, 'POST', '/tasks', { title: `Ring pårørende ${n}`, unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
const gzip = { 'accept-encoding': 'gzip' };

test('a large list is smaller, and the same', async () => {
	const plain = await get('/tasks');
	const packed = await get('/tasks', gzip);
	assert.equal(packed.headers['content-encoding'], 'gzip');
	assert.equal(Number(packed.headers['content-length']), packed.bytes.length);
	assert.ok(packed.bytes.length < plain.bytes.length / 3, `${packed.bytes.length} of ${plain.bytes.length}`);
	assert.equal(gunzipSync(packed.bytes).toString(), plain.bytes.toString());
	for (const r of [plain, packed]) assert.match(r.headers.vary, /Accept-Encoding/);
});

test('only who asks gets it, by weight', async () => {
	for (const [said, coded] of [['gzip;q=0', false], ['identity', false], ['br', false], ['*', true], ['br;q=1, gzip;q=0.2', true], ['gzip;q=0.1, identity;q=0.9', false]])
		assert.equal((await get('/tasks', { 'accept-encoding': said })).headers['content-encoding'] === 'gzip', coded, said);
});

test('small answers, answers to changes and refusals stay as they are', async () => {
	assert.equal((await get('/agencies?limit=1', gzip)).headers['content-encoding'], undefined);
	assert.equal((await get('/patients/x', gzip)).headers['content-encoding'], undefined);
	const long = (await w.api(nurse, 'POST', '/tasks', { title: 'Ring', note: 'x'.repeat(4000), unit_id: w.ids.unit['drammen-kommune:mottak'] }, gzip)).is(201);
	assert.equal(long.headers['content-encoding'], undefined);
	assert.equal((await get(long.location.replace('/api/v1', ''), gzip)).headers['content-encoding'], 'gzip');
});

test('each representation has its own tag; both name the version for If-Match', async () => {
	const made = (await w.api(nurse, 'POST', '/tasks', { title: 'Ring', note: 'y'.repeat(4000), unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
	const path = made.location.replace('/api/v1', '');
	const packed = await get(path, gzip);
	assert.equal(packed.headers.etag, made.etag.replace(/"$/, '-gzip"'));
	const changed = (await w.api(nurse, 'PATCH', path, { title: 'Ring igjen' }, { 'if-match': packed.headers.etag })).is(200);
	assert.equal(changed.body.version, 2);
	(await w.api(nurse, 'PATCH', path, { title: 'Nei' }, { 'if-match': packed.headers.etag })).is(412);
	(await w.api(nurse, 'PATCH', path, { title: 'Nei' }, { 'if-match': `W/${changed.etag}` })).is(412);
});

test('If-None-Match: either tag, and the answer names the one that the client holds', async () => {
	const plain = await get('/agencies', {});
	const packed = await get('/agencies', gzip);
	for (const held of [plain, packed]) {
		const same = await get('/agencies', { ...gzip, 'if-none-match': `"0-zz", ${held.headers.etag}` });
		assert.deepEqual([same.status, same.headers.etag, same.bytes.length], [304, held.headers.etag, 0]);
		assert.match(same.headers.vary, /Accept-Encoding/);
	}
});

test('HEAD says what GET would', async () => {
	const [whole, head] = [await get('/tasks', gzip), await get('/tasks', { ...gzip, method: 'HEAD' })];
	assert.deepEqual([head.status, head.headers['content-encoding'], head.bytes.length], [200, 'gzip', 0]);
	assert.ok(Math.abs(Number(head.headers['content-length']) - whole.bytes.length) <= 64);
});

test('the same answer does not always have the same length', async () => {
	const lengths = new Set();
	for (let n = 0; n < 20; n++) lengths.add((await get('/tasks', gzip)).bytes.length);
	assert.ok(lengths.size > 1);
});

test('it can be left to the proxy', async () => {
	await w.restart({ COMPRESS_FROM: 0 });
	const r = await get('/tasks', gzip);
	assert.equal(r.headers['content-encoding'], undefined);
	assert.doesNotMatch(r.headers.vary, /Accept-Encoding/);
	await w.restart({ COMPRESS_FROM: 2048 });
});

test('memory stays bounded when many ask at once', { skip: environment.instrumented && 'instruments have memory of their own' }, async () => {
	await w.restart({ CHECK_REPLIES: 0 }); // which parses each answer
	const document = () => get('/openapi.json', gzip);
	assert.equal((await document()).headers['content-encoding'], 'gzip');
	// how many threads are at it at once differs from round to round
	const most = async () => {
		let kib = 0;
		for (let round = 0; round < 4; round++) {
			await Promise.all(Array.from({ length: 40 }, document));
			kib = Math.max(kib, w.daemon.residentKiB());
		}
		return kib;
	};
	const before = await most(), after = await most();
	assert.ok(after - before < 8 * 1024, `${before} KiB, then ${after} KiB`);
});
