// Bodies that an operation reads as they arrive (the echo's /stream/N): plain and chunked, in any pieces, too large, too
// slow, cut off, left unread. Where the server is another one (TEST_ADDRESS) there is no such path.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import {talk, target} from './raw.mjs';
import {get, host} from './corpus/parts.mjs';

let server;
const skip = process.env.TEST_ADDRESS ? 'only the echo has it' : false;
before(async () => { server = await target({SAMHANDLING_IMPORT_MAX_MB: '1', SAMHANDLING_HEAD_TIMEOUT_MS: '300', SAMHANDLING_BODY_MAX: '1000'}); });
after(async () => { assert.equal(await server.stop(), 0, server.log?.()); });

const bytes = (n) => Array.from({length: n}, (_, i) => String.fromCharCode(33 + (i * 7) % 90)).join('');
const sum = (text) => [...text].reduce((s, c) => (Math.imul(s, 31) + c.charCodeAt(0)) >>> 0, 0);
const head = (more, most = 1e9) => `POST /stream/${most} HTTP/1.1\r\n${host}${more}\r\n\r\n`;
const chunk = (s) => `${s.length.toString(16)}\r\n${s}\r\n`;
const told = (answer) => JSON.parse(Buffer.from(answer.body, 'latin1').toString());

test('a large one is handed on piece by piece, and the next request stands behind it', {skip}, async () => {
	const body = bytes(300_000);
	for (const size of [1_000, 50_000, 300_000]) {
		const pieces = [head(`Content-Length: ${body.length}`)];
		for (let i = 0; i < body.length; i += size) pieces.push(body.slice(i, i + size), 0);
		const got = await talk(server, [...pieces, get().replace('{path}', '/plain')], {answers: 2});
		assert.deepEqual(got.answers.map((a) => a.status), [200, 200]);
		const {size: all, pieces: n, sum: s, ended} = told(got.answers[0]);
		assert.deepEqual([all, s, ended], [body.length, sum(body), true]);
		assert.ok(n > 1);
	}
});

test('chunked', {skip}, async () => {
	const body = bytes(200_000);
	const chunks = [];
	for (let i = 0; i < body.length; i += 30_011) chunks.push(chunk(body.slice(i, i + 30_011)));
	const got = await talk(server, [head('Transfer-Encoding: chunked'), chunks.join(''), '0\r\n\r\n', get().replace('{path}', '/plain')], {answers: 2});
	assert.deepEqual(got.answers.map((a) => a.status), [200, 200]);
	assert.deepEqual([told(got.answers[0]).size, told(got.answers[0]).sum], [body.length, sum(body)]);
	assert.equal((await talk(server, [head('Transfer-Encoding: chunked'), chunk('abc'), 'zz\r\n'], {answers: 1})).answers[0].status, 400);
});

test('none at all', {skip}, async () => {
	const got = await talk(server, head('Content-Length: 0') + get().replace('{path}', '/plain'), {answers: 2});
	assert.deepEqual([told(got.answers[0]).size, got.answers[1].status], [0, 200]);
});

test('larger than is taken: 413, at once when it says so, else when it is', {skip}, async () => {
	assert.equal((await talk(server, head(`Content-Length: ${2 ** 21}`), {answers: 1})).answers[0].status, 413);
	const many = chunk(bytes(60_000)).repeat(20);
	const got = await talk(server, [head('Transfer-Encoding: chunked'), many], {answers: 1});
	assert.equal(got.answers[0].status, 413);
});

test('one that stops coming: 408', {skip}, async () => {
	assert.equal((await talk(server, [head('Content-Length: 100'), 'abc'], {answers: 1, ms: 2000})).answers[0].status, 408);
});

test('one that comes a byte at a time: 408, although it never stops; one that pauses is read', {skip}, async () => {
	const drops = Array.from({length: 40}, () => ['a', 50]).flat();
	assert.equal((await talk(server, [head('Content-Length: 100000'), ...drops], {answers: 1, ms: 4000})).answers[0]?.status, 408);
	const parts = Array.from({length: 8}, () => [bytes(100), 150]).flat();
	assert.equal((await talk(server, [head('Content-Length: 800'), ...parts], {answers: 1, ms: 4000})).answers[0].status, 200);
});

test('what the operation leaves unread ends the connection, and is never a request', {skip}, async () => {
	const body = get().replace('{path}', '/plain').repeat(2000);
	const got = await talk(server, head(`Content-Length: ${body.length}`, 10) + body);
	assert.deepEqual([got.answers.length, got.answers[0].status, told(got.answers[0]).ended, got.closed], [1, 200, false, true]);
});

test('who asks first is told to go on when the operation wants the body', {skip}, async () => {
	const got = await talk(server, [head('Content-Length: 3\r\nExpect: 100-continue'), 100, 'abc'], {answers: 2});
	assert.deepEqual([got.answers.map((a) => a.status).at(-1), told(got.answers.at(-1)).size], [200, 3]);
});
