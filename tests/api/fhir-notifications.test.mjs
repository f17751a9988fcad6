// What a Subscription's receiver is told, and when: headers of its own, numbers, what waits, its end.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { pause, until, world } from './harness.mjs';
import { localPath } from './lib/fhir.mjs';
import { subscriptions } from './lib/fhir-subscriptions.mjs';
import { inTeam } from './lib/in-team.mjs';
import { Receiver } from './lib/receiver.mjs';

const w = await world({ settings: { OUTBOUND_ALLOW: '127.0.0.0/8', WEBHOOK_RETRY_MS: 100, WEBHOOK_TIMEOUT_MS: 700 } });
const sa = 'drammen-dps/SA';
const { asked, create, read, becomes, end, put, told, task, ofEvents, about, numberOf, counted } = subscriptions(w);

const consentOf = async (patient) => (await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
	select gen_random_uuid(), $1, id, 'SHARE', 'GRANTED', array[id], '{IDENTITY}', 'x', clock_now() + interval '1 year' from agency where slug = 'drammen-dps' returning id`, [patient]))[0].id;
const hide = (patient) => w.sql(`insert into objection (id, patient_id, scope, against, against_id)
	select gen_random_uuid(), $1, 'WHOLE_RECORD', 'AGENCY', id from agency where slug = 'drammen-dps'`, [patient]);

describe('a notification', () => {
	test('takes the longest headers of its subscription along, which are kept sealed', async () => {
		const receiver = await new Receiver().start();
		const [name, words] = [`X-${'a'.repeat(60)}`, ['0', '1', '2'].map((n) => `Bearer ${n}${'hemmelig'.repeat(250)}`.slice(0, 2002))];
		const made = await create(asked(receiver.url, { channel: { header: [`Authorization: ${words[0]}`, `${name}: ${words[1]}`] } }));
		const stored = async () => (await w.sql('select headers from subscription where id = $1', [made.id]))[0].headers;
		assert.ok((await stored()).every((h) => h.startsWith('seal:')), 'sealed in the database');
		const [hello] = [await receiver.until(() => true)];
		assert.deepEqual([hello.headers.authorization, hello.headers[name.toLowerCase()]], words.slice(0, 2));
		await becomes(made.id, 'active');
		(await w.change(sa, 'PATCH', `/subscriptions/${made.id}`, { headers: [`Authorization: ${words[2]}`] })).is(200);
		await receiver.until((m) => m.headers.authorization === words[2]);
		assert.ok((await stored()).every((h) => h.startsWith('seal:')), 'and when changed');
		assert.ok(!w.daemon.log.includes('hemmelighemmelig'));
		await end(made.id, receiver);
	});

	test('is not sent without a header that cannot be opened: that has failed', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url, { channel: { header: ['Authorization: Bearer hemmelig-ord'] } }));
		await becomes(made.id, 'active');
		await w.sql("update subscription set headers = array['Authorization: Bearer i-klartekst'] where id = $1", [made.id]);
		const before = receiver.received.length;
		const t = await task();
		const logged = async () => (await w.api(sa, 'GET', `/subscriptions/${made.id}/deliveries`)).is(200).body.items.find((d) => d.kind === 'EVENT');
		await until(async () => (await logged())?.attempts > 0, 8000, 'an attempt that failed');
		assert.deepEqual([(await logged()).status, (await logged()).error, (await logged()).http_status], ['PENDING', 'headers', undefined]);
		assert.equal(receiver.received.length, before);
		(await w.change(sa, 'PATCH', `/subscriptions/${made.id}`, { headers: ['Authorization: Bearer nytt-ord'] })).is(200);
		assert.equal((await receiver.until(about(t.id))).headers.authorization, 'Bearer nytt-ord');
		await end(made.id, receiver);
	});

	test('that has been tried comes without what it is about when that is hidden by now: its number is not left out', async () => {
		let answer = 503;
		const receiver = await new Receiver({ answer: (m) => (m.text.includes('"handshake"') ? 204 : answer) }).start();
		const [{ patient }, { patient: seen }] = [await inTeam(w), await inTeam(w)];
		const made = await create(asked(receiver.url, { topic: 'consent-changed' }));
		await becomes(made.id, 'active');
		const consent = await consentOf(patient);
		const tried = told(await receiver.until(about(consent)))['notification-event'];
		await hide(patient);
		answer = 204;
		const next = await consentOf(seen);
		await until(() => ofEvents(receiver).some(about(next)));
		const events = () => ofEvents(receiver).map((m) => told(m)['notification-event']);
		const [alone, after] = events();
		assert.deepEqual([alone['event-number'], Date.parse(alone.timestamp), alone.focus, after['event-number'], localPath(after.focus)],
			['1', Date.parse(tried.timestamp), undefined, '2', `/Consent/${next}`]);
		assert.deepEqual([receiver.accepted.some(about(consent)), await counted(made.id)], [false, 2]);
		await until(async () => (await w.sql("select 1 from delivery where subscription_id = $1 and state = 'PENDING'", [made.id])).length === 0);
		const [{ position }] = await w.sql('select min(position)::int as position from delivery where subscription_id = $1', [made.id]);
		receiver.received.length = 0;
		(await w.api(sa, 'POST', `/subscriptions/${made.id}/replay`, { after: position - 1 })).is(202);
		await until(() => ofEvents(receiver).length === 2, 8000, 'both again');
		assert.deepEqual(events().map((e) => [e['event-number'], e.focus === undefined]), [['1', true], ['2', false]]);
		await end(made.id, receiver);
	});

	test('comes again when it was not taken, in order and with its number, and ends with 410', async () => {
		let refused = 0;
		const receiver = await new Receiver({ answer: (m) => (m.text.includes('event-notification') && refused++ < 3 ? 500 : 204) }).start();
		const made = await create(asked(receiver.url));
		await becomes(made.id, 'active');
		const [a, b] = [await task(), await task()];
		await until(() => ofEvents(receiver).length === 2);
		assert.deepEqual(ofEvents(receiver).map((m) => told(m)['notification-event']).map((e) => [e['event-number'], localPath(e.focus)]), [['1', `/Task/${a.id}`], ['2', `/Task/${b.id}`]]);
		receiver.answer = () => 410;
		await task();
		await becomes(made.id, 'error');
		const failed = await read(made.id);
		assert.match(failed.error, /^gone status 410$/);
		receiver.answer = () => 204;
		(await put(made.id, () => ({ status: 'requested' }))).is(200);
		await becomes(made.id, 'active');
		await end(made.id, receiver);
	});

	test('has its number again when it is replayed, and is counted once', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url));
		await becomes(made.id, 'active');
		const things = [await task(), await task(), await task()];
		const numbers = () => things.map((t) => ofEvents(receiver).filter(about(t.id)).map(numberOf));
		await until(() => ofEvents(receiver).length === 3);
		const [{ position }] = await w.sql('select min(position)::int as position from delivery where subscription_id = $1', [made.id]);
		receiver.received.length = 0;
		(await w.api(sa, 'POST', `/subscriptions/${made.id}/replay`, { after: position - 1 })).is(202);
		await until(() => ofEvents(receiver).length === 3, 8000, 'all again');
		assert.deepEqual([numbers(), await counted(made.id)], [[[1], [2], [3]], 3]);
		const fourth = await task();
		assert.equal(numberOf(await receiver.until(about(fourth.id))), 4);
		assert.equal(await counted(made.id), 4);
		await end(made.id, receiver);
	});

	test('is numbered when it is told: what was hidden by then takes no number', async () => {
		let answer = 500;
		const receiver = await new Receiver({ answer: (m) => (m.text.includes('"handshake"') ? 204 : answer) }).start();
		const [{ patient: seen }, { patient: hidden }] = [await inTeam(w), await inTeam(w)];
		const made = await create(asked(receiver.url, { topic: 'consent-changed' }));
		await becomes(made.id, 'active');
		const first = await consentOf(seen);
		await receiver.until(about(first));
		await consentOf(hidden);
		await until(async () => (await w.sql("select 1 from delivery where subscription_id = $1 and state = 'PENDING' and position is not null", [made.id])).length === 2);
		await hide(hidden);
		answer = 204;
		await until(async () => (await w.sql("select 1 from delivery where subscription_id = $1 and state = 'HIDDEN'", [made.id])).length > 0);
		const next = await consentOf(seen);
		await until(() => ofEvents(receiver).some(about(next)));
		assert.deepEqual([ofEvents(receiver).map(numberOf), await counted(made.id)], [[1, 2], 2]);
		await end(made.id, receiver);
	});

	test('does not come of what happens after the end, nor before the time to try again', async () => {
		const receiver = await new Receiver().start();
		const made = await create(asked(receiver.url));
		await becomes(made.id, 'active');
		(await put(made.id, () => ({ end: new Date(Date.now() + 500).toISOString() }))).is(200);
		await becomes(made.id, 'off');
		const late = await task();
		const sent = (await w.api(sa, 'POST', `/subscriptions/${made.id}/test`)).is(202).body;
		await receiver.until((m) => m.id === `test_${sent.id}`);
		await pause(400);
		assert.ok(!receiver.received.some(about(late.id)), 'it has ended');
		(await w.change(sa, 'PATCH', `/subscriptions/${made.id}`, { ends_at: null })).is(200);
		await receiver.until(about(late.id));
		await w.sql("update subscription_progress set retry_at = now() + interval '1 hour' where subscription_id = $1", [made.id]);
		const waits = await task();
		(await w.api(sa, 'POST', `/subscriptions/${made.id}/test`)).is(202);
		await receiver.until((m) => told(m).type === 'heartbeat' && m.id !== `test_${sent.id}`);
		await pause(400);
		assert.ok(!receiver.received.some(about(waits.id)), 'it waits');
		await end(made.id, receiver);
	});

	test('comes while a great many other subscriptions wait', async () => {
		const [receiver, slow] = [await new Receiver().start(), await new Receiver({ answer: () => pause(500).then(() => 204) }).start()];
		const made = await create(asked(receiver.url));
		await becomes(made.id, 'active');
		// each is a place in a round, most without room: what all of them have told takes no memory at once
		await w.sql(`with many as (insert into subscription (id, agency_id, name, url, role, state, headers)
				select gen_random_uuid(), id, 'mange', $1, 'TL', 'PAUSED', array_fill(repeat('x', 2000), array[8]) from agency cross join generate_series(1, 1500) where slug = 'drammen-dps' returning id),
			at as (insert into subscription_progress (subscription_id, position) select id, 0 from many)
			insert into delivery (subscription_id, order_key) select id, id from many`, [slow.url]);
		const t = await task();
		assert.equal((await receiver.until(about(t.id), 30_000)).status, 204);
		await w.sql("delete from subscription where name = 'mange'");
		assert.ok(!w.daemon.log.includes('"level":"fatal"'));
		await end(made.id, receiver);
		await slow.stop();
	});

	test('ends by the real clock, which says the status too', async () => {
		const made = await create(asked('http://127.0.0.1:1/', { end: new Date(Date.now() + 3_600_000).toISOString() }));
		const [{ state }] = await w.sql("select fhir_subscription_state(s) as state from subscription s cross join lateral (select set_config('app.now', '2099-01-01T00:00:00Z', true)) c where s.id = $1", [made.id]);
		assert.notEqual(state, 'off');
		await end(made.id);
	});

	test('has no header of another host: a change of the address alone keeps them on the same', async () => {
		const [first, second] = [await new Receiver().start(), await new Receiver().start()];
		const made = await create(asked(first.url, { channel: { header: ['Authorization: Bearer hemmelig-ord'] } }));
		await becomes(made.id, 'active');
		first.received.length = 0;
		(await put(made.id, (b) => ({ channel: { ...b.channel, endpoint: `${first.url}/annet?sted=2` } }))).is(200);
		assert.equal((await first.until(() => true)).headers.authorization, 'Bearer hemmelig-ord', 'the same host');
		await becomes(made.id, 'active');
		(await put(made.id, (b) => ({ channel: { ...b.channel, endpoint: second.url } }))).is(200);
		const hello = await second.until(() => true);
		assert.deepEqual([told(hello).type, hello.headers.authorization], ['handshake', undefined]);
		await becomes(made.id, 'active');
		(await w.change(sa, 'PATCH', `/subscriptions/${made.id}`, { url: first.url, headers: ['Authorization: Bearer nytt-ord'] })).is(200);
		assert.equal((await first.until((m) => m.headers.authorization !== 'Bearer hemmelig-ord')).headers.authorization, 'Bearer nytt-ord', 'told anew');
		await becomes(made.id, 'active');
		second.received.length = 0;
		(await w.change(sa, 'PATCH', `/subscriptions/${made.id}`, { url: second.url })).is(200);
		assert.equal((await second.until(() => true)).headers.authorization, undefined, 'natively too');
		await end(made.id, first);
		await second.stop();
	});
});
