// Who sent a report stays with those who handle it: no path tells the person it is about, nor others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, report } from './concern-steps.mjs';

const w = await world();
const number = '01819012365';
const self = 'citizen/PT';
const mh = 'drammen-kommune:mh-1';
const about = { ...report, subject: { number, family_name: 'Omtalt' } };

async function send(as, members = {}, sender = {}) {
	const made = (await w.api(as, 'POST', '/concern-reports', { ...about, ...members, sender: { protection_wanted: true, ...sender } })).is(201).body;
	return `/concern-reports/${made.id}`;
}

const log = async () => (await w.api(self, 'GET', '/access-log?limit=200')).is(200).body.items;

describe('the person it is about', () => {
	test('does not find a protected sender in the own access log', async () => {
		const path = await send('politi-demo:po-1', { type: 'POLICE_CONCERN' });
		(await w.api('politi-demo:po-1', 'POST', `${path}/notes`, { kind: 'INFORMATION', text: 'Mer å si' })).is(201);
		(await w.api('politi-demo:po-1', 'GET', `${path}/notes`)).is(200);
		(await w.api('politi-demo:po-1', 'GET', `${path}/feedback`)).is(200);
		await act(w, mh, path, { action: 'start_triage' });
		const rows = await log();
		assert.ok(!rows.some((l) => l.agency_id === w.ids.agency['politi-demo']));
		assert.ok(rows.some((l) => l.staff_id === w.ids.staff[mh]), 'the handler is named');
	});

	test('nor one who works in the unit that received it', async () => {
		const path = await send('drammen-kommune:mh-2');
		(await w.api('drammen-kommune:mh-2', 'GET', path)).is(200);
		const rows = (await log()).filter((l) => l.operation === 'createConcernReport' || l.resource_id === path.split('/')[2]);
		assert.ok(!rows.some((l) => l.staff_id === w.ids.staff['drammen-kommune:mh-2'] || l.name === 'Berit Moen' || l.hpr_number));
	});

	test('is not told of which kind the sender is', async () => {
		const path = await send(mh, { type: 'SUBSTANCE_RELATIVE', channel: 'PHONE' }, { category: 'RELATIVE', name: 'Kari', wants_feedback: true });
		await act(w, mh, path, { action: 'start_triage' });
		(await w.api(mh, 'POST', `${path}/feedback`, { kind: 'RECEIPT' })).is(201);
		await act(w, mh, path, { action: 'set_severity', severity: 'GREEN', has_minor_children: 'NO', pregnant: 'NO' });
		await act(w, mh, path, { action: 'request_info', requested_from: 'Kari, søsteren' });
		(await w.api(self, 'GET', `${path}/feedback`)).is(403, 'forbidden');
		const seen = (await w.api(self, 'GET', path)).is(200).body;
		assert.equal(seen.projection, 'SELF');
		assert.equal(seen.sender, undefined);
		assert.equal(seen.info_requested_from, undefined);
		assert.ok(!(await w.api(self, 'GET', `${path}/notes`)).is(200).body.items.some((n) => n.kind === 'FEEDBACK'));
	});
});

describe('who sees the status alone', () => {
	test('learns nothing from a version mismatch', async () => {
		const path = await send('drammen-dps:dps-1');
		await act(w, mh, path, { action: 'start_triage' });
		await act(w, mh, path, { action: 'set_severity', severity: 'RED', has_minor_children: 'NO', pregnant: 'NO' });
		for (const [method, where, body] of [['POST', `${path}/transitions`, { action: 'start_triage' }],
			['PUT', `${path}/sender-protection`, { identity_protected: false }]]) {
			const r = await w.api('drammen-dps:dps-1', method, where, body, { 'if-match': '"1-x"' });
			assert.ok([403, 404, 405, 412].includes(r.status), String(r.status));
			if (r.status === 412) assert.deepEqual(r.body.changed, ['state']);
		}
	});

	test('a colleague of the sender without a relation gets the word, no details', async () => {
		const path = await send('drammen-dps:tm-1', {}, { wants_feedback: true });
		(await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201);
		assert.ok((await w.api('drammen-dps:tm-1', 'GET', `${path}/feedback`)).is(200).body.details);
		const other = (await w.api('drammen-dps:dps-1', 'GET', `${path}/feedback`)).is(200).body;
		assert.equal(other.details, undefined);
		assert.equal(other.may_know_of_care, false);
		assert.notEqual(other.sender_kind, 'HEALTH_PERSONNEL_IN_CARE');
	});
});

test('who sees the status alone reads no assessment, not even of the own agency', async () => {
	const path = await send(mh);
	await act(w, mh, path, { action: 'start_triage' });
	(await w.api(mh, 'POST', `${path}/notes`, { kind: 'ASSESSMENT', text: 'Hemmelig vurdering' })).is(201);
	assert.equal((await w.api('drammen-kommune/CO', 'GET', path)).is(200).body.projection, 'STATUS');
	assert.ok(!(await w.api('drammen-kommune/CO', 'GET', `${path}/notes`)).text.includes('Hemmelig'));
});
