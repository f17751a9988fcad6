// Who has what for a person, and since when: derived from what carries a responsibility, as much as the caller may see.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, relate } from './around-steps.mjs';
import { opened, step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { enrolled } from './intake-steps.mjs';
import { measureFor, people, wholeDraft } from './plan-steps.mjs';
import { back, day } from './lib/days.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const nav = 'nav-drammen:nav-1';
const { patient, id: enrolment } = await enrolled(w);
await relate(w, patient, 'drammen-kommune:koordinering', 'PLAN');
for (const unit of ['drammen-kommune:mottak', 'nav-drammen:kontor']) await relate(w, patient, unit);
await relate(w, patient, 'fastlege-demo:kontor', 'GP_REGISTRATION');
const plan = await wholeDraft(w, patient);

await consentTo(w, patient, 'nav-drammen', { categories: ['MEASURES'] });
const ours = plan.measure;
(await step(w, people.mh, `/measures/${ours.id}`, { action: 'accept', responsible_staff_id: w.ids.staff[people.mh], start_on: day() })).is(200);
const asked = (await w.api(people.co, 'POST', '/measures', measureFor(w, plan.id, 'nav-drammen:kontor', { title: 'Søke arbeidsavklaringspenger', domain: 'ECONOMY' }))).is(201).body;

const all = async (who, of = patient) => (await w.api(who, 'GET', `/patients/${of}/responsibilities`)).is(200).body;
const kinds = (body) => [...new Set(body.items.map((i) => i.kind))];
const of = (body, kind) => body.items.filter((i) => i.kind === kind);

describe('the team is told', () => {
	test('who has what, and since when', async () => {
		const body = await all(tl);
		assert.deepEqual(kinds(body).filter((k) => k !== 'TASK' && k !== 'REFERRAL'), ['TEAM', 'MAIN_CONTACT', 'SUBSTITUTE', 'COORDINATOR', 'GP', 'MEASURE', 'MEASURE_PROPOSED']);
		const [contact] = await w.sql('select main_contact_id, valid_from from enrolment_main_contact where enrolment_id = $1 and valid_to is null', [enrolment]);
		const [main] = of(body, 'MAIN_CONTACT');
		assert.deepEqual([main.staff.id, new Date(main.since).getTime(), main.days, main.href], [contact.main_contact_id, contact.valid_from.getTime(), 0, `/api/v1/enrolments/${enrolment}`]);
		assert.deepEqual(of(body, 'COORDINATOR').map((c) => [c.id, c.staff.id, c.agency.name]), [[plan.id, w.ids.staff[people.co], 'Drammen kommune']]);
		assert.deepEqual(of(body, 'GP').map((g) => g.unit.id), [w.ids.unit['fastlege-demo:kontor']]);
		assert.deepEqual(of(body, 'MEASURE').map((m) => [m.id, m.title, m.staff.id, m.agency.id]), [[ours.id, 'Hjelp i hjemmet', w.ids.staff[people.mh], w.ids.agency['drammen-kommune']]]);
		assert.deepEqual(of(body, 'MEASURE_PROPOSED').map((m) => [m.id, m.unit, m.offered_to.id, m.due_at === undefined]), [[asked.id, undefined, w.ids.unit['nav-drammen:kontor'], false]]);
	});

	test('who is accountable for substitution treatment and who carries it out: health personnel and the person alone', async () => {
		const person = await makePerson(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'], plan: ['drammen-kommune:koordinering'], self: true });
		await consentTo(w, person, 'nav-drammen', { categories: ['ENROLMENT'] });
		await consentTo(w, person, 'drammen-kommune', { categories: ['ENROLMENT'] });
		const lar = (await w.api(people.dps, 'POST', '/opioid-substitution-followups', { patient_id: person, started_on: '2026-01-05', medicine: 'METHADONE', level: 'BOTH', prescriber: 'Overlege', prescriber_kind: 'SPECIALIST',
			dispensing_place: 'PHARMACY', dispensed_per_week: 3 })).is(201).body;
		for (const who of [people.dps, 'drammen-dps:tm-1', tl, people.mh, people.gp, people.ko, 'citizen:pt-1']) {
			const rows = of(await all(who, person), 'LAR');
			assert.deepEqual(rows.map((r) => r.id), [lar.id, lar.id, lar.id], who);
			assert.deepEqual(rows.filter((r) => r.title.endsWith('ansvarlig')).map((r) => [r.agency.name, r.due_at !== undefined]), [['Drammen DPS', true]]);
			assert.deepEqual(rows.filter((r) => r.title.endsWith('utfører')).map((r) => r.agency.id).sort(), ['drammen-kommune', 'fastlege-demo'].map((a) => w.ids.agency[a]).sort());
		}
		for (const who of ['drammen-dps:tm-3', people.co, people.cu, people.nav, people.ho]) assert.deepEqual(of(await all(who, person), 'LAR'), [], who);
		(await step(w, people.dps, `/opioid-substitution-followups/${lar.id}`, { action: 'end', end_reason: 'TAPERED' })).is(200);
		assert.deepEqual(of(await all(tl, person), 'LAR'), []);
	});

	test('on which levels the person is followed up, and how much is going on', async () => {
		const followup = async (who, person) => (await all(who, person)).followup;
		const person = await makePerson(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:koordinering', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor'] });
		const nothing = { concurrent_services: false, agencies: 0, services: 0 };
		assert.deepEqual(await followup(tl, person), nothing);
		const one = await wholeDraft(w, person);
		const run = async (id, who) => {
			await step(w, who, `/measures/${id}`, { action: 'accept', responsible_staff_id: w.ids.staff[who], start_on: day() });
			return (await step(w, who, `/measures/${id}`, { action: 'start' })).is(200);
		};
		await run(one.measure.id, people.mh);
		assert.deepEqual(await followup(tl, person), { level: 'MUNICIPAL_ONLY', concurrent_services: false, agencies: 1, services: 1 });
		const second = (await w.api(people.co, 'POST', '/measures', measureFor(w, one.id, 'drammen-dps:fact', { title: 'Samtaler' }))).is(201).body;
		await run(second.id, people.tm);
		const both = { level: 'BOTH', concurrent_services: true, agencies: 2, services: 2 };
		for (const who of [tl, people.tm, people.dps, people.mh, people.gp, people.co]) assert.deepEqual(await followup(who, person), both, who);
		assert.deepEqual(await followup(people.ko, person), { level: 'BOTH' }, 'a chief doctor has no part in measures');
		await consentTo(w, person, 'nav-drammen', { categories: ['ENROLMENT'] });
		for (const who of ['drammen-dps:tm-3', nav]) assert.equal(await followup(who, person), undefined, who);
		(await step(w, people.mh, `/measures/${one.measure.id}`, { action: 'hold', reason: 'Ferie', until: '2999-01-01' })).is(200);
		assert.deepEqual(await followup(tl, person), { level: 'SPECIALIST_ONLY', concurrent_services: false, agencies: 1, services: 1 });
		(await w.api(people.dps, 'POST', '/opioid-substitution-followups', { patient_id: person, started_on: '2026-01-05', medicine: 'METHADONE', level: 'MUNICIPAL_ONLY', prescriber: 'Lege', prescriber_kind: 'GP',
			dispensing_place: 'PHARMACY', dispensed_per_week: 3 })).is(201);
		assert.equal((await followup(tl, person)).level, 'BOTH');
		assert.equal((await followup(people.co, person)).level, 'SPECIALIST_ONLY', 'a coordinator does not hear of substitution treatment');
		await w.sql("update patient set address_protection = 'STRICTLY_CONFIDENTIAL' where id = $1", [person]);
		assert.equal(await followup(people.co, person), undefined, 'strictly protected');
		await w.sql("update patient set address_protection = 'NONE' where id = $1", [person]);
		(await w.api(people.tm, 'POST', `/patients/${person}/objections`, { scope: 'ITEMS', item_ids: [second.id], against: 'STAFF', against_id: w.ids.staff[people.gp] })).is(201);
		assert.equal(await followup(people.gp, person), undefined, 'one measure is closed');
		(await w.api(people.tm, 'POST', `/patients/${person}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['admissions'], against: 'STAFF', against_id: w.ids.staff[people.mh] })).is(201);
		assert.equal(await followup(people.mh, person), undefined, 'closed in part');
	});

	test('since when the coordinator has been it, not since when the plan is', async () => {
		await w.sql(`update row_history set valid_from = ${back('valid_from', 40)} where entity_id = $1`, [plan.id]);
		const before = of(await all(tl), 'COORDINATOR')[0];
		assert.equal(before.days, 40);
		await w.sql('update plan set coordinator_staff_id = $2 where id = $1', [plan.id, w.ids.staff[people.cu]]);
		const after = of(await all(tl), 'COORDINATOR')[0];
		assert.deepEqual([after.staff.id, after.days], [w.ids.staff[people.cu], 0]);
	});

	test('what waits: offers, tasks and reports of the own unit', async () => {
		const mh = people.mh;
		const number = '01819012365';
		const r = await opened(w, mh, { subject: { number } });
		const [{ patient_id: person }] = await w.sql('select patient_id from concern_report where id = $1', [r.id]);
		const task = (await w.api(mh, 'POST', '/tasks', { title: 'Ring', patient_id: person, unit_id: w.ids.unit['drammen-kommune:mottak'], due_at: '2020-01-01T00:00:00Z' })).is(201).body;
		const report = of(await all(mh, person), 'CONCERN_REPORT');
		assert.deepEqual(report.map((i) => [i.id, i.staff.id, i.unit.id]), [[r.id, w.ids.staff[mh], w.ids.unit['drammen-kommune:mottak']]]);
		assert.deepEqual(of(await all(mh, person), 'TASK').filter((t) => t.id === task.id).map((t) => [t.title, t.overdue]), [['Ring', true]]);
		(await step(w, mh, r.path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' })).is(200);
		assert.deepEqual(of(await all(mh, person), 'HANDOVER').map((h) => [h.unit.agency_name, h.offered_to.agency_name]), [['Drammen kommune', 'Lier kommune']]);
		await relate(w, person, 'drammen-dps:poliklinikk');
		assert.deepEqual(kinds(await all(people.dps, person)), [], 'another unit does not hear of the report');
		assert.ok(kinds(await all('citizen:pt-1', person)).includes('CONCERN_REPORT'));
	});

	test('the matrix in force of the team', async () => {
		assert.deepEqual((await all(tl)).matrices, []);
		const m = (await w.api(tl, 'POST', '/responsibility-matrices', { unit_id: w.ids.unit['drammen-dps:fact'], parties: [{ agency_id: w.ids.agency['drammen-dps'], acts_as: 'SECOND_LINE' }] })).is(201).body;
		for (const action of ['submit', 'approve']) (await step(w, tl, `/responsibility-matrices/${m.id}`, { action })).is(200);
		for (const who of [tl, people.mh, people.gp]) assert.deepEqual((await all(who)).matrices.map((x) => [x.id, x.rows.length]), [[m.id, 16]], who);
	});
});

describe('others are told', () => {
	test('what it is, not more of a measure than its field', async () => {
		assert.equal(of(await all(people.gp), 'MEASURE')[0].title, 'Tiltak: HOUSING');
		assert.equal(of(await all(people.mh), 'MEASURE')[0].title, 'Hjelp i hjemmet');
		assert.equal(of(await all(people.co), 'MEASURE')[0].title, 'Hjelp i hjemmet');
	});

	test('NAV, with consent, whom to turn to and what is NAV\'s own', async () => {
		(await w.api(nav, 'GET', `/patients/${patient}/responsibilities`)).is(403, 'consent_required');
		await consentTo(w, patient, 'nav-drammen', { categories: ['ENROLMENT'] });
		const body = await all(nav);
		assert.deepEqual(kinds(body).filter((k) => k !== 'TASK'), ['TEAM', 'MAIN_CONTACT', 'SUBSTITUTE', 'COORDINATOR', 'MEASURE_PROPOSED']);
		assert.deepEqual(of(body, 'MEASURE_PROPOSED').map((m) => m.id), [asked.id]);
	});

	test('nobody who is not related, nor the police, nor those who oversee', async () => {
		for (const id of [patient, anyId()]) (await w.api('lier-kommune:mh-1', 'GET', `/patients/${id}/responsibilities`)).is(404, 'not_found');
		for (const who of ['politi-demo:po-1', 'drammen-dps:pv-1', 'drammen-dps:qm-1', 'drammen-dps:sa-1']) (await w.api(who, 'GET', `/patients/${patient}/responsibilities`)).is(403, 'forbidden');
	});

	test('not what the person has closed to them', async () => {
		const object = (members) => w.api(people.tm, 'POST', `/patients/${patient}/objections`, { against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-2'], ...members }).then((r) => r.is(201));
		await object({ scope: 'RESOURCE_TYPES', resource_types: ['plan-measures'] });
		const body = await all('drammen-dps:tm-2');
		assert.deepEqual([of(body, 'MEASURE'), of(body, 'MEASURE_PROPOSED'), of(body, 'TEAM').length], [[], [], 1]);
		await object({ scope: 'RESOURCE_TYPES', resource_types: ['responsibilities'] });
		(await w.api('drammen-dps:tm-2', 'GET', `/patients/${patient}/responsibilities`)).is(403, 'blocked');
	});

	test('no other agencies of who is strictly protected', async () => {
		await w.sql("update patient set address_protection = 'STRICTLY_CONFIDENTIAL' where id = $1", [patient]);
		assert.ok((await all(people.mh)).items.every((i) => i.agency.id === w.ids.agency['drammen-kommune']));
		await w.sql("update patient set address_protection = 'NONE' where id = $1", [patient]);
	});

	test('of a person whom nobody has anything for: nothing', async () => {
		assert.deepEqual(await all(tl, await makePerson(w)), { patient_id: (await w.sql('select id from patient order by created_at desc limit 1'))[0].id, items: [], followup: { concurrent_services: false, agencies: 0, services: 0 }, matrices: [] });
	});
});

test('a red flag counts as a known risk', async () => {
	const risk = async () => (await w.sql('select person_risk($1) as level', [patient]))[0].level;
	assert.equal(await risk(), null);
	const f = (await w.api(people.tm, 'POST', '/risk-flags', { patient_id: patient, kind: 'OVERDOSE', level: 'RED', text: 'Tre overdoser i vinter' })).is(201).body;
	assert.equal(await risk(), 'RED');
	(await step(w, people.tm, `/risk-flags/${f.id}`, { action: 'end', reason: 'Over' })).is(200);
	assert.equal(await risk(), null);
});
