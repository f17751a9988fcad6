// The team leader: calls both levels in, starts the team's work, and does not end it before others have taken over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { tl } = people;

test('a referral waits; the leader receives it but does not decide it', async () => {
	await p.to('referred');
	assert.deepEqual(await p.waits(tl), ['REFERRAL']);
	await p.sees(tl, { referral: 'INTAKE', patient: 404 });
	await p.to('received');
	assert.deepEqual(await p.waits(tl), ['REFERRAL'], 'the two levels have not decided');
	(await step(w, tl, `/referrals/${p.referral}`, { action: 'accept' })).is(403, 'forbidden_action');
	(await step(w, tl, `/referrals/${p.referral}`, { action: 'enrol', main_contact_id: w.ids.staff[people.tm], substitute_id: w.ids.staff['drammen-dps:tm-2'] })).is(409, 'invalid_transition');
});

test('accepted by both levels it waits again, to be started', async () => {
	await p.to('accepted');
	assert.deepEqual(await p.waits(tl), ['REFERRAL']);
	await p.to('enrolled');
	assert.deepEqual(await p.waits(tl), ['MINOR_CHILDREN']);
	await p.to('registered');
	assert.deepEqual(await p.waits(tl), [], 'there are no children');
	assert.deepEqual(await p.offered(tl, 'enrolment'), ['start_outreach', 'register_death']);
});

test('outreach puts the person on the board, and a meeting at home makes them active', async () => {
	await p.to('outreach');
	assert.equal(await p.card(), 'NEW');
	await p.to('onBoard');
	const enrolment = await p.get(tl, p.enrolmentPath);
	assert.deepEqual([enrolment.status, enrolment.intensity, await p.card()], ['ACTIVE', 'INTENSIVE', 'INTENSIVE_LONG']);
	const board = await p.get(tl, `/units/${w.ids.unit['drammen-dps:fact']}/board`);
	assert.ok(JSON.stringify(board).includes(p.patient));
});

test('the leader reads all plans and writes none of them', async () => {
	await p.to('planWritten');
	assert.deepEqual(await p.waits(tl), ['MEASURE_PROPOSED']);
	await p.to('assessed');
	await p.sees(tl, { plan: 'FULL', crisis: 'FULL', work: 'FULL', somatic: 200, 'measure of nav': 'FULL', contact: 'FULL' });
	(await w.change(tl, 'PATCH', p.planPath, { next_review_on: '2030-01-01' })).is([403, 409]);
});

test('an admission moves the card, and the team has seven days after it', async () => {
	await p.to('admitted');
	assert.equal(await p.card(), 'ADMITTED');
	const leave = { action: 'discharge_unplanned', end_reason: 'PATIENT_DECLINES', reason: 'x', next_responsible_agency_id: w.ids.agency['drammen-kommune'] };
	(await step(w, tl, p.enrolmentPath, leave)).is(409, 'patient_admitted');
	await p.to('outOfHospital');
	assert.equal(await p.card(), 'POST_DISCHARGE');
	assert.deepEqual(await p.waits(tl), ['CRISIS_PLAN_REVIEW', 'POST_DISCHARGE_CONTACT']);
	await p.to('followedUp');
	assert.deepEqual(await p.waits(tl), []);
});

test('nothing ends before the measures are taken over and the outcomes measured', async () => {
	const planned = async () => step(w, tl, p.enrolmentPath, { action: 'plan_discharge', plan_reviewed_on: await p.today(), discharge_on: await p.today(14) });
	(await planned()).is(422, 'measures_not_offered');
	await p.to('endPlanned');
	const end = { action: 'discharge', outcome_round: 'DONE', next_responsible_agency_id: w.ids.agency['lier-kommune'] };
	(await step(w, tl, p.enrolmentPath, end)).is(409, 'measures_open');
	await p.to('takenOver');
	const { items } = await p.get(tl, `/assessments?patient_id=${p.patient}&limit=200`);
	const last = items.find((a) => a.occasion === 'DISCHARGE' && a.instrument_code === 'HONOS');
	(await w.change(tl, 'PATCH', `/assessments/${last.id}`, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200);
	assert.deepEqual((await step(w, tl, p.enrolmentPath, end)).is(422, 'invalid_value').pointers(), ['/outcome_round']);
	await p.measured('DISCHARGE', ['HONOS']);
	await p.to('ended');
	const ended = await p.get(tl, p.enrolmentPath);
	assert.deepEqual([ended.status, ended.outcome_round, ended.next_responsible_agency.name, await p.card()], ['DISCHARGED', 'DONE', 'Lier kommune', undefined]);
	await p.forward('P1D');
	assert.deepEqual(await p.waits(tl), [], 'nothing is left behind');
	(await step(w, tl, p.enrolmentPath, { action: 'cancel_discharge' })).is(409, 'invalid_transition');
});

test('the person sees what the leader has done', () =>
	p.isLogged(tl, ['UPDATE transitionReferral', 'UPDATE transitionEnrolment', 'READ getBoard', 'DENIED getPatient']));
