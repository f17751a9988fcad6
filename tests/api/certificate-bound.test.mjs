// Tokens bound to the caller's certificate (RFC 8705): shown over the daemon's own TLS, or passed on by a trusted proxy.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { world } from './harness.mjs';
import { freePort } from './lib/daemon.mjs';
import { makeIssuer, registerIssuer } from './lib/issuer.mjs';

const directory = mkdtempSync(join(tmpdir(), 'samhandling-mtls-'));
after(() => rmSync(directory, { recursive: true }));
const at = (name) => join(directory, name);
const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });

// An authority, and certificates under it (or under themselves).
function authority(name) {
	openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`));
}
function certify(name, by) {
	openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`));
	openssl('x509', '-req', '-in', at(`${name}.csr`), '-CA', at(`${by}.crt`), '-CAkey', at(`${by}.key`), '-CAcreateserial', '-days', '2', '-out', at(`${name}.crt`));
	return readFileSync(at(`${name}.crt`), 'utf8');
}
authority('ca');
authority('localhost');
const mine = certify('mine', 'ca');
const others = certify('others', 'ca');
writeFileSync(at('server.pem'), readFileSync(at('localhost.crt'), 'utf8') + readFileSync(at('localhost.key'), 'utf8'));
const der = (pem) => new X509Certificate(pem).raw;
const x5t = Buffer.from(new X509Certificate(mine).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
const passedOn = (pem) => `:${der(pem).toString('base64')}:`;

const tlsPort = await freePort();
const w = await world({ settings: { CLIENT_CERT_HEADER: 'Client-Cert', TLS_CERTIFICATE: at('server.pem'), TLS_PORT: tlsPort, TLS_CLIENT_CA: at('ca.crt') } });
const [{ organisation_number }] = await w.sql(`select organisation_number from agency where slug = 'drammen-kommune'`);
const issuer = await makeIssuer({ name: 'https://machines.example' });
const id = await registerIssuer(w, issuer, {}, [{ agency: 'drammen-kommune', organisation_number, user_required: false, machine_allowed: ['directory.read'] }]);
const machine = (claims = {}) => issuer.sign({ claims: { sub: 'batch', client_id: 'batch', scope: 'directory.read', agency: { orgnr: organisation_number }, cnf: { 'x5t#S256': x5t }, ...claims } });
const token = machine();
const free = machine({ cnf: undefined });
const known = async () => (await w.api('drammen-kommune:mh-1', 'GET', '/me')).is(200);
await known();

// GET over TLS, showing a certificate or none.
function overTls(of, name, headers = {}) {
	return new Promise((done, fail) => {
		const shown = name ? { cert: readFileSync(at(`${name}.crt`)), key: readFileSync(at(`${name}.key`)) } : {};
		https.get({ host: '127.0.0.1', port: tlsPort, path: '/api/v1/agencies', rejectUnauthorized: false, agent: false, headers: { authorization: `Bearer ${of}`, ...headers }, ...shown }, (response) => {
			response.resume();
			response.on('end', () => done(response.statusCode));
		}).on('error', fail);
	});
}
const overProxy = (of, header) => w.api(of, 'GET', '/agencies', undefined, header === undefined ? {} : { 'client-cert': header });

describe('over TLS', () => {
	test('with the certificate that the token names', async () => assert.equal(await overTls(token, 'mine'), 200));
	test('with another, or none: 401', async () => {
		assert.equal(await overTls(token, 'others'), 401);
		assert.equal(await overTls(token), 401);
	});
	test('a header is no certificate there', async () => {
		assert.equal(await overTls(token, null, { 'client-cert': passedOn(mine) }), 401);
		assert.equal(await overTls(token, 'others', { 'client-cert': passedOn(mine) }), 401);
	});
	test('a token that names none needs none', async () => {
		assert.equal(await overTls(free), 200);
		assert.equal(await overTls(free, 'mine'), 200);
	});
	test('a certificate of an authority that is not ours is not let in', async () => {
		authority('stranger');
		await assert.rejects(overTls(token, 'stranger'));
	});
});

describe('behind a proxy', () => {
	test('the certificate in the header', async () => (await overProxy(token, passedOn(mine))).is(200));
	test('another, none, or no certificate: 401', async () => {
		for (const header of [passedOn(others), undefined, '', '::', ':AAAA:', der(mine).toString('base64'), `:${'*'.repeat(8)}:`, `${passedOn(mine)}, ${passedOn(mine)}`])
			(await overProxy(token, header)).is(401, 'invalid_token');
	});
	test('two headers are nobody\'s', async () => {
		const r = await w.raw(`GET /api/v1/agencies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nClient-Cert: ${passedOn(mine)}\r\nClient-Cert: ${passedOn(mine)}\r\nConnection: close\r\n\r\n`);
		assert.equal(r.status, 401);
	});
	test('without the setting no header is believed', async () => {
		const second = await w.another({ CLIENT_CERT_HEADER: undefined, TLS_PORT: await freePort() });
		try {
			const r = await fetch(`http://127.0.0.1:${second.port}/api/v1/agencies`, { headers: { authorization: `Bearer ${token}`, 'client-cert': passedOn(mine) } });
			assert.equal(r.status, 401);
		} finally {
			await second.stop();
		}
	});
});

test('an issuer\'s machines may have to be bound', async () => {
	await w.sql(`update trusted_issuers set certificate = 'required' where id = $1`, [id]);
	await known();
	(await overProxy(free)).is(401, 'invalid_token');
	(await overProxy(token, passedOn(mine))).is(200);
	const person = issuer.sign({ claims: { sub: 'mh-1', role: 'MH', agency: { orgnr: organisation_number } } });
	(await overProxy(person)).is(200); // persons need none
	await w.sql(`update trusted_issuers set certificate = 'forbidden' where id = $1`, [id]);
	await known();
	(await overProxy(free)).is(200);
	(await overProxy(token, passedOn(mine))).is(401);
});
