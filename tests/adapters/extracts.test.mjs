// The DPS adapter against the real daemon: DIPS extracts become admissions, each row once, whatever fails.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { syntheticNumber, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';
import { dayAfter } from '../api/lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const clinician = { agency: 'drammen-dps', role: 'DPS', subject: 'dps-1' };
const dips = new Adapter('dps', w.port, clinician, { extracts: { folder: 'extracts', legal_periods: 'grounds', reports: 'reports', settle_ms: 50 } });
const number = syntheticNumber();
const stranger = syntheticNumber();
const header = 'source_system;source_id;source_updated_at;patient_id;patient_id_system;orgnr;level_of_care;specialty;urgency;admitted_at;discharged_at;icd10_main';
const row = (id, members = {}) => Object.values({ system: 'DIPS', id, changed: '2026-03-09T13:30:00+01:00', number, kind: 'FNR', orgnr: '310000019', level: '1',
	specialty: '320', urgency: '1', from: '2026-03-03T22:10:00+01:00', to: '2026-03-09T13:00:00+01:00', diagnosis: 'F20.0', ...members }).join(';');
const admissions = () => w.sql('select id, state, admitted_at from admission where patient_id = $1 order by admitted_at', [patient]);
let patient;

test('the person is the centre\'s', async () => {
	patient = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number, family_name: 'Natteravn' })).is(201).body.id;
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2
		on conflict do nothing`, [patient, w.ids.unit['drammen-dps:poliklinikk']]);
});

describe('extracts', () => {
	test('CSV and NDJSON become admissions; what is not known stands in the report', async () => {
		dips.put('extracts', 'natt.csv', `${header}\n${row('1')}\n${row('2', { number: stranger })}\n`);
		dips.put('extracts', 'dag.ndjson', `${JSON.stringify({ source_system: 'DIPS', source_id: '3', source_updated_at: '2026-03-20T10:00:00+01:00', patient_id: number,
			patient_id_system: 'FNR', orgnr: '310000019', level_of_care: '1', specialty: '320', urgency: '4', admitted_at: '2026-03-19T10:00:00+01:00' })}\n`);
		assert.equal(await dips.run('--once'), 0, dips.log);
		assert.deepEqual((await admissions()).map((a) => a.state), ['DISCHARGED', 'ADMITTED']);
		const reports = dips.files('reports').map((n) => dips.read('reports', n));
		assert.equal(reports.length, 1);
		assert.deepEqual(reports[0].trim().split('\n').map((l) => JSON.parse(l).source_id), ['2']);
		assert.ok(!reports[0].includes(stranger));
		assert.deepEqual(dips.files('extracts'), []);
	});

	test('legal grounds out of a folder of their own are laid over the stays', async () => {
		dips.put('grounds', 'tvang.csv', `source_system;source_id;source_updated_at;admission_source_id;basis;from_at\nDIPS;1-L1;2026-03-09T13:30:00+01:00;1;3-3;2026-03-05T12:00:00+01:00\n`);
		assert.equal(await dips.run('--once'), 0, dips.log);
		const [stay] = await admissions();
		const grounds = await w.sql('select kind from legal_period where admission_id = $1 order by valid_from', [stay.id]);
		assert.deepEqual(grounds.map((g) => g.kind), ['NOT_STATED', 'COMPULSORY']);
		assert.deepEqual(dips.files('grounds'), []);
	});

	test('the same file again is known; neither CSV nor NDJSON is laid aside', async () => {
		dips.put('extracts', 'kopi.csv', `${header}\n${row('1')}\n${row('2', { number: stranger })}\n`);
		dips.put('extracts', 'brev.docx', 'PK');
		const sent = dips.events('sent').length;
		assert.equal(await dips.run('--once'), 0);
		assert.equal(dips.events('sent').length, sent);
		assert.equal((await admissions()).length, 2);
		assert.equal(dips.events('refused').at(-1).code, 'neither_csv_nor_ndjson');
	});

	test('an outage and kills in the middle of a large file: every row once', async () => {
		const settings = { ...w.daemon.settings };
		const stays = Array.from({ length: 400 }, (_, i) => {
			const day = dayAfter('2020-01-01', 2 * i);
			return row(`S${i}`, { from: `${day}T08:00:00+01:00`, to: `${day}T20:00:00+01:00` });
		});
		dips.start();
		await dips.until(() => dips.events('started').length > 0, 'the start');
		await w.stop();
		dips.put('extracts', 'historie.csv', [header, ...stays, ''].join('\n'));
		await dips.until(() => dips.files('extracts').length === 0, 'the taking');
		await w.start(settings);
		for (let i = 0; i < 4; i++) {
			await dips.kill();
			dips.start();
			await new Promise((done) => setTimeout(done, 60 + 90 * i));
		}
		await dips.until(async () => dips.files('spool/extracts/sending').length === 0 && dips.files('spool/extracts/new').length === 0, 'the end');
		assert.equal(await dips.stop(), 0);
		assert.equal((await admissions()).length, 402);
		assert.equal((await w.sql(`select 1 from import_batch where type = 'admissions'`)).length, 3);
	});

	test('the log tells nothing of persons', () => dips.tellsNothing(number, stranger, 'Natteravn', 'historie', 'F20'));
});
