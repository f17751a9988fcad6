// What is explained is what is decided: every row, for every role, against a real call; and nothing tells who is known.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, document, world } from './harness.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const matrix = document['x-access-matrix'];
const people = { TM_HEALTH: 'drammen-dps:tm-1', TM_OTHER: 'drammen-dps:tm-3', TL: 'drammen-dps:tl-1', DPS: 'drammen-dps:dps-1', MH: 'drammen-kommune:mh-1',
	CO: 'drammen-kommune:co-1', CU: 'drammen-kommune:cu-1', KO: 'drammen-kommune:ko-1', GP: 'fastlege-demo:gp-1', NAV: 'nav-drammen:nav-1', HO: 'drammen-kommune:ho-1',
	PO: 'politi-demo:po-1', PT: 'citizen/PT', RE: 'citizen/RE', PV: 'drammen-dps:pv-1' };
const pid = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;
const calls = {
	patients: (id) => `/patients/${id}`, 'patient-relations': (id) => `/patients/${id}/relations`, 'care-relations': (id) => `/patients/${id}/care-relations`,
	responsibilities: (id) => `/patients/${id}/responsibilities`, consents: (id) => `/patients/${id}/consents`, objections: (id) => `/patients/${id}/objections`,
	'access-log': (id) => `/patients/${id}/access-log`, contacts: (id) => `/contacts?patient_id=${id}`, 'risk-flags': (id) => `/risk-flags?patient_id=${id}`,
	'external-records': (id) => `/external-records?patient_id=${id}`, assessments: (id) => `/assessments?patient_id=${id}`, 'life-situations': (id) => `/life-situations?patient_id=${id}`,
	'somatic-assessments': (id) => `/somatic-assessments?patient_id=${id}`, admissions: (id) => `/admissions?patient_id=${id}`, 'coercion-decisions': (id) => `/coercion-decisions?patient_id=${id}`,
	'opioid-substitution-followups': (id) => `/opioid-substitution-followups?patient_id=${id}`, 'board-entries': (id) => `/board-entries?patient_id=${id}` };

async function person(national_id) {
	return (await w.api(people.TL, 'POST', '/patients', { national_id, given_name: 'Rolig', family_name: 'Furu' })).is(201).body.id;
}

const relate = (id, basis) => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, $2 from unit on conflict do nothing`, [id, basis]);

async function consented(id, categories, type = 'SHARE') {
	const [row] = await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
		values (gen_random_uuid(), $1, $2, $3, 'GRANTED', (select array_agg(id) from agency), $4, 'x', clock_now() + interval '1 year') returning id`,
	[id, w.ids.agency['drammen-dps'], type, categories]);
	return row.id;
}

const explain = (as, id, query = '') => w.api(as, 'GET', `/patients/${id}/access-explanation${query}`);
const row = (explanation, resource) => explanation.body.items.find((i) => i.resource === resource);

// The explanation of one role's reads against what the calls themselves are answered.
async function agrees(column, id) {
	const explanation = await explain(people[column], id);
	if (!matrix.resources['access-explanation'].cells[column]) return explanation.is(403, 'forbidden');
	const answers = await Promise.all(Object.entries(calls).map(async ([resource, path]) => [resource, await w.api(people[column], 'GET', path(id))]));
	if (explanation.status === 404) {
		for (const [resource, r] of answers) assert.ok(r.status === 404 || ['forbidden', 'purpose_not_allowed'].includes(r.body.code), `${column} ${resource}\n${r.story()}`);
		return explanation;
	}
	for (const [resource, r] of answers) {
		const said = row(explanation.is(200), resource).read;
		assert.equal(said.allowed, r.status === 200, `${column} ${resource}: ${JSON.stringify(said)}\n${r.story()}`);
		if (r.status === 200) continue;
		assert.equal(said.code, r.body.code, `${column} ${resource}`);
		if (r.status === 403) assert.deepEqual({ rule: said.rule, opened_by: said.opened_by }, { rule: r.body.reason.rule, opened_by: r.body.reason.opened_by }, `${column} ${resource}`);
		else assert.equal(r.body.reason, undefined, 'what may not be known of is not explained');
	}
	return explanation;
}

describe('every role and every kind of information agrees with a real call', async () => {
	const patient = await person(pid('PT'));
	(await w.api(people.TL, 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: pid('RE'), is_legal_representative: true })).is(201);
	for (const column of Object.keys(people)) test(`${column}, when only the team is related`, () => agrees(column, patient));
	describe('when every unit is related', async () => {
		await relate(patient, 'SERVICE');
		for (const column of Object.keys(people)) test(`${column}, without consent and plan`, () => agrees(column, patient));
	});
});

describe('with plan, consent and objection', async () => {
	const patient = await person('01819012365');
	await relate(patient, 'PLAN');
	const consent = await consented(patient, '{IDENTITY,ENROLMENT,HEALTH_SUMMARY,PLAN,WORK,HOUSING}');
	for (const column of Object.keys(people).filter((c) => !['PT', 'RE'].includes(c))) test(`${column}, who may`, () => agrees(column, patient));

	test('the consent that decides is named, with the law it stands on', async () => {
		const e = (await explain(people.NAV, patient)).is(200);
		assert.equal(row(e, 'patients').read.rule, 'CONSENT');
		assert.equal(row(e, 'patients').read.consent_id, consent);
		assert.deepEqual(row(e, 'patients').limits, ['LIMITED_FIELDS']);
		const law = e.body.rules.find((r) => r.code === 'CONSENT').legal_basis;
		assert.ok(law.some((l) => l.law === 'helsepersonelloven' && l.section === '§ 22'), JSON.stringify(law));
	});
	test('an objection is named to whom it meets, and blocks what it covers', async () => {
		const [o] = await w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id)
			values (gen_random_uuid(), $1, 'RESOURCE_TYPES', '{contacts}', 'AGENCY', $2) returning id`, [patient, w.ids.agency['drammen-dps']]);
		const e = await agrees('TM_HEALTH', patient);
		assert.equal(row(e, 'contacts').read.rule, 'OBJECTION');
		assert.deepEqual(e.body.objections.map((x) => x.id), [o.id]);
		assert.equal(row(e, 'patients').read.allowed, true);
		const other = (await explain(people.MH, patient)).is(200);
		assert.deepEqual(other.body.objections, []);
		await w.sql(`update objection set state = 'LIFTED' where id = $1`, [o.id]);
	});
	test('an emergency access is named as what decides', async () => {
		const stranger = 'lier-kommune:mh-1';
		const lone = await person('02825551290');
		(await explain(stranger, lone)).is(404, 'not_found');
		const opened = (await w.api(stranger, 'POST', '/emergency-accesses', { patient_id: lone, reason: 'Funnet bevisstløs, må vite om medisiner' })).is(201).body;
		const e = (await explain(stranger, lone)).is(200);
		assert.equal(row(e, 'patients').read.rule, 'EMERGENCY');
		assert.equal(row(e, 'patients').read.emergency_id, opened.id);
		assert.deepEqual(row(e, 'patients').write, { allowed: false, code: 'forbidden', rule: 'MATRIX', opened_by: [] });
		assert.equal(row(e, 'care-relations').read.code, 'not_found');
	});
});

describe('what a consent would change', async () => {
	const patient = await person('10915596784');
	await relate(patient, 'SERVICE');
	const rows = async () => (await w.sql(`select (select count(*) from consent)::int as consents, (select count(*) from outbox)::int as news, (select count(*) from row_history)::int as history`))[0];

	test('one that nobody has given: the gate is asked as if, and nothing stays', async () => {
		const before = await rows();
		const e = (await explain(people.NAV, patient, '?data_categories=IDENTITY,WORK')).is(200);
		assert.deepEqual(await rows(), before);
		const change = e.body.consent.changes.find((c) => c.resource === 'patients' && c.action === 'read');
		assert.equal(change.before.code, 'consent_required');
		assert.deepEqual(change.before.opened_by, ['CONSENT']);
		assert.equal(change.after.rule, 'CONSENT');
		assert.ok(e.body.consent.changes.some((c) => c.resource === 'work-activity-plans' && c.action === 'write'));
		assert.ok(!e.body.consent.changes.some((c) => c.resource === 'enrolments'), 'a category that it does not cover');
		assert.equal(row(e, 'patients').read.allowed, false);
		(await w.api(people.NAV, 'GET', `/patients/${patient}`)).is(403, 'consent_required');
	});
	test('what it would change is what it changes', async () => {
		const promised = (await explain(people.NAV, patient, '?data_categories=IDENTITY,ENROLMENT')).is(200).body.consent.changes;
		const id = await consented(patient, '{IDENTITY,ENROLMENT}');
		const now = (await explain(people.NAV, patient)).is(200);
		for (const c of promised) assert.equal(row(now, c.resource)[c.action].allowed, c.after.allowed, `${c.resource} ${c.action}`);
		const hangs = (await explain(people.NAV, patient, `?consent_id=${id}`)).is(200).body.consent;
		assert.equal(hangs.state, 'GRANTED');
		assert.deepEqual(hangs.changes.map((c) => [c.resource, c.action]), promised.map((c) => [c.resource, c.action]));
		assert.equal((await w.sql('select state from consent where id = $1', [id]))[0].state, 'GRANTED');
		await w.sql(`update consent set state = 'WITHDRAWN' where id = $1`, [id]);
	});
	test('the person learns what those who get it may see, before they answer', async () => {
		const own = (await w.api('citizen/PT', 'GET', '/me')).is(200);
		assert.ok(own);
		const self = await person(pid('PT'));
		const asked = (await w.api(people.TL, 'POST', `/patients/${self}/consents`, { type: 'SHARE', to_agencies: [w.ids.agency['nav-drammen']], data_categories: ['WORK'], purpose: 'Arbeid', explained: 'Alt' })).is(201).body.id;
		const e = (await explain('citizen/PT', self, `?consent_id=${asked}`)).is(200);
		assert.equal(row(e, 'patients').read.rule, 'SELF');
		assert.deepEqual(e.body.consent.changes, [], 'one may read one\'s own all the same');
		assert.deepEqual([...new Set(e.body.consent.opens.map((o) => o.role))], ['NAV']);
		assert.ok(e.body.consent.opens.some((o) => o.resource === 'work-activity-plans' && o.level === 'W'));
		assert.ok(!e.body.consent.opens.some((o) => o.resource === 'patients'), 'identity is not covered');
	});
	test('a consent of somebody else, or one that the caller may not read, is no reference', async () => {
		const other = await person('50846202355');
		const id = await consented(other, '{IDENTITY}');
		(await explain(people.TL, patient, `?consent_id=${id}`)).is(422, 'unknown_reference');
		(await explain(people.TL, patient, `?consent_id=${anyId()}`)).is(422, 'unknown_reference');
		(await explain(people.TL, patient, '?data_categories=EVERYTHING')).is(422, 'invalid_parameter');
	});
	test('may be asked again cheaply: not modified', async () => {
		const first = (await explain(people.TL, patient)).is(200);
		(await w.api(people.TL, 'GET', `/patients/${patient}/access-explanation`, undefined, { 'if-none-match': first.etag })).is(304);
	});
});

describe('nothing tells that a person is known', async () => {
	const patient = await person('41814061033');
	const bare = (r) => ({ ...r.body, request_id: '' });

	test('a stranger gets the answer of a random id, with every kind of question', async () => {
		const consent = await consented(patient, '{IDENTITY}');
		for (const query of ['', '?data_categories=IDENTITY', `?consent_id=${consent}`])
			for (const stranger of ['lier-kommune:mh-1', people.NAV, people.GP, people.CO, 'citizen/PT', 'citizen/RE']) {
				const known = (await explain(stranger, patient, query)).is(404, 'not_found');
				const random = (await explain(stranger, anyId(), query)).is(404, 'not_found');
				assert.deepEqual(bare(known), bare(random), `${stranger} ${query}`);
				assert.equal(known.body.reason, undefined);
			}
	});
	test('a refusal by the matrix has the same reason whoever is named', async () => {
		const known = (await w.api(people.NAV, 'GET', `/assessments?patient_id=${patient}`)).is(403, 'forbidden');
		const random = (await w.api(people.NAV, 'GET', `/assessments?patient_id=${anyId()}`)).is(403, 'forbidden');
		assert.deepEqual(bare(known), bare(random));
		assert.equal(known.body.reason.rule, 'MATRIX');
	});
	test('explanations are in the access log, refused ones too', async () => {
		(await explain(people.TL, patient)).is(200);
		const log = await w.sql(`select action, reason from access_log where operation = 'getAccessExplanation' and patient_id = $1`, [patient]);
		assert.ok(log.some((l) => l.action === 'READ'));
		assert.ok(log.some((l) => l.action === 'DENIED' && l.reason === 'not_found'));
	});
});

describe('why not', () => {
	test('a purpose that gives no access, a step that another must take', async () => {
		const glass = w.token(people.DPS, { claims: { purpose_of_use: 'STAT' } });
		const r = (await w.api(glass, 'GET', '/patients')).is(403, 'purpose_not_allowed');
		assert.deepEqual(r.body.reason.opened_by, ['OTHER_PURPOSE']);
		const mine = (await w.api(people.TL, 'POST', '/tasks', { title: 'Ring', unit_id: w.ids.unit['drammen-dps:fact'] })).is(201);
		assert.equal(mine.body.reason, undefined);
	});
});
