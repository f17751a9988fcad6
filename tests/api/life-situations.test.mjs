// The life situation in eight domains: history, both sides' ratings, facts, episodes, and what each agency sees of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { consent, day, numberOf, person, relate, team } from './outcome-steps.mjs';

const w = await world();
const today = await day(w);
const nav = 'nav-drammen:nav-1';
const housing = 'drammen-kommune:ho-1';
const domains = ['HOUSING', 'ACTIVITY', 'ECONOMY', 'NETWORK', 'SOCIAL_FUNCTION', 'MENTAL', 'PHYSICAL', 'SUBSTANCE'];
const everyone = ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'];

const record = (who, patient, ratings, more = {}) =>
	w.api(who, 'POST', '/life-situations', { patient_id: patient, observed_on: today, ratings, ...more });
const made = async (...all) => (await record(...all)).is(201).body;
const full = (staff, patient) => domains.map((domain) => ({ domain, staff_level: staff, patient_level: patient }));
const now = async (who, patient) => (await w.api(who, 'GET', `/patients/${patient}/life-situation`)).is(200).body;
const named = (body) => body.domains.map((d) => d.domain);
const list = async (who, query) => (await w.api(who, 'GET', `/life-situations?${query}`)).is(200).body.items;

describe('a round', () => {
	test('keeps what staff and the person say apart, and tells which is red', async () => {
		const p = await person(w);
		const r = await made(team, p, [{ domain: 'HOUSING', staff_level: 3, patient_level: 1, note: 'Uenige' }, { domain: 'MENTAL', patient_level: 2 }]);
		assert.deepEqual(r.ratings, [{ domain: 'HOUSING', staff_level: 3, patient_level: 1, note: 'Uenige', red: true }, { domain: 'MENTAL', patient_level: 2, red: false }]);
		assert.deepEqual([r.full_staff, r.full_patient, r.by_patient, r.recorded_by], [false, false, false, w.ids.staff[team]]);
		const read = (await w.api(team, 'GET', `/life-situations/${r.id}`)).is(200);
		assert.deepEqual(read.body, r);
		(await w.api(team, 'GET', `/life-situations/${r.id}`, undefined, { 'if-none-match': read.etag })).is(304);
	});
	test('of all eight names the top need of whoever rated', async () => {
		const p = await person(w);
		assert.deepEqual((await record(team, p, full(1, 2))).is(422, 'invalid_value').pointers(), ['/top_need_patient', '/top_need_staff']);
		assert.deepEqual((await record(team, p, full(1, undefined))).is(422).pointers(), ['/top_need_staff']);
		const r = await made(team, p, full(1, 2), { top_need_staff: 'HOUSING', top_need_patient: 'NETWORK' });
		assert.deepEqual([r.full_staff, r.full_patient, r.top_need_staff, r.top_need_patient], [true, true, 'HOUSING', 'NETWORK']);
		const picture = await now(team, p);
		assert.deepEqual([named(picture), picture.top_need_staff, picture.top_need_patient, picture.top_needs_agree, picture.last_full_staff],
			[domains, 'HOUSING', 'NETWORK', false, today]);
	});
	test('is refused with every fault of it', async () => {
		const p = await person(w);
		const tomorrow = await day(w, 1);
		assert.deepEqual((await record(team, p, [{ domain: 'MENTAL' }, { domain: 'MENTAL', staff_level: 1 }], { observed_on: tomorrow })).is(422, 'invalid_value').pointers(),
			['/observed_on', '/ratings/0', '/ratings/1/domain']);
		assert.deepEqual((await record(team, p, [{ domain: 'HOUSING', staff_level: 1, housing: { type: 'OWNED', from: today, to: '2020-01-01' } }])).is(422, 'invalid_value').pointers(),
			['/ratings/0/housing/to']);
		assert.deepEqual((await record(team, p, [{ domain: 'MENTAL', staff_level: 1, housing: { type: 'OWNED', from: today }, economy: {} }])).is(422, 'invalid_value').pointers(),
			['/ratings/0/economy', '/ratings/0/housing']);
		(await record(team, p, [{ domain: 'MENTAL', staff_level: 5 }])).is(422, 'invalid_body');
		(await record(team, p, [])).is(422, 'invalid_body');
		(await w.api(team, 'POST', '/life-situations', { observed_on: today, ratings: [{ domain: 'MENTAL', staff_level: 1 }] })).is(422, 'missing_fact');
		(await record(team, anyId(), [{ domain: 'MENTAL', staff_level: 1 }])).is(422, 'unknown_reference');
	});
	test('is corrected by a version with its reason, by whose it is', async () => {
		const p = await person(w, {}, everyone);
		const r = await made(team, p, [{ domain: 'MENTAL', staff_level: 1 }, { domain: 'PHYSICAL', staff_level: 1 }]);
		const path = `/life-situations/${r.id}`;
		(await w.change(team, 'PATCH', path, { ratings: [{ domain: 'MENTAL', staff_level: 2 }] })).is(422, 'invalid_body');
		const fixed = (await w.change('drammen-dps:tm-1', 'PATCH', path, { ratings: [{ domain: 'MENTAL', staff_level: 4 }, { domain: 'NETWORK', staff_level: 0 }], correction_reason: 'Feil tall' })).is(200).body;
		assert.deepEqual(fixed.ratings.map((x) => [x.domain, x.staff_level]), [['NETWORK', 0], ['MENTAL', 4], ['PHYSICAL', 1]]);
		assert.deepEqual([fixed.version, fixed.correction_reason], [2, 'Feil tall']);
		(await w.api(team, 'PATCH', path, { observed_on: today, correction_reason: 'x' }, { 'if-match': '"1-0"' })).is(412);
		(await w.change('drammen-kommune:mh-1', 'PATCH', path, { observed_on: today, correction_reason: 'x' })).is(403, 'forbidden');
		const [{ at }] = await w.sql(`select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from row_history where entity_id = $1 and version = 1`, [r.id]);
		const past = (await w.api(team, 'GET', `${path}?as_of=${at}`)).is(200).body;
		assert.deepEqual([past.version, past.correction_reason, past.ratings.map((x) => [x.domain, x.staff_level])], [1, undefined, [['MENTAL', 1], ['PHYSICAL', 1]]]);
		(await w.api(team, 'GET', `${path}?as_of=2001-01-01T00:00:00Z`)).is(404);
		(await w.change(team, 'PATCH', path, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200);
		assert.deepEqual(await list(team, `patient_id=${p}`), []);
		assert.deepEqual((await now(team, p)).domains.filter((d) => d.staff), []);
	});
});

describe('the present picture', () => {
	test('has the last of each side, facts, and episodes that follow each other', async () => {
		const p = await person(w);
		const on = async (ago, ratings) => made(team, p, ratings, { observed_on: await day(w, -ago) });
		const shelter = { type: 'TEMPORARY_SHELTER', from: '2024-01-01' };
		const flat = { type: 'RENTED_MUNICIPAL', from: '2024-06-01', contract: 'FIXED', eviction_notice: false };
		await on(300, [{ domain: 'HOUSING', staff_level: 4, patient_level: 3, housing: shelter }]);
		await on(200, [{ domain: 'HOUSING', staff_level: 1, housing: flat }, { domain: 'ACTIVITY', staff_level: 2, activity: { type: 'DAY_CENTRE', from: '2024-03-01', to: '2024-05-01', hours_per_week: 4.5, provider: 'Aktivitetshuset' } }]);
		await on(100, [{ domain: 'HOUSING', staff_level: 2, housing: { ...flat, eviction_notice: true } }, { domain: 'NETWORK', patient_level: 3, network: { confidants: 0, family_contact: 'SOME', loneliness: 4 } }]);
		await on(150, [{ domain: 'ECONOMY', staff_level: 2, economy: { main_income: 'AAP', management: 'VOLUNTARY_NAV', debt_plan: true, rent_arrears: false } }]);
		const picture = await now(team, p);
		const one = (d) => picture.domains.find((x) => x.domain === d);
		assert.deepEqual([one('HOUSING').staff.level, one('HOUSING').staff.observed_on, one('HOUSING').patient.level], [2, await day(w, -100), 3]);
		assert.deepEqual(one('HOUSING').housing, { ...flat, eviction_notice: true });
		assert.deepEqual(one('HOUSING').episodes, [{ type: 'TEMPORARY_SHELTER', from: '2024-01-01', to: '2024-06-01' }, { type: 'RENTED_MUNICIPAL', from: '2024-06-01' }]);
		assert.deepEqual(one('ACTIVITY').episodes, [{ type: 'DAY_CENTRE', from: '2024-03-01', to: '2024-05-01' }]);
		assert.deepEqual([one('ECONOMY').economy.main_income, one('NETWORK').network.loneliness, one('NETWORK').staff, one('SUBSTANCE')], ['AAP', 4, undefined, { domain: 'SUBSTANCE' }]);
		const etag = (await w.api(team, 'GET', `/patients/${p}/life-situation`)).etag;
		(await w.api(team, 'GET', `/patients/${p}/life-situation`, undefined, { 'if-none-match': etag })).is(304);
	});
	test('and its history: filters, order and cursor', async () => {
		const p = await person(w);
		for (const ago of [30, 10, 20]) await made(team, p, [{ domain: ago === 20 ? 'MENTAL' : 'HOUSING', staff_level: 1 }], { observed_on: await day(w, -ago) });
		const days = [await day(w, -10), await day(w, -20), await day(w, -30)];
		assert.deepEqual((await list(team, `patient_id=${p}`)).map((r) => r.observed_on), days);
		assert.deepEqual((await list(team, `patient_id=${p}&domain=MENTAL`)).map((r) => r.observed_on), [days[1]]);
		assert.deepEqual((await list(team, `patient_id=${p}&from=${days[1]}`)).map((r) => r.observed_on), days.slice(0, 2));
		assert.deepEqual((await list(team, `patient_id=${p}&to=${days[1]}`)).map((r) => r.observed_on), days.slice(1));
		const page = (await w.api(team, 'GET', `/life-situations?patient_id=${p}&limit=2`)).is(200).body;
		assert.deepEqual((await w.api(team, 'GET', page.links.next)).is(200).body.items.map((r) => r.observed_on), days.slice(2));
		assert.equal((await list(team, 'limit=200')).filter((r) => r.patient_id === p).length, 3);
	});
});

describe('NAV has economy and activity, the housing service housing, with consent and no more', async () => {
	const p = await person(w, {}, everyone);
	const whole = await made(team, p, full(2, 1).map((r) => ({ ...r, note: 'Fra teamet' })), { top_need_staff: 'MENTAL', top_need_patient: 'MENTAL' });
	const mental = await made(team, p, [{ domain: 'MENTAL', staff_level: 4 }]);
	test('without consent nothing, read or written', async () => {
		for (const [who, domain] of [[nav, 'ECONOMY'], [housing, 'HOUSING']]) {
			(await w.api(who, 'GET', `/life-situations?patient_id=${p}`)).is(403, 'consent_required');
			(await w.api(who, 'GET', `/life-situations/${whole.id}`)).is(403, 'consent_required');
			(await w.api(who, 'GET', `/patients/${p}/life-situation`)).is(403, 'consent_required');
			(await record(who, p, [{ domain, staff_level: 1 }])).is(403, 'consent_required');
			assert.deepEqual(await list(who, 'limit=200'), []);
		}
	});
	test('with consent their domains, without what others wrote and without top needs', async () => {
		await consent(w, p, 'nav-drammen', ['WORK']);
		assert.deepEqual(named(await now(nav, p)), ['ACTIVITY']);
		await consent(w, p, 'nav-drammen', ['ECONOMY']);
		await consent(w, p, 'drammen-kommune', ['HOUSING']);
		for (const [who, own] of [[nav, ['ACTIVITY', 'ECONOMY']], [housing, ['HOUSING']]]) {
			const seen = (await w.api(who, 'GET', `/life-situations/${whole.id}`)).is(200).body;
			assert.deepEqual(seen.ratings.map((r) => r.domain), own);
			assert.deepEqual([seen.top_need_staff, seen.top_need_patient, seen.ratings[0].note], [undefined, undefined, undefined]);
			const picture = await now(who, p);
			assert.deepEqual([named(picture), picture.top_need_staff, picture.last_full_staff], [own, undefined, undefined]);
			assert.deepEqual((await list(who, `patient_id=${p}`)).map((r) => r.id), [whole.id]);
			(await w.api(who, 'GET', `/life-situations/${mental.id}`)).is(404);
			const past = (await w.api(who, 'GET', `/life-situations/${whole.id}?as_of=${new Date(Date.now() + 60_000).toISOString()}`)).is(200).body;
			assert.deepEqual([past.ratings.map((r) => r.domain), past.top_need_staff], [own, undefined]);
		}
	});
	test('and write those alone', async () => {
		const r = await made(nav, p, [{ domain: 'ECONOMY', staff_level: 3, note: 'Gjeld', economy: { main_income: 'SOCIAL_ASSISTANCE', rent_arrears: true } }]);
		assert.equal(r.ratings[0].note, 'Gjeld');
		(await w.change(nav, 'PATCH', `/life-situations/${r.id}`, { ratings: [{ domain: 'ACTIVITY', staff_level: 1 }], correction_reason: 'Mer' })).is(200);
		assert.equal((await now(team, p)).domains.find((d) => d.domain === 'ECONOMY').economy.rent_arrears, true);
		await made(housing, p, [{ domain: 'HOUSING', staff_level: 2 }]);
		for (const [who, domain] of [[nav, 'HOUSING'], [nav, 'MENTAL'], [housing, 'ECONOMY'], [housing, 'SUBSTANCE']])
			(await record(who, p, [{ domain, staff_level: 1 }])).is(403, 'forbidden');
		(await w.change(nav, 'PATCH', `/life-situations/${whole.id}`, { ratings: [{ domain: 'ECONOMY', staff_level: 0 }], correction_reason: 'x' })).is(403, 'forbidden');
	});
	test('the daemon\'s role itself shows them no other rows', async () => {
		const seen = await w.asService(async (c) => {
			for (const [name, value] of Object.entries({ agency_id: w.ids.agency['nav-drammen'], unit_ids: `{${w.ids.unit['nav-drammen:kontor']}}`, staff_id: w.ids.staff[nav], role: 'NAV', gates: 'c', admitted: p }))
				await c.query('select set_config($1, $2, true)', [`app.${name}`, value]);
			return (await c.query('select distinct domain from life_rating order by domain')).rows.map((r) => r.domain);
		});
		assert.deepEqual(seen, ['ACTIVITY', 'ECONOMY']);
	});
	test('when the consent is withdrawn it is over', async () => {
		await w.sql(`update consent set state = 'WITHDRAWN' where patient_id = $1`, [p]);
		(await w.api(nav, 'GET', `/life-situations?patient_id=${p}`)).is(403, 'consent_required');
	});
});

describe('the others', () => {
	test('the GP and the team\'s other members see no notes, municipal staff all', async () => {
		const p = await person(w, {}, everyone);
		const r = await made(team, p, [{ domain: 'MENTAL', staff_level: 3, note: 'Fortrolig' }]);
		for (const [who, note] of [['fastlege-demo:gp-1', undefined], ['drammen-kommune:mh-1', 'Fortrolig'], ['drammen-dps:dps-1', 'Fortrolig'], ['drammen-kommune:ko-1', 'Fortrolig']])
			assert.equal((await w.api(who, 'GET', `/life-situations/${r.id}`)).is(200).body.ratings[0].note, note, who);
		for (const who of ['fastlege-demo:gp-1', 'drammen-dps:dps-1', 'drammen-kommune:ko-1']) (await record(who, p, [{ domain: 'MENTAL', staff_level: 1 }])).is(403, 'forbidden');
		await made('drammen-kommune:mh-1', p, [{ domain: 'PHYSICAL', staff_level: 1 }]);
		await made('drammen-dps:tm-3', p, [{ domain: 'ACTIVITY', staff_level: 1, note: 'Egen' }]);
		(await w.api('politi-demo:po-1', 'GET', `/life-situations/${r.id}`)).is(403, 'forbidden');
		(await w.api('lier-kommune:mh-1', 'GET', `/life-situations/${r.id}`)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', `/patients/${p}/life-situation`)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', `/life-situations?patient_id=${p}`)).is(404);
	});
	test('a coordinator sees the persons of the own plans', async () => {
		const p = await person(w, {}, ['drammen-kommune:koordinering']);
		const r = await made(team, p, [{ domain: 'MENTAL', staff_level: 3 }]);
		(await w.api('drammen-kommune:co-1', 'GET', `/life-situations/${r.id}`)).is(404);
		await relate(w, p, ['drammen-kommune:koordinering'], 'PLAN');
		(await w.api('drammen-kommune:co-1', 'GET', `/life-situations/${r.id}`)).is(200);
		assert.deepEqual((await list('drammen-kommune:co-1', '')).map((x) => x.id), [r.id]);
	});
	test('the person rates for themselves, and reads both sides', async () => {
		const p = await person(w, { national_id: numberOf('PT') });
		const staff = await made(team, p, [{ domain: 'MENTAL', staff_level: 3, note: 'Fra teamet' }]);
		const mine = (await w.api('citizen:pt-1', 'POST', '/life-situations', { observed_on: today, ratings: domains.map((domain) => ({ domain, patient_level: 1, note: 'Sånn er det' })), top_need_patient: 'NETWORK' })).is(201).body;
		assert.deepEqual([mine.patient_id, mine.by_patient, mine.full_patient, mine.owner_agency_id, mine.ratings[0].note], [p, true, true, undefined, 'Sånn er det']);
		assert.deepEqual((await list('citizen:pt-1', '')).map((r) => r.id).sort(), [staff.id, mine.id].sort());
		assert.equal((await now('citizen:pt-1', p)).top_need_patient, 'NETWORK');
		const refused = (body) => w.api('citizen:pt-1', 'POST', '/life-situations', { observed_on: today, ...body });
		assert.deepEqual((await refused({ ratings: [{ domain: 'HOUSING', staff_level: 1, patient_level: 1, housing: { type: 'OWNED', from: today } }], top_need_staff: 'HOUSING' })).is(422, 'invalid_value').pointers(),
			['/ratings/0/housing', '/ratings/0/staff_level', '/top_need_staff']);
		(await w.change('citizen:pt-1', 'PATCH', `/life-situations/${mine.id}`, { ratings: [{ domain: 'MENTAL', patient_level: 3 }], correction_reason: 'Ombestemt' })).is(200);
		(await w.change('citizen:pt-1', 'PATCH', `/life-situations/${staff.id}`, { ratings: [{ domain: 'MENTAL', patient_level: 0 }], correction_reason: 'x' })).is(403, 'forbidden');
		(await w.change(team, 'PATCH', `/life-situations/${mine.id}`, { ratings: [{ domain: 'MENTAL', patient_level: 0 }], correction_reason: 'x' })).is(403, 'forbidden');
		(await w.api('citizen:pt-1', 'GET', `/life-situations?patient_id=${await person(w)}`)).is(404);
	});
});
