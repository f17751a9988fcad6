// The life situation as Observations: one of staff and one of the person for each domain, for whom the native read is.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { fhir, resources } from './lib/fhir.mjs';
import { consent, day, person, relate, team } from './outcome-steps.mjs';

const w = await world();
const ask = fhir(w);
const today = await day(w);
const [nav, housing, gp, lier] = ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'fastlege-demo:gp-1', 'lier-kommune:mh-1'];
const p = await person(w);
await relate(w, p, ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig']);
const round = (await w.api(team, 'POST', '/life-situations', { patient_id: p, observed_on: today, ratings: [
	{ domain: 'HOUSING', staff_level: 3, patient_level: 1, note: 'Uenige', housing: { type: 'RENTED_MUNICIPAL', from: '2025-09-01', contract: 'FIXED', eviction_notice: true } },
	{ domain: 'ECONOMY', patient_level: 2, economy: { main_income: 'AAP', rent_arrears: false } },
	{ domain: 'ACTIVITY', staff_level: 2, activity: { type: 'DAY_CENTRE', from: '2026-01-12', hours_per_week: 6.5, provider: 'Fontenehuset' } },
	{ domain: 'MENTAL', staff_level: 4 }] })).is(201).body;
const find = async (who, query = '') => resources((await ask(who, 'GET', `/Observation?patient=${p}&category=social-history&_count=200${query}`)).is(200).body);
const domain = (r) => r.code.coding[0].code;
const side = (r) => r.performer[0].reference.split('/')[0];
const named = (list) => list.map((r) => `${domain(r)} ${side(r)}`).sort();

describe('the life situation', () => {
	test('is what staff think and what the person thinks, of each domain by itself', async () => {
		const all = await find(team);
		assert.deepEqual(named(all), ['ACTIVITY Practitioner', 'ECONOMY Patient', 'ECONOMY Practitioner', 'HOUSING Patient', 'HOUSING Practitioner', 'MENTAL Practitioner']);
		const [theirs, own] = ['Practitioner', 'Patient'].map((who) => all.find((r) => domain(r) === 'HOUSING' && side(r) === who));
		assert.deepEqual([theirs.valueInteger, own.valueInteger, theirs.effectiveDateTime, theirs.status, theirs.subject.reference], [3, 1, today, 'final', `Patient/${p}`]);
		assert.deepEqual([theirs.performer[0].reference, own.performer[0].reference, theirs.note[0].text], [`Practitioner/${w.ids.staff[team]}`, `Patient/${p}`, 'Uenige']);
		assert.deepEqual([own.id[14], own.id.slice(15), own.component], ['8', theirs.id.slice(15), undefined]);
		for (const one of all) assert.deepEqual((await ask(team, 'GET', `/Observation/${one.id}`)).is(200).body, one);
	});
	test('tells its facts by code, day, number, yes or no, and words', async () => {
		const all = await find(team);
		const facts = (name) => Object.fromEntries(all.find((r) => domain(r) === name && side(r) === 'Practitioner').component.map((c) =>
			[c.code.coding[0].code, c.valueCodeableConcept?.coding[0].code ?? c.valueDateTime ?? c.valueQuantity?.value ?? c.valueBoolean ?? c.valueString]));
		assert.deepEqual(facts('HOUSING'), { 'housing.type': 'RENTED_MUNICIPAL', 'housing.from': '2025-09-01', 'housing.contract': 'FIXED', 'housing.eviction_notice': true });
		assert.deepEqual(facts('ACTIVITY'), { 'activity.type': 'DAY_CENTRE', 'activity.from': '2026-01-12', 'activity.hours_per_week': 6.5, 'activity.provider': 'Fontenehuset' });
		assert.deepEqual(facts('ECONOMY'), { 'economy.main_income': 'AAP', 'economy.rent_arrears': false });
		assert.equal(all.find((r) => domain(r) === 'ECONOMY' && side(r) === 'Practitioner').valueInteger, undefined);
	});
	test('is found by its domain, its day and who has rated', async () => {
		assert.deepEqual(named(await find(team, '&code=HOUSING')), ['HOUSING Patient', 'HOUSING Practitioner']);
		assert.deepEqual(named(await find(team, `&performer=Patient/${p}`)), ['ECONOMY Patient', 'HOUSING Patient']);
		assert.deepEqual([(await find(team, `&date=${today}`)).length, await find(team, '&date=lt2001')], [6, []]);
		const below = resources((await ask(team, 'GET', `/Patient/${p}/Observation?code=MENTAL`)).is(200).body);
		assert.deepEqual(named(below), ['MENTAL Practitioner']);
		const everything = resources((await ask(team, 'GET', `/Patient/${p}/$everything?_type=Observation`)).is(200).body);
		assert.deepEqual(named(everything), named(await find(team)));
	});
	test('is for NAV and the housing service what they have a consent to, without what others wrote', async () => {
		const [{ id }] = (await find(team, '&code=HOUSING')).filter((r) => side(r) === 'Practitioner');
		for (const who of [nav, housing]) {
			assert.equal((await ask(who, 'GET', `/Observation/${id}`)).is(403).body.issue[0].details.coding[0].code, 'consent_required');
			assert.equal((await ask(who, 'GET', `/Observation?patient=${p}`)).is(403).body.issue[0].details.coding[0].code, 'consent_required');
		}
		await consent(w, p, 'nav-drammen', ['WORK']);
		assert.deepEqual(named(await find(nav)), ['ACTIVITY Practitioner']);
		await consent(w, p, 'drammen-kommune', ['HOUSING']);
		assert.deepEqual(named(await find(housing)), ['HOUSING Patient', 'HOUSING Practitioner']);
		const seen = (await ask(housing, 'GET', `/Observation/${id}`)).is(200).body;
		assert.deepEqual([seen.note, seen.meta.tag[0].code, seen.valueInteger], [undefined, 'SUBSETTED', 3]);
		(await ask(nav, 'GET', `/Observation/${id}`)).is(404);
		assert.equal((await find(gp)).find((r) => r.id === id).note, undefined);
	});
	test('does not exist for who may not know the person, nor a side that nobody has rated', async () => {
		const [{ id }] = await find(team, '&code=MENTAL');
		const [there, nowhere] = [await ask(lier, 'GET', `/Observation/${id}`), await ask(lier, 'GET', `/Observation/${anyId()}`)];
		assert.deepEqual(there.is(404).body.issue[0].details, nowhere.is(404).body.issue[0].details);
		(await ask(team, 'GET', `/Observation/${id.slice(0, 14)}8${id.slice(15)}`)).is(404);
		const [log] = await w.sql('select patient_id, resource from access_log where request_id = $1', [(await ask(team, 'GET', `/Observation/${id}`)).headers['x-request-id']]);
		assert.deepEqual(log, { patient_id: p, resource: 'life-situations' });
	});
	test('is corrected as natively: what it was stands as an earlier version, each side for itself', async () => {
		const [before] = (await find(team, '&code=HOUSING')).filter((r) => side(r) === 'Patient');
		(await w.change(team, 'PATCH', `/life-situations/${round.id}`, { ratings: [{ domain: 'HOUSING', staff_level: 3, patient_level: 4 }], correction_reason: 'Feil tall' })).is(200);
		const now = (await ask(team, 'GET', `/Observation/${before.id}`)).is(200).body;
		assert.deepEqual([now.valueInteger, now.status, now.meta.versionId], [4, 'corrected', '2']);
		const history = resources((await ask(team, 'GET', `/Observation/${before.id}/_history`)).is(200).body);
		assert.deepEqual(history, [now, before]);
		(await w.change(team, 'PATCH', `/life-situations/${round.id}`, { entered_in_error: true, correction_reason: 'Feil person' })).is(200);
		assert.deepEqual([await find(team), (await find(team, '&status=entered-in-error')).length], [[], 6]);
	});
});
