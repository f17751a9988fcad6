// The main job over HTTP: the police report, Drammen assesses, Lier rejects, the DPS accepts, acts, answers, closes.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { act, handover, opened, report, words } from './concern-steps.mjs';
import { forth } from './lib/days.mjs';

const w = await world();
const police = 'politi-demo:po-1';
const drammen = 'drammen-kommune:mh-1';
const lier = 'lier-kommune:mh-1';
const clinic = 'drammen-dps:dps-1';

test('from the police to the clinic, answered and closed', async () => {
	const number = syntheticNumber();
	const sent = (await w.api(police, 'POST', '/concern-reports', { ...report, type: 'POLICE_CONCERN', danger: { self: 2 },
		subject: { number, given_name: 'Rolig', family_name: 'Elv' }, sender: { wants_feedback: true } })).is(201);
	assert.equal(sent.location, `/api/v1/concern-reports/${sent.body.id}`);
	assert.deepEqual({ ...sent.body, id: 0, received_at: 0 }, { id: 0, version: 1, projection: 'STATUS', status: 'RECEIVED',
		type: 'POLICE_CONCERN', received_at: 0, actions: [] });
	const path = `/concern-reports/${sent.body.id}`;

	const got = (await w.api(drammen, 'GET', path)).is(200).body;
	assert.equal(got.projection, 'OWN');
	assert.equal(got.subject.number, number);
	assert.equal(got.sender.name, 'Trond Aasen');
	assert.deepEqual(got.actions, ['start_triage']);
	for (const nobody of [lier, clinic, 'fastlege-demo:gp-1', 'nav-drammen:nav-1'])
		(await w.api(nobody, 'GET', path)).is(404, 'not_found');

	await act(w, drammen, path, { action: 'start_triage' });
	await act(w, drammen, path, { action: 'set_severity', severity: 'ORANGE', has_minor_children: 'NO', pregnant: 'NOT_APPLICABLE' });
	let offered = await act(w, drammen, path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'],
		reason: 'Bor i Lier', legal_basis: 'HPL_COOPERATING' });
	assert.equal(offered.status, 'FORWARDED');
	assert.equal(offered.responsible_unit.agency_name, 'Drammen kommune', 'the sender stays responsible');
	const seen = (await w.api(lier, 'GET', path)).is(200).body;
	assert.equal(seen.projection, 'OFFERED');
	assert.equal(seen.sender, undefined, 'the sender is not for those who have not accepted');
	const waiting = (await w.api(lier, 'GET', '/handovers?status=OFFERED')).is(200).body.items;
	assert.deepEqual(waiting.map((h) => [h.entity_id, h.waiting_hours]), [[sent.body.id, 0]]);

	(await handover(w, lier, offered.handover.id, { action: 'reject' })).is(422, 'invalid_body');
	assert.equal((await handover(w, lier, offered.handover.id, { action: 'reject', reason: 'Bor ikke her' })).is(200).body.status, 'REJECTED');
	(await w.api(lier, 'GET', path)).is(404);
	assert.equal((await w.api(drammen, 'GET', path)).body.reject_count, 1);

	offered = await act(w, drammen, path, { action: 'forward', target_unit_id: w.ids.unit['drammen-dps:poliklinikk'],
		reason: 'Psykose', legal_basis: 'HPL_COOPERATING' });
	(await handover(w, clinic, offered.handover.id, { action: 'accept' })).is(200);
	const mine = (await w.api(clinic, 'GET', path)).is(200).body;
	assert.equal(mine.status, 'IN_TRIAGE');
	assert.equal(mine.handler_staff_id, w.ids.staff['drammen-dps:dps-1'], 'accepting makes the handler');
	assert.equal(mine.received_at, got.received_at, 'a handover keeps the first receipt');
	assert.equal((await w.api(drammen, 'GET', path)).body.projection, 'STATUS');

	await act(w, clinic, path, { action: 'investigate' });
	await act(w, clinic, path, { action: 'start_action', outcome_codes: ['HELP_ACCEPTED'] });
	assert.equal((await w.api(police, 'GET', path)).body.status, 'BEING_HANDLED');
	await act(w, clinic, path, { action: 'close', outcome_codes: ['HELP_ACCEPTED'], assessment_text: 'Tar imot hjelp', feedback_decision: 'GIVE' });
	const told = (await w.api(police, 'GET', `${path}/feedback`)).is(200).body;
	assert.equal(told.sender_kind, 'PUBLIC_BODY');
	assert.equal(told.details, undefined);
	(await w.api(clinic, 'POST', `${path}/feedback`, { kind: 'RESULT', channel: 'PHONE' })).is(201);
	assert.ok((await w.api(police, 'GET', `${path}/feedback`)).body.result_given_at);
	assert.equal((await w.api(police, 'GET', path)).body.status, 'CLOSED');

	const [patient] = await w.sql('select patient_id from concern_report where id = $1', [sent.body.id]);
	const log = await w.sql("select distinct agency_id from access_log where patient_id = $1 and action <> 'DENIED'", [patient.patient_id]);
	assert.deepEqual(log.map((l) => l.agency_id).sort(), ['drammen-kommune', 'lier-kommune', 'drammen-dps'].map((s) => w.ids.agency[s]).sort(),
		'every look is in the log; the sender has seen nothing of the person');
	const denied = await w.sql("select count(*)::int as n from access_log where action = 'DENIED' and resource_id = $1", [sent.body.id]);
	assert.ok(denied[0].n >= 4, 'and so is every refused look');
});

test('one agency is responsible at every instant, in every version', async () => {
	const rows = await w.sql("select count(*)::int as n from row_history where entity = 'concern_report' and content ->> 'responsible_agency_id' is null");
	assert.equal(rows[0].n, 0);
});

test('the list is a unit\'s own, oldest deadline first, and pages by cursor', async () => {
	for (const danger of [{}, { self: 3 }, {}]) await opened(w, drammen, { danger });
	const all = (await w.api(drammen, 'GET', '/concern-reports?limit=200')).is(200).body.items;
	const due = all.filter((r) => r.projection === 'OWN').map((r) => r.deadlines[0]?.due_at ?? '9');
	assert.deepEqual(due, [...due].sort());
	let next = '/concern-reports?limit=1';
	const seen = [];
	while (next) {
		const page = (await w.api(drammen, 'GET', next)).is(200);
		seen.push(...page.body.items.map((r) => r.id));
		if (page.body.links.next) assert.match(page.headers.link, /rel="next"/);
		next = page.body.links.next;
	}
	assert.deepEqual(seen, all.map((r) => r.id));
	for (const [query, fits] of [['status=IN_TRIAGE', (r) => r.status === 'IN_TRIAGE'], ['type=POLICE_CONCERN', (r) => r.type === 'POLICE_CONCERN'],
		['overdue=true', (r) => r.deadlines.some((d) => d.overdue)], ['severity=RED', (r) => r.severity === 'RED'],
		[`responsible_unit_id=${w.ids.unit['drammen-kommune:mottak']}`, (r) => r.projection === 'OWN']])
		assert.ok((await w.api(drammen, 'GET', `/concern-reports?${query}`)).is(200).body.items.every(fits), query);
	(await w.api(drammen, 'GET', '/concern-reports?cursor=bm9uc2Vuc2U')).is(422, 'invalid_parameter');
	(await w.api(drammen, 'GET', '/concern-reports?status=HAPPY')).is(422);
});

test('a sender finds own reports by the status word alone', async () => {
	const mine = (await w.api(police, 'GET', '/concern-reports?status=CLOSED')).is(200).body.items;
	assert.deepEqual(mine.map((r) => r.projection), ['STATUS']);
	for (const hidden of ['status=IN_TRIAGE', 'severity=ORANGE', 'overdue=false', `responsible_unit_id=${w.ids.unit['drammen-dps:poliklinikk']}`])
		assert.deepEqual((await w.api(police, 'GET', `/concern-reports?${hidden}`)).is(200).body.items, [], hidden);
});

test('an unknown, a hidden and a foreign report are the same', async () => {
	const r = await opened(w, drammen);
	const [a, b] = [await w.api(lier, 'GET', `/concern-reports/${anyId()}`), await w.api(lier, 'GET', r.path)];
	assert.deepEqual({ ...a.body, instance: 0, request_id: 0 }, { ...b.body, instance: 0, request_id: 0 });
	(await w.api(lier, 'POST', `${r.path}/transitions`, { action: 'start_triage' }, { 'if-match': '"1"' })).is(404);
	(await w.api(lier, 'POST', `${r.path}/notes`, { text: 'x' })).is(404);
	(await w.api(lier, 'GET', `${r.path}/feedback`)).is(404);
	(await w.api(lier, 'GET', `${r.path}/notes`)).is(404);
});

test('what was, can be read: as_of', async () => {
	const r = await opened(w, drammen);
	const before = (await w.api(drammen, 'GET', r.path)).body.updated_at;
	await act(w, drammen, r.path, { action: 'set_severity', severity: 'GREEN', has_minor_children: 'NO', pregnant: 'NO' });
	const then = (await w.api(drammen, 'GET', `${r.path}?as_of=${encodeURIComponent(before)}`)).is(200).body;
	assert.equal(then.severity, undefined);
	(await w.api(drammen, 'GET', `${r.path}?as_of=2020-01-01T00:00:00Z`)).is(404);
});

test('everyone involved adds, nobody else reads it', async () => {
	const sent = (await w.api(police, 'POST', '/concern-reports', { ...report })).is(201).body;
	const path = `/concern-reports/${sent.id}/notes`;
	const note = (await w.api(police, 'POST', path, { kind: 'WITHDRAWAL_WISH', text: 'Vi trekker den' })).is(201);
	assert.equal(note.body.from_sender, true);
	assert.equal((await w.api(drammen, 'GET', `/concern-reports/${sent.id}`)).body.status, 'RECEIVED', 'the duty to assess remains');
	(await w.api(police, 'POST', path, { kind: 'CONTACT_ATTEMPT', text: 'x' })).is(403);
	(await w.api(drammen, 'POST', path, { kind: 'CONTACT_ATTEMPT', text: 'Ringt på' })).is(201);
	assert.equal((await w.api(police, 'GET', path)).body.items.length, 1);
	const all = (await w.api(drammen, 'GET', path)).body.items;
	assert.deepEqual(all.map((n) => [n.kind, n.staff_id !== undefined]), [['WITHDRAWAL_WISH', false], ['CONTACT_ATTEMPT', true]]);
	(await w.api(drammen, 'GET', note.location.replace('/api/v1', ''))).is(200);
	(await w.api(lier, 'GET', note.location.replace('/api/v1', ''))).is(404);
});

test('who may send what', async () => {
	for (const [who, type, status] of [[police, 'SUBSTANCE_RELATIVE', 422], [police, 'PUBLIC_DUTY_MENTAL', 201], ['nav-drammen:nav-1', 'POLICE_CONCERN', 422],
		['fastlege-demo:gp-1', 'PREGNANT_SUBSTANCE', 201], [police, 'PREGNANT_SUBSTANCE', 422], ['drammen-kommune:co-1', 'GENERAL_ADULT', 201],
		['drammen-kommune:ho-1', 'CHILD', 201], ['citizen:re-1', 'SUBSTANCE_RELATIVE', 201], ['citizen:pt-1', 'GENERAL_ADULT', 201]])
		(await w.api(who, 'POST', '/concern-reports', { ...report, type })).is(status);
	(await w.api('drammen-kommune:sa-1', 'POST', '/concern-reports', report)).is(403);
	(await w.api(police, 'POST', '/concern-reports', { ...report, sender: { anonymous: true } })).is(422, 'anonymous_not_allowed');
	(await w.api(police, 'POST', '/concern-reports', { ...report, sender: { category: 'RELATIVE', name: 'Ola' } })).is(422, 'invalid_value');
	const phoned = (await w.api(drammen, 'POST', '/concern-reports', { ...report, type: 'SUBSTANCE_RELATIVE', channel: 'PHONE',
		sender: { category: 'RELATIVE', name: 'Ola', relation: 'bror' } })).is(201).body;
	assert.equal(phoned.sender.name, 'Ola');
	assert.ok(phoned.deadlines.some((d) => d.code === 'CR_ACK'), 'a phone call is acknowledged within a working day');
	(await w.api(drammen, 'POST', '/concern-reports', { ...report, channel: 'PHONE', sender: { category: 'HEALTH_PERSONNEL', anonymous: true } }))
		.is([201, 422]);
});

test('the receiver is named or found by municipality', async () => {
	const { municipality_number, ...rest } = report;
	(await w.api(police, 'POST', '/concern-reports', rest)).is(422, 'invalid_body');
	(await w.api(police, 'POST', '/concern-reports', { ...report, receiving_unit_id: anyId() })).is(422, 'invalid_body');
	(await w.api(police, 'POST', '/concern-reports', { ...rest, municipality_number: '0301' })).is(422, 'unknown_reference');
	(await w.api(police, 'POST', '/concern-reports', { ...rest, receiving_unit_id: w.ids.unit['nav-drammen:kontor'] })).is(422, 'unknown_reference');
	const direct = (await w.api(clinic, 'POST', '/concern-reports', { ...rest, receiving_unit_id: w.ids.unit['drammen-dps:poliklinikk'] })).is(201).body;
	assert.deepEqual(direct.actions, ['start_triage'], 'a clinician starts triage where the clinic receives');
});

test('an acute report tells where to call and remembers that it did', async () => {
	const r = (await w.api(police, 'POST', '/concern-reports', { ...report, type: 'ACUTE' })).is(201).body;
	assert.match(r.notice, /113.*112/);
	assert.ok((await w.api(drammen, 'GET', `/concern-reports/${r.id}`)).body.told_emergency_at);
});

test('the same key sends once', async () => {
	const body = { ...report, observed: 'En gang' };
	const [a, b] = [await w.api(police, 'POST', '/concern-reports', body, { 'idempotency-key': 'once-1' }),
		await w.api(police, 'POST', '/concern-reports', body, { 'idempotency-key': 'once-1' })];
	assert.equal(a.is(201).body.id, b.is(201).body.id);
	(await w.api(police, 'POST', '/concern-reports', report, { 'idempotency-key': 'once-1' })).is(422, 'idempotency_conflict');
	assert.equal((await w.sql("select count(*)::int as n from concern_report where observed = 'En gang'"))[0].n, 1);
});

test('a change is based on what was read', async () => {
	const r = await opened(w, drammen);
	const change = { action: 'request_info', requested_from: 'fastlegen' };
	(await w.api(drammen, 'POST', `${r.path}/transitions`, change)).is(428);
	const stale = (await w.api(drammen, 'POST', `${r.path}/transitions`, change, { 'if-match': '"1-x"' })).is(412, 'version_mismatch');
	assert.ok(stale.body.changed.includes('state'));
	await act(w, drammen, r.path, change);
});

test('an objection closes the report to those it names; emergency access opens it', async () => {
	const r = await opened(w, drammen, { subject: { number: syntheticNumber() } });
	const [{ patient_id }] = await w.sql('select patient_id from concern_report where id = $1', [r.id]);
	await w.sql("insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'UNIT', $2)",
		[patient_id, w.ids.unit['drammen-kommune:mottak']]);
	(await w.api(drammen, 'GET', r.path)).is(403, 'blocked');
	(await w.api(drammen, 'POST', `${r.path}/transitions`, { action: 'give_up' }, { 'if-match': '"2"' })).is(403, 'blocked');
	assert.ok(!(await w.api(drammen, 'GET', '/concern-reports?limit=200')).body.items.some((i) => i.id === r.id));
	await w.sql(`insert into emergency_access (id, patient_id, staff_id, agency_id, role, reason, override_objection, necessity, expires_at, review_due_at)
		values (gen_random_uuid(), $1, $2, $3, 'MH', 'Fare for liv, må se meldingen', true, 'fare for liv', clock_now() + interval '1 hour', ${forth('clock_now()', 7)})`,
	[patient_id, w.ids.staff[drammen], w.ids.agency['drammen-kommune']]);
	const read = (await w.api(drammen, 'GET', r.path)).is(200).body;
	assert.equal(read.projection, 'EMERGENCY');
	assert.deepEqual(read.actions, [], 'an emergency access reads only');
	assert.equal(words.includes(read.status), true);
});
