// Many hundred requests, each a sound one with a fault or two put in at random (the same each run): the service counts as
// many requests in them as a second reader does, refuses what that one refuses, and closes then.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import {chunked, get, head, host, poison, post} from './corpus/parts.mjs';
import {inParallel, path, talk, target} from './raw.mjs';
import {read} from './reader.mjs';

let server;
before(async () => { server = await target(); });
after(async () => { assert.equal(await server.stop(), 0, server.log?.()); });

// mulberry32
function random(seed) {
	return (n) => {
		seed = (seed + 0x6d2b79f5) | 0;
		let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return (((t ^ (t >>> 14)) >>> 0) / 4294967296 * n) | 0;
	};
}

const te = 'Transfer-Encoding: chunked';
const sound = [
	get(), get('X: y', 'Z: a, b'), get('Connection: keep-alive'), post('abc', 'Content-Length: 3'), post(poison, `Content-Length: ${poison.length}`),
	chunked('3\r\nabc\r\n0\r\n\r\n'), chunked(`${poison.length.toString(16)};a="b c"\r\n${poison}\r\n0\r\nX: y\r\n\r\n`), chunked('1\r\na\r\n2\r\nbc\r\n0\r\n\r\n'),
	head('HEAD {path} HTTP/1.1', 'Accept: */*'), head('OPTIONS {path} HTTP/1.1'), head('GET http://x.example{path} HTTP/1.1'), head('GET {path}?a=b&c=%C3%A6 HTTP/1.1'),
	head('GET {path} HTTP/1.0'), post('', 'Content-Length: 0'), `\r\n${get()}`, post('abc', 'Expect: 100-continue', 'Content-Length: 3'),
].map((text) => text.replaceAll('{path}', path));

const bits = ['\r', '\n', '\r\n', '\r\n\r\n', '\n\n', '\0', ' ', '\t', '\x0b', '\x0c', '\x85', '\xa0', '\xff', '\xc3\xa6', ':', ';', ',', '"', '%', '%00', '%2e', '..', '/', '?', '#', '0', '1', '-', '+', '0x', 'A', 'f', '=',
	'HTTP/1.1', 'HTTP/1.0', ' HTTP/9.9', 'GET ', 'chunked', 'Content-Length: 5\r\n', 'Content-Length: 0\r\n', 'Content-Length:5\r\n', 'content-length : 3\r\n', `${te}\r\n`, 'Transfer-Encoding: identity\r\n', `transfer-encoding:\tchunked\r\n`,
	host, 'Host: y\r\n', 'Connection: close\r\n', 'Expect: x\r\n', 'X:\r\n', ' X: y\r\n', ': y\r\n', 'X\r\n', '0\r\n\r\n', '5\r\nabcde\r\n', poison];

// Places where something is decided: line ends, colons, blanks, and anywhere.
function place(text, pick) {
	const marks = ['\r\n', ':', ' ', '/', ';', null][pick(6)];
	const from = pick(text.length);
	const at = marks === null ? from : text.indexOf(marks, from);
	return at < 0 ? from : at + pick((marks?.length ?? 0) + 1);
}

function spoil(text, pick) {
	const at = place(text, pick), len = 1 + pick(3), bit = bits[pick(bits.length)];
	switch (pick(6)) {
	case 0: return text.slice(0, at) + text.slice(at + len);
	case 1: return text.slice(0, at) + bit + text.slice(at + len);
	case 2: return text.slice(0, at) + String.fromCharCode(pick(256)) + text.slice(at + 1);
	case 3: { // a line twice, or somewhere else
		const lines = text.split('\r\n'), line = lines[pick(lines.length)];
		lines.splice(pick(lines.length), 0, line);
		return lines.join('\r\n');
	}
	default: return text.slice(0, at) + bit + text.slice(at);
	}
}

function madeUp(seed) {
	const pick = random(seed);
	let text = sound[pick(sound.length)];
	for (let n = 1 + pick(2); n > 0; n--) text = spoil(text, pick);
	return {seed, text: text + (pick(3) === 0 ? sound[pick(sound.length)] : '') + poison, cuts: pick(4) === 0 ? 1 + pick(5) : 0};
}

function pieces({text, cuts}) {
	const size = Math.ceil(text.length / (cuts + 1));
	return Array.from({length: cuts + 1}, (_, i) => text.slice(i * size, (i + 1) * size)).flatMap((piece) => [piece, 2]);
}

async function compare(row) {
	const wanted = read(row.text);
	const open = wanted.then === 'open';
	const got = await talk(server, pieces(row), {methods: wanted.methods, answers: open ? wanted.methods.length : Infinity, ms: 6000});
	const final = got.answers.filter((a) => a.status >= 200), last = final.at(-1);
	const said = `${JSON.stringify(row.text)} is ${JSON.stringify(wanted)}, got ${final.map((a) => `${a.line} ${a.body.slice(0, 120)}`).join(' | ')} ${JSON.stringify(got.rest)}`;
	assert.ok(final.every((a) => a.status < 500 || [501, 505].includes(a.status)), said);
	assert.equal(got.rest, '', said);
	if (open) return assert.equal(final.length, wanted.methods.length, said);
	// whoever goes on writing after the end is told so by a reset
	assert.ok(got.closed || got.reset, said);
	if (wanted.then === 'closed') return assert.equal(final.length, wanted.methods.length, said);
	// who waits for the rest is told so, or the service goes
	if (wanted.then === 'waiting') return assert.ok([0, 1].includes(final.length - wanted.methods.length), said);
	assert.equal(final.length, wanted.methods.length + 1, said);
	assert.ok([400, 404, 413, 414, 417, 431, 501, 505].includes(last.status) && last.headers.connection === 'close', said);
}

test('the second reader reads what is sound', () => {
	for (const text of sound) assert.equal(read(text + sound[0]).methods.length, text.includes('HTTP/1.0') ? 1 : 2, text);
});

test('1,500 spoilt requests', async (t) => {
	const first = Number(process.env.TEST_SEED ?? 1), rows = Array.from({length: 1500}, (_, i) => madeUp(first + i)), faults = [];
	await inParallel(rows, 48, async (row) => {
		try {
			await compare(row);
		} catch (error) {
			faults.push(`${row.seed}: ${error.message.split('\n')[0]}`);
		}
	});
	t.diagnostic(`${rows.length - faults.length} alike`);
	assert.deepEqual(faults.slice(0, 20), [], `${faults.length}`);
});
