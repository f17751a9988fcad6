// Opioid substitution treatment (LAR): what is agreed, who answers for it, when it is gone through again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { step } from './concern-steps.mjs';
import { walk } from './lib/machine-walk.mjs';
import { clinic, doctor, gp, move, municipality, never, person, relate, tasksFor, team } from './specialist-steps.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const at = '/opioid-substitution-followups';
const agreed = { started_on: '2024-02-01', medicine: 'METHADONE', level: 'BOTH', prescriber: 'Overlege', prescriber_kind: 'SPECIALIST', dispensing_place: 'PHARMACY',
	dispensing_name: 'Apoteket', dispensed_per_week: 3, supervised_per_week: 2, controls: [{ kind: 'URINE', times: 2, per: 'MONTH' }] };

const register = (who, patient, body = {}) => w.api(who, 'POST', at, { patient_id: patient, ...agreed, ...body });

async function followed(patient, body) {
	const { id } = (await register(clinic, patient, body)).is(201).body;
	return { id, path: `${at}/${id}` };
}

const inLar = async (patient) => (await w.api(team, 'GET', `/patients/${patient}`)).is(200).body.in_lar;

describe('registering', () => {
	test('what is agreed, the centre accountable, GP and municipality carry it out', async () => {
		const patient = await person(w);
		const f = (await register(clinic, patient)).is(201).body;
		assert.deepEqual([f.status, f.overdue, f.supervised_per_week, f.controls, f.actions], ['ACTIVE', false, 2, agreed.controls, ['review', 'end']]);
		assert.deepEqual(f.responsible.map((r) => [r.agency_name, r.duty]), [['Drammen DPS', 'A'], ['Drammen kommune', 'R'], [f.responsible[2].agency_name, 'R']]);
		assert.equal(f.responsible[2].agency_id, w.ids.agency['fastlege-demo']);
		assert.equal(f.next_review_on, (await w.sql(`select (clock_today() + interval '6 months')::date::text as d`))[0].d);
		assert.equal(await inLar(patient), true);
		assert.equal((await register(gp, patient)).is(409, 'duplicate').body.errors[0].pointer, '/patient_id');
	});

	test('health personnel do, others not', async () => {
		for (const who of [team, 'drammen-dps:tl-1', clinic, municipality, gp]) (await register(who, await person(w))).is(201);
		const patient = await person(w);
		for (const who of [doctor, 'citizen/PT', 'drammen-kommune:co-1', ...never]) (await register(who, patient)).is(403, 'forbidden');
		(await register(clinic, anyId())).is(422, 'unknown_reference');
	});

	test('it must hang together, with one agency accountable', async () => {
		const patient = await person(w);
		assert.deepEqual((await register(clinic, patient, { supervised_per_week: 4 })).is(422, 'invalid_value').pointers(), ['/supervised_per_week']);
		assert.deepEqual((await register(clinic, patient, { started_on: '2999-01-01' })).is(422, 'invalid_value').pointers(), ['/started_on']);
		const duty = (slug, duty) => ({ agency_id: w.ids.agency[slug], duty });
		for (const responsible of [[duty('drammen-dps', 'R')], [duty('drammen-dps', 'A'), duty('fastlege-demo', 'A')]])
			assert.deepEqual((await register(clinic, patient, { responsible })).is(422, 'missing_fact').pointers(), ['/responsible']);
		(await register(clinic, patient, { responsible: [{ agency_id: anyId(), duty: 'A' }] })).is(422, 'unknown_reference');
		(await register(clinic, patient, { medicine: 'HEROIN' })).is(422, 'invalid_body');
		(await register(clinic, patient, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference');
		assert.deepEqual((await register(clinic, patient, { responsible: [duty('fastlege-demo', 'A')] })).is(201).body.responsible.map((r) => r.duty), ['A']);
	});
});

describe('changing', () => {
	test('who stays responsible keeps the time since when', async () => {
		const { id, path } = await followed(await person(w));
		const before = (await w.api(clinic, 'GET', path)).is(200).body;
		const responsible = [{ agency_id: w.ids.agency['drammen-dps'], duty: 'A' }, { agency_id: w.ids.agency['drammen-kommune'], duty: 'C' }];
		const now = (await w.change(municipality, 'PATCH', path, { dispensing_place: 'HOME_SERVICE', dispensing_name: null, dispensed_per_week: 7, next_review_on: day(30), responsible })).is(200).body;
		assert.deepEqual([now.dispensing_place, now.dispensing_name, now.dispensed_per_week, now.next_review_on], ['HOME_SERVICE', undefined, 7, day(30)]);
		assert.deepEqual(now.responsible.map((r) => [r.duty, r.since === before.responsible[0].since]), [['A', true], ['C', false]]);
		assert.equal((await w.sql('select count(*)::int as n from lar_responsibility where followup_id = $1 and valid_to is not null', [id]))[0].n, 2);
		(await w.change(clinic, 'PATCH', path, { supervised_per_week: 8 })).is(422, 'invalid_value');
		(await w.change(doctor, 'PATCH', path, { level: 'BOTH' })).is(403, 'forbidden');
		(await w.api(clinic, 'PATCH', path, { level: 'BOTH' }, { 'if-match': '"1"' })).is(412, 'version_mismatch');
		(await w.api(clinic, 'PATCH', path, { level: 'BOTH' })).is(428);
	});

	test('a review agrees on the next; the end closes it, and the person\'s row says so', async () => {
		const patient = await person(w);
		const { path } = await followed(patient);
		(await step(w, gp, path, { action: 'review' })).is(422, 'invalid_body');
		assert.deepEqual((await step(w, gp, path, { action: 'review', next_review_on: day(0) })).is(422, 'invalid_value').pointers(), ['/next_review_on']);
		const gone = await move(w, gp, path, { action: 'review', next_review_on: day(90), note: 'Stabil' });
		assert.deepEqual([gone.next_review_on, gone.reviewed_on, gone.review_note], [day(90), day(0), 'Stabil']);
		for (const ended_on of ['2024-01-31', day(1)]) (await step(w, clinic, path, { action: 'end', end_reason: 'TAPERED', ended_on })).is(422, 'invalid_value');
		const ended = await move(w, clinic, path, { action: 'end', end_reason: 'TAPERED' });
		assert.deepEqual([ended.status, ended.ended_on, ended.end_reason, ended.responsible, ended.actions, await inLar(patient)], ['ENDED', day(0), 'TAPERED', [], [], false]);
		(await w.change(clinic, 'PATCH', path, { level: 'BOTH' })).is(409, 'conflict');
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'end', end_reason: 'OTHER' })).is(428);
		(await w.api(clinic, 'POST', `${path}/transitions`, { action: 'end', end_reason: 'OTHER' }, { 'if-match': '"1"' })).is(412);
		assert.equal((await w.api(clinic, 'GET', (await followed(patient)).path)).body.status, 'ACTIVE', 'a new one may follow');
	});
});

describe('seeing', () => {
	test('health personnel in relation and the patient, nobody else', async () => {
		const patient = (await w.api(team, 'POST', '/patients', { national_id: '01819012365' })).is(201).body.id;
		await relate(w, patient, ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig']);
		const { id, path } = await followed(patient);
		for (const who of [team, 'drammen-dps:tl-1', clinic, municipality, doctor, gp, 'citizen/PT']) {
			assert.equal((await w.api(who, 'GET', path)).is(200).body.medicine, 'METHADONE', who);
			assert.ok((await w.api(who, 'GET', `${at}?limit=200`)).is(200).body.items.some((f) => f.id === id), who);
		}
		for (const who of [...never, 'drammen-kommune:co-1'])
			for (const where of [path, at, `${at}?patient_id=${patient}`]) (await w.api(who, 'GET', where)).is(403, 'forbidden');
		for (const where of [path, `${at}?patient_id=${patient}`]) (await w.api('lier-kommune:mh-1', 'GET', where)).is(404);
		(await w.api(team, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['opioid-substitution-followups'], against: 'UNIT', against_id: w.ids.unit['fastlege-demo:kontor'] })).is(201);
		for (const where of [path, `${at}?patient_id=${patient}`]) (await w.api(gp, 'GET', where)).is(403, 'blocked');
		assert.ok(!(await w.api(gp, 'GET', `${at}?limit=200`)).text.includes(id));
	});

	test('the list: filters and cursor, the next review first', async () => {
		const days = [40, 10, 20];
		const made = [];
		for (const n of days) made.push(await followed(await person(w), { next_review_on: day(n) }));
		const ids = made.map((f) => f.id);
		const mine = (list) => list.filter((f) => ids.includes(f.id)).map((f) => f.id);
		assert.deepEqual(mine((await w.api(clinic, 'GET', `${at}?limit=200`)).body.items), [ids[1], ids[2], ids[0]]);
		assert.deepEqual((await w.api(clinic, 'GET', `${at}?overdue=true&limit=200`)).is(200).body.items, []);
		assert.equal(mine((await w.api(clinic, 'GET', `${at}?overdue=false&status=ACTIVE&limit=200`)).body.items).length, 3);
		const first = (await w.api(clinic, 'GET', `${at}?limit=1`)).body;
		const second = (await w.api(clinic, 'GET', first.links.next)).is(200).body;
		assert.ok(first.items[0].next_review_on <= second.items[0].next_review_on && first.items[0].id !== second.items[0].id);
	});
});

test('every triple', async () => {
	const hidden = [doctor, 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'citizen/PT', 'citizen/RE', 'nav-drammen:nav-1', 'drammen-kommune:ho-1', 'politi-demo:po-1', 'drammen-dps:pv-1', 'drammen-dps:sa-1', 'drammen-dps:qm-1',
		'drammen-dps:pm-1', 'drammen-dps:sg-1'].map((as) => ({ as, hidden: true }));
	const patient = await person(w);
	await walk(w, { machine: 'opioid-substitution-followups', path: at, make: () => followed(patient), people: [team, 'drammen-dps:tl-1', clinic, municipality, gp].map((as) => ({ as })).concat(hidden),
		body: (action) => (action === 'end' ? { end_reason: 'OTHER' } : { next_review_on: day(100) }),
		async force(id, state) {
			const [row] = await w.sql(`update lar_followup set state = $2, ended_on = case when $2 = 'ENDED' then clock_today() end, end_reason = case when $2 = 'ENDED' then 'OTHER' end where id = $1 returning version`, [id, state]);
			return row.version;
		} });
});

// Last, since the clock goes forward only.
test('a review that is due soon is a task, once, and done with the review', async () => {
	const { id, path } = await followed(await person(w), { next_review_on: day(40) });
	const ahead = async (days) => (await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: `P${days}D` })).is(200).body;
	await ahead(20);
	assert.deepEqual(await tasksFor(w, id), []);
	await ahead(10);
	await ahead(1);
	assert.deepEqual((await tasksFor(w, id)).map((t) => [t.kind, t.state, t.unit_id]), [['LAR_REVIEW', 'OPEN', w.ids.unit['drammen-dps:poliklinikk']]]);
	await ahead(11);
	assert.ok((await w.api(clinic, 'GET', `${at}?overdue=true&limit=200`)).body.items.some((f) => f.id === id));
	await move(w, clinic, path, { action: 'review', next_review_on: day(400) });
	assert.deepEqual((await tasksFor(w, id)).map((t) => t.state), ['DONE']);
});
