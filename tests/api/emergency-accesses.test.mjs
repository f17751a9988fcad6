// Breaking the glass: one person, one user, an hour, reading only, told and reviewed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { asOnePerson } from './lib/one-person.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const doctor = 'drammen-dps:dps-1';
const reason = 'Akutt forverring, pasienten svarer ikke';

async function register(body = {}) {
	const number = syntheticNumber();
	return { id: (await w.api(team, 'POST', '/patients', { national_id: number, family_name: 'Nød', ...body })).is(201).body.id, number };
}

const open = (as, body) => w.api(as, 'POST', '/emergency-accesses', { reason, ...body });
const review = (as, id, body, etag) => w.api(as, 'POST', `/emergency-accesses/${id}/transitions`, body, { 'if-match': etag });

describe('opening', () => {
	test('lets one user read one person without a relation', async () => {
		const { id } = await register();
		(await w.api(doctor, 'GET', `/patients/${id}`)).is(404, 'not_found');
		const e = (await open(doctor, { patient_id: id })).is(201);
		assert.equal(e.body.state, 'ACTIVE');
		assert.equal(new Date(e.body.expires_at) - new Date(e.body.opened_at), 3_600_000);
		assert.equal(e.location, `/api/v1/emergency-accesses/${e.body.id}`);
		(await w.api(doctor, 'GET', `/patients/${id}`)).is(200);
		(await w.api('drammen-dps:dps-2', 'GET', `/patients/${id}`)).is(404, 'not_found');
		const [log] = await w.sql(`select basis, emergency_id from access_log where operation = 'getPatient' and patient_id = $1 and action = 'READ' order by id desc limit 1`, [id]);
		assert.deepEqual(log, { basis: 'EMERGENCY', emergency_id: e.body.id });
	});

	test('by number, for nobody known 422', async () => {
		const { id, number } = await register();
		assert.equal((await open(doctor, { national_id: number })).is(201).body.patient_id, id);
		assert.deepEqual((await open(doctor, { national_id: syntheticNumber() })).is(422, 'unknown_reference').pointers(), ['/national_id']);
		assert.deepEqual((await open(doctor, { patient_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/patient_id']);
	});

	test('is for reading only', async () => {
		const { id } = await register();
		const lead = 'drammen-kommune:tl-1';
		(await open(lead, { patient_id: id })).is(201);
		const seen = (await w.api(lead, 'GET', `/patients/${id}`)).is(200);
		(await w.api(lead, 'PATCH', `/patients/${id}`, { phone: null }, { 'if-match': seen.etag })).is(404, 'not_found');
		(await w.api(lead, 'POST', `/patients/${id}/care-relations`, { unit_id: w.ids.unit['drammen-kommune:mottak'], basis: 'SERVICE' })).is(404, 'not_found');
	});

	test('needs a reason in words, and health personnel', async () => {
		const { id } = await register();
		assert.deepEqual((await open(doctor, { patient_id: id, reason: 'haster' })).is(422, 'invalid_body').pointers(), ['/reason']);
		(await open(doctor, { reason })).is(422, 'invalid_body');
		for (const as of ['drammen-dps:tm-3', 'drammen-kommune/CO', 'nav-drammen/NAV', 'drammen-kommune/HO', 'politi-demo/PO', 'drammen-dps/SA', 'citizen/PT'])
			(await open(as, { patient_id: id })).is(403);
		for (const as of ['lier-kommune/KO', 'fastlege-demo/GP', 'drammen-kommune/MH', 'drammen-dps/TL'])
			(await open(as, { patient_id: id })).is(201);
	});

	test('passes an objection only with necessity', async () => {
		const { id } = await register();
		await w.sql(`insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'AGENCY', $2)`,
			[id, w.ids.agency['drammen-dps']]);
		(await open(doctor, { patient_id: id })).is(201);
		(await w.api(doctor, 'GET', `/patients/${id}`)).is(404, 'not_found');
		assert.deepEqual((await open(doctor, { patient_id: id, override_objection: true })).is(422, 'invalid_value').pointers(), ['/necessity']);
		(await open(doctor, { patient_id: id, override_objection: true, necessity: 'Fare for liv, må vite om medisiner' })).is(201);
		(await w.api(doctor, 'GET', `/patients/${id}`)).is(200);
		const [log] = await w.sql(`select objection_overridden from access_log where operation = 'getPatient' and patient_id = $1 and action = 'READ'`, [id]);
		assert.equal(log.objection_overridden, true);
	});

	test('ends by itself', async () => {
		const { id } = await register();
		const e = (await open(doctor, { patient_id: id })).is(201);
		await w.sql(`update emergency_access set expires_at = clock_now() where id = $1`, [e.body.id]);
		(await w.api(doctor, 'GET', `/patients/${id}`)).is(404, 'not_found');
		assert.equal((await w.api(doctor, 'GET', `/emergency-accesses/${e.body.id}`)).is(200).body.state, 'EXPIRED');
	});

	test('a repeated key opens one', async () => {
		const { id } = await register();
		const headers = { 'idempotency-key': anyId() };
		const a = (await w.api(doctor, 'POST', '/emergency-accesses', { patient_id: id, reason }, headers)).is(201);
		const b = (await w.api(doctor, 'POST', '/emergency-accesses', { patient_id: id, reason }, headers)).is(201);
		assert.equal(a.body.id, b.body.id);
		(await w.api(doctor, 'POST', '/emergency-accesses', { patient_id: id, reason: `${reason}!` }, headers)).is(422, 'idempotency_conflict');
	});
});

describe('reviewing', () => {
	test('privacy officer and patient are told', async () => {
		const { id } = await register();
		const e = (await open(doctor, { patient_id: id })).is(201);
		const tasks = await w.sql(`select kind, agency_id, patient_id, due_at is not null as due from task where entity_id = $1 order by kind`, [e.body.id]);
		const agency = w.ids.agency['drammen-dps'];
		assert.deepEqual(tasks, [{ kind: 'EMERGENCY_NOTICE', agency_id: agency, patient_id: id, due: false },
			{ kind: 'EMERGENCY_REVIEW', agency_id: agency, patient_id: null, due: true }]);
		assert.ok((await w.api('drammen-dps/PV', 'GET', '/tasks?limit=200')).is(200).body.items.some((t) => t.entity_id === e.body.id));
		for (const as of ['drammen-dps:tm-3', 'drammen-dps:dps-2'])
			assert.ok(!(await w.api(as, 'GET', '/tasks?limit=200')).is(200).text.includes(id), `${as} must not learn that the person is known`);
		assert.ok(e.body.patient_notified_at);
	});

	test('by the privacy officer, with a note, never by who opened it', async () => {
		const { id } = await register();
		const own = (await open('drammen-dps/TL', { patient_id: id })).is(201);
		(await review('drammen-dps/TL', own.body.id, { action: 'approve', note: 'Selv' }, own.etag)).is(403, 'same_person');
		await asOnePerson(w, 'drammen-dps:tl-1', 'drammen-dps:pv-1', async (as) =>
			(await review(as, own.body.id, { action: 'approve', note: 'Som ombud' }, own.etag)).is(403, 'same_person'));
		const seen = (await w.api('drammen-dps/PV', 'GET', `/emergency-accesses/${own.body.id}`)).is(200);
		assert.deepEqual(seen.body.actions.sort(), ['approve', 'report_breach']);
		(await review('drammen-dps/PV', own.body.id, { action: 'approve' }, seen.etag)).is(422);
		const done = (await review('drammen-dps/PV', own.body.id, { action: 'approve', note: 'Nødvendig' }, seen.etag)).is(200);
		assert.deepEqual([done.body.state, done.body.review_note, done.body.reviewed_by], ['REVIEWED_OK', 'Nødvendig', w.ids.staff['drammen-dps:pv-1']]);
		(await review('drammen-dps/PV', own.body.id, { action: 'report_breach', note: 'x' }, done.etag)).is(409, 'invalid_transition');
		(await review('drammen-dps/PV', own.body.id, { action: 'approve', note: 'x' }, seen.etag)).is(412, 'version_mismatch');
	});

	test('a breach is said aloud, by the own agency only', async () => {
		const { id } = await register();
		const e = (await open(doctor, { patient_id: id })).is(201);
		(await w.api('drammen-kommune/PV', 'GET', `/emergency-accesses/${e.body.id}`)).is(404, 'not_found');
		(await review('drammen-kommune/PV', e.body.id, { action: 'approve', note: 'x' }, e.etag)).is(404, 'not_found');
		(await review(doctor, e.body.id, { action: 'approve', note: 'x' }, e.etag)).is(403);
		(await w.api('drammen-dps/PV', 'POST', `/emergency-accesses/${e.body.id}/transitions`, { action: 'approve', note: 'x' })).is(428);
		assert.equal((await review('drammen-dps/PV', e.body.id, { action: 'report_breach', note: 'Ingen fare' }, e.etag)).is(200).body.state, 'REVIEWED_BREACH');
	});

	test('each sees the own list', async () => {
		const { id } = await register();
		(await open(doctor, { patient_id: id })).is(201);
		const mine = (await w.api('drammen-dps:dps-2', 'GET', '/emergency-accesses')).is(200);
		assert.ok(mine.body.items.every((e) => e.staff_id === w.ids.staff['drammen-dps:dps-2']));
		const officer = (await w.api('drammen-dps/PV', 'GET', `/emergency-accesses?patient_id=${id}&state=ACTIVE`)).is(200);
		assert.equal(officer.body.items.length, 1);
		const page = (await w.api('drammen-dps/PV', 'GET', '/emergency-accesses?limit=2')).is(200);
		const next = (await w.api('drammen-dps/PV', 'GET', page.body.links.next)).is(200);
		assert.ok(!next.body.items.some((e) => page.body.items.some((f) => f.id === e.id)));
	});
});
