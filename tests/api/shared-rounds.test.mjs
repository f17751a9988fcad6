// Reads that come at once share a transaction: each gets what it would have got alone, and its own row in the log.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';

const w = await world({ settings: { SHARE_LANES: 1 } });
const numbers = [syntheticNumber(), '01819012365', syntheticNumber()];
const [a, b, c] = await Promise.all([
	['drammen-dps:tm-1', { national_id: numbers[0], family_name: 'Alfa', phone: '+4711111111' }],
	['drammen-dps:tm-1', { national_id: numbers[1], family_name: 'Beta' }],
	['drammen-kommune:tl-1', { national_id: numbers[2], family_name: 'Gamma' }],
].map(async ([as, body]) => (await w.api(as, 'POST', '/patients', body)).is(201).body.id));
const etag = (await w.api('drammen-dps:tm-1', 'GET', `/patients/${a}`)).is(200).etag;
const self = w.token('citizen/PT', {});

// Neighbours that differ in all that a transaction could leave behind: agency, staff, citizen, cell, basis, 304, refusal.
const kinds = [
	['drammen-dps:tm-1', `/patients/${a}`, {}, 200],
	['drammen-kommune:mh-1', `/patients/${a}`, {}, 404],
	['drammen-dps:tm-2', `/patients/${b}`, {}, 200],
	[self, `/patients/${b}`, {}, 200],
	[self, `/patients/${a}`, {}, 404],
	['drammen-kommune:mh-1', `/patients/${c}`, {}, 200],
	['drammen-dps:tm-1', `/patients/${a}`, { 'if-none-match': etag }, 304],
	['politi-demo/PO', `/patients/${c}`, {}, 403],
	['drammen-dps:tm-1', `/patients/${anyId()}`, {}, 404],
	['drammen-kommune:mh-1', '/me', {}, 200],
	['drammen-dps:tl-1', `/units/${w.ids.unit['drammen-dps:fact']}`, {}, 200],
	['drammen-dps:tm-1', `/patients/${a}/responsibilities`, {}, 200],
	['drammen-kommune:mh-1', `/patients/${c}/access-explanation`, {}, 200],
];
const ask = ([as, path, headers]) => w.api(as, 'GET', path, undefined, headers);
const essence = ({ status, body, etag: tag }) => ({ status, body: body?.request_id ? { ...body, request_id: '' } : body, etag: tag });
const counters = async () => Object.fromEntries((await (await fetch(`http://127.0.0.1:${w.port}/metrics`)).text()).split('\n')
	.filter((l) => l.startsWith('samhandling_shared_')).map((l) => l.split(' ')).map(([name, value]) => [name.slice(19), Number(value)]));

// The same list in another order each time: every kind comes behind every other.
function* turns(list, count) {
	for (let i = 0; i < count; i++) {
		const from = i % list.length, turned = [...list.slice(from), ...list.slice(0, from)];
		yield i % 2 ? turned.reverse() : turned;
	}
}

async function rows(request) {
	return w.sql(`select action, reason, patient_id, agency_id, staff_id, citizen_id, role, basis, relation_id, operation
		from access_log where request_id = $1 order by id`, [request]);
}

describe('requests that share a transaction', () => {
	test('are answered and logged as if each were alone', async () => {
		const alone = [];
		for (const kind of kinds) {
			const r = await ask(kind);
			assert.equal(r.status, kind[3], `${kind[0].slice(0, 20)} ${kind[1]}`);
			alone.push({ answer: essence(r), log: await rows(r.headers['x-request-id']) });
		}
		const before = await counters();
		for (const turn of turns(kinds.map((kind, i) => ({ kind, i })), 2 * kinds.length)) {
			const answers = await Promise.all([...turn, ...turn].map(async ({ kind, i }) => ({ i, r: await ask(kind) })));
			for (const { i, r } of answers) {
				assert.deepEqual(essence(r), alone[i].answer);
				assert.deepEqual(await rows(r.headers['x-request-id']), alone[i].log, kinds[i][1]);
			}
		}
		const after = await counters();
		const shared = after.rounds_total - before.rounds_total, transactions = after.transactions_total - before.transactions_total;
		assert.ok(transactions < shared, `${shared} rounds in ${transactions} transactions`);
		assert.ok(after.undone_total > before.undone_total, 'a refusal undoes a shared transaction');
	});

	test('with only good ones none is undone', async () => {
		const good = kinds.filter((k) => k[3] < 400);
		const before = await counters();
		for (let i = 0; i < 10; i++) for (const r of await Promise.all([...good, ...good, ...good].map(ask))) assert.ok(r.status < 400);
		const after = await counters();
		assert.equal(after.undone_total, before.undone_total);
		assert.ok(after.transactions_total - before.transactions_total < after.rounds_total - before.rounds_total);
	});

	test('a lost database is a 503 for each, and none waits for ever', async () => {
		let asked = 0;
		const reader = async () => {
			for (const end = Date.now() + 1500; Date.now() < end; asked++) assert.ok([200, 503].includes((await ask(kinds[0])).status));
		};
		const killer = async () => {
			for (let i = 0; i < 5; i++) {
				await new Promise((done) => setTimeout(done, 200));
				await w.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'samhandlingd'
					and datname = current_database() and pid <> pg_backend_pid()`);
			}
		};
		await Promise.all([...Array.from({ length: 16 }, reader), killer()]);
		assert.ok(asked > 16);
		for (const kind of kinds) assert.equal((await ask(kind)).status, kind[3], kind[1]);
	});
});
