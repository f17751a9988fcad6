// The clinician of the district psychiatric centre: one of the two levels, then the ward; the team's work is not theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { dps } = people;

test('nothing is known before the team calls the meeting', async () => {
	await p.to('referred');
	await p.sees(dps, { referral: 404, patient: 404 });
	assert.deepEqual(await p.waits(dps), []);
	await p.to('received');
	await p.sees(dps, { referral: 'INTAKE', patient: 200 });
	assert.deepEqual(await p.waits(dps), ['REFERRAL']);
});

test('one vote is not both', async () => {
	const accept = { action: 'accept' };
	const first = (await step(w, dps, `/referrals/${p.referral}`, accept)).is(200).body;
	assert.equal(first.status, 'UNDER_ASSESSMENT');
	assert.deepEqual(await p.waits(dps), [], 'it waits for the municipality now');
	assert.deepEqual(await p.waits(people.mh), ['REFERRAL']);
	(await step(w, dps, `/referrals/${p.referral}`, accept)).is(403, 'same_person');
	await p.act(people.mh, `/referrals/${p.referral}`, accept);
	p.taken.add('accepted');
	await p.to('enrolled');
	await p.sees(dps, { patient: 404, enrolment: 404 });
});

test('as one who serves the person too: the enrolment\'s status, the plans, not the board', async () => {
	await p.to('planWritten');
	assert.deepEqual(await p.waits(dps), ['MEASURE_PROPOSED']);
	await p.to('assessed');
	await p.sees(dps, { patient: 200, enrolment: 'STATUS', contact: 'FULL', board: 403, plan: 'FULL', crisis: 'FULL', work: 'STATUS', somatic: 200, 'measure of clinic': 'FULL' });
	(await w.api(dps, 'POST', '/somatic-assessments', { patient_id: p.patient, examined_on: await p.today() })).is(403, 'forbidden');
	(await w.api(dps, 'POST', '/board-entries', { patient_id: p.patient, category: 'CRISIS', reason_code: 'CRISIS' })).is(403, 'forbidden');
	assert.deepEqual(await p.has(dps), ['MEASURE']);
});

test('the ward takes the person in, says when they are ready, and lets them go once', async () => {
	await p.to('admitted');
	assert.deepEqual(await p.offered(dps, 'admission'), ['leave', 'ready', 'discharge', 'transfer_unit', 'annul']);
	(await w.api(dps, 'POST', '/admissions', { patient_id: p.patient, urgency: 'ACUTE', level: 'DPS_INPATIENT', institution: 'Drammen DPS', admitted_at: await p.now() })).is(409);
	(await w.api(dps, 'POST', `${p.admissionPath}/legal-periods`, { kind: 'VOLUNTARY' })).is(201);
	(await w.api(people.tl, 'POST', `${p.admissionPath}/legal-periods`, { kind: 'OBSERVATION' })).is(403, 'forbidden');
	await p.to('outOfHospital');
	const stay = await p.get(dps, p.admissionPath);
	assert.deepEqual([stay.status, stay.nights.gross], ['DISCHARGED', 6]);
	(await step(w, dps, p.admissionPath, { action: 'leave' })).is(409, 'invalid_transition');
	assert.deepEqual(await p.waits(dps), [], 'the follow-up is the team\'s');
});

test('an unplanned end would take the clinician and the leader; the planned one does not', async () => {
	assert.deepEqual(await p.offered(dps, 'enrolment'), ['discharge_unplanned']);
	await p.to('ended');
	assert.deepEqual(await p.offered(dps, 'enrolment'), []);
	await p.sees(dps, { enrolment: 'STATUS', 'measure of clinic': 'FULL', 'measure of team': 'FULL' });
});

test('the person sees the vote, the stay, and that they were looked for before', () =>
	p.isLogged(dps, ['UPDATE transitionReferral', 'CREATE createAdmission', 'UPDATE transitionAdmission', 'READ getPlan', 'DENIED getPatient']));
