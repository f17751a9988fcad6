// Somatic assessments: limits, body mass index, when the next is due, who follows up, and who sees an infection.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { day, numberOf, person, relate, team } from './outcome-steps.mjs';

const w = await world();
const today = await day(w);
const gp = 'fastlege-demo:gp-1';
const everyone = ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'nav-drammen:kontor', 'drammen-kommune:bolig'];
const patient = await person(w, {}, everyone);
await relate(w, patient, ['fastlege-demo:kontor'], 'GP_REGISTRATION');

const record = (body, who = team) => w.api(who, 'POST', '/somatic-assessments', { patient_id: patient, examined_on: today, ...body });
const made = async (body, who) => (await record(body, who)).is(201).body;
const faults = async (body) => (await record(body)).is(422, 'invalid_value').pointers();
const months = async (from, n) => (await w.sql(`select ($1::date + make_interval(months => $2))::date::text as d`, [from, n]))[0].d;

describe('values', () => {
	test('everything may be there, and nothing must', async () => {
		const all = { setting: 'GP_OFFICE', examiner_staff_id: w.ids.staff[gp], weight_kg: 92.5, height_cm: 181, waist_cm: 104, systolic: 142, diastolic: 91, pulse: 78, hba1c: 41.5,
			cholesterol_total: 5.8, cholesterol_hdl: 1.1, cholesterol_ldl: 3.9, triglycerides: 2.2, qtc_ms: 431, smoking: 'DAILY', activity: 'Går litt', diet: 'Ensidig', sleep: 'Lite',
			dental_need: true, vaccination: 'Influensa', contraception: 'Ingen', pregnant: 'NOT_APPLICABLE', side_effects: 'Skjelving', findings: 'Høyt blodtrykk' };
		const a = await made(all);
		for (const [name, value] of Object.entries(all)) assert.deepEqual(a[name], value, name);
		assert.deepEqual([a.bmi, a.declined_by_patient, a.overdue, a.follow_ups], [28.2, false, false, []]);
		const read = (await w.api(team, 'GET', `/somatic-assessments/${a.id}`)).is(200);
		assert.deepEqual(read.body, a);
		(await w.api(team, 'GET', `/somatic-assessments/${a.id}`, undefined, { 'if-none-match': read.etag })).is(304);
		const bare = await made({ declined_by_patient: true });
		assert.deepEqual([bare.declined_by_patient, bare.bmi, bare.weight_kg, bare.infection], [true, undefined, undefined, undefined]);
	});
	test('only what cannot be is refused, all of it at once', async () => {
		assert.deepEqual(await faults({ examined_on: await day(w, 1), weight_kg: 5, hba1c: 400, qtc_ms: 10, systolic: 90, diastolic: 120, antipsychotic_changed_on: await day(w, 2), examiner_staff_id: anyId() }),
			['/antipsychotic_changed_on', '/diastolic', '/examined_on', '/examiner_staff_id', '/hba1c', '/qtc_ms', '/weight_kg']);
		assert.deepEqual(await faults({ weight_kg: 400, height_cm: 150 }), ['/weight_kg']); // 178
		assert.deepEqual(await faults({ weight_kg: 15, height_cm: 180 }), ['/weight_kg']); // 4.6
		assert.equal((await made({ weight_kg: 280, height_cm: 170 })).bmi, 96.9);
		assert.equal((await made({ weight_kg: 26, height_cm: 178 })).bmi, 8.2);
		(await record({ smoking: 'SOMETIMES' })).is(422, 'invalid_body');
		(await record({ patient_id: anyId() })).is(422, 'unknown_reference');
	});
	test('a correction is a version with its reason; the earlier one can still be read', async () => {
		const a = await made({ weight_kg: 92, height_cm: 180, sleep: 'Godt' });
		const path = `/somatic-assessments/${a.id}`;
		(await w.change(team, 'PATCH', path, { weight_kg: 82 })).is(422, 'invalid_body');
		assert.deepEqual((await w.change(team, 'PATCH', path, { weight_kg: 1, correction_reason: 'x' })).is(422, 'invalid_value').pointers(), ['/weight_kg']);
		const fixed = (await w.change('drammen-dps:tm-1', 'PATCH', path, { weight_kg: 82, sleep: null, correction_reason: 'Skrivefeil' })).is(200).body;
		assert.deepEqual([fixed.weight_kg, fixed.bmi, fixed.sleep, fixed.version, fixed.correction_reason], [82, 25.3, undefined, 2, 'Skrivefeil']);
		(await w.api(team, 'PATCH', path, { weight_kg: 83, correction_reason: 'x' }, { 'if-match': '"1-0"' })).is(412);
		const [{ at }] = await w.sql(`select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from row_history where entity_id = $1 and version = 1`, [a.id]);
		assert.deepEqual((await w.api(team, 'GET', `${path}?as_of=${at}`)).is(200).body.weight_kg, 92);
		(await w.change('drammen-kommune:mh-1', 'PATCH', path, { weight_kg: 83, correction_reason: 'x' })).is(403, 'forbidden');
		assert.ok((await w.change(team, 'PATCH', path, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200).body.entered_in_error);
		assert.ok(!(await w.api(team, 'GET', `/somatic-assessments?patient_id=${patient}&limit=200`)).is(200).body.items.some((i) => i.id === a.id));
	});
});

describe('the next one', () => {
	test('is due in a year, or three months after an antipsychotic was started or changed', async () => {
		const p = await person(w);
		const due = async (examined, changed) => (await made({ patient_id: p, examined_on: examined, antipsychotic_changed_on: changed })).next_due;
		const before = await day(w, -30);
		assert.equal(await due(today), await months(today, 12));
		assert.equal(await due(today, before), await months(before, 3));
		assert.equal(await due(await day(w, -10), today), await months(today, 3));
		// an old change is covered by the examination itself
		assert.equal(await due(today, await day(w, -200)), await months(today, 12));
		assert.equal((await w.sql(`select somatic_next_due('2024-02-29', null)::text as d`))[0].d, '2025-02-28');
	});
	test('is late only when nothing later has been done', async () => {
		const p = await person(w);
		const old = await made({ patient_id: p, examined_on: await day(w, -400) });
		assert.equal(old.overdue, true);
		await made({ patient_id: p, examined_on: await day(w, -20) });
		assert.equal((await w.api(team, 'GET', `/somatic-assessments/${old.id}`)).is(200).body.overdue, false);
	});
});

describe('following up', () => {
	test('becomes a task of the agency that owns it; its state is seen here', async () => {
		const due = await day(w, 20);
		const a = await made({ follow_ups: [{ what: 'Kontroll av blodtrykk', due_on: due }, { what: 'Følge til tannlege', responsible_agency_id: w.ids.agency['drammen-kommune'], due_on: due },
			{ what: 'Avklare støtte til tannbehandling', responsible_agency_id: w.ids.agency['nav-drammen'], due_on: due }] });
		assert.deepEqual(a.follow_ups.map((f) => f.status), ['OPEN', 'OPEN', 'OPEN']);
		const of = (slug) => a.follow_ups.find((f) => f.responsible_agency_id === w.ids.agency[slug]);
		const task = (await w.api(gp, 'GET', `/tasks/${of('fastlege-demo').task_id}`)).is(200).body;
		assert.deepEqual([task.kind, task.note, task.patient_id, task.agency_id, task.entity_id], ['SOMATIC_FOLLOW_UP', 'Kontroll av blodtrykk', patient, w.ids.agency['fastlege-demo'], a.id]);
		assert.equal((await w.api('drammen-kommune:mh-1', 'GET', '/tasks?kind=SOMATIC_FOLLOW_UP')).is(200).body.items.some((t) => t.id === of('drammen-kommune').task_id)
			|| (await w.api('drammen-kommune:ho-1', 'GET', '/tasks?kind=SOMATIC_FOLLOW_UP')).is(200).body.items.some((t) => t.id === of('drammen-kommune').task_id), true);
		// what was found at the doctor's is not NAV's to know
		assert.equal((await w.api('nav-drammen:nav-1', 'GET', `/tasks/${of('nav-drammen').task_id}`)).is(200).body.note, undefined);
		(await w.api(gp, 'POST', `/tasks/${task.id}/transitions`, { action: 'complete' }, { 'if-match': '*' })).is(200);
		const now = (await w.api(team, 'GET', `/somatic-assessments/${a.id}`)).is(200).body;
		assert.deepEqual(now.follow_ups.filter((f) => f.status === 'DONE').map((f) => f.task_id), [task.id]);
		const more = (await w.change(team, 'PATCH', `/somatic-assessments/${a.id}`, { follow_ups: [{ what: 'Ny prøve', due_on: due }], correction_reason: 'Glemt' })).is(200).body;
		assert.equal(more.follow_ups.length, 4);
	});
	test('needs an agency that serves the person', async () => {
		const due = await day(w, 20);
		assert.deepEqual((await record({ follow_ups: [{ what: 'x', due_on: due }, { what: 'y', responsible_agency_id: w.ids.agency['lier-kommune'], due_on: due }] })).is(422, 'unknown_reference').pointers(),
			['/follow_ups/1/responsible_agency_id']);
		assert.deepEqual((await record({ patient_id: await person(w), follow_ups: [{ what: 'x', due_on: due }] })).is(422, 'unknown_reference').pointers(), ['/follow_ups/0/responsible_agency_id']);
	});
});

describe('infection status', () => {
	const infection = { hepatitis_b: 'NEGATIVE', hepatitis_c: 'CLEARED', hiv: 'NEGATIVE' };
	test('is for the person and authorised health personnel in relation', async () => {
		await w.sql(`update staff set hpr_number = null where id = $1`, [w.ids.staff['drammen-kommune:mh-2']]);
		const a = await made({ infection });
		const path = `/somatic-assessments/${a.id}`;
		for (const who of [team, gp, 'drammen-dps:dps-1', 'drammen-kommune:mh-1']) assert.deepEqual((await w.api(who, 'GET', path)).is(200).body.infection, infection, who);
		const other = (await w.api('drammen-kommune:mh-2', 'GET', path)).is(200);
		assert.equal(other.body.infection, undefined);
		assert.ok(!/hepatitis|hiv/i.test(other.text));
		(await record({ infection }, 'drammen-kommune:mh-2')).is(403, 'forbidden');
		await made({ weight_kg: 80 }, 'drammen-kommune:mh-2');
		const fixed = (await w.change(team, 'PATCH', path, { infection: { hiv: 'UNKNOWN' }, correction_reason: 'Ikke tatt' })).is(200).body;
		assert.deepEqual(fixed.infection, { ...infection, hiv: 'UNKNOWN' });
	});
	test('never through an emergency access, nor in old versions', async () => {
		const p = await person(w);
		const a = await made({ patient_id: p, infection, weight_kg: 70 });
		const glass = w.token('drammen-dps:dps-2', { claims: { purpose_of_use: 'BTG' } });
		(await w.api('drammen-dps:dps-2', 'POST', '/emergency-accesses', { patient_id: p, reason: 'Akutt forverring, svarer ikke' })).is(201);
		const seen = (await w.api(glass, 'GET', `/somatic-assessments/${a.id}`)).is(200).body;
		assert.deepEqual([seen.weight_kg, seen.infection], [70, undefined]);
		const past = (await w.api(team, 'GET', `/somatic-assessments/${a.id}?as_of=${new Date(Date.now() + 60_000).toISOString()}`)).is(200).body;
		assert.deepEqual([past.weight_kg, past.infection], [70, undefined]);
	});
});

describe('who sees what', () => {
	test('health in relation; NAV, housing, coordinators and others nothing', async () => {
		const a = await made({ findings: 'Funn' });
		for (const who of ['drammen-dps:tm-2', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', gp]) assert.equal((await w.api(who, 'GET', `/somatic-assessments/${a.id}`)).is(200).body.findings, 'Funn');
		for (const who of ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'drammen-dps:tm-3', 'drammen-kommune:co-1', 'drammen-kommune:ko-1', 'politi-demo:po-1']) {
			(await w.api(who, 'GET', `/somatic-assessments/${a.id}`)).is(403, 'forbidden');
			(await w.api(who, 'GET', '/somatic-assessments')).is(403, 'forbidden');
		}
		(await record({}, 'drammen-dps:dps-1')).is(403, 'forbidden');
		assert.equal((await made({ weight_kg: 75 }, gp)).owner_agency_id, w.ids.agency['fastlege-demo']);
		(await w.api('lier-kommune:mh-1', 'GET', `/somatic-assessments/${a.id}`)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', `/somatic-assessments?patient_id=${patient}`)).is(404);
	});
	test('the person reads the own, infection status too', async () => {
		const p = await person(w, { national_id: numberOf('PT') });
		const a = await made({ patient_id: p, infection: { hiv: 'NEGATIVE' } });
		assert.deepEqual((await w.api('citizen:pt-1', 'GET', '/somatic-assessments')).is(200).body.items.map((i) => [i.id, i.infection.hiv]), [[a.id, 'NEGATIVE']]);
		(await record({ patient_id: p }, 'citizen:pt-1')).is(403, 'forbidden');
	});
	test('the list: order and cursor', async () => {
		const p = await person(w);
		for (const ago of [3, 1, 2]) await made({ patient_id: p, examined_on: await day(w, -ago) });
		const page = (await w.api(team, 'GET', `/somatic-assessments?patient_id=${p}&limit=2`)).is(200).body;
		assert.deepEqual(page.items.map((a) => a.examined_on), [await day(w, -1), await day(w, -2)]);
		assert.deepEqual((await w.api(team, 'GET', page.links.next)).is(200).body.items.map((a) => a.examined_on), [await day(w, -3)]);
	});
});
