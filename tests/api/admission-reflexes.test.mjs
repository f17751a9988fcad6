// What an admission does to the team's board and tasks, and how it is undone when it was entered in error.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { step } from './concern-steps.mjs';
import { admitted, clinic, discharge, enter, hoursAgo, move, person, tasksFor, team } from './specialist-steps.mjs';
import { back, dayAfter, dayOf, inDays } from './lib/days.mjs';

const w = await world();
const leader = 'drammen-dps:tl-1';
const fact = w.ids.unit['drammen-dps:fact'];

// Someone in the team, on the board in this category; off the board when there is none.
async function inTeam(category = 'CRISIS', patient = undefined) {
	const who = patient ?? await person(w);
	const [{ id }] = await w.sql(`insert into enrolment (id, patient_id, unit_id, agency_id, state, main_contact_id, substitute_id, first_contact_at)
		values (gen_random_uuid(), $1, $2, $3, 'ACTIVE', $4, $5, clock_now()) returning id`,
	[who, fact, w.ids.agency['drammen-dps'], w.ids.staff[team], w.ids.staff['drammen-dps:tm-2']]);
	if (category) (await w.api(team, 'POST', '/board-entries', { patient_id: who, unit_id: fact, category, reason_code: 'CRISIS', reason_text: 'Sover ikke' })).is(201);
	return { patient: who, enrolment: id };
}

const entries = (enrolment) => w.sql('select id, category, close_reason, closed_at is null as open, opened_at, follows, version from board_entry where enrolment_id = $1 order by created_at', [enrolment]);
const card = async (enrolment) => (await entries(enrolment)).find((e) => e.open);
const intensity = (enrolment) => w.sql('select level, valid_to is null as open from intensity_period where enrolment_id = $1 order by valid_from, valid_to nulls last', [enrolment]);

describe('the card', () => {
	test('goes to ADMITTED with the admission and to POST_DISCHARGE with the discharge', async () => {
		const { patient, enrolment } = await inTeam();
		const { path } = await admitted(w, patient);
		assert.equal((await card(enrolment)).category, 'ADMITTED');
		await move(w, clinic, path, { action: 'leave' });
		await move(w, clinic, path, { action: 'ready' });
		assert.equal((await card(enrolment)).category, 'ADMITTED');
		await move(w, clinic, path, discharge);
		assert.deepEqual((await entries(enrolment)).map((e) => [e.category, e.close_reason]), [['CRISIS', 'ADMITTED'], ['ADMITTED', 'CATEGORY_CHANGED'], ['POST_DISCHARGE', null]]);
		assert.deepEqual(await intensity(enrolment), [{ level: 'BASIC', open: false }, { level: 'INTENSIVE', open: true }]);
	});

	test('a planned stay moves nothing until the patient comes; who is not on the board gets a card', async () => {
		const { patient, enrolment } = await inTeam(null);
		const { id } = (await enter(w, clinic, patient, { planned_for: hoursAgo(-100) })).is(201).body;
		assert.equal(await card(enrolment), undefined);
		await move(w, clinic, `/admissions/${id}`, { action: 'admit' });
		assert.equal((await card(enrolment)).category, 'ADMITTED');
	});

	test('stays with the longer of two stays', async () => {
		const { patient, enrolment } = await inTeam();
		const somatic = await admitted(w, patient, { level: 'SOMATIC' });
		const psychiatric = await admitted(w, patient);
		await move(w, clinic, somatic.path, discharge);
		assert.deepEqual([(await card(enrolment)).category, (await tasksFor(w, somatic.id)).map((t) => t.kind)], ['ADMITTED', ['CRISIS_PLAN_REVIEW']]);
		await move(w, clinic, psychiatric.path, discharge);
		assert.equal((await card(enrolment)).category, 'POST_DISCHARGE');
	});

	test('cannot be taken off in hospital, nor moved elsewhere; coercion keeps it too', async () => {
		const { patient, enrolment } = await inTeam();
		const { path } = await admitted(w, patient);
		let { id } = await card(enrolment);
		(await step(w, leader, `/board-entries/${id}`, { action: 'take_off' })).is(409, 'board_admitted');
		for (const category of ['POST_DISCHARGE', 'CRISIS']) (await step(w, leader, `/board-entries/${id}`, { action: 'change_category', category })).is(409, 'board_admitted');
		await move(w, clinic, path, discharge);
		({ id } = await card(enrolment));
		(await step(w, leader, `/board-entries/${id}`, { action: 'take_off' })).is(409, 'board_too_early');
		await w.sql(`update board_entry set opened_at = ${back('opened_at', 22)} where enrolment_id = $1`, [enrolment]);
		const decision = (await w.api(clinic, 'POST', '/coercion-decisions', { patient_id: patient, type: 'TPH_OUTPATIENT', decided_at: hoursAgo(1), decided_by: 'Overlege' })).is(201).body;
		(await step(w, leader, `/board-entries/${id}`, { action: 'change_category', category: 'LEGAL_MEASURE', reason_code: 'LEGAL_MEASURE' })).is(200);
		({ id } = await card(enrolment));
		(await step(w, leader, `/board-entries/${id}`, { action: 'take_off' })).is(409, 'board_coercion_running');
		await move(w, clinic, `/coercion-decisions/${decision.id}`, { action: 'end', reason: 'Ikke lenger nødvendig' });
		(await step(w, leader, `/board-entries/${id}`, { action: 'take_off' })).is(200);
	});
});

describe('follow-up', () => {
	test('of a stay that was over long before it was entered nobody is asked for anything, but a death', async () => {
		const patient = await person(w);
		const old = { admitted_at: hoursAgo(24 * 60) };
		const ended = async (how) => {
			const { id, path } = await admitted(w, patient, old);
			await move(w, clinic, path, { ...discharge, at: hoursAgo(24 * 40), ...how });
			old.admitted_at = hoursAgo(24 * 39);
			return (await tasksFor(w, id)).filter((t) => t.state === 'OPEN').map((t) => t.kind);
		};
		assert.deepEqual(await ended({}), []);
		assert.deepEqual(await ended({ at: hoursAgo(24 * 35), disposition: 'DECEASED' }), ['REGISTER_DEATH']);
	});

	const due = (t) => dayOf(Date.parse(t.due_at) - 1);
	const dayFrom = (hours, days) => dayAfter(dayOf(hoursAgo(hours)), days);

	test('the team is asked to meet the patient within seven days, and after an acute stay to review the crisis plan in fourteen', async () => {
		const { patient } = await inTeam();
		const { id, path } = await admitted(w, patient, { admitted_at: hoursAgo(200) });
		await move(w, clinic, path, { ...discharge, at: hoursAgo(100) });
		const asked = (await tasksFor(w, id)).map((t) => [t.kind, t.state, t.unit_id, due(t)]);
		assert.deepEqual(asked, [['CRISIS_PLAN_REVIEW', 'OPEN', fact, dayFrom(100, 14)], ['POST_DISCHARGE_CONTACT', 'OPEN', fact, dayFrom(100, 7)]]);
		assert.equal((await w.api(team, 'GET', '/tasks?kind=POST_DISCHARGE_CONTACT&limit=200')).is(200).body.items.filter((t) => t.entity_id === id).length, 1);
		(await w.change(clinic, 'PATCH', path, { ended_at: hoursAgo(60), urgency: 'PLANNED' })).is(200);
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.state, due(t)]), [['CANCELLED', dayFrom(100, 14)], ['OPEN', dayFrom(60, 7)]]);
		(await w.change(clinic, 'PATCH', path, { urgency: 'ACUTE' })).is(200);
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.state, due(t)]), [['OPEN', dayFrom(60, 14)], ['OPEN', dayFrom(60, 7)]]);
	});

	test('a meeting in time does what was asked; an attempt, a telephone call and an older meeting do not', async () => {
		const { patient } = await inTeam();
		const { id, path } = await admitted(w, patient, { admitted_at: hoursAgo(200), urgency: 'PLANNED' });
		await move(w, clinic, path, { ...discharge, at: hoursAgo(50) });
		const state = async () => (await tasksFor(w, id)).map((t) => t.state);
		const contact = (body) => w.sql(`insert into contact (id, patient_id, unit_id, agency_id, state, started_at, minutes, mode, place, outcome)
			values (gen_random_uuid(), $1, $2, $3, 'DONE', $4, 30, $5, 'HOME', $6)`, [patient, fact, w.ids.agency['drammen-dps'], body.at, body.mode ?? 'FACE_TO_FACE', body.outcome ?? 'HELD']);
		await contact({ at: hoursAgo(20), outcome: 'NOT_HOME' });
		await contact({ at: hoursAgo(20), mode: 'PHONE' });
		await contact({ at: hoursAgo(60) });
		assert.deepEqual(await state(), ['OPEN']);
		await contact({ at: hoursAgo(10) });
		assert.deepEqual(await state(), ['DONE']);
	});

	test('nobody is asked to meet the dead; the team is asked to register it', async () => {
		const { patient, enrolment } = await inTeam();
		const { id, path } = await admitted(w, patient);
		await move(w, clinic, path, { ...discharge, disposition: 'DECEASED' });
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state]), [['REGISTER_DEATH', 'OPEN']]);
		assert.equal((await card(enrolment)).category, 'ADMITTED');
		(await w.change(clinic, 'PATCH', path, { disposition: 'HOME' })).is(200);
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state]), [['REGISTER_DEATH', 'CANCELLED'], ['CRISIS_PLAN_REVIEW', 'OPEN'], ['POST_DISCHARGE_CONTACT', 'OPEN']]);
	});

	test('without a team those who had the patient in are asked', async () => {
		const { id, path } = await admitted(w, await person(w), { unit_id: w.ids.unit['drammen-dps:poliklinikk'], urgency: 'PLANNED' });
		await move(w, clinic, path, discharge);
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.unit_id]), [['POST_DISCHARGE_CONTACT', w.ids.unit['drammen-dps:poliklinikk']]]);
	});
});

describe('entered in error', () => {
	test('while in hospital: the card is what it was, with its days', async () => {
		const { patient, enrolment } = await inTeam();
		const before = await card(enrolment);
		const { path } = await admitted(w, patient);
		await move(w, clinic, path, { action: 'annul', reason: 'Feil person' });
		const now = await card(enrolment);
		assert.deepEqual([now.id, now.category, now.opened_at], [before.id, 'CRISIS', before.opened_at]);
		assert.deepEqual((await entries(enrolment)).map((e) => [e.category, e.close_reason]), [['CRISIS', null], ['ADMITTED', 'ENTERED_IN_ERROR']]);
		assert.deepEqual(await intensity(enrolment), [{ level: 'BASIC', open: false }, { level: 'INTENSIVE', open: true }]);
		(await step(w, leader, `/board-entries/${now.id}`, { action: 'take_off' })).is(200);
	});

	test('after discharge: the card, the tasks, and the news of all of it', async () => {
		const { patient, enrolment } = await inTeam();
		const before = await card(enrolment);
		const { id, path } = await admitted(w, patient);
		await move(w, clinic, path, discharge);
		const headers = { 'if-match': (await w.api(clinic, 'GET', path)).etag };
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'annul', reason: 'Feil person' }, headers)).is(200);
		assert.deepEqual([(await card(enrolment)).id, (await tasksFor(w, id)).map((t) => t.state)], [before.id, ['CANCELLED', 'CANCELLED']]);
		assert.deepEqual((await entries(enrolment)).map((e) => [e.category, e.close_reason]), [['CRISIS', null], ['ADMITTED', 'ENTERED_IN_ERROR'], ['POST_DISCHARGE', 'ENTERED_IN_ERROR']]);
		const news = await w.sql(`select distinct entity from outbox where change = 'UPDATED' and request_id = (select request_id from outbox where entity_id = $1 order by seq desc limit 1) order by 1`, [id]);
		assert.deepEqual(news.map((n) => n.entity), ['admission', 'board_entry', 'task']);
		// the 21 days after a discharge that was none keep nobody
		(await step(w, leader, `/board-entries/${before.id}`, { action: 'take_off' })).is(200);
	});

	test('who was off the board is off it again', async () => {
		const { patient, enrolment } = await inTeam(null);
		const { path } = await admitted(w, patient);
		await move(w, clinic, path, { action: 'annul', reason: 'Feil person' });
		assert.deepEqual((await entries(enrolment)).map((e) => [e.category, e.close_reason]), [['ADMITTED', 'ENTERED_IN_ERROR']]);
		assert.deepEqual((await intensity(enrolment)).at(-1), { level: 'BASIC', open: true });
	});

	test('what people have done since stays: a moved card, a task that was done', async () => {
		const { patient, enrolment } = await inTeam();
		const { id, path } = await admitted(w, patient);
		await move(w, clinic, path, discharge);
		const [task] = (await w.api(team, 'GET', '/tasks?kind=POST_DISCHARGE_CONTACT&limit=200')).body.items.filter((t) => t.entity_id === id);
		await move(w, team, `/tasks/${task.id}`, { action: 'complete' });
		await move(w, leader, `/board-entries/${(await card(enrolment)).id}`, { action: 'change_category', category: 'AVOIDING', reason_code: 'AVOIDANCE' });
		await move(w, clinic, path, { action: 'annul', reason: 'Feil person' });
		assert.equal((await card(enrolment)).category, 'AVOIDING');
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state]), [['CRISIS_PLAN_REVIEW', 'CANCELLED'], ['POST_DISCHARGE_CONTACT', 'DONE']]);
		for (const e of await entries(enrolment)) (await w.api(team, 'GET', `/board-entries/${e.id}`)).is(200);
	});

	test('another stay that is true keeps the card', async () => {
		const { patient, enrolment } = await inTeam();
		const wrong = await admitted(w, patient, { level: 'SOMATIC' });
		await admitted(w, patient);
		await move(w, clinic, wrong.path, { action: 'annul', reason: 'Feil person' });
		assert.equal((await card(enrolment)).category, 'ADMITTED');
	});
});

describe('the team', () => {
	test('does not let go of someone who is in hospital', async () => {
		const { patient, enrolment } = await inTeam();
		await w.sql(`update enrolment set state = 'DISCHARGE_PLANNED', plan_reviewed_on = clock_today(), discharge_planned_on = clock_today() where id = $1`, [enrolment]);
		const { path } = await admitted(w, patient);
		const end = { action: 'discharge', outcome_round: 'DECLINED', next_responsible_agency_id: w.ids.agency['drammen-kommune'] };
		(await step(w, leader, `/enrolments/${enrolment}`, end)).is(409, 'patient_admitted');
		await move(w, clinic, path, { action: 'annul', reason: 'Feil person' });
		(await step(w, leader, `/enrolments/${enrolment}`, end)).is(200);
	});

	test('sees on the board which decisions must be looked at soon, who are health personnel', async () => {
		const { patient } = await inTeam();
		const soon = inDays(5);
		const row = async (who) => (await w.api(who, 'GET', `/units/${fact}/board`)).is(200).body.categories.flatMap((c) => c.entries).find((e) => e.patient_id === patient);
		assert.deepEqual((await row(team)).legal, []);
		const before = (await w.api(team, 'GET', `/units/${fact}/board`)).etag;
		const { id } = (await w.api(clinic, 'POST', '/coercion-decisions', { patient_id: patient, type: 'TPH_OUTPATIENT', decided_at: hoursAgo(1), decided_by: 'Overlege', lapses_at: soon })).is(201).body;
		(await w.api(team, 'GET', `/units/${fact}/board`, undefined, { 'if-none-match': before })).is(200);
		const [decision] = (await row(team)).legal;
		assert.deepEqual([decision.id, decision.type, decision.expiring], [id, 'TPH_OUTPATIENT', true]);
		assert.equal((await row('drammen-dps:tm-3')).legal, null, 'not for members who are not health personnel');
		assert.ok(!(await w.api(team, 'GET', `/units/${fact}/board?view=wall`)).is(200).text.includes('TPH_OUTPATIENT'));
		await move(w, clinic, `/coercion-decisions/${id}`, { action: 'end', reason: 'x' });
		assert.deepEqual((await row(team)).legal, []);
	});
});
