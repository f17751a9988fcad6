// An integrator begins again with what the own agency made; what others have, and the demo data, stay.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { enrolled } from './intake-steps.mjs';
import { inTeam } from './lib/in-team.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const municipality = 'drammen-kommune/TL';
const reset = (as, body = {}) => w.api(as, 'POST', '/sandbox/reset', body);
const person = async (as) => (await w.api(as, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Prøve' })).is(201).body.id;
const contact = async (as, patient) => (await w.api(as, 'POST', '/contacts', { patient_id: patient, planned_at: new Date(Date.now() + 3_600_000).toISOString(), mode: 'PHONE' })).is(201).body.id;
const count = async (table, column, value) => (await w.sql(`select count(*)::int as n from ${table} where ${column} = $1`, [value]))[0].n;

// what was there before anybody integrated
const demo = await person(tl);
const demoContact = await contact(tl, demo);
await w.sql('select sandbox_keep()');

describe('a reset', () => {
	test('takes away what the agency made, with everything that hangs on it', async () => {
		const mine = await person(tl);
		const call = await contact(tl, mine);
		const onDemo = await contact(tl, demo);
		const consent = (await w.api(tl, 'POST', `/patients/${mine}/consents`, { type: 'SHARE', to_agencies: [w.ids.agency['nav-drammen']], data_categories: ['WORK'], purpose: 'x', explained: 'x' })).is(201).body.id;
		const task = (await w.api(tl, 'POST', '/tasks', { title: 'x', patient_id: mine, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201).body.id;
		const others = await person(municipality);
		const seen = await count('access_log', 'patient_id', mine);
		const r = (await reset('drammen-dps/SA')).is(200).body;
		assert.ok(r.removed.patient >= 1 && r.removed.contact >= 2, JSON.stringify(r.removed));
		for (const [table, id] of [['patient', mine], ['contact', call], ['contact', onDemo], ['consent', consent], ['task', task]]) assert.equal(await count(table, 'id', id), 0, table);
		assert.equal(await count('care_relation', 'patient_id', mine), 0);
		assert.equal(await count('row_history', 'entity_id', mine), 0);
		for (const [table, id] of [['patient', demo], ['contact', demoContact], ['patient', others]]) assert.equal(await count(table, 'id', id), 1, table);
		assert.equal(await count('access_log', 'patient_id', mine), seen, 'the access log stays');
		(await w.api(municipality, 'GET', `/patients/${others}`)).is(200);
		(await w.api(tl, 'GET', `/patients/${mine}`)).is(404);
	});
	test('lets what told of it be told again: a Bundle that is no longer there is done anew', async () => {
		const bundle = (patient) => ({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: { resourceType: 'Task', status: 'requested', intent: 'order', description: 'x', for: { reference: `Patient/${patient}` } }, request: { method: 'POST', url: 'Task' } }] });
		const send = (as, patient, key) => w.api(as, 'POST', '/fhir/r4', bundle(patient), { 'content-type': 'application/fhir+json', 'idempotency-key': key });
		const others = await person(municipality);
		const [mine, theirs] = [anyId(), anyId()];
		const first = (await send(tl, demo, mine)).is(200);
		const kept = (await send(municipality, others, theirs)).is(200);
		(await reset('drammen-dps/SA')).is(200);
		const again = (await send(tl, demo, mine)).is(200);
		const [was, is] = [first, again].map((r) => r.body.entry[0].response.location.match(/Task\/([^/]+)/)[1]);
		assert.deepEqual([again.headers['idempotency-replayed'], await count('task', 'id', was), await count('task', 'id', is)], [undefined, 0, 1]);
		const stays = (await send(municipality, others, theirs)).is(200);
		assert.deepEqual([stays.headers['idempotency-replayed'], stays.body.entry], ['true', kept.body.entry]);
	});
	test('takes away a whole way through the team', async () => {
		const e = await enrolled(w);
		for (const agency of ['drammen-dps', 'fastlege-demo', 'drammen-kommune', 'lier-kommune']) (await reset(`${agency}/SA`)).is(200);
		assert.equal(await count('enrolment', 'id', e.id), 0);
		assert.equal(await count('patient', 'id', demo), 1);
	});
	test('is seen on a board that was kept, and by a screen that holds it', async () => {
		const { patient, enrolment } = await inTeam(w);
		(await w.api('drammen-dps:tm-1', 'POST', '/board-entries', { patient_id: patient, category: 'CRISIS', reason_code: 'CRISIS', reason_text: 'x' })).is(201);
		const board = `/units/${w.ids.unit['drammen-dps:fact']}/board`;
		const before = (await w.api(tl, 'GET', board)).is(200);
		const poll = () => w.api(tl, 'GET', board, undefined, { 'if-none-match': before.etag });
		for (let i = 0; i < 2; i++) (await poll()).is(304);
		(await reset('drammen-dps/SA')).is(200);
		assert.equal(await count('enrolment', 'id', enrolment), 0);
		const after = (await poll()).is(200);
		assert.deepEqual([before.body.tiles.on_board, after.body.tiles.on_board], [1, 0]);
		assert.deepEqual((await w.api(tl, 'GET', board)).is(200).body, after.body);
	});
	test('begins with the persons that are given, again and again', async () => {
		const persons = [{ national_id: syntheticNumber(), given_name: 'Rolig', family_name: 'Furu', unit_id: w.ids.unit['drammen-dps:fact'] }, { national_id: syntheticNumber() }];
		for (let i = 0; i < 3; i++) {
			const r = (await reset('drammen-dps/SA', { persons })).is(200).body;
			assert.equal(r.persons.length, 2);
			assert.equal((await w.api(tl, 'GET', `/patients/${r.persons[0].id}`)).is(200).body.family_name, 'Furu');
			const n = await w.sql(`select count(*)::int as n from patient where family_name = 'Furu'`);
			assert.equal(n[0].n, 1);
		}
		(await reset('drammen-dps/SA', { persons: [{ national_id: syntheticNumber(), unit_id: w.ids.unit['lier-kommune:mottak'] }] })).is(422, 'unknown_reference');
		(await reset('drammen-dps/SA', { persons: [{ national_id: '12345678901' }] })).is(422, 'invalid_body');
		(await reset('drammen-dps/SA', { persons: [{ id: anyId() }] })).is(422, 'invalid_body');
	});
	test('is nobody\'s who has no scope for it, and there is none where there is no sandbox', async () => {
		(await w.api(w.token('drammen-dps/SA', { claims: { scope: 'patients.read' } }), 'POST', '/sandbox/reset', {})).is(403, 'insufficient_scope');
		(await reset('citizen/PT')).is(403);
		await w.sql('update sandbox_clock set enabled = false');
		(await reset('drammen-dps/SA')).is(404, 'not_found');
	});
});
