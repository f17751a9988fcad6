// Consent: what opens a record to those who are not health care, and closes it again at once.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const nav = w.ids.agency['nav-drammen'];
const question = { type: 'SHARE', to_agencies: [nav], data_categories: ['IDENTITY'], purpose: 'Arbeid', explained: 'Hva NAV får se' };

async function register(body = {}) {
	const r = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Samtykke', ...body })).is(201);
	return r.body.id;
}

// NAV's office comes into relation through cases; here by hand.
async function relate(patient, unit) {
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2`,
		[patient, w.ids.unit[unit]]);
}

const ask = async (patient, changes = {}) => (await w.api(team, 'POST', `/patients/${patient}/consents`, { ...question, ...changes })).is(201).body;

async function post(as, id, body) {
	const now = (await w.api(as, 'GET', `/consents/${id}`)).is(200);
	return w.api(as, 'POST', `/consents/${id}/transitions`, body, { 'if-match': now.etag });
}

const patient = await register({ national_id: '01819012365' });
const self = w.token('citizen/PT', {});

describe('asking', () => {
	test('is REQUESTED, for a year, by the own agency', async () => {
		const c = await ask(patient);
		assert.equal(c.state, 'REQUESTED');
		assert.deepEqual(c.from_agencies, [w.ids.agency['drammen-dps']]);
		assert.equal(new Date(c.valid_to).getFullYear(), new Date(c.valid_from).getFullYear() + 1);
		const list = (await w.api(team, 'GET', `/patients/${patient}/consents?state=REQUESTED`)).is(200);
		assert.ok(list.body.items.some((i) => i.id === c.id));
	});

	test('is not backdated, not longer than a year, not for unknown agencies', async () => {
		const path = `/patients/${patient}/consents`;
		assert.deepEqual((await w.api(team, 'POST', path, { ...question, valid_from: '2020-01-01T00:00:00Z' })).is(422, 'invalid_value').pointers(), ['/valid_from']);
		assert.deepEqual((await w.api(team, 'POST', path, { ...question, valid_to: '2099-01-01T00:00:00Z' })).is(422, 'invalid_value').pointers(), ['/valid_to']);
		(await w.api(team, 'POST', path, { ...question, to_agencies: [anyId()] })).is(422, 'unknown_reference');
		(await w.api(team, 'POST', path, { ...question, data_categories: ['SECRETS'] })).is(422, 'invalid_body');
		(await w.api('lier-kommune:mh-1', 'POST', path, question)).is(404, 'not_found');
		(await w.api('politi-demo/PO', 'POST', path, question)).is(403, 'forbidden');
		(await w.api(self, 'POST', path, question)).is(403, 'forbidden');
	});
});

describe('the gate', () => {
	test('NAV sees the person only while the consent is granted', async () => {
		const id = await register();
		await relate(id, 'nav-drammen:kontor');
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${id}`)).is(403, 'consent_required');
		assert.ok(!(await w.api('nav-drammen/NAV', 'GET', '/patients')).is(200).body.items.some((p) => p.id === id));
		const c = await ask(id);
		const granted = (await post(team, c.id, { action: 'grant', form: 'WRITTEN', competence: 'COMPETENT', document_ref: 'DIPS 1' })).is(200);
		assert.equal(granted.body.state, 'GRANTED');
		const seen = (await w.api('nav-drammen/NAV', 'GET', `/patients/${id}`)).is(200);
		assert.equal(seen.body.family_name, 'Samtykke');
		assert.equal(seen.body.created_at, undefined, 'name and contact only');
		assert.ok((await w.api('nav-drammen/NAV', 'GET', '/patients')).is(200).body.items.some((p) => p.id === id));
		const [log] = await w.sql(`select basis, consent_id from access_log where operation = 'getPatient' and patient_id = $1 and action = 'READ' order by id desc limit 1`, [id]);
		assert.deepEqual(log, { basis: 'CONSENT', consent_id: c.id });
		const gone = (await post(team, c.id, { action: 'withdraw' })).is(200);
		assert.equal(gone.body.state, 'WITHDRAWN');
		assert.deepEqual(gone.body.effects.map((e) => [e.effect, e.agency_id]), [['ACCESS_ENDS', nav]]);
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${id}`)).is(403, 'consent_required');
	});

	test('a consent for another category does not open', async () => {
		const id = await register();
		await relate(id, 'nav-drammen:kontor');
		const c = await ask(id, { data_categories: ['WORK'] });
		(await post(team, c.id, { action: 'grant', form: 'ORAL', competence: 'COMPETENT' })).is(200);
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${id}`)).is(403, 'consent_required');
	});

	test('time ends it', async () => {
		const id = await register();
		await relate(id, 'nav-drammen:kontor');
		const c = await ask(id);
		(await post(team, c.id, { action: 'grant', form: 'ORAL', competence: 'COMPETENT' })).is(200);
		await w.sql(`update consent set valid_to = clock_now() where id = $1`, [c.id]);
		assert.equal((await w.api(team, 'GET', `/consents/${c.id}`)).is(200).body.state, 'EXPIRED');
		(await w.api('nav-drammen/NAV', 'GET', `/patients/${id}`)).is(403, 'consent_required');
		(await post(team, c.id, { action: 'withdraw' })).is(409, 'invalid_transition');
	});
});

describe('answering', () => {
	test('the patient grants, replaces and withdraws', async () => {
		const c = await ask(patient);
		const open = (await w.api(self, 'GET', `/consents/${c.id}`)).is(200);
		assert.deepEqual(open.body.actions.sort(), ['grant', 'refuse']);
		const granted = (await post(self, c.id, { action: 'grant' })).is(200);
		assert.deepEqual([granted.body.form, granted.body.given_by, granted.body.competence], ['DIGITAL', 'SELF', 'COMPETENT']);
		(await post(self, c.id, { action: 'grant' })).is(409, 'invalid_transition');
		(await post(self, c.id, { action: 'supersede' })).is(422);
		const old = (await post(self, c.id, { action: 'supersede', replacement: { ...question, data_categories: ['IDENTITY', 'WORK'] } })).is(200);
		assert.equal(old.body.state, 'SUPERSEDED');
		const fresh = (await w.api(self, 'GET', `/consents/${old.body.effects[0].consent_id}`)).is(200);
		assert.deepEqual([fresh.body.state, fresh.body.supersedes, fresh.body.from_agencies], ['GRANTED', c.id, c.from_agencies]);
		assert.deepEqual((await post(self, fresh.body.id, { action: 'withdraw' })).is(200).body.actions, []);
	});

	test('the patient says no', async () => {
		const c = await ask(patient);
		assert.equal((await post(self, c.id, { action: 'refuse' })).is(200).body.state, 'REFUSED');
		(await post(self, c.id, { action: 'grant' })).is(409, 'invalid_transition');
	});

	test('staff record with form and competence; the receiver alone needs a document', async () => {
		const c = await ask(patient, { to_agencies: [w.ids.agency['drammen-dps']] });
		assert.deepEqual((await post(team, c.id, { action: 'grant', form: 'ORAL' })).is(422, 'missing_fact').pointers(), ['/competence']);
		assert.deepEqual((await post(team, c.id, { action: 'grant', competence: 'COMPETENT' })).is(422, 'missing_fact').pointers(), ['/form']);
		assert.deepEqual((await post(team, c.id, { action: 'grant', form: 'ORAL', competence: 'COMPETENT' })).is(422, 'missing_fact').pointers(), ['/document_ref']);
		(await post(team, c.id, { action: 'grant', form: 'WRITTEN', competence: 'COMPETENT', document_ref: 'DIPS 2' })).is(200);
	});

	test('without competence only a legal representative, and never for research', async () => {
		const id = await register();
		const act = { action: 'grant', form: 'WRITTEN', competence: 'NOT_COMPETENT', given_by: 'GUARDIAN' };
		const c = await ask(id);
		(await post(team, c.id, act)).is(422, 'invalid_value');
		(await w.api(team, 'POST', `/patients/${id}/relations`, { kind: 'GUARDIAN', name: 'Verge', is_legal_representative: true })).is(201);
		assert.equal((await post(team, c.id, act)).is(200).body.given_by, 'GUARDIAN');
		const research = await ask(id, { type: 'RESEARCH' });
		(await post(team, research.id, act)).is(422, 'invalid_value');
	});

	test('a doctor at the centre invalidates, with a reason', async () => {
		const id = await register();
		await relate(id, 'drammen-dps:poliklinikk');
		const c = await ask(id);
		(await post(team, c.id, { action: 'grant', form: 'ORAL', competence: 'COMPETENT' })).is(200);
		(await post(team, c.id, { action: 'invalidate', reason: 'x' })).is(403, 'forbidden_action');
		(await post('drammen-dps/DPS', c.id, { action: 'invalidate' })).is(422);
		(await post('drammen-dps:dps-2', c.id, { action: 'invalidate', reason: 'x' })).is(403, 'forbidden_action');
		assert.equal((await post('drammen-dps/DPS', c.id, { action: 'invalidate', reason: 'Ikke informert' })).is(200).body.state, 'INVALIDATED');
	});

	test('the version decides, and a stranger learns nothing', async () => {
		const c = await ask(patient);
		const path = `/consents/${c.id}/transitions`;
		(await w.api(team, 'POST', path, { action: 'withdraw' })).is(428, 'version_required');
		(await w.api(team, 'POST', path, { action: 'grant', form: 'ORAL', competence: 'COMPETENT' }, { 'if-match': '"9-x"' })).is(412, 'version_mismatch');
		(await w.api('lier-kommune:mh-1', 'POST', path, { action: 'grant' }, { 'if-match': '"1-x"' })).is(404, 'not_found');
		(await w.api('lier-kommune:mh-1', 'GET', `/consents/${c.id}`)).is(404, 'not_found');
		(await w.api(team, 'GET', `/consents/${anyId()}`)).is(404, 'not_found');
		(await w.api(team, 'POST', path, { action: 'dance' }, { 'if-match': '"1-x"' })).is(422, 'invalid_body');
	});

	test('a repeated step with its key is answered as the first', async () => {
		const c = await ask(patient);
		const headers = { 'idempotency-key': anyId(), 'if-match': (await w.api(self, 'GET', `/consents/${c.id}`)).etag };
		const first = (await w.api(self, 'POST', `/consents/${c.id}/transitions`, { action: 'grant' }, headers)).is(200);
		const second = (await w.api(self, 'POST', `/consents/${c.id}/transitions`, { action: 'grant' }, headers)).is(200);
		assert.equal(second.body.version, first.body.version);
	});

	test('the privacy officer sees what the own agency has asked', async () => {
		const r = (await w.api('drammen-dps/PV', 'GET', `/patients/${patient}/consents`)).is(200);
		assert.ok(r.body.items.length > 0);
		(await w.api('drammen-kommune/PV', 'GET', `/patients/${patient}/consents`)).is(404, 'not_found');
	});
});
