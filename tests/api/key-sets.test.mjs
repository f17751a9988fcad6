// Key sets that lie at an address: fetched, kept, rotated, withdrawn; and an issuer that is down, slow, wrong or hostile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, until, world } from './harness.mjs';
import { makeIssuer, makeKey, registerIssuer } from './lib/issuer.mjs';

const w = await world({ settings: { POOL_WAIT_MS: 4000 } });
const dps = (await w.sql(`select organisation_number from agency where slug = 'drammen-dps'`))[0].organisation_number;
const person = { sub: 'tm-1', role: 'TM', agency: { orgnr: dps } };
const me = (token) => w.api(token, 'GET', '/me');
const failures = (id) => w.daemon.events('KEYS_FAILED').filter((e) => e.issuer === id);
let serial = 0;

// An issuer whose tokens are believed; min_refetch_s of one second, so that the test need not wait a minute.
async function trusted(columns = {}, options = {}) {
	const issuer = await makeIssuer({ alg: options.alg });
	await options.first?.(issuer); // what must be so before the daemon comes for the keys
	const source = options.discovery ? { discovery_url: issuer.url('/.well-known/openid-configuration') } : { jwks_url: issuer.url('/jwks') };
	issuer.id = await registerIssuer(w, issuer, { min_refetch_s: 1, ...source, ...columns }, [{ organisation_number: dps, agency: 'drammen-dps' }]);
	(await me('drammen-dps:tm-1')).is(200); // the daemon learns of a new registry by the next caller it knows
	issuer.token = (changes = {}) => issuer.sign({ ...changes, claims: { ...person, serial: serial++, ...changes.claims } });
	return issuer;
}

test('a set at an address is fetched for the first token, and kept', async () => {
	const issuer = await trusted();
	(await me(issuer.token())).is(200);
	(await me(issuer.token())).is(200);
	assert.equal(issuer.fetches, 1);
});

test('a set is found through the issuer\'s metadata, and through nobody else\'s', async () => {
	const good = await trusted({}, { discovery: true });
	(await me(good.token())).is(200);
	assert.deepEqual(good.requests.map((r) => r.path), ['/.well-known/openid-configuration', '/jwks']);
	const wrong = await trusted({}, { discovery: true, first: (issuer) => (issuer.metadataIssuer = good.name) });
	(await me(wrong.token())).is(503, 'unavailable');
	assert.match((await until(() => failures(wrong.id)[0])).reason, /another issuer/);
});

test('an unknown key has the set fetched, once, however many ask', async () => {
	const issuer = await trusted({ min_refetch_s: 2 });
	(await me(issuer.token())).is(200);
	await pause(2100);
	const next = issuer.rotate();
	const answers = await Promise.all(Array.from({ length: 12 }, () => me(issuer.token({ key: next }))));
	for (const answer of answers) answer.is(200);
	assert.equal(issuer.fetches, 2);
});

test('within the pause nobody is made to wait for a fetch', async () => {
	const issuer = await trusted({ min_refetch_s: 600 });
	(await me(issuer.token())).is(200);
	const unknown = makeKey();
	for (let i = 0; i < 5; i++) (await me(issuer.token({ key: unknown }))).is(401, 'invalid_token');
	assert.equal(issuer.fetches, 1);
});

test('a key that is gone from the set is refused, tokens in the cache included', async () => {
	const issuer = await trusted({ refresh_s: 1 });
	const token = issuer.token();
	(await me(token)).is(200);
	const next = issuer.rotate();
	issuer.keys = [next];
	await until(async () => (await me(token)).status === 401, 10_000, 'the withdrawal');
	(await me(issuer.token())).is(200);
});

test('the same set is not read again: ETag', async () => {
	const issuer = await trusted({ refresh_s: 1 });
	issuer.behave = { etag: '"one"' };
	const token = issuer.token();
	(await me(token)).is(200);
	await until(() => issuer.requests.some((r) => r.etag === '"one"'), 10_000, 'a conditional request');
	(await me(token)).is(200);
	assert.equal(w.daemon.events('KEYS_FETCHED').filter((e) => e.issuer === issuer.id).length, 1);
});

test('an issuer that is down: the keys that were fetched hold for their time, then 503, and come back', async () => {
	const issuer = await trusted({ refresh_s: 1, stale_ok_s: 4 });
	const token = issuer.token();
	(await me(token)).is(200);
	await issuer.close();
	await until(() => failures(issuer.id).length > 0, 10_000, 'a failed fetch');
	(await me(token)).is(200);
	(await me(issuer.token())).is(200);
	// an unknown key is not tried against nothing: the old set is there, and does not have it
	(await me(issuer.token({ key: makeKey() }))).is(401);
	await until(async () => (await me(token)).status === 503, 15_000, 'the end of the keys');
	const refused = (await me(issuer.token())).is(503, 'unavailable');
	assert.ok(refused.headers['retry-after']);
	await issuer.listen();
	await until(async () => (await me(issuer.token())).status === 200, 20_000, 'the keys');
	(await me(token)).is(200);
});

test('an issuer that was never reached: 503, and no other issuer suffers', async () => {
	const issuer = await trusted({}, { first: (i) => i.close() });
	(await me(issuer.token())).is(503, 'unavailable');
	(await me('drammen-dps:tm-1')).is(200);
	await issuer.listen();
});

test('an issuer that is slow makes a request wait two seconds at most, and others not at all', async () => {
	const issuer = await trusted({}, { first: (i) => (i.behave = { delay: 3500 }) });
	const began = performance.now();
	const waiting = me(issuer.token());
	(await me('drammen-dps:tm-1')).is(200);
	assert.ok(performance.now() - began < 1000, 'another caller waited');
	(await waiting).is(503);
	assert.ok(performance.now() - began < 3300);
	await until(async () => (await me(issuer.token())).status === 200, 10_000, 'the keys');
});

const wrong = {
	'a set larger than 256 KiB': [{ body: JSON.stringify({ keys: [], filler: 'x'.repeat(300_000) }) }, /too large/],
	'a set of too many keys': [{ body: JSON.stringify({ keys: Array.from({ length: 65 }, (_, i) => ({ kid: `${i}` })) }) }, /too many/],
	'a redirect': [{ status: 302, headers: { location: 'http://127.0.0.1:1/jwks' } }, /answered 302/],
	'an error': [{ status: 500 }, /answered 500/],
	'no JSON': [{ body: '<html>' }, /not JSON/],
	'a member twice': [{ body: '{"keys":[],"keys":[]}' }, /not JSON/],
	'a depth bomb': [{ body: `{"keys":${'['.repeat(5000)}${']'.repeat(5000)}}` }, /not JSON/],
	'no set': [{ body: '[]' }, /no keys/],
};
for (const [what, [behave, reason]] of Object.entries(wrong))
	test(`${what} is refused, and the keys from before stay`, async () => {
		const issuer = await trusted({ refresh_s: 1 });
		const token = issuer.token();
		(await me(token)).is(200);
		issuer.behave = behave;
		const failed = await until(() => failures(issuer.id)[0], 10_000, 'the refusal');
		assert.match(failed.reason, reason);
		(await me(token)).is(200);
		issuer.behave = {};
	});

test('a broken key beside a good one is left out', async () => {
	const issuer = await trusted();
	issuer.extra = [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'broken' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }, { ...makeKey().jwk, use: 'enc' }];
	(await me(issuer.token())).is(200);
	(await me(issuer.token({ header: { kid: 'broken' } }))).is(401);
});

test('SIGHUP has every set fetched at once', async () => {
	const issuer = await trusted();
	(await me(issuer.token())).is(200);
	w.reload();
	await until(() => issuer.fetches === 2, 5000, 'the fetch');
});

test('an address without TLS is for sandbox issuers alone', async () => {
	const issuer = await trusted({ sandbox: false });
	(await me(issuer.token())).is(503);
	assert.match((await until(() => failures(issuer.id)[0])).reason, /not https/);
	assert.equal(issuer.fetches, 0);
});
