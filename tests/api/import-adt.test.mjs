// HL7 v2 ADT messages: each trigger event, its answer, and what is taken once alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { record } from './lib/contract.mjs';
import { syntheticNumber, until, world } from './harness.mjs';
import { clinic, daysAgo, machine, person } from './import-steps.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const type = 'x-application/hl7-v2+er7';
let serial = 0;
const hl7 = (iso) => (iso ? `${iso.slice(0, 19).replace(/[-T:]/g, '')}+0000` : '');

// One message; `at` is when it happened, `pv1` values by field number.
function adt(event, { number, visit, at = daysAgo(1), control = `M${++serial}`, pv1 = {}, more = [], pid3 }) {
	const fields = { 2: 'I', 3: 'D1^R2^S3^310000019', 4: 'E', 19: visit, ...pv1 };
	const values = Array.from({ length: 45 }, (_, i) => fields[i + 1] ?? '');
	return [`MSH|^~\\&|DIPS|310000019|SAM|SAM|${hl7(at)}||ADT^${event}|${control}|T|2.5`, `EVN|${event}|${hl7(at)}`, `PID|1||${pid3 ?? `4711^^^DIPS~${number}^^^FNR`}`, `PV1|${values.join('|')}`, ...more].join('\r') + '\r';
}
const send = (who, ...messages) => w.api(who, 'POST', '/imports/adt', messages.join(''), { 'content-type': type });
const taken = async (...messages) => (await send(machine, ...messages)).is(200).body.items;
const answers = (items) => items.map((i) => [i.code, i.text]);
const stays = (id) => w.sql('select * from admission where patient_id = $1 order by created_at', [id]);
const segments = (id) => w.sql('select ward, valid_from, valid_to from admission_segment where admission_id = $1 order by valid_from, created_at', [id]);

describe('a stay', () => {
	test('admitted, moved, on leave, back, updated, discharged', async () => {
		const p = { ...(await person(w)), visit: 'v-1' };
		const [a] = await taken(adt('A01', { ...p, at: daysAgo(9), pv1: { 44: hl7(daysAgo(9)) } }));
		assert.deepEqual([a.code, a.text, a.message_control_id], ['AA', 'created', `M${serial}`]);
		const now = async () => (await stays(p.id))[0];
		assert.deepEqual([(await now()).id, (await now()).state, (await now()).ward, (await now()).urgency, (await now()).admitted_at.toISOString()], [a.admission_id, 'ADMITTED', 'D1', 'ACUTE', daysAgo(9)]);
		await taken(adt('A02', { ...p, at: daysAgo(8), pv1: { 3: 'D7^^^310000019' } }), adt('A21', { ...p, at: daysAgo(7) }));
		assert.deepEqual([(await now()).state, (await now()).ward], ['ON_LEAVE', 'D7']);
		assert.deepEqual((await segments(a.admission_id)).map((s) => s.ward), ['D1', 'D7']);
		await taken(adt('A22', { ...p, at: daysAgo(6) }));
		assert.equal((await now()).state, 'ADMITTED');
		assert.deepEqual(answers(await taken(adt('A12', { ...p, at: daysAgo(5) }))), [['AA', 'updated']]);
		assert.equal((await now()).ward, 'D1');
		await taken(adt('A08', { ...p, at: daysAgo(4), pv1: { 3: 'D9^^^310000019' } }));
		assert.equal((await now()).ward, 'D9');
		await taken(adt('A03', { ...p, at: daysAgo(3), pv1: { 3: 'D9', 36: '01', 45: hl7(daysAgo(3)) } }));
		assert.deepEqual([(await now()).state, (await now()).disposition, (await now()).ended_at.toISOString()], ['DISCHARGED', 'HOME', daysAgo(3)]);
		await taken(adt('A13', { ...p, at: daysAgo(2) }));
		assert.deepEqual([(await now()).state, (await now()).ended_at], ['ADMITTED', null]);
		const steps = (await w.sql('select action from transition_event where object_id = $1 order by at, object_version', [a.admission_id])).map((e) => e.action);
		assert.deepEqual(steps, ['transfer_unit', 'leave', 'return', 'discharge', 'reopen']);
		assert.equal((await w.sql(`select 1 from access_log where patient_id = $1 and basis = 'IMPORT' and operation = 'importAdt'`, [p.id])).length, 7, 'one a batch');
	});

	test('planned and cancelled; begun and cancelled is an error; what is none is ignored', async () => {
		const p = { ...(await person(w)), visit: 'v-2' };
		await taken(adt('A05', { ...p, more: [`PV2||||||||${hl7(daysAgo(-9))}`] }));
		assert.deepEqual((await stays(p.id)).map((a) => [a.state, a.planned_for.toISOString()]), [['PLANNED', daysAgo(-9)]]);
		await taken(adt('A11', p));
		assert.deepEqual((await stays(p.id)).map((a) => [a.state, a.reason]), [['CANCELLED', 'Avlyst i DIPS']]);
		await taken(adt('A01', { ...p, visit: 'v-3', pv1: { 44: hl7(daysAgo(2)) } }), adt('A11', { ...p, visit: 'v-3' }));
		assert.deepEqual((await stays(p.id)).map((a) => a.state), ['CANCELLED', 'ENTERED_IN_ERROR']);
		assert.deepEqual(answers(await taken(adt('A04', { ...p, visit: 'v-4' }), adt('A01', { ...p, visit: 'v-4', pv1: { 2: 'O' } }))), [['AA', 'event ignored'], ['AA', 'not an admission: is not a stay: only 1 and 2 become admissions']]);
		assert.equal((await stays(p.id)).length, 2);
	});

	test('a planned one begins with its admission', async () => {
		const p = { ...(await person(w)), visit: 'v-5' };
		await taken(adt('A05', { ...p, at: daysAgo(5), more: [`PV2||||||||${hl7(daysAgo(-9))}`] }), adt('A01', { ...p, at: daysAgo(1), pv1: { 44: hl7(daysAgo(1)) } }));
		assert.deepEqual((await stays(p.id)).map((a) => a.state), ['ADMITTED']);
	});

	test('what says no more than the message before it, but what has become of the stay, is taken', async () => {
		const p = { ...(await person(w)), visit: 'v-6' };
		const begins = { pv1: { 44: hl7(daysAgo(9)) } };
		await taken(adt('A05', { ...p, ...begins, at: daysAgo(10) }), adt('A01', { ...p, ...begins, at: daysAgo(9) }));
		assert.deepEqual((await stays(p.id)).map((a) => a.state), ['ADMITTED']);
		assert.deepEqual(answers(await taken(adt('A08', { ...p, ...begins, at: daysAgo(8) }))), [['AA', 'unchanged']]);
		await taken(adt('A03', { ...p, ...begins, at: daysAgo(4) }));
		assert.deepEqual((await stays(p.id)).map((a) => [a.state, a.ended_at?.toISOString()]), [['DISCHARGED', daysAgo(4)]]);
		await taken(adt('A13', { ...p, ...begins, at: daysAgo(3) }), adt('A03', { ...p, ...begins, at: daysAgo(2) }));
		assert.deepEqual((await stays(p.id)).map((a) => [a.state, a.ended_at?.toISOString()]), [['DISCHARGED', daysAgo(2)]]);
	});

	test('is what the last of several messages of one second says', async () => {
		const p = { ...(await person(w)), visit: 'v-7', at: daysAgo(3) };
		const begins = { 44: hl7(daysAgo(9)) };
		const said = await taken(adt('A01', { ...p, pv1: begins }), adt('A08', { ...p, pv1: { ...begins, 3: 'D9^^^310000019' } }), adt('A03', { ...p, pv1: { ...begins, 3: 'D9', 45: hl7(daysAgo(3)) } }));
		assert.deepEqual(answers(said), [['AA', 'created'], ['AA', 'updated'], ['AA', 'updated']]);
		assert.deepEqual((await stays(p.id)).map((a) => [a.state, a.ward, a.ended_at?.toISOString()]), [['DISCHARGED', 'D9', daysAgo(3)]]);
	});

	test('two records of one person: a task, and nothing is merged', async () => {
		const p = await person(w);
		assert.deepEqual(answers(await taken(adt('A40', { ...p, more: ['MRG|4712^^^DIPS'] }))), [['AA', 'updated']]);
		const tasks = await w.sql(`select agency_id, patient_id from task where kind = 'PATIENT_MERGE'`);
		assert.deepEqual(tasks, [{ agency_id: w.ids.agency['drammen-dps'], patient_id: p.id }]);
	});
});

describe('the answer', () => {
	test('to the same message is the same, and it is taken once', async () => {
		const p = { ...(await person(w)), visit: 'w-1' };
		const message = adt('A01', { ...p, pv1: { 44: hl7(daysAgo(2)) } });
		const [first] = await taken(message);
		const [again] = await taken(message);
		assert.deepEqual([again, (await stays(p.id)).length], [first, 1]);
	});

	test('to each that cannot be taken says why, and the others are', async () => {
		const p = { ...(await person(w)), visit: 'w-2' };
		const items = await taken('rubbish\r', adt('A01', { ...p, visit: '' }), adt('A03', { ...p, visit: 'w-9' }), adt('A21', { ...p, visit: 'w-9' }), adt('A12', { ...p, visit: 'w-9' }),
			adt('A05', { ...p, visit: 'w-8' }), adt('A01', { ...p, at: daysAgo(3), pv1: { 44: hl7(daysAgo(3)) } }), adt('A22', { ...p }), adt('A12', { ...p }), adt('A02', { ...p, at: daysAgo(4) }),
			adt('A01', { ...p, control: '' }), adt('A02', { number: syntheticNumber(), visit: 'w-7' }), adt('A01', { ...p, visit: 'w-6', at: 'when' }));
		assert.deepEqual(items.map((i) => [i.code, i.text.split(':')[0]]), [['AE', 'does not begin with a segment MSH'], ['AE', 'visit number missing'], ['AE', 'stay unknown'], ['AE', 'stay unknown'], ['AE', 'stay unknown'],
			['AE', 'planned time missing'], ['AA', 'created'], ['AE', 'not in this state'], ['AE', 'nothing to take back'], ['AE', 'invalid_value'.replace('_', ' ')],
			['AE', 'has no sender (MSH-3), trigger event (MSH-9.2) or control id (MSH-10)'], ['AE', 'person unknown'], ['AE', 'has no time that can be read (EVN-2, MSH-7)']]);
		const [b] = (await w.api(machine, 'GET', '/imports?type=adt&limit=1')).is(200).body.items;
		assert.deepEqual([b.counts.received, b.counts.created, b.counts.rejected, b.state], [13, 1, 12, 'DONE']);
	});

	test('for an unknown person says that the message is kept; it is taken when the person comes', async () => {
		const number = syntheticNumber();
		const [item] = await taken(adt('A01', { number, visit: 'u-1', pv1: { 44: hl7(daysAgo(2)) } }));
		assert.deepEqual([item.code, item.text.split(':')[0]], ['AA', 'patient unknown']);
		const { id } = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201).body;
		await until(async () => (await stays(id)).length === 1);
	});

	test('in ISO 8859-1 when the message says so', async () => {
		const p = { ...(await person(w)), visit: 'l-1' };
		const message = adt('A01', { ...p, pv1: { 3: 'Døgnpost^^^310000019', 44: hl7(daysAgo(2)) } });
		const marked = message.replace('|T|2.5\r', '|T|2.5||||||8859/1\r');
		(await w.api(machine, 'POST', '/imports/adt', Buffer.from(marked, 'latin1'), { 'content-type': type })).is(200);
		assert.deepEqual((await stays(p.id)).map((a) => a.ward), ['Døgnpost']);
	});

	test('is refused for who may not, and for more than can be taken at once', async () => {
		for (const who of ['drammen-kommune:mh-1', 'nav-drammen:nav-1', 'drammen-dps:sa-1']) (await send(who, 'MSH')).is(403);
		(await send(clinic, adt('A04', { number: 'x', visit: 'x' }))).is(200);
		(await send(clinic, 'MSH|\r'.repeat(201))).is(413, 'too_large');
		(await w.api(clinic, 'POST', '/imports/adt', 'MSH', { 'content-type': 'text/plain' })).is(415);
		(await w.api(clinic, 'POST', '/imports/adt', '', { 'content-type': type })).is(400, 'not_json');
		record('POST', '/api/v1/imports/adt', 400);
	});
});
