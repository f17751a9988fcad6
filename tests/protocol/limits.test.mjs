// Slow clients, many clients, and the end: nobody may hold a thread for long, nobody waits for them.
import {test} from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import {once} from 'node:events';
import {path, startEcho, talk, target} from './raw.mjs';
import {get, host, post, chunked} from './corpus/parts.mjs';

const at = (text) => text.replaceAll('{path}', path);
const slack = 1500;

/** A text one byte at a time. */
const trickle = (text, pause) => [...text].flatMap((byte) => [byte, pause]);

async function refusedIn(server, pieces, ms) {
	const got = await talk(server, pieces, {ms: ms + 6000});
	assert.ok(got.closed, `the connection closes (${Math.round(got.ms)} ms)`);
	assert.ok(got.ms < ms + slack, `within ${ms} ms, not ${Math.round(got.ms)}`);
	return got.answers.at(-1)?.status;
}

test('slow heads and bodies end with 408, in time', async (t) => {
	const server = await target();
	const long = at(get(`X: ${'y'.repeat(5000)}`));
	const cases = {
		'a head that stops': [[at(get()).slice(0, 20)], 408],
		'a head without its last line': [[at(get()).slice(0, -2)], 408],
		'a head one byte at a time': [trickle(long, 40), 408],
		'a request line one byte at a time': [trickle(`GET /${'a'.repeat(5000)}`, 40), 408],
		'a CR that stays alone': [['GET / HTTP/1.1\r'], 408],
		'a body that does not come': [[at(post('', 'Content-Length: 3'))], 408],
		'a body that stops': [[at(post('a', 'Content-Length: 3'))], 408],
		'a body one byte at a time': [[at(post('', 'Content-Length: 5000')), ...trickle('a'.repeat(5000), 40)], 408],
		'a chunk that stops': [[at(chunked('5\r\nab'))], 408],
		'chunks that do not end': [[at(chunked('3\r\nabc\r\n'))], 408],
		'a chunk size that stops': [[at(chunked('5'))], 408],
		'chunks one byte at a time': [[at(chunked('')), ...trickle('1\r\na\r\n'.repeat(1000), 40)], 408],
		'a trailer that stops': [[at(chunked('0\r\nX: y\r\n'))], 408],
		'a body that was to be continued': [[at(post('', 'Content-Length: 3', 'Expect: 100-continue'))], 408],
		'not a byte': [[], undefined],
	};
	const results = await Promise.all(Object.entries(cases).map(async ([name, [pieces, status]]) => {
		try {
			assert.equal(await refusedIn(server, pieces, server.headMs), status);
			return null;
		} catch (error) {
			return `${name}: ${error.message}`;
		}
	}));
	t.diagnostic(`${results.length} slow requests`);
	assert.equal(await server.stop(), 0, server.log?.());
	assert.deepEqual(results.filter(Boolean), []);
});

test('an idle kept connection is closed after two seconds', async () => {
	const server = await target();
	const got = await talk(server, at(get()), {ms: 5000});
	assert.equal(got.answers.length, 1);
	assert.ok(got.closed && got.ms > 1500 && got.ms < 4000, `${got.ms} ms`);
	const second = await talk(server, [at(get()), 1500, at(get())], {answers: 2});
	assert.equal(second.answers.length, 2);
	await server.stop();
});

async function crowd(server, size, pause) {
	const sockets = [];
	for (let i = 0; i < size; i++) {
		const socket = net.connect({host: server.host, port: server.port});
		socket.on('error', () => {});
		sockets.push(socket);
		if (i % 2) {
			let byte = 0;
			const text = at(get(`X: ${'y'.repeat(1000)}`));
			socket.write(text[byte++]);
			const timer = setInterval(() => socket.writable && socket.write(text[byte++]), pause);
			socket.on('close', () => clearInterval(timer));
		}
	}
	await Promise.all(sockets.map((s) => s.readyState === 'open' || once(s, 'connect')));
	return () => sockets.forEach((s) => s.destroy());
}

test('beside 500 idle and trickling connections a new request is answered within a second', async (t) => {
	const server = await target({SAMHANDLING_HEAD_TIMEOUT_MS: '10000'});
	const leave = await crowd(server, 500, 1000);
	const times = [];
	for (let i = 0; i < 20; i++) {
		const got = await talk(server, at(get('Connection: close')), {answers: 1});
		assert.equal(got.answers[0]?.status, 200);
		times.push(got.ms);
		await new Promise((resolve) => { setTimeout(resolve, 100); });
	}
	leave();
	t.diagnostic(`slowest of ${times.length}: ${Math.max(...times).toFixed(1)} ms`);
	assert.ok(Math.max(...times) < 1000);
	assert.equal(await server.stop(), 0, server.log?.());
});

test('one address may not hold more than its share', async (t) => {
	if (process.env.TEST_ADDRESS) return t.skip('needs a small share');
	const server = await startEcho({SAMHANDLING_CONNECTIONS_PER_ADDRESS: '5', SAMHANDLING_THREADS: '20'});
	const leave = await crowd(server, 5, 1000);
	await new Promise((resolve) => { setTimeout(resolve, 200); });
	const got = await talk(server, at(get()));
	assert.equal(got.answers[0]?.status, 429);
	assert.ok(got.closed);
	leave();
	await new Promise((resolve) => { setTimeout(resolve, 200); });
	assert.equal((await talk(server, at(get()), {answers: 1})).answers[0].status, 200);
	assert.equal(await server.stop(), 0, server.log());
});

test('more connections than threads wait and are served', async (t) => {
	if (process.env.TEST_ADDRESS) return t.skip('needs few threads');
	const server = await startEcho({SAMHANDLING_THREADS: '4'});
	const got = await Promise.all(Array.from({length: 40}, () =>
		talk(server, `GET /sleep/50 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, {answers: 1, ms: 8000})));
	assert.ok(got.every((g) => g.answers[0]?.status === 200));
	assert.equal(await server.stop(), 0, server.log());
});

test('a client that does not read its answer loses it', async (t) => {
	if (process.env.TEST_ADDRESS) return t.skip('only the echo gives any size');
	const server = await startEcho({SAMHANDLING_HEAD_TIMEOUT_MS: '1000', SAMHANDLING_THREADS: '2'});
	const deaf = Array.from({length: 2}, () => {
		const socket = net.connect({host: server.host, port: server.port});
		socket.pause();
		socket.on('error', () => {});
		socket.write(`GET /bytes/12000000 HTTP/1.1\r\n${host}\r\n`);
		return socket;
	});
	await new Promise((resolve) => { setTimeout(resolve, 100); });
	const got = await talk(server, at(get()), {answers: 1, ms: 10000});
	assert.equal(got.answers[0]?.status, 200);
	deaf.forEach((s) => s.destroy());
	assert.equal(await server.stop(), 0, server.log());
});

test('the end: what is under way is finished, the new is refused', async (t) => {
	if (process.env.TEST_ADDRESS) return t.skip('would end the server under test');
	// a minute, so that waiting for them could not be mistaken for a slow machine
	const server = await startEcho({SAMHANDLING_HEAD_TIMEOUT_MS: '60000', SAMHANDLING_KEEP_ALIVE_MS: '60000'});
	const slow = talk(server, `GET /sleep/1000 HTTP/1.1\r\n${host}\r\n`);
	const idle = net.connect({host: server.host, port: server.port});
	idle.on('error', () => {});
	await new Promise((resolve) => { setTimeout(resolve, 200); });
	server.child.kill('SIGTERM');
	await new Promise((resolve) => { setTimeout(resolve, 100); });
	const late = await talk(server, at(get()), {ms: 1000});
	assert.equal(late.error, 'ECONNREFUSED');
	const got = await slow;
	assert.equal(got.answers[0]?.status, 200);
	assert.equal(got.answers[0].headers.connection, 'close');
	const started = performance.now();
	assert.equal(await server.stop(), 0, server.log());
	assert.ok(performance.now() - started < 20_000, 'idle connections do not delay the end');
});
