// The Postman collection, run by newman against the real daemon with real tokens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import newman from 'newman';
import { agencies } from '../api/lib/tokens.mjs';
import { document, world } from '../api/harness.mjs';
import { operations as operationsOf } from '../../clients/postman/lib/requests.mjs';

const w = await world();
const operations = operationsOf(document);
const folder = mkdtempSync(join(tmpdir(), 'postman-'));
after(() => rmSync(folder, { recursive: true }));
const here = new URL('../../clients/postman/', import.meta.url);
const readJson = (name) => JSON.parse(readFileSync(new URL(name, here), 'utf8'));
const collection = readJson('collection.json');
const runs = collection.item.filter((i) => i.name.startsWith('Run: '));

// As a user does it: from what `make run` leaves in var/sandbox.json.
function environment() {
	const tokens = agencies.flatMap((a) => a.staff.map((p) => ({ agency: a.slug, role: p.role, token: w.token(`${a.slug}:${p.subject}`) })));
	const facts = join(folder, 'sandbox.json');
	writeFileSync(facts, JSON.stringify({ base_url: `http://127.0.0.1:${w.port}/api/v1`, tokens }));
	return JSON.parse(execFileSync('node', [new URL('fill.mjs', here).pathname, 'sandbox', facts], { encoding: 'utf8' }));
}

function run(name) {
	return new Promise((done, fail) => newman.run({ collection, environment: environment(), folder: name, reporters: [] }, (error, summary) => (error ? fail(error) : done(summary))));
}

const failureText = ({ source, error }) => `${source?.name}: ${error.name}: ${error.test ?? ''} ${error.message}`;

// what waits already, as in any sandbox: the runs find their own among it
for (const who of ['drammen-kommune:mh-1', 'lier-kommune:mh-1', 'drammen-dps:dps-1']) (await w.api(who, 'POST', '/tasks', { title: 'Ring', due_at: new Date().toISOString() })).is(201);

for (const { name, item } of runs)
	test(`${name}: every step answers as it says`, async () => {
		const { stats, failures, executions } = (await run(name)).run;
		const bodies = executions.filter((e) => (e.assertions ?? []).some((a) => a.error)).map((e) => `${e.item.name}: ${e.response?.code} ${e.response?.text().slice(0, 600)}`);
		assert.deepEqual(failures.map(failureText), [], bodies.join('\n'));
		assert.equal(stats.requests.failed, 0);
		assert.ok(stats.assertions.total >= item.length);
	});

test('the collection has every operation, below its tag, with the path that it has', () => {
	const all = collection.item.filter((i) => !i.name.startsWith('Run: ')).flatMap((f) => f.item.map((i) => [f.name, i.request.method, `/${i.request.url.path.join('/')}`].join(' ')));
	assert.deepEqual(all.sort(), operations.map((o) => [o.operation.tags[0], o.method, o.path.replace(/\{([^}]+)\}/g, ':$1')].join(' ')).sort());
});

test('the runs write as well as read, and one of them reads every list', () => {
	const sent = runs.flatMap((r) => r.item.map((i) => `${i.request.method} /${i.request.url.path.join('/')}`));
	const lists = operations.filter((o) => o.method === 'GET' && o.operation['x-list'] && !o.path.includes('{'));
	for (const o of lists) assert.ok(sent.includes(`GET ${o.path}`), o.path);
	assert.ok(new Set(sent.filter((s) => s.startsWith('POST'))).size > 30 && new Set(sent.filter((s) => s.startsWith('PATCH'))).size > 8);
});

test('no environment in the repository holds a secret', () => {
	for (const slug of ['sandbox', ...agencies.map((a) => a.slug)]) {
		const { values } = readJson(`environments/${slug}.json`);
		assert.ok(values.some((v) => v.type === 'secret'));
		for (const v of values.filter((one) => one.type === 'secret')) assert.equal(v.value, '', `${slug}: ${v.key}`);
	}
});
