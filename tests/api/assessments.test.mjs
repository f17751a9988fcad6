// Assessments: recorded, scored, corrected, compared with the baseline, and who sees how much of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { day, enrol, items, numberOf, person, relate, team } from './outcome-steps.mjs';

const w = await world();
const today = await day(w);
const colleague = 'drammen-dps:tm-1';
const rater = w.ids.staff[colleague];
const everyone = ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'];
const patient = await person(w, { sex: 'FEMALE' }, everyone);

const record = (body, who = team, headers = {}) => w.api(who, 'POST', '/assessments', { patient_id: patient, occasion: 'EXTRA', assessed_on: today, ...body }, headers);
const made = async (body, who) => (await record(body, who)).is(201).body;
const faults = async (body) => (await record(body)).is(422).pointers();
const honos = (value, more = {}) => ({ instrument_code: 'HONOS', rater_staff_id: rater, items: { ...items('H', 12, value), ...more } });

describe('recording', () => {
	test('scores by the instrument and keeps who rated and who recorded', async () => {
		const a = await made(honos(1, { H6: 3, H12: 9 }));
		assert.deepEqual([a.total, a.answered, a.subscales.SYMPTOM, a.instrument_version, a.version], [13, 11, 5, '1.0', 1]);
		assert.deepEqual([a.rater_staff_id, a.recorded_by, a.declined, a.entered_in_error], [rater, w.ids.staff[team], false, false]);
		assert.deepEqual(a.thresholds, [{ code: 'SIGNIFICANT', reached: true, items: ['H6'] }]);
		const read = (await w.api(colleague, 'GET', `/assessments/${a.id}`)).is(200);
		assert.deepEqual(read.body, a);
		(await w.api(colleague, 'GET', `/assessments/${a.id}`, undefined, { 'if-none-match': read.etag })).is(304);
	});
	test('names every faulty item at once', async () => {
		assert.deepEqual(await faults({ instrument_code: 'AUDIT', items: { ...items('A', 8, 1), A9: 1, A10: 3, X1: 1 } }), ['/items/A10', '/items/A9', '/items/X1']);
		assert.deepEqual(await faults({ instrument_code: 'HONOS', items: { ...items('H', 11, 5) } }),
			[...Object.keys(items('H', 12, 0)).map((k) => `/items/${k}`), '/rater_staff_id'].sort());
	});
	test('refuses a total that is not what the answers give', async () => {
		assert.equal((await made({ instrument_code: 'QPR15', items: items('Q', 15, 2), total: 30 })).total, 30);
		assert.deepEqual(await faults({ instrument_code: 'QPR15', items: items('Q', 15, 2), total: 31 }), ['/total']);
		assert.deepEqual(await faults({ instrument_code: 'MANSA', items: items('S', 8, 4), total: 4 }), ['/total']);
		assert.equal((await made({ instrument_code: 'MANSA', items: items('S', 9, 4), total: 4 })).total, 4);
	});
	test('needs a known instrument and version, a rater for clinicians\' scales, a day that has been', async () => {
		assert.deepEqual(await faults({ instrument_code: 'PSFS', items: {} }), ['/instrument_code']);
		assert.deepEqual(await faults({ instrument_code: 'PSF', instrument_version: '99', items: {} }), ['/instrument_version']);
		assert.equal((await made({ instrument_code: 'PSF', instrument_version: '32', rater_staff_id: rater, items: items('P', 32, 4) })).total, 128);
		assert.deepEqual(await faults({ instrument_code: 'GAF_S', items: { GAF_S: 50 } }), ['/rater_staff_id']);
		assert.deepEqual(await faults({ instrument_code: 'GAF_S', items: { GAF_S: 50 }, rater_staff_id: anyId() }), ['/rater_staff_id']);
		assert.deepEqual(await faults({ instrument_code: 'QPR15', items: items('Q', 15, 2), assessed_on: await day(w, 1) }), ['/assessed_on']);
		assert.deepEqual(await faults({ instrument_code: 'IPS25', items: items('I', 25, 3) }), ['/instrument_code']);
	});
	test('who declined has no answers', async () => {
		const a = await made({ instrument_code: 'HONOS', declined: true });
		assert.deepEqual([a.declined, a.items, a.total, a.answered, a.thresholds], [true, {}, undefined, 0, []]);
		assert.deepEqual(await faults({ ...honos(1), declined: true }), ['/items']);
	});
	test('DUDIT\'s threshold goes by the sex on record', async () => {
		const two = { ...items('D', 11, 0), D1: 2 };
		const problem = async (sex) => {
			const p = await person(w, sex ? { sex } : {});
			return (await made({ patient_id: p, instrument_code: 'DUDIT', items: two })).thresholds.find((t) => t.code === 'PROBLEM').reached;
		};
		assert.deepEqual([await problem('FEMALE'), await problem('MALE'), await problem(null)], [true, false, undefined]);
	});
	test('twice with one key is once', async () => {
		const key = { 'idempotency-key': anyId() };
		const body = { instrument_code: 'QPR15', items: items('Q', 15, 1) };
		assert.equal((await record(body, team, key)).is(201).body.id, (await record(body, team, key)).is(201).body.id);
	});
});

describe('the baseline', () => {
	test('lies within sixty days of the enrolment', async () => {
		const p = await person(w);
		const baseline = (on) => record({ ...honos(2), patient_id: p, occasion: 'BASELINE', assessed_on: on });
		assert.deepEqual((await baseline(today)).is(422, 'invalid_value').pointers(), ['/occasion']);
		const enrolment = await enrol(w, p, 100);
		for (const [age, fits] of [[41, true], [40, true], [39, false], [0, false], [160, true], [161, false]]) {
			const r = await baseline(await day(w, -age));
			if (fits) assert.equal(r.is(201).body.enrolment_id, enrolment);
			else assert.deepEqual(r.is(422, 'invalid_value').pointers(), ['/occasion'], `${age} days ago`);
		}
	});
	test('later ones say how far they are from it, whether for the better, and whether by more than chance', async () => {
		const p = await person(w);
		await enrol(w, p, 400);
		const at = async (ago, occasion, body) => made({ ...body, patient_id: p, occasion, assessed_on: await day(w, -ago) });
		const first = await at(395, 'BASELINE', honos(2));
		assert.equal(first.delta, undefined);
		const better = await at(30, 'M12', honos(2, { H6: 0, H7: 0, H8: 1 }));
		assert.deepEqual(better.delta, { baseline_id: first.id, baseline_on: await day(w, -395), total: -5, better: true, reliable: true,
			subscales: { BEHAVIOUR: 0, IMPAIRMENT: 0, SYMPTOM: -5, SOCIAL: 0 } });
		const worse = await at(29, 'EXTRA', honos(2, { H1: 4 }));
		assert.deepEqual([worse.delta.total, worse.delta.better, worse.delta.reliable], [2, false, false]);
		const same = await at(28, 'EXTRA', honos(2));
		assert.deepEqual([same.delta.total, same.delta.better], [0, undefined]);
		const qol = await at(395, 'BASELINE', { instrument_code: 'MANSA', items: items('S', 12, 3) });
		const later = await at(20, 'M12', { instrument_code: 'MANSA', items: { ...items('S', 12, 3), S1: 6 } });
		assert.deepEqual([later.delta.baseline_id, later.delta.total, later.delta.better, later.delta.reliable], [qol.id, 0.25, true, undefined]);
		assert.equal((await at(10, 'M12', { instrument_code: 'HONOS', declined: true })).delta, undefined);
		(await w.change(team, 'PATCH', `/assessments/${first.id}`, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200);
		assert.equal((await w.api(team, 'GET', `/assessments/${better.id}`)).is(200).body.delta, undefined);
	});
});

describe('correcting', () => {
	test('makes a version with a reason; the earlier one can still be read', async () => {
		const a = await made(honos(1));
		const path = `/assessments/${a.id}`;
		(await w.change(team, 'PATCH', path, { items: items('H', 12, 2) })).is(422, 'invalid_body');
		assert.deepEqual((await w.change(team, 'PATCH', path, { items: items('H', 12, 7), correction_reason: 'x' })).is(422).pointers().length, 12);
		const fixed = (await w.change(colleague, 'PATCH', path, { items: items('H', 12, 2), note: 'Ny', correction_reason: 'Skrivefeil' })).is(200).body;
		assert.deepEqual([fixed.total, fixed.version, fixed.correction_reason, fixed.note], [24, 2, 'Skrivefeil', 'Ny']);
		(await w.api(team, 'PATCH', path, { note: null, correction_reason: 'x' }, { 'if-match': '"1-0"' })).is(412, 'version_mismatch');
		const [{ at }] = await w.sql(`select to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from row_history where entity_id = $1 and version = 1`, [a.id]);
		assert.deepEqual((await w.api(team, 'GET', `${path}?as_of=${at}`)).is(200).body.total, 12);
		(await w.api(team, 'GET', `${path}?as_of=2001-01-01T00:00:00Z`)).is(404);
	});
	test('what was entered in error counts nowhere and is not listed', async () => {
		const a = await made(honos(3));
		assert.equal((await w.change(team, 'PATCH', `/assessments/${a.id}`, { entered_in_error: true, correction_reason: 'Feil pasient' })).is(200).body.entered_in_error, true);
		assert.ok(!(await w.api(team, 'GET', `/assessments?patient_id=${patient}&limit=200`)).is(200).body.items.some((i) => i.id === a.id));
	});
});

describe('who sees what', () => {
	test('the list: filters, order, cursor, and those of one\'s own persons alone', async () => {
		const p = await person(w);
		const enrolment = await enrol(w, p, 200);
		for (const ago of [3, 1, 2]) await made({ ...honos(1), patient_id: p, assessed_on: await day(w, -ago) });
		await made({ patient_id: p, instrument_code: 'QPR15', items: items('Q', 15, 1), occasion: 'M06' });
		const list = async (query, who = team) => (await w.api(who, 'GET', `/assessments?${query}`)).is(200).body;
		const all = (await list(`patient_id=${p}`)).items;
		assert.deepEqual(all.map((a) => a.assessed_on), [today, await day(w, -1), await day(w, -2), await day(w, -3)]);
		assert.deepEqual((await list(`patient_id=${p}&instrument_code=QPR15`)).items.length, 1);
		assert.deepEqual((await list(`patient_id=${p}&occasion=EXTRA`)).items.length, 3);
		assert.deepEqual((await list(`enrolment_id=${enrolment}`)).items.length, 4);
		const page = await list(`patient_id=${p}&limit=2`);
		assert.deepEqual((await w.api(team, 'GET', page.links.next)).is(200).body.items.map((a) => a.id), all.slice(2).map((a) => a.id));
		assert.ok((await list('limit=200')).items.some((a) => a.patient_id === patient));
		assert.deepEqual((await list('limit=200', 'drammen-kommune:tl-1')).items.filter((a) => a.patient_id === p), []);
		assert.ok((await list('limit=200', 'drammen-kommune:mh-1')).items.some((a) => a.patient_id === patient));
	});
	test('clinicians all of it, municipality and GP the scores, NAV, housing and others nothing', async () => {
		const a = await made({ ...honos(2), note: 'Om samtalen' });
		const path = `/assessments/${a.id}`;
		const full = (await w.api('drammen-dps:dps-1', 'GET', path)).is(200).body;
		assert.deepEqual([full.items, full.note], [a.items, 'Om samtalen']);
		for (const who of ['drammen-kommune:mh-1', 'fastlege-demo:gp-1']) {
			const scores = (await w.api(who, 'GET', path)).is(200).body;
			assert.deepEqual([scores.total, scores.items, scores.note, scores.thresholds], [24, undefined, undefined, [{ code: 'SIGNIFICANT', reached: true }]]);
			(await w.change(who, 'PATCH', path, { note: 'x', correction_reason: 'x' })).is(403, 'forbidden');
			(await record(honos(1), who)).is(403, 'forbidden');
		}
		for (const who of ['nav-drammen:nav-1', 'drammen-kommune:ho-1', 'drammen-dps:tm-3', 'drammen-kommune:co-1', 'politi-demo:po-1']) {
			(await w.api(who, 'GET', path)).is(403, 'forbidden');
			(await w.api(who, 'GET', '/assessments')).is(403, 'forbidden');
		}
	});
	test('the person reads their own and nobody else\'s', async () => {
		const own = await person(w, { national_id: numberOf('PT') });
		const mine = await made({ ...honos(2), patient_id: own });
		const theirs = await made(honos(2));
		assert.deepEqual((await w.api('citizen:pt-1', 'GET', `/assessments/${mine.id}`)).is(200).body.items, mine.items);
		assert.deepEqual((await w.api('citizen:pt-1', 'GET', '/assessments')).is(200).body.items.map((a) => a.id), [mine.id]);
		(await w.api('citizen:pt-1', 'GET', `/assessments/${theirs.id}`)).is(404);
		(await w.api('citizen:pt-1', 'GET', `/assessments?patient_id=${patient}`)).is(404);
		(await record({ ...honos(1), patient_id: own }, 'citizen:pt-1')).is(403, 'forbidden');
	});
	test('a person who is not known, or has objected', async () => {
		const a = await made(honos(1));
		(await w.api('lier-kommune:mh-1', 'GET', `/assessments/${a.id}`)).is(404);
		(await w.api('lier-kommune:mh-1', 'GET', `/assessments?patient_id=${patient}`)).is(404);
		const [hidden, random] = [await record({ ...honos(1), patient_id: await person(w) }, 'drammen-kommune:tl-1'), await record({ ...honos(1), patient_id: anyId() }, 'drammen-kommune:tl-1')];
		assert.deepEqual([hidden.is(422, 'unknown_reference').body.errors, hidden.pointers()], [random.is(422).body.errors, ['/patient_id']]);
		const p = await person(w, {}, ['fastlege-demo:kontor']);
		const b = await made({ ...honos(1), patient_id: p });
		await w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id) select gen_random_uuid(), $1, 'RESOURCE_TYPES', '{assessments}', 'AGENCY', $2`,
			[p, w.ids.agency['fastlege-demo']]);
		(await w.api('fastlege-demo:gp-1', 'GET', `/assessments/${b.id}`)).is(403, 'blocked');
		(await w.api('fastlege-demo:gp-1', 'GET', `/assessments?patient_id=${p}`)).is(403, 'blocked');
		assert.deepEqual((await w.api('fastlege-demo:gp-1', 'GET', '/assessments?limit=200')).is(200).body.items.filter((x) => x.patient_id === p), []);
		await relate(w, p, ['drammen-kommune:mottak']);
		(await w.api('drammen-kommune:mh-1', 'GET', `/assessments/${b.id}`)).is(200);
	});
	test('breaking the glass reads it', async () => {
		const p = await person(w);
		const a = await made({ ...honos(1), patient_id: p });
		const glass = w.token('drammen-dps:dps-2', { claims: { purpose_of_use: 'BTG' } });
		(await w.api(glass, 'GET', `/assessments/${a.id}`)).is(404);
		(await w.api('drammen-dps:dps-2', 'POST', '/emergency-accesses', { patient_id: p, reason: 'Akutt forverring, svarer ikke' })).is(201);
		(await w.api(glass, 'GET', `/assessments/${a.id}`)).is(200);
		(await w.api(glass, 'GET', `/assessments?patient_id=${p}`)).is(200);
	});
});
