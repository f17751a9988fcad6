// What each kind of sender may be told, the protected sender, and what the receiver alone is told.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { syntheticNumber, world } from './harness.mjs';
import { act, opened, report, step } from './concern-steps.mjs';
import { forth } from './lib/days.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const answers = { has_minor_children: 'NO', pregnant: 'NO' };

async function send(who, members) {
	const made = (await w.api(who, 'POST', '/concern-reports', { ...report, ...members })).is(201).body;
	return { id: made.id, path: `/concern-reports/${made.id}` };
}

async function closed(r, outcome = 'HELP_ACCEPTED') {
	await act(w, mh, r.path, { action: 'start_triage' });
	await act(w, mh, r.path, { action: 'set_severity', severity: 'GREEN', ...answers });
	await act(w, mh, r.path, { action: 'investigate' });
	await act(w, mh, r.path, { action: 'close', outcome_codes: [outcome], assessment_text: 'Vurdert', feedback_decision: 'GIVE' });
	return r;
}

const told = async (who, r) => (await w.api(who, 'GET', `${r.path}/feedback`)).is(200).body;
const phone = (category, more) => ({ channel: 'PHONE', sender: { category, name: 'Ola Melder', ...more } });

test('police, NAV and housing: received, being handled, closed', async () => {
	for (const who of ['politi-demo:po-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1']) {
		const r = await send(who, {});
		assert.equal((await told(who, r)).status, 'RECEIVED');
		await closed(r);
		const f = await told(who, r);
		assert.deepEqual([f.sender_kind, f.status, f.details, f.may_know_of_care], ['PUBLIC_BODY', 'CLOSED', undefined, false], who);
	}
});

test('a private person: received, assessed, never whether the person is a patient', async () => {
	const r = await closed(await send(mh, phone('NEIGHBOUR')));
	const f = await told(mh, r);
	assert.deepEqual([f.sender_kind, f.status, f.details], ['PRIVATE_PERSON', 'CLOSED', undefined]);
	assert.doesNotMatch(f.text_nb, /pasient|hjelp|behandling/i);
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RESULT', text: 'Han får hjelp hos oss' })).is(422, 'invalid_value');
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RESULT', channel: 'PHONE' })).is(201);
});

test('a relative under § 10-1: that it was examined; more with consent', async () => {
	const r = await send('citizen:re-1', { type: 'SUBSTANCE_RELATIVE', subject: { number: '01819012365' }, sender: { relation: 'mor', wants_feedback: true } });
	assert.equal((await told('citizen:re-1', r)).mandatory, true);
	(await w.api('citizen:pt-1', 'GET', `${r.path}/feedback`)).is([200, 404]);
	await closed(r);
	const f = await told(mh, r);
	assert.equal(f.sender_kind, 'RELATIVE_10_1');
	assert.match(f.text_nb, /undersøkt.*tvang.*omsorgstjenesteloven § 10-2 og § 10-3/);
	assert.equal((await told('citizen:re-1', r)).details, undefined);
	const [row] = await w.sql('select patient_id, sender_hash, owner_agency_id from concern_report where id = $1', [r.id]);
	if (row.patient_id === null) return;
	await w.sql(`with p as (insert into patient_relation (id, patient_id, kind, name, hash) values (gen_random_uuid(), $1, 'RELATIVE', 'Mor', $2) returning id)
		insert into consent (id, patient_id, owner_agency_id, type, state, to_relation_id, purpose, valid_to)
		select gen_random_uuid(), $1, $3, 'RELATIVE_INFO', 'GRANTED', p.id, 'Mor kan få vite', ${forth('clock_now()', 30)} from p`, [row.patient_id, row.sender_hash, row.owner_agency_id]);
	assert.deepEqual((await told('citizen:re-1', r)).details.outcome_codes, ['HELP_ACCEPTED']);
});

test('health personnel in a care relation: what is needed, unless the patient objects', async () => {
	const gp = 'fastlege-demo:gp-1';
	const r = await closed(await send(gp, { subject: { number: syntheticNumber() } }), 'REFERRED_SPECIALIST');
	assert.deepEqual([(await told(gp, r)).sender_kind, (await told(gp, r)).details], ['PUBLIC_BODY', undefined], 'without a care relation nothing more');
	const [{ patient_id }] = await w.sql('select patient_id from concern_report where id = $1', [r.id]);
	await w.sql("insert into care_relation (patient_id, unit_id, agency_id, basis) values ($1, $2, $3, 'GP_REGISTRATION')",
		[patient_id, w.ids.unit['fastlege-demo:kontor'], w.ids.agency['fastlege-demo']]);
	const f = await told(gp, r);
	assert.deepEqual([f.sender_kind, f.details.outcome_codes, f.details.assessment_text], ['HEALTH_PERSONNEL_IN_CARE', ['REFERRED_SPECIALIST'], undefined]);
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RESULT', text: 'Henvist til DPS' })).is(201);
	await w.sql("insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'AGENCY', $2)",
		[patient_id, w.ids.agency['fastlege-demo']]);
	assert.equal((await told(gp, r)).details, undefined);
});

test('the patient reads the report, all but a protected sender', async () => {
	const own = await send('citizen:pt-1', { subject: { description: 'Meg selv' }, sender: { category: 'PATIENT' } });
	assert.equal((await told('citizen:pt-1', own)).sender_kind, 'PATIENT');
	const r = await send(mh, { subject: { number: '01819012365' }, ...phone('NEIGHBOUR', { protection_wanted: true }) });
	const read = async () => (await w.api('citizen:pt-1', 'GET', r.path)).is(200).body;
	const first = await read();
	assert.deepEqual([first.projection, first.observed, first.sender, first.registered_by, first.sent_by_agency_id],
		['SELF', report.observed, undefined, undefined, undefined], 'hidden until it is decided');
	assert.equal(JSON.stringify(first).includes('Melder'), false);
	const put = async (who, body) => {
		const now = (await w.api(who, 'GET', r.path)).is(200);
		return w.api(who, 'PUT', `${r.path}/sender-protection`, body, { 'if-match': now.etag });
	};
	(await put(mh, { identity_protected: true })).is(422);
	(await w.api(mh, 'PUT', `${r.path}/sender-protection`, { identity_protected: false })).is(428);
	(await w.api(mh, 'PUT', `${r.path}/sender-protection`, { identity_protected: false }, { 'if-match': '"99"' })).is(412);
	(await put('drammen-kommune:tl-1', { identity_protected: false })).is(403);
	assert.equal((await put(mh, { identity_protected: true, reason_code: 'SERIOUS_HARM' })).is(200).body.sender.protection_reason, 'SERIOUS_HARM');
	assert.equal((await read()).sender, undefined);
	assert.equal((await put('drammen-kommune:ko-1', { identity_protected: false })).is(200).body.sender.identity_protected, false);
	assert.equal((await read()).sender.name, 'Ola Melder', 'the default is that the patient sees who sent it');
	(await w.api('citizen:pt-1', 'POST', `${r.path}/notes`, { text: 'Dette stemmer ikke' })).is(201);
	(await w.api('citizen:re-1', 'GET', r.path)).is(404);
});

test('the name of a sender stands nowhere else', async () => {
	const hits = await w.sql(`select 'report' as place from concern_report r where r::text like '%Ola Melder%' union all
		select 'note' from concern_note n where n::text like '%Ola Melder%' union all select 'history' from row_history h where h.content::text like '%Ola Melder%' union all
		select 'event' from transition_event e where e::text like '%Ola Melder%' union all select 'task' from task t where t::text like '%Ola Melder%' union all
		select 'outbox' from outbox o where o::text like '%Ola Melder%'`);
	assert.deepEqual(hits, []);
});

test('earlier reports on the same person: for the receiver alone, ids only of those it may see', async () => {
	const number = syntheticNumber();
	const { municipality_number, ...rest } = report;
	await send('politi-demo:po-1', { municipality_number: '3312', subject: { number } });
	const mine = await send('politi-demo:po-1', { subject: { number } });
	const answer = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...rest, municipality_number, subject: { number } })).is(201).body;
	assert.equal(answer.duplicates, undefined, 'no hint to the sender');
	const seen = (await w.api(mh, 'GET', `/concern-reports/${answer.id}`)).body;
	assert.deepEqual([seen.duplicates.count, seen.duplicates.reports.map((d) => d.id)], [2, [mine.id]]);
	const other = await opened(w, mh);
	const named = (await step(w, mh, other.path, { action: 'identify_subject', subject: { number } })).is(200).body;
	assert.equal(named.duplicates.count, 3);
});

test('feedback meets its deadlines and is the handling unit\'s to give', async () => {
	const r = await send('politi-demo:po-1', { sender: { wants_feedback: true } });
	const codes = async () => (await w.api(mh, 'GET', r.path)).body.deadlines.map((d) => d.code);
	assert.ok((await codes()).includes('CR_FEEDBACK_RECEIPT'));
	(await w.api('politi-demo:po-1', 'POST', `${r.path}/feedback`, { kind: 'RECEIPT' })).is(403);
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RESULT' })).is(409);
	(await w.api(mh, 'POST', `${r.path}/feedback`, { kind: 'RECEIPT', channel: 'PHONE' })).is(201);
	assert.ok(!(await codes()).includes('CR_FEEDBACK_RECEIPT'));
});
