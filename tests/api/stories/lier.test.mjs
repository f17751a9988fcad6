// The municipal worker in Lier: knows of nobody until a measure is proposed, and takes over from the team in the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { lier } = people;
const nobody = { referral: 404, patient: 404, responsibilities: 404 };

test('is not told of a person of another municipality', async () => {
	for (const to of ['referred', 'accepted', 'met']) {
		await p.to(to);
		await p.sees(lier, nobody);
		assert.deepEqual(await p.waits(lier), []);
	}
	await p.to('planBegun');
	await p.sees(lier, { ...nobody, enrolment: 404, contact: 404, plan: 404 });
	assert.deepEqual((await p.get(lier, `/plans?patient_id=${p.patient}`)).items, []);
});

test('is asked for a place at the day centre: the measure alone, not the plan that it belongs to', async () => {
	await p.to('planWritten');
	assert.deepEqual(await p.waits(lier), ['MEASURE_PROPOSED']);
	await p.sees(lier, { patient: 200, plan: 404, 'measure of lier': 'STAND_ALONE', 'measure of drammen': 404, 'measure of nav': 404, 'measure of team': 404 });
	assert.equal((await p.get(lier, `/measures/${p.measures.lier.id}`)).plan_id, undefined);
	(await step(w, lier, `/measures/${p.measures.lier.id}`, { action: 'refuse', reason: 'x' })).is(422, 'invalid_body');
	await p.to('measuresAccepted');
	assert.deepEqual([await p.waits(lier), await p.has(lier)], [[], ['MEASURE']]);
});

test('goes on with its own while the person is in hospital, and sees that they are', async () => {
	await p.to('admitted');
	await p.sees(lier, { admission: 200, board: 403 });
	await p.act(lier, `/measures/${p.measures.lier.id}`, { action: 'start' });
	assert.equal((await p.act(lier, `/measures/${p.measures.lier.id}`, { action: 'hold', reason: 'Innlagt', until: await p.today(30) })).status, 'ON_HOLD');
	(await step(w, lier, p.admissionPath, { action: 'discharge' })).is([403, 422]);
});

test('is offered what the team has; until it is accepted the team answers for it', async () => {
	await p.to('endPlanned');
	assert.deepEqual(await p.waits(lier), ['HANDOVER_OFFERED']);
	await p.sees(lier, { 'measure of team': 404 });
	assert.deepEqual(await p.has(people.tl, people.tm), ['HANDOVER', 'MAIN_CONTACT', 'MEASURE'].filter((k) => k !== 'HANDOVER'));
	await p.to('takenOver');
	await p.sees(lier, { 'measure of team': 'STAND_ALONE' });
	const measure = await p.get(lier, `/measures/${p.measures.team.id}`);
	assert.deepEqual([measure.responsible_agency_id, measure.status], [w.ids.agency['lier-kommune'], 'ACCEPTED']);
	(await step(w, people.tm, `/measures/${p.measures.team.id}`, { action: 'start' })).is(403, 'forbidden_action');
});

test('is responsible from the day that the team leaves', async () => {
	await p.to('ended');
	assert.deepEqual(await p.waits(lier), ['NEXT_RESPONSIBLE']);
	const { items } = await p.get(lier, '/tasks?kind=NEXT_RESPONSIBLE');
	await p.act(lier, `/tasks/${items[0].id}`, { action: 'complete' });
	assert.deepEqual(await p.waits(lier), []);
});

test('the person sees what Lier asked for in vain, and what it was shown', () =>
	p.isLogged(lier, ['DENIED getPatient', 'READ getPatient', 'UPDATE transitionMeasure', 'UPDATE transitionHandover', 'READ getAdmission']));
