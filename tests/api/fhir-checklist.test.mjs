// What the specification's checklist of this face asks beside what every operation is tried with, and the examples that integrators
// were given, sent.
import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { anyId, fhirOperations, syntheticNumber, world } from './harness.mjs';
import { concept, extension, to, writable } from './lib/fhir-bodies.mjs';
import { fhir, issueOf, resources } from './lib/fhir.mjs';
import { municipality, person, team } from './specialist-steps.mjs';

const w = await world();
const ask = fhir(w);
const patient = await person(w);
const more = await writable(w);
const work = (changes = {}) => ({ resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', for: to('Patient', patient), ...changes });

describe('a body', () => {
	const sent = { fhirPatchTask: '[{"op":"test","op":"add","path":"/a"}]', fhirPatchGoal: '[{"op":"test","op":"add","path":"/a"}]' };
	const send = (o, text) => w.request({ as: o.fhir.type === 'Subscription' ? 'drammen-dps:sy-1' : team, method: o.method, path: o.path.replace('{id}', anyId()), body: text, headers: { 'content-type': Object.keys(o.operation.requestBody.content)[0], 'if-match': 'W/"1"' } });
	for (const o of fhirOperations.filter((x) => ['create', 'update', 'patch', 'validate'].includes(x.fhir.interaction)))
		test(`${o.id}: with a member twice, or nested too deeply, is not read`, async () => {
			for (const text of [sent[o.id] ?? `{"resourceType":"${o.fhir.type}","id":"a","id":"b"}`, `{"resourceType":"${o.fhir.type}","extension":${'['.repeat(5000)}${']'.repeat(5000)}}`, '"x"', '7'])
				assert.ok((await send(o, text)).is(400).body.issue.length > 0);
		});
});

describe('a search', () => {
	test('by GET and by POST finds the same', async () => {
		await Promise.all(['a', 'b', 'c'].map((description) => ask(team, 'POST', '/Task', work({ description })).then((r) => r.is(201))));
		for (const query of [`patient=${patient}`, `patient=${patient}&status=requested&_count=2`, `patient=${patient}&status:not=requested`, `subject=Patient/${patient}&_sort=-modified`, `patient=${patient}&status=requested,completed&code=GENERAL&_total=accurate`]) {
			const [get, post] = [(await ask(team, 'GET', `/Task?${query}`)).is(200).body, (await ask(team, 'POST', '/Task/_search', query)).is(200).body];
			assert.deepEqual([resources(get), get.total], [resources(post), post.total], query);
		}
	});
	test('by a number leaves it in no log line, header or link', async () => {
		const number = syntheticNumber();
		(await w.api(team, 'POST', '/patients', { national_id: number })).is(201);
		const asked = [await ask(team, 'POST', '/Patient/_search', `identifier=${number}`), await ask(team, 'GET', `/Patient?identifier=${number}`), await ask(team, 'POST', '/Task/_search', `patient.identifier=${number}`)];
		for (const r of asked) assert.ok(!JSON.stringify(r.headers).includes(number) && !JSON.stringify(r.body.link ?? []).includes(number));
		assert.ok(!w.daemon.log.includes(number) && w.daemon.log.includes('fhirPostSearchPatient'));
	});
});

test('a transaction does the same in whatever order its entries stand', async () => {
	const send = async (shuffle) => {
		const [first, second] = [`urn:uuid:${anyId()}`, `urn:uuid:${anyId()}`];
		const letter = (more_) => ({ resourceType: 'Communication', status: 'in-progress', subject: to('Patient', patient), topic: { text: 'Blodprøver' }, recipient: [to('Organization', w.ids.unit['drammen-kommune:mottak'])], payload: [{ contentString: 'Kan dere?' }], ...more_ });
		const task = (await ask(team, 'POST', '/Task', work())).is(201).body;
		const entry = shuffle([{ fullUrl: first, resource: letter(), request: { method: 'POST', url: 'Communication' } },
			{ fullUrl: second, resource: letter({ inResponseTo: [{ reference: first }], topic: { text: 'Svar' }, recipient: [to('Organization', w.ids.unit['drammen-dps:fact'])], sender: to('Organization', w.ids.unit['drammen-dps:fact']) }), request: { method: 'POST', url: 'Communication' } },
			{ resource: { ...task, description: 'Endret' }, request: { method: 'PUT', url: `Task/${task.id}`, ifMatch: 'W/"1"' } }, { request: { method: 'GET', url: `Task/${task.id}` } }]);
		const r = await ask(team, 'POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
		return { status: r.status, kinds: r.body.entry?.map((e) => e.response.status).sort(), read: r.body.entry?.find((e) => e.resource)?.resource.description, issue: issueOf(r) };
	};
	const one = await send((list) => list);
	for (const order of [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]]) assert.deepEqual(await send((list) => order.map((i) => list[i])), one);
});

test('the same thing is the same on both faces: version, ETag, and nobody’s is nobody’s', async () => {
	const { id } = (await ask(municipality, 'POST', '/Task', work({ for: undefined }))).is(201).body;
	const [native, own] = [(await w.api(municipality, 'GET', `/tasks/${id}`)).is(200), (await ask(municipality, 'GET', `/Task/${id}`)).is(200)];
	assert.deepEqual([own.body.meta.versionId, own.etag, native.etag.match(/^"(\d+)/)[1]], [String(native.body.version), `W/"${native.body.version}"`, String(native.body.version)]);
	for (const who of ['lier-kommune:mh-1', 'politi-demo:po-1']) assert.equal((await ask(who, 'GET', `/Task/${id}`)).status, (await w.api(who, 'GET', `/tasks/${id}`)).status);
});

test('what is withheld from who sends it back stays', async () => {
	const sent = { ...more.ServiceRequest.body() };
	const { id } = (await ask(more.ServiceRequest.who, 'POST', '/ServiceRequest', sent)).is(201).body;
	(await w.api(more.ServiceRequest.who, 'GET', `/referrals/${id}`)).is(200);
	await w.sql("update referral set background = 'Lang historie' where id = $1", [id]);
	const now = (await ask(more.ServiceRequest.who, 'GET', `/ServiceRequest/${id}`)).is(200).body;
	(await ask(more.ServiceRequest.who, 'PUT', `/ServiceRequest/${id}`, { ...now, priority: 'stat' }, { 'if-match': `W/"${now.meta.versionId}"` })).is(200);
	const own = (await w.api(more.ServiceRequest.who, 'GET', `/referrals/${id}`)).is(200).body;
	assert.deepEqual([own.background, own.risk_level], ['Lang historie', 'RED']);
});

// Each as it stands, but for the ids and addresses of this installation, what is left out (which this face says has no place),
// and what the service needs beside it.
describe('an example', () => {
	const folder = new URL('fhir/examples/', import.meta.url);
	const files = readdirSync(folder);
	const subjects = (resource) => Object.fromEntries(['subject', 'patient', 'expressedBy'].filter((name) => resource[name]).map((name) => [name, resource[name]]));
	const example = (name) => JSON.parse(readFileSync(new URL(files.find((f) => f.includes(name)), folder), 'utf8').replaceAll('https://samhandling.example.no/fhir', 'https://samhandling.example/fhir'));
	const who = { 'encounter-contact': 'contact', goal: 'Goal', 'observation-score': 'Observation', 'servicerequest-referral': 'ServiceRequest', 'consent-share': 'Consent', 'consent-objection': 'Consent', 'careplan-ip': 'CarePlan' };
	const nav = w.ids.agency['nav-drammen'];
	const own = w.ids.agency['drammen-dps'];
	const judged = more.ServiceRequest.body().extension;
	const fit = {
		'encounter-contact': () => ({ without: ['extension'], with: { participant: [{ individual: to('Practitioner', w.ids.staff[team]) }], serviceProvider: to('Organization', w.ids.unit['drammen-dps:fact']), extension: [extension('contact-outcome', { valueCode: 'HELD' })] } }),
		goal: () => ({ without: ['achievementStatus', 'startDate'], with: { lifecycleStatus: 'proposed', extension: [extension('plan', { valueReference: to('CarePlan', more.plan.id) })] } }),
		'observation-score': (e) => ({ without: ['encounter', 'derivedFrom', 'referenceRange', 'valueInteger'], with: { category: [...e.category, concept('occasion', 'EXTRA')], code: concept('instrument', 'GAF_S'), performer: [to('Practitioner', w.ids.staff[team])], component: [{ code: concept('instrument-item', 'GAF_S-GAF_S'), valueInteger: 51 }] } }),
		'servicerequest-referral': () => ({ without: ['identifier'], with: { status: 'draft', performer: [to('Organization', w.ids.unit['drammen-dps:fact'])], orderDetail: [concept('referral-part', 'MUNICIPAL')], extension: judged } }),
		'consent-share': (e) => ({ without: [], with: { status: 'proposed', organization: [to('Organization', own)], extension: [extension('consent-purpose', { valueString: 'Arbeid' }), extension('consent-explained', { valueString: 'Hva NAV får se' })],
			provision: { ...e.provision, period: undefined, provision: [{ ...e.provision.provision[0], actor: [{ ...e.provision.provision[0].actor[0], reference: to('Organization', nav) }] }] } } }),
		'consent-objection': (e) => ({ without: [], with: { category: [e.category[0], concept('consent-type', 'OBJECTION')], provision: { type: 'deny', actor: [{ role: concept('objection-against', 'AGENCY'), reference: to('Organization', w.ids.agency['lier-kommune']) }] } } }),
		'careplan-ip': () => ({ without: ['extension', 'title', 'description', 'goal', 'activity', 'contributor'], with: { status: 'draft' } }),
	};
	for (const [name, key] of Object.entries(who))
		test(`${name} is sent and read back`, async () => {
			const { who: caller, body } = more[key];
			const e = example(name);
			const { without, with: beside } = fit[name](e);
			const sent = { ...e, ...subjects(key === 'CarePlan' ? { subject: to('Patient', patient) } : { ...body(), ...(e.expressedBy ? { expressedBy: body().subject } : {}) }), ...beside };
			for (const member of without) if (beside[member] === undefined) delete sent[member];
			if (key === 'CarePlan') sent.subject = body().subject;
			const made = (await ask(caller, 'POST', `/${sent.resourceType}`, sent)).is(201).body;
			const again = (await ask(caller, 'GET', `/${sent.resourceType}/${made.id}`)).is(200).body;
			assert.deepEqual(again, made);
			assert.notEqual(made.id, e.id);
			(await ask(caller, 'PUT', `/${sent.resourceType}/${made.id}`, again, { 'if-match': `W/"${again.meta.versionId}"` })).is(200);
		});
});
