// Enrolments: every row of the table by every role, guards and effects, main contacts, and who sees how much.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { act, handover, step } from './concern-steps.mjs';
import { contacts, enrolled, leader, member, municipal, specialist } from './intake-steps.mjs';
import { walk } from './lib/machine-walk.mjs';
import { back } from './lib/days.mjs';

const w = await world();
const psychologist = 'drammen-dps:tm-2';
const kommune = w.ids.agency['drammen-kommune'];
const team = w.ids.unit['drammen-dps:fact'];
const read = async (who, path) => (await w.api(who, 'GET', path)).is(200).body;
const forward = async (body) => (await w.api('drammen-kommune:sa-1', 'POST', '/sandbox/clock', body)).is(200).body;
const day = async (days) => (await w.sql('select (clock_today() + $1::int)::text as day', [days]))[0].day;
const relate = (patient, unit, basis = 'SERVICE') => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, $3 from unit where id = $2 on conflict do nothing`,
	[patient, w.ids.unit[unit] ?? unit, basis]);
const firstContact = (e) => w.sql('select enrolment_first_contact($1, clock_now())', [e.id]);

async function active() {
	const e = await enrolled(w);
	await firstContact(e);
	return e;
}

// Puts an enrolment into a state without walking there, as the owner may.
async function force(id, state) {
	const reason = { DISCHARGED: 'PLANNED', NEVER_ENGAGED: 'NOT_REACHED', TRANSFERRED: 'TRANSFERRED', DECEASED: 'DECEASED' }[state] ?? null;
	return (await w.sql(`update enrolment set state = $2, end_reason = $3, ended_at = case when $3::text is not null then clock_now() end, first_contact_at = clock_now(), pending_action = null,
		pause_reason = 'LONG_STAY_ELSEWHERE', paused_at = clock_now(), paused_review_on = clock_today(), next_responsible_agency_id = $4 where id = $1 returning version`, [id, state, reason, kommune]))[0].version;
}

test('every action from every state by every role', async () => {
	const e = await enrolled(w);
	await relate(e.patient, 'drammen-dps:poliklinikk');
	const next = { reason: 'x', next_responsible_agency_id: kommune };
	const bodies = { give_up: next, pause: { pause_reason: 'LONG_STAY_ELSEWHERE', review_on: await day(30) }, plan_discharge: { plan_reviewed_on: await day(0), discharge_on: await day(30) },
		discharge: { outcome_round: 'DONE', ...next }, discharge_unplanned: { end_reason: 'PATIENT_DECLINES', ...next }, register_death: { deceased_on: await day(0) } };
	const away = ['drammen-dps:tm-3', municipal, 'drammen-kommune:tl-1', 'drammen-kommune:ko-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ho-1', 'nav-drammen:nav-1', 'fastlege-demo:gp-1',
		'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:pv-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:sa-1'].map((as) => ({ as, hidden: true }));
	await walk(w, { machine: 'enrolments', path: '/enrolments', force, body: (action) => bodies[action] ?? {}, make: async () => e,
		people: [{ as: leader, standing: ['leader', 'team'] }, { as: member, standing: ['team'] }, { as: psychologist, standing: ['team', 'specialist'] }, { as: specialist, standing: ['specialist'] },
			{ as: 'drammen-dps:tl-2', standing: [] }, ...away] });
});

describe('from intake to contact', () => {
	test('begins pending, is sought out, and becomes active by the first contact alone', async () => {
		const e = await enrolled(w);
		assert.deepEqual((await read(member, e.path)).actions.sort(), ['register_death', 'start_outreach']);
		(await step(w, leader, e.path, { action: 'first_contact' })).is(403, 'forbidden_action');
		assert.equal((await act(w, member, e.path, { action: 'start_outreach' })).status, 'ENGAGING');
		await firstContact(e);
		const now = await read(member, e.path);
		assert.equal(now.status, 'ACTIVE');
		assert.ok(now.first_contact_at);
		assert.deepEqual(await w.sql("select role, from_state from transition_event where object_id = $1 and action = 'first_contact'", [e.id]), [{ role: 'SY', from_state: 'ENGAGING' }]);
		await firstContact(e);
		assert.equal((await read(member, e.path)).version, now.version, 'the first one alone counts');
	});

	test('opens the team\'s relation, with a strictly protected address for the main contact alone', async () => {
		const e = await enrolled(w);
		await w.sql("update patient set address_protection = 'STRICTLY_CONFIDENTIAL', address = '{\"line\": \"Skjult vei 1\"}' where id = $1", [e.patient]);
		assert.deepEqual((await read(member, `/patients/${e.patient}`)).address, { line: 'Skjult vei 1' });
		assert.equal((await read(leader, `/patients/${e.patient}`)).address ?? null, null);
		const [relation] = await w.sql("select basis, valid_to from care_relation where source_id = $1", [e.id]);
		assert.deepEqual(relation, { basis: 'ENROLMENT', valid_to: null });
	});

	test('minor children are asked about', async () => {
		const e = await enrolled(w);
		const mine = (await read(member, '/tasks?kind=MINOR_CHILDREN&limit=200')).items.find((t) => t.entity_id === e.id);
		assert.deepEqual([mine.assignee_staff_id, mine.status], [w.ids.staff[member], 'OPEN']);
	});

	test('nobody makes, removes or sets the intensity of one', async () => {
		const e = await enrolled(w);
		(await w.api(leader, 'POST', '/enrolments', { patient_id: e.patient })).is(405);
		(await w.api(leader, 'DELETE', e.path)).is(405);
		(await w.api(leader, 'PATCH', e.path, { intensity: 'INTENSIVE' })).is(405);
		(await w.api(leader, 'PUT', `${e.path}/main-contact`, { ...contacts(w), intensity: 'INTENSIVE' }, { 'if-match': '"1"' })).is(422, 'invalid_body');
		(await step(w, leader, e.path, { action: 'start_outreach', intensity: 'INTENSIVE' })).is(422, 'invalid_body');
	});
});

describe('main contact and substitute', () => {
	const set = async (who, e, body) => w.api(who, 'PUT', `${e.path}/main-contact`, body, { 'if-match': (await w.api(leader, 'GET', e.path)).etag });
	const [tm1, tm2, tl1] = ['tm-1', 'tm-2', 'tl-1'].map((s) => w.ids.staff[`drammen-dps:${s}`]);

	test('are two persons of the team, named by its leader or the main contact', async () => {
		const e = await enrolled(w);
		(await set(leader, e, { main_contact_id: tm1, substitute_id: tm1 })).is(422, 'invalid_value');
		(await set(leader, e, { main_contact_id: w.ids.staff[municipal], substitute_id: tm1 })).is(422, 'unknown_reference');
		(await set(leader, e, { main_contact_id: tm1, substitute_id: anyId() })).is(422, 'unknown_reference');
		(await set(psychologist, e, { main_contact_id: tm2, substitute_id: tm1 })).is(403, 'forbidden');
		(await set('drammen-dps:tl-2', e, { main_contact_id: tm2, substitute_id: tm1 })).is(404);
		(await w.api(leader, 'PUT', `${e.path}/main-contact`, { main_contact_id: tm2, substitute_id: tm1 }, { 'if-match': '"77"' })).is(412, 'version_mismatch');
		(await w.api(leader, 'PUT', `${e.path}/main-contact`, { main_contact_id: tm2, substitute_id: tm1 })).is(428);
		const now = (await set(member, e, { main_contact_id: tm2, substitute_id: tm1, reason: 'Permisjon' })).is(200).body;
		assert.deepEqual([now.main_contact.id, now.substitute.id], [tm2, tm1]);
		(await set(member, e, { main_contact_id: tm1, substitute_id: tm2 })).is(403, 'forbidden');
		await w.sql("update enrolment set state = 'DECEASED', end_reason = 'DECEASED', ended_at = clock_now() where id = $1", [e.id]);
		(await set(leader, e, { main_contact_id: tm1, substitute_id: tm2 })).is(409, 'conflict');
	});

	test('each change is kept and counted by the year', async () => {
		const e = await enrolled(w);
		await w.sql(`update enrolment_main_contact set valid_from = ${back('valid_from', 800)} where enrolment_id = $1`, [e.id]);
		const year = (await read(leader, e.path)).enrolled_at.slice(0, 4);
		for (const [main, other] of [[tm2, tm1], [tm2, tl1], [tl1, tm2]]) (await set(leader, e, { main_contact_id: main, substitute_id: other, reason: `til ${main}` })).is(200);
		assert.deepEqual((await read(leader, e.path)).main_contact_changes, [{ year: Number(year), changes: 2 }], 'another substitute is no change of main contact');
		const history = await read(leader, `${e.path}/main-contacts`);
		assert.deepEqual(history.items.map((i) => i.main_contact.id), [tm1, tm2, tm2, tl1]);
		assert.deepEqual([history.items[0].reason, history.items[3].reason, history.items[3].valid_to], [undefined, `til ${tl1}`, undefined]);
		const page = await read(leader, `${e.path}/main-contacts?limit=3`);
		assert.deepEqual((await read(leader, page.links.next)).items.map((i) => i.main_contact.id), [tl1]);
		(await w.api(municipal, 'GET', `${e.path}/main-contacts`)).is(404);
		await relate(e.patient, 'fastlege-demo:kontor');
		(await w.api('fastlege-demo:gp-1', 'GET', `${e.path}/main-contacts`)).is(403, 'forbidden');
	});
});

describe('pausing', () => {
	test('for a reason, reviewed within ninety days', async () => {
		const e = await active();
		const pause = async (days) => ({ action: 'pause', pause_reason: 'PRISON_OVER_3_MONTHS', review_on: await day(days) });
		(await step(w, leader, e.path, { action: 'pause' })).is(422, 'invalid_body');
		for (const days of [0, -1, 91]) (await step(w, leader, e.path, await pause(days))).is(422, 'invalid_value');
		(await step(w, member, e.path, await pause(90))).is(403, 'forbidden_action');
		const paused = await act(w, leader, e.path, await pause(90));
		assert.deepEqual([paused.status, paused.paused_review_on], ['PAUSED', await day(90)]);
		assert.equal((await w.sql("select state from deadline where entity_id = $1 and code = 'ENR_PAUSE_REVIEW'", [e.id]))[0].state, 'OPEN');
		assert.equal((await act(w, member, e.path, { action: 'resume' })).status, 'ACTIVE');
		assert.equal((await w.sql("select state from deadline where entity_id = $1 and code = 'ENR_PAUSE_REVIEW'", [e.id]))[0].state, 'MET');
	});
});

describe('a planned end', () => {
	const plan = async (days = 0) => ({ action: 'plan_discharge', plan_reviewed_on: await day(days), discharge_on: await day(60) });
	const end = { action: 'discharge', outcome_round: 'DECLINED', next_responsible_agency_id: kommune, reason: 'Klarer seg' };

	test('begins with the plan reviewed with the person, and may be called off', async () => {
		const e = await active();
		(await step(w, leader, e.path, { action: 'plan_discharge' })).is(422, 'invalid_body');
		(await step(w, leader, e.path, await plan(1))).is(422, 'invalid_value');
		assert.equal((await act(w, leader, e.path, await plan())).status, 'DISCHARGE_PLANNED');
		assert.equal((await act(w, member, e.path, { action: 'cancel_discharge' })).discharge_planned_on, undefined);
		(await step(w, leader, e.path, end)).is(409, 'invalid_transition');
	});

	test('names who is responsible next, who gets a task', async () => {
		const e = await active();
		await act(w, leader, e.path, await plan());
		(await step(w, leader, e.path, { ...end, next_responsible_agency_id: w.ids.agency['nav-drammen'] })).is(422, 'unknown_reference');
		(await step(w, leader, e.path, { ...end, next_responsible_agency_id: undefined })).is(422, 'invalid_body');
		const done = await act(w, leader, e.path, end);
		assert.deepEqual([done.status, done.end_reason, done.outcome_round, done.next_responsible_agency.id], ['DISCHARGED', 'PLANNED', 'DECLINED', kommune]);
		assert.equal((await read(municipal, '/tasks?kind=NEXT_RESPONSIBLE&limit=200')).items.filter((t) => t.entity_id === e.id).length, 1);
		await forward({ ahead: 'P92D' });
		(await w.api(leader, 'GET', e.path)).is(404);
	});

	test('not while the person is in hospital', async () => {
		const e = await active();
		await act(w, leader, e.path, await plan());
		const clinic = w.ids.agency['drammen-dps'];
		await w.sql(`insert into admission (id, patient_id, owner_agency_id, state, urgency, level, institution, admitted_at) values ($1, $2, $3, 'ADMITTED', 'ACUTE', 'HOSPITAL_PSYCH', 'Sykehuset', clock_now())`, [anyId(), e.patient, clinic]);
		(await step(w, leader, e.path, end)).is(409, 'patient_admitted');
		await act(w, leader, e.path, { action: 'cancel_discharge' });
		(await step(w, leader, e.path, { action: 'discharge_unplanned', end_reason: 'MOVED_UNKNOWN', reason: 'x', next_responsible_agency_id: kommune })).is(409, 'patient_admitted');
	});
});

describe('an end that takes two', () => {
	const leave = { action: 'discharge_unplanned', end_reason: 'PATIENT_DECLINES', reason: 'Ønsker ikke mer', next_responsible_agency_id: kommune };

	test('waits for the other of leader and specialist', async () => {
		const e = await active();
		const first = await act(w, leader, e.path, leave);
		assert.deepEqual([first.status, first.pending_action.voice, first.pending_action.staff_id, first.pending_action.hpr_number], ['ACTIVE', 'leader', w.ids.staff[leader], undefined]);
		(await step(w, leader, e.path, leave)).is(403, 'same_person');
		(await step(w, member, e.path, leave)).is(403, 'forbidden_action');
		const done = await act(w, psychologist, e.path, leave);
		assert.deepEqual([done.status, done.end_reason], ['DISCHARGED', 'PATIENT_DECLINES']);
	});

	test('a clinician of the district psychiatric centre sees a status, and may be the second', async () => {
		const e = await active();
		await relate(e.patient, 'drammen-dps:poliklinikk');
		await act(w, leader, e.path, leave);
		const seen = await read(specialist, e.path);
		assert.deepEqual([seen.projection, seen.main_contact, seen.pending_action.action, seen.actions], ['STATUS', undefined, 'discharge_unplanned', ['discharge_unplanned']]);
		assert.equal((await act(w, specialist, e.path, leave)).status, 'DISCHARGED');
	});

	test('two specialists are not both, and another reason is another proposal', async () => {
		const e = await active();
		await relate(e.patient, 'drammen-dps:poliklinikk');
		await act(w, specialist, e.path, leave);
		(await step(w, psychologist, e.path, leave)).is(409, 'second_person_required');
		const other = await act(w, leader, e.path, { ...leave, end_reason: 'MOVED_UNKNOWN' });
		assert.deepEqual([other.status, other.pending_action.voice, other.pending_action.end_reason], ['ACTIVE', 'leader', 'MOVED_UNKNOWN']);
	});
});

describe('going to another team', async () => {
	const [{ id: other }] = await w.sql("insert into unit (agency_id, name, type) values ($1, 'Samhandlingsteam Lier', 'TEAM') returning id", [w.ids.agency['lier-kommune']]);
	await w.sql("insert into staff_membership (staff_id, unit_id, role, valid_from) values ($1, $2, 'TL', '2024-01-01')", [w.ids.staff['lier-kommune:tl-1'], other]);
	const offer = async (e, to) => (await w.api(leader, 'POST', '/handovers', { entity: 'enrolments', entity_id: e.id, to_unit_id: to, reason: 'Flyttet til Lier', legal_basis: 'HPL_COOPERATING', planned_on: await day(-2) })).is(201).body;

	test('waits for its acceptance, and goes on there', async () => {
		const e = await active();
		(await step(w, leader, e.path, { action: 'transfer' })).is(409, 'handover_not_accepted');
		const clinic = await offer(e, w.ids.unit['lier-kommune:mottak']);
		(await handover(w, 'lier-kommune:mh-1', clinic.id, { action: 'accept' })).is(200);
		(await step(w, leader, e.path, { action: 'transfer' })).is(409, 'handover_not_accepted', 'a team takes over from a team');
		const o = await offer(e, other);
		(await step(w, leader, e.path, { action: 'transfer' })).is(409, 'handover_not_accepted');
		assert.equal((await handover(w, 'lier-kommune:tl-1', o.id, { action: 'accept' })).is(200).body.gap_days, 2);
		const done = await act(w, leader, e.path, { action: 'transfer' });
		assert.deepEqual([done.status, done.transfer_handover_id], ['TRANSFERRED', o.id]);
		const there = (await read('lier-kommune:tl-1', `/enrolments?patient_id=${e.patient}&unit_id=${other}`)).items;
		assert.deepEqual(there.map((i) => [i.status, i.main_contact.id, i.substitute]), [['PENDING', w.ids.staff['lier-kommune:tl-1'], undefined]]);
	});
});

describe('a death', () => {
	test('ends tasks and reminders, and keeps the record', async () => {
		const e = await active();
		(await w.api(member, 'POST', '/tasks', { title: 'Ring', patient_id: e.patient, unit_id: team })).is(201);
		(await step(w, member, e.path, { action: 'register_death' })).is(422, 'invalid_body');
		(await step(w, member, e.path, { action: 'register_death', deceased_on: await day(1) })).is(422, 'invalid_value');
		const done = await act(w, member, e.path, { action: 'register_death', deceased_on: await day(0) });
		assert.deepEqual([done.status, done.end_reason], ['DECEASED', 'DECEASED']);
		assert.equal((await w.sql("select count(*)::int as n from task where patient_id = $1 and unit_id = $2 and state = 'OPEN'", [e.patient, team]))[0].n, 0);
		assert.equal((await w.sql("select count(*)::int as n from deadline where patient_id = $1 and responsible_unit_id = $2 and state = 'OPEN'", [e.patient, team]))[0].n, 0);
		assert.equal((await read(member, `/patients/${e.patient}`)).deceased_on, await day(0));
		assert.equal((await read(member, e.path)).status, 'DECEASED');
	});
});

describe('who sees how much', () => {
	const status = ['actions', 'enrolled_at', 'id', 'patient_id', 'projection', 'status', 'version'];
	const listed = async (who, query) => (await read(who, `/enrolments?limit=200${query}`)).items;

	test('the municipality\'s health workers read it, a general practitioner sees the status', async () => {
		const e = await active();
		for (const who of [municipal, 'fastlege-demo:gp-1', 'drammen-kommune:ko-1']) (await w.api(who, 'GET', e.path)).is(404);
		await relate(e.patient, 'drammen-kommune:mottak');
		await relate(e.patient, 'fastlege-demo:kontor', 'GP_REGISTRATION');
		assert.equal((await read(municipal, e.path)).projection, 'FULL');
		for (const who of ['fastlege-demo:gp-1', 'drammen-kommune:ko-1']) assert.deepEqual(Object.keys(await read(who, e.path)).sort(), status);
		assert.deepEqual((await listed('fastlege-demo:gp-1', `&patient_id=${e.patient}`)).map((i) => i.projection), ['STATUS']);
		assert.deepEqual(await listed('fastlege-demo:gp-1', `&patient_id=${e.patient}&main_contact_id=${w.ids.staff[member]}`), []);
	});

	test('NAV sees it with the person\'s consent alone, coordinators as participants of the plan', async () => {
		const e = await active();
		const nav = 'nav-drammen:nav-1';
		await relate(e.patient, 'nav-drammen:kontor');
		await relate(e.patient, 'drammen-kommune:koordinering');
		(await w.api(nav, 'GET', e.path)).is(403, 'consent_required');
		assert.deepEqual(await listed(nav, `&patient_id=${e.patient}`), []);
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to) values ($1, $2, $3, 'SHARE', 'GRANTED', $4, '{ENROLMENT}', 'x', clock_now() + interval '1 year')`,
			[anyId(), e.patient, w.ids.agency['drammen-dps'], [w.ids.agency['nav-drammen']]]);
		assert.deepEqual(Object.keys(await read(nav, e.path)).sort(), status);
		assert.equal((await listed(nav, `&patient_id=${e.patient}`)).length, 1);
		(await w.api('drammen-kommune:co-1', 'GET', e.path)).is(404);
		assert.deepEqual(await listed('drammen-kommune:co-1', `&patient_id=${e.patient}`), []);
		await relate(e.patient, 'drammen-kommune:koordinering', 'PLAN');
		assert.equal((await read('drammen-kommune:co-1', e.path)).projection, 'STATUS');
		assert.equal((await listed('drammen-kommune:co-1', `&patient_id=${e.patient}`)).length, 1);
		(await w.api('politi-demo:po-1', 'GET', e.path)).is(403, 'forbidden');
	});

	test('an objection closes it, in the list too', async () => {
		const e = await active();
		(await w.api(leader, 'POST', `/patients/${e.patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['enrolments'], against: 'STAFF', against_id: w.ids.staff[member] })).is(201);
		(await w.api(member, 'GET', e.path)).is(403, 'blocked');
		assert.deepEqual(await listed(member, `&patient_id=${e.patient}`), []);
		assert.equal((await listed(leader, `&patient_id=${e.patient}`)).length, 1);
	});

	test('the person reads their own, a guardian the status', async () => {
		const e = await enrolled(w, { subject: { number: '01819012365' } });
		assert.deepEqual([(await read('citizen:pt-1', e.path)).projection, (await listed('citizen:pt-1', '')).map((i) => i.id)], ['FULL', [e.id]]);
		(await w.api('citizen:re-1', 'GET', e.path)).is(404);
		assert.deepEqual(await listed('citizen:re-1', ''), []);
		(await w.api(leader, 'POST', `/patients/${e.patient}/relations`, { kind: 'GUARDIAN', name: 'Blid', national_id: '10915596784', is_legal_representative: true })).is(201);
		assert.equal((await read('citizen:re-1', e.path)).projection, 'STATUS');
		assert.deepEqual((await listed('citizen:re-1', '')).map((i) => i.id), [e.id]);
	});

	test('the list: filters, order and cursor', async () => {
		const all = await listed(leader, `&unit_id=${team}`);
		const begun = all.map((i) => i.enrolled_at);
		assert.deepEqual(begun, [...begun].sort());
		for (const [query, fits] of [['status=ACTIVE', (i) => i.status === 'ACTIVE'], ['open=true', (i) => i.ended_at === undefined], ['open=false', (i) => i.ended_at !== undefined],
			[`main_contact_id=${w.ids.staff[member]}`, (i) => [i.main_contact.id, i.substitute?.id].includes(w.ids.staff[member])]]) {
			const some = await listed(leader, `&${query}`);
			assert.ok(some.length > 0 && some.every(fits), query);
		}
		const page = await read(leader, `/enrolments?limit=2&unit_id=${team}`);
		assert.deepEqual((await read(leader, page.links.next)).items.map((i) => i.id), all.slice(2, 4).map((i) => i.id));
	});

	test('one enrolment of a person in a team at a time', async () => {
		const e = await enrolled(w);
		await assert.rejects(w.sql('insert into enrolment (id, patient_id, unit_id, agency_id, main_contact_id) select $1, patient_id, unit_id, agency_id, main_contact_id from enrolment where id = $2', [anyId(), e.id]), /enrolment_is_open_once/);
	});
});
