// Plans: asked for, written, agreed to, in force, looked at again; one individual plan a person; versions and consent.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { act, active, approval, begin, consent, contents, goal, individual, people, period, person, releaseTo, soon, step, takePart, wholeDraft,
	withdraw, write } from './plan-steps.mjs';
import { back, day, daysBetween } from './lib/days.mjs';

const w = await world();
const { co, cu, tm, tl, dps, mh, nav, ho, gp, ko } = people;
const pt = 'citizen:pt-1';
const tasksAbout = (id) => w.sql('select kind, unit_id, due_at from task where entity_id = $1 order by kind', [id]);

describe('an individual plan that is asked for', () => {
	test('goes to the coordinating unit of the municipality, whoever asks', async () => {
		const patient = await person(w);
		const made = await begin(w, tm, { kind: 'IP', start: 'REQUESTED', patient_id: patient, reason: 'Mange tjenester' });
		assert.deepEqual([made.body.status, made.body.coordinating_unit.name, made.body.actions], ['REQUESTED', 'Koordinerende enhet', []]);
		const inbox = (await w.api(cu, 'GET', `/plans?status=REQUESTED&unit_id=${w.ids.unit['drammen-kommune:koordinering']}`)).is(200).body.items;
		assert.ok(inbox.some((p) => p.id === made.id));
		assert.ok((await w.api(cu, 'GET', '/inbox?kind=PLAN_REQUESTED')).is(200).body.items.some((i) => i.id === made.id));
		(await step(w, cu, made.path, { action: 'offer' })).is(422, 'invalid_body');
		assert.equal((await act(w, cu, made.path, { action: 'offer', explained: 'Hva en plan er' })).status, 'OFFERED');
		assert.deepEqual((await step(w, cu, made.path, { action: 'accept_offer' })).is(422, 'missing_fact').pointers(), ['/coordinator']);
		const coordinator = { staff_id: w.ids.staff[co], unit_id: w.ids.unit['drammen-kommune:koordinering'] };
		(await step(w, cu, made.path, { action: 'accept_offer', coordinator: { ...coordinator, staff_id: w.ids.staff[gp] } })).is(422, 'unknown_reference');
		const draft = await act(w, cu, made.path, { action: 'accept_offer', coordinator });
		assert.deepEqual([draft.status, draft.coordinator.name, draft.coordinator.is_active], ['DRAFT', 'Siri Lønning', true]);
	});

	test('may be refused with a decision, or declined: a coordinator is still offered', async () => {
		const refused = await begin(w, tm, { kind: 'IP', start: 'REQUESTED', patient_id: await person(w) });
		(await step(w, cu, refused.path, { action: 'not_entitled', reason: 'Ikke langvarig behov' })).is(422, 'invalid_body');
		const decision = { reference: 'Vedtak 1', complaint: 'Fire uker' };
		assert.equal((await act(w, cu, refused.path, { action: 'not_entitled', reason: 'Ikke langvarig behov', decision })).status, 'CANCELLED');
		const self = await person(w, { national_id: '01819012365' });
		const asked = await begin(w, pt, { kind: 'IP', start: 'REQUESTED', patient_id: self });
		await act(w, cu, asked.path, { action: 'offer', explained: 'Hva en plan er' });
		assert.equal((await act(w, pt, asked.path, { action: 'decline_offer', reason: 'Ikke nå' })).status, 'DECLINED');
		const [offer, again] = await tasksAbout(asked.id);
		assert.deepEqual([offer.kind, again.kind, offer.unit_id], ['COORDINATOR_OFFER', 'PLAN_REOFFER', w.ids.unit['drammen-kommune:koordinering']]);
		assert.ok(daysBetween(Date.now(), again.due_at) > 170);
	});

	test('only that kind is asked for; nobody outside a relation, nobody twice', async () => {
		const patient = await person(w);
		(await w.api(tm, 'POST', '/plans', { kind: 'CRISIS', start: 'REQUESTED', patient_id: patient })).is(422, 'invalid_value');
		const hidden = (await w.api(people.lier, 'POST', '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: patient })).is(422, 'unknown_reference');
		const nobody = (await w.api(people.lier, 'POST', '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: anyId() })).is(422, 'unknown_reference');
		assert.deepEqual(hidden.body.errors, nobody.body.errors);
		await begin(w, tm, { kind: 'IP', start: 'REQUESTED', patient_id: patient });
		(await w.api(mh, 'POST', '/plans', { kind: 'IP', patient_id: patient })).is(409, 'plan_already_open');
		(await w.api(tm, 'POST', '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: patient, coordinating_unit_id: anyId() })).is(409);
		(await w.api(tm, 'POST', '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: await person(w), coordinating_unit_id: anyId() })).is(422, 'unknown_reference');
	});
});

describe('who begins which kind, by the row of that kind', async () => {
	const patient = await person(w, { units: ['drammen-kommune:koordinering', 'drammen-kommune:mottak', 'drammen-dps:poliklinikk', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'] });
	await releaseTo(w, patient, 'nav-drammen', ['PLAN', 'WORK']);
	const may = { IP: [tm, mh], CRISIS: [tm, tl, dps, mh], WORK_ACTIVITY: [tm, nav, 'drammen-dps:tm-3'], TREATMENT: [tm, tl] };
	for (const [kind, writers] of Object.entries(may))
		test(kind, async () => {
			for (const who of [tm, tl, dps, mh, nav, gp, ho, ko, 'drammen-dps:tm-3', co, cu]) {
				const r = await w.api(who, 'POST', '/plans', { kind, patient_id: patient });
				const cell = writers.includes(who) || (kind === 'IP' && [co, cu].includes(who));
				if (cell && kind === 'IP' && r.status === 409) continue;
				r.is(cell ? 201 : 403, cell ? undefined : 'forbidden');
				if (kind === 'IP') await w.sql(`update plan set state = 'CANCELLED', ended_at = clock_now() where id = $1`, [r.body.id]);
			}
		});
	test('content of another kind is a mistake', async () => {
		assert.deepEqual((await w.api(tm, 'POST', '/plans', { kind: 'CRISIS', patient_id: patient, work: { wish: 'x' } })).is(422, 'invalid_value').pointers(), ['/work']);
	});
});

describe('writing', () => {
	test('the nine parts, one by one, until it may be laid before the person', async () => {
		const patient = await person(w);
		const plan = await begin(w, co, { kind: 'IP', patient_id: patient });
		const missing = async () => (await w.api(co, 'GET', `${plan.path}/completeness`)).is(200).body;
		assert.equal(Object.keys((await missing()).parts).length, 9);
		assert.deepEqual((await missing()).missing, ['consent', 'contributions', 'cooperation', 'goals_resources_needs', 'how', 'measures', 'participants', 'period']);
		const refused = (await step(w, co, plan.path, { action: 'submit' })).is(422, 'plan_incomplete').body.errors;
		assert.deepEqual(refused.map((f) => f.code).sort(), (await missing()).missing.filter((part) => part !== 'consent'), 'and says which');
		await write(w, co, plan.path, { individual, ...period });
		(await w.api(co, 'POST', `${plan.path}/goals`, goal)).is(201);
		(await takePart(w, co, plan.path, 'drammen-dps:tm-1', 'drammen-dps:fact')).is(201);
		assert.deepEqual((await missing()).missing, ['consent', 'how', 'measures']);
		(await w.api(co, 'POST', '/measures', { plan_id: plan.id, title: 'Bolig', domain: 'HOUSING', extent: '1 gang', responsible_unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
		assert.deepEqual((await missing()).missing, ['consent', 'how']);
		const [measure] = (await w.api(co, 'GET', `/measures?plan_id=${plan.id}`)).is(200).body.items;
		(await w.change(co, 'PATCH', `/measures/${measure.id}`, { how: 'Hjemmebesøk' })).is(200);
		const whole = await missing();
		assert.deepEqual([whole.missing, whole.is_complete, whole.is_valid], [['consent'], true, false]);
		assert.equal((await act(w, co, plan.path, { action: 'submit' })).status, 'AWAITING_CONSENT');
		(await step(w, co, plan.path, approval)).is(409, 'plan_consent_missing');
		assert.equal((await act(w, co, plan.path, { action: 'send_back' })).status, 'DRAFT');
	});

	test('merge-patch, versions of rows, and who may', async () => {
		const plan = await wholeDraft(w, await person(w));
		const now = await write(w, co, plan.path, { individual: { resources: null, needs: ['Arbeid'] } });
		assert.deepEqual([now.individual.resources, now.individual.needs, now.individual.cooperation], [undefined, ['Arbeid'], []]);
		(await w.api(co, 'PATCH', plan.path, { individual: {} }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.change(tl, 'PATCH', plan.path, { next_review_on: soon })).is(403, 'forbidden');
		(await w.change(co, 'PATCH', plan.path, { consent_id: anyId() })).is(422, 'unknown_reference');
		(await w.change(co, 'PATCH', plan.path, { crisis: {} })).is(422, 'invalid_value');
		(await w.change(co, 'PATCH', plan.path, {})).is(422, 'invalid_body');
		(await w.api(mh, 'GET', plan.path)).is(404, 'not_found');
	});

	test('goals are changed and taken out', async () => {
		const plan = await wholeDraft(w, await person(w));
		const path = `${plan.path}/goals/${plan.goal.id}`;
		assert.equal((await w.change(co, 'PATCH', path, { words: 'Jeg vil bo i Lier', target_date: soon })).is(200).body.words, 'Jeg vil bo i Lier');
		(await w.api(co, 'PATCH', path, { removed: true }, { 'if-match': '"1"' })).is(412);
		assert.ok((await w.change(co, 'PATCH', path, { removed: true })).is(200).body.removed_at);
		assert.deepEqual((await w.api(co, 'GET', `${plan.path}/goals`)).is(200).body.items, []);
		(await w.api(co, 'GET', `${plan.path}/goals/${anyId()}`)).is(404);
		await act(w, co, plan.path, { action: 'cancel' });
		(await w.api(co, 'POST', `${plan.path}/goals`, goal)).is(404);
	});
});

describe('participants', () => {
	test('stand in relation through the plan from the day they join until they leave', async () => {
		const plan = await wholeDraft(w, await person(w));
		const lier = 'lier-kommune:mh-1';
		(await w.api(lier, 'GET', plan.path)).is(404);
		const made = (await takePart(w, co, plan.path, lier, 'lier-kommune:mottak')).is(201).body;
		assert.deepEqual([made.name, made.unit.agency_name, made.is_covered], ['Gunn Åmodt', 'Lier kommune', true]);
		assert.equal((await takePart(w, co, plan.path, lier, 'lier-kommune:mottak')).is(409, 'duplicate').body.errors[0].pointer, '/staff_id');
		assert.equal((await w.api(lier, 'GET', plan.path)).is(200).body.projection, 'FULL');
		(await w.change(lier, 'PATCH', plan.path, { individual: { needs: ['Vei'] } })).is(200);
		const left = (await w.change(lier, 'PATCH', `${plan.path}/participants/${made.id}`, { leaves: true })).is(200).body;
		assert.ok(left.left_at);
		(await w.api(lier, 'GET', plan.path)).is(404);
		(await w.change(co, 'PATCH', `${plan.path}/participants/${made.id}`, { part: 'x' })).is(409, 'conflict');
		assert.equal((await w.api(co, 'GET', `${plan.path}/participants`)).body.items.length, 2);
		(await w.api(co, 'GET', `${plan.path}/participants/${anyId()}`)).is(404);
	});

	test('relatives and others; the wrong ones are refused', async () => {
		const patient = await person(w);
		const plan = await wholeDraft(w, patient);
		const relation = (await w.api(tm, 'POST', `/patients/${patient}/relations`, { kind: 'NEXT_OF_KIN', name: 'Søster' })).is(201).body;
		const add = (body) => w.api(co, 'POST', `${plan.path}/participants`, { part: 'Støtte', ...body });
		const sister = (await add({ kind: 'RELATIVE', relation_id: relation.id })).is(201).body;
		assert.deepEqual([sister.name, sister.is_covered], ['Søster', false]);
		(await add({ kind: 'RELATIVE', relation_id: anyId() })).is(422, 'unknown_reference');
		(await add({ kind: 'OTHER' })).is(422, 'invalid_value');
		assert.equal((await add({ kind: 'OTHER', name: 'Nabo' })).is(201).body.is_covered, undefined);
		(await add({ kind: 'STAFF', staff_id: w.ids.staff[tm], unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(422, 'unknown_reference');
	});

	test('NAV takes part, and sees the plan when the person has consented', async () => {
		const patient = await person(w);
		const plan = await wholeDraft(w, patient);
		const made = (await takePart(w, co, plan.path, nav, 'nav-drammen:kontor')).is(201).body;
		assert.equal(made.is_covered, false);
		(await w.api(nav, 'GET', plan.path)).is(403, 'consent_required');
		const release = await releaseTo(w, patient, 'nav-drammen', ['PLAN']);
		assert.equal((await w.api(nav, 'GET', plan.path)).is(200).body.participants.length, 2);
		(await w.change(nav, 'PATCH', plan.path, { next_review_on: soon })).is(403, 'forbidden');
		await withdraw(w, release);
		(await w.api(nav, 'GET', plan.path)).is(403, 'consent_required');
		assert.ok(!(await w.api(nav, 'GET', '/plans?limit=200')).is(200).body.items.some((p) => p.id === plan.id));
	});
});

describe('in force', () => {
	test('approving makes version 1; an active plan is not written', async () => {
		const plan = await active(w, await person(w));
		assert.deepEqual([plan.body.status, plan.body.version_in_force, plan.body.signed_by_patient, plan.body.approval.form], ['ACTIVE', 1, true, 'WRITTEN']);
		(await w.change(co, 'PATCH', plan.path, { next_review_on: soon })).is(409, 'plan_not_editable');
		(await w.change(co, 'PATCH', `${plan.path}/goals/${plan.goal.id}`, { words: 'x' })).is(409, 'plan_not_editable');
		(await w.api(co, 'POST', `${plan.path}/goals`, goal)).is(409, 'plan_not_editable');
		const state = (await w.api(co, 'GET', `${plan.path}/completeness`)).is(200).body;
		assert.deepEqual([state.missing, state.is_valid, state.is_binding], [[], true, false]);
		await act(w, mh, `/measures/${plan.measure.id}`, { action: 'accept', responsible_staff_id: w.ids.staff[mh], start_on: soon });
		assert.equal((await w.api(co, 'GET', `${plan.path}/completeness`)).body.is_binding, true);
	});

	test('an oral agreement has a witness, a written one its document', async () => {
		const plan = await wholeDraft(w, await person(w));
		await act(w, co, plan.path, { action: 'submit' });
		(await step(w, co, plan.path, { action: 'approve' })).is(422, 'invalid_body');
		assert.deepEqual((await step(w, co, plan.path, { action: 'approve', form: 'ORAL' })).is(422, 'missing_fact').pointers(), ['/witness']);
		assert.deepEqual((await step(w, co, plan.path, { action: 'approve', form: 'WRITTEN' })).is(422, 'missing_fact').pointers(), ['/document_ref']);
		const done = await act(w, co, plan.path, { action: 'approve', form: 'ORAL', witness: 'Kristin Nordli' });
		assert.deepEqual([done.approval, done.signed_by_patient], [{ form: 'ORAL', witness: 'Kristin Nordli' }, false]);
	});

	test('a review, a new version, and the plan as it was', async () => {
		const plan = await active(w, await person(w));
		const before = new Date().toISOString();
		const scores = [{ goal_id: plan.goal.id, score: 6 }];
		const review = { patient_present: true, decisions: 'Videre', next_review_on: soon };
		const held = (await w.api(co, 'POST', `${plan.path}/reviews`, { ...review, goal_scores: scores })).is(201).body;
		assert.deepEqual([held.goal_scores, held.agency_id], [scores, w.ids.agency['drammen-kommune']]);
		(await w.api(co, 'POST', `${plan.path}/reviews`, { ...review, goal_scores: [{ goal_id: anyId(), score: 1 }] })).is(422, 'unknown_reference');
		(await w.api(co, 'POST', `${plan.path}/reviews`, { ...review, next_review_on: '2020-01-01' })).is(422, 'invalid_value');
		(await w.api(co, 'POST', `${plan.path}/reviews`, { ...review, held_at: '2090-01-01T00:00:00Z' })).is(422, 'invalid_value');
		assert.equal((await w.api(co, 'GET', `${plan.path}/reviews`)).is(200).body.items.length, 1);
		(await w.api(co, 'GET', `${plan.path}/reviews/${held.id}`)).is(200);
		assert.equal((await w.api(co, 'GET', plan.path)).body.goals[0].score, 6);
		await act(w, co, plan.path, { action: 'open_review' });
		await write(w, co, plan.path, { individual: { resources: 'Har fått hund' } });
		(await step(w, co, plan.path, { action: 'no_change', next_review_on: soon })).is(409, 'plan_is_changed');
		(await step(w, co, plan.path, { action: 'publish', patient_agreed: false, next_review_on: soon })).is(422, 'invalid_value');
		const next = await act(w, co, plan.path, { action: 'publish', patient_agreed: true, next_review_on: soon });
		assert.deepEqual([next.status, next.version_in_force], ['ACTIVE', 2]);
		const versions = (await w.api(co, 'GET', `${plan.path}/versions`)).is(200).body.items;
		assert.deepEqual(versions.map((v) => [v.number, v.agreed_by]), [[2, 'RECORDED_BY_STAFF'], [1, 'RECORDED_BY_STAFF']]);
		assert.equal(versions[1].valid_to, versions[0].valid_from);
		const then = (await w.api(co, 'GET', `${plan.path}?as_of=${before}`)).is(200).body;
		assert.deepEqual([then.individual.resources, then.version_in_force, then.goals[0].score], [individual.resources, 1, undefined]);
		assert.equal((await w.api(co, 'GET', `${plan.path}?as_of=${new Date().toISOString()}`)).body.individual.resources, 'Har fått hund');
		(await w.api(co, 'GET', `${plan.path}?as_of=2020-01-01T00:00:00Z`)).is(404);
		await assert.rejects(w.sql('update plan_version set number = 9 where plan_id = $1', [plan.id]), /never changed/);
	});

	test('nothing changed is said with the next date; the end needs a reason and closed measures', async () => {
		const plan = await active(w, await person(w));
		await act(w, co, plan.path, { action: 'open_review' });
		(await step(w, co, plan.path, { action: 'no_change', next_review_on: '2020-01-01' })).is(422, 'invalid_value');
		assert.equal((await act(w, co, plan.path, { action: 'no_change', next_review_on: soon })).version_in_force, 1);
		assert.match((await step(w, co, plan.path, { action: 'end', reason: 'Klarer seg' })).is(409, 'measures_open').body.errors[0].detail, /^measure \S+ is /);
		await act(w, co, `/measures/${plan.measure.id}`, { action: 'withdraw' });
		const ended = await act(w, co, plan.path, { action: 'end', reason: 'Klarer seg' });
		assert.deepEqual([ended.status, ended.end_reason, ended.actions], ['ENDED', 'Klarer seg', []]);
		(await w.api(co, 'GET', plan.path)).is(404);
		assert.equal((await w.api(tl, 'GET', plan.path)).is(200).body.status, 'ENDED');
	});

	test('what is shared anew needs its consent', async () => {
		const patient = await person(w);
		const plan = await active(w, patient);
		await act(w, co, plan.path, { action: 'open_review' });
		(await takePart(w, co, plan.path, nav, 'nav-drammen:kontor')).is(201);
		(await step(w, co, plan.path, { action: 'publish', patient_agreed: true, next_review_on: soon })).is(409, 'plan_consent_missing');
		await releaseTo(w, patient, 'nav-drammen', ['PLAN']);
		assert.equal((await act(w, co, plan.path, { action: 'publish', patient_agreed: true, next_review_on: soon })).version_in_force, 2);
	});

	test('the service opens the review when it is due', async () => {
		const plan = await active(w, await person(w));
		await w.sql('update plan set next_review_on = clock_today() where id = $1', [plan.id]);
		await w.sql('select job_plan_reviews(10)');
		assert.equal((await w.api(co, 'GET', plan.path)).body.status, 'UNDER_REVIEW');
		assert.deepEqual((await tasksAbout(plan.id)).map((t) => t.kind), ['PLAN_REVIEW']);
	});
});

describe('the consent', () => {
	test('withdrawn: suspended at once, and only the coordinator\'s own agency reads', async () => {
		const plan = await active(w, await person(w));
		(await w.api(tm, 'GET', plan.path)).is(200);
		const gone = await withdraw(w, plan.consent);
		assert.deepEqual(gone.effects, [{ effect: 'PLAN_SUSPENDED', plan_id: plan.id }]);
		assert.equal((await w.api(co, 'GET', plan.path)).is(200).body.status, 'SUSPENDED');
		for (const who of [tm, tl]) (await w.api(who, 'GET', plan.path)).is(403, 'consent_required');
		assert.ok(!(await w.api(tl, 'GET', '/plans?limit=200')).body.items.some((p) => p.id === plan.id));
		assert.ok((await w.api(co, 'GET', '/plans?status=SUSPENDED&limit=200')).body.items.some((p) => p.id === plan.id));
		assert.deepEqual(await w.sql("select role, to_state from transition_event where object_id = $1 and action = 'suspend'", [plan.id]), [{ role: 'SY', to_state: 'SUSPENDED' }]);
	});

	test('a new one, and it goes on', async () => {
		const patient = await person(w);
		const plan = await active(w, patient);
		await withdraw(w, plan.consent);
		(await step(w, co, plan.path, { action: 'resume' })).is(409, 'plan_consent_missing');
		assert.equal((await act(w, co, plan.path, { action: 'resume', consent_id: await consent(w, patient) })).status, 'ACTIVE');
		(await w.api(tm, 'GET', plan.path)).is(200);
	});

	test('stopped by the person: it goes on with a consent that they have given since, not with the old one', async () => {
		const patient = await person(w, { national_id: '01819012365' });
		const plan = await active(w, patient);
		await act(w, 'citizen:pt-1', plan.path, { action: 'suspend' });
		(await step(w, co, plan.path, { action: 'resume' })).is(409, 'plan_consent_missing');
		assert.equal((await act(w, co, plan.path, { action: 'resume', consent_id: await consent(w, patient) })).status, 'ACTIVE');
	});

	test('run out: suspended from that moment, before any job has seen it', async () => {
		const plan = await active(w, await person(w));
		await w.sql('update consent set valid_to = clock_now() where id = $1', [plan.consent]);
		assert.equal((await w.api(co, 'GET', plan.path)).body.status, 'SUSPENDED');
		(await w.api(tm, 'GET', plan.path)).is(403, 'consent_required');
		await w.sql('select job_consents(10)');
		assert.deepEqual(await w.sql('select state from plan where id = $1', [plan.id]), [{ state: 'SUSPENDED' }]);
	});
});

describe('without the person', () => {
	test('a crisis plan by a specialist with a reason, never an individual plan', async () => {
		const patient = await person(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:koordinering', 'drammen-kommune:mottak'] });
		const plan = await begin(w, dps, { kind: 'CRISIS', patient_id: patient, next_review_on: soon, ...contents.CRISIS });
		await act(w, dps, plan.path, { action: 'submit' });
		(await step(w, dps, plan.path, { action: 'approve_without_patient' })).is(422, 'invalid_body');
		await w.sql(`update staff set profession = 'SP' where id = $1`, [w.ids.staff[dps]]);
		(await step(w, dps, plan.path, { action: 'approve_without_patient', reason: 'x' })).is(403, 'forbidden_action');
		await w.sql(`update staff set profession = 'LE' where id = $1`, [w.ids.staff[dps]]);
		const done = await act(w, dps, plan.path, { action: 'approve_without_patient', reason: 'Ute av stand til å delta' });
		assert.deepEqual([done.status, done.made_without_patient, done.version_in_force], ['ACTIVE', true, 1]);
		assert.equal((await w.api(dps, 'GET', `${plan.path}/completeness`)).body.is_valid, true);
		const ip = await wholeDraft(w, patient);
		await act(w, co, ip.path, { action: 'submit' });
		(await step(w, dps, ip.path, { action: 'approve_without_patient', reason: 'x' })).is(409, 'plan_needs_the_person');
	});

	test('a crisis plan is valid for a year after it was looked at', async () => {
		const patient = await person(w);
		const plan = await begin(w, tm, { kind: 'CRISIS', patient_id: patient, next_review_on: soon, ...contents.CRISIS });
		await write(w, tm, plan.path, { consent_id: await consent(w, patient) });
		await act(w, tm, plan.path, { action: 'submit' });
		await act(w, tm, plan.path, approval);
		const valid = async () => (await w.api(tm, 'GET', `${plan.path}/completeness`)).body.is_valid;
		assert.equal(await valid(), true);
		await w.sql(`update plan set reviewed_at = ${back('clock_now()', 367)} where id = $1`, [plan.id]);
		assert.equal(await valid(), false);
	});

	test('"not now" counts as a plan for work, with a reason and a date', async () => {
		const plan = await begin(w, tm, { kind: 'WORK_ACTIVITY', patient_id: await person(w), next_review_on: soon, work: { not_now: true } });
		(await step(w, tm, plan.path, { action: 'submit' })).is(422, 'plan_incomplete');
		await write(w, tm, plan.path, { work: { not_now_reason: 'Nettopp blitt far', revisit_on: soon } });
		await write(w, tm, plan.path, { next_review_on: day(200) });
		assert.deepEqual((await w.api(tm, 'GET', `${plan.path}/completeness`)).body.missing, ['consent', 'review'], 'six months at most');
		await write(w, tm, plan.path, { next_review_on: soon });
		await act(w, tm, plan.path, { action: 'submit' });
	});
});

describe('the coordinator', () => {
	test('is replaced, never removed', async () => {
		const plan = await active(w, await person(w));
		const path = `${plan.path}/coordinator`;
		const put = async (who, body) => w.api(who, 'PUT', path, body, { 'if-match': (await w.api(who, 'GET', plan.path)).is(200).etag });
		const successor = { staff_id: w.ids.staff[tm], unit_id: w.ids.unit['drammen-dps:fact'] };
		(await put(co, { staff_id: null, unit_id: null })).is(422, 'invalid_body');
		(await put(co, { ...successor, staff_id: w.ids.staff[gp] })).is(422, 'unknown_reference');
		(await put(tl, successor)).is(403, 'forbidden');
		(await w.api(co, 'PUT', path, successor, { 'if-match': '"1"' })).is(412);
		assert.equal((await put(co, successor)).is(200).body.coordinator.name, 'Jonas Lindås');
		(await step(w, tm, plan.path, { action: 'open_review' })).is(200);
		await w.sql("update plan set state = 'ENDED', ended_at = clock_now() where id = $1", [plan.id]);
		(await put(tl, successor)).is(409, 'conflict');
	});

	test('who stops working there makes the plan invalid', async () => {
		const plan = await active(w, await person(w));
		await w.sql("update staff_membership set state = 'ENDED' where staff_id = $1", [w.ids.staff[co]]);
		const seen = (await w.api(cu, 'GET', `${plan.path}/completeness`)).is(200).body;
		assert.deepEqual([seen.parts.coordinator, seen.is_valid], [false, false]);
		await w.sql("update staff_membership set state = 'ACTIVE' where staff_id = $1", [w.ids.staff[co]]);
	});
});

test('the list: filters, order and cursor', async () => {
	const all = (await w.api(tm, 'GET', '/plans?limit=200')).is(200).body.items;
	assert.ok(all.length > 5);
	for (const [query, fits] of [['kind=CRISIS', (p) => p.kind === 'CRISIS'], ['status=DRAFT', (p) => p.status === 'DRAFT'],
		[`coordinator_staff_id=${w.ids.staff[tm]}`, (p) => p.coordinator.staff_id === w.ids.staff[tm]],
		[`unit_id=${w.ids.unit['drammen-dps:fact']}`, (p) => p.coordinator.unit.id === w.ids.unit['drammen-dps:fact']]]) {
		const some = (await w.api(tm, 'GET', `/plans?limit=200&${query}`)).is(200).body.items;
		assert.ok(some.length > 0 && some.every(fits), query);
	}
	const page = (await w.api(tm, 'GET', '/plans?limit=3')).body;
	assert.deepEqual((await w.api(tm, 'GET', page.links.next)).is(200).body.items.map((p) => p.id), all.slice(3, 6).map((p) => p.id));
	(await w.api('politi-demo:po-1', 'GET', '/plans')).is(403, 'forbidden');
});
