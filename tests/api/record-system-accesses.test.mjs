// Rights in each other's record systems: asked for by one side, decided by the other, ended by time and with the membership.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { day, daysBetween } from './lib/days.mjs';

const w = await world();
const [tl, tm, qm, pv, dps] = ['drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-dps:qm-1', 'drammen-dps:pv-1', 'drammen-dps:dps-1'];
const [mh, mtl, mpv] = ['drammen-kommune:mh-1', 'drammen-kommune:tl-1', 'drammen-kommune:pv-1'];
const staff = (who) => w.ids.staff[who];
const agency = (slug) => w.ids.agency[slug];
const unit_id = w.ids.unit['drammen-dps:fact'];
let serial = 0;
const post = (who, changes = {}) => w.api(who, 'POST', '/record-system-accesses', { staff_id: staff(tm), unit_id, system: 'OTHER', system_name: `System ${++serial}`, system_agency_id: agency('drammen-kommune'),
	access_role: 'Lese', reason: 'Arbeider i teamet', ...changes });
const asked = async (changes) => (await post(tl, changes)).is(201).body;
const act = (who, a, action, more = {}) => step(w, who, `/record-system-accesses/${a.id}`, { action, ...more });
const get = (who, a) => w.api(who, 'GET', `/record-system-accesses/${a.id}`);
const tasks = async (a) => (await w.sql('select kind, state, agency_id from task where entity_id = $1 order by created_at, kind desc', [a.id])).map((t) => [t.kind, t.state, t.agency_id === agency('drammen-kommune')]);

async function active(changes) {
	const a = await asked(changes);
	(await act(mh, a, 'approve')).is(200);
	return (await act(mh, a, 'activate')).is(200).body;
}

describe('a right', () => {
	test('is asked for by the unit\'s leader, given by whose system it is, and closed there when it is revoked', async () => {
		const a = await asked({ system: 'GERICA', system_name: undefined });
		assert.deepEqual([a.status, a.staff.id, a.system_agency.id], ['REQUESTED', staff(tm), agency('drammen-kommune')]);
		assert.deepEqual(await tasks(a), [['RECORD_SYSTEM_ACCESS', 'OPEN', true]]);
		(await post(tl, { system: 'GERICA', system_name: undefined })).is(409, 'conflict');
		const approved = (await act(mh, a, 'approve', { valid_to: day(100) })).is(200).body;
		assert.deepEqual([approved.status, approved.valid_to, approved.decided_by], ['APPROVED', day(100), staff(mh)]);
		assert.equal(typeof (await act(mtl, a, 'activate')).is(200).body.activated_at, 'string');
		const gone = (await act(tl, a, 'revoke', { reason: 'Slutter i teamet' })).is(200).body;
		assert.deepEqual([gone.status, gone.end_reason], ['REVOKED', 'Slutter i teamet']);
		assert.deepEqual(await tasks(a), [['RECORD_SYSTEM_ACCESS', 'DONE', true], ['RECORD_SYSTEM_CLOSE', 'OPEN', true]]);
	});

	test('lasts a year at most, and is denied with a reason', async () => {
		const a = await asked();
		for (const valid_to of [day(-1), day(400)]) assert.deepEqual((await act(mh, a, 'approve', { valid_to })).is(422, 'invalid_value').pointers(), ['/valid_to']);
		(await act(mh, a, 'deny')).is(422, 'invalid_body');
		assert.equal((await act(mh, a, 'deny', { reason: 'Ikke behov' })).is(200).body.status, 'DENIED');
		const days = daysBetween(Date.now(), (await active()).valid_to);
		assert.ok(days > 360 && days < 366, `${days} days`);
	});

	test('is not given by whoever has it or has asked for it', async () => {
		const own = { system: 'DIPS', system_name: undefined, system_agency_id: agency('drammen-dps') };
		const a = await asked({ ...own, staff_id: staff(tl) });
		(await act(tl, a, 'approve')).is(403, 'same_person');
		(await act(dps, a, 'approve')).is(200);
		(await act(tl, a, 'activate')).is(403, 'same_person');
		(await act(pv, await asked(own), 'approve')).is(200);
	});

	test('names somebody of the unit, a system and an agency that can answer', async () => {
		const [users, gone] = await w.sql(`insert into agency (slug, name, type, organisation_number, valid_to)
			values ('brukere', 'Brukere', 'USER_ORGANISATION', '312345673', null), ('nedlagt', 'Nedlagt', 'HOUSING', '312345681', clock_today()) returning id`);
		for (const [changes, pointer] of [[{ staff_id: anyId() }, '/staff_id'], [{ staff_id: staff(dps) }, '/unit_id'], [{ unit_id: w.ids.unit['drammen-kommune:mottak'] }, '/unit_id'], [{ system_agency_id: anyId() }, '/system_agency_id'],
			[{ system_agency_id: agency('politi-demo') }, '/system_agency_id'], [{ system_agency_id: users.id }, '/system_agency_id'], [{ system_agency_id: gone.id }, '/system_agency_id']])
			assert.deepEqual((await post(tl, changes)).is(422, 'unknown_reference').pointers(), [pointer]);
		for (const changes of [{ system: 'DIPS' }, { system_name: undefined }]) assert.deepEqual((await post(tl, changes)).is(422, 'invalid_value').pointers(), ['/system_name']);
		(await post(mpv)).is(201);
		(await post('lier-kommune:pv-1')).is(422, 'unknown_reference');
		for (const who of [mh, dps]) (await post(who)).is(403, 'forbidden');
	});

	test('is revoked by the leader, the privacy officer, or whose system it is; not by a colleague or the holder', async () => {
		const own = { system: 'DIPS', system_name: undefined, system_agency_id: agency('drammen-dps'), staff_id: staff('drammen-dps:tm-5') };
		const colleague = await asked();
		(await w.api(dps, 'POST', `/record-system-accesses/${colleague.id}/transitions`, { action: 'revoke', reason: 'x' }, { 'if-match': '"1"' })).is(404);
		(await act(tm, colleague, 'revoke', { reason: 'x' })).is(403);
		for (const [who, a] of [[pv, colleague], [tl, await asked()], ['drammen-dps:tl-2', await asked()], [mtl, await asked()], [dps, await asked(own)]])
			assert.equal((await act(who, a, 'revoke', { reason: 'x' })).is(200).body.status, 'REVOKED');
	});

	test('ends when its time is out, and with the membership for which it was needed', async () => {
		const long = await active();
		const short = await active();
		const member = await active({ staff_id: staff('drammen-dps:tm-4') });
		await w.sql('update record_system_access set valid_to = clock_today() + 1 where id = $1', [short.id]);
		await w.sql(`update staff_membership set state = 'ENDED', valid_to = clock_today() where staff_id = $1`, [staff('drammen-dps:tm-4')]);
		(await w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead: 'P3D' })).is(200);
		const ended = async (a) => [(await get(tl, a)).is(200).body].map((b) => [b.status, b.end_reason])[0];
		assert.deepEqual([await ended(long), await ended(short), await ended(member)], [['ACTIVE', undefined], ['EXPIRED', 'TIME_IS_OUT'], ['REVOKED', 'MEMBERSHIP_ENDED']]);
		assert.deepEqual((await tasks(member)).at(-1), ['RECORD_SYSTEM_CLOSE', 'OPEN', true]);
	});
});

test('who sees it: the holder, the leader, both agencies\' deciders; nobody else', async () => {
	const a = await asked();
	for (const [who, status] of [[tm, 200], [tl, 200], [qm, 200], [pv, 200], ['drammen-dps:sa-1', 200], [mh, 200], ['drammen-dps:tm-2', 404], [dps, 404], ['lier-kommune:mh-1', 404], ['nav-drammen:nav-1', 404],
		['drammen-dps:pm-1', 404], ['drammen-dps:sg-1', 404], ['citizen:pt-1', 403], ['politi-demo:po-1', 403]]) (await get(who, a)).is(status);
	const list = async (query, who = pv) => (await w.api(who, 'GET', `/record-system-accesses?${query}`)).is(200).body;
	const elsewhere = w.ids.unit['drammen-dps:poliklinikk'];
	await w.sql(`insert into staff_membership (staff_id, unit_id, role, state, valid_from) values ($1, $2, 'TM', 'ACTIVE', '2026-01-01')`, [staff('drammen-dps:tm-2'), elsewhere]);
	const other = (await post(pv, { staff_id: staff('drammen-dps:tm-2'), unit_id: elsewhere, system: 'DIPS', system_name: undefined, system_agency_id: agency('drammen-dps') })).is(201).body;
	(await act(tl, other, 'deny', { reason: 'Ikke behov' })).is(200);
	const found = async (query) => (await list(`limit=200&${query}`)).items.map((i) => i.id).filter((id) => [a.id, other.id].includes(id));
	for (const [query, ids] of [[`staff_id=${staff(tm)}`, [a.id]], [`staff_id=${staff('drammen-dps:tm-2')}`, [other.id]], ['status=REQUESTED', [a.id]], ['status=DENIED', [other.id]], [`unit_id=${unit_id}`, [a.id]],
		[`unit_id=${elsewhere}`, [other.id]], [`system_agency_id=${agency('drammen-kommune')}`, [a.id]], [`system_agency_id=${agency('drammen-dps')}`, [other.id]]]) assert.deepEqual(await found(query), ids, query);
	const page = await list('limit=1');
	assert.notEqual((await w.api(pv, 'GET', page.links.next)).is(200).body.items[0].id, page.items[0].id);
});

test('every step from every state by every role', async () => {
	const deciders = [mtl, dps, mh, 'drammen-kommune:co-1', 'drammen-kommune:ko-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-kommune:ho-1', mpv];
	const slugOf = (as) => (deciders.includes(as) ? as.split(':')[0] : 'drammen-kommune');
	const force = async (id, s, as) => (await w.sql(`update record_system_access set state = $2, system_agency_id = $3, valid_to = clock_today() + 30 where id = $1 returning version`, [id, s, agency(slugOf(as))]))[0].version;
	await walk(w, { machine: 'record-system-accesses', path: '/record-system-accesses', make: asked, force, body: (a) => (['deny', 'revoke'].includes(a) ? { reason: 'Nei' } : {}),
		people: [...deciders.map((as) => ({ as, standing: ['system_side'] })), { as: tl, standing: ['holder_side'] }, { as: pv, standing: ['holder_side'] },
			...[tm, 'drammen-dps:tm-3', qm].map((as) => ({ as, hidden: true })), ...refused(...deciders, tm, qm)] });
});
