// A person asks, the agency answers within a month; refusals stand on law; nobody else learns that somebody has asked.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { agencies } from './lib/tokens.mjs';
import { daysBetween } from './lib/days.mjs';

const w = await world();
const officer = 'drammen-dps:pv-1';
const team = 'drammen-dps:tm-1';
const doctor = 'drammen-dps:dps-1';
const person = 'citizen/PT';
const guardian = 'citizen/RE';
const pid = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;
const dps = w.ids.agency['drammen-dps'];
const patient = (await w.api('drammen-dps:tl-1', 'POST', '/patients', { national_id: pid('PT'), family_name: 'Furu' })).is(201).body.id;
const ask = (as, body, headers) => w.api(as, 'POST', '/data-subject-requests', { kind: 'ACCESS', text: 'Jeg vil se alt', ...body }, headers);

async function move(as, id, body) {
	const now = (await w.api(as, 'GET', `/data-subject-requests/${id}`)).is(200);
	return w.api(as, 'POST', `/data-subject-requests/${id}/transitions`, body, { 'if-match': now.etag });
}

async function begun(body = {}) {
	const id = (await ask(person, { agency_id: dps, ...body })).is(201).body.id;
	(await move(officer, id, { action: 'start' })).is(200);
	return id;
}

describe('who asks', () => {
	test('the person: proved by the token, due in a month, with a task that does not say who', async () => {
		const r = (await ask(person, { agency_id: dps, kind: 'PORTABILITY' })).is(201).body;
		assert.deepEqual([r.state, r.asked_by, r.channel, r.overdue], ['ID_VERIFIED', 'SELF', 'DIGITAL', false]);
		const days = daysBetween(r.received_at, r.due_at);
		assert.ok(days >= 28 && days <= 32, `${days} days`);
		const [task] = await w.sql(`select title, patient_id, for_role, due_at from task where entity_id = $1`, [r.id]);
		assert.deepEqual([task.patient_id, task.for_role], [null, 'PV']);
		assert.equal(task.due_at.toISOString(), new Date(r.due_at).toISOString());
		assert.ok((await w.api(officer, 'GET', '/inbox')).is(200).body.items.some((i) => i.title_nb === task.title));
	});
	test('an agency must be named, and be one', async () => {
		assert.deepEqual((await ask(person, {})).is(422, 'invalid_value').pointers(), ['/agency_id']);
		assert.deepEqual((await ask(person, { agency_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/agency_id']);
		(await ask(person, { agency_id: dps, patient_id: anyId() })).is(422, 'unknown_reference');
	});
	test('a guardian by law for whom they represent, nobody else', async () => {
		(await ask(guardian, { agency_id: dps, patient_id: patient })).is(422, 'unknown_reference');
		const relation = (await w.api('drammen-dps:tl-1', 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Verge', national_id: pid('RE'), is_legal_representative: true })).is(201).body.id;
		const id = (await ask(guardian, { agency_id: dps, patient_id: patient })).is(201).body.id;
		(await w.api(guardian, 'GET', `/data-subject-requests/${id}`)).is(200);
		(await w.api(person, 'GET', `/data-subject-requests/${id}`)).is(200);
		await w.sql(`update patient_relation set is_legal_representative = false where id = $1`, [relation]);
		(await w.api(guardian, 'GET', `/data-subject-requests/${id}`)).is(404);
	});
	test('staff register what was asked by letter, about somebody whom they serve', async () => {
		const r = (await ask(team, { patient_id: patient, channel: 'LETTER' })).is(201).body;
		assert.deepEqual([r.state, r.asked_by, r.agency_id], ['RECEIVED', 'REGISTERED_BY_STAFF', dps]);
		(await ask(team, { patient_id: patient, agency_id: w.ids.agency['nav-drammen'] })).is(422, 'unknown_reference');
		const unknown = (await ask('lier-kommune:mh-1', { patient_id: patient })).is(422, 'unknown_reference');
		const random = (await ask('lier-kommune:mh-1', { patient_id: anyId() })).is(422, 'unknown_reference');
		assert.deepEqual({ ...unknown.body, request_id: '' }, { ...random.body, request_id: '' });
		(await ask(officer, { patient_id: patient })).is(201);
		(await ask(officer, { patient_id: anyId() })).is(422, 'unknown_reference');
		(await ask('politi-demo:po-1', { patient_id: patient })).is(403, 'forbidden');
	});
	test('the same key asks once', async () => {
		const headers = { 'idempotency-key': anyId() };
		const one = (await ask(person, { agency_id: dps }, headers)).is(201).body.id;
		assert.equal((await ask(person, { agency_id: dps }, headers)).is(201).body.id, one);
	});
});

describe('who sees it', async () => {
	const id = (await ask(team, { patient_id: patient, kind: 'ERASURE' })).is(201).body.id;
	for (const [who, status] of [[officer, 200], [team, 200], ['drammen-dps:tl-1', 200], [person, 200], ['drammen-dps:tm-2', 404], [doctor, 404],
		['drammen-kommune:mh-1', 404], ['nav-drammen:nav-1', 404], ['drammen-kommune:ko-1', 404]])
		test(`${who}: ${status}`, async () => {
			(await w.api(who, 'GET', `/data-subject-requests/${id}`)).is(status);
			const list = (await w.api(who, 'GET', '/data-subject-requests?limit=200')).is(200).body.items;
			assert.equal(list.some((r) => r.id === id), status === 200);
		});
	test('reading it is in the access log', async () => {
		const [n] = await w.sql(`select count(*)::int as n from access_log where operation = 'getDataSubjectRequest' and patient_id = $1 and action = 'READ'`, [patient]);
		assert.ok(n.n > 0);
	});
	test('lists by state, kind and whether it is open, page by page', async () => {
		const first = (await w.api(officer, 'GET', '/data-subject-requests?open=true&limit=1')).is(200).body;
		assert.equal(first.items.length, 1);
		const second = (await w.api(officer, 'GET', first.links.next)).is(200).body;
		assert.notEqual(second.items[0].id, first.items[0].id);
		const erasures = (await w.api(officer, 'GET', '/data-subject-requests?kind=ERASURE&state=RECEIVED')).is(200).body.items;
		assert.ok(erasures.length > 0 && erasures.every((r) => r.kind === 'ERASURE' && r.state === 'RECEIVED'));
	});
});

describe('how it is answered', () => {
	test('access: begun, answered, and the officer\'s task is done', async () => {
		const id = await begun();
		const r = (await move(officer, id, { action: 'fulfil', answer: 'Se vedlagt utskrift, og hent alt på /export' })).is(200).body;
		assert.deepEqual([r.state, r.actions], ['FULFILLED', []]);
		assert.equal((await w.sql('select state from task where entity_id = $1', [id]))[0].state, 'DONE');
		(await move(officer, id, { action: 'start' })).is(409, 'invalid_transition');
	});
	test('who asks must be proved first, when it was not by token', async () => {
		const { id } = (await ask(team, { patient_id: patient })).is(201).body;
		(await move(officer, id, { action: 'start' })).is(409, 'invalid_transition');
		(await move(officer, id, { action: 'verify_identity' })).is(422, 'invalid_body');
		(await move(officer, id, { action: 'verify_identity', identity_check: 'Legitimasjon vist' })).is(200);
		(await move(officer, id, { action: 'start' })).is(200);
		(await move(team, id, { action: 'fulfil', answer: 'x' })).is(403, 'forbidden_action');
	});
	test('two months more, once, with a reason that the person reads', async () => {
		const id = await begun();
		(await move(officer, id, { action: 'extend' })).is(422, 'invalid_body');
		const r = (await move(officer, id, { action: 'extend', reason: 'Opplysningene er mange' })).is(200).body;
		const days = daysBetween(r.received_at, r.due_at);
		assert.ok(days >= 89 && days <= 93, `${days} days`);
		assert.equal((await w.api(person, 'GET', `/data-subject-requests/${id}`)).is(200).body.extension_reason, 'Opplysningene er mange');
		(await move(officer, id, { action: 'extend', reason: 'Enda flere' })).is(409, 'renewed_already');
	});
	test('deletion from a record waits for health personnel; a refusal stands on law and says where to complain', async () => {
		const id = await begun({ kind: 'ERASURE', text: 'Slett notatet fra mars', concerns: [{ resource: 'contacts' }] });
		const refusal = { action: 'refuse', answer: 'Notatet er nødvendig for behandlingen', legal_basis: 'HPL_ERASE' };
		(await move(officer, id, refusal)).is(422, 'missing_fact');
		(await move(officer, id, { action: 'ask_opinion', staff_id: w.ids.staff['drammen-kommune:mh-1'] })).is(422, 'unknown_reference');
		(await move(officer, id, { action: 'ask_opinion', staff_id: w.ids.staff[doctor] })).is(200);
		(await w.api('drammen-dps:tm-2', 'GET', `/data-subject-requests/${id}`)).is(404);
		(await move(doctor, id, { action: 'give_opinion', opinion: 'Trengs for å forstå forløpet' })).is(200);
		(await move(officer, id, { ...refusal, legal_basis: 'GDPR_PORTABILITY' })).is(422, 'invalid_value');
		const r = (await move(officer, id, refusal)).is(200).body;
		assert.deepEqual([r.state, r.legal_basis.section, r.complaint_to, r.opinion], ['REFUSED', '§ 43', 'Statsforvalteren', 'Trengs for å forstå forløpet']);
		const seen = (await w.api(person, 'GET', `/data-subject-requests/${id}`)).is(200).body;
		assert.equal(seen.answer, refusal.answer);
		assert.equal(seen.opinion, undefined, 'the opinion is between those who decide');
	});
	test('in part', async () => {
		const id = await begun({ kind: 'PORTABILITY' });
		(await move(officer, id, { action: 'fulfil_partly', answer: 'Det du selv har gitt oss' })).is(422, 'invalid_body');
		const r = (await move(officer, id, { action: 'fulfil_partly', answer: 'Det du selv har gitt oss', legal_basis: 'GDPR_PORTABILITY' })).is(200).body;
		assert.deepEqual([r.state, r.complaint_to], ['PARTLY', 'Datatilsynet']);
	});
	test('the person asks no more', async () => {
		const id = await begun();
		const r = (await move(person, id, { action: 'withdraw' })).is(200).body;
		assert.equal(r.state, 'WITHDRAWN');
		assert.equal((await w.sql('select state from task where entity_id = $1', [id]))[0].state, 'CANCELLED');
		(await move(officer, id, { action: 'withdraw' })).is(409);
	});
	test('another agency\'s officer neither sees nor answers it', async () => {
		const id = await begun();
		(await w.api('drammen-kommune/PV', 'GET', `/data-subject-requests/${id}`)).is(404);
	});
	test('a change on an old version is refused', async () => {
		const id = await begun();
		(await w.api(officer, 'POST', `/data-subject-requests/${id}/transitions`, { action: 'extend', reason: 'x' }, { 'if-match': '"1-0"' })).is(412, 'version_mismatch');
		(await w.api(officer, 'POST', `/data-subject-requests/${id}/transitions`, { action: 'extend', reason: 'x' })).is(428);
	});
	test('when the month is over, those who lead the agency are told, without a name', async () => {
		const id = await begun();
		(await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { ahead: 'P40D' })).is(200);
		assert.equal((await w.api(person, 'GET', `/data-subject-requests/${id}`)).is(200).body.overdue, true);
		const tasks = await w.sql(`select patient_id, for_role from task where kind = 'ESCALATION' and entity_id = $1`, [id]);
		assert.deepEqual(tasks, [{ patient_id: null, for_role: 'TL' }]);
	});
});
