// What a client learns before it has a token (RFC 9728), and where each refusal points it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world({ settings: { BASE_URL: 'https://samhandling.example/' } });
const path = '/.well-known/oauth-protected-resource';

test('the metadata names this service, its issuers and its scopes, to anyone', async () => {
	const { body } = (await w.api(null, 'GET', path)).is(200);
	assert.equal(body.resource, 'https://samhandling.example');
	for (const agency of agencies) assert.ok(body.authorization_servers.includes(agency.issuer));
	assert.ok(body.scopes_supported.includes('patients.read'));
	assert.deepEqual(body.bearer_methods_supported, ['header']);
	assert.ok(body.dpop_signing_alg_values_supported.includes('ES256'));
});

test('an issuer that is not trusted any more is not named', async () => {
	const [one] = agencies;
	await w.sql('update trusted_issuers set enabled = false where issuer = $1', [one.issuer]);
	(await w.api('lier-kommune:mh-1', 'GET', '/me')).is([200, 403]);
	const { body } = (await w.api(null, 'GET', path)).is(200);
	assert.ok(!body.authorization_servers.includes(one.issuer));
});

test('a refusal points at it', async () => {
	const metadata = 'resource_metadata="https://samhandling.example/.well-known/oauth-protected-resource"';
	const none = (await w.api(null, 'GET', '/me')).is(401, 'missing_token').headers['www-authenticate'];
	assert.equal(none.split('error=').length, 1);
	assert.match(none, /^Bearer realm="samhandling", .*DPoP algs="ES256 /);
	const bad = (await w.api('a.b.c', 'GET', '/me')).is(401, 'invalid_token').headers['www-authenticate'];
	for (const challenge of [none, bad]) assert.ok(challenge.includes(metadata), challenge);
});
