// The plan duty watch, and no one between the chairs: each row says since when and by which rule.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, active, begin, consent, contents, measureFor, people, period, person, soon, wholeDraft, withdraw, write } from './plan-steps.mjs';
import { back, daysBetween } from './lib/days.mjs';

const w = await world();
const { co, cu, tm, tl, mh, gp, dps, lier } = people;
const pt = 'citizen:pt-1';
const team = w.ids.unit['drammen-dps:fact'];

async function enrolled(days = 10, members = {}) {
	const patient = await person(w, members);
	await w.sql(`insert into enrolment (id, patient_id, unit_id, agency_id, main_contact_id, substitute_id, enrolled_at)
		values (gen_random_uuid(), $1, $2, $3, $4, $5, ${back('clock_now()', '$6')})`, [patient, team, w.ids.agency['drammen-dps'], w.ids.staff[tm], w.ids.staff['drammen-dps:tm-2'], days]);
	return patient;
}

const duties = async (patient, who = tl) => Object.fromEntries((await w.api(who, 'GET', `/plan-duties?patient_id=${patient}`)).is(200).body.items.map((d) => [d.kind, d]));
const rules = async (patient) => Object.fromEntries(Object.entries(await duties(patient)).map(([kind, d]) => [kind, d.rule]));
const gaps = async (patient, query = '') => (await w.api(tl, 'GET', `/responsibility-gaps?patient_id=${patient}${query}`)).is(200).body.items;

describe('plan duties', () => {
	test('all four kinds from the day of enrolment, each with its own time', async () => {
		const d = await duties(await enrolled(60));
		assert.deepEqual(Object.keys(d).sort(), ['CRISIS', 'IP', 'TREATMENT', 'WORK_ACTIVITY']);
		assert.deepEqual([d.IP.rule, d.IP.text_nb, d.IP.overdue], ['NEVER_MADE', 'Det er aldri laget en slik plan', false]);
		assert.equal(d.TREATMENT.overdue, true, 'eight weeks');
		assert.equal(d.IP.main_contact_id, w.ids.staff[tm]);
		assert.ok(daysBetween(d.WORK_ACTIVITY.since, d.WORK_ACTIVITY.due_at) > 89);
	});

	test('an individual plan through its life', async () => {
		const patient = await enrolled();
		const plan = await wholeDraft(w, patient);
		assert.equal((await rules(patient)).IP, 'NOT_YET_IN_FORCE');
		await act(w, co, plan.path, { action: 'submit' });
		await act(w, co, plan.path, { action: 'approve', form: 'WRITTEN', document_ref: 'DIPS 1' });
		assert.equal((await duties(patient)).IP, undefined);
		await w.sql(`update plan set next_review_on = clock_today() - 40 where id = $1`, [plan.id]);
		assert.equal((await rules(patient)).IP, 'REVIEW_LATE');
		await w.sql(`update plan set next_review_on = $2, period_to = clock_today() - 1 where id = $1`, [plan.id, soon]);
		assert.equal((await rules(patient)).IP, 'PERIOD_OVER');
		await w.sql(`update plan set period_to = $2, content = content - 'resources' where id = $1`, [plan.id, period.period_to]);
		assert.equal((await rules(patient)).IP, 'INCOMPLETE');
		await withdraw(w, plan.consent);
		const gone = (await duties(patient)).IP;
		assert.equal(gone.rule, 'SUSPENDED');
		assert.ok(Date.now() - Date.parse(gone.since) < 60_000);
		await act(w, co, `/measures/${plan.measure.id}`, { action: 'withdraw' });
		await act(w, co, plan.path, { action: 'end', reason: 'Vil ikke' });
		assert.equal((await rules(patient)).IP, 'ENDED');
	});

	test('declined: to be offered again, and due then', async () => {
		const patient = await enrolled(400, { national_id: '01819012365' });
		const asked = await begin(w, pt, { kind: 'IP', start: 'REQUESTED', patient_id: patient });
		await act(w, cu, asked.path, { action: 'offer', explained: 'Hva en plan er' });
		await act(w, pt, asked.path, { action: 'decline_offer' });
		const { IP } = await duties(patient);
		assert.deepEqual([IP.rule, IP.overdue], ['DECLINED', false]);
	});

	test('a plan whose coordinator has left; a crisis plan not looked at for a year', async () => {
		const patient = await enrolled();
		await active(w, patient);
		const plan = await begin(w, tm, { kind: 'CRISIS', patient_id: patient, next_review_on: soon, ...contents.CRISIS });
		await write(w, tm, plan.path, { consent_id: await consent(w, patient) });
		await act(w, tm, plan.path, { action: 'submit' });
		await act(w, tm, plan.path, { action: 'approve', form: 'ORAL', witness: 'Tone Bjerkås' });
		assert.deepEqual(await rules(patient), { WORK_ACTIVITY: 'NEVER_MADE', TREATMENT: 'NEVER_MADE' });
		await w.sql(`update plan set reviewed_at = ${back('clock_now()', 400)} where id = $1`, [plan.id]);
		await w.sql(`update staff_membership set state = 'ENDED', valid_to = clock_today() where staff_id = $1`, [w.ids.staff[co]]);
		assert.deepEqual(await rules(patient), { CRISIS: 'REVIEW_LATE', IP: 'COORDINATOR_GONE', WORK_ACTIVITY: 'NEVER_MADE', TREATMENT: 'NEVER_MADE' });
		const [gap] = await gaps(patient, '&gap=HOLDER_GONE');
		assert.deepEqual([gap.rule, gap.staff_id, gap.entity, gap.agencies[0].name], ['PLAN_COORDINATOR', w.ids.staff[co], 'plans', 'Drammen kommune']);
		assert.ok(Date.parse(gap.since) <= Date.now());
		await w.sql(`update staff_membership set state = 'ACTIVE', valid_to = null where staff_id = $1`, [w.ids.staff[co]]);
	});

	test('is the team\'s own list: also for members who may not read the plan, for nobody else', async () => {
		const patient = await enrolled();
		for (const who of [tm, 'drammen-dps:tm-3']) assert.equal((await duties(patient, who)).IP.rule, 'NEVER_MADE');
		for (const who of [dps, mh, co, gp, lier, 'nav-drammen:nav-1', 'politi-demo:po-1', pt]) for (const path of ['/plan-duties', '/responsibility-gaps']) (await w.api(who, 'GET', path)).is(403, 'forbidden');
		assert.deepEqual((await w.api('drammen-dps:tl-2', 'GET', '/plan-duties')).is(200).body.items, [], 'another unit\'s leader');
		assert.deepEqual((await w.api('drammen-kommune:tl-1', 'GET', '/plan-duties')).is(200).body.items, [], 'in relation, but not the team');
		(await w.api(tl, 'POST', `/patients/${patient}/objections`, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff[tm] })).is(201);
		assert.deepEqual(await duties(patient, tm), {});
		assert.equal((await duties(patient)).IP.rule, 'NEVER_MADE');
		await w.sql(`update enrolment set state = 'DECEASED', ended_at = clock_now(), end_reason = 'DECEASED' where patient_id = $1`, [patient]);
		assert.deepEqual(await duties(patient), {});
	});

	test('filters, order and cursor', async () => {
		const all = (await w.api(tl, 'GET', '/plan-duties?limit=200')).is(200).body.items;
		assert.ok(all.length > 5);
		const due = all.map((d) => d.due_at);
		assert.deepEqual(due, [...due].sort());
		for (const [query, fits] of [['kind=IP', (d) => d.kind === 'IP'], ['overdue=true', (d) => d.overdue], ['overdue=false', (d) => !d.overdue], [`unit_id=${team}`, (d) => d.unit.id === team]]) {
			const some = (await w.api(tl, 'GET', `/plan-duties?limit=200&${query}`)).is(200).body.items;
			assert.ok(some.length > 0 && some.every(fits), query);
		}
		const page = (await w.api(tl, 'GET', '/plan-duties?limit=3')).body;
		assert.deepEqual((await w.api(tl, 'GET', page.links.next)).is(200).body.items, all.slice(3, 6));
	});
});

describe('between the chairs', () => {
	const accept = (staff) => ({ action: 'accept', responsible_staff_id: w.ids.staff[staff], start_on: soon });

	test('a measure that nobody has accepted, and who asked whom', async () => {
		const patient = await enrolled();
		const plan = await wholeDraft(w, patient);
		const [gap] = await gaps(patient);
		assert.deepEqual([gap.gap, gap.gap_nb, gap.rule, gap.entity, gap.entity_id, gap.agencies.map((a) => a.name)],
			['NOT_ACCEPTED', 'Ingen har tatt på seg ansvaret', 'MEASURE_ACCEPT', 'measures', plan.measure.id, ['Drammen kommune']]);
		assert.equal(gap.since, plan.measure.proposed_at);
		await act(w, mh, `/measures/${plan.measure.id}`, accept(mh));
		assert.deepEqual(await gaps(patient), []);
	});

	test('a plan that is asked for and has no coordinator', async () => {
		const patient = await enrolled();
		const asked = await begin(w, tm, { kind: 'IP', start: 'REQUESTED', patient_id: patient });
		const [gap] = await gaps(patient);
		assert.deepEqual([gap.gap, gap.rule, gap.entity_id], ['NOT_ACCEPTED', 'PLAN_COORDINATOR', asked.id]);
	});

	test('holders whose membership has ended, since then', async () => {
		const patient = await enrolled();
		const plan = await wholeDraft(w, patient);
		await act(w, mh, `/measures/${plan.measure.id}`, accept(mh));
		const leave = (staff) => w.sql(`update staff_membership set valid_to = clock_today() - 3 where staff_id = $1`, [w.ids.staff[staff]]);
		await leave(mh);
		await leave('drammen-dps:tm-2');
		const gone = await gaps(patient);
		assert.deepEqual(gone.map((g) => [g.gap, g.rule, g.entity]).sort(), [['HOLDER_GONE', 'MEASURE_HOLDER', 'measures'], ['HOLDER_GONE', 'SUBSTITUTE', 'enrolments']]);
		assert.ok(gone.every((g) => daysBetween(g.since, Date.now()) >= 2));
		await leave(tm);
		assert.ok((await gaps(patient)).some((g) => g.rule === 'MAIN_CONTACT'));
		await w.sql('update staff_membership set valid_to = null where valid_to is not null');
	});

	test('the same measure accepted by two agencies', async () => {
		const patient = await enrolled();
		const plan = await wholeDraft(w, patient);
		const second = (await w.api(co, 'POST', '/measures', measureFor(w, plan.id, 'lier-kommune:mottak', { title: 'hjelp i HJEMMET' }))).is(201).body;
		await act(w, mh, `/measures/${plan.measure.id}`, accept(mh));
		await act(w, lier, `/measures/${second.id}`, accept(lier));
		const [gap] = await gaps(patient);
		assert.deepEqual([gap.gap, gap.rule, gap.agencies.map((a) => a.name)], ['HELD_BY_TWO', 'SAME_MEASURE', ['Drammen kommune', 'Lier kommune']]);
	});

	test('services of one level alone, or of none, thirty days after the enrolment', async () => {
		const missing = async (patient) => (await gaps(patient, '&gap=LEVEL_MISSING')).map((g) => [g.rule, g.entity, g.agencies.map((a) => a.name)]);
		assert.deepEqual(await missing(await enrolled(29)), [], 'there is time');
		const patient = await enrolled(40);
		assert.deepEqual(await missing(patient), [['CONCURRENT_SERVICES', 'enrolments', []]]);
		const plan = await wholeDraft(w, patient);
		const begun = async (id, who) => {
			await act(w, who, `/measures/${id}`, accept(who));
			return act(w, who, `/measures/${id}`, { action: 'start' });
		};
		await begun(plan.measure.id, mh);
		assert.deepEqual(await missing(patient), [['CONCURRENT_SERVICES', 'enrolments', ['Drammen kommune']]]);
		const ours = (await w.api(co, 'POST', '/measures', measureFor(w, plan.id, 'drammen-dps:fact', { title: 'Samtaler' }))).is(201).body;
		await begun(ours.id, tm);
		assert.deepEqual(await missing(patient), []);
		await act(w, mh, `/measures/${plan.measure.id}`, { action: 'complete', evaluation: { not_asked: true } });
		const [gap] = await gaps(patient, '&gap=LEVEL_MISSING');
		assert.deepEqual(gap.agencies.map((a) => a.name), ['Drammen DPS']);
		assert.ok(Date.now() - Date.parse(gap.since) < 60_000, 'since the last one of the level stopped');
	});

	test('the matrix in force names exactly one agency for each task', async () => {
		const parties = [['drammen-dps', 'SECOND_LINE'], ['drammen-kommune', 'MUNICIPALITY'], ['lier-kommune', 'MUNICIPALITY'], ['nav-drammen', 'NAV']];
		await w.sql(`insert into responsibility_matrix (id, unit_id, owner_agency_id, edition, state, rows, parties, in_force_from, created_by)
			values (gen_random_uuid(), $1, $2, 1, 'IN_FORCE', responsibility_default_rows() || '[{"task": "NOBODY", "title": "Ingen sin", "duties": {"GP": "C"}}]', $3, ${back('clock_now()', 1)}, $4)`,
		[team, w.ids.agency['drammen-dps'], JSON.stringify(parties.map(([slug, acts_as]) => ({ agency_id: w.ids.agency[slug], acts_as }))), w.ids.staff[tl]]);
		const patient = await enrolled(10);
		const found = () => gaps(patient, '').then((list) => list.map((g) => [g.gap, g.agencies.length, g.tasks?.length]).sort());
		assert.deepEqual(await found(), [['HELD_BY_NONE', 0, 1], ['HELD_BY_NONE', 0, 2]], 'no general practitioner, and a task that is nobody\'s');
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'GP_REGISTRATION' from unit where id = $2`, [patient, w.ids.unit['fastlege-demo:kontor']]);
		assert.deepEqual(await found(), [['HELD_BY_NONE', 0, 1]]);
		await w.sql('update patient set municipality_number = null where id = $1', [patient]);
		const none = (await gaps(patient, '&gap=HELD_BY_NONE')).find((g) => g.tasks.includes('Bolig'));
		assert.deepEqual([none.rule, none.entity, none.rule_nb], ['RESPONSIBILITY_MATRIX', 'responsibility-matrices', 'Ansvarsmatrisen i kraft peker ut nøyaktig én virksomhet']);
		await w.sql(`update responsibility_matrix set parties = parties || $1::jsonb`, [JSON.stringify([{ agency_id: w.ids.agency['fastlege-demo'], acts_as: 'NAV' }])]);
		const [two] = await gaps(patient, '&gap=HELD_BY_TWO');
		assert.deepEqual([two.agencies.map((a) => a.name), two.tasks], [['Elvebyen legesenter', 'NAV Drammen'], ['Inntekt, gjeld, økonomi', 'Plan for arbeid og aktivitet, IPS']]);
	});

	test('filters, order and cursor', async () => {
		const all = (await w.api(tl, 'GET', '/responsibility-gaps?limit=200')).is(200).body.items;
		assert.ok(all.length > 5);
		const since = all.map((g) => g.since);
		assert.deepEqual(since, [...since].sort());
		const some = (await w.api(tl, 'GET', `/responsibility-gaps?gap=NOT_ACCEPTED&unit_id=${team}`)).body.items;
		assert.ok(some.length > 0 && some.every((g) => g.gap === 'NOT_ACCEPTED'));
		const page = (await w.api(tl, 'GET', '/responsibility-gaps?limit=3')).body;
		assert.deepEqual((await w.api(tl, 'GET', page.links.next)).is(200).body.items, all.slice(3, 6));
	});
});

test('what the watch takes for valid is what is said of each plan', async () => {
	const [{ same, n }] = await w.sql(`select count(*)::int as n, bool_and((p.id = any (valid_plans(array(select id from patient)))) = plan_is_valid(p)) as same
		from plan p where p.state not in ('CANCELLED')`);
	assert.ok(n > 5, `${n} plans`);
	assert.equal(same, true);
	// each thing that a valid plan must have, taken away in turn
	const broken = ["update plan set next_review_on = clock_today() - 40", "update plan set next_review_on = clock_today() - 20", 'update plan set content = \'{}\'', 'update plan set coordinator_staff_id = null, coordinator_unit_id = null, coordinator_agency_id = null',
		`update consent set valid_from = ${back('clock_now()', 2)}, valid_to = ${back('clock_now()', 1)}`, 'update plan_goal set removed_at = clock_now()', 'update plan_participant set left_at = clock_now()', 'update measure set extent = null', 'update measure set how = null',
		"update plan set period_from = clock_today() - 90, period_to = clock_today() - 1", "update plan set reviewed_at = clock_now() - interval '13 months'", "update plan set next_review_on = clock_today() + 300"];
	for (const change of broken) {
		const odd = await w.database.asOwner(async (c) => {
			await c.query(change);
			return (await c.query(`select p.kind, plan_is_valid(p) as by_itself from plan p
				where (p.id = any (valid_plans(array(select id from patient)))) <> plan_is_valid(p)`)).rows;
		});
		assert.deepEqual(odd, [], change);
	}
});
