// Who does what around a team: drafted from the proposal, approved by every party, one in force, none forgotten.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const mh = 'drammen-kommune:mh-1';
const nav = 'nav-drammen:nav-1';
const unit_id = w.ids.unit['drammen-dps:fact'];
const party = (slug, acts_as) => ({ agency_id: w.ids.agency[slug], acts_as });
const parties = [party('drammen-dps', 'SECOND_LINE'), party('drammen-kommune', 'MUNICIPALITY'), party('nav-drammen', 'NAV')];

const post = (who, changes = {}) => w.api(who, 'POST', '/responsibility-matrices', { unit_id, parties, ...changes });
const drafted = async (changes) => (await post(tl, changes)).is(201).body;
const act = (who, m, action, more = {}) => step(w, who, `/responsibility-matrices/${m.id}`, { action, ...more });
const get = (who, m) => w.api(who, 'GET', `/responsibility-matrices/${m.id}`);

async function inForce(m) {
	(await act(tl, m, 'submit')).is(200);
	for (const who of [tl, mh]) assert.equal((await act(who, m, 'approve')).is(200).body.status, 'FOR_APPROVAL');
	return (await act(nav, m, 'approve')).is(200).body;
}

describe('a matrix', () => {
	test('begins as the proposal: sixteen tasks, one who answers for each but the first', async () => {
		const m = await drafted();
		assert.equal(m.rows.length, 16);
		const duties = Object.fromEntries(m.rows.map((r) => [r.task, r.duties]));
		assert.deepEqual(duties.DISCOVER_CONCERN, { GP: 'R', SECOND_LINE: 'R', MUNICIPALITY: 'R', NAV: 'R', TEAM: 'R' });
		assert.deepEqual(duties.HOUSING, { SECOND_LINE: 'I', MUNICIPALITY: 'AR', NAV: 'C', TEAM: 'C' });
		assert.deepEqual(duties.LAR, { GP: 'R', SECOND_LINE: 'A', MUNICIPALITY: 'R', TEAM: 'C' });
		assert.equal(m.rows.filter((r) => Object.values(r.duties).filter((d) => d.includes('A')).length === 1).length, 15);
	});

	test('is in force when the last party has approved, and replaces the one before; the next begins as it', async () => {
		const first = await inForce(await drafted({ note: 'Første' }));
		assert.deepEqual([first.status, first.parties.every((p) => p.approved_at), first.actions], ['IN_FORCE', true, []]);
		const rows = [{ task: 'HOUSING', title: 'Bolig', duties: { MUNICIPALITY: 'AR' } }];
		const next = await drafted({ parties: undefined, note: undefined });
		assert.deepEqual([next.rows.length, next.parties.length, next.edition], [16, 3, first.edition + 1]);
		assert.deepEqual((await w.change(tl, 'PATCH', `/responsibility-matrices/${next.id}`, { rows, note: 'Kortere' })).is(200).body.rows, rows);
		assert.equal((await inForce(next)).status, 'IN_FORCE');
		const old = (await get(mh, first)).is(200).body;
		assert.deepEqual([old.status, typeof old.in_force_to], ['REPLACED', 'string']);
		const list = (await w.api(mh, 'GET', `/responsibility-matrices?unit_id=${unit_id}&status=IN_FORCE`)).is(200).body.items;
		assert.deepEqual(list.map((i) => i.id), [next.id]);
	});

	test('goes back without approvals; nobody approves twice; what is in force can be withdrawn', async () => {
		const m = await drafted();
		(await act(tl, m, 'submit')).is(200);
		(await act(mh, m, 'approve')).is(200);
		(await act('drammen-kommune:ko-1', m, 'approve')).is(409, 'conflict');
		const back = (await act(nav, m, 'send_back', { reason: 'Vi har ikke folk til dette' })).is(200).body;
		assert.deepEqual([back.status, back.parties.some((p) => p.approved_at)], ['DRAFT', false]);
		const done = await inForce(m);
		assert.equal((await act(tl, done, 'withdraw', { reason: 'Teamet legges ned' })).is(200).body.status, 'WITHDRAWN');
	});

	test('has one who answers for a task, each task once, and parties that exist', async () => {
		const row = (duties, task = 'HOUSING') => ({ task, title: 'Bolig', duties });
		assert.deepEqual((await post(tl, { rows: [row({ GP: 'C' }, 'X1'), row({ MUNICIPALITY: 'AR', TEAM: 'A' })] })).is(422, 'invalid_value').pointers(), ['/rows/1/duties']);
		assert.deepEqual((await post(tl, { rows: [row({}), row({})] })).is(422, 'invalid_value').pointers(), ['/rows/1/task']);
		for (const wrong of [{ agency_id: anyId(), acts_as: 'GP' }, party('politi-demo', 'TEAM')])
			assert.deepEqual((await post(tl, { parties: [parties[0], wrong] })).is(422, 'unknown_reference').pointers(), ['/parties/1/agency_id']);
		(await post(tl, { rows: [row({ MUNICIPALITY: 'X' })] })).is(422, 'invalid_body');
		(await post('lier-kommune:tl-1', { unit_id: w.ids.unit['lier-kommune:mottak'], parties: undefined })).is(422, 'missing_fact');
	});
});

describe('who reads and writes', () => {
	test('the team side writes; others do not', async () => {
		for (const who of ['drammen-dps:pm-1', 'drammen-dps:qm-1']) (await post(who)).is(201);
		for (const who of ['lier-kommune:tl-1', 'drammen-dps:tl-2']) (await post(who)).is(422, 'unknown_reference');
		for (const who of ['drammen-dps:tm-1', 'citizen:pt-1', 'drammen-dps:sg-1', 'politi-demo:po-1', 'citizen:re-1']) (await post(who)).is(403, 'forbidden');
		const m = await drafted();
		(await w.change('drammen-dps:dps-1', 'PATCH', `/responsibility-matrices/${m.id}`, { note: 'x' })).is(403, 'forbidden');
		(await act(tl, m, 'submit')).is(200);
		(await w.change(tl, 'PATCH', `/responsibility-matrices/${m.id}`, { note: 'x' })).is(409, 'conflict');
	});

	test('a draft is the team\'s agency\'s, then the parties\' too; what is in force everybody\'s', async () => {
		const m = await drafted();
		(await get('drammen-dps:tm-1', m)).is(200);
		for (const who of [mh, 'lier-kommune:mh-1', 'citizen:pt-1']) (await get(who, m)).is(404);
		(await act(tl, m, 'submit')).is(200);
		(await get(mh, m)).is(200);
		for (const who of ['lier-kommune:mh-1', 'citizen:pt-1']) (await get(who, m)).is(404);
		for (const who of [tl, mh, nav]) (await act(who, m, 'approve')).is(200);
		(await get('lier-kommune:mh-1', m)).is(200);
		assert.equal((await get('citizen:pt-1', m)).is(200).body.created_by, undefined);
		for (const who of ['politi-demo:po-1', 'citizen:re-1']) (await get(who, m)).is(403, 'forbidden');
		assert.ok((await w.api('citizen:pt-1', 'GET', '/responsibility-matrices')).is(200).body.items.every((i) => i.status === 'IN_FORCE'));
	});
});

test('every step from every state by every role', async () => {
	const all = [...parties, party('fastlege-demo', 'GP')];
	const force = async (id, s) => {
		await w.sql('delete from responsibility_approval where matrix_id = $1', [id]);
		await w.sql("update responsibility_matrix set state = 'REPLACED' where state = 'IN_FORCE' and id <> $1", [id]);
		return (await w.sql('update responsibility_matrix set state = $2, submitted_at = clock_now(), in_force_from = clock_now() where id = $1 returning version', [id, s]))[0].version;
	};
	const people = (list, standing) => list.map((as) => ({ as, standing }));
	await walk(w, { machine: 'responsibility-matrices', path: '/responsibility-matrices', make: () => drafted({ parties: all }), force, body: (a) => (['send_back', 'withdraw'].includes(a) ? { reason: 'Nei' } : {}),
		people: [...people([tl, 'drammen-dps:pm-1', 'drammen-dps:qm-1'], ['team_side', 'party']),
			...people(['drammen-dps:dps-1', mh, 'drammen-kommune:co-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1', nav, 'drammen-kommune:ho-1'], ['party']),
			...people(['lier-kommune:tl-1', 'lier-kommune:mh-1'], []),
			...['drammen-dps:tm-1', 'drammen-dps:tm-3', 'drammen-kommune:cu-1', 'politi-demo:po-1', 'citizen:pt-1', 'citizen:re-1', 'drammen-dps:pv-1', 'drammen-dps:sg-1', 'drammen-dps:sa-1']
				.map((as) => ({ as, hidden: true }))] });
});
