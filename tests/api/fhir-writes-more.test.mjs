// Writing contacts, goals, assessments, referrals, consents and plans over FHIR: each is the native operation, read back and sent again.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { coding, concept, extension, hl7, item, judged, to, writable } from './lib/fhir-bodies.mjs';
import { fhir, issueOf, problemOf } from './lib/fhir.mjs';
import { people, person as planned } from './plan-steps.mjs';
import { hoursAgo } from './specialist-steps.mjs';

const w = await world();
const ask = fhir(w);
const [tm, tl, gp] = ['drammen-dps:tm-1', 'drammen-dps:tl-1', 'fastlege-demo:gp-1'];
const expressions = (r) => r.body.issue.flatMap((i) => i.expression ?? []);

const sent = await writable(w);
const { plan } = sent;
const [visit, goal, score, referral, question, ip] = [sent.contact, sent.Goal, sent.Observation, sent.ServiceRequest, sent.Consent, sent.CarePlan].map((x) => x.body);

const put = (who, resource, headers) => ask(who, 'PUT', `/${resource.resourceType}/${resource.id}`, resource, { 'if-match': `W/"${resource.meta.versionId}"`, ...headers });
const create = (who, resource, headers) => ask(who, 'POST', `/${resource.resourceType}`, resource, headers);
const made = async (who, resource) => (await create(who, resource)).is(201).body;
const native = async (who, path) => (await w.api(who, 'GET', path)).is(200).body;
const valueOf = (resource, name) => Object.entries(resource.extension.find((e) => e.url.endsWith(`/${name}`)) ?? {}).find(([key]) => key.startsWith('value'))?.[1];
const saying = (resource, name, value) => ({ ...resource, extension: [...(resource.extension ?? []).filter((e) => !e.url.endsWith(`/${name}`)), extension(name, value)] });

// What was read is sent back: nothing has changed.
async function comesBackUnchanged(who, resource) {
	const now = (await ask(who, 'GET', `/${resource.resourceType}/${resource.id}`)).is(200).body;
	const r = (await put(who, now)).is(200);
	assert.deepEqual([r.body, r.etag], [now, `W/"${resource.meta.versionId}"`]);
	assert.equal((await w.sql('select count(*)::int as n from outbox where request_id = $1', [r.headers['x-request-id']]))[0].n, 0);
}

describe('a contact', () => {
	test('that has been is recorded, read back, corrected with a reason, and annulled', async () => {
		const c = await made(tm, visit({ reasonCode: [concept('contact-purpose', 'HOUSING'), concept('contact-purpose', 'CRISIS')] }));
		const own = await native(tm, `/contacts/${c.id}`);
		assert.deepEqual([own.status, own.outcome, own.minutes, own.mode, own.place, own.purposes, own.staff.map((s) => s.staff_id)], ['DONE', 'HELD', 60, 'FACE_TO_FACE', 'HOME', ['HOUSING', 'CRISIS'], [w.ids.staff[tm]]]);
		assert.deepEqual([c.status, c.length.value, valueOf(c, 'contact-outcome')], ['finished', 60, 'HELD']);
		await comesBackUnchanged(tm, c);
		assert.ok(expressions((await put(tm, { ...c, period: { start: c.period.start, end: hoursAgo(1.5) } })).is(400)).some((e) => e.includes('correction-reason')));
		const shorter = (await put(tm, { ...saying(c, 'correction-reason', { valueString: 'Var kortere' }), period: { start: c.period.start, end: new Date(Date.parse(c.period.start) + 30 * 60_000).toISOString() } })).is(200).body;
		assert.deepEqual([(await native(tm, `/contacts/${c.id}`)).minutes, shorter.meta.versionId], [30, '2']);
		const missed = (await put(tm, { ...saying(saying(shorter, 'correction-reason', { valueString: 'Feil' }), 'contact-outcome', { valueCode: 'NOT_HOME' }), status: 'cancelled' })).is(200).body;
		assert.deepEqual([missed.status, (await native(tm, `/contacts/${c.id}`)).outcome], ['cancelled', 'NOT_HOME']);
		const gone = (await put(tm, { ...missed, status: 'entered-in-error', extension: [...missed.extension, { url: 'http://hl7.org/fhir/StructureDefinition/encounter-reasonCancelled', valueCodeableConcept: { text: 'Feil person' } }] })).is(200).body;
		assert.deepEqual([gone.status, (await native(tm, `/contacts/${c.id}`)).status], ['entered-in-error', 'VOID']);
		assert.equal(problemOf((await put(tm, { ...gone, status: 'finished' })).is(409)), 'invalid_transition');
	});
	test('is planned, moved to another place, and recorded as it went', async () => {
		const at = '2031-03-03T09:00:00Z';
		const c = await made(tm, visit({ status: 'planned', period: { start: at } }));
		assert.deepEqual([c.status, (await native(tm, `/contacts/${c.id}`)).status], ['planned', 'PLANNED']);
		await comesBackUnchanged(tm, c);
		const moved = (await put(tm, { ...c, class: { ...c.class, code: 'AMB' }, type: [c.type[0], concept('contact-place', 'TEAM_OFFICE')], period: { start: '2031-03-03T11:00:00Z', end: '2031-03-03T11:00:00Z' } })).is(200).body;
		assert.deepEqual([moved.class.code, (await native(tm, `/contacts/${c.id}`)).place], ['AMB', 'TEAM_OFFICE']);
		const held = (await put(tm, { ...moved, status: 'finished', period: { start: hoursAgo(2), end: hoursAgo(1) } })).is(200).body;
		assert.deepEqual([held.status, valueOf(held, 'contact-outcome'), (await native(tm, `/contacts/${c.id}`)).minutes], ['finished', 'HELD', 60]);
		const other = await made(tm, visit({ status: 'planned', period: { start: at }, class: { ...visit().class, code: 'VR' }, type: [concept('contact-mode', 'PHONE')] }));
		assert.ok(expressions((await put(tm, { ...other, status: 'cancelled' })).is(400)).some((e) => e.includes('contact-outcome')));
		assert.equal((await put(tm, { ...saying(other, 'contact-outcome', { valueCode: 'CANCELLED_BY_PATIENT' }), status: 'cancelled' })).is(200).body.status, 'cancelled');
	});
	test('says what fits together: class and place, status and outcome, period and length', async () => {
		for (const [changes, status, where] of [[{ class: { ...visit().class, code: 'AMB' } }, 400, 'Encounter.type[1]'], [{ status: 'cancelled' }, 400, 'contact-outcome'],
			[{ extension: [extension('contact-outcome', { valueCode: 'NOT_HOME' })] }, 400, 'contact-outcome'], [{ length: { value: 5, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' } }, 422, 'Encounter.length.value'],
			[{ period: { start: hoursAgo(1), end: hoursAgo(2) } }, 400, 'Encounter.period'], [{ status: 'planned', period: { start: '2031-03-03T09:00:00Z', end: '2031-03-03T10:00:00Z' } }, 422, 'Encounter.period'],
			[{ status: 'arrived' }, 422, 'Encounter.status'], [{ participant: [{ individual: to('Practitioner', w.ids.staff[tm]), type: [{ text: 'x' }] }] }, 422, 'Encounter.participant'],
			[{ participant: [{ individual: to('PractitionerRole', anyId()) }] }, 422, 'Encounter.participant'], [{ subject: to('Patient', anyId()) }, 422, 'Encounter.subject'],
			[{ class: { ...visit().class, code: 'EMER' } }, 400, 'Encounter.class.code']]) {
			const r = (await create(tm, visit(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
	});
});

describe('a goal', () => {
	test('is added to its plan, read back, changed, and taken out', async () => {
		const g = await made(people.co, goal());
		const own = await native(people.co, `/plans/${plan.id}/goals/${g.id}`);
		assert.deepEqual([own.words, own.domain, own.target_date, g.lifecycleStatus], ['Jeg vil bo for meg selv', 'HOUSING', '2031-03-01', 'proposed']);
		await comesBackUnchanged(people.co, g);
		const better = (await put(people.co, { ...g, description: { text: 'Jeg vil bo i Lier' }, target: undefined })).is(200).body;
		assert.deepEqual([better.description.text, better.target, better.meta.versionId], ['Jeg vil bo i Lier', undefined, '2']);
		const gone = (await put(people.co, { ...better, lifecycleStatus: 'cancelled' })).is(200).body;
		assert.deepEqual([gone.lifecycleStatus, (await native(people.co, `/plans/${plan.id}/goals`)).items.some((x) => x.id === g.id)], ['cancelled', false]);
		assert.equal(problemOf((await put(people.co, { ...gone, lifecycleStatus: 'completed' })).is(409)), 'invalid_transition');
	});
	test('is of one plan and its person, and says what is kept', async () => {
		for (const [changes, status, where] of [[{ extension: undefined }, 400, 'StructureDefinition/plan'], [{ extension: [extension('plan', { valueReference: to('CarePlan', anyId()) })] }, 422, 'StructureDefinition/plan'],
			[{ subject: to('Patient', anyId()) }, 422, 'Goal.subject'], [{ expressedBy: to('Patient', anyId()) }, 422, 'Goal.expressedBy'], [{ achievementStatus: hl7('goal-achievement', 'in-progress') }, 422, 'Goal.achievementStatus'],
			[{ description: undefined }, 400, 'Goal.description'], [{ lifecycleStatus: 'completed' }, 422, 'Goal.lifecycleStatus']]) {
			const before = (await native(people.co, `/plans/${plan.id}/goals`)).items.length;
			const r = (await create(people.co, goal(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
			assert.equal((await native(people.co, `/plans/${plan.id}/goals`)).items.length, before);
		}
	});
});

describe('an assessment as an Observation', () => {
	test('is scored here, read back, corrected with a reason, and taken back', async () => {
		const o = await made(tm, score({ valueInteger: 51 }));
		const own = await native(tm, `/assessments/${o.id}`);
		assert.deepEqual([own.instrument_code, own.total, own.items, own.occasion], ['GAF_S', 51, { GAF_S: 51 }, 'EXTRA']);
		await comesBackUnchanged(tm, o);
		(await put(tm, { ...o, component: [item('GAF_S-GAF_S', 61)] })).is(400);
		const better = (await put(tm, { ...o, status: 'corrected', component: [item('GAF_S-GAF_S', 61)], extension: [extension('correction-reason', { valueString: 'Feil' })] })).is(200).body;
		assert.deepEqual([better.status, better.valueQuantity.value], ['corrected', 61]);
		const gone = (await put(tm, { ...better, status: 'entered-in-error', extension: [extension('correction-reason', { valueString: 'Feil person' })] })).is(200).body;
		assert.equal(gone.status, 'entered-in-error');
	});
	test('of another score than its items give, without items, or of a domain of life: refused', async () => {
		for (const [changes, status, where] of [[{ valueInteger: 12 }, 422, 'Observation.valueInteger'], [{ component: [item('HONOS-H1', 1)] }, 422, 'Observation.component'],
			[{ component: undefined }, 422, 'Observation.component'], [{ component: [{ code: { text: 'x' }, valueInteger: 1 }] }, 422, 'Observation.component'],
			[{ category: [hl7('observation-category', 'social-history')] }, 400, 'Observation.category[0]'], [{ status: 'preliminary' }, 422, 'Observation.status'], [{ referenceRange: [{ low: { value: 0 } }] }, 422, 'Observation.referenceRange']]) {
			const r = (await create(tm, score(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
	});
	test('says each item once, of its own instrument, and nothing beside the answer', async () => {
		const [one, other] = [item('GAF_S-GAF_S', 51), item('GAF_S-GAF_S', 1)];
		for (const component of [[one, other], [one, one], [item('GAF_F-GAF_S', 51)], {}]) {
			assert.deepEqual(expressions((await create(tm, score({ component }))).is([400, 422])), ['Observation.component']);
		}
		const o = await made(tm, score());
		const reason = [extension('correction-reason', { valueString: 'Feil' })];
		for (const component of [[other, { ...one, valueInteger: 52 }], [item('GAF_F-GAF_S', 1)]]) {
			assert.deepEqual(expressions((await put(tm, { ...o, status: 'corrected', component, extension: reason })).is(422)), ['Observation.component']);
		}
		assert.deepEqual((await native(tm, `/assessments/${o.id}`)).items, { GAF_S: 51 });
	});
	test('that was declined has no value', async () => {
		const o = await made(tm, score({ component: undefined, dataAbsentReason: hl7('data-absent-reason', 'asked-declined') }));
		assert.equal((await native(tm, `/assessments/${o.id}`)).declined, true);
		await comesBackUnchanged(tm, o);
	});
});

describe('a referral', () => {
	test('is a draft, read back, changed, sent and withdrawn', async () => {
		const r = await made(gp, referral());
		const own = await native(gp, `/referrals/${r.id}`);
		assert.deepEqual([own.status, own.reason, own.risk_level, own.parts.toSorted(), own.eligibility.A_mental_illness.answer, own.eligibility.A_mental_illness.evidence, own.eligibility.in_target, own.consent_form],
			['DRAFT', 'Trenger samordnet oppfølging', 'YELLOW', ['MUNICIPAL', 'SPECIALIST'], 'YES', 'Schizofreni', true, 'WRITTEN']);
		await comesBackUnchanged(gp, r);
		const changed = (await put(gp, { ...r, priority: 'stat', extension: r.extension.map((e) => (e.url.endsWith('relapse-risk') ? judged('relapse-risk', 'YES', 'Truet naboen') : e)) })).is(200).body;
		const now = await native(gp, `/referrals/${r.id}`);
		assert.deepEqual([now.risk_level, now.eligibility.N_high_relapse_risk.evidence, changed.priority], ['RED', 'Truet naboen', 'stat']);
		const sent = (await put(gp, { ...changed, status: 'active' })).is(200).body;
		assert.deepEqual([sent.status, (await native(gp, `/referrals/${r.id}`)).status], ['active', 'SENT']);
		await comesBackUnchanged(gp, sent);
		const refused = (await put(gp, { ...sent, status: 'completed' })).is(409);
		assert.deepEqual([problemOf(refused), refused.body.issue[0].details.text.includes('revoked')], ['invalid_transition', true]);
		const back = (await put(gp, { ...sent, status: 'revoked', extension: [...sent.extension, { url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason', valueCodeableConcept: { text: 'Flyttet' } }] })).is(200).body;
		assert.deepEqual([back.status, (await native(gp, `/referrals/${r.id}`)).status], ['revoked', 'WITHDRAWN']);
	});
	test('loses the words of a criterion that are taken away, and is of one mind', async () => {
		const r = await made(gp, referral());
		const judging = (value) => ({ ...r, extension: r.extension.map((e) => (e.url.endsWith('mental-illness') ? extension('mental-illness', { valueCodeableConcept: value }) : e)) });
		const two = { coding: [coding('yes-no-unknown', 'YES'), coding('yes-no-unknown', 'NO')], text: 'Schizofreni' };
		assert.match(expressions((await put(gp, judging(two))).is(422))[0], /mental-illness/);
		const less = (await put(gp, judging(concept('yes-no-unknown', 'YES')))).is(200).body;
		const { answer, evidence } = (await native(gp, `/referrals/${r.id}`)).eligibility.A_mental_illness;
		assert.deepEqual([answer, evidence, valueOf(less, 'mental-illness').text], ['YES', undefined, undefined]);
	});
	test('is not sent before the criteria are answered, and says what has no place', async () => {
		const bare = await made(gp, referral({ extension: undefined }));
		assert.equal(problemOf((await put(gp, { ...bare, status: 'active' })).is(422)), 'eligibility_missing');
		for (const [changes, status, where] of [[{ status: 'active' }, 422, 'ServiceRequest.status'], [{ orderDetail: undefined }, 400, 'ServiceRequest.orderDetail'], [{ intent: 'plan' }, 422, 'ServiceRequest.intent'],
			[{ category: [concept('request-category', 'OTHER')] }, 400, 'ServiceRequest.category[0]'], [{ performer: [to('Organization', anyId())] }, 422, 'ServiceRequest.performer[0]'], [{ note: [{ text: 'x' }] }, 422, 'ServiceRequest.note[0].text']]) {
			const r = (await create(gp, referral(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
	});
	test('that is not the caller’s own is not changed', async () => {
		const r = await made(gp, referral());
		(await put(tl, r)).is(405);
		assert.equal(problemOf((await create('politi-demo:po-1', referral())).is(403)), 'forbidden');
	});
});

describe('a measure', () => {
	const mottak = 'drammen-kommune:mottak';
	const measure = (changes = {}) => ({ resourceType: 'ServiceRequest', status: 'draft', intent: 'plan', category: [concept('request-category', 'MEASURE')], basedOn: [to('CarePlan', plan.id)], subject: goal().subject,
		code: { ...concept('life-domain', 'HOUSING'), text: 'Hjelp i hjemmet' }, occurrencePeriod: { start: '2031-03-01', end: '2031-06-01' }, performer: [to('Organization', w.ids.unit[mottak])], note: [{ text: 'Hjemmebesøk' }], ...changes });
	test('is proposed, read back, changed, accepted, and ended before its time', async () => {
		const g = await made(people.co, goal());
		const m = await made(people.co, measure({ supportingInfo: [to('Goal', g.id)] }));
		const own = await native(people.co, `/measures/${m.id}`);
		assert.deepEqual([own.status, own.title, own.domain, own.how, own.start_on, own.goal_ids, own.responsible_unit.id], ['PROPOSED', 'Hjelp i hjemmet', 'HOUSING', 'Hjemmebesøk', '2031-03-01', [g.id], w.ids.unit[mottak]]);
		await comesBackUnchanged(people.co, m);
		const later = (await put(people.co, { ...m, occurrencePeriod: { start: '2031-04-01', end: '2031-06-01' } })).is(200).body;
		assert.equal((await native(people.co, `/measures/${m.id}`)).start_on, '2031-04-01');
		const read = (await ask(people.mh, 'GET', `/ServiceRequest/${m.id}`)).is(200).body;
		assert.deepEqual(read.meta.versionId, later.meta.versionId);
		const accepted = (await put(people.mh, { ...read, status: 'active', performer: [read.performer[0], to('Practitioner', w.ids.staff[people.mh])] })).is(200).body;
		assert.deepEqual([accepted.status, (await native(people.mh, `/measures/${m.id}`)).status], ['active', 'ACCEPTED']);
		await comesBackUnchanged(people.mh, accepted);
		const why = { url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason', valueCodeableConcept: { text: 'Flytter' } };
		assert.equal(issueOf((await put(people.mh, { ...accepted, status: 'completed' })).is(409)), 'business-rule');
		const ended = (await put(people.mh, { ...accepted, status: 'revoked', extension: [...accepted.extension, why] })).is(200).body;
		assert.deepEqual([ended.status, (await w.sql('select state from measure where id = $1', [m.id]))[0].state], ['revoked', 'DISCONTINUED']);
	});
	test('is of one plan and its person', async () => {
		for (const [changes, status, where] of [[{ subject: to('Patient', anyId()) }, 422, 'ServiceRequest.subject'], [{ basedOn: [to('CarePlan', anyId())] }, 422, 'ServiceRequest.basedOn[0]'], [{ basedOn: undefined }, 400, 'ServiceRequest.basedOn[0]'],
			[{ intent: 'order' }, 422, 'ServiceRequest.intent'], [{ status: 'active' }, 422, 'ServiceRequest.status'], [{ priority: 'urgent' }, 422, 'ServiceRequest.priority']]) {
			const r = (await create(people.co, measure(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
	});
});

describe('a consent', () => {
	test('is asked for, read back, recorded as given, and withdrawn', async () => {
		const c = await made(people.tm, question());
		const own = await native(people.tm, `/consents/${c.id}`);
		assert.deepEqual([own.state, own.type, own.to_agencies, own.data_categories.toSorted(), own.purpose], ['REQUESTED', 'SHARE', [w.ids.agency['nav-drammen']], ['IDENTITY', 'WORK'], 'Arbeid']);
		await comesBackUnchanged(people.tm, c);
		const given = (await put(people.tm, { ...saying(saying(saying(c, 'consent-form', { valueCode: 'WRITTEN' }), 'consent-competence', { valueCode: 'COMPETENT' }), 'consent-document', { valueString: 'DIPS 1' }), status: 'active' })).is(200).body;
		assert.deepEqual([given.status, valueOf(given, 'consent-form'), (await native(people.tm, `/consents/${c.id}`)).state], ['active', 'WRITTEN', 'GRANTED']);
		await comesBackUnchanged(people.tm, given);
		assert.deepEqual(expressions((await put(people.tm, { ...given, category: [given.category[0], concept('consent-type', 'SURVEY')] })).is(422)), ['Consent.category[1].coding[0].code']);
		const ended = (await put(people.tm, { ...given, status: 'inactive' })).is(200).body;
		assert.deepEqual([ended.status, (await native(people.tm, `/consents/${c.id}`)).state], ['inactive', 'WITHDRAWN']);
		assert.equal(problemOf((await put(people.tm, { ...ended, status: 'active' })).is(409)), 'invalid_transition');
	});
	test('that objects holds at once, and says against whom', async () => {
		const objection = question({ status: 'active', extension: undefined, category: [question().category[0], concept('consent-type', 'OBJECTION')], policyRule: { coding: [{ system: 'http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis', code: 'PBRL5-3' }] },
			provision: { type: 'deny', actor: [{ role: concept('objection-against', 'AGENCY'), reference: to('Organization', w.ids.agency['lier-kommune']) }] } });
		const o = await made(people.tm, objection);
		const own = await native(people.tm, `/objections/${o.id}`);
		assert.deepEqual([own.state, own.scope, own.against, own.against_id], ['ACTIVE', 'WHOLE_RECORD', 'AGENCY', w.ids.agency['lier-kommune']]);
		await comesBackUnchanged(people.tm, o);
		const part = await made(people.tm, { ...objection, provision: { ...objection.provision, class: [coding('resource', 'contacts')] } });
		assert.deepEqual([(await native(people.tm, `/objections/${part.id}`)).scope, part.provision.class[0].code], ['RESOURCE_TYPES', 'contacts']);
		assert.equal(problemOf((await put(people.tm, { ...o, status: 'inactive' })).is(403)), 'forbidden_action');
	});
	test('of somebody whom one may not know, and of what has no place: refused with the element', async () => {
		for (const [changes, status, where] of [[{ patient: to('Patient', anyId()) }, 422, 'Consent.patient'], [{ patient: undefined }, 400, 'Consent.patient'], [{ status: 'active' }, 422, 'Consent.status'], [{ provision: { type: 'permit' } }, 422, 'Consent.provision.type'],
			[{ extension: undefined }, 400, 'consent-purpose'], [{ policyRule: { text: 'x' } }, 422, 'Consent.policyRule'], [{ sourceReference: to('DocumentReference', 'x') }, 422, 'Consent.sourceReference']]) {
			const r = (await create(people.tm, question(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
	});
});

describe('a plan', () => {
	test('is begun, read back, given another period, and given up', async () => {
		const p = await made(people.co, ip({ subject: to('Patient', await planned(w)) }));
		const own = await native(people.co, `/plans/${p.id}`);
		assert.deepEqual([own.kind, own.status, own.period_from, own.period_to], ['IP', 'DRAFT', '2031-03-01', '2032-03-01']);
		await comesBackUnchanged(people.co, p);
		const longer = (await put(people.co, { ...p, period: { start: '2031-03-01' } })).is(200).body;
		assert.deepEqual([longer.period.end, longer.meta.versionId], [undefined, '2']);
		const refused = (await put(people.co, { ...longer, status: 'completed' })).is(409);
		assert.deepEqual([issueOf(refused), refused.body.issue[0].details.text.includes('active, revoked')], ['business-rule', true]);
		const given_up = (await put(people.co, { ...saying(longer, 'status-reason', { valueString: 'Vil ikke' }), status: 'revoked' })).is(200).body;
		assert.deepEqual([given_up.status, (await w.sql('select state from plan where id = $1', [p.id]))[0].state], ['revoked', 'CANCELLED']);
	});
	test('says what has no place', async () => {
		for (const [changes, status, where] of [[{ status: 'active' }, 422, 'CarePlan.status'], [{ category: undefined }, 400, 'CarePlan.category'], [{ title: 'x' }, 422, 'CarePlan.title'], [{ subject: to('Patient', anyId()) }, 422, 'CarePlan.subject']]) {
			const r = (await create(people.co, ip(changes))).is(status);
			assert.ok(expressions(r).some((e) => e.includes(where)), r.story());
		}
		assert.equal(problemOf((await create('politi-demo:po-1', ip())).is(403)), 'forbidden');
	});
});
