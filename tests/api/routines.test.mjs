// Routines for working together: drafted, approved by every party, one edition in force, looked at again by a day.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const [qm, tl, tm, mh, nav, dps] = ['drammen-dps:qm-1', 'drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-kommune:mh-1', 'nav-drammen:nav-1', 'drammen-dps:dps-1'];
const agency = (slug) => w.ids.agency[slug];
const parties = ['drammen-dps', 'drammen-kommune'].map(agency);
const post = (who, changes = {}) => w.api(who, 'POST', '/routines', { kind: 'COOPERATION', title: 'Utskrivning', text: 'Ring dagen før', parties, review_on: day(365), ...changes });
const drafted = async (changes) => (await post(qm, changes)).is(201).body;
const act = (who, r, action, more = {}) => step(w, who, `/routines/${r.id}`, { action, ...more });
const get = (who, r) => w.api(who, 'GET', `/routines/${r.id}`);
const tasks = (r, kind) => w.sql('select agency_id, assignee_staff_id, state from task where entity_id = $1 and kind = $2 order by created_at', [r.id, kind]);

async function inForce(r, [one, last] = [tl, mh]) {
	(await act(qm, r, 'submit')).is(200);
	assert.equal((await act(one, r, 'approve')).is(200).body.status, 'FOR_APPROVAL');
	return (await act(last, r, 'approve')).is(200).body;
}

describe('a routine', () => {
	test('is in force when the last party has approved; each party is asked, and who keeps it reviews it', async () => {
		const r = await drafted();
		assert.deepEqual([r.status, r.edition, r.series_id, r.owner_staff_id], ['DRAFT', 1, r.id, w.ids.staff[qm]]);
		(await act(qm, r, 'submit')).is(200);
		assert.deepEqual((await tasks(r, 'ROUTINE_APPROVAL')).map((t) => t.agency_id).sort(), [...parties].sort());
		(await act(mh, r, 'approve')).is(200);
		(await act('drammen-kommune:ko-1', r, 'approve')).is(409, 'conflict');
		const done = (await act(dps, r, 'approve')).is(200).body;
		assert.deepEqual([done.status, done.parties.every((p) => p.approved_at)], ['IN_FORCE', true]);
		assert.ok((await tasks(r, 'ROUTINE_APPROVAL')).every((t) => t.state === 'DONE'));
		assert.deepEqual(await tasks(r, 'ROUTINE_REVIEW'), [{ agency_id: agency('drammen-dps'), assignee_staff_id: w.ids.staff[qm], state: 'OPEN' }]);
	});

	test('has a next edition, which replaces it when it is in force', async () => {
		const first = await inForce(await drafted());
		const next = await drafted({ replaces_id: first.id, parties: undefined, title: 'Utskrivning hjem' });
		assert.deepEqual([next.edition, next.series_id, next.parties.length], [2, first.series_id, 2]);
		assert.equal((await get(mh, first)).is(200).body.status, 'IN_FORCE');
		assert.equal((await inForce(next)).status, 'IN_FORCE');
		const old = (await get(mh, first)).is(200).body;
		assert.deepEqual([old.status, typeof old.in_force_to], ['REPLACED', 'string']);
		assert.deepEqual((await w.api(mh, 'GET', `/routines?series_id=${first.series_id}`)).is(200).body.items.map((r) => r.id), [next.id, first.id]);
	});

	test('is not overtaken by an older edition, nor by one that leaves out who agreed', async () => {
		const first = await inForce(await drafted());
		const more = [...parties, agency('nav-drammen')];
		const [second, third, fourth] = [await drafted({ replaces_id: first.id }), await drafted({ replaces_id: first.id, parties: more }), await drafted({ replaces_id: first.id })];
		for (const r of [second, third]) (await act(qm, r, 'submit')).is(200);
		for (const who of [tl, mh, nav]) (await act(who, third, 'approve')).is(200);
		assert.equal((await get(tl, first)).is(200).body.status, 'REPLACED');
		assert.deepEqual((await get(mh, second)).is(200).body.actions, ['send_back']);
		for (const who of [tl, mh]) (await act(who, second, 'approve')).is(409, 'conflict');
		assert.equal((await get(nav, third)).is(200).body.status, 'IN_FORCE');
		(await act(qm, fourth, 'submit')).is(409, 'conflict');
		assert.deepEqual((await w.change(qm, 'PATCH', `/routines/${fourth.id}`, { title: 'x' })).is(422, 'invalid_value').pointers(), ['/parties']);
		(await w.change(qm, 'PATCH', `/routines/${fourth.id}`, { parties: more.toReversed() })).is(200);
		(await act(qm, fourth, 'submit')).is(200);
		assert.deepEqual((await post(qm, { replaces_id: third.id, parties: [parties[0]] })).is(422, 'invalid_value').pointers(), ['/parties']);
	});

	test('does not wait for a party that is no more', async () => {
		const [gone] = await w.sql(`insert into agency (slug, name, type, organisation_number) values ('nedlagt', 'Nedlagt', 'HOUSING', '312345673') returning id`);
		const first = await drafted({ parties: [...parties, gone.id] });
		(await act(qm, first, 'submit')).is(200);
		await w.sql(`insert into routine_approval (routine_id, agency_id, approved_by) values ($1, $2, $3)`, [first.id, gone.id, w.ids.staff[qm]]);
		for (const who of [tl, mh]) (await act(who, first, 'approve')).is(200);
		await w.sql('update agency set valid_to = clock_today() where id = $1', [gone.id]);
		assert.deepEqual((await post(qm, { parties: [...parties, gone.id] })).is(422, 'unknown_reference').pointers(), ['/parties/2']);
		const next = await drafted({ replaces_id: first.id, parties });
		assert.equal((await inForce(next)).status, 'IN_FORCE');
	});

	test('is taken back by who keeps it; a party that was never asked does not see the draft then', async () => {
		const r = await drafted({ parties: [agency('drammen-kommune')] });
		(await act(qm, r, 'submit')).is(200);
		assert.equal((await act(qm, r, 'send_back', { reason: 'Skrivefeil' })).is(200).body.status, 'DRAFT');
		(await w.change(qm, 'PATCH', `/routines/${r.id}`, { title: 'Utskrivning hjem' })).is(200);
		(await get(mh, r)).is(200);
		(await w.change(qm, 'PATCH', `/routines/${r.id}`, { parties: [...parties, agency('nav-drammen')] })).is(200);
		(await get(nav, r)).is(404);
		(await act(qm, r, 'submit')).is(200);
		(await get(nav, r)).is(200);
	});

	test('whose review is overdue says so, until it is confirmed', async () => {
		const r = await inForce(await drafted());
		await w.sql('update routine set review_on = clock_today() - 1 where id = $1', [r.id]);
		assert.equal((await get(tm, r)).is(200).body.status, 'EXPIRED_REVIEW');
		assert.ok((await w.api(tm, 'GET', '/routines?status=EXPIRED_REVIEW')).is(200).body.items.some((i) => i.id === r.id));
		assert.deepEqual((await act(qm, r, 'confirm', { review_on: day(0) })).is(422, 'invalid_value').pointers(), ['/review_on']);
		assert.equal((await act(qm, r, 'confirm', { review_on: day(300) })).is(200).body.status, 'IN_FORCE');
		assert.deepEqual((await tasks(r, 'ROUTINE_REVIEW')).map((t) => t.state), ['DONE', 'DONE', 'OPEN']);
	});

	test('goes back without approvals, is changed while it is a draft, and can be withdrawn', async () => {
		const r = await drafted();
		(await act(qm, r, 'submit')).is(200);
		(await w.change(qm, 'PATCH', `/routines/${r.id}`, { title: 'x' })).is(409, 'conflict');
		(await act(tl, r, 'approve')).is(200);
		const back = (await act(mh, r, 'send_back', { reason: 'For tungvint' })).is(200).body;
		assert.deepEqual([back.status, back.parties.some((p) => p.approved_at)], ['DRAFT', false]);
		assert.equal((await w.change(qm, 'PATCH', `/routines/${r.id}`, { text: null, document_ref: 'Kvalitetssystemet 4.2' })).is(200).body.document_ref, 'Kvalitetssystemet 4.2');
		(await w.change(qm, 'PATCH', `/routines/${r.id}`, { document_ref: null })).is(422, 'missing_fact');
		(await w.change(mh, 'PATCH', `/routines/${r.id}`, { title: 'x' })).is(403, 'forbidden');
		assert.equal((await act(qm, r, 'withdraw', { reason: 'Trengs ikke' })).is(200).body.status, 'WITHDRAWN');
	});

	test('names who keeps it, parties that exist, a day to come and where it stands', async () => {
		const [users] = await w.sql(`insert into agency (slug, name, type, organisation_number) values ('brukere', 'Brukere', 'USER_ORGANISATION', '312345681') returning id`);
		for (const [changes, code, pointer] of [[{ owner_staff_id: w.ids.staff[mh] }, 'unknown_reference', '/owner_staff_id'], [{ parties: [parties[0], anyId()] }, 'unknown_reference', '/parties/1'],
			[{ parties: [agency('politi-demo')] }, 'unknown_reference', '/parties/0'], [{ parties: [parties[0], users.id] }, 'unknown_reference', '/parties/1'],
			[{ parties: [...parties, parties[0].toUpperCase()] }, 'invalid_value', '/parties/2'], [{ review_on: day(-1) }, 'invalid_value', '/review_on'], [{ text: undefined }, 'missing_fact', '/text'],
			[{ replaces_id: anyId() }, 'unknown_reference', '/replaces_id']])
			assert.deepEqual((await post(qm, changes)).is(422, code).pointers(), [pointer]);
		for (const who of [mh, dps, nav]) (await post(who)).is(403, 'forbidden');
	});
});

test('who reads it: a draft its agency, then the parties, what is in force everybody', async () => {
	const r = await drafted();
	for (const [who, status] of [[tm, 200], [mh, 404], ['citizen:pt-1', 404]]) (await get(who, r)).is(status);
	(await act(qm, r, 'submit')).is(200);
	for (const [who, status] of [[mh, 200], [nav, 404], ['citizen:pt-1', 404]]) (await get(who, r)).is(status);
	for (const who of [tl, mh]) (await act(who, r, 'approve')).is(200);
	(await get(nav, r)).is(200);
	assert.deepEqual([(await get('citizen:pt-1', r)).is(200).body].map((b) => [b.created_by, b.owner_staff_id]), [[undefined, undefined]]);
	const other = await inForce(await drafted({ kind: 'PRIVACY', parties: [parties[0], agency('fastlege-demo')] }), [tl, 'fastlege-demo:gp-1']);
	const list = async (query) => (await w.api(nav, 'GET', `/routines?${query}`)).is(200).body;
	const found = async (query) => (await list(`limit=200&${query}`)).items.map((i) => i.id).filter((id) => [r.id, other.id].includes(id));
	for (const [query, ids] of [['kind=COOPERATION', [r.id]], ['kind=PRIVACY', [other.id]], [`agency_id=${parties[1]}`, [r.id]], [`agency_id=${agency('fastlege-demo')}`, [other.id]],
		[`agency_id=${parties[0]}`, [other.id, r.id]], [`agency_id=${parties[0]}&kind=COOPERATION`, [r.id]]]) assert.deepEqual(await found(query), ids, query);
	const page = await list('limit=1');
	assert.notEqual((await w.api(nav, 'GET', page.links.next)).is(200).body.items[0].id, page.items[0].id);
});

test('a deviation names the routines that it is about', async () => {
	const r = await inForce(await drafted());
	const deviation = (routine_ids) => w.api(tm, 'POST', '/deviations', { type: 'ROUTINE_MISSING', what_happened: 'Ingen ringte', occurred_at: '2026-01-02T10:00:00Z', routine_ids });
	const d = (await deviation([r.id])).is(201).body;
	assert.deepEqual(d.routine_ids, [r.id]);
	assert.deepEqual((await deviation([r.id, anyId()])).is(422, 'unknown_reference').pointers(), ['/routine_ids/1']);
	(await step(w, tl, `/deviations/${d.id}`, { action: 'assess', type: 'ROUTINE_MISSING', harm: 1 })).is(200);
	assert.deepEqual((await step(w, tl, `/deviations/${d.id}`, { action: 'analyse', routine_ids: [] })).is(200).body.routine_ids, []);
});

test('every step from every state by every role', async () => {
	const everybody = ['drammen-dps', 'drammen-kommune', 'fastlege-demo', 'nav-drammen'].map(agency);
	const force = async (id, s) => {
		await w.sql('delete from routine_approval where routine_id = $1', [id]);
		return (await w.sql('update routine set state = $2, submitted_at = clock_now(), in_force_from = clock_now() where id = $1 returning version', [id, s]))[0].version;
	};
	const people = (list, standing) => list.map((as) => ({ as, standing }));
	const own = [tl, 'drammen-dps:pm-1', qm];
	const others = [dps, mh, 'drammen-kommune:co-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1', nav, 'drammen-kommune:ho-1'];
	await walk(w, { machine: 'routines', path: '/routines', make: () => drafted({ parties: everybody }), force,
		body: (a) => ({ send_back: { reason: 'Nei' }, withdraw: { reason: 'Nei' }, confirm: { review_on: day(200) } })[a] ?? {},
		people: [...people(own, ['keeper', 'party']), ...people(others, ['party']), ...people(['lier-kommune:tl-1', 'lier-kommune:qm-1'], []), ...refused(...own, ...others)] });
});
