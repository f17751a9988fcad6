// Decisions on coercion: registered, controlled, extended, converted, complained of, lapsed; who sees what.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { step } from './concern-steps.mjs';
import { walk } from './lib/machine-walk.mjs';
import { admitted, clinic, discharge, doctor, gp, hoursAgo, move, municipality, never, person, relate, tasksFor, team } from './specialist-steps.mjs';
import { dayOf, forth, inDays } from './lib/days.mjs';

const w = await world();
const admin = 'drammen-dps:sa-1';
// A deadline is the midnight that ends its last day.
const lastDay = (at) => dayOf(Date.parse(at) - 1);

const register = (who, patient, body = {}) => w.api(who, 'POST', '/coercion-decisions', { patient_id: patient, type: 'TPH_INPATIENT', decided_at: hoursAgo(2), decided_by: 'Overlege', ...body });

async function running(patient, body = {}, who = clinic) {
	const { id } = (await register(who, patient, body)).is(201).body;
	return { id, path: `/coercion-decisions/${id}` };
}

const read = async (path, who = clinic) => (await w.api(who, 'GET', path)).is(200).body;

describe('registering', () => {
	test('control and lapse follow from the kind; the last day counts until midnight in Oslo', async () => {
		const patient = await person(w);
		const begun = '2026-02-28T12:00:00Z';
		const table = [['TPH_INPATIENT', begun, '2026-05-28', '2027-02-28'], ['OBSERVATION_3_2', begun, '2026-03-10', '2026-03-10'], ['MEDICATION_4_4', begun, '2026-05-28', '2026-05-28'],
			['SUBSTANCE_10_2', begun, '2026-05-28', '2026-05-28'], ['SUBSTANCE_10_4', begun, '2026-03-21', '2026-03-21'], ['EXAM_3_1', begun, '2026-05-28', '2027-02-28'],
			['TPH_OUTPATIENT', '2025-11-30T12:00:00Z', '2026-02-28', '2026-11-30'], ['SUBSTANCE_10_3', '2026-02-28T23:30:00Z', '2026-06-01', '2027-03-01']];
		for (const [type, decided, control, lapse] of table) {
			const made = (await register(clinic, patient, { type, decided_at: decided })).is(201).body;
			assert.deepEqual([lastDay(made.control_due_at), lastDay(made.lapses_at)], [control, lapse], type);
			assert.deepEqual([made.status, Date.parse(made.valid_from), made.agency_id], ['RUNNING', Date.parse(decided), w.ids.agency['drammen-dps']]);
		}
	});

	test('the same kind runs once; a shorter time may be said, a longer one not', async () => {
		const patient = await person(w);
		const until = inDays(30);
		assert.equal(Date.parse((await register(clinic, patient, { lapses_at: until })).is(201).body.lapses_at), Date.parse(until));
		assert.equal((await register(clinic, patient)).is(409, 'duplicate').body.errors[0].pointer, '/type');
		assert.deepEqual((await register(clinic, patient, { type: 'OBSERVATION_3_2', lapses_at: until })).is(422, 'invalid_value').pointers(), ['/lapses_at']);
		assert.deepEqual((await register(clinic, patient, { type: 'EXAM_3_1', decided_at: hoursAgo(-3) })).is(422, 'invalid_value').pointers(), ['/decided_at']);
		assert.deepEqual((await register(clinic, patient, { type: 'EXAM_3_1', admission_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/admission_id']);
		(await register(clinic, patient, { type: 'ARREST' })).is(422, 'invalid_body');
		(await register(clinic, anyId())).is(422, 'unknown_reference');
		const answers = await Promise.all([1, 2, 3].map(() => register(clinic, patient, { type: 'MEDICATION_4_4' })));
		assert.deepEqual(answers.map((a) => a.status).sort(), [201, 409, 409]);
	});

	test('the centre writes all of them, the chief doctor those on examination, others none', async () => {
		const patient = await person(w);
		(await register(doctor, patient)).is(403, 'forbidden_action');
		const exam = await running(patient, { type: 'EXAM_3_1' }, doctor);
		assert.equal((await move(w, doctor, exam.path, { action: 'end', reason: 'Undersøkt' })).status, 'ENDED');
		const { path } = await running(patient);
		(await step(w, doctor, path, { action: 'end', reason: 'x' })).is(403, 'forbidden_action');
		(await w.change(doctor, 'PATCH', path, { decided_by: 'x' })).is(403, 'forbidden_action');
		for (const who of [team, 'drammen-dps:tl-1', municipality, gp, 'citizen/PT', 'drammen-kommune:co-1', ...never]) {
			(await register(who, patient)).is(403, 'forbidden');
			(await w.api(who, 'PATCH', path, { decided_by: 'x' }, { 'if-match': '"1"' })).is(403, 'forbidden');
		}
	});

	test('a correction keeps the old version', async () => {
		const { id, path } = await running(await person(w));
		const now = (await w.change(clinic, 'PATCH', path, { decided_by: 'Kontrollkommisjonen', reference: 'DIPS 1', unit_id: w.ids.unit['drammen-dps:fact'] })).is(200).body;
		assert.deepEqual([now.decided_by, now.reference, now.unit_id, now.version], ['Kontrollkommisjonen', 'DIPS 1', w.ids.unit['drammen-dps:fact'], 2]);
		assert.equal((await w.change(clinic, 'PATCH', path, { reference: null })).is(200).body.reference, undefined);
		(await w.change(clinic, 'PATCH', path, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference');
		(await w.change(clinic, 'PATCH', path, { decided_at: hoursAgo(-1) })).is(422, 'invalid_value');
		(await w.change(clinic, 'PATCH', path, { type: 'EXAM_3_1' })).is(422, 'invalid_body');
		(await w.api(clinic, 'PATCH', path, { reference: 'x' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.api(clinic, 'PATCH', path, { reference: 'x' })).is(428);
		assert.equal((await w.sql('select count(*)::int as n from row_history where entity_id = $1', [id]))[0].n, 3);
	});
});

describe('what becomes of it', () => {
	test('control, extension and complaint leave it running', async () => {
		const { path } = await running(await person(w), { decided_at: hoursAgo(24 * 60) });
		const before = await read(path);
		const controlled = await move(w, clinic, path, { action: 'control' });
		assert.ok(controlled.control_due_at > before.control_due_at && controlled.controlled_at && controlled.lapses_at === before.lapses_at);
		assert.ok((await move(w, clinic, path, { action: 'extend' })).lapses_at > before.lapses_at);
		const until = inDays(1);
		assert.equal(Date.parse((await move(w, clinic, path, { action: 'extend', until })).lapses_at), Date.parse(until));
		assert.deepEqual((await step(w, clinic, path, { action: 'extend', until: inDays(400) })).is(422, 'invalid_value').pointers(), ['/until']);
		assert.equal((await move(w, clinic, path, { action: 'complain' })).complaint.result, 'PENDING');
		(await step(w, clinic, path, { action: 'complain' })).is(409, 'conflict');
		(await step(w, clinic, path, { action: 'settle_complaint' })).is(422, 'invalid_body');
		const settled = await move(w, clinic, path, { action: 'settle_complaint', result: 'NOT_UPHELD' });
		assert.deepEqual([settled.status, settled.complaint.result], ['RUNNING', 'NOT_UPHELD']);
		(await step(w, clinic, path, { action: 'settle_complaint', result: 'WITHDRAWN' })).is(409, 'conflict');
		await move(w, clinic, path, { action: 'complain' });
		const over = await move(w, clinic, path, { action: 'overturn', reason: 'Klagen tatt til følge' });
		assert.deepEqual([over.status, over.complaint.result, over.end_reason, over.actions], ['OVERTURNED', 'UPHELD', 'Klagen tatt til følge', ['annul']]);
	});

	test('care with a stay becomes care without, and back, each a decision of its own', async () => {
		const patient = await person(w);
		const { id, path } = await running(patient);
		(await step(w, clinic, path, { action: 'convert' })).is(422, 'invalid_body');
		const old = await move(w, clinic, path, { action: 'convert', decided_by: 'Faglig ansvarlig' });
		const out = await read(`/coercion-decisions/${old.converted_to}`);
		assert.deepEqual([old.status, out.type, out.status, out.converted_from, out.lapses_at, out.control_due_at], ['ENDED', 'TPH_OUTPATIENT', 'RUNNING', id, old.lapses_at, old.control_due_at]);
		const back = await move(w, clinic, `/coercion-decisions/${out.id}`, { action: 'convert', decided_by: 'Faglig ansvarlig' });
		assert.equal((await read(`/coercion-decisions/${back.converted_to}`)).type, 'TPH_INPATIENT');
		const other = await running(patient, { type: 'MEDICATION_4_4' });
		(await step(w, clinic, other.path, { action: 'convert', decided_by: 'x' })).is(409, 'conflict');
		const without = await running(patient, { type: 'TPH_OUTPATIENT' });
		assert.match((await step(w, clinic, without.path, { action: 'convert', decided_by: 'x' })).is(409, 'duplicate').body.errors[0].detail, /TPH_OUTPATIENT|TPH_INPATIENT/);
	});

	test('it ends with the stay that it holds in, care without a stay goes on', async () => {
		const patient = await person(w);
		const stay = await admitted(w, patient);
		const inpatient = await running(patient);
		const medication = await running(patient, { type: 'MEDICATION_4_4' });
		const outpatient = await running(patient, { type: 'TPH_OUTPATIENT', admission_id: stay.id });
		assert.equal((await read(inpatient.path)).admission_id, stay.id);
		await move(w, clinic, stay.path, discharge);
		assert.deepEqual((await Promise.all([inpatient, medication, outpatient].map((d) => read(d.path)))).map((d) => d.status), ['ENDED', 'ENDED', 'RUNNING']);
		const events = await w.sql("select action, role from transition_event where object_id = $1 and machine = 'coercion-decisions'", [inpatient.id]);
		assert.deepEqual(events, [{ action: 'end', role: 'SY' }]);
	});

	test('what was entered in error is annulled: the row stays and says why, its tasks are gone', async () => {
		const patient = await person(w);
		const { id, path } = await running(patient, { decided_at: hoursAgo(80 * 24) });
		await w.sql('select job_coercion(200)');
		assert.deepEqual((await tasksFor(w, id)).map((t) => t.state), ['OPEN']);
		(await step(w, clinic, path, { action: 'annul' })).is(422, 'invalid_body');
		(await step(w, team, path, { action: 'annul', reason: 'x' })).is(403, 'forbidden');
		const gone = await move(w, clinic, path, { action: 'annul', reason: 'Feil pasient' });
		assert.deepEqual([gone.status, gone.end_reason, gone.actions], ['ENTERED_IN_ERROR', 'Feil pasient', []]);
		assert.deepEqual((await tasksFor(w, id)).map((t) => t.state), ['CANCELLED']);
		const again = await running(patient);
		await move(w, clinic, again.path, { action: 'end', reason: 'x' });
		const { ended_at: ended } = await read(again.path);
		const after = await move(w, clinic, again.path, { action: 'annul', reason: 'Feil dato' });
		assert.deepEqual([after.status, after.ended_at], ['ENTERED_IN_ERROR', ended]);
	});

	test('a conversion that never was: the decision before goes on, unless its stay is over', async () => {
		const patient = await person(w);
		const { id, path } = await running(patient);
		const convert = async () => (await move(w, clinic, path, { action: 'convert', decided_by: 'Faglig ansvarlig' })).converted_to;
		const out = await convert();
		(await step(w, clinic, path, { action: 'annul', reason: 'x' })).is(409, 'conflict');
		await move(w, clinic, `/coercion-decisions/${out}`, { action: 'annul', reason: 'Gjaldt en annen' });
		const back = await read(path);
		assert.deepEqual([back.status, back.ended_at, back.end_reason, back.converted_to], ['RUNNING', undefined, undefined, undefined]);
		const [last] = await w.sql("select from_state, to_state, reason from transition_event where object_id = $1 order by at desc limit 1", [id]);
		assert.deepEqual(last, { from_state: 'ENDED', to_state: 'RUNNING', reason: 'Omgjøringen var feilført' });
		const other = await person(w);
		const stay = await admitted(w, other);
		const inside = await running(other);
		const outside = (await move(w, clinic, inside.path, { action: 'convert', decided_by: 'Faglig ansvarlig' })).converted_to;
		await move(w, clinic, stay.path, discharge);
		await move(w, clinic, `/coercion-decisions/${outside}`, { action: 'annul', reason: 'x' });
		assert.equal((await read(inside.path)).status, 'ENDED');
	});

	test('steps are not before the decision, and not later than now', async () => {
		const { path } = await running(await person(w));
		(await step(w, clinic, path, { action: 'end', reason: 'x', at: hoursAgo(3) })).is(422, 'invalid_value');
		(await step(w, clinic, path, { action: 'control', at: hoursAgo(-3) })).is(422, 'invalid_value');
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'control' })).is(428);
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'control' }, { 'if-match': '"9"' })).is(412);
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'lapse' }, { 'if-match': '"1"' })).is(403, 'forbidden_action');
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'dance' }, { 'if-match': '"1"' })).is(422, 'invalid_body');
	});
});

describe('seeing', () => {
	test('the kind for team, centre, chief doctor and patient; a state and a date for municipality and GP', async () => {
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365' })).is(201).body.id;
		await relate(w, patient, ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig', 'politi-demo:kontor']);
		const { id, path } = await running(patient, { decided_by: 'Overlege Hemmelig' });
		const listed = async (who) => (await w.api(who, 'GET', '/coercion-decisions?limit=200')).is(200).body.items.find((d) => d.id === id);
		for (const who of [team, 'drammen-dps:tl-1', clinic, doctor, 'citizen/PT'])
			for (const seen of [await read(path, who), await listed(who)]) assert.deepEqual([seen.type, seen.decided_by], ['TPH_INPATIENT', 'Overlege Hemmelig'], who);
		for (const who of [municipality, gp])
			for (const seen of [await read(path, who), await listed(who)]) {
				delete seen.actions;
				assert.deepEqual(Object.keys(seen).sort(), ['id', 'patient_id', 'since', 'status', 'version'], who);
			}
		for (const who of [...never, 'drammen-kommune:co-1'])
			for (const where of [path, '/coercion-decisions', `/coercion-decisions?patient_id=${patient}`]) (await w.api(who, 'GET', where)).is(403, 'forbidden');
	});

	test('nothing without a relation, blocked with an objection, by breaking the glass with the letter b', async () => {
		const patient = await person(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:mottak'] });
		const { id, path } = await running(patient);
		for (const where of [path, `/coercion-decisions?patient_id=${patient}`]) (await w.api(gp, 'GET', where)).is(404);
		(await w.api(gp, 'POST', '/emergency-accesses', { patient_id: patient, reason: 'Bevisstløs pasient på legevakt' })).is(201);
		(await w.api(w.token(gp, { claims: { purpose_of_use: 'BTG' } }), 'GET', path)).is(200);
		(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['coercion-decisions'], against: 'UNIT', against_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
		for (const where of [path, `/coercion-decisions?patient_id=${patient}`]) (await w.api(municipality, 'GET', where)).is(403, 'blocked');
		assert.ok(!(await w.api(municipality, 'GET', '/coercion-decisions?limit=200')).text.includes(id));
		(await w.api(clinic, 'GET', `/coercion-decisions/${anyId()}`)).is(404);
	});

	test('the list: filters and cursor', async () => {
		const patient = await person(w);
		const types = ['EXAM_3_1', 'OBSERVATION_3_2', 'TPH_INPATIENT', 'MEDICATION_4_4'];
		for (const [i, type] of types.entries()) await running(patient, { type, decided_at: hoursAgo(20 - i) });
		const all = (await w.api(clinic, 'GET', `/coercion-decisions?patient_id=${patient}`)).is(200).body.items;
		assert.deepEqual(all.map((d) => d.type), types.toReversed());
		await move(w, clinic, `/coercion-decisions/${all[0].id}`, { action: 'end', reason: 'x' });
		assert.deepEqual((await w.api(clinic, 'GET', `/coercion-decisions?patient_id=${patient}&status=ENDED`)).body.items.map((d) => d.id), [all[0].id]);
		const page = (await w.api(clinic, 'GET', `/coercion-decisions?patient_id=${patient}&limit=3`)).is(200).body;
		assert.deepEqual((await w.api(clinic, 'GET', page.links.next)).is(200).body.items.map((d) => d.id), [all[3].id]);
	});
});

test('every triple', async () => {
	const bodies = { convert: { decided_by: 'x' }, settle_complaint: { result: 'WITHDRAWN' }, overturn: { reason: 'x' }, end: { reason: 'x' }, annul: { reason: 'x' } };
	const hidden = [team, 'drammen-dps:tl-1', municipality, gp, 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'citizen/PT', ...never.slice(0, 3), 'citizen/RE', 'drammen-dps:pv-1', 'drammen-dps:sa-1',
		'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1'].map((as) => ({ as, hidden: true }));
	const patient = await person(w);
	for (const [type, standing] of [['TPH_INPATIENT', []], ['EXAM_3_1', ['writer']]])
		await walk(w, { machine: 'coercion-decisions', path: '/coercion-decisions', make: () => running(patient, { type }), body: (action) => bodies[action] ?? {},
			people: [{ as: clinic, standing: ['writer'] }, { as: doctor, standing }, ...hidden],
			async force(id, state) {
				await w.sql("update coercion_decision set state = 'ENDED', ended_at = clock_now() where patient_id = $1 and id <> $2 and state = 'RUNNING'", [patient, id]);
				const [row] = await w.sql(`update coercion_decision set state = $2, ended_at = case when $2 <> 'RUNNING' then clock_now() end, complaint_at = null, complaint_result = null,
					lapses_at = ${forth('valid_from', 300)} where id = $1 returning version`, [id, state]);
				return row.version;
			} });
});

// Last, since the clock goes forward only.
test('the service warns of control and end in time, and lapses what nobody has extended', async () => {
	const ahead = async (days) => (await w.api(admin, 'POST', '/sandbox/clock', { ahead: `P${days}D` })).is(200).body;
	const { id, path } = await running(await person(w));
	const open = async () => (await tasksFor(w, id)).filter((t) => t.state === 'OPEN').map((t) => t.kind);
	await ahead(70);
	assert.deepEqual(await open(), []);
	await ahead(10);
	assert.deepEqual(await open(), ['COERCION_CONTROL']);
	assert.ok((await w.api(clinic, 'GET', '/tasks?kind=COERCION_CONTROL&limit=200')).body.items.some((t) => t.entity_id === id));
	await ahead(30);
	assert.deepEqual([await open(), (await read(path)).control_overdue], [['COERCION_CONTROL'], true]);
	await move(w, clinic, path, { action: 'control' });
	assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state]), [['COERCION_CONTROL', 'DONE']]);
	await ahead(250);
	assert.deepEqual(await open(), ['COERCION_CONTROL', 'COERCION_LAPSES']);
	await move(w, clinic, path, { action: 'extend' });
	assert.deepEqual(await open(), []);
	assert.ok((await ahead(370)).jobs.coercion_lapsed >= 1);
	const gone = await read(path);
	assert.deepEqual([gone.status, gone.ended_at, gone.actions, await open()], ['LAPSED', gone.lapses_at, ['annul'], []]);
	assert.deepEqual(await w.sql("select role, from_state, to_state from transition_event where object_id = $1 and action = 'lapse'", [id]), [{ role: 'SY', from_state: 'RUNNING', to_state: 'LAPSED' }]);
});
