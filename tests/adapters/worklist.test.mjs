// The municipality's adapter against the real daemon: what waits for the municipality, as files.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { world } from '../api/harness.mjs';
import { act } from '../api/plan-steps.mjs';
import { Adapter } from './adapter.mjs';

const w = await world();
const kommune = new Adapter('municipality', w.port, { agency: 'drammen-kommune', role: 'MH', subject: 'mh-1' }, { worklist: { folder: 'lists', interval_s: 1 } });
const rows = (name) => kommune.read('lists', name).replace('\ufeff', '').trim().split('\r\n').map((l) => l.split(';'));

test('what waits, and nothing of the person', async () => {
	const sent = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { type: 'POLICE_CONCERN', municipality_number: '3301', subject: { family_name: 'Natteravn' },
		observed: 'Roper om natten', has_minor_children: 'UNKNOWN' })).is(201).body;
	assert.equal(await kommune.run('--once'), 0);
	assert.deepEqual(kommune.files('lists'), ['concern_report.csv', 'confirmation.csv', 'feedback.csv', 'handover_offered.csv']);
	const [header, ...items] = rows('concern_report.csv');
	assert.deepEqual(header, ['id', 'status', 'severity', 'since', 'due_at', 'overdue', 'title_nb', 'href']);
	const mine = items.find((r) => r[0] === sent.id);
	assert.deepEqual([mine[1], mine[7]], ['RECEIVED', `/api/v1/concern-reports/${sent.id}`]);
	assert.doesNotMatch(kommune.read('lists', 'concern_report.csv'), /Natteravn|Roper/);
});

test('a list follows what happens, and an unchanged one is left alone', async () => {
	const before = kommune.events('worklist').length;
	assert.equal(await kommune.run('--once'), 0);
	assert.equal(kommune.events('worklist').length, before);
	const id = rows('concern_report.csv')[1][0];
	await act(w, 'drammen-kommune:mh-1', `/concern-reports/${id}`, { action: 'start_triage' });
	kommune.start();
	await kommune.until(() => rows('concern_report.csv').some((r) => r[0] === id && r[1] === 'IN_TRIAGE'), 'the new state');
	assert.equal(await kommune.stop(), 0);
});

test('an outage leaves the lists as they are', async () => {
	const before = kommune.read('lists', 'concern_report.csv');
	const settings = { ...w.daemon.settings };
	await w.stop();
	assert.equal(await kommune.run('--once'), 75);
	await w.start(settings);
	assert.equal(kommune.read('lists', 'concern_report.csv'), before);
});

test('the log tells nothing of persons', () => kommune.tellsNothing('Natteravn', 'Roper'));
