// A forgotten WHERE leaks nothing: what the daemon's role sees of every table, without any statement's care.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { syntheticNumber, world } from './harness.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const patient = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Skjult' })).is(201).body.id;
(await w.api(team, 'POST', `/patients/${patient}/relations`, { kind: 'NEXT_OF_KIN', name: 'Nær' })).is(201);
(await w.api(team, 'POST', `/patients/${patient}/consents`, { type: 'SHARE', purpose: 'x', explained: 'y' })).is(201);
(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff['nav-drammen:nav-1'] })).is(201);
(await w.api('drammen-dps:dps-1', 'POST', '/emergency-accesses', { patient_id: patient, reason: 'Akutt forverring, svarer ikke' })).is(201);

// Everything that names the person, table by table, as seen with these settings.
async function seen(settings) {
	return w.asService(async (c) => {
		for (const [name, value] of Object.entries(settings)) await c.query('select set_config($1, $2, true)', [`app.${name}`, value]);
		const found = {};
		for (const table of ['patient', 'patient_identifier', 'patient_relation', 'care_relation', 'consent', 'objection', 'emergency_access', 'access_log', 'task', 'row_history']) {
			const { rows } = await c.query(`select count(*)::int from ${table} t where to_jsonb(t)::text like $1`, [`%${patient}%`]);
			if (rows[0].count > 0) found[table] = rows[0].count;
		}
		return found;
	});
}

const as = (slug, unit, subject, role) => ({ agency_id: w.ids.agency[slug], unit_ids: `{${w.ids.unit[unit]}}`, staff_id: w.ids.staff[`${slug}:${subject}`], role, gates: 'h' });

describe('row security', () => {
	test('shows nothing without a caller', async () => {
		assert.deepEqual(await seen({}), {});
	});

	test('shows nothing to another agency, whatever the role', async () => {
		for (const role of ['MH', 'TL', 'KO', 'PV', 'SA', 'TM'])
			assert.deepEqual(await seen(as('lier-kommune', 'lier-kommune:mottak', 'mh-1', role)), {}, role);
	});

	test('shows a unit of the same agency without a relation nothing of the person', async () => {
		const found = await seen(as('drammen-dps', 'drammen-dps:poliklinikk', 'dps-2', 'DPS'));
		assert.deepEqual(found, {});
	});

	test('shows the unit in relation the person, and what belongs to them only after the gate', async () => {
		const before = await seen(as('drammen-dps', 'drammen-dps:fact', 'tm-1', 'TM'));
		assert.equal(before.patient, 1);
		assert.equal(before.patient_relation, undefined);
		assert.equal(before.consent, undefined);
		const after = await seen({ ...as('drammen-dps', 'drammen-dps:fact', 'tm-1', 'TM'), admitted: patient });
		assert.deepEqual([after.patient_relation, after.consent, after.objection], [1, 1, 1]);
	});

	test('lets nobody write into another’s person', async () => {
		await assert.rejects(w.asService(async (c) => {
			for (const [name, value] of Object.entries(as('lier-kommune', 'lier-kommune:mottak', 'mh-1', 'TL'))) await c.query('select set_config($1, $2, true)', [`app.${name}`, value]);
			await c.query(`insert into patient_relation (id, patient_id, kind, name) values (gen_random_uuid(), $1, 'OTHER', 'x')`, [patient]);
		}), /row-level security/);
		const changed = await w.asService(async (c) => {
			for (const [name, value] of Object.entries(as('lier-kommune', 'lier-kommune:mottak', 'mh-1', 'TL'))) await c.query('select set_config($1, $2, true)', [`app.${name}`, value]);
			return (await c.query('update patient set phone = null where id = $1', [patient])).rowCount;
		});
		assert.equal(changed, 0);
	});
});
