// News of what an agency follows beside its patients: extracts, exports, requests of data subjects, alerts. And how many
// persons who are told of at once stand in the access log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, world } from './harness.mjs';
import { bring, clinic, person, stay } from './import-steps.mjs';
import { agencies } from './lib/tokens.mjs';

const officer = 'drammen-dps:pv-1';
const team = 'drammen-dps:tm-1';
const other = 'drammen-kommune:mh-1';
const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });

// What the caller is told after a place, once everything that was written has its place.
async function told(as, after, entities) {
	await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
	return (await w.api(as, 'GET', `/changes?after=${after}&limit=200${entities ? `&entities=${entities}` : ''}`)).is(200).body.items;
}
const begin = async () => (await w.api(team, 'GET', '/changes?after=now')).is(200).body.after;
const brief = (events) => events.map((e) => [e.type.replace('no.samhandling.', ''), e.subject, e.data.version, e.data.changed]);

test('an import: that it has begun, and that it has ended; to its agency alone', async () => {
	const after = await begin();
	const p = await person(w);
	const { batch } = await bring(w, clinic, 'admissions', [stay(p.number)]);
	const mine = [['import.created', `/api/v1/imports/${batch.id}`, 1, []], ['import.updated', `/api/v1/imports/${batch.id}`, 2, ['state']]];
	assert.deepEqual(brief(await told(clinic, after, 'import')), mine);
	assert.deepEqual(await told(other, after, 'import'), []);
	assert.deepEqual(await told('politi-demo:po-1', after, 'import'), []);
});

test('an export: to who may read it', async () => {
	const after = await begin();
	const { id } = (await w.api(officer, 'POST', '/exports', { types: ['admissions'] })).is(201).body;
	assert.deepEqual(brief(await told(officer, after, 'export')), [['export.created', `/api/v1/exports/${id}`, 1, []]]);
	assert.deepEqual(await told(clinic, after, 'export'), []);
	assert.deepEqual(await told('drammen-kommune:pv-1', after, 'export'), []);
});

test('a data subject\'s request and its steps: to the person and the officer; nobody else learns that somebody has asked', async () => {
	const { pid } = agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === 'PT');
	await w.api('drammen-dps:tl-1', 'POST', '/patients', { national_id: pid, family_name: 'Furu' });
	const after = await begin();
	const made = (await w.api('citizen/PT', 'POST', '/data-subject-requests', { kind: 'ACCESS', text: 'Alt', agency_id: w.ids.agency['drammen-dps'] })).is(201);
	const path = `/data-subject-requests/${made.body.id}`;
	const now = (await w.api(officer, 'GET', path)).is(200);
	(await w.api(officer, 'POST', `${path}/transitions`, { action: 'start' }, { 'if-match': now.etag })).is(200);
	for (const reader of [officer, 'citizen/PT']) {
		const events = (await told(reader, after, 'data-subject-request')).map((e) => [e.type, e.data.changed.includes('state')]);
		assert.deepEqual(events, [['no.samhandling.data-subject-request.created', false], ['no.samhandling.data-subject-request.updated', true]]);
	}
	for (const reader of [team, 'drammen-dps:tl-1', 'drammen-kommune:pv-1']) assert.deepEqual(await told(reader, after, 'data-subject-request'), []);
});

test('an alert: to whom it is for, as long as it is there', async () => {
	const after = await begin();
	const made = (await w.api(team, 'POST', '/alert-settings', { address: 'team@drammen-dps.example' })).is(201);
	assert.deepEqual(brief(await told(team, after, 'alert-setting')), [['alert-setting.created', `/api/v1/alert-settings/${made.body.id}`, 1, []]]);
	assert.deepEqual(await told('drammen-dps:tl-1', after, 'alert-setting'), []);
	(await w.api(team, 'DELETE', `/alert-settings/${made.body.id}`, undefined, { 'if-match': made.etag })).is(204);
	assert.deepEqual(await told(team, after, 'alert-setting'), []);
});

test('several persons told of at once are one row of the log, which each of them finds', async () => {
	const after = await begin();
	const persons = (await Promise.all([1, 2, 3].map(() => person(w)))).map((p) => p.id);
	await told(team, after);
	const answer = await w.api(team, 'GET', `/changes?after=${after}&entities=patient&limit=200`);
	const rows = await w.sql('select patient_id, access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1', [answer.headers['x-request-id']]);
	assert.deepEqual(rows.map((r) => [r.patient_id, r.persons.sort()]), [[null, [...persons].sort()]]);
});
