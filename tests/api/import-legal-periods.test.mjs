// Legal grounds out of extracts: laid over what a stay's own row has told, never leaving a gap.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { syntheticNumber, until, world } from './harness.mjs';
import { bring, clinic, daysAgo, person, stay, tally } from './import-steps.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50, IMPORT_BLOCK_ROWS: 20 } });
const periods = async (id) => (await w.sql('select kind, valid_from, valid_to from legal_period where admission_id = $1 order by valid_from', [id]))
	.map((p) => [p.kind, p.valid_from.toISOString(), p.valid_to?.toISOString() ?? null]);
let serial = 0;
const ground = (basis, from, to, more = {}) => ({ source_system: 'DIPS', source_id: `l-${++serial}`, source_updated_at: daysAgo(1), basis, from_at: daysAgo(from), ...(to === null ? {} : { to_at: daysAgo(to) }), ...more });
const codes = (lines) => lines.map((l) => [l.row, l.code]);

// A stay from 100 to 90 days ago, told by its row: { p, row, id }.
async function lain(more = {}) {
	const p = await person(w);
	const row = stay(p.number, { legal_basis_at_admission: 'TUO', ...more });
	await bring(w, clinic, 'admissions', [row]);
	const [{ id }] = await w.sql('select id from admission where patient_id = $1', [p.id]);
	return { p, row, id };
}

test('the sample of the specification: observation, then compulsory care from its own time on', async () => {
	const { row, id } = await lain({ legal_basis_at_discharge: 'TPH' });
	const at = { admission_source_id: row.source_id };
	const second = ground('3-3', 98, 90, { ...at, decision_id: 'V-77' });
	const { batch } = await bring(w, clinic, 'legal-periods', [ground('3-2', 100, 98, at), second]);
	assert.deepEqual(tally(batch), { received: 2, processed: 2, created: 2 });
	assert.deepEqual(await periods(id), [['OBSERVATION', daysAgo(100), daysAgo(98)], ['COMPULSORY', daysAgo(98), daysAgo(90)]]);
	const [o] = await w.sql('select facts, patient_id from import_origin where external_id = $1', [second.source_id]);
	assert.equal(o.facts.decision_id, 'V-77');
	assert.equal((await w.sql(`select 1 from access_log where operation = 'importLegalPeriods' and patient_id = $1`, [o.patient_id])).length, 1);
	assert.equal((await bring(w, clinic, 'legal-periods', [second])).batch.counts.unchanged, 1);
});

test('one row alone, by the patient\'s number: before it what stood there, after it what is known', async () => {
	const { p, id } = await lain();
	await bring(w, clinic, 'legal-periods', [ground('TPH', 97, 94, { patient_id: p.number, patient_id_system: 'FNR' })]);
	assert.deepEqual(await periods(id), [['OBSERVATION', daysAgo(100), daysAgo(97)], ['COMPULSORY', daysAgo(97), daysAgo(94)], ['OBSERVATION', daysAgo(94), daysAgo(90)]]);
	const other = await lain({ legal_basis_at_discharge: 'FRIVILLIG' });
	await bring(w, clinic, 'legal-periods', [ground('TPH', 100, 94, { admission_source_id: other.row.source_id })]);
	assert.deepEqual((await periods(other.id)).map((x) => x[0]), ['COMPULSORY', 'VOLUNTARY']);
});

test('a ground that reaches beyond the stay ends with it; in an open stay it goes on', async () => {
	const { row, id } = await lain();
	await bring(w, clinic, 'legal-periods', [ground('3-3', 120, 10, { admission_source_id: row.source_id })]);
	assert.deepEqual(await periods(id), [['COMPULSORY', daysAgo(100), daysAgo(90)]]);
	const open = await lain({ admitted_at: daysAgo(9), discharged_at: undefined });
	await bring(w, clinic, 'legal-periods', [ground('3-2', 9, null, { admission_source_id: open.row.source_id }), ground('3-3', 5, null, { admission_source_id: open.row.source_id })]);
	assert.deepEqual(await periods(open.id), [['OBSERVATION', daysAgo(9), daysAgo(5)], ['COMPULSORY', daysAgo(5), null]]);
});

test('a correction moves it, a deletion lets the ground before it go on; nothing is removed', async () => {
	const { row, id } = await lain({ legal_basis_at_discharge: 'TPH' });
	const told = ground('3-3', 97, null, { admission_source_id: row.source_id, source_updated_at: daysAgo(3) });
	await bring(w, clinic, 'legal-periods', [told]);
	assert.equal((await bring(w, clinic, 'legal-periods', [{ ...told, from_at: daysAgo(95), source_updated_at: daysAgo(2) }])).batch.counts.updated, 1);
	const grounds = async () => (await periods(id)).map((p) => [p[0], p[1]]);
	assert.deepEqual(await grounds(), [['OBSERVATION', daysAgo(100)], ['OBSERVATION', daysAgo(97)], ['COMPULSORY', daysAgo(95)]]);
	const { batch } = await bring(w, clinic, 'legal-periods', [{ source_system: 'DIPS', source_id: told.source_id, source_updated_at: daysAgo(1), op: 'delete' }]);
	assert.deepEqual(tally(batch), { received: 1, processed: 1, deleted: 1 });
	assert.deepEqual((await grounds()).map((g) => g[0]), ['OBSERVATION', 'OBSERVATION', 'OBSERVATION']);
	const [{ n }] = await w.sql(`select count(*)::int as n from legal_period p cross join lateral row_versions('legal_period', p.id) v where p.admission_id = $1 and v.content ->> 'kind' = 'COMPULSORY'`, [id]);
	assert.ok(n > 0, 'what was said stands in the history');
});

test('compulsory care without overnight stay is a decision', async () => {
	const p = await person(w);
	const who = { patient_id: p.number, patient_id_system: 'FNR' };
	const row = ground('3-5', 30, null, { ...who, decided_at: daysAgo(31), decided_by_hpr: '9144897', decision_id: 'V-9' });
	const { batch, report } = await bring(w, clinic, 'legal-periods', [row]);
	assert.deepEqual([tally(batch), report], [{ received: 1, processed: 1, created: 1 }, []]);
	const decision = async () => (await w.sql('select type, state, reference, decided_by, decided_at, ended_at from coercion_decision where patient_id = $1', [p.id]))[0];
	assert.deepEqual(await decision(), { type: 'TPH_OUTPATIENT', state: 'RUNNING', reference: 'V-9', decided_by: 'HPR 9144897', decided_at: new Date(daysAgo(31)), ended_at: null });
	await bring(w, clinic, 'legal-periods', [{ ...row, to_at: daysAgo(2), source_updated_at: daysAgo(0, 0) }]);
	assert.deepEqual([(await decision()).state, (await decision()).ended_at.toISOString()], ['ENDED', daysAgo(2)]);
});

test('each wrong row is told apart', async () => {
	const { p, row } = await lain();
	const at = { admission_source_id: row.source_id };
	const { batch, report } = await bring(w, clinic, 'legal-periods', [ground('3-3', 95, 93, at), ground('3-2', 94, 92, at), ground('3-2', 80, 70, at), ground('3-2', 95, 96, at), ground('3-2', -2, null, at),
		ground('3-2', 95, null, { admission_source_id: 'never-told' }), ground('3-2', 50, 40, { patient_id: p.number, patient_id_system: 'FNR' }),
		ground('3-2', 95, null, { patient_id: syntheticNumber(), patient_id_system: 'FNR' }), ground('3-2', 95, null, { ...at, patient_id: (await person(w)).number, patient_id_system: 'FNR' }), ground('3-2', 95, null)]);
	assert.deepEqual(codes(report), [[2, 'LEGAL_PERIODS_OVERLAP'], [3, 'OUTSIDE_STAY'], [4, 'ENDS_BEFORE_IT_BEGINS'], [5, 'IN_THE_FUTURE'], [6, 'ADMISSION_UNKNOWN'], [7, 'ADMISSION_UNKNOWN'], [8, 'PATIENT_UNKNOWN'],
		[9, 'OTHER_PERSON'], [10, 'ANY_OF']]);
	assert.deepEqual(tally(batch), { received: 10, processed: 10, created: 1, parked: 3, rejected: 6, warnings: 3 });
});

describe('a ground whose stay is unknown waits for it', () => {
	const again = async (batch, created) => until(async () => {
		const b = (await w.api(clinic, 'GET', `/imports/${batch.id}`)).is(200).body;
		return b.counts.created === created ? b : null;
	}, 5000, 'the rows that waited');

	test('told of by the stay\'s key, before the stay and before the person', async () => {
		const number = syntheticNumber();
		const row = stay(number, { legal_basis_at_admission: 'TUO' });
		const { batch, report } = await bring(w, clinic, 'legal-periods', [ground('3-3', 98, 94, { admission_source_id: row.source_id }), ground('3-2', 94, 90, { admission_source_id: row.source_id })]);
		assert.deepEqual([tally(batch), codes(report)], [{ received: 2, processed: 2, parked: 2, warnings: 2 }, [[1, 'ADMISSION_UNKNOWN'], [2, 'ADMISSION_UNKNOWN']]]);
		await bring(w, clinic, 'admissions', [row]);
		const { id: patient } = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201).body;
		assert.deepEqual(tally(await again(batch, 2)), { received: 2, processed: 2, created: 2, warnings: 2 });
		const [{ id }] = await w.sql('select id from admission where patient_id = $1', [patient]);
		assert.deepEqual((await periods(id)).map((x) => x[0]), ['OBSERVATION', 'COMPULSORY', 'OBSERVATION']);
		assert.equal((await w.api(clinic, 'GET', `/imports/${batch.id}/report`)).text.trim().split('\n').length, 2, 'each row is told of once');
	});

	test('told of by the person and a time: another stay does not help, the right one does, also when people enter it', async () => {
		const { p } = await lain();
		const { batch } = await bring(w, clinic, 'legal-periods', [ground('TPH', 48, 44, { patient_id: p.number, patient_id_system: 'FNR' })]);
		assert.equal(batch.counts.parked, 1);
		await bring(w, clinic, 'admissions', [stay(p.number, { admitted_at: daysAgo(300), discharged_at: daysAgo(290) })]);
		assert.deepEqual(tally(await again(batch, 0)), { received: 1, processed: 1, parked: 1, warnings: 1 });
		(await w.api('drammen-dps:tm-1', 'POST', '/admissions', { patient_id: p.id, urgency: 'ACUTE', level: 'DPS_INPATIENT', institution: 'Drammen DPS', admitted_at: daysAgo(50) })).is(201);
		assert.equal((await again(batch, 1)).counts.parked, 0);
		assert.equal((await w.sql(`select 1 from legal_period where patient_id = $1 and kind = 'COMPULSORY'`, [p.id])).length, 1);
	});

	test('one that is taken back meanwhile is no longer waited for', async () => {
		const { p } = await lain();
		const row = ground('TPH', 48, 44, { patient_id: p.number, patient_id_system: 'FNR', source_updated_at: daysAgo(3) });
		await bring(w, clinic, 'legal-periods', [row]);
		const gone = (await bring(w, clinic, 'legal-periods', [{ source_system: 'DIPS', source_id: row.source_id, source_updated_at: daysAgo(2), op: 'delete' }])).batch;
		assert.equal(gone.counts.ignored, 1);
		assert.equal((await w.sql('select 1 from import_parked where external_id = $1', [row.source_id])).length, 0);
	});
});
