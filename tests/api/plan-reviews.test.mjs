// When a plan is to be looked at: as agreed, a treatment plan every three months while the person is followed up
// intensively; and what a planned discharge says of it must have been.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { inTeam } from './lib/in-team.mjs';
import { act, begin, consent, contents, people, step, write } from './plan-steps.mjs';

const w = await world();
const { tm, tl } = people;
const ahead = async (days) => (await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: `P${days}D` })).is(200).body.jobs;
const dayOf = async (days) => (await w.sql('select (clock_today() + $1::int)::text as day', [days]))[0].day;

// In force, agreed for as long as it may last.
async function inForce(kind, patient, next_review_on) {
	const plan = await begin(w, tm, { kind, patient_id: patient, next_review_on, ...contents[kind] });
	if (kind === 'TREATMENT') (await w.api(tm, 'POST', `${plan.path}/goals`, { words: 'Jeg vil sove', domain: 'MENTAL' })).is(201);
	await write(w, tm, plan.path, { consent_id: await consent(w, patient) });
	await act(w, tm, plan.path, { action: 'submit' });
	await act(w, tm, plan.path, { action: 'approve', form: 'WRITTEN', document_ref: 'DIPS 1' });
	return plan;
}

const read = async (plan) => (await w.api(tm, 'GET', plan.path)).is(200).body;
const place = async (patient) => (await w.api(tm, 'POST', '/board-entries', { patient_id: patient, category: 'INTENSIVE_LONG', reason_code: 'EARLY_SIGNS' })).is(201).body;

test('a treatment plan is due sooner while the person stands on the board, another plan is not', async () => {
	const [{ patient }, { patient: calm }] = [await inTeam(w), await inTeam(w)];
	const agreed = await dayOf(175);
	const [treatment, crisis, other] = [await inForce('TREATMENT', patient, agreed), await inForce('CRISIS', patient, agreed), await inForce('TREATMENT', calm, agreed)];
	assert.deepEqual([(await read(treatment)).review_due_on, (await read(other)).review_due_on], [agreed, agreed]);
	await ahead(20);
	const entry = await place(patient);
	const [{ due }] = await w.sql("select (clock_today() + interval '3 months')::date::text as due");
	assert.deepEqual([(await read(treatment)).review_due_on, (await read(crisis)).review_due_on, (await read(other)).review_due_on], [due, agreed, agreed]);
	assert.equal((await read(treatment)).next_review_on, agreed);
	await ahead(85);
	assert.equal((await read(treatment)).status, 'ACTIVE');
	await ahead(10);
	assert.deepEqual([(await read(treatment)).status, (await read(crisis)).status, (await read(other)).status], ['UNDER_REVIEW', 'ACTIVE', 'ACTIVE']);
	const [task] = await w.sql("select title, state, assignee_staff_id from task where entity_id = $1 and kind = 'PLAN_REVIEW'", [treatment.id]);
	assert.deepEqual([task.state, task.assignee_staff_id], ['OPEN', w.ids.staff[tm]]);
	await act(w, tm, treatment.path, { action: 'no_change', next_review_on: agreed });
	assert.deepEqual(await w.sql("select state from task where entity_id = $1 and kind = 'PLAN_REVIEW'", [treatment.id]), [{ state: 'DONE' }]);
	const [{ next }] = await w.sql("select least($1::date, (clock_today() + interval '3 months')::date)::text as next", [agreed]);
	assert.equal((await read(treatment)).review_due_on, next);
	await act(w, tl, `/board-entries/${entry.id}`, { action: 'take_off' });
	assert.equal((await read(treatment)).review_due_on, agreed);
});

test('the team hears of it when nobody has looked at it in time', async () => {
	const { patient } = await inTeam(w);
	const plan = await inForce('TREATMENT', patient, await dayOf(175));
	await place(patient);
	const duty = async () => (await w.api(tl, 'GET', `/plan-duties?patient_id=${patient}&kind=TREATMENT`)).is(200).body.items;
	await ahead(100);
	assert.deepEqual(await duty(), [], 'a month of grace');
	await ahead(30);
	assert.deepEqual((await duty()).map((d) => d.rule), ['REVIEW_LATE']);
	assert.equal((await w.api(tm, 'GET', `${plan.path}/completeness`)).is(200).body.is_valid, false);
});

test('a planned discharge names a day on which a plan was looked at with the person there', async () => {
	const { patient, enrolment } = await inTeam(w);
	const path = `/enrolments/${enrolment}`;
	const plan = async (day) => step(w, tl, path, { action: 'plan_discharge', plan_reviewed_on: day, discharge_on: await dayOf(30) });
	const crisis = await inForce('CRISIS', patient, await dayOf(60));
	const today = await dayOf(0);
	assert.deepEqual((await plan(today)).is(422, 'invalid_value').pointers(), ['/plan_reviewed_on']);
	const review = async (there) => (await w.api(tm, 'POST', `${crisis.path}/reviews`, { patient_present: there, decisions: 'Vi runder av', next_review_on: await dayOf(60) })).is(201);
	await review(false);
	(await plan(today)).is(422, 'invalid_value');
	await review(true);
	assert.equal((await plan(today)).is(200).body.plan_reviewed_on, today);
	const none = await inTeam(w);
	(await step(w, tl, `/enrolments/${none.enrolment}`, { action: 'plan_discharge', plan_reviewed_on: today, discharge_on: await dayOf(30) })).is(200);
});
