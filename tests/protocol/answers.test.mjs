// The form of what is sent back.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import {path, talk, target} from './raw.mjs';
import {get, head} from './corpus/parts.mjs';

let server;
before(async () => { server = await target(); });
after(async () => { assert.equal(await server.stop(), 0, server.log?.()); });

const one = async (send, method = 'GET') =>
	(await talk(server, send.replaceAll('{path}', path), {answers: 1, methods: [method]})).answers[0];

test('every answer has a date, a length and says how it may be kept', async () => {
	const answer = await one(get());
	assert.equal(answer.line, 'HTTP/1.1 200 OK');
	assert.ok(Math.abs(Date.parse(answer.headers.date) - Date.now()) < 5000);
	assert.match(answer.headers.date, /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
	assert.equal(Number(answer.headers['content-length']), answer.body.length);
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.ok(answer.headers['cache-control']);
	assert.equal(answer.headers.connection, 'keep-alive');
	assert.equal(answer.headers.server, undefined);
});

test('a refusal has the same form', async () => {
	const answer = await one(get('X : y'));
	assert.equal(answer.line, 'HTTP/1.1 400 Bad Request');
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.equal(answer.headers.connection, 'close');
	assert.equal(answer.headers.server, undefined);
});

test('nothing of a refused request comes back', async () => {
	for (const line of ['GET / HTTP/1.1evil', 'evil / HTTP/1.1', 'GET evil HTTP/1.1', 'GET /%evil HTTP/1.1']) {
		const got = await talk(server, head(line, 'X: evil'));
		assert.doesNotMatch(got.bytes, /evil/, line);
	}
	assert.doesNotMatch((await talk(server, get('evil : y'))).bytes, /evil/);
});

test('HEAD has the head of GET and no body', async () => {
	const whole = await one(get());
	const got = await talk(server, head(`HEAD ${path} HTTP/1.1`, 'Connection: close'), {methods: ['HEAD']});
	assert.equal(got.answers[0].status, 200);
	assert.equal(got.answers[0].headers['content-length'], whole.headers['content-length']);
	assert.equal(got.rest, '');
});

test('204 and 304 have neither body nor length', async (t) => {
	if (!server.isEcho) return t.skip('only the echo gives any status');
	for (const status of [204, 304]) {
		const got = await talk(server, `GET /status/${status} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
		assert.equal(got.answers[0].status, status);
		assert.equal(got.answers[0].headers['content-length'], undefined);
		assert.equal(got.answers[0].headers['content-type'], undefined);
		assert.equal(got.rest, '');
	}
	assert.equal((await one('GET /status/201 HTTP/1.1\r\nHost: x\r\n\r\n')).headers['content-length'], '0');
});

test('a header that would split the answer is left out', async (t) => {
	if (!server.isEcho) return t.skip('only the echo sends one');
	const answer = await one('GET /status/200 HTTP/1.1\r\nHost: x\r\n\r\n');
	assert.equal(answer.headers['x-bad'], undefined);
	assert.equal(answer.headers.b, undefined);
});

test('a large answer arrives whole, also when it is read slowly', async (t) => {
	if (!server.isEcho) return t.skip('only the echo gives any size');
	const size = 4000000;
	const got = await talk(server, `GET /bytes/${size} HTTP/1.1\r\nHost: x\r\n\r\n`, {answers: 1, ms: 20000});
	assert.equal(got.answers[0].body.length, size);
});

// N pieces of N bytes, of the letters from the alphabet's N-th down.
const pieces = (n) => Array.from({length: n}, (_, i) => String.fromCharCode(97 + (n - 1 - i) % 26).repeat(n)).join('');

test('an answer in pieces is framed in chunks, and the connection serves the next request', async (t) => {
	if (!server.isEcho) return t.skip('only the echo answers in pieces');
	for (const n of [0, 1, 7, 200]) {
		const got = await talk(server, `GET /pieces/${n} HTTP/1.1\r\nHost: x\r\n\r\n${get()}`.replaceAll('{path}', path), {answers: 2});
		const [answer, next] = got.answers;
		assert.equal(answer.headers['transfer-encoding'], 'chunked');
		assert.equal(answer.headers['content-length'], undefined);
		assert.equal(answer.headers.connection, 'keep-alive');
		assert.ok(answer.body === pieces(n), `${n} pieces`);
		assert.equal(next.status, 200);
	}
});

test('a piece larger than is copied arrives whole', async (t) => {
	if (!server.isEcho) return t.skip('only the echo answers in pieces');
	const got = await talk(server, 'GET /pieces/1000 HTTP/1.1\r\nHost: x\r\n\r\n', {answers: 1, ms: 20000});
	assert.ok(got.answers[0].body === pieces(1000));
});

test('HTTP/1.0 gets the pieces bare, and the end of the connection after them', async (t) => {
	if (!server.isEcho) return t.skip('only the echo answers in pieces');
	const got = await talk(server, 'GET /pieces/5 HTTP/1.0\r\nHost: x\r\n\r\n');
	assert.equal(got.answers[0].headers['transfer-encoding'], undefined);
	assert.equal(got.answers[0].headers.connection, 'close');
	assert.ok(got.closed);
	assert.equal(got.rest, pieces(5));
});

test('an answer that cannot be finished ends without its last chunk', async (t) => {
	if (!server.isEcho) return t.skip('only the echo cuts an answer off');
	const got = await talk(server, 'GET /cut/3 HTTP/1.1\r\nHost: x\r\n\r\n');
	assert.ok(got.closed);
	assert.equal(got.answers.length, 0);
	assert.match(got.rest, /c{10}[^]*b{10}[^]*a{10}\r\n$/);
});

test('HEAD of an answer in pieces is its head', async (t) => {
	if (!server.isEcho) return t.skip('only the echo answers in pieces');
	const got = await talk(server, head('HEAD /pieces/5 HTTP/1.1', 'Connection: close'), {methods: ['HEAD']});
	assert.equal(got.answers[0].headers['transfer-encoding'], 'chunked');
	assert.equal(got.rest, '');
});

// RFC 9112, 9.6: a reset for what is still being sent may reach the client before the answer does.
for (const [what, text] of Object.entries({
	'asked for it': get('Connection: close'), 'speaks HTTP/1.0': head('GET {path} HTTP/1.0'), 'was refused': get('X : y'),
}))
	test(`who ${what} is not reset for what is still on its way after the last answer`, async () => {
		const got = {bytes: '', ended: false, error: null};
		const socket = net.connect({host: server.host, port: server.port, noDelay: true, allowHalfOpen: true});
		socket.on('data', (data) => { got.bytes += data; }).on('error', (error) => { got.error = error.code; });
		const ended = new Promise((resolve) => { socket.on('end', resolve).on('close', resolve); });
		socket.write(text.replaceAll('{path}', path));
		await ended;
		for (let n = 0; n < 3; n++) {
			socket.write(get().replaceAll('{path}', path));
			await new Promise((resolve) => { setTimeout(resolve, 50); });
		}
		socket.destroy();
		assert.match(got.bytes, /^HTTP\/1\.1 [24]00 /);
		assert.equal(got.bytes.match(/HTTP\/1\.1/g).length, 1, 'what came after is not answered');
		assert.equal(got.error, null);
	});
