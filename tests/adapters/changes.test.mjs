// The DPS adapter's inbox of changes against the real daemon: every event one file, in order, each once, whatever is killed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { syntheticNumber, until, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';

const w = await world();
const clinician = { agency: 'drammen-dps', role: 'TL', subject: 'tl-1' };
const dps = new Adapter('dps', w.port, clinician, { changes: { folder: 'inbox', wait_s: 2 } });
const person = async (name) => (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: syntheticNumber(), family_name: name, given_name: 'Ola' })).is(201).body;
const seen = new Map(); // what the agency's program has taken away, and how often
const shown = () => dps.files('inbox');
const read = (name) => dps.json('inbox', name);

function takeAway() {
	for (const name of shown()) {
		seen.set(name, (seen.get(name) ?? 0) + 1);
		rmSync(dps.path('inbox', name));
	}
}

// Every event that the caller is told of, as the service tells it, once all that was written has its place.
async function all() {
	const events = [];
	await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
	for (let after = 0, more = true; more;) {
		const { body } = (await w.api('drammen-dps:tl-1', 'GET', `/changes?limit=200&after=${after}`)).is(200);
		events.push(...body.items);
		({ after, more } = body);
	}
	return events;
}

test('every event is a file, named by its place', async () => {
	await person('Natteravn');
	await person('Morgenfugl');
	const events = await all();
	assert.ok(events.length >= 2);
	assert.equal(await dps.run('--once'), 0, dps.log);
	assert.deepEqual(shown(), events.map((e) => `${e.id.padStart(18, '0')}.json`));
	assert.deepEqual(shown().map(read), events);
});

test('a kind that there is not waits, and the log says why', async () => {
	const { changes } = dps.sections;
	dps.configure({ changes: { ...changes, entities: 'tasks' } });
	assert.equal(await dps.run('--once'), 75);
	dps.configure({ changes });
	const { status, code } = dps.events('waits').at(-1);
	assert.deepEqual([status, code], [422, 'invalid_parameter']);
});

test('what was read is not told again, though the files are taken away', async () => {
	const before = shown();
	takeAway();
	assert.equal(await dps.run('--once'), 0);
	assert.deepEqual(shown(), []);
	await person('Kveldstrost');
	await dps.until(async () => (await all()).length > before.length, 'the event');
	assert.equal(await dps.run('--once'), 0);
	assert.ok(shown().length > 0 && shown().every((name) => !before.includes(name)));
});

test('a running adapter shows an event as soon as it is there', async () => {
	dps.start();
	await dps.until(() => dps.events('started').length > 0, 'the start');
	const { id } = await person('Fjellrype');
	await dps.until(() => shown().some((name) => read(name).data.id === id), 'the event of the person');
	const stopped = performance.now();
	assert.equal(await dps.stop(), 0);
	assert.ok(performance.now() - stopped < 3000, 'also in the middle of a long poll');
});

test('adapter and daemon are killed again and again: each event once', async () => {
	takeAway();
	const settings = { ...w.daemon.settings };
	for (let round = 0; round < 12; round++) {
		dps.start();
		for (let i = 0; i < 4; i++) await person(`Fugl ${round}-${i}`);
		await new Promise((done) => setTimeout(done, 20 + 25 * round));
		takeAway();
		await dps.kill();
		takeAway();
		if (round % 4 === 3) {
			await w.kill();
			await w.start(settings);
		}
	}
	dps.start();
	let events = [];
	await dps.until(async () => {
		takeAway();
		events = await all();
		return events.length === seen.size;
	}, 'every event');
	assert.equal(await dps.stop(), 0);
	takeAway();
	assert.deepEqual([...seen.keys()].sort(), events.map((e) => `${e.id.padStart(18, '0')}.json`));
	assert.deepEqual([...seen.values()].filter((n) => n !== 1), []);
});

test('a cursor that is no number is an error, not a new beginning', async () => {
	const place = dps.read('spool/changes/cursor');
	writeFileSync(dps.path('spool/changes/cursor'), 'x');
	assert.equal(await dps.run('--once'), 78);
	assert.match(dps.log, /the cursor is not a number/);
	writeFileSync(dps.path('spool/changes/cursor'), place);
});

test('the log tells nothing of persons', () => dps.tellsNothing('Natteravn', 'Fugl', 'Fjellrype'));
