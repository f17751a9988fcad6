// Runs the built command line tool in a home of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const program = join(process.env.TEST_BUILD ?? join(root, 'build'), 'samhandling');
export const home = mkdtempSync(join(tmpdir(), 'samhandling-cli-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
export const keys = join(home, 'keys');

export const agencies = [
	{
		slug: 'drammen-dps', name: 'Drammen DPS', organisation_number: '974557746', issuer: 'https://drammen-dps.sandbox.example',
		audience: 'samhandling', key: 'drammen-dps.jwk.json',
		staff: [
			{ role: 'DPS', subject: 'dps-1', name: 'Kari Nordmann', hpr_number: '9144900' },
			{ role: 'PV', subject: 'pv-1', name: 'Per Vern' },
		],
	},
	{
		slug: 'citizen', name: 'Innbyggere', organisation_number: null, issuer: 'https://citizen.sandbox.example',
		audience: 'samhandling', key: 'citizen.jwk.json', staff: [{ role: 'PT', subject: 'pt-1', name: 'Ola Nordmann' }],
	},
];

// The exit code and both streams. `input` goes to stdin; `env` adds to a clean environment.
export function run(args, { input = '', env = {}, command = program } = {}) {
	const wrapper = command === program ? (process.env.TEST_WRAPPER ?? '').split(' ').filter(Boolean) : [];
	const [first, ...words] = [...wrapper, command, ...args];
	const child = spawn(first, words, { env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...env }, cwd: home });
	let stdout = '', stderr = '';
	child.stdout.on('data', (chunk) => (stdout += chunk));
	child.stderr.on('data', (chunk) => (stderr += chunk));
	child.stdin.on('error', () => {});
	child.stdin.end(input);
	return new Promise((done) => child.on('close', (code, signal) => done({ code: code ?? signal, stdout, stderr })));
}

// The sandbox's key directory as its scripts make it.
export async function makeKeys() {
	mkdirSync(keys, { recursive: true });
	writeFileSync(join(keys, 'agencies.json'), JSON.stringify(agencies));
	const published = {};
	for (const { slug } of agencies) {
		const { stdout } = await run(['keygen', '--out', join(keys, `${slug}.jwk.json`), '--keep']);
		published[slug] = JSON.parse(stdout);
	}
	return published;
}
