// Calls from web pages: which origins an agency registers, what a browser is told before and after.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until, world } from './harness.mjs';

const w = await world();
const sa = 'drammen-dps/SA', other = 'lier-kommune/SA', nurse = 'drammen-dps:tm-1';
const page = 'https://team.drammen-dps.example';
const ask = (origin, path = '/tasks', method = 'GET') => w.api(null, 'OPTIONS', path, undefined,
	{ origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' });
const allowed = (r) => r.headers['access-control-allow-origin'];
const made = (await w.api(sa, 'POST', '/web-origins', { origin: page, note: 'tavla' })).is(201);

describe('the register', () => {
	test('an administrator sees, adds and takes out the own agency\'s', async () => {
		assert.deepEqual((await w.api(sa, 'GET', made.location)).is(200).body, made.body);
		assert.deepEqual((await w.api(sa, 'GET', '/web-origins')).is(200).body.items, [made.body]);
		assert.deepEqual((await w.api(other, 'GET', '/web-origins')).is(200).body.items, []);
		(await w.api(other, 'GET', made.location)).is(404);
		(await w.api(other, 'DELETE', made.location, undefined, { 'if-match': made.etag })).is(404);
		(await w.api(nurse, 'GET', '/web-origins')).is(403);
		const second = (await w.api(sa, 'POST', '/web-origins', { origin: 'http://localhost:3000' })).is(201);
		(await w.api(sa, 'DELETE', second.location, undefined, { 'if-match': '"7-x"' })).is(412);
		(await w.api(sa, 'DELETE', second.location)).is(428);
		(await w.api(sa, 'DELETE', second.location, undefined, { 'if-match': second.etag })).is(204);
		(await w.api(sa, 'GET', second.location)).is(404);
		assert.equal((await w.api(sa, 'GET', made.location, undefined, { 'if-none-match': made.etag })).is(304).text, '');
	});
	test('the same twice is a conflict; the same at two agencies is not', async () => {
		(await w.api(sa, 'POST', '/web-origins', { origin: page })).is(409, 'conflict');
		const theirs = (await w.api(other, 'POST', '/web-origins', { origin: page })).is(201);
		(await w.api(other, 'DELETE', theirs.location, undefined, { 'if-match': theirs.etag })).is(204);
	});
	test('what is no origin is refused', async () => {
		for (const origin of ['*', 'null', 'http://a.example', 'https://A.example', 'https://a.example/', 'https://a.example/x', 'https://u@a.example',
			'https://a.example:0', 'https://a.example https://b.example', 'https://', 'https://-a.example', 'ftp://a.example', ''])
			(await w.api(sa, 'POST', '/web-origins', { origin })).is(422, 'invalid_body');
	});
	test('row security keeps each to its own, whatever a statement says', async () => {
		await w.asService(async (c) => {
			await c.query(`select set_config('app.role', 'SA', true), set_config('app.agency_id', $1, true)`, [w.ids.agency['lier-kommune']]);
			assert.equal((await c.query('select * from web_origin')).rowCount, 0);
			assert.equal((await c.query('delete from web_origin')).rowCount, 0);
			await assert.rejects(c.query(`insert into web_origin (agency_id, origin) values ($1, 'https://x.example')`, [w.ids.agency['drammen-dps']]), /row-level security/);
		});
	});
});

describe('a preflight, which has no token', () => {
	test('is answered for what some agency has registered', async () => {
		const r = (await ask(page, '/tasks', 'POST')).is(204);
		assert.equal(allowed(r), page);
		assert.match(r.headers['access-control-allow-methods'], /\bPOST\b/);
		assert.match(r.headers['access-control-allow-headers'], /Authorization.*Idempotency-Key.*If-Match/);
		assert.equal(r.headers['access-control-max-age'], '7200');
		assert.equal(r.headers['access-control-allow-credentials'], undefined);
		assert.equal(r.headers.vary, 'Access-Control-Request-Method, Access-Control-Request-Headers, Origin');
	});
	test('is not for others', async () => {
		for (const origin of ['https://evil.example', 'null', '*', `${page}.evil.example`, 'http://team.drammen-dps.example']) {
			const r = (await ask(origin)).is(204);
			assert.equal(allowed(r), undefined, origin);
			assert.equal(r.headers['access-control-allow-methods'], undefined, origin);
		}
	});
	test('a new origin is known soon, to every daemon', async () => {
		const second = await w.another();
		try {
			const fresh = 'https://new.example:8443';
			const there = async () => (await fetch(`http://127.0.0.1:${second.port}/api/v1/tasks`, { method: 'OPTIONS', headers: { origin: fresh, 'access-control-request-method': 'GET' } })).headers.get('access-control-allow-origin');
			assert.equal(await there(), null);
			(await w.api(sa, 'POST', '/web-origins', { origin: fresh })).is(201);
			await until(async () => (await there()) === fresh, 3000, 'the origin');
			await until(async () => allowed(await ask(fresh)) === fresh, 3000, 'the origin');
		} finally {
			await second.stop();
		}
	});
});

describe('the answer itself', () => {
	const from = (as, origin, path = '/me') => w.api(as, 'GET', path, undefined, origin ? { origin } : {});
	test('may be read where the token\'s own agency has registered the page', async () => {
		const r = (await from(nurse, page)).is(200);
		assert.equal(allowed(r), page);
		for (const name of ['ETag', 'Link', 'Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'])
			assert.ok(r.headers['access-control-expose-headers'].split(', ').includes(name), name);
		assert.equal(r.headers['access-control-allow-credentials'], undefined);
	});
	test('may not be read with another agency\'s token, although the preflight let it pass', async () => {
		const r = (await from('lier-kommune:mh-1', page)).is(200);
		assert.equal(allowed(r), undefined);
		assert.equal(r.headers['access-control-expose-headers'], undefined);
	});
	test('a refusal may be read too, so that a page can renew its token', async () => {
		assert.equal(allowed((await from(null, page)).is(401)), page);
		assert.equal(allowed((await from(nurse, page, '/patients/x')).is(404)), page);
		assert.equal(allowed((await from(null, 'https://evil.example')).is(401)), undefined);
		assert.equal(allowed((await from(null, page, '/problems')).is(200)), page);
	});
	test('caches are told, with a page and without', async () => {
		for (const origin of [page, 'https://evil.example', undefined]) assert.match((await from(nurse, origin)).headers.vary, /(^|, )Origin\b/);
	});
	test('ends when the origin is taken out', async () => {
		const gone = (await w.api(sa, 'POST', '/web-origins', { origin: 'https://gone.example' })).is(201);
		assert.equal(allowed((await from(nurse, 'https://gone.example')).is(200)), 'https://gone.example');
		(await w.api(sa, 'DELETE', gone.location, undefined, { 'if-match': gone.etag })).is(204);
		await from(nurse, 'https://gone.example'); // the request that finds the registry changed
		assert.equal(allowed((await from(nurse, 'https://gone.example')).is(200)), undefined);
	});
	test('a citizens\' portal is the operator\'s row', async () => {
		const portal = 'https://innbygger.example';
		assert.equal(allowed(await from('citizen/PT', portal)), undefined);
		await w.sql('insert into web_origin (origin) values ($1)', [portal]);
		await from('citizen/PT', portal);
		assert.equal(allowed((await from('citizen/PT', portal)).is([200, 403])), portal);
		assert.equal(allowed(await from(nurse, portal)), undefined);
	});
});
