// What has changed: one order without gaps, thin events, and nobody is told of what they may not see.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report as sample } from './concern-steps.mjs';
import { anyId, document, environment, pause, until, world } from './harness.mjs';
import { listen } from './lib/listen.mjs';

const team = 'drammen-dps:tm-1';
const mh = 'drammen-kommune:mh-1';
const other = 'lier-kommune:mh-1';
const w = await world({ settings: { CHANGES_HEARTBEAT_MS: 300 } });
const reception = w.ids.unit['drammen-kommune:mottak'];

const register = async (as = team) => (await w.api(as, 'POST', '/patients', { given_name: 'Ola', family_name: 'Nordmann' })).is(201).body.id;
const task = async (body = {}, as = mh) => (await w.api(as, 'POST', '/tasks', { title: 'Ring fastlegen', unit_id: reception, ...body })).is(201).body;
const changes = async (as, query = '') => (await w.api(as, 'GET', `/changes${query}`)).is(200).body;
const now = async () => (await changes(mh, '?after=now')).after;
const note = (as, t) => w.change(as, 'PATCH', `/tasks/${t.id}`, { note: anyId() });

// All that the caller is told after a place, once everything that was written has its place.
async function told(as, after, query = '') {
	await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
	const all = [];
	for (let page = { after, more: true }; page.more; all.push(...page.items)) page = await changes(as, `?after=${page.after}${query}`);
	return all;
}

describe('the long poll', () => {
	test('tells what has changed, where it is read, and no content', async () => {
		const begin = await now();
		const t = await task({ note: 'Hemmelig innhold' });
		(await note(mh, t)).is(200);
		const events = (await told(mh, begin)).filter((e) => e.data.id === t.id);
		assert.deepEqual(events.map((e) => [e.type, e.data.version, e.data.changed]),
			[['no.samhandling.task.created', 1, []], ['no.samhandling.task.updated', 2, ['note']]]);
		assert.equal(events[0].subject, `/api/v1/tasks/${t.id}`);
		(await w.api(mh, 'GET', events[0].subject)).is(200);
		assert.ok(Math.abs(Date.parse(events[0].time) - Date.now()) < 60_000, 'real time');
		assert.ok(!JSON.stringify(events).includes('Hemmelig'));
	});

	test('the order has no gaps, and is the same for everybody', async () => {
		for (let i = 0; i < 20; i++) await task();
		await told(mh, 0);
		const places = (await w.sql('select position::int as p from outbox order by position')).map((r) => r.p);
		assert.deepEqual(places, places.map((_, i) => i + 1));
		const pages = [];
		for (let page = { after: 0, more: true }; page.more; pages.push(...page.items)) page = await changes(mh, `?limit=7&after=${page.after}`);
		assert.deepEqual(pages, await told(mh, 0));
	});

	test('waits until there is something, and no longer', async () => {
		const after = await now();
		const begun = performance.now();
		const waiting = changes(mh, `?after=${after}&wait=20&entities=task`);
		await pause(300);
		const t = await task();
		const answer = await waiting;
		assert.ok(performance.now() - begun < 5000);
		assert.deepEqual(answer.items.map((e) => e.data.id), [t.id]);
		assert.equal(answer.after, Number(answer.items[0].id));
		const again = performance.now();
		const nothing = await changes(mh, `?after=${answer.after}&wait=1`);
		assert.deepEqual([nothing.items, nothing.more], [[], false]);
		assert.ok(performance.now() - again >= 950, 'as long as was asked for');
	});

	test('passes over what the reader may not see', async () => {
		const after = await now();
		for (let i = 0; i < 5; i++) await task();
		await told(mh, after);
		const page = await changes(other, `?after=${after}&entities=task`);
		assert.deepEqual(page.items, []);
		assert.ok(page.after >= after + 5);
	});

	test('tells only of the kinds that are asked for', async () => {
		const after = await now();
		await task();
		const patient = await register('drammen-kommune:tl-1');
		await w.sql('update patient set email = \'a@example.no\' where id = $1', [patient]);
		const kinds = async (query) => new Set((await told('drammen-kommune:tl-1', after, query)).map((e) => e.data.entity));
		assert.deepEqual([...new Set((await told(mh, after, '&entities=task')).map((e) => e.data.entity))], ['task']);
		assert.deepEqual([...(await kinds('&entities=patient,care-relation'))].sort(), ['care-relation', 'patient']);
		(await w.api(mh, 'GET', '/changes?entities=Task')).is(422);
		for (const path of ['/changes', '/changes/stream'])
			assert.deepEqual((await w.api(mh, 'GET', `${path}?after=${after}&entities=task,tasks`)).is(422).body.errors.map((e) => e.pointer), ['/query/entities']);
		const [{ names }] = await w.sql("select string_agg(name, ', ' order by name) as names from news_kind");
		assert.ok(document.components.parameters.ChangesEntities.description.endsWith(`: ${names}`), 'the contract names them all');
	});

	test('a place that is none is refused', async () => {
		(await w.api(mh, 'GET', `/changes?after=${(await now()) + 1000}`)).is(422, 'invalid_parameter');
		(await w.api(mh, 'GET', '/changes?after=-1')).is(422);
		(await w.api(mh, 'GET', '/changes?wait=61')).is(422);
		(await w.api(mh, 'GET', '/changes', undefined, { accept: 'text/html' })).is(406);
		(await w.api(null, 'GET', '/changes')).is(401);
	});

	test('only so many wait at once', async () => {
		const second = await w.another({ CHANGES_WAITERS: 2, CHANGES_STREAMS: 1 });
		try {
			const after = await now();
			const seconds = environment.instrumented ? 10 : 3; // long enough for all three to be there
			const ask = () => fetch(`http://127.0.0.1:${second.port}/api/v1/changes?wait=${seconds}&after=${after}&entities=task`, { headers: { authorization: `Bearer ${w.token(mh)}` } });
			const answers = (await Promise.all([ask(), ask(), ask()])).sort((x, y) => x.status - y.status);
			assert.deepEqual(answers.map((r) => r.status), [200, 200, 503]);
			assert.equal((await answers[2].json()).code, 'too_many_readers');
			assert.ok(Number(answers[2].headers.get('retry-after')) >= 1);
			const one = await listen(second.port, w.token(mh));
			assert.equal((await listen(second.port, w.token(mh))).status, 503);
			await one.close();
			await until(async () => (await listen(second.port, w.token(mh))).status === 200, 3000, 'the free place');
		} finally {
			await second.stop();
		}
	});
});

describe('the share of one agency', () => {
	test('leaves places for the others', async () => {
		const second = await w.another({ CHANGES_AGENCY: 1 });
		try {
			const at = (path, as) => fetch(`http://127.0.0.1:${second.port}/api/v1${path}`, { headers: { authorization: `Bearer ${w.token(as)}` } });
			const one = await listen(second.port, w.token(mh));
			const refused = await at('/changes/stream', mh);
			assert.equal(refused.status, 429);
			assert.ok(Number(refused.headers.get('retry-after')) >= 1);
			const said = await refused.json();
			assert.equal(said.code, 'agency_readers');
			assert.match(said.detail, /^1 may wait/);
			const theirs = await listen(second.port, w.token(other));
			assert.equal(theirs.status, 200, 'another agency has its own share');
			const citizens = await Promise.all([listen(second.port, w.token('citizen/PT', {})), at('/changes?wait=1&after=now', mh)]);
			assert.deepEqual(citizens.map((r) => r.status), [200, 200], 'persons answer for themselves, and who waits is no stream');
			assert.equal((await listen(second.port, w.token('citizen/PT', {}))).status, 429, 'one person too has a share');
			await Promise.all([one, theirs, citizens[0]].map((l) => l.close()));
			await until(async () => (await listen(second.port, w.token(mh))).status === 200, 3000, 'the free place');
		} finally {
			await second.stop();
		}
	});
});

describe('who is told', () => {
	test('a person\'s changes go to those in relation, while they are', async () => {
		const begin = await now();
		const patient = await register();
		const about = async (as) => (await told(as, begin)).filter((e) => e.data.patient_id === patient).map((e) => e.type);
		assert.ok((await about(team)).includes('no.samhandling.patient.created'));
		assert.deepEqual(await about(other), []);
		(await w.change(team, 'PATCH', `/patients/${patient}`, { email: 'ola@example.no' })).is(200);
		assert.ok((await about(team)).includes('no.samhandling.patient.updated'));
		await w.sql('update care_relation set valid_to = clock_now() where patient_id = $1', [patient]);
		assert.deepEqual(await about(team), [], 'also of what happened before');
	});

	test('whom the person has blocked is told nothing', async () => {
		const begin = await now();
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365', family_name: 'Sperret' })).is(201).body.id;
		const about = async (as) => (await told(as, begin)).filter((e) => e.data.patient_id === patient).length;
		assert.ok((await about(team)) > 0);
		(await w.api(w.token('citizen/PT', {}), 'POST', `/patients/${patient}/objections`, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-1'] })).is(201);
		assert.equal(await about(team), 0);
		assert.ok((await about('drammen-dps:tm-2')) > 0);
		const own = (await told(w.token('citizen/PT', {}), begin)).map((e) => e.type);
		assert.ok(own.includes('no.samhandling.objection.created'), 'the person reads of their own');
	});

	test('who sees the status alone is told of nothing else, and not whom it is about', async () => {
		const begin = await now();
		const report = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...sample, subject: { number: '01819012365' } })).is(201).body.id;
		await w.sql('update concern_report set observed = \'Noe annet\' where id = $1', [report]);
		const seen = (await told('politi-demo:po-1', begin)).filter((e) => e.data.id === report);
		assert.deepEqual(seen.map((e) => [e.type, e.data.changed, e.data.patient_id]), [['no.samhandling.concern-report.created', [], undefined]]);
		const handled = (await told(mh, begin)).filter((e) => e.data.id === report);
		assert.ok(handled.length >= 2);
	});

	test('a token is bound by its scopes', async () => {
		const begin = await now();
		await task();
		await task({ unit_id: undefined }, 'drammen-kommune:tl-1');
		await register('drammen-kommune:tl-1');
		const narrow = w.token('drammen-kommune:tl-1', { claims: { scope: 'changes.read tasks.read' } });
		assert.deepEqual([...new Set((await told(narrow, begin)).map((e) => e.data.entity))], ['task']);
		(await w.api(w.token(mh, { claims: { scope: 'tasks.read' } }), 'GET', '/changes')).is(403, 'insufficient_scope');
	});

	test('whom the answer names stands in the access log, and a look at nobody too', async () => {
		const begin = await now();
		const patient = await register();
		await told(team, begin);
		const rows = (await w.sql('select patient_id, action, resource from access_log where operation = \'listChanges\' and patient_id = $1', [patient]));
		assert.ok(rows.length >= 1);
		assert.deepEqual([rows[0].action, rows[0].resource], ['READ', 'changes']);
		const [{ before }] = await w.sql('select count(*)::int as before from access_log where operation = \'listChanges\' and patient_id is null');
		await changes(other, '?after=now');
		const [{ after }] = await w.sql('select count(*)::int as after from access_log where operation = \'listChanges\' and patient_id is null');
		assert.equal(after, before + 1);
	});

	test('every kind of thing leads to an operation of the contract', async () => {
		const kinds = await w.sql('select name, path, scope, resource from news_kind');
		const op = document.paths['/changes'].get;
		for (const k of kinds) {
			const path = Object.keys(document.paths).find((p) => p.replace(/\{\w+\}/g, '{}') === k.path.replace(/\{\w+\}/g, '{}'));
			assert.ok(document.paths[path]?.get, `${k.name}: ${k.path}`);
			assert.ok(document.paths[path].get.security[0].agency.includes(k.scope), `${k.name}: ${k.scope}`);
			const resources = [document.paths[path].get['x-resource']].flat();
			for (const resource of resources) assert.ok(op['x-resource'].includes(resource), `${k.name}: ${resource}`);
			if (k.resource !== null) assert.deepEqual(resources, [k.resource]);
		}
	});
});

describe('the stream', () => {
	test('tells as it happens, with places to come back to', async () => {
		const l = await listen(w.port, w.token(mh), { query: '?entities=task' });
		assert.equal(l.status, 200);
		assert.equal(l.headers['content-type'], 'text/event-stream');
		assert.equal(l.headers['cache-control'], 'no-store');
		const t = await task();
		const first = await l.until((e) => e.data.id === t.id);
		await l.close();
		const missed = await task();
		const also = await task();
		const back = await listen(w.port, w.token(mh), { query: '?entities=task', headers: { 'last-event-id': String(first.id) } });
		await back.until((e) => e.data.id === also.id);
		assert.deepEqual(back.events.map((e) => e.data.id), [missed.id, also.id], 'exactly what was missed');
		await back.close();
		assert.equal((await listen(w.port, w.token(mh), { headers: { 'last-event-id': 'x' } })).status, 422);
		assert.equal((await listen(w.port, w.token(mh), { headers: { 'last-event-id': '999999999' } })).status, 422);
	});

	test('another daemon\'s writes come too', async () => {
		const second = await w.another();
		const l = await listen(second.port, w.token(mh), { query: '?entities=task' });
		const t = await task();
		await l.until((e) => e.data.id === t.id);
		await l.close();
		assert.equal((await second.stop()).code, 0);
	});

	test('gives signs of life, with the place reached', async () => {
		const l = await listen(w.port, w.token('politi-demo:po-1'));
		await task();
		const head = await now();
		await until(() => l.text.split(': still here').length > 2 && Number(l.text.match(/^id: (\d+)$/gm).at(-1).slice(4)) >= head, 5000,
			'signs of life, past what the reader may not see');
		assert.deepEqual(l.events.filter((e) => e.data.entity === 'task'), []);
		await l.close();
	});

	test('ends with the token', async () => {
		const l = await listen(w.port, w.token(mh, { seconds: 2 }));
		assert.equal(l.status, 200);
		assert.equal(await l.done, 'whole');
	});

	test('ends when the caller\'s standing may have changed', async () => {
		const l = await listen(w.port, w.token('drammen-dps:tm-2'));
		await w.sql('update staff set phone = \'+4799999999\' where id = $1', [w.ids.staff['drammen-dps:tm-2']]);
		assert.equal(await l.done, 'whole');
		assert.equal((await listen(w.port, w.token('drammen-dps:tm-2'))).status, 200);
	});

	test('HEAD is the head alone', async () => {
		const r = (await w.request({ as: mh, method: 'HEAD', path: '/changes/stream' })).is(200);
		assert.equal(r.text, '');
	});

	test('ends when the daemon stops, which does not wait for its readers', async () => {
		const second = await w.another();
		const l = await listen(second.port, w.token(mh));
		const waiting = fetch(`http://127.0.0.1:${second.port}/api/v1/changes?wait=60&after=now`, { headers: { authorization: `Bearer ${w.token(mh)}` } });
		await pause(300);
		const begun = performance.now();
		assert.equal((await second.stop()).code, 0);
		assert.ok(performance.now() - begun < 3000);
		assert.equal(await l.done, 'whole');
		assert.equal((await waiting).status, 200);
	});
});
