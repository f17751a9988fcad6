// The NAV adapter against the real daemon and a folder that stands for NAV's activity plan: both sides change, meet in
// conflict, fail and come back; every message from the adapter is judged by the schema that it promises.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { syntheticNumber, world } from '../api/harness.mjs';
import { act, begin, consent, measureFor, people, person, releaseTo, takePart } from '../api/plan-steps.mjs';
import { Adapter } from './adapter.mjs';

const w = await world();
const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
const valid = ajv.compile(JSON.parse(readFileSync(new URL('../../clients/nav/aktivitetskort.schema.json', import.meta.url))));
const sections = (more = {}) => ({ nav: { from_folder: 'from', to_folder: 'to', conflict_folder: 'conflicts', settle_ms: 50, ident: 'Z990000', ...more },
	office: { unit_id: w.ids.unit['nav-drammen:kontor'], staff_id: w.ids.staff['nav-drammen:nav-1'], interval_s: 1 } });
const office = { agency: 'nav-drammen', role: 'NAV', subject: 'nav-1' };
const nav = new Adapter('nav', w.port, office, sections());
const number = syntheticNumber();
const { tm } = people;
let plan, patient, minute = 0;

// A message as NAV sends it; each later than the one before.
function message(id, members = {}, action = 'UPSERT_AKTIVITETSKORT_V1') {
	const at = new Date(Date.now() - 3_600_000 + 60_000 * minute++).toISOString();
	return { messageId: randomUUID(), source: 'VEILARB', actionType: action, aktivitetskortType: 'ARENA_TILTAK', aktivitetskort: { id, personIdent: number,
		tittel: 'Individuell jobbstøtte', beskrivelse: 'Sammen med jobbspesialist', aktivitetStatus: 'FORSLAG', startDato: '2026-04-01',
		endretAv: { ident: 'Z990001', identType: 'NAVIDENT' }, endretTidspunkt: at, avtaltMedNav: true,
		etiketter: [{ tekst: 'IPS', sentiment: 'NEUTRAL', kode: 'INDJOBSTOT' }], ...members } };
}

const fromNav = (m) => nav.put('from', `${m.messageId}.json`, m);
const measures = () => w.sql('select id, title, how, state, version from measure where plan_id = $1 order by created_at', [plan.id]);
const only = async () => (await measures()).at(-1);

// What NAV has been told since the last time, taken away as NAV's side does.
let taken = new Set();
function told() {
	const fresh = nav.files('to').filter((n) => !taken.has(n));
	taken = new Set([...taken, ...fresh]);
	return fresh.map((name) => {
		const m = nav.json('to', name);
		assert.ok(valid(m), JSON.stringify(valid.errors));
		assert.equal(`${m.messageId}.json`, name);
		return m.aktivitetskort;
	});
}

test('the person has a plan in which NAV takes part', async () => {
	patient = await person(w, { national_id: number });
	plan = await begin(w, tm, { kind: 'WORK_ACTIVITY', patient_id: patient, work: { wish: 'Jobbe med dyr' } });
	await consent(w, patient);
	await releaseTo(w, patient, 'nav-drammen', ['IDENTITY', 'PLAN', 'WORK', 'MEASURES']);
	(await takePart(w, tm, plan.path, 'nav-drammen:nav-1', 'nav-drammen:kontor')).is(201);
});

describe('from NAV', () => {
	const id = randomUUID();

	test('a card becomes a measure, with its state', async () => {
		const m = message(id, { aktivitetStatus: 'GJENNOMFORES' });
		assert.ok(valid(m), JSON.stringify(valid.errors));
		fromNav(m);
		assert.equal(await nav.run('--once'), 0, nav.log);
		const row = await only();
		assert.deepEqual([row.title, row.how, row.state], ['Individuell jobbstøtte', 'Sammen med jobbspesialist', 'IN_PROGRESS']);
		assert.deepEqual(told(), [], 'NAV has said it all');
		assert.equal((await measures()).length, 1);
	});

	test('the same message, and an older one, change nothing', async () => {
		fromNav({ ...message(id, { tittel: 'Gammelt', endretTidspunkt: '2020-01-01T00:00:00Z' }) });
		const { version } = await only();
		assert.equal(await nav.run('--once'), 0);
		assert.equal((await only()).version, version);
	});

	test('what NAV changes is changed, and the end is the end', async () => {
		fromNav(message(id, { tittel: 'Jobbstøtte i butikk', aktivitetStatus: 'GJENNOMFORES', sluttDato: '2026-12-01' }));
		assert.equal(await nav.run('--once'), 0);
		assert.equal((await only()).title, 'Jobbstøtte i butikk');
		fromNav(message(id, { tittel: 'Jobbstøtte i butikk', aktivitetStatus: 'FULLFORT', sluttDato: '2026-12-01' }));
		assert.equal(await nav.run('--once'), 0);
		assert.equal((await only()).state, 'COMPLETED');
		assert.deepEqual(told(), []);
	});

	test('a discarded card is an ended measure; one that was never known is none', async () => {
		const other = randomUUID();
		fromNav(message(other));
		fromNav(message(randomUUID(), {}, 'KASSER_AKTIVITET'));
		assert.equal(await nav.run('--once'), 0);
		assert.deepEqual((await measures()).map((m) => m.state), ['COMPLETED', 'PROPOSED']);
		fromNav(message(other, {}, 'KASSER_AKTIVITET'));
		assert.equal(await nav.run('--once'), 0);
		assert.equal((await only()).state, 'WITHDRAWN');
		assert.deepEqual(told(), [], 'AVBRUTT is what NAV has said');
	});

	test('what is no message is laid aside, whoever has no plan waits', async () => {
		fromNav(message(randomUUID(), { aktivitetStatus: 'KANSKJE' }));
		nav.put('from', 'tull.json', 'no JSON at all');
		assert.equal(await nav.run('--once'), 0);
		assert.equal(nav.events('refused').length, 2);
		assert.deepEqual(nav.events('refused').map((e) => e.fault).sort(), ['aktivitetStatus', 'not JSON']);
		const stranger = message(randomUUID(), { personIdent: syntheticNumber() });
		fromNav(stranger);
		assert.equal(await nav.run('--once'), 75);
		assert.equal(nav.events('not_placed').at(-1).why, 'person_unknown');
		fromNav(message(stranger.aktivitetskort.id, { personIdent: number }));
		assert.equal(await nav.run('--once'), 0, 'until the plan is there');
	});
});

describe('to NAV', () => {
	let m, card;

	test('a measure for the office becomes a card', async () => {
		told();
		m = (await w.api(tm, 'POST', '/measures', measureFor(w, plan.id, 'nav-drammen:kontor', { title: 'Arbeidstrening', domain: 'ACTIVITY' }))).is(201).body;
		assert.equal(await nav.run('--once'), 0, nav.log);
		const cards = told();
		assert.equal(cards.length, 1);
		[card] = cards;
		assert.deepEqual([card.tittel, card.aktivitetStatus, card.personIdent, card.endretAv.identType], ['Arbeidstrening', 'FORSLAG', number, 'SYSTEM']);
		assert.equal(await nav.run('--once'), 0);
		assert.deepEqual(told(), [], 'once');
	});

	test('what the office does there is told', async () => {
		await act(w, people.nav, `/measures/${m.id}`, { action: 'accept', responsible_staff_id: w.ids.staff['nav-drammen:nav-2'], start_on: '2026-05-01' });
		assert.equal(await nav.run('--once'), 0);
		const [again] = told();
		assert.deepEqual([again.id, again.aktivitetStatus, again.startDato], [card.id, 'PLANLAGT', '2026-05-01']);
	});

	test('both sides change different things: each gets the other\'s', async () => {
		(await w.change(people.nav, 'PATCH', `/measures/${m.id}`, { how: 'To dager i uken' })).is(200);
		fromNav(message(card.id, { tittel: 'Arbeidstrening på stall', beskrivelse: 'Hjemmebesøk', startDato: '2026-05-01', aktivitetStatus: 'GJENNOMFORES',
			endretTidspunkt: new Date(Date.now() + 1000).toISOString() }));
		assert.equal(await nav.run('--once'), 0);
		const now = (await w.api(people.nav, 'GET', `/measures/${m.id}`)).is(200).body;
		assert.deepEqual([now.title, now.how, now.status], ['Arbeidstrening på stall', 'To dager i uken', 'IN_PROGRESS']);
		const [again] = told();
		assert.deepEqual([again.tittel, again.beskrivelse, again.aktivitetStatus], ['Arbeidstrening på stall', 'To dager i uken', 'GJENNOMFORES']);
		assert.deepEqual(nav.files('conflicts'), []);
	});

	test('both change the same thing: people decide, and then it goes on', async () => {
		(await w.change(people.nav, 'PATCH', `/measures/${m.id}`, { title: 'Trening på gård' })).is(200);
		const theirs = (tittel) => message(card.id, { tittel, beskrivelse: 'To dager i uken', startDato: '2026-05-01', aktivitetStatus: 'GJENNOMFORES',
			endretTidspunkt: new Date(Date.now() + 2000 + minute++).toISOString() });
		fromNav(theirs('Trening på travbane'));
		assert.equal(await nav.run('--once'), 75);
		const conflict = nav.json('conflicts', `${card.id}.json`);
		assert.deepEqual(conflict.fields, { title: { agreed: 'Arbeidstrening på stall', service: 'Trening på gård', nav: 'Trening på travbane' } });
		assert.equal((await w.api(people.nav, 'GET', `/measures/${m.id}`)).body.title, 'Trening på gård');
		assert.deepEqual(told(), []);
		(await w.change(people.nav, 'PATCH', `/measures/${m.id}`, { title: 'Trening på travbane' })).is(200);
		assert.equal(await nav.run('--once'), 0);
		assert.deepEqual(nav.files('conflicts'), []);
		assert.deepEqual(told(), []);
	});

	test('what NAV wrote before it had our message does not undo it', async () => {
		const made = (await w.api(tm, 'POST', '/measures', measureFor(w, plan.id, 'nav-drammen:kontor', { title: 'Lunsj', domain: 'ACTIVITY' }))).is(201).body;
		await act(w, people.nav, `/measures/${made.id}`, { action: 'accept', responsible_staff_id: w.ids.staff['nav-drammen:nav-1'], start_on: '2026-05-01' });
		assert.equal(await nav.run('--once'), 0);
		const [{ id }] = told();
		(await w.change(people.nav, 'PATCH', `/measures/${made.id}`, { title: 'Lunsj og kaffe' })).is(200);
		assert.equal(await nav.run('--once'), 0);
		assert.equal(told()[0].tittel, 'Lunsj og kaffe');
		const before = new Date(Date.parse(nav.json('spool/ledger', `${id}.json`).told_at) - 1).toISOString();
		fromNav(message(id, { tittel: 'Lunsj', beskrivelse: 'Fire dager', startDato: '2026-05-01', aktivitetStatus: 'PLANLAGT', endretTidspunkt: before }));
		assert.equal(await nav.run('--once'), 0);
		const now = (await w.api(people.nav, 'GET', `/measures/${made.id}`)).body;
		assert.deepEqual([now.title, now.how], ['Lunsj og kaffe', 'Fire dager']);
		assert.deepEqual(told().map((c) => [c.tittel, c.beskrivelse]), [['Lunsj og kaffe', 'Fire dager']], 'NAV gets both');
	});
});

describe('when things fail', () => {
	// Stands between adapter and daemon: `before` may do something before a request goes on; with 'lose' the answer to it is
	// lost, with a number that is the answer and nothing goes on.
	function between(before) {
		const server = http.createServer((request, response) => {
			const parts = [];
			request.on('data', (d) => parts.push(d));
			request.on('end', async () => {
				const instead = await before(request);
				if (typeof instead === 'number') return response.writeHead(instead, { 'content-length': 0 }).end();
				const on = http.request({ host: '127.0.0.1', port: w.port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
					if (instead === 'lose') return request.socket.destroy();
					response.writeHead(answer.statusCode, answer.headers);
					return answer.pipe(response);
				});
				return on.end(Buffer.concat(parts));
			});
		});
		return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
	}

	// One round with that in between.
	async function roundWith(before) {
		const server = await between(before);
		nav.configure({ service: { url: `http://127.0.0.1:${server.address().port}/api/v1` } });
		const code = await nav.run('--once');
		nav.configure({ service: { url: `http://127.0.0.1:${w.port}/api/v1` } });
		server.close();
		server.closeAllConnections();
		return code;
	}

	test('somebody else was faster: read again, merged again', async () => {
		const id = randomUUID();
		fromNav(message(id, { tittel: 'Kurs', aktivitetStatus: 'PLANLAGT' }));
		assert.equal(await nav.run('--once'), 0);
		const m = await only();
		let raced = 0;
		fromNav(message(id, { tittel: 'Kurs i regnskap', aktivitetStatus: 'PLANLAGT' }));
		assert.equal(await roundWith(async (request) => {
			if (request.method === 'PATCH' && raced++ === 0)
				(await w.change(people.nav, 'PATCH', `/measures/${m.id}`, { how: 'På nett' })).is(200);
		}), 0, nav.log);
		assert.ok(raced >= 2, 'the change was tried again');
		assert.equal(nav.events('changed_meanwhile').length, 1);
		const now = await only();
		assert.deepEqual([now.title, now.how], ['Kurs i regnskap', 'På nett']);
		assert.deepEqual(told().map((c) => [c.tittel, c.beskrivelse]), [['Kurs i regnskap', 'På nett']]);
	});

	test('a lost answer: the measure that was made is found again, and not taken for a new one', async () => {
		const before = (await measures()).length;
		const proposes = (request) => request.method === 'POST' && request.url.endsWith('/measures');
		fromNav(message(randomUUID(), { tittel: 'Kurs i sveising', aktivitetStatus: 'PLANLAGT' }));
		assert.equal(await roundWith((request) => (proposes(request) ? 'lose' : null)), 75);
		assert.equal((await measures()).length, before + 1, 'it has arrived');
		assert.equal(await roundWith((request) => (proposes(request) ? 429 : null)), 75);
		assert.deepEqual(told(), []);
		assert.equal(await nav.run('--once'), 0);
		assert.deepEqual([(await measures()).length, (await only()).state], [before + 1, 'ACCEPTED']);
		assert.deepEqual(told(), []);
	});

	test('an outage, and a kill in the middle: nothing lost, nothing twice', async () => {
		const before = (await measures()).length;
		const ids = Array.from({ length: 5 }, () => randomUUID());
		const settings = { ...w.daemon.settings };
		nav.start();
		await w.stop();
		for (const id of ids) fromNav(message(id, { tittel: `Tiltak ${id.slice(0, 4)}`, aktivitetStatus: 'PLANLAGT' }));
		await nav.until(() => nav.files('from').length === 0, 'the taking');
		await nav.kill();
		nav.start();
		await w.start(settings);
		await nav.until(async () => (await measures()).length > before, 'the first measure');
		await nav.kill();
		nav.start();
		await nav.until(async () => (await measures()).slice(before).filter((m) => m.state === 'ACCEPTED').length === 5, 'all five');
		assert.equal(await nav.stop(), 0);
		assert.equal((await measures()).length, before + 5);
		assert.deepEqual(told(), []);
	});

	test('consent withdrawn: what may not be seen is left alone', async () => {
		const first = (await measures()).at(-1);
		await w.sql(`update consent set state = 'WITHDRAWN' where patient_id = $1 and type = 'SHARE'`, [patient]);
		assert.equal(await nav.run('--once'), 75);
		const said = nav.events('not_settled').at(-1);
		assert.deepEqual([said.status, said.code], [403, 'consent_required']);
		assert.deepEqual(told(), []);
		assert.equal((await w.sql('select state from measure where id = $1', [first.id]))[0].state, 'ACCEPTED');
	});
});

test('the log tells nothing of persons', () => nav.tellsNothing(number, 'jobbstøtte', 'Trening', 'Kurs', 'stall', 'Lunsj'));
