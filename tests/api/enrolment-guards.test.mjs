// What an enrolment asks of the other rooms: attempts, the board, measures.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, handover, step } from './concern-steps.mjs';
import { enrolled, leader, member, municipal } from './intake-steps.mjs';
import { measureFor, people, relate, wholeDraft } from './plan-steps.mjs';

const w = await world();
const psychologist = 'drammen-dps:tm-2';
const kommune = w.ids.agency['drammen-kommune'];
const read = async (who, path) => (await w.api(who, 'GET', path)).is(200).body;
const forward = (ahead) => w.api('drammen-kommune:sa-1', 'POST', '/sandbox/clock', { ahead }).then((r) => r.is(200).body.now);
const day = async (days) => (await w.sql('select (clock_today() + $1::int)::text as day', [days]))[0].day;
const next = { reason: 'Kommunen følger opp', next_responsible_agency_id: kommune };

// A home visit by the team, now.
async function visit(e, outcome) {
	const [{ now }] = await w.sql('select clock_now() as now');
	return (await w.api(member, 'POST', '/contacts', { patient_id: e.patient, mode: 'FACE_TO_FACE', place: 'HOME', outcome, started_at: now.toISOString(), ...(outcome === 'HELD' ? { minutes: 30 } : {}) })).is(201);
}

async function attempts(e, n, everyDays) {
	for (let i = 0; i < n; i++) {
		await visit(e, i % 2 ? 'NOT_HOME' : 'DECLINED_AT_DOOR');
		await forward(`P${everyDays}D`);
	}
}

async function met() {
	const e = await enrolled(w);
	await act(w, member, e.path, { action: 'start_outreach' });
	await visit(e, 'HELD');
	return e;
}

describe('the board and the first contact', () => {
	test('outreach puts the person on the board, and only the board makes it intensive', async () => {
		const e = await enrolled(w);
		assert.equal((await read(leader, e.path)).intensity, 'BASIC');
		assert.equal((await act(w, member, e.path, { action: 'start_outreach' })).intensity, 'INTENSIVE');
		await visit(e, 'NOT_HOME');
		assert.equal((await read(leader, e.path)).status, 'ENGAGING', 'an attempt is no contact');
		await visit(e, 'HELD');
		assert.equal((await read(leader, e.path)).status, 'ACTIVE');
		await w.sql("select board_close($1, 'STABLE')", [e.id]);
		assert.equal((await read(leader, e.path)).intensity, 'BASIC');
	});

	test('whoever leaves the team leaves the board', async () => {
		const e = await met();
		await act(w, member, e.path, { action: 'register_death', deceased_on: await day(0) });
		assert.deepEqual((await w.sql('select state, close_reason from board_entry where enrolment_id = $1', [e.id])), [{ state: 'OFF_BOARD', close_reason: 'DECEASED' }]);
	});
});

describe('giving up', () => {
	const giveUp = { action: 'give_up', ...next };

	test('needs twelve documented attempts over ninety days, and two people', async () => {
		const e = await enrolled(w);
		await act(w, member, e.path, { action: 'start_outreach' });
		(await step(w, leader, e.path, giveUp)).is(422, 'attempts_missing');
		assert.deepEqual((await read(leader, e.path)).attempts, { count: 0, days: 0 });
		await attempts(e, 11, 9);
		assert.match((await step(w, leader, e.path, giveUp)).is(422, 'attempts_missing', 'eleven').body.errors[0].detail, /^11 attempts over 90 days/);
		assert.deepEqual((await read(leader, e.path)).attempts, { count: 11, days: 90 }, 'who asks sees how many are missing');
		await visit(e, 'NOT_HOME');
		assert.ok((await read(leader, e.path)).actions.includes('give_up'));
		const first = await act(w, psychologist, e.path, giveUp);
		assert.deepEqual([first.status, first.pending_action.voice], ['ENGAGING', 'specialist']);
		const done = await act(w, leader, e.path, giveUp);
		assert.deepEqual([done.status, done.end_reason, done.next_responsible_agency.id, done.intensity], ['NEVER_ENGAGED', 'NOT_REACHED', kommune, undefined]);
	});

	test('twelve in a month are too early', async () => {
		const e = await enrolled(w);
		await act(w, member, e.path, { action: 'start_outreach' });
		await attempts(e, 13, 2);
		(await step(w, leader, e.path, giveUp)).is(422, 'attempts_missing');
	});
});

describe('contact is lost', () => {
	const lost = { action: 'discharge_unplanned', end_reason: 'LOST_CONTACT', ...next };

	test('after ninety days of attempts, twenty-eight of them as avoiding on the board', async () => {
		const e = await met();
		(await step(w, leader, e.path, lost)).is(422, 'contact_not_lost');
		await forward('P1D');
		await attempts(e, 4, 30);
		(await step(w, leader, e.path, lost)).is(422, 'contact_not_lost', 'never avoiding on the board');
		await w.sql("select board_move($1, 'AVOIDING', 'AVOIDANCE', null)", [e.id]);
		await forward('P27D');
		(await step(w, leader, e.path, lost)).is(422, 'contact_not_lost');
		await forward('P1D');
		await act(w, leader, e.path, lost);
		assert.equal((await act(w, psychologist, e.path, lost)).end_reason, 'LOST_CONTACT');
	});

	test('not by the board alone', async () => {
		const e = await met();
		await w.sql("select board_move($1, 'AVOIDING', 'AVOIDANCE', null)", [e.id]);
		await forward('P100D');
		await visit(e, 'NOT_HOME');
		(await step(w, leader, e.path, lost)).is(422, 'contact_not_lost');
	});
});

describe('measures stand in the way of a planned end', () => {
	const plan = async () => ({ action: 'plan_discharge', plan_reviewed_on: await day(0), discharge_on: await day(60) });
	const end = { action: 'discharge', outcome_round: 'DECLINED', ...next };

	// An enrolment, and a measure that the team has accepted: { e, path of the measure }.
	async function withMeasure() {
		const e = await met();
		await relate(w, e.patient, 'drammen-kommune:koordinering');
		await relate(w, e.patient, 'drammen-kommune:mottak');
		const { id } = await wholeDraft(w, e.patient);
		const made = (await w.api(people.co, 'POST', '/measures', measureFor(w, id, 'drammen-dps:fact'))).is(201).body;
		await act(w, member, `/measures/${made.id}`, { action: 'accept', responsible_staff_id: w.ids.staff[member], start_on: await day(0) });
		return { e, path: `/measures/${made.id}` };
	}

	test('until each is offered, and then accepted by who takes it over', async () => {
		const { e, path } = await withMeasure();
		const names = (answer) => assert.deepEqual(answer.body.errors.map((f) => f.detail), [`measure ${path.split('/').pop()} is ACCEPTED`], 'says which');
		names((await step(w, leader, e.path, await plan())).is(422, 'measures_not_offered'));
		const offered = await act(w, member, path, { action: 'transfer_responsibility', target_unit_id: w.ids.unit['drammen-kommune:mottak'], reason: 'Teamet slutter', legal_basis: 'HPL_COOPERATING' });
		assert.equal(offered.status, 'ACCEPTED');
		await act(w, leader, e.path, await plan());
		names((await step(w, leader, e.path, end)).is(409, 'measures_open'));
		const [{ id }] = await w.sql("select id from handover where entity = 'measure' and state = 'OFFERED' and patient_id = $1", [e.patient]);
		(await handover(w, municipal, id, { action: 'accept' })).is(200);
		assert.equal((await act(w, leader, e.path, end)).status, 'DISCHARGED');
	});

	test('or until it has ended', async () => {
		const { e, path } = await withMeasure();
		await act(w, member, path, { action: 'start' });
		(await step(w, leader, e.path, await plan())).is(422, 'measures_not_offered');
		await act(w, member, path, { action: 'discontinue', reason: 'Ikke nødvendig lenger' });
		await act(w, leader, e.path, await plan());
		assert.equal((await act(w, leader, e.path, end)).status, 'DISCHARGED');
	});
});
