// The project around a team: what it is for, its money, its bodies, the agreements, and who reads and approves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const [pm, sg, qm, tm, tl, mh, nav] = ['drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:qm-1', 'drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-kommune:mh-1', 'nav-drammen:nav-1'];
const agency = (slug) => w.ids.agency[slug];
const staff = (who) => w.ids.staff[who];
const parties = [{ agency_id: agency('drammen-dps'), acts_as: 'OWNER', represented_by: staff(tl), from: '2026-01-01' }, { agency_id: agency('drammen-kommune'), acts_as: 'PARTNER' }];
const post = (who, path, body) => w.api(who, 'POST', path, body);
const begin = (changes = {}, who = pm) => post(who, '/projects', { name: 'Etablering av samhandlingsteam', type: 'PROJECT', parties, ...changes });
const begun = async (changes) => (await begin(changes)).is(201).body;
const get = (who, path) => w.api(who, 'GET', path);
const line = (amount, own, project, more = {}) => ({ title: 'Linje', category: 'LABOUR', amount, own, project, ...more });

describe('a project', () => {
	test('has a section a heading, of which any may be blank, goals, benefits, and what it is founded on', async () => {
		const p = await begun({ sections: { background: 'Mange stoler', benefits: null }, goals: [{ code: 'RG1', kind: 'RESULT', text: 'Tidlig kontakt' }, { code: 'E1', kind: 'EFFECT', text: 'Får tilbud', under: 'RG1' }],
			benefits: [{ name: 'Færre innleggelser', goal_code: 'E1', owner_staff_id: staff(tl) }], base_documents: [{ title: 'Samhandlingsreformen', year: 2012, goal_codes: ['RG1'] }] });
		assert.deepEqual([p.sections, p.goals.length, p.parties[0].represented_by, p.benefits[0].goal_code, p.is_published], [{ background: 'Mange stoler' }, 2, staff(tl), 'E1', false]);
		const changed = (await w.change(pm, 'PATCH', `/projects/${p.id}`, { sections: { time_frame: 'Tre år', background: null }, short_name: 'Team' })).is(200).body;
		assert.deepEqual([changed.sections, changed.short_name, changed.version], [{ time_frame: 'Tre år' }, 'Team', 2]);
		(await w.change(pm, 'PATCH', `/projects/${p.id}`, { author: 'Henrik', starts_on: '2026-01-01', ends_on: '2026-12-31' })).is(200);
		const blank = (await w.change(pm, 'PATCH', `/projects/${p.id}`, { short_name: null, author: null, starts_on: null, ends_on: null })).is(200).body;
		assert.deepEqual([blank.short_name, blank.author, blank.starts_on, blank.ends_on, blank.sections], [undefined, undefined, undefined, undefined, { time_frame: 'Tre år' }]);
	});

	test('sums its budget, and warns of what does not fit', async () => {
		const calculation = { unit_price: 1400, persons: 4, hours: 2, meetings: 6 };
		const p = await begun({ starts_on: '2026-01-01', ends_on: '2026-03-01', goals: [{ code: 'E1', kind: 'EFFECT', text: 'x', horizon_years: 3 }], funding_sources: [{ name: 'Departementet', amount: 490000 }],
			budget_lines: [line(420000, 420000, 0), line(50000, 0, 50000, { calculation }), line(67200, 0, 67200, { calculation })] });
		assert.deepEqual(p.totals, { amount: 537200, own: 420000, project: 117200, granted: 490000 });
		assert.deepEqual(p.warnings.map((x) => [x.code, x.pointer]), [['CALCULATION_DIFFERS', '/budget_lines/1'], ['GRANTS_DIFFER', '/funding_sources'], ['PERIOD_SHORTER_THAN_EFFECTS', '/ends_on']]);
	});

	test('warns of no difference where grants and lines are the same amount in other digits', async () => {
		const p = await begun({ funding_sources: [{ name: 'Departementet', amount: 240000.5 }, { name: 'Kommunen', amount: 249999.5 }], budget_lines: [line(490000, 0, 490000)] });
		assert.deepEqual([p.totals.granted, p.warnings], [490000, []]);
	});

	test('names goals and projects that there are, also when the goals alone change', async () => {
		const goals = [{ code: 'RG1', kind: 'RESULT', text: 'x' }, { code: 'E1', kind: 'EFFECT', text: 'x', under: 'RG1' }];
		const related = await begun();
		const p = await begun({ goals, base_documents: [{ title: 'x' }, { title: 'y', goal_codes: ['E1', 'RG1'] }], related_projects: [{ title: 'x' }, { title: 'y', project_id: related.id }] });
		for (const [changes, pointer] of [[{ goals: [{ ...goals[0], under: 'Z9' }] }, '/goals/0/under'], [{ goals: [goals[0], { ...goals[1], under: 'E1' }] }, '/goals/1/under'],
			[{ goals: [goals[0]] }, '/base_documents/1/goal_codes/0'], [{ base_documents: [{ title: 'x', goal_codes: ['RG1', 'Z9'] }] }, '/base_documents/0/goal_codes/1'],
			[{ related_projects: [{ title: 'x', project_id: anyId() }] }, '/related_projects/0/project_id']])
			assert.deepEqual((await w.change(pm, 'PATCH', `/projects/${p.id}`, changes)).is(422, 'unknown_reference').pointers(), [pointer]);
		assert.deepEqual((await begin({ related_projects: [{ title: 'x' }, { title: 'x', project_id: anyId() }] })).is(422, 'unknown_reference').pointers(), ['/related_projects/1/project_id']);
	});

	test('is refused where it names nobody, or its sums are wrong', async () => {
		for (const [changes, code, pointer] of [[{ parties: [{ agency_id: anyId(), acts_as: 'OWNER' }] }, 'unknown_reference', '/parties/0/agency_id'],
			[{ parties: [{ ...parties[0], represented_by: staff(mh) }] }, 'unknown_reference', '/parties/0/represented_by'], [{ budget_lines: [line(1, 1, 0), line(100, 50, 40)] }, 'invalid_value', '/budget_lines/1/amount'],
			[{ goals: ['RESULT', 'EFFECT'].map((kind) => ({ code: 'A', kind, text: 'x' })) }, 'invalid_value', '/goals/1/code'], [{ benefits: [{ name: 'x', goal_code: 'Z9' }] }, 'unknown_reference', '/benefits/0/goal_code'],
			[{ benefits: [{ name: 'x', owner_staff_id: anyId() }] }, 'unknown_reference', '/benefits/0/owner_staff_id'], [{ starts_on: '2026-02-01', ends_on: '2026-01-01' }, 'invalid_value', '/ends_on'],
			[{ parties: [parties[0], { ...parties[1], from: '2026-02-01', to: '2026-01-31' }] }, 'invalid_value', '/parties/1/to']])
			assert.deepEqual((await begin(changes)).is(422, code).pointers(), [pointer]);
	});

	test('is approved by the steering group of a party, as it stands', async () => {
		const p = await begun();
		const approve = (who, version) => w.api(who, 'PUT', `/projects/${p.id}/approval`, { acted_as: 'Leder av styringsgruppen' }, { 'if-match': `"${version}"` });
		const approved = (await approve(sg, 1)).is(200).body;
		assert.deepEqual(approved.approvals.map((a) => [a.project_version, a.approved_by, a.acted_as]), [[1, staff(sg), 'Leder av styringsgruppen']]);
		assert.equal((await approve(sg, 1)).is(200).body.approvals.length, 1);
		(await approve(pm, 1)).is(403, 'forbidden');
		(await w.change(pm, 'PATCH', `/projects/${p.id}`, { author: 'Henrik' })).is(200);
		(await approve(sg, 1)).is(412, 'version_mismatch');
		assert.deepEqual((await approve(sg, 2)).is(200).body.approvals.map((a) => a.project_version), [1, 2]);
	});
});

test('a party is one from its first day to its last', async () => {
	for (const [time, status] of [[{ from: day(2) }, 404], [{ to: day(-2) }, 404], [{ from: day(-2), to: day(2) }, 200]]) {
		const p = await begun({ parties: [parties[0], { ...parties[1], ...time }] });
		(await get(mh, `/projects/${p.id}`)).is(status);
		assert.equal((await get(mh, '/projects?limit=200')).is(200).body.items.some((x) => x.id === p.id), status === 200);
	}
});

test('who reads a project: its parties; everybody what is published, patients less of it', async () => {
	const p = await begun();
	const path = `/projects/${p.id}`;
	for (const [who, status] of [[tm, 200], [qm, 200], [mh, 200], [nav, 404], ['lier-kommune:mh-1', 404], ['citizen:pt-1', 404], ['drammen-dps:pv-1', 403], ['politi-demo:po-1', 403]]) (await get(who, path)).is(status);
	for (const who of [sg, tm]) (await w.change(who, 'PATCH', path, { name: 'x' })).is(403);
	for (const who of [tm, tl, sg]) (await begin({}, who)).is(403, 'forbidden');
	(await w.change(pm, 'PATCH', path, { is_published: true })).is(200);
	(await get(nav, path)).is(200);
	const seen = (await get('citizen:pt-1', path)).is(200).body;
	assert.deepEqual([seen.name, seen.parties, seen.budget_lines, seen.approvals], [p.name, undefined, undefined, undefined]);
	const page = (await get(tm, '/projects?limit=1')).is(200).body;
	assert.notEqual((await get(tm, page.links.next)).is(200).body.items[0].id, page.items[0].id);
});

describe('a body', () => {
	test('has seats of agencies, staff, and in a reference group of others; who pays, and how much of a post', async () => {
		const { id } = await begun();
		const seats = [{ role: 'MANAGER', agency_id: agency('drammen-dps'), staff_id: staff(pm), percent: 100, funding: 'PROJECT', from: '2026-01-01' },
			{ role: 'MEMBER', agency_id: agency('drammen-kommune'), funding: 'OWN', in_kind: true, person_days_planned: 10 }, { role: 'MEMBER', name: 'Ombudet' }];
		const b = (await post(pm, '/project-bodies', { project_id: id, kind: 'PROJECT_GROUP', name: 'Prosjektgruppen', seats })).is(201).body;
		assert.deepEqual(b.seats, seats);
		assert.equal((await w.change(pm, 'PATCH', `/project-bodies/${b.id}`, { name: 'Arbeidsgruppen', kind: 'WORKING_GROUP' })).is(200).body.name, 'Arbeidsgruppen');
		(await w.change(sg, 'PATCH', `/project-bodies/${b.id}`, { name: 'x' })).is(403, 'forbidden');
		for (const [who, status] of [[mh, 200], [nav, 404], ['citizen:pt-1', 404]]) (await get(who, `/project-bodies/${b.id}`)).is(status);
		(await post(pm, '/project-bodies', { project_id: id, kind: 'STEERING', name: 'Styringsgruppen' })).is(201);
		const list = async (query) => (await get(tm, `/project-bodies?project_id=${id}&${query}`)).is(200).body;
		assert.deepEqual((await list('kind=STEERING')).items.map((x) => x.name), ['Styringsgruppen']);
		assert.notEqual((await get(tm, (await list('limit=1')).links.next)).is(200).body.items[0].name, 'Styringsgruppen');
	});

	test('is refused without a project of the caller\'s, and where a seat is nobody\'s', async () => {
		const project_id = (await begun()).id;
		const add = (seat, changes = {}, who = pm) => post(who, '/project-bodies', { project_id, kind: 'STEERING', name: 'x', seats: [{ role: 'CHAIR', ...seat }], ...changes });
		for (const [seat, code, pointer] of [[{}, 'missing_fact', '/seats/0/agency_id'], [{ agency_id: anyId() }, 'unknown_reference', '/seats/0/agency_id'], [{ staff_id: anyId() }, 'unknown_reference', '/seats/0/staff_id'],
			[{ name: 'x', from: '2026-02-01', to: '2026-01-01' }, 'invalid_value', '/seats/0/to']])
			assert.deepEqual((await add(seat)).is(422, code).pointers(), [pointer]);
		assert.deepEqual((await add({ name: 'x' }, { project_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/project_id']);
		(await add({ name: 'x' }, {}, sg)).is(403, 'forbidden');
	});
});

describe('an agreement', () => {
	const sign = (changes = {}, who = pm) => post(who, '/agreements', { kind: 'COOPERATION', title: 'Samarbeid', parties: [agency('drammen-dps'), agency('drammen-kommune')], ...changes });
	test('says where it stands today', async () => {
		const made = [];
		for (const [changes, status] of [[{}, 'UNSIGNED'], [{ signed_on: day(2) }, 'UNSIGNED'], [{ signed_on: day(-9) }, 'IN_FORCE'], [{ signed_on: day(-9), review_on: day(-2) }, 'REVIEW_OVERDUE'],
			[{ signed_on: day(-9), valid_to: day(-2), review_on: day(-3) }, 'ENDED']]) {
			made.push((await sign(changes)).is(201).body);
			assert.equal(made.at(-1).status, status);
		}
		for (const status of ['UNSIGNED', 'IN_FORCE', 'REVIEW_OVERDUE', 'ENDED']) {
			const listed = (await get(mh, `/agreements?limit=200&status=${status}`)).is(200).body.items.map((a) => a.id);
			assert.deepEqual(made.filter((a) => listed.includes(a.id)).map((a) => a.id), made.filter((a) => a.status === status).map((a) => a.id), status);
		}
	});

	test('is the parties\' to read, its keeper\'s to change', async () => {
		const project_id = (await begun()).id;
		const a = (await sign({ project_id }, sg)).is(201).body;
		for (const [who, status] of [[mh, 200], [tm, 200], [nav, 404], ['citizen:pt-1', 404]]) (await get(who, `/agreements/${a.id}`)).is(status);
		assert.equal((await w.change(pm, 'PATCH', `/agreements/${a.id}`, { signed_on: day(-1), document_ref: 'Arkiv 17/3' })).is(200).body.status, 'IN_FORCE');
		(await w.change(qm, 'PATCH', `/agreements/${a.id}`, { title: 'x' })).is(403, 'forbidden');
		assert.deepEqual((await get(mh, `/agreements?project_id=${project_id}`)).is(200).body.items.map((x) => x.id), [a.id]);
		const page = (await get(mh, '/agreements?limit=1')).is(200).body;
		assert.notEqual((await get(mh, page.links.next)).is(200).body.items[0].id, page.items[0].id);
	});

	test('is refused where it names nobody', async () => {
		for (const [changes, code, pointer] of [[{ parties: [agency('drammen-dps'), anyId()] }, 'unknown_reference', '/parties/1'], [{ project_id: anyId() }, 'unknown_reference', '/project_id'],
			[{ signed_on: day(0), valid_to: day(-1) }, 'invalid_value', '/valid_to'], [{ parties: [agency('drammen-dps'), agency('drammen-dps').toUpperCase()] }, 'invalid_value', '/parties/1']]) assert.deepEqual((await sign(changes)).is(422, code).pointers(), [pointer]);
		for (const who of [tm, mh, qm]) (await sign({}, who)).is(403, 'forbidden');
	});
});
