// Several hundred raw requests: the malformed ones are refused once and for all, the odd but sound
// ones are served. Each row alone on a connection of its own.
import {test, before, after} from 'node:test';
import assert from 'node:assert/strict';
import {inParallel, path, talk, target} from './raw.mjs';
import lines from './corpus/lines.mjs';
import headers from './corpus/headers.mjs';
import bodies from './corpus/bodies.mjs';

const refusals = [400, 408, 411, 413, 414, 417, 431, 501, 505];
let server;

before(async () => { server = await target(); });
after(async () => {
	assert.equal(await server.stop(), 0, `the server ends well: ${server.log?.()}`);
});

function checkRefused(row, got) {
	const final = got.answers.filter((a) => a.status >= 200);
	assert.equal(final.length, 1, `one answer, not ${final.length}: ${got.bytes.slice(0, 200)} ${got.error ?? ''}`);
	const [answer] = final;
	assert.ok(row.status.includes(answer.status), `${answer.line}, not one of ${row.status}: ${answer.body}`);
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	assert.equal(answer.headers.connection, 'close');
	assert.equal(JSON.parse(answer.body).status, answer.status);
	assert.equal(got.rest, '');
	assert.ok(got.closed, 'the connection closes');
}

function checkServed(row, got) {
	const final = got.answers.filter((a) => a.status >= 200);
	assert.equal(final.length, 2, `two answers, not ${final.length}: ${got.bytes.slice(0, 300)}`);
	const [first, second] = final;
	if (row.anyStatus) assert.ok(!refusals.includes(first.status), `${first.line} ${first.body}`);
	else assert.equal(first.status, 200, first.body);
	assert.equal(second.status, 200);
}

async function tryRow(row) {
	const send = row.send.replaceAll('{path}', path);
	if (!row.fine) return checkRefused(row, await talk(server, send, {ms: 5000}));
	const next = `GET ${path} HTTP/1.1\r\nHost: x.example\r\n\r\n`;
	return checkServed(row, await talk(server, send + next, {answers: 2, methods: [row.method]}));
}

for (const [name, rows] of Object.entries({lines, headers, bodies}))
	test(`${name}: ${rows.length} requests`, async (t) => {
		const names = new Set(rows.map((row) => row.name));
		assert.equal(names.size, rows.length, 'each row has a name of its own');
		const faults = [];
		await inParallel(rows, 16, async (row) => {
			try {
				await tryRow(row);
			} catch (error) {
				faults.push(`${row.name}: ${error.message.split('\n')[0]}`);
			}
		});
		t.diagnostic(`${rows.length - faults.length} of ${rows.length} as they should be`);
		assert.deepEqual(faults, []);
	});
