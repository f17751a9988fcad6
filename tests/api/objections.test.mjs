// The patient's block beats every role and consent; only the patient lifts it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { forth } from './lib/days.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const colleague = 'drammen-dps:tm-2';
const number = '01819012365';
const patient = (await w.api(team, 'POST', '/patients', { national_id: number, family_name: 'Sperret' })).is(201).body.id;
const self = w.token('citizen/PT', {});

async function object(body, as = self, id = patient) {
	return (await w.api(as, 'POST', `/patients/${id}/objections`, { scope: 'WHOLE_RECORD', ...body })).is(201).body;
}

async function lift(id) {
	const now = (await w.api(self, 'GET', `/objections/${id}`)).is(200);
	return (await w.api(self, 'POST', `/objections/${id}/transitions`, { action: 'lift' }, { 'if-match': now.etag })).is(200);
}

describe('an objection', () => {
	test('against a person blocks that person alone, and tells that something is blocked', async () => {
		const o = await object({ against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-1'] });
		(await w.api(team, 'GET', `/patients/${patient}`)).is(403, 'blocked');
		(await w.api(colleague, 'GET', `/patients/${patient}`)).is(200);
		assert.deepEqual((await w.api(team, 'POST', '/patients/search', { national_id: number })).is(200).body.items, []);
		assert.ok(!(await w.api(team, 'GET', '/patients')).is(200).body.items.some((p) => p.id === patient));
		(await w.api('lier-kommune:mh-1', 'GET', `/patients/${patient}`)).is(404, 'not_found');
		assert.equal((await lift(o.id)).body.state, 'LIFTED');
		(await w.api(team, 'GET', `/patients/${patient}`)).is(200);
		const [denied] = await w.sql(`select reason from access_log where action = 'DENIED' and operation = 'getPatient' and patient_id = $1 order by id limit 1`, [patient]);
		assert.equal(denied.reason, 'blocked');
	});

	test('against unit, agency and roles', async () => {
		for (const against of [
			{ against: 'UNIT', against_id: w.ids.unit['drammen-dps:fact'] },
			{ against: 'AGENCY', against_id: w.ids.agency['drammen-dps'] },
			{ against: 'ROLE_GROUP', against_roles: ['TM', 'NAV'] }]) {
			const o = await object(against);
			(await w.api(team, 'GET', `/patients/${patient}`)).is(403, 'blocked');
			(await w.api(self, 'GET', `/patients/${patient}`)).is(200);
			await lift(o.id);
		}
		(await w.api(team, 'GET', `/patients/${patient}`)).is(200);
	});

	test('against one kind of information leaves the rest', async () => {
		const o = await object({ scope: 'RESOURCE_TYPES', resource_types: ['patient-relations'], against: 'AGENCY', against_id: w.ids.agency['drammen-dps'] });
		(await w.api(team, 'GET', `/patients/${patient}/relations`)).is(403, 'blocked');
		(await w.api(team, 'GET', `/patients/${patient}`)).is(200);
		await lift(o.id);
	});

	test('a granted consent does not pass it', async () => {
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2`,
			[patient, w.ids.unit['nav-drammen:kontor']]);
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
			values (gen_random_uuid(), $1, $2, 'SHARE', 'GRANTED', array[$3::uuid], '{IDENTITY}', 'x', ${forth('clock_now()', 1)})`,
		[patient, w.ids.agency['drammen-dps'], w.ids.agency['nav-drammen']]);
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${patient}`)).is(200);
		const o = await object({ against: 'AGENCY', against_id: w.ids.agency['nav-drammen'] });
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${patient}`)).is(403, 'blocked');
		await lift(o.id);
	});

	test('staff register it, even against themselves, and cannot lift it', async () => {
		const o = await object({ against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-2'], medical_note: 'Forklart' }, team);
		assert.equal(o.registered_by_agency, w.ids.agency['drammen-dps']);
		assert.deepEqual(o.actions, []);
		const own = await object({ against: 'AGENCY', against_id: w.ids.agency['drammen-dps'] }, team);
		assert.equal(own.state, 'ACTIVE');
		(await w.api(team, 'GET', `/objections/${own.id}`)).is(403, 'blocked');
		await lift(own.id);
		const now = (await w.api(team, 'GET', `/objections/${o.id}`)).is(200);
		(await w.api(team, 'POST', `/objections/${o.id}/transitions`, { action: 'lift' }, { 'if-match': now.etag })).is(403, 'forbidden_action');
		(await w.api(team, 'POST', `/objections/${o.id}/transitions`, { action: 'lift' })).is(428, 'version_required');
		await lift(o.id);
		(await w.api(self, 'POST', `/objections/${o.id}/transitions`, { action: 'lift' }, { 'if-match': '"2-x"' })).is(409, 'invalid_transition');
	});

	test('must name whom and what', async () => {
		const path = `/patients/${patient}/objections`;
		assert.deepEqual((await w.api(self, 'POST', path, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/against_id']);
		assert.deepEqual((await w.api(self, 'POST', path, { scope: 'WHOLE_RECORD', against: 'ROLE_GROUP' })).is(422).pointers(), ['/against_roles']);
		assert.deepEqual((await w.api(self, 'POST', path, { scope: 'RESOURCE_TYPES', against: 'AGENCY', against_id: w.ids.agency['nav-drammen'] })).is(422, 'invalid_value').pointers(), ['/resource_types']);
		(await w.api(self, 'POST', path, { scope: 'ITEMS', against: 'AGENCY', against_id: w.ids.agency['nav-drammen'] })).is(422, 'invalid_value');
		(await w.api(self, 'POST', path, { scope: 'EVERYTHING', against: 'AGENCY' })).is(422, 'invalid_body');
		(await w.api('politi-demo/PO', 'POST', path, { scope: 'WHOLE_RECORD', against: 'AGENCY' })).is(403, 'forbidden');
	});

	test('is listed for those who may know, hidden from strangers', async () => {
		const list = (await w.api(self, 'GET', `/patients/${patient}/objections?state=LIFTED&limit=2`)).is(200);
		assert.equal(list.body.items.length, 2);
		const next = (await w.api(self, 'GET', list.body.links.next)).is(200);
		assert.ok(!next.body.items.some((o) => list.body.items.some((p) => p.id === o.id)));
		(await w.api('lier-kommune:mh-1', 'GET', `/patients/${patient}/objections`)).is(404, 'not_found');
		(await w.api('lier-kommune:mh-1', 'GET', `/objections/${list.body.items[0].id}`)).is(404, 'not_found');
	});

	test('a repeated post with its key makes one', async () => {
		const headers = { 'idempotency-key': anyId() };
		const body = { scope: 'WHOLE_RECORD', against: 'AGENCY', against_id: w.ids.agency['politi-demo'] };
		const a = (await w.api(self, 'POST', `/patients/${patient}/objections`, body, headers)).is(201);
		const b = (await w.api(self, 'POST', `/patients/${patient}/objections`, body, headers)).is(201);
		assert.equal(a.body.id, b.body.id);
		assert.equal(a.location, b.location);
		(await w.api(self, 'POST', `/patients/${patient}/objections`, { ...body, reason: 'x' }, headers)).is(422, 'idempotency_conflict');
	});
});
