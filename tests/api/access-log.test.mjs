// Who has looked at what, as agency, privacy officer and patient may read it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { syntheticNumber } from './lib/fixtures.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365', family_name: 'Logg' })).is(201).body.id;
const self = w.token('citizen/PT', {});

describe('the access log', () => {
	test('has a row for a read, with who, why and on what basis', async () => {
		const r = (await w.api(team, 'GET', `/patients/${patient}`)).is(200);
		const rows = await w.sql('select * from access_log where request_id = $1', [r.headers['x-request-id']]);
		assert.equal(rows.length, 1);
		const { action, operation, patient_id, agency_id, staff_id, role, hpr_number, purpose, basis } = rows[0];
		assert.deepEqual({ action, operation, patient_id, agency_id, staff_id, role, hpr_number, purpose, basis }, {
			action: 'READ', operation: 'getPatient', patient_id: patient, agency_id: w.ids.agency['drammen-dps'],
			staff_id: w.ids.staff['drammen-dps:tm-1'], role: 'TM', hpr_number: '500000012', purpose: 'TREAT', basis: 'CARE_RELATION' });
	});

	test('has a row for a refusal, and for a 304 one without a person', async () => {
		const hidden = (await w.api('lier-kommune:mh-1', 'GET', `/patients/${patient}`)).is(404);
		assert.deepEqual(await w.sql('select action, reason, patient_id from access_log where request_id = $1', [hidden.headers['x-request-id']]),
			[{ action: 'DENIED', reason: 'not_found', patient_id: patient }]);
		const full = (await w.api(team, 'GET', `/patients/${patient}`)).is(200);
		const same = (await w.api(team, 'GET', `/patients/${patient}`, undefined, { 'if-none-match': full.etag })).is(304);
		assert.deepEqual(await w.sql('select action, patient_id from access_log where request_id = $1', [same.headers['x-request-id']]),
			[{ action: 'READ', patient_id: null }]);
		const refused = (await w.api('politi-demo/PO', 'GET', `/patients/${patient}`)).is(403);
		assert.equal((await w.sql(`select action from access_log where request_id = $1`, [refused.headers['x-request-id']]))[0].action, 'DENIED');
	});

	test('has the refusal for whom the request names in its query or body too', async () => {
		const rows = async (r) => w.sql('select action, reason, patient_id from access_log where request_id = $1', [r.headers['x-request-id']]);
		const task = (await w.api('politi-demo/PO', 'POST', '/tasks', { title: 'Ring', patient_id: patient })).is(403, 'forbidden');
		assert.deepEqual(await rows(task), [{ action: 'DENIED', reason: 'forbidden', patient_id: patient }]);
		const list = (await w.api('politi-demo/PO', 'GET', `/contacts?patient_id=${patient}`)).is(403, 'forbidden');
		assert.deepEqual(await rows(list), [{ action: 'DENIED', reason: 'forbidden', patient_id: patient }]);
		const hidden = (await w.api('lier-kommune:mh-1', 'GET', `/contacts?patient_id=${patient}`)).is(404);
		assert.deepEqual(await rows(hidden), [{ action: 'DENIED', reason: 'not_found', patient_id: patient }]);
		const nobody = (await w.api('politi-demo/PO', 'POST', '/tasks', { title: 'Ring', patient_id: 'x' })).is(403, 'forbidden');
		assert.deepEqual((await rows(nobody)).map((r) => r.patient_id), [null]);
		const seen = (await w.api(self, 'GET', `/patients/${patient}/access-log?limit=200`)).is(200).body.items;
		assert.ok(seen.some((l) => l.action === 'DENIED' && l.operation === 'createTask'));
	});

	test('cannot be changed, not by the daemon and not by the owner', async () => {
		await assert.rejects(w.sql(`update access_log set name = 'x'`), /append-only/);
		await assert.rejects(w.sql('delete from access_log'), /append-only/);
		await assert.rejects(w.asService((c) => c.query('delete from access_log')), /permission denied|append-only/);
	});

	test('the privacy officer sees the agency’s, with filters', async () => {
		const all = (await w.api('drammen-dps/PV', 'GET', '/access-log?limit=200')).is(200);
		assert.ok(all.body.items.every((l) => l.agency_id === w.ids.agency['drammen-dps']));
		const reads = (await w.api('drammen-dps/PV', 'GET', `/access-log?patient_id=${patient}&staff_id=${w.ids.staff['drammen-dps:tm-1']}&action=READ&basis=CARE_RELATION`)).is(200);
		assert.ok(reads.body.items.length > 0);
		assert.ok(reads.body.items.every((l) => l.patient_id === patient && l.name === 'Jonas Lindås' && l.request_id));
		assert.deepEqual((await w.api('drammen-dps/PV', 'GET', '/access-log?from=2099-01-01T00:00:00Z')).is(200).body.items, []);
		assert.deepEqual((await w.api('drammen-dps/PV', 'GET', '/access-log?to=2001-01-01T00:00:00Z')).is(200).body.items, []);
		const denied = (await w.api('drammen-kommune/PV', 'GET', '/access-log')).is(200);
		assert.ok(!denied.body.items.some((l) => l.agency_id !== w.ids.agency['drammen-kommune']));
	});

	test('staff see their own acts, leaders their team’s, without the rest', async () => {
		const own = (await w.api(team, 'GET', '/access-log')).is(200);
		assert.ok(own.body.items.length > 0);
		assert.ok(own.body.items.every((l) => l.staff_id === w.ids.staff['drammen-dps:tm-1']));
		(await w.api('drammen-dps:tm-2', 'GET', `/patients/${patient}`)).is(200);
		const lead = (await w.api('drammen-dps/TL', 'GET', '/access-log?limit=200')).is(200);
		assert.ok(lead.body.items.some((l) => l.staff_id === w.ids.staff['drammen-dps:tm-2']));
		assert.ok(lead.body.items.every((l) => l.unit_id === w.ids.unit['drammen-dps:fact'] || l.staff_id === w.ids.staff['drammen-dps:tl-1']));
		for (const as of ['drammen-kommune/MH', 'drammen-dps/SA', 'nav-drammen/NAV', 'politi-demo/PO'])
			(await w.api(as, 'GET', '/access-log')).is(403, 'forbidden');
	});

	test('the patient sees all about the own person, without free text', async () => {
		(await w.api('drammen-dps:dps-1', 'POST', '/emergency-accesses', { patient_id: patient, reason: 'Hemmelig begrunnelse i fritekst' })).is(201);
		(await w.api('drammen-dps:dps-1', 'GET', `/patients/${patient}`)).is(200);
		for (const path of [`/patients/${patient}/access-log`, '/access-log']) {
			const r = (await w.api(self, 'GET', `${path}?limit=200`)).is(200);
			assert.ok(r.body.items.every((l) => l.patient_id === patient));
			const seen = r.body.items.find((l) => l.operation === 'getPatient' && l.basis === 'EMERGENCY');
			assert.deepEqual([seen.agency_name, seen.name, seen.role, seen.request_id, seen.reason], ['Drammen DPS', 'Marte Solheim', 'DPS', null, null]);
			assert.doesNotMatch(r.text, /Hemmelig/);
		}
		(await w.api(self, 'GET', `/patients/${anyId()}/access-log`)).is(404, 'not_found');
		(await w.api(team, 'GET', `/patients/${patient}/access-log`)).is(200);
		(await w.api('lier-kommune:mh-1', 'GET', `/patients/${patient}/access-log`)).is([403, 404]);
	});

	test('several persons shown at once are one row, which each of them finds', async () => {
		const other = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Også' })).is(201).body.id;
		const list = (await w.api(team, 'GET', '/patients?limit=200')).is(200);
		const request = list.headers['x-request-id'];
		const rows = await w.sql(`select l.patient_id, s.patients, s.id = sha256(convert_to(array_to_string(s.patients, ','), 'UTF8')) as true_id
			from access_log l join access_log_set s on s.id = l.shown_set where l.request_id = $1`, [request]);
		assert.deepEqual(rows, [{ patient_id: null, patients: list.body.items.map((p) => p.id).sort(), true_id: true }]);
		const seen = (body) => body.items.filter((l) => l.operation === 'listPatients');
		for (const path of ['/access-log', `/patients/${patient}/access-log`]) {
			const own = (await w.api(self, 'GET', `${path}?limit=200`)).is(200);
			assert.ok(seen(own.body).length > 0, path);
			assert.ok(seen(own.body).every((l) => l.patient_id === patient && l.patient_ids === null), path);
			assert.ok(!own.text.includes(other), 'not who else was shown');
		}
		const officer = async (query) => (await w.api('drammen-dps/PV', 'GET', `/access-log?limit=200${query}`)).is(200);
		const all = await officer('');
		const row = all.body.items.find((l) => l.request_id === request);
		assert.deepEqual([row.patient_id, row.patient_ids], [null, rows[0].patients]);
		assert.equal((await officer(`&patient_id=${other}`)).body.items.find((l) => l.request_id === request).patient_id, other);
		// whoever reads of them has been shown them
		const [read] = await w.sql('select access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1', [all.headers['x-request-id']]);
		assert.ok(rows[0].patients.every((p) => read.persons.includes(p)));
		for (const table of ['access_log_set', 'access_log_set_member']) await assert.rejects(w.sql(`delete from ${table}`), /append-only/);
	});

	test('what is rare is found page by page, none of which walks the log', async () => {
		const [agency, mine] = [w.ids.agency['drammen-dps'], w.ids.staff['drammen-dps:tm-2']];
		const [{ from, to }] = await w.sql(`select to_char(d, 'YYYY-MM-DD"T00:00:00Z"') as from, to_char(d + 1, 'YYYY-MM-DD"T00:00:00Z"') as to
			from (select (date_trunc('month', now() at time zone 'UTC') + interval '2 months')::date + 1 as d) x`);
		// the oldest of 50,000 is the rare one; 6,000 have one moment
		await w.sql(`insert into access_log (request_id, operation, action, subject, agency_id, staff_id, basis, at)
			select 'many', 'test', (case n when 1 then 'EXPORT' else 'READ' end)::access_log_action, 'test', $1, case n when 1 then $2::uuid else gen_random_uuid() end,
				case n when 1 then 'SELF' else 'CARE_RELATION' end, $3::timestamptz + case when n between 5000 and 11000 then 5000 else n end * interval '1 second'
			from generate_series(1, 50000) n`, [agency, mine, from]);
		await w.sql('analyze access_log');
		const walk = async (who, query) => {
			const pages = [(await w.api(who, 'GET', `/access-log?from=${from}&to=${to}&limit=10${query}`)).is(200).body];
			for (let next; (next = pages.at(-1).links.next) && pages.length < 20;) pages.push((await w.api(who, 'GET', next)).is(200).body);
			return pages;
		};
		for (const [who, query] of [['drammen-dps:tm-2', ''], ['drammen-dps/PV', '&action=EXPORT'], ['drammen-dps/PV', '&basis=SELF'], ['drammen-dps/PV', `&staff_id=${mine}`]]) {
			const pages = await walk(who, query);
			assert.deepEqual(pages.map((p) => p.items.length), [0, 0, 0, 0, 0, 0, 0, 0, 1], `${who} ${query}`);
			const [{ operation, action, staff_id, basis }] = pages.at(-1).items;
			assert.deepEqual({ operation, action, staff_id, basis }, { operation: 'test', action: 'EXPORT', staff_id: mine, basis: 'SELF' });
		}
		const blocks = await w.asService(async (c) => {
			await c.query(`select set_config('app.agency_id', $1, true), set_config('app.staff_id', $2, true), set_config('app.role', 'TM', true)`, [agency, mine]);
			const cost = async (call) => {
				const text = `explain (analyze, buffers, format json) select * from ${call}`;
				await c.query(text); // the catalog is read once
				const [{ 'Plan': plan }] = (await c.query(text)).rows[0]['QUERY PLAN'];
				return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
			};
			return { page: await cost(`access_log_page(null, '[${from},${to})', null, '{}', null, '10')`),
				walk: await cost(`access_log_newest(null, '[${from},${to})', null, null, null, null, '{}', 11)`) };
		});
		assert.ok(blocks.page > 0 && blocks.page * 3 < blocks.walk, JSON.stringify(blocks));
	});

	test('how far a page has looked does not tell when a colleague did something', async () => {
		const [agency, colleague] = [w.ids.agency['drammen-dps'], w.ids.staff['drammen-dps:tm-1']];
		const [{ day }] = await w.sql(`select to_char((date_trunc('month', now() at time zone 'UTC') + interval '3 months')::date + 1, 'YYYY-MM-DD') as day`);
		// the colleague's: one at 08:00:17.123456, and as many as a page looks at an hour later
		await w.sql(`insert into access_log (request_id, operation, action, subject, agency_id, staff_id, at)
			select 'hidden', 'test', 'READ', 'test', $1, $2, case n when 0 then $3::timestamptz + interval '8 hours 17.123456 seconds' else $3::timestamptz + interval '9 hours' + n * interval '1 millisecond' end
			from generate_series(0, 5000) n`, [agency, colleague, `${day}T00:00:00Z`]);
		const at = (time) => `${day}T${time}Z`;
		const cursorOf = (page) => page.body.links.next && JSON.parse(Buffer.from(new URL(page.body.links.next, 'http://x').searchParams.get('cursor'), 'base64url'))[0];
		const ask = async (who, from, to, query = '') => cursorOf((await w.api(who, 'GET', `/access-log?limit=10&from=${at(from)}&to=${at(to)}${query}`)).is(200));
		const own = (from, to) => ask('drammen-dps:tm-2', from, to);
		// neither by where it ended, nor by whether it did
		assert.equal(new Date(await own('07:00:00', '10:00:00')).toISOString(), `${day}T08:00:00.000Z`);
		for (const from of ['08:00:00', '08:00:17.123455', '08:00:17.123456', '08:00:59']) assert.equal(await own(from, '10:00:00'), undefined, from);
		for (const to of ['09:00:04.999999', '09:00:05', '09:00:05.000001', '09:00:06']) assert.equal(new Date(await own('07:00:00', to)).toISOString(), `${day}T08:00:00.000Z`, to);
		// who sees them all is told exactly
		assert.match(await ask('drammen-dps/PV', '07:00:00', '10:00:00', '&action=EXPORT'), /17\.123456/);
	});

	test('reading the log is logged, and pages do not overlap', async () => {
		const page = (await w.api(self, 'GET', `/patients/${patient}/access-log?limit=2`)).is(200);
		const logged = await w.sql('select operation, patient_id from access_log where request_id = $1', [page.headers['x-request-id']]);
		assert.deepEqual(logged, [{ operation: 'listPatientAccessLog', patient_id: patient }]);
		const next = (await w.api(self, 'GET', page.body.links.next)).is(200);
		assert.ok(!next.body.items.some((l) => page.body.items.some((m) => m.id === l.id)));
		(await w.api(self, 'GET', '/access-log?cursor=x')).is(422, 'invalid_parameter');
	});
});
