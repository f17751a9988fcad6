// JSON Patch over FHIR: an update with what the patch makes of what stands.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, document, fhirOperations, world } from './harness.mjs';
import { writable } from './lib/fhir-bodies.mjs';
import { fhir, issueOf, problemOf } from './lib/fhir.mjs';
import { municipality, person, team } from './specialist-steps.mjs';

const w = await world({ settings: { BODY_MAX: 65536 } });
const ask = fhir(w);
const patient = await person(w);
const media = 'application/json-patch+json';
const patched = fhirOperations.filter((o) => o.fhir.interaction === 'patch');

const work = (changes = {}) => ({ resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', note: [{ text: 'Før helgen' }], for: { reference: `Patient/${patient}` },
	owner: { reference: `Organization/${w.ids.unit['drammen-kommune:mottak']}` }, ...changes });
const made = async () => (await ask(municipality, 'POST', '/Task', work())).is(201).body;
const patch = (who, task, operations, headers = {}) => ask(who, 'PATCH', `/Task/${task.id}`, operations, { 'content-type': media, 'if-match': `W/"${task.meta.versionId}"`, ...headers });
const native = async (task) => (await w.api(municipality, 'GET', `/tasks/${task.id}`)).is(200).body;
const expressions = (r) => r.body.issue.flatMap((i) => i.expression ?? []);
const traces = (r) => w.sql('select action::text, operation from access_log where request_id = $1 order by id', [r.headers['x-request-id']]);

describe('a patch', () => {
	test('changes what it names, as an update does: version, log and news', async () => {
		const task = await made();
		const r = (await patch(municipality, task, [{ op: 'test', path: '/description', value: 'Ring fastlegen' }, { op: 'replace', path: '/description', value: 'Ring legevakten' }, { op: 'remove', path: '/note' }])).is(200);
		assert.deepEqual([r.body.description, r.body.note, r.etag], ['Ring legevakten', undefined, 'W/"2"']);
		assert.deepEqual([(await native(task)).title, (await traces(r)).filter((x) => x.action === 'UPDATE')], ['Ring legevakten', [{ action: 'UPDATE', operation: 'updateTask' }]]);
		assert.equal((await w.sql('select count(*)::int as n from outbox where request_id = $1', [r.headers['x-request-id']]))[0].n, 1);
	});
	test('that changes nothing makes no version; what the service says by itself stays', async () => {
		const task = await made();
		for (const operations of [[{ op: 'test', path: '/status', value: 'requested' }], [{ op: 'replace', path: '/meta/versionId', value: '9' }], [{ op: 'copy', from: '/description', path: '/businessStatus/text' }]])
			assert.equal((await patch(municipality, task, operations)).is(200).etag, 'W/"1"');
	});
	test('takes the step that another status is', async () => {
		const task = await made();
		const done = (await patch(municipality, task, [{ op: 'replace', path: '/status', value: 'completed' }, { op: 'add', path: '/note/0/text', value: 'Gjort' }])).is(200).body;
		assert.deepEqual([done.status, done.note[0].text, done.meta.versionId], ['completed', 'Gjort', '3']);
		const refused = (await patch(municipality, done, [{ op: 'replace', path: '/status', value: 'requested' }])).is(409);
		assert.deepEqual([issueOf(refused), problemOf(refused)], ['business-rule', 'invalid_transition']);
		const other = await made();
		assert.ok(expressions((await patch(municipality, other, [{ op: 'replace', path: '/status', value: 'cancelled' }])).is(400)).includes('Task.statusReason.text'));
		assert.equal((await native(other)).status, 'OPEN');
	});
	test('says what it prefers to be told', async () => {
		const minimal = (await patch(municipality, await made(), [{ op: 'replace', path: '/description', value: 'x' }], { prefer: 'return=minimal' })).is(200);
		assert.deepEqual([minimal.text, minimal.etag], ['', 'W/"2"']);
		const lenient = (await patch(municipality, await made(), [{ op: 'add', path: '/groupIdentifier', value: { value: 'x' } }], { prefer: 'handling=lenient' })).is(200);
		assert.deepEqual(expressions(lenient), ['Task.groupIdentifier.value']);
	});
});

describe('what cannot be applied changes nothing, and is told where', async () => {
	const task = await made();
	for (const [what, operations, issue, where] of [
		['a test that fails', [{ op: 'replace', path: '/description', value: 'x' }, { op: 'test', path: '/note/0/text', value: 'y' }], 'conflict', 'Task.note[0].text'],
		['a path that is not there', [{ op: 'remove', path: '/focus' }], 'not-found', 'Task.focus'],
		['a place beyond the end', [{ op: 'add', path: '/note/7', value: { text: 'x' } }], 'not-found', 'Task.note[7]'],
		['a source that is not there', [{ op: 'copy', from: '/focus', path: '/basedOn' }], 'not-found', 'Task.basedOn'],
		['copies of copies', Array.from({ length: 100 }, () => ({ op: 'copy', from: '', path: '/contained' })), 'too-costly', 'Task.contained'],
		['what has no place', [{ op: 'add', path: '/colour', value: 'red' }], 'not-supported', 'Task.colour']])
		test(what, async () => {
			const r = (await patch(municipality, task, operations)).is(422);
			assert.deepEqual([issueOf(r), expressions(r)], [issue, [where]], r.story());
		});
	for (const [what, operations, where] of [
		['no list', { op: 'remove', path: '/note' }, 'patch'], ['nothing', [], 'patch'], ['an operation that there is not', [{ op: 'spam', path: '/note' }], 'patch[0].op'],
		['no path', [{ op: 'test', path: '/status', value: 'requested' }, { op: 'remove' }], 'patch[1].path'], ['a path that is none', [{ op: 'remove', path: 'note' }], 'patch[0].path'],
		['no value', [{ op: 'test', path: '/status' }], 'patch[0].value'], ['no source', [{ op: 'move', path: '/status' }], 'patch[0].from'],
		['another id', [{ op: 'replace', path: '/id', value: anyId() }], 'Task.id'], ['another type', [{ op: 'replace', path: '/resourceType', value: 'Basic' }], 'Task.resourceType'],
		['no resource', [{ op: 'replace', path: '', value: [] }], 'Task.resourceType'], ['a wrong value', [{ op: 'replace', path: '/description', value: '' }], 'Task.description']])
		test(`a patch with ${what}: 400`, async () => {
			const r = (await patch(municipality, task, operations)).is(400);
			assert.ok(expressions(r).includes(where), r.story());
		});
	test('and so the thing is as it was', async () => {
		const now = (await ask(municipality, 'GET', `/Task/${task.id}`)).is(200).body;
		assert.deepEqual(now, task);
	});
});

test('a goal is changed by a patch too', async () => {
	const { Goal } = await writable(w);
	const g = (await ask(Goal.who, 'POST', '/Goal', Goal.body())).is(201).body;
	const send = (operations, version) => ask(Goal.who, 'PATCH', `/Goal/${g.id}`, operations, { 'content-type': media, 'if-match': version });
	const r = (await send([{ op: 'test', path: '/lifecycleStatus', value: 'proposed' }, { op: 'replace', path: '/description/text', value: 'Jeg vil bo i Lier' }, { op: 'remove', path: '/target' }], 'W/"1"')).is(200);
	assert.deepEqual([r.body.description.text, r.body.target, r.etag], ['Jeg vil bo i Lier', undefined, 'W/"2"']);
	assert.deepEqual(expressions((await send([{ op: 'replace', path: '/subject/reference', value: `Patient/${anyId()}` }], 'W/"2"')).is(422)), ['Goal.subject.reference']);
	assert.equal(problemOf((await send([{ op: 'replace', path: '/lifecycleStatus', value: 'completed' }], 'W/"2"')).is(409)), 'invalid_transition');
	(await send([{ op: 'remove', path: '/note' }], 'W/"2"')).is(422);
	(await send([{ op: 'remove', path: '/target' }], 'W/"1"')).is(412);
	(await send([{ op: 'replace', path: '/description/text', value: '' }], 'W/"2"')).is(400);
	assert.equal((await send([{ op: 'replace', path: '/lifecycleStatus', value: 'cancelled' }], 'W/"2"')).is(200).body.lifecycleStatus, 'cancelled');
});

describe('every patch', () => {
	test('is of the types that the specification of this face names', () => {
		assert.deepEqual(patched.map((o) => o.fhir.type).sort(), ['Goal', 'Task']);
		for (const o of patched) assert.deepEqual(Object.keys(o.operation.requestBody.content), [media]);
	});
	test('names a version: 400 without, 412 when it has changed', async () => {
		const task = await made();
		const operations = [{ op: 'replace', path: '/description', value: 'x' }];
		(await ask(municipality, 'PATCH', `/Task/${task.id}`, operations, { 'content-type': media })).is(400);
		for (const version of ['*', '3', 'W/"x"']) assert.deepEqual(expressions((await patch(municipality, task, operations, { 'if-match': version })).is(400)), ['http.If-Match']);
		assert.equal(issueOf((await patch(municipality, task, operations, { 'if-match': 'W/"7"' })).is(412)), 'conflict');
		const both = await Promise.all(['a', 'b'].map((value) => patch(municipality, task, [{ op: 'replace', path: '/description', value }])));
		assert.deepEqual(both.map((r) => r.status).sort(), [200, 412]);
	});
	for (const o of patched)
		test(`${o.id}: no token, no scope, no JSON, another media type, too much, nobody's`, async () => {
			const send = (who, body, headers) => w.request({ as: who, method: 'PATCH', path: o.path.replace('{id}', anyId()), body, headers: { 'content-type': media, 'if-match': 'W/"1"', ...headers } });
			const good = JSON.stringify([{ op: 'test', path: '/id', value: 'x' }]);
			(await send(null, good)).is(401);
			(await send(w.token(municipality, { claims: { scope: 'fhir.read' } }), good)).is(403);
			assert.equal(issueOf((await send(municipality, '[')).is(400)), 'structure');
			(await send(municipality, good, { 'content-type': 'application/fhir+json' })).is(415);
			(await send(municipality, good, { 'content-type': 'application/json' })).is(415);
			(await send(municipality, `[${' '.repeat(70_000)}]`)).is(413);
			assert.equal(issueOf((await send(municipality, good)).is(404)), 'not-found');
		});
	test('of what one may not know is as of nothing; of another type 405', async () => {
		const task = (await ask(team, 'POST', '/Task', work({ owner: undefined, for: undefined }))).is(201).body;
		const [there, nowhere] = [await patch('lier-kommune:mh-1', task, [{ op: 'remove', path: '/note' }]), await patch('lier-kommune:mh-1', { ...task, id: anyId() }, [{ op: 'remove', path: '/note' }])];
		assert.deepEqual(there.is(404).body.issue[0].details, nowhere.is(404).body.issue[0].details);
		const r = (await ask(team, 'PATCH', `/Patient/${patient}`, [{ op: 'remove', path: '/name' }], { 'content-type': media })).is(405);
		assert.ok(!r.headers.allow.includes('PATCH'));
	});
	test('is told of by the CapabilityStatement', async () => {
		const { body } = (await ask(null, 'GET', '/metadata')).is(200);
		const codes = body.rest[0].resource.find((r) => r.type === 'Task').interaction.map((i) => i.code);
		assert.deepEqual([body.patchFormat, codes.includes('patch')], [[media], true]);
		assert.ok(document.paths['/fhir/r4/Task/{id}'].patch);
	});
});

describe('in a Bundle', () => {
	const binary = (operations, changes = {}) => ({ resourceType: 'Binary', contentType: media, data: Buffer.from(JSON.stringify(operations)).toString('base64'), ...changes });
	const entry = (task, resource, more = {}) => ({ resource, request: { method: 'PATCH', url: `Task/${task.id}`, ifMatch: `W/"${task.meta.versionId}"`, ...more } });
	const send = (type, list, headers) => ask(municipality, 'POST', '', { resourceType: 'Bundle', type, entry: list }, headers);
	const say = (value) => binary([{ op: 'replace', path: '/description', value }]);
	test('it is carried by a Binary, and is one entry among others', async () => {
		const [task, other] = [await made(), await made()];
		const key = { 'idempotency-key': anyId() };
		const list = [entry(task, say('Ring legevakten >?')), { request: { method: 'GET', url: `Task/${task.id}` } }, { resource: { ...other, status: 'completed' }, request: { method: 'PUT', url: `Task/${other.id}`, ifMatch: 'W/"1"' } }];
		const r = (await send('transaction', list, key)).is(200);
		assert.deepEqual(r.body.entry.map((e) => [e.response.status, e.response.etag]), [['200', 'W/"2"'], ['200', 'W/"2"'], ['200', 'W/"2"']]);
		assert.equal(r.body.entry[1].resource.description, 'Ring legevakten >?');
		const again = (await send('transaction', list, key)).is(200);
		assert.deepEqual([again.body.entry.map((e) => e.response.status), again.headers['idempotency-replayed'], (await native(task)).version], [['200', '200', '200'], 'true', 2]);
	});
	test('what is refused is told by its entry, and nothing has happened', async () => {
		const [task, other] = [await made(), await made()];
		const r = (await send('transaction', [entry(other, say('x')), entry(task, binary([{ op: 'test', path: '/status', value: 'completed' }]))])).is(422);
		assert.deepEqual([expressions(r), (await native(other)).version], [['Bundle.entry[1].resource.status'], 1]);
		const twice = (await send('transaction', [entry(task, say('x')), entry(task, say('y'))])).is(400);
		assert.deepEqual(expressions(twice), ['Bundle.entry[1].request.url']);
		const tasks = await Promise.all(Array.from({ length: 7 }, made));
		const carried = [binary([], { contentType: 'application/fhir+json' }), { resourceType: 'Parameters' }, binary([], { data: '%' }), undefined, binary({}), say('x'), say('x')];
		const batch = (await send('batch', carried.map((resource, i) => entry(tasks[i], resource, i === 5 ? { ifMatch: undefined } : {})))).is(200);
		assert.deepEqual(batch.body.entry.map((e) => e.response.status), ['415', '415', '415', '400', '400', '400', '200']);
	});
});
