// `make bench`: measures the service against its bars (docs of the method: README.md beside this file).
// SECONDS=5 each measurement, ROUNDS=3 of each (medians are judged), PATIENTS=1000000, ONLY=reading,board for parts.
import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { Daemon, freePort, pause, until } from '../api/lib/daemon.mjs';
import { environment, root } from '../api/lib/environment.mjs';
import { agencies, tokenFor } from '../api/lib/tokens.mjs';
import { exampleBody } from '../api/lib/samples.mjs';
import { operation } from '../api/lib/contract.mjs';
import { bar, print } from './bars.mjs';
import { board } from './board.mjs';
import { fhir } from './fhir.mjs';
import { imports } from './imports.mjs';
import { makeBench, settings } from './data.mjs';
import { guard } from './guard.mjs';
import { lists } from './lists.mjs';
import { pgbench, pgbenchScript, wrk } from './load.mjs';
import { news } from './news.mjs';

const rounds = Number(process.env.ROUNDS ?? 3);
const many = Number(process.env.PATIENTS ?? 1_000_000);
const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
const poolSize = Number(process.env.POOL_SIZE ?? 8);
const sealKeys = readFileSync(`${environment.keys}/seal.json`, 'utf8');
const reader = 'drammen-dps:tl-1';
const police = 'politi-demo:po-1';
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (text) => console.log(`  ${text}`);

// The median rate of several rounds; what is compared is measured in turn, so that the machine's moods hit all.
async function inTurn(measures) {
	const results = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
	for (let round = 0; round < rounds; round++)
		for (const [name, measure] of Object.entries(measures)) results[name].push(await measure());
	const medians = {};
	for (const [name, list] of Object.entries(results)) {
		medians[name] = { rate: median(list.map((r) => r.rate)), p99: median(list.map((r) => r.p99_us ?? 0)) / 1000, p50: median(list.map((r) => r.p50_us ?? 0)) };
		say(`${name.padEnd(34)} ${medians[name].rate.toFixed(0).padStart(7)} /s${medians[name].p99 ? `   99 % within ${medians[name].p99.toFixed(1)} ms` : ''}`);
	}
	return medians;
}

function statements(id) {
	const env = { PATH: process.env.PATH, SAMHANDLING_SEAL_KEYS: sealKeys };
	return execFileSync(`${environment.build}/samhandlingd`, ['--print-statements', id], { env }).toString().trim().split('\n').map((l) => JSON.parse(l));
}

async function startDaemon(bench, more = {}) {
	const daemon = new Daemon(await freePort(), { SANDBOX: 1, DATABASE_URL: bench.serviceUrl, SEAL_KEYS: sealKeys, POOL_SIZE: poolSize,
		RATE_AGENCY: 1_000_000_000, RATE_CLIENT: 100_000_000, ...more });
	daemon.logFile = openSync(`${environment.build}/bench.log`, 'w'); // a pipe would cost this process's time
	const begun = performance.now();
	daemon.launch();
	await until(async () => (await ready(daemon.port)), 10_000, 'readiness');
	daemon.readyMs = performance.now() - begun;
	return daemon;
}

function ready(port) {
	return fetch(`http://127.0.0.1:${port}/health/ready`).then((r) => r.status === 200, () => false);
}

async function startPeer(bench, read) {
	const issuers = agencies.map((a) => ({ issuer: a.issuer, jwk: a.jwks.keys[0] }));
	const port = await freePort();
	const given = { port, databaseUrl: bench.serviceUrl, statements: read, issuers, audience: agencies[0].audience, poolSize };
	const child = spawn('node', [`${root}tests/bench/peer/server.mjs`], { env: { ...process.env, NODE_ENV: 'production', PEER: JSON.stringify(given) }, stdio: ['ignore', 'inherit', 'inherit'] });
	await until(() => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false), 10_000, 'the peer');
	process.once('exit', () => child.kill());
	return { port, stop: () => child.kill() };
}

async function valuesFor(bench, who) {
	const [slug, subject] = who.split(':');
	const [staff] = await bench.sql(`select s.id, s.name, s.hpr_number, m.role, m.unit_id from staff s join staff_membership m on m.staff_id = s.id join agency a on a.id = s.agency_id
		where a.slug = $1 and s.subject = $2`, [slug, subject]);
	const [{ generation }] = await bench.sql('select generation from registry_generation');
	return { 'auth.role': staff.role, 'auth.agency_id': bench.ids.agency[slug], 'auth.staff_id': staff.id, 'auth.unit_ids': `{${staff.unit_id}}`, 'auth.unit_id': staff.unit_id,
		'auth.subject': subject, 'auth.name': staff.name, 'auth.hpr_number': staff.hpr_number, 'auth.generation': generation, 'request.id': '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60',
		'request.trace_id': '018f3c5e7a107cc29d3e5b8c1f2a4d60' };
}

async function readScript(bench, read) {
	const patient = { sql: 'bench_uuid(:n)::text' };
	return pgbenchScript(read, { ...(await valuesFor(bench, reader)), 'auth.purpose': 'TREAT', 'gate.cell': 'W', 'gate.gates': 'h', 'gate.number': 'open', 'gate.patient_id': patient,
		'gate.resource': 'patients', 'gate.category': 'IDENTITY', 'gate.write': 'false', 'path.id': patient, 'request.operation': 'getPatient', 'request.action': 'READ', 'request.resource_id': patient });
}

async function createScript(bench, body) {
	const made = { sql: 'bench_uuid(:r)::text' };
	return pgbenchScript(statements('createConcernReport'), { ...(await valuesFor(bench, police)), 'auth.purpose': 'COC', 'gate.cell': 'W', 'gate.gates': 'o', 'gate.number': 'mask',
		'gate.resource': 'concern-reports', 'gate.category': 'HEALTH_SUMMARY', 'gate.write': 'true', 'new.id': made, 'path.id': made, body, 'request.operation': 'createConcernReport',
		'request.action': 'CREATE', 'request.resource_id': made, 'idempotency.scope': 'bench police createConcernReport', 'idempotency.key': { sql: ':r::text' },
		'idempotency.hash': 'c4f2b9a0d1', 'idempotency.status': '201', 'idempotency.location': '/api/v1/concern-reports/{id}' });
}

async function reading(big, daemon) {
	const read = statements('getPatient');
	const script = await readScript(big, read);
	const paths = (await big.sql('select bench_uuid(n) as id from generate_series(1, 200) n')).map((r) => `/api/v1/patients/${r.id}`);
	const token = tokenFor(reader, { seconds: 3600 });
	const peer = await startPeer(big, read);
	const http = (port, clients) => () => wrk(port, { clients, paths, token });
	const sql = (url, clients) => () => pgbench(url, { clients, script });
	for (const port of [daemon.port, peer.port]) await wrk(port, { clients: 8, paths, token, duration: 2 }); // warm
	const m = await inTurn({ 'service, 8 clients': http(daemon.port, 8), 'pgbench, 8 clients': sql(big.serviceUrl, 8), 'peer, 8 clients': http(peer.port, 8),
		'service, 32 clients': http(daemon.port, 32), 'pgbench, 32 clients': sql(big.serviceUrl, 32), 'peer, 32 clients': http(peer.port, 32),
		'pgbench without row security, 8': sql(big.ownerUrl, 8) });
	peer.stop();
	bar('read, 8 clients, to pgbench', m['service, 8 clients'].rate / m['pgbench, 8 clients'].rate, 'least', 0.7, ' ×');
	bar('read, 32 clients, to pgbench', m['service, 32 clients'].rate / m['pgbench, 32 clients'].rate, 'least', 0.6, ' ×');
	bar('read, 8 clients, to Fastify + pg', m['service, 8 clients'].rate / m['peer, 8 clients'].rate, 'least', 2.2, ' ×');
	bar('read, 32 clients, to Fastify + pg', m['service, 32 clients'].rate / m['peer, 32 clients'].rate, 'least', 2.2, ' ×');
	bar('time of the read with row security to without', m['pgbench without row security, 8'].rate / m['pgbench, 8 clients'].rate, 'most', 1.5, ' ×');
	bar('99th percentile of the read, 32 clients', m['service, 32 clients'].p99, 'most', 10, ' ms');
}

async function creating(big, daemon) {
	const body = JSON.stringify(exampleBody(operation('createConcernReport')));
	const script = await createScript(big, body);
	const token = tokenFor(police, { seconds: 3600 });
	const post = () => wrk(daemon.port, { clients: 8, paths: ['/api/v1/concern-reports'], token, body });
	const m = await inTurn({ 'create, service, 8 clients': post, 'create, pgbench, 8 clients': () => pgbench(big.serviceUrl, { clients: 8, script }) });
	bar('creating a concern report, to pgbench', m['create, service, 8 clients'].rate / m['create, pgbench, 8 clients'].rate, 'least', 0.55, ' ×');
}

async function listing(daemons) {
	const token = tokenFor(reader, { seconds: 3600 });
	const measure = (daemon) => () => wrk(daemon.port, { clients: 2, paths: ['/api/v1/patients?limit=50'], token });
	for (const d of Object.values(daemons)) await wrk(d.port, { clients: 2, paths: ['/api/v1/patients?limit=50'], token, duration: 2 });
	const m = await inTurn({ 'list of 50, many patients': measure(daemons.big), 'list of 50, 10,000 patients': measure(daemons.small) });
	bar(`list of 50 of 200 among ${many.toLocaleString('en')}, to 10,000`, m['list of 50, 10,000 patients'].rate / m['list of 50, many patients'].rate, 'most', 1.3, ' ×');
}

// 500 connections that are idle or send one byte a second, and how long a new request waits beside them.
async function crowd(daemon) {
	const token = tokenFor(reader, { seconds: 3600 });
	const head = 'GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ';
	const sockets = Array.from({ length: 500 }, (_, i) => {
		const s = net.connect(daemon.port, '127.0.0.1');
		s.on('error', () => {});
		let sent = 0;
		if (i % 2) s.timer = setInterval(() => s.writable && s.write(head[sent++ % head.length]), 1000);
		return s;
	});
	await pause(1500);
	const open = sockets.filter((s) => !s.destroyed && s.readyState === 'open').length;
	let worst = 0;
	for (let i = 0; i < 20; i++) {
		const begun = performance.now();
		const r = await fetch(`http://127.0.0.1:${daemon.port}/api/v1/me`, { headers: { authorization: `Bearer ${token}`, connection: 'close' } });
		if (r.status !== 200) throw new Error(`beside the crowd: ${r.status}`);
		worst = Math.max(worst, performance.now() - begun);
		await pause(100);
	}
	for (const s of sockets) {
		clearInterval(s.timer);
		s.destroy();
	}
	bar('a new request beside 500 slow connections', worst / 1000, 'most', 1, ` s (${open} open)`);
}

settings();
console.log(`making ${many.toLocaleString('en')} and 10,000 patients`);
const big = await makeBench('many', many);
const small = await makeBench('few', 10_000);
const daemons = { big: await startDaemon(big, { OUTBOUND_ALLOW: '127.0.0.0/8' }), small: await startDaemon(small) };
const who = { token: tokenFor(reader, { seconds: 3600 }), inTurn };
const parts = {
	reading: () => reading(big, daemons.big),
	creating: () => creating(big, daemons.big),
	listing: () => listing(daemons),
	board: () => board(big, daemons.big, who),
	fhir: () => fhir(big, daemons.big, who),
	lists: () => lists(big, daemons.big, who),
	news: () => news(daemons.big, { writer: who.token, administrator: tokenFor('drammen-dps/SA', { seconds: 3600 }) }),
	crowd: () => crowd(daemons.big),
	guard: () => guard(small, { ...who, start: (more) => startDaemon(small, more) }),
	size() {
		bar('resident memory after the run', daemons.big.residentKiB() / 1024, 'most', 50, ' MB');
		bar('from exec to ready', Math.max(daemons.big.readyMs, daemons.small.readyMs) / 1000, 'most', 0.3, ' s');
	},
	imports: () => imports(big, daemons.big, say), // last: it empties tables
};
try {
	for (const [name, measure] of Object.entries(parts)) if (!only.length || only.includes(name)) await measure();
} finally {
	for (const d of Object.values(daemons)) await d.stop();
	for (const b of [big, small]) await b.drop();
}
process.exit(print() > 0 ? 1 : 0);
