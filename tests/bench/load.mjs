// The two load generators: wrk for HTTP, pgbench for the statements alone.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const lua = fileURLToPath(new URL('load.lua', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/samhandling-bench-`);
export const seconds = Number(process.env.SECONDS ?? 5);
let files = 0;

function run(program, args, env = {}) {
	return new Promise((done, fail) => {
		const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		let out = '';
		child.stdout.on('data', (d) => (out += d));
		child.stderr.on('data', (d) => (out += d));
		child.on('error', fail);
		child.on('close', (code) => (code === 0 ? done(out) : fail(new Error(`${program} ended with ${code}: ${out.slice(-2000)}`))));
	});
}

function keep(text, suffix) {
	const path = `${folder}/${++files}${suffix}`;
	writeFileSync(path, text);
	return path;
}

// One request must succeed before thousands of them say anything.
async function prove(port, { paths, token, body, etag }) {
	const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}), ...(etag ? { 'if-none-match': etag } : {}) };
	const r = await fetch(`http://127.0.0.1:${port}${paths[0]}`, { method: body ? 'POST' : 'GET', headers, body });
	if (etag ? r.status !== 304 : !r.ok) throw new Error(`${paths[0]}: ${r.status} ${await r.text()}`);
	await r.arrayBuffer();
}

// { rate (requests a second), p50_us, p99_us }; an answer other than 2xx, or 304 where `etag` is held, is an error of the
// benchmark.
export async function wrk(port, { clients, paths, token, body, etag, duration = seconds }) {
	await prove(port, { paths, token, body, etag });
	const env = { PATHS: keep(paths.join('\n') + '\n', '.txt'), TOKEN: token, RUN: String(Date.now()), ...(body ? { BODY: body } : {}), ...(etag ? { ETAG: etag } : {}) };
	const out = await run('wrk', ['-t', String(Math.min(2, clients)), '-c', String(clients), '-d', `${duration}s`, '--timeout', '10s', '-s', lua, `http://127.0.0.1:${port}`], env);
	const found = JSON.parse(/RESULT (\{.*\})/.exec(out)[1]);
	if (found.errors > 0) throw new Error(`wrk met ${found.errors} errors in ${found.requests} requests: ${out}`);
	return { rate: (found.requests / found.us) * 1e6, ...found };
}

// All parameters are text, as in the daemon, which says so in the protocol; here the text says it.
// `statements` as samhandlingd prints them, `values` by parameter name: a value, { sql } or undefined for NULL.
export function pgbenchScript(statements, values) {
	const variables = new Map();
	const lines = statements.map((s) => {
		const text = s.sql.replace(/^\s*--.*$/gm, '').trim();
		return `${text.replace(/\$(\d+)/g, (_, n) => {
			const name = s.parameters[n - 1];
			const value = values[name];
			if (value === undefined || value === null) return 'NULL::text';
			if (value.sql) return value.sql;
			variables.set(name.replaceAll('.', '_'), String(value));
			return `:${name.replaceAll('.', '_')}::text`;
		})};`;
	});
	const text = `\\set r random(1, 9000000000000000000)\n\\set n random(1, 200)\n\\startpipeline\n${lines.join('\n')}\n\\endpipeline\n`;
	return { path: keep(text, '.sql'), variables };
}

// Transactions a second.
export async function pgbench(url, { clients, script, duration = seconds }) {
	const defined = [...script.variables].flatMap(([name, value]) => ['-D', `${name}=${value}`]);
	const out = await run('pgbench', ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(duration), '-f', script.path, ...defined, url]);
	const failed = /number of failed transactions: (\d+)/.exec(out);
	if (failed && failed[1] !== '0') throw new Error(out);
	return { rate: Number(/tps = ([\d.]+) \(without/.exec(out)[1]) };
}
