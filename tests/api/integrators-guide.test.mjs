// docs/integrators-guide runs as it stands: each page's blocks are pasted into one shell beside a sandbox.json.
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { world } from './harness.mjs';
import { root } from './lib/environment.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const folder = mkdtempSync(join(tmpdir(), 'guide-'));
after(() => rmSync(folder, { recursive: true }));
const guide = `${root}docs/integrators-guide`;
const pages = readdirSync(guide).filter((f) => f.endsWith('.md'));

function sandbox() {
	const tokens = agencies.flatMap((a) => a.staff.map((p) => ({ agency: a.slug, role: p.role, token: w.token(`${a.slug}:${p.subject}`) })));
	mkdirSync(join(folder, 'var'));
	writeFileSync(join(folder, 'var/sandbox.json'), JSON.stringify({ base_url: `http://127.0.0.1:${w.port}/api/v1`, tokens }));
	symlinkSync(`${root}docs`, join(folder, 'docs'));
}

const blocksOf = (page) => [...readFileSync(`${guide}/${page}`, 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map((m) => m[1]);

// What a page promises, seen in what its blocks print.
const promised = {
	'README.md': [/Kristin Nordli/, /invalid_body/, /version_mismatch/, /idempotency-replayed: true/i, /no\.samhandling\.task\.created/],
	'drammen-dps.md': [/"ward": "Akuttposten"/, /^304$/m, /"resourceType": "Patient"/],
	'drammen-kommune.md': [/"severity": "ORANGE"/, /"offered_to": "Allmennpoliklinikk Drammen"/],
	'fastlege.md': [/"status": "SENT"/, /not_found/],
	'lier-kommune.md': [/"from": "Mottak for bekymringsmeldinger"/, /ACCEPTED/],
	'nav-drammen.md': [/consent_required/, /GRANTED/, /version_mismatch/, /WITHDRAWN/],
	'ovre-eiker-kommune.md': [/RECEIVED/, /CLOSED/],
	'politi.md': [/"status": "RECEIVED"/],
	'third-party.md': [/"role": "PT"/, /Innholdet følger ikke kontrakten|kontrakten/],
};

test('there is a page for each agency of the sandbox, and each is tried', () => {
	const own = agencies.map((a) => a.slug.replace('-demo', '')).filter((slug) => slug !== 'citizen');
	for (const slug of own) assert.ok(pages.includes(`${slug}.md`), slug);
	assert.deepEqual(Object.keys(promised).sort(), pages.sort());
});

test('no link of the guide leads nowhere', () => {
	for (const page of pages)
		for (const [, target] of readFileSync(`${guide}/${page}`, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
			assert.ok(existsSync(join(dirname(`${guide}/${page}`), target)), `${page}: ${target}`);
});

sandbox();
for (const page of pages)
	test(`${page}: every block works when pasted`, async () => {
		const blocks = blocksOf(page);
		assert.ok(blocks.length >= 3, 'the page has blocks');
		const script = `set -euo pipefail\n${blocks.join('\n')}`;
		const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env: { PATH: process.env.PATH } })
			.catch((e) => assert.fail(`${e.stdout.slice(-1500)}\n${e.stderr.slice(-1500)}`));
		for (const pattern of promised[page]) assert.match(stdout, pattern);
	});
