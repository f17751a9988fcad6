// Flow templates: drafted from the proposal, put in force by the team's side, retired by the next of the same name.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const unit_id = w.ids.unit['drammen-dps:fact'];
const post = (who, changes = {}) => w.api(who, 'POST', '/flow-templates', { unit_id, name: 'Fra henvisning', ...changes });
const drafted = async (changes) => (await post(tl, changes)).is(201).body;
const act = (who, t, action, more = {}) => step(w, who, `/flow-templates/${t.id}`, { action, ...more });
const get = (who, t) => w.api(who, 'GET', `/flow-templates/${t.id}`);
const one = { event: 'FIRST_CONTACT', after: 'ENROLLED', max_days: 7, responsible: 'TEAM', title: 'Første møte' };

describe('a template', () => {
	test('begins as the proposal, and is changed while it is a draft', async () => {
		const t = await drafted();
		assert.deepEqual([t.status, t.steps.length, t.steps[0].event, t.steps[0].working_days], ['DRAFT', 9, 'REFERRAL_DECIDED', true]);
		assert.deepEqual((await w.change(tl, 'PATCH', `/flow-templates/${t.id}`, { steps: [one] })).is(200).body.steps, [one]);
		(await w.change('drammen-dps:dps-1', 'PATCH', `/flow-templates/${t.id}`, { name: 'x' })).is(403, 'forbidden');
		(await w.api(tl, 'PATCH', `/flow-templates/${t.id}`, { name: 'x' }, { 'if-match': '"1"' })).is(412);
		(await act(tl, t, 'publish')).is(200);
		(await w.change(tl, 'PATCH', `/flow-templates/${t.id}`, { name: 'x' })).is(409, 'conflict');
	});

	test('of the same name is retired when the next is published; another name stands', async () => {
		const [a, b, c] = [await drafted({ name: 'A' }), await drafted({ name: 'A' }), await drafted({ name: 'B' })];
		for (const t of [a, c, b]) assert.equal((await act(tl, t, 'publish')).is(200).body.status, 'IN_FORCE');
		assert.deepEqual([(await get(tl, a)).body.status, (await get(tl, c)).body.status], ['RETIRED', 'IN_FORCE']);
		const list = (await w.api('lier-kommune:mh-1', 'GET', `/flow-templates?unit_id=${unit_id}&status=IN_FORCE&limit=200`)).is(200).body.items.map((t) => t.id);
		assert.ok(list.includes(b.id) && list.includes(c.id) && !list.includes(a.id));
		assert.equal((await act(tl, c, 'retire', { reason: 'Brukes ikke' })).is(200).body.status, 'RETIRED');
	});

	test('names each event once, and none that follows itself', async () => {
		for (const steps of [[one, one], [{ ...one, after: one.event }]]) (await post(tl, { steps })).is(422, 'invalid_value');
		(await post(tl, { steps: [{ ...one, event: 'MIRACLE' }] })).is(422, 'invalid_body');
		(await post('lier-kommune:tl-1')).is(422, 'unknown_reference');
		for (const who of ['drammen-dps:tm-1', 'citizen:pt-1', 'politi-demo:po-1', 'drammen-dps:sg-1']) (await post(who)).is(403, 'forbidden');
	});

	test('in draft is its agency\'s', async () => {
		const t = await drafted();
		(await get('drammen-dps:tm-1', t)).is(200);
		for (const who of ['drammen-kommune:mh-1', 'citizen:pt-1']) (await get(who, t)).is(404);
		(await act(tl, t, 'publish')).is(200);
		for (const who of ['drammen-kommune:mh-1', 'citizen:pt-1']) (await get(who, t)).is(200);
		for (const who of ['politi-demo:po-1', 'citizen:re-1']) (await get(who, t)).is(403, 'forbidden');
	});
});

test('every step from every state by every role', async () => {
	const side = [tl, 'drammen-dps:pm-1', 'drammen-dps:qm-1'];
	const others = ['drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1'];
	const force = async (id, s) => (await w.sql(`update flow_template set state = $2, in_force_from = clock_now() where id = $1 returning version`, [id, s]))[0].version;
	await walk(w, { machine: 'flow-templates', path: '/flow-templates', make: () => drafted({ name: 'Gang' }), force, body: (a) => (a === 'retire' ? { reason: 'Nei' } : {}),
		people: [...side.map((as) => ({ as, standing: ['team_side'] })), ...others.map((as) => ({ as })), { as: 'lier-kommune:tl-1' }, ...refused(...side, ...others)] });
});
