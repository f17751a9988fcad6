// `$validate`: what would be created is tried, and nothing is written.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, fhirOperations, world } from './harness.mjs';
import { writable } from './lib/fhir-bodies.mjs';
import { fhir, issueOf, problemOf } from './lib/fhir.mjs';
import { person as planned } from './plan-steps.mjs';
import { person } from './specialist-steps.mjs';

const w = await world({ settings: { BODY_MAX: 65536 } });
const ask = fhir(w);
const [tl, municipality] = ['drammen-dps:tl-1', 'drammen-kommune:mh-1'];
const patient = { reference: `Patient/${await person(w)}` };
const system = (name) => `https://samhandling.example/fhir/CodeSystem/${name}`;
const good = {
	Task: { resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', for: patient, owner: { reference: `Organization/${w.ids.unit['drammen-kommune:mottak']}` } },
	Encounter: { resourceType: 'Encounter', status: 'in-progress', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' }, subject: patient,
		priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', code: 'EM' }] }, serviceType: { coding: [{ system: system('admission-level'), code: 'DPS_INPATIENT' }] },
		contained: [{ resourceType: 'Location', id: 'w1', name: 'Døgnenheten', managingOrganization: { display: 'Drammen DPS' } }], location: [{ location: { reference: '#w1' } }], period: { start: '2026-01-03T22:10:00+01:00' } },
	Communication: { resourceType: 'Communication', status: 'in-progress', category: [{ coding: [{ system: system('communication-category'), code: 'MESSAGE' }] }], subject: patient, topic: { text: 'Blodprøver' },
		sender: { reference: `Organization/${w.ids.unit['drammen-dps:fact']}` }, recipient: [{ reference: `Organization/${w.ids.unit['drammen-kommune:mottak']}` }], payload: [{ contentString: 'Før neste uke?' }] },
	QuestionnaireResponse: { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: 'https://samhandling.example/fhir/Questionnaire/GAF_S|1998', subject: patient, authored: '2026-01-03', author: { reference: `Practitioner/${w.ids.staff[tl]}` },
		item: [{ linkId: 'GAF_S-GAF_S', answer: [{ valueInteger: 51 }] }], extension: [{ url: 'https://samhandling.example/fhir/StructureDefinition/occasion', valueCode: 'EXTRA' }] },
	Subscription: { resourceType: 'Subscription', status: 'requested', reason: 'Varsler', criteria: 'https://samhandling.example/fhir/SubscriptionTopic/task-assigned', channel: { type: 'rest-hook', endpoint: 'https://varsel.example/fhir', payload: 'application/fhir+json' } },
};
const others = ['Goal', 'Observation', 'ServiceRequest', 'Consent', 'CarePlan'];
const more = await writable(w);
for (const type of others) good[type] = more[type].body();
const tried = [...new Set(fhirOperations.filter((o) => o.fhir.interaction === 'validate').map((o) => o.fhir.type))];
const writers = { Task: municipality, Encounter: 'drammen-dps:dps-1', Communication: tl, QuestionnaireResponse: tl, Subscription: 'drammen-dps/SA', ...Object.fromEntries(others.map((type) => [type, more[type].who])) };
const severities = (r) => r.body.issue.map((i) => i.severity);
const expressions = (r) => r.body.issue.flatMap((i) => i.expression ?? []);

// What the whole of it has left in the tables; a subscription's handshake changes it by itself.
const rows = () => w.sql(`select (select count(*) from task) as tasks, (select count(*) from admission) as admissions, (select count(*) from message) as messages,
	(select count(*) from assessment) as assessments, (select count(*) from outbox where entity <> 'subscription') as news`);

describe('$validate', () => {
	test('is there for whatever is created', () => {
		assert.deepEqual(tried.toSorted(), fhirOperations.filter((o) => o.fhir.interaction === 'create').map((o) => o.fhir.type).sort());
		assert.deepEqual(Object.keys(good).sort(), tried.toSorted());
	});
	for (const type of tried) {
		const send = (who, body, headers) => ask(who, 'POST', `/${type}/$validate`, body, headers);
		test(`${type}: says that nothing is wrong, alone or carried by Parameters, and writes nothing`, async () => {
			const before = await rows();
			for (const body of [good[type], { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'create' }, { name: 'resource', resource: good[type] }] }]) {
				const r = (await send(tl, body)).is(200);
				assert.deepEqual([severities(r), issueOf(r)], [['information'], 'informational'], r.story());
			}
			assert.deepEqual(await rows(), before);
			// and it is what a create takes
			(await ask(writers[type], 'POST', `/${type}`, good[type])).is(201);
		});
		test(`${type}: names what is wrong by its element, as a create does`, async () => {
			for (const change of [{ colour: 'red' }, { [type === 'Goal' ? 'lifecycleStatus' : 'status']: 'unknown' }, { subject: { reference: 'Patient/x' }, for: { reference: 'Device/1' } }]) {
				const r = (await send(tl, { ...good[type], ...change })).is(200);
				const refused = (await ask(writers[type], 'POST', `/${type}`, { ...good[type], ...change })).is([400, 422]);
				assert.deepEqual([severities(r).every((x) => x === 'error'), expressions(r)], [true, expressions(refused)], r.story());
			}
			const other = (await send(tl, { resourceType: 'Patient' })).is(200);
			assert.deepEqual([issueOf(other), expressions(other)], ['code-invalid', [`${type}.resourceType`]]);
			const left = (await send(tl, { ...good[type], colour: 'red' }, { prefer: 'handling=lenient' })).is(200);
			assert.deepEqual([severities(left), expressions(left)], [['warning'], [`${type}.colour`]]);
		});
		test(`${type}: of what stands says whether an update would be taken, and changes nothing`, async () => {
			const { id } = (await ask(writers[type], 'POST', `/${type}`, { ...good[type], ...(type === 'Encounter' || type === 'CarePlan' ? { subject: { reference: `Patient/${await (type === 'CarePlan' ? planned : person)(w)}` } } : {}) })).is(201).body;
			await w.sql("update subscription set state = 'PAUSED' where id = $1", [id]); // whatever comes of its handshake
			const now = (await ask(writers[type], 'GET', `/${type}/${id}`)).is(200).body;
			const change = (body, who = writers[type]) => ask(who, 'POST', `/${type}/${now.id}/$validate`, body);
			const before = await rows();
			for (const body of [now, { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'update' }, { name: 'resource', resource: now }] }]) assert.deepEqual(severities((await change(body)).is(200)), ['information']);
			assert.deepEqual(expressions((await change({ ...now, colour: 'red' })).is(200)), [`${type}.colour`]);
			assert.deepEqual(expressions((await change({ ...now, id: anyId() })).is(200)), [`${type}.id`]);
			const closed = (await change({ ...now, [type === 'Goal' ? 'lifecycleStatus' : 'status']: 'unknown' })).is(200);
			assert.deepEqual([issueOf(closed), problemOf(closed)], ['business-rule', 'invalid_transition']);
			assert.deepEqual(await rows(), before);
			assert.deepEqual((await ask(writers[type], 'GET', `/${type}/${now.id}`)).is(200).body, now);
			const other = anyId();
			const [there, nowhere] = [await change(now, 'lier-kommune:mh-1'), await ask('lier-kommune:mh-1', 'POST', `/${type}/${other}/$validate`, { ...now, id: other })];
			assert.deepEqual([there.status, there.body.issue[0].details], [nowhere.status, nowhere.body.issue[0].details]);
			assert.ok(there.status >= 400);
		});
		test(`${type}: is refused without a token or a scope, when it cannot be read, and when it asks for what is not done`, async () => {
			(await send(null, good[type])).is(401);
			(await send(w.token(tl, { claims: { scope: 'fhir.read' } }), good[type])).is(403);
			(await send(tl, '{', { 'content-type': 'application/fhir+json' })).is(400);
			(await send(tl, {})).is(400);
			(await send(tl, { resourceType: 'Parameters' })).is(400);
			(await send(tl, { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: good[type] }, { name: 'resource', resource: {} }] })).is(400);
			(await send(tl, { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'create' }, { name: 'mode', valueCode: 'delete' }, { name: 'resource', resource: good[type] }] })).is(400);
			(await send(tl, '<a/>', { 'content-type': 'application/fhir+xml' })).is(415);
			(await send(tl, { ...good[type], text: { div: 'x'.repeat(70_000) } })).is(413);
			const nowhere = anyId();
			const at = `/${type}/${nowhere}/$validate`;
			const own = { ...good[type], id: nowhere };
			(await ask(writers[type], 'POST', at, own)).is(404);
			(await ask(null, 'POST', at, own)).is(401);
			(await ask(w.token(tl, { claims: { scope: 'fhir.read' } }), 'POST', at, own)).is(403);
			(await ask(tl, 'POST', at, {})).is(400);
			(await ask(tl, 'POST', at, '<a/>', { 'content-type': 'application/fhir+xml' })).is(415);
			(await ask(tl, 'POST', at, { ...own, text: { div: 'x'.repeat(70_000) } })).is(413);
			(await ask(tl, 'POST', at, { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'create' }, { name: 'resource', resource: own }] })).is(422);
			for (const one of [{ name: 'mode', valueCode: 'delete' }, { name: 'profile', valueUri: 'http://hl7.no/fhir/StructureDefinition/x' }]) {
				const r = (await send(tl, { resourceType: 'Parameters', parameter: [one, { name: 'resource', resource: good[type] }] })).is(422);
				assert.deepEqual([issueOf(r), expressions(r)], ['not-supported', [`Parameters.parameter('${one.name}')`]]);
			}
		});
	}
	test('the form of a change is told by its element, as that of something new', async () => {
		const task = (await ask(municipality, 'POST', '/Task', good.Task)).is(201).body;
		const r = (await ask(municipality, 'POST', `/Task/${task.id}/$validate`, { ...task, description: '' })).is(200);
		assert.deepEqual([issueOf(r), expressions(r)], ['value', ['Task.description']]);
		assert.equal(issueOf((await ask(municipality, 'POST', `/Task/${task.id}/$validate`, { ...task, status: 'completed' })).is(200)), 'informational');
		const [log] = await w.sql('select operation, patient_id from access_log where request_id = $1', [r.headers['x-request-id']]);
		assert.deepEqual(log, { operation: 'fhirReadTask', patient_id: patient.reference.split('/')[1] });
	});
	test('a native rule of form is told by its element', async () => {
		const r = (await ask(tl, 'POST', '/Task/$validate', { ...good.Task, description: undefined })).is(200);
		assert.deepEqual([issueOf(r), expressions(r)], ['required', ['Task.description']]);
	});
	test('the CapabilityStatement says so', async () => {
		const { body } = (await ask(null, 'GET', '/metadata')).is(200);
		const with_it = body.rest[0].resource.filter((r) => r.operation?.some((o) => o.name === 'validate')).map((r) => r.type);
		assert.deepEqual(with_it.sort(), tried.toSorted());
	});
});
