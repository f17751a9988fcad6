// The police adapter against the real daemon: forms become concern reports, each once, with a receipt, whatever fails.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { syntheticNumber, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';

const w = await world();
const officer = { agency: 'politi-demo', role: 'PO' };
const folders = { forms: { folder: 'forms', receipts: 'receipts', settle_ms: 100 } };
const number = syntheticNumber();
const lines = (observed, more = '') => `# meldt av patrulje\nmunicipality_number = 3301\nsubject.family_name = Natteravn\nsubject.number = ${number}\n\n`
	+ `observed = ${observed}\ndanger.self = 2\nsender.wants_feedback = true\n${more}`;
const reports = () => w.sql('select id from concern_report');
const police = new Adapter('police', w.port, officer, folders);

test('the configuration is checked before anything is done', async () => {
	assert.equal(await police.run('--check'), 0);
	assert.match(police.output, /^politi-demo as PO at http/);
	assert.equal(await police.run('--nonsense'), 64);
	assert.equal(await police.run('--help'), 0);
	assert.match(police.output, /--report FORM/);
	police.configure({ spool: { directory: 'spool', kep_days: 3 } });
	assert.equal(await police.run('--once'), 78);
	assert.match(police.log, /unknown setting 'spool.kep_days'/);
	police.configure({ spool: { directory: 'spool' } });
});

test('a form of lines and one of JSON become reports with receipts', async () => {
	police.put('forms', 'en.txt', lines('Roper om natten'));
	police.put('forms', 'to.json', { municipality_number: '3312', subject: { description: 'Mann ved brua' }, observed: 'Sover ute', has_minor_children: 'NO' });
	assert.equal(await police.run('--once'), 0);
	assert.deepEqual(police.files('forms'), []);
	const receipts = police.files('receipts').map((name) => police.json('receipts', name));
	assert.equal(receipts.length, 2);
	for (const receipt of receipts) {
		const [row] = await w.sql('select state, type from concern_report where id = $1', [receipt.report_id]);
		assert.deepEqual([receipt.status, row.state, row.type], ['RECEIVED', 'RECEIVED', 'POLICE_CONCERN']);
	}
	const mine = (await w.api('politi-demo:po-1', 'GET', `/concern-reports/${receipts[0].report_id}`)).is(200);
	assert.equal(mine.body.status, 'RECEIVED');
});

test('the same form again is the same report', async () => {
	police.put('forms', 'kopi.txt', lines('Roper om natten'));
	assert.equal(await police.run('--once'), 0);
	assert.equal((await reports()).length, 2);
	assert.deepEqual(police.files('forms'), []);
});

test('a form that does not fit is laid aside with the names of what is wrong', async () => {
	police.put('forms', 'feil.txt', lines('Ser syner', 'danger.sefl = 3\n'));
	police.put('forms', 'tomt.txt', 'municipality_number = 3301\n');
	assert.equal(await police.run('--once'), 0);
	const reasons = police.files('spool/forms/refused').filter((n) => n.endsWith('.json')).map((n) => police.json('spool/forms/refused', n));
	const pointers = reasons.map((r) => r.faults.map((f) => f.pointer));
	assert.ok(pointers.some((p) => p.length === 1 && p[0] === 'line 9'), JSON.stringify(reasons));
	assert.ok(pointers.some((p) => p.includes('/observed') && p.includes('/subject')), JSON.stringify(reasons));
	assert.equal((await reports()).length, 2);
});

test('--report sends one form and prints its receipt', async () => {
	police.put('elsewhere', 'skjema.txt', lines('Fryser'));
	assert.equal(await police.run('--report', police.path('elsewhere', 'skjema.txt')), 0);
	assert.equal(JSON.parse(police.output).status, 'RECEIVED');
	assert.deepEqual(police.files('elsewhere'), ['skjema.txt']);
	police.put('elsewhere', 'feil.txt', 'observert = noe\n');
	assert.equal(await police.run('--report', police.path('elsewhere', 'feil.txt')), 65);
});

test('an outage is waited out, a killed adapter goes on, and nothing is sent twice', async () => {
	const before = (await reports()).length;
	const settings = { ...w.daemon.settings };
	police.start();
	await police.until(() => police.events('started').length > 0, 'the start');
	assert.equal(await police.run('--once'), 78, 'a second instance is refused');
	assert.match(police.log, /another instance/);
	await w.stop();
	for (let i = 0; i < 4; i++) police.put('forms', `ute-${i}.txt`, lines(`Hendelse ${i}`));
	await police.until(() => police.events('waits').length > 0, 'a failed try');
	await police.until(() => police.files('forms').length === 0, 'the taking');
	await police.kill();
	police.start();
	await w.start(settings);
	await police.until(() => police.files('receipts').length === before + 2 || police.files('spool/forms/sending').length === 1, 'the sending');
	await police.kill();
	police.start();
	await police.until(async () => (await reports()).length === before + 4 && police.files('spool/forms/new').length === 0
		&& police.files('spool/forms/sending').length === 0, 'all four reports');
	assert.equal(await police.stop(), 0);
	assert.equal((await reports()).length, before + 4);
	assert.equal(police.files('receipts').length, before + 4);
});

test('an answer that got lost is asked for again, not made again', async () => {
	const before = (await reports()).length;
	police.put('forms', 'tapt.txt', lines('Svaret kommer bort'));
	assert.equal(await police.run('--once'), 0);
	const [done] = police.files('spool/forms/done').slice(-1);
	assert.ok(done);
	// as if the program had died after the service had answered: the item is still being sent, the receipt is not there
	const { id } = police.events('sent').at(-1);
	mkdirSync(police.path('spool/forms/sending'), { recursive: true });
	police.put('spool/forms/sending', `00000000000000000001-${id}.txt`, lines('Svaret kommer bort'));
	const receipt = police.json('receipts', `${id}.json`);
	rmSync(police.path('spool/forms/done', `${id}.json`));
	rmSync(police.path('receipts', `${id}.json`));
	assert.equal(await police.run('--once'), 0);
	assert.equal((await reports()).length, before + 1);
	assert.deepEqual(police.json('receipts', `${id}.json`), receipt);
});

test('the log tells nothing of persons', () => police.tellsNothing('Natteravn', number, 'Roper', 'Hendelse', 'ute-0', 'Mann ved brua'));
