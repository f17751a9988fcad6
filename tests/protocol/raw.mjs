// Raw sockets for the protocol tests: bytes out as they are written, answers in as they come.
import net from 'node:net';
import {spawn} from 'node:child_process';
import {once} from 'node:events';

export const host = 'x.example';

/** A free port of this machine. */
export async function freePort(address = '127.0.0.1') {
	const server = net.createServer().listen(0, address);
	await once(server, 'listening');
	const {port} = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

/** Starts the http room with an echo behind it. */
export async function startEcho(settings = {}) {
	const port = await freePort();
	const env = {PATH: process.env.PATH, SAMHANDLING_PORT: String(port), ...settings};
	const wrapper = (process.env.TEST_WRAPPER ?? '').split(' ').filter(Boolean);
	const [program, ...args] = [...wrapper, process.env.TEST_ECHO ?? `${process.env.TEST_BUILD ?? 'build'}/http-echo`];
	const child = spawn(program, args, {env, stdio: ['ignore', 'pipe', 'pipe']});
	let log = '';
	child.stderr.on('data', (text) => { log += text; });
	const ready = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
	if (!String(ready[0]).startsWith('ready')) throw new Error(`the echo does not start: ${log}`);
	return {
		host: '127.0.0.1', port: Number(env.SAMHANDLING_PORT), isEcho: true, child,
		log: () => log,
		headMs: Number(env.SAMHANDLING_HEAD_TIMEOUT_MS ?? 10000),
		async stop() {
			if (child.exitCode === null && child.signalCode === null) {
				child.kill('SIGTERM');
				await once(child, 'exit');
			}
			return child.exitCode;
		},
	};
}

/** The server under test: TEST_ADDRESS=host:port, or an echo of our own. */
export async function target(settings = {}) {
	const given = process.env.TEST_ADDRESS;
	if (!given) return startEcho({SAMHANDLING_HEAD_TIMEOUT_MS: '2000', ...settings});
	const at = given.lastIndexOf(':');
	return {
		host: given.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(given.slice(at + 1)),
		isEcho: false, headMs: Number(process.env.TEST_HEAD_MS ?? 10000), stop: async () => 0,
	};
}

/** A path that the server under test answers with 200 and without a token. */
export const path = process.env.TEST_ADDRESS ? process.env.TEST_PATH ?? '/health/live' : '/plain';

const decodeChunked = (bytes) => {
	let at = 0, body = '';
	for (;;) {
		const end = bytes.indexOf('\r\n', at);
		if (end < 0) return null;
		const size = parseInt(bytes.slice(at, end), 16);
		if (bytes.length < end + size + 4) return null;
		body += bytes.slice(end + 2, end + 2 + size);
		at = end + 4 + size;
		if (size === 0) return {body, at};
	}
};

/** Splits what came into answers; a trailing piece that is none is `rest`. */
export function parseAnswers(bytes, methods = []) {
	const answers = [];
	let at = 0;
	for (;;) {
		const end = bytes.indexOf('\r\n\r\n', at);
		if (end < 0) break;
		const lines = bytes.slice(at, end).split('\r\n');
		const status = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(lines[0]);
		if (!status) break;
		const answer = {line: lines[0], status: Number(status[1]), headers: {}, body: ''};
		for (const line of lines.slice(1)) {
			const colon = line.indexOf(':');
			answer.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
		}
		let next = end + 4;
		const final = answers.filter((a) => a.status >= 200).length;
		if (methods[final] !== 'HEAD' && answer.headers['transfer-encoding'] === 'chunked') {
			const decoded = decodeChunked(bytes.slice(next));
			if (!decoded) break;
			answer.body = decoded.body;
			next += decoded.at;
		} else if (methods[final] !== 'HEAD') {
			const size = Number(answer.headers['content-length'] ?? 0);
			if (bytes.length < next + size) break;
			answer.body = bytes.slice(next, next + size);
			next += size;
		}
		answers.push(answer);
		at = next;
	}
	return {answers, rest: bytes.slice(at)};
}

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/**
 * Sends pieces (strings are latin1, numbers are pauses in ms) and gathers what comes until the server
 * closes, `answers` final answers are there, or `ms` have passed.
 */
export async function talk(server, pieces, {answers = Infinity, ms = 5000, methods = [], socket} = {}) {
	const started = performance.now();
	const connection = socket ?? net.connect({host: server.host, port: server.port, noDelay: true});
	const result = {bytes: '', closed: false, reset: false, answers: [], rest: ''};
	let finish;
	const done = new Promise((resolve) => { finish = resolve; });
	const gather = () => Object.assign(result, parseAnswers(result.bytes, methods));
	connection.on('data', (data) => {
		result.bytes += data.toString('latin1');
		if (gather().answers.filter((a) => a.status >= 200).length >= answers) finish();
	});
	connection.on('error', (error) => {
		result.reset = true;
		result.error = error.code;
		finish();
	});
	connection.on('end', () => { result.closed = true; finish(); });
	connection.on('close', () => { result.closed = true; finish(); });
	const timer = setTimeout(finish, ms);
	(async () => {
		for (const piece of Array.isArray(pieces) ? pieces : [pieces]) {
			if (typeof piece === 'number') await wait(piece);
			else if (connection.destroyed || !connection.writable) break;
			else connection.write(Buffer.isBuffer(piece) ? piece : Buffer.from(piece, 'latin1'));
		}
	})();
	await done;
	clearTimeout(timer);
	connection.destroy();
	gather();
	result.ms = performance.now() - started;
	return result;
}

/** Runs `work` on every item, `width` at a time. */
export async function inParallel(items, width, work) {
	const queue = items.entries();
	await Promise.all(Array.from({length: width}, async () => {
		for (const [index, item] of queue) await work(item, index);
	}));
}
