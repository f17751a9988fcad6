// Bundles of requests: a transaction does all or nothing, a batch each by itself, and each entry is what it is alone.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, until, world } from './harness.mjs';
import { fhir, issueOf, problemOf } from './lib/fhir.mjs';
import { clinic, hoursAgo, municipality, person, team } from './specialist-steps.mjs';

const w = await world({ settings: { BODY_MAX: 131072 } });
const ask = fhir(w);
const patient = await person(w);
const system = (name) => `https://samhandling.example/fhir/CodeSystem/${name}`;
const dips = 'http://dips.no/fhir/namingsystem/dips-omsorgsepisodeid';
const urn = () => `urn:uuid:${anyId()}`;

const work = (changes = {}) => ({ resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', for: { reference: `Patient/${patient}` }, ...changes });
const letter = (changes = {}) => ({ resourceType: 'Communication', status: 'in-progress', subject: { reference: `Patient/${patient}` }, topic: { text: 'Blodprøver' },
	recipient: [{ reference: `Organization/${w.ids.unit['drammen-kommune:mottak']}` }], payload: [{ contentString: 'Kan dere ta blodprøver?' }], ...changes });
const stay = (of, value) => ({ resourceType: 'Encounter', status: 'in-progress', identifier: [{ system: dips, value }], class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
	subject: { reference: `Patient/${of}` }, priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', code: 'EM' }] },
	serviceType: { coding: [{ system: system('admission-level'), code: 'DPS_INPATIENT' }] }, contained: [{ resourceType: 'Location', id: 'w', managingOrganization: { display: 'Drammen DPS' } }],
	location: [{ location: { reference: '#w' } }], period: { start: hoursAgo(3) } });

const post = (resource, { fullUrl = urn(), ...request } = {}) => ({ fullUrl, resource, request: { method: 'POST', url: resource.resourceType, ...request } });
const put = (resource, version = resource.meta.versionId) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ifMatch: `W/"${version}"` } });
const get = (url) => ({ request: { method: 'GET', url } });
const bundle = (type, entry) => ({ resourceType: 'Bundle', type, entry });
const send = (who, type, entry, headers) => ask(who, 'POST', '', bundle(type, entry), headers);
const statuses = (r) => r.body.entry.map((e) => e.response.status);
const idOf = (entry) => entry.response.location.match(/r4\/\w+\/([^/]+)/)[1];
const count = async (table) => Number((await w.sql(`select count(*) as n from ${table}`))[0].n);
const traces = async (r) => w.sql('select action::text, operation, patient_id, reason from access_log where request_id = $1 order by id', [r.headers['x-request-id']]);
const everything = async () => ({ tasks: await count('task'), messages: await count('message'), stays: await count('admission'), news: await count('outbox'), keys: await count('admission_identifier'), history: await count('row_history') });

describe('a transaction', () => {
	test('does all: what is made, changed and read, answered in the order of the entries, each in the log', async () => {
		const task = (await ask(team, 'POST', '/Task', work())).is(201).body;
		const r = (await send(team, 'transaction', [get(`Task/${task.id}`), put({ ...task, description: 'Ring legevakten' }), post(work({ description: 'Ny' })), get(`Patient/${patient}`)])).is(200);
		assert.deepEqual([r.body.type, statuses(r)], ['transaction-response', ['200', '200', '201', '200']]);
		// what is read is read last
		assert.deepEqual([r.body.entry[0].resource.description, r.body.entry[0].response.etag, r.body.entry[1].resource, r.body.entry[3].resource.id], ['Ring legevakten', 'W/"2"', undefined, patient]);
		assert.equal((await w.api(team, 'GET', `/tasks/${idOf(r.body.entry[2])}`)).is(200).body.title, 'Ny');
		assert.deepEqual((await traces(r)).map((x) => [x.action, x.patient_id]), [['CREATE', patient], ['READ', patient], ['UPDATE', patient], ['READ', patient], ['READ', patient]]);
	});
	test('refers to what it makes, whatever the order of its entries', async () => {
		const [first, second] = [urn(), urn()];
		const entries = [post(letter(), { fullUrl: first }), post(letter({ inResponseTo: [{ reference: first }], topic: { text: 'Og så' } }), { fullUrl: second }), post(letter({ inResponseTo: [{ reference: second }] }))];
		for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
			const r = (await send(team, 'transaction', order.map((i) => entries[i]))).is(200);
			const [a, b, c] = [0, 1, 2].map((i) => idOf(r.body.entry[order.indexOf(i)]));
			const own = async (id) => (await w.api(team, 'GET', `/messages/${id}`)).is(200).body;
			assert.deepEqual([(await own(b)).reply_to, (await own(c)).reply_to, (await own(c)).thread_id], [a, b, a]);
		}
		const circle = (await send(team, 'transaction', [post(letter({ inResponseTo: [{ reference: second }] }), { fullUrl: first }), post(letter({ inResponseTo: [{ reference: first }] }), { fullUrl: second })])).is(400);
		assert.equal(circle.body.issue[0].expression[0], 'Bundle.entry[0].resource');
	});
	test('does nothing when one entry is refused: no row, no news, and the log says that what was done is taken back', async () => {
		const before = await everything();
		const bad = [[post(work({ colour: 'red' })), 422, 'Bundle.entry[1].resource.colour'], [post(work({ for: { reference: `Patient/${anyId()}` } })), 422, 'Bundle.entry[1].resource.for'], [get(`Task/${anyId()}`), 404, 'Bundle.entry[1].resource'],
			[put({ ...work(), id: anyId() }, 1), 405, 'Bundle.entry[1].resource'], [post(stay(patient, 'x')), 403, 'Bundle.entry[1].resource', 'drammen-kommune:mh-1'],
			[{ request: { method: 'DELETE', url: `Task/${anyId()}` } }, 405, 'Bundle.entry[1].resource'], [get('Nothing/1'), 404, 'Bundle.entry[1].resource'], [post(work({ description: '' })), 400, 'Bundle.entry[1].resource.description'],
			[{ request: { method: 'PUT', url: `Task/${anyId()}` }, resource: work() }, 400, 'Bundle.entry[1].resource']];
		for (const [entry, status, where, who = team] of bad) {
			const r = (await send(who, 'transaction', [post(work()), entry])).is(status);
			assert.deepEqual(r.body.issue[0].expression, [where], r.story());
			const log = await traces(r);
			assert.deepEqual(log.filter((x) => x.action !== 'DENIED'), [], r.story());
			// the first entry would have been done, unless the other cannot be understood at all
			const begun = !(entry.request.method === 'DELETE' || entry.request.url === 'Nothing/1');
			assert.deepEqual(log.filter((x) => x.reason === 'taken_back').map((x) => [x.operation, x.patient_id]), begun ? [['createTask', patient]] : [], r.story());
			assert.equal(log.filter((x) => x.reason !== 'taken_back').length, [403, 404].includes(status) && where.endsWith('resource') && entry.request.url !== 'Nothing/1' ? 1 : status === 405 && entry.request.method === 'PUT' ? 1 : 0, r.story());
		}
		assert.deepEqual(await everything(), before);
	});
	test('refers to what is there by what is known of it: one match, or nothing is done', async () => {
		const number = syntheticNumber();
		const { id } = (await w.api(team, 'POST', '/patients', { national_id: number, given_name: 'Rolig', family_name: 'Furu' })).is(201).body;
		const by = (reference) => work({ for: { reference } });
		const fnr = `Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|${number}`;
		for (const type of ['transaction', 'batch']) {
			const r = (await send(team, type, [post(by(fnr)), post(work({ owner: { reference: `Organization?name=FACT&type=TEAM&partof=${w.ids.agency['drammen-dps']}` } }))])).is(200);
			assert.deepEqual(statuses(r), ['201', '201'], r.story());
			const [first, second] = await Promise.all(r.body.entry.map(async (e) => (await w.api(team, 'GET', `/tasks/${idOf(e)}`)).is(200).body));
			assert.deepEqual([first.patient_id, second.unit_id], [id, w.ids.unit['drammen-dps:fact']]);
			assert.deepEqual((await traces(r)).filter((x) => x.operation.startsWith('fhirPostSearch')).map((x) => [x.operation, x.patient_id]), [['fhirPostSearchPatient', id], ['fhirPostSearchOrganization', null]]);
		}
		const [hidden, nobodys] = [await person(w, { units: [] }), syntheticNumber()];
		const before = await everything();
		for (const [reference, status, code, who = team] of [[`Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|${nobodys}`, 422, 'not-found'], [`Patient?_id=${hidden}`, 422, 'not-found', clinic], ['Organization?active=true', 412, 'multiple-matches'],
			['Patient?no_such=1', 400, 'not-supported'], ['Patient?gender=male', 400, 'not-supported'], ['Patient?', 400, 'too-costly'], ['Device?_id=1', 422, 'not-found']]) {
			const r = (await send(who, 'transaction', [post(work()), post(by(reference))])).is(status);
			assert.deepEqual([issueOf(r), r.body.issue[0].expression?.[0].startsWith('Bundle.entry[1]') || code === 'not-supported' || code === 'too-costly', r.text.includes(nobodys)], [code, true, false], r.story());
		}
		assert.deepEqual(await everything(), before);
	});
	test('what a reference has told of a person is in the log, also when the transaction is refused', async () => {
		const [number, nobodys] = [syntheticNumber(), syntheticNumber()];
		const { id } = (await w.api(team, 'POST', '/patients', { national_id: number, given_name: 'Rolig', family_name: 'Bjerk' })).is(201).body;
		const by = (one, changes) => post(work({ for: { reference: `Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|${one}` }, ...changes }));
		const before = await everything();
		const searches = async (r) => (await traces(r)).filter((x) => x.operation === 'fhirPostSearchPatient').map((x) => [x.action, x.patient_id]);
		for (const [entries, status, ...none] of [[[by(number, { colour: 'red' })], 422], [[post(work({ colour: 'red' })), by(number)], 422], [[by(number), get(`Task/${anyId()}`)], 404], [[by(number), by(nobodys)], 422, ['READ', null]]]) {
			const r = (await send(team, 'transaction', entries)).is(status);
			assert.deepEqual(await searches(r), [['READ', id], ...none], r.story());
			const shown = (await w.api(team, 'GET', `/patients/${id}/access-log?limit=200`)).is(200).body.items;
			assert.ok(shown.some((x) => x.request_id === r.headers['x-request-id'] && x.operation === 'fhirPostSearchPatient'), JSON.stringify(shown));
		}
		const unknown = (await send(team, 'transaction', [by(nobodys, { colour: 'red' })])).is(422);
		assert.deepEqual([problemOf(unknown), await searches(unknown)], ['unknown_reference', [['READ', null]]]);
		assert.deepEqual(await everything(), before);
	});
	test('what it has read of a person is in the log, also when it is refused afterwards', async () => {
		const [one, two] = [await person(w), await person(w)];
		const value = anyId();
		(await ask(clinic, 'POST', '/Encounter', stay(one, value))).is(201);
		const before = await everything();
		const told = async (r) => (await traces(r)).map((x) => [x.action, x.operation, x.patient_id, x.reason]);
		const read = (await send(clinic, 'transaction', [get(`Patient/${one}`), get(`Patient/${two}`), get(`Encounter/${anyId()}`)])).is(404);
		assert.deepEqual(await told(read), [['DENIED', 'fhirReadEncounter', null, 'not_found'], ['READ', 'fhirReadPatient', one, null], ['READ', 'fhirReadPatient', two, null]]);
		// of several at once
		const list = (await send(clinic, 'transaction', [get(`Patient?_id=${one},${two}`), get(`Encounter/${anyId()}`)])).is(404);
		const [{ persons }] = await w.sql("select access_log_persons(patient_id, shown_set) as persons from access_log where request_id = $1 and operation = 'fhirSearchPatient'", [list.headers['x-request-id']]);
		assert.deepEqual(persons.sort(), [one, two].sort());
		// what ifNoneExist has found, and that nothing was found, whatever comes after
		const known = post(stay(one, value), { ifNoneExist: `identifier=${dips}|${value}` });
		const found = (await send(clinic, 'transaction', [known, get(`Encounter/${anyId()}`)])).is(404);
		assert.deepEqual((await told(found)).slice(1), [['SEARCH', 'fhirCreateEncounter', one, null], ['READ', 'fhirReadEncounter', one, null]]);
		const unknown = post(stay(two, anyId()));
		unknown.request.ifNoneExist = `identifier=${dips}|${unknown.resource.identifier[0].value}`;
		const none = (await send(clinic, 'transaction', [unknown, get(`Encounter/${anyId()}`)])).is(404);
		assert.deepEqual((await told(none)).slice(1), [['SEARCH', 'fhirCreateEncounter', null, null], ['DENIED', 'createAdmission', two, 'taken_back']]);
		// the person's own log tells of it
		const own = (await w.api('drammen-dps:pv-1', 'GET', `/patients/${one}/access-log?limit=200`)).is(200).body.items;
		assert.ok([read, found].every((r) => own.some((x) => x.request_id === r.headers['x-request-id'])));
		assert.deepEqual(await everything(), before);
	});
	test('one of many is no match: a reference has no parameter that says how an answer looks', async () => {
		const before = await everything();
		const all = 'Organization?active=true';
		assert.equal(issueOf((await send(team, 'transaction', [post(work({ owner: { reference: all } }))])).is(412)), 'multiple-matches');
		for (const shape of ['_count=1', '%5Fcount=1', '_summary=count', '_total=none', '_elements=name', '_sort=_id', '_include=Organization:partof', '_count:exact=1', '_format=json']) {
			const r = (await send(team, 'transaction', [post(work()), post(work({ owner: { reference: `${all}&${shape}` } }))])).is(422);
			assert.deepEqual([issueOf(r), r.body.issue[0].expression], ['not-supported', ['Bundle.entry[1].resource']], r.story());
			const batch = (await send(team, 'batch', [post(work({ owner: { reference: `${all}&${shape}` } }))])).is(200);
			assert.deepEqual(statuses(batch), ['422'], batch.story());
		}
		assert.deepEqual(await everything(), before);
	});
	test('does nothing when a version has changed, or a step is not open', async () => {
		const task = (await ask(team, 'POST', '/Task', work())).is(201).body;
		const before = await everything();
		assert.equal(issueOf((await send(team, 'transaction', [post(work()), put({ ...task, description: 'x' }, 7)])).is(412)), 'conflict');
		assert.equal(problemOf((await send(team, 'transaction', [post(work()), put({ ...task, status: 'failed' })])).is(409)), 'invalid_transition');
		assert.deepEqual(await everything(), before);
	});
	test('one entry leaves the next nothing: who is admitted to one person is not to another', async () => {
		const hidden = await person(w, { units: [] });
		const stays = (await ask(clinic, 'POST', '/Encounter', stay(patient, 'own'))).is(201).body;
		const r = (await send(clinic, 'transaction', [get(`Encounter/${stays.id}`), get(`Patient/${hidden}`)])).is(404);
		assert.deepEqual(r.body.issue[0].expression, ['Bundle.entry[1].resource']);
		// the cell of the first is not the second's
		assert.equal(problemOf((await send('drammen-dps:qm-1', 'transaction', [get(`Organization/${w.ids.agency['drammen-dps']}`), get(`Task/${anyId()}`)])).is(403)), 'forbidden');
	});
	test('told twice is done once: ifNoneExist finds it, and others refer to what was found', async () => {
		const of = await person(w);
		const told = [post(stay(of, 'twice'), { ifNoneExist: `identifier=${dips}|twice` })];
		const [first, second] = [(await send(clinic, 'transaction', told)).is(200), (await send(clinic, 'transaction', told)).is(200)];
		assert.deepEqual([statuses(first), statuses(second), idOf(first.body.entry[0])], [['201'], ['200'], (await ask(clinic, 'GET', `/Encounter?patient=${of}`)).body.entry[0].resource.id]);
		const all = await Promise.all(Array.from({ length: 10 }, () => send(clinic, 'transaction', [post(stay(patient, 'many'), { ifNoneExist: `identifier=${dips}|many` })])));
		assert.ok(all.every((r) => [200, 409].includes(r.status)) && (await count("admission_identifier where value = 'many'")) <= 1);
	});
	test('an answer that was lost, with the daemon: all of it stands, or nothing', async () => {
		const of = await person(w);
		const entries = [post(stay(of, 'killed'), { ifNoneExist: `identifier=${dips}|killed` }), post(work({ description: 'Etter innleggelse' }))];
		const before = await everything();
		await w.database.asOwner(async (c) => {
			await c.query('lock table task in share row exclusive mode');
			const lost = send(clinic, 'transaction', entries).catch(() => null);
			await until(async () => (await w.sql(`select 1 from pg_locks where relation = 'task'::regclass and not granted`)).length > 0);
			await w.daemon.kill();
			await lost;
		});
		await w.daemon.start();
		await until(async () => (await w.sql("select 1 from pg_stat_activity where application_name = 'samhandlingd' and state like 'idle in%'")).length === 0);
		assert.deepEqual(await everything(), before);
		assert.deepEqual(statuses((await send(clinic, 'transaction', entries)).is(200)), ['201', '201']);
	});
});

describe('a batch', () => {
	test('answers each by itself', async () => {
		const r = (await send(team, 'batch', [post(work()), post(work({ colour: 'red' })), get(`Patient/${patient}`), get(`Task?patient=${patient}&_count=1`), get(`Patient/${anyId()}`)])).is(200);
		assert.deepEqual([r.body.type, statuses(r)], ['batch-response', ['201', '422', '200', '200', '404']]);
		assert.deepEqual([r.body.entry[1].response.outcome.issue[0].expression, r.body.entry[3].resource.resourceType], [['Bundle.entry[1].resource.colour'], 'Bundle']);
		assert.deepEqual((await traces(r)).map((x) => x.action), ['CREATE', 'READ', 'READ', 'DENIED']);
	});
	test('of nothing is nothing; of too many, of another type or another form is refused', async () => {
		assert.equal((await ask(team, 'POST', '', { resourceType: 'Bundle', type: 'batch' })).is(200).body.entry, undefined);
		assert.equal(issueOf((await send(team, 'batch', Array.from({ length: 101 }, () => get(`Patient/${patient}`)))).is(400)), 'too-costly');
		assert.deepEqual((await send(team, 'collection', [get('x')])).is(400).body.issue[0].expression, ['Bundle.type']);
		assert.deepEqual((await send(team, 'batch', [{ resource: work() }])).is(400).body.issue[0].expression, ['Bundle.entry[0].request.url']);
		const task = (await ask(team, 'POST', '/Task', work())).is(201).body;
		assert.deepEqual((await send(team, 'transaction', [put(task), put(task)])).is(400).body.issue[0].expression, ['Bundle.entry[1].request.url']);
		// however its address is written
		for (const url of [`Task/${task.id.toUpperCase()}`, `Task/%${task.id.charCodeAt(0).toString(16)}${task.id.slice(1)}`, `/Task/${task.id}/`]) {
			const again = { ...put(task), request: { ...put(task).request, url } };
			assert.deepEqual((await send(team, 'transaction', [put(task), again])).is(400).body.issue[0].expression, ['Bundle.entry[1].request.url'], url);
		}
		assert.equal(issueOf((await ask(team, 'POST', '', work())).is(400)), 'code-invalid');
		(await ask(null, 'POST', '', bundle('batch', []))).is(401);
		(await w.request({ as: team, method: 'POST', path: '/fhir/r4', body: '<a/>', headers: { 'content-type': 'text/xml' } })).is(415);
		(await ask(team, 'POST', '', { ...bundle('batch', []), x: 'x'.repeat(140_000) })).is(413);
	});
	test('each entry needs its own scope and role', async () => {
		const reader = w.token(municipality, { claims: { scope: 'fhir.read' } });
		const r = (await send(reader, 'batch', [get(`Patient/${patient}`), post(work())])).is(200);
		assert.deepEqual([statuses(r), r.body.entry[1].response.outcome.issue[0].details.coding[0].code], [['200', '403'], 'insufficient_scope']);
	});
});
