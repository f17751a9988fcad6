// Receiver, daemon and database are killed again and again while writers post: no event is lost, each person's come in order.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { send } from '../api/lib/client.mjs';
import { listen } from '../api/lib/listen.mjs';
import { Receiver } from '../api/lib/receiver.mjs';
import { until, world } from '../api/harness.mjs';
import { pg } from './lib.mjs';

const kills = process.env.LONG ? 50 : 6;
const tl = 'drammen-dps:tl-1';
const settings = { CHECK_REPLIES: undefined, OUTBOUND_ALLOW: '127.0.0.0/8', WEBHOOK_RETRY_MS: 50, WEBHOOK_TIMEOUT_MS: 2000 };

// Writers who make tasks about a few persons and change them, and repeat what was not answered.
class Tasks {
	constructor(w, persons) {
		Object.assign(this, { w, running: true, made: 0 });
		this.token = w.token(tl);
		this.all = persons.map((p) => this.write(p));
	}

	async write(patient_id) {
		while (this.running) {
			const headers = { 'idempotency-key': crypto.randomUUID() };
			const body = { title: 'Ring fastlegen', patient_id };
			while (this.running && !(await this.attempt(body, headers))) await pause(25);
		}
	}

	async attempt(body, headers) {
		const r = await send(this.w.port, { token: this.token, method: 'POST', path: '/tasks', body, headers, signal: AbortSignal.timeout(4000), judged: false }).catch(() => null);
		if (r?.status === 201) this.made++;
		return r?.status === 201;
	}

	async stop() {
		this.running = false;
		await Promise.all(this.all);
	}
}

// A reader who comes back with the last id whenever the stream ends, as a browser does.
class Reader {
	constructor(w) {
		Object.assign(this, { w, seen: [], last: null, running: true });
		this.done = this.read();
	}

	async read() {
		while (this.running) {
			const headers = this.last === null ? {} : { 'last-event-id': this.last };
			const l = await listen(this.w.port, this.w.token(tl), { query: '?entities=task&after=0', headers }).catch(() => null);
			if (l?.status === 200) await this.follow(l);
			await pause(50);
		}
	}

	async follow(l) {
		this.current = l;
		let taken = 0;
		while (this.running && l.ended === null) {
			await pause(20);
			const events = l.events;
			for (const e of events.slice(taken)) this.seen.push(e);
			taken = events.length;
			if (taken > 0) this.last = String(events[taken - 1].id);
		}
		for (const e of l.events.slice(taken)) this.seen.push(e);
		this.last = this.seen.length > 0 ? String(this.seen.at(-1).id) : null;
		await l.close().catch(() => {});
	}

	async stop() {
		this.running = false;
		await this.done;
	}
}

const kinds = {
	async receiver({ receiver }) {
		await receiver.stop();
		await pause(100 + Math.random() * 200);
		await receiver.start();
	},
	async daemon({ w }) {
		await w.kill();
		await w.start();
	},
	async database() {
		pg('kill');
		await pause(200);
		pg('start');
	},
};

// Everything once, nothing else, and each person's in the order of the outbox.
async function judge(w, name, got) {
	const wanted = await w.sql(`select position::int as id, patient_id from outbox where entity = 'task' order by position`);
	const first = [...new Map(got.map((e) => [e.id, e])).values()];
	const ids = new Set(first.map((e) => e.id));
	assert.deepEqual(wanted.filter((e) => !ids.has(e.id)), [], `${name}: lost`);
	assert.equal(first.length, wanted.length, `${name}: events that there are not`);
	for (const patient of new Set(wanted.map((e) => e.patient_id))) {
		const order = first.filter((e) => e.patient === patient).map((e) => e.id);
		assert.deepEqual(order, [...order].sort((a, b) => a - b), `${name}: out of order`);
	}
	return { events: wanted.length, again: got.length - first.length };
}

test(`${kills} kills: nothing is lost, nothing out of order`, { timeout: 60_000 + kills * 30_000 }, async (t) => {
	const w = await world({ settings });
	const receiver = await new Receiver({ answer: () => (Math.random() < 0.02 ? 500 : 204) }).start();
	const s = (await w.api('drammen-dps/SA', 'POST', '/subscriptions', { name: 'Prøve', url: receiver.url, role: 'TL', entities: ['task'] })).is(201).body;
	const persons = [];
	for (let i = 0; i < 4; i++) persons.push((await w.api(tl, 'POST', '/patients', { family_name: 'Nordmann' })).is(201).body.id);
	const reader = new Reader(w);
	const tasks = new Tasks(w, persons);
	for (let i = 0; i < kills; i++) {
		await pause(300 + Math.random() * 500);
		await Object.values(kinds)[i % 3]({ w, receiver });
	}
	await until(() => w.daemon.isReady().catch(() => false), 20_000, 'the daemon\'s return');
	await pause(500);
	await tasks.stop();
	await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0, 20_000, 'the last place');
	const [{ last, events }] = await w.sql(`select max(position)::int as last, count(*)::int as events from outbox where entity = 'task'`);
	await until(async () => {
		const r = await w.api('drammen-dps/SA', 'GET', `/subscriptions/${s.id}`);
		return r.status === 200 && r.body.after >= last && r.body.pending === 0;
	}, 60_000 + events * 200, 'the last delivery'); // one at a time for each person: what has piled up takes its time
	await until(() => reader.seen.some((e) => Number(e.id) === last), 20_000, 'the last event of the stream');
	await reader.stop();
	const sent = await judge(w, 'webhook', receiver.received.filter((m) => m.status === 204).map((m) => ({ id: Number(m.event.id), patient: m.event.data.patient_id })));
	const read = await judge(w, 'stream', reader.seen.map((e) => ({ id: Number(e.id), patient: e.data.patient_id })));
	assert.ok(sent.events >= kills * 5, 'too few events to say anything');
	assert.ok(sent.again <= kills * 10, `${sent.again} events were sent again although they had been taken`);
	t.diagnostic(`${sent.events} events, ${tasks.made} answered; again: ${sent.again} by webhook, ${read.again} on the stream`);
	await receiver.stop();
});
