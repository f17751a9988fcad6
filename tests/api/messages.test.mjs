// Messages between units: sent to those who may be told, acknowledged and answered in time, and how fast that went.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { forth } from './lib/days.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const mh = 'drammen-kommune:mh-1';
const mottak = w.ids.unit['drammen-kommune:mottak'];
const person = await makePerson(w, { units: ['drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'politi-demo:kontor'], self: true });
const words = { subject: 'Blodprøver', text: 'Kan dere ta blodprøver?' };

const post = (who, changes = {}) => w.api(who, 'POST', '/messages', { to_unit_id: mottak, patient_id: person, ...words, ...changes });
const sent = async (changes, who = team) => (await post(who, changes)).is(201).body;
const act = async (who, id, body) => (await step(w, who, `/messages/${id}`, body)).is(200).body;

describe('a message', () => {
	test('is acknowledged, answered in its thread, and the answer acknowledged in turn', async () => {
		const m = await sent({ answer_wanted: true });
		assert.deepEqual([m.status, m.thread_id, m.from_unit.agency_name, m.to_unit.id, m.actions], ['SENT', m.id, 'Drammen DPS', mottak, ['recall']]);
		const deadlines = await w.sql("select code, state from deadline where entity_id = $1 order by code", [m.id]);
		assert.deepEqual(deadlines, [{ code: 'MESSAGE_ACK', state: 'OPEN' }, { code: 'MESSAGE_ANSWER', state: 'OPEN' }]);
		const taken = await act(mh, m.id, { action: 'acknowledge' });
		assert.deepEqual([taken.status, taken.acknowledged_by, taken.actions], ['ACKNOWLEDGED', w.ids.staff[mh], ['answer']]);
		const done = await act(mh, m.id, { action: 'answer', text: 'På torsdag' });
		assert.deepEqual([done.status, done.answered_by], ['ANSWERED', w.ids.staff[mh]]);
		assert.deepEqual((await w.sql('select distinct state from deadline where entity_id = $1', [m.id])), [{ state: 'MET' }]);
		const answer = (await w.api(team, 'GET', `/messages/${done.answer_id}`)).is(200).body;
		assert.deepEqual([answer.thread_id, answer.reply_to, answer.text, answer.subject, answer.patient_id, answer.to_unit.id],
			[m.id, m.id, 'På torsdag', words.subject, person, w.ids.unit['drammen-dps:fact']]);
		await act(team, answer.id, { action: 'acknowledge' });
		const more = await sent({ reply_to: answer.id, text: 'Takk' });
		const thread = (await w.api(team, 'GET', `/messages?thread_id=${m.id}`)).is(200).body.items;
		assert.deepEqual(thread.map((t) => t.id), [more.id, answer.id, m.id]);
	});

	test('has times that its urgency decides, and is late when they are out', async () => {
		const urgent = await sent({ urgency: 'URGENT' });
		assert.equal(new Date(urgent.acknowledge_by) - new Date(urgent.sent_at), 4 * 3_600_000);
		assert.equal(urgent.answer_by, undefined);
		const wanted = '2040-01-02T08:00:00Z';
		assert.equal(new Date((await sent({ answer_wanted: true, answer_by: wanted })).answer_by).toISOString(), new Date(wanted).toISOString());
		(await post(team, { answer_wanted: true, answer_by: '2020-01-01T00:00:00Z' })).is(422, 'invalid_value');
		(await post(team, { answer_by: wanted })).is(422, 'invalid_body');
		await w.sql("update message set acknowledge_by = clock_now() - interval '1 hour' where id = $1", [urgent.id]);
		assert.equal((await w.api(mh, 'GET', `/messages/${urgent.id}`)).body.overdue, true);
		const late = (await w.api(mh, 'GET', '/messages?overdue=true&direction=IN')).is(200).body.items;
		assert.ok(late.some((m) => m.id === urgent.id) && late.every((m) => m.overdue));
		await w.sql('select job_escalate(100)');
		const task = (await w.sql("select title from task where entity_id = $1 and kind = 'ESCALATION'", [urgent.id]))[0];
		assert.equal(task.title, 'Frist passert: bekreft at meldingen er mottatt');
	});

	test('waits in the receiver\'s inbox until it is done', async () => {
		const m = await sent({ answer_wanted: true });
		const waiting = async () => (await w.api(mh, 'GET', '/inbox?kind=MESSAGE&limit=200')).is(200).body.items.find((i) => i.id === m.id);
		const item = await waiting();
		assert.deepEqual([item.title_nb, item.status, item.href, item.due_at], [`Melding å bekrefte: ${words.subject}`, 'SENT', `/api/v1/messages/${m.id}`, m.acknowledge_by]);
		await act(mh, m.id, { action: 'acknowledge' });
		assert.equal((await waiting()).due_at, m.answer_by);
		await act(mh, m.id, { action: 'answer', text: 'Ja' });
		assert.equal(await waiting(), undefined);
	});

	test('that is taken back is no longer the receiver\'s', async () => {
		const m = await sent({});
		(await w.api(mh, 'GET', `/messages/${m.id}`)).is(200);
		assert.equal((await act(team, m.id, { action: 'recall', reason: 'Feil enhet' })).recall_reason, 'Feil enhet');
		(await w.api(mh, 'GET', `/messages/${m.id}`)).is(404);
		(await w.api('drammen-kommune:ko-1', 'GET', `/messages/${m.id}`)).is(404);
		assert.deepEqual(await w.sql('select state from deadline where entity_id = $1', [m.id]), [{ state: 'CANCELLED' }]);
	});
});

describe('who may be told', () => {
	test('a unit that serves the person, outside health care with consent, the police never', async () => {
		for (const unit of ['politi-demo:kontor', 'lier-kommune:mottak']) (await post(team, { to_unit_id: w.ids.unit[unit] })).is(422, 'unknown_reference');
		(await post(team, { to_unit_id: anyId() })).is(422, 'unknown_reference');
		(await post(team, { to_unit_id: w.ids.unit['nav-drammen:kontor'] })).is(403, 'consent_required');
		await consentTo(w, person, 'nav-drammen');
		const m = await sent({ to_unit_id: w.ids.unit['nav-drammen:kontor'] });
		const seen = (await w.api('nav-drammen:nav-1', 'GET', `/messages/${m.id}`)).is(200).body;
		assert.deepEqual([seen.text, seen.from_staff_id], [words.text, undefined], 'NAV does not see who of the team wrote');
		assert.equal((await act('nav-drammen:nav-1', m.id, { action: 'answer', text: 'Mottatt' })).answered_by, w.ids.staff['nav-drammen:nav-1']);
	});

	test('without a person anybody may be asked, the police not', async () => {
		const m = await sent({ patient_id: undefined, to_unit_id: w.ids.unit['lier-kommune:mottak'] });
		assert.equal((await w.api('lier-kommune:mh-1', 'GET', `/messages/${m.id}`)).is(200).body.patient_id, undefined);
		(await post(team, { patient_id: undefined, to_unit_id: w.ids.unit['politi-demo:kontor'] })).is(422, 'unknown_reference');
	});

	test('not a unit to which the person has objected; nor does it read what came before', async () => {
		const other = await makePerson(w, { units: ['drammen-kommune:mottak'] });
		const m = await sent({ patient_id: other });
		(await w.api(team, 'POST', `/patients/${other}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['messages'], against: 'UNIT', against_id: mottak })).is(201);
		(await post(team, { patient_id: other })).is(422, 'invalid_value');
		(await w.api(mh, 'GET', `/messages/${m.id}`)).is(404);
		assert.ok(!(await w.api(mh, 'GET', '/messages?limit=200')).body.items.some((i) => i.id === m.id));
		(await w.api(team, 'GET', `/messages/${m.id}`)).is(200);
		(await post(mh, { patient_id: other, to_unit_id: w.ids.unit['drammen-dps:fact'] })).is(403, 'blocked');
	});

	test('outsiders see nothing; the person reads what is about them', async () => {
		const m = await sent({});
		for (const who of ['lier-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-dps:dps-1', 'fastlege-demo:gp-1']) {
			(await w.api(who, 'GET', `/messages/${m.id}`)).is(404);
			(await w.api(who, 'POST', `/messages/${m.id}/transitions`, { action: 'acknowledge' }, { 'if-match': '"1"' })).is(404);
		}
		for (const who of ['politi-demo:po-1', 'citizen:re-1', 'drammen-dps:sa-1']) (await w.api(who, 'GET', '/messages')).is(403, 'forbidden');
		assert.equal((await w.api('citizen:pt-1', 'GET', `/messages/${m.id}`)).is(200).body.text, words.text);
		assert.ok((await w.api('citizen:pt-1', 'GET', '/messages?limit=200')).is(200).body.items.every((i) => i.patient_id === person));
		(await w.api('citizen:pt-1', 'POST', '/messages', { to_unit_id: mottak, ...words })).is(403, 'forbidden');
		(await post('lier-kommune:mh-1', {})).is(422, 'unknown_reference');
		(await post(team, { from_unit_id: mottak, to_unit_id: w.ids.unit['fastlege-demo:kontor'] })).is(422, 'unknown_reference');
		(await post(team, { reply_to: anyId() })).is(422, 'unknown_reference');
	});
});

test('response times: for each unit, both ways', async () => {
	const since = new Date().toISOString();
	const lier = 'lier-kommune:mh-1';
	const ask = () => sent({ patient_id: undefined, to_unit_id: w.ids.unit['lier-kommune:mottak'], answer_wanted: true });
	const [a, b] = [await ask(), await ask(), await ask()];
	await act(lier, a.id, { action: 'acknowledge' });
	await act(lier, b.id, { action: 'answer', text: 'Ja' });
	await w.sql("update message set acknowledged_at = sent_at + interval '2 hours' where id = $1", [a.id]);
	await w.sql(`update message set acknowledged_at = ${forth('sent_at', 30)}, answered_at = sent_at + interval '4 hours' where id = $1`, [b.id]);
	const times = async (who, query) => (await w.api(who, 'GET', `/messages/response-times?${query}`)).is(200).body.items;
	const row = (await times(team, `from=${encodeURIComponent(since)}`)).find((i) => i.unit.id === w.ids.unit['lier-kommune:mottak']);
	assert.deepEqual([row.direction, row.messages, row.acknowledged, row.acknowledged_in_time, row.median_hours_to_acknowledge, row.answer_wanted, row.answered, row.answered_in_time,
		row.median_hours_to_answer, row.overdue], ['OUT', 3, 2, 1, 361, 3, 1, 1, 4, 0]);
	assert.deepEqual((await times(lier, '')).map((i) => [i.direction, i.unit.id, i.messages]).filter(([d]) => d === 'IN').map(([, u]) => u), [w.ids.unit['lier-kommune:mottak']]);
	assert.deepEqual(await times(team, 'from=2019-01-01T00:00:00Z&to=2020-01-01T00:00:00Z'), []);
	assert.deepEqual(await times('citizen:pt-1', ''), []);
});

const stepBody = (action) => ({ answer: { text: 'Ja' }, recall: { reason: 'Feil' } })[action];
const force = async (id, s) => (await w.sql('update message set state = $2 where id = $1 returning version', [id, s]))[0].version;

test('every step from every state by every role of the sending side', async () => {
	const senders = [team, 'drammen-dps:tl-1', 'drammen-dps:tm-3'];
	await walk(w, { machine: 'messages', path: '/messages', make: () => sent({ patient_id: undefined, to_unit_id: w.ids.unit['lier-kommune:mottak'] }), force, body: stepBody,
		people: [...senders.map((as) => ({ as, standing: ['sender'] })), ...refused(...senders)] });
});

test('every step from every state that the receiver sees, by every role of the receiving side', async () => {
	const receivers = { 'drammen-kommune:koordinering': ['drammen-kommune:co-1', 'drammen-kommune:cu-1'], 'nav-drammen:kontor': ['nav-drammen:nav-1'], 'fastlege-demo:kontor': ['fastlege-demo:gp-1'],
		'drammen-kommune:bolig': ['drammen-kommune:ho-1'], 'drammen-dps:poliklinikk': ['drammen-dps:dps-1', 'drammen-dps:tl-2'], 'drammen-kommune:mottak': [mh, 'drammen-kommune:ko-1'] };
	const wanted = { SENT: { acknowledge: [200], answer: [200], recall: [403, 'forbidden_action'] }, ACKNOWLEDGED: { acknowledge: [409, 'invalid_transition'], answer: [200], recall: [409, 'invalid_transition'] },
		ANSWERED: { acknowledge: [409, 'invalid_transition'], answer: [409, 'invalid_transition'], recall: [409, 'invalid_transition'] } };
	for (const [unit, people] of Object.entries(receivers)) {
		const { id } = await sent({ patient_id: undefined, to_unit_id: w.ids.unit[unit] });
		for (const [state, actions] of Object.entries(wanted))
			for (const as of people)
				for (const [action, answer] of Object.entries(actions))
					(await w.api(as, 'POST', `/messages/${id}/transitions`, { action, ...stepBody(action) }, { 'if-match': `"${await force(id, state)}"` })).is(...answer);
	}
});
