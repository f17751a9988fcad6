// Proofs of possession (RFC 9449) for tests, and for tests that lie.
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { signToken } from './tokens.mjs';

const hash = (text) => createHash('sha256').update(text).digest('base64url');

// RFC 7638: the required members in alphabetical order.
export function thumbprint(jwk) {
	const names = { EC: ['crv', 'kty', 'x', 'y'], RSA: ['e', 'kty', 'n'] }[jwk.kty];
	return hash(JSON.stringify(Object.fromEntries(names.map((n) => [n, jwk[n]]))));
}

// A client's own key: { privateKey, jwk, jkt, alg }.
export function clientKey(alg = 'ES256') {
	const { privateKey, publicKey } = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
	const jwk = publicKey.export({ format: 'jwk' });
	return { alg, privateKey, jwk, jkt: thumbprint(jwk) };
}

// The DPoP header's text; `header` and `claims` change it, `drop` takes claims out.
export function proofFor(key, { token, method = 'GET', url, header = {}, claims = {}, drop = [], nonce, signer = key.privateKey }) {
	const all = { htm: method, htu: url, iat: Math.floor(Date.now() / 1000), jti: randomUUID(), ath: hash(token), ...(nonce ? { nonce } : {}), ...claims };
	for (const name of drop) delete all[name];
	return signToken({ header: { typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header }, claims: all, key: signer });
}
