// On what legal ground a patient stays: from admission to discharge without a gap, and whose business that is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { admitted, clinic, discharge, doctor, gp, hoursAgo, move, municipality, never, person, team } from './specialist-steps.mjs';

const w = await world();

const periods = async (path, who = clinic) => (await w.api(who, 'GET', `${path}/legal-periods`)).is(200).body.items;
const state = (path, body, who = clinic) => w.api(who, 'POST', `${path}/legal-periods`, body);

// No gap, no overlap, from the first day to the last.
async function covers(path) {
	const stay = (await w.api(clinic, 'GET', path)).is(200).body;
	const list = await periods(path);
	assert.equal(list[0].valid_from, stay.admitted_at);
	list.slice(1).forEach((p, i) => assert.equal(p.valid_from, list[i].valid_to));
	assert.equal(list.at(-1).valid_to, stay.ended_at);
	return list;
}

describe('stating the ground', () => {
	test('parts the period that covers the time', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100), legal_kind: 'VOLUNTARY' });
		const made = (await state(path, { kind: 'COMPULSORY', valid_from: hoursAgo(50), note: 'Vedtak' })).is(201);
		assert.equal(made.location, `/api/v1/legal-periods/${made.body.id}`);
		(await state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(80) })).is(201);
		(await state(path, { kind: 'VOLUNTARY' })).is(201);
		assert.deepEqual((await covers(path)).map((p) => [p.kind, p.status]), [['VOLUNTARY', 'ENDED'], ['OBSERVATION', 'ENDED'], ['COMPULSORY', 'ENDED'], ['VOLUNTARY', 'RUNNING']]);
		await move(w, clinic, path, discharge);
		(await state(path, { kind: 'OTHER', valid_from: hoursAgo(20) })).is(201);
		assert.equal((await covers(path)).length, 5);
	});

	test('only within the stay, and once at a time', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		for (const n of [101, -1]) assert.deepEqual((await state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(n) })).is(422, 'invalid_value').pointers(), ['/valid_from']);
		const [first] = await periods(path);
		assert.equal((await state(path, { kind: 'OBSERVATION', valid_from: first.valid_from })).is(409, 'duplicate').body.errors[0].pointer, '/valid_from');
		(await state(path, { kind: 'PRISON' })).is(422, 'invalid_body');
		await move(w, clinic, path, { ...discharge, at: hoursAgo(10) });
		(await state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(5) })).is(422, 'invalid_value');
		await move(w, clinic, path, { action: 'annul', reason: 'Feil' });
		(await state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(50) })).is(409, 'conflict');
	});

	test('two at once leave no gap and no overlap', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		const answers = await Promise.all([90, 70, 50, 30].map((n) => state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(n) })));
		for (const a of answers) a.is(201);
		assert.equal((await covers(path)).length, 5);
	});
});

describe('correcting', () => {
	const correct = (who, id, body) => w.change(who, 'PATCH', `/legal-periods/${id}`, body);

	test('kind, note, and the time at which one gave way to the next', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		const { id } = (await state(path, { kind: 'OBSERVATION', valid_from: hoursAgo(50) })).is(201).body;
		const at = hoursAgo(60);
		const now = (await correct(clinic, id, { kind: 'COMPULSORY', valid_from: at, note: 'Rettet' })).is(200).body;
		assert.deepEqual([now.kind, now.note, Date.parse(now.valid_from)], ['COMPULSORY', 'Rettet', Date.parse(at)]);
		await covers(path);
		assert.equal((await correct(clinic, id, { note: null })).is(200).body.note, undefined);
		for (const n of [110, -1]) assert.deepEqual((await correct(clinic, id, { valid_from: hoursAgo(n) })).is(422, 'invalid_value').pointers(), ['/valid_from']);
		const [first] = await periods(path);
		(await correct(clinic, first.id, { valid_from: hoursAgo(90) })).is(422, 'invalid_value');
		(await w.api(clinic, 'PATCH', `/legal-periods/${id}`, { kind: 'OTHER' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.api(clinic, 'PATCH', `/legal-periods/${id}`, { kind: 'OTHER' })).is(428);
		await move(w, clinic, path, { action: 'annul', reason: 'Feil' });
		(await correct(clinic, id, { kind: 'OTHER' })).is(409, 'conflict');
	});

	test('is the centre\'s alone', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		const [first] = await periods(path);
		for (const who of [team, municipality, gp, 'citizen/PT', ...never]) {
			(await state(path, { kind: 'OTHER' }, who)).is(403, 'forbidden');
			(await w.api(who, 'PATCH', `/legal-periods/${first.id}`, { kind: 'OTHER' }, { 'if-match': '"1"' })).is(403, 'forbidden');
		}
		// the chief doctor decides on examinations
		(await state(path, { kind: 'OTHER' }, doctor)).is(403, 'forbidden_action');
		(await correct(doctor, first.id, { kind: 'OTHER' })).is(403, 'forbidden_action');
	});
});

describe('seeing', () => {
	test('the kind for team, centre, chief doctor and patient; that one runs for municipality and GP', async () => {
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365' })).is(201).body.id;
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where type <> 'TEAM'`, [patient]);
		const { path } = await admitted(w, patient, { legal_kind: 'OBSERVATION' });
		for (const who of [team, 'drammen-dps:tl-1', clinic, doctor, 'citizen/PT']) assert.deepEqual((await periods(path, who)).map((p) => p.kind), ['OBSERVATION'], who);
		for (const who of [municipality, gp]) {
			const [only] = await periods(path, who);
			assert.deepEqual(Object.keys(only).sort(), ['admission_id', 'id', 'patient_id', 'status', 'valid_from', 'version']);
			assert.ok(!(await w.api(who, 'GET', `/legal-periods/${only.id}`)).is(200).text.includes('OBSERVATION'));
			assert.ok(!(await w.api(who, 'GET', path)).is(200).text.includes('OBSERVATION'), 'nor with the stay');
		}
		for (const who of [...never, 'drammen-kommune:co-1']) (await w.api(who, 'GET', `${path}/legal-periods`)).is(403, 'forbidden');
		for (const path of [`/admissions/${anyId()}/legal-periods`, `/legal-periods/${anyId()}`]) (await w.api(clinic, 'GET', path)).is(404);
	});

	test('an objection to coercion closes the periods and leaves the stay', async () => {
		const patient = await person(w);
		const { path } = await admitted(w, patient);
		(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['legal-periods'], against: 'UNIT', against_id: w.ids.unit['fastlege-demo:kontor'] })).is(201);
		(await w.api(gp, 'GET', `${path}/legal-periods`)).is(403, 'blocked');
		(await w.api(gp, 'GET', path)).is(200);
		(await w.api('lier-kommune:mh-1', 'GET', `${path}/legal-periods`)).is(404);
	});
});
