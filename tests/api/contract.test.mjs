// What every operation of the contract must do, whatever it is about: run over all of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operation, operations, until, world } from './harness.mjs';
import { resolve } from './lib/contract.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world({ settings: { BODY_MAX: 65536 } });
const s = await makeSamples(w, operation);

const secured = operations.filter((o) => o.operation.security.length > 0);
const scoped = secured.filter((o) => o.operation.security[0].agency.length > 0);
// those that are read as they arrive, and what is no JSON, are judged by their own tests
const isJson = (o) => !o.operation['x-stream'] && Object.keys(o.operation.requestBody.content).some((t) => /json$/.test(t));
const withBody = operations.filter((o) => o.operation.requestBody);
const withJson = withBody.filter(isJson);
const guarded = operations.filter((o) => o.parameters.some((p) => p.name === 'If-Match' && p.required));
const getters = operations.filter((o) => o.method === 'GET');
const creators = operations.filter((o) => o.method === 'POST' && o.operation.responses['201'] && o.parameters.some((p) => p.name === 'Idempotency-Key'));
// what may be done once only is tried where its rules are
const once = ['recordConcernReportFeedback', 'submitUserExperienceSurvey', 'submitStaffSurvey'];
const repeatable = creators.filter((o) => !once.includes(o.id));
const paths = [...new Set(operations.map((o) => o.path))];

// A request that would succeed but for what the test changes: any caller, any existing thing.
function request(o, changes = {}) {
	const headers = guarded.includes(o) ? { 'if-match': '"1-0"' } : {};
	return w.request({ as: s.caller(o), method: o.method, path: s.path(o) ?? s.nowhere(o), body: s.body(o), ...changes,
		headers: { ...headers, ...changes.headers } });
}

// One subtest for each operation, so that the report names it.
function forEach(list, name, check) {
	test(name, async (t) => {
		for (const o of list) await t.test(`${o.method} ${o.path}`, () => check(o));
	});
}

describe('the caller', () => {
	forEach(secured, 'without a token: 401 that says how', async (o) => {
		const r = (await request(o, { as: null })).is(401, 'missing_token');
		assert.match(r.headers['www-authenticate'], /^Bearer/);
	});
	forEach(secured, 'unknown to the agency: 403', async (o) => {
		(await request(o, { as: w.token('drammen-dps:tm-1', { claims: { sub: 'nobody' } }) })).is(403, 'unknown_staff');
	});
	forEach(scoped, 'with another scope: 403 that names the one it needs', async (o) => {
		const r = (await request(o, { as: w.token(s.caller(o), { claims: { scope: 'something.else' } }) })).is(403, 'insufficient_scope');
		assert.ok(r.headers['www-authenticate'].includes(o.operation.security[0].agency[0]), r.story());
	});
});

describe('the address', () => {
	forEach(operations.filter((o) => o.path.includes('{')), 'of something that does not exist: 404', async (o) => {
		(await request(o, { path: s.nowhere(o) })).is(404);
	});
	test('that no path has: 404', async () => {
		for (const path of ['/nothing', '/patients/', '/patients/1/2/3/4', '//agencies', '/Agencies'])
			(await w.request({ as: 'drammen-dps:tl-1', method: 'GET', path: `/api/v1${path}`, judged: false })).is([400, 404]);
	});
	test('with a method that it does not have: 405 and what it has', async (t) => {
		for (const path of paths) {
			const own = operations.filter((o) => o.path === path).map((o) => o.method);
			const all = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort();
			await t.test(path, async () => {
				const o = operations.find((x) => x.path === path);
				for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].filter((m) => !own.includes(m))) {
					const r = (await w.request({ as: null, method, path: s.path(o) ?? s.nowhere(o) })).is(405);
					assert.deepEqual(r.headers.allow.split(', ').sort(), all, r.story());
				}
				const options = (await w.request({ as: null, method: 'OPTIONS', path: s.path(o) ?? s.nowhere(o) })).is(204);
				assert.deepEqual(options.headers.allow.split(', ').sort(), all);
			});
		}
	});
});

describe('the body', () => {
	forEach(withJson, 'that is not JSON: 400', async (o) => {
		for (const body of ['{', '{"a":1,"a":2}', '"\u{0}"', '[1] 2', `${'['.repeat(40)}${']'.repeat(40)}`]) (await request(o, { body })).is(400, 'not_json');
	});
	forEach(withJson, 'larger than the service takes: 413', async (o) => {
		(await request(o, { body: `{"x":"${'x'.repeat(70_000)}"}` })).is(413);
	});
	forEach(withBody, 'of another media type: 415 that says which', async (o) => {
		(await request(o, { body: 'x', headers: { 'content-type': 'text/plain' } })).is(415);
	});
	test('that says where something stands elsewhere never takes a personal number there', () => {
		const seen = new Set();
		const isPlace = (schema, name) => /(^|_)(ref|reference)$|^(record_id|external_id)$/.test(name) && [schema.type].flat().includes('string');
		const walk = (schema, name, at) => {
			if (schema === undefined || seen.has(schema)) return [];
			seen.add(schema);
			const members = Object.entries(schema.properties ?? {}).flatMap(([key, member]) => walk(resolve(member), key, `${at}/${key}`));
			const parts = [schema.items, schema.oneOf, schema.anyOf, schema.allOf].flat().flatMap((part) => walk(resolve(part), name, at));
			return [...isPlace(schema, name) && schema.format !== 'no-national-id' ? [at] : [], ...members, ...parts];
		};
		const bodies = withJson.flatMap((o) => Object.values(o.operation.requestBody.content).map(({ schema }) => [resolve(schema), o.id]));
		assert.deepEqual(bodies.flatMap(([schema, id]) => walk(schema, '', id)), []);
		assert.ok(seen.size > 1000, 'the bodies were walked');
	});
	forEach(withJson, 'that does not follow the contract: 422 with pointers', async (o) => {
		const r = (await request(o, { body: { no_such_member: 1 } })).is(422, 'invalid_body');
		assert.ok(r.pointers().length > 0 && r.body.errors.every((e) => e.code && e.detail), r.story());
	});
});

describe('parameters', () => {
	forEach(operations.filter((o) => o.parameters.some((p) => p.in === 'query')), 'that do not follow the contract: 422', async (o) => {
		const { name } = o.parameters.find((p) => p.in === 'query');
		const bad = name === 'q' || name === 'name' ? 'x'.repeat(1000) : name === 'cursor' ? '%C3%A6' : '-x-';
		const path = `${s.path(o) ?? s.nowhere(o)}?${name}=${bad}`;
		const r = (await request(o, { path })).is(422);
		assert.ok(r.pointers().some((p) => p.includes(name)), r.story());
	});
	forEach(operations, 'that the contract does not describe: 422', async (o) => {
		const r = (await request(o, { path: `${s.path(o) ?? s.nowhere(o)}?no_such=1` })).is(422);
		assert.ok(r.body.errors.some((e) => e.code === 'unknown_parameter'), r.story());
	});
});

describe('changing an existing thing', () => {
	forEach(guarded, 'without If-Match: 428', async (o) => {
		(await request(o, { headers: { 'if-match': null } })).is(428);
	});
	forEach(guarded.filter((o) => o.path.includes('{')), 'with an old version: 412 that names what changed', async (o) => {
		const r = (await request(o, { headers: { 'if-match': '"999-0"' } })).is(412);
		assert.ok(Number.isInteger(r.body.current_version), r.story());
		assert.ok(Array.isArray(r.body.changed), r.story());
	});
});

describe('reading', () => {
	forEach(getters, 'media types: 406 for one that there is not', async (o) => {
		(await request(o, { headers: { accept: 'application/x-nothing' } })).is(406);
		(await request(o, { headers: { accept: 'text/html;q=0.5, */*;q=0.1' } })).is([200, 404]);
	});
	forEach(getters, 'once: 200; unchanged: 304 without a body', async (o) => {
		const r = (await request(o)).is(200);
		if (!o.operation.responses['304']) return;
		assert.match(r.etag, /^"\d+-[0-9a-f]+"$/, r.story());
		const again = (await request(o, { headers: { 'if-none-match': r.etag } })).is(304);
		assert.equal(again.text, '');
		assert.equal(again.etag, r.etag);
		(await request(o, { headers: { 'if-none-match': `"0-0", W/${r.etag}` } })).is(304);
		(await request(o, { headers: { 'if-none-match': '"0-0"' } })).is(200);
	});
	forEach(getters, 'HEAD is GET without its body', async (o) => {
		const get = (await request(o)).is(200);
		const head = (await request(o, { method: 'HEAD' })).is(200);
		assert.equal(head.text, '');
		assert.equal(head.headers['content-type'], get.headers['content-type']);
	});
	forEach(getters.filter((o) => o.parameters.some((p) => p.name === 'cursor')), 'a list: page, links, cursor', async (o) => {
		const first = (await request(o, { path: `${s.path(o)}?limit=1` })).is(200);
		assert.ok(first.body.items.length <= 1 && first.body.links.self.startsWith('/'), first.story());
		const next = first.body.links.next;
		if (next === undefined) return assert.equal(first.headers.link, undefined);
		assert.equal(first.headers.link, `<${next}>; rel="next"`);
		const second = (await request(o, { path: next })).is(200);
		assert.notDeepEqual(second.body.items, first.body.items);
		(await request(o, { path: `${s.path(o)}?cursor=bm90YWN1cnNvcg` })).is([400, 422]);
	});
});

describe('creating', () => {
	forEach(repeatable, 'twice with one key: carried out once, answered twice', async (o) => {
		const body = s.body(o, true);
		const headers = { 'idempotency-key': crypto.randomUUID() };
		const first = (await request(o, { body, headers })).is(201);
		const again = (await request(o, { body, headers })).is(201);
		assert.equal(again.headers['idempotency-replayed'], 'true');
		assert.equal(again.location, first.location);
		assert.equal(again.body?.id, first.body?.id);
		const other = { ...body, [Object.keys(body).find((k) => typeof body[k] === 'string') ?? 'x']: 'x' };
		const third = (await request(o, { body: other, headers })).is(422);
		assert.ok(['idempotency_conflict', 'invalid_body'].includes(third.body.code), third.story());
	});
	// what is done to a subscription makes nothing, and is carried out once all the same
	const acts = operations.filter((o) => o.method === 'POST' && o.path.startsWith('/subscriptions/{id}/'));
	forEach([...repeatable, ...acts], 'at the same time with one key: 409 at once', async (o) => {
		const headers = { 'idempotency-key': crypto.randomUUID() };
		const body = s.body(o, true);
		let first;
		await whileHeld(async (somebodyWaits) => {
			first = request(o, { body, headers });
			await somebodyWaits();
			const begun = performance.now();
			(await request(o, { body, headers })).is(409, 'idempotency_busy');
			assert.ok(performance.now() - begun < 1000);
		});
		(await first).is([200, 201, 202]);
	});
	forEach(repeatable, 'Prefer: return=minimal gives no body, but where it is', async (o) => {
		const r = (await request(o, { body: s.body(o, true), headers: { prefer: 'return=minimal' } })).is([201, 204]);
		assert.equal(r.text, '');
		assert.equal(r.headers['preference-applied'], 'return=minimal');
	});
});

// Runs `work` while every transaction that writes an idempotency row has to wait.
async function whileHeld(work) {
	await w.database.asOwner(async (c) => {
		await c.query('lock table idempotency in share row exclusive mode');
		await work(() => until(async () => (await w.sql(`select 1 from pg_locks where relation = 'idempotency'::regclass and not granted`)).length > 0));
	});
}

describe('every answer', () => {
	test('carries a request id and the caller\'s trace', async () => {
		const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
		const r = (await w.api('drammen-dps:tl-1', 'GET', '/me', undefined, { traceparent: `00-${trace}-00f067aa0ba902b7-01` })).is(200);
		assert.match(r.headers['x-request-id'], /^[0-9a-f-]{36}$/);
		assert.match(r.headers.traceparent, new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
		for (const bad of ['00-xyz', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
			const own = (await w.api('drammen-dps:tl-1', 'GET', '/me', undefined, { traceparent: bad })).is(200);
			assert.match(own.headers.traceparent, /^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
		}
	});
	test('says in the sandbox how long each room took', async () => {
		const r = (await w.api('drammen-dps:tl-1', 'GET', '/me')).is(200);
		assert.match(r.headers['server-timing'], /database;dur=[\d.]+/);
	});
	test('that refuses has a title in the caller\'s language and a type that the service explains', async () => {
		const languages = { en: 'en', nb: 'nb', 'nb-NO, en;q=0.5': 'nb', 'no': 'nb', 'en-GB, nb;q=0.2': 'en' };
		for (const [wanted, given] of Object.entries(languages)) {
			const r = (await w.api('drammen-dps:tl-1', 'GET', `/units/${crypto.randomUUID()}`, undefined, { 'accept-language': wanted })).is(404);
			assert.equal(r.headers['content-language'], given, `for '${wanted}'`);
			const type = (await w.api(null, 'GET', r.body.type)).is(200);
			assert.equal(type.body.title[given] ?? type.body.title, r.body.title);
		}
	});
	test('never holds the value that was wrong', async () => {
		const secret = '01819012399';
		const r = (await w.api('drammen-dps:tl-1', 'POST', '/patients', { ...s.body(operation('createPatient')), national_id: secret, sex: 'hemmelig' })).is(422);
		assert.ok(!r.text.includes(secret) && !r.text.includes('hemmelig'), r.story());
	});
	test('each problem of the catalogue is explained in both languages', async () => {
		const { items } = (await w.api(null, 'GET', '/problems')).is(200).body;
		for (const p of items) (await w.api(null, 'GET', `/problems/${p.code}`)).is(200);
	});
});
