// References into agencies' own record systems: where something stands, never what stands there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const nav = 'nav-drammen:nav-1';
const person = await makePerson(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor'], self: true });
let serial = 0;
const body = () => ({ patient_id: person, system: 'DIPS', record_id: `N-${++serial}`, record_type: 'NOTE', record_date: '2026-03-01' });
const post = (who, changes = {}) => w.api(who, 'POST', '/external-records', { ...body(), ...changes });
const made = async (changes, who = team) => (await post(who, changes)).is(201).body;
const items = async (who, query = '') => (await w.api(who, 'GET', `/external-records?limit=200${query}`)).is(200).body.items;

describe('a reference', () => {
	test('names system, id, type and date, once', async () => {
		const r = await made({ record_id: 'N-2026-1' });
		assert.deepEqual([r.system, r.record_id, r.record_type, r.record_date, r.owner_agency_id, r.registered_by],
			['DIPS', 'N-2026-1', 'NOTE', '2026-03-01', w.ids.agency['drammen-dps'], w.ids.staff[team]]);
		(await post(team, { record_id: 'N-2026-1' })).is(409, 'conflict');
		(await post(team, { record_id: 'N-2026-1', patient_id: await makePerson(w) })).is(409, 'conflict');
		assert.equal((await made({ record_id: 'N-2026-1', system: 'COSDOC' }, 'drammen-kommune:mh-1')).owner_agency_id, w.ids.agency['drammen-kommune']);
		const gone = (await step(w, 'drammen-dps:tl-1', `/external-records/${r.id}`, { action: 'retract', reason: 'Feil person' })).is(200).body;
		assert.deepEqual([gone.status, gone.retracted_reason], ['RETRACTED', 'Feil person']);
		await made({ record_id: 'N-2026-1' });
	});

	test('holds no content, no future date and no strange id', async () => {
		(await post(team, { content: 'Pasienten sier' })).is(422, 'invalid_body');
		(await post(team, { record_id: 'en hel setning' })).is(422, 'invalid_body');
		(await post(team, { record_date: '2999-01-01' })).is(422, 'invalid_value');
		(await post(team, { patient_id: anyId() })).is(422, 'unknown_reference');
	});

	test('is found by person, system, type and state, page by page', async () => {
		await made({ record_type: 'LAB', record_date: '2026-02-01' });
		const all = await items(team, `&patient_id=${person}`);
		assert.deepEqual(all.map((r) => r.record_date), [...all.map((r) => r.record_date)].sort().reverse());
		for (const [query, fits] of [['system=COSDOC', (r) => r.system === 'COSDOC'], ['record_type=LAB', (r) => r.record_type === 'LAB'], ['status=RETRACTED', (r) => r.status === 'RETRACTED']]) {
			const some = await items(team, `&${query}`);
			assert.ok(some.length > 0 && some.every(fits), query);
		}
		const page = (await w.api(team, 'GET', `/external-records?patient_id=${person}&limit=2`)).is(200).body;
		assert.deepEqual((await w.api(team, 'GET', page.links.next)).is(200).body.items.map((r) => r.id), all.slice(2, 4).map((r) => r.id));
	});
});

describe('who sees it', () => {
	test('health care in relation, the person, and nobody else', async () => {
		const r = await made();
		for (const who of [team, 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1']) (await w.api(who, 'GET', `/external-records/${r.id}`)).is(200);
		assert.equal((await w.api('citizen:pt-1', 'GET', `/external-records/${r.id}`)).is(200).body.registered_by, undefined);
		for (const who of ['drammen-kommune:ho-1', 'drammen-kommune:co-1', 'politi-demo:po-1', 'citizen:re-1', 'drammen-dps:qm-1', 'drammen-dps:tm-3']) {
			(await w.api(who, 'GET', `/external-records/${r.id}`)).is(403, 'forbidden');
			(await w.api(who, 'GET', '/external-records')).is(403, 'forbidden');
		}
		(await w.api('lier-kommune:mh-1', 'GET', `/external-records/${r.id}`)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', `/external-records?patient_id=${person}`)).is(404);
		assert.deepEqual(await items('lier-kommune:mh-1'), []);
	});

	test('NAV with consent, and only what NAV has registered', async () => {
		const ours = await made();
		(await w.api(nav, 'GET', `/external-records/${ours.id}`)).is(403, 'consent_required');
		(await post(nav, { system: 'MODIA' })).is(403, 'consent_required');
		assert.deepEqual(await items(nav), []);
		await consentTo(w, person, 'nav-drammen');
		const theirs = await made({ system: 'MODIA', record_type: 'DECISION' }, nav);
		(await w.api(nav, 'GET', `/external-records/${ours.id}`)).is(404);
		assert.deepEqual((await items(nav)).map((r) => r.id), [theirs.id]);
		assert.ok((await items(team)).some((r) => r.id === theirs.id));
	});

	test('an objection closes it', async () => {
		const r = await made();
		(await w.api(team, 'POST', `/patients/${person}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['external-records'], against: 'STAFF', against_id: w.ids.staff['drammen-dps:tm-2'] })).is(201);
		(await w.api('drammen-dps:tm-2', 'GET', `/external-records/${r.id}`)).is(403, 'blocked');
		assert.deepEqual(await items('drammen-dps:tm-2'), []);
	});
});

test('every step from every state by every role', async () => {
	const own = [team, 'drammen-dps:tl-1', 'drammen-dps:dps-1'];
	const others = ['drammen-kommune:mh-1', 'fastlege-demo:gp-1'];
	const force = async (id, s) => (await w.sql(`update external_record set state = $2, retracted_reason = case when $2 = 'RETRACTED' then 'x' end where id = $1 returning version`, [id, s]))[0].version;
	const people = [...own.map((as) => ({ as, standing: ['own_agency'] })), ...others.map((as) => ({ as })), { as: nav, hidden: true }, ...refused(...own, ...others, nav)];
	await walk(w, { machine: 'external-records', path: '/external-records', make: () => made(), force, body: () => ({ reason: 'Feil' }), people });
	for (const who of [nav, ...others]) {
		const r = await made({ system: 'OTHER' }, who);
		assert.equal((await step(w, who, `/external-records/${r.id}`, { action: 'retract', reason: 'Feil' })).is(200).body.status, 'RETRACTED');
	}
});
