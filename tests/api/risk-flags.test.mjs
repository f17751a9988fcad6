// Risk flags: who sees how much, what the person reads, how long they hold, and the warning that leaves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { makePerson, refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { walk } from './lib/machine-walk.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const doctor = 'drammen-dps:dps-1';
const units = ['drammen-dps:fact', 'drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'];
const person = await makePerson(w, { units, plan: ['drammen-kommune:koordinering'], self: true });
const body = { kind: 'DANGER_TO_STAFF', level: 'ORANGE', text: 'Har truet ansatte', precautions: 'Gå to sammen' };

const flag = async (changes = {}, who = team) => (await w.api(who, 'POST', '/risk-flags', { patient_id: person, ...body, ...changes })).is(201).body;
const get = (who, id) => w.api(who, 'GET', `/risk-flags/${id}`);
const listed = async (who, query) => (await w.api(who, 'GET', `/risk-flags?limit=200${query}`)).is(200).body.items;

describe('how much of a flag is shown', () => {
	test('all of it to health personnel in a relation of care', async () => {
		const f = await flag();
		for (const who of [team, 'drammen-dps:tl-1', doctor, 'drammen-kommune:mh-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1']) {
			const seen = (await get(who, f.id)).is(200).body;
			assert.deepEqual([seen.projection, seen.text, seen.precautions, seen.set_by], ['FULL', body.text, body.precautions, w.ids.staff[team]], who);
		}
	});

	test('to other team members what to do, to the plan\'s participants a word, to NAV, housing and police nothing', async () => {
		const f = await flag();
		const limited = (await get('drammen-dps:tm-3', f.id)).is(200).body;
		assert.deepEqual([limited.projection, limited.kind, limited.precautions, limited.text, limited.set_by], ['LIMITED', body.kind, body.precautions, undefined, undefined]);
		for (const who of ['drammen-kommune:co-1', 'drammen-kommune:cu-1'])
			assert.deepEqual(Object.keys((await get(who, f.id)).is(200).body).sort(), ['actions', 'id', 'projection', 'status', 'valid_from', 'version'], who);
		for (const who of ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'citizen:re-1', 'drammen-dps:qm-1', 'drammen-dps:sa-1']) {
			(await get(who, f.id)).is(403, 'forbidden');
			(await w.api(who, 'GET', '/risk-flags')).is(403, 'forbidden');
			(await w.api(who, 'POST', '/risk-flags', { patient_id: person, ...body })).is(403, 'forbidden');
		}
		for (const who of ['drammen-kommune:mh-1', 'fastlege-demo:gp-1', 'drammen-dps:tm-3', 'citizen:pt-1'])
			(await w.api(who, 'POST', '/risk-flags', { patient_id: person, ...body })).is(403, 'forbidden');
	});

	test('a stranger learns nothing, not even that there is a person', async () => {
		const f = await flag();
		for (const path of [`/risk-flags/${f.id}`, `/risk-flags?patient_id=${person}`]) {
			const hidden = (await w.api('lier-kommune:mh-1', 'GET', path)).is(404, 'not_found');
			const random = (await w.api('lier-kommune:mh-1', 'GET', path.replace(/[0-9a-f-]{36}/, anyId()))).is(404, 'not_found');
			assert.equal(hidden.body.title, random.body.title);
		}
		assert.deepEqual(await listed('lier-kommune:mh-1', ''), []);
		const refused = (await w.api('drammen-dps:tl-1', 'POST', '/risk-flags', { ...body, patient_id: anyId() })).is(422, 'unknown_reference');
		assert.deepEqual(refused.pointers(), ['/patient_id']);
	});

	test('an objection closes it, for one flag or for all', async () => {
		const other = await makePerson(w, { units });
		const f = (await w.api(team, 'POST', '/risk-flags', { ...body, patient_id: other })).is(201).body;
		const object = (members) => w.api(team, 'POST', `/patients/${other}/objections`, { against: 'STAFF', ...members }).then((r) => r.is(201));
		await object({ scope: 'ITEMS', item_ids: [f.id], against_id: w.ids.staff['drammen-dps:tm-2'] });
		(await get('drammen-dps:tm-2', f.id)).is(403, 'blocked');
		assert.deepEqual(await listed('drammen-dps:tm-2', `&patient_id=${other}`), []);
		await object({ scope: 'RESOURCE_TYPES', resource_types: ['risk-flags'], against_id: w.ids.staff['drammen-dps:tl-1'] });
		(await get('drammen-dps:tl-1', f.id)).is(403, 'blocked');
		(await w.api('drammen-dps:tl-1', 'GET', `/risk-flags?patient_id=${other}`)).is(403, 'blocked');
		(await w.api('drammen-dps:tl-1', 'POST', '/risk-flags', { ...body, patient_id: other })).is(403, 'blocked');
		assert.ok(!(await listed('drammen-dps:tl-1', '')).some((i) => i.id === f.id));
		assert.ok((await listed(team, '')).some((i) => i.id === f.id));
	});
});

describe('what the person reads', () => {
	test('the text, until a doctor records a legal reason', async () => {
		const f = await flag();
		const before = (await get('citizen:pt-1', f.id)).is(200).body;
		assert.deepEqual([before.projection, before.text, before.text_withheld, before.set_by, before.actions], ['SELF', body.text, false, undefined, []]);
		(await step(w, team, `/risk-flags/${f.id}`, { action: 'withhold', withheld_reason: 'CLOSE_PERSON' })).is(403, 'forbidden_action');
		const held = (await step(w, doctor, `/risk-flags/${f.id}`, { action: 'withhold', withheld_reason: 'CLOSE_PERSON' })).is(200).body;
		assert.deepEqual([held.status, held.withheld_reason, held.withheld_by], ['ACTIVE', 'CLOSE_PERSON', w.ids.staff[doctor]]);
		const after = (await get('citizen:pt-1', f.id)).is(200).body;
		assert.deepEqual([after.kind, after.text, after.precautions, after.text_withheld, after.withheld_reason], [body.kind, undefined, undefined, true, undefined]);
		const past = (await w.api('citizen:pt-1', 'GET', `/risk-flags/${f.id}?as_of=${encodeURIComponent(new Date().toISOString())}`)).is(200).body;
		assert.equal(past.text, undefined, 'an earlier version does not tell what is held back now');
		assert.equal((await listed('citizen:pt-1', '')).find((i) => i.id === f.id).text, undefined);
		(await step(w, doctor, `/risk-flags/${f.id}`, { action: 'release' })).is(200);
		assert.equal((await get('citizen:pt-1', f.id)).is(200).body.text, body.text);
		(await step(w, doctor, `/risk-flags/${f.id}`, { action: 'release' })).is(409, 'conflict');
	});
});

describe('how long it holds', () => {
	test('by its level, unless it says; then it is EXPIRED and its unit is asked', async () => {
		const days = async (f) => (await w.sql('select valid_to - valid_from as n from risk_flag where id = $1', [f.id]))[0].n;
		assert.deepEqual([await days(await flag({ level: 'RED' })), await days(await flag({ level: 'ORANGE' })), await days(await flag({ level: 'GREEN' }))], [30, 90, 180]);
		(await w.api(team, 'POST', '/risk-flags', { patient_id: person, ...body, valid_to: '2020-01-01' })).is(422, 'invalid_value');
		const f = await flag({ level: 'RED' });
		await w.sql('update risk_flag set valid_from = clock_today() - 9, valid_to = clock_today() - 1 where id = $1', [f.id]);
		assert.equal((await get(team, f.id)).is(200).body.status, 'EXPIRED');
		assert.ok((await listed(team, `&patient_id=${person}&status=EXPIRED`)).every((i) => i.status === 'EXPIRED'));
		await w.sql('select job_risk_flags(100)');
		await w.sql('select job_risk_flags(100)');
		assert.equal((await w.sql("select count(*)::int as n from task where entity_id = $1 and kind = 'RISK_FLAG_REVIEW'", [f.id]))[0].n, 1);
		const again = (await step(w, team, `/risk-flags/${f.id}`, { action: 'reassess', level: 'YELLOW', text: 'Roligere nå' })).is(200).body;
		assert.deepEqual([again.status, again.level, again.text, again.precautions], ['ACTIVE', 'YELLOW', 'Roligere nå', body.precautions]);
	});

	test('earlier versions are kept', async () => {
		const f = await flag();
		await w.sql("update row_history set valid_from = valid_from - interval '1 hour' where entity_id = $1", [f.id]);
		(await step(w, team, `/risk-flags/${f.id}`, { action: 'reassess', level: 'RED' })).is(200);
		const then = new Date(Date.now() - 1_800_000).toISOString();
		assert.equal((await w.api(team, 'GET', `/risk-flags/${f.id}?as_of=${encodeURIComponent(then)}`)).is(200).body.level, 'ORANGE');
		(await w.api(team, 'GET', `/risk-flags/${f.id}?as_of=2020-01-01T00:00:00Z`)).is(404);
	});
});

test('every step from every state by every role', async () => {
	await walk(w, {
		machine: 'risk-flags', path: '/risk-flags', make: () => flag(),
		force: async (id, s) => (await w.sql(`update risk_flag set state = $2, valid_from = clock_today() - 9, valid_to = clock_today() + $3::int, withheld_reason = 'CLOSE_PERSON',
			withheld_by = set_by where id = $1 returning version`, [id, s === 'EXPIRED' ? 'ACTIVE' : s, s === 'EXPIRED' ? -1 : 30]))[0].version,
		body: (action) => ({ reassess: { level: 'YELLOW' }, end: { reason: 'Over' }, retract: { reason: 'Feil' }, withhold: { withheld_reason: 'SERIOUS_HARM' } })[action],
		people: [...[team, 'drammen-dps:tl-1'].map((as) => ({ as, standing: ['own_agency'] })), { as: doctor, standing: ['own_agency', 'doctor'] },
			...refused(team, 'drammen-dps:tl-1', doctor), { as: 'drammen-dps:tm-3', hidden: true }],
	});
});

describe('a warning of danger', () => {
	const warning = { warning: 'Kom aldri alene', necessity: 'Truet to ansatte med kniv i forrige uke' };
	const warn = (who, f, unit, changes = {}) => w.api(who, 'POST', `/risk-flags/${f}/disclosures`, { to_unit_id: w.ids.unit[unit], ...warning, ...changes });

	test('reaches the unit that serves the person, with its words alone, and is logged as a disclosure', async () => {
		const f = await flag();
		const d = (await warn(team, f.id, 'nav-drammen:kontor')).is(201).body;
		assert.deepEqual([d.necessity, d.risk_flag_id, d.legal_basis], [warning.necessity, f.id, 'FVL_DANGER_LIFE_HEALTH']);
		const seen = (await w.api('nav-drammen:nav-1', 'GET', `/danger-disclosures/${d.id}`)).is(200).body;
		assert.deepEqual([seen.warning, seen.necessity, seen.risk_flag_id, seen.disclosed_by], [warning.warning, undefined, undefined, undefined]);
		assert.ok((await w.api('nav-drammen:nav-1', 'GET', `/danger-disclosures?patient_id=${person}`)).is(200).body.items.some((i) => i.id === d.id));
		const log = await w.sql('select action, basis from access_log where resource_id = $1 and patient_id = $2 order by id', [d.id, person]);
		assert.ok(log.some((l) => l.action === 'DISCLOSE' && l.basis === 'FVL_DANGER_LIFE_HEALTH') && log.some((l) => l.action === 'READ'));
		for (const who of ['drammen-kommune:ho-1', 'drammen-dps:dps-2']) (await w.api(who, 'GET', `/danger-disclosures/${d.id}`)).is(404);
		for (const who of ['politi-demo:po-1', 'fastlege-demo:gp-1', 'drammen-kommune:mh-1', 'citizen:re-1']) (await w.api(who, 'GET', '/danger-disclosures')).is(403, 'forbidden');
		await w.sql("update danger_disclosure set visible_until = clock_now() where id = $1", [d.id]);
		(await w.api('nav-drammen:nav-1', 'GET', `/danger-disclosures/${d.id}`)).is(404);
		(await w.api(team, 'GET', `/danger-disclosures/${d.id}`)).is(200);
	});

	test('the person is to be told, and can read it, unless there is a reason', async () => {
		const f = await flag();
		const told = (await warn(team, f.id, 'drammen-kommune:bolig')).is(201).body;
		assert.equal((await w.sql("select count(*)::int as n from task where kind = 'INFORM_PATIENT' and entity_id = $1", [told.id]))[0].n, 1);
		assert.equal((await w.api('citizen:pt-1', 'GET', `/danger-disclosures/${told.id}`)).is(200).body.necessity, warning.necessity);
		const secret = (await warn(team, f.id, 'drammen-kommune:bolig', { not_informed_reason: 'Fare for gjengjeldelse mot en ansatt' })).is(201).body;
		assert.equal((await w.sql("select count(*)::int as n from task where entity_id = $1", [secret.id]))[0].n, 0);
		(await w.api('citizen:pt-1', 'GET', `/danger-disclosures/${secret.id}`)).is(404);
		assert.ok(!(await w.api('citizen:pt-1', 'GET', '/danger-disclosures')).is(200).body.items.some((i) => i.id === secret.id));
	});

	test('never to the police, to a unit that does not serve the person, or without danger', async () => {
		const f = await flag();
		await w.sql("insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2", [person, w.ids.unit['politi-demo:kontor']]);
		for (const unit of ['politi-demo:kontor', 'lier-kommune:mottak']) (await warn(team, f.id, unit)).is(422, 'unknown_reference');
		(await warn(team, (await flag({ kind: 'SUICIDE' })).id, 'nav-drammen:kontor')).is(422, 'invalid_value');
		(await warn(team, (await flag({ level: 'YELLOW' })).id, 'nav-drammen:kontor')).is(422, 'invalid_value');
		(await warn(team, f.id, 'nav-drammen:kontor', { necessity: 'Kort' })).is(422, 'invalid_body');
		(await warn('nav-drammen:nav-1', f.id, 'nav-drammen:kontor')).is(403, 'forbidden');
		(await warn('drammen-dps:tl-2', f.id, 'nav-drammen:kontor')).is(201);
	});
});
