// Tokens bound to a key (DPoP, RFC 9449): every proof that must be refused, and replay over several daemons.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until, world } from './harness.mjs';
import { clientKey, proofFor } from './lib/dpop.mjs';
import { makeIssuer, registerIssuer } from './lib/issuer.mjs';

const base = 'https://samhandling.example';
const url = `${base}/api/v1/me`;
const w = await world({ settings: { BASE_URL: `${base}/` } });
const dps = (await w.sql(`select organisation_number from agency where slug = 'drammen-dps'`))[0].organisation_number;
const now = () => Math.floor(Date.now() / 1000);
const key = clientKey();

// An issuer with its own demand; tokens of the team member tm-1.
async function demanding(dpop, columns = {}) {
	const issuer = await makeIssuer({ name: `https://${dpop}${Object.keys(columns).join('')}.example` });
	issuer.id = await registerIssuer(w, issuer, { dpop, ...columns }, [{ organisation_number: dps, agency: 'drammen-dps' }]);
	issuer.token = (claims = {}) => issuer.sign({ claims: { sub: 'tm-1', role: 'TM', agency: { orgnr: dps }, cnf: { jkt: key.jkt }, ...claims } });
	return issuer;
}

const required = await demanding('required');
const optional = await demanding('optional', { dpop_window_s: 20 });
const forbidden = await demanding('forbidden');
const asksNonce = await demanding('required', { dpop_nonce: true });
(await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200);

const token = required.token();
const other = clientKey();
const proof = (changes = {}) => proofFor(key, { token, url, ...changes });
function ask(of, headers, daemon = w) {
	return w.request.call(daemon, { as: null, method: 'GET', path: '/me', headers: { authorization: `DPoP ${of}`, ...headers } });
}
const bound = (headers, of = token) => ask(of, headers);

describe('a bound token', () => {
	test('with a proof: as often as there are proofs', async () => {
		for (let i = 0; i < 3; i++) (await bound({ dpop: proof() })).is(200);
	});
	test('on a path with escapes, a query, and the proof\'s address in another form', async () => {
		const path = '/patients?limit=1';
		for (const htu of [`${base}/api/v1/patients`, `HTTPS://Samhandling.Example:443/api/v1/p%61tients`, `${base}/api/v1/patients?limit=1#x`])
			(await w.request({ as: null, method: 'GET', path, headers: { authorization: `DPoP ${token}`, dpop: proof({ url: htu }) } })).is(200);
	});
	test('as Bearer is refused, with a proof and without', async () => {
		for (const headers of [{}, { dpop: proof() }]) {
			const r = (await w.request({ as: null, method: 'GET', path: '/me', headers: { authorization: `Bearer ${token}`, ...headers } })).is(401, 'invalid_token');
			assert.match(r.headers['www-authenticate'], /^Bearer .*resource_metadata="https:\/\/samhandling\.example\/\.well-known\/oauth-protected-resource"/);
		}
	});
	test('whose proof was used before is refused, by this daemon and by another', async () => {
		const once = proof();
		(await bound({ dpop: once })).is(200);
		(await bound({ dpop: once })).is(401, 'invalid_dpop_proof');
		const second = await w.another();
		try {
			const there = await fetch(`http://127.0.0.1:${second.port}/api/v1/me`, { headers: { authorization: `DPoP ${token}`, dpop: once } });
			assert.equal(there.status, 401);
			const fresh = await fetch(`http://127.0.0.1:${second.port}/api/v1/me`, { headers: { authorization: `DPoP ${token}`, dpop: proof() } });
			assert.equal(fresh.status, 200);
		} finally {
			await second.stop();
		}
	});
	test('of many requests with one proof, one is answered', async () => {
		const once = proof();
		const answers = await Promise.all(Array.from({ length: 16 }, () => bound({ dpop: once })));
		assert.equal(answers.filter((a) => a.status === 200).length, 1);
	});
	test('is still proven when the registry has changed in between', async () => {
		await w.sql('update registry_generation set generation = generation + 1');
		(await bound({ dpop: proof() })).is(200);
	});
	test('the proof is made for the method', async () => {
		const body = { title: 'Ring', patient_id: '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60' };
		const post = (dpop) => w.request({ as: null, method: 'POST', path: '/tasks', body, headers: { authorization: `DPoP ${token}`, dpop } });
		(await post(proof({ url: `${base}/api/v1/tasks` }))).is(401, 'invalid_dpop_proof');
		const r = await post(proof({ url: `${base}/api/v1/tasks`, method: 'POST' }));
		assert.notEqual(r.status, 401);
	});
});

const refused = {
	'no proof': {}, 'an empty proof': { dpop: '' }, 'no token at all': { dpop: 'x' }, 'another\'s key': { dpop: proofFor(other, { token, url }) },
	'the right key, signed by another': { dpop: proof({ signer: other.privateKey }) }, 'a private key in the proof': { dpop: proof({ header: { jwk: key.privateKey.export({ format: 'jwk' }) } }) },
	'a key that is no key': { dpop: proof({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }) }, 'no key': { dpop: proof({ header: { jwk: undefined } }) },
	'another type': { dpop: proof({ header: { typ: 'JWT' } }) }, 'no type': { dpop: proof({ header: { typ: undefined } }) },
	'crit': { dpop: proof({ header: { crit: ['exp'] } }) },
	'alg none': { dpop: proof().split('.').map((p, i) => (i === 0 ? Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk })).toString('base64url') : p)).join('.') },
	'another method': { dpop: proof({ method: 'POST' }) }, 'the method in small letters': { dpop: proof({ claims: { htm: 'get' } }) },
	'another path': { dpop: proof({ url: `${base}/api/v1/tasks` }) }, 'another host': { dpop: proof({ url: 'https://other.example/api/v1/me' }) },
	'another port': { dpop: proof({ url: 'https://samhandling.example:8443/api/v1/me' }) }, 'http': { dpop: proof({ url: 'http://samhandling.example/api/v1/me' }) },
	'a user in the address': { dpop: proof({ url: 'https://a@samhandling.example/api/v1/me' }) }, 'no address': { dpop: proof({ drop: ['htu'] }) },
	'a hash of another token': { dpop: proof({ token: `${token}x` }) }, 'no hash': { dpop: proof({ drop: ['ath'] }) },
	'too old': { dpop: proof({ claims: { iat: now() - 62 } }) }, 'of the future': { dpop: proof({ claims: { iat: now() + 600 } }) }, 'no time': { dpop: proof({ drop: ['iat'] }) },
	'a time as text': { dpop: proof({ claims: { iat: String(now()) } }) }, 'no id': { dpop: proof({ drop: ['jti'] }) }, 'an empty id': { dpop: proof({ claims: { jti: '' } }) },
	'two proofs in one': { dpop: `${proof()}, ${proof()}` },
};
describe('a proof that is not good', () => {
	for (const [what, headers] of Object.entries(refused))
		test(`${what}: 401, how to do it, and a reason in the log`, async () => {
			const before = w.daemon.events('TOKEN_REFUSED').length;
			const r = (await bound(headers)).is(401, 'invalid_dpop_proof');
			assert.match(r.headers['www-authenticate'], /^DPoP .*error="invalid_dpop_proof", algs="ES256 /);
			const [event] = await until(() => { const list = w.daemon.events('TOKEN_REFUSED').slice(before); return list.length > 0 && list; });
			assert.equal(event.reason, 'proof');
		});
	test('two DPoP headers', async () => {
		const r = await w.raw(`GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: DPoP ${token}\r\nDPoP: ${proof()}\r\nDPoP: ${proof()}\r\nConnection: close\r\n\r\n`);
		assert.equal(r.status, 401);
	});
	test('the window is the issuer\'s', async () => {
		const mine = optional.token();
		const aged = (seconds) => bound({ dpop: proofFor(key, { token: mine, url, claims: { iat: now() - seconds } }) }, mine);
		(await aged(15)).is(200);
		(await aged(25)).is(401, 'invalid_dpop_proof');
	});
	test('RSA keys prove as well, where the algorithm fits', async () => {
		const rsa = clientKey('PS256');
		const mine = required.token({ cnf: { jkt: rsa.jkt } });
		(await bound({ dpop: proofFor(rsa, { token: mine, url }) }, mine)).is(200);
		(await bound({ dpop: proofFor(rsa, { token: mine, url, header: { jwk: { ...rsa.jwk, alg: 'RS256' } } }) }, mine)).is(401);
	});
});

describe('who must, may and must not bind', () => {
	const bearer = (of) => w.api(of, 'GET', '/me');
	test('required: a token without a key is refused by either scheme', async () => {
		const free = required.sign({ claims: { sub: 'tm-1', role: 'TM', agency: { orgnr: dps } } });
		(await bearer(free)).is(401, 'invalid_token');
		(await bound({ dpop: proofFor(key, { token: free, url }) }, free)).is(401);
	});
	test('optional: both, each by its own scheme', async () => {
		const free = optional.sign({ claims: { sub: 'tm-1', role: 'TM', agency: { orgnr: dps } } });
		const mine = optional.token();
		(await bearer(free)).is(200);
		(await bound({ dpop: proofFor(key, { token: free, url }) }, free)).is(401, 'invalid_token');
		(await bound({ dpop: proofFor(key, { token: mine, url }) }, mine)).is(200);
		(await bearer(mine)).is(401);
	});
	test('forbidden: a bound token is refused', async () => {
		const mine = forbidden.token();
		(await bound({ dpop: proofFor(key, { token: mine, url }) }, mine)).is(401, 'invalid_token');
		(await bearer(mine)).is(401);
	});
	test('an agency may demand what its issuer does not', async () => {
		const free = optional.sign({ claims: { sub: 'tm-1', role: 'TM', agency: { orgnr: dps }, jti: 'agency' } });
		await w.sql(`update agency_issuers set dpop = 'required' where issuer_id = $1`, [optional.id]);
		(await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200);
		(await bearer(free)).is(401);
		await w.sql(`update agency_issuers set dpop = null where issuer_id = $1`, [optional.id]);
		(await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200);
		(await bearer(free)).is(200);
	});
	test('a confirmation that we cannot check is refused', async () => {
		for (const cnf of [{}, { jkt: 'x' }, { kid: 'a' }, { jkt: key.jkt, kid: 'a' }, 'text', { jwk: key.jwk }]) {
			const mine = optional.token({ cnf });
			(await bearer(mine)).is(401);
			(await bound({ dpop: proofFor(key, { token: mine, url }) }, mine)).is(401);
		}
	});
});

test('a nonce, where it is asked for: told, taken, told again only when it is old', async () => {
	const mine = asksNonce.token();
	const first = (await bound({ dpop: proofFor(key, { token: mine, url }) }, mine)).is(401, 'use_dpop_nonce');
	const nonce = first.headers['dpop-nonce'];
	assert.match(first.headers['www-authenticate'], /^DPoP .*error="use_dpop_nonce"/);
	const r = (await bound({ dpop: proofFor(key, { token: mine, url, nonce }) }, mine)).is(200);
	assert.equal(r.headers['dpop-nonce'], undefined);
	(await bound({ dpop: proofFor(key, { token: mine, url, nonce: 'made-up' }) }, mine)).is(401, 'use_dpop_nonce');
});

test('used proofs are forgotten when they are too old to be used', async () => {
	await w.sql(`insert into dpop_proof values ('\\x00', now() - interval '1 second'), ('\\x01', now() + interval '1 hour')`);
	await w.sql(`select job_run('dpop_proofs_dropped', null)`);
	const left = await w.sql(`select encode(digest, 'hex') as digest from dpop_proof where length(digest) = 1`);
	assert.deepEqual(left, [{ digest: '01' }]);
});

test('when the store of used proofs is away, nobody is let in on a promise', async () => {
	await w.sql('revoke insert on dpop_proof from samhandling_service');
	(await bound({ dpop: proof() })).is(503, 'unavailable');
	await w.sql('grant insert on dpop_proof to samhandling_service');
	(await bound({ dpop: proof() })).is(200);
});
