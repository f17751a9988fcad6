// Persons known to need help who are connected to no service: nothing before it is switched on, little then, and nothing after.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from './around-steps.mjs';
import { report, step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { daysBetween, forth } from './lib/days.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const unit = w.ids.unit['drammen-kommune:mottak'];
const path = '/known-unconnected-persons';
const body = { description: 'Mann med grå hund', area: 'Bragernes', known_by: 'Gatehelsetjenesten', last_seen_on: '2026-02-27', legal_basis_code: 'HOL_SUBSTANCE_RELATIVE',
	legal_basis_note: 'Vurdert av kommuneoverlegen' };

const post = (who, changes = {}) => w.api(who, 'POST', path, { ...body, ...changes });
const noted = async (changes, who = mh) => (await post(who, changes)).is(201).body;
const act = (who, k, members) => step(w, who, `${path}/${k.id}`, members);
const switchTo = async (on) => (await w.change('drammen-kommune:sa-1', 'PATCH', `/units/${unit}`, { config: on ? { known_unconnected_persons: true } : {} })).is(200);

test('there is nothing before a unit is switched on, and nothing again when it is off', async () => {
	const everything = async (id) => [await w.api(mh, 'GET', path), await post(mh), await w.api(mh, 'GET', `${path}/${id}`), await w.api(mh, 'PATCH', `${path}/${id}`, { area: 'x' }, { 'if-match': '"1"' }),
		await w.api(mh, 'POST', `${path}/${id}/transitions`, { action: 'close', closing_reason: 'MOVED' }, { 'if-match': '"1"' }), await w.api('drammen-kommune:ko-1', 'GET', path)];
	for (const r of await everything(anyId())) r.is(403, 'switched_off');
	await switchTo(true);
	const k = await noted();
	assert.deepEqual((await w.api(mh, 'GET', path)).is(200).body.items.map((i) => i.id), [k.id]);
	await switchTo(false);
	for (const r of await everything(k.id)) r.is(403, 'switched_off');
	await switchTo(true);
	for (const who of ['drammen-dps:tm-1', 'drammen-dps:tl-1']) (await post(who)).is(403, 'switched_off');
});

describe('a row', () => {
	test('has a legal basis, an owner of the next attempt, and no more than it needs', async () => {
		const k = await noted({ next_attempt_on: '2026-03-10', next_attempt_staff_id: w.ids.staff[mh], unit_id: unit });
		assert.deepEqual([k.status, k.description, k.next_attempt_staff_id, k.actions], ['OPEN', body.description, w.ids.staff[mh], ['renew', 'connect', 'close']]);
		// to the end of that day in Oslo, whatever the clocks do in between
		const [{ ends }] = await w.sql('select (oslo_day($1::timestamptz) + 181)::timestamp at time zone $2 as ends', [k.created_at, 'Europe/Oslo']);
		assert.equal(new Date(k.expires_at).toISOString(), new Date(ends).toISOString());
		for (const missing of ['legal_basis_code', 'legal_basis_note', 'description']) assert.deepEqual((await post(mh, { [missing]: undefined })).is(422, 'invalid_body').pointers(), [`/${missing}`]);
		(await post(mh, { national_id: '01819012365' })).is(422, 'invalid_body');
		assert.deepEqual((await post(mh, { legal_basis_code: 'CURIOSITY' })).is(422, 'unknown_reference').pointers(), ['/legal_basis_code']);
		assert.deepEqual((await post(mh, { next_attempt_staff_id: w.ids.staff['lier-kommune:mh-1'] })).is(422, 'unknown_reference').pointers(), ['/next_attempt_staff_id']);
		(await post(mh, { last_seen_on: '2999-01-01' })).is(422, 'invalid_value');
		(await post(mh, { unit_id: w.ids.unit['lier-kommune:mottak'] })).is(422, 'unknown_reference');
	});

	test('is changed while it is open, by its unit', async () => {
		const k = await noted();
		const changed = (await w.change('drammen-kommune:mh-2', 'PATCH', `${path}/${k.id}`, { area: null, last_seen_on: '2026-03-05' })).is(200).body;
		assert.deepEqual([changed.area, changed.last_seen_on, changed.description], [undefined, '2026-03-05', body.description]);
		(await w.api(mh, 'PATCH', `${path}/${k.id}`, { area: 'x' }, { 'if-match': '"1"' })).is(412);
		(await act(mh, k, { action: 'close', closing_reason: 'MOVED' })).is(200);
		(await w.change(mh, 'PATCH', `${path}/${k.id}`, { area: 'x' })).is(409, 'conflict');
	});

	test('is seen by its unit and the chief doctor; the officer sees no more than that there is a ground', async () => {
		const k = await noted();
		for (const who of [mh, 'drammen-kommune:tl-1', 'drammen-kommune:ko-1']) assert.equal((await w.api(who, 'GET', `${path}/${k.id}`)).is(200).body.description, body.description);
		const officer = (await w.api('drammen-kommune:pv-1', 'GET', `${path}/${k.id}`)).is(200).body;
		assert.deepEqual([officer.legal_basis_code, officer.status, officer.description, officer.area, officer.known_by, officer.legal_basis_note], [body.legal_basis_code, 'OPEN', ...Array(4).fill(undefined)]);
		await w.sql(`update unit set config = '{"known_unconnected_persons": true}' where id = $1`, [w.ids.unit['lier-kommune:mottak']]);
		for (const who of ['lier-kommune:mh-1', 'lier-kommune:ko-1']) (await w.api(who, 'GET', `${path}/${k.id}`)).is(404);
		for (const who of ['politi-demo:po-1', 'nav-drammen:nav-1', 'drammen-dps:dps-1', 'citizen:pt-1', 'drammen-kommune:sa-1']) (await w.api(who, 'GET', path)).is(403, 'forbidden');
		assert.ok((await w.api(mh, 'GET', `${path}?status=OPEN&unit_id=${unit}&limit=200`)).is(200).body.items.some((i) => i.id === k.id));
	});
});

describe('its end', () => {
	const empty = async (k) => {
		const [row] = await w.sql('select num_nonnulls(description, area, known_by, last_seen_on, next_attempt_on, next_attempt_staff_id, renewal_reason)::int as n, state from known_unconnected_person where id = $1', [k.id]);
		assert.equal(row.n, 0);
		return row.state;
	};

	test('it is renewed once, with a reason', async () => {
		const k = await noted();
		await w.sql(`update known_unconnected_person set expires_at = ${forth('clock_now()', 1)} where id = $1`, [k.id]);
		(await act(mh, k, { action: 'renew' })).is(422, 'invalid_body');
		const r = (await act(mh, k, { action: 'renew', reason: 'Ikke funnet etter fire forsøk' })).is(200).body;
		assert.deepEqual([r.status, r.renewal_reason, r.actions], ['OPEN', 'Ikke funnet etter fire forsøk', ['connect', 'close']]);
		assert.ok(daysBetween(Date.now(), r.expires_at) > 179);
		(await act(mh, k, { action: 'renew', reason: 'Ikke funnet etter åtte forsøk' })).is(409, 'renewed_already');
	});

	test('it has become a report that the caller can see, and is emptied', async () => {
		const k = await noted();
		(await act(mh, k, { action: 'connect', became: 'concern-reports', became_id: anyId() })).is(422, 'unknown_reference');
		const made = (await w.api(mh, 'POST', '/concern-reports', report)).is(201).body;
		const r = (await act(mh, k, { action: 'connect', became: 'concern-reports', became_id: made.id })).is(200).body;
		assert.deepEqual([r.status, r.became, r.became_id, r.description], ['CONNECTED', 'concern-reports', made.id, undefined]);
		assert.equal(await empty(k), 'CONNECTED');
		const other = await noted();
		(await act(mh, other, { action: 'close', closing_reason: 'NOT_IN_TARGET' })).is(200);
		assert.equal(await empty(other), 'CLOSED');
	});

	test('its time is out, and the job empties it; nothing of it stays in history or events', async () => {
		const k = await noted({ description: 'Kvinne med rød sykkel' });
		await w.sql("update known_unconnected_person set expires_at = clock_now() where id = $1", [k.id]);
		await w.sql('select * from run_deadlines(100)');
		assert.equal(await empty(k), 'EXPIRED');
		for (const table of ['row_history', 'transition_event', 'outbox'])
			assert.equal((await w.sql(`select count(*)::int as n from ${table} t where to_jsonb(t)::text like '%rød sykkel%'`))[0].n, 0, table);
		assert.equal((await w.api(mh, 'GET', `${path}/${k.id}`)).is(200).body.status, 'EXPIRED');
	});
});

test('every step from every state by every role', async () => {
	await w.sql(`update unit set config = '{"known_unconnected_persons": true}' where id = $1`, [w.ids.unit['drammen-dps:fact']]);
	const made = (await w.api(mh, 'POST', '/concern-reports', report)).is(201).body;
	const force = async (id, s) => (await w.sql(`update known_unconnected_person set state = $2, description = case when $2 = 'OPEN' then 'x' end, area = null, known_by = null, last_seen_on = null,
		renewed_at = null, renewal_reason = null, became = 'concern-reports', became_id = case when $2 = 'CONNECTED' then $3::uuid end where id = $1 returning version`, [id, s, made.id]))[0].version;
	const bodies = { renew: { reason: 'Fortsatt ikke funnet' }, connect: { became: 'concern-reports', became_id: made.id }, close: { closing_reason: 'WRONG' } };
	const go = (make, people) => walk(w, { machine: 'known-unconnected-persons', path, make, force, body: (a) => bodies[a], people });
	const municipal = [mh, 'drammen-kommune:tl-1'];
	await go(() => noted(), [...municipal.map((as) => ({ as, standing: ['own_unit'] })), { as: 'drammen-kommune:ko-1', hidden: true }, { as: 'drammen-kommune:pv-1', hidden: true },
		...refused(...municipal, 'drammen-kommune:ko-1', 'drammen-kommune:pv-1')]);
	const team = ['drammen-dps:tm-1', 'drammen-dps:tm-3', 'drammen-dps:tl-1'];
	await go(() => noted({}, team[0]), [...team.map((as) => ({ as, standing: ['own_unit'] })), ...refused(...team)]);
});
