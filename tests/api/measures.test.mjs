// Measures: a duty of one agency once it has accepted; what stands alone for who may not see the plan.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { act, active, measureFor, people, person, releaseTo, relate, soon, step, takePart, wholeDraft, withdraw } from './plan-steps.mjs';

const w = await world();
const { co, tm, tl, dps, mh, nav, ho, gp, ko, lier } = people;
const pt = 'citizen:pt-1';
const accept = (who) => ({ action: 'accept', responsible_staff_id: w.ids.staff[who], start_on: soon });
const propose = (who, plan, unit, members) => w.api(who, 'POST', '/measures', measureFor(w, plan.id, unit, members));
const at = (m) => `/measures/${m.id}`;

describe('proposing', () => {
	test('gives the agency ten working days, and its unit a relation to the person', async () => {
		const plan = await wholeDraft(w, await person(w));
		const m = (await propose(co, plan, 'lier-kommune:mottak')).is(201).body;
		assert.deepEqual([m.status, m.projection, m.overdue, m.responsible_agency_id, m.proposed_by], ['PROPOSED', 'FULL', false, w.ids.agency['lier-kommune'], w.ids.staff[co]]);
		const [deadline] = await w.sql('select code, due_at, working_day_add(clock_today(), 10) + 1 = (due_at at time zone \'Europe/Oslo\')::date as ten from deadline where entity_id = $1', [m.id]);
		assert.deepEqual([deadline.code, deadline.ten], ['MEASURE_ACCEPT', true]);
		const seen = (await w.api(lier, 'GET', at(m))).is(200).body;
		assert.equal(seen.projection, 'STAND_ALONE');
		(await w.api(lier, 'GET', plan.path)).is(404);
		const [waits] = (await w.api(lier, 'GET', '/inbox?kind=MEASURE_PROPOSED')).is(200).body.items.filter((i) => i.id === m.id);
		assert.deepEqual([waits.href, waits.due_at], [`/api/v1/measures/${m.id}`, m.accept_due_at]);
		await act(w, co, at(m), { action: 'withdraw' });
		(await w.api(lier, 'GET', at(m))).is(404);
	});

	test('is for those who take part in the plan and the person; the plan must be written or in force', async () => {
		const plan = await wholeDraft(w, await person(w));
		(await propose(tm, plan, 'drammen-dps:poliklinikk')).is(201);
		const outside = (await propose(dps, plan, 'drammen-dps:poliklinikk')).is(422, 'unknown_reference');
		const nowhere = (await propose(dps, { id: anyId() }, 'drammen-dps:poliklinikk')).is(422, 'unknown_reference');
		assert.deepEqual(outside.body.errors, nowhere.body.errors);
		(await propose(mh, plan, 'drammen-kommune:mottak')).is(422, 'unknown_reference');
		(await propose(ko, plan, 'drammen-kommune:mottak')).is(403, 'forbidden');
		await act(w, co, plan.path, { action: 'cancel' });
		const asked = (await w.api(co, 'POST', '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: plan.body.patient_id })).is(201).body;
		(await propose(co, asked, 'drammen-kommune:mottak')).is(409, 'plan_not_in_force');
	});

	test('names a unit, goals of the plan, and NAV with the person\'s consent alone', async () => {
		const patient = await person(w);
		const plan = await wholeDraft(w, patient);
		(await w.api(co, 'POST', '/measures', { ...measureFor(w, plan.id, 'drammen-kommune:mottak'), responsible_unit_id: anyId() })).is(422, 'unknown_reference');
		(await propose(co, plan, 'drammen-kommune:mottak', { goal_ids: [anyId()] })).is(422, 'unknown_reference');
		(await propose(co, plan, 'drammen-kommune:mottak', { depends_on_id: anyId() })).is(422, 'unknown_reference');
		(await propose(co, plan, 'drammen-kommune:mottak', { start_on: soon, end_on: '2020-01-01' })).is(422, 'invalid_value');
		assert.deepEqual((await propose(co, plan, 'nav-drammen:kontor')).is(422, 'missing_fact').pointers(), ['/responsible_unit_id']);
		await releaseTo(w, patient, 'nav-drammen', ['MEASURES']);
		assert.deepEqual((await propose(co, plan, 'nav-drammen:kontor', { goal_ids: [plan.goal.id] })).is(201).body.goal_ids, [plan.goal.id]);
	});

	test('the person proposes too, and takes it back', async () => {
		const plan = await wholeDraft(w, await person(w, { national_id: '01819012365' }));
		const m = (await propose(pt, plan, 'drammen-kommune:mottak')).is(201).body;
		assert.equal(m.proposed_by, undefined);
		assert.deepEqual(m.actions, ['withdraw']);
		assert.equal((await w.change(pt, 'PATCH', at(m), { extent: '1 gang' })).is(200).body.extent, '1 gang');
		assert.equal((await act(w, pt, at(m), { action: 'withdraw' })).status, 'WITHDRAWN');
		(await w.change(pt, 'PATCH', at(m), { extent: '2 ganger' })).is(409, 'conflict');
		assert.ok((await w.api(pt, 'GET', '/measures?limit=200')).is(200).body.items.some((i) => i.id === m.id));
		(await w.api('citizen:re-1', 'POST', '/measures', measureFor(w, plan.id, 'drammen-kommune:mottak'))).is([403, 422]);
		await act(w, co, plan.path, { action: 'cancel' });
	});
});

describe('the agency\'s answer', () => {
	test('accepting names who and from when; then it is carried out, waits, and is evaluated', async () => {
		const plan = await active(w, await person(w));
		const m = plan.measure;
		(await step(w, tm, at(m), accept(mh))).is(403, 'forbidden_action');
		(await step(w, mh, at(m), { action: 'accept', start_on: soon })).is(422, 'invalid_body');
		(await step(w, mh, at(m), { ...accept(mh), responsible_staff_id: w.ids.staff[tm] })).is(422, 'unknown_reference');
		const taken = await act(w, mh, at(m), { ...accept(mh), decision: { reference: 'Vedtak 7', date: '2026-03-01' } });
		assert.deepEqual([taken.status, taken.responsible_staff_id, taken.start_on], ['ACCEPTED', w.ids.staff[mh], soon]);
		assert.equal((await w.sql('select state from deadline where entity_id = $1', [m.id]))[0].state, 'MET');
		const whole = (await w.api(co, 'GET', at(m))).body;
		assert.deepEqual([whole.legal_decision.reference, whole.responsible_name], ['Vedtak 7', 'Kristin Nordli']);
		await act(w, mh, at(m), { action: 'start' });
		assert.equal((await act(w, mh, at(m), { action: 'hold', reason: 'Ferie', until: soon })).hold.reason, 'Ferie');
		assert.equal((await act(w, mh, at(m), { action: 'resume' })).hold, undefined);
		(await step(w, mh, at(m), { action: 'complete', evaluation: {} })).is(422);
		assert.deepEqual((await act(w, mh, at(m), { action: 'complete', evaluation: { score: 8 } })).evaluation, { score: 8 });
	});

	test('while it goes on, who answers for it says whether the person makes use of it, and why not', async () => {
		const m = (await active(w, await person(w))).measure;
		const use = (who, usage) => w.change(who, 'PATCH', at(m), { usage });
		(await use(co, { used: true })).is(409, 'conflict');
		await act(w, mh, at(m), accept(mh));
		(await use(mh, { used: true })).is(409, 'conflict');
		await act(w, mh, at(m), { action: 'start' });
		for (const usage of [{ used: false }, { used: true, reason: 'WAITING' }]) assert.deepEqual((await use(mh, usage)).is(422, 'missing_fact').pointers(), ['/usage/reason']);
		const seen = (await use(mh, { used: false, reason: 'DOES_NOT_COME', note: 'Bor langt unna' })).is(200).body;
		assert.deepEqual([seen.usage.used, seen.usage.reason, seen.usage.on.length], [false, 'DOES_NOT_COME', 10]);
		assert.equal((await use(co, { used: true })).is(200).body.usage.reason, undefined);
	});

	test('refusing says why; a refused right is decided in writing; the coordinator has a task', async () => {
		const plan = await active(w, await person(w));
		const no = { action: 'refuse', reason_code: 'NOT_ENTITLED', reason: 'Oppfyller ikke vilkårene' };
		assert.deepEqual((await step(w, mh, at(plan.measure), no)).is(422, 'missing_fact').pointers(), ['/decision']);
		const refused = await act(w, mh, at(plan.measure), { ...no, decision: { reference: 'Vedtak 8' }, complaint: 'Fire uker' });
		assert.deepEqual([refused.status, refused.refusal.code, refused.refusal.complaint], ['REFUSED', 'NOT_ENTITLED', 'Fire uker']);
		const tasks = (await w.api(co, 'GET', '/tasks?kind=MEASURE_REFUSED&limit=200')).is(200).body.items;
		assert.ok(tasks.some((t) => t.entity_id === plan.measure.id && t.assignee_staff_id === w.ids.staff[co]));
		assert.ok(!(await w.api(co, 'GET', plan.path)).body.measures.some((m) => m.id === plan.measure.id));
	});

	test('silence is escalated', async () => {
		const plan = await active(w, await person(w));
		await w.sql(`update measure set accept_due_at = clock_now() - interval '1 hour' where id = $1`, [plan.measure.id]);
		await w.sql('select job_escalate(100)');
		assert.ok((await w.api(co, 'GET', '/measures?overdue=true&limit=200')).body.items.some((m) => m.id === plan.measure.id && m.overdue));
		const [task] = await w.sql('select title, for_role from task where entity_id = $1', [plan.measure.id]);
		assert.deepEqual(task, { title: 'Frist passert: svar på forslag om tiltak', for_role: 'KO' });
		await act(w, mh, at(plan.measure), accept(mh));
		assert.deepEqual(await w.sql("select state from task where entity_id = $1 and kind = 'ESCALATION'", [plan.measure.id]), [{ state: 'DONE' }]);
	});

	test('silence where nobody leads is the whole unit\'s', async () => {
		const patient = await person(w);
		const plan = await active(w, patient);
		await releaseTo(w, patient, 'nav-drammen', ['MEASURES']);
		const m = (await propose(co, plan, 'nav-drammen:kontor')).is(201).body;
		await w.sql(`update measure set accept_due_at = clock_now() - interval '1 hour' where id = $1`, [m.id]);
		await w.sql('select job_escalate(100)');
		const seen = (await w.api(nav, 'GET', '/tasks?kind=ESCALATION&status=OPEN&limit=200')).is(200).body.items.filter((t) => t.entity_id === m.id);
		assert.deepEqual(seen.map((t) => [t.for_role, t.unit_id]), [[undefined, w.ids.unit['nav-drammen:kontor']]]);
		await act(w, co, at(m), { action: 'withdraw' });
		assert.deepEqual(await w.sql("select state from task where entity_id = $1 and kind = 'ESCALATION'", [m.id]), [{ state: 'CANCELLED' }]);
	});

	test('a measure that depends on another waits for it', async () => {
		const plan = await wholeDraft(w, await person(w));
		const second = (await propose(co, plan, 'drammen-kommune:mottak', { depends_on_id: plan.measure.id })).is(201).body;
		await act(w, mh, at(second), accept(mh));
		(await step(w, mh, at(second), { action: 'start' })).is(409, 'measure_waits');
		await act(w, mh, at(plan.measure), accept(mh));
		await act(w, mh, at(plan.measure), { action: 'start' });
		await act(w, mh, at(second), { action: 'start' });
	});
});

describe('changing', () => {
	test('what is proposed by who proposed it, what is accepted by who answers for it', async () => {
		const plan = await active(w, await person(w));
		const m = at(plan.measure);
		(await w.change(mh, 'PATCH', m, { extent: 'x' })).is(403, 'forbidden');
		assert.equal((await w.change(co, 'PATCH', m, { extent: '1 × 30 min', is_adapted: true, adaptation: 'På kveldstid' })).is(200).body.adaptation, 'På kveldstid');
		await act(w, mh, m, accept(mh));
		assert.equal((await w.change(mh, 'PATCH', m, { how: null })).is(200).body.how, undefined);
		(await w.change(tm, 'PATCH', m, { how: 'x' })).is(403, 'forbidden');
		(await w.api(mh, 'PATCH', m, { how: 'x' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
	});
});

describe('what stands alone', () => {
	test('title, how, extent and dates for an agency without part in the plan', async () => {
		const plan = await active(w, await person(w));
		const seen = (await w.api(mh, 'GET', at(plan.measure))).is(200).body;
		assert.deepEqual(Object.keys(seen).sort(), ['accept_due_at', 'actions', 'extent', 'how', 'id', 'overdue', 'patient_id', 'projection', 'responsible_agency_id', 'responsible_unit', 'status', 'title', 'version']);
		assert.ok((await w.api(mh, 'GET', '/measures?limit=200')).body.items.some((m) => m.id === plan.measure.id));
		assert.deepEqual((await w.api(mh, 'GET', `/measures?plan_id=${plan.id}`)).body.items, []);
		assert.deepEqual((await w.api(mh, 'POST', `${at(plan.measure)}/transitions`, { action: 'start' }, { 'if-match': '"99"' })).is(412).body.changed, ['state']);
	});

	test('NAV: nothing without consent, stand-alone with consent to measures, all with consent to the plan', async () => {
		const patient = await person(w);
		const plan = await active(w, patient);
		const release = await releaseTo(w, patient, 'nav-drammen', ['MEASURES']);
		const m = (await propose(co, plan, 'nav-drammen:kontor')).is(201).body;
		assert.equal((await w.api(nav, 'GET', at(m))).is(200).body.projection, 'STAND_ALONE');
		(await takePart(w, co, plan.path, nav, 'nav-drammen:kontor')).is(409, 'plan_not_editable');
		await act(w, co, plan.path, { action: 'open_review' });
		(await takePart(w, co, plan.path, nav, 'nav-drammen:kontor')).is(201);
		assert.equal((await w.api(nav, 'GET', at(m))).is(200).body.projection, 'STAND_ALONE');
		await releaseTo(w, patient, 'nav-drammen', ['PLAN', 'MEASURES']);
		assert.equal((await w.api(nav, 'GET', at(m))).is(200).body.projection, 'FULL');
		assert.deepEqual((await w.api(nav, 'GET', `/measures?plan_id=${plan.id}`)).body.items.length, 2);
		await withdraw(w, release);
		assert.equal((await w.api(nav, 'GET', at(m))).is(200).body.projection, 'FULL');
		await w.sql("update consent set state = 'WITHDRAWN' where patient_id = $1 and type = 'SHARE'", [patient]);
		(await w.api(nav, 'GET', at(m))).is(403, 'consent_required');
		assert.ok(!(await w.api(nav, 'GET', '/measures?limit=200')).body.items.some((i) => i.id === m.id));
	});

	test('police and the chief doctor nothing, leaders and the centre all', async () => {
		const patient = await person(w, { units: ['drammen-kommune:koordinering', 'drammen-kommune:mottak', 'drammen-dps:poliklinikk'] });
		const plan = await wholeDraft(w, patient);
		for (const who of [ko, 'politi-demo:po-1']) (await w.api(who, 'GET', at(plan.measure))).is(403, 'forbidden');
		for (const who of [tl, dps, tm, co]) assert.equal((await w.api(who, 'GET', at(plan.measure))).is(200).body.projection, 'FULL', who);
		for (const who of [gp, ho, lier]) (await w.api(who, 'GET', at(plan.measure))).is([403, 404]);
		await relate(w, patient, 'drammen-kommune:bolig');
		(await w.api(ho, 'GET', at(plan.measure))).is(403, 'consent_required');
		// nor does it wait for somebody who could not read it
		const housed = () => propose(co, plan, 'drammen-kommune:bolig');
		assert.equal((await housed()).is(422, 'missing_fact').body.errors[0].pointer, '/responsible_unit_id');
		await releaseTo(w, patient, 'drammen-kommune', ['IDENTITY', 'MEASURES', 'HOUSING']);
		assert.equal((await w.api(ho, 'GET', at((await housed()).is(201).body))).is(200).body.projection, 'STAND_ALONE');
		(await w.api(tm, 'POST', `/patients/${patient}/objections`, { scope: 'ITEMS', item_ids: [plan.measure.id], against: 'AGENCY', against_id: w.ids.agency['drammen-dps'] })).is(201);
		for (const who of [tl, dps]) (await w.api(who, 'GET', at(plan.measure))).is(403, 'blocked');
		(await w.api(tl, 'GET', at({ id: anyId() }))).is(404);
	});
});

describe('handing over responsibility', () => {
	const offer = { action: 'transfer_responsibility', reason: 'Flyttet til Lier', legal_basis: 'HPL_COOPERATING' };

	async function accepted() {
		const plan = await active(w, await person(w));
		await act(w, mh, at(plan.measure), accept(mh));
		return plan;
	}

	test('takes two: until it is accepted the sender answers for it', async () => {
		const { measure, path } = await accepted();
		const target_unit_id = w.ids.unit['lier-kommune:mottak'];
		(await step(w, mh, at(measure), { ...offer, target_unit_id: anyId() })).is(422, 'unknown_reference');
		(await step(w, mh, at(measure), { ...offer, target_unit_id: w.ids.unit['nav-drammen:kontor'] })).is(422, 'missing_fact');
		const still = await act(w, mh, at(measure), { ...offer, target_unit_id });
		assert.deepEqual([still.status, still.responsible_agency_id], ['ACCEPTED', w.ids.agency['drammen-kommune']]);
		(await step(w, mh, at(measure), { ...offer, target_unit_id })).is(409, 'already_offered');
		const [handover] = (await w.api(lier, 'GET', `/handovers?entity_id=${measure.id}`)).is(200).body.items;
		assert.deepEqual([handover.entity, handover.to_unit.agency_name], ['plan-measures', 'Lier kommune']);
		await act(w, lier, `/handovers/${handover.id}`, { action: 'accept' });
		const moved = (await w.api(co, 'GET', at(measure))).is(200).body;
		assert.deepEqual([moved.responsible_agency_id, moved.responsible_staff_id, moved.status], [w.ids.agency['lier-kommune'], w.ids.staff[lier], 'ACCEPTED']);
		const old = (await w.api(mh, 'GET', at(measure))).is(200).body;
		assert.deepEqual([old.projection, old.actions], ['STAND_ALONE', []], 'its agency proposed it');
		await act(w, lier, at(measure), { action: 'start' });
		assert.equal((await w.api(co, 'GET', path)).body.measures[0].responsible_unit.agency_name, 'Lier kommune');
	});

	test('an offer goes with a measure that ends', async () => {
		const { measure } = await accepted();
		await act(w, mh, at(measure), { ...offer, target_unit_id: w.ids.unit['lier-kommune:mottak'] });
		await act(w, co, at(measure), { action: 'discontinue', reason: 'Ikke lenger nødvendig' });
		assert.deepEqual(await w.sql('select state from handover where entity_id = $1', [measure.id]), [{ state: 'RECALLED' }]);
	});
});

test('a team cannot let go of a person while measures of its own are open', async () => {
	const patient = await person(w);
	const plan = await wholeDraft(w, patient);
	const own = (await propose(co, plan, 'drammen-dps:fact')).is(201).body;
	await w.sql(`insert into enrolment (id, patient_id, unit_id, agency_id, main_contact_id) values (gen_random_uuid(), $1, $2, $3, $4)`,
		[patient, w.ids.unit['drammen-dps:fact'], w.ids.agency['drammen-dps'], w.ids.staff[tm]]);
	const count = async () => (await w.sql('select enrolment_open_measures(id) as n from enrolment where patient_id = $1', [patient]))[0].n;
	assert.equal(await count(), 0, 'what is not accepted is nobody\'s duty');
	await act(w, tm, at(own), accept(tm));
	assert.equal(await count(), 1);
	await act(w, tm, at(own), { action: 'discontinue', reason: 'Ferdig' });
	assert.equal(await count(), 0);
});

test('the list: filters, order and cursor', async () => {
	const all = (await w.api(tl, 'GET', '/measures?limit=200')).is(200).body.items;
	assert.ok(all.length > 5);
	const due = all.map((m) => m.accept_due_at);
	assert.deepEqual(due, [...due].sort());
	for (const [query, fits] of [['status=PROPOSED', (m) => m.status === 'PROPOSED'], [`unit_id=${w.ids.unit['drammen-kommune:mottak']}`, (m) => m.responsible_unit.id === w.ids.unit['drammen-kommune:mottak']],
		['overdue=false', (m) => !m.overdue], [`patient_id=${all[0].patient_id}`, (m) => m.patient_id === all[0].patient_id]]) {
		const some = (await w.api(tl, 'GET', `/measures?limit=200&${query}`)).is(200).body.items;
		assert.ok(some.length > 0 && some.every(fits), query);
	}
	const page = (await w.api(tl, 'GET', '/measures?limit=3')).body;
	assert.deepEqual((await w.api(tl, 'GET', page.links.next)).is(200).body.items.map((m) => m.id), all.slice(3, 6).map((m) => m.id));
	(await w.api('politi-demo:po-1', 'GET', '/measures')).is(403, 'forbidden');
});
