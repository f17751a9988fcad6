// The coordinator: appointed to one plan, sees what the plan needs and nothing besides it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { co, cu, tm } = people;

test('is nobody to the person before a plan is asked for', async () => {
	await p.to('met');
	await p.sees(co, { referral: 403, patient: 404, enrolment: 404, contact: 404 });
	(await w.api(co, 'POST', '/plans', { kind: 'IP', patient_id: p.patient })).is(422, 'unknown_reference');
});

test('what is asked for waits for the coordinating unit, which appoints the coordinator', async () => {
	p.plan = (await p.post(tm, '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: p.patient })).id;
	p.planPath = `/plans/${p.plan}`;
	assert.deepEqual(await p.waits(cu), ['PLAN_REQUESTED']);
	(await step(w, cu, p.planPath, { action: 'accept_offer' })).is(409, 'invalid_transition');
	await p.act(cu, p.planPath, { action: 'offer', explained: 'Hva en plan er' });
	assert.deepEqual(await p.waits(cu), []);
	const coordinator = { staff_id: w.ids.staff[co], unit_id: w.ids.unit['drammen-kommune:koordinering'] };
	await p.act(cu, p.planPath, { action: 'accept_offer', coordinator });
	for (const done of ['onBoard', 'planBegun']) p.taken.add(done);
	await p.sees(co, { patient: 200, enrolment: 'STATUS', contact: 'STATUS', plan: 'FULL' });
	assert.deepEqual(await p.has(co), ['COORDINATOR']);
});

test('a plan with parts missing is not laid before the person', async () => {
	(await step(w, co, p.planPath, { action: 'submit' })).is(422, 'plan_incomplete');
	await p.to('planWritten');
	await p.sees(co, { 'measure of team': 'FULL', 'measure of nav': 'FULL', 'measure of lier': 'FULL' });
	assert.deepEqual(await p.offered(co, 'measure of nav'), ['withdraw']);
	(await step(w, co, `/measures/${p.measures.nav.id}`, { action: 'accept', responsible_staff_id: w.ids.staff[co], start_on: await p.today() })).is(403, 'forbidden_action');
});

test('the person decides, and the plan binds those who have accepted', async () => {
	await p.to('measuresAccepted');
	await p.act(co, p.planPath, { action: 'submit' });
	(await step(w, people.dps, p.planPath, { action: 'approve', form: 'ORAL', witness: 'Nabo' })).is(403, 'forbidden_action');
	await p.act('citizen:pt-1', p.planPath, { action: 'approve' });
	p.taken.add('planInForce');
	const { is_complete, is_valid, is_binding } = await p.get(co, `${p.planPath}/completeness`);
	assert.deepEqual([(await p.get(co, p.planPath)).status, is_complete, is_valid, is_binding], ['ACTIVE', true, true, true]);
});

test('the other plans, the body, the board and the coercion are not the coordinator\'s', async () => {
	await p.to('admitted');
	await p.sees(co, { crisis: 404, work: 404, somatic: 403, admission: 200 });
	(await w.api(co, 'GET', `${p.admissionPath}/legal-periods`)).is(403, 'forbidden');
	(await w.api(co, 'GET', `/board-entries?patient_id=${p.patient}`)).is(403, 'forbidden');
	const stay = await p.get(co, p.admissionPath);
	assert.equal(stay.ward, undefined, 'that they are in hospital, not where');
	await p.act(people.dps, p.admissionPath, { action: 'ready' });
	assert.deepEqual(await p.waits(co), ['READY_FOR_DISCHARGE']);
	await p.act(people.dps, p.admissionPath, { action: 'not_ready', reason: 'Forverret' });
});

test('coordinates on when the team has left', async () => {
	await p.to('ended');
	const plan = await p.get(co, p.planPath);
	assert.equal(plan.status, 'ACTIVE');
	assert.deepEqual(await p.has(co), ['COORDINATOR']);
	(await step(w, co, p.planPath, { action: 'open_review' })).is(200);
	(await step(w, co, p.planPath, { action: 'end', reason: 'x' })).is(409, 'measures_open');
});

test('the person sees it', () =>
	p.isLogged(co, ['DENIED getPatient', 'READ getPlan', 'UPDATE updatePlan', 'CREATE createMeasure', 'UPDATE transitionPlan']));
