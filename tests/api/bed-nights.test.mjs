// Nights in a bed (domain.md §6.1): midnights in Oslo, also when the clocks are changed; leave, transfer, window.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { syntheticNumber, world } from './harness.mjs';
import { person } from './specialist-steps.mjs';
import { back } from './lib/days.mjs';

const w = await world();
const one = async (text, values) => (await w.sql(`select ${text} as x`, values))[0].x;
const nights = (from, to, lo = '-infinity', hi = 'infinity') => one('nights($1, $2, $3, $4)', [from, to, lo, hi]);

describe('nights between two moments', () => {
	const table = [
		['the same day', '2026-03-02T08:00:00Z', '2026-03-02T22:30:00Z', 0],
		['half an hour over midnight', '2026-03-02T22:45:00Z', '2026-03-02T23:15:00Z', 1],
		['midnight in Oslo, not in Greenwich', '2026-03-02T23:30:00Z', '2026-03-03T00:30:00Z', 0],
		['the night that is an hour short', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', 1],
		['the night that is an hour long', '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z', 1],
		['within the hour that comes twice', '2026-10-25T00:15:00Z', '2026-10-25T01:45:00Z', 0],
		['23 hours that hold a midnight', '2026-03-28T22:30:00Z', '2026-03-29T21:30:00Z', 1],
		['almost 25 hours of one day', '2026-10-24T22:15:00Z', '2026-10-25T22:45:00Z', 0],
		['to summer time and back', '2026-03-01T12:00:00Z', '2026-11-01T12:00:00Z', 245],
		['a leap day', '2028-02-28T12:00:00Z', '2028-03-01T12:00:00Z', 2],
	];
	for (const [name, from, to, wanted] of table) test(`${name}: ${wanted}`, async () => assert.equal(await nights(from, to), wanted));

	test('count within the window alone', async () => {
		assert.equal(await nights('2026-03-01T12:00:00Z', '2026-03-11T12:00:00Z', '2026-03-05', '2026-03-08'), 3);
		assert.equal(await nights('2026-03-01T12:00:00Z', '2026-03-11T12:00:00Z', '2026-03-11', '2026-03-20'), 0);
		assert.equal(await nights('2026-03-01T12:00:00Z', '2026-03-11T12:00:00Z', '2026-02-01', '2026-03-01'), 0);
	});

	test('a stay that has not ended lasts until today', async () => {
		const [{ from }] = await w.sql(`select ${back('clock_now()', 3)} as from`);
		assert.equal(await nights(from, null), 3);
	});
});

// A stay by the owner's hand: [from, to, level], leaves [from, to], legal periods [kind, from, to].
async function stay(patient, segments, { leaves = [], legal = [], state = 'DISCHARGED' } = {}) {
	const [{ id }] = await w.sql(`insert into admission (id, patient_id, owner_agency_id, state, urgency, level, institution, admitted_at, ended_at, disposition,
		discharge_meeting_held, crisis_plan_reviewed, team_informed, reason) values (gen_random_uuid(), $1, $2, $3, 'ACUTE', $4, 'x', $5, $6, 'HOME', true, true, true, 'x') returning id`,
	[patient, w.ids.agency['drammen-dps'], state, segments[0][2], segments[0][0], segments.at(-1)[1]]);
	for (const [from, to, level] of segments) await w.sql(`insert into admission_segment (admission_id, patient_id, level, institution, valid_from, valid_to) values ($1, $2, $5, 'x', $3, $4)`, [id, patient, from, to, level]);
	for (const [from, to] of leaves) await w.sql('insert into admission_leave (admission_id, patient_id, left_at, returned_at) values ($1, $2, $3, $4)', [id, patient, from, to]);
	for (const [kind, from, to] of legal) await w.sql('insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to) values (gen_random_uuid(), $1, $2, $3, $4, $5)', [id, patient, kind, from, to]);
	return id;
}

const beds = async (patient, levels, lo, hi) => (await w.sql('select gross, away, net from bed_nights($1, $2, $3, $4)', [patient, levels, lo, hi]))[0];
const psychiatric = ['DPS_INPATIENT', 'HOSPITAL_PSYCH', 'TSB'];
const noon = (day) => `${day}T11:00:00Z`;

describe('bed nights of a person', () => {
	test('the worked example: thirteen before enrolment, six after', async () => {
		const patient = await person(w);
		for (const [from, to] of [['2024-02-20', '2024-03-10'], ['2025-02-25', '2025-03-05'], ['2026-02-27', '2026-03-05']]) await stay(patient, [[noon(from), noon(to), 'DPS_INPATIENT']]);
		assert.deepEqual(await beds(patient, psychiatric, '2024-03-01', '2025-03-01'), { gross: 13, away: 0, net: 13 });
		assert.deepEqual(await beds(patient, psychiatric, '2025-03-01', '2026-03-01'), { gross: 6, away: 0, net: 6 });
	});

	test('leave is subtracted in the net, within the window', async () => {
		const patient = await person(w);
		await stay(patient, [[noon('2026-03-01'), noon('2026-03-21'), 'HOSPITAL_PSYCH']], { leaves: [[noon('2026-03-06'), noon('2026-03-08')], [noon('2026-03-14'), noon('2026-03-17')]] });
		assert.deepEqual(await beds(patient, psychiatric, '2026-01-01', '2027-01-01'), { gross: 20, away: 5, net: 15 });
		assert.deepEqual(await beds(patient, psychiatric, '2026-03-07', '2026-03-15'), { gross: 8, away: 2, net: 6 });
	});

	test('a transfer parts the nights; somatic ones and errors are not counted', async () => {
		const patient = await person(w);
		await stay(patient, [[noon('2026-03-01'), noon('2026-03-04'), 'SOMATIC'], [noon('2026-03-04'), noon('2026-03-10'), 'HOSPITAL_PSYCH']], { leaves: [[noon('2026-03-05'), noon('2026-03-06')]] });
		await stay(patient, [[noon('2026-03-20'), noon('2026-03-30'), 'HOSPITAL_PSYCH']], { state: 'ENTERED_IN_ERROR' });
		assert.deepEqual(await beds(patient, psychiatric, '2026-01-01', '2027-01-01'), { gross: 6, away: 1, net: 5 });
		assert.deepEqual(await beds(patient, ['SOMATIC'], '2026-01-01', '2027-01-01'), { gross: 3, away: 0, net: 3 });
	});

	test('compulsory nights follow the legal periods', async () => {
		const patient = await person(w);
		await stay(patient, [[noon('2026-03-01'), noon('2026-03-21'), 'HOSPITAL_PSYCH']], { legal: [['OBSERVATION', noon('2026-03-01'), noon('2026-03-08')], ['COMPULSORY', noon('2026-03-08'), noon('2026-03-15')],
			['VOLUNTARY', noon('2026-03-15'), noon('2026-03-21')]] });
		const of = (kinds, lo, hi) => one('legal_nights($1, $2, $3, $4)', [patient, kinds, lo, hi]);
		assert.equal(await of(['OBSERVATION', 'COMPULSORY'], '2026-01-01', '2027-01-01'), 14);
		assert.equal(await of(['OBSERVATION', 'COMPULSORY'], '2026-03-10', '2027-01-01'), 5);
	});

	test('nobody: none', async () => {
		const { id } = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: syntheticNumber() })).is(201).body;
		assert.deepEqual(await beds(id, psychiatric, '2026-01-01', '2027-01-01'), { gross: 0, away: 0, net: 0 });
	});
});
