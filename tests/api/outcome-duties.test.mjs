// What is due for the persons of a team: the list, and the tasks that are made in time and done when it is done.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until, world } from './harness.mjs';
import { day, enrol, items, person, team } from './outcome-steps.mjs';

const w = await world();
const unit = w.ids.unit['drammen-dps:fact'];
const core = ['AUDIT', 'DUDIT', 'GAF_F', 'GAF_S', 'HONOS', 'MANSA', 'PSF'];
const answers = { HONOS: items('H', 12, 1), PSF: items('P', 28, 4), GAF_S: { GAF_S: 60 }, GAF_F: { GAF_F: 55 }, AUDIT: items('A', 10, 0), DUDIT: items('D', 11, 0), MANSA: items('S', 12, 4) };
const domains = ['HOUSING', 'ACTIVITY', 'ECONOMY', 'NETWORK', 'SOCIAL_FUNCTION', 'MENTAL', 'PHYSICAL', 'SUBSTANCE'];

const list = async (query = '') => (await w.api(team, 'GET', `/units/${unit}/outcome-duties?limit=200${query}`)).is(200).body.items;
const of = async (patient, query) => Object.fromEntries((await list(query)).filter((d) => d.patient_id === patient).map(({ patient_id, enrolment_id, ...d }) => [d.kind, d]));
const assess = async (patient, instrument_code, ago, more = {}) => (await w.api(team, 'POST', '/assessments', { patient_id: patient, instrument_code, occasion: 'EXTRA',
	assessed_on: await day(w, -ago), rater_staff_id: w.ids.staff[team], items: answers[instrument_code], ...more })).is(201).body;

describe('the list', () => {
	test('of one newly enrolled: everything for the first time, by its rule', async () => {
		const p = await person(w);
		await enrol(w, p, 10);
		assert.deepEqual(await of(p), {
			BASELINE: { kind: 'BASELINE', rule: 'OUTCOME_BASELINE', due_on: await day(w, 32), overdue: false, days_overdue: 0, instruments: core },
			LIFE_SITUATION: { kind: 'LIFE_SITUATION', rule: 'OUTCOME_BASELINE', due_on: await day(w, 32), overdue: false, days_overdue: 0 },
			SOMATIC: { kind: 'SOMATIC', rule: 'SOMATIC_FIRST', due_on: (await w.sql(`select (clock_today() - 10 + interval '3 months')::date::text as d`))[0].d, overdue: false, days_overdue: 0 },
		});
	});
	test('goes by what was done last; what was declined is done, what was in error is not', async () => {
		const p = await person(w);
		await enrol(w, p, 800);
		for (const code of core) await assess(p, code, 700);
		for (const code of core.slice(2)) await assess(p, code, 100);
		await assess(p, 'AUDIT', 100, { declined: true, items: {} });
		const wrong = await assess(p, 'DUDIT', 90);
		(await w.change(team, 'PATCH', `/assessments/${wrong.id}`, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200);
		(await w.api(team, 'POST', '/somatic-assessments', { patient_id: p, examined_on: await day(w, -400) })).is(201);
		(await w.api(team, 'POST', '/life-situations', { patient_id: p, observed_on: await day(w, -30), ratings: domains.map((domain) => ({ domain, staff_level: 1 })), top_need_staff: 'MENTAL' })).is(201);
		const due = await of(p);
		assert.deepEqual([due.OUTCOME_ROUND.instruments, due.OUTCOME_ROUND.overdue, due.OUTCOME_ROUND.last_on, due.OUTCOME_ROUND.rule], [['DUDIT'], true, await day(w, -700), 'OUTCOME_ROUND']);
		assert.deepEqual([due.SOMATIC.overdue, due.SOMATIC.rule, due.LIFE_SITUATION.overdue, due.LIFE_SITUATION.last_on], [true, 'SOMATIC_YEARLY', false, await day(w, -30)]);
		assert.deepEqual(Object.keys(await of(p, '&overdue=true')).sort(), ['OUTCOME_ROUND', 'SOMATIC']);
		assert.deepEqual(Object.keys(await of(p, '&overdue=false')), ['LIFE_SITUATION']);
		assert.deepEqual(Object.keys(await of(p, '&kind=SOMATIC')), ['SOMATIC']);
		assert.equal(due.SOMATIC.days_overdue, (await w.sql(`select clock_today() - (clock_today() - 400 + interval '12 months')::date as n`))[0].n);
	});
	test('is in the order of the days, page by page, without those who have left', async () => {
		const gone = await person(w);
		const enrolment = await enrol(w, gone, 30);
		await w.sql(`update enrolment set state = 'DECEASED', ended_at = clock_now(), end_reason = 'DECEASED' where id = $1`, [enrolment]);
		const all = await list();
		assert.ok(all.length > 0 && !all.some((d) => d.patient_id === gone));
		assert.deepEqual(all.map((d) => d.due_on), all.map((d) => d.due_on).sort());
		const page = (await w.api(team, 'GET', `/units/${unit}/outcome-duties?limit=2`)).is(200).body;
		assert.deepEqual([...page.items, ...(await w.api(team, 'GET', page.links.next)).is(200).body.items], all.slice(0, 4));
	});
	test('takes the team\'s own set of instruments', async () => {
		const p = await person(w);
		await enrol(w, p, 5);
		await w.sql(`update unit set config = config || '{"core_instruments": ["HONOS", "QPR15"]}' where id = $1`, [unit]);
		assert.deepEqual((await of(p)).BASELINE.instruments, ['HONOS', 'QPR15']);
		await w.sql(`update unit set config = config - 'core_instruments' where id = $1`, [unit]);
	});
	test('is the own team\'s alone', async () => {
		(await w.api('drammen-dps:dps-1', 'GET', `/units/${unit}/outcome-duties`)).is(404);
		(await w.api('drammen-kommune:tl-1', 'GET', `/units/${unit}/outcome-duties`)).is(404);
		(await w.api('drammen-dps:tm-3', 'GET', `/units/${unit}/outcome-duties`)).is(403, 'forbidden');
		(await w.api('nav-drammen:nav-1', 'GET', `/units/${unit}/outcome-duties`)).is(403, 'forbidden');
	});
});

test('two weeks ahead each duty is a task of the team, and done when it is done', async () => {
	const p = await person(w);
	await enrol(w, p, 0);
	const tasks = async (status) => (await w.api(team, 'GET', `/tasks?limit=200&unit_id=${unit}&status=${status}`)).is(200).body.items.filter((t) => t.patient_id === p && t.kind.startsWith('OUTCOME_')).map((t) => t.kind).sort();
	const forward = (ahead) => w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead });
	(await forward('P27D')).is(200);
	assert.deepEqual(await tasks('OPEN'), []);
	(await forward('P2D')).is(200);
	assert.deepEqual(await tasks('OPEN'), ['OUTCOME_BASELINE', 'OUTCOME_LIFE_SITUATION']);
	for (const code of core) await assess(p, code, 0);
	(await forward('PT2H')).is(200);
	assert.deepEqual([await tasks('OPEN'), await tasks('DONE')], [['OUTCOME_LIFE_SITUATION'], ['OUTCOME_BASELINE']]);
	(await forward('PT2H')).is(200);
	assert.deepEqual(await tasks('OPEN'), ['OUTCOME_LIFE_SITUATION']);
	await w.sql(`update enrolment set state = 'DISCHARGED', first_contact_at = clock_now(), ended_at = clock_now(), end_reason = 'PATIENT_DECLINES',
		next_responsible_agency_id = $2 where patient_id = $1`, [p, w.ids.agency['drammen-kommune']]);
	assert.deepEqual([await tasks('OPEN'), await tasks('CANCELLED')], [[], ['OUTCOME_LIFE_SITUATION']], 'nobody measures who has left, and it was not done');
});

test('the daemon\'s own timer makes them', async () => {
	const p = await person(w);
	await enrol(w, p, 40);
	await w.sql(`update outcome_task_run set ran_at = '-infinity'`);
	await w.restart({ JOBS_INTERVAL_MS: 100 });
	await until(async () => (await w.sql(`select 1 from task where patient_id = $1 and kind = 'OUTCOME_BASELINE'`, [p])).length === 1);
});
