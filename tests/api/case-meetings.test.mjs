// Case meetings: who is invited sees it, nobody is bound by it, and what is agreed becomes work where it is decided.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentTo, makePerson, refused, relate } from './around-steps.mjs';
import { step } from './concern-steps.mjs';
import { anyId, world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const leader = 'drammen-dps:tl-1';
const co = 'drammen-kommune:co-1';
const nav = 'nav-drammen:nav-1';
const person = await makePerson(w, { units: ['drammen-kommune:mottak', 'nav-drammen:kontor'], plan: ['drammen-kommune:koordinering'], self: true });
const relative = agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === 'RE').pid;
const relation = (await w.api(leader, 'POST', `/patients/${person}/relations`, { kind: 'NEXT_OF_KIN', name: 'Blid Furu', national_id: relative })).is(201).body.id;

const staff = (who) => ({ staff_id: w.ids.staff[who] });
const body = { patient_id: person, kind: 'RESPONSIBILITY_GROUP', starts_at: '2039-03-10T09:00:00Z', agenda: ['Bolig'] };
const called = async (changes = {}, who = team) => (await w.api(who, 'POST', '/case-meetings', { ...body, ...changes })).is(201).body;
const get = (who, m) => w.api(who, 'GET', `/case-meetings/${m.id}`);
const listed = async (who, m) => (await w.api(who, 'GET', '/case-meetings?limit=200')).is(200).body.items.some((i) => i.id === m.id);
const begun = (m) => w.sql("update case_meeting set starts_at = clock_now() - interval '1 hour' where id = $1", [m.id]);

describe('who sees a meeting', () => {
	test('those who serve the person, and who is invited by name', async () => {
		const m = await called({ participants: [staff('fastlege-demo:gp-1'), staff('drammen-kommune:ko-1'), staff('drammen-dps:tm-3')] });
		for (const who of [team, leader, 'drammen-kommune:mh-1', co, 'drammen-kommune:cu-1', 'fastlege-demo:gp-1', 'drammen-kommune:ko-1', 'drammen-dps:tm-3', 'citizen:pt-1']) {
			assert.equal((await get(who, m)).is(200).body.agenda[0], 'Bolig', who);
			assert.ok(await listed(who, m), who);
		}
		for (const who of ['fastlege-demo:gp-2', 'lier-kommune:mh-1', 'lier-kommune:ko-1', 'drammen-dps:dps-1']) {
			(await get(who, m)).is(404, 'not_found');
			assert.ok(!(await listed(who, m)), who);
		}
		for (const who of ['politi-demo:po-1', 'drammen-dps:sa-1', 'drammen-dps:qm-1']) (await get(who, m)).is(403, 'forbidden');
		(await get('lier-kommune:mh-1', { id: anyId() })).is(404, 'not_found');
	});

	test('outside health care only with the person\'s consent', async () => {
		const m = await called({ participants: [staff(nav)] });
		(await get(nav, m)).is(403, 'consent_required');
		assert.ok(!(await listed(nav, m)));
		const consent = await consentTo(w, person, 'nav-drammen', { type: 'CASE_MEETING' });
		assert.equal((await get(nav, m)).is(200).body.id, m.id);
		assert.ok(await listed(nav, m));
		(await get('nav-drammen:nav-2', m)).is(404);
		await w.sql("update consent set state = 'WITHDRAWN' where id = $1", [consent]);
		(await get(nav, m)).is(403, 'consent_required');
	});

	test('relatives those that they are invited to', async () => {
		const [with_, without] = [await called({ participants: [{ relation_id: relation }] }), await called()];
		assert.equal((await get('citizen:re-1', with_)).is(200).body.participants[0].name, 'Blid Furu');
		(await get('citizen:re-1', without)).is(404);
		assert.deepEqual([await listed('citizen:re-1', with_), await listed('citizen:re-1', without)], [true, false]);
	});

	test('an objection closes it to the invited too', async () => {
		const other = await makePerson(w);
		const m = await called({ patient_id: other, participants: [staff('fastlege-demo:gp-1')] });
		(await w.api(team, 'POST', `/patients/${other}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['case-meetings'], against: 'AGENCY', against_id: w.ids.agency['fastlege-demo'] })).is(201);
		(await get('fastlege-demo:gp-1', m)).is(403, 'blocked');
		assert.ok(!(await listed('fastlege-demo:gp-1', m)));
	});
});

describe('calling one', () => {
	test('names people who can be invited, and a time to come', async () => {
		const m = await called({ participants: [{ name: 'En venn' }, staff('drammen-kommune:mh-1')], place: 'Rom 2' }, co);
		assert.deepEqual([m.chair_staff_id, m.minutes_planned, m.participants.map((p) => [p.kind, p.name === undefined])], [w.ids.staff[co], 60, [['OTHER', false], ['STAFF', false]]]);
		for (const who of [staff('politi-demo:po-1'), { staff_id: anyId() }, { relation_id: anyId() }, { ...staff('drammen-kommune:mh-1'), unit_id: w.ids.unit['drammen-dps:fact'] }])
			assert.deepEqual((await w.api(team, 'POST', '/case-meetings', { ...body, participants: [{ name: 'x' }, who] })).is(422, 'unknown_reference').pointers(), ['/participants/1']);
		(await w.api(team, 'POST', '/case-meetings', { ...body, starts_at: '2020-01-01T00:00:00Z' })).is(422, 'invalid_value');
		(await w.api(team, 'POST', '/case-meetings', { ...body, patient_id: anyId() })).is(422, 'unknown_reference');
		for (const who of [nav, 'fastlege-demo:gp-1', 'citizen:pt-1', 'drammen-dps:tm-3']) (await w.api(who, 'POST', '/case-meetings', body)).is(403, 'forbidden');
	});

	test('can be changed by chair and convener until it is held', async () => {
		const m = await called({ participants: [{ name: 'A' }, { name: 'B' }], place: 'Rom 2' });
		const changed = (await w.change(leader, 'PATCH', `/case-meetings/${m.id}`, { place: null, participants: [{ name: 'C' }] })).is(200).body;
		assert.deepEqual([changed.place, changed.participants.map((p) => p.name), changed.agenda, changed.version], [undefined, ['C'], ['Bolig'], 2]);
		(await w.change('drammen-kommune:mh-1', 'PATCH', `/case-meetings/${m.id}`, { place: 'x' })).is(403, 'forbidden');
		(await w.api(team, 'PATCH', `/case-meetings/${m.id}`, { place: 'x' }, { 'if-match': '"1"' })).is(412);
		(await step(w, team, `/case-meetings/${m.id}`, { action: 'cancel', reason: 'Syk' })).is(200);
		(await w.change(team, 'PATCH', `/case-meetings/${m.id}`, { place: 'x' })).is(409, 'conflict');
	});
});

describe('what was agreed', () => {
	const held = { action: 'hold', summary: 'Gikk gjennom planen', patient_attended: true };

	test('is a task of the unit that decides, and no decision', async () => {
		const m = await called({ participants: [staff('drammen-kommune:mh-1'), { name: 'En venn' }] });
		(await step(w, team, `/case-meetings/${m.id}`, held)).is(409, 'conflict');
		await begun(m);
		const mottak = w.ids.unit['drammen-kommune:mottak'];
		const r = (await step(w, team, `/case-meetings/${m.id}`, { ...held, attended: [m.participants[0].id], next_meeting_on: '2039-06-01',
			agreements: [{ text: 'Søke kommunal bolig', unit_id: mottak, due_on: '2039-04-01' }] })).is(200).body;
		assert.deepEqual([r.status, r.participants.map((p) => p.attended), r.agreements[0].text, r.next_meeting_on], ['HELD', [true, false], 'Søke kommunal bolig', '2039-06-01']);
		const task = (await w.api('drammen-kommune:mh-1', 'GET', `/tasks/${r.agreements[0].task_id}`)).is(200).body;
		assert.deepEqual([task.kind, task.status, task.unit_id, task.title.includes('bolig')], ['CASE_MEETING', 'OPEN', mottak, false]);
	});

	test('falls to nobody who neither took part nor serves the person', async () => {
		const m = await called();
		await begun(m);
		const r = (await step(w, team, `/case-meetings/${m.id}`, { ...held, agreements: [{ text: 'x', unit_id: w.ids.unit['lier-kommune:mottak'] }] })).is(422, 'unknown_reference');
		assert.deepEqual(r.pointers(), ['/agreements/0/unit_id']);
		assert.equal((await get(team, m)).body.status, 'PLANNED');
	});
});

test('every step from every state by every role', async () => {
	const guests = ['drammen-kommune:ko-1', 'fastlege-demo:gp-1', nav, 'drammen-kommune:ho-1'];
	await relate(w, person, 'drammen-dps:poliklinikk');
	const unsaid = ['drammen-dps:dps-1', 'drammen-kommune:mh-1', co, 'drammen-kommune:cu-1'];
	const force = async (id, s) => {
		await w.sql('delete from case_meeting_agreement where meeting_id = $1', [id]);
		const [{ version }] = await w.sql("update case_meeting set state = $2, summary = 'x', patient_attended = true, starts_at = '2020-01-01' where id = $1 returning version", [id, s]);
		return version;
	};
	const bodies = { hold: { summary: 'Ok', patient_attended: false }, cancel: { reason: 'Syk' } };
	await walk(w, { machine: 'case-meetings', path: '/case-meetings', make: () => called(), force, body: (a) => bodies[a],
		people: [{ as: team, standing: ['chair', 'convener'] }, { as: leader, standing: ['convener'] }, ...unsaid.map((as) => ({ as })), { as: 'drammen-dps:tm-3', hidden: true },
			...guests.map((as) => ({ as, hidden: true })), ...refused(team, leader, ...unsaid, ...guests)] });
	for (const who of unsaid) {
		const m = await called({}, who);
		assert.equal((await step(w, who, `/case-meetings/${m.id}`, { action: 'cancel', reason: 'Syk' })).is(200).body.status, 'CANCELLED');
	}
});
