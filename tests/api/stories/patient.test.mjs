// The person: sees everything about themselves, decides what is theirs to decide, and who has looked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { me, path, people, step } from './path.mjs';

const p = await path();
const { w } = p;
const { tm } = people;

test('follows the referral from the first day', async () => {
	await p.to('referred');
	await p.sees(me, { referral: 'SELF', patient: 200 });
	(await step(w, me, `/referrals/${p.referral}`, { action: 'receive' })).is([403, 422]);
	(await w.api(me, 'GET', '/inbox')).is(403, 'forbidden');
	(await w.api('citizen:re-1', 'GET', `/patients/${p.patient}`)).is([403, 404]);
	await p.to('met');
	await p.sees(me, { enrolment: 'FULL', contact: 'FULL' });
	const { items } = await p.get(me, p.places().responsibilities);
	assert.deepEqual(items.filter((i) => ['MAIN_CONTACT', 'GP'].includes(i.kind)).map((i) => i.staff?.name ?? i.unit.name).sort(), ['Elvebyen legesenter', 'Jonas Lindås']);
});

test('is on the board and sees why, but does not write there', async () => {
	await p.to('onBoard');
	await p.sees(me, { board: 200 });
	(await w.api(me, 'POST', '/board-entries', { patient_id: p.patient, category: 'CRISIS', reason_code: 'CRISIS' })).is(403, 'forbidden');
	(await w.api(me, 'GET', `/units/${w.ids.unit['drammen-dps:fact']}/board`)).is(404);
});

test('has a plan of their own, which nobody approves in their stead', async () => {
	await p.to('planBegun');
	(await w.api(me, 'POST', `${p.planPath}/goals`, { words: 'Jeg vil ha hund', domain: 'NETWORK' })).is(201);
	(await w.api(me, 'POST', `${p.planPath}/goals`, { words: 'Jeg vil ha hund', domain: 'OTHER' })).is(422, 'invalid_body');
	await p.to('measuresAccepted');
	await p.sees(me, { plan: 'FULL', 'measure of team': 'FULL', 'measure of nav': 'FULL', 'measure of lier': 'FULL' });
	await p.to('planInForce');
	const page = (await w.api(me, 'GET', `${p.planPath}/print`)).is(200);
	for (const words of ['Jeg vil ha hund', 'Nettverk', 'Samtaler hjemme', 'Lier kommune']) assert.ok(page.text.includes(words), words);
});

test('reads every plan, examination and answer about themselves', async () => {
	await p.to('assessed');
	await p.sees(me, { crisis: 'FULL', work: 'FULL', somatic: 200 });
	assert.equal((await p.get(me, `/assessments?patient_id=${p.patient}&limit=200`)).items.length, 7);
	(await w.api(me, 'POST', '/somatic-assessments', { patient_id: p.patient, examined_on: await p.today() })).is(403, 'forbidden');
	(await w.api(me, 'POST', '/life-situations', { patient_id: p.patient, observed_on: await p.today(), ratings: [{ domain: 'HOUSING', patient_level: 3 }] })).is(201);
});

test('sees the stay, and what is to be done after it', async () => {
	await p.to('outOfHospital');
	assert.equal((await p.get(me, p.admissionPath)).status, 'DISCHARGED');
	const kinds = async () => (await p.get(me, '/tasks?status=OPEN&limit=200')).items.map((t) => t.kind).sort();
	assert.deepEqual(await kinds(), ['CRISIS_PLAN_REVIEW', 'POST_DISCHARGE_CONTACT']);
	await p.to('followedUp');
	assert.deepEqual(await kinds(), []);
});

test('withdraws a consent, and the sharing stops at once', async () => {
	(await step(w, me, `/consents/${p.release}`, { action: 'withdraw' })).is(200);
	await p.sees(people.nav, { patient: 403, work: 403, 'measure of nav': 403 });
	assert.equal((await p.get(me, `/plans/${p.work}`)).status, 'SUSPENDED');
	await p.sees(tm, { plan: 'FULL' });
});

test('is told who takes over', async () => {
	await p.to('ended');
	const enrolment = await p.get(me, p.enrolmentPath);
	assert.deepEqual([enrolment.status, enrolment.next_responsible_agency.name], ['DISCHARGED', 'Lier kommune']);
	const { items } = await p.get(me, p.places().responsibilities);
	assert.equal(items.find((i) => i.id === p.measures.team.id).agency.name, 'Lier kommune');
});

test('sees of everybody what they have seen, and what they were refused', async () => {
	await w.api('politi-demo:po-1', 'GET', `/patients/${p.patient}`);
	for (const who of Object.values({ ...people, ho: 'politi-demo:po-1', ko: 'politi-demo:po-1' })) assert.ok((await p.logged(who)).length > 0, who);
	assert.deepEqual(await p.logged('politi-demo:po-1'), ['DENIED getPatient']);
	assert.deepEqual(await p.logged('drammen-kommune:ho-1'), [], 'who has not looked is not there');
	(await w.api(tm, 'GET', `/patients/${p.patient}/access-log`)).is([200, 403]);
	await p.isLogged(me, ['READ getPatient', 'UPDATE transitionPlan', 'UPDATE transitionConsent']);
});
