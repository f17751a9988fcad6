// What went wrong: who may say it, who sees of it what, how it is handled, and what is learnt by several.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, relate } from './around-steps.mjs';
import { anyId, syntheticNumber, until, world } from './harness.mjs';
import { day, daysBetween } from './lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const [tm, tl, qm, pv, dps, nav, mh, mtl] = ['drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-dps:qm-1', 'drammen-dps:pv-1', 'drammen-dps:dps-1', 'nav-drammen:nav-1',
	'drammen-kommune:mh-1', 'drammen-kommune:tl-1'];
const municipality = w.ids.agency['drammen-kommune'];
const patient = await makePerson(w, { units: ['drammen-dps:fact'], self: true });
const register = (as, body) => w.api(as, 'POST', '/deviations', { type: 'PATIENT_SAFETY', what_happened: 'Feil dose ble gitt', occurred_at: '2026-01-02T10:00:00Z', ...body });
const read = async (as, id) => (await w.api(as, 'GET', `/deviations/${id}`)).is(200).body;
const registered = async (body) => (await register(tm, body)).is(201).body.id;

async function move(as, id, action, body) {
	const now = (await w.api(as, 'GET', `/deviations/${id}`)).is(200);
	return w.api(as, 'POST', `/deviations/${id}/transitions`, { action, ...body }, { 'if-match': now.etag });
}

async function assessed(body = {}, assessment = {}) {
	const id = await registered(body);
	(await move(qm, id, 'assess', { harm: 2, type: 'PATIENT_SAFETY', ...assessment })).is(200);
	return id;
}

const tasks = (entity, id) => w.sql('select kind, title, state, patient_id, agency_id, for_role, assignee_staff_id, due_at from task where entity = $1 and entity_id = $2 order by created_at', [entity, id]);

describe('who registers one', () => {
	test('staff, of their own unit, about somebody whom they may know; a leader is asked to assess it, without a name', async () => {
		const d = (await register(tm, { patient_id: patient, external_ref: { system: 'SYNERGI', id: '2026-1041' } })).is(201).body;
		assert.deepEqual([d.state, d.patient_id, d.unit.id, d.external_ref.id], ['REGISTERED', patient, w.ids.unit['drammen-dps:fact'], '2026-1041']);
		const [task] = await tasks('deviation', d.id);
		assert.deepEqual([task.kind, task.for_role, task.patient_id, task.state], ['DEVIATION_ASSESS', 'TL', null, 'OPEN']);
		(await move(tl, d.id, 'assess', { harm: 0, type: 'SYSTEM' })).is(200);
		assert.equal((await tasks('deviation', d.id))[0].state, 'DONE');
	});
	test('about somebody whom they may not know: as about nobody', async () => {
		const known = (await register('lier-kommune:mh-1', { patient_id: patient })).is(422, 'unknown_reference');
		const random = (await register('lier-kommune:mh-1', { patient_id: anyId() })).is(422, 'unknown_reference');
		assert.deepEqual({ ...known.body, request_id: '' }, { ...random.body, request_id: '' });
	});
	test('the quality manager names no person, and nobody the unit of another agency, a time to come, or a number', async () => {
		assert.deepEqual((await register(qm, { patient_id: patient })).is(422, 'invalid_value').pointers(), ['/patient_id']);
		assert.deepEqual((await register(tm, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference').pointers(), ['/unit_id']);
		assert.deepEqual((await register(tm, { occurred_at: '2199-01-01T00:00:00Z' })).is(422, 'invalid_value').pointers(), ['/occurred_at']);
		assert.deepEqual((await register(tm, { what_happened: `Feil dose til ${syntheticNumber()}` })).is(422, 'invalid_value').pointers(), ['/what_happened']);
		assert.deepEqual((await register(tm, { external_ref: { system: 'SYNERGI', id: syntheticNumber() } })).is(422, 'invalid_body').pointers(), ['/external_ref/id']);
		assert.deepEqual((await register(tm, { involved_agency_ids: [municipality, anyId()] })).is(422, 'unknown_reference').pointers(), ['/involved_agency_ids/1']);
	});
	test('the person, as feedback about themself; a relative only as representative by law', async () => {
		const unit_id = w.ids.unit['drammen-dps:fact'];
		const d = (await register('citizen/PT', { unit_id, what_happened: 'Ingen ringte meg' })).is(201).body;
		assert.deepEqual([d.patient_id, d.patient_pseudonym, d.actions], [patient, undefined, []]);
		(await register('citizen/PT', { unit_id, patient_id: anyId() })).is(422, 'unknown_reference');
		(await register('citizen/PT', {})).is(422, 'unknown_reference');
		(await register('citizen/RE', { unit_id, patient_id: patient })).is(422, 'unknown_reference');
		(await move(tl, d.id, 'assess', { harm: 1, type: 'COOPERATION' })).is(200);
		const seen = await read('citizen/PT', d.id);
		assert.deepEqual([seen.state, seen.harm, seen.duties], ['ASSESSED', undefined, undefined]);
	});
	test('the police and administrators have no part in it', async () => {
		for (const who of ['politi-demo:po-1', 'drammen-dps:sa-1']) (await register(who, {})).is(403, 'forbidden');
	});
});

describe('who sees of it what', async () => {
	const id = await registered({ patient_id: patient });
	for (const [who, status, named] of [[tm, 200, true], ['drammen-dps:tm-2', 200, true], [tl, 200, true], [qm, 200, false], [dps, 404], [mh, 404], [nav, 404], [pv, 404],
		['citizen/PT', 404], ['drammen-dps:pm-1', 404], ['drammen-dps:sg-1', 404], ['lier-kommune:tl-1', 404]])
		test(`${who}: ${status}${status === 200 ? `, ${named ? 'with' : 'without'} the person` : ''}`, async () => {
			const answer = (await w.api(who, 'GET', `/deviations/${id}`)).is(status);
			if (status === 200) assert.equal(answer.body.patient_id, named ? patient : undefined);
			const list = (await w.api(who, 'GET', '/deviations?limit=200')).is(200);
			assert.equal(list.body.items.some((d) => d.id === id), status === 200);
			if (named !== true && !who.startsWith('citizen')) assert.ok(!list.text.includes(patient));
		});
	test('two about one person have one pseudonym in an agency, and another in another', async () => {
		const other = await read(qm, await registered({ patient_id: patient }));
		assert.equal(other.patient_pseudonym, (await read(qm, id)).patient_pseudonym);
		await relate(w, patient, 'drammen-kommune:mottak');
		const there = (await register(mh, { patient_id: patient })).is(201).body;
		assert.notEqual(there.patient_pseudonym, other.patient_pseudonym);
	});
	test('a service with limited fields reads no judgement', async () => {
		await relate(w, patient, 'nav-drammen:kontor');
		await consentTo(w, patient, 'nav-drammen');
		const d = (await register(nav, { patient_id: patient })).is(201).body;
		await w.sql(`update deviation set harm = 3, unexpected = true, cause = 'Travelt', state = 'ASSESSED' where id = $1`, [d.id]);
		const seen = await read(nav, d.id);
		assert.deepEqual([seen.what_happened, seen.harm, seen.cause, seen.unexpected], ['Feil dose ble gitt', undefined, undefined, undefined]);
	});
	test('about nobody: the agency\'s own, and no other\'s', async () => {
		const free = await registered({});
		assert.equal((await read(dps, free)).patient_pseudonym, undefined);
		(await w.api(mh, 'GET', `/deviations/${free}`)).is(404);
	});
	test('filters, and page by page', async () => {
		const first = (await w.api(qm, 'GET', '/deviations?limit=1&open=true&type=PATIENT_SAFETY')).is(200).body;
		const second = (await w.api(qm, 'GET', first.links.next)).is(200).body;
		assert.notEqual(second.items[0].id, first.items[0].id);
		const about = (await w.api(tm, 'GET', `/deviations?patient_id=${patient}`)).is(200).body.items;
		assert.ok(about.length > 0 && about.every((d) => d.patient_id === patient));
		assert.deepEqual((await w.api(qm, 'GET', `/deviations?patient_id=${patient}`)).is(200).body.items, []);
	});
	test('its news and its history name nobody; the log says who read of the person', async () => {
		const rows = await w.sql(`select patient_id from outbox where entity = 'deviation' union all select null from row_history where entity = 'deviation' and content::text like '%' || $1 || '%'`, [patient]);
		assert.ok(rows.length > 0 && rows.every((r) => r.patient_id === null));
		assert.equal((await w.sql(`select 1 from row_history where entity = 'deviation' and content::text like '%' || $1 || '%'`, [patient])).length, 0);
		assert.ok((await w.sql(`select 1 from access_log where operation = 'getDeviation' and patient_id = $1 and action = 'READ'`, [patient])).length > 0);
	});
	test('its events reach who sees it; citizens read of the state alone', async () => {
		await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
		const told = async (as) => (await w.api(as, 'GET', '/changes?after=0&limit=200&entities=deviation')).is(200).body.items;
		assert.ok((await told(qm)).some((e) => e.subject === `/api/v1/deviations/${id}`));
		assert.ok(!(await told(dps)).some((e) => e.subject === `/api/v1/deviations/${id}`));
		const mine = await told('citizen/PT');
		assert.ok(mine.length > 1 && mine.every((e) => e.data.changed.every((c) => c === 'state')));
	});
});

describe('from assessment to what is learnt', () => {
	test('actions with owners, done by them, looked at, closed with what was learnt', async () => {
		const id = await assessed();
		(await move(qm, id, 'analyse', { cause: 'To listene var ulike' })).is(200);
		(await move(qm, id, 'set_actions', {})).is(422, 'invalid_value');
		(await move(qm, id, 'set_actions', { corrective_actions: [{ text: 'x', owner_staff_id: anyId(), due_on: day(9) }] })).is(422, 'unknown_reference');
		(await move(qm, id, 'set_actions', { corrective_actions: [{ text: 'x', owner_staff_id: w.ids.staff[dps], due_on: day(-9) }] })).is(422, 'invalid_value');
		const open = (await move(qm, id, 'set_actions', { corrective_actions: [{ text: 'Én liste', owner_staff_id: w.ids.staff[mh], due_on: day(9) }] })).is(200).body;
		const [action] = open.corrective_actions;
		const [task] = await tasks('deviation_action', action.id);
		assert.deepEqual([task.agency_id, task.assignee_staff_id, task.state, task.patient_id], [municipality, w.ids.staff[mh], 'OPEN', null]);
		(await move(qm, id, 'complete_action', { corrective_action_id: action.id })).is(403, 'forbidden_action');
		(await move(mh, id, 'actions_done', { effect_check_on: day(30) })).is(422, 'missing_fact');
		(await move(mh, id, 'complete_action', { corrective_action_id: anyId() })).is(422, 'unknown_reference');
		assert.ok((await move(mh, id, 'complete_action', { corrective_action_id: action.id, note: 'Gjort' })).is(200).body.corrective_actions[0].done_at);
		assert.equal((await tasks('deviation_action', action.id))[0].state, 'DONE');
		(await move(mh, id, 'actions_done', { effect_check_on: day(200) })).is(422, 'invalid_value');
		(await move(mh, id, 'actions_done', { effect_check_on: day(90) })).is(200);
		(await move(qm, id, 'not_effective', { reason: 'Det skjedde igjen' })).is(200);
		(await move(qm, id, 'set_actions', { no_action_reason: 'Ordningen er lagt ned' })).is(200);
		assert.deepEqual((await tasks('deviation', id)).filter((t) => t.state === 'OPEN'), [], 'nobody waits');
	});
	test('nothing to do: why, and the quality manager goes on', async () => {
		const id = await assessed();
		(await move(qm, id, 'set_actions', { no_action_reason: 'Allerede endret' })).is(200);
		(await move(qm, id, 'actions_done', { effect_check_on: day(1) })).is(200);
		(await move(qm, id, 'effective', {})).is(422, 'invalid_body');
		const d = (await move(qm, id, 'effective', { learning_text: 'Les listen høyt' })).is(200).body;
		assert.deepEqual([d.state, d.actions], ['CLOSED', []]);
		assert.ok(d.closed_at);
	});
	test('cooperation: the other party has 21 days, sees no person it may not know, and what was learnt is shared', async () => {
		const id = await assessed({ patient_id: await makePerson(w), type: 'COOPERATION' }, { type: 'COOPERATION' });
		(await move(qm, id, 'analyse', {})).is(422, 'missing_fact');
		(await move(qm, id, 'analyse', { counterpart_agency_id: w.ids.agency['drammen-dps'] })).is(422, 'unknown_reference');
		(await w.api(mtl, 'GET', `/deviations/${id}`)).is(404);
		const asked = (await move(qm, id, 'analyse', { counterpart_agency_id: municipality })).is(200).body;
		assert.equal(daysBetween(Date.now(), asked.counterpart.due_at), 22, 'at the end of the day three weeks from now');
		const ask = (await tasks('deviation', id)).find((t) => t.kind === 'DEVIATION_ANSWER');
		assert.deepEqual([ask.agency_id, ask.patient_id, ask.due_at.toISOString()], [municipality, null, new Date(asked.counterpart.due_at).toISOString()]);
		assert.equal((await read(mtl, id)).patient_id, undefined);
		(await w.api(mh, 'GET', `/deviations/${id}`)).is(404);
		(await move(mtl, id, 'answer', { answer: 'Vi ringer samme dag' })).is(200);
		assert.equal((await tasks('deviation', id)).find((t) => t.kind === 'DEVIATION_ANSWER').state, 'DONE');
		(await move(qm, id, 'set_actions', { no_action_reason: 'Avtalt' })).is(200);
		(await move(qm, id, 'actions_done', { effect_check_on: day(30) })).is(200);
		assert.deepEqual((await move(qm, id, 'effective', { learning_text: 'Ring' })).is(422, 'missing_fact').pointers(), ['/shared_with']);
		(await move(qm, id, 'effective', { learning_text: 'Ring', shared_with: [municipality] })).is(200);
		const learnt = await read(mh, id);
		assert.deepEqual([learnt.learning_text, learnt.state], ['Ring', 'CLOSED']);
	});
	test('shared with a third agency: what was learnt, and nothing else', async () => {
		const id = await assessed({ patient_id: patient });
		(await move(qm, id, 'set_actions', { no_action_reason: 'Avtalt' })).is(200);
		(await move(qm, id, 'actions_done', { effect_check_on: day(30) })).is(200);
		(await move(qm, id, 'effective', { learning_text: 'Ring', shared_with: [w.ids.agency['lier-kommune']] })).is(200);
		const seen = await read('lier-kommune:mh-1', id);
		assert.deepEqual(Object.keys(seen).sort(), ['actions', 'closed_at', 'created_at', 'id', 'learning_text', 'owner_agency', 'state', 'type', 'updated_at', 'version']);
	});
	test('minor: harm of 0 or 1, and not for the fourth time in a year', async () => {
		const minor = { harm: 1, type: 'STAFF_SAFETY' };
		const serious = await assessed({ type: 'STAFF_SAFETY' }, { ...minor, harm: 2 });
		(await move(qm, serious, 'close_minor', { learning_text: 'x' })).is(409, 'deviation_not_minor');
		const third = await assessed({ type: 'STAFF_SAFETY' }, minor);
		(await move(qm, third, 'close_minor', { learning_text: 'Lås døren' })).is(200);
		await assessed({ type: 'STAFF_SAFETY' }, minor);
		const fourth = await assessed({ type: 'STAFF_SAFETY' }, minor);
		(await move(qm, fourth, 'close_minor', { learning_text: 'x' })).is(409, 'deviation_not_minor');
		await w.sql(`update deviation set created_at = clock_now() - interval '13 months' where id = $1`, [serious]);
		(await move(qm, fourth, 'close_minor', { learning_text: 'Lås døren' })).is(200);
	});
	test('who registered it does not end it', async () => {
		const own = (await register(qm, { unit_id: w.ids.unit['drammen-dps:fact'], type: 'ROUTINE_MISSING' })).is(201).body.id;
		(await move(qm, own, 'reject', { reason: 'x' })).is(403, 'same_person');
		(await move(qm, own, 'assess', { harm: 0, type: 'ROUTINE_MISSING' })).is(200);
		(await move(qm, own, 'close_minor', { learning_text: 'x' })).is(403, 'same_person');
	});
	test('a harm is set lower only with a reason', async () => {
		const id = await assessed();
		assert.deepEqual((await move(qm, id, 'reassess', { harm: 1 })).is(422, 'missing_fact').pointers(), ['/reason']);
		(await move(qm, id, 'reassess', { harm: 3, unexpected: false })).is(200);
		assert.equal((await move(tl, id, 'reassess', { harm: 1, reason: 'Legen så på det' })).is(200).body.harm_reason, 'Legen så på det');
		const clocked = await assessed({ type: 'PRIVACY' }, { type: 'PRIVACY', unexpected: true });
		for (const less of [{ harm: 2, unexpected: false }, { harm: 2, type: 'SYSTEM' }]) (await move(qm, clocked, 'reassess', less)).is(422, 'missing_fact');
		(await move(qm, clocked, 'reassess', { harm: 2, type: 'SYSTEM', reason: 'Ingen opplysninger var synlige' })).is(200);
		assert.deepEqual((await w.sql('select state from deadline where entity_id = $1', [clocked])), [{ state: 'CANCELLED' }]);
	});
	test('rejected with a reason, merged into another of the agency, and never deleted', async () => {
		const id = await registered({});
		(await move(qm, id, 'reject', {})).is(422, 'invalid_body');
		assert.equal((await move(qm, id, 'reject', { reason: 'Ikke et avvik' })).is(200).body.state, 'REJECTED');
		const part = await registered({});
		const others = [await registered({ type: 'SYSTEM' }), await registered({ patient_id: patient })];
		for (const into of [part, id, anyId(), ...others]) (await move(qm, part, 'merge', { merged_into: into })).is(422, 'unknown_reference');
		assert.equal((await move(qm, part, 'merge', { merged_into: await registered({}) })).is(200).body.state, 'MERGED');
		(await w.api(qm, 'DELETE', `/deviations/${part}`)).is(405);
		await assert.rejects(w.asService((c) => c.query('delete from deviation')), /permission denied/);
	});
	test('a breach of privacy is part only of an open one that was registered before it, about the same person', async () => {
		const first = await registered({ type: 'PRIVACY', patient_id: patient });
		const later = await registered({ type: 'PRIVACY', patient_id: patient });
		const about = await registered({ type: 'PRIVACY', patient_id: await makePerson(w, { units: ['drammen-dps:fact'] }) });
		for (const [part, into] of [[first, later], [about, first], [later, await registered({ patient_id: patient })]])
			assert.deepEqual((await move(qm, part, 'merge', { merged_into: into })).is(422, 'unknown_reference').pointers(), ['/merged_into']);
		const closed = await registered({ type: 'PRIVACY' });
		await w.sql(`update deviation set state = 'CLOSED', harm = 1, learning_text = 'x' where id = $1`, [closed]);
		(await move(qm, await registered({ type: 'PRIVACY' }), 'merge', { merged_into: closed })).is(422, 'unknown_reference');
		(await move(qm, later, 'merge', { merged_into: first })).is(200);
	});
	test('the number in the agency\'s own system may come later', async () => {
		const id = await registered({});
		(await move(tm, id, 'set_external_ref', { external_ref: { system: 'SYNERGI', id: `S-${syntheticNumber()}` } })).is(422, 'invalid_body');
		assert.equal((await move(tm, id, 'set_external_ref', { external_ref: { system: 'SYNERGI', id: 'S-7' } })).is(200).body.external_ref.id, 'S-7');
	});
});

describe('the clocks of the law', () => {
	const due = (d, code) => daysBetween(d.created_at, d.duties.find((u) => u.code === code).due_at);
	test('serious harm that nobody expected: notice in five working days, report in three months; closed when they are told', async () => {
		const id = await assessed({}, { harm: 4, unexpected: true });
		const d = await read(qm, id);
		assert.ok(due(d, 'DEVIATION_NOTICE') >= 5 && due(d, 'DEVIATION_NOTICE') <= 16, 'five working days');
		assert.ok(due(d, 'DEVIATION_REPORT') > 88 && due(d, 'DEVIATION_REPORT') < 94, 'three months');
		assert.deepEqual((await w.sql('select code, state from deadline where entity_id = $1 order by code', [id])), [{ code: 'DEVIATION_NOTICE', state: 'OPEN' }, { code: 'DEVIATION_REPORT', state: 'OPEN' }]);
		(await move(qm, id, 'set_actions', { no_action_reason: 'x' })).is(200);
		(await move(qm, id, 'actions_done', { effect_check_on: day(1) })).is(200);
		(await move(qm, id, 'effective', { learning_text: 'x' })).is(422, 'missing_fact');
		(await move(qm, id, 'record_notice', { authority: 'UKOM', notice_kind: 'NOTICE', on: day(9) })).is(422, 'invalid_value');
		(await move(qm, id, 'record_notice', { authority: 'UKOM', notice_kind: 'NOT_REQUIRED', on: day(0) })).is(422, 'missing_fact');
		for (const authority of ['UKOM', 'STATSFORVALTER']) for (const notice_kind of ['NOTICE', 'REPORT'])
			(await move(tl, id, 'record_notice', { authority, notice_kind, on: day(0), reference: '2026/1' })).is(200);
		assert.deepEqual((await w.sql('select distinct state from deadline where entity_id = $1', [id])), [{ state: 'MET' }]);
		(await move(qm, id, 'effective', { learning_text: 'Lært' })).is(200);
	});
	test('expected harm starts none; of serious harm it is said whether it was expected', async () => {
		const id = await registered({});
		assert.deepEqual((await move(qm, id, 'assess', { harm: 4, type: 'PATIENT_SAFETY' })).is(422, 'missing_fact').pointers(), ['/unexpected']);
		assert.deepEqual((await move(qm, id, 'assess', { harm: 4, type: 'PATIENT_SAFETY', unexpected: false })).is(200).body.duties, []);
		const grew = await assessed();
		assert.deepEqual((await move(qm, grew, 'reassess', { harm: 3 })).is(422, 'missing_fact').pointers(), ['/unexpected']);
		assert.equal((await move(qm, grew, 'reassess', { harm: 3, unexpected: true })).is(200).body.duties.length, 2);
		(await move(qm, grew, 'reassess', { harm: 4 })).is(200);
	});
	test('a breach of privacy becomes another type only with a reason, in the first assessment too', async () => {
		const id = await registered({ type: 'PRIVACY' });
		assert.deepEqual((await move(qm, id, 'assess', { harm: 0, type: 'SYSTEM' })).is(422, 'missing_fact').pointers(), ['/reason']);
		const d = (await move(qm, id, 'assess', { harm: 0, type: 'SYSTEM', reason: 'Ingen opplysninger var synlige' })).is(200).body;
		assert.deepEqual([d.type, d.harm_reason], ['SYSTEM', 'Ingen opplysninger var synlige']);
	});
	test('a breach of privacy is assessed within 72 hours', async () => {
		const d = await read(qm, await registered({ type: 'PRIVACY' }));
		assert.equal((await tasks('deviation', d.id))[0].due_at.toISOString(), new Date(Date.parse(d.created_at) + 72 * 3_600_000).toISOString());
		assert.equal((await tasks('deviation', await registered({})))[0].due_at, null);
	});
	test('a breach of privacy: 72 hours, seen by the privacy officer', async () => {
		const id = await assessed({ type: 'PRIVACY' }, { type: 'PRIVACY', harm: 1 });
		const d = await read(pv, id);
		assert.equal(due(d, 'DEVIATION_BREACH'), 3);
		assert.equal(d.harm, undefined);
		assert.equal((await move(qm, id, 'record_notice', { authority: 'DATATILSYNET', notice_kind: 'NOT_REQUIRED', on: day(0), note: 'Ingen risiko' })).is(200).body.duties[0].met, true);
	});
	test('an emergency access that was a breach becomes one, about the person, without saying so', async () => {
		const other = await makePerson(w);
		const glass = (await w.api(dps, 'POST', '/emergency-accesses', { patient_id: other, reason: 'Akutt forverring, svarer ikke' })).is(201);
		(await w.api(pv, 'POST', `/emergency-accesses/${glass.body.id}/transitions`, { action: 'report_breach', note: 'Ikke nødvendig' }, { 'if-match': glass.etag })).is(200);
		const [d] = (await w.api(qm, 'GET', '/deviations?type=PRIVACY&state=REGISTERED')).is(200).body.items.filter((x) => x.emergency_access_id === glass.body.id);
		assert.deepEqual([d.type, d.patient_id, d.unit.id, d.reported_by], ['PRIVACY', undefined, w.ids.unit['drammen-dps:poliklinikk'], w.ids.staff[pv]]);
		assert.equal((await read(tl, d.id)).patient_id, other);
		assert.ok(!JSON.stringify(d).includes(other));
		(await w.api(dps, 'GET', `/deviations/${d.id}`)).is(404);
	});
	const breachOf = async (who, person) => {
		const glass = (await w.api(who, 'POST', '/emergency-accesses', { patient_id: person, reason: 'Akutt forverring, svarer ikke' })).is(201);
		(await w.api(pv, 'POST', `/emergency-accesses/${glass.body.id}/transitions`, { action: 'report_breach', note: 'Ikke nødvendig' }, { 'if-match': glass.etag })).is(200);
		return (await w.sql('select id from deviation where emergency_access_id = $1', [glass.body.id]))[0].id;
	};
	test('its pseudonym leads to no other deviation about the person: the emergency access says who it is', async () => {
		const other = await makePerson(w, { units: ['drammen-dps:fact'] });
		const pseudonym = async (id) => (await read(qm, id)).patient_pseudonym;
		const breach = await pseudonym(await breachOf(tl, other));
		const first = await pseudonym(await registered({ patient_id: other }));
		const second = await pseudonym(await breachOf(dps, other));
		assert.equal(await pseudonym(await registered({ patient_id: other })), first);
		assert.equal(new Set([breach, first, second]).size, 3);
	});
	test('whoever opened the emergency access neither judges nor ends what came of it', async () => {
		const id = await breachOf(tl, await makePerson(w));
		(await move(tl, id, 'assess', { harm: 0, type: 'SYSTEM', reason: 'x' })).is(403, 'same_person');
		// the quality manager opens none; somebody may be both
		const as = (who) => w.sql('update deviation set subject_staff_id = $2 where id = $1', [id, w.ids.staff[who]]);
		await as(qm);
		const same = async (action, body) => (await move(qm, id, action, body)).is(403, 'same_person');
		await same('reject', { reason: 'x' });
		await same('merge', { merged_into: anyId() });
		await as(tl);
		(await move(qm, id, 'assess', { harm: 1, type: 'PRIVACY' })).is(200);
		await as(qm);
		await same('reassess', { harm: 1 });
		await same('record_notice', { authority: 'DATATILSYNET', notice_kind: 'NOT_REQUIRED', on: day(0), note: 'x' });
		await same('close_minor', { learning_text: 'x' });
		assert.ok(!(await read(qm, id)).actions.includes('reassess'));
		(await move(qm, id, 'set_actions', { no_action_reason: 'x' })).is(200);
		(await move(qm, id, 'actions_done', { effect_check_on: day(1) })).is(200);
		await same('effective', { learning_text: 'x' });
	});
	test('when the time is out, the unit\'s leader is told, without a name', async () => {
		const id = await assessed({ patient_id: patient, type: 'PRIVACY' }, { type: 'PRIVACY' });
		(await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { ahead: 'P4D' })).is(200);
		await until(async () => (await w.sql(`select 1 from task where kind = 'ESCALATION' and entity_id = $1`, [id])).length > 0);
		const [task] = await w.sql(`select patient_id, title from task where kind = 'ESCALATION' and entity_id = $1`, [id]);
		assert.deepEqual(task, { patient_id: null, title: 'Frist passert: meld brudd på personvernet til Datatilsynet' });
	});
});
