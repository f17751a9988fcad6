// The command line tool against the real daemon: a concern report from the police through Drammen's
// triage to Lier, which rejects it, and on to Drammen DPS, told in everyday words alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { environment, syntheticNumber, world } from '../api/harness.mjs';
import { run } from './run.mjs';

const w = await world();
const url = `http://127.0.0.1:${w.port}/api/v1`;
let id;

// One command as `agency/ROLE`; the exit code is checked, JSON is what comes back.
async function say(who, words, { code = 0, input = '' } = {}) {
	const [agency, role] = who.split('/');
	const result = await run([...words, '--json', '--url', url, '--keys', environment.keys, '--agency', agency, '--role', role], { input });
	assert.equal(result.code, code, `${words.join(' ')}: ${result.stderr}`);
	return result.stdout.startsWith('{') ? JSON.parse(result.stdout) : null;
}

const as = (who, code, ...words) => say(who, words, { code });

test('the sandbox issuer is believed', async () => {
	const me = await as('drammen-kommune/MH', 0, 'me');
	assert.equal(me.agency.slug, 'drammen-kommune');
	assert.equal(me.role, 'MH');
});

test('the contract is the one that the daemon serves', async () => {
	const { stdout } = await run(['operations', '--json', '--url', url]);
	const ids = JSON.parse(stdout).map((o) => o.operation);
	assert.ok(ids.includes('createConcernReport') && ids.includes('transitionHandover'));
	const help = await run(['help', 'createConcernReport', '--url', url]);
	assert.match(help.stdout, /^observed +yes +string/m);
});

test('the police report', async () => {
	const report = await as('politi-demo/PO', 0, 'concerns', 'report', 'type=POLICE_CONCERN', 'municipality_number=3301', 'has_minor_children=UNKNOWN',
		'subject.given_name=Kari', 'subject.family_name=Nordmann', 'observed=Roper om natten', 'danger.self=2');
	assert.equal(report.status, 'RECEIVED');
	id = report.id;
	await as('politi-demo/PO', 4, 'concerns', 'report', 'type=POLICE_CONCERN', 'municipality_number=3301');
	const inbox = await as('drammen-kommune/MH', 0, 'inbox');
	assert.ok(inbox.items.some((i) => i.id === id));
});

test('Drammen triages and offers it to Lier, which rejects', async () => {
	assert.equal((await as('drammen-kommune/MH', 0, 'concerns', 'triage', id)).status, 'IN_TRIAGE');
	await as('drammen-kommune/MH', 4, 'concerns', 'triage', id);
	await as('drammen-kommune/MH', 0, 'concerns', 'severity', id, 'severity=ORANGE', 'has_minor_children=NO', 'pregnant=NOT_APPLICABLE');
	const forwarded = await as('drammen-kommune/MH', 0, 'concerns', 'forward', id, `target_unit_id=${w.ids.unit['lier-kommune:mottak']}`,
		'reason=bor i Lier', 'legal_basis=HPL_COOPERATING');
	assert.equal(forwarded.status, 'FORWARDED');
	await as('lier-kommune/MH', 4, 'concerns', 'reject', id);
	await as('lier-kommune/MH', 0, 'concerns', 'reject', id, 'reason=bor i Drammen');
	assert.equal((await as('drammen-kommune/MH', 0, 'concerns', 'show', id)).status, 'IN_TRIAGE');
});

test('Drammen DPS accepts, acts and closes', async () => {
	await as('drammen-kommune/MH', 0, 'concerns', 'forward', id, `target_unit_id=${w.ids.unit['drammen-dps:poliklinikk']}`,
		'reason=trenger spesialist', 'legal_basis=HPL_COOPERATING');
	await as('drammen-dps/DPS', 0, 'concerns', 'accept', id);
	await as('drammen-kommune/MH', 2, 'concerns', 'accept', id);
	await as('drammen-dps/DPS', 0, 'concerns', 'investigate', id);
	await as('drammen-dps/DPS', 0, 'concerns', 'act', id, 'outcome_codes[]=HELP_ACCEPTED');
	const closed = await as('drammen-dps/DPS', 0, 'concerns', 'close', id, 'outcome_codes[]=HELP_ACCEPTED', 'assessment_text=Følges opp',
		'feedback_decision=GIVE');
	assert.equal(closed.status, 'CLOSED');
	assert.equal((await as('politi-demo/PO', 0, 'concerns', 'show', id)).status, 'CLOSED');
});

test('a person is found by number, and a stranger is not', async () => {
	const number = syntheticNumber();
	const made = await say('drammen-dps/TM', ['call', 'createPatient', '-'], { input: JSON.stringify({ national_id: number, given_name: 'Ola', family_name: 'Nordmann' }) });
	const find = (input) => say('drammen-dps/TM', ['patients', 'find'], { input });
	assert.equal((await find(number)).items[0].id, made.id);
	assert.equal((await find(syntheticNumber())).items.length, 0);
	assert.equal((await as('drammen-dps/TM', 0, 'consents', 'list', made.id)).items.length, 0);
	const looks = await as('drammen-dps/PV', 0, 'log');
	assert.ok(looks.items.some((l) => l.patient_id === made.id));
});
