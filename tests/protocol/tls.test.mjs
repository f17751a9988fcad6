// IPv6, and TLS 1.2 and 1.3 with a certificate made for the test.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import tls from 'node:tls';
import {once} from 'node:events';
import {freePort, startEcho, talk} from './raw.mjs';
import {get, host, post} from './corpus/parts.mjs';

const options = {skip: process.env.TEST_ADDRESS ? 'needs a server of its own' : false};
const plain = get().replace('{path}', '/plain');
let directory, pem;

before(() => {
	directory = mkdtempSync(join(tmpdir(), 'samhandling-tls-'));
	pem = join(directory, 'server.pem');
	const [key, certificate] = [join(directory, 'key'), join(directory, 'certificate')];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
		'-subj', '/CN=localhost', '-keyout', key, '-out', certificate], {stdio: 'ignore'});
	writeFileSync(pem, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
});
after(() => rmSync(directory, {recursive: true}));

async function startTls(settings = {}) {
	const port = await freePort();
	const server = await startEcho({
		SAMHANDLING_TLS_CERTIFICATE: pem, SAMHANDLING_TLS_PORT: String(port), SAMHANDLING_HEAD_TIMEOUT_MS: '1500', ...settings,
	});
	return {...server, plainPort: server.port, port};
}

async function connect(server, settings = {}) {
	const socket = tls.connect({host: server.host, port: server.port, rejectUnauthorized: false, ...settings});
	socket.on('error', () => {});
	await once(socket, 'secureConnect');
	return socket;
}

test('TLS 1.2 and 1.3 are spoken, older versions are not', options, async () => {
	const server = await startTls();
	for (const version of ['TLSv1.2', 'TLSv1.3']) {
		const socket = await connect(server, {minVersion: version, maxVersion: version});
		assert.equal(socket.getProtocol(), version);
		const got = await talk(server, plain + plain, {answers: 2, socket});
		assert.deepEqual(got.answers.map((a) => a.status), [200, 200]);
	}
	for (const version of ['TLSv1', 'TLSv1.1'])
		await assert.rejects(connect(server, {minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0'}));
	assert.equal(await server.stop(), 0, server.log());
});

test('TLS_VERSIONS=1.3 refuses 1.2', options, async () => {
	const server = await startTls({SAMHANDLING_TLS_VERSIONS: '1.3'});
	await assert.rejects(connect(server, {maxVersion: 'TLSv1.2'}));
	const got = await talk(server, plain, {answers: 1, socket: await connect(server)});
	assert.equal(got.answers[0].status, 200);
	assert.equal(await server.stop(), 0, server.log());
});

test('bodies, large answers and refusals over TLS', options, async () => {
	const server = await startTls();
	const body = 'abcdefgh'.repeat(100000);
	const sent = await talk(server, post(body, `Content-Length: ${body.length}`).replace('{path}', '/x'),
		{answers: 1, socket: await connect(server)});
	assert.equal(JSON.parse(sent.answers[0].body).body, body);
	const large = await talk(server, `GET /bytes/3000000 HTTP/1.1\r\n${host}\r\n`, {answers: 1, socket: await connect(server), ms: 15000});
	assert.equal(large.answers[0].body.length, 3000000);
	const refused = await talk(server, get('X : y') + plain, {socket: await connect(server)});
	assert.deepEqual(refused.answers.map((a) => a.status), [400]);
	assert.ok(refused.closed);
	assert.equal(await server.stop(), 0, server.log());
});

test('slow heads over TLS, and slow handshakes, end in time', options, async () => {
	const server = await startTls();
	const started = performance.now();
	const slow = await talk(server, [...plain.slice(0, -1)].flatMap((c) => [c, 60]), {socket: await connect(server)});
	assert.equal(slow.answers[0]?.status, 408);
	assert.ok(performance.now() - started < 4000);
	const mute = net.connect({host: server.host, port: server.port});
	mute.write('\x16\x03\x01');
	const closed = once(mute, 'close');
	mute.resume();
	await closed;
	assert.ok(performance.now() - started < 8000);
	assert.equal(await server.stop(), 0, server.log());
});

test('plain HTTP on the TLS port is not answered, and the port goes on', options, async () => {
	const server = await startTls();
	const got = await talk(server, plain, {ms: 3000});
	assert.equal(got.answers.length, 0);
	assert.ok(got.closed);
	assert.equal((await talk(server, plain, {answers: 1, socket: await connect(server)})).answers[0].status, 200);
	assert.equal((await talk({...server, port: server.plainPort}, plain, {answers: 1})).answers[0].status, 200);
	assert.equal(await server.stop(), 0, server.log());
});

test('IPv6 beside IPv4', options, async () => {
	const server = await startEcho({SAMHANDLING_ADDRESS: '127.0.0.1,[::1]'});
	for (const address of ['127.0.0.1', '::1']) {
		const got = await talk({...server, host: address}, get().replace('{path}', '/x'), {answers: 1});
		assert.equal(got.answers[0].status, 200);
		assert.equal(JSON.parse(got.answers[0].body).loopback, true);
	}
	assert.equal(await server.stop(), 0, server.log());
});

test('TLS over IPv6 alone', options, async () => {
	const server = await startTls({SAMHANDLING_ADDRESS: '[::1]', SAMHANDLING_PORT: '0'});
	const socket = await connect({...server, host: '::1'});
	assert.equal((await talk(server, plain, {answers: 1, socket})).answers[0].status, 200);
	assert.equal(await server.stop(), 0, server.log());
});

test('what cannot be listened on is said', options, async () => {
	await assert.rejects(startEcho({SAMHANDLING_ADDRESS: '192.0.2.1'}), /cannot listen on/);
	await assert.rejects(startEcho({SAMHANDLING_TLS_CERTIFICATE: join(directory, 'none')}), /cannot listen on/);
	await assert.rejects(startEcho({SAMHANDLING_TLS_CERTIFICATE: pem, SAMHANDLING_TLS_VERSIONS: '1.1'}), /TLS_VERSIONS/);
	await assert.rejects(startEcho({SAMHANDLING_PORT: '0'}), /address to listen on/);
});
