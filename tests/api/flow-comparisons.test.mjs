// What happened on a person's way, beside what the templates in force expected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePerson, relate } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { enrolled, sent } from './intake-steps.mjs';
import { back } from './lib/days.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const unit = w.ids.unit['drammen-dps:fact'];
const { patient, id: enrolment, referral } = await enrolled(w);

async function published(changes = {}) {
	const t = (await w.api(tl, 'POST', '/flow-templates', { unit_id: unit, name: 'Fra henvisning', ...changes })).is(201).body;
	(await step(w, tl, `/flow-templates/${t.id}`, { action: 'publish' })).is(200);
	return t;
}
const template = await published();
const compared = async (who = tl, of = patient, query = '') => (await w.api(who, 'GET', `/patients/${of}/flow-comparisons${query}`)).is(200).body.items;
const steps = async (...args) => Object.fromEntries((await compared(...args))[0].steps.map((s) => [s.event, s]));
const statuses = async () => Object.fromEntries(Object.entries(await steps()).map(([event, s]) => [event, s.status]));
const days = (n) => back('clock_now()', n);

test('what is done, what waits, and what has not begun', async () => {
	assert.deepEqual(await statuses(), { REFERRAL_DECIDED: 'DONE', ENROLLED: 'DONE', FIRST_CONTACT: 'WAITING', CRISIS_PLAN_IN_FORCE: 'WAITING', IP_IN_FORCE: 'WAITING', WORK_PLAN_IN_FORCE: 'WAITING',
		SOMATIC_ASSESSED: 'WAITING', WARD_DISCHARGED: 'NOT_BEGUN', CONTACT_AFTER_DISCHARGE: 'NOT_BEGUN' });
	const first = (await steps()).FIRST_CONTACT;
	assert.deepEqual([first.days, first.happened_at, typeof first.due_at, first.responsible], [0, undefined, 'string', 'TEAM']);
});

test('what is late, and by how much', async () => {
	await w.sql(`update referral set sent_at = ${days(60)}, decided_at = ${days(21)} where id = $1`, [referral]);
	await w.sql(`update enrolment set enrolled_at = ${days(20)} where id = $1`, [enrolment]);
	const before = await steps();
	const [{ working }] = await w.sql(`select count(*)::int as working from generate_series(-59, -21) n where is_working_day(clock_today() + n)`);
	assert.deepEqual([before.REFERRAL_DECIDED.status, before.REFERRAL_DECIDED.days, before.ENROLLED.status, before.FIRST_CONTACT.status, before.FIRST_CONTACT.days], ['LATE', working, 'DONE', 'OVERDUE', 20]);
	await w.sql(`update enrolment set first_contact_at = ${days(4)} where id = $1`, [enrolment]);
	const after = (await steps()).FIRST_CONTACT;
	assert.deepEqual([after.status, after.days], ['LATE', 16]);
});

test('working days are counted as such', async () => {
	const t = await published({ name: 'Virkedager', steps: [{ event: 'REFERRAL_DECIDED', after: 'REFERRAL_SENT', max_days: 10, working_days: true, responsible: 'SECOND_LINE', title: 'Avgjort' }] });
	await w.sql(`update referral set sent_at = '2026-03-02T09:00:00Z', decided_at = '2026-03-16T09:00:00Z' where id = $1`, [referral]);
	await w.sql(`update enrolment set enrolled_at = '2026-03-16T10:00:00Z' where id = $1`, [enrolment]);
	const [{ steps: [s] }] = await compared(tl, patient, `?template_id=${t.id}`);
	assert.deepEqual([s.status, s.days, new Date(s.due_at).toISOString()], ['DONE', 10, '2026-03-16T23:00:00.000Z']);
	assert.deepEqual(await compared(tl, patient, `?template_id=${anyId()}`), []);
	(await step(w, tl, `/flow-templates/${t.id}`, { action: 'retire', reason: 'Prøve' })).is(200);
});

test('the last stay in hospital, and the contact after it', async () => {
	await w.sql(`insert into admission (id, patient_id, owner_agency_id, state, urgency, level, institution, admitted_at, ready_at, ended_at, disposition, discharge_meeting_held, crisis_plan_reviewed, team_informed)
		values (gen_random_uuid(), $1, $2, 'DISCHARGED', 'ACUTE', 'HOSPITAL_PSYCH', 'Sykehus', ${days(30)}, ${days(12)}, ${days(10)}, 'HOME', true, true, true)`, [patient, w.ids.agency['drammen-dps']]);
	const before = await steps();
	assert.deepEqual([before.WARD_DISCHARGED.status, before.WARD_DISCHARGED.days, before.CONTACT_AFTER_DISCHARGE.status], ['DONE', 2, 'OVERDUE']);
	await w.sql(`insert into contact (id, patient_id, unit_id, agency_id, state, started_at, minutes, mode, place, outcome)
		values (gen_random_uuid(), $1, $2, $3, 'DONE', ${days(6)}, 45, 'FACE_TO_FACE', 'HOME', 'HELD')`, [patient, unit, w.ids.agency['drammen-dps']]);
	const after = (await steps()).CONTACT_AFTER_DISCHARGE;
	assert.deepEqual([after.status, after.days], ['DONE', 4]);
});

test('plans and the somatic assessment count when they come', async () => {
	await w.sql(`insert into plan (id, kind, patient_id, state, owner_agency_id, version_number, approved_at, made_without_patient, without_patient_reason)
		values (gen_random_uuid(), 'CRISIS', $1, 'ACTIVE', $2, 1, clock_now(), true, 'Akutt')`, [patient, w.ids.agency['drammen-dps']]);
	await w.sql('insert into somatic_assessment (id, patient_id, owner_agency_id, examined_on, examiner_name) values (gen_random_uuid(), $1, $2, clock_today(), $3)', [patient, w.ids.agency['fastlege-demo'], 'Lege']);
	const s = await steps();
	assert.ok(s.CRISIS_PLAN_IN_FORCE.happened_at && s.SOMATIC_ASSESSED.happened_at);
});

test('a referral that waits is compared too; a person without a way has none', async () => {
	const r = await sent(w);
	await relate(w, r.patient, 'drammen-dps:fact');
	const s = await steps(tl, r.patient);
	assert.deepEqual([s.REFERRAL_DECIDED.status, s.ENROLLED.status], ['WAITING', 'NOT_BEGUN']);
	assert.deepEqual(await compared(tl, await makePerson(w)), []);
});

test('who may see it', async () => {
	await relate(w, patient, 'drammen-kommune:mottak');
	assert.deepEqual((await compared('drammen-kommune:mh-1')).map((c) => c.template.id), [template.id]);
	(await w.api('lier-kommune:mh-1', 'GET', `/patients/${patient}/flow-comparisons`)).is(404);
	for (const who of ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:re-1', 'drammen-dps:qm-1']) (await w.api(who, 'GET', `/patients/${patient}/flow-comparisons`)).is(403, 'forbidden');
});
