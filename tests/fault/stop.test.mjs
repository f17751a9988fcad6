// Ending: what is under way is finished within 10 s, the new is refused; two daemons do the jobs once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operation, until, world } from '../api/harness.mjs';
import { exampleBody } from '../api/lib/samples.mjs';
import { waiting } from './lib.mjs';

const caller = 'drammen-dps:tl-1';

test('SIGTERM: the request under way is answered, then the daemon ends with 0', { timeout: 60_000 }, async () => {
	const w = await world({ settings: { STATEMENT_TIMEOUT_MS: 20_000 } });
	(await w.api(caller, 'GET', '/patients')).is(200);
	let slow, ended;
	await w.database.asOwner(async (c) => {
		await c.query('lock table access_log in access exclusive mode');
		slow = w.api(caller, 'GET', '/patients');
		await waiting(w, 1);
		ended = w.daemon.signal('SIGTERM');
		await until(async () => (await fetch(`http://127.0.0.1:${w.port}/health/ready`, { signal: AbortSignal.timeout(1000) }).then((r) => r.status, () => 0)) !== 200, 3000, 'the refusal of new requests');
	});
	(await slow).is(200);
	const begun = performance.now();
	assert.deepEqual(await ended, { code: 0, signal: null });
	assert.ok(performance.now() - begun < 10_000);
	w.daemon.child = null;
});

test('SIGTERM: what does not end is given 10 s', { timeout: 60_000 }, async () => {
	const w = await world({ settings: { STATEMENT_TIMEOUT_MS: 60_000 } });
	(await w.api(caller, 'GET', '/patients')).is(200);
	await w.database.asOwner(async (c) => {
		await c.query('lock table access_log in access exclusive mode');
		const stuck = w.request({ as: caller, method: 'GET', path: '/patients' }).catch(() => null);
		await waiting(w, 1);
		const begun = performance.now();
		await w.daemon.signal('SIGTERM');
		const took = performance.now() - begun;
		assert.ok(took < 12_000, `it took ${took} ms`);
		await stuck;
	});
	w.daemon.child = null;
});

test('SIGTERM with idle connections open: at once', { timeout: 30_000 }, async () => {
	const w = await world();
	const idle = w.raw('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n', { wait: 15_000 });
	const half = w.raw('GET /health/live HTTP/1.1\r\nHo', { wait: 15_000 });
	await until(async () => (await w.api(null, 'GET', '/openapi.json')).status === 200);
	const begun = performance.now();
	assert.deepEqual(await w.daemon.signal('SIGTERM'), { code: 0, signal: null });
	assert.ok(performance.now() - begun < 10_500);
	w.daemon.child = null;
	await Promise.all([idle, half]);
});

test('two daemons run the deadline job once', { timeout: 120_000 }, async () => {
	const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
	const second = await w.another();
	try {
		const create = operation('createConcernReport');
		for (let i = 0; i < 20; i++) (await w.api('politi-demo:po-1', 'POST', create.path, exampleBody(create))).is(201);
		// the deadlines pass for both at the same moment, without the request that would run the jobs itself
		await w.sql(`update sandbox_clock set ahead = interval '960 hours'`);
		const triage = `from deadline where code = 'CR_TRIAGE' and state = 'OPEN'`;
		await until(async () => (await w.sql(`select 1 ${triage} and escalated_at is null`)).length === 0, 20_000, 'the job');
		const twice = await w.sql(`select source_key, count(*) from task where source_key is not null group by source_key having count(*) > 1`);
		assert.deepEqual(twice, []);
		const [{ tasks }] = await w.sql(`select count(*)::int as tasks from task where source_key in (select 'deadline:' || id ${triage})`);
		assert.equal(tasks, 20);
		const did = [w.daemon, second].map((d) => d.events('DEADLINES_RUN').reduce((n, e) => n + Number(e.done), 0));
		assert.ok(did[0] + did[1] > 0);
	} finally {
		await second.stop();
	}
});
