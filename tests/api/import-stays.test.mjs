// Rows of an extract that tell of one stay in several wards become one admission with segments.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { bring, clinic, daysAgo, person, stay, tally } from './import-steps.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50, IMPORT_BLOCK_ROWS: 20 } });
const admissions = (p) => w.sql('select * from admission where patient_id = $1 order by admitted_at', [p.id]);
const parts = async (a) => (await w.sql('select ward, valid_from, valid_to from admission_segment where admission_id = $1 and valid_to is distinct from valid_from order by valid_from', [a.id]))
	.map((s) => [s.ward, s.valid_from.toISOString(), s.valid_to?.toISOString() ?? null]);
const grounds = async (a) => (await w.sql('select kind, valid_from, valid_to from legal_period where admission_id = $1 order by valid_from', [a.id]))
	.map((l) => [l.kind, l.valid_from.toISOString(), l.valid_to?.toISOString() ?? null]);
let serial = 0;
const stayId = () => `stay-${++serial}`;
const part = (p, hospital_stay_id, ward, [from, to], more = {}) => stay(p.number, { hospital_stay_id, ward, admitted_at: daysAgo(from), discharged_at: to === null ? undefined : daysAgo(to), ...more });

describe('history', () => {
	test('in one file, in any order: one admission from the first to the last, each ground in its part', async () => {
		const p = await person(w);
		const id = stayId();
		const { batch } = await bring(w, clinic, 'admissions', [part(p, id, 'Post B', [95, 92], { legal_basis_at_admission: 'TPH', urgency: '4', disposition: 'HOME' }),
			part(p, id, 'Post A', [100, 95], { legal_basis_at_admission: 'TUO', disposition: 'OTHER_INSTITUTION' }), part(p, stayId(), 'Post C', [60, 50])]);
		assert.deepEqual(tally(batch), { received: 3, processed: 3, created: 2, updated: 1 });
		const [a, other] = await admissions(p);
		assert.deepEqual([a.state, a.ward, a.admitted_at.toISOString(), a.ended_at.toISOString(), a.urgency, a.disposition], ['DISCHARGED', 'Post B', daysAgo(100), daysAgo(92), 'ACUTE', 'HOME']);
		assert.deepEqual(await parts(a), [['Post A', daysAgo(100), daysAgo(95)], ['Post B', daysAgo(95), daysAgo(92)]]);
		assert.deepEqual(await grounds(a), [['OBSERVATION', daysAgo(100), daysAgo(95)], ['COMPULSORY', daysAgo(95), daysAgo(92)]]);
		assert.equal(other.ward, 'Post C');
		assert.deepEqual((await w.api('drammen-dps:tl-1', 'GET', `/admissions/${a.id}`)).is(200).body.nights, { gross: 8, away: 0, net: 8 });
	});

	test('in two files, and the same file twice changes nothing', async () => {
		const p = await person(w);
		const id = stayId();
		const rows = [part(p, id, 'A', [200, 195]), part(p, id, 'B', [195, 190]), part(p, id, 'C', [190, 185])];
		for (const row of rows) await bring(w, clinic, 'admissions', [row]);
		const [a, ...more] = await admissions(p);
		assert.deepEqual([more.length, (await parts(a)).length, a.ended_at.toISOString()], [0, 3, daysAgo(185)]);
		assert.equal((await bring(w, clinic, 'admissions', rows)).batch.counts.unchanged, 3);
		assert.deepEqual(await admissions(p), [a]);
	});

	test('the same name of a stay is another person\'s or another system\'s stay', async () => {
		const [p, q] = [await person(w), await person(w)];
		const id = stayId();
		await bring(w, clinic, 'admissions', [part(p, id, 'A', [100, 95]), part(q, id, 'A', [100, 95]), part(p, id, 'A', [80, 75], { source_system: 'METAVISION' })]);
		assert.deepEqual([(await admissions(p)).length, (await admissions(q)).length], [2, 1]);
	});
});

describe('as it happens', () => {
	test('a move to another ward: one admission that goes on, then ends with its last part', async () => {
		const p = await person(w);
		const id = stayId();
		const first = part(p, id, 'Mottak', [5, null], { source_updated_at: daysAgo(5) });
		await bring(w, clinic, 'admissions', [first]);
		const second = part(p, id, 'Post 1', [3, null], { source_updated_at: daysAgo(3) });
		assert.equal((await bring(w, clinic, 'admissions', [second])).batch.counts.created, 0);
		let [a] = await admissions(p);
		assert.deepEqual([a.state, a.ward, await parts(a)], ['ADMITTED', 'Post 1', [['Mottak', daysAgo(5), daysAgo(3)], ['Post 1', daysAgo(3), null]]]);
		await bring(w, clinic, 'admissions', [{ ...first, discharged_at: daysAgo(3), source_updated_at: daysAgo(2) }]);
		[a] = await admissions(p);
		assert.equal(a.state, 'ADMITTED', 'the part has ended, not the stay');
		await bring(w, clinic, 'admissions', [{ ...second, discharged_at: daysAgo(1), disposition: 'HOME', source_updated_at: daysAgo(1) }]);
		[a] = await admissions(p);
		assert.deepEqual([a.state, a.disposition, a.ended_at.toISOString(), (await grounds(a)).at(-1)[2]], ['DISCHARGED', 'HOME', daysAgo(1), daysAgo(1)]);
		assert.equal((await w.sql(`select 1 from task where entity_id = $1 and kind = 'POST_DISCHARGE_CONTACT' and state = 'OPEN'`, [a.id])).length, 1);
		assert.deepEqual((await w.sql(`select action from transition_event where object_id = $1`, [a.id])).map((e) => e.action), ['discharge']);
	});

	test('discharged from one ward into the next: the stay goes on, and each part keeps its end', async () => {
		const p = await person(w);
		const id = stayId();
		await bring(w, clinic, 'admissions', [part(p, id, 'A', [8, 4]), part(p, id, 'B', [3, null])]);
		const [a] = await admissions(p);
		assert.deepEqual([a.state, a.ended_at, await parts(a)], ['ADMITTED', null, [['A', daysAgo(8), daysAgo(4)], ['B', daysAgo(3), null]]]);
	});
});

describe('corrections', () => {
	test('a part that is taken back leaves the others; the last one takes the stay with it', async () => {
		const p = await person(w);
		const id = stayId();
		const rows = [part(p, id, 'A', [100, 95]), part(p, id, 'B', [95, 90])];
		await bring(w, clinic, 'admissions', rows);
		const gone = (row) => ({ source_system: 'DIPS', source_id: row.source_id, source_updated_at: daysAgo(0, 0), op: 'delete' });
		assert.equal((await bring(w, clinic, 'admissions', [gone(rows[1])])).batch.counts.deleted, 1);
		let [a] = await admissions(p);
		assert.deepEqual([a.state, a.ended_at.toISOString(), a.ward, await parts(a)], ['DISCHARGED', daysAgo(95), 'A', [['A', daysAgo(100), daysAgo(95)]]]);
		await bring(w, clinic, 'admissions', [gone(rows[0])]);
		[a] = await admissions(p);
		assert.equal(a.state, 'ENTERED_IN_ERROR');
	});

	test('a stay told of at quite another time moves there, alone or as the last part of several', async () => {
		const p = await person(w);
		const id = stayId();
		const lone = part(p, undefined, 'L', [300, 290], { source_updated_at: daysAgo(5), ready_for_discharge_at: daysAgo(291) });
		const [a, b] = [part(p, id, 'A', [100, 95], { source_updated_at: daysAgo(5) }), part(p, id, 'B', [95, 90], { source_updated_at: daysAgo(5) })];
		await bring(w, clinic, 'admissions', [lone, a, b]);
		await bring(w, clinic, 'admissions', [{ source_system: 'DIPS', source_id: b.source_id, source_updated_at: daysAgo(4), op: 'delete' }]);
		for (const [n, from, to] of [[3, 250, 240], [2, 400, 380]]) {
			const at = { admitted_at: daysAgo(from), discharged_at: daysAgo(to), source_updated_at: daysAgo(n) };
			const later = { ...at, admitted_at: daysAgo(from - 100), discharged_at: daysAgo(to - 100) };
			const { batch, report } = await bring(w, clinic, 'admissions', [{ ...lone, ...at, ready_for_discharge_at: undefined }, { ...a, ...later }]);
			assert.deepEqual([report, batch.counts.updated], [[], 2]);
			for (const [ward, begins, ends] of [['L', at.admitted_at, at.discharged_at], ['A', later.admitted_at, later.discharged_at]]) {
				const stays = (await admissions(p)).filter((x) => x.ward === ward);
				assert.deepEqual(stays.map((x) => [x.admitted_at.toISOString(), x.ended_at.toISOString(), x.ready_at]), [[begins, ends, null]]);
				assert.deepEqual([await parts(stays[0]), (await grounds(stays[0])).map((g) => g.slice(1))], [[[ward, begins, ends]], [[begins, ends]]]);
			}
		}
	});

	test('a row that turns out to be a part of another stay is no admission any more', async () => {
		const p = await person(w);
		const id = stayId();
		const lone = part(p, undefined, 'B', [95, 90], { source_updated_at: daysAgo(3) });
		await bring(w, clinic, 'admissions', [part(p, id, 'A', [100, 95]), lone]);
		assert.equal((await admissions(p)).length, 2);
		await bring(w, clinic, 'admissions', [{ ...lone, hospital_stay_id: id, source_updated_at: daysAgo(2) }]);
		const found = await admissions(p);
		assert.deepEqual(found.map((a) => a.state), ['DISCHARGED', 'ENTERED_IN_ERROR']);
		assert.deepEqual(await parts(found[0]), [['A', daysAgo(100), daysAgo(95)], ['B', daysAgo(95), daysAgo(90)]]);
	});

	test('parts of one stay that overlap contradict one another', async () => {
		const p = await person(w);
		const id = stayId();
		const { batch, report } = await bring(w, clinic, 'admissions', [part(p, id, 'A', [100, 95]), part(p, id, 'B', [97, 90])]);
		assert.deepEqual([tally(batch), report.map((l) => [l.row, l.code])], [{ received: 2, processed: 2, created: 1, rejected: 1 }, [[2, 'SEGMENTS_OVERLAP']]]);
	});
});
