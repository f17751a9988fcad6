// Keys and tokens: what the sandbox issuer signs is what Node's own cryptography accepts.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, verify, constants } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, makeKeys, keys, home, agencies } from './run.mjs';

let published;
before(async () => { published = await makeKeys(); });

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

function check(token, jwk, options) {
	const [head, claims, signature] = token.split('.');
	const key = createPublicKey({ key: jwk, format: 'jwk' });
	const hash = `sha${decode(head).alg.slice(2)}`;
	assert.ok(verify(hash, Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363', ...options }, Buffer.from(signature, 'base64url')));
	return { head: decode(head), claims: decode(claims) };
}

test('keygen prints the public half and keeps the private one to its owner', async () => {
	const file = join(home, 'new.jwk.json');
	const { code, stdout } = await run(['keygen', '--out', file, '--kid']);
	assert.equal(code, 0);
	const jwk = JSON.parse(stdout), kept = JSON.parse(readFileSync(file));
	assert.equal(jwk.d, undefined);
	assert.equal(Buffer.from(kept.d, 'base64url').length, 32);
	assert.equal(statSync(file).mode & 0o777, 0o600);
	const thumbprint = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })).digest('base64url');
	assert.equal(jwk.kid, thumbprint);
});

test('keygen never overwrites by accident', async () => {
	const file = join(home, 'kept.jwk.json');
	const first = await run(['keygen', '--out', file, '--kid', 'mine']);
	assert.equal(JSON.parse(first.stdout).kid, 'mine');
	assert.equal((await run(['keygen', '--out', file])).code, 4);
	assert.equal((await run(['keygen', '--out', file, '--keep'])).stdout, first.stdout);
	assert.notEqual((await run(['keygen', '--out', file, '--force'])).stdout, first.stdout);
	assert.equal((await run(['keygen', '--out', join(home, 'no/such/place')])).code, 7);
});

test('an agency token has the claims of the national attestation model', async () => {
	const { code, stdout } = await run(['token', '--agency', 'drammen-dps', '--role', 'DPS', '--keys', keys]);
	assert.equal(code, 0);
	const { head, claims } = check(stdout.trim(), published['drammen-dps']);
	assert.deepEqual(head, { alg: 'ES256', typ: 'JWT', kid: published['drammen-dps'].kid });
	const { iat, exp, jti, scope, ...rest } = claims;
	assert.deepEqual(rest, {
		iss: agencies[0].issuer, sub: 'dps-1', aud: 'samhandling', role: 'DPS', name: 'Kari Nordmann', purpose_of_use: 'TREAT',
		agency: { orgnr: '974557746', name: 'Drammen DPS' }, point_of_care: { orgnr: '974557746' }, hpr_nr: '9144900', acr: 'Level4',
	});
	assert.equal(exp - iat, 3600);
	assert.ok(Math.abs(iat - Date.now() / 1000) < 5);
	assert.match(jti, /^[0-9a-f-]{36}$/);
	assert.ok(scope.split(' ').includes('concern-reports.write') && !scope.split(' ').includes('admin'));
});

test('options change purpose, scope, lifetime and person', async () => {
	const { stdout } = await run(['token', '--agency=drammen-dps', '--subject', 'pv-1', '--purpose', 'QA', '--scope', 'admin',
		'--lifetime', '60', '--keys', keys, '--json']);
	const made = JSON.parse(stdout);
	assert.equal(made.role, 'PV');
	const { claims } = check(made.token, published['drammen-dps']);
	assert.equal(claims.purpose_of_use, 'QA');
	assert.equal(claims.scope, 'admin');
	assert.equal(claims.exp - claims.iat, 60);
	assert.equal(Date.parse(made.expires_at), claims.exp * 1000);
});

test('citizens get a number, from stdin, and no agency', async () => {
	const { stdout } = await run(['token', '--agency', 'citizen', '--role', 'PT', '--pid', '-', '--keys', keys], { input: '13916900216\n' });
	const { claims } = check(stdout.trim(), published.citizen);
	assert.equal(claims.pid, '13916900216');
	assert.equal(claims.acr, 'idporten-loa-high');
	assert.equal(claims.purpose_of_use, 'SELF');
	assert.equal(claims.agency, undefined);
});

test('--all signs for every demo person', async () => {
	const { stdout } = await run(['token', '--all', '--keys', keys]);
	assert.deepEqual(JSON.parse(stdout).map((t) => `${t.agency} ${t.role}`), ['drammen-dps DPS', 'drammen-dps PV', 'citizen PT']);
});

test('what is unknown or impossible is refused with its own exit code', async () => {
	const token = (...more) => run(['token', '--keys', keys, ...more]);
	assert.equal((await token('--agency', 'nobody', '--role', 'DPS')).code, 2);
	assert.equal((await token('--agency', 'drammen-dps', '--role', 'KO')).code, 2);
	assert.equal((await token('--agency', 'drammen-dps')).code, 1);
	assert.equal((await token('--agency', 'drammen-dps', '--role', 'DPS', '--lifetime', '43201')).code, 1);
	assert.equal((await token('--agency', 'drammen-dps', '--role', 'DPS', '--lifetime', '1h')).code, 1);
	assert.equal((await run(['token', '--agency', 'drammen-dps', '--role', 'DPS', '--keys', join(home, 'nowhere')])).code, 7);
});

for (const [name, make, algorithm] of [
	['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
	['PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 'PS256'],
	['ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
	['ES512', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
])
	test(`signs with ${name}`, async () => {
		const pair = make(), file = join(keys, 'special.jwk.json');
		const jwk = pair.privateKey.export({ format: 'jwk' });
		writeFileSync(file, JSON.stringify({ ...jwk, ...(algorithm && { alg: algorithm }) }));
		const list = [{ ...agencies[0], slug: 'special', key: 'special.jwk.json' }];
		writeFileSync(join(keys, 'agencies.json'), JSON.stringify(list));
		const { stdout, stderr } = await run(['token', '--agency', 'special', '--role', 'DPS', '--keys', keys]);
		writeFileSync(join(keys, 'agencies.json'), JSON.stringify(agencies));
		assert.equal(stderr, '');
		const padding = name === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
		assert.equal(check(stdout.trim(), pair.publicKey.export({ format: 'jwk' }), padding).head.alg, name);
	});

test('a short RSA key and a public key are refused without showing them', async () => {
	const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
	writeFileSync(join(keys, 'special.jwk.json'), JSON.stringify(pair.privateKey.export({ format: 'jwk' })));
	writeFileSync(join(keys, 'agencies.json'), JSON.stringify([{ ...agencies[0], slug: 'special', key: 'special.jwk.json' }]));
	const weak = await run(['token', '--agency', 'special', '--role', 'DPS', '--keys', keys]);
	writeFileSync(join(keys, 'special.jwk.json'), JSON.stringify(published['drammen-dps']));
	const open = await run(['token', '--agency', 'special', '--role', 'DPS', '--keys', keys]);
	writeFileSync(join(keys, 'agencies.json'), JSON.stringify(agencies));
	assert.equal(weak.code, 7);
	assert.equal(open.code, 7);
	assert.ok(!weak.stderr.includes(pair.privateKey.export({ format: 'jwk' }).d));
});
