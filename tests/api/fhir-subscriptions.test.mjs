// Subscription over FHIR: an agency's own, begun by a handshake; notifications with no more than ids, of what its role
// may see; changed, ended, gone. When they come, and with what: fhir-notifications.test.mjs.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, pause, until, world } from './harness.mjs';
import { issueOf, localPath, problemOf, resources } from './lib/fhir.mjs';
import { subscriptions } from './lib/fhir-subscriptions.mjs';
import { inTeam } from './lib/in-team.mjs';
import { Receiver, goodSignatures } from './lib/receiver.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world({ settings: { OUTBOUND_ALLOW: '127.0.0.0/8', WEBHOOK_RETRY_MS: 100, WEBHOOK_TIMEOUT_MS: 700 } });
const s = await makeSamples(w, operation);
const [sa, sy, pv, tl, mh, elsewhere] = ['drammen-dps/SA', 'drammen-dps:sy-1', 'drammen-dps/PV', 'drammen-dps:tl-1', 'drammen-kommune:mh-1', 'drammen-kommune/SA'];
const { ask, topics, content, asked, create, read, becomes, end, put, told, task, ofEvents, about } = subscriptions(w);

describe('a subscription', () => {
	test('shakes hands, then tells what has happened, in order, by ids alone', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url, { channel: { header: ['Authorization: Bearer hemmelig-ord', 'X-Kanal: 7'] } }));
		assert.deepEqual([made.status, made.channel.header, made.channel.type], ['requested', undefined, 'rest-hook']);
		const hello = await receiver.until(() => true);
		assert.deepEqual([told(hello).type, told(hello).status, told(hello).topic, localPath(told(hello).subscription)], ['handshake', 'requested', `${topics}task-assigned`, `/Subscription/${made.id}`]);
		assert.deepEqual([hello.method, hello.headers['content-type'], hello.headers.authorization, hello.headers['x-kanal']], ['POST', 'application/fhir+json; charset=utf-8', 'Bearer hemmelig-ord', '7']);
		await becomes(made.id, 'active');
		const things = [];
		for (let n = 0; n < 5; n++) things.push(await task({ note: 'Hemmelig innhold' }));
		await receiver.until(about(things[4].id));
		const events = ofEvents(receiver).map(told);
		assert.deepEqual(events.map((e) => localPath(e['notification-event'].focus)), things.map((t) => `/Task/${t.id}`));
		assert.deepEqual(events.map((e) => [e.type, e.status, e['events-since-subscription-start'], e['notification-event']['event-number']]), things.map((_, i) => ['event-notification', 'active', `${i + 1}`, `${i + 1}`]));
		for (const [i, e] of events.entries()) assert.deepEqual(e.entries.map((x) => [localPath(x.fullUrl), x.resource, x.request.method]), [[`/Task/${things[i].id}`, undefined, 'POST']]);
		assert.ok(receiver.received.every((m) => !m.text.includes('Hemmelig')));
		const [{ public_key: key }] = await w.sql('select public_key from subscription_key where subscription_id = $1', [made.id]);
		assert.deepEqual(goodSignatures(hello, { publicKeys: [key] }), ['v1a']);
		const [row] = await w.sql('select headers from subscription where id = $1', [made.id]);
		assert.ok(row.headers.length === 2 && row.headers.every((h) => h.startsWith('seal:')), 'sealed in the database');
		const everything = [JSON.stringify(await read(made.id)), (await w.api(sa, 'GET', `/subscriptions/${made.id}`)).is(200).text, w.daemon.log].join();
		assert.ok(!everything.includes('hemmelig-ord') && !everything.includes('seal:'));
		await end(made.id, receiver);
	});

	test('with content empty tells that something has happened, and no more', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url, { payload: 'empty' }));
		await becomes(made.id, 'active');
		const t = await task();
		await until(() => ofEvents(receiver).length === 1);
		const [m] = ofEvents(receiver);
		assert.deepEqual([told(m).entries, Object.keys(told(m)['notification-event']), m.text.includes(t.id)], [[], ['event-number', 'timestamp'], false]);
		await end(made.id, receiver);
	});

	test('tells of each topic what its role may read, and that can be read', async () => {
		const receiver = await new Receiver().start();
		const made = [];
		for (const topic of ['referral-changed', 'careplan-changed', 'admission-changed', 'consent-changed', 'concern-received']) made.push(await create(asked(receiver.url, { topic, reads: topic === 'admission-changed' ? 'DPS' : 'TL' })));
		for (const m of made) await becomes(m.id, 'active');
		for (const m of made) (await w.api(sa, 'POST', `/subscriptions/${m.id}/replay`, { after: 0 })).is(202);
		const seen = () => new Set(ofEvents(receiver).map((m) => told(m)['notification-event'].focus));
		const types = () => new Set([...seen()].map((url) => localPath(url).split('/')[1]));
		await until(() => ['ServiceRequest', 'Encounter', 'Consent'].every((t) => types().has(t)), 20_000, `all topics, not ${[...types()]}`);
		for (const url of seen()) {
			const who = url.includes('/Encounter/') ? 'drammen-dps:dps-1' : tl;
			(await ask(who, 'GET', localPath(url))).is(200);
		}
		for (const m of made) await end(m.id);
		await receiver.stop();
	});

	test('tells of what its filter finds', async () => {
		const receiver = await new Receiver().start();
		const { patient } = await inTeam(w);
		const made = await create(asked(receiver.url, { filter: `Task?patient=Patient/${patient}` }));
		await becomes(made.id, 'active');
		await task();
		const mine = await task({ patient_id: patient });
		await task();
		await receiver.until(about(mine.id));
		await pause(400);
		assert.deepEqual(ofEvents(receiver).map((m) => localPath(told(m)['notification-event'].focus)), [`/Task/${mine.id}`]);
		await end(made.id, receiver);
	});

	test('is in error when nobody answers the handshake, or at an address that may not be called', async () => {
		const receiver = await new Receiver({ answer: () => 500 }).start();
		for (const url of [receiver.url, 'http://169.254.169.254/latest', 'http://127.0.0.1:1/']) {
			const made = await create(asked(url));
			await becomes(made.id, 'error');
			assert.match((await read(made.id)).error, /^handshake /);
			await end(made.id);
		}
		await receiver.stop();
	});

	test('says how it is', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url));
		await becomes(made.id, 'active');
		await task();
		await until(() => ofEvents(receiver).length === 1);
		const r = (await ask(pv, 'GET', `/Subscription/${made.id}/$status`)).is(200);
		const [status] = resources(r.body);
		assert.deepEqual(Object.fromEntries(status.parameter.map((p) => [p.name, p.valueString ?? p.valueCode])), { subscription: undefined, topic: undefined, status: 'active', type: 'query-status', 'events-since-subscription-start': '1' });
		(await ask(sa, 'GET', `/Subscription/${made.id}/$status?no_such=1`)).is(400);
		assert.equal(issueOf((await ask(sa, 'GET', `/Subscription/${anyId()}/$status`)).is(404)), 'not-found');
		(await ask(elsewhere, 'GET', `/Subscription/${made.id}/$status`)).is(404);
		(await ask(sa, 'POST', '/Subscription/' + made.id + '/$status')).is(405);
		await end(made.id, receiver);
	});
});

describe('what is asked for', () => {
	test('is refused where there is no place for it: payload, topic, channel, filter, header, status', async () => {
		const bad = async (body, statuses, code) => {
			const r = (await ask(sa, 'POST', '/Subscription', body)).is(statuses);
			if (code) assert.equal(issueOf(r), code, r.story());
			return r;
		};
		const url = 'https://varsel.example/fhir';
		const r = await bad(asked(url, { payload: 'full-resource' }), 422, 'not-supported');
		assert.match(r.body.issue[0].expression[0], /payload/);
		await bad(asked(url, { topic: 'no-such' }), 422);
		await bad({ ...asked(url), criteria: 'Observation?code=x' }, 400);
		await bad({ ...asked(url), criteria: `${asked(url).criteria}|9.9` }, 422, 'not-supported');
		await bad(asked(url, { channel: { type: 'websocket' } }), 422, 'not-supported');
		await bad(asked(url, { channel: { payload: 'application/xml' } }), 422, 'not-supported');
		for (const filter of ['Task?status=x', 'Observation?patient=Patient/1', `Task?patient=Patient/${anyId()}&owner=x`, 'x']) await bad(asked(url, { filter }), 422);
		for (const header of ['Host: x', 'Authorization: a\r\nX-B: c', 'Content-Length: 1', 'webhook-id: 1', 'X-Y']) await bad(asked(url, { channel: { header: [header] } }), 400);
		await bad(asked(url, { channel: { header: 'X-Y: z' } }), 400);
		await bad({ ...asked(url), status: 'active' }, 422, 'not-supported');
		await bad(asked('ftp://varsel.example/'), 400);
		await bad(asked(url, { reads: 'NAV' }), [400, 422]);
		await bad({ ...asked(url), contact: [{ system: 'phone', value: '1' }] }, 422, 'not-supported');
		const { reason, ...unnamed } = asked(url);
		await bad(unnamed, 400, 'required');
		await w.sql('update sandbox_clock set enabled = false');
		await bad(asked('http://varsel.example/'), [400, 422]);
		await w.sql('update sandbox_clock set enabled = true');
	});
	test('reads as who works with persons, when no role is said; tells nothing, when no content is', async () => {
		const { extension, ...plain } = asked('https://varsel.example/fhir');
		delete plain.channel._payload;
		const made = await create(plain);
		assert.deepEqual([made.extension[0].valueCode, made.channel._payload.extension[0].valueCode], ['DPS', 'empty']);
		await end(made.id);
	});
	test('is made once for a key, and kept out of $validate', async () => {
		const key = { 'idempotency-key': crypto.randomUUID() };
		const body = asked('https://varsel.example/fhir');
		const [first, again] = [(await ask(sa, 'POST', '/Subscription', body, key)).is(201), (await ask(sa, 'POST', '/Subscription', body, key)).is(201)];
		assert.deepEqual([again.body.id, again.text.includes('whsec')], [first.body.id, false]);
		(await ask(sa, 'POST', '/Subscription', asked('https://other.example/'), key)).is(422);
		const other = { 'idempotency-key': crypto.randomUUID() };
		let waits;
		await w.database.asOwner(async (c) => {
			await c.query('lock table idempotency in share row exclusive mode');
			waits = ask(sa, 'POST', '/Subscription', body, other);
			await until(async () => (await w.sql("select 1 from pg_locks where relation = 'idempotency'::regclass and not granted")).length > 0);
			assert.equal(issueOf((await ask(sa, 'POST', '/Subscription', body, other)).is(409)), 'lock-error');
		});
		await end((await waits).is(201).body.id);
		const count = async () => (await w.sql('select count(*)::int as n from subscription'))[0].n;
		const before = await count();
		assert.equal((await ask(sa, 'POST', '/Subscription/$validate', body)).is(200).body.issue[0].severity, 'information');
		assert.equal(await count(), before);
		await end(first.body.id);
	});
});

describe('changes', () => {
	test('need the version; another receiver shakes hands, what is off rests', async () => {
		const [first, second] = [await new Receiver().start(), await new Receiver().start()];
		const made = await create(asked(first.url));
		await becomes(made.id, 'active');
		const now = (await ask(sa, 'GET', `/Subscription/${made.id}`)).is(200);
		(await ask(sa, 'PUT', `/Subscription/${made.id}`, now.body)).is(400);
		(await ask(sa, 'PUT', `/Subscription/${made.id}`, now.body, { 'if-match': 'W/"99"' })).is(412);
		(await ask(sa, 'PUT', `/Subscription/${made.id}`, { ...now.body, id: anyId() }, { 'if-match': now.etag })).is(400);
		(await put(made.id, (b) => ({ reason: 'Nytt navn', channel: { ...b.channel, endpoint: second.url } }))).is(200);
		await becomes(made.id, 'active');
		assert.equal(told(await second.until(() => true)).type, 'handshake');
		(await put(made.id, () => ({ status: 'off' }))).is(200);
		await task();
		await pause(400);
		assert.equal(ofEvents(second).length, 0);
		(await put(made.id, () => ({ status: 'active' }))).is(200);
		await until(() => ofEvents(second).length === 1, 8000, 'what was missed');
		(await put(made.id, () => ({ end: '2020-01-01T00:00:00Z' }))).is(200);
		assert.equal((await read(made.id)).status, 'off');
		(await put(made.id, (b) => ({ channel: { ...b.channel, _payload: content('full-resource') } }))).is(422);
		(await put(made.id, () => ({ status: 'error' }))).is(409);
		await end(made.id, first);
		await second.stop();
	});
	test('are for the agency\'s own administrator and systems; others have none', async () => {
		const made = await create(asked('https://varsel.example/fhir'), sy);
		for (const who of [tl, mh, 'citizen:pt-1']) (await ask(who, 'POST', '/Subscription', asked('https://x.example/'))).is(403);
		(await ask(pv, 'POST', '/Subscription', asked('https://x.example/'))).is(403);
		assert.equal((await read(made.id, pv)).id, made.id);
		(await ask(pv, 'DELETE', `/Subscription/${made.id}`)).is(403);
		(await ask(elsewhere, 'GET', `/Subscription/${made.id}`)).is(404);
		(await ask(elsewhere, 'DELETE', `/Subscription/${made.id}`)).is(404);
		(await ask(elsewhere, 'PUT', `/Subscription/${made.id}`, { ...made }, { 'if-match': 'W/"1"' })).is(405);
		assert.ok(!resources((await ask(elsewhere, 'GET', '/Subscription')).is(200).body).some((x) => x.id === made.id));
		const narrow = w.token(sa, { claims: { scope: 'fhir.read fhir.write' } });
		for (const [method, path, body] of [['GET', `/Subscription/${made.id}`], ['GET', '/Subscription'], ['POST', '/Subscription', asked('https://x.example/')], ['DELETE', `/Subscription/${made.id}`], ['POST', `/Subscription/${made.id}/$validate`, made]])
			assert.equal(problemOf((await ask(narrow, method, path, body)).is(403)), 'insufficient_scope');
		(await ask(narrow, 'POST', '/Subscription/$validate', asked('https://x.example/'))).is(200);
		(await ask(null, 'DELETE', `/Subscription/${made.id}`)).is(401);
		(await ask(sa, 'DELETE', `/Subscription/${made.id}?no_such=1`)).is(400);
		await end(made.id);
	});
	test('that end it leave it gone, for its agency', async () => {
		const made = await create(asked('https://varsel.example/fhir'));
		await end(made.id);
		for (const path of [`/Subscription/${made.id}`, `/Subscription/${made.id}/_history/1`, `/Subscription/${made.id}/$status`]) assert.equal(issueOf((await ask(sa, 'GET', path)).is(410)), 'deleted');
		(await ask(sa, 'DELETE', `/Subscription/${made.id}`)).is(410);
		(await ask(sa, 'PUT', `/Subscription/${made.id}`, made, { 'if-match': 'W/"1"' })).is(410);
		(await ask(sa, 'POST', `/Subscription/${made.id}/$validate`, made)).is(410);
		(await ask(elsewhere, 'GET', `/Subscription/${made.id}`)).is(404);
		(await ask(sa, 'DELETE', `/Subscription/${anyId()}`)).is(404);
		assert.deepEqual(resources((await ask(sa, 'GET', `/Subscription?_id=${made.id}`)).is(200).body), []);
		assert.equal((await w.sql('select 1 from delivery where subscription_id = $1', [made.id])).length, 0);
	});
	test('are refused where an agency has as many as it may', async () => {
		await w.sql(`insert into subscription (id, agency_id, name, url, role, state) select gen_random_uuid(), id, 'mange', 'https://varsel.example/', 'MH', 'PAUSED'
			from agency cross join generate_series(1, 99) where slug = 'drammen-kommune'`);
		const body = { name: 'Den hundrede', url: 'https://varsel.example/', role: 'MH' };
		const last = (await w.api(elsewhere, 'POST', '/subscriptions', body)).is(201).body;
		assert.equal((await w.api(elsewhere, 'POST', '/subscriptions', body)).is(409).body.code, 'too_many_subscriptions');
		assert.equal(problemOf((await ask(elsewhere, 'POST', '/Subscription', asked('https://x.example/', { reads: 'MH' }))).is(409)), 'too_many_subscriptions');
		(await w.change(elsewhere, 'DELETE', `/subscriptions/${last.id}`)).is(204);
		(await w.api(elsewhere, 'POST', '/subscriptions', body)).is(201);
		await w.sql("delete from subscription where name in ('mange', 'Den hundrede')");
	});
	test('natively are of the same thing', async () => {
		const native = (await w.api(sa, 'POST', '/subscriptions', { name: 'Varsler', url: 'https://varsel.example/', role: 'TL', topic: 'careplan-changed', filter: `CarePlan?patient=Patient/${s.patient}`, ends_at: '2030-01-01T00:00:00Z' })).is(201).body;
		assert.deepEqual([native.status, native.content, native.topic], ['REQUESTED', 'empty', 'careplan-changed']);
		const r = await read(native.id);
		assert.deepEqual([r.end, r._criteria.extension[0].valueString, r.criteria], ['2030-01-01T00:00:00.000Z', native.filter, `${topics}careplan-changed`]);
		const fault = async (body, pointer) => assert.deepEqual((await w.api(sa, 'POST', '/subscriptions', { name: 'x', url: 'https://varsel.example/', ...body })).is(422).pointers(), [pointer]);
		await fault({ filter: 'Task?patient=Patient/1' }, '/topic');
		await fault({ topic: 'task-assigned', entities: ['task'] }, '/entities');
		await fault({ topic: 'no-such' }, '/topic');
		const plain = (await w.api(sa, 'POST', '/subscriptions', { name: 'x', url: 'https://varsel.example/', role: 'TL' })).is(201).body;
		(await w.change(sa, 'PATCH', `/subscriptions/${plain.id}`, { topic: 'task-assigned' })).is(422);
		(await ask(sa, 'GET', `/Subscription/${plain.id}`)).is(404);
		(await w.change(sa, 'PATCH', `/subscriptions/${native.id}`, { filter: null, headers: null, ends_at: null, role: null, content: 'id-only' })).is(200);
		const changed = await read(native.id);
		assert.deepEqual([changed.end, changed._criteria, changed.extension[0].valueCode, changed.channel._payload.extension[0].valueCode], [undefined, undefined, 'TL', 'id-only']);
		await end(native.id);
		(await w.change(sa, 'DELETE', `/subscriptions/${plain.id}`)).is(204);
	});
});
