// What an agency takes along: all of its own, of one person, for a day, and each person's log says so.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { bring, clinic, daysAgo, person, stay } from './import-steps.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const officer = 'drammen-dps:pv-1';
const lines = (r) => r.text.split('\n').filter(Boolean).map((l) => JSON.parse(l));
const ask = async (body, who = officer) => (await w.api(who, 'POST', '/exports', body)).is(201).body;
const read = async (e, who = officer) => lines((await w.api(who, 'GET', `/exports/${e.id}/content`)).is(200));

describe('an export', () => {
	test('is all that the agency keeps, more than a page of it, with its origin; of one person what is on that person', async () => {
		const [a, b] = [await person(w), await person(w)];
		const rows = Array.from({ length: 1100 }, (_, i) => stay(i % 2 ? a.number : b.number, { admitted_at: daysAgo(2400 - i * 2), discharged_at: daysAgo(2399 - i * 2), icd10_main: 'F20.0', ward: '=1+1' }));
		await bring(w, clinic, 'admissions', rows);
		const all = await read(await ask({ types: ['contacts', 'admissions'] }));
		assert.equal(all.length, 1100);
		assert.deepEqual(new Set(all.map((l) => l.origin.source_id)), new Set(rows.map((r) => r.source_id)));
		assert.deepEqual([all[0].type, all[0].state, all[0].origin.facts.icd10_main, all[0].ward], ['admissions', 'DISCHARGED', 'F20.0', '=1+1']);
		const one = await read(await ask({ types: ['admissions'], patient_id: a.id }));
		assert.deepEqual([one.length, new Set(one.map((l) => l.patient_id))], [550, new Set([a.id])]);
		const log = await w.sql(`select action, staff_id, basis from access_log where patient_id = $1 and resource = 'exports'`, [b.id]);
		assert.deepEqual(log, [{ action: 'EXPORT', staff_id: w.ids.staff[officer], basis: 'OVERSIGHT' }]);
		assert.equal((await w.sql(`select 1 from access_log where patient_id = $1 and resource = 'exports'`, [a.id])).length, 2);
	});

	test('is of the own agency alone, and for its officer and machines', async () => {
		const e = await ask({ types: ['admissions', 'contacts', 'housing'] }, 'drammen-kommune:pv-1');
		assert.deepEqual(await read(e, 'drammen-kommune:pv-1'), []);
		(await w.api(officer, 'GET', `/exports/${e.id}`)).is(404);
		(await w.api(officer, 'GET', `/exports/${e.id}/content`)).is(404);
		for (const who of [clinic, 'drammen-dps:sa-1', 'drammen-dps:tl-1']) (await w.api(who, 'POST', '/exports', { types: ['admissions'] })).is(403);
		(await w.api(officer, 'POST', '/exports', { types: ['admissions'], patient_id: anyId() })).is(422, 'unknown_reference');
	});

	test('can be read for a day', async () => {
		const e = await ask({ types: ['contacts'] });
		await w.sql(`update export set expires_at = clock_now() where id = $1`, [e.id]);
		assert.equal((await w.api(officer, 'GET', `/exports/${e.id}`)).is(200).body.status, 'EXPIRED');
		(await w.api(officer, 'GET', `/exports/${e.id}/content`)).is(409);
	});

	test('a HEAD is its head', async () => {
		const e = await ask({ types: ['contacts'] });
		assert.equal((await w.api(officer, 'HEAD', `/exports/${e.id}/content`)).is(200).text, '');
	});
});
