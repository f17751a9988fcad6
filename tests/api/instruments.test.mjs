// Instruments as data, and their scoring by published vectors.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { items } from './outcome-steps.mjs';

const w = await world();
const anyone = 'nav-drammen:nav-1';
const score = (code, body) => w.api(anyone, 'POST', `/instruments/${code}/scores`, body);
const scored = async (code, given, more = {}) => (await score(code, { items: given, ...more })).is(200).body;
const refused = async (code, given, more = {}) => (await score(code, { items: given, ...more })).is(422, 'invalid_value').pointers();
const places = (letter, first, last) => Object.keys(items(letter, last, 0, first)).map((k) => `/items/${k}`).sort();
const reached = (result) => result.thresholds.filter((t) => t.reached).map((t) => t.code);

describe('the list', () => {
	test('has every instrument with items, scales, direction and licence, and no item texts', async () => {
		const { items: all } = (await w.api(anyone, 'GET', '/instruments?current=true')).is(200).body;
		assert.deepEqual(all.map((i) => i.code), ['AUDIT', 'BPLAN', 'DIALOG', 'DUDIT', 'ENGAGEMENT', 'GAF_F', 'GAF_S', 'GBO', 'HONOS', 'IPS25', 'MANSA', 'PSF', 'QPR15', 'REQOL10', 'REQOL20']);
		for (const i of all) {
			assert.ok(i.items.length > 0 && i.licence.note && i.current);
			for (const item of i.items) assert.deepEqual(Object.keys(item).sort(), ['allowed', 'code', 'required']);
		}
		const count = Object.fromEntries(all.map((i) => [i.code, i.items.length]));
		assert.deepEqual(count, { AUDIT: 10, BPLAN: 8, DIALOG: 11, DUDIT: 11, ENGAGEMENT: 2, GAF_F: 1, GAF_S: 1, GBO: 3, HONOS: 12, IPS25: 25, MANSA: 16, PSF: 28, QPR15: 15, REQOL10: 11, REQOL20: 21 });
		assert.deepEqual(all.filter((i) => i.licence.required).map((i) => i.code), ['REQOL10', 'REQOL20']);
	});
	test('one of them, in its current and in an earlier version', async () => {
		assert.equal((await w.api(anyone, 'GET', '/instruments/PSF')).is(200).body.items.length, 28);
		const old = (await w.api(anyone, 'GET', '/instruments/PSF?version=32')).is(200).body;
		assert.deepEqual([old.items.length, old.current, old.scales.length], [32, false, 9]);
		(await w.api(anyone, 'GET', '/instruments/PSF?version=99')).is(404);
		(await w.api(anyone, 'GET', '/instruments/PSFS')).is(404); // another, physiotherapists' scale
		assert.deepEqual((await w.api(anyone, 'GET', '/instruments?current=false')).is(200).body.items.map((i) => `${i.code} ${i.version}`), ['PSF 32']);
	});
});

describe('AUDIT', () => {
	test('sums ten items, hazardous from 8', async () => {
		assert.equal((await scored('AUDIT', items('A', 10, 4))).total, 40);
		const seven = await scored('AUDIT', { ...items('A', 10, 0), A1: 3, A2: 4 });
		assert.deepEqual([seven.total, seven.subscales, reached(seven)], [7, { CONSUMPTION: 7 }, []]);
		assert.deepEqual(reached(await scored('AUDIT', { ...items('A', 10, 0), A1: 4, A9: 4 })), ['HAZARDOUS']);
	});
	test('the last two are 0, 2 or 4', async () => {
		for (const value of [0, 2, 4]) assert.equal((await scored('AUDIT', { ...items('A', 8, 1), A9: value, A10: value })).total, 8 + 2 * value);
		assert.deepEqual(await refused('AUDIT', { ...items('A', 8, 1), A9: 1, A10: 3 }), ['/items/A10', '/items/A9']);
		assert.deepEqual(await refused('AUDIT', { ...items('A', 10, 0), A1: 5 }), ['/items/A1']);
	});
	test('who never drinks may skip to the last two, nobody else', async () => {
		const abstinent = await scored('AUDIT', { A1: 0, A9: 2, A10: 0 });
		assert.deepEqual([abstinent.total, abstinent.answered], [2, 10]);
		assert.deepEqual(await refused('AUDIT', { A1: 1, A9: 0, A10: 0 }), places('A', 2, 8));
		assert.deepEqual(await refused('AUDIT', { ...items('A', 9, 0), A10: null }), ['/items/A10']);
	});
});



describe('DUDIT', () => {
	test('sums eleven items; the last two are 0, 2 or 4', async () => {
		assert.equal((await scored('DUDIT', items('D', 11, 4))).total, 44);
		assert.deepEqual(await refused('DUDIT', { ...items('D', 9, 0), D10: 1, D11: 3 }), ['/items/D10', '/items/D11']);
		assert.deepEqual(await refused('DUDIT', items('D', 9, 0)), ['/items/D10', '/items/D11']);
	});
	test('its threshold goes by recorded sex, and is not determined without one', async () => {
		const at = (total) => ({ ...items('D', 11, 0), D1: Math.min(total, 4), D2: Math.max(total - 4, 0) });
		for (const [sex, total, problem] of [['MALE', 5, false], ['MALE', 6, true], ['FEMALE', 1, false], ['FEMALE', 2, true], ['UNKNOWN', 6, undefined], ['OTHER', 6, undefined], [undefined, 6, undefined]])
			assert.equal((await scored('DUDIT', at(total), { sex })).thresholds.find((t) => t.code === 'PROBLEM').reached, problem, `${sex} ${total}`);
		assert.deepEqual(reached(await scored('DUDIT', { ...items('D', 6, 4), D7: 1, ...items('D', 11, 0, 8) })), ['DEPENDENCE']);
		assert.deepEqual(reached(await scored('DUDIT', { ...items('D', 6, 4), ...items('D', 11, 0, 7) })), []);
	});
});

describe('HoNOS', () => {
	test('a total and four subscales', async () => {
		const r = await scored('HONOS', { H1: 1, H2: 0, H3: 2, H4: 0, H5: 1, H6: 3, H7: 2, H8: 1, H9: 2, H10: 1, H11: 0, H12: 4 });
		assert.deepEqual([r.total, r.subscales], [17, { BEHAVIOUR: 3, IMPAIRMENT: 1, SYMPTOM: 6, SOCIAL: 7 }]);
		assert.deepEqual(r.thresholds, [{ code: 'SIGNIFICANT', reached: true, items: ['H3', 'H6', 'H7', 'H9', 'H12'] }]);
		assert.equal((await scored('HONOS', items('H', 12, 4))).total, 48);
	});
	test('9 is not known: it counts nowhere, and too many of them give no total', async () => {
		const two = await scored('HONOS', { ...items('H', 12, 1), H8: 9, H12: 9 });
		assert.deepEqual([two.answered, two.total, two.subscales], [10, 10, { BEHAVIOUR: 3, IMPAIRMENT: 2 }]);
		const three = await scored('HONOS', { ...items('H', 12, 1), H1: 9, H8: 9, H12: 9 });
		assert.deepEqual([three.answered, three.total], [9, undefined]);
		assert.deepEqual(await refused('HONOS', { ...items('H', 11, 1), H3: 5, H4: 10 }), ['/items/H12', '/items/H3', '/items/H4']);
	});
});

describe('the others', () => {
	test('MANSA is the mean of its subjective items, with nine of them at least', async () => {
		const nine = await scored('MANSA', { ...items('S', 8, 4), S9: 7, O1: 1, O2: 0 });
		assert.deepEqual([nine.total, nine.answered], [4.33, 11]);
		assert.equal((await scored('MANSA', { ...items('S', 8, 4), O1: 1, O2: 1, O3: 0, O4: 0 })).total, undefined);
		assert.equal((await scored('MANSA', { ...items('S', 12, 7), ...items('O', 4, 1) })).total, 7);
		assert.deepEqual(await refused('MANSA', { S1: 0, S2: 8, O1: 2 }), ['/items/O1', '/items/S1', '/items/S2']);
	});
	test('split GAF is from 1 to 100', async () => {
		assert.deepEqual(reached(await scored('GAF_S', { GAF_S: 50 })), ['SEVERE']);
		assert.deepEqual(reached(await scored('GAF_F', { GAF_F: 51 })), []);
		assert.deepEqual(await refused('GAF_F', { GAF_F: 0 }), ['/items/GAF_F']);
		assert.deepEqual(await refused('GAF_S', {}), ['/items/GAF_S']);
	});
	test('PSF by version', async () => {
		const r = await scored('PSF', items('P', 28, 8));
		assert.deepEqual([r.total, Object.keys(r.subscales).length, r.subscales.SUBSCALE_7], [224, 7, 32]);
		assert.equal((await scored('PSF', items('P', 32, 1), { instrument_version: '32' })).total, 32);
		assert.deepEqual(await refused('PSF', { ...items('P', 28, 0), P29: 1 }), ['/items/P29']);
		(await score('PSF', { items: {}, instrument_version: '1' })).is(404);
	});
	test('ReQoL leaves physical health out of the sum', async () => {
		const r = await scored('REQOL10', { ...items('R', 10, 2), R1: 4, R2: 4, R3: 3, PH: 4 });
		assert.deepEqual([r.total, reached(r)], [25, ['GENERAL_POPULATION']]);
		assert.equal((await scored('REQOL20', items('R', 20, 4))).total, 80);
	});
	test('DIALOG is a mean, with life and treatment apart', async () => {
		const r = await scored('DIALOG', { ...items('L', 8, 4), ...items('T', 3, 7) });
		assert.deepEqual([r.total, r.subscales], [4.82, { LIFE: 4, TREATMENT: 7 }]);
	});
	test('QPR sums fifteen; goals have no total; IPS-25 and BrukerPlan have bands', async () => {
		assert.equal((await scored('QPR15', items('Q', 15, 4))).total, 60);
		assert.deepEqual(await refused('QPR15', items('Q', 14, 4)), ['/items/Q15']);
		const goals = await scored('GBO', { G1: 3, G2: 7 });
		assert.deepEqual([goals.total, goals.answered], [undefined, 2]);
		for (const [value, band] of [[3, 'FAIR'], [4, 'GOOD'], [5, 'EXEMPLARY'], [1, undefined]])
			assert.equal(reached(await scored('IPS25', items('I', 25, value)))[0], band);
		const plan = (red, yellow) => Object.fromEntries(['SUBSTANCE', 'ECONOMY', 'MENTAL', 'PHYSICAL', 'HOUSING', 'SOCIAL_FUNCTION', 'NETWORK', 'ACTIVITY']
			.map((d, i) => [d, i < red ? 2 : i < red + yellow ? 1 : 0]));
		for (const [red, yellow, bands] of [[0, 0, ['GREEN']], [0, 1, ['YELLOW']], [3, 5, ['RED']], [4, 0, ['BLUE_LIGHT', 'RED']]])
			assert.deepEqual(reached(await scored('BPLAN', plan(red, yellow))), bands);
	});
});

test('what is no answer is refused, each with its place', async () => {
	assert.deepEqual(await refused('AUDIT', { ...items('A', 10, 0), B7: 1 }), ['/items/B7']);
	(await score('AUDIT', { items: { A1: 'x' } })).is(422, 'invalid_body');
	(await score('AUDIT', { items: { 'a b': 1 } })).is(422, 'invalid_body');
	(await score('AUDIT', { items: items('A', 10, 0), sex: 'M' })).is(422, 'invalid_body');
	(await score('NOBODYS', { items: {} })).is(404);
});
