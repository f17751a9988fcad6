// Writers that post concern reports with idempotency keys, repeat what was not answered, and remember what was.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { send } from '../api/lib/client.mjs';
import { environment, root } from '../api/lib/environment.mjs';
import { exampleBody } from '../api/lib/samples.mjs';
import { operation, until } from '../api/harness.mjs';

// The private PostgreSQL: stop, kill (as a power cut would), start.
export function pg(command) {
	const script = `${root}deploy/sandbox/pg.sh`;
	const run = (...words) => execFileSync('bash', [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
	run(command, environment.pgDir);
	// starting sets the roles as production has them; the tests' owner makes databases
	if (command === 'start') run('psql', environment.pgDir, 'postgres', '-c', 'alter role samhandling_owner createdb');
}

export const superuser = (sql) => execFileSync('bash', [`${root}deploy/sandbox/pg.sh`, 'psql', environment.pgDir, 'postgres', '-c', sql], { stdio: 'ignore' });

// Until `count` transactions wait for the access log that the test holds.
export function waiting(w, count) {
	return until(async () => (await w.sql(`select 1 from pg_locks where relation = 'access_log'::regclass and not granted`)).length >= count);
}

export const seconds = Number(process.env.LONG ? 120 : 6);
export const create = operation('createConcernReport');
const police = 'politi-demo:po-1';

export class Writers {
	constructor(w, count) {
		this.w = w;
		this.acknowledged = new Map(); // key → id
		this.statuses = new Map();
		this.token = w.token(police);
		this.running = true;
		this.all = Array.from({ length: count }, () => this.write());
	}

	// The same key again and again until it is acknowledged, as a client should.
	async write() {
		while (this.running) {
			const key = crypto.randomUUID();
			for (let attempt = 0; attempt < 600 && !(await this.attempt(key)); attempt++) await pause(25);
		}
	}

	async attempt(key) {
		const headers = { 'idempotency-key': key };
		const r = await send(this.w.port, { token: this.token, method: 'POST', path: create.path, body: exampleBody(create), headers, signal: AbortSignal.timeout(5000), judged: false }).catch(() => null);
		const status = r?.status ?? 0;
		this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
		if (status === 201) this.acknowledged.set(key, r.body?.id ?? r.location.split('/').pop());
		assert.ok([0, 201, 409, 503].includes(status), r?.story());
		return status === 201;
	}

	async stop() {
		this.running = false;
		await Promise.all(this.all);
	}

	// Every acknowledged write is there, none twice, and nothing half.
	async verify() {
		const ids = [...this.acknowledged.values()];
		assert.ok(ids.length > 0, 'nothing was written');
		assert.equal(new Set(ids).size, ids.length, 'two keys got the same report');
		const there = new Set((await this.w.sql('select id from concern_report')).map((r) => r.id));
		for (const id of ids) assert.ok(there.has(id), `${id} was acknowledged but is not there`);
		const [{ twice }] = await this.w.sql(`select count(*)::int as twice from (select key from idempotency group by scope, key having count(*) > 1) x`);
		assert.equal(twice, 0);
		assert.equal(there.size, ids.length, 'there are reports that no key stands for');
		const [{ n }] = await this.w.sql(`select count(*)::int as n from concern_report r where not exists (select from outbox o where o.entity = 'concern_report' and o.entity_id = r.id)
			or not exists (select from access_log l where l.action = 'CREATE' and l.resource_id = r.id::text) or not exists (select from idempotency i where i.entity_id = r.id)`);
		assert.equal(n, 0, 'reports without their news, log row or key');
	}
}
