// Surveys: answers are counted and nobody can tell whose they were; few are not shown, and open rounds not at all.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { enrol, numberOf, person, team } from './outcome-steps.mjs';

const w = await world();
const pt = 'citizen:pt-1';
const unit = w.ids.unit['drammen-dps:fact'];
const submit = (who, path, answers, more = {}, headers = {}) => w.api(who, 'POST', path, { answers, ...more }, headers);
const results = async (path, query = '', who = team) => (await w.api(who, 'GET', `${path}?limit=200${query}`)).is(200).body.items;
const ahead = async (days) => (await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: `P${days}D` })).is(200);
// As if so many others had answered: [question, value, how many]…
async function others(survey, round, of, respondents, tallies) {
	await w.sql(`insert into survey_respondents as r values ($1, $2, $3, $4) on conflict (survey, round, unit_id) do update set n = r.n + excluded.n`, [survey, round, of, respondents]);
	for (const [question, value, n] of tallies)
		await w.sql(`insert into survey_tally as t values ($1, $2, $3, $4, $5, $6) on conflict (survey, round, unit_id, question, value) do update set n = t.n + excluded.n`, [survey, round, of, question, value, n]);
}

describe('the persons\' survey', async () => {
	const path = '/user-experience-surveys';
	const patient = await person(w, { national_id: numberOf('PT') });
	let round;
	test('is answered by who is enrolled, once a round', async () => {
		assert.deepEqual((await submit(pt, path, { INVOLVED: 4 })).is(422, 'unknown_reference').pointers(), ['/unit_id']);
		await enrol(w, patient, 40);
		assert.deepEqual((await submit(pt, path, { INVOLVED: 4 }, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference').pointers(), ['/unit_id']);
		assert.deepEqual((await submit(pt, path, { INVOLVED: 4, HAPPY: 5 })).is(422, 'invalid_value').pointers(), ['/answers/HAPPY']);
		(await submit(pt, path, { INVOLVED: 6 })).is(422, 'invalid_body');
		(await submit(pt, path, {})).is(422, 'invalid_body');
		const key = { 'idempotency-key': anyId() };
		const first = (await submit(pt, path, { INVOLVED: 4, RESPECT: 5 }, {}, key)).is(201).body;
		assert.equal(first.unit_id, unit);
		assert.match(first.round, /^\d{4}-H[12]$/);
		assert.deepEqual((await submit(pt, path, { INVOLVED: 4, RESPECT: 5 }, {}, key)).is(201).body, first);
		assert.equal((await submit(pt, path, { INVOLVED: 1 })).is(409, 'duplicate').body.errors[0].pointer, '/answers');
		round = first.round;
	});
	test('nothing that is kept ties an answer to the person', async () => {
		for (const table of ['survey_tally', 'survey_respondents', 'survey_mark', 'survey_salt']) {
			const rows = await w.sql(`select to_jsonb(t)::text as row from ${table} t`);
			assert.ok(rows.length > 0 && rows.every((r) => !r.row.includes(patient)), table);
			await assert.rejects(w.asService((c) => c.query(`select * from ${table}`)), /permission denied/, table);
		}
		assert.deepEqual(await w.sql(`select question, value, n from survey_tally where n > 0 order by question`), [{ question: 'INVOLVED', value: 4, n: 1 }, { question: 'RESPECT', value: 5, n: 1 }]);
		assert.deepEqual(await w.sql(`select 1 from outbox where entity like 'survey%'`), []);
		assert.deepEqual(await w.sql(`select 1 from row_history where entity like 'survey%'`), []);
	});
	test('an open round shows nothing; a closed one nothing of few', async () => {
		assert.deepEqual(await results(path), []);
		await others('USER', round, unit, 8, [['INVOLVED', 5, 8]]);
		await ahead(190);
		const [few] = await results(path);
		assert.deepEqual([few.unit_id, few.round, few.suppressed, few.respondents], [unit, round, true, undefined]);
		assert.ok(few.questions.every((q) => q.suppressed && q.mean === undefined && q.answers === undefined && q.share_4_or_5 === undefined));
		assert.equal(few.questions.length, 6);
	});
	test('many are shown as means and shares, but no share that tells of a few', async () => {
		await others('USER', round, unit, 11, [['INVOLVED', 2, 6], ['INVOLVED', 4, 5], ['RESPECT', 5, 15], ['RESPECT', 1, 3], ['TOGETHER', 3, 9]]);
		const [shown] = await results(path, `&round=${round}&unit_id=${unit}`);
		const q = (code) => shown.questions.find((x) => x.code === code);
		assert.deepEqual([shown.respondents, shown.suppressed], [20, false]);
		assert.deepEqual([q('INVOLVED').answers, q('INVOLVED').mean, q('INVOLVED').share_4_or_5], [20, 3.8, 0.7]);
		assert.deepEqual([q('RESPECT').answers, q('RESPECT').mean, q('RESPECT').share_4_or_5], [19, 4.37, undefined]);
		assert.deepEqual([q('TOGETHER').suppressed, q('TOGETHER').mean, q('COPING').suppressed], [true, undefined, true]);
	});
	test('when a round is over, who has answered is forgotten', async () => {
		const next = (await submit(pt, path, { INVOLVED: 3 })).is(201).body;
		assert.notEqual(next.round, round);
		assert.deepEqual(await w.sql('select distinct round from survey_mark'), [{ round: next.round }]);
		assert.deepEqual(await w.sql('select distinct round from survey_salt'), [{ round: next.round }]);
	});
	test('is read by staff, not by the persons, the police or the privacy officer; answered by persons alone', async () => {
		for (const who of ['drammen-dps:tm-3', 'nav-drammen:nav-1', 'fastlege-demo:gp-1', 'drammen-dps:qm-1', 'drammen-dps:sg-1']) assert.equal((await results(path, '', who)).length, 1, who);
		assert.deepEqual(await results(path, '', pt), []);
		for (const who of ['politi-demo:po-1', 'drammen-dps:pv-1']) (await w.api(who, 'GET', path)).is(403, 'forbidden');
		for (const who of [team, 'nav-drammen:nav-1']) (await submit(who, path, { INVOLVED: 4 })).is(403, 'forbidden');
	});
	test('page by page', async () => {
		for (const old of ['2020-H1', '2020-H2', '2021-H1']) await others('USER', old, unit, 12, [['COPING', 4, 12]]);
		const page = (await w.api(team, 'GET', `${path}?limit=2`)).is(200).body;
		assert.deepEqual(page.items.map((r) => r.round), [round, '2021-H1']);
		assert.deepEqual((await w.api(team, 'GET', page.links.next)).is(200).body.items.map((r) => r.round), ['2020-H2', '2020-H1']);
	});
});

describe('the staff\'s survey', () => {
	const path = '/staff-surveys';
	test('three questions once a year, about a unit of one\'s own; shown when the year is over and enough have answered', async () => {
		const { round, unit_id } = (await submit(team, path, { EQUALITY: 4, TRUST: 3, RESPECT: 5 })).is(201).body;
		assert.deepEqual([unit_id, /^\d{4}$/.test(round)], [unit, true]);
		(await submit(team, path, { EQUALITY: 1 })).is(409, 'duplicate');
		assert.deepEqual((await submit('drammen-dps:tm-3', path, { TRUST: 4 }, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference').pointers(), ['/unit_id']);
		assert.deepEqual((await submit('drammen-dps:tm-3', path, { INVOLVED: 4 })).is(422, 'invalid_value').pointers(), ['/answers/INVOLVED']);
		const key = { 'idempotency-key': anyId() };
		const sent = (await submit('drammen-dps:tm-1', path, { TRUST: 4 }, { unit_id: unit }, key)).is(201).body;
		assert.deepEqual((await submit('drammen-dps:tm-1', path, { TRUST: 4 }, { unit_id: unit }, key)).is(201).body, sent);
		(await submit('nav-drammen:nav-1', path, { TRUST: 2 })).is(201);
		await others('STAFF', round, unit, 9, [['TRUST', 4, 9]]);
		assert.deepEqual(await results(path), []);
		await ahead(366);
		const shown = await results(path, `&round=${round}`);
		const one = shown.find((r) => r.unit_id === unit);
		assert.deepEqual([one.respondents, one.questions.map((q) => q.code), one.questions.map((q) => q.mean)], [11, ['EQUALITY', 'TRUST', 'RESPECT'], [undefined, 3.91, undefined]]);
		assert.deepEqual(shown.filter((r) => r.unit_id !== unit).map((r) => r.suppressed), [true]);
		for (const who of [pt, 'politi-demo:po-1', 'drammen-dps:pv-1']) (await w.api(who, 'GET', path)).is(403, 'forbidden');
		for (const who of [pt, 'drammen-dps:qm-1', 'drammen-dps:sg-1']) (await submit(who, path, { TRUST: 4 })).is(403, 'forbidden');
		const page = (await w.api(team, 'GET', `${path}?limit=1`)).is(200).body;
		assert.equal((await w.api(team, 'GET', page.links.next)).is(200).body.items.length, 1);
	});
});
