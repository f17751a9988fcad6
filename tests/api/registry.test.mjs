// The daemon learns of new keys and issuers by itself, also when nobody else calls.
import { test } from 'node:test';
import { until, world } from './harness.mjs';
import { claimsFor } from './lib/tokens.mjs';

const w = await world();
const who = 'drammen-kommune:mh-1';
const me = (token = w.token(who, {})) => w.api(token, 'GET', '/me');
const change = (what) => w.sql(`update trusted_issuers set ${what} where issuer = $1`, [claimsFor(who).iss]);

test('an issuer that is taken out is refused, and known again when it is put back', async () => {
	const kept = w.token(who, {});
	(await me(kept)).is(200);
	await change('enabled = false');
	(await me(kept)).is(401, 'invalid_token');
	(await me()).is(401, 'invalid_token');
	await change('enabled = true');
	await until(async () => (await me(kept)).status === 200, 5000, 'the issuer');
	(await me()).is(200);
});

test('a key that is put back is known again', async () => {
	const [{ jwks }] = await w.sql('select jwks from trusted_issuers where issuer = $1', [claimsFor(who).iss]);
	await change(`jwks = '{"keys": []}'`);
	(await me()).is(401, 'invalid_token');
	await change(`jwks = '${JSON.stringify(jwks)}'`);
	await until(async () => (await me()).status === 200, 5000, 'the key');
});
