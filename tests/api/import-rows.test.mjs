// A row of an import, looked at again: as it was received, without the number; and the report on all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticNumber, until, world } from './harness.mjs';
import { bring, clinic, daysAgo, machine, person, report, stay } from './import-steps.mjs';
import { back } from './lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50, IMPORT_BLOCK_ROWS: 3 } });
const row = (batch, n, who = clinic) => w.api(who, 'GET', `/imports/${batch.id}/rows/${n}`);
const stars = '***********';

test('one that was taken, one that waits, ones that were refused, and one that could not be read', async () => {
	const p = await person(w);
	const taken = stay(p.number, { ward: 'Post 2', leave_nights: 2, user_controlled_bed: false });
	const elsewhere = `født ${p.number.slice(0, 6)} ${p.number.slice(6)}`;
	const { batch } = await bring(w, clinic, 'admissions', [taken, stay(syntheticNumber()), stay(p.number, { urgency: '9', ward: elsewhere, [p.number]: 'x' }),
		stay(p.number, { ward: 'open:seal:e1:x' }), '{"source_system":', stay(p.number, { discharged_at: daysAgo(101) })]);
	const got = (await row(batch, 1)).is(200).body;
	const { patient_id_system: _, ...kept } = taken;
	assert.deepEqual(got, { row: 1, columns: { ...kept, patient_id: stars }, remarks: [] });
	assert.deepEqual((await row(batch, 2)).is(200).body.remarks.map((m) => m.code), ['PATIENT_UNKNOWN']);
	const refused = (await row(batch, 3)).is(200).body;
	assert.deepEqual([refused.columns.urgency, refused.columns.patient_id, refused.columns.ward], ['9', stars, 'født ****** *****']);
	assert.deepEqual(refused.remarks.map((m) => [m.severity, m.code]).sort(), [['error', 'ADDITIONAL_PROPERTIES'], ['error', 'ENUM']]);
	assert.equal((await row(batch, 4)).is(200).body.columns.ward, stars);
	assert.deepEqual((await row(batch, 5)).is(200).body, { row: 5, remarks: [{ severity: 'error', code: 'NOT_JSON', message: 'is not a JSON object' }] });
	assert.deepEqual((await row(batch, 6)).is(200).body.remarks.map((m) => m.code), ['ENDS_BEFORE_IT_BEGINS']);
	for (let n = 1; n <= 6; n++) assert.ok(!(await row(batch, n)).text.includes(p.number));
	assert.equal((await w.sql(`select 1 from import_remark where content::text like '%' || $1 || '%'`, [p.number])).length, 0);
	(await row(batch, 7)).is(404);
	(await row(batch, 0)).is(404);
});

test('for those of the agency who may send this type, and the person finds it in their log', async () => {
	const p = await person(w);
	const { batch } = await bring(w, clinic, 'admissions', [stay(p.number)]);
	(await row(batch, 1, machine)).is(200);
	(await row(batch, 1, 'drammen-dps:tm-1')).is(403, 'forbidden_action');
	(await row(batch, 1, 'drammen-kommune:mh-1')).is(404);
	(await row(batch, 1, 'politi-demo:po-1')).is(403);
	assert.equal((await w.sql(`select 1 from access_log where operation = 'getImportRow' and patient_id = $1 and action = 'READ'`, [p.id])).length, 1);
});

test('rows are gone a month after the import has ended; what was said of them stays', async () => {
	const { batch } = await bring(w, clinic, 'admissions', [stay(syntheticNumber())]);
	assert.ok((await row(batch, 1)).is(200).body.columns);
	await w.sql(`update import_batch set finished_at = ${back('finished_at', 31)} where id = $1`, [batch.id]);
	const later = await until(async () => { const { body } = (await row(batch, 1)).is(200); return body.columns === undefined && body; });
	assert.equal(later.remarks.length, 1);
});

test('a report of many pages comes as one answer, and goes on where it was cut off', async () => {
	const bad = Array.from({ length: 2500 }, (_, i) => ({ source_system: 'DIPS', source_id: `bad-${i}` }));
	const { batch, report: lines } = await bring(w, clinic, 'admissions', bad);
	assert.equal(batch.counts.rejected, 2500);
	assert.ok(lines.length > 2500 * 2);
	assert.deepEqual([...new Set(lines.map((l) => l.row))], bad.map((_, i) => i + 1));
	const rest = (await w.api(clinic, 'GET', `/imports/${batch.id}/report?after=2499`)).is(200).text.trim().split('\n').map((l) => JSON.parse(l));
	assert.deepEqual(rest, lines.filter((l) => l.row === 2500));
	assert.equal((await w.api(clinic, 'GET', `/imports/${batch.id}/report?after=2500`)).is(200).text, '');
	assert.deepEqual(await report(w, clinic, batch.id), lines);
});
