// Milestones and decision points of a project: who reports, who decides, and that nobody does both.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const [pm, sg, tm, mh, nav] = ['drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:tm-1', 'drammen-kommune:mh-1', 'nav-drammen:nav-1'];
const parties = ['drammen-dps', 'drammen-kommune'].map((slug) => ({ agency_id: w.ids.agency[slug], acts_as: 'OWNER' }));
const project = async () => (await w.api(pm, 'POST', '/projects', { name: 'Samhandlingsteam', type: 'PROJECT', parties })).is(201).body.id;
const project_id = await project();
const get = (who, path) => w.api(who, 'GET', path);
const post = (who, path, body) => w.api(who, 'POST', path, { project_id, ...body });
const milestone = async (changes = {}) => (await post(pm, '/milestones', { title: 'Oppstart', ...changes })).is(201).body;
const decision = async (changes = {}) => (await post(pm, '/decision-points', { question: 'Overgang til ordinær drift?', ...changes })).is(201).body;
const reach = (who, m, action, more = {}) => step(w, who, `/milestones/${m.id}`, { action, ...more });
const decide = (who, d, action, more = {}) => step(w, who, `/decision-points/${d.id}`, { action, ...more });
const options = [{ code: 'ORDINARY_OPERATION', text: 'Ordinær drift' }, { code: 'EXTEND_PROJECT', text: 'Forleng' }, { code: 'STOP', text: 'Avslutt' }];

describe('a milestone', () => {
	test('is started, reported and returned or approved, by two', async () => {
		const m = await milestone();
		assert.deepEqual([m.status, m.due_on, m.late, m.actions], ['PLANNED', undefined, false, ['start', 'reschedule']]);
		(await reach(pm, m, 'start')).is(200);
		(await reach(pm, m, 'report_done')).is(200);
		(await reach(pm, m, 'approve')).is(403, 'forbidden_action');
		assert.equal((await reach(sg, m, 'return', { reason: 'Mangler lokaler' })).is(200).body.reason, 'Mangler lokaler');
		(await reach(pm, m, 'report_done')).is(200);
		await w.sql('update milestone set reported_by = $2 where id = $1', [m.id, w.ids.staff[sg]]);
		(await reach(sg, m, 'approve')).is(403, 'same_person');
		await w.sql('update milestone set reported_by = $2 where id = $1', [m.id, w.ids.staff[pm]]);
		const done = (await reach(sg, m, 'approve')).is(200).body;
		assert.deepEqual([done.status, typeof done.achieved_at, done.actions], ['ACHIEVED', 'string', []]);
	});

	test('waits for what goes before it, unless that is waived', async () => {
		const first = await milestone();
		const m = await milestone({ predecessors: [first.id] });
		(await reach(pm, m, 'start')).is(409, 'conflict');
		(await reach(sg, m, 'waive', { predecessor_id: anyId(), reason: 'x' })).is(422, 'unknown_reference');
		assert.deepEqual((await reach(sg, m, 'waive', { predecessor_id: first.id, reason: 'Kan gå samtidig' })).is(200).body.waived, [first.id]);
		(await reach(pm, m, 'start')).is(200);
		const other = await milestone({ predecessors: [first.id] });
		await w.sql(`update milestone set state = 'ACHIEVED' where id = $1`, [first.id]);
		(await reach(pm, other, 'start')).is(200);
		assert.deepEqual((await post(pm, '/milestones', { title: 'x', predecessors: [first.id, anyId()] })).is(422, 'unknown_reference').pointers(), ['/predecessors/1']);
	});

	test('is moved by its manager for thirty days at most, and keeps the days before', async () => {
		const m = await milestone();
		(await reach(pm, m, 'reschedule', { due_on: day(90) })).is(200);
		(await reach(pm, m, 'reschedule', { due_on: day(121) })).is(403, 'forbidden_action');
		(await reach(pm, m, 'reschedule', { due_on: day(120) })).is(200);
		(await reach(pm, m, 'reschedule', { due_on: day(150) })).is(403, 'forbidden_action');
		const moved = (await reach(sg, m, 'reschedule', { due_on: day(-1) })).is(200).body;
		assert.deepEqual([moved.due_on, moved.earlier_due_on, moved.agreed_due_on, moved.late], [day(-1), [day(90), day(120)], day(-1), true]);
		assert.ok((await get(tm, '/milestones?late=true')).is(200).body.items.some((i) => i.id === m.id));
		assert.equal((await reach(sg, m, 'cancel', { reason: 'Ikke aktuelt' })).is(200).body.late, false);
	});

	test('is not moved by instalments: the thirty days are from what was agreed, with the steering group or at first', async () => {
		const m = await milestone({ due_on: day(10) });
		for (const ahead of [40, 20]) assert.equal((await reach(pm, m, 'reschedule', { due_on: day(ahead) })).is(200).body.agreed_due_on, day(10));
		(await reach(pm, m, 'reschedule', { due_on: day(41) })).is(403, 'forbidden_action');
		assert.equal((await reach(sg, m, 'reschedule', { due_on: day(100) })).is(200).body.agreed_due_on, day(100));
		(await reach(pm, m, 'reschedule', { due_on: day(130) })).is(200);
		(await reach(pm, m, 'reschedule', { due_on: day(131) })).is(403, 'forbidden_action');
	});

	test('stands by its day in lists, those without one last', async () => {
		const own = await project();
		const made = [];
		for (const due_on of [undefined, day(20), day(10)]) made.push((await milestone({ project_id: own, due_on })).id);
		const list = async (query) => (await get(mh, `/milestones?project_id=${own}&${query}`)).is(200).body;
		assert.deepEqual((await list('status=PLANNED')).items.map((m) => m.id), made.toReversed());
		assert.deepEqual((await get(mh, (await list('limit=2')).links.next)).is(200).body.items.map((m) => m.id), [made[0]]);
	});
});

describe('a decision point', () => {
	test('is laid before the steering group with options, deferred, decided', async () => {
		const d = await decision({ decide_by: day(-1) });
		assert.deepEqual([d.status, d.late, d.options], ['OPEN', true, []]);
		(await decide(pm, d, 'submit', { options, recommendation: 'SOMETHING_ELSE' })).is(422, 'unknown_reference');
		assert.deepEqual((await decide(pm, d, 'submit', { options: [...options, options[0]], recommendation: 'STOP' })).is(422, 'invalid_value').pointers(), ['/options/3/code']);
		(await decide(pm, d, 'submit', { options, recommendation: 'ORDINARY_OPERATION' })).is(200);
		assert.deepEqual((await decide(sg, d, 'defer', { decide_by: day(-2), reason: 'x' })).is(422, 'invalid_value').pointers(), ['/decide_by']);
		assert.equal((await decide(sg, d, 'defer', { decide_by: day(30), reason: 'Evalueringen mangler' })).is(200).body.status, 'OPEN');
		(await decide(pm, d, 'submit', { options, recommendation: 'ORDINARY_OPERATION' })).is(200);
		(await decide(sg, d, 'decide', { option: 'NO_SUCH' })).is(422, 'unknown_reference');
		(await decide(pm, d, 'decide', { option: 'STOP' })).is(403, 'forbidden_action');
		const done = (await decide(sg, d, 'decide', { option: 'EXTEND_PROJECT', dissent: 'NAV', conditions: 'Ett år' })).is(200).body;
		assert.deepEqual([done.status, done.decision, done.decided_by, done.late], ['DECIDED', { option: 'EXTEND_PROJECT', dissent: 'NAV', conditions: 'Ett år' }, w.ids.staff[sg], false]);
	});

	test('names a body and a milestone of its project', async () => {
		const body_id = (await post(pm, '/project-bodies', { kind: 'STEERING', name: 'Styringsgruppen' })).is(201).body.id;
		const milestone_id = (await milestone()).id;
		const d = await decision({ body_id, milestone_id });
		assert.deepEqual([d.body_id, d.milestone_id], [body_id, milestone_id]);
		const elsewhere = await project();
		for (const member of ['body_id', 'milestone_id'])
			assert.deepEqual((await post(pm, '/decision-points', { project_id: elsewhere, question: 'x', [member]: { body_id, milestone_id }[member] })).is(422, 'unknown_reference').pointers(), [`/${member}`]);
		assert.equal((await decide(sg, d, 'drop', { reason: 'Avklart' })).is(200).body.status, 'DROPPED');
		const list = async (query) => (await get(mh, `/decision-points?project_id=${project_id}&${query}`)).is(200).body;
		assert.deepEqual((await list('status=DROPPED')).items.map((x) => x.id), [d.id]);
		assert.notEqual((await get(mh, (await list('limit=1')).links.next)).is(200).body.items[0].id, (await list('limit=1')).items[0].id);
	});
});

test('who reads and begins them: the parties read, the project manager begins', async () => {
	for (const path of [`/milestones/${(await milestone()).id}`, `/decision-points/${(await decision()).id}`])
		for (const [who, status] of [[tm, 200], [mh, 200], [nav, 404], ['citizen:pt-1', 404], ['politi-demo:po-1', 403]]) (await get(who, path)).is(status);
	for (const [path, body] of [['/milestones', { title: 'x' }], ['/decision-points', { question: 'x' }]]) {
		for (const who of [sg, tm, mh]) (await post(who, path, body)).is(403, 'forbidden');
		assert.deepEqual((await post(pm, path, { ...body, project_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/project_id']);
	}
});

test('row security lets none but the parties write to a project that everybody reads', async () => {
	const [m, d, b] = [await milestone(), await decision(), (await post(pm, '/project-bodies', { kind: 'REFERENCE', name: 'x' })).is(201).body];
	await w.sql('update project set is_published = true where id = $1', [project_id]);
	const write = (slug, text, values) => w.asService(async (c) => {
		for (const [name, value] of Object.entries({ agency_id: w.ids.agency[slug], role: 'PM' })) await c.query('select set_config($1, $2, true)', [`app.${name}`, value]);
		return (await c.query(text, values)).rowCount;
	});
	const writes = [[`insert into milestone (id, project_id, title) values (gen_random_uuid(), $1, 'x')`, project_id], [`insert into decision_point (id, project_id, question) values (gen_random_uuid(), $1, 'x')`, project_id],
		[`insert into project_body (id, project_id, kind, name) values (gen_random_uuid(), $1, 'STEERING', 'x')`, project_id], [`update milestone set title = 'x' where id = $1`, m.id],
		[`update decision_point set question = 'x' where id = $1`, d.id], [`update project_body set name = 'x' where id = $1`, b.id]];
	for (const [text, id] of writes) {
		assert.equal(await write('drammen-dps', text, [id]), 1, text);
		await assert.rejects(write('nav-drammen', text, [id]), /row-level security/, text);
	}
	await w.sql('update project set is_published = false where id = $1', [project_id]);
});

describe('every step from every state by every role', () => {
	const people = [{ as: pm, standing: ['manager'] }, { as: sg, standing: ['steering'] }, ...refused(pm, sg)];
	test('of a milestone', async () => {
		const before = (await milestone()).id;
		const body = (a) => ({ return: { reason: 'x' }, cancel: { reason: 'x' }, reschedule: { due_on: day(5) }, waive: { predecessor_id: before, reason: 'x' } })[a] ?? {};
		await walk(w, { machine: 'milestones', path: '/milestones', make: () => milestone({ predecessors: [before] }), body, people,
			force: async (id, s) => (await w.sql(`update milestone set state = $2, due_on = clock_today(), waived = '{}', reported_by = null, reason = 'x' where id = $1 returning version`, [id, s]))[0].version });
	});
	test('of a decision point', () => walk(w, { machine: 'decision-points', path: '/decision-points', make: decision, people,
		body: (a) => ({ submit: { options, recommendation: 'STOP' }, decide: { option: 'STOP' }, defer: { decide_by: day(5) }, drop: { reason: 'x' } })[a] ?? {},
		force: async (id, s) => (await w.sql(`update decision_point set state = $2, options = $3, submitted_by = null, reason = 'x', decision = case when $2 = 'DECIDED' then '{"option": "STOP"}'::jsonb end where id = $1 returning version`,
			[id, s, JSON.stringify(options)]))[0].version }));
});
