// Extracts of contacts, housing and staff.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until, world } from './harness.mjs';
import { bring, daysAgo, person, tally } from './import-steps.mjs';
import { day } from './lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const nurse = 'drammen-kommune:mh-1';
const agencyOf = (slug) => w.sql('select organisation_number as n from agency where slug = $1', [slug]).then(([a]) => a.n);
const kommune = await agencyOf('drammen-kommune');
let serial = 0;
const common = (p) => ({ source_system: 'PROFIL', source_id: `p-${++serial}`, source_updated_at: daysAgo(3), patient_id: p.number, patient_id_system: 'FNR' });
const codes = (lines) => lines.map((l) => [l.row, l.code, l.field]);

describe('contacts', () => {
	const contact = (p, more = {}) => ({ ...common(p), unit_id: w.ids.unit['drammen-kommune:mottak'], staff_no: 'mh-1', agency_orgnr: kommune, started_at: daysAgo(10), minutes: 45, mode: 'FACE_TO_FACE',
		place: 'HOME', outcome: 'HELD', purposes: 'HOUSING MEDICATION', external_record_id: 'not-1', ...more });

	test('are contacts: who, when, with whom; corrected, taken back, brought again', async () => {
		const p = await person(w);
		const row = contact(p, { with: 'PATIENT RELATIVE' });
		assert.deepEqual(tally((await bring(w, nurse, 'contacts', [row, contact(p, { outcome: 'CANCELLED_BY_TEAM', mode: 'PHONE', started_at: daysAgo(20) })])).batch), { received: 2, processed: 2, created: 2 });
		const all = () => w.sql('select c.*, (select array_agg(s.staff_id) from contact_staff s where s.contact_id = c.id) as met from contact c where patient_id = $1 order by at desc', [p.id]);
		const [c] = await all();
		assert.deepEqual([c.state, c.minutes, c.place, c.with_whom, c.purposes, c.counts, c.met, c.external_record, c.agency_id],
			['DONE', 45, 'HOME', ['PATIENT', 'RELATIVE'], ['HOUSING', 'MEDICATION'], true, [w.ids.staff[nurse]], { system: 'PROFIL', reference: 'not-1' }, w.ids.agency['drammen-kommune']]);
		assert.equal((await bring(w, nurse, 'contacts', [{ ...row, minutes: 30, source_updated_at: daysAgo(2) }])).batch.counts.updated, 1);
		assert.equal((await bring(w, nurse, 'contacts', [{ source_system: 'PROFIL', source_id: row.source_id, source_updated_at: daysAgo(1), op: 'delete' }])).batch.counts.deleted, 1);
		assert.deepEqual((await all()).map((x) => [x.state, x.minutes]), [['VOID', 30], ['DONE', 45]]);
		assert.equal((await bring(w, nurse, 'contacts', [{ ...row, source_updated_at: daysAgo(0, 0) }])).batch.counts.created, 1);
		assert.equal((await w.sql(`select 1 from access_log where patient_id = $1 and basis = 'IMPORT'`, [p.id])).length, 4);
	});

	test('of others\' units, of nobody, without a place or later than now are refused', async () => {
		const p = await person(w);
		const { report } = await bring(w, nurse, 'contacts', [contact(p, { unit_id: w.ids.unit['drammen-dps:fact'] }), contact(p, { staff_no: 'nobody' }), contact(p, { place: undefined }), contact(p, { started_at: daysAgo(-2) }), contact(p, { purposes: 'FISHING' })]);
		assert.deepEqual(codes(report), [[1, 'UNIT_UNKNOWN', 'unit_id'], [2, 'STAFF_UNKNOWN', 'staff_no'], [3, 'INVALID_VALUE', undefined], [4, 'IN_THE_FUTURE', undefined], [5, 'CONTACT_PURPOSES_CHECK', undefined]]);
	});
});

describe('housing', () => {
	const housing = (p, more = {}) => ({ ...common(p), rated_on: day(-10), level: 2, housing_type: 'RENTED_MUNICIPAL', housing_from: '2025-02-01', ...more });

	test('is the housing of a life situation; corrected, taken back', async () => {
		const p = await person(w);
		const row = housing(p);
		await bring(w, nurse, 'housing', [row]);
		const rounds = () => w.sql('select l.observed_on::text, l.entered_in_error, l.version, r.domain, r.staff_level, r.facts from life_situation l join life_rating r on r.life_situation_id = l.id where l.patient_id = $1', [p.id]);
		assert.deepEqual(await rounds(), [{ observed_on: row.rated_on, entered_in_error: false, version: 1, domain: 'HOUSING', staff_level: 2, facts: { type: 'RENTED_MUNICIPAL', from: '2025-02-01' } }]);
		await bring(w, nurse, 'housing', [{ ...row, level: 3, housing_to: '2026-01-01', source_updated_at: daysAgo(2) }]);
		assert.deepEqual((await rounds()).map((r) => [r.version, r.staff_level, r.facts.to]), [[2, 3, '2026-01-01']]);
		await bring(w, nurse, 'housing', [{ source_system: 'PROFIL', source_id: row.source_id, source_updated_at: daysAgo(1), op: 'delete' }]);
		assert.deepEqual((await rounds()).map((r) => r.entered_in_error), [true]);
	});

	test('later than now, or ending before it begins, is refused', async () => {
		const p = await person(w);
		const { report } = await bring(w, nurse, 'housing', [housing(p, { rated_on: day(9) }), housing(p, { housing_to: '2024-01-01' })]);
		assert.deepEqual(codes(report), [[1, 'IN_THE_FUTURE', undefined], [2, 'ENDS_BEFORE_IT_BEGINS', undefined]]);
	});

	test('of a housing service outside health care needs the person\'s consent', async () => {
		const p = await person(w);
		await w.sql(`update agency set type = 'HOUSING' where slug = 'lier-kommune'`);
		await w.sql(`update staff_membership set role = 'HO' where staff_id = $1`, [w.ids.staff['lier-kommune:mh-1']]);
		const service = w.token({ agency: 'lier-kommune', role: 'HO', subject: 'mh-1' }, { claims: { purpose_of_use: 'COC' } });
		assert.deepEqual(codes((await bring(w, service, 'housing', [housing(p)])).report), [[1, 'CONSENT_REQUIRED', 'patient_id']]);
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
			select gen_random_uuid(), $1, $2, 'SHARE', 'GRANTED', array[$3::uuid], '{HOUSING}', 'x', clock_now() + interval '1 year'`, [p.id, w.ids.agency['drammen-dps'], w.ids.agency['lier-kommune']]);
		assert.equal((await bring(w, service, 'housing', [housing(p)])).batch.counts.created, 1);
	});
});

describe('staff', () => {
	const admin = 'drammen-dps:sa-1';
	const member = (more = {}) => ({ source_system: 'HR', source_id: `h-${++serial}`, source_updated_at: daysAgo(3), staff_no: `ny-${serial}`, family: 'Furu', given: 'Rolig', role: 'DPS', unit_id: w.ids.unit['drammen-dps:poliklinikk'], valid_from: '2025-01-01', ...more });

	test('may sign in at once, and no more when they are taken back', async () => {
		const row = member({ hpr_nr: '500000123', fte_percent: 80 });
		assert.equal((await bring(w, admin, 'staff', [row])).batch.counts.created, 1);
		const token = w.token('drammen-dps:dps-1', { claims: { sub: row.staff_no, hpr_nr: '500000123' } });
		const me = (await w.api(token, 'GET', '/me')).is(200);
		assert.ok(me.text.includes('Rolig Furu'));
		assert.equal((await bring(w, admin, 'staff', [{ ...row, given: 'Glad', source_updated_at: daysAgo(2) }])).batch.counts.updated, 1);
		await bring(w, admin, 'staff', [{ source_system: 'HR', source_id: row.source_id, source_updated_at: daysAgo(1), op: 'delete' }]);
		await until(async () => (await w.api(token, 'GET', '/me')).status === 403);
	});

	test('of others\' units, or with a role that comes from above, are refused', async () => {
		const { report } = await bring(w, admin, 'staff', [member({ unit_id: w.ids.unit['drammen-kommune:mottak'] }), member({ role: 'SA' }), member({ valid_to: '2024-01-01' })]);
		assert.deepEqual(codes(report), [[1, 'UNIT_UNKNOWN', 'unit_id'], [2, 'ENUM', 'role'], [3, 'ENDS_BEFORE_IT_BEGINS', undefined]]);
	});
});
