// The DPS adapter against the real daemon: DIPS extracts and ADT messages become admissions, each once, whatever fails.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { freePort } from '../api/lib/daemon.mjs';
import { syntheticNumber, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';
import { Engine, adt, visit } from './mllp.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const clinician = { agency: 'drammen-dps', role: 'DPS', subject: 'dps-1' };
const port = await freePort();
const dips = new Adapter('dps', w.port, clinician, { extracts: { folder: 'extracts', reports: 'reports', settle_ms: 50 } });
const mllp = new Adapter('dps', w.port, clinician, { mllp: { listen: `127.0.0.1:${port}`, allow: '127.0.0.1' } });
const number = syntheticNumber();
const stranger = syntheticNumber();
const header = 'source_system;source_id;source_updated_at;patient_id;patient_id_system;orgnr;level_of_care;specialty;urgency;admitted_at;discharged_at;icd10_main';
const row = (id, members = {}) => Object.values({ system: 'DIPS', id, changed: '2026-03-09T13:30:00+01:00', number, kind: 'FNR', orgnr: '310000019', level: '1',
	specialty: '320', urgency: '1', from: '2026-03-03T22:10:00+01:00', to: '2026-03-09T13:00:00+01:00', diagnosis: 'F20.0', ...members }).join(';');
const admissions = () => w.sql('select id, state, admitted_at, discharged_at from admission where patient_id = $1 order by admitted_at', [patient]);
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
			const day = new Date(Date.UTC(2020, 0, 1 + 2 * i)).toISOString().slice(0, 10);
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

describe('ADT over MLLP', () => {
	const engines = [];
	const engine = (...args) => {
		const e = new Engine(port, ...args);
		engines.push(e);
		return e;
	};
	const message = (event, control, id, more = {}) => adt(event, control, { number, visit: visit(id, more), ...more });
	after(() => engines.forEach((e) => e.end()));

	test('an admission is acknowledged when the service has it, and once', async () => {
		mllp.start();
		await mllp.until(() => mllp.events('started').length > 0, 'the start');
		const e = engine();
		const before = (await admissions()).length;
		assert.deepEqual(await e.send(message('A01', 'M1', 'V1')), { code: 'AA', control: 'M1', text: 'admitted', error: undefined });
		assert.equal((await admissions()).length, before + 1);
		assert.equal((await e.send(message('A01', 'M1', 'V1'))).code, 'AA');
		assert.equal((await admissions()).length, before + 1);
		assert.equal((await e.send(message('A03', 'M2', 'V1', { to: '20260905120000+0200' }))).code, 'AA');
		assert.deepEqual((await admissions()).filter((a) => a.admitted_at.toISOString() === '2026-09-03T20:10:00.000Z').map((a) => a.state), ['DISCHARGED']);
	});

	test('messages in pieces, and several at once', async () => {
		const e = engine();
		const whole = `\x0b${message('A01', 'M3', 'V3', { from: '20260801120000+0200' })}\x1c\r\x0b${message('A03', 'M4', 'V3', { from: '20260801120000+0200', to: '20260802120000+0200' })}\x1c\r`;
		for (let i = 0; i < whole.length; i += 97) {
			e.write(whole.slice(i, i + 97));
			await new Promise((done) => setTimeout(done, 2));
		}
		assert.deepEqual([(await e.answer()).control, (await e.answer()).control], ['M3', 'M4']);
	});

	test('what cannot be taken is answered so, for good', async () => {
		const e = engine();
		assert.deepEqual((await e.send('MSH|^~\\&|LAB|1|S|S|2026||ORU^R01|M5|T|2.5')).code, 'AE');
		assert.equal((await e.send('PID|1||no head')).code, 'AE');
		const refused = await e.send(adt('A01', 'M6', { number: '01010112345', visit: visit('V6') }));
		assert.notEqual(refused.code, 'AR');
		assert.deepEqual(mllp.files('spool/adt/refused'), [], 'the sender keeps it');
	});

	test('while the service is away: AR and nothing kept; with commitment: CA, and it comes', async () => {
		const settings = { ...w.daemon.settings };
		const e = engine();
		await w.stop();
		assert.equal((await e.send(message('A01', 'M7', 'V7', { from: '20260701120000+0200' }))).code, 'AR');
		assert.deepEqual([mllp.files('spool/adt/new'), mllp.files('spool/adt/sending')], [[], []]);
		assert.equal((await e.send(message('A01', 'M8', 'V8', { accept: 'AL', from: '20260601120000+0200' }))).code, 'CA');
		assert.equal((await e.send(message('A03', 'M9', 'V8', { accept: 'AL', from: '20260601120000+0200', to: '20260603120000+0200' }))).code, 'CA');
		await mllp.kill();
		mllp.start();
		await w.start(settings);
		const states = async () => (await admissions()).filter((a) => a.admitted_at.toISOString() === '2026-06-01T10:00:00.000Z').map((a) => a.state);
		await mllp.until(async () => (await states())[0] === 'DISCHARGED', 'the two messages in their order');
		const again = engine();
		assert.equal((await again.send(message('A01', 'M7', 'V7', { from: '20260701120000+0200' }))).code, 'AA');
		assert.equal((await again.send(message('A01', 'M8', 'V8', { accept: 'AL', from: '20260601120000+0200' }))).code, 'CA');
		assert.deepEqual(await states(), ['DISCHARGED'], 'known, not sent again');
	});

	test('who is not allowed is not heard, nor who sends without end', async () => {
		const foreign = engine('127.0.0.1', '127.0.0.2');
		assert.equal(await foreign.send(message('A01', 'M10', 'V10')), null);
		const endless = engine();
		endless.write(`\x0b${'x'.repeat(400_000)}`);
		assert.equal(await endless.answer(), null);
		assert.equal((await engine().send(message('A08', 'M11', 'V1', { to: '20260905120000+0200' }))).code, 'AA', 'others are');
	});

	test('it ends at once, and tells nothing of persons', async () => {
		assert.equal(await mllp.stop(), 0);
		mllp.tellsNothing(number, 'Natteravn', 'V1');
	});
});
