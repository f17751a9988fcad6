// docs/quick-start.md runs as it stands: its blocks are pasted into one shell beside a sandbox.json.
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { world } from './harness.mjs';

const w = await world();
const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
after(() => rmSync(folder, { recursive: true }));

const people = { 'politi-demo': ['PO'], 'drammen-kommune': ['MH', 'HO'], 'lier-kommune': ['MH'], 'drammen-dps': ['DPS', 'PV', 'TL'],
	'fastlege-demo': ['GP'], 'nav-drammen': ['NAV'], citizen: ['PT', 'RE'] };

function sandbox() {
	const tokens = Object.entries(people).flatMap(([agency, roles]) => roles.map((role) => ({ agency, role,
		token: w.token(`${agency}:${role.toLowerCase()}-1`) })));
	mkdirSync(join(folder, 'var'));
	writeFileSync(join(folder, 'var/sandbox.json'), JSON.stringify({ base_url: `http://127.0.0.1:${w.port}/api/v1`, tokens }));
}

test('every block of the quick start works when pasted', async () => {
	sandbox();
	const page = readFileSync(new URL('../../docs/quick-start.md', import.meta.url), 'utf8');
	const blocks = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map((m) => m[1]);
	assert.ok(blocks.length >= 6, 'the page has blocks');
	const script = `set -euo pipefail\n${blocks.join('\n')}`;
	const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env: { PATH: process.env.PATH } });
	assert.match(stdout, /Lier now gets 404/);
	const [report] = await w.sql('select state, responsible_agency_id from concern_report');
	assert.deepEqual(report, { state: 'CLOSED', responsible_agency_id: w.ids.agency['drammen-dps'] });
});
