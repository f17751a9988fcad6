// Referrals: written, sent, seen by whom and how much, assessed against the target group.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { act, step } from './concern-steps.mjs';
import { accepted, contacts, criteria, drafted, gp, inTarget, leader, meeting, member, municipal, received, referral, sent, specialist, voted } from './intake-steps.mjs';

const w = await world();
const nav = 'nav-drammen:nav-1';
const patientNumber = '01819012365';
const read = async (who, path) => (await w.api(who, 'GET', path)).is(200).body;
const ids = async (who, query = '') => (await read(who, `/referrals?limit=200${query}`)).items.map((i) => i.id);

describe('a draft', () => {
	test('is its author\'s alone, and may be changed and thrown away', async () => {
		const r = await drafted(w);
		const mine = await read(gp, r.path);
		assert.deepEqual([mine.status, mine.projection, mine.actions, mine.subject], ['DRAFT', 'AUTHOR', ['send'], { given_name: 'Rolig', family_name: 'Furu' }]);
		for (const other of ['fastlege-demo:gp-2', leader, specialist, municipal]) {
			(await w.api(other, 'GET', r.path)).is(404);
			assert.ok(!(await ids(other)).includes(r.id));
		}
		assert.ok((await ids(gp, '&status=DRAFT')).includes(r.id));
		const changed = (await w.change(gp, 'PATCH', r.path, { background: 'Flere brudd', additional_flags: ['ADD_B', 'ADD_G', 'ADD_B'], risk_level: 'YELLOW' })).is(200).body;
		assert.deepEqual([changed.background, changed.additional_flags, changed.version], ['Flere brudd', ['ADD_B', 'ADD_G'], 2]);
		assert.equal((await w.change(gp, 'PATCH', r.path, { background: null })).is(200).body.background, undefined);
		(await w.api(gp, 'PATCH', r.path, { reason: 'x' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.api(gp, 'PATCH', r.path, { reason: 'x' })).is(428);
		(await w.api(gp, 'DELETE', r.path)).is(428);
		(await w.api(gp, 'DELETE', r.path, undefined, { 'if-match': '"1"' })).is(412);
		(await w.api('fastlege-demo:gp-2', 'DELETE', r.path, undefined, { 'if-match': '"3"' })).is(404);
		(await w.api(gp, 'DELETE', r.path, undefined, { 'if-match': '"3"' })).is(204);
		(await w.api(gp, 'GET', r.path)).is(404);
		assert.equal((await w.sql('select count(*)::int as n from row_history where entity_id = $1', [r.id]))[0].n, 0);
	});

	test('once sent it is withdrawn, not thrown away', async () => {
		const r = await sent(w);
		(await w.change(gp, 'DELETE', r.path)).is(409, 'conflict');
		(await w.change(gp, 'PATCH', r.path, { reason: 'Ny grunn' })).is(403, 'forbidden');
	});

	test('is about someone, to a team', async () => {
		const create = (who, members) => w.api(who, 'POST', '/referrals', referral(w, members));
		(await create(gp, { receiving_unit_id: w.ids.unit['drammen-dps:poliklinikk'] })).is(422, 'unknown_reference');
		(await create(gp, { subject: undefined })).is(422, 'unknown_reference');
		(await create(gp, { subject: undefined, patient_id: anyId() })).is(422, 'unknown_reference');
		(await create(gp, { consent_id: anyId() })).is(422, 'unknown_reference');
		(await create(gp, { consent_on: '2999-01-01' })).is(422, 'invalid_value');
		(await create(gp, { supersedes: anyId() })).is(422, 'unknown_reference');
		(await create(gp, { parts: [] })).is(422, 'invalid_body');
		(await create(gp, { in_target: true })).is(422, 'invalid_body');
		for (const nobody of ['drammen-kommune:ho-1', 'politi-demo:po-1', 'drammen-kommune:co-1', 'drammen-dps:tm-3', 'drammen-dps:sa-1']) (await create(nobody)).is(403, 'forbidden');
		const known = (await w.api(leader, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Kjent' })).is(201).body.id;
		assert.equal((await create(leader, { subject: undefined, patient_id: known })).is(201).body.patient_id, known);
		(await create(gp, { subject: undefined, patient_id: known })).is(422, 'unknown_reference');
	});

	test('takes a consent of the person that stands', async () => {
		const id = (await w.api(leader, 'POST', '/patients', { national_id: syntheticNumber() })).is(201).body.id;
		const consent = (await w.api(leader, 'POST', `/patients/${id}/consents`, { type: 'SHARE', purpose: 'Henvisning', explained: 'Hva teamet får vite' })).is(201).body;
		const body = () => referral(w, { subject: undefined, patient_id: id, consent_form: undefined, consent_on: undefined, consent_id: consent.id });
		(await w.api(leader, 'POST', '/referrals', body())).is(422, 'unknown_reference');
		await w.sql("update consent set state = 'GRANTED' where id = $1", [consent.id]);
		assert.equal((await w.api(leader, 'POST', '/referrals', body())).is(201).body.consent_id, consent.id);
	});
});

describe('eligibility', () => {
	const target = async (text) => {
		const { body } = (await w.api(gp, 'POST', '/referrals', referral(w, { eligibility: criteria(text) }))).is(201);
		return body.eligibility.in_target;
	};
	test('F and (A or B) and (W or N), with three values', async () => {
		const cases = { 'F A W': true, 'F B N': true, 'F A B W N': true, 'A B W N': false, 'F W N': false, 'F A B': false, '?F A W': null, 'F ?A B W': true,
			'F ?A W': null, 'F ?A ?B W': null, 'F A ?W N': true, 'F A ?W': null, '?F W': false, '?F ?A ?B ?W ?N': null, 'F ?A': false };
		for (const [text, expected] of Object.entries(cases)) assert.equal(await target(text), expected, text);
	});

	test('all two hundred and forty-three answers agree with the formula', async () => {
		const names = Object.keys(criteria(''));
		const value = { YES: true, NO: false, UNKNOWN: null };
		const and = (a, b) => (a === false || b === false ? false : a === null || b === null ? null : true);
		const or = (a, b) => (a === true || b === true ? true : a === null || b === null ? null : false);
		const all = names.reduce((list, name) => list.flatMap((x) => Object.keys(value).map((answer) => ({ ...x, [name]: { answer } }))), [{}]);
		const rows = await w.sql('select eligibility_in_target(e.value) as got from jsonb_array_elements($1::jsonb) with ordinality e (value, n) order by n', [JSON.stringify(all)]);
		assert.equal(rows.length, 243);
		all.forEach((e, i) => {
			const [a, b, f, weak, n] = names.map((name) => value[e[name].answer]);
			assert.equal(rows[i].got, and(and(f, or(a, b)), or(weak, n)), JSON.stringify(e));
		});
	});

	test('is judged by the rule that the team has chosen, as it was when the referral was begun', async () => {
		const team = `/units/${w.ids.unit['drammen-dps:fact']}`;
		const before = await w.api(gp, 'POST', '/referrals', referral(w, { eligibility: criteria('A') })).then((r) => r.is(201).body);
		assert.deepEqual([before.eligibility.in_target, before.eligibility.target_rule], [false, 'LOSS_AND_RISK']);
		(await w.change(leader, 'PATCH', team, { config: { target_rule: 'SOME_OTHER' } })).is(422, 'invalid_body');
		(await w.change(leader, 'PATCH', team, { config: { target_rule: 'ILLNESS_OR_DEPENDENCE' } })).is(200);
		for (const [text, expected] of Object.entries({ A: true, '?A B': true, 'F W N': false, '?A F W': null })) assert.equal(await target(text), expected, text);
		const { body } = (await w.api(gp, 'GET', `/referrals/${before.id}`)).is(200);
		assert.deepEqual([body.eligibility.in_target, body.eligibility.target_rule], [false, 'LOSS_AND_RISK']);
		(await w.change(leader, 'PATCH', team, { config: {} })).is(200);
	});

	test('each answer keeps who gave it and when', async () => {
		const r = await received(w);
		const before = (await read(leader, r.path)).eligibility;
		assert.deepEqual([before.F_major_function_loss.assessed_by.role, before.F_major_function_loss.assessed_by.staff_id], ['GP', w.ids.staff[gp]]);
		const after = (await w.change(specialist, 'PATCH', r.path, { eligibility: { N_high_relapse_risk: { answer: 'YES', evidence: 'Truet naboen' }, A_mental_illness: inTarget.A_mental_illness } })).is(200).body.eligibility;
		assert.deepEqual([after.N_high_relapse_risk.assessed_by.role, after.N_high_relapse_risk.evidence], ['DPS', 'Truet naboen']);
		assert.deepEqual(after.A_mental_illness, before.A_mental_illness, 'the same answer keeps its assessor');
		(await w.change(specialist, 'PATCH', r.path, { reason: 'Ny' })).is(403, 'forbidden');
		(await w.change(gp, 'PATCH', r.path, { eligibility: { N_high_relapse_risk: { answer: 'NO' } } })).is(403, 'forbidden');
		await voted(w, r, { action: 'accept' });
		(await w.change(leader, 'PATCH', r.path, { additional_flags: [] })).is(409, 'conflict');
	});
});

describe('sending', () => {
	test('needs every criterion, the consent, and a doctor or psychologist for specialist care', async () => {
		const draft = async (who, members) => (await drafted(w, { who, ...members })).path;
		const half = await draft(gp, { eligibility: { F_major_function_loss: { answer: 'YES' } } });
		assert.deepEqual((await step(w, gp, half, { action: 'send' })).is(422, 'eligibility_missing').body.errors.map((f) => f.pointer),
			['A_mental_illness', 'B_substance_dependence', 'W_weak_service_link', 'N_high_relapse_risk'].map((name) => `/eligibility/${name}`));
		const silent = await draft(gp, { consent_form: undefined, consent_on: undefined });
		(await step(w, gp, silent, { action: 'send' })).is(422, 'consent_not_settled');
		(await w.change(gp, 'PATCH', silent, { no_consent_reason: 'Vil ikke svare, fare for liv' })).is(200);
		assert.equal((await act(w, gp, silent, { action: 'send' })).status, 'SENT');
		const nurse = await draft(municipal, {});
		(await step(w, municipal, nurse, { action: 'send' })).is(422, 'clinician_missing');
		(await w.change(municipal, 'PATCH', nurse, { clinician: { name: 'Ada Lege', profession: 'LE', hpr_number: '500000051' } })).is(200);
		assert.equal((await act(w, municipal, nurse, { action: 'send' })).status, 'SENT');
		const municipalPart = await draft(municipal, { parts: ['MUNICIPAL'] });
		assert.equal((await act(w, municipal, municipalPart, { action: 'send' })).responsible_unit.agency_name, 'Drammen kommune');
	});

	test('until it is received the referrer is responsible, then the team', async () => {
		const r = await sent(w);
		assert.equal((await read(leader, r.path)).responsible_unit.agency_name, 'Elvebyen legesenter');
		const now = await act(w, leader, r.path, { action: 'receive', ...meeting(w) });
		assert.deepEqual([now.status, now.responsible_unit.name, now.municipal_unit.agency_name], ['UNDER_ASSESSMENT', 'FACT-team Drammen', 'Drammen kommune']);
		(await step(w, leader, (await sent(w)).path, { action: 'receive', specialist_unit_id: w.ids.unit['drammen-kommune:mottak'], municipal_unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(422, 'unknown_reference');
		(await step(w, leader, (await sent(w)).path, { action: 'receive' })).is(422, 'invalid_body');
	});
});

describe('who sees how much', () => {
	test('the two levels see it from the day it is received, and the person with it', async () => {
		const r = await sent(w);
		for (const who of [specialist, municipal]) (await w.api(who, 'GET', r.path)).is(404);
		assert.equal((await read(member, r.path)).projection, 'INTAKE');
		await act(w, leader, r.path, { action: 'receive', ...meeting(w) });
		for (const who of [specialist, municipal, leader]) {
			assert.equal((await read(who, r.path)).projection, 'INTAKE');
			assert.equal((await read(who, `/patients/${r.patient}`)).family_name, 'Furu');
		}
		for (const who of ['lier-kommune:mh-1', 'ovre-eiker-kommune:ko-1', 'drammen-dps:tl-2']) assert.ok([200, 404].includes((await w.api(who, 'GET', r.path)).status));
		(await w.api('lier-kommune:mh-1', 'GET', r.path)).is(404);
		assert.deepEqual([(await read(gp, r.path)).projection, (await read('fastlege-demo:gp-2', r.path)).projection], ['REFERRER', 'REFERRER']);
		assert.equal((await read(gp, r.path)).pending_decision, undefined);
	});

	test('NAV sees its own draft, after sending a word, and never whether the person came into the team', async () => {
		const r = await drafted(w, { who: nav, parts: ['MUNICIPAL'] });
		assert.equal((await read(nav, r.path)).reason, 'Trenger samordnet oppfølging');
		const after = await act(w, nav, r.path, { action: 'send' });
		assert.deepEqual(Object.keys(after).sort(), ['actions', 'created_at', 'id', 'projection', 'sent_at', 'status', 'version']);
		await act(w, leader, r.path, { action: 'receive', ...meeting(w) });
		assert.deepEqual([(await read(nav, r.path)).status, (await read('nav-drammen:nav-2', r.path)).status], ['BEING_HANDLED', 'BEING_HANDLED']);
		await voted(w, r, { action: 'accept' });
		await act(w, leader, r.path, { action: 'enrol', ...contacts(w) });
		const end = await read(nav, r.path);
		assert.deepEqual([end.status, end.projection], ['CLOSED', 'STATUS']);
		assert.ok(!(await w.api(nav, 'GET', r.path)).text.includes(r.patient));
		assert.ok((await ids(nav, '&status=CLOSED')).includes(r.id));
		assert.ok(!(await ids(nav, '&status=ENROLLED')).includes(r.id));
		assert.ok(!(await ids(nav, `&patient_id=${r.patient}`)).includes(r.id));
		const refused = (await w.api(nav, 'POST', `${r.path}/transitions`, { action: 'withdraw' }, { 'if-match': '"2"' })).is(412);
		assert.deepEqual(refused.body.changed, ['state']);
	});

	test('housing sees a word of what its agency sent, the police nothing', async () => {
		const r = await sent(w, { who: municipal, parts: ['MUNICIPAL'] });
		const seen = await read('drammen-kommune:ho-1', r.path);
		assert.deepEqual([seen.projection, seen.status, seen.patient_id], ['STATUS', 'SENT', undefined]);
		(await w.api('politi-demo:po-1', 'GET', r.path)).is(403, 'forbidden');
		(await w.api('politi-demo:po-1', 'GET', '/referrals')).is(403, 'forbidden');
	});

	test('the chief doctor reads those of persons in the municipality\'s care', async () => {
		const r = await received(w);
		assert.equal((await read('drammen-kommune:ko-1', r.path)).projection, 'INTAKE');
		const other = await sent(w);
		(await w.api('drammen-kommune:ko-1', 'GET', other.path)).is(404);
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2`, [other.patient, w.ids.unit['drammen-kommune:mottak']]);
		assert.equal((await read('drammen-kommune:ko-1', other.path)).projection, 'READER');
		assert.ok((await ids('drammen-kommune:ko-1')).includes(other.id));
	});

	test('an objection closes it for the team, not for the person', async () => {
		const r = await received(w, { subject: { number: patientNumber } });
		assert.equal((await read('citizen:pt-1', r.path)).projection, 'SELF');
		(await w.api('citizen:pt-1', 'POST', `/patients/${r.patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['referrals'], against: 'AGENCY', against_id: w.ids.agency['drammen-dps'] })).is(201);
		for (const who of [leader, specialist]) {
			(await w.api(who, 'GET', r.path)).is(403, 'blocked');
			assert.ok(!(await ids(who)).includes(r.id));
		}
		(await w.api('lier-kommune:mh-1', 'GET', r.path)).is(404);
		await read(municipal, r.path);
		await w.sql("update objection set state = 'LIFTED' where patient_id = $1", [r.patient]);
	});

	test('each look is logged with the person, a status word without', async () => {
		const r = await sent(w, { who: nav, parts: ['MUNICIPAL'] });
		await read(leader, r.path);
		await read(nav, r.path);
		const rows = await w.sql("select patient_id, agency_id from access_log where operation = 'getReferral' and resource_id = $1 order by id", [r.id]);
		assert.deepEqual(rows.map((l) => [l.agency_id, l.patient_id]).slice(-2), [[w.ids.agency['drammen-dps'], r.patient], [w.ids.agency['nav-drammen'], null]]);
	});
});

describe('a self-referral', () => {
	const body = (members) => referral(w, { parts: ['MUNICIPAL'], consent_form: undefined, consent_on: undefined, subject: undefined, ...members });
	test('is the patient\'s own, for the municipal part', async () => {
		(await w.api('citizen:pt-1', 'POST', '/referrals', body({ parts: ['SPECIALIST'] }))).is(422, 'invalid_value');
		(await w.api('citizen:pt-1', 'POST', '/referrals', body({ subject: { number: syntheticNumber() } }))).is(422, 'unknown_reference');
		(await w.api('citizen:pt-1', 'POST', '/referrals', body({ patient_id: anyId() }))).is(422, 'unknown_reference');
		const made = (await w.api('citizen:pt-1', 'POST', '/referrals', body({ subject: { number: patientNumber } }))).is(201).body;
		const path = `/referrals/${made.id}`;
		assert.deepEqual([made.consent_form, made.author.role, made.actions], ['SELF', 'PT', ['send']]);
		(await w.api(leader, 'GET', path)).is(404);
		assert.equal((await act(w, 'citizen:pt-1', path, { action: 'send' })).projection, 'SELF');
		assert.ok((await ids('citizen:pt-1')).includes(made.id));
		const at = await act(w, leader, path, { action: 'receive', ...meeting(w) });
		assert.equal(at.answer_due_at, undefined, 'the statutory clock is specialist care\'s');
		assert.equal((await act(w, 'citizen:pt-1', path, { action: 'withdraw' })).status, 'WITHDRAWN');
	});

	test('a relative refers whom they represent, and sees a word afterwards', async () => {
		(await w.api('citizen:re-1', 'POST', '/referrals', body({ subject: { number: patientNumber } }))).is(422, 'unknown_reference');
		const [{ id: patient }] = await w.sql('select patient_id as id from referral where author_role = $1', ['PT']);
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2 on conflict do nothing`, [patient, w.ids.unit['drammen-dps:fact']]);
		(await w.api(leader, 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: '10915596784', is_legal_representative: true })).is(201);
		(await w.api('citizen:re-1', 'POST', '/referrals', body({ patient_id: anyId() }))).is(422, 'unknown_reference');
		const made = (await w.api('citizen:re-1', 'POST', '/referrals', body({ patient_id: patient }))).is(201).body;
		const after = await act(w, 'citizen:re-1', `/referrals/${made.id}`, { action: 'send' });
		assert.deepEqual([after.projection, after.status, after.actions], ['STATUS', 'SENT', ['withdraw']]);
		assert.equal((await read('citizen:pt-1', `/referrals/${made.id}`)).projection, 'SELF');
	});
});

test('the list: filters, order and cursor', async () => {
	const all = await read(leader, '/referrals?limit=200');
	const since = all.items.map((i) => i.sent_at ?? i.created_at);
	assert.deepEqual(since, [...since].sort());
	for (const [query, fits] of [['status=SENT', (i) => i.status === 'SENT'], [`receiving_unit_id=${w.ids.unit['drammen-dps:fact']}`, (i) => i.receiving_unit.id === w.ids.unit['drammen-dps:fact']],
		[`patient_id=${all.items[0].patient_id}`, (i) => i.patient_id === all.items[0].patient_id]]) {
		const some = await read(leader, `/referrals?limit=200&${query}`);
		assert.ok(some.items.length > 0 && some.items.every(fits), query);
	}
	const page = await read(leader, '/referrals?limit=2');
	const next = await read(leader, page.links.next);
	assert.deepEqual([...page.items, ...next.items].map((i) => i.id), all.items.slice(0, 4).map((i) => i.id));
	const old = await accepted(w);
	assert.equal((await w.api(leader, 'GET', old.path, undefined, { 'if-none-match': (await w.api(leader, 'GET', old.path)).etag })).status, 304);
});
