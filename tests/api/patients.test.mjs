// Persons: registered once, seen by those in relation, changed without overwriting others, found by number.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';

const team = 'drammen-dps:tm-1';
const other = 'lier-kommune:mh-1';
const w = await world();

async function register(extra = {}, as = team) {
	const body = { national_id: syntheticNumber(), given_name: 'Ola', family_name: 'Nordmann', ...extra };
	const r = (await w.api(as, 'POST', '/patients', body)).is(201);
	return { id: r.body.id, number: body.national_id, answer: r };
}

describe('registering', () => {
	test('answers what was sent, with the id and where to read it', async () => {
		const { id, number, answer } = await register({ phone: '+4799999999' });
		assert.deepEqual(answer.body, { id, national_id: number, given_name: 'Ola', family_name: 'Nordmann', phone: '+4799999999' });
		assert.equal(answer.location, `/api/v1/patients/${id}`);
		(await w.api(team, 'GET', answer.location)).is(200);
	});

	test('a known number gives the same person and tells nothing of them', async () => {
		const first = await register({ email: 'ola@example.no' });
		const again = (await w.api('drammen-kommune:tl-1', 'POST', '/patients', { national_id: first.number })).is(201);
		assert.deepEqual(again.body, { id: first.id, national_id: first.number });
		const seen = (await w.api('drammen-kommune:mh-1', 'GET', `/patients/${first.id}`)).is(200);
		assert.equal(seen.body.email, 'ola@example.no', 'what was known is not overwritten');
	});

	test('the same key is carried out once', async () => {
		const body = { national_id: syntheticNumber(), family_name: 'Nøkkel' };
		const headers = { 'idempotency-key': anyId() };
		const first = (await w.api(team, 'POST', '/patients', body, headers)).is(201);
		const second = (await w.api(team, 'POST', '/patients', body, headers)).is(201);
		assert.deepEqual(second.body, first.body);
		assert.equal(second.location, first.location);
		(await w.api(team, 'POST', '/patients', { ...body, family_name: 'Annen' }, headers)).is(422, 'idempotency_conflict');
		const [{ count }] = await w.sql('select count(*)::int from patient where family_name = $1', ['Nøkkel']);
		assert.equal(count, 1);
	});

	test('a person without a number is always a new one', async () => {
		const a = (await w.api(team, 'POST', '/patients', { family_name: 'Ukjent' })).is(201);
		const b = (await w.api(team, 'POST', '/patients', { family_name: 'Ukjent' })).is(201);
		assert.notEqual(a.body.id, b.body.id);
	});

	test('faults are named all at once', async () => {
		const r = (await w.api(team, 'POST', '/patients', { national_id: '12345678901', sex: 'X', extra: 1 })).is(422, 'invalid_body');
		assert.deepEqual(r.pointers(), ['/extra', '/national_id', '/sex']);
		(await w.api(team, 'POST', '/patients', { given_name: 'Bare' })).is(422, 'invalid_body');
		(await w.api(team, 'POST', '/patients', '{')).is(400, 'not_json');
	});

	test('a municipality must exist today, a unit must be the own', async () => {
		const body = { national_id: syntheticNumber() };
		const r = (await w.api(team, 'POST', '/patients', { ...body, municipality_number: '0602' })).is(422, 'invalid_value');
		assert.deepEqual(r.pointers(), ['/municipality_number']);
		(await w.api(team, 'POST', '/patients', { ...body, unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference');
	});

	test('only who may write', async () => {
		const body = { national_id: syntheticNumber() };
		for (const as of ['drammen-dps/DPS', 'drammen-dps:tm-3', 'nav-drammen/NAV', 'politi-demo/PO', 'drammen-dps/SA', 'citizen/PT'])
			(await w.api(as, 'POST', '/patients', body)).is(403, 'forbidden');
		(await w.api(null, 'POST', '/patients', body)).is(401, 'missing_token');
	});

	test('the number reaches the database as a seal only', async () => {
		const { id, number } = await register();
		const rows = await w.sql('select seal, hash from patient_identifier where patient_id = $1', [id]);
		assert.equal(rows.length, 1);
		assert.doesNotMatch(JSON.stringify(rows), new RegExp(number));
		const logs = await w.sql('select to_jsonb(l)::text as t from access_log l union all select to_jsonb(o)::text from outbox o');
		assert.ok(!logs.some((l) => l.t.includes(number)));
		assert.ok(!w.daemon.log.includes(number));
	});
});

describe('reading', () => {
	test('who has no relation gets the answer of a random id', async () => {
		const { id } = await register();
		const hidden = (await w.api(other, 'GET', `/patients/${id}`)).is(404, 'not_found');
		const random = (await w.api(other, 'GET', `/patients/${anyId()}`)).is(404, 'not_found');
		const without = ({ request_id, instance, ...rest }) => rest;
		assert.deepEqual(without(hidden.body), without(random.body));
		(await w.api('drammen-kommune:tl-1', 'PATCH', `/patients/${id}`, { phone: null }, { 'if-match': '"1-x"' })).is(404, 'not_found');
		(await w.api(other, 'GET', `/patients/${id}/relations`)).is(404, 'not_found');
	});

	test('an ended relation ends the sight', async () => {
		const { id } = await register();
		const list = (await w.api(team, 'GET', `/patients/${id}/care-relations`)).is(200);
		const path = `/care-relations/${list.body.items[0].id}`;
		(await w.change(team, 'PATCH', path, { valid_to: '2001-01-01T00:00:00Z' })).is(422, 'invalid_value');
		const ended = (await w.change(team, 'PATCH', path, { valid_to: new Date().toISOString() })).is(200);
		assert.ok(ended.body.valid_to);
		(await w.api(team, 'GET', `/patients/${id}`)).is(404);
	});

	test('If-None-Match is answered 304, HEAD without a body', async () => {
		const { id } = await register();
		const full = (await w.api(team, 'GET', `/patients/${id}`)).is(200);
		const same = (await w.api(team, 'GET', `/patients/${id}`, undefined, { 'if-none-match': full.etag })).is(304);
		assert.equal(same.text, '');
		(await w.api(team, 'GET', `/patients/${id}`, undefined, { 'if-none-match': '"1-0000"' })).is(200);
		assert.equal((await w.api(team, 'HEAD', `/patients/${id}`)).is(200).text, '');
	});

	test('as_of gives what was', async () => {
		const { id } = await register({ phone: '+4790000001' });
		const [{ at }] = await w.sql('select clock_now() as at');
		(await w.change(team, 'PATCH', `/patients/${id}`, { phone: '+4790000002' })).is(200);
		const then = (await w.api(team, 'GET', `/patients/${id}?as_of=${encodeURIComponent(at.toISOString())}`)).is(200);
		assert.equal(then.body.phone, '+4790000001');
		(await w.api(team, 'GET', `/patients/${id}?as_of=2001-01-01T00:00:00Z`)).is(404);
		(await w.api(other, 'GET', `/patients/${id}?as_of=${encodeURIComponent(at.toISOString())}`)).is(404);
	});

	test('staff without a health profession see name and contact only', async () => {
		const { id } = await register({ birth_date: '1990-01-01', address: { line: 'Storgata 1' } });
		const r = (await w.api('drammen-dps:tm-3', 'GET', `/patients/${id}`)).is(200);
		assert.equal(r.body.family_name, 'Nordmann');
		assert.equal(r.body.birth_date, undefined);
		assert.equal(r.body.address, undefined);
		const numbers = (await w.api('drammen-dps:tm-3', 'GET', `/patients/${id}/identifiers`)).is(200);
		assert.match(numbers.body.items[0].number, /^[0-9]{6}\*{5}$/);
	});

	test('a strictly protected address is for the main contact', async () => {
		const { id } = await register({ address: { line: 'Hemmelig 1' }, municipality_number: '3301', address_protection: 'STRICTLY_CONFIDENTIAL' });
		const hidden = (await w.api(team, 'GET', `/patients/${id}`)).is(200);
		assert.equal(hidden.body.address, null);
		assert.equal(hidden.body.municipality_number, null);
		assert.equal(hidden.body.owner_agency_id, null);
		const relation = (await w.api(team, 'GET', `/patients/${id}/care-relations`)).is(200).body.items[0];
		(await w.change('drammen-dps:tl-1', 'PATCH', `/care-relations/${relation.id}`, { main_contact_id: w.ids.staff['drammen-dps:dps-1'] })).is(422, 'unknown_reference');
		(await w.change('drammen-dps:tl-1', 'PATCH', `/care-relations/${relation.id}`, { main_contact_id: w.ids.staff['drammen-dps:tm-1'] })).is(200);
		assert.equal((await w.api(team, 'GET', `/patients/${id}`)).is(200).body.address.line, 'Hemmelig 1');
		assert.equal((await w.api('drammen-dps:tm-2', 'GET', `/patients/${id}`)).is(200).body.address, null);
	});
});

describe('changing', () => {
	test('a merge patch changes what it names, down into the address', async () => {
		const { id } = await register({ phone: '+4790000001', address: { line: 'Storgata 1', city: 'Drammen' } });
		const r = (await w.change(team, 'PATCH', `/patients/${id}`, { phone: null, address: { line: 'Torget 2', city: null } })).is(200);
		assert.equal(r.body.phone, null);
		assert.deepEqual(r.body.address, { line: 'Torget 2' });
		assert.equal(r.body.family_name, 'Nordmann');
		assert.equal(r.body.version, 2);
		const none = (await w.change(team, 'PATCH', `/patients/${id}`, { email: 'a@b.no' }, { prefer: 'return=minimal' })).is(200);
		assert.equal(none.text, '');
		assert.ok(none.etag);
	});

	test('without If-Match 428; another version 412, naming what the other changed', async () => {
		const { id } = await register();
		const { etag } = (await w.api(team, 'GET', `/patients/${id}`)).is(200);
		(await w.api(team, 'PATCH', `/patients/${id}`, { phone: '+4790000001' })).is(428, 'version_required');
		(await w.api('drammen-dps:tm-2', 'PATCH', `/patients/${id}`, { phone: '+4790000001', language: 'nn' }, { 'if-match': etag })).is(200);
		const r = (await w.api(team, 'PATCH', `/patients/${id}`, { phone: '+4790000002' }, { 'if-match': etag })).is(412, 'version_mismatch');
		assert.deepEqual(r.body.changed, ['language', 'phone']);
		assert.equal(r.body.current_version, 2);
	});

	test('faults and media types', async () => {
		const { id } = await register();
		const { etag } = (await w.api(team, 'GET', `/patients/${id}`)).is(200);
		(await w.api(team, 'PATCH', `/patients/${id}`, { sex: 'X' }, { 'if-match': etag })).is(422, 'invalid_body');
		(await w.api(team, 'PATCH', `/patients/${id}`, { phone: null }, { 'if-match': etag, 'content-type': 'text/plain' })).is(415);
		(await w.api('drammen-dps:tm-3', 'PATCH', `/patients/${id}`, { phone: null }, { 'if-match': etag })).is(403, 'forbidden');
	});
});

describe('finding', () => {
	test('by number in the body, those in relation only', async () => {
		const { id, number } = await register();
		const mine = (await w.api(team, 'POST', '/patients/search', { national_id: number })).is(200);
		assert.deepEqual(mine.body.items.map((p) => p.id), [id]);
		assert.deepEqual((await w.api(other, 'POST', '/patients/search', { national_id: number })).is(200).body, { items: [] });
		assert.deepEqual((await w.api(team, 'POST', '/patients/search', { national_id: syntheticNumber() })).is(200).body, { items: [] });
		(await w.api(team, 'POST', '/patients/search', {})).is(422, 'invalid_body');
		const [row] = await w.sql(`select action, patient_id from access_log where operation = 'searchPatients' order by id limit 1`);
		assert.deepEqual(row, { action: 'SEARCH', patient_id: id });
	});

	test('the list holds the units’ own, page by page, each once', async () => {
		const as = 'drammen-kommune:tl-1';
		const made = [];
		for (let i = 0; i < 5; i++) made.push((await register({}, as)).id);
		const known = new Set();
		let path = '/patients?limit=2';
		for (let pages = 0; path; pages++) {
			assert.ok(pages < 20);
			const page = (await w.api(as, 'GET', path)).is(200);
			for (const p of page.body.items) {
				assert.ok(!known.has(p.id));
				known.add(p.id);
			}
			path = page.body.links.next;
			assert.equal(Boolean(path), (page.headers.link ?? '').includes('rel="next"'));
		}
		for (const id of made) assert.ok(known.has(id));
		const elsewhere = (await w.api(other, 'GET', '/patients')).is(200);
		assert.ok(!elsewhere.body.items.some((p) => known.has(p.id)));
		(await w.api(as, 'GET', '/patients?cursor=abc')).is(422, 'invalid_parameter');
		(await w.api(as, 'GET', '/patients?limit=0')).is(422, 'invalid_parameter');
		(await w.api(as, 'GET', '/patients?colour=red')).is(422, 'invalid_parameter');
	});

	test('the list is logged with all whom it shows', async () => {
		await register();
		await register();
		const page = (await w.api('drammen-dps:tm-2', 'GET', '/patients?limit=2')).is(200);
		const [row] = await w.sql(`select access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1`, [page.headers['x-request-id']]);
		assert.deepEqual(row.persons.sort(), page.body.items.map((p) => p.id).sort());
	});
});

describe('numbers and relations', () => {
	test('a second number, and one that is taken', async () => {
		const a = await register();
		const b = await register();
		const more = syntheticNumber();
		const r = (await w.api(team, 'POST', `/patients/${a.id}/identifiers`, { kind: 'FNR', number: more })).is(201);
		assert.equal(r.body.number, more);
		assert.equal((await w.api(team, 'GET', r.location)).is(200).body.id, r.body.id);
		(await w.api(team, 'POST', `/patients/${b.id}/identifiers`, { kind: 'FNR', number: more })).is(409, 'duplicate');
		(await w.api(other, 'GET', r.location)).is(404);
		assert.equal((await w.api(team, 'GET', `/patients/${a.id}/identifiers`)).is(200).body.items.length, 2);
		assert.deepEqual((await w.api(team, 'POST', '/patients/search', { national_id: more })).is(200).body.items.map((p) => p.id), [a.id]);
	});

	test('trying a number that is taken stands in the logs of both, and the answer names nobody', async () => {
		const mine = await register();
		const hidden = await register({}, 'lier-kommune:tl-1');
		const r = (await w.api(team, 'POST', `/patients/${mine.id}/identifiers`, { kind: 'FNR', number: hidden.number })).is(409, 'duplicate');
		assert.ok(!r.text.includes(hidden.id), 'nobody is named');
		const rows = await w.sql(`select patient_id, reason from access_log where operation = 'createPatientIdentifier'
			and action = 'DENIED' and patient_id = any ($1)`, [[mine.id, hidden.id]]);
		assert.deepEqual(rows.map((row) => row.patient_id).sort(), [mine.id, hidden.id].sort());
		assert.deepEqual(rows.map((row) => row.reason), ['duplicate', 'duplicate']);
	});

	test('next of kin and guardian', async () => {
		const { id } = await register();
		const r = (await w.api(team, 'POST', `/patients/${id}/relations`, { kind: 'NEXT_OF_KIN', name: 'Anne', phone: '+4790000003' })).is(201);
		assert.equal(r.body.is_legal_representative, false);
		const path = `/relations/${r.body.id}`;
		assert.equal((await w.change(team, 'PATCH', path, { name: 'Anne Nordmann' })).is(200).body.name, 'Anne Nordmann');
		(await w.api(team, 'PATCH', path, { name: 'B' }, { 'if-match': '"1-x"' })).is(412);
		(await w.api(team, 'PATCH', path, { name: 'B' })).is(428);
		(await w.api(other, 'GET', path)).is(404);
		(await w.api(other, 'PATCH', path, { name: 'B' }, { 'if-match': '"1-x"' })).is(404);
		assert.equal((await w.api(team, 'GET', `/patients/${id}/relations`)).is(200).body.items.length, 1);
		(await w.api('drammen-dps/DPS', 'POST', `/patients/${id}/relations`, { kind: 'OTHER', name: 'C' })).is(403, 'forbidden');
	});

	test('an own unit in relation', async () => {
		const { id } = await register();
		const unit = w.ids.unit['drammen-dps:fact'];
		const r = (await w.api(team, 'POST', `/patients/${id}/care-relations`, { unit_id: unit, basis: 'SERVICE' })).is(201);
		assert.equal(r.body.unit_id, unit);
		(await w.api(team, 'POST', `/patients/${id}/care-relations`, { unit_id: unit, basis: 'SERVICE' })).is(409, 'conflict');
		const nav = { unit_id: w.ids.unit['nav-drammen:kontor'], basis: 'SERVICE' };
		(await w.api(team, 'POST', `/patients/${id}/care-relations`, { ...nav, basis: 'REGISTRATION' })).is(422, 'unknown_reference');
		(await w.api(team, 'POST', `/patients/${id}/care-relations`, nav)).is(201);
		(await w.api('nav-drammen:nav-1', 'GET', `/patients/${id}`)).is(403, 'consent_required');
		(await w.api('drammen-dps:dps-1', 'POST', `/patients/${id}/care-relations`, nav)).is(404, 'not_found');
		(await w.api(other, 'GET', `/care-relations/${r.body.id}`)).is(404);
	});
});

describe('citizens', () => {
	test('the patient sees the own person, the guardian the ward, others nobody', async () => {
		const patient = (await register({ national_id: '01819012365', given_name: 'Rolig' })).id;
		const stranger = await register();
		const pt = w.token('citizen/PT', {}); // a fresh one: the person is known only now
		assert.equal((await w.api(pt, 'GET', `/patients/${patient}`)).is(200).body.given_name, 'Rolig');
		(await w.api(pt, 'GET', `/patients/${stranger.id}`)).is(404);
		(await w.api('citizen/RE', 'GET', `/patients/${patient}`)).is(404);
		(await w.api(team, 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: '10915596784', is_legal_representative: true })).is(201);
		(await w.api(team, 'POST', `/patients/${patient}/relations`, { kind: 'NEXT_OF_KIN', name: 'En annen' })).is(201);
		const seen = (await w.api('citizen/RE', 'GET', `/patients/${patient}`)).is(200);
		assert.equal(seen.body.birth_date, undefined);
		const own = (await w.api('citizen/RE', 'GET', `/patients/${patient}/relations`)).is(200);
		assert.deepEqual(own.body.items.map((r) => r.name), ['Blid Furu']);
		const me = (await w.api('citizen/RE', 'GET', '/me')).is(200);
		assert.deepEqual(me.body.represents, [{ patient_id: patient, basis: 'LEGAL_REPRESENTATIVE' }]);
		assert.equal((await w.api(pt, 'GET', '/me')).is(200).body.patient_id, patient);
		(await w.api(pt, 'GET', '/patients')).is(200);
		(await w.api(pt, 'PATCH', `/patients/${patient}`, { phone: null }, { 'if-match': '"1-x"' })).is(403);
	});
});
