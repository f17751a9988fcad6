// What is kept for two years after it is closed, and not a day longer: messages by the thread, and tasks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePerson } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { world } from './harness.mjs';
import { inDays } from './lib/days.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const mh = 'drammen-kommune:mh-1';
const person = await makePerson(w, { units: ['drammen-kommune:mottak'] });
const words = { to_unit_id: w.ids.unit['drammen-kommune:mottak'], patient_id: person, subject: 'Blodprøver', text: 'Kan dere ta blodprøver?' };
const send = async (changes) => (await w.api(team, 'POST', '/messages', { ...words, ...changes })).is(201).body;
const act = async (who, path, body) => (await step(w, who, path, body)).is(200).body;
const ahead = async (days) => (await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: `P${days}D` })).is(200).body.jobs;
const left = async (table, id) => (await w.sql(`select count(*)::int as n from ${table} where id = $1`, [id]))[0].n;

test('a thread goes when nothing in it waits, with its deadlines and steps; an open one stays', async () => {
	const closed = await send({ answer_wanted: true });
	const { answer_id: answer } = await act(mh, `/messages/${closed.id}`, { action: 'answer', text: 'På torsdag' });
	await act(team, `/messages/${answer}`, { action: 'acknowledge' });
	const waiting = await send({ answer_wanted: true });
	await act(mh, `/messages/${waiting.id}`, { action: 'acknowledge' });
	const unread = await send();
	const recalled = await send();
	await act(team, `/messages/${recalled.id}`, { action: 'recall', reason: 'Feil' });
	assert.equal((await ahead(729)).messages_deleted, 0);
	assert.deepEqual(await Promise.all([closed.id, answer, recalled.id].map((id) => left('message', id))), [1, 1, 1]);
	assert.equal((await ahead(4)).messages_deleted, 3);
	assert.deepEqual(await Promise.all([closed.id, answer, recalled.id, waiting.id, unread.id].map((id) => left('message', id))), [0, 0, 0, 1, 1]);
	(await w.api(team, 'GET', `/messages/${closed.id}`)).is(404);
	const hung = await w.sql('select (select count(*) from deadline where entity_id = any ($1))::int as deadlines, (select count(*) from transition_event where object_id = any ($1))::int as steps', [[closed.id, answer, recalled.id]]);
	assert.deepEqual(hung, [{ deadlines: 0, steps: 0 }]);
	assert.ok((await w.sql('select count(*)::int as n from access_log where resource_id = $1', [closed.id]))[0].n > 0, 'who saw it stays written down');
});

test('a closed task goes, an open one and one that a meeting asked for stay', async () => {
	const task = async () => (await w.api(mh, 'POST', '/tasks', { title: 'Ring', patient_id: person })).is(201).body.id;
	const [done, open, agreed] = [await task(), await task(), await task()];
	for (const id of [done, agreed]) await act(mh, `/tasks/${id}`, { action: 'complete' });
	const meeting = (await w.api(team, 'POST', '/case-meetings', { patient_id: person, kind: 'NETWORK', agenda: ['Bolig'], starts_at: inDays(800), place: 'Kontoret' })).is(201).body.id;
	await w.sql(`insert into case_meeting_agreement (meeting_id, patient_id, position, text, agency_id, unit_id, task_id)
		select $1, $2, 1, 'Ring', u.agency_id, u.id, $3 from unit u where u.id = $4`, [meeting, person, agreed, w.ids.unit['drammen-kommune:mottak']]);
	assert.ok((await ahead(733)).tasks_deleted >= 1);
	assert.deepEqual(await Promise.all([done, open, agreed].map((id) => left('task', id))), [0, 1, 1]);
});
