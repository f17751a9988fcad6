// A Bundle that is sent again with its Idempotency-Key: done once, and answered as the first time.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { fhir, issueOf, problemOf } from './lib/fhir.mjs';
import { clinic, hoursAgo, municipality, person, team } from './specialist-steps.mjs';

const w = await world();
const ask = fhir(w);
const patient = await person(w);
const urn = () => `urn:uuid:${anyId()}`;

const work = (changes = {}) => ({ resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', for: { reference: `Patient/${patient}` }, ...changes });
const dips = 'http://dips.no/fhir/namingsystem/dips-omsorgsepisodeid';
const stay = (of, value) => ({ resourceType: 'Encounter', status: 'in-progress', identifier: [{ system: dips, value }], class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
	subject: { reference: `Patient/${of}` }, priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', code: 'EM' }] },
	serviceType: { coding: [{ system: 'https://samhandling.example/fhir/CodeSystem/admission-level', code: 'DPS_INPATIENT' }] }, contained: [{ resourceType: 'Location', id: 'w', managingOrganization: { display: 'Drammen DPS' } }],
	location: [{ location: { reference: '#w' } }], period: { start: hoursAgo(3) } });
const post = (resource) => ({ fullUrl: urn(), resource, request: { method: 'POST', url: resource.resourceType } });
const put = (resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ifMatch: `W/"${resource.meta.versionId}"` } });
const get = (url) => ({ request: { method: 'GET', url } });
const send = (who, type, entry, key, headers = {}) => ask(who, 'POST', '', { resourceType: 'Bundle', type, entry }, { 'idempotency-key': key, ...headers });
const responses = (r) => r.body.entry.map((e) => e.response);
const count = async (table) => Number((await w.sql(`select count(*) as n from ${table}`))[0].n);
const rows = async () => ({ tasks: await count('task'), news: await count('outbox'), history: await count('row_history') });
const log = async (r) => (await w.sql('select action::text, operation, patient_id from access_log where request_id = $1 order by id', [r.headers['x-request-id']])).map((x) => [x.action, x.operation, x.patient_id]);

describe('a transaction that is sent again', () => {
	test('is done once: the same statuses, addresses and versions; what was read or written is read again, and logged', async () => {
		const task = (await ask(team, 'POST', '/Task', work())).is(201).body;
		const entries = [post(work({ description: 'Ny' })), put({ ...task, description: 'Ring legevakten' }), get(`Task/${task.id}`)];
		const key = anyId();
		const first = (await send(team, 'transaction', entries, key)).is(200);
		assert.equal(first.headers['idempotency-replayed'], undefined);
		const before = await rows();
		for (let n = 0; n < 2; n++) {
			const again = (await send(team, 'transaction', entries, key)).is(200);
			assert.deepEqual([responses(again), again.body.entry[2].resource, again.headers['idempotency-replayed']], [responses(first), first.body.entry[2].resource, 'true']);
			assert.deepEqual(await log(again), entries.map(() => ['READ', 'fhirReadTask', patient]));
		}
		assert.deepEqual(await rows(), before);
	});
	test('shows what it made as it is now, to who asks for it', async () => {
		const key = anyId();
		const entries = [post(work())];
		const whole = { prefer: 'return=representation' };
		const first = (await send(team, 'transaction', entries, key, whole)).is(200);
		const { resource } = first.body.entry[0];
		(await ask(team, 'PUT', `/Task/${resource.id}`, { ...resource, description: 'Endret' }, { 'if-match': 'W/"1"' })).is(200);
		const again = (await send(team, 'transaction', entries, key, whole)).is(200).body.entry[0];
		assert.deepEqual([again.resource.id, again.resource.description, again.response.status, again.response.location], [resource.id, 'Endret', '201', first.body.entry[0].response.location]);
		assert.equal((await send(team, 'transaction', entries, key)).is(200).body.entry[0].resource, undefined);
	});
	test('with another body, or in other words: 422, and nothing is made', async () => {
		const key = anyId();
		const entries = [post(work())];
		(await send(team, 'transaction', entries, key)).is(200);
		const before = await rows();
		const other = (await send(team, 'transaction', [post(work({ description: 'En annen' }))], key)).is(422);
		assert.equal(problemOf(other), 'idempotency_conflict');
		assert.deepEqual(await rows(), before);
		// another's key is another key
		(await send('drammen-dps:tl-1', 'transaction', entries, key)).is(200);
	});
	test('that was refused may be tried again with the same key', async () => {
		const key = anyId();
		const bad = [post(work()), post(work({ description: '' }))];
		for (let n = 0; n < 2; n++) assert.equal((await send(team, 'transaction', bad, key)).is(400).headers['idempotency-replayed'], undefined);
		assert.deepEqual(responses((await send(team, 'transaction', [post(work())], key)).is(200)).map((r) => r.status), ['201']);
	});
	test('twenty times at once: made once, and who comes while it is being made is told so', async () => {
		const before = await count('task');
		const key = anyId();
		const entries = [post(work()), post(work())];
		const all = await Promise.all(Array.from({ length: 20 }, () => send(team, 'transaction', entries, key)));
		assert.deepEqual(all.filter((r) => r.status !== 200).filter((r) => issueOf(r) !== 'lock-error').map((r) => r.story()), []);
		assert.equal(await count('task'), before + 2);
		const answers = all.filter((r) => r.status === 200).map((r) => JSON.stringify(responses(r)));
		assert.deepEqual([new Set(answers).size, JSON.stringify(responses((await send(team, 'transaction', entries, key)).is(200)))], [1, answers[0]]);
	});
	test('does not look its references up again, and tells nobody what may no longer be seen', async () => {
		const of = await person(w, { family_name: 'Furu' });
		const key = anyId();
		const entries = [post(work({ for: { reference: `Patient?_id=${of}` } })), get(`Patient/${of}`)];
		const first = (await send(municipality, 'transaction', entries, key)).is(200);
		const again = (await send(municipality, 'transaction', entries, key)).is(200);
		assert.deepEqual([responses(again), await log(again)], [responses(first), [['READ', 'fhirReadTask', of], ['READ', 'fhirReadPatient', of]]]);
		await w.sql("update care_relation set valid_to = clock_now() - interval '1 second' where patient_id = $1", [of]);
		const gone = (await send(municipality, 'transaction', entries, key)).is(404);
		assert.deepEqual([gone.body.issue[0].expression, gone.text.includes('Furu')], [['Bundle.entry[0].resource'], false]);
	});
	test('is answered though its references would not be found today, whatever is preferred', async () => {
		const national_id = syntheticNumber();
		const of = await person(w, { national_id });
		const number = `urn:oid:2.16.578.1.12.4.1.4.1|${national_id}`;
		const key = anyId();
		const entries = [post(work({ for: { reference: `Patient?identifier=${number}` } }))];
		const first = (await send(team, 'transaction', entries, key)).is(200);
		await w.sql('delete from patient_identifier where patient_id = $1', [of]);
		assert.equal(problemOf((await send(team, 'transaction', entries, anyId())).is(422)), 'unknown_reference');
		for (const prefer of ['return=minimal', 'return=representation']) {
			const again = (await send(team, 'transaction', entries, key, { prefer })).is(200);
			assert.deepEqual([responses(again), await log(again)], [responses(first), [['READ', 'fhirReadTask', of]]]);
		}
	});
	test('tells of what it found by ifNoneExist, as it is now', async () => {
		const [of, value, key, prefer] = [await person(w), anyId(), anyId(), 'return=representation'];
		const told = [post(stay(of, value))];
		told[0].request.ifNoneExist = `identifier=${dips}|${value}`;
		const made = (await send(clinic, 'transaction', told, anyId(), { prefer })).is(200).body.entry[0].resource;
		for (let n = 0; n < 2; n++) {
			const [{ resource, response }] = (await send(clinic, 'transaction', told, key, { prefer })).is(200).body.entry;
			assert.deepEqual([resource, response.status], [made, '200']);
		}
	});
	test('is answered to who may still write and see it, and to nobody else who holds the key', async () => {
		const of = await person(w);
		const key = anyId();
		const entries = [post(work({ for: { reference: `Patient/${of}` } }))];
		const written = (await send(municipality, 'transaction', entries, key)).is(200).body.entry[0].response.location;
		const reader = w.token(municipality, { claims: { scope: 'fhir.read' } });
		const narrow = (await send(reader, 'transaction', entries, key)).is(403);
		assert.deepEqual([problemOf(narrow), narrow.text.includes(written)], ['insufficient_scope', false]);
		const writer = w.token(municipality, { claims: { scope: 'fhir.write' } });
		assert.equal(responses((await send(writer, 'transaction', entries, key)).is(200))[0].location, written);
		await w.sql("update care_relation set valid_to = clock_now() - interval '1 second' where patient_id = $1", [of]);
		const gone = (await send(municipality, 'transaction', entries, key)).is(404);
		assert.deepEqual([gone.text.includes(written), (await log(gone)).at(-1)], [false, ['DENIED', 'fhirReadTask', null]]);
	});
	test('of what wrote nothing is run again', async () => {
		const key = anyId();
		const entries = [post(work()), { resource: work({ description: '' }), request: { method: 'POST', url: 'Task/$validate' } }];
		const first = (await send(team, 'transaction', entries, key)).is(200);
		for (const prefer of ['return=minimal', 'return=representation']) {
			const again = (await send(team, 'transaction', entries, key, { prefer })).is(200);
			assert.deepEqual(responses(again).map((x) => x.status), responses(first).map((x) => x.status));
		}
	});
});

describe('a batch that is sent again', () => {
	test('makes each once, by its place', async () => {
		const key = anyId();
		const entries = [post(work()), post(work({ description: '' })), post(work())];
		const first = (await send(team, 'batch', entries, key)).is(200);
		assert.deepEqual(responses(first).map((r) => r.status), ['201', '400', '201']);
		const before = await rows();
		const again = (await send(team, 'batch', entries, key)).is(200);
		assert.deepEqual([responses(again).map((r) => r.location), await rows()], [responses(first).map((r) => r.location), before]);
		// what was refused is mended, what was made stays
		const mended = (await send(team, 'batch', [entries[0], post(work({ description: 'Nå' })), post(work({ description: 'En annen' }))], key)).is(200);
		assert.deepEqual(responses(mended).map((r) => r.status), ['201', '201', '422']);
	});
});
