// The board in one call: what it shows to whom, and that a screen which polls it hears of every change.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { inTeam } from './lib/in-team.mjs';
import { act } from './concern-steps.mjs';
import { back, forth, inMinutes } from './lib/days.mjs';

const w = await world();
const tm = 'drammen-dps:tm-1';
const tl = 'drammen-dps:tl-1';
const team = w.ids.unit['drammen-dps:fact'];
const path = `/units/${team}/board`;

const board = async (as = tm, query = '') => (await w.api(as, 'GET', path + query)).is(200).body;
const cards = (b) => b.categories.flatMap((c) => c.entries.map((e) => ({ ...e, category: c.code })));
const card = async (patient, as = tm) => cards(await board(as)).find((c) => c.patient_id === patient);
const placed = async (patient, more = {}) => (await w.api(tm, 'POST', '/board-entries', { patient_id: patient, category: 'CRISIS', reason_code: 'CRISIS', reason_text: 'Sover ikke', ...more })).is(201).body;
const contact = async (patient, body, as = tm) => (await w.api(as, 'POST', '/contacts', { patient_id: patient, mode: 'PHONE', ...body })).is(201).body;
// `later`: a time later today, or what is left of the day
const [{ today, later }] = await w.sql(`select clock_today()::text as today, least(clock_now() + interval '30 minutes', oslo_midnight(clock_today() + 1) - interval '1 minute') as later`);
const age = (id, days) => w.sql(`update board_entry set opened_at = ${back('opened_at', '$2')}, on_board_since = ${back('on_board_since', '$2')} where id = $1`, [id, days]);

describe('the board', () => {
	test('shows each person with days, review, contacts against the minimum, and what comes next', async () => {
		const { patient } = await inTeam(w, { person: { given_name: 'Kari', family_name: 'Nordmann' } });
		const e = await placed(patient, { agreed_actions: [{ text: 'Ring søsteren', who: w.ids.staff[tl], when: today }] });
		await age(e.id, 3);
		await contact(patient, { outcome: 'HELD', minutes: 10, started_at: inMinutes(-1440) });
		await contact(patient, { outcome: 'HELD', minutes: 10, started_at: inMinutes(-9 * 1440) });
		await contact(patient, { mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'NOT_HOME', started_at: inMinutes(-60) });
		const next = await contact(patient, { mode: 'FACE_TO_FACE', place: 'HOME', planned_at: later });
		await contact(patient, { planned_at: inMinutes(3 * 1440) });
		const c = await card(patient);
		assert.deepEqual([c.category, c.given_name, c.family_name, c.reason_text, c.days_on_board, c.overdue], ['CRISIS', 'Kari', 'Nordmann', 'Sover ikke', 3, false]);
		assert.deepEqual([c.contacts, c.expected_contacts, c.below_minimum], [1, 2, true]);
		assert.deepEqual([c.main_contact_id, c.main_contact_name], [w.ids.staff[tm], 'Jonas Lindås']);
		assert.deepEqual([c.next_contact_id, c.next_contact_mode, c.next_contact_place], [next.id, 'FACE_TO_FACE', 'HOME']);
		assert.equal(c.address_protected, false);
		await w.sql('update board_entry set next_review_on = clock_today() - 1 where id = $1', [e.id]);
		const b = await board();
		assert.equal(cards(b)[0].patient_id, patient, 'the overdue stand first');
		assert.deepEqual([b.view, b.date, b.meeting, b.tiles.on_board, b.tiles.overdue, b.tiles.below_minimum, b.tiles.caseload], ['FULL', today, null, 1, 1, 1, 1]);
		assert.deepEqual(b.categories.map((k) => k.code), ['CRISIS', 'CRISIS_PREVENTION', 'NEW', 'INTENSIVE_LONG', 'AVOIDING', 'ADMITTED', 'POST_DISCHARGE', 'LEGAL_MEASURE', 'DETAINED']);
		const who = (id) => b.today.find((s) => s.staff_id === w.ids.staff[id]);
		assert.deepEqual([who(tm).contacts.map((x) => x.contact_id), who(tm).actions], [[next.id], []]);
		assert.deepEqual([who(tl).name, who(tl).contacts, who(tl).actions.map((x) => [x.text, x.patient_id])], ['Ingrid Fjellvang', [], [['Ring søsteren', patient]]]);
	});

	test('tells of decisions on coercion that run and of risks, to those who may know', async () => {
		const { patient } = await inTeam(w);
		await placed(patient);
		assert.deepEqual([(await card(patient)).legal, (await card(patient)).risks], [[], []]);
		const [{ id }] = await w.sql(`insert into coercion_decision (id, patient_id, owner_agency_id, type, decided_at, decided_by, valid_from, lapses_at, control_due_at)
			select gen_random_uuid(), $1, $2, t, clock_now(), 'Overlege', clock_now(), clock_now() + interval '1 year', ${forth('clock_now()', 'd')}
			from (values ('TPH_OUTPATIENT', 10), ('MEDICATION_4_4', 60)) x (t, d) returning id`, [patient, w.ids.agency['drammen-dps']]);
		for (const [kind, level, to] of [['SELF_HARM', 'YELLOW', 30], ['FIRE', 'RED', 30], ['WEAPON', 'RED', -1]])
			await w.sql(`insert into risk_flag (id, patient_id, owner_agency_id, unit_id, kind, level, text, valid_from, valid_to, set_by)
				values (gen_random_uuid(), $1, $2, $3, $4, $5, 'Hemmelig tekst', clock_today() - 9, clock_today() + $6::int, $7)`, [patient, w.ids.agency['drammen-dps'], team, kind, level, to, w.ids.staff[tm]]);
		const c = await card(patient);
		assert.deepEqual(c.legal.map((d) => [d.type, d.expiring]).sort(), [['MEDICATION_4_4', false], ['TPH_OUTPATIENT', true]]);
		assert.deepEqual(c.risks, [{ kind: 'FIRE', level: 'RED' }, { kind: 'SELF_HARM', level: 'YELLOW' }]);
		const other = await card(patient, 'drammen-dps:tm-3');
		assert.deepEqual([other.legal, other.risks.length], [null, 2]);
		assert.ok(!(await w.api(tm, 'GET', path)).text.includes('Hemmelig tekst'));
		for (const [types, seen] of [['{coercion-decisions}', [0, 2]], ['{risk-flags}', [2, 0]]]) {
			await w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id) values (gen_random_uuid(), $1, 'RESOURCE_TYPES', $2, 'STAFF', $3)`, [patient, types, w.ids.staff[tm]]);
			const less = await card(patient);
			assert.deepEqual([less.legal.length, less.risks.length], seen);
			await w.sql(`update objection set state = 'LIFTED' where patient_id = $1`, [patient]);
		}
		await w.sql(`update coercion_decision set state = 'ENDED', ended_at = clock_now() where id = $1`, [id]);
		assert.equal((await card(patient)).legal.length, 1);
	});

	test('counts attempts where the category says so, and asks for less than one contact a week over a longer time', async () => {
		const [avoids, detained] = [await inTeam(w), await inTeam(w)];
		const e = await placed(avoids.patient, { category: 'AVOIDING' });
		await age(e.id, 10);
		for (const hours of [2, 30]) await contact(avoids.patient, { mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'NOT_HOME', started_at: inMinutes(-hours * 60) });
		const a = await card(avoids.patient);
		assert.deepEqual([a.contacts, a.expected_contacts, a.below_minimum], [2, 2, false]);
		const d = await placed(detained.patient, { category: 'DETAINED' });
		await age(d.id, 27);
		assert.equal((await card(detained.patient)).expected_contacts, 0);
		await age(d.id, 1);
		assert.deepEqual([(await card(detained.patient)).expected_contacts, (await card(detained.patient)).below_minimum], [1, true]);
		await contact(detained.patient, { outcome: 'HELD', minutes: 10, started_at: inMinutes(-20 * 1440) });
		assert.equal((await card(detained.patient)).below_minimum, false);
	});

	test('tells of those who have been NEW for too long, of today’s meeting and of who waits', async () => {
		const { patient } = await inTeam(w);
		const e = await placed(patient, { category: 'NEW', next_review_on: '2090-01-01' });
		await age(e.id, 28);
		assert.equal((await card(patient)).overdue, false);
		await age(e.id, 1);
		assert.equal((await card(patient)).overdue, true);
		const m = (await w.api(tm, 'POST', '/board-meetings', { unit_id: team, extra: true })).is(201).body;
		const before = (await board()).tiles;
		assert.deepEqual((await board()).meeting, { id: m.id, status: 'OPEN' });
		await inTeam(w, { state: 'PENDING' });
		const after = (await board()).tiles;
		assert.deepEqual([after.waiting, after.caseload], [before.waiting + 1, before.caseload]);
	});

	test('is the team’s own; others have none', async () => {
		for (const as of ['drammen-dps:tl-2', 'drammen-kommune:tl-1', 'citizen:pt-1']) (await w.api(as, 'GET', path)).is(404);
		for (const as of ['drammen-dps:dps-1', 'drammen-kommune:mh-1', 'nav-drammen:nav-1', 'politi-demo:po-1', 'fastlege-demo:gp-1', 'drammen-kommune:ho-1']) (await w.api(as, 'GET', path)).is(403, 'forbidden');
		(await w.api('drammen-dps:tl-2', 'GET', `/units/${w.ids.unit['drammen-dps:poliklinikk']}/board`)).is(404);
		(await w.api(tm, 'GET', `${path}?view=ceiling`)).is(422);
	});

	test('without a health profession it has no free text and of contacts the own alone', async () => {
		const { patient } = await inTeam(w);
		await placed(patient);
		await contact(patient, { planned_at: later }, tl);
		const seen = await card(patient, 'drammen-dps:tm-3');
		assert.deepEqual([seen.reason_text, seen.reason_code, seen.next_contact_id], [null, 'CRISIS', null]);
		assert.ok(!(await board('drammen-dps:tm-3')).today.some((s) => s.contacts.length > 0));
		await contact(patient, { planned_at: later }, 'drammen-dps:tm-3');
		assert.ok((await card(patient, 'drammen-dps:tm-3')).next_contact_id);
	});

	test('leaves out whom the person has blocked, and hides where the strictly protected live', async () => {
		const secret = await inTeam(w, { main: 'drammen-dps:tm-2', substitute: tm, person: { given_name: 'Hemmelig', family_name: 'Adresse', address_protection: 'STRICTLY_CONFIDENTIAL' } });
		await placed(secret.patient);
		await contact(secret.patient, { mode: 'FACE_TO_FACE', place: 'HOME', planned_at: later });
		const c = await card(secret.patient);
		assert.deepEqual([c.address_protected, c.next_contact_at !== null, c.next_contact_place], [true, true, null]);
		assert.equal((await card(secret.patient, 'drammen-dps:tm-2')).next_contact_place, 'HOME');
		const own = (b) => b.today.flatMap((s) => s.contacts).find((x) => x.patient_id === secret.patient);
		assert.deepEqual([own(await board()).place, own(await board('drammen-dps:tm-2')).place], [null, 'HOME']);
		for (const scope of ['WHOLE_RECORD', 'RESOURCE_TYPES']) {
			const [{ id }] = await w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id) values (gen_random_uuid(), $1, $2, '{board-entries}', 'STAFF', $3) returning id`,
				[secret.patient, scope, w.ids.staff[tl]]);
			assert.ok(!(await w.api(tl, 'GET', path)).is(200).text.includes(secret.patient), scope);
			assert.ok((await w.api(tm, 'GET', path)).is(200).text.includes(secret.patient), scope);
			await w.sql(`update objection set state = 'LIFTED' where id = $1`, [id]);
		}
	});

	test('on a wall: initials and category, no id of a person, and nobody who hides', async () => {
		const { patient } = await inTeam(w, { person: { given_name: 'Øystein', family_name: 'Ås' } });
		await placed(patient, { category: 'INTENSIVE_LONG' });
		const r = (await w.api(tm, 'GET', `${path}?view=wall`)).is(200);
		assert.deepEqual(Object.keys(r.body).sort(), ['categories', 'date', 'name', 'unit_id', 'view']);
		assert.ok(r.body.categories.every((c) => Object.keys(c).sort().join() === 'code,initials,name'));
		const of = (code) => r.body.categories.find((c) => c.code === code).initials;
		assert.deepEqual(of('INTENSIVE_LONG'), ['ØÅ']);
		assert.ok(of('CRISIS').length > 0 && !of('CRISIS').includes('HA'), 'strictly protected persons are never on a wall');
		const ids = r.text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g);
		assert.deepEqual(new Set(ids), new Set([team]));
		assert.ok(!/Øystein|Nordmann/.test(r.text));
	});

	test('logs everyone whom it shows', async () => {
		const shown = [...new Set([...cards(await board()).map((c) => c.patient_id), ...(await board()).today.flatMap((s) => s.contacts.map((c) => c.patient_id))])].sort();
		const since = (await w.sql('select max(id) as id from access_log'))[0].id;
		await board();
		const rows = await w.sql(`select access_log_persons(patient_id, shown_set) as persons, operation, resource_id from access_log where id > $1`, [since]);
		assert.deepEqual(rows, [{ persons: shown, operation: 'getBoard', resource_id: team }]);
	});
});

describe('a screen that polls', () => {
	const get = (etag, as = tm, query = '') => w.api(as, 'GET', path + query, undefined, { 'if-none-match': etag });

	test('hears of every change', async () => {
		const { patient, enrolment } = await inTeam(w);
		const e = await placed(patient);
		let etag = (await w.api(tm, 'GET', path)).is(200).etag;
		const planned = [];
		const changes = {
			'a review': () => act(w, tm, `/board-entries/${e.id}`, { action: 'review', next_review_on: '2080-01-01' }),
			'a planned contact': async () => planned.push(await contact(patient, { planned_at: later })),
			'who takes part in it': () => w.change(tm, 'PATCH', `/contacts/${planned[0].id}`, { staff: [w.ids.staff[tl]] }),
			'its outcome': () => act(w, tm, `/contacts/${planned[0].id}`, { action: 'record', outcome: 'CANCELLED_BY_TEAM' }),
			'a main contact': () => w.sql('update enrolment set main_contact_id = $2, substitute_id = null where id = $1', [enrolment, w.ids.staff[tl]]),
			'a name': () => w.change(tl, 'PATCH', `/patients/${patient}`, { given_name: 'Annen' }),
			'address protection': () => w.change(tl, 'PATCH', `/patients/${patient}`, { address_protection: 'STRICTLY_CONFIDENTIAL' }),
			'a decision on coercion': () => w.sql(`insert into coercion_decision (id, patient_id, owner_agency_id, type, decided_at, decided_by, valid_from, lapses_at, control_due_at)
				values (gen_random_uuid(), $1, $2, 'TPH_OUTPATIENT', clock_now(), 'x', clock_now(), clock_now() + interval '1 year', ${forth('clock_now()', 90)})`, [patient, w.ids.agency['drammen-dps']]),
			'its control': () => w.sql(`update coercion_decision set control_due_at = ${forth('clock_now()', 5)} where patient_id = $1`, [patient]),
			'a risk flag': () => w.sql(`insert into risk_flag (id, patient_id, owner_agency_id, unit_id, kind, level, text, valid_to, set_by) values (gen_random_uuid(), $1, $2, $3, 'FIRE', 'RED', 'x', clock_today() + 9, $4)`,
				[patient, w.ids.agency['drammen-dps'], team, w.ids.staff[tm]]),
			'a name of the staff': () => w.sql(`update staff set name = 'Ingrid Ny' where id = $1`, [w.ids.staff[tl]]),
			'a category': async () => w.sql(`update board_category set minimum_contacts = 4 where unit_id = $1 and code = 'CRISIS'`, [team]),
			'the team’s name': () => w.sql(`update unit set name = 'FACT-team Ny' where id = $1`, [team]),
			'a meeting': () => w.api(tm, 'POST', '/board-meetings', { unit_id: team, extra: true, sequence: 7 }),
			'another person who waits': () => inTeam(w, { state: 'PENDING' }),
			'an objection': () => w.sql(`insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'STAFF', $2)`, [patient, w.ids.staff[tm]]),
			'its end': () => w.sql(`update objection set state = 'LIFTED' where patient_id = $1`, [patient]),
		};
		for (const [what, change] of Object.entries(changes)) {
			(await get(etag)).is(304);
			const before = (await board());
			const made = await change();
			if (made?.is) made.is([200, 201]);
			const r = (await get(etag)).is(200);
			assert.notEqual(r.etag, etag, what);
			assert.notDeepEqual(r.body, before, what);
			etag = r.etag;
		}
		(await get(etag)).is(304);
	});

	test('is told "not modified" without the board being asked for, and logs no person', async () => {
		await w.sql('update board_category set sort = sort where unit_id = $1', [team]); // another tag than the last test's
		const { etag } = (await w.api(tm, 'GET', path)).is(200);
		const [{ was }] = await w.sql(`select pg_get_functiondef('board_columns'::regproc) as was`);
		await w.sql(was.replace('begin\n', `begin\n\traise exception 'asked';\n`));
		const since = (await w.sql('select max(id) as id from access_log'))[0].id;
		const r = (await get(etag)).is(304);
		assert.deepEqual([r.text, r.etag], ['', etag]);
		assert.deepEqual(await w.sql('select patient_id, operation from access_log where id > $1', [since]), [{ patient_id: null, operation: 'getBoard' }]);
		(await get(`"0-0", ${etag}`)).is(304);
		// nor for one who has lost the tag: what was given is kept as long as it is true
		assert.equal((await get('"0-0"')).is(200).etag, etag);
		await w.sql('update board_category set sort = sort where unit_id = $1', [team]);
		assert.equal((await w.sql('select 1 from board_kept where unit_id = $1', [team])).length, 0);
		(await get('"0-0"')).is(500);
		await w.sql(was);
		(await get('"0-0"')).is(200);
	});

	test('is in the log once a minute, each caller by themselves, and again when it holds something else', async () => {
		const rows = async (since) => (await w.sql('select staff_id, patient_id, shown_set is not null as persons from access_log where id > $1 order by id', [since])).map((r) => [r.staff_id, r.patient_id, r.persons]);
		const now = async () => (await w.sql('select max(id) as id from access_log'))[0].id;
		const { patient } = await inTeam(w);
		await placed(patient);
		const mine = (await w.api(tm, 'GET', path)).is(200).etag, other = (await w.api(tl, 'GET', path)).is(200).etag;
		const since = await now();
		const answers = [];
		for (let i = 0; i < 4; i++) for (const [as, tag] of [[tm, mine], [tl, other]]) answers.push((await get(tag, as)).is(304));
		assert.deepEqual(await rows(since), [[w.ids.staff[tm], null, false], [w.ids.staff[tl], null, false]]);
		const plain = ({ status, text, etag, headers }) => ({ status, text, etag, names: Object.keys(headers).sort() });
		assert.deepEqual(plain(answers[6]), plain(answers[0]), 'what is not logged is answered alike');
		(await get(`${mine}, "0-0"`)).is(304);
		assert.equal((await rows(since)).length, 3, 'it holds something else');
		// twelve at once share their transaction
		for (const r of await Promise.all(Array.from({ length: 12 }, (_, i) => get(i % 3 ? mine : other, i % 3 ? tm : tl)))) r.is(304);
		for (const r of await Promise.all(Array.from({ length: 12 }, (_, i) => get(i % 3 ? mine : other, tm)))) assert.equal(r.etag, mine);
		await w.change(tm, 'PATCH', `/patients/${patient}`, { given_name: 'Ny' });
		const before = await now();
		(await get(mine)).is(200);
		assert.deepEqual((await rows(before)).map((r) => r[0]), [w.ids.staff[tm]]);
		assert.ok((await rows(before)).every(([, person, set]) => person !== null || set), 'whom the new answer shows');
	});

	test('is in the log when the one that was to be logged failed', async () => {
		await w.sql('update board_category set sort = sort where unit_id = $1', [team]);
		const { etag } = (await w.api(tm, 'GET', path)).is(200);
		await w.sql(`alter table access_log add constraint nothing check (operation <> 'getBoard') not valid`);
		assert.ok((await get(etag)).status >= 400);
		await w.sql('alter table access_log drop constraint nothing');
		const since = (await w.sql('select max(id) as id from access_log'))[0].id;
		(await get(etag)).is(304);
		assert.equal((await w.sql('select 1 from access_log where id > $1', [since])).length, 1);
	});

	test('has another answer than other callers and other views', async () => {
		const tags = new Set();
		for (const as of [tm, tl, 'drammen-dps:tm-2', 'drammen-dps:tm-3']) for (const query of ['', '?view=wall']) tags.add((await w.api(as, 'GET', path + query)).is(200).etag);
		assert.equal(tags.size, 8);
		const mine = (await w.api(tm, 'GET', path)).etag;
		(await get(mine, tl)).is(200);
		(await get(mine, tm, '?view=wall')).is(200);
		(await w.api('drammen-dps:tl-2', 'GET', path, undefined, { 'if-none-match': '*' })).is(404);
	});

	test('is told nothing once its membership has ended', async () => {
		const { etag } = (await w.api('drammen-dps:tm-3', 'GET', path)).is(200);
		for (let i = 0; i < 3; i++) (await get(etag, 'drammen-dps:tm-3')).is(304);
		await w.sql('update staff_membership set valid_to = clock_now() where staff_id = $1', [w.ids.staff['drammen-dps:tm-3']]);
		const r = await get(etag, 'drammen-dps:tm-3');
		assert.ok([401, 403, 404].includes(r.status), `${r.status}`);
	});

	test('starts a new day with a new answer', async () => {
		const { etag } = (await w.api(tm, 'GET', path)).is(200);
		(await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: 'PT25H' })).is(200);
		const r = (await get(etag)).is(200);
		assert.notEqual(r.body.date, today);
	});
});
