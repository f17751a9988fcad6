// A calendar that a program reads without a token: times and kinds, no person; its secret is nowhere in clear.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ICAL from 'ical.js';
import { anyId, syntheticNumber, world } from './harness.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const fact = w.ids.unit['drammen-dps:fact'];
const family = 'Sjeldennavn';
const patient = (await w.api(team, 'POST', '/patients', { national_id: syntheticNumber(), given_name: 'Rolig', family_name: family })).is(201).body.id;
const hours = (n) => new Date(Date.now() + n * 3_600_000).toISOString();

async function feed(as = team, body = {}) {
	return (await w.api(as, 'POST', '/calendar-feeds', body)).is(201).body;
}

const read = (url, headers) => w.api(null, 'GET', url.replace('/api/v1', ''), undefined, headers);

async function entries(url) {
	const r = (await read(url)).is(200);
	assert.equal(r.type, 'text/calendar');
	for (const line of r.text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, `${Buffer.byteLength(line)} octets: ${line}`);
	assert.ok(r.text.endsWith('END:VCALENDAR\r\n') && !/[^\r]\n/.test(r.text));
	const calendar = new ICAL.Component(ICAL.parse(r.text));
	return ['vevent', 'vtodo'].flatMap((k) => calendar.getAllSubcomponents(k)).map((c) => ({ kind: c.name, uid: c.getFirstPropertyValue('uid'),
		title: c.getFirstPropertyValue('summary'), at: (c.getFirstPropertyValue('dtstart') ?? c.getFirstPropertyValue('due')).toJSDate().toISOString(),
		end: c.getFirstPropertyValue('dtend')?.toJSDate().toISOString(), stamp: c.getFirstPropertyValue('dtstamp').toString(), text: c.toString() }));
}

const task = (body) => w.api(team, 'POST', '/tasks', { title: `Ring ${family}`, unit_id: fact, patient_id: patient, ...body }).then((r) => r.is(201).body);

describe('what it holds', async () => {
	const due = hours(48);
	const mine = await task({ due_at: due, assignee_staff_id: w.ids.staff[team] });
	const others = await task({ due_at: due, assignee_staff_id: w.ids.staff['drammen-dps:tm-2'] });
	const open = await task({ due_at: due });
	const without = await task({});
	const meeting = (await w.api('drammen-dps:tl-1', 'POST', '/case-meetings', { patient_id: patient, kind: 'RESPONSIBILITY_GROUP', starts_at: hours(24), minutes_planned: 45,
		agenda: ['Bolig'], place: `Hjemme hos ${family}`, participants: [{ staff_id: w.ids.staff[team] }] })).is(201).body;
	const { url } = await feed();

	test('deadlines of tasks that fall to the caller, meetings that they are asked to', async () => {
		const all = await entries(url);
		const uids = all.map((e) => e.uid);
		assert.ok(uids.includes(`task-${mine.id}@samhandling`) && uids.includes(`task-${open.id}@samhandling`));
		assert.ok(!uids.includes(`task-${others.id}@samhandling`) && !uids.includes(`task-${without.id}@samhandling`));
		const m = all.find((e) => e.uid === `case-meeting-${meeting.id}@samhandling`);
		assert.equal(Date.parse(m.end) - Date.parse(m.at), 45 * 60_000);
		assert.equal(all.find((e) => e.uid === `task-${mine.id}@samhandling`).at, `${due.slice(0, 19)}.000Z`);
	});
	test('no person, no place, no words that somebody wrote', async () => {
		const { text } = (await read(url)).is(200);
		for (const word of [family, 'Rolig', 'Ring', 'Bolig', 'Hjemme', patient]) assert.ok(!text.includes(word), word);
	});
	test('planned contacts of one\'s own, and the team\'s board meetings, when they are asked for', async () => {
		const contact = (await w.api(team, 'POST', '/contacts', { patient_id: patient, planned_at: hours(30), mode: 'FACE_TO_FACE', place: 'HOME' })).is(201).body;
		const all = await entries(url);
		assert.ok(all.some((e) => e.uid === `contact-${contact.id}@samhandling`), JSON.stringify(all.map((e) => e.uid)));
		await w.sql(`insert into board_meeting (id, unit_id, held_on, extra, started_at, chair_id) values ($1, $2, clock_today(), true, clock_now(), $3)`, [anyId(), fact, w.ids.staff[team]]);
		assert.ok(!(await entries(url)).some((e) => e.uid.startsWith('board-meeting')));
		const only = await entries((await feed(team, { kinds: ['BOARD_MEETINGS'] })).url);
		assert.deepEqual(only.map((e) => e.title), ['Tavlemøte']);
	});
	test('deadlines as things to do', async () => {
		const todo = await entries((await feed(team, { kinds: ['DEADLINES'], deadlines_as: 'VTODO' })).url);
		assert.ok(todo.length > 0 && todo.every((e) => e.kind === 'vtodo'));
	});
	test('ids and stamps stay, so that a program sees what is new; asked again it is not modified', async () => {
		const [before, after] = [await entries(url), await entries(url)];
		assert.deepEqual(before.map((e) => [e.uid, e.stamp]), after.map((e) => [e.uid, e.stamp]));
		const first = (await read(url)).is(200);
		(await read(url, { 'if-none-match': first.etag })).is(304);
		const now = (await w.api(team, 'GET', `/tasks/${open.id}`)).is(200);
		(await w.api(team, 'POST', `/tasks/${open.id}/transitions`, { action: 'complete' }, { 'if-match': now.etag })).is(200);
		(await read(url, { 'if-none-match': first.etag })).is(200);
		assert.ok(!(await entries(url)).some((e) => e.uid === `task-${open.id}@samhandling`));
	});
	test('an objection takes its things out', async () => {
		const [o] = await w.sql(`insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'AGENCY', $2) returning id`,
			[patient, w.ids.agency['drammen-dps']]);
		assert.deepEqual((await entries(url)).filter((e) => !e.uid.startsWith('board')), []);
		await w.sql(`update objection set state = 'LIFTED' where id = $1`, [o.id]);
		assert.ok((await entries(url)).length > 0);
	});
});

describe('its secret', () => {
	test('is shown once, kept as a hash, and stands in no log line', async () => {
		const f = await feed();
		const secret = f.url.match(/calendar\/(.+)\.ics$/)[1];
		assert.ok(secret.replaceAll('-', '').length === 26, '128 bits');
		(await read(f.url)).is(200);
		assert.equal((await w.api(team, 'GET', `/calendar-feeds/${f.id}`)).is(200).body.url, undefined);
		assert.ok(!(await w.api(team, 'GET', '/calendar-feeds')).is(200).text.includes(secret));
		assert.ok(!w.daemon.log.includes(secret) && w.daemon.log.includes('"operation":"getCalendar"'));
		const [row] = await w.sql('select f::text as all from calendar_feed f where id = $1', [f.id]);
		assert.ok(!row.all.includes(secret));
		(await read(`/api/v1/calendar/${secret.toLowerCase()}.ics`)).is(200);
	});
	test('a wrong one finds nothing', async () => {
		(await read('/api/v1/calendar/3ZK8Q-V0M4T-9HBN2-R7XCD-5WEJ61.ics')).is(404, 'not_found');
		(await read('/api/v1/calendar/x.ics')).is(404, 'not_found');
	});
	test('the same key makes one, and says its address again', async () => {
		const headers = { 'idempotency-key': anyId() };
		const one = (await w.api(team, 'POST', '/calendar-feeds', {}, headers)).is(201).body;
		assert.equal((await w.api(team, 'POST', '/calendar-feeds', {}, headers)).is(201).body.url, one.url);
	});
	test('revoked, it stops at once; on an old version it does not', async () => {
		const f = await feed();
		(await w.api(team, 'DELETE', `/calendar-feeds/${f.id}`, undefined, { 'if-match': '"9-0"' })).is(412, 'version_mismatch');
		(await read(f.url)).is(200);
		(await w.change(team, 'DELETE', `/calendar-feeds/${f.id}`)).is(204);
		(await read(f.url)).is(404);
		assert.equal((await w.api(team, 'GET', `/calendar-feeds/${f.id}`)).is(200).body.state, 'REVOKED');
	});
	test('ends with its owner\'s membership, and after a year', async () => {
		const f = await feed('drammen-dps:tm-2');
		(await read(f.url)).is(200);
		await w.sql(`update staff_membership set state = 'ENDED' where staff_id = $1`, [w.ids.staff['drammen-dps:tm-2']]);
		(await read(f.url)).is(404);
		const old = await feed();
		await w.sql(`update calendar_feed set expires_at = clock_now() where id = $1`, [old.id]);
		(await read(old.url)).is(404);
		assert.equal((await w.api(team, 'GET', `/calendar-feeds/${old.id}`)).is(200).body.state, 'EXPIRED');
	});
	test('each reading is in the access log, as its owner\'s', async () => {
		const f = await feed();
		(await read(f.url)).is(200);
		const [row] = await w.sql(`select staff_id, patient_id, resource from access_log where operation = 'getCalendar' and resource_id = $1`, [f.id]);
		assert.deepEqual(row, { staff_id: w.ids.staff[team], patient_id: null, resource: 'calendar-feeds' });
	});
});

describe('whose it is', () => {
	test('nobody else sees or revokes it', async () => {
		const f = await feed();
		(await w.api('drammen-dps:tl-1', 'GET', `/calendar-feeds/${f.id}`)).is(404);
		assert.ok(!(await w.api('drammen-dps:tl-1', 'GET', '/calendar-feeds')).is(200).body.items.some((x) => x.id === f.id));
		(await w.api('drammen-dps:tl-1', 'DELETE', `/calendar-feeds/${f.id}`, undefined, { 'if-match': '"1-0"' })).is(404);
		(await w.api('citizen/PT', 'POST', '/calendar-feeds', {})).is(403, 'forbidden');
	});
	test('twenty at most', async () => {
		for (let i = 0; i < 20; i++) await feed('drammen-kommune:mh-1');
		(await w.api('drammen-kommune:mh-1', 'POST', '/calendar-feeds', {})).is(409, 'conflict');
	});
	test('an agency that is not health care sees its meetings with consent alone', async () => {
		const nav = 'nav-drammen:nav-1';
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2`, [patient, w.ids.unit['nav-drammen:kontor']]);
		const [c] = await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
			values (gen_random_uuid(), $1, $2, 'CASE_MEETING', 'GRANTED', array[$3::uuid], '{PLAN}', 'x', clock_now() + interval '1 year') returning id`,
		[patient, w.ids.agency['drammen-dps'], w.ids.agency['nav-drammen']]);
		const m = (await w.api('drammen-dps:tl-1', 'POST', '/case-meetings', { patient_id: patient, kind: 'NETWORK', starts_at: hours(50), agenda: ['x'], participants: [{ staff_id: w.ids.staff[nav] }] })).is(201).body;
		const { url } = await feed(nav);
		assert.ok((await entries(url)).some((e) => e.uid === `case-meeting-${m.id}@samhandling`));
		await w.sql(`update consent set state = 'WITHDRAWN' where id = $1`, [c.id]);
		assert.deepEqual(await entries(url), []);
	});
});
