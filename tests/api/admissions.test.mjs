// Stays in specialist care: entered, moved, corrected, annulled; who sees how much of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { step } from './concern-steps.mjs';
import { admitted, clinic, discharge, doctor, enter, gp, hoursAgo, move, municipality, never, person, relate, tasksFor, team } from './specialist-steps.mjs';

const w = await world();

describe('entering', () => {
	test('a stay that has begun has its first segment and a legal period that nobody has stated yet', async () => {
		const patient = await person(w);
		const r = (await enter(w, team, patient, { admitted_at: hoursAgo(30), ward: undefined })).is(201);
		assert.equal(r.location, `/api/v1/admissions/${r.body.id}`);
		assert.deepEqual([r.body.status, r.body.from_information, r.body.segments.length, r.body.leaves, r.body.actions], ['ADMITTED', true, 1, [], ['annul']]);
		const periods = (await w.api(clinic, 'GET', `/admissions/${r.body.id}/legal-periods`)).is(200).body.items;
		assert.deepEqual(periods.map((p) => [p.kind, p.status, p.valid_from]), [['NOT_STATED', 'RUNNING', r.body.admitted_at]]);
	});

	test('a planned one has neither, until the patient comes', async () => {
		const patient = await person(w);
		const { id } = (await enter(w, clinic, patient, { planned_for: '2030-01-02T10:00:00Z', urgency: 'PLANNED' })).is(201).body;
		const path = `/admissions/${id}`;
		const planned = (await w.api(clinic, 'GET', path)).is(200).body;
		assert.deepEqual([planned.status, planned.since, planned.nights, planned.segments, planned.actions], ['PLANNED', '2030-01-02', undefined, [], ['admit', 'cancel', 'annul']]);
		const come = await move(w, clinic, path, { action: 'admit', at: hoursAgo(2), legal_kind: 'VOLUNTARY' });
		assert.deepEqual([come.status, come.segments.length, come.nights.away], ['ADMITTED', 1, 0]);
		assert.equal((await w.api(clinic, 'GET', `${path}/legal-periods`)).body.items[0].kind, 'VOLUNTARY');
	});

	test('what it says must be possible', async () => {
		const patient = await person(w);
		assert.deepEqual((await enter(w, clinic, patient)).is(422, 'missing_fact').pointers(), ['/admitted_at']);
		assert.deepEqual((await enter(w, clinic, patient, { admitted_at: hoursAgo(-5) })).is(422, 'invalid_value').pointers(), ['/admitted_at']);
		assert.deepEqual((await enter(w, clinic, patient, { admitted_at: hoursAgo(1), unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(422, 'unknown_reference').pointers(), ['/unit_id']);
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(1), level: 'HOTEL' })).is(422, 'invalid_body');
		(await enter(w, team, patient, { admitted_at: hoursAgo(1), legal_kind: 'COMPULSORY' })).is(403, 'forbidden_action');
	});

	test('a person whom the caller may not know is as one that does not exist', async () => {
		const hidden = await person(w, { units: [] });
		const [a, b] = [await enter(w, clinic, hidden, { admitted_at: hoursAgo(1) }), await enter(w, clinic, anyId(), { admitted_at: hoursAgo(1) })];
		assert.deepEqual([a.is(422, 'unknown_reference').body.errors, a.pointers()], [b.is(422, 'unknown_reference').body.errors, ['/patient_id']]);
	});

	test('not for those who read, and never for NAV, housing, police and relatives', async () => {
		const patient = await person(w);
		for (const who of [municipality, doctor, gp, 'citizen/PT', 'drammen-kommune:co-1', ...never]) (await enter(w, who, patient, { admitted_at: hoursAgo(1) })).is(403, 'forbidden');
	});

	test('stays at one level do not overlap, at another they may', async () => {
		const patient = await person(w);
		const first = await admitted(w, patient, { admitted_at: hoursAgo(50) });
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(20) })).is(409, 'admission_overlaps');
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(20), level: 'SOMATIC' })).is(201);
		await move(w, clinic, first.path, { ...discharge, at: hoursAgo(10) });
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(20) })).is(409, 'admission_overlaps');
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(10) })).is(201);
	});

	test('two clerks at once enter it once', async () => {
		const patient = await person(w);
		const answers = await Promise.all([1, 2, 3, 4].map((n) => enter(w, clinic, patient, { admitted_at: hoursAgo(n) })));
		assert.deepEqual(answers.map((a) => a.status).sort(), [201, 409, 409, 409]);
	});

	test('sent again with its key it is the same one', async () => {
		const patient = await person(w);
		const send = () => w.api(clinic, 'POST', '/admissions', { patient_id: patient, urgency: 'ACUTE', level: 'TSB', institution: 'Klinikken', admitted_at: '2026-01-01T10:00:00Z' }, { 'idempotency-key': `enter-${patient}` });
		assert.equal((await send()).is(201).body.id, (await send()).is(201).body.id);
	});
});

describe('the stay', () => {
	test('leave, return, ready, not ready, transfer, discharge', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(240) });
		assert.equal((await move(w, clinic, path, { action: 'leave', at: hoursAgo(200), expected_back_at: hoursAgo(150) })).status, 'ON_LEAVE');
		const back = await move(w, clinic, path, { action: 'return', at: hoursAgo(152) });
		assert.deepEqual([back.status, back.leaves[0].nights, back.nights], ['ADMITTED', 2, { gross: 10, away: 2, net: 8 }]);
		const moved = await move(w, clinic, path, { action: 'transfer_unit', institution: 'Sykehuset', ward: 'Akuttposten', level: 'HOSPITAL_PSYCH', at: hoursAgo(140) });
		assert.deepEqual(moved.segments.map((s) => [s.ward, s.level, s.valid_to === undefined]), [['Døgnenheten', 'DPS_INPATIENT', false], ['Akuttposten', 'HOSPITAL_PSYCH', true]]);
		assert.deepEqual([moved.institution, moved.level, moved.nights.gross], ['Sykehuset', 'HOSPITAL_PSYCH', 10]);
		const ready = await move(w, clinic, path, { action: 'ready', at: hoursAgo(72) });
		assert.deepEqual([ready.status, Date.parse(ready.ready_at) < Date.now() - 71 * 3_600_000], ['READY_FOR_DISCHARGE', true]);
		assert.equal((await move(w, clinic, path, { action: 'not_ready', reason: 'Forverret' })).ready_at, undefined);
		await move(w, clinic, path, { action: 'ready' });
		const out = await move(w, clinic, path, { ...discharge, follow_up_on: '2030-02-01' });
		assert.deepEqual([out.status, out.disposition, out.discharge_meeting_held, out.crisis_plan_reviewed, out.team_informed, out.follow_up_on, out.actions],
			['DISCHARGED', 'HOME', true, false, true, '2030-02-01', ['annul']]);
		assert.ok(out.ready_at && out.segments.every((s) => s.valid_to), 'the date of readiness is kept, the last segment closed');
		assert.ok((await w.api(clinic, 'GET', `${path}/legal-periods`)).body.items.every((p) => p.status === 'ENDED'));
	});

	test('a patient who is on leave when discharged was away until then', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		await move(w, clinic, path, { action: 'leave', at: hoursAgo(72) });
		const out = await move(w, clinic, path, { ...discharge, at: hoursAgo(24) });
		assert.deepEqual([out.leaves[0].nights, out.nights.away, out.leaves[0].returned_at], [2, 2, out.ended_at]);
	});

	test('steps follow one another in time', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(48) });
		assert.deepEqual((await step(w, clinic, path, { ...discharge, at: hoursAgo(49) })).is(422, 'invalid_value').pointers(), ['/at']);
		(await step(w, clinic, path, { ...discharge, at: hoursAgo(-1) })).is(422, 'invalid_value');
		(await w.api(clinic, 'POST', `${path}/legal-periods`, { kind: 'OBSERVATION', valid_from: hoursAgo(20) })).is(201);
		(await step(w, clinic, path, { ...discharge, at: hoursAgo(21) })).is(422, 'invalid_value');
		await move(w, clinic, path, { action: 'leave', at: hoursAgo(10) });
		(await step(w, clinic, path, { action: 'return', at: hoursAgo(11) })).is(422, 'invalid_value');
		const missing = (await step(w, clinic, path, { action: 'discharge' })).is(422, 'invalid_body');
		assert.deepEqual(missing.pointers(), ['/crisis_plan_reviewed', '/discharge_meeting_held', '/disposition', '/team_informed']);
	});

	test('the version decides, and a repeated step is answered as the first', async () => {
		const { path } = await admitted(w, await person(w));
		const post = (body, headers) => w.api(clinic, 'POST', `${path}/transitions`, body, headers);
		(await post({ action: 'leave' })).is(428);
		(await post({ action: 'leave' }, { 'if-match': '"7-x"' })).is(412, 'version_mismatch');
		(await post({ action: 'dance' }, { 'if-match': '"1"' })).is(422, 'invalid_body');
		const once = () => post({ action: 'leave' }, { 'if-match': '"1"', 'idempotency-key': `leave-${path}` });
		assert.deepEqual((await once()).is(200).body, (await once()).is(200).body);
	});
});

describe('readiness', () => {
	test('is told to the municipality that cares for the person, and taken back', async () => {
		const { id, path } = await admitted(w, await person(w));
		await move(w, clinic, path, { action: 'ready' });
		const units = [w.ids.unit['drammen-kommune:bolig'], w.ids.unit['drammen-kommune:mottak']].sort();
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state, t.unit_id]).sort(), units.map((u) => ['READY_FOR_DISCHARGE', 'OPEN', u]));
		assert.ok((await w.api(municipality, 'GET', '/tasks?kind=READY_FOR_DISCHARGE&limit=200')).body.items.some((t) => t.entity_id === id && t.due_at));
		await move(w, clinic, path, { action: 'not_ready', reason: 'Forverret' });
		assert.ok((await tasksFor(w, id)).every((t) => t.state === 'CANCELLED' && t.closing_note));
		await move(w, clinic, path, { action: 'ready' });
		assert.equal((await tasksFor(w, id)).filter((t) => t.state === 'OPEN').length, 2);
	});

	test('goes to the unit of the home municipality when none knows the person, which then may', async () => {
		const patient = await person(w, { units: ['drammen-dps:poliklinikk'], municipality_number: '3301' });
		const { id, path } = await admitted(w, patient);
		(await w.api('drammen-kommune:cu-1', 'GET', `/patients/${patient}`)).is(404);
		await move(w, clinic, path, { action: 'ready' });
		assert.deepEqual((await tasksFor(w, id)).map((t) => t.unit_id), [w.ids.unit['drammen-kommune:koordinering']]);
		const [relation] = await w.sql(`select * from care_relation where source_id = $1 and basis = 'ADMISSION' and valid_to is null`, [id]);
		assert.equal(relation.unit_id, w.ids.unit['drammen-kommune:koordinering']);
	});

	test('stays with the ward when no municipality is known', async () => {
		const { id, path } = await admitted(w, await person(w, { units: ['drammen-dps:poliklinikk'] }));
		await move(w, clinic, path, { action: 'ready' });
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.agency_id, t.title.includes('ingen kommune')]), [[w.ids.agency['drammen-dps'], true]]);
	});
});

describe('correcting', () => {
	const correct = (who, path, body) => w.change(who, 'PATCH', path, body);

	test('the ends move their segments and legal periods with them; old versions are kept', async () => {
		const { id, path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		await move(w, clinic, path, { action: 'transfer_unit', institution: 'Drammen DPS', ward: 'Åpen post', at: hoursAgo(60) });
		await move(w, clinic, path, { ...discharge, at: hoursAgo(10) });
		const [begin, end] = [hoursAgo(120), hoursAgo(5)];
		const now = (await correct(clinic, path, { admitted_at: begin, ended_at: end, ward: 'Akuttposten', disposition: 'PRISON' })).is(200).body;
		const parts = (await w.api(clinic, 'GET', `${path}/legal-periods`)).body.items;
		const at = (x) => Date.parse(x);
		for (const list of [now.segments, parts]) assert.deepEqual([at(list[0].valid_from), at(list.at(-1).valid_to)], [at(begin), at(end)]);
		assert.deepEqual([now.segments.map((s) => s.ward), now.ward, now.disposition], [['Døgnenheten', 'Akuttposten'], 'Akuttposten', 'PRISON']);
		const versions = await w.sql('select count(*)::int as n from row_history where entity_id = $1', [id]);
		assert.equal(versions[0].n, now.version);
	});

	test('a stay that was at quite another time moves there whole, when it is sound there', async () => {
		const patient = await person(w);
		const { path } = await admitted(w, patient, { admitted_at: hoursAgo(100) });
		await move(w, clinic, path, { action: 'ready', at: hoursAgo(95) });
		await move(w, clinic, path, { ...discharge, at: hoursAgo(90) });
		for (const [from, to] of [[50, 40], [200, 190], [45, 45], [44, 43]]) {
			const [admitted_at, ended_at] = [hoursAgo(from), hoursAgo(to)];
			const now = (await correct(clinic, path, { admitted_at, ended_at })).is(200).body;
			const parts = (await w.api(clinic, 'GET', `${path}/legal-periods`)).body.items;
			for (const one of [...now.segments, ...parts]) assert.deepEqual([one.valid_from, one.valid_to], [now.admitted_at, now.ended_at]);
			assert.deepEqual([now.segments.length, parts.length, Date.parse(now.ended_at), now.ready_at], [1, 1, Date.parse(ended_at), undefined]);
		}
		assert.deepEqual((await correct(clinic, path, { admitted_at: hoursAgo(20), ended_at: hoursAgo(30) })).is(422, 'invalid_value').pointers(), ['/admitted_at']);
		await admitted(w, patient, { admitted_at: hoursAgo(20) });
		(await correct(clinic, path, { admitted_at: hoursAgo(18), ended_at: hoursAgo(16) })).is(409, 'admission_overlaps');
		const moved = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		await move(w, clinic, moved.path, { action: 'transfer_unit', institution: 'Drammen DPS', ward: 'Åpen post', at: hoursAgo(95) });
		await move(w, clinic, moved.path, { ...discharge, at: hoursAgo(90) });
		assert.deepEqual((await correct(clinic, moved.path, { admitted_at: hoursAgo(50), ended_at: hoursAgo(40) })).is(422, 'invalid_value').pointers(), ['/admitted_at'], 'what happened within it did not happen there');
	});

	test('only within what has happened, and only what the state has', async () => {
		const { path } = await admitted(w, await person(w), { admitted_at: hoursAgo(100) });
		await move(w, clinic, path, { action: 'leave', at: hoursAgo(60) });
		assert.deepEqual((await correct(clinic, path, { admitted_at: hoursAgo(50) })).is(422, 'invalid_value').pointers(), ['/admitted_at']);
		assert.deepEqual((await correct(clinic, path, { ended_at: hoursAgo(1) })).is(422, 'invalid_value').pointers(), ['/ended_at']);
		assert.deepEqual((await correct(clinic, path, { planned_for: hoursAgo(1) })).is(422, 'invalid_value').pointers(), ['/planned_for']);
		(await correct(clinic, path, { unit_id: w.ids.unit['nav-drammen:kontor'] })).is(422, 'unknown_reference');
		(await correct(clinic, path, { level: 'TSB' })).is(422, 'invalid_body');
		await move(w, clinic, path, { ...discharge, at: hoursAgo(20) });
		assert.deepEqual((await correct(clinic, path, { ended_at: hoursAgo(70) })).is(422, 'invalid_value').pointers(), ['/ended_at']);
		(await w.api(clinic, 'PATCH', path, { ward: 'x' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.api(clinic, 'PATCH', path, { ward: 'x' })).is(428);
	});

	test('a correction cannot make it overlap another stay', async () => {
		const patient = await person(w);
		const first = await admitted(w, patient, { admitted_at: hoursAgo(100) });
		await move(w, clinic, first.path, { ...discharge, at: hoursAgo(50) });
		const second = await admitted(w, patient, { admitted_at: hoursAgo(40) });
		(await correct(clinic, second.path, { admitted_at: hoursAgo(60) })).is(409, 'admission_overlaps');
		(await correct(clinic, second.path, { admitted_at: hoursAgo(50) })).is([200, 409]);
	});

	test('the team corrects what it entered itself', async () => {
		const heard = (await enter(w, team, await person(w), { admitted_at: hoursAgo(4) })).is(201).body;
		assert.equal((await correct(team, `/admissions/${heard.id}`, { urgency: 'PLANNED', ward: null })).is(200).body.ward, undefined);
		const { path } = await admitted(w, await person(w));
		(await correct(team, path, { urgency: 'PLANNED' })).is(403, 'forbidden_action');
		(await correct(municipality, path, { urgency: 'PLANNED' })).is(403, 'forbidden');
	});
});

describe('an entry in error', () => {
	test('is taken back by who made it, with a reason, and stays as what it was', async () => {
		const patient = await person(w);
		const heard = (await enter(w, team, patient, { admitted_at: hoursAgo(4) })).is(201).body;
		const path = `/admissions/${heard.id}`;
		(await step(w, 'drammen-dps:tm-2', path, { action: 'annul', reason: 'Feil' })).is(403, 'forbidden_action');
		(await step(w, team, path, { action: 'annul' })).is(422, 'invalid_body');
		const gone = await move(w, team, path, { action: 'annul', reason: 'Feil person' });
		assert.deepEqual([gone.status, gone.reason, gone.actions], ['ENTERED_IN_ERROR', 'Feil person', []]);
		(await w.change(clinic, 'PATCH', path, { ward: 'x' })).is(409, 'conflict');
		(await enter(w, clinic, patient, { admitted_at: hoursAgo(4) })).is(201);
	});

	test('takes its tasks and the ward\'s relation with it, and the news says so', async () => {
		const patient = await person(w, { units: ['drammen-kommune:mottak'] });
		const ward = w.ids.unit['drammen-dps:poliklinikk'];
		(await w.api(clinic, 'GET', `/patients/${patient}`)).is(404);
		const { id } = (await enter(w, team, patient, { admitted_at: hoursAgo(4), unit_id: ward })).is(201).body;
		const path = `/admissions/${id}`;
		(await w.api(clinic, 'GET', `/patients/${patient}`)).is(200);
		await move(w, clinic, path, { action: 'ready' });
		await move(w, team, path, { action: 'annul', reason: 'Feil person' });
		assert.deepEqual((await tasksFor(w, id)).map((t) => [t.state, t.closing_note]), [['CANCELLED', 'Innleggelsen var feilregistrert']]);
		(await w.api(clinic, 'GET', `/patients/${patient}`)).is(404);
		const news = await w.sql(`select entity from outbox where patient_id = $1 and change = 'UPDATED' and request_id = (select request_id from outbox where entity = 'admission' and entity_id = $2 order by seq desc limit 1) order by entity`, [patient, id]);
		assert.deepEqual([...new Set(news.map((n) => n.entity))], ['admission', 'care_relation', 'task']);
	});
});

describe('seeing', () => {
	test('health personnel in relation and the patient read it, others a state and a date or nothing', async () => {
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365' })).is(201).body.id;
		await relate(w, patient, ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig', 'politi-demo:kontor', 'drammen-kommune:koordinering']);
		const { id, path } = await admitted(w, patient);
		const listed = async (who) => (await w.api(who, 'GET', '/admissions?limit=200')).is(200).body.items.find((a) => a.id === id);
		for (const who of [team, 'drammen-dps:tl-1', clinic, municipality, doctor, gp, 'citizen/PT']) {
			assert.equal((await w.api(who, 'GET', path)).is(200).body.institution, 'Drammen DPS', who);
			assert.equal((await listed(who)).institution, 'Drammen DPS', who);
		}
		for (const who of never) {
			(await w.api(who, 'GET', path)).is(403, 'forbidden');
			(await w.api(who, 'GET', `/admissions?patient_id=${patient}`)).is(403, 'forbidden');
		}
		// a coordinator only through a plan
		(await w.api('drammen-kommune:co-1', 'GET', path)).is(404);
		assert.equal(await listed('drammen-kommune:co-1'), undefined);
		await relate(w, patient, ['drammen-kommune:koordinering'], 'PLAN');
		for (const status of [(await w.api('drammen-kommune:co-1', 'GET', path)).is(200).body, await listed('drammen-kommune:cu-1')]) {
			delete status.actions;
			assert.deepEqual(Object.keys(status).sort(), ['id', 'patient_id', 'since', 'status', 'version']);
		}
		assert.deepEqual((await w.api('drammen-kommune:co-1', 'GET', `/admissions?unit_id=${w.ids.unit['drammen-dps:poliklinikk']}`)).is(200).body.items, []);
	});

	test('where somebody stays who is strictly protected, the agency that has them in and their main contact know', async () => {
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365' })).is(201).body.id;
		await relate(w, patient, ['drammen-kommune:mottak', 'fastlege-demo:kontor']).catch(() => {});
		const unit = w.ids.unit['drammen-dps:poliklinikk'];
		const { path } = await admitted(w, patient, { level: 'HOSPITAL_PSYCH', unit_id: unit });
		await w.sql(`update patient set address_protection = 'STRICTLY_CONFIDENTIAL' where id = $1`, [patient]);
		const seen = async (who) => (await w.api(who, 'GET', path)).is(200).body;
		const inUnit = async (who) => (await w.api(who, 'GET', `/admissions?patient_id=${patient}&unit_id=${unit}`)).is(200).body.items.length;
		for (const who of [clinic, team, 'citizen/PT']) assert.deepEqual([(await seen(who)).institution, (await seen(who)).ward], ['Drammen DPS', 'Døgnenheten'], who);
		for (const who of [municipality, doctor, gp]) {
			const hidden = await seen(who);
			assert.deepEqual([hidden.institution, hidden.ward, hidden.unit_id, hidden.agency_id, hidden.level], ['Skjermet', undefined, undefined, undefined, 'HOSPITAL_PSYCH'], who);
			assert.deepEqual(hidden.segments.map((s) => [s.institution, s.ward]), [['Skjermet', undefined]]);
			assert.ok(!JSON.stringify(hidden).includes('Drammen'));
			assert.equal(await inUnit(who), 0, `${who} learns no place by asking for it`);
		}
		assert.equal(await inUnit(team), 1);
		await w.sql('update care_relation set main_contact_id = $2 where patient_id = $1 and unit_id = $3', [patient, w.ids.staff[municipality], w.ids.unit['drammen-kommune:mottak']]);
		assert.equal((await seen(municipality)).institution, 'Drammen DPS');
		await w.sql(`update patient set address_protection = 'NONE' where id = $1`, [patient]);
	});

	test('without a relation there is nothing; with an objection it is blocked', async () => {
		const patient = await person(w);
		const { id, path } = await admitted(w, patient);
		for (const where of [path, `/admissions?patient_id=${patient}`]) (await w.api('lier-kommune:mh-1', 'GET', where)).is(404);
		(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['admissions'], against: 'UNIT', against_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
		for (const where of [path, `/admissions?patient_id=${patient}`]) (await w.api(municipality, 'GET', where)).is(403, 'blocked');
		assert.ok(!(await w.api(municipality, 'GET', '/admissions?limit=200')).text.includes(id));
		(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'ITEMS', item_ids: [id], against: 'UNIT', against_id: w.ids.unit['fastlege-demo:kontor'] })).is(201);
		(await w.api(gp, 'GET', path)).is(403, 'blocked');
		for (const where of ['/admissions?limit=200', `/admissions?patient_id=${patient}`]) assert.ok(!(await w.api(gp, 'GET', where)).is(200).text.includes(id));
	});

	test('breaking the glass opens it to read, not to write', async () => {
		const { path } = await admitted(w, await person(w, { units: ['drammen-dps:poliklinikk'] }));
		const patient = (await w.api(clinic, 'GET', path)).body.patient_id;
		(await w.api(gp, 'GET', path)).is(404);
		(await w.api(gp, 'POST', '/emergency-accesses', { patient_id: patient, reason: 'Bevisstløs pasient på legevakt' })).is(201);
		const glass = w.token(gp, { claims: { purpose_of_use: 'BTG' } });
		(await w.api(glass, 'GET', path)).is(200);
		(await w.api(glass, 'GET', `/admissions?patient_id=${patient}`)).is(200);
		(await w.api(glass, 'POST', `${path}/transitions`, { action: 'leave' }, { 'if-match': '"1"' })).is(403);
	});

	test('the list: filters, order, cursor', async () => {
		const patient = await person(w);
		for (const n of [300, 200, 100]) {
			const { path } = await admitted(w, patient, { admitted_at: hoursAgo(n), unit_id: w.ids.unit['drammen-dps:poliklinikk'] });
			if (n > 100) await move(w, clinic, path, { ...discharge, at: hoursAgo(n - 50) });
		}
		const all = (await w.api(clinic, 'GET', `/admissions?patient_id=${patient}`)).is(200).body.items;
		assert.deepEqual(all.map((a) => a.status), ['ADMITTED', 'DISCHARGED', 'DISCHARGED']);
		assert.equal((await w.api(clinic, 'GET', `/admissions?patient_id=${patient}&status=DISCHARGED`)).body.items.length, 2);
		assert.ok((await w.api(clinic, 'GET', `/admissions?unit_id=${w.ids.unit['drammen-dps:poliklinikk']}&limit=200`)).body.items.filter((a) => a.patient_id === patient).length === 3);
		const page = (await w.api(clinic, 'GET', `/admissions?patient_id=${patient}&limit=2`)).is(200).body;
		const next = (await w.api(clinic, 'GET', page.links.next)).is(200).body;
		assert.deepEqual([...page.items, ...next.items].map((a) => a.id), all.map((a) => a.id));
		(await w.api(clinic, 'GET', '/admissions?cursor=bm90YWN1cnNvcg')).is(422);
		const [logged] = await w.sql(`select count(*)::int as n from access_log where patient_id = $1 and operation = 'listAdmissions' and staff_id = $2`, [patient, w.ids.staff[clinic]]);
		assert.ok(logged.n >= 4, 'every look is in the log');
	});
});
