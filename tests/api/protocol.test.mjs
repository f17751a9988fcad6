// The raw requests of tests/protocol again, against the whole daemon: behind the http room the others
// must not change what is refused, and every refusal is a problem of the catalogue.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { world } from './harness.mjs';
import { talk } from '../protocol/raw.mjs';

const w = await world({ settings: { HEAD_TIMEOUT_MS: 2000 } });
const server = { host: '127.0.0.1', port: w.port };

function run(files) {
	const env = { ...process.env, TEST_ADDRESS: `127.0.0.1:${w.port}` };
	delete env.NODE_TEST_CONTEXT; // a run of its own, not a part of this one
	return new Promise((done) => {
		const child = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files.map((f) => `tests/protocol/${f}.test.mjs`)], { env });
		let out = '';
		child.stdout.on('data', (d) => (out += d));
		child.stderr.on('data', (d) => (out += d));
		child.on('close', (code) => done({ code, out }));
	});
}

test('malformed, smuggled, and odd but sound requests', async () => {
	const { code, out } = await run(['corpus', 'second-reader', 'requests', 'answers']);
	assert.equal(code, 0, `${w.daemon.log.slice(-3000)}\n${w.daemon.child.signalCode}\n${out}`);
});

test('a refusal is a problem of the catalogue', async () => {
	const refused = {
		bad_request: 'GET / HTTP/1.1\r\n\r\n', http_version: 'GET / HTTP/1.10\r\nHost: x\r\n\r\n',
		not_implemented: 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', uri_too_long: `GET /${'a'.repeat(9000)} HTTP/1.1\r\n\r\n`,
		header_too_large: `GET / HTTP/1.1\r\nX: ${'a'.repeat(17000)}\r\n\r\n`, not_found: 'GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n',
		too_large: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n',
		expectation_failed: 'POST / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n',
	};
	for (const [code, send] of Object.entries(refused)) {
		const [answer] = (await talk(server, send)).answers;
		const problem = JSON.parse(Buffer.from(answer.body, 'latin1').toString());
		assert.equal(answer.status, problem.status);
		assert.match(problem.type, new RegExp(`/problems/${code}$`));
		assert.ok(problem.title && problem.detail);
	}
});

// jansson recurses: what is nested too deep must be counted before it is parsed
test('deeply nested JSON is refused and harms nobody', async () => {
	for (const [open, close, depth] of [['[', ']', 33], ['[', ']', 2000], ['{"a":', '}', 2000], ['[', '', 500000], ['{"a":[', '', 80000]]) {
		const body = `${open.repeat(depth)}1${close.repeat(depth)}`;
		const [answer] = (await talk(server, `POST /api/v1/public/concern-reports HTTP/1.1\r\nHost: x\r\n`
			+ `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`, { answers: 1 })).answers;
		assert.equal(answer.status, 400, `${depth} levels: ${answer.body}`);
	}
	assert.equal((await talk(server, 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n', { answers: 1 })).answers[0].status, 200);
});
