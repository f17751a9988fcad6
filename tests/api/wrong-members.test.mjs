// Whatever a client puts into one member of a body, a parameter or a header: the service never fails, and a refusal of it
// names the member. Run over every operation of the contract, FHIR's too.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operation, world } from './harness.mjs';
import { operations } from './lib/contract.mjs';
import { pause } from './lib/daemon.mjs';
import { fhirSamples, pathFor } from './lib/fhir-samples.mjs';
import { membersOf, withValue } from './lib/members.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world({ settings: { THREADS: 64 } });
const s = await makeSamples(w, operation);
const fhir = await fhirSamples(s);

// what moves the clock or empties the sandbox is tried by its own tests
const tried = operations.filter((o) => !o.path.startsWith('/sandbox') && !o.operation['x-stream']);
const times = ['0000-01-01', '0001-01-01', '2026-02-30', '10000-01-01', 'infinity', 'now', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:60Z', '9999-12-31T23:59:59-23:59',
	'2026-01-01T00:00:00+99:00', '2026-01-01T24:00:00Z'];
const texts = ['', ' ', 'x'.repeat(100_001), 'a\u0000b', '\ud800', '\u0001', "'; drop table patient; --", '\\', '{1,2}', '${x}', '00000000-0000-0000-0000-000000000000', '{01890000-0000-7000-8000-000000000000}', 'https://[::1', '-1'];
const numbers = [-1, 1.5, 1e300, 5e-324, 2147483648, 2 ** 53 + 2];
const others = [null, true, 0, [], [null], {}, { x: 1 }, Array.from({ length: 3000 }, () => 'x')];

// What a member of that kind may be given: a few of the other kinds, all of its own.
function valuesFor(schemas) {
	const types = new Set(schemas.flatMap((x) => x.type ?? (x.enum ?? [x.const ?? 'x']).map((v) => typeof v)));
	const timed = schemas.some((x) => /^(date|time)/.test(x.format ?? ''));
	return [...others, ...(types.has('string') ? texts : ['x']), ...(timed ? times : []), ...(types.has('integer') || types.has('number') ? numbers : [-1])];
}

const called = (o) => (o.fhir ? fhir[o.fhir.type]?.who ?? s.caller(o) : s.caller(o));
const placeOf = (o) => (o.fhir ? pathFor(fhir, o) : s.path(o)) ?? s.nowhere(o);

function request(o, changes) {
	const guarded = o.parameters.some((p) => p.name === 'If-Match' && p.required) ? { 'if-match': '"1-0"' } : {};
	return w.request({ as: called(o), method: o.method, path: placeOf(o), judged: false, ...changes, headers: { ...guarded, ...changes.headers } });
}

// Answers that nobody could do anything with: a failure, and a refusal that does not say of what.
function fault(r) {
	if (r.status >= 500) return `${r.status} ${r.body.code} ${r.body.detail ?? ''}`;
	const named = r.status !== 422 || r.type !== 'application/problem+json' || r.body.code === 'idempotency_conflict' || r.body.errors?.length > 0;
	return named ? null : `422 ${r.body.code} ${r.body.detail ?? ''} names nothing`;
}

const shown = (v) => JSON.stringify(v).slice(0, 60);

async function judge(list, send, name) {
	const faults = [];
	const queue = list[Symbol.iterator]();
	await Promise.all(Array.from({ length: 8 }, async () => {
		for (const item of queue) {
			let r = await send(item);
			// many at once may have to wait for each other, as long as they are told
			for (let n = 0; r.status === 503 && n < 5; n++) {
				await pause(1000 * Number(r.headers['retry-after'] ?? 0));
				r = await send(item);
			}
			const found = fault(r);
			if (found !== null) faults.push(`${name(item)}: ${found}`);
		}
	}));
	assert.deepEqual(faults.slice(0, 20), [], `${faults.length} of ${list.length}`);
}

// before the others: what they leave in the log makes its lists long
const encoded = (v) => encodeURIComponent(String(v).toWellFormed?.() ?? String(v));
const cursors = [[], ['x'], ['x', 'y'], [null, null], [1, 2], {}, 'x', null, ['infinity', 'x'], ['2026-01-01 00:00 Nowhere/Land', '00000000-0000-0000-0000-000000000000'], ['294277-01-01', 'x'],
	['9'.repeat(400)], ['-1', '-1'], ['a\u0000b'], [[[]]]].map((c) => Buffer.from(JSON.stringify(c)).toString('base64url'));
const words = ['', ' ', 'x'.repeat(4000), 'a\u0001', '-1', '99999999999999999999', '%', "'", '\\', ',,', '|', 'lt2026', 'gt9999-12-31', '2026-13', 'Patient/', 'Patient/x', 'http://x/|y', ...times];

describe('a parameter of the query', () => {
	for (const o of tried.filter((x) => (!x.fhir || x.method === 'GET') && x.parameters.some((p) => p.in === 'query')))
		test(`${o.method} ${o.path}`, () => {
			const list = o.parameters.filter((p) => p.in === 'query').flatMap(({ name }) => [...words, ...(/cursor/.test(name) ? cursors : [])].map((value) => ({ name, value })));
			return judge(list, ({ name, value }) => request(o, { path: `${placeOf(o)}?${encodeURIComponent(name)}=${encoded(value)}`, body: s.body(o) }), ({ name, value }) => `${name} = ${shown(value)}`);
		});
});

describe('a member of the body', () => {
	for (const o of tried.filter((x) => Object.keys(membersOf(x)).length > 0))
		test(`${o.method} ${o.path}`, () => {
			const list = Object.entries(membersOf(o)).flatMap(([pointer, schemas]) => valuesFor(schemas).map((value) => ({ pointer, value })));
			return judge(list, ({ pointer, value }) => request(o, { body: withValue(s.body(o), pointer, value) }), ({ pointer, value }) => `${pointer} = ${shown(value)}`);
		});
});

describe('the body as a whole', () => {
	const bodies = ['', 'null', 'true', '0', '""', '[]', '{}', '[{}]', '1e999', '{"":1}', '{"a":1e400}', '\ufeff{}', '{"\\u0000":1}', '{"x":"\\ud800"}', 'nul', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])];
	for (const o of tried.filter((x) => Object.keys(membersOf(x)).length > 0))
		test(`${o.method} ${o.path}`, () => judge(bodies, (body) => request(o, { body }), shown));
});

describe('a part of the path', () => {
	const parts = ['x', '%20', '..%2F..', '%00', '%ff', '%F0%9F%92%A9', '0', '-1', "'", '{id}', '*', 'x'.repeat(2000), '00000000-0000-0000-0000-000000000000', '9'.repeat(30), '1.ics', 'null'];
	for (const o of tried.filter((x) => x.path.includes('{')))
		test(`${o.method} ${o.path}`, async () => {
			for (const part of parts) {
				const r = await request(o, { path: o.path.replaceAll(/\{[^}]+\}/g, part), body: s.body(o) });
				// nobody makes a FHIR resource by naming it: 405; a search about nobody finds nothing, but that somebody has asked for them
				assert.ok([400, 403, 404, 414, ...(o.fhir ? [405] : [])].includes(r.status) || (r.body?.type === 'searchset' && (r.body.entry === undefined || o.fhir.type === 'AuditEvent')), r.story());
			}
		});
});

describe('a header', () => {
	const headers = {
		'if-match': ['', '*', '"', '""', '"x"', '"1', 'W/"1-0"', '"99999999999999999999-0"', '"1-0",'.repeat(200), ',', '"-1-0"'],
		'if-none-match': ['', '*', '"', 'x', '"%"', '"_"', 'W/', '"1-0",'.repeat(200)],
		'idempotency-key': ['', ' ', 'x'.repeat(5000), '\u00e6', '"', "'", '\\'],
		prefer: ['', ',', ';', 'return', 'return=', 'return="minimal', 'return=minimal, return=representation', '='],
		accept: ['', ',', '/', '*/', '/*', 'a/b;q=', '*/*;q=2', '*/*;q=0', 'application/json;q=0'],
		'accept-language': ['', '*', ';', 'nb;q=x', '-', ','], traceparent: ['', '00', '00-', 'x'.repeat(500)],
		'x-purpose-of-use': ['', ' ', 'x', 'TREAT,TREAT', 'x'.repeat(5000)], 'last-event-id': ['', 'x', '-1', '9'.repeat(30)],
		'content-type': ['', ';', 'application/json;', 'application/json; charset=utf-16', 'application/', '/json'], 'content-encoding': ['', 'gzip', 'identity, gzip'],
		origin: ['', 'null', 'http://', 'x'], range: ['bytes=0-1', 'x'], 'if-modified-since': ['x'], dpop: ['', 'x', 'a.b.c'], 'transfer-encoding': [],
	};
	const list = Object.entries(headers).flatMap(([name, all]) => all.map((value) => ({ name, value: Buffer.from(value).toString('latin1') })));
	// what reads headers is the same for all: one operation of each sort, and those that read more than others
	const sorts = new Set();
	const sortOf = (o) => [o.method, o.operation['x-machine'] !== undefined, o.fhir?.does, o.parameters.filter((p) => p.in === 'header').map((p) => p.name).join(), Object.keys(o.operation.responses).includes('201')].join(' ');
	for (const o of tried.filter((x) => !sorts.has(sortOf(x)) && sorts.add(sortOf(x))))
		test(`${o.method} ${o.path}`, () => judge(list, ({ name, value }) => request(o, { headers: { [name]: value }, body: s.body(o) }), ({ name, value }) => `${name}: ${shown(value)}`));
});

test('after all this the daemon has logged no failure of its own', () => {
	const failures = w.daemon.events().filter((e) => ['DATABASE_ERROR', 'REPLY_MISMATCH'].includes(e.event));
	assert.deepEqual(failures.slice(0, 20), []);
});
