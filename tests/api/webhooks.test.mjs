// Webhooks: signed, at once, in order for each person, again until they are taken, and to nobody who may not be told.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, describe, test } from 'node:test';
import { pause, until, world } from './harness.mjs';
import { Receiver, goodSignatures } from './lib/receiver.mjs';

const sa = 'drammen-dps/SA';
const tl = 'drammen-dps:tl-1';
const folder = mkdtempSync(`${tmpdir()}/webhooks-`);
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=receiver', '-addext', 'subjectAltName=IP:127.0.0.1',
	'-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`], { stdio: 'ignore' });
const settings = { OUTBOUND_ALLOW: '127.0.0.0/8', WEBHOOK_RETRY_MS: 100, WEBHOOK_TIMEOUT_MS: 700, CA_CERTIFICATES: `${folder}/cert.pem` };
const w = await world({ settings });
after(() => rmSync(folder, { recursive: true }));

const tasks = 'task,patient';
const person = async () => (await w.api(tl, 'POST', '/patients', { family_name: 'Nordmann' })).is(201).body.id;
const task = async (body = {}) => (await w.api(tl, 'POST', '/tasks', { title: 'Ring', ...body })).is(201).body;
const touch = async (t, note) => (await w.change(tl, 'PATCH', `/tasks/${t.id}`, { note })).is(200);
const subscribe = async (receiver, more = {}) => (await w.api(sa, 'POST', '/subscriptions', { name: 'Prøve', url: receiver.url, role: 'TL', entities: tasks.split(','), ...more })).is(201).body;
const read = async (s) => (await w.api(sa, 'GET', `/subscriptions/${s.id}`)).is(200).body;
const deliveries = async (s, status) => (await w.api(sa, 'GET', `/subscriptions/${s.id}/deliveries?limit=200${status ? `&status=${status}` : ''}`)).is(200).body.items;
const end = async (receiver, s) => {
	if (s) (await w.change(sa, 'DELETE', `/subscriptions/${s.id}`)).is(204);
	await receiver.stop();
};
const about = (id) => (m) => m.event.data.id === id;

describe('what is sent', () => {
	test('is a thin event with both signatures, once', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		const t = await task({ note: 'Hemmelig innhold' });
		const m = await receiver.until(about(t.id));
		assert.equal(m.method, 'POST');
		assert.equal(m.headers['content-type'], 'application/cloudevents+json; charset=utf-8');
		assert.deepEqual(goodSignatures(m, { secrets: [s.secret], publicKeys: s.public_keys }), ['v1', 'v1a']);
		assert.ok(Math.abs(Number(m.headers['webhook-timestamp']) - Date.now() / 1000) < 30);
		assert.equal(m.id, `evt_${m.event.id}`);
		assert.ok(!m.text.includes('Hemmelig'));
		const [same] = (await w.api(tl, 'GET', `/changes?after=${m.event.id - 1}&limit=1&entities=task`)).is(200).body.items;
		assert.deepEqual(m.event, same, 'the same as who asks is told');
		await until(async () => (await deliveries(s, 'DELIVERED')).length === 1);
		await pause(400);
		assert.equal(receiver.received.length, 1);
		const [d] = await deliveries(s);
		assert.deepEqual([d.kind, d.event_id, d.attempts, d.http_status], ['EVENT', m.event.id, 1, 204]);
		await end(receiver, s);
	});

	test('goes over TLS that is checked', async () => {
		const tls = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };
		const receiver = await new Receiver({ tls }).start();
		const s = await subscribe(receiver);
		const t = await task();
		await receiver.until(about(t.id));
		await end(receiver, s);
		const stranger = await new Receiver({ tls }).start();
		const wrong = await subscribe(stranger, { url: stranger.url.replace('127.0.0.1', 'localhost') });
		await task();
		await until(async () => (await deliveries(wrong)).some((d) => d.error === 'tls'));
		assert.equal(stranger.received.length, 0);
		await end(stranger, wrong);
	});

	test('stays in order for each person, whatever it takes', async () => {
		const receiver = await new Receiver({ answer: async () => {
			await pause(Math.random() * 30);
			return Math.random() < 0.3 ? 500 : 204;
		} }).start();
		const s = await subscribe(receiver, { entities: ['task'] });
		const things = await Promise.all([1, 2, 3, 4].map(async () => task({ patient_id: await person() })));
		for (let i = 0; i < 6; i++) await Promise.all(things.map((t) => touch(t, `Nr. ${i}`)));
		await until(() => receiver.accepted.length === 28, 20_000, 'all of them');
		for (const t of things) assert.deepEqual(receiver.accepted.filter(about(t.id)).map((m) => m.event.data.version), [1, 2, 3, 4, 5, 6, 7]);
		await end(receiver, s);
	});

	test('is what the agency may see when it is sent', async () => {
		const receiver = await new Receiver({ answer: () => 503 }).start();
		const s = await subscribe(receiver, { entities: ['patient'] });
		const [kept, lost] = [await person(), await person()];
		await until(async () => (await deliveries(s, 'PENDING')).length === 2);
		await w.sql('update care_relation set valid_to = clock_now() where patient_id = $1', [lost]);
		await pause(50);
		const before = receiver.received.length;
		receiver.answer = () => 204;
		await until(async () => (await deliveries(s, 'PENDING')).length === 0);
		assert.deepEqual(receiver.accepted.map((m) => m.event.data.id), [kept]);
		assert.deepEqual((await deliveries(s, 'HIDDEN')).length, 1);
		assert.ok(receiver.received.length > before);
		(await w.change(tl, 'PATCH', `/patients/${kept}`, { email: 'a@example.no' })).is(200);
		await w.sql('update patient set email = \'b@example.no\' where id = $1', [lost]);
		await receiver.until((m) => m.event.type === 'no.samhandling.patient.updated');
		await pause(300);
		assert.ok(!receiver.accepted.some(about(lost)));
		const [row] = await w.sql('select subject, agency_id, role from access_log where patient_id = $1 and subject = $2 limit 1', [kept, `subscription:${s.id}`]);
		assert.deepEqual(row, { subject: `subscription:${s.id}`, agency_id: w.ids.agency['drammen-dps'], role: 'TL' });
		await end(receiver, s);
	});

	test('follows role and units', async () => {
		const receiver = await new Receiver().start();
		const police = await subscribe(receiver, { name: 'Uten rad', role: 'CU', entities: ['patient', 'task'] });
		const other = await subscribe(receiver, { name: 'Alt', role: 'TL', entities: [] });
		await person();
		await receiver.until((m) => m.event.type === 'no.samhandling.care-relation.created');
		assert.equal((await deliveries(police)).length, 0);
		await end(receiver, police);
		(await w.change(sa, 'DELETE', `/subscriptions/${other.id}`)).is(204);
	});
});

describe('a key that cannot be opened', () => {
	const close = (s) => w.sql("update subscription_key set secret_seal = 'seal:borte' where subscription_id = $1", [s.id]);
	const told = (s) => w.daemon.log.split('\n').filter((l) => l.includes('"SECRET_NOT_OPENED"') && l.includes(s.id)).map((l) => JSON.parse(l).what);

	test('is told of, and nothing is sent unsigned; a new secret mends it', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		await close(s);
		const t = await task();
		await until(async () => (await deliveries(s, 'PENDING')).some((d) => d.error === 'signature'));
		assert.equal(receiver.received.length, 0);
		assert.ok(told(s).length > 0 && told(s).every((what) => what === 'key'));
		await w.sql("update subscription_progress set retry_at = now() + interval '1 hour' where subscription_id = $1", [s.id]);
		const rotated = (await w.api(sa, 'POST', `/subscriptions/${s.id}/secret`, { keep_hours: 0 })).is(200).body;
		assert.deepEqual(goodSignatures(await receiver.until(about(t.id)), { secrets: [rotated.secret], publicKeys: rotated.public_keys }), ['v1', 'v1a']);
		await end(receiver, s);
	});

	test('beside one that can is told of, and left out', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		await close(s);
		const rotated = (await w.api(sa, 'POST', `/subscriptions/${s.id}/secret`, { keep_hours: 1 })).is(200).body;
		const m = await receiver.until(about((await task()).id));
		assert.deepEqual(goodSignatures(m, { secrets: [rotated.secret], publicKeys: rotated.public_keys }), ['v1', 'v1a']);
		assert.deepEqual(told(s), ['key']);
		await end(receiver, s);
	});
});

describe('a receiver that does not take it', () => {
	test('holds back that person\'s events and nobody else\'s', async () => {
		let stubborn = null;
		const receiver = await new Receiver({ answer: (m) => (m.event.data.id === stubborn ? 400 : 204) }).start();
		const s = await subscribe(receiver, { entities: ['task'] });
		const patient = await person();
		stubborn = (await task({ patient_id: patient })).id;
		await receiver.until(about(stubborn));
		const behind = await task({ patient_id: patient });
		const others = await task({ patient_id: await person() });
		await receiver.until(about(others.id));
		assert.equal(receiver.received.some(about(behind.id)), false, 'waits behind the other');
		stubborn = null;
		await receiver.until(about(behind.id));
		const [d] = (await deliveries(s)).filter((x) => x.attempts > 1);
		assert.deepEqual([d.status, d.http_status], ['DELIVERED', 204]);
		await end(receiver, s);
	});

	test('and is away, gets exactly what it missed', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver, { entities: ['task'] });
		await receiver.until(about((await task()).id));
		await until(async () => (await deliveries(s, 'PENDING')).length === 0);
		await receiver.stop();
		const missed = [];
		for (let i = 0; i < 5; i++) missed.push((await task()).id);
		await until(async () => (await read(s)).unreachable_since !== undefined);
		assert.ok((await deliveries(s, 'PENDING')).some((d) => d.error === 'connection'));
		const before = receiver.received.length;
		await receiver.start();
		await until(async () => (await deliveries(s, 'PENDING')).length === 0);
		assert.deepEqual(receiver.received.slice(before).map((m) => m.event.data.id).sort(), missed.sort(), 'each once, and nothing else');
		assert.equal((await read(s)).unreachable_since, undefined);
		await end(receiver, s);
	});

	for (const [how, answer, error] of [['answers too late', () => pause(2000).then(() => 204), 'timeout'], ['says that it cannot', () => ({ status: 503, headers: { 'retry-after': '1' } }), 'status'],
		['sends elsewhere', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }), 'status']])
		test(`and ${how}, gets it again`, async () => {
			const receiver = await new Receiver({ answer }).start();
			const s = await subscribe(receiver);
			const begun = performance.now();
			const t = await task();
			const failed = await until(async () => (await deliveries(s)).find((d) => d.error !== undefined));
			assert.equal(failed.error, error);
			receiver.answer = () => 204;
			await until(() => receiver.accepted.some(about(t.id)));
			if (how === 'says that it cannot') assert.ok(performance.now() - begun >= 950, 'not before it asked for it');
			await end(receiver, s);
		});

	test('and is gone (410), ends the subscription', async () => {
		const receiver = await new Receiver({ answer: () => 410 }).start();
		const s = await subscribe(receiver, { name: 'Nedlagt' });
		const t = await task();
		await until(async () => (await read(s)).status === 'STOPPED');
		assert.equal((await read(s)).status_reason, 'GONE');
		await task();
		await pause(400);
		assert.equal(receiver.received.length, 1, 'nothing more');
		const waiting = (await w.api(tl, 'GET', '/tasks?kind=SUBSCRIPTION_STOPPED')).is(200).body.items.find((x) => x.entity_id === s.id);
		assert.equal(waiting.title, 'Varsling stanset: Nedlagt');
		receiver.answer = () => 204;
		const [failed] = await deliveries(s, 'FAILED');
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { delivery_id: failed.id })).is(202);
		(await w.change(sa, 'PATCH', `/subscriptions/${s.id}`, { status: 'ACTIVE' })).is(200);
		await until(() => receiver.accepted.length >= 2);
		assert.equal(receiver.accepted[0].event.data.id, t.id, 'in order, the failed one too');
		await end(receiver, s);
	});

	test('never, pauses the subscription in the end; the rest waits', async () => {
		const second = await world({ settings: { ...settings, WEBHOOK_GIVE_UP_S: 1 } });
		const receiver = await new Receiver({ answer: () => 500 }).start();
		const s = (await second.api(sa, 'POST', '/subscriptions', { name: 'Lukket', url: receiver.url, role: 'TL', entities: ['task'] })).is(201).body;
		const t = (await second.api(tl, 'POST', '/tasks', { title: 'x' })).is(201).body;
		const now = async () => (await second.api(sa, 'GET', `/subscriptions/${s.id}`)).is(200).body;
		await until(async () => (await now()).status === 'PAUSED', 8000);
		assert.equal((await now()).status_reason, 'FAILED');
		assert.ok(receiver.received.filter(about(t.id)).length > 2, 'again and again');
		assert.equal((await second.api(tl, 'GET', '/tasks?kind=SUBSCRIPTION_STOPPED')).is(200).body.items.length, 1);
		const later = (await second.api(tl, 'POST', '/tasks', { title: 'y' })).is(201).body;
		const failed = (await second.api(sa, 'GET', `/subscriptions/${s.id}/deliveries?status=FAILED`)).is(200).body.items;
		assert.equal(failed.length, 1);
		receiver.answer = () => 204;
		(await second.change(sa, 'PATCH', `/subscriptions/${s.id}`, { status: 'ACTIVE' })).is(200);
		await receiver.until(about(later.id));
		(await second.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { delivery_id: failed[0].id })).is(202);
		await until(() => receiver.accepted.some(about(t.id)));
		await receiver.stop();
	});

	test('is not sent everything at once again: pauses grow', async () => {
		const [{ a, b, longest }] = await w.sql(`select extract(epoch from delivery_pause(1, 5000, interval '4 hours')) as a, extract(epoch from delivery_pause(4, 5000, interval '4 hours')) as b,
			extract(epoch from delivery_pause(40, 5000, interval '4 hours')) as longest`);
		assert.ok(a >= 3.75 && a <= 6.25 && b >= 30 && b <= 50 && longest >= 10_800 && longest <= 18_000);
	});
});

describe('what its agency can ask for', () => {
	test('a test event, also while it rests', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		(await w.change(sa, 'PATCH', `/subscriptions/${s.id}`, { status: 'PAUSED' })).is(200);
		const d = (await w.api(sa, 'POST', `/subscriptions/${s.id}/test`)).is(202).body;
		assert.deepEqual([d.kind, d.status], ['TEST', 'PENDING']);
		const m = await receiver.until((x) => x.event.type === 'no.samhandling.subscription.test');
		assert.deepEqual(goodSignatures(m, { secrets: [s.secret], publicKeys: s.public_keys }), ['v1', 'v1a']);
		await until(async () => (await deliveries(s)).find((x) => x.id === d.id).status === 'DELIVERED');
		receiver.answer = () => 500;
		const failing = (await w.api(sa, 'POST', `/subscriptions/${s.id}/test`)).is(202).body;
		await until(async () => (await deliveries(s, 'FAILED')).some((x) => x.id === failing.id));
		assert.equal((await read(s)).status_reason, undefined, 'a test that fails stops nothing');
		await end(receiver, s);
	});

	test('a test event that arrives brings what has waited', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		await receiver.stop();
		const t = await task();
		await until(async () => (await read(s)).unreachable_since !== undefined);
		await w.sql("update subscription_progress set retry_at = now() + interval '1 hour' where subscription_id = $1", [s.id]);
		await receiver.start();
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/test`)).is(202);
		await receiver.until(about(t.id));
		assert.equal((await read(s)).unreachable_since, undefined);
		await end(receiver, s);
	});

	test('a new secret, beside which the old one signs for a while', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver);
		const rotated = (await w.api(sa, 'POST', `/subscriptions/${s.id}/secret`, { keep_hours: 1 })).is(200).body;
		assert.notEqual(rotated.secret, s.secret);
		const m = await receiver.until(about((await task()).id));
		const four = { secrets: [rotated.secret, s.secret], publicKeys: rotated.public_keys };
		assert.equal(rotated.public_keys.length, 2);
		assert.deepEqual(goodSignatures(m, four), ['v1', 'v1a', 'v1', 'v1a']);
		assert.deepEqual(goodSignatures(m, { secrets: [s.secret], publicKeys: s.public_keys }), ['v1', 'v1a']);
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/secret`, { keep_hours: 0 })).is(200);
		const last = await receiver.until(about((await task()).id));
		assert.deepEqual(goodSignatures(last, four), [], 'the old ones are over');
		assert.equal((await read(s)).public_keys.length, 1);
		await end(receiver, s);
	});

	test('everything after a place, again', async () => {
		const receiver = await new Receiver().start();
		const s = await subscribe(receiver, { entities: ['task'] });
		const sent = [];
		for (let i = 0; i < 4; i++) sent.push((await task()).id);
		await until(() => receiver.accepted.length === 4);
		await until(async () => (await deliveries(s, 'PENDING')).length === 0);
		const from = Number(receiver.received.find(about(sent[1])).event.id);
		receiver.received = [];
		(await w.api(sa, 'POST', `/subscriptions/${s.id}/replay`, { after: from })).is(202);
		await until(() => receiver.accepted.length === 2);
		await pause(300);
		assert.deepEqual(receiver.received.map((m) => m.event.data.id).sort(), sent.slice(2).sort());
		await end(receiver, s);
	});
});

describe('where nothing is sent to', () => {
	test('a private network that is not allowed', async () => {
		const second = await world({ settings: { ...settings, OUTBOUND_ALLOW: '' } });
		const receiver = await new Receiver().start();
		for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost'), receiver.url.replace('127.0.0.1', '[::1]'), receiver.url.replace('127.0.0.1', '2130706433')]) {
			const s = (await second.api(sa, 'POST', '/subscriptions', { name: 'x', url, role: 'TL' })).is(201).body;
			(await second.api(sa, 'POST', `/subscriptions/${s.id}/test`)).is(202);
			const d = await until(async () => (await second.api(sa, 'GET', `/subscriptions/${s.id}/deliveries?status=FAILED`)).is(200).body.items[0]);
			assert.equal(d.error, 'address', url);
		}
		assert.equal(receiver.received.length, 0);
		await receiver.stop();
	});
});

test('of two daemons one delivers, and the other takes over', async () => {
	const receiver = await new Receiver().start();
	const s = await subscribe(receiver, { entities: ['task'] });
	const second = await w.another();
	for (let i = 0; i < 5; i++) await receiver.until(about((await task()).id));
	await until(async () => (await deliveries(s, 'PENDING')).length === 0); // an answer that was not noted would be asked for again
	await w.kill();
	w.daemon.port = second.port; // whom the test asks from now on
	for (let i = 0; i < 5; i++) await receiver.until(about((await task()).id));
	assert.equal(receiver.received.length, receiver.accepted.length, 'each once');
	assert.equal(receiver.accepted.length, 10);
	await end(receiver, s);
	await second.stop();
});
