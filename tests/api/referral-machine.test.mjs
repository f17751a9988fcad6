// Every row of the referral's table, from every state, by every role; then each guard and effect.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, syntheticNumber, world } from './harness.mjs';
import { act, handover, step } from './concern-steps.mjs';
import { accepted, contacts, criteria, drafted, enrolled, gp, leader, meeting, member, municipal, received, sent, specialist, voted } from './intake-steps.mjs';
import { walk } from './lib/machine-walk.mjs';
import { asOnePerson } from './lib/one-person.mjs';
import { dayOf, daysBetween } from './lib/days.mjs';

const w = await world();
const nav = 'nav-drammen:nav-1';
const lier = w.ids.agency['lier-kommune'];
const read = async (who, path) => (await w.api(who, 'GET', path)).is(200).body;
const forward = async (body) => (await w.api('drammen-kommune:sa-1', 'POST', '/sandbox/clock', body)).is(200).body;
const tasks = async (who, kind) => (await read(who, `/tasks?status=OPEN&kind=${kind}&limit=200`)).items;
const rejection = { action: 'reject', reason: 'Får god nok hjelp', next_responsible_agency_id: lier };

// Puts a referral into a state without walking there, as the owner may.
const vote = { action: 'reject', level: 'MUNICIPAL', staff_id: anyId(), agency_id: anyId(), at: '2026-01-01T00:00:00Z' };
const letter = { written_at: '2026-01-01T00:00:00Z', text_nb: 'x', complaint_body: 'x', complain_by: '2026-01-29', legal_basis_code: 'PBRL_COMPLAINT' };

async function force(id, state) {
	const closed = ['ENROLLED', 'REJECTED', 'REDIRECTED', 'WITHDRAWN', 'LAPSED'].includes(state);
	const fresh = ['DRAFT', 'SENT'].includes(state);
	await w.sql('update enrolment set referral_id = null where referral_id = $1', [id]);
	const [{ version }] = await w.sql(`update referral set state = $2, pending_decision = null, specialist_unit_id = $3, municipal_unit_id = $4, next_responsible_agency_id = $5, decision_reason = 'x',
		votes = $6, letter = $7, latest_start_on = clock_today(), interim_contact_id = $8, redirect_handover_id = (select h.id from handover h where h.entity = 'referral' limit 1),
		sent_at = clock_now(), received_at = clock_now(), info_requested_at = clock_now(), ended_at = case when $9 then clock_now() end where id = $1 returning version`,
	[id, state, fresh ? null : w.ids.unit['drammen-dps:poliklinikk'], fresh ? null : w.ids.unit['drammen-kommune:mottak'], lier, JSON.stringify([vote, vote]), JSON.stringify(letter), w.ids.staff[member], closed]);
	return version;
}

const body = (action) => ({ send: {}, receive: meeting(w), request_info: { requested_from: 'fastlegen' }, info_received: { information: 'Sendt' }, accept: {}, reject: rejection, redirect: { reason: 'x' },
	waitlist: { latest_start_on: '2999-01-01', interim_contact_id: w.ids.staff[member] }, enrol: contacts(w), lapse: { lapse_reason: 'MOVED_AWAY' } })[action] ?? {};

// In the walk the referral is Drammen's doctor's own, so that every role of the table can be tried.
const outsiders = ['drammen-dps:tm-3', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'politi-demo:po-1', 'drammen-kommune:pv-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1',
	'drammen-dps:sa-1', 'drammen-dps/SY', 'drammen-kommune:ho-1', 'lier-kommune:mh-1'].map((as) => ({ as, hidden: true }));
const whileDraft = (...otherwise) => (state) => (state === 'DRAFT' ? ['author'] : otherwise);

// A draft is hidden from all but its author, whom the table lets send it.
async function walkAs(author, members, people) {
	const offered = await received(w);
	const offer = (await w.api(leader, 'POST', '/handovers', { entity: 'referrals', entity_id: offered.id, to_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'x', legal_basis: 'HPL_COOPERATING' })).is(201);
	assert.ok(offer.body.id);
	return walk(w, { machine: 'referrals', path: '/referrals', force, body, people, make: () => drafted(w, { who: author, ...members }) });
}

describe('every action from every state by every role', () => {
	const from = (...states) => (list) => list.map((p) => ({ ...p, hidden: (state) => states.includes(state) }));
	const hideDrafts = from('DRAFT');
	const team = hideDrafts([{ as: leader, standing: ['team'] }, { as: member, standing: ['team'] }, { as: 'drammen-dps:tm-2', standing: ['team', 'specialist'] }]);
	const inMeeting = from('DRAFT', 'SENT')([{ as: specialist, standing: ['specialist'] }, { as: municipal, standing: ['municipal'] }, { as: 'drammen-kommune:tl-1', standing: ['municipal'] },
		{ as: 'drammen-kommune:ko-1', standing: [] }]);
	const away = (list) => list.map((as) => ({ as, hidden: true }));

	test('by a doctor', () => walkAs(gp, {}, [{ as: gp, standing: whileDraft('referrer') }, ...hideDrafts([{ as: 'fastlege-demo:gp-2', standing: ['referrer'] }]), ...team, ...inMeeting, ...outsiders,
		...away([nav, 'citizen:pt-1', 'citizen:re-1'])]));
	test('by NAV', () => walkAs(nav, { parts: ['MUNICIPAL'] }, [{ as: nav, standing: whileDraft('referrer') }, ...hideDrafts([{ as: 'nav-drammen:nav-2', standing: ['referrer'] }]), ...team, ...inMeeting, ...outsiders,
		...away([gp, 'citizen:pt-1', 'citizen:re-1'])]));
	test('by the patient', () => walkAs('citizen:pt-1', { parts: ['MUNICIPAL'], consent_form: undefined, consent_on: undefined, subject: { number: '01819012365' } },
		[{ as: 'citizen:pt-1', standing: whileDraft('referrer', 'self') }, ...team, ...inMeeting, ...outsiders, ...away([gp, nav, 'citizen:re-1'])]));
	test('by the team itself', () => walkAs(leader, { parts: ['MUNICIPAL'] }, [{ as: leader, standing: whileDraft('referrer', 'team') },
		...hideDrafts([{ as: member, standing: ['referrer', 'team'] }, { as: 'drammen-dps:tm-2', standing: ['referrer', 'team', 'specialist'] }]),
		// the clinic is of the same agency, and sees a word until it takes part
		...hideDrafts([{ as: specialist, standing: (state) => (state === 'SENT' ? [] : ['specialist']) }]), ...inMeeting.slice(1), ...outsiders, ...away([gp, nav, 'citizen:pt-1', 'citizen:re-1'])]));
	test('by the municipality\'s chief doctor', () => walkAs('drammen-kommune:ko-1', { parts: ['MUNICIPAL'] }, [{ as: 'drammen-kommune:ko-1', standing: whileDraft('referrer') },
		...hideDrafts([municipal, 'drammen-kommune:tl-1'].map((as) => ({ as, standing: (state) => (state === 'SENT' ? ['referrer'] : ['referrer', 'municipal']) }))), ...team, ...inMeeting.slice(0, 1), ...outsiders,
		...away([gp, nav, 'citizen:pt-1', 'citizen:re-1'])]));
	test('by a relative', async () => {
		const [{ id }] = await w.sql("select patient_id as id from referral where author_role = 'PT' limit 1");
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2 on conflict do nothing`, [id, w.ids.unit['drammen-dps:fact']]);
		(await w.api(leader, 'POST', `/patients/${id}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: '10915596784', is_legal_representative: true })).is(201);
		await walkAs('citizen:re-1', { parts: ['MUNICIPAL'], consent_form: undefined, consent_on: undefined, subject: undefined, patient_id: id },
			[{ as: 'citizen:re-1', standing: whileDraft('referrer') }, ...hideDrafts([{ as: 'citizen:pt-1', standing: ['self'] }]), ...team, ...inMeeting, ...outsiders, ...away([gp, nav])]);
	});
});

describe('accepting takes both levels', () => {
	test('the first vote is kept, the other level\'s decides', async () => {
		const r = await received(w);
		const first = await act(w, specialist, r.path, { action: 'accept', reason: 'Klar målgruppe' });
		assert.deepEqual([first.status, first.pending_decision.level, first.pending_decision.staff_id], ['UNDER_ASSESSMENT', 'SPECIALIST', w.ids.staff[specialist]]);
		assert.equal(first.pending_decision.hpr_number, undefined);
		(await step(w, specialist, r.path, { action: 'accept' })).is(403, 'same_person');
		(await step(w, 'drammen-dps:dps-2', r.path, { action: 'accept' })).is(409, 'other_level_required');
		(await step(w, 'drammen-dps:tm-2', r.path, { action: 'accept' })).is(409, 'other_level_required');
		(await step(w, leader, r.path, { action: 'accept' })).is(403, 'forbidden_action');
		const done = await act(w, municipal, r.path, { action: 'accept' });
		assert.deepEqual([done.status, done.votes.map((v) => v.level), done.pending_decision], ['ACCEPTED', ['SPECIALIST', 'MUNICIPAL'], undefined]);
	});

	test('in the other order too, and by the team\'s own members of both levels', async () => {
		const r = await received(w);
		await w.sql(`insert into staff_membership (staff_id, unit_id, role, valid_from) select $1, $2, 'TM', '2024-01-01' where not exists (select 1 from staff_membership m where m.staff_id = $1 and m.unit_id = $2)`,
			[w.ids.staff['drammen-kommune:mh-2'], w.ids.unit['drammen-dps:fact']]);
		const lent = w.token({ agency: 'drammen-kommune', subject: 'mh-2', role: 'TM' }, { claims: {} });
		await act(w, lent, r.path, { action: 'accept' });
		assert.equal((await act(w, 'drammen-dps:tm-2', r.path, { action: 'accept' })).status, 'ACCEPTED');
	});

	test('one person does not vote twice, not even employed by both', async () => {
		const r = await received(w);
		await act(w, specialist, r.path, { action: 'accept' });
		await asOnePerson(w, specialist, municipal, async (as) => (await step(w, as, r.path, { action: 'accept' })).is(403, 'same_person'));
		assert.equal((await act(w, municipal, r.path, { action: 'accept' })).status, 'ACCEPTED');
	});

	test('levels that disagree decide nothing', async () => {
		const r = await received(w);
		await act(w, specialist, r.path, rejection);
		assert.equal((await act(w, municipal, r.path, { action: 'accept' })).pending_decision.action, 'accept');
		await act(w, municipal, r.path, rejection);
		const still = await act(w, specialist, r.path, { ...rejection, next_responsible_agency_id: w.ids.agency['drammen-kommune'] });
		assert.deepEqual([still.status, still.pending_decision.level], ['UNDER_ASSESSMENT', 'SPECIALIST'], 'another agency is another decision');
	});

	test('what is assessed anew is voted on anew', async () => {
		const r = await received(w);
		await act(w, specialist, r.path, { action: 'accept' });
		(await w.change(leader, 'PATCH', r.path, { eligibility: criteria('F W') })).is(200);
		assert.equal((await read(leader, r.path)).pending_decision, undefined);
		(await step(w, municipal, r.path, { action: 'accept' })).is(422, 'not_in_target');
		await act(w, municipal, r.path, { action: 'accept', override_reason: 'Utredning pågår' });
		const done = await act(w, specialist, r.path, { action: 'accept' });
		assert.deepEqual([done.status, done.override_reason, done.eligibility.in_target], ['ACCEPTED', 'Utredning pågår', false]);
	});
});

describe('a no', () => {
	test('names who is responsible next, and becomes a letter and tasks', async () => {
		const r = await received(w);
		(await step(w, specialist, r.path, { action: 'reject', reason: 'x' })).is(422, 'invalid_body');
		(await step(w, specialist, r.path, { ...rejection, next_responsible_agency_id: w.ids.agency['nav-drammen'] })).is(422, 'unknown_reference');
		const done = await voted(w, r, rejection);
		assert.deepEqual([done.status, done.next_responsible_agency.id], ['REJECTED', lier]);
		assert.ok(done.letter.text_nb.includes('Får god nok hjelp') && done.letter.text_nb.includes('Lier kommune'));
		assert.equal(daysBetween(done.decided_at, done.letter.complain_by), 28);
		assert.equal((await tasks('lier-kommune:mh-1', 'NEXT_RESPONSIBLE')).filter((t) => t.entity_id === r.id).length, 1);
		assert.equal((await tasks(leader, 'REFERRAL_LETTER')).filter((t) => t.entity_id === r.id).length, 1);
		assert.ok((await read(gp, r.path)).letter);
		(await step(w, specialist, r.path, { action: 'accept' })).is(409, 'invalid_transition');
	});

	test('is final: a new referral supersedes it, once', async () => {
		const subject = { number: syntheticNumber() };
		const old = await received(w, { subject });
		(await w.api(gp, 'POST', '/referrals', { receiving_unit_id: w.ids.unit['drammen-dps:fact'], subject, parts: ['MUNICIPAL'], reason: 'x', supersedes: old.id })).is(422, 'unknown_reference');
		await voted(w, old, rejection);
		const next = await sent(w, { subject, supersedes: old.id });
		assert.deepEqual([(await read(leader, next.path)).supersedes, (await read(leader, old.path)).superseded_by], [old.id, next.id]);
		(await w.api(gp, 'POST', '/referrals', { receiving_unit_id: w.ids.unit['drammen-dps:fact'], subject: { number: syntheticNumber() }, parts: ['MUNICIPAL'], reason: 'x', supersedes: old.id })).is(422, 'unknown_reference');
	});
});

describe('a redirect', () => {
	const offer = async (r, members) => w.api(leader, 'POST', '/handovers', { entity: 'referrals', entity_id: r.id, to_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Kommunalt tilbud først', legal_basis: 'HPL_COOPERATING',
		planned_on: dayOf((await read(leader, r.path)).received_at), ...members });

	test('waits until the other unit has accepted the handover', async () => {
		const r = await received(w);
		(await step(w, specialist, r.path, { action: 'redirect', reason: 'x' })).is(409, 'handover_not_accepted');
		const o = (await offer(r, { receiver_staff_id: w.ids.staff['lier-kommune:mh-1'] })).is(201).body;
		assert.deepEqual([o.entity, o.entity_id, o.actions], ['referrals', r.id, ['recall']]);
		assert.equal((await read('lier-kommune:mh-1', r.path)).projection, 'RECEIVER');
		(await step(w, specialist, r.path, { action: 'redirect', reason: 'x' })).is(409, 'handover_not_accepted');
		const taken = (await handover(w, 'lier-kommune:mh-1', o.id, { action: 'accept' })).is(200).body;
		assert.deepEqual([taken.actual_on, taken.gap_days], [o.planned_on, 0]);
		assert.equal((await read(leader, r.path)).responsible_unit.name, 'FACT-team Drammen', 'not before both levels have decided');
		const done = await voted(w, r, { action: 'redirect', reason: 'Lier tar over' });
		assert.deepEqual([done.status, done.responsible_unit.agency_name, done.redirect_handover_id], ['REDIRECTED', 'Lier kommune', o.id]);
		assert.equal((await read('lier-kommune:mh-1', `/patients/${r.patient}`)).family_name, 'Furu');
		(await offer(r)).is(409, 'conflict');
	});

	test('is offered by the responsible unit, to another, to who works there', async () => {
		const r = await received(w);
		(await offer(r, { to_unit_id: w.ids.unit['drammen-dps:fact'] })).is(422, 'unknown_reference');
		(await offer(r, { entity_id: anyId() })).is(422, 'unknown_reference');
		assert.deepEqual((await offer(r, { legal_basis: 'hpl §25' })).is(422, 'unknown_reference').pointers(), ['/legal_basis']);
		(await offer(r, { receiver_staff_id: w.ids.staff[gp] })).is(422, 'unknown_reference');
		(await w.api(specialist, 'POST', '/handovers', { entity: 'referrals', entity_id: r.id, to_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'x', legal_basis: 'HPL_COOPERATING' })).is(422, 'unknown_reference');
		const o = (await offer(r, { to_unit_id: w.ids.unit['fastlege-demo:kontor'] })).is(201).body;
		(await offer(r)).is(409);
		assert.deepEqual((await read(leader, `/handovers?entity=referrals&entity_id=${r.id}`)).items.map((h) => h.id), [o.id]);
		assert.deepEqual((await read(leader, `/handovers?entity=concern-reports&entity_id=${r.id}`)).items, []);
		assert.equal((await handover(w, gp, o.id, { action: 'reject', reason: 'Kan ikke' })).is(200).body.status, 'REJECTED');
		(await step(w, specialist, r.path, { action: 'redirect', reason: 'x' })).is(409, 'handover_not_accepted');
	});
});

describe('the waiting list and the team', () => {
	test('has a latest start and someone to call', async () => {
		const r = await accepted(w);
		const wait = { action: 'waitlist', latest_start_on: '2999-01-01', interim_contact_id: w.ids.staff['drammen-kommune:mh-1'] };
		(await step(w, leader, r.path, { action: 'waitlist' })).is(422, 'invalid_body');
		(await step(w, leader, r.path, { ...wait, latest_start_on: '2020-01-01' })).is(422, 'invalid_value');
		(await step(w, leader, r.path, { ...wait, interim_contact_id: anyId() })).is(422, 'unknown_reference');
		const waiting = await act(w, leader, r.path, wait);
		assert.deepEqual([waiting.status, waiting.latest_start_on, waiting.interim_contact.id], ['WAITLISTED', '2999-01-01', wait.interim_contact_id]);
		assert.equal((await w.sql("select state from deadline where entity_id = $1 and code = 'REF_LATEST_START'", [r.id]))[0].state, 'OPEN');
		assert.equal((await act(w, leader, r.path, { action: 'unwaitlist' })).status, 'ACCEPTED');
	});

	test('enrols with main contact and substitute of the team, once', async () => {
		const subject = { number: syntheticNumber() };
		const r = await accepted(w, { subject });
		const enrol = { action: 'enrol', ...contacts(w) };
		const alone = (await step(w, leader, r.path, { ...enrol, substitute_id: enrol.main_contact_id })).is(422, 'invalid_value');
		assert.deepEqual(alone.body.errors.map((f) => [f.pointer, f.code]), [['/substitute_id', 'same_person']]);
		(await step(w, leader, r.path, { ...enrol, main_contact_id: w.ids.staff[gp] })).is(422, 'unknown_reference');
		const done = await act(w, leader, r.path, enrol);
		const e = await read(leader, `/enrolments/${done.enrolment_id}`);
		assert.deepEqual([done.status, e.status, e.referral_id, e.main_contact.id], ['ENROLLED', 'PENDING', r.id, enrol.main_contact_id]);
		const again = await accepted(w, { subject });
		(await step(w, leader, again.path, enrol)).is(409, 'already_enrolled');
		assert.equal((await read(leader, again.path)).status, 'ACCEPTED');
		assert.ok((await enrolled(w)).id);
	});
});

describe('taking it back', () => {
	const riskTask = async (who, r) => (await tasks(who, 'REFERRAL_WITHDRAWN')).filter((t) => t.entity_id === r.id).length;
	const known = (patient) => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'GP_REGISTRATION' from unit where id = $2`, [patient, w.ids.unit['fastlege-demo:kontor']]);

	test('at high risk the general practitioner gets a task', async () => {
		for (const [risk, expected] of [['YELLOW', 0], ['ORANGE', 1], ['RED', 1], [undefined, 0]]) {
			const r = await received(w, { risk_level: risk });
			await known(r.patient);
			assert.equal((await act(w, gp, r.path, { action: 'withdraw', reason: 'Ombestemt' })).status, 'WITHDRAWN');
			assert.equal(await riskTask(gp, r), expected, risk);
		}
	});

	test('the risk of an open concern report counts', async () => {
		const number = syntheticNumber();
		(await w.api('politi-demo:po-1', 'POST', '/concern-reports', { type: 'GENERAL_ADULT', municipality_number: '3301', subject: { number }, observed: 'x', has_minor_children: 'NO', danger: { self: 3 } })).is(201);
		const r = await sent(w, { subject: { number } });
		await known(r.patient);
		await act(w, gp, r.path, { action: 'withdraw' });
		assert.equal(await riskTask(gp, r), 1);
	});

	test('so does a risk flag that holds', async () => {
		const r = await received(w);
		await known(r.patient);
		(await w.api(leader, 'POST', '/risk-flags', { patient_id: r.patient, kind: 'SUICIDE', level: 'ORANGE', text: 'Har planer', valid_to: (await w.sql('select (clock_today() + 30)::text as day'))[0].day })).is(201);
		await act(w, gp, r.path, { action: 'withdraw' });
		assert.equal(await riskTask(gp, r), 1);
	});

	test('where no general practitioner is known, the chief doctor gets it', async () => {
		const r = await received(w, { risk_level: 'RED' });
		await act(w, gp, r.path, { action: 'withdraw' });
		assert.deepEqual((await tasks('drammen-kommune:ko-1', 'ESCALATION')).filter((t) => t.entity_id === r.id).length, 1);
	});

	test('the team lets it lapse when the person has moved or died', async () => {
		const r = await accepted(w);
		(await step(w, leader, r.path, { action: 'lapse' })).is(422, 'invalid_body');
		assert.equal((await act(w, member, r.path, { action: 'lapse', lapse_reason: 'MOVED_AWAY' })).lapse_reason, 'MOVED_AWAY');
	});

	test('the relation of care ends with it', async () => {
		const r = await received(w);
		await act(w, leader, r.path, { action: 'lapse', lapse_reason: 'MOVED_AWAY' });
		(await w.api(municipal, 'GET', `/patients/${r.patient}`)).is(404);
		await read(leader, `/patients/${r.patient}`);
		await forward({ ahead: 'P92D' });
		(await w.api(leader, 'GET', `/patients/${r.patient}`)).is(404);
	});
});

describe('the clock', () => {
	const working = async (from, days) => Date.parse((await w.sql("select ((working_day_add(($1::timestamptz at time zone 'Europe/Oslo')::date, $2) + 1)::timestamp at time zone 'Europe/Oslo') as due", [from, days]))[0].due);
	const open = async (r, code) => (await w.sql('select state, due_at, escalated_at from deadline where entity_id = $1 and code = $2', [r.id, code]))[0];

	test('ten working days for an answer from specialist care, fewer when it may be serious', async () => {
		const [plain, serious, municipalPart] = [await received(w), await received(w, { suspected_serious: true }), await received(w, { parts: ['MUNICIPAL'] })];
		for (const [r, days] of [[plain, 10], [serious, 3]]) {
			const now = await read(leader, r.path);
			assert.equal(Date.parse(now.answer_due_at), await working(now.received_at, days));
			assert.equal((await open(r, 'REF_ANSWER')).due_at.getTime(), Date.parse(now.answer_due_at));
		}
		assert.equal(await open(municipalPart, 'REF_ANSWER'), undefined);
		await act(w, leader, plain.path, { action: 'request_info', requested_from: 'NAV' });
		assert.equal((await open(plain, 'REF_ANSWER')).state, 'OPEN', 'the clock runs on');
		await act(w, gp, plain.path, { action: 'info_received', information: 'Epikrise sendt' });
		assert.deepEqual((await read(leader, plain.path)).information.map((i) => [i.text, i.role]), [['Epikrise sendt', 'GP']]);
		await voted(w, plain, { action: 'accept' });
		assert.equal((await open(plain, 'REF_ANSWER')).state, 'MET');
	});

	test('late is overdue, and the leader\'s', async () => {
		const [late, unread] = [await received(w), await sent(w)];
		await forward({ ahead: 'P20D' });
		assert.equal((await read(leader, late.path)).overdue, true);
		for (const r of [late, unread]) assert.ok((await tasks(leader, 'ESCALATION')).some((t) => t.entity_id === r.id));
	});

	test('information that does not come is given up after ten days, by the service', async () => {
		const r = await received(w);
		await act(w, municipal, r.path, { action: 'request_info', requested_from: 'fastlegen', question: 'Medisiner?' });
		await forward({ ahead: 'P9D' });
		assert.equal((await read(leader, r.path)).status, 'INFO_REQUESTED');
		assert.equal((await forward({ ahead: 'P2D' })).jobs.referrals_gave_up, 1);
		assert.equal((await read(leader, r.path)).status, 'UNDER_ASSESSMENT');
		assert.deepEqual(await w.sql("select role, agency_id from transition_event where object_id = $1 and action = 'give_up'", [r.id]), [{ role: 'SY', agency_id: null }]);
	});
});
