// Tokens over HTTP: what must be accepted, and every way to lie (each refused with a reason in the log).
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { until, world } from './harness.mjs';
import { agencies, claimsFor, keyOf, signToken, tokenFor } from './lib/tokens.mjs';

const w = await world();
const who = 'drammen-dps:tm-1';
const issuerOf = (slug) => agencies.find((a) => a.slug === slug).issuer;
const now = () => Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const get = (token, headers) => w.api(token, 'GET', '/me', undefined, headers);
const lie = (changes) => tokenFor(who, changes);
const kid = keyOf('drammen-dps').jwk.kid;

// A token of any text, with a signature that is only bytes.
function unsigned(header, claims, signature = '') {
	return `${encode(header)}.${encode(claims)}.${signature}`;
}

// HS256 with the issuer's public key as the secret: the oldest trick.
function confused() {
	const pem = createPublicKey(keyOf('drammen-dps').key).export({ type: 'spki', format: 'pem' });
	const input = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${encode(claimsFor(who))}`;
	return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

function forged() {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return lie({ key: privateKey });
}

// JSON text of the claims with one member written twice, or any other text put in.
function claimsText(extra) {
	return `${JSON.stringify(claimsFor(who)).slice(0, -1)},${extra}}`;
}

const claimsToken = (claims) => signToken({ header: { alg: 'ES256', typ: 'JWT', kid }, claims, key: keyOf('drammen-dps').key });

const refused = {
	'not a token': 'not-a-token', 'two parts': 'only.two-parts', 'four parts': `${lie()}.x`, 'padding in base64': lie().replace('.', '=.'),
	'alg none': unsigned({ alg: 'none', typ: 'JWT' }, claimsFor(who)), 'alg None': unsigned({ alg: 'None', typ: 'JWT', kid }, claimsFor(who), 'AA'),
	'alg nOnE with a signature': unsigned({ alg: 'nOnE', typ: 'JWT', kid }, claimsFor(who), lie().split('.')[2]),
	'alg missing': unsigned({ typ: 'JWT', kid }, claimsFor(who), 'AA'), 'HS256 with the public key': confused(),
	'alg not in the issuer\'s list': unsigned({ alg: 'RS256', typ: 'JWT', kid }, claimsFor(who), 'AA'), 'EdDSA': unsigned({ alg: 'EdDSA', typ: 'JWT', kid }, claimsFor(who), 'AA'),
	'another type': lie({ header: { typ: 'dpop+jwt' } }), 'no type': lie({ header: { typ: undefined } }),
	'crit': lie({ header: { crit: ['exp'] } }), 'embedded jwk': lie({ header: { jwk: { kty: 'EC' } } }), 'jku': lie({ header: { jku: 'https://evil.example/jwks' } }),
	'x5c': lie({ header: { x5c: ['MII'] } }), 'x5u': lie({ header: { x5u: 'https://evil.example' } }),
	'no kid': lie({ header: { kid: undefined } }), 'unknown kid': lie({ header: { kid: 'other' } }), 'kid of another issuer': lie({ header: { kid: keyOf('lier-kommune').jwk.kid } }),
	'kid that is a path': lie({ header: { kid: '../../../etc/passwd' } }), 'kid with SQL': lie({ header: { kid: '\' or 1=1 --' } }),
	'unknown issuer': lie({ claims: { iss: 'https://evil.example' } }), 'issuer with a slash at the end': lie({ claims: { iss: `${issuerOf('drammen-dps')}/` } }),
	'issuer in capitals': lie({ claims: { iss: issuerOf('drammen-dps').toUpperCase() } }), 'no issuer': lie({ drop: ['iss'] }), 'an issuer that is a list': lie({ claims: { iss: [issuerOf('drammen-dps')] } }),
	'another\'s key': forged(), 'a changed claim': lie().split('.').map((p, i) => (i === 1 ? encode({ ...claimsFor(who), role: 'SA' }) : p)).join('.'),
	'a cut signature': lie().slice(0, -4), 'an empty signature': `${lie().split('.').slice(0, 2).join('.')}.`, 'a signature in DER': claimsToken(claimsFor(who)).replace(/[^.]+$/, encode('0E\u{2}\u{1}')),
	'another audience': lie({ claims: { aud: 'someone-else' } }), 'no audience': lie({ drop: ['aud'] }), 'two audiences': lie({ claims: { aud: ['samhandling-api', 'someone-else'] } }), 'an empty audience list': lie({ claims: { aud: [] } }),
	'expired': lie({ claims: { iat: now() - 700, exp: now() - 31 } }), 'no exp': lie({ drop: ['exp'] }), 'exp as text': lie({ claims: { exp: String(now() + 100) } }),
	'exp as a fraction': claimsToken(claimsText(`"exp":${now() + 100}.5`).replace(/"exp":\d+,/, '')), 'a negative exp': lie({ claims: { exp: -1 } }), 'exp of 2^63': claimsToken(claimsText('"exp":9223372036854775808').replace(/"exp":\d+,/, '')),
	'not yet valid': lie({ claims: { nbf: now() + 120 } }), 'issued in the future': lie({ claims: { iat: now() + 120, exp: now() + 200 } }), 'no iat': lie({ drop: ['iat'] }), 'too long a life': lie({ seconds: 43_201 }),
	'a claim twice': claimsToken(claimsText('"role":"SA"')), 'claims that are a list': claimsToken('[]'), 'claims nested deep': claimsToken(claimsText(`"x":${'['.repeat(60)}${']'.repeat(60)}`)),
	'claims that are not JSON': claimsToken('{'), 'larger than 8 KiB': lie({ claims: { filler: 'x'.repeat(8200) } }),
	'another agency\'s organisation': lie({ claims: { agency: { orgnr: agencies.find((a) => a.slug === 'lier-kommune').organisation_number } } }),
	'an organisation of nobody': lie({ claims: { agency: { orgnr: '921234554' } } }), 'no organisation': lie({ drop: ['agency'] }), 'an organisation as a number': lie({ claims: { agency: { orgnr: 310000019 } } }),
	'place of care at another agency': lie({ claims: { point_of_care: { orgnr: agencies.find((a) => a.slug === 'lier-kommune').organisation_number } } }),
	'a personal number, as citizens have': lie({ claims: { pid: '01819012365' } }), 'bound to a key (DPoP)': lie({ claims: { cnf: { jkt: 'x' } } }), 'a supplier': lie({ claims: { supplier: { orgnr: '310000019' } } }),
	'no subject': lie({ drop: ['sub'] }), 'an empty subject': lie({ claims: { sub: '' } }), 'a scope that is a number': lie({ claims: { scope: 7 } }),
};

describe('a token that is not good', () => {
	for (const [what, token] of Object.entries(refused))
		test(`${what}: 401 and a reason`, async () => {
			const before = w.daemon.events('TOKEN_REFUSED').length;
			const r = (await w.request({ as: null, method: 'GET', path: '/me', headers: { authorization: `Bearer ${token}` } })).is(401);
			assert.match(r.headers['www-authenticate'], /error="invalid_token"/);
			const [event] = await until(() => { const list = w.daemon.events('TOKEN_REFUSED').slice(before); return list.length > 0 && list; });
			assert.ok(event.reason && event.request_id === r.body.request_id);
			assert.ok(r.headers['www-authenticate'].includes(`error_description="${event.reason}"`), 'a sandbox says the reason');
			assert.ok(!w.daemon.log.includes(token), 'the log holds a token');
		});
	test('a scope: text or list, whole words; without one the role decides', async () => {
		const list = (changes) => w.api(lie(changes), 'GET', '/agencies');
		(await list({ drop: ['scope'] })).is(200);
		(await list({ claims: { scope: 'directory.read' } })).is(200);
		(await list({ claims: { scope: ['tasks.read', 'directory.read'] } })).is(200);
		for (const scope of ['directory.reader', 'directory', 'directory.write', '', []]) (await list({ claims: { scope } })).is(403, 'insufficient_scope');
	});
	test('the header: one Bearer and nothing else', async () => {
		const good = w.token(who);
		for (const value of [`Basic ${good}`, `Bearer`, `Bearer ${good} ${good}`, `Bearer ${good}, Bearer ${good}`, `DPoP ${good}`, good])
			(await w.request({ as: null, method: 'GET', path: '/me', headers: { authorization: value } })).is(401);
		const r = await w.raw(`GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${good}\r\nAuthorization: Bearer ${good}\r\nConnection: close\r\n\r\n`);
		assert.ok([400, 401].includes(r.status), r.text);
	});
});

describe('a token that is good', () => {
	test('in every form that the standards allow', async () => {
		(await get(lie())).is(200);
		(await get(lie({ header: { typ: 'at+jwt' } }))).is(200);
		(await get(lie({ header: { typ: 'application/at+jwt' } }))).is([200, 401]);
		(await get(lie({ claims: { aud: ['samhandling-api'] } }))).is(200);
		(await get(lie({ claims: { iat: now() - 100, exp: now() - 20 } }))).is(200); // within the skew of 30 s
		(await get(lie({ claims: { nbf: now() + 20 } }))).is(200);
	});
	test('of everybody in the demo agencies', async () => {
		for (const agency of agencies)
			for (const person of agency.staff) {
				const me = (await w.api(`${agency.slug}:${person.subject}`, 'GET', '/me')).is(200).body;
				assert.equal(me.role, person.role);
			}
	});
	test('but of a person without that role now: 403', async () => {
		(await get(lie({ claims: { role: 'TL' } }))).is(403);
		(await get(lie({ drop: ['role'] }))).is([401, 403]);
		const [{ id }] = await w.sql(`select m.id from staff_membership m join staff s on s.id = m.staff_id where s.id = $1`, [w.ids.staff['drammen-dps:tm-3']]);
		(await w.api('drammen-dps:tm-3', 'GET', '/me')).is(200);
		await w.sql(`update staff_membership set valid_to = '2025-01-01' where id = $1`, [id]);
		(await w.api('drammen-dps:tm-3', 'GET', '/me')).is(403); // the cached token too
		await w.sql(`update staff_membership set valid_to = null where id = $1`, [id]);
		(await w.api('drammen-dps:tm-3', 'GET', '/me')).is(200);
	});
	test('of a person whose agency has ended: 403', async () => {
		await w.sql(`update agency set valid_to = '2025-01-01' where slug = 'ovre-eiker-kommune'`);
		(await w.api('ovre-eiker-kommune:mh-1', 'GET', '/me')).is(403);
		await w.sql(`update agency set valid_to = null where slug = 'ovre-eiker-kommune'`);
	});
	test('by a citizen for the own person alone, never for a role of staff', async () => {
		(await w.api('citizen/PT', 'GET', '/me')).is(200);
		(await get(tokenFor('citizen/PT', { claims: { role: 'SA' } }))).is([401, 403]);
		(await get(tokenFor('citizen/PT', { claims: { agency: { orgnr: '310000019' } } }))).is(401);
	});
});

describe('keys', () => {
	const jwksOf = async (slug) => (await w.sql('select jwks from trusted_issuers where issuer = $1', [issuerOf(slug)]))[0].jwks;
	const setJwks = (slug, jwks) => w.sql('update trusted_issuers set jwks = $2 where issuer = $1', [issuerOf(slug), JSON.stringify(jwks)]);
	const newKey = (name) => {
		const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: name, alg: 'ES256', use: 'sig' } };
	};
	const fromNav = (changes) => tokenFor('nav-drammen:nav-1', changes);
	const reload = async () => {
		const count = w.daemon.events('CONFIG_RELOADED').length;
		w.reload();
		await until(() => w.daemon.events('CONFIG_RELOADED').length > count);
	};

	test('rotate: the old and the new one hold side by side, then the old one is withdrawn, cache included', async () => {
		const old = await jwksOf('nav-drammen');
		const next = newKey('next');
		const oldToken = fromNav();
		(await get(oldToken)).is(200);
		await setJwks('nav-drammen', { keys: [...old.keys, next.jwk] });
		await reload();
		const newToken = fromNav({ header: { kid: 'next' }, key: next.privateKey });
		(await get(newToken)).is(200);
		(await get(oldToken)).is(200);
		await setJwks('nav-drammen', { keys: [next.jwk] });
		await reload();
		(await get(oldToken)).is(401);
		(await get(newToken)).is(200);
		await setJwks('nav-drammen', old);
		await reload();
		(await get(oldToken)).is(200);
	});
	test('withdrawn without a signal: the registry\'s generation refuses the cached token', async () => {
		const token = fromNav();
		(await get(token)).is(200);
		await w.sql('update trusted_issuers set enabled = false where issuer = $1', [issuerOf('nav-drammen')]);
		(await get(token)).is(401);
		await w.sql('update trusted_issuers set enabled = true where issuer = $1', [issuerOf('nav-drammen')]);
		(await get(w.token(who))).is(200); // somebody else's request meets the new generation
		(await get(token)).is(200);
	});
	test('a broken key beside a good one harms nobody', async () => {
		const old = await jwksOf('nav-drammen');
		await setJwks('nav-drammen', { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'broken' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' }, ...old.keys] });
		await reload();
		(await get(fromNav())).is(200);
		(await get(w.token(who))).is(200);
		await setJwks('nav-drammen', old);
		await reload();
	});
	for (const [alg, make] of Object.entries({ RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }) }))
		test(`${alg} where the issuer allows it`, async () => {
			const { privateKey, publicKey } = make();
			const old = await jwksOf('politi-demo');
			await w.sql('update trusted_issuers set algorithms = $2 where issuer = $1', [issuerOf('politi-demo'), [alg]]);
			await setJwks('politi-demo', { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg, use: 'sig' }] });
			await reload();
			const token = (header) => tokenFor('politi-demo:po-1', { header: { alg, kid: 'k', ...header }, key: privateKey });
			(await get(token())).is(200);
			(await get(token({ typ: 'at+jwt' }))).is(200);
			await w.sql(`update trusted_issuers set algorithms = '{ES256}' where issuer = $1`, [issuerOf('politi-demo')]);
			await setJwks('politi-demo', old);
			await reload();
			(await get(token())).is(401);
		});
	test('of the sandbox are refused in production', async () => {
		await w.restart({ SANDBOX: undefined });
		(await get(w.token(who))).is(401);
		await w.restart({ SANDBOX: 1 });
		(await get(w.token(who))).is(200);
	});
});
