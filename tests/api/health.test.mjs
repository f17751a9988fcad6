// What operators see: liveness, readiness and its reasons, counters, the log, signals.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operations, syntheticNumber, until, world } from './harness.mjs';
import { Daemon, freePort } from './lib/daemon.mjs';

const w = await world();
const caller = 'drammen-dps:tl-1';
const ask = (path) => w.request({ as: null, method: 'GET', path });
const samples = async () => new Map((await ask('/metrics')).is(200).text.split('\n').filter((l) => l && !l.startsWith('#')).map((l) => [l.slice(0, l.lastIndexOf(' ')), Number(l.slice(l.lastIndexOf(' ') + 1))]));

describe('health', () => {
	test('live and ready', async () => {
		assert.deepEqual((await ask('/health/live')).is(200).body, { status: 'ok' });
		const ready = (await ask('/health/ready')).is(200).body;
		assert.deepEqual(ready, { status: 'ok', checks: { database: 'ok', schema: 'ok', partitions: 'ok', keys: 'ok' } });
	});
	test('not ready without partitions for the coming month', async () => {
		const ahead = await w.sql(`select relname from pg_class where relispartition and relname ~ '^access_log_\\d{4}_\\d{2}$' and relname > 'access_log_' || to_char(now(), 'YYYY_MM')`);
		for (const { relname } of ahead) await w.sql(`drop table ${relname}`);
		assert.equal((await ask('/health/ready')).is(503).body.checks.partitions, 'failed');
		await w.sql('select access_log_partitions(3)');
		(await ask('/health/ready')).is(200);
	});
	test('not ready for a schema that it does not know', async () => {
		await w.sql(`insert into schema_migrations (version) values ('9999')`);
		assert.equal((await ask('/health/ready')).is(503).body.checks.schema, 'failed');
		await w.sql(`delete from schema_migrations where version = '9999'`);
		(await ask('/health/ready')).is(200);
	});
});

describe('counters', () => {
	test('are Prometheus text: each family has a help and a type, each sample a number', async () => {
		const r = (await ask('/metrics')).is(200);
		assert.match(r.headers['content-type'], /^text\/plain; ?version=0\.0\.4/);
		const families = new Set([...r.text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map((m) => m[1]));
		for (const line of r.text.split('\n').filter((l) => l && !l.startsWith('#'))) {
			const m = /^([a-z_]+)(?:\{[^}]*\})? (?:[\d.e+-]+|\+Inf)$/.exec(line);
			assert.ok(m, line);
			assert.ok(families.has(m[1]) || families.has(m[1].replace(/_(bucket|sum|count)$/, '')), line);
		}
	});
	test('count each answer by operation and status', async () => {
		const count = async () => {
			const [, n] = [...(await samples())].find(([key]) => /operation="getMe".*status="200"/.test(key) && !key.includes('bucket')) ?? [];
			return n ?? 0;
		};
		const before = await count();
		for (let i = 0; i < 3; i++) (await w.api(caller, 'GET', '/me')).is(200);
		assert.equal((await count()) - before, 3);
	});
	test('are for this machine: what a proxy passes on gets a 404', async () => {
		for (const header of ['x-forwarded-for', 'forwarded'])
			(await w.request({ as: null, method: 'GET', path: '/metrics', headers: { [header]: '203.0.113.7' } })).is(404);
	});
	test('hold no operation that the contract does not have', async () => {
		for (const key of (await samples()).keys()) {
			const id = /operation="([^"]+)"/.exec(key)?.[1];
			assert.ok(id === undefined || id === '-' || operations.some((o) => o.id === id), key);
		}
	});
});

describe('the log', () => {
	test('is one JSON object a line, a REQUEST for every answer, without personal data', async () => {
		const number = syntheticNumber();
		const name = 'Hemmelignavn';
		const r = (await w.api(caller, 'POST', '/patients', { national_id: number, given_name: name, family_name: name })).is(201);
		(await w.api(caller, 'GET', r.location)).is(200);
		(await w.api(caller, 'POST', '/patients/search', { national_id: number })).is(200);
		const event = await until(() => w.daemon.events('REQUEST').find((e) => e.request_id === r.headers['x-request-id']));
		assert.equal(event.operation, 'createPatient');
		assert.equal(event.status, 201);
		for (const line of w.daemon.log.trim().split('\n')) assert.ok(JSON.parse(line).event, line);
		const id = r.location.split('/').pop();
		for (const secret of [number, name, id, 'Bearer', 'Ingrid']) assert.ok(!w.daemon.log.includes(secret), `the log holds '${secret}'`);
	});
});

describe('start and signals', () => {
	test('SIGHUP reads keys and issuers again and drops no request', async () => {
		const before = w.daemon.events('CONFIG_RELOADED').length;
		const requests = Array.from({ length: 50 }, () => w.api(caller, 'GET', '/me'));
		w.reload();
		for (const r of await Promise.all(requests)) r.is(200);
		await until(() => w.daemon.events('CONFIG_RELOADED').length > before);
	});
	test('a setting that is wrong, unknown or missing: it does not start and says why', async () => {
		for (const bad of [{ POOL_SIZE: 'many' }, { NO_SUCH_SETTING: 1 }, { SEAL_KEYS: '{}' }, { SEAL_KEYS: undefined }, { DATABASE_URL: 'postgresql://127.0.0.1:1/x' }]) {
			const d = new Daemon(await freePort(), { ...w.daemon.settings, ...bad });
			d.launch();
			const { code } = await d.child.exited;
			assert.ok(code > 0, JSON.stringify(bad));
			assert.ok(d.events('START_FAILED')[0]?.reason.length > 5, d.log);
			assert.ok(!d.log.includes(w.daemon.settings.SEAL_KEYS));
		}
	});
	test('a port that is taken: it says so and ends', async () => {
		const d = new Daemon(w.port, w.daemon.settings);
		d.launch();
		assert.ok((await d.child.exited).code > 0);
		assert.ok(d.events('START_FAILED').length > 0, d.log);
	});
});
