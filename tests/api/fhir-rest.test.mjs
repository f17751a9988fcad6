// What every operation of the FHIR face must do, whatever it is about; every refusal is a valid OperationOutcome.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { document, fhirOperations, operation, world } from './harness.mjs';
import { assertValid, faultsOf, issueOf, linkOf, problemOf, resources } from './lib/fhir.mjs';
import { describeSamples, fhirSamples, pathFor } from './lib/fhir-samples.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world({ settings: { BODY_MAX: 65536 } });
const samples = await describeSamples(w, await fhirSamples(await makeSamples(w, operation)));
const matrix = document['x-access-matrix'];
const secured = fhirOperations.filter((o) => o.operation.security.length > 0 && o.fhir.type);
const doing = (...interactions) => fhirOperations.filter((o) => interactions.includes(o.fhir.interaction));
const reads = doing('read');
const searches = doing('search');
const lists = doing('compartment', 'everything', 'history');

const people = { TM_HEALTH: 'drammen-dps:tm-1', TM_OTHER: 'drammen-dps:tm-3', TL: 'drammen-dps:tl-1', DPS: 'drammen-dps:dps-1', MH: 'drammen-kommune:mh-1',
	CO: 'drammen-kommune:co-1', CU: 'drammen-kommune:cu-1', KO: 'drammen-kommune:ko-1', GP: 'fastlege-demo:gp-1', NAV: 'nav-drammen:nav-1', HO: 'drammen-kommune:ho-1',
	PO: 'politi-demo:po-1', PT: 'citizen/PT', RE: 'citizen/RE', PV: 'drammen-dps:pv-1', QM: 'drammen-dps:qm-1', PM: 'drammen-dps:pm-1', SG: 'drammen-dps:sg-1', SA: 'drammen-dps:sa-1', SY: 'drammen-dps:sy-1' };

// The request that succeeds, but for what the test changes; the answer is valid FHIR.
const isForm = (o) => o.fhir.interaction === 'search' && o.method === 'POST';
const begun = new Date().toISOString(); // what is read of the log is an entry of it
const ownQuery = (o) => (o.fhir.interaction === 'search' && !isForm(o) ? samples[o.fhir.type].query : o.id === 'fhirPatientAuditEvent' ? `date=lt${begun}` : '');
const ownForm = (o) => (isForm(o) ? { body: samples[o.fhir.type].query, headers: { 'content-type': 'application/x-www-form-urlencoded' } } : {});

async function request(o, { query, path = pathFor(samples, o), ...changes } = {}) {
	const asked = query ?? ownQuery(o);
	const form = ownForm(o);
	const r = await w.request({ as: samples[o.fhir.type]?.who ?? null, method: o.method, path: asked ? `${path}?${asked}` : path, ...form, ...changes, headers: { ...form.headers, ...changes.headers } });
	if (r.body !== undefined && o.method !== 'HEAD') assertValid(r.body, r.story());
	return r;
}

function forEach(list, name, check) {
	test(name, async (t) => {
		for (const o of list) await t.test(`${o.method} ${o.path}`, () => check(o));
	});
}

test('there is a sample of every type', () => {
	assert.deepEqual([...new Set(reads.map((o) => o.fhir.type))].filter((type) => samples[type]?.id === undefined), []);
});

describe('the caller', () => {
	forEach(secured, 'without a token, unknown to the agency, with another scope', async (o) => {
		const none = (await request(o, { as: null })).is(401);
		assert.deepEqual([issueOf(none), problemOf(none)], ['login', 'missing_token']);
		assert.match(none.headers['www-authenticate'], /^Bearer/);
		assert.equal(problemOf((await request(o, { as: w.token('drammen-dps:tm-1', { claims: { sub: 'nobody' } }) })).is(403)), 'unknown_staff');
		const narrow = (await request(o, { as: w.token(samples[o.fhir.type].who, { claims: { scope: 'patients.read' } }) })).is(403);
		assert.deepEqual([problemOf(narrow), narrow.headers['www-authenticate'].includes(o.operation.security[0].agency[0])], ['insufficient_scope', true]);
	});

	const allows = (rows, column) => [rows].flat().some((row) => {
		const [first, second] = (matrix.resources[row].cells[column] ?? 'N').split(' then ').map((part) => part[0]);
		return 'SRW'.includes(second ?? first);
	});
	forEach([...reads, ...searches, ...lists, ...doing('vread')], 'by every column of the matrix: as the native read', async (o) => {
		for (const column of matrix.columns) {
			const r = await request(o, { as: people[column], path: pathFor(samples, o, true) });
			const refused = r.status === 403 && ['forbidden', 'purpose_not_allowed', 'unknown_role'].includes(problemOf(r));
			assert.equal(!refused, allows(o.operation['x-resource'], column), `${column}\n${r.story()}`);
			assert.ok(r.status < 500, r.story());
		}
	});
});

describe('the address', () => {
	forEach([...reads, ...doing('vread', 'history', 'everything')], 'of nothing: 404', async (o) => {
		assert.equal(issueOf((await request(o, { path: pathFor(samples, o, true) })).is(404)), 'not-found');
		(await request(o, { path: o.path.replace('{id}', 'no-uuid').replace('{vid}', '1') })).is(404);
	});
	test('of a type that there is not: 404', async () => {
		for (const path of ['/fhir/r4/Nothing/1', '/fhir/r4/patient/1', '/fhir/r4/Medication']) {
			const r = (await w.api(people.TL, 'GET', path)).is(404);
			assertValid(r.body);
			assert.equal(issueOf(r), 'not-supported');
		}
	});
	test('with a method that it does not have: 405 and what it has', async () => {
		for (const path of new Set(fhirOperations.map((o) => o.path))) {
			const own = fhirOperations.filter((o) => o.path === path).map((o) => o.method);
			const all = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort();
			const there = pathFor(samples, fhirOperations.find((o) => o.path === path));
			for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].filter((m) => !own.includes(m))) {
				const r = (await w.api(null, method, there)).is(405);
				assertValid(r.body);
				assert.deepEqual([issueOf(r), r.headers.allow.split(', ').sort()], ['not-supported', all], r.story());
			}
		}
	});
});

describe('negotiation', () => {
	// what writes is sent in tests/api/fhir-writes.test.mjs, what exports in fhir-export.test.mjs, what ends in fhir-subscriptions.test.mjs
	forEach(fhirOperations.filter((o) => !['create', 'update', 'patch', 'delete', 'validate', 'bundle'].includes(o.fhir.interaction) && !o.fhir.interaction.startsWith('export')), 'JSON by any of its names, and nothing else', async (o) => {
		for (const [headers, query, type] of [[{}, '', 'application/fhir+json'], [{ accept: '*/*' }, '', 'application/fhir+json'], [{ accept: 'application/json' }, '', 'application/json'],
			[{ accept: 'text/json' }, '', 'text/json'], [{ accept: 'application/fhir+xml, application/fhir+json;q=0.5' }, '', 'application/fhir+json'],
			[{ accept: 'application/fhir+xml' }, '_format=json', 'application/fhir+json'], [{}, '_format=application/fhir+json', 'application/fhir+json'], [{}, '_format=application/json', 'application/json']]) {
			const r = (await request(o, { headers, query: [ownQuery(o), query].filter(Boolean).join('&') })).is([200, 201]);
			assert.equal(r.headers['content-type'], `${type}; charset=utf-8`, JSON.stringify(headers) + query);
		}
		assert.equal(issueOf((await request(o, { headers: { accept: 'application/fhir+xml' } })).is(406)), 'not-supported');
		(await request(o, { query: '_format=xml' })).is(406);
	});
	forEach(doing('create', 'update', 'patch', 'validate', 'bundle'), 'what writes gives nothing but JSON', async (o) => {
		assert.equal(issueOf((await request(o, { headers: { accept: 'application/fhir+xml' } })).is(406)), 'not-supported');
	});
	forEach([...reads, ...searches.filter((o) => o.method === 'GET'), ...lists, ...doing('vread')], 'for people; HEAD is GET without its body', async (o) => {
		const own = ownQuery(o) && `${ownQuery(o)}&`;
		const [plain, pretty] = [(await request(o)).is(200), (await request(o, { query: `${own}_pretty=true` })).is(200)];
		assert.ok(pretty.text.includes('\n') && !plain.text.includes('\n'));
		const told = ({ body }) => (body.resourceType === 'Bundle' ? body.entry : body);
		assert.deepEqual(told(pretty), told(plain));
		const head = await w.request({ as: samples[o.fhir.type].who, method: 'HEAD', path: `${pathFor(samples, o)}?${own}` });
		assert.deepEqual([head.status, head.text, head.etag, head.headers['content-type']], [200, '', plain.etag, plain.headers['content-type']]);
	});
});

describe('reading', () => {
	forEach(reads, 'the id that was asked for, its version as ETag, its time as Last-Modified', async (o) => {
		const r = (await request(o)).is(200);
		assert.deepEqual([r.body.resourceType, r.body.id, r.etag], [o.fhir.type, samples[o.fhir.type].id, `W/"${r.body.meta.versionId}"`]);
		assert.equal(new Date(r.headers['last-modified']).getTime(), Math.floor(new Date(r.body.meta.lastUpdated).getTime() / 1000) * 1000);
		assert.equal(issueOf((await request(o, { query: 'no_such=1' })).is(400)), 'not-supported');
	});
	forEach(reads.filter((o) => o.operation.responses['304']), 'unchanged: 304 without a body', async (o) => {
		const { etag } = (await request(o)).is(200);
		for (const held of [etag, `W/"0", ${etag}`, etag.slice(2), '*']) {
			const r = (await request(o, { headers: { 'if-none-match': held } })).is(304);
			assert.deepEqual([r.text, r.etag], ['', etag]);
		}
		(await request(o, { headers: { 'if-none-match': 'W/"0"' } })).is(200);
	});
});

describe('versions', () => {
	forEach(doing('vread'), 'the present one is what is read; one that never was is not there', async (o) => {
		const sample = samples[o.fhir.type];
		const r = (await request(o)).is(200);
		const present = (await w.api(sample.who, 'GET', `/fhir/r4/${o.fhir.type}/${sample.id}`)).is(200);
		assert.deepEqual([r.body, r.etag], [present.body, present.etag]);
		assert.equal(issueOf((await request(o, { path: pathFor(samples, o).replace(/\d+$/, '999999') })).is(404)), 'not-found');
		(await request(o, { path: pathFor(samples, o).replace(/\d+$/, 'x') })).is(404);
		(await request(o, { query: 'no_such=1' })).is(400);
	});
});

// What stands in the resource where a parameter looks, as a search asks for it.
const asked = {
	token: (v) => (v.coding ? asked.token(v.coding[0]) : typeof v === 'object' ? `${v.system ?? ''}|${v.code ?? v.value}` : String(v)),
	reference: (v) => v.reference?.split('/_history')[0], date: (v) => v.start ?? v.end ?? v, string: (v) => v, uri: (v) => v,
};
const otherThan = { token: () => 'no-such', reference: (p) => `${p['x-targets'][0]}/${crypto.randomUUID()}`, date: () => '1899', string: () => 'no such', uri: () => 'urn:x:no-such' };
const standing = (value, path) => path.split('.').reduce((list, step) => list.flatMap((v) => v?.[step] ?? []), [value]).filter((v) => v !== undefined);

// 1 where the resource says something there.
async function findsItself(o, p) {
	const sample = samples[o.fhir.type];
	const { body } = (await w.api(sample.who, 'GET', `/fhir/r4/${o.fhir.type}/${sample.id}`)).is(200);
	const [value] = p['x-at'].flatMap((path) => standing(body, path)).map(asked[p['x-search']]).filter(Boolean);
	if (value === undefined) return 0;
	const found = async (v) => resources((await request(o, { query: `_id=${sample.id}&${p.name}=${encodeURIComponent(v)}` })).is(200).body).map((r) => r.id);
	assert.deepEqual([await found(value), await found(otherThan[p['x-search']](p))], [[sample.id], []], `${o.fhir.type}?${p.name}=${value}`);
	return 1;
}

describe('searching', () => {
	forEach(lists, 'a Bundle with a self link that can be followed; unknown parameters are refused', async (o) => {
		const r = (await request(o)).is(200);
		const self = linkOf(r.body, 'self');
		assert.equal(r.body.type, o.fhir.interaction === 'history' ? 'history' : 'searchset');
		const again = (await w.api(samples[o.fhir.type].who, 'GET', self.replace(/^https?:\/\/[^/]+/, ''))).is(200);
		assert.deepEqual(again.body.entry, r.body.entry);
		if (o.fhir.interaction !== 'compartment' || samples[o.fhir.type].person) assert.ok(r.body.entry.some((e) => e.resource.id === samples[o.fhir.type].id), r.story());
		assert.equal(issueOf((await request(o, { query: 'no_such=1' })).is(400)), 'not-supported');
		(await request(o, { query: 'no_such=1', headers: { prefer: 'handling=lenient' } })).is(200);
	});
	forEach(searches.filter((o) => o.method === 'GET' && o.fhir.mandatory), 'by moments in both directions, and in parts', async (o) => {
		const own = samples[o.fhir.type].query;
		const all = (query) => request(o, { query: `${own}&${query}` }).then((r) => resources(r.is(200).body));
		const times = (await all('_sort=-_lastUpdated&_count=200')).map((r) => r.meta.lastUpdated);
		assert.deepEqual(times, times.toSorted().reverse());
		assert.deepEqual((await all('_sort=_lastUpdated&_count=200')).map((r) => r.meta.lastUpdated), times.toReversed());
		assert.equal(issueOf((await request(o, { query: `${own}&_sort=nothing` })).is(400)), 'code-invalid');
		const kept = (names) => new Set(['resourceType', 'id', 'meta', ...names]);
		const fits = (names, key) => names.has(key) || [...names].some((n) => n.endsWith('[x]') && key.startsWith(n.slice(0, -3)));
		for (const [query, names] of [['_summary=text', kept(o.fhir.mandatory)], ['_summary=true', kept(o.fhir.summary)], ['_elements=status,extension', kept([...o.fhir.mandatory, 'status', 'extension'])]])
			for (const r of await all(query)) {
				assert.deepEqual(Object.keys(r).filter((key) => !fits(names, key)), [], query);
				assert.ok(r.meta.tag.some((t) => t.code === 'SUBSETTED'), query);
			}
		assert.deepEqual((await all('_summary=data')).map((r) => r.meta.tag), (await all('_summary=false')).map((r) => r.meta.tag));
	});

	forEach(searches, 'finds the sample, by GET and POST, as a searchset with a self link', async (o) => {
		const r = (await request(o)).is(200);
		assert.deepEqual([r.body.resourceType, r.body.type], ['Bundle', 'searchset']);
		const found = r.body.entry?.find((e) => e.resource.id === samples[o.fhir.type].id);
		assert.ok(found, r.story());
		assert.deepEqual([found.search.mode, found.fullUrl.endsWith(`/fhir/r4/${o.fhir.type}/${found.resource.id}`)], ['match', true]);
		assert.match(linkOf(r.body, 'self'), new RegExp(`^http://[^/]+/fhir/r4/${o.fhir.type}(\\?|$)`));
		const single = (await w.api(samples[o.fhir.type].who, 'GET', `/fhir/r4/${o.fhir.type}/${found.resource.id}`)).is(200).body;
		assert.deepEqual(found.resource, single);
	});
	test('by each parameter that looks into the resource: what stands there finds it, another value does not', async () => {
		let tried = 0;
		for (const o of searches.filter((x) => x.method === 'GET'))
			for (const p of o.parameters.filter((x) => x['x-at'])) tried += await findsItself(o, p);
		assert.ok(tried >= 60, `${tried} parameters have been tried`);
	});
	forEach(searches, 'unknown parameters: refused, or left out with a warning', async (o) => {
		const path = `${pathFor(samples, o)}?no_such=1&${samples[o.fhir.type].query}`;
		assert.equal(issueOf((await request(o, { path, query: '' })).is(400)), 'not-supported');
		assert.equal(issueOf((await request(o, { path, query: '', headers: { prefer: 'handling=strict' } })).is(400)), 'not-supported');
		const r = (await request(o, { path, query: '', headers: { prefer: 'handling=lenient' } })).is(200);
		assert.deepEqual([r.body.entry.at(-1).search.mode, r.body.entry.at(-1).resource.issue[0].severity, linkOf(r.body, 'self').includes('no_such')], ['outcome', 'warning', false]);
		assert.ok(resources(r.body).length > 0);
	});
	forEach(searches, 'malformed values: 400', async (o) => {
		for (const bad of ['_count=x', '_count=-1', '_total=all', '_summary=1', '_count=1&_count=2', '_id:exact=x', '%zz=1', '_page=x'])
			(await request(o, { path: `${pathFor(samples, o)}?${samples[o.fhir.type].query}&${bad}`, query: '' })).is(400);
		for (const p of o.parameters.filter((x) => x['x-search'] === 'date'))
			for (const bad of ['x', '2026-13', '2026-02-30', '20260101', 'xx2026', '2026-01-01T25:00', '2026-01-01T10', '2026-01-01T10:00:00.', '2026-01-01T10:00+2'])
				assert.equal(issueOf((await request(o, { path: `${pathFor(samples, o)}?${samples[o.fhir.type].query}&${p.name}=${bad}`, query: '' })).is(400)), 'value', `${p.name}=${bad}`);
	});
	forEach(searches.filter((o) => o.method === 'POST'), 'forms: other media types 415, too large 413', async (o) => {
		for (const type of ['application/json', 'text/plain']) (await request(o, { headers: { 'content-type': type } })).is(415);
		(await request(o, { body: `_id=${'x'.repeat(70_000)}` })).is(413);
	});
});

describe('the CapabilityStatement', async () => {
	const ask = (headers) => w.request({ as: null, method: 'GET', path: '/fhir/r4/metadata', headers });
	const { body, etag } = (await ask({})).is(200);
	test('takes the parameters that it has', async () => {
		const r = (await w.request({ as: null, method: 'GET', path: '/fhir/r4/metadata?no_such=1' })).is(400);
		assert.equal(issueOf(r), 'not-supported');
	});
	test('is valid and has an ETag', () => {
		assert.deepEqual([faultsOf(body), body.fhirVersion, body.kind], [[], '4.0.1', 'instance']);
		assert.match(etag, /^W\/"[0-9a-f]{16}"$/);
	});
	test('offers no inclusion that a search refuses', async () => {
		for (const r of body.rest[0].resource)
			for (const [name, values] of Object.entries({ _include: r.searchInclude ?? [], _revinclude: r.searchRevInclude ?? [] }))
				for (const value of values) (await w.api(samples[r.type].who, 'GET', `/fhir/r4/${r.type}?${samples[r.type].query}&${name}=${value}`)).is(200);
	});
	test('lists what is routed, and nothing else', () => {
		const listed = body.rest[0].resource.flatMap((r) => r.interaction.map((i) => `${r.type} ${i.code}`)).sort();
		const names = { read: 'read', delete: 'delete', search: 'search-type', vread: 'vread', history: 'history-instance', create: 'create', update: 'update', patch: 'patch' };
		const routed = new Set(fhirOperations.filter((o) => names[o.fhir.interaction] && o.fhir.type).map((o) => `${o.fhir.type} ${names[o.fhir.interaction]}`));
		assert.deepEqual(listed, [...routed].sort());
		for (const r of body.rest[0].resource)
			for (const p of r.searchParam ?? []) assert.ok(searches.find((o) => o.fhir.type === r.type).parameters.some((x) => x.name === p.name && x.description === p.documentation), `${r.type} ${p.name}`);
	});
});
