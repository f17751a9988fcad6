// Nobody gets more than the own part: reading only in an emergency, addresses, staff and roles, a grant by proxy.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { report } from './concern-steps.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const lead = 'drammen-dps:tl-1';
const reason = 'Akutt forverring, pasienten svarer ikke';

async function register(body = {}) {
	const number = body.national_id ?? syntheticNumber();
	return { id: (await w.api(team, 'POST', '/patients', { national_id: number, family_name: 'Makt', ...body })).is(201).body.id, number };
}

describe('an emergency access', () => {
	test('adds no note to a report', async () => {
		const { id, number } = await register();
		const made = (await w.api('lier-kommune:mh-1', 'POST', '/concern-reports', { ...report, municipality_number: '3312', subject: { number } }));
		const path = `/concern-reports/${made.is(201).body.id}`;
		const ko = 'drammen-kommune:ko-1';
		(await w.api(ko, 'POST', '/emergency-accesses', { patient_id: id, reason })).is(201);
		assert.equal((await w.api(ko, 'GET', path)).is(200).body.projection, 'EMERGENCY');
		(await w.api(ko, 'POST', `${path}/notes`, { kind: 'INFORMATION', text: 'Skal ikke gå' })).is(403);
	});

	test('is refused the same way for somebody known and nobody', async () => {
		const { id, number } = await register();
		const body = (who) => ({ ...who, reason, override_objection: true });
		for (const [known, nobody] of [[{ patient_id: id }, { patient_id: anyId() }], [{ national_id: number }, { national_id: syntheticNumber() }]]) {
			const a = await w.api('drammen-dps:dps-1', 'POST', '/emergency-accesses', body(known));
			const b = await w.api('drammen-dps:dps-1', 'POST', '/emergency-accesses', body(nobody));
			assert.deepEqual([a.status, a.body.code, a.pointers()], [b.status, b.body.code, b.pointers()]);
		}
	});

	test('leaves no trace of the person with colleagues who have no relation', async () => {
		const { id } = await register();
		const e = (await w.api('drammen-kommune:mh-1', 'POST', '/emergency-accesses', { patient_id: id, reason })).is(201).body;
		for (const as of ['drammen-kommune:mh-2', 'drammen-kommune:ho-1', 'drammen-kommune:co-1'])
			for (const list of ['/tasks', '/inbox']) assert.ok(!(await w.api(as, 'GET', list)).is(200).text.includes(id), `${as} ${list}`);
		assert.ok((await w.api('drammen-kommune/PV', 'GET', '/inbox')).is(200).text.includes(e.id));
	});

	test('is reviewed by the leader of the own team, not of another', async () => {
		const { id } = await register();
		const e = (await w.api('drammen-dps:dps-1', 'POST', '/emergency-accesses', { patient_id: id, reason })).is(201).body;
		(await w.api(lead, 'GET', `/emergency-accesses/${e.id}`)).is(404);
		(await w.api('drammen-dps:tl-2', 'GET', `/emergency-accesses/${e.id}`)).is(200);
	});
});

describe('a protected address', () => {
	test('is not opened by taking the protection away, nor by an old version', async () => {
		const { id } = await register({ address: { line: 'Hemmelig 1' } });
		await new Promise((go) => setTimeout(go, 50));
		const open = new Date().toISOString();
		(await w.change(team, 'PATCH', `/patients/${id}`, { address_protection: 'STRICTLY_CONFIDENTIAL' })).is(200);
		assert.equal((await w.api(team, 'GET', `/patients/${id}?as_of=${open}`)).is(200).body.address, null);
		for (const address_protection of ['NONE', 'CONFIDENTIAL'])
			(await w.change(team, 'PATCH', `/patients/${id}`, { address_protection })).is(403, 'forbidden');
		assert.equal((await w.api(team, 'GET', `/patients/${id}`)).is(200).body.address, null);
	});

	test('is not opened by making oneself main contact', async () => {
		const { id } = await register({ address: { line: 'Hemmelig 1' }, address_protection: 'STRICTLY_CONFIDENTIAL' });
		const me = w.ids.staff[team];
		const relation = (await w.api(team, 'GET', `/patients/${id}/care-relations`)).is(200).body.items[0];
		(await w.change(team, 'PATCH', `/care-relations/${relation.id}`, { main_contact_id: me })).is(403, 'forbidden');
		(await w.api(team, 'POST', `/patients/${id}/care-relations`, { unit_id: w.ids.unit['drammen-dps:fact'], basis: 'SERVICE', main_contact_id: me })).is(403, 'forbidden');
		(await w.change(lead, 'PATCH', `/care-relations/${relation.id}`, { main_contact_id: me })).is(200);
		assert.equal((await w.api(team, 'GET', `/patients/${id}`)).is(200).body.address.line, 'Hemmelig 1');
	});
});

describe('a team leader', () => {
	test('changes staff of the own team alone', async () => {
		(await w.change(lead, 'PATCH', `/staff/${w.ids.staff['drammen-dps:tm-2']}`, { phone: '+4790000001' })).is(200);
		(await w.change(lead, 'PATCH', `/staff/${w.ids.staff['drammen-dps:dps-1']}`, { is_health_personnel: false })).is(403);
	});

	test('gives no role above the team', async () => {
		const path = `/staff/${w.ids.staff['drammen-dps:tm-2']}/memberships`;
		for (const role of ['SA', 'PV', 'KO', 'PM', 'QM', 'SG'])
			(await w.api(lead, 'POST', path, { unit_id: w.ids.unit['drammen-dps:fact'], role })).is(403);
		(await w.api(lead, 'POST', path, { unit_id: w.ids.unit['drammen-dps:fact'], role: 'CO' })).is(201);
	});
});

test('a guardian grants as guardian, whatever the body says', async () => {
	const { id } = await register({ national_id: '01819012365' });
	(await w.api(team, 'POST', `/patients/${id}/relations`, { kind: 'GUARDIAN', name: 'Verge', national_id: '10915596784', is_legal_representative: true })).is(201);
	const c = (await w.api(team, 'POST', `/patients/${id}/consents`, { type: 'RESEARCH', to_agencies: [w.ids.agency['drammen-dps']], data_categories: ['IDENTITY'], purpose: 'Forskning', explained: 'Hva det gjelder' })).is(201).body;
	const now = (await w.api('citizen/RE', 'GET', `/consents/${c.id}`));
	if (now.status !== 200) return;
	const r = await w.api('citizen/RE', 'POST', `/consents/${c.id}/transitions`, { action: 'grant', competence: 'COMPETENT', given_by: 'SELF' }, { 'if-match': now.etag });
	assert.notEqual(r.status, 200, r.text);
});

test('each request has its own purpose of use', async () => {
	const { id } = await register();
	const token = w.token(team, { drop: ['purpose_of_use'] });
	const purposes = [];
	for (const headers of [{ 'x-purpose-of-use': 'COC' }, {}, { 'x-purpose-of-use': 'ETREAT' }]) {
		const r = (await w.api(token, 'GET', `/patients/${id}`, undefined, headers)).is(200);
		purposes.push((await w.sql('select purpose from access_log where request_id = $1', [r.headers['x-request-id']]))[0].purpose);
	}
	assert.deepEqual(purposes, ['COC', 'TREAT', 'ETREAT']);
});
