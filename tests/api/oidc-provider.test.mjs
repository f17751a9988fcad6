// Tokens of a foreign issuer (oidc-provider): its key set by discovery, persons by the code flow, machines, DPoP, new keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { clientKey, proofFor } from './lib/dpop.mjs';
import { registerIssuer } from './lib/issuer.mjs';
import { startOidc } from './lib/oidc.mjs';

const w = await world();
const [{ organisation_number }] = await w.sql(`select organisation_number from agency where slug = 'drammen-dps'`);
const oidc = await startOidc((account) => ({ agency: { orgnr: organisation_number }, ...(account ? { role: 'TM', acr: 'Level4' } : {}) }));
const id = await registerIssuer(w, { name: oidc.issuer }, { algorithms: ['ES256'], types: ['at+jwt'], levels: ['Level4'], min_refetch_s: 1,
	discovery_url: `${oidc.issuer}/.well-known/openid-configuration` },
	[{ agency: 'drammen-dps', organisation_number, client_ids: ['batch', 'web'], user_required: false, machine_allowed: ['directory.read'] }]);
const get = (token, path, headers = {}) => w.request({ as: null, method: 'GET', path, headers: { authorization: `Bearer ${token}`, ...headers } });
const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
(await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200); // the daemon learns of the new issuer

test('a person logs in at the issuer and is who the staff register says', async () => {
	const { access_token: token } = await oidc.person('tm-1');
	assert.equal(header(token).typ, 'at+jwt');
	const me = (await get(token, '/me')).is(200).body;
	assert.deepEqual([me.role, me.agency.slug], ['TM', 'drammen-dps']);
	(await get((await oidc.person('nobody')).access_token, '/me')).is(403, 'unknown_staff');
});

test('a machine has what machines may, and no more', async () => {
	const { access_token: token } = await oidc.machine();
	(await get(token, '/agencies')).is(200);
	(await get(token, '/tasks')).is(403, 'insufficient_scope');
});

test('a token that the issuer has bound to a key needs proofs of that key', async () => {
	const key = clientKey();
	const base = `http://127.0.0.1:${w.port}`;
	const asked = await oidc.machine(proofFor(key, { token: '', method: 'POST', url: `${oidc.issuer}/token`, drop: ['ath'] }));
	assert.equal(asked.token_type, 'DPoP');
	const token = asked.access_token;
	const proof = (of = key) => proofFor(of, { token, url: `${base}/api/v1/agencies` });
	const send = (dpop) => w.request({ as: null, method: 'GET', path: '/agencies', headers: { host: `127.0.0.1:${w.port}`, authorization: `DPoP ${token}`, dpop } });
	const once = proof();
	(await send(once)).is(200);
	(await send(once)).is(401, 'invalid_dpop_proof');
	(await send(proof(clientKey()))).is(401, 'invalid_dpop_proof');
	(await get(token, '/agencies', { dpop: proof() })).is(401, 'invalid_token');
});

test('the issuer changes its keys: the new are fetched when one comes, the old are gone with them', async () => {
	const { access_token: before } = await oidc.machine();
	(await get(before, '/agencies')).is(200);
	await new Promise((done) => setTimeout(done, 1100));
	oidc.rotate();
	const { access_token: token } = await oidc.machine();
	assert.notEqual(header(token).kid, header(before).kid);
	(await get(token, '/agencies')).is(200);
	(await get(before, '/agencies')).is(401, 'invalid_token');
	assert.equal(w.daemon.events('KEYS_FETCHED').filter((e) => e.issuer === id).length, 2);
});
