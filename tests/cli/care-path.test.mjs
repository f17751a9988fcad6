// The care path's everyday words against the real daemon: a referral becomes an enrolment, the person is on the board,
// is met, gets a plan and is admitted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { environment, syntheticNumber, world } from '../api/harness.mjs';
import { criteria } from '../api/intake-steps.mjs';
import { run } from './run.mjs';

const w = await world();
const url = `http://127.0.0.1:${w.port}/api/v1`;
const made = {};
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString();

const told = (who, words, input = '') => {
	const [agency, role] = who.split('/');
	return run([...words, '--url', url, '--keys', environment.keys, '--agency', agency, '--role', role], { input });
};

// The answer as JSON; `words` may hold the body as an object.
async function say(who, words, code = 0) {
	const body = words.find((word) => typeof word === 'object');
	const result = await told(who, [...words.map((word) => (word === body ? '-' : word)), '--json'], body && JSON.stringify(body));
	assert.equal(result.code, code, `${words.join(' ')}: ${result.stderr}`);
	return code === 0 ? JSON.parse(result.stdout) : null;
}

test('a referral is written, sent, received and accepted by both levels', async () => {
	const r = await say('fastlege-demo/GP', ['referrals', 'write', { receiving_unit_id: w.ids.unit['drammen-dps:fact'], parts: ['SPECIALIST', 'MUNICIPAL'],
		subject: { number: syntheticNumber(), given_name: 'Rolig', family_name: 'Furu' }, reason: 'Trenger oppfølging', eligibility: criteria('F A W'),
		consent_form: 'ORAL' }]);
	Object.assign(made, { referral: r.id, patient: r.patient_id });
	assert.equal((await say('fastlege-demo/GP', ['referrals', 'send', r.id])).status, 'SENT');
	assert.equal((await say('drammen-dps/TL', ['referrals', 'list', 'status=SENT'])).items[0].id, r.id);
	await say('drammen-dps/TL', ['referrals', 'receive', r.id, `specialist_unit_id=${w.ids.unit['drammen-dps:poliklinikk']}`,
		`municipal_unit_id=${w.ids.unit['drammen-kommune:mottak']}`]);
	const vote = await told('drammen-dps/DPS', ['referrals', 'accept', r.id]);
	assert.match(vote.stdout, /is now UNDER_ASSESSMENT/);
	assert.equal((await say('drammen-kommune/MH', ['referrals', 'accept', r.id])).status, 'ACCEPTED');
	const enrolled = await say('drammen-dps/TL', ['referrals', 'enrol', r.id, `main_contact_id=${w.ids.staff['drammen-dps:tm-1']}`,
		`substitute_id=${w.ids.staff['drammen-dps:tm-2']}`]);
	await say('drammen-dps/TM', ['call', 'transitionEnrolment', `id=${enrolled.enrolment_id}`, 'action=start_outreach']);
	await say('drammen-kommune/MH', ['referrals', 'accept', r.id], 4);
	assert.match((await told('drammen-dps/TL', ['referrals', 'help'])).stdout, /referrals write[^]*waitlist/);
});

test('the board shows the person, to the team alone, and for a screen the initials', async () => {
	const board = await say('drammen-dps/TM', ['board']);
	assert.deepEqual(board.categories.flatMap((c) => (c.entries ?? []).map((e) => [c.code, e.patient_id])), [['NEW', made.patient]]);
	const table = await told('drammen-dps/TM', ['board', w.ids.unit['drammen-dps:fact']]);
	assert.equal(table.code, 0);
	assert.match(table.stdout, /^FACT-team Drammen, [0-9-]+, .*on_board 1.*\n.*days_on_board.*\n.*Rolig +Furu/m);
	const wall = await told('drammen-dps/TM', ['board', '--wall']);
	assert.match(wall.stdout, /RF/);
	assert.doesNotMatch(wall.stdout, /Furu/);
	assert.equal((await told('drammen-kommune/MH', ['board', w.ids.unit['drammen-dps:fact']])).code, 3);
	assert.equal((await told('drammen-dps/TM', ['board', 'one', 'two'])).code, 1);
});

test('a contact is added, a plan begun, a stay entered and ended', async () => {
	const contact = await say('drammen-dps/TM', ['contacts', 'add', `patient_id=${made.patient}`, 'mode=FACE_TO_FACE', 'place=HOME', 'outcome=HELD', 'minutes=30',
		`started_at=${ago(1)}`]);
	assert.equal((await say('drammen-dps/TM', ['contacts', `patient_id=${made.patient}`])).items[0].id, contact.id);
	assert.equal((await say('drammen-dps/TM', ['contacts', 'void', contact.id, 'reason=Feil person'])).status, 'VOID');
	const plan = await say('drammen-dps/TM', ['plans', 'begin', 'kind=CRISIS', `patient_id=${made.patient}`]);
	assert.equal((await say('drammen-dps/TM', ['plans', 'show', plan.id])).status, 'DRAFT');
	assert.equal((await say('drammen-dps/TM', ['plans', 'cancel', plan.id])).status, 'CANCELLED');
	const stay = await say('drammen-dps/TM', ['admissions', 'enter', `patient_id=${made.patient}`, 'urgency=ACUTE', 'level=DPS_INPATIENT', 'institution=Drammen DPS', `admitted_at=${ago(1)}`]);
	assert.equal((await say('drammen-dps/TM', ['admissions', `patient_id=${made.patient}`])).items[0].id, stay.id);
	assert.equal((await say('drammen-dps/TM', ['admissions', 'annul', stay.id, 'reason=Feil person'])).status, 'ENTERED_IN_ERROR');
});

test('completion offers the words and their steps', async () => {
	const offered = async (...words) => (await run(['complete', '--url', url, '--', ...words])).stdout.split('\n');
	const first = await offered();
	for (const word of ['admissions', 'board', 'contacts', 'plans', 'referrals']) assert.ok(first.includes(word), word);
	assert.ok((await offered('board')).includes('--wall'));
	assert.ok((await offered('contacts')).includes('add'));
});
