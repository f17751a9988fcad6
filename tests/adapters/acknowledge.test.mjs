// What a sender of ADT messages hears, for every answer that the service can give: a stand-in for the service says what
// is scripted and keeps what it was sent.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { freePort } from '../api/lib/daemon.mjs';
import { Adapter } from './adapter.mjs';
import { Engine, adt, visit } from './mllp.mjs';

const service = { script: [], requests: [] };
const server = http.createServer((request, response) => {
	const parts = [];
	request.on('data', (d) => parts.push(d));
	request.on('end', () => {
		const said = service.script.shift() ?? taken('AA', 'admitted');
		service.requests.push({ key: request.headers['idempotency-key'], type: request.headers['content-type'], body: Buffer.concat(parts).toString() });
		if (said === 'hang up') return request.socket.destroy();
		return response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers }).end(JSON.stringify(said.body));
	});
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const port = await freePort();
const dps = new Adapter('dps', server.address().port, { agency: 'drammen-dps', role: 'DPS', subject: 'dps-1' }, { mllp: { listen: `127.0.0.1:${port}` } });
const number = '01819012365';
let engine, serial = 0;
after(() => {
	engine?.end();
	server.close();
	server.closeAllConnections();
});

function taken(code, text) {
	return { status: 200, body: { items: [{ message_control_id: 'x', code, text }] } };
}

const message = (control, accept = '') => adt('A01', control, { number, accept, visit: visit(`V${serial++}`) });
const sent = () => service.requests.splice(0).map((r) => /\|\|ADT\^A01\|([^|]+)\|/.exec(r.body)[1]);
const refused = () => dps.files('spool/adt/refused').filter((n) => n.endsWith('.json')).map((n) => dps.json('spool/adt/refused', n));

test('the message reaches the service as it came, with a key of its own', async () => {
	dps.start();
	await dps.until(() => dps.events('started').length > 0, 'the start');
	engine = new Engine(port);
	const m = message('A-1');
	assert.deepEqual(await engine.send(m), { code: 'AA', control: 'A-1', text: 'admitted', error: undefined });
	const [request] = service.requests;
	assert.deepEqual([request.body, request.type], [m, 'x-application/hl7-v2+er7']);
	assert.match(request.key, /^spool-[0-9a-f]{32}$/);
	assert.equal((await engine.send(m)).text, 'admitted');
	assert.deepEqual(sent(), ['A-1'], 'once');
});

for (const [what, answer] of [['by the service', taken('AE', 'no such ward')], ['by its contract', { status: 422, body: { code: 'invalid_body' } }]])
	test(`refused for good ${what}: AE, and the message is its sender's`, async () => {
		const m = message(`E-${what}`);
		service.script.push(answer);
		assert.equal((await engine.send(m)).code, 'AE');
		assert.equal((await engine.send(m)).code, 'AE');
		assert.equal(sent().length, 1);
		assert.deepEqual(refused(), []);
	});

for (const [what, ...answers] of [['the service says so', taken('AR', 'later')], ['the service is overloaded', { status: 503, headers: { 'retry-after': '1' }, body: {} }],
	['there is no answer', 'hang up', 'hang up' /* libcurl itself tries once more when a kept connection is dead */], ['a right is missing', { status: 403, body: {} }]])
	test(`not now, since ${what}: AR, nothing is kept, and the sender's next try goes on`, async () => {
		const m = message(`R-${what}`);
		service.script.push(...answers);
		const heard = await engine.send(m);
		assert.deepEqual([heard.code, heard.error], ['AR', '207^Application internal error^HL70357']);
		assert.deepEqual([dps.files('spool/adt/new'), dps.files('spool/adt/sending')], [[], []]);
		assert.equal((await engine.send(m)).code, 'AA');
		assert.equal(service.requests.length, answers.length + 1);
		assert.equal(new Set(service.requests.map((r) => r.key)).size, 1, 'the same request');
		sent();
	});

test('committed messages are sent in their order, also those that have to wait', async () => {
	service.script.push('hang up', { status: 500, body: {} });
	assert.equal((await engine.send(message('C-1', 'AL'))).code, 'CA');
	assert.equal((await engine.send(message('C-2', 'AL'))).code, 'CA');
	await dps.until(() => dps.files('spool/adt/new').length === 0 && dps.files('spool/adt/sending').length === 0, 'both');
	const order = sent();
	assert.deepEqual([order.filter((c) => c === 'C-1').length, order.filter((c) => c === 'C-2').length, order.at(-1)], [3, 1, 'C-2']);
});

test('a committed message that is refused for good is laid aside, and does not hold up the next', async () => {
	service.script.push(taken('AE', 'no such ward'));
	assert.equal((await engine.send(message('C-3', 'AL'))).code, 'CA');
	assert.equal((await engine.send(message('C-4', 'AL'))).code, 'CA');
	await dps.until(() => refused().length === 1 && service.requests.length === 2, 'both');
	assert.deepEqual(refused().map((r) => [r.ack, r.text]), [['AE', 'no such ward']]);
	assert.deepEqual(sent(), ['C-3', 'C-4']);
});

test('it tells nothing of persons, and ends at once', async () => {
	assert.equal(await dps.stop(), 0);
	dps.tellsNothing(number, 'ward');
});
