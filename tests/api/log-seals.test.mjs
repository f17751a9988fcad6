// The sealed access log, verified here by a reading of docs/audit.md of the test's own: who may read the seals, what
// they hold, that several daemons make one chain, and that the log's months do not break it.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { environment, syntheticNumber, until, world } from './harness.mjs';

const pem = (name) => readFileSync(`${environment.keys}/${name}`, 'utf8');
const key = createPublicKey(pem('log-seal.pub.pem'));
const settings = { LOG_SEAL_KEY: pem('log-seal.pem'), LOG_SEAL_EVERY_S: 0, JOBS_INTERVAL_MS: 50 };
const w = await world({ settings });
const officer = 'drammen-dps/PV', nurse = 'drammen-dps:tm-1', theirs = 'drammen-kommune:mh-1';
const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256'));

const sealed = () => until(async () => (await w.sql(`select not exists (select from access_log l where l.txid > coalesce((select max(last_txid::text::bigint) from log_seal), 0)::text::xid8)
	and not exists (select from log_seal where signature is null) as done`))[0].done, 5000, 'the seals');
const seal = async (number, as = officer) => (await w.api(as, 'GET', `/log-seals/${number}`)).is(200).body;
const highest = async () => Number((await w.sql('select max(number) as n from log_seal'))[0].n);

// What is wrong with one row, or null.
function rowFault(e, shownTo) {
	if (e.hash === null) return `added ${e.id}`;
	if (e.row === null) return e.agency_id === shownTo ? `missing ${e.id}` : null;
	if (sha256(e.row).digest('hex') !== e.hash) return `changed ${e.id}`;
	const set = JSON.parse(e.row).shown_set;
	return set !== null && sha256(e.shown ?? '').digest('hex') !== set ? `persons ${e.id}` : null;
}

// What docs/audit.md says; a word, or null.
function fault(s, previous) {
	const text = `samhandling log seal\nform: ${s.form}\nnumber: ${s.number}\nsealed: ${s.sealed_at}\nrows: ${s.rows}\nprevious: ${s.previous}\nhead: ${s.head}\n`;
	if (!verify(null, Buffer.from(text), key, Buffer.from(s.signature, 'base64url'))) return 'signature';
	if (s.previous !== (previous?.head ?? '0'.repeat(64))) return 'previous';
	for (const e of s.entries) if (rowFault(e, s.shown_to)) return rowFault(e, s.shown_to);
	const head = s.entries.reduce((h, e) => sha256(h, `${e.txid} ${e.id} ${e.agency_id ?? '-'} ${e.hash}\n`).digest(), Buffer.from(s.previous, 'hex'));
	return head.toString('hex') === s.head && s.entries.length === s.rows ? null : 'head';
}

async function everything(as = officer) {
	await sealed();
	const all = [];
	for (let n = 1, last = await highest(); n <= last; n++) all.push(await seal(n, as));
	return all;
}
const faults = (all) => all.map((s, i) => fault(s, all[i - 1])).filter(Boolean);

for (let n = 0; n < 5; n++) await Promise.all([w.api(nurse, 'GET', '/tasks'), w.api(theirs, 'GET', '/tasks'), w.api('politi-demo:po-1', 'GET', '/patients'), w.api('citizen/PT', 'GET', '/me')]);

describe('the chain', () => {
	test('holds for every agency\'s officer, each of whom sees the own rows alone', async () => {
		for (const [as, slug] of [[officer, 'drammen-dps'], ['drammen-kommune/PV', 'drammen-kommune']]) {
			const all = await everything(as);
			assert.deepEqual(faults(all), []);
			const rows = all.flatMap((s) => s.entries);
			const own = rows.filter((e) => e.agency_id === w.ids.agency[slug]);
			assert.ok(own.length > 0 && own.every((e) => JSON.parse(e.row).agency_id === w.ids.agency[slug]));
			assert.ok(rows.some((e) => e.row === null));
			assert.ok(rows.every((e) => e.row === null || e.agency_id === w.ids.agency[slug]), 'nobody else\'s');
		}
	});
	test('has every row once, and the owner sees it whole', async () => {
		await sealed();
		const all = (await w.sql('select log_seal_json(number) as seal from log_seal order by number')).map((r) => JSON.parse(r.seal));
		assert.deepEqual(faults(all), []);
		const ids = all.flatMap((s) => s.entries.map((e) => e.id));
		const last = all.at(-1).entries.at(-1).txid;
		const there = (await w.sql('select l.id::text as name from access_log l where l.txid <= $1::text::xid8 order by l.txid, l.id', [last])).map((r) => r.name);
		assert.deepEqual(ids, there);
		assert.ok(all.every((s) => s.entries.every((e) => e.row !== null)));
	});
	test('seals every column of the log', async () => {
		const columns = (await w.sql(`select attname as name from pg_attribute where attrelid = 'access_log'::regclass and attnum > 0 and not attisdropped order by 1`)).map((c) => c.name);
		const [{ line }] = await w.sql('select access_log_line(l) as line from access_log l limit 1');
		assert.deepEqual(Object.keys(JSON.parse(line)).sort(), columns.sort());
	});
	test('does not wait for who is idle, and never overtakes who still writes', async () => {
		await sealed();
		const late = await w.asService(async (c) => {
			await c.query(`select set_config('app.agency_id', $1, true), set_config('app.role', 'PV', true)`, [w.ids.agency['drammen-dps']]);
			const [{ id }] = (await c.query(`insert into access_log (request_id, operation, action, agency_id, subject) values ('late', 'x', 'READ', $1, 'late') returning id`, [w.ids.agency['drammen-dps']])).rows;
			const before = await highest();
			for (let n = 0; n < 3; n++) (await w.api(nurse, 'GET', '/tasks')).is(200);
			await new Promise((done) => setTimeout(done, 300));
			assert.equal(await highest(), before, 'a row came in before one that is sealed');
			return id;
		});
		assert.ok(late);
		assert.deepEqual(faults(await everything()), []);
	});
	test('is one chain, however many daemons make it', async () => {
		const others = [await w.another(), await w.another()];
		try {
			for (let n = 0; n < 30; n++) await w.api(nurse, 'GET', '/tasks');
			assert.deepEqual(faults(await everything()), []);
			const numbers = (await w.sql('select number::int as n from log_seal order by number')).map((r) => r.n);
			assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
		} finally {
			for (const d of others) await d.stop();
		}
	});
	test('goes from month to month', async () => {
		await w.sql(`insert into access_log (at, request_id, operation, action, subject) select now() + make_interval(months => m), 'month', 'x', 'READ', 'y' from generate_series(0, 2) m`);
		assert.deepEqual(faults(await everything()), []);
	});
	test('has pieces of at most 500 rows', async () => {
		await sealed();
		await w.sql(`insert into access_log (request_id, operation, action, subject) select 'many', 'x', 'READ', 'y' from generate_series(1, 1200)`);
		await sealed();
		assert.deepEqual((await w.sql('select row_count from log_seal order by number desc limit 5')).map((r) => r.row_count).filter((n) => n === 500).length, 2);
		assert.deepEqual(faults(await everything()), []);
	});
});

describe('who may read', () => {
	test('privacy officers; the newest first, by day, by time, by page', async () => {
		for (const as of [nurse, 'drammen-dps/SA', 'drammen-dps/TL', 'citizen/PT']) (await w.api(as, 'GET', '/log-seals')).is(403);
		await sealed();
		const { items, links: { next } } = (await w.api(officer, 'GET', '/log-seals?limit=2')).is(200).body;
		assert.equal(items.length, 2);
		assert.equal(items[0].number, items[1].number + 1);
		assert.equal(items[0].previous, items[1].head);
		assert.equal((await w.api(officer, 'GET', next)).is(200).body.items[0].number, items[1].number - 1);
		assert.equal((await w.api(officer, 'GET', '/log-seals?daily=true')).is(200).body.items.length <= 2, true);
		assert.deepEqual((await w.api(officer, 'GET', '/log-seals?to=2020-01-01T00:00:00Z')).is(200).body.items, []);
		assert.deepEqual((await w.api(officer, 'GET', '/log-seals?from=2099-01-01T00:00:00Z')).is(200).body.items, []);
		(await w.api(officer, 'GET', '/log-seals/999999')).is(404);
		(await w.api(officer, 'GET', '/log-seals/0')).is(404);
	});
	test('reading them is logged, with the persons whose rows were shown', async () => {
		const patient = (await w.api(nurse, 'POST', '/patients', { national_id: '01819012365', family_name: 'Segl' })).is(201).body.id;
		await sealed();
		const r = (await w.api(officer, 'GET', `/log-seals/${await highest()}`)).is(200);
		assert.ok(r.body.entries.some((e) => e.row?.includes(patient)));
		assert.deepEqual((await w.sql('select action, patient_id from access_log where request_id = $1', [r.headers['x-request-id']])).filter((l) => l.patient_id !== null),
			[{ action: 'READ', patient_id: patient }]);
	});
});

describe('samhandling audit', () => {
	const dir = mkdtempSync(join(tmpdir(), 'samhandling-audit-'));
	after(() => rmSync(dir, { recursive: true, force: true }));
	const file = join(dir, 'log.ndjson');
	const cli = (...args) => new Promise((done) => execFile(`${environment.build}/samhandling`, ['audit', ...args], { env: { PATH: process.env.PATH, HOME: dir }, cwd: dir },
		(e, stdout, stderr) => done({ code: e?.code ?? 0, stdout, stderr })));
	const download = (as = officer) => cli('download', '--out', file, '--url', `http://127.0.0.1:${w.port}/api/v1`, '--token', w.token(as));
	const verified = (...args) => cli('verify', file, '--key', `${environment.keys}/log-seal.pub.pem`, ...args);

	test('downloads what there is, later what came since, and verifies it without the service', async () => {
		await sealed();
		assert.equal((await download()).code, 0);
		const first = await verified();
		assert.equal(first.code, 0, first.stderr);
		for (let n = 0; n < 3; n++) (await w.api(nurse, 'GET', '/tasks')).is(200);
		await sealed();
		assert.match((await download()).stderr, /^seals \d+ to \d+$/m);
		const more = await verified('--head', /head (\w+)/.exec(first.stdout)[1]);
		assert.equal(more.code, 0, more.stderr);
		assert.ok(Number(/to (\d+) hold/.exec(more.stdout)[1]) > Number(/to (\d+) hold/.exec(first.stdout)[1]));
		const { code, stderr } = await download(nurse);
		assert.deepEqual([code, /403|tilgang|allowed/i.test(stderr)], [3, true]);
	});
	test('the owner\'s whole log holds too', async () => {
		await sealed();
		const all = (await w.sql('select log_seal_json(number) as seal from log_seal order by number')).map((r) => r.seal).join('\n');
		writeFileSync(join(dir, 'whole.ndjson'), `${all}\n`);
		const { code, stdout, stderr } = await cli('verify', join(dir, 'whole.ndjson'), '--key', `${environment.keys}/log-seal.pub.pem`);
		assert.equal(code, 0, stderr);
		const [, rows, whole] = /hold: (\d+) rows, (\d+) of/.exec(stdout);
		assert.equal(rows, whole);
	});
});

describe('what was done to the log afterwards shows', () => {
	// as somebody who rules the database: no trigger, no policy
	async function force(sql, values) {
		const client = new pg.Client({ connectionString: w.database.ownerUrl });
		await client.connect();
		try {
			await client.query('alter table access_log disable trigger user');
			await client.query(sql, values);
			await client.query('alter table access_log enable trigger user');
		} finally {
			await client.end();
		}
	}
	test('nobody changes a seal in passing', async () => {
		await assert.rejects(w.sql(`update log_seal set head = previous where number = 1`), /never changed/);
		await assert.rejects(w.sql(`update log_seal set signature = 'x' where number = 1`), /never changed/);
		await assert.rejects(w.sql('delete from log_seal'), /never changed/);
		await assert.rejects(w.asService((c) => c.query('delete from log_seal')), /permission denied/);
		await assert.rejects(w.asService((c) => c.query('insert into log_seal (number) values (0)')), /permission denied/);
	});
	test('who rules the database can, and it is found', async () => {
		await sealed();
		const number = await highest();
		const [{ id, name }] = await w.sql(`select l.id, l.name from log_seal_rows($1) l where l.agency_id = $2 limit 1`, [number, w.ids.agency['drammen-dps']]);
		const of = async () => fault(await seal(number), await seal(number - 1));
		await force(`update access_log set name = 'Ingen' where id = $1`, [id]);
		assert.equal(await of(), `changed ${id}`);
		await force('update access_log set name = $2 where id = $1', [id, name]);
		assert.equal(await of(), null);
		await force('delete from access_log where id = $1', [id]);
		assert.equal(await of(), `missing ${id}`);
	});
	test('the persons whom a row shows together are part of it', async () => {
		for (let n = 0; n < 2; n++) (await w.api(nurse, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Voks' })).is(201);
		(await w.api(nurse, 'GET', '/patients')).is(200);
		await sealed();
		const [{ number, id }] = await w.sql(`select s.number, l.id from log_seal s, log_seal_rows(s.number) l where l.shown_set is not null and l.agency_id = $1 order by l.id desc limit 1`, [w.ids.agency['drammen-dps']]);
		const of = async () => fault(await seal(number), await seal(number - 1));
		assert.equal(await of(), null);
		await force('alter table access_log_set disable trigger user');
		await force(`update access_log_set set patients = patients[2:] where id = (select shown_set from access_log where id = $1)`, [id]);
		assert.equal(await of(), `persons ${id}`);
	});
	test('a row that is put in is found', async () => {
		const number = await highest();
		const [row] = await w.sql('select last_txid::text as txid from log_seal where number = $1', [number - 1]);
		await force(`insert into access_log (txid, request_id, operation, action, agency_id, subject) values ($1::text::xid8, 'forged', 'x', 'READ', $2, 'x')`, [row.txid, w.ids.agency['drammen-dps']]);
		const [{ id }] = await w.sql(`select id from access_log where request_id = 'forged'`);
		const found = [];
		for (const n of [number - 1, number]) found.push(fault(await seal(n), await seal(n - 1)));
		assert.ok(found.includes(`added ${id}`), String(found));
		await force('delete from access_log where id = $1', [id]);
	});
});

describe('a copy in another server, whose transactions have smaller numbers', () => {
	test('is not sealed, and says so', async () => {
		await sealed();
		await assert.rejects(w.database.asOwner(async (c) => {
			await c.query('alter table log_seal disable trigger user');
			await c.query(`update log_seal set last_txid = '9000000000000' where number = (select max(number) from log_seal)`);
			await c.query(`select log_seal_make(500, '0')`);
		}), /transaction counter is behind/);
	});
});

describe('registry changes in SQL', () => {
	test('are rows of the log, sealed like all others', async () => {
		await w.sql(`update trusted_issuers set max_lifetime_s = max_lifetime_s where issuer like '%drammen-dps%'`);
		await sealed();
		const [row] = await w.sql(`select l.*, access_log_line(l) as line from access_log l where operation = 'trusted_issuers' order by id desc limit 1`);
		assert.deepEqual([row.action, row.reason, row.role, row.subject], ['UPDATE', 'update', 'SY', 'samhandling_owner']);
		const [{ n }] = await w.sql('select count(*)::int as n from log_seal where $1 = any (ids)', [row.id]);
		assert.equal(n, 1);
	});
});

describe('the key', () => {
	test('a wrong one stops the start; without one nothing is sealed', async () => {
		await sealed();
		await w.stop();
		await assert.rejects(w.start({ LOG_SEAL_KEY: 'x' }), /Ed25519/);
		await w.restart({ LOG_SEAL_KEY: undefined });
		assert.equal(w.daemon.events('LOG_NOT_SEALED').length, 1);
		const before = await highest();
		(await w.api(nurse, 'GET', '/tasks')).is(200);
		await new Promise((done) => setTimeout(done, 300));
		assert.equal(await highest(), before);
		await w.restart(settings);
		await sealed();
		assert.ok((await highest()) > before);
	});
});
