// What becomes of sound requests: pipelining, keep-alive, interim answers, and (with the echo) what
// the rooms behind are handed.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import {path, talk, target} from './raw.mjs';
import {get, head, host, poison, post, chunked} from './corpus/parts.mjs';

let server;
before(async () => { server = await target(); });
after(async () => { assert.equal(await server.stop(), 0, server.log?.()); });

const at = (text) => text.replaceAll('{path}', path);
const one = async (send, options) => (await talk(server, at(send), {answers: 1, ...options})).answers.at(-1);
const echoed = async (send) => JSON.parse(Buffer.from((await one(send)).body, 'latin1').toString());

test('pipelined requests are answered in their order', async () => {
	const many = [at(get()), at(head('HEAD {path} HTTP/1.1')), at(get()), at(head('GET /nowhere/at/all HTTP/1.1'))];
	const got = await talk(server, many.join(''), {answers: 4, methods: ['GET', 'HEAD', 'GET', 'GET']});
	assert.equal(got.answers.length, 4);
	assert.deepEqual(got.answers.slice(0, 3).map((a) => a.status), [200, 200, 200]);
	assert.equal(got.answers[1].headers['content-length'], got.answers[0].headers['content-length']);
});

test('a hundred pipelined requests, cut at odd places', async () => {
	const all = at(get('X: y')).repeat(100);
	const pieces = [];
	for (let i = 0; i < all.length; i += 777) pieces.push(all.slice(i, i + 777), 1);
	const got = await talk(server, pieces, {answers: 100});
	assert.equal(got.answers.filter((a) => a.status === 200).length, 100);
});

test('a refused request ends a pipeline', async () => {
	const got = await talk(server, at(get()) + at(get('X : y')) + poison);
	assert.deepEqual(got.answers.map((a) => a.status), [200, 400]);
	assert.ok(got.closed);
});

test('a body is not read as a request', async () => {
	const got = await talk(server, at(post(poison, `Content-Length: ${poison.length}`) + get()), {answers: 2});
	assert.equal(got.answers.length, 2);
	assert.equal(got.answers[1].status, 200);
});

test('a chunked body in pieces, then a request', async () => {
	const text = at(chunked('3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n') + get());
	const got = await talk(server, [...text].flatMap((c) => [c]), {answers: 2});
	assert.equal(got.answers.length, 2);
	assert.equal(got.answers[1].status, 200);
});

test('the connection closes when the client asks', async () => {
	for (const value of ['close', 'Close', 'x, close', 'keep-alive, close']) {
		const got = await talk(server, at(get(`Connection: ${value}`)) + poison);
		assert.equal(got.answers.length, 1, value);
		assert.equal(got.answers[0].headers.connection, 'close');
		assert.ok(got.closed);
	}
});

test('HTTP/1.0 is answered by 1.1 and the connection closes', async () => {
	for (const headers of ['', 'Host: x.example\r\n', 'Connection: keep-alive\r\n']) {
		const got = await talk(server, at(`GET {path} HTTP/1.0\r\n${headers}\r\n`) + poison);
		assert.equal(got.answers.length, 1);
		assert.match(got.answers[0].line, /^HTTP\/1\.1 200 /);
		assert.ok(got.closed);
	}
});

test('Expect: 100-continue is answered before the body is read', async () => {
	const begin = at(post('', 'Content-Length: 3', 'Expect: 100-continue'));
	const got = await talk(server, [begin, 300, 'abc'], {answers: 1});
	assert.equal(got.answers[0].line, 'HTTP/1.1 100 Continue');
	assert.equal(got.answers.length, 2);
	const alone = await talk(server, begin, {ms: 300});
	assert.deepEqual(alone.answers.map((a) => a.status), [100]);
});

test('Expect: 100-continue with a chunked body', async () => {
	const begin = at(post('', 'Transfer-Encoding: chunked', 'expect: 100-Continue'));
	const got = await talk(server, [begin, 200, '3\r\nabc\r\n', 50, '0\r\n\r\n'], {answers: 1});
	assert.deepEqual(got.answers.map((a) => a.status === 100), [true, false]);
});

test('a body that would be too large is refused before it is sent', async () => {
	const got = await talk(server, at(post('', 'Content-Length: 2000000', 'Expect: 100-continue')));
	assert.deepEqual(got.answers.map((a) => a.status), [413]);
	assert.ok(got.closed);
});

test('a client that goes on sending gets its refusal', async () => {
	const mega = 'a'.repeat(1 << 20);
	const got = await talk(server, [at(post('', 'Content-Length: 8388608')), ...Array(8).fill(mega)]);
	assert.equal(got.answers[0]?.status, 413, got.error);
});

test('a client that hangs up in its body harms nobody', async () => {
	await talk(server, at(post('ab', 'Content-Length: 3')), {ms: 50});
	await talk(server, at(chunked('5\r\nab')), {ms: 50});
	await talk(server, at(get()).slice(0, 30), {ms: 50});
	assert.equal((await one(get())).status, 200);
});

test('the echo is handed what was sent', async (t) => {
	if (!server.isEcho) return t.skip('only the echo tells');
	assert.deepEqual(
		await echoed(`GET http://x.example/a%2Fb/c%20%C3%A6/%25?d=%2F&e+f HTTP/1.1\r\n${host}X-One:  1 \r\nX-None:\r\n\r\n`),
		{
			method: 'GET', path: '/a%2Fb/c%20%C3%A6/%25', query: 'd=%2F&e+f', segments: ['a/b', 'c \u00e6', '%'],
			headers: [['Host', 'x.example'], ['X-One', '1'], ['X-None', '']], body: null, size: 0, loopback: true,
		});
	const root = await echoed(`GET http://x.example HTTP/1.1\r\n${host}\r\n`);
	assert.deepEqual([root.path, root.query, root.segments], ['/', null, []]);
	const empty = await echoed(`GET /? HTTP/1.1\r\n${host}\r\n`);
	assert.deepEqual([empty.path, empty.query], ['/', '']);
	const absolute = await echoed(`GET http://x.example?q HTTP/1.1\r\n${host}\r\n`);
	assert.deepEqual([absolute.path, absolute.query], ['/', 'q']);
});

test('the echo is handed whole bodies', async (t) => {
	if (!server.isEcho) return t.skip('only the echo tells');
	const send = (text) => text.replaceAll('{path}', '/x');
	assert.equal((await echoed(send(post('abc', 'Content-Length: 3')))).body, 'abc');
	assert.equal((await echoed(send(chunked('3\r\nabc\r\n2;x\r\nde\r\n0\r\nX: y\r\n\r\n')))).body, 'abcde');
	assert.equal((await echoed(send(get('Content-Length: 3') + 'abc'))).body, 'abc');
	assert.equal((await echoed(send(chunked('0\r\n\r\n')))).body, null);
	const large = 'abcdefgh'.repeat(131072);
	assert.equal((await echoed(send(post(large, `Content-Length: ${large.length}`)))).body, large);
	const pieces = `${`1fff\r\n${large.slice(0, 0x1fff)}\r\n`.repeat(128)}0\r\n\r\n`;
	assert.equal((await echoed(send(chunked(pieces)))).size, 128 * 0x1fff);
});
