// `make lint`: runs every check of checks/, prints one line each with its time, exits 1 when one fails.
// A check exports `about` (one sentence) and `check(report)`; report(file, line, what is wrong).
// ONLY=name,name runs some of them.
import { readdirSync } from 'node:fs';
import { each } from './lib.mjs';

const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
const names = readdirSync(new URL('checks', import.meta.url)).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4));
const unknown = only.filter((n) => !names.includes(n));
// those that call big programs take longest, so they begin
const slow = ['clang-tidy', 'cppcheck', 'spectral', 'redocly'];
const order = (name) => (slow.includes(name) ? slow.indexOf(name) : slow.length);
const wanted = names.filter((n) => only.length === 0 || only.includes(n)).sort((a, b) => order(a) - order(b));

const mostShown = 40;
let failed = 0;

function show(name, about, faults, seconds) {
	const verdict = faults.length === 0 ? 'ok  ' : 'FAIL';
	console.log(`${verdict} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(5)} s  ${about}`);
	const lines = faults.map(({ file, line, what }) => `     ${[file, line].filter(Boolean).join(':')}${file ? ': ' : ''}${what}`);
	for (const l of lines.slice(0, mostShown)) console.log(l);
	if (lines.length > mostShown) console.log(`     and ${lines.length - mostShown} more`);
}

async function runCheck(name) {
	const begun = performance.now();
	const faults = [];
	const report = (file, line, what) => faults.push({ file, line, what });
	const { about, check } = await import(`./checks/${name}.mjs`);
	await check(report).catch((e) => report(null, null, `the check itself failed: ${e.stack}`));
	if (faults.length > 0) failed++;
	show(name, about, faults, (performance.now() - begun) / 1000);
}

if (unknown.length > 0) {
	console.error(`no such check: ${unknown.join(', ')}; there are: ${names.join(' ')}`);
	process.exit(2);
}
await each(wanted, runCheck);
console.log(`${wanted.length - failed} checks passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
