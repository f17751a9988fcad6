// Tokens of a foreign issuer (Debian's glewlwyd), which name neither organisation nor role nor our staff ids: the agency's
// own directory, with its people registered by the issuer's `sub`, its scopes mapped to ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, world } from './harness.mjs';
import { startGlewlwyd } from './lib/glewlwyd.mjs';
import { registerIssuer } from './lib/issuer.mjs';

const w = await world();
const [{ organisation_number }] = await w.sql(`select organisation_number from agency where slug = 'drammen-dps'`);
const issuer = await startGlewlwyd();
const id = await registerIssuer(w, issuer, { profile: 'tenant', algorithms: ['ES256'], types: ['at+jwt'], refresh_s: 2, min_refetch_s: 1,
	discovery_url: `${issuer.name}/.well-known/openid-configuration` },
	[{ agency: 'drammen-dps', organisation_number, scope_map: { 'samhandling-api': ['directory.read', 'tasks.read'] }, user_required: false, machine_allowed: ['directory.read'] }]);
const known = async () => (await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200); // the daemon learns of the registry
const get = (token, path) => w.api(token, 'GET', path);
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
await known();

test('a machine: the scopes that its issuer\'s scope stands for, and of these what machines may', async () => {
	const token = await issuer.machine();
	(await get(token, '/agencies')).is(200);
	(await get(token, '/tasks')).is(403, 'insufficient_scope');
});

test('a person whose subject is registered; nobody before', async () => {
	const token = await issuer.person();
	(await get(token, '/me')).is(403, 'unknown_staff');
	await w.sql('insert into issuer_subjects (issuer_id, subject, staff_id) values ($1, $2, $3)', [id, claims(token).sub, w.ids.staff['drammen-dps:tm-1']]);
	await known();
	const me = (await get(token, '/me')).is(200).body;
	assert.deepEqual([me.role, me.agency.slug], ['TM', 'drammen-dps']);
	(await get(token, '/tasks')).is(200);
});

test('a token for somebody else is not taken', async () => {
	await w.sql(`update trusted_issuers set audience = 'another' where id = $1`, [id]);
	await known();
	(await get(await issuer.machine(), '/agencies')).is(401, 'invalid_token');
	await w.sql(`update trusted_issuers set audience = 'samhandling-api' where id = $1`, [id]);
	await known();
});

test('other keys: new tokens are taken at once, old ones no longer than the set is refreshed', async () => {
	const before = await issuer.machine();
	(await get(before, '/agencies')).is(200);
	await issuer.rotate();
	const token = await issuer.machine();
	await until(async () => (await get(token, '/agencies')).status === 200, 5000, 'the new keys');
	await until(async () => (await get(before, '/agencies')).status === 401, 10_000, 'the end of the old key');
});
