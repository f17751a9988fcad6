// What the person says about a measure: theirs alone to write, for all who see the whole measure to read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, until, world } from './harness.mjs';
import { act, active, people, person, releaseTo } from './plan-steps.mjs';

const w = await world();
const { co, tm, tl, mh, ko, lier } = people;
const pt = 'citizen:pt-1';
const patient = await person(w, { national_id: '01819012365' });
const plan = await active(w, patient);
const path = `/measures/${plan.measure.id}/comments`;
const text = 'Jeg vil heller ha besøk om ettermiddagen';
const say = (words = text) => w.api(pt, 'POST', path, { text: words });

describe('the person\'s own comment', () => {
	test('is written by the person, read by who sees the measure, and gives the coordinator one task', async () => {
		const made = (await say()).is(201);
		assert.equal(made.location, `/api/v1${path}/${made.body.id}`);
		assert.deepEqual([made.body.text, made.body.measure_id, made.body.version], [text, plan.measure.id, 1]);
		const second = (await say('Og ikke på mandager')).is(201).body;
		for (const who of [pt, co, tm, tl]) {
			const { items } = (await w.api(who, 'GET', path)).is(200).body;
			assert.deepEqual(items.map((c) => c.id), [second.id, made.body.id], who);
			assert.equal((await w.api(who, 'GET', `${path}/${second.id}`)).is(200).body.text, 'Og ikke på mandager');
		}
		const tasks = (await w.api(co, 'GET', '/tasks?kind=MEASURE_COMMENTED&status=OPEN&limit=200')).is(200).body.items.filter((t) => t.entity_id === plan.measure.id);
		assert.deepEqual(tasks.map((t) => [t.assignee_staff_id, t.patient_id]), [[w.ids.staff[co], patient]]);
		await act(w, co, `/tasks/${tasks[0].id}`, { action: 'complete' });
		(await say('Takk')).is(201);
		assert.equal((await w.api(co, 'GET', '/tasks?kind=MEASURE_COMMENTED&status=OPEN&limit=200')).body.items.filter((t) => t.entity_id === plan.measure.id).length, 1);
	});

	test('is nobody else\'s to write', async () => {
		for (const who of [co, tm, tl, mh, ko, 'citizen/RE', 'politi-demo:po-1', 'nav-drammen:nav-1']) (await w.api(who, 'POST', path, { text })).is(403, 'forbidden');
		const others = await active(w, await person(w));
		(await w.api(pt, 'POST', `/measures/${others.measure.id}/comments`, { text })).is(404);
		(await w.api(pt, 'POST', `/measures/${anyId()}/comments`, { text })).is(404);
		(await w.api(pt, 'POST', path, { text: '' })).is(422, 'invalid_body');
	});

	test('is not told to who sees the measure standing alone, nor to who knows nothing of it', async () => {
		const one = (await say()).is(201).body;
		assert.equal((await w.api(mh, 'GET', `/measures/${plan.measure.id}`)).is(200).body.projection, 'STAND_ALONE');
		for (const where of [path, `${path}/${one.id}`]) {
			(await w.api(mh, 'GET', where)).is(403, 'forbidden');
			(await w.api(lier, 'GET', where)).is(404);
			(await w.api(ko, 'GET', where)).is(403, 'forbidden');
		}
		(await w.api(co, 'GET', `${path}/${anyId()}`)).is(404);
		(await w.api(co, 'GET', `/measures/${anyId()}/comments/${one.id}`)).is(404);
	});

	test('is news for who may read it, and part of the person\'s export', async () => {
		const one = (await say()).is(201).body;
		await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
		const news = async (who) => {
			const found = [];
			for (let page = { after: 0, more: true }; page.more; found.push(...page.items))
				page = (await w.api(who, 'GET', `/changes?after=${page.after}&entities=measure-comment&limit=200`)).is(200).body;
			return found.filter((e) => e.data.id === one.id);
		};
		assert.deepEqual((await news(co)).map((e) => e.subject), [`/api/v1${path}/${one.id}`]);
		assert.deepEqual(await news(mh), []);
		const lines = (await w.api(pt, 'GET', `/patients/${patient}/export`)).is(200).text.trim().split('\n').map((l) => JSON.parse(l));
		assert.ok(lines.some((l) => l.operation === 'listMeasureComments' && l.item.id === one.id));
	});

	test('goes the way of the measure: closed with an objection, open after it has ended', async () => {
		await releaseTo(w, patient, 'nav-drammen', ['MEASURES']);
		await act(w, co, `/measures/${plan.measure.id}`, { action: 'withdraw' });
		(await say('Synd at det ikke ble noe av')).is(201);
		(await w.api(pt, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['plan-measures'], against: 'STAFF', against_id: w.ids.staff[tl] })).is(201);
		(await w.api(tl, 'GET', path)).is(403, 'blocked');
		(await w.api(tm, 'GET', path)).is(200);
	});
});
