// The adviser at NAV: outside health care, so that everything needs the person's consent, and ends with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { nav } = people;
const mine = 'measure of nav';

test('hears nothing of referral, team or meeting', async () => {
	await p.to('met');
	await p.sees(nav, { referral: 404, patient: 404, enrolment: 404, contact: 404, responsibilities: 404 });
	assert.deepEqual(await p.waits(nav), []);
});

test('is asked for one measure, to which the person has consented', async () => {
	await p.to('planWritten');
	assert.deepEqual(await p.waits(nav), ['MEASURE_PROPOSED']);
	await p.sees(nav, { patient: 200, plan: 404, [mine]: 'STAND_ALONE', 'measure of drammen': 404, 'measure of team': 404 });
	const person = await p.get(nav, `/patients/${p.patient}`);
	assert.equal(person.projection ?? 'LIMITED', 'LIMITED');
	const measure = await p.get(nav, `/measures/${p.measures.nav.id}`);
	assert.deepEqual([measure.title, measure.plan_id], ['Avklare inntekt', undefined]);
	await p.to('measuresAccepted');
	assert.deepEqual([await p.waits(nav), await p.offered(nav, mine)], [[], ['start', 'discontinue', 'transfer_responsibility']]);
});

test('shares the plan for work, which is released to it, and no other', async () => {
	await p.to('assessed');
	await p.sees(nav, { work: 'FULL', plan: 404, crisis: 404, somatic: 403, board: 403, enrolment: 403, contact: 403, responsibilities: 403 });
	for (const list of ['assessments', 'somatic-assessments']) (await w.api(nav, 'GET', `/${list}?patient_id=${p.patient}`)).is(403, 'forbidden');
});

test('never learns of the hospital', async () => {
	for (const to of ['admitted', 'outOfHospital']) {
		await p.to(to);
		await p.sees(nav, { admission: 403 });
		assert.deepEqual(await p.waits(nav), []);
		(await w.api(nav, 'GET', `/admissions?patient_id=${p.patient}`)).is(403, 'forbidden');
	}
});

test('goes on after the team has left, until the person withdraws', async () => {
	await p.to('ended');
	assert.equal((await p.act(nav, `/measures/${p.measures.nav.id}`, { action: 'start' })).status, 'IN_PROGRESS');
	(await step(w, people.tm, `/consents/${p.release}`, { action: 'withdraw' })).is(200);
	await p.sees(nav, { patient: 403, work: 403, [mine]: 403 });
	assert.deepEqual((await p.get(nav, '/measures?limit=200')).items, []);
	assert.equal((await p.get(people.tm, `/plans/${p.work}`)).status, 'SUSPENDED', 'its sharing stands on that consent');
	assert.equal((await p.get(people.co, p.planPath)).status, 'ACTIVE');
});

test('the person sees what NAV was shown and what it was refused', () =>
	p.isLogged(nav, ['READ getPatient', 'READ getMeasure', 'READ getPlan', 'UPDATE transitionMeasure', 'DENIED getPatient', 'DENIED getResponsibilities']));
