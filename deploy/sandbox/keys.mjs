// Makes what the sandbox signs and seals with, once, and the directory of who may sign for whom:
//   node keys.mjs DIR   → DIR/<slug>.jwk.json (private, 0600), DIR/seal.json, DIR/agencies.json,
//                         DIR/log-seal.pem and DIR/log-seal.pub.pem (who signs the access log's seals)
// DIR/agencies.json holds public facts only; it is what `samhandling token` and bootstrap.sql read.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const dir = process.argv[2];
const agencies = JSON.parse(readFileSync(new URL('agencies.json', import.meta.url)));

// The file's JSON, made by `make` when there is none yet.
function kept(name, make) {
	const path = `${dir}/${name}`;
	if (!existsSync(path)) writeFileSync(path, JSON.stringify(make(), null, 1) + '\n', { mode: 0o600 });
	return JSON.parse(readFileSync(path));
}

// RFC 7638: the hash of the required members in alphabetical order.
function thumbprint({ crv, kty, x, y }) {
	return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function newKey() {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const jwk = privateKey.export({ format: 'jwk' });
	return { ...jwk, kid: thumbprint(jwk), alg: 'ES256', use: 'sig' };
}

function newSealKeys() {
	const key = (id) => [{ id, key: randomBytes(32).toString('base64url') }];
	return { encryption: key('e1'), lookup: key('h1') };
}

kept('seal.json', newSealKeys);
if (!existsSync(`${dir}/log-seal.pem`)) {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	writeFileSync(`${dir}/log-seal.pub.pem`, publicKey.export({ type: 'spki', format: 'pem' }));
	writeFileSync(`${dir}/log-seal.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}
const directory = agencies.map((agency) => {
	const key = `${agency.slug}.jwk.json`;
	const open = { ...kept(key, newKey), d: undefined };
	return {
		...agency,
		issuer: `https://${agency.slug}.sandbox.samhandling.example`,
		audience: 'samhandling-api',
		profile: agency.organisation_number ? 'agency' : 'citizen',
		key,
		jwks: { keys: [open] },
	};
});
writeFileSync(`${dir}/agencies.json`, JSON.stringify(directory, null, 1) + '\n');
