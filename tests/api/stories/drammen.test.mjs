// The municipal worker in Drammen: the other level at intake, the home visits of the plan, and the way home from hospital.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { mh } = people;

test('votes for the municipality', async () => {
	await p.to('received');
	assert.deepEqual(await p.waits(mh), ['REFERRAL']);
	(await step(w, mh, `/referrals/${p.referral}`, { action: 'reject', reason: 'x', next_responsible_agency_id: w.ids.agency['nav-drammen'] })).is(422, 'unknown_reference');
	await p.to('accepted');
	assert.deepEqual(await p.waits(mh), []);
	assert.equal((await p.get(mh, `/referrals/${p.referral}`)).status, 'ACCEPTED');
});

test('serves the person beside the team, and sees that it does', async () => {
	await p.to('enrolled');
	await p.sees(mh, { patient: 404, enrolment: 404 });
	await p.to('met');
	await p.sees(mh, { patient: 200, enrolment: 'FULL', contact: 'FULL' });
	assert.deepEqual(await p.offered(mh, 'enrolment'), []);
	(await step(w, mh, p.enrolmentPath, { action: 'pause', pause_reason: 'LONG_STAY_ELSEWHERE', review_on: await p.today(30) })).is(403);
});

test('answers for the measure of its own agency, and for no other', async () => {
	await p.to('planWritten');
	assert.deepEqual(await p.waits(mh), ['MEASURE_PROPOSED']);
	await p.sees(mh, { plan: 404, 'measure of drammen': 'STAND_ALONE', 'measure of nav': 'STAND_ALONE' });
	const accept = { action: 'accept', responsible_staff_id: w.ids.staff[mh], start_on: await p.today() };
	for (const party of ['nav', 'lier', 'team']) (await step(w, mh, `/measures/${p.measures[party].id}`, accept)).is(403, 'forbidden_action');
	await p.to('measuresAccepted');
	assert.deepEqual(await p.waits(mh), []);
	assert.deepEqual(await p.has(mh), ['MEASURE']);
	assert.equal((await p.act(mh, `/measures/${p.measures.drammen.id}`, { action: 'start' })).status, 'IN_PROGRESS');
});

test('reads the crisis plan, and may write about body and life but not about the mind', async () => {
	await p.to('assessed');
	await p.sees(mh, { crisis: 'FULL', work: 'FULL', somatic: 200, board: 403 });
	(await w.api(mh, 'POST', '/life-situations', { patient_id: p.patient, observed_on: await p.today(), ratings: [{ domain: 'HOUSING', staff_level: 3 }] })).is(201);
	(await w.api(mh, 'POST', '/assessments', { patient_id: p.patient, instrument_code: 'GAF_S', occasion: 'EXTRA', assessed_on: await p.today(), rater_staff_id: w.ids.staff[mh], items: { GAF_S: 50 } })).is(403, 'forbidden');
});

test('is told who is ready to come home, until they have', async () => {
	await p.to('admitted');
	await p.sees(mh, { admission: 200 });
	assert.deepEqual(await p.offered(mh, 'admission'), []);
	await p.act(people.dps, p.admissionPath, { action: 'ready' });
	assert.deepEqual(await p.waits(mh), ['READY_FOR_DISCHARGE']);
	await p.act(people.dps, p.admissionPath, { action: 'not_ready', reason: 'Forverret' });
	assert.deepEqual(await p.waits(mh), []);
	await p.to('outOfHospital');
	assert.deepEqual(await p.waits(mh), []);
});

test('keeps its measure when the team leaves', async () => {
	await p.to('ended');
	await p.sees(mh, { enrolment: 'FULL', 'measure of drammen': 'STAND_ALONE' });
	assert.deepEqual(await p.has(mh), ['MEASURE']);
	assert.deepEqual(await p.waits(mh), [], 'Lier is responsible from now on');
});

test('the person sees it all', () =>
	p.isLogged(mh, ['UPDATE transitionReferral', 'UPDATE transitionMeasure', 'CREATE createLifeSituation', 'READ getAdmission', 'DENIED getPatient']));
