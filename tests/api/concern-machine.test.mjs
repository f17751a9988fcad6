// Every row of the transition table, from every state, by every role: generated from the machine that the service serves.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { document, world } from './harness.mjs';
import { act, opened, report, step } from './concern-steps.mjs';
import { asOnePerson } from './lib/one-person.mjs';
import { back } from './lib/days.mjs';

const w = await world();
const machine = document['x-state-machines']['concern-reports'];
const states = Object.keys(machine.states);
const names = [...new Set(machine.actions.map((a) => a.action))];

const bodies = (unit, handler) => ({
	assign: { handler_staff_id: handler }, set_severity: { severity: 'YELLOW', has_minor_children: 'NO', pregnant: 'NO' },
	identify_subject: { subject: { number: '01819012365' } }, request_info: { requested_from: 'fastlegen' },
	forward: { target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' },
	start_action: { outcome_codes: ['GP_FOLLOWUP'] },
	close: { outcome_codes: ['NO_BASIS'], assessment_text: 'Vurdert', feedback_decision: 'NONE' }, dismiss: { dismissal_reason: 'DUPLICATE' },
	transfer_out: { receiver: { kind: 'OTHER_MUNICIPALITY', name: 'Modum' }, receipt: { reference: 'M-1' } }, reopen: { reason: 'Ny uro' },
});

// Puts a report into a state without walking there, as the owner may.
const reset = (id, state, handler) => w.sql(`with h as (delete from handover where entity_id = $1)
	update concern_report set state = $2, previous_state = 'IN_TRIAGE', handler_staff_id = $3, severity = 'YELLOW', pending_action = null,
		closed_at = case when $2 in ('CLOSED', 'DISMISSED', 'TRANSFERRED_OUT') then clock_now() end, dismissal_reason = 'DUPLICATE',
		transfer = '{"receipt": {}}', patient_id = null where id = $1 returning version`, [id, state, handler]);

const may = (row, role, facts) => row.who.roles.includes(role) && row.who.standing.some((s) => facts.includes(s));

function blocked(row, facts) {
	return (row.refuse_when ?? []).find((g) => facts.includes(g.fact)) ?? (row.require_facts ?? []).find((g) => !facts.includes(g.fact));
}

// What the table says: [status, code].
function verdict(action, state, role, facts) {
	const row = machine.actions.find((a) => a.action === action && a.from.includes(state));
	if (!row) return [409, 'invalid_transition'];
	if (!may(row, role, facts)) return [403, 'forbidden_action'];
	const guard = blocked(row, facts);
	return guard ? [guard.status, guard.code] : [200];
}

const open = (state, role, facts) => names.filter((a) => verdict(a, state, role, facts)[0] === 200);

async function tryAll({ unit, handler, people }) {
	const made = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, municipality_number: undefined, receiving_unit_id: w.ids.unit[unit] })).is(201).body;
	const path = `/concern-reports/${made.id}`;
	const body = bodies(unit, w.ids.staff[handler]);
	let tried = 0;
	for (const state of states)
		for (const [who, standing] of people) {
			const role = who.match(/[:/]([a-z]+)/)[1].toUpperCase();
			const facts = [...(standing ?? []), 'severity_set'];
			let [{ version }] = await reset(made.id, state, w.ids.staff[handler]);
			if (standing)
				assert.deepEqual((await w.api(who, 'GET', path)).is(200).body.actions.sort(), open(state, role, facts).sort(), `${who} in ${state}`);
			for (const action of names) {
				const [status, code] = standing === null ? [[403, 404]] : verdict(action, state, role, facts);
				const answer = await w.api(who, 'POST', `${path}/transitions`, { action, ...body[action] }, { 'if-match': `"${version}"` });
				answer.is(status, standing === null ? undefined : code);
				if (code === 'invalid_transition') {
					assert.equal(answer.body.from, state);
					assert.deepEqual(answer.body.allowed.sort(), open(state, role, facts).sort());
				}
				if (answer.status === 200) [{ version }] = await reset(made.id, state, w.ids.staff[handler]);
				tried++;
			}
		}
	return tried;
}

const handling = ['receiving_unit', 'handler'];
const leading = ['receiving_unit', 'leader'];
const outsiders = ['lier-kommune:mh-1', 'lier-kommune:ko-1', 'nav-drammen:nav-1', 'fastlege-demo:gp-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1',
	'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ho-1', 'drammen-kommune:pv-1', 'drammen-kommune:sa-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1',
	'drammen-dps:sg-1'].map((who) => [who, null]);

test('in a municipality', async () => {
	await tryAll({ unit: 'drammen-kommune:mottak', handler: 'drammen-kommune:mh-1', people: [['drammen-kommune:mh-1', handling],
		['drammen-kommune:mh-2', ['receiving_unit']], ['drammen-kommune:tl-1', leading], ['drammen-kommune:ko-1', leading], ['drammen-dps:dps-1', null], ...outsiders] });
});

test('leaders who handle it themselves', async () => {
	for (const handler of ['drammen-kommune:tl-1', 'drammen-kommune:ko-1'])
		await tryAll({ unit: 'drammen-kommune:mottak', handler, people: [[handler, [...leading, 'handler']]] });
});

test('in a clinic and in a team', async () => {
	await tryAll({ unit: 'drammen-dps:poliklinikk', handler: 'drammen-dps:dps-1', people: [['drammen-dps:dps-1', handling], ['drammen-dps:dps-2', ['receiving_unit']],
		['drammen-kommune:mh-1', null], ['drammen-dps:tm-1', null]] });
	await tryAll({ unit: 'drammen-dps:fact', handler: 'drammen-dps:tm-1', people: [['drammen-dps:tm-1', handling], ['drammen-dps:tm-2', ['receiving_unit']],
		['drammen-dps:tl-1', leading], ['drammen-dps:tm-3', null], ['drammen-kommune:ko-1', null]] });
});

// Guards -----------------------------------------------------------------------------------------------
const mh = 'drammen-kommune:mh-1';
const answers = { has_minor_children: 'NO', pregnant: 'NOT_APPLICABLE' };
const close = { action: 'close', outcome_codes: ['HELP_ACCEPTED'], assessment_text: 'Vurdert', feedback_decision: 'NONE' };

async function triaged(members, severity = 'YELLOW', who = mh) {
	const r = await opened(w, who, members);
	await act(w, who, r.path, { action: 'set_severity', severity, ...answers });
	return r;
}

test('missing members are named', async () => {
	const r = await opened(w, mh);
	for (const { action, required } of machine.actions.filter((a) => a.required && a.from.includes('IN_TRIAGE') && a.who.standing.includes('handler'))) {
		const answer = (await step(w, mh, r.path, { action })).is(422);
		for (const member of required) assert.ok(answer.pointers().includes(`/${member}`), `${action} ${member}`);
	}
});

test('severity needs the questions answered, investigation needs severity', async () => {
	const r = await opened(w, mh);
	(await step(w, mh, r.path, { action: 'investigate' })).is(422, 'severity_missing');
	(await step(w, mh, r.path, { action: 'set_severity', severity: 'RED' })).is(422, 'assessment_missing');
	(await step(w, mh, r.path, { action: 'set_severity', severity: 'RED', has_minor_children: 'NO' })).is(422, 'assessment_missing');
	await act(w, mh, r.path, { action: 'set_severity', severity: 'RED', ...answers });
	assert.equal((await act(w, mh, r.path, { action: 'investigate' })).status, 'INVESTIGATING');
});

test('from triage only no basis or already in care closes', async () => {
	const r = await triaged();
	(await step(w, mh, r.path, close)).is(422, 'outcome_not_allowed');
	assert.equal((await act(w, mh, r.path, { ...close, outcome_codes: ['ALREADY_IN_CARE'] })).status, 'CLOSED');
});

test('a relative\'s report on substance use is examined, and the relative hears of it', async () => {
	const made = (await w.api(mh, 'POST', '/concern-reports', { ...report, type: 'SUBSTANCE_RELATIVE', channel: 'PHONE', sender: { category: 'RELATIVE', name: 'Ola' } })).is(201).body;
	const path = `/concern-reports/${made.id}`;
	await act(w, mh, path, { action: 'start_triage' });
	await act(w, mh, path, { action: 'set_severity', severity: 'GREEN', ...answers });
	(await step(w, mh, path, { ...close, outcome_codes: ['NO_BASIS'] })).is(409, 'must_investigate');
	(await step(w, mh, path, { action: 'dismiss', dismissal_reason: 'MALICIOUS' })).is(409, 'dismissal_forbidden');
	await act(w, mh, path, { action: 'investigate' });
	(await step(w, mh, path, close)).is(422, 'invalid_value');
	const closed = await act(w, mh, path, { ...close, feedback_decision: 'GIVE' });
	assert.ok(closed.deadlines.some((d) => d.code === 'CR_FEEDBACK_RESULT'));
});

test('what may never be dismissed', async () => {
	for (const [who, members] of [['politi-demo:po-1', { type: 'PUBLIC_DUTY_MENTAL' }], ['fastlege-demo:gp-1', { type: 'PREGNANT_SUBSTANCE' }],
		['politi-demo:po-1', { danger: { children: 2 } }]]) {
		const made = (await w.api(who, 'POST', '/concern-reports', { ...report, ...members })).is(201).body;
		await act(w, mh, `/concern-reports/${made.id}`, { action: 'start_triage' });
		(await step(w, mh, `/concern-reports/${made.id}`, { action: 'dismiss', dismissal_reason: 'MALICIOUS' })).is(409, 'dismissal_forbidden');
	}
});

test('a report on a child is accepted and transferred with its receipt, nothing else', async () => {
	const r = await triaged({ type: 'CHILD' });
	const child = [409, 'child_must_be_transferred'];
	(await step(w, mh, r.path, { action: 'investigate' })).is(...child);
	(await step(w, mh, r.path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'x', legal_basis: 'HPL_COOPERATING' })).is(...child);
	(await step(w, mh, r.path, { ...close, outcome_codes: ['NO_BASIS'] })).is(...child);
	(await step(w, mh, r.path, { action: 'dismiss', dismissal_reason: 'MALICIOUS' })).is(...child);
	(await step(w, mh, r.path, { action: 'transfer_out', receiver: { kind: 'OTHER_MUNICIPALITY', name: 'Modum' }, receipt: { reference: '1' } })).is(...child);
	(await step(w, mh, r.path, { action: 'transfer_out', receiver: { kind: 'CHILD_WELFARE', name: 'Barnevernet' } })).is(422);
	const out = await act(w, mh, r.path, { action: 'transfer_out', receiver: { kind: 'CHILD_WELFARE', name: 'Barnevernet' }, receipt: { reference: 'BV-1' } });
	assert.equal(out.status, 'TRANSFERRED_OUT');
	assert.equal(out.transfer.receipt.reference, 'BV-1');
});

test('closing a RED report takes two', async () => {
	const r = await triaged({}, 'RED');
	await act(w, mh, r.path, { action: 'investigate' });
	const pending = await act(w, mh, r.path, close);
	assert.equal(pending.status, 'INVESTIGATING');
	assert.equal(pending.pending_action.staff_id, w.ids.staff[mh]);
	(await step(w, mh, r.path, close)).is(409, 'second_person_required');
	(await step(w, mh, r.path, { action: 'confirm' })).is(403, 'forbidden_action');
	const done = await act(w, 'drammen-kommune:tl-1', r.path, { action: 'confirm' });
	assert.deepEqual([done.status, done.outcome_codes, done.confirmed_by], ['CLOSED', ['HELP_ACCEPTED'], w.ids.staff['drammen-kommune:tl-1']]);
});

test('who proposed cannot confirm, a leader included; going on drops the proposal', async () => {
	const tl = 'drammen-kommune:tl-1';
	const r = await triaged({}, 'GREEN', tl);
	await act(w, tl, r.path, { action: 'dismiss', dismissal_reason: 'NOT_IDENTIFIABLE' });
	(await step(w, tl, r.path, { action: 'confirm' })).is(403, 'same_person');
	assert.equal((await act(w, tl, r.path, { action: 'investigate' })).pending_action, undefined);
	(await step(w, 'drammen-kommune:ko-1', r.path, { action: 'confirm' })).is(409, 'conflict');
});

test('a dismissal is confirmed by another', async () => {
	const r = await triaged();
	assert.equal((await act(w, mh, r.path, { action: 'dismiss', dismissal_reason: 'DUPLICATE' })).status, 'IN_TRIAGE');
	assert.equal((await act(w, 'drammen-kommune:ko-1', r.path, { action: 'confirm' })).status, 'DISMISSED');
});

test('one person with two entries in the register is not two', async () => {
	const r = await triaged();
	await act(w, mh, r.path, { action: 'dismiss', dismissal_reason: 'DUPLICATE' });
	await asOnePerson(w, mh, 'drammen-kommune:ko-1', async (as) =>
		(await step(w, as, r.path, { action: 'confirm' })).is(403, 'same_person'));
	assert.equal((await act(w, 'drammen-kommune:ko-1', r.path, { action: 'confirm' })).status, 'DISMISSED');
});

test('a unit without a leader is confirmed by another of the agency, who sees only that', async () => {
	const doctor = 'drammen-dps:dps-1';
	const r = await triaged({ municipality_number: undefined, receiving_unit_id: w.ids.unit['drammen-dps:poliklinikk'] }, 'RED', doctor);
	(await w.api('drammen-dps:tl-1', 'GET', r.path)).is(404);
	await act(w, doctor, r.path, { ...close, outcome_codes: ['NO_BASIS'] });
	assert.deepEqual((await w.api('drammen-dps:tl-1', 'GET', r.path)).is(200).body.actions.sort(), ['assign', 'confirm']);
	assert.equal((await act(w, 'drammen-dps:tl-1', r.path, { action: 'confirm' })).status, 'CLOSED');
});

test('reopening makes the caller handler, for 90 days', async () => {
	const r = await triaged();
	await act(w, mh, r.path, { ...close, outcome_codes: ['NO_BASIS'] });
	(await step(w, mh, r.path, { action: 'reopen', reason: 'Ny uro' })).is(403, 'forbidden_action');
	const again = await act(w, 'drammen-kommune:ko-1', r.path, { action: 'reopen', reason: 'Ny uro' });
	assert.deepEqual([again.status, again.handler_staff_id], ['IN_TRIAGE', w.ids.staff['drammen-kommune:ko-1']]);
	await act(w, 'drammen-kommune:ko-1', r.path, { ...close, outcome_codes: ['NO_BASIS'] });
	await w.sql(`update concern_report set closed_at = ${back('clock_now()', 92)} where id = $1`, [r.id]);
	(await step(w, 'drammen-kommune:ko-1', r.path, { action: 'reopen', reason: 'Ny uro' })).is(409, 'reopen_too_late');
	const next = (await w.api(mh, 'POST', '/concern-reports', { ...report, continues_report_id: r.id })).is(201).body;
	assert.equal(next.continues_report_id, r.id);
	(await w.api('lier-kommune:mh-1', 'POST', '/concern-reports', { ...report, continues_report_id: r.id })).is(422, 'unknown_reference');
});

test('the wrong unit and the wrong handler are refused', async () => {
	const r = await triaged();
	for (const unit of ['drammen-kommune:mottak', 'nav-drammen:kontor'])
		(await step(w, mh, r.path, { action: 'forward', target_unit_id: w.ids.unit[unit], reason: 'x', legal_basis: 'HPL_COOPERATING' })).is(422, 'unknown_reference');
	(await step(w, 'drammen-kommune:tl-1', r.path, { action: 'assign', handler_staff_id: w.ids.staff['lier-kommune:mh-1'] })).is(422, 'unknown_reference');
	assert.equal((await act(w, 'drammen-kommune:tl-1', r.path, { action: 'assign', handler_staff_id: w.ids.staff['drammen-kommune:mh-2'] })).status, 'IN_TRIAGE');
	(await step(w, mh, r.path, { action: 'investigate' })).is(403, 'forbidden_action');
});
