// The public's door: no token, a receipt code kept as a hash, a status word and nothing else.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { syntheticNumber, world } from './harness.mjs';
import { act, report } from './concern-steps.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const neighbour = { ...report, sender: { category: 'NEIGHBOUR', anonymous: true } };
const send = (body, headers) => w.api(null, 'POST', '/public/concern-reports', body, headers);
const status = (receipt) => w.api(null, 'POST', '/public/concern-reports/status', { receipt });
const found = async (receipt) => (await w.sql('select r.*, s.name, s.anonymous, s.category, s.wants_feedback from concern_report r join concern_sender s on s.report_id = r.id where receipt_hash = $1',
	[createHash('sha256').update(receipt).digest('hex')]))[0];

test('an anonymous neighbour gets a code, and by it a word', async () => {
	const sent = (await send({ ...neighbour, sender: { ...neighbour.sender, wants_feedback: true, name: 'Glemt' } })).is(201).body;
	assert.ok(Buffer.from(sent.receipt, 'base64url').length >= 16 || sent.receipt.length >= 32, '128 bits');
	const row = await found(sent.receipt);
	assert.deepEqual([row.anonymous, row.name, row.wants_feedback, row.sent_by_agency_id, row.channel], [true, null, false, null, 'WEB']);
	assert.equal((await w.sql('select count(*)::int as n from concern_report r where r::text like $1', [`%${sent.receipt}%`]))[0].n, 0, 'the code itself is not kept');
	const words = async () => (await status(sent.receipt)).is(200).body.status;
	assert.equal(await words(), 'RECEIVED');
	const path = `/concern-reports/${row.id}`;
	await act(w, mh, path, { action: 'start_triage' });
	assert.equal(await words(), 'BEING_HANDLED');
	await act(w, mh, path, { action: 'set_severity', severity: 'GREEN', has_minor_children: 'NO', pregnant: 'NO' });
	await act(w, mh, path, { action: 'close', outcome_codes: ['NO_BASIS'], assessment_text: 'x', feedback_decision: 'NONE' });
	assert.deepEqual((await status(sent.receipt)).body, { status: 'CLOSED', text_nb: 'Avsluttet', text_en: 'Closed' });
	assert.deepEqual((await w.api(mh, 'GET', `${path}/feedback`)).body.sender_kind, 'ANONYMOUS');
	(await w.api(mh, 'POST', `${path}/feedback`, { kind: 'RESULT' })).is(409, 'conflict');
});

test('another code finds nothing', async () => {
	(await status('AAAAAAAAAAAAAAAAAAAAAA')).is(404, 'not_found');
	(await status('x')).is(422);
	(await w.api(null, 'POST', '/public/concern-reports/status', {})).is(422);
});

test('public bodies and health workers sign their name', async () => {
	for (const category of ['HEALTH_PERSONNEL', 'POLICE', 'NAV', 'HOUSING', 'CORRECTIONAL_SERVICE', 'OTHER_PUBLIC_BODY']) {
		(await send({ ...report, sender: { category, anonymous: true } })).is(422, 'anonymous_not_allowed');
		(await send({ ...report, sender: { category } })).is(422, 'anonymous_not_allowed');
		(await send({ ...report, sender: { category, name: 'Per' } })).is(201);
	}
	for (const category of ['PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE'])
		assert.equal((await found((await send({ ...report, sender: { category } })).is(201).body.receipt)).anonymous, true, 'no name is anonymous');
});

test('a number is kept sealed, and no person is made or found from it', async () => {
	const before = (await w.sql('select count(*)::int as n from patient'))[0].n;
	const row = await found((await send({ ...neighbour, subject: { number: syntheticNumber() } })).is(201).body.receipt);
	assert.deepEqual([row.patient_id, row.subject_seal.startsWith('seal:'), row.identified], [null, true, false]);
	assert.equal((await w.sql('select count(*)::int as n from patient'))[0].n, before);
	const path = `/concern-reports/${row.id}`;
	await act(w, mh, path, { action: 'start_triage' });
	const known = await act(w, mh, path, { action: 'identify_subject', subject: { given_name: 'Blid' } });
	assert.deepEqual([known.subject.identified, known.subject.given_name], [true, 'Blid']);
	(await w.api(mh, 'GET', `/patients/${known.subject.patient_id}`)).is(200);
});

test('an acute report says where to call', async () => {
	const sent = (await send({ ...neighbour, type: 'ACUTE' })).is(201).body;
	assert.match(sent.notice, /113/);
	assert.ok((await found(sent.receipt)).told_emergency_at);
});

test('the same key is answered with the same code', async () => {
	const key = { 'idempotency-key': 'public-once' };
	const [a, b] = [(await send(neighbour, key)).is(201).body, (await send(neighbour, key)).is(201).body];
	assert.equal(a.receipt, b.receipt);
	(await send({ ...neighbour, observed: 'Noe annet' }, key)).is(422, 'idempotency_conflict');
});

test('what is malformed is refused', async () => {
	const { municipality_number, ...nowhere } = neighbour;
	for (const body of [nowhere, { ...neighbour, observed: '' }, { ...neighbour, subject: {} }, { ...neighbour, sender: undefined }, { ...neighbour, extra: 1 },
		{ ...neighbour, danger: { self: 4 } }, { ...neighbour, municipality_number: '9999' }, { ...neighbour, subject: { number: '12345678901' } }])
		(await send(body)).is(422);
});

test('a code is understood as people type it', async () => {
	const { receipt } = (await send(neighbour)).is(201).body;
	for (const typed of [receipt.toLowerCase(), receipt.replaceAll('-', ''), receipt.replaceAll('-', ' '), ` ${receipt} `, receipt.replaceAll('0', 'o').replaceAll('1', 'l')])
		(await status(typed)).is(200);
});

test('one address may send so many in an hour', async () => {
	await w.restart({ PUBLIC_REPORTS_PER_HOUR: 3 });
	(await send({ ...neighbour, observed: '' })).is(422); // what is refused does not count
	for (let n = 0; n < 3; n++) (await send(neighbour)).is(201);
	const refused = (await send(neighbour, { 'x-forwarded-for': '10.1.2.3' })).is(429, 'too_many_requests');
	assert.ok(Number(refused.headers['retry-after']) > 3500);
	for (let n = 0; n < 3; n++) (await status('AAAAAAAAAAAAAAAAAAAAAA')).is(404);
	(await status('AAAAAAAAAAAAAAAAAAAAAA')).is(429, 'too_many_requests');
	(await w.api('politi-demo:po-1', 'POST', '/concern-reports', report)).is(201);
	await w.restart({ PUBLIC_REPORTS_PER_HOUR: 0 });
});
