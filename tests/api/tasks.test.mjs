// Tasks of an agency: made by people and by the service, changed, completed, cancelled.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { opened, step } from './concern-steps.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const unit = w.ids.unit['drammen-kommune:mottak'];

const made = async (who, body) => (await w.api(who, 'POST', '/tasks', { title: 'Ring fastlegen', ...body })).is(201);

test('a task is made, read, changed and done', async () => {
	const t = await made(mh, { unit_id: unit, due_at: '2030-01-02T08:00:00Z', assignee_staff_id: w.ids.staff['drammen-kommune:mh-2'] });
	assert.deepEqual([t.body.status, t.body.kind, t.body.overdue, t.body.actions], ['OPEN', 'GENERAL', false, ['complete', 'cancel']]);
	assert.equal(t.location, `/api/v1/tasks/${t.body.id}`);
	const path = `/tasks/${t.body.id}`;
	(await w.api(mh, 'GET', path, undefined, { 'if-none-match': (await w.api(mh, 'GET', path)).etag })).is(304);
	const changed = (await w.change(mh, 'PATCH', path, { note: 'Haster', due_at: null })).is(200).body;
	assert.deepEqual([changed.note, changed.due_at, changed.version], ['Haster', undefined, 2]);
	(await w.api(mh, 'PATCH', path, { note: null }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
	(await w.api(mh, 'PATCH', path, { note: null })).is(428);
	(await w.api(mh, 'PATCH', path, {}, { 'if-match': '"2"' })).is(422);
	assert.equal((await step(w, 'drammen-kommune:mh-2', path, { action: 'complete' })).is(200).body.status, 'DONE');
	(await w.change(mh, 'PATCH', path, { note: 'x' })).is(409, 'conflict');
	(await step(w, mh, path, { action: 'cancel', reason: 'x' })).is(409, 'invalid_transition');
});

test('whose it is: the unit, the agency, the role', async () => {
	const t = (await made(mh, { unit_id: unit })).body;
	for (const nobody of ['lier-kommune:mh-1', 'drammen-kommune:cu-1', 'drammen-dps:tl-1', 'nav-drammen:nav-1']) {
		(await w.api(nobody, 'GET', `/tasks/${t.id}`)).is(404);
		assert.ok(!(await w.api(nobody, 'GET', '/tasks?limit=200')).is(200).body.items.some((i) => i.id === t.id));
	}
	(await w.api('politi-demo:po-1', 'GET', `/tasks/${t.id}`)).is(403);
	(await w.api('politi-demo:po-1', 'POST', '/tasks', { title: 'x' })).is(403);
	(await w.api(mh, 'GET', `/tasks/${anyId()}`)).is(404);
	(await w.api(mh, 'POST', '/tasks', { title: 'x', unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference');
	(await w.api(mh, 'POST', '/tasks', { title: 'x', assignee_staff_id: w.ids.staff['lier-kommune:mh-1'] })).is(422, 'unknown_reference');
	(await w.api(mh, 'POST', '/tasks', { title: '' })).is(422, 'invalid_body');
});

test('a task names only a person that the caller may know of', async () => {
	const r = await opened(w, mh, { subject: { number: '01819012365' } });
	const [{ patient_id }] = await w.sql('select patient_id from concern_report where id = $1', [r.id]);
	assert.equal((await made(mh, { patient_id })).body.patient_id, patient_id);
	const [hidden, random] = [await w.api('lier-kommune:mh-1', 'POST', '/tasks', { title: 'x', patient_id }),
		await w.api('lier-kommune:mh-1', 'POST', '/tasks', { title: 'x', patient_id: anyId() })];
	assert.deepEqual([hidden.is(422).body.code, hidden.body.errors], [random.is(422).body.code, random.body.errors]);
	assert.equal((await w.api('citizen:pt-1', 'GET', '/tasks')).is(200).body.items.every((t) => t.patient_id === patient_id), true);
});

test('cancelling needs a reason', async () => {
	const t = (await made(mh, { unit_id: unit })).body;
	(await step(w, mh, `/tasks/${t.id}`, { action: 'cancel' })).is(422, 'invalid_body');
});

test('the list: filters, order and cursor', async () => {
	await made(mh, { unit_id: unit, due_at: '2020-01-01T00:00:00Z' });
	const all = (await w.api(mh, 'GET', '/tasks?limit=200')).is(200).body.items;
	const about = all.find((t) => t.patient_id).patient_id;
	const due = all.map((t) => t.due_at ?? '9');
	assert.deepEqual(due, [...due].sort());
	for (const [query, fits] of [['status=OPEN', (t) => t.status === 'OPEN'], ['kind=GENERAL', (t) => t.kind === 'GENERAL'], ['overdue=true', (t) => t.overdue],
		[`patient_id=${about}`, (t) => t.patient_id === about], [`unit_id=${unit}`, (t) => t.unit_id === unit], [`assignee_staff_id=${w.ids.staff['drammen-kommune:mh-2']}`, (t) => t.assignee_staff_id === w.ids.staff['drammen-kommune:mh-2']]]) {
		const some = (await w.api(mh, 'GET', `/tasks?limit=200&${query}`)).is(200).body.items;
		assert.ok(some.length > 0 && some.every(fits), query);
	}
	const page = (await w.api(mh, 'GET', '/tasks?limit=3')).body;
	assert.deepEqual((await w.api(mh, 'GET', page.links.next)).is(200).body.items.map((t) => t.id), all.slice(3, 6).map((t) => t.id));
});
