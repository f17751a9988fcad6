// Deadlines under the sandbox clock: reminders, escalation, giving up, expiry, anonymising; once, with two daemons.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { syntheticNumber, until, world } from './harness.mjs';
import { act, handover, opened, report } from './concern-steps.mjs';
import { forth } from './lib/days.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const ko = 'drammen-kommune:ko-1';
const admin = 'drammen-kommune:sa-1';
const answers = { has_minor_children: 'NO', pregnant: 'NO' };
const forward = async (body) => (await w.api(admin, 'POST', '/sandbox/clock', body)).is(200).body;
const deadline = async (r, code) => (await w.api(mh, 'GET', r.path)).is(200).body.deadlines.find((d) => d.code === code);
const tasks = async (who, id) => (await w.api(who, 'GET', '/tasks?status=OPEN&limit=200')).is(200).body.items.filter((t) => t.entity_id === id);
const hours = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000);

test('the clock goes forward only, and is the administrator\'s', async () => {
	const now = Date.parse((await forward({ ahead: 'PT1H' })).now);
	assert.ok(now > Date.now() + 3_500_000);
	(await w.api(admin, 'POST', '/sandbox/clock', { set: '2020-01-01T00:00:00Z' })).is(422, 'invalid_clock');
	(await w.api(admin, 'POST', '/sandbox/clock', { ahead: 'P1Y' })).is(422);
	(await w.api(admin, 'POST', '/sandbox/clock', {})).is(422);
	(await w.api(mh, 'POST', '/sandbox/clock', { ahead: 'PT1H' })).is(403);
	assert.ok(Date.parse((await forward({ set: new Date(now + 60_000).toISOString() })).now) >= now + 60_000);
});

test('danger gives a day, else five working days', async () => {
	const [calm, danger, acute] = [await opened(w, mh), await opened(w, mh, { danger: { others: 2 } }), await opened(w, mh, { type: 'ACUTE' })];
	const received = async (r) => (await w.api(mh, 'GET', r.path)).body.received_at;
	for (const r of [danger, acute]) assert.equal(hours(await received(r), (await deadline(r, 'CR_TRIAGE')).due_at), 24);
	const [{ due }] = await w.sql("select ((working_day_add(($1::timestamptz at time zone 'Europe/Oslo')::date, 5) + 1)::timestamp at time zone 'Europe/Oslo') as due", [await received(calm)]);
	assert.equal(Date.parse((await deadline(calm, 'CR_TRIAGE')).due_at), Date.parse(due));
});

test('severity decides the first attempt, which a note of one meets', async () => {
	for (const [severity, days] of [['RED', 0], ['ORANGE', 2], ['YELLOW', 5], ['GREEN', 15]]) {
		const r = await opened(w, mh);
		const now = await act(w, mh, r.path, { action: 'set_severity', severity, ...answers });
		const [{ due }] = await w.sql("select ((working_day_add(($1::timestamptz at time zone 'Europe/Oslo')::date, $2) + 1)::timestamp at time zone 'Europe/Oslo') as due", [now.triaged_at, days]);
		assert.equal(Date.parse((await deadline(r, 'CR_FIRST_ATTEMPT')).due_at), Date.parse(due), severity);
		assert.equal(await deadline(r, 'CR_TRIAGE'), undefined, 'triage is done');
		(await w.api(mh, 'POST', `${r.path}/notes`, { kind: 'CONTACT_ATTEMPT', text: 'Ringt' })).is(201);
		assert.equal(await deadline(r, 'CR_FIRST_ATTEMPT'), undefined);
	}
});

test('half of the time reminds, all of it gives the chief doctor one task', async () => {
	const r = await opened(w, mh, { danger: { self: 3 } });
	await forward({ ahead: 'PT13H' });
	assert.deepEqual([(await deadline(r, 'CR_TRIAGE')).reminded, await tasks(ko, r.id)], [true, []]);
	await forward({ ahead: 'PT12H' });
	const d = await deadline(r, 'CR_TRIAGE');
	assert.deepEqual([d.overdue, d.escalated], [true, true]);
	await forward({ ahead: 'PT1H' });
	const [task, ...more] = await tasks(ko, r.id);
	assert.deepEqual([task.kind, task.for_role, more.length], ['ESCALATION', 'KO', 0]);
	assert.equal((await tasks(mh, r.id)).length, 0, 'it is the chief doctor\'s');
	assert.ok((await w.api(mh, 'GET', '/concern-reports?overdue=true&limit=200')).body.items.some((i) => i.id === r.id));
});

test('an offer that nobody answers escalates on both sides; forwarding keeps the first receipt', async () => {
	const r = await opened(w, mh);
	await act(w, mh, r.path, { action: 'set_severity', severity: 'RED', ...answers });
	const { handover: h, received_at: received } = await act(w, mh, r.path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' });
	assert.equal(hours(h.offered_at, h.due_at), 4, 'a RED offer is answered in four hours');
	await forward({ ahead: 'PT5H' });
	assert.deepEqual([(await tasks(ko, h.id)).length, (await tasks('lier-kommune:ko-1', h.id)).length], [1, 1]);
	(await handover(w, 'lier-kommune:mh-1', h.id, { action: 'accept' })).is(200);
	assert.equal((await w.api('lier-kommune:mh-1', 'GET', r.path)).body.received_at, received);
	assert.equal((await w.sql("select state from deadline where entity_id = $1 and code = 'CR_FORWARD_ACCEPT'", [h.id]))[0].state, 'MET');
});

test('information that does not come is given up after ten days, by the service', async () => {
	const r = await opened(w, mh);
	await act(w, mh, r.path, { action: 'set_severity', severity: 'GREEN', ...answers });
	await act(w, mh, r.path, { action: 'investigate' });
	await act(w, mh, r.path, { action: 'request_info', requested_from: 'NAV' });
	await forward({ ahead: 'P9D' });
	assert.equal((await w.api(mh, 'GET', r.path)).body.status, 'INFO_REQUESTED');
	await forward({ ahead: 'P2D' });
	assert.equal((await w.api(mh, 'GET', r.path)).body.status, 'INVESTIGATING');
	assert.deepEqual((await w.sql("select role, agency_id from transition_event where object_id = $1 and action = 'give_up'", [r.id])), [{ role: 'SY', agency_id: null }]);
});

test('consents expire, and warn a month before; emergency accesses expire into a review', async () => {
	const r = await opened(w, mh, { subject: { number: syntheticNumber() } });
	const [{ patient_id }] = await w.sql('select patient_id from concern_report where id = $1', [r.id]);
	const agency = w.ids.agency['drammen-kommune'];
	const consent = async (state, days, type = 'SHARE') => (await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, purpose, valid_to)
		values (gen_random_uuid(), $1, $2, $5, $3, 'x', ${forth('clock_now()', '$4')}) returning id`, [patient_id, agency, state, days, type]))[0].id;
	const [asked, short, long] = [await consent('REQUESTED', 300), await consent('GRANTED', 40), await consent('GRANTED', 300, 'IP_PLAN')];
	const [renewed] = [await consent('GRANTED', 40, 'SURVEY'), await consent('GRANTED', 300, 'SURVEY')];
	const [{ id: glass }] = await w.sql(`insert into emergency_access (id, patient_id, staff_id, agency_id, role, reason, expires_at, review_due_at)
		values (gen_random_uuid(), $1, $2, $3, 'MH', 'Måtte se opplysningene nå', clock_now() + interval '1 hour', ${forth('clock_now()', 7)}) returning id`, [patient_id, w.ids.staff[mh], agency]);
	const state = async (id) => (await w.sql('select state from consent where id = $1 union all select state from emergency_access where id = $1', [id]))[0].state;
	await forward({ ahead: 'PT2H' });
	assert.equal(await state(glass), 'EXPIRED');
	assert.equal((await w.sql("select count(*)::int as n from task where kind = 'EMERGENCY_REVIEW' and entity_id = $1", [glass]))[0].n, 1);
	await forward({ ahead: 'P15D' });
	const warned = async (id) => (await w.sql("select state from task where kind = 'CONSENT_EXPIRES' and entity_id = $1", [id])).map((t) => t.state);
	assert.deepEqual([await warned(short), await warned(renewed)], [['OPEN'], []], 'not of one that another has taken the place of');
	const next = await consent('REQUESTED', 365);
	await w.sql("update consent set state = 'GRANTED' where id = $1", [next]);
	assert.deepEqual(await warned(short), ['DONE']);
	await forward({ ahead: 'P26D' });
	assert.deepEqual([await state(asked), await state(short), await state(long)], ['EXPIRED', 'EXPIRED', 'GRANTED']);
});

test('nobody ever learnt who it was: after 180 days nothing that could tell is left', async () => {
	const sent = (await w.api(null, 'POST', '/public/concern-reports', { ...report, sender: { category: 'NEIGHBOUR', name: 'Ola Nabo' } })).is(201).body;
	const [{ id }] = await w.sql("select report_id as id from concern_sender where name = 'Ola Nabo'");
	const path = `/concern-reports/${id}`;
	await act(w, mh, path, { action: 'start_triage' });
	await act(w, mh, path, { action: 'dismiss', dismissal_reason: 'NOT_IDENTIFIABLE', reason: 'Ukjent mann' });
	await act(w, ko, path, { action: 'confirm' });
	await forward({ ahead: 'P182D' });
	const left = (await w.sql(`select r::text || coalesce(s::text, '') || coalesce((select string_agg(h.content::text, '') from row_history h where h.entity_id = r.id), '')
		|| coalesce((select string_agg(e::text, '') from transition_event e where e.object_id = r.id), '') as text
		from concern_report r join concern_sender s on s.report_id = r.id where r.id = $1`, [id]))[0].text;
	for (const trace of ['Ola Nabo', report.observed, report.subject.description, 'Ukjent mann']) assert.ok(!left.includes(trace), trace);
	assert.equal((await w.api(null, 'POST', '/public/concern-reports/status', { receipt: sent.receipt })).is(200).body.status, 'CLOSED');
});

test('the timer runs what the table of jobs says, and goes on when one fails', async () => {
	await w.sql("create function job_failing(batch int) returns int language sql as $$ select 1 / (batch - batch) $$; create table job_ran (batch int)");
	await w.sql("create function job_of_the_test(batch int) returns int language sql as $$ insert into job_ran values (batch); select 7 $$");
	await w.sql("insert into job (kind, call, batch) values ('failing', 'job_failing', 1), ('of_the_test', 'job_of_the_test', 5)");
	await w.stop();
	await w.start({ JOBS_INTERVAL_MS: 50 });
	await until(() => w.daemon.events('DEADLINES_RUN').some((e) => e.job === 'of_the_test' && String(e.done) === '7'), 10_000, 'the job');
	assert.ok(w.daemon.events('JOB_FAILED').some((e) => e.job === 'failing'));
	assert.deepEqual(await w.sql('select distinct batch from job_ran'), [{ batch: 5 }]);
	await w.sql("delete from job where call in ('job_failing', 'job_of_the_test')");
	await w.restart({ JOBS_INTERVAL_MS: 0 });
});

test('two daemons do each thing once', async () => {
	await w.stop();
	await w.start({ JOBS_INTERVAL_MS: 50 });
	const second = await w.another({ JOBS_INTERVAL_MS: 50 });
	try {
		const made = [];
		for (let i = 0; i < 20; i++) made.push(await opened(w, mh, { danger: { self: 3 } }));
		await w.sql("update sandbox_clock set ahead = ahead + interval '25 hours'");
		const ids = made.map((r) => r.id);
		await until(async () => (await w.sql("select count(*)::int as n from deadline where entity_id = any($1) and code = 'CR_TRIAGE' and escalated_at is not null", [ids]))[0].n === 20, 10_000, 'escalation');
		const rows = await w.sql("select entity_id, count(*)::int as n from task where kind = 'ESCALATION' and entity_id = any($1) group by entity_id", [ids]);
		assert.deepEqual(rows.map((r) => r.n), Array(20).fill(1));
		const versions = await w.sql("select distinct version from deadline where entity_id = any($1) and code = 'CR_TRIAGE'", [ids]);
		assert.equal(versions.length <= 2, true, 'each row was marked once');
	} finally {
		await second.stop();
	}
});
