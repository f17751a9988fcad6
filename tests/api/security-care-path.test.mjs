// What somebody who wishes to know too much would try along the care path: relatives, answers, derived pictures, rows of
// others, plans that nobody coordinates, cards that were made before an objection.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, relate } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { world } from './harness.mjs';
import { enrolled } from './intake-steps.mjs';
import { begin, contents, people, person, wholeDraft } from './plan-steps.mjs';

const w = await world();
const { tm, tl, dps, co, ko, gp } = people;
const nav = 'nav-drammen:nav-1';
const re = 'citizen:re-1';
const peer = 'drammen-dps:tm-3'; // a team member without a health profession
const object = async (patient, members) => (await w.api(tm, 'POST', `/patients/${patient}/objections`, members)).is(201).body;

describe('a relative', async () => {
	const patient = await person(w);
	const relation = (await w.api(tm, 'POST', `/patients/${patient}/relations`, { kind: 'RELATIVE', name: 'Blid Furu', national_id: '10915596784' })).is(201).body;
	const allow = (categories) => w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_relation_id, data_categories, purpose, valid_to)
		values (gen_random_uuid(), $1, $2, 'RELATIVE_INFO', 'GRANTED', $3, $4, 'Mor kan få vite', clock_now() + interval '1 year')`, [patient, w.ids.agency['drammen-dps'], relation.id, categories]);
	const crisis = await begin(w, tm, { kind: 'CRISIS', patient_id: patient, ...contents.CRISIS });
	const plan = await wholeDraft(w, patient);
	const listed = async (path) => (await w.api(re, 'GET', `${path}?patient_id=${patient}`)).is(200).body.items.map((i) => i.id);

	test('reads what the person has consented to, and no other kind of data', async () => {
		await allow(['IDENTITY']);
		(await w.api(re, 'GET', `/patients/${patient}`)).is(200);
		(await w.api(re, 'GET', crisis.path)).is(404, 'not_found');
		(await w.api(re, 'GET', `/patients/${patient}/responsibilities`)).is(404, 'not_found');
		assert.deepEqual(await listed('/plans'), []);
		await allow(['PLAN', 'MEASURES']);
		(await w.api(re, 'GET', crisis.path)).is(200);
	});

	test('reads an individual plan, and its measures, when they take part in it', async () => {
		(await w.api(re, 'GET', plan.path)).is(404, 'not_found');
		(await w.api(re, 'GET', `/measures/${plan.measure.id}`)).is(404, 'not_found');
		assert.deepEqual([await listed('/plans'), await listed('/measures')], [[crisis.id], []]);
		await w.sql(`insert into plan_participant (id, plan_id, patient_id, kind, relation_id, name, part) values (gen_random_uuid(), $1, $2, 'RELATIVE', $3, 'Blid Furu', 'Mor')`,
			[plan.id, patient, relation.id]);
		(await w.api(re, 'GET', plan.path)).is(200);
		(await w.api(re, 'GET', `/measures/${plan.measure.id}`)).is(200);
		assert.deepEqual(await listed('/measures'), [plan.measure.id]);
	});
});

test('an answer to a message is told no one whom a message may not be sent to', async () => {
	const patient = await makePerson(w, { units: ['drammen-kommune:mottak', 'nav-drammen:kontor'] });
	const asked = async () => (await w.api(nav, 'POST', '/messages', { to_unit_id: w.ids.unit['drammen-kommune:mottak'], patient_id: patient, subject: 'Spørsmål', text: 'Er vedkommende hos dere?' })).is(201).body;
	const answer = (m) => step(w, people.mh, `/messages/${m.id}`, { action: 'answer', text: 'Ja, og hun er syk' });
	(await answer(await asked())).is(403, 'consent_required');
	await consentTo(w, patient, 'nav-drammen');
	(await answer(await asked())).is(200);
	const late = await asked();
	await object(patient, { scope: 'WHOLE_RECORD', against: 'AGENCY', against_id: w.ids.agency['nav-drammen'] });
	(await answer(late)).is(422, 'invalid_value');
});

describe('pictures that are put together', async () => {
	const { patient } = await enrolled(w);
	const unit = w.ids.unit['drammen-dps:fact'];
	for (const u of ['drammen-kommune:mottak', 'drammen-kommune:kommuneoverlege', 'fastlege-demo:kontor']) if (w.ids.unit[u]) await relate(w, patient, u);
	await relate(w, patient, 'drammen-kommune:koordinering', 'PLAN');
	const [{ id: koUnit }] = await w.sql("select m.unit_id as id from staff_membership m where m.staff_id = $1 and m.role = 'KO'", [w.ids.staff[ko]]);
	await w.sql("insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2 on conflict do nothing", [patient, koUnit]);
	const plan = await wholeDraft(w, patient);
	const template = (await w.api(tl, 'POST', '/flow-templates', { unit_id: unit, name: 'Forløp' })).is(201).body;
	(await step(w, tl, `/flow-templates/${template.id}`, { action: 'publish' })).is(200);
	const events = async (who) => (await w.api(who, 'GET', `/patients/${patient}/flow-comparisons`)).is(200).body.items[0].steps.map((s) => s.event);
	const has = async (who) => (await w.api(who, 'GET', `/patients/${patient}/responsibilities`)).is(200).body.items;
	const closed = ['REFERRAL_DECIDED', 'SOMATIC_ASSESSED', 'WARD_DISCHARGED', 'CONTACT_AFTER_DISCHARGE'];

	test('tell the way of a person without what the role has no cell for', async () => {
		const all = await events(tl);
		assert.ok(closed.every((event) => all.includes(event)));
		for (const who of [peer, co, ko]) assert.deepEqual((await events(who)).filter((event) => closed.includes(event)), [], who);
	});

	test('nor what the person has closed', async () => {
		const o = await object(patient, { scope: 'RESOURCE_TYPES', resource_types: ['somatic-assessments', 'enrolments'], against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-2'] });
		const seen = await events('drammen-dps:tm-2');
		assert.deepEqual([seen.includes('SOMATIC_ASSESSED'), seen.includes('ENROLLED'), seen.includes('CRISIS_PLAN_IN_FORCE')], [false, false, true]);
		assert.deepEqual((await has('drammen-dps:tm-2')).filter((i) => i.resource === 'enrolments' || ['TEAM', 'MAIN_CONTACT', 'SUBSTITUTE'].includes(i.kind)), []);
		assert.equal(o.state ?? o.status, 'ACTIVE');
	});

	test('tell of measures those who may read measures, and nobody while the plan is suspended', async () => {
		const measures = async (who) => (await has(who)).filter((i) => i.kind.startsWith('MEASURE')).map((i) => i.title);
		assert.deepEqual(await measures(ko), []);
		assert.deepEqual(await measures(peer), ['Tiltak: HOUSING']);
		assert.deepEqual(await measures(tl), ['Hjelp i hjemmet']);
		await w.sql("update plan set state = 'SUSPENDED', version_number = greatest(version_number, 1) where id = $1", [plan.id]);
		assert.deepEqual([await measures(tl), await measures(gp)], [[], []]);
		assert.equal((await measures(people.mh)).length, 1, 'the own duty is known');
	});
});

test('the team corrects what the team has recorded, not what other agencies have', async () => {
	const patient = await makePerson(w, { units: ['fastlege-demo:kontor'] });
	const somatic = { patient_id: patient, examined_on: '2026-01-05', weight_kg: 80 };
	const theirs = await w.api(gp, 'POST', '/somatic-assessments', somatic);
	const path = `/somatic-assessments/${theirs.is(201).body.id}`;
	const correction = { weight_kg: 81, correction_reason: 'Feil tall' };
	(await w.change(tm, 'PATCH', path, correction)).is(403, 'forbidden');
	(await w.change(gp, 'PATCH', path, correction)).is(200);
	const ours = (await w.api(tm, 'POST', '/somatic-assessments', somatic)).is(201).body;
	(await w.change('drammen-dps:tl-1', 'PATCH', `/somatic-assessments/${ours.id}`, correction)).is(200);
});

test('a plan shows no measure that the person has closed', async () => {
	const patient = await person(w);
	const plan = await wholeDraft(w, patient);
	const other = 'drammen-dps:tm-2';
	const measures = async () => (await w.api(other, 'GET', plan.path)).is(200).body.measures.length;
	const close = (members) => object(patient, { against: 'STAFF', against_id: w.ids.staff[other], ...members });
	assert.equal(await measures(), 1);
	await close({ scope: 'ITEMS', item_ids: [plan.measure.id] });
	(await w.api(other, 'GET', `/measures/${plan.measure.id}`)).is(403, 'blocked');
	assert.equal(await measures(), 0);
	await w.api(co, 'POST', '/measures', { plan_id: plan.id, title: 'Annet', domain: 'ECONOMY', how: 'Møte', extent: '1 time', responsible_unit_id: w.ids.unit['drammen-kommune:mottak'] }).then((r) => r.is(201));
	assert.equal(await measures(), 1);
	await close({ scope: 'RESOURCE_TYPES', resource_types: ['plan-measures'] });
	assert.equal(await measures(), 0);
});

test('who may only read a plan does not make themselves its coordinator', async () => {
	const patient = await person(w, { units: ['drammen-kommune:koordinering', 'drammen-dps:poliklinikk'] });
	const plan = await begin(w, co, { kind: 'IP', patient_id: patient, start: 'REQUESTED', reason: 'Ønsker plan' });
	const { etag } = (await w.api(dps, 'GET', plan.path)).is(200);
	const put = (who, unit) => w.api(who, 'PUT', `${plan.path}/coordinator`, { staff_id: w.ids.staff[who], unit_id: w.ids.unit[unit] }, { 'if-match': etag });
	(await put(dps, 'drammen-dps:poliklinikk')).is(403, 'forbidden');
	(await put(co, 'drammen-kommune:koordinering')).is(200);
});

test('a warning that was given is closed to a sender whom the person has blocked', async () => {
	const patient = await makePerson(w, { units: ['nav-drammen:kontor'] });
	const flag = (await w.api(tm, 'POST', '/risk-flags', { patient_id: patient, kind: 'WEAPON', level: 'RED', text: 'Kniv' })).is(201).body;
	const d = (await w.api(tm, 'POST', `/risk-flags/${flag.id}/disclosures`, { to_unit_id: w.ids.unit['nav-drammen:kontor'], warning: 'Kom to sammen', necessity: 'Fare for ansatte ved møtet' })).is(201).body;
	const other = 'drammen-dps:tm-2';
	(await w.api(other, 'GET', `/danger-disclosures/${d.id}`)).is(200);
	await object(patient, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff[other] });
	(await w.api(other, 'GET', `/danger-disclosures/${d.id}`)).is(404);
	assert.ok(!(await w.api(other, 'GET', '/danger-disclosures')).body.items.some((i) => i.id === d.id));
	(await w.api(nav, 'GET', `/danger-disclosures/${d.id}`)).is(200);
});

test('a board that was made is not shown after an objection, nor a contact that is closed', async () => {
	const unit = w.ids.unit['drammen-dps:fact'];
	const other = 'drammen-dps:tm-2';
	const patient = await makePerson(w);
	const planned = async (of, enrolment = null) => (await w.sql(`insert into contact (id, patient_id, enrolment_id, unit_id, agency_id, planned_at, mode)
		values (gen_random_uuid(), $1, $2, $3, $4, (clock_today() + time '23:59') at time zone 'Europe/Oslo', 'PHONE') returning id`, [of, enrolment, unit, w.ids.agency['drammen-dps']]))[0].id;
	const visit = await planned(patient);
	await w.sql('insert into contact_staff (contact_id, staff_id, agency_id) values ($1, $2, $3)', [visit, w.ids.staff[tm], w.ids.agency['drammen-dps']]);
	const board = async () => JSON.stringify((await w.api(other, 'GET', `/units/${unit}/board`)).is(200).body);
	assert.ok((await board()).includes(patient));
	await object(patient, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff[other] });
	assert.ok(!(await board()).includes(patient));

	const e = await enrolled(w);
	(await step(w, tm, e.path, { action: 'start_outreach' })).is(200);
	const next = await planned(e.patient, e.id);
	assert.ok((await board()).includes(next));
	await object(e.patient, { scope: 'ITEMS', item_ids: [next], against: 'STAFF', against_id: w.ids.staff[other] });
	assert.ok(!(await board()).includes(next));
});

test('who sees that there was a contact does not find out with whom by asking', async () => {
	const patient = await makePerson(w, { units: ['fastlege-demo:kontor'] });
	const made = (await w.api(tm, 'POST', '/contacts', { patient_id: patient, mode: 'PHONE', outcome: 'HELD', started_at: new Date(Date.now() - 3_600_000).toISOString(), minutes: 10 })).is(201).body;
	const list = async (query) => (await w.api(gp, 'GET', `/contacts?patient_id=${patient}${query}`)).is(200).body.items.map((c) => c.id);
	assert.deepEqual(await list(''), [made.id]);
	assert.deepEqual(await list(`&staff_id=${w.ids.staff[tm]}`), []);
	assert.deepEqual(await list(`&unit_id=${w.ids.unit['drammen-dps:fact']}`), []);
});

test('the rows that count answers do not tell, by their transaction, what the last one answered', async () => {
	for (const value of [2, 5]) await w.sql("select survey_submit('USER', $1, gen_random_uuid(), jsonb_build_object('RESPECT', $2::int))", [w.ids.unit['drammen-dps:fact'], value]);
	const rows = await w.sql("select xmin::text as made, question, value from survey_tally where unit_id = $1 and survey = 'USER'", [w.ids.unit['drammen-dps:fact']]);
	assert.equal(rows.length, 30);
	assert.equal(new Set(rows.map((r) => r.made)).size, 1);
});
