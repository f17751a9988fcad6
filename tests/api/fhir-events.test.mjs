// AuditEvent: the access log over FHIR, as the agency and as the person may read it.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { assertValid, fhir, linkOf, resources } from './lib/fhir.mjs';
import { syntheticNumber } from './lib/fixtures.mjs';
import { dayOf } from './lib/days.mjs';

const w = await world();
const ask = fhir(w);
const [team, officer, lead, municipal] = ['drammen-dps:tm-1', 'drammen-dps:pv-1', 'drammen-dps:tl-1', 'drammen-kommune/PV'];
const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365', family_name: 'Logg' })).is(201).body.id;
const other = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Også' })).is(201).body.id;
const read = (await w.api(team, 'GET', `/patients/${patient}`)).is(200);
const list = (await w.api(team, 'GET', '/patients?limit=200')).is(200);
const refused = (await w.api('drammen-kommune:mh-1', 'GET', `/patients/${patient}`)).is(404);
const self = w.token('citizen/PT', {});
const find = async (who, query) => resources((await ask(who, 'GET', `/AuditEvent?_count=200&${query}`)).is(200).body);
const idOf = async (r) => (await w.sql('select fhir_event_id(at, id) as id from access_log where request_id = $1', [r.headers['x-request-id']]))[0].id;
const people = (event) => (event.entity ?? []).filter((e) => e.role?.code === '1').map((e) => e.what.reference.replace('Patient/', ''));
const native = (event) => event.subtype.at(-1).code;

describe('AuditEvent', () => {
	test('its id is of its moment and its number, to the microsecond', async () => {
		const [row] = await w.sql(`select bool_and(fhir_event_at(i) = at and fhir_event_number(i) = id) as back, bool_and(lag is null or lag < i) as ordered
			from (select *, lag(i) over (order by at, id) from (select at, id, fhir_event_id(at, id) as i from access_log) x) y`);
		assert.deepEqual(row, { back: true, ordered: true });
	});
	test('says who, for whom, in which role, why and whom it showed', async () => {
		const r = (await ask(officer, 'GET', `/AuditEvent/${await idOf(read)}`)).is(200).body;
		assertValid(r);
		const [who, agency] = r.agent;
		assert.deepEqual([r.action, r.outcome, native(r), r.subtype[0].code], ['R', '0', 'getPatient', 'read']);
		assert.deepEqual([who.who.reference, who.who.identifier.value, who.role[0].coding[0].code, who.requestor, agency.who.reference],
			[`Practitioner/${w.ids.staff[team]}`, '500000012', 'TM', true, `Organization/${w.ids.agency['drammen-dps']}`]);
		assert.deepEqual([r.purposeOfEvent.map((p) => p.coding[0].code), people(r)], [['TREAT', 'CARE_RELATION'], [patient]]);
		assert.equal(r.extension[0].valueReference.reference, `Patient/${patient}`);
	});
	test('a refusal has no action, and says why to the agency alone', async () => {
		const [r] = await find(municipal, `_id=${await idOf(refused)}&outcome=4`);
		assert.deepEqual([r?.action, r?.outcome, r?.outcomeDesc], [undefined, '4', 'not_found']);
		const [own] = await find(self, `_id=${r.id}`);
		assert.deepEqual([own.outcome, own.outcomeDesc], ['4', undefined]);
	});
	test('of several persons: all for the officer, who then has been shown them; for each of them the own alone', async () => {
		const id = await idOf(list);
		const r = await ask(officer, 'GET', `/AuditEvent?_id=${id}`);
		const all = list.body.items.map((p) => p.id).sort();
		assert.deepEqual(people(resources(r.is(200).body)[0]), all);
		const [noted] = await w.sql('select access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1', [r.headers['x-request-id']]);
		assert.deepEqual(noted.persons, all);
		for (const [who, query] of [[self, `_id=${id}`], [self, `date=ge2000`], [officer, `_id=${id}&patient=${patient}`]]) {
			const events = await find(who, query);
			const event = events.find((e) => e.id === id);
			assert.deepEqual([people(event), JSON.stringify(events).includes(other)], [[patient], false], query);
		}
		assert.deepEqual(people((await ask(self, 'GET', `/AuditEvent/${id}`)).is(200).body), [patient]);
	});
	test('who is hidden from the person is masked', async () => {
		const [{ body }] = await w.sql(`select fhir_event('{"action": "SEARCH", "operation": "getConcernReport", "name": null, "staff_id": null, "agency_id": null, "patient_ids": null}', $1, clock_now()) as body`, [anyId()]);
		assertValid(body);
		assert.deepEqual([body.agent.length, body.agent[0].who.extension[0].valueCode, body.action], [1, 'masked', 'E']);
	});
	test('staff find their own acts, leaders the team’s, nobody another agency’s', async () => {
		const id = await idOf(read);
		assert.ok((await find(team, 'date=ge2000')).every((e) => e.agent[0].who.reference === `Practitioner/${w.ids.staff[team]}`));
		(await ask('drammen-dps:tm-2', 'GET', `/AuditEvent/${id}`)).is(404);
		(await ask(lead, 'GET', `/AuditEvent/${id}`)).is(200);
		(await ask(municipal, 'GET', `/AuditEvent/${id}`)).is(404);
		assert.deepEqual([await find(municipal, `_id=${id}`), await find(municipal, `patient=${other}`)], [[], []]);
		assert.deepEqual(await find(self, `patient=${anyId()}`), []);
	});
	test('is found by date, action, act, agent and person', async () => {
		const id = await idOf(read);
		const { recorded } = (await ask(officer, 'GET', `/AuditEvent/${id}`)).is(200).body;
		for (const query of [`patient=${patient}`, 'action=R', 'outcome=0', 'subtype=READ', 'subtype=getPatient', 'subtype=read', `agent=Practitioner/${w.ids.staff[team]}`,
			`agent=Organization/${w.ids.agency['drammen-dps']}`, `date=${recorded}`, `date=le${recorded}&date=ge${recorded}`, `_lastUpdated=${dayOf(recorded)},2001`])
			assert.ok((await find(officer, query)).some((e) => e.id === id), query);
		for (const query of ['action=C', 'outcome=4', 'subtype=EXPORT', `agent=Practitioner/${w.ids.staff[lead]}`, 'date=lt2001', 'date=gt2099', 'date=2001', `patient=${other}`, 'date=ge2099&date=le2001'])
			assert.ok(!(await find(officer, query)).some((e) => e.id === id), query);
	});
	test('what is rare is found without walking the log for one page; so many are counted only within a time', async () => {
		await w.sql(`insert into access_log (request_id, operation, action, subject, agency_id, at)
			select 'many', 'test', case n when 1 then 'EXPORT' else 'READ' end::access_log_action, 'test', $1, now() - (12001 - n) * interval '1 millisecond' from generate_series(1, 12000) n`, [w.ids.agency['drammen-kommune']]);
		const pages = [];
		for (let path = '/AuditEvent?subtype=EXPORT&_count=10'; path; path = linkOf(pages.at(-1), 'next')?.split('/fhir/r4')[1])
			pages.push((await ask(municipal, 'GET', path)).is(200).body);
		assert.deepEqual(pages.map((p) => resources(p).length), [0, 0, 1]);
		assert.equal(native(resources(pages[2])[0]), 'test');
		const total = (query) => ask(municipal, 'GET', `/AuditEvent?_total=accurate&${query}`);
		assert.equal((await total('action=R')).is(400).body.issue[0].code, 'too-costly');
		const [{ at }] = await w.sql(`select fhir_instant(at + interval '100 milliseconds') as at from access_log where request_id = 'many' and action = 'EXPORT'`);
		const within = (await total(`subtype=test&date=lt${at}`)).is(200).body;
		assert.equal(within.total, 100);
		const leader = await ask('drammen-kommune/TL', 'GET', `/AuditEvent?_total=accurate&date=lt${at}`);
		assert.equal(leader.is(400).body.issue[0].code, 'too-costly', 'who does not see them all learns not how many there are');
		const about = await total(`patient=${patient}`);
		assert.equal(about.is(200).body.total, resources(about.body).length);
	});
	test('the newest first; pages do not overlap, and reading is an entry', async () => {
		const first = await ask(self, 'GET', `/AuditEvent?patient=${patient}&_count=2`);
		const one = resources(first.is(200).body);
		const next = resources((await ask(self, 'GET', linkOf(first.body, 'next').split('/fhir/r4')[1])).is(200).body);
		const ids = [...one, ...next].map((e) => e.id);
		assert.deepEqual([one.length, new Set(ids).size, ids], [2, ids.length, [...ids].sort().reverse()]);
		assert.deepEqual(await w.sql('select operation, patient_id from access_log where request_id = $1', [first.headers['x-request-id']]), [{ operation: 'fhirSearchAuditEvent', patient_id: patient }]);
	});
});
