// PostgreSQL away or busy: an answer at once, and back by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, world } from '../api/harness.mjs';
import { pg, superuser, waiting } from './lib.mjs';

const caller = 'drammen-dps:tl-1';

async function refusedQuickly(w, method, path, body) {
	const begun = performance.now();
	const r = (await w.api(caller, method, path, body)).is(503);
	const took = performance.now() - begun;
	assert.ok(took < 2300, `the answer took ${took} ms`);
	assert.ok(Number(r.headers['retry-after']) >= 1, r.story());
}

for (const how of ['stop', 'kill'])
	test(`PostgreSQL gone (${how}): 503 with Retry-After within 2 s, and back by itself`, { timeout: 120_000 }, async () => {
		const w = await world();
		(await w.api(caller, 'GET', '/patients')).is(200);
		pg(how);
		try {
			// the children of a killed server live a moment longer
			await until(async () => (await w.request({ as: caller, method: 'GET', path: '/patients' })).status !== 200, 3000, 'the loss');
			for (let i = 0; i < 3; i++) {
				await refusedQuickly(w, 'GET', '/patients');
				await refusedQuickly(w, 'POST', '/patients', { given_name: 'A', family_name: 'B' });
			}
			(await w.request({ as: null, method: 'GET', path: '/health/live' })).is(200);
			const ready = (await w.request({ as: null, method: 'GET', path: '/health/ready' })).is(503);
			assert.equal(ready.body.checks.database, 'failed');
		} finally {
			pg('start');
		}
		await until(async () => (await w.request({ as: caller, method: 'GET', path: '/patients' })).status === 200, 10_000, 'the return');
		(await w.request({ as: null, method: 'GET', path: '/health/ready' })).is(200);
	});

test('every connection taken: 503 within the waiting limit, never a hang, and back', { timeout: 60_000 }, async () => {
	const w = await world({ settings: { POOL_SIZE: 2, POOL_WAIT_MS: 1000, STATEMENT_TIMEOUT_MS: 20_000 } });
	(await w.api(caller, 'GET', '/patients')).is(200);
	await w.database.asOwner(async (c) => {
		await c.query('lock table access_log in access exclusive mode');
		const stuck = [1, 2].map(() => w.api(caller, 'GET', '/patients'));
		await waiting(w, 2);
		const answers = await Promise.all(Array.from({ length: 10 }, async () => {
			const begun = performance.now();
			const r = (await w.api(caller, 'GET', '/patients')).is(503);
			assert.ok(Number(r.headers['retry-after']) >= 1);
			return performance.now() - begun;
		}));
		assert.ok(Math.max(...answers) < 2000, `the slowest took ${Math.max(...answers)} ms`);
		(await w.request({ as: null, method: 'GET', path: '/health/live' })).is(200);
		await c.query('rollback');
		for (const r of await Promise.all(stuck)) r.is(200);
	});
	(await w.api(caller, 'GET', '/patients')).is(200);
	assert.ok(w.daemon.events('POOL_EXHAUSTED').length > 0);
});

test('a statement that takes too long: an answer, and the connection lives', { timeout: 60_000 }, async () => {
	const w = await world({ settings: { STATEMENT_TIMEOUT_MS: 500 } });
	(await w.api(caller, 'GET', '/patients')).is(200);
	await w.database.asOwner(async (c) => {
		await c.query('lock table access_log in access exclusive mode');
		const begun = performance.now();
		(await w.api(caller, 'GET', '/patients')).is([500, 503]);
		assert.ok(performance.now() - begun < 3000);
	});
	(await w.api(caller, 'GET', '/patients')).is(200);
});

test('connections that the server ends are opened anew, without an error for the caller', { timeout: 60_000 }, async () => {
	const w = await world();
	for (let i = 0; i < 4; i++) {
		(await w.api(caller, 'GET', '/patients')).is(200);
		superuser(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'samhandling_service' and datname = '${w.database.name}'`);
		await until(async () => (await w.request({ as: caller, method: 'GET', path: '/patients' })).status === 200, 3000, 'a new connection');
	}
});
