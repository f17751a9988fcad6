// The general practitioner: refers, hears what became of it, examines the body, and follows from a distance.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { gp } = people;

test('follows the own referral, without what the intake writes', async () => {
	for (const [to, status] of [['referred', 'SENT'], ['received', 'UNDER_ASSESSMENT'], ['accepted', 'ACCEPTED'], ['enrolled', 'ENROLLED']]) {
		await p.to(to);
		await p.sees(gp, { referral: 'REFERRER', patient: 404 });
		const referral = await p.get(gp, `/referrals/${p.referral}`);
		assert.deepEqual([referral.status, referral.pending_decision], [status, undefined]);
	}
	(await step(w, gp, `/referrals/${p.referral}`, { action: 'withdraw', reason: 'x' })).is(409, 'invalid_transition');
	assert.deepEqual(await p.waits(gp), []);
});

test('as the person\'s doctor: status of enrolment and contacts, nothing of the board', async () => {
	await p.to('onBoard');
	await p.sees(gp, { patient: 200, enrolment: 'STATUS', contact: 'STATUS', board: 403 });
	assert.equal((await p.get(gp, p.enrolmentPath)).main_contact, undefined);
	assert.ok((await p.get(gp, p.places().responsibilities)).items.some((i) => i.kind === 'GP' && i.unit.id === w.ids.unit['fastlege-demo:kontor']));
});

test('takes no part in the individual plan, reads the crisis plan, knows that there is one for work', async () => {
	await p.to('workPlan');
	await p.sees(gp, { plan: 404, 'measure of team': 404, 'measure of drammen': 404, crisis: 'FULL', work: 'STATUS' });
	(await w.api(gp, 'POST', '/plans', { kind: 'CRISIS', patient_id: p.patient })).is(403, 'forbidden');
});

test('examines the body once a year', async () => {
	await p.to('examined');
	const seen = await p.get(people.tm, `/somatic-assessments/${p.somatic}`);
	assert.deepEqual([seen.bmi, seen.recorded_by ?? w.ids.staff[gp]], [28.1, w.ids.staff[gp]]);
	(await w.change(gp, 'PATCH', `/somatic-assessments/${p.somatic}`, { weight_kg: 91, correction_reason: 'Skrivefeil' })).is(200);
	(await w.api(gp, 'POST', '/assessments', { patient_id: p.patient, instrument_code: 'GAF_S', occasion: 'EXTRA', assessed_on: await p.today(), rater_staff_id: w.ids.staff[gp], items: { GAF_S: 50 } })).is(403, 'forbidden');
});

test('knows of the stay and its end; the follow-up is others\'', async () => {
	await p.to('admitted');
	await p.sees(gp, { admission: 200 });
	(await step(w, gp, p.admissionPath, { action: 'discharge', disposition: 'HOME', discharge_meeting_held: true, crisis_plan_reviewed: false, team_informed: true })).is(403);
	await p.to('outOfHospital');
	assert.equal((await p.get(gp, p.admissionPath)).status, 'DISCHARGED');
	assert.deepEqual(await p.waits(gp), []);
});

test('is still the doctor when the team has gone', async () => {
	await p.to('ended');
	const { items } = await p.get(gp, p.places().responsibilities);
	assert.deepEqual([items.some((i) => i.kind === 'TEAM'), items.some((i) => i.kind === 'GP')], [false, true]);
	assert.equal((await p.get(gp, p.enrolmentPath)).status, 'DISCHARGED');
});

test('the person sees it', () =>
	p.isLogged(gp, ['CREATE createReferral', 'READ getReferral', 'CREATE createSomaticAssessment', 'READ getAdmission', 'DENIED getPatient']));
