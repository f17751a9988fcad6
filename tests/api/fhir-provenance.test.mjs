// Provenance: who told what a thing says, version by version, and by which import; by the gate of the thing itself.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, world } from './harness.mjs';
import { act } from './concern-steps.mjs';
import { fhir, issueOf, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';
import * as imports from './import-steps.mjs';
import { clinic, gp, hoursAgo, municipality, person, relate, team } from './specialist-steps.mjs';
import { dayOf } from './lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, co, citizen] = ['drammen-dps:tl-1', 'drammen-kommune:co-1', 'citizen:pt-1'];
const naming = (name) => `https://samhandling.example/fhir/NamingSystem/${name}`;
const find = async (who, query) => resources((await ask(who, 'GET', `/Provenance?_count=200&${query}`)).is(200).body);
const of = async (who, type, id) => (await find(who, `target=${type}/${id}&_sort=recorded`)).toSorted((a, b) => version(a) - version(b));
const version = (p) => Number(p.target[0].reference.split('/_history/')[1]);
const log = async (r) => (await w.sql('select operation, access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1', [r.headers['x-request-id']]));
const visit = (patient) => ({ patient_id: patient, mode: 'PHONE', outcome: 'HELD', minutes: 20, started_at: hoursAgo(1) });

describe('who has told', () => {
	test('each version: the member of staff, in which role, for which agency, and when', async () => {
		const patient = await person(w);
		const contact = (await w.api(team, 'POST', '/contacts', visit(patient))).is(201).body;
		const changed = await act(w, tl, `/contacts/${contact.id}`, { action: 'correct', minutes: 25, reason: 'Feil varighet' });
		const [first, second, ...more] = await of(tl, 'Encounter', contact.id);
		assert.deepEqual(more, []);
		for (const [p, who, role, code, n, native] of [[first, team, 'TM', 'CREATE', 1, contact], [second, tl, 'TL', 'UPDATE', 2, changed]]) {
			assert.deepEqual([p.target, p.activity.coding[0].code], [[{ reference: `Encounter/${contact.id}/_history/${n}` }], code]);
			assert.deepEqual([p.agent[0].type.coding[0].code, p.agent[0].role[0].coding[0].code, p.agent[0].who.reference, p.agent[0].onBehalfOf.reference],
				['enterer', role, `Practitioner/${w.ids.staff[who]}`, `Organization/${w.ids.agency['drammen-dps']}`]);
			assert.ok(Math.abs(Date.parse(p.recorded) - Date.parse(native.updated_at)) < 5, `${p.recorded} ${native.updated_at}`);
			(await ask(tl, 'GET', `/${p.target[0].reference}`)).is(200);
		}
		const r = await ask(tl, 'GET', `/Provenance/${second.id}`);
		assert.deepEqual([r.is(200).body, await log(r)], [second, [{ operation: 'fhirReadProvenance', persons: [patient] }]]);
	});
	test('the person themselves, and the service by itself', async () => {
		const id = s.at['/life-situations/{id}'];
		assert.ok(id);
		const patient = await person(w);
		await w.sql("insert into contact (id, patient_id, unit_id, agency_id, state, planned_at, mode) select $1, $2, u.id, u.agency_id, 'PLANNED', clock_now(), 'PHONE' from unit u where u.id = $3",
			[anyId(), patient, w.ids.unit['drammen-dps:fact']]);
		const [own] = await find(tl, `patient=${patient}&recorded=ge2000`).then((all) => all.filter((p) => p.target[0].reference.startsWith('Encounter/')));
		assert.deepEqual([own.agent[0].type.coding[0].code, own.agent[0].who], ['assembler', { display: 'Samhandling' }]);
		const [{ body }] = await w.sql("select fhir_teller(jsonb_populate_record(null::row_history, '{\"role\": \"PT\"}'), $1) as body", [patient]);
		assert.deepEqual([body.who, body.type.coding[0].code], [{ reference: `Patient/${patient}` }, 'author']);
	});
	test('of rows that are two resources: both are targets', async () => {
		const id = s.at['/assessments/{id}'];
		const [a] = await of(tl, 'Observation', id);
		assert.deepEqual(a.target.map((t) => t.reference), [`Observation/${id}/_history/1`, `QuestionnaireResponse/${id}/_history/1`]);
		assert.deepEqual((await of(tl, 'QuestionnaireResponse', id)).map((p) => p.id), [a.id]);
	});
});

describe('finding', () => {
	test('by target, person, agent and time; and beside what was searched for', async () => {
		const patient = await person(w);
		const { id } = (await w.api(team, 'POST', '/contacts', visit(patient))).is(201).body;
		const [p] = await of(tl, 'Encounter', id);
		for (const query of [`patient=${patient}`, `patient=${patient}&agent=Practitioner/${w.ids.staff[team]}`, `target=${id}`, `patient=${patient}&target=Encounter/${id}`, `target=Encounter/${anyId()},Encounter/${id}`,
			`target=Encounter/${id}&recorded=${dayOf(p.recorded)}`, `_id=${p.id}`, `target=Encounter/${id}&target=${id}`])
			assert.ok((await find(tl, query)).some((x) => x.id === p.id), query);
		for (const query of [`patient=${patient}&agent=Practitioner/${w.ids.staff[tl]}`, `target=Task/${id}`, `target=Encounter/${id}&recorded=lt2001`, `patient=${await person(w)}&target=Encounter/${id}`, `target=Encounter/${id}&target=Encounter/${anyId()}`])
			assert.deepEqual(await find(tl, query), [], query);
		assert.ok((await find(tl, `patient=${patient}`)).some((x) => x.target[0].reference === `Patient/${patient}/_history/1`));
		assert.equal(issueOf((await ask(tl, 'GET', '/Provenance?recorded=ge2000')).is(400)), 'too-costly');
		const { entry } = (await ask(tl, 'GET', `/Encounter?patient=${patient}&_revinclude=Provenance:target`)).is(200).body;
		assert.deepEqual(entry.map((e) => [e.resource.resourceType, e.search.mode]), [['Encounter', 'match'], ['Provenance', 'include']]);
		const back = (await ask(tl, 'GET', `/Provenance?target=Encounter/${id}&_include=Provenance:target`)).is(200).body.entry;
		assert.deepEqual(back.map((e) => e.resource.id), [p.id, id]);
		assert.ok(!resources((await ask(tl, 'GET', `/Patient/${patient}/$everything?_count=200`)).is(200).body).some((r) => r.resourceType === 'Provenance'));
	});
});

describe('who may know', () => {
	test('who may not read the thing is told nothing, as of one that is not there', async () => {
		const patient = await person(w, { units: ['drammen-kommune:mottak'] });
		const { id } = (await w.api(team, 'POST', '/contacts', visit(patient))).is(201).body;
		const [p] = await of(tl, 'Encounter', id);
		assert.deepEqual((await of(municipality, 'Encounter', id)).map((x) => x.id), [p.id]);
		for (const who of [gp, 'lier-kommune/MH']) {
			assert.deepEqual([await find(who, `target=Encounter/${id}`), await find(who, `_id=${p.id}`)], [[], []]);
			assert.equal(issueOf((await ask(who, 'GET', `/Provenance/${p.id}`)).is(404)), 'not-found');
		}
		(await ask(tl, 'GET', `/Provenance/${anyId()}`)).is(404);
		await w.sql(`insert into objection (id, patient_id, scope, against, against_id) values ($1, $2, 'WHOLE_RECORD', 'STAFF', $3)`, [anyId(), patient, w.ids.staff[tl]]);
		assert.equal(issueOf((await ask(tl, 'GET', `/Provenance/${p.id}`)).is(403)), 'suppressed');
		assert.deepEqual(await find(tl, `_id=${p.id}`), []);
	});
	test('who sees less than the whole of a thing is not told', async () => {
		const id = s.at['/assessments/{id}'];
		assert.equal((await of(tl, 'Observation', id)).length, 1);
		// the score alone
		(await ask(municipality, 'GET', `/Observation/${id}`)).is([200, 404]);
		assert.deepEqual(await of(municipality, 'Observation', id), []);
		const plan = s.at['/plans/{id}'];
		assert.ok((await of(co, 'CarePlan', plan)).length > 0);
		assert.deepEqual(await of('politi-demo:po-1', 'Communication', s.at['/concern-reports/{id}']).catch(() => []), []);
	});
	test('of a concern report its sender as the report says', async () => {
		const id = s.at['/concern-reports/{id}'];
		const [first] = await of(municipality, 'Communication', id);
		const { sender } = (await ask(municipality, 'GET', `/Communication/${id}`)).is(200).body;
		assert.deepEqual(first.agent.map((a) => [a.who, a.role, a.onBehalfOf]), [[sender ?? { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }, undefined, undefined]]);
	});
	test('the person is told who has told of them', async () => {
		const [{ id: self }] = await w.sql("select id from patient where id = citizen_patient((select seal from patient_identifier where patient_id = $1 limit 1))", [s.patient]);
		const own = await find(citizen, `patient=${s.patient}`);
		const readable = (await ask(citizen, 'GET', `/Patient/${s.patient}`)).status === 200;
		assert.deepEqual([self, own.length > 0], [s.patient, readable]);
		for (const p of own) for (const t of p.target) (await ask(citizen, 'GET', `/${t.reference}`)).is(200);
	});
});

describe('what was imported', () => {
	const bring = async (row) => (await imports.bring(w, imports.machine, 'admissions', [row])).batch.id;
	const entities = (p) => p.entity?.map((e) => [e.role, e.what.identifier.system, e.what.identifier.value, e.what.identifier.assigner?.display]);
	const agency = `Organization/${w.ids.agency['drammen-dps']}`;

	// of long ago, which is inserted among many, and of now, which is entered step by step
	for (const [when, more] of [['long ago', {}], ['now', { admitted_at: hoursAgo(50), discharged_at: undefined }]])
		test(`names the import, and the agency’s own key to that agency alone: a stay of ${when}`, async () => {
			const { id: patient, number } = await imports.person(w);
			await relate(w, patient, ['drammen-kommune:mottak', 'drammen-dps:poliklinikk']);
			const row = imports.stay(number, more);
			const batch = await bring(row);
			const [{ id }] = await w.sql('select id from admission where patient_id = $1', [patient]);
			const [p, ...others] = await of(clinic, 'Encounter', id);
			assert.deepEqual([others, p.agent[0].role[0].coding[0].code, (p.agent[0].onBehalfOf ?? p.agent[0].who).reference], [[], 'SY', agency]);
			assert.deepEqual(entities(p), [['source', naming('import'), batch, undefined], ['source', naming('import-row'), row.source_id, 'DIPS']]);
			assert.deepEqual(entities((await of(municipality, 'Encounter', id))[0]), [['source', naming('import'), batch, undefined]]);
			// once it has changed, its first version keeps its id and its import; the key is the later import's
			const next = await bring({ ...row, source_updated_at: hoursAgo(1), ward: 'Døgnenheten' });
			const [first, ...later] = await of(clinic, 'Encounter', id);
			assert.deepEqual([first.id, entities(first), entities(later.at(-1))], [p.id, [['source', naming('import'), batch, undefined]], [['source', naming('import'), next, undefined], ['source', naming('import-row'), row.source_id, 'DIPS']]]);
			assert.deepEqual((await ask(clinic, 'GET', `/Provenance/${p.id}`)).is(200).body, first);
		});
});
