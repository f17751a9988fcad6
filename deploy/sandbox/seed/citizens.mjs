// Tokens for those of the made-up persons who have none in sandbox.json, as `samhandling token --pid` signs them.
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const lifetime = 43_200; // seconds; what the sandbox's issuers are allowed at most
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// `keys` is the sandbox's key directory; `citizen` the entry in its agencies.json under which persons sign in.
export function citizenToken(keys, citizen, { subject, national_id }) {
	const jwk = JSON.parse(readFileSync(`${keys}/${citizen.key}`));
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: citizen.issuer, aud: citizen.audience, sub: subject, role: 'PT', pid: national_id, acr: 'idporten-loa-high',
		scope: 'surveys.write privacy.read privacy.write', purpose_of_use: 'SELF', iat: now, exp: now + lifetime, jti: randomUUID() };
	const input = `${encode({ alg: jwk.alg, typ: 'JWT', kid: jwk.kid })}.${encode(claims)}`;
	const signature = sign('sha256', Buffer.from(input), { key: createPrivateKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' });
	return `${input}.${signature.toString('base64url')}`;
}
