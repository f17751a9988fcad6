// What the caller may not know of answers as what does not exist, wherever an id can be said: in the path, in the query and
// in the body of every operation, FHIR's too (design §7, §13.1 and 2).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, operation, world } from './harness.mjs';
import { operations } from './lib/contract.mjs';
import { fhirSamples } from './lib/fhir-samples.mjs';
import { hiding } from './lib/hidden.mjs';
import { membersOf, withValue } from './lib/members.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const fhir = await fhirSamples(s);
const { hide, patient } = await hiding(w);

// Path → table, as the news have it, and those that are no news.
const kept = Object.fromEntries((await w.sql("select path, entity from news_kind where path not like '%{parent}%'")).map((k) => [k.path, k.entity]));
Object.assign(kept, { '/imports/{id}': 'import_batch', '/exports/{id}': 'export', '/subscriptions/{id}': 'subscription', '/calendar-feeds/{id}': 'calendar_feed',
	'/data-subject-requests/{id}': 'data_subject_request', '/alert-settings/{id}': 'alert_setting', '/web-origins/{id}': 'web_origin' });
// everybody may read the directory, and what is agreed between agencies
const open = ['/agencies/{id}', '/units/{id}', '/staff/{id}', '/memberships/{id}', '/flow-templates/{id}', '/responsibility-matrices/{id}', '/routines/{id}',
	'/projects/{id}', '/project-bodies/{id}', '/milestones/{id}', '/decision-points/{id}', '/agreements/{id}', '/training-packages/{id}', '/events/{id}', '/arenas/{id}', '/hospitations/{id}'];
const tables = Object.entries(kept).filter(([path]) => !open.includes(path) && typeof s.at[path] === 'string');

const hidden = { '/patients/{id}': patient };
for (const [path, table] of tables) if (path !== '/patients/{id}') hidden[path] = await hide(table, s.at[path]);
const planned = async (part, table) => hide(table, s.at[`/plans/{plan_id}/${part}/{id}`][1], { plan_id: hidden['/plans/{id}'] });
const parts = { goals: await planned('goals', 'plan_goal'), participants: await planned('participants', 'plan_participant'), reviews: await planned('reviews', 'plan_review') };
const note = await hide('concern_note', s.at.note, { report_id: hidden['/concern-reports/{id}'] });
const pool = [...new Set([...Object.values(hidden), ...Object.values(parts), note])];
const some = [patient, ...pool.filter((_, i) => i % 6 === 5)];

// What an observer sees: everything but what is new in each answer, and the id itself.
function seen(r, id) {
	const fresh = ['date', 'x-request-id', 'traceparent', 'server-timing', 'ratelimit', 'connection', 'keep-alive'];
	const headers = Object.fromEntries(Object.entries(r.headers).filter(([name]) => !fresh.includes(name)));
	const text = JSON.stringify({ status: r.status, headers, body: r.body }).replaceAll(id, '{id}').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{new}');
	// what has just been made is of this moment, and its tag a hash of that
	return r.status === 201 ? text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+/g, '{now}').replaceAll(/"(etag|content-length)":"[^,]*"/g, '') : text;
}

const guarded = (o) => (o.parameters.some((p) => p.name === 'If-Match' && p.required) ? { 'if-match': '"1-0"' } : {});
const caller = (o) => (o.fhir ? fhir[o.fhir.type]?.who ?? s.caller(o) : s.caller(o));
const ask = (o, path, body = s.body(o)) => w.request({ as: caller(o), method: o.method, path, body, headers: guarded(o), judged: false });

async function alike(o, id, path, body = () => undefined) {
	const none = anyId();
	const a = await ask(o, path(id), body(id) ?? s.body(o));
	const b = await ask(o, path(none), body(none) ?? s.body(o));
	assert.equal(seen(a, id), seen(b, none), a.story());
	return a;
}

const prefixOf = (path) => Object.keys(hidden).filter((p) => path === p || path.startsWith(`${p}/`)).sort((x, y) => y.length - x.length)[0];

test('there is something hidden of every kind', () => {
	assert.deepEqual(Object.entries(kept).filter(([path]) => !open.includes(path) && hidden[path] === undefined).map(([path]) => path), []);
});

describe('in the path', () => {
	for (const o of operations.filter((x) => !x.fhir && x.operation.security.length > 0 && prefixOf(x.path) && x.path.split('{').length === 2))
		test(`${o.method} ${o.path}`, async () => {
			const r = await alike(o, hidden[prefixOf(o.path)], (id) => o.path.replace(/\{[^}]+\}/, id));
			assert.ok([403, 404].includes(r.status), r.story());
		});
	for (const o of operations.filter((x) => x.path.startsWith('/plans/{plan_id}/')))
		test(`${o.method} ${o.path}`, async () => {
			const id = parts[o.path.split('/')[3]];
			for (const plan of [hidden['/plans/{id}'], s.at['/plans/{id}']])
				assert.equal((await alike(o, id, (one) => o.path.replace('{plan_id}', plan).replace('{id}', one))).status, 404);
		});
	for (const o of operations.filter((x) => x.path === '/concern-reports/{report_id}/notes/{id}'))
		test(`${o.method} ${o.path}`, async () => {
			for (const report of [hidden['/concern-reports/{id}'], s.at['/concern-reports/{id}']])
				assert.equal((await alike(o, note, (one) => o.path.replace('{report_id}', report).replace('{id}', one))).status, 404);
		});
	for (const o of operations.filter((x) => x.fhir && x.path.includes('{id}') && fhir[x.fhir.type] && x.fhir.type !== 'AuditEvent'))
		test(`${o.method} ${o.path}`, async () => {
			for (const id of some) {
				const r = await alike(o, id, (one) => o.path.replace('{id}', one).replace('{vid}', '1'));
				// a search about somebody unknown finds nothing
				assert.ok(r.status >= 400 || (r.body.type === 'searchset' && r.body.entry === undefined), r.story());
			}
		});
});

// directory ids are no secret
const directory = /(^|[/_])(agency|agencies|unit|staff|contact|chair|who|attended|present)(_ids?)?(\/0)?$/;

describe('in the query', () => {
	const isId = (p) => p.in === 'query' && p.schema?.format === 'uuid' && !directory.test(p.name);
	const idsFor = (name) => (/^(patient|subject|patient_id)$/.test(name) ? [patient] : some);
	// a log shows what one has tried oneself
	const logs = ['/access-log', '/fhir/r4/AuditEvent'];
	for (const o of operations.filter((x) => !x.fhir && x.method === 'GET' && x.parameters.some(isId) && !logs.includes(x.path)))
		test(`${o.method} ${o.path}`, async () => {
			for (const { name } of o.parameters.filter(isId)) for (const id of idsFor(name)) await alike(o, id, (one) => `${s.path(o)}?${name}=${one}`);
		});
	const people = ['patient', 'subject', 'entity', 'focus', 'encounter', 'based-on', '_id'];
	for (const o of operations.filter((x) => x.fhir && x.method === 'GET' && !x.path.includes('{id}') && fhir[x.fhir.type] && !logs.includes(x.path)))
		test(`${o.method} ${o.path}`, async () => {
			const names = o.parameters.filter((p) => p.in === 'query' && people.includes(p.name)).map((p) => p.name);
			for (const name of names) for (const id of idsFor(name)) await alike(o, id, (one) => `${o.path}?${name}=${one}`);
		});
});

describe('in the body', () => {
	const idsIn = (o) => Object.entries(membersOf(o)).filter(([, schemas]) => schemas.some((x) => x.format === 'uuid')).map(([pointer]) => pointer);
	// who breaks the glass says whom they have before them: that opens, and a look at nobody does not
	const apart = ['/sandbox/reset', '/sandbox/clock', '/emergency-accesses'];
	for (const o of operations.filter((x) => !x.fhir && x.operation.requestBody && !apart.includes(x.path)))
		test(`${o.method} ${o.path}`, async () => {
			for (const pointer of idsIn(o).filter((p) => !directory.test(p)))
				for (const id of /patient_id$/.test(pointer) ? [patient] : pool) {
					const path = s.path(o) ?? s.nowhere(o);
					const send = async (one) => seen(await ask(o, path, withValue(s.body(o), pointer, one)), one);
					const before = await send(anyId());
					const got = await send(id);
					// what the first of two has made may be in the way of the next
					if (got !== before) assert.equal(got, await send(anyId()), pointer);
				}
		});
});

test('no answer, no event of the log and no counter has named the hidden person', async () => {
	for (const who of ['drammen-dps:tl-1', 'drammen-kommune:mh-1', 'drammen-dps:dps-1', 'drammen-dps:pv-1', 'drammen-dps:sy-1'])
		for (const path of ['/changes?after=0&limit=200', '/patients?limit=200', '/tasks?limit=200', '/inbox', '/access-log?limit=200']) {
			const r = await w.api(who, 'GET', path);
			assert.ok(!r.text.includes(patient), `${who} ${path}`);
		}
	assert.ok(!w.daemon.log.includes(patient));
});
