// The municipality's adapter against the real daemon: extracts as a record system writes them become contacts and housing.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { syntheticNumber, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const health = { agency: 'drammen-kommune', role: 'MH', subject: 'mh-1' };
const unit = w.ids.unit['drammen-kommune:mottak'];
const common = { source_system: "'PROFIL'", source_updated_at: 'Endret', patient_id: 'Fødselsnr', patient_id_system: "'FNR'" };
const sections = {
	extracts: { encoding: 'windows-1252', settle_ms: 50, reports: 'reports' },
	contacts: { folder: 'contacts' },
	'contacts.columns': { ...common, source_id: 'KontaktNr', unit_id: `'${unit}'`, agency_orgnr: "'310001007'", staff_no: 'Ansatt', started_at: 'Dato + Klokke',
		minutes: 'Varighet', mode: 'Form', place: 'Sted', outcome: 'Utfall' },
	'contacts.values.mode': { Oppmøte: 'FACE_TO_FACE', Telefon: 'PHONE' },
	'contacts.values.place': { 'Hjemme hos bruker': 'HOME' },
	'contacts.values.outcome': { Gjennomført: 'HELD', 'Ikke hjemme': 'NOT_HOME' },
	housing: { folder: 'housing' },
	'housing.columns': { ...common, source_id: 'BoligNr', rated_on: 'Vurdert', level: 'Grad', housing_type: 'Boform', housing_from: 'Fra' },
	'housing.values.housing_type': { 'Kommunal bolig': 'RENTED_MUNICIPAL' },
};
const kommune = new Adapter('municipality', w.port, health, sections);
const number = syntheticNumber();
const stranger = syntheticNumber();
const latin = (text) => Buffer.from(text, 'latin1');
const contactHeader = 'KontaktNr;Fødselsnr;Ansatt;Dato;Klokke;Varighet;Form;Sted;Utfall;Merknad;Endret';
const contact = (id, members = {}) => Object.values({ id, number, staff: 'mh-1', date: '02.03.2026', time: '09:15', length: '0:45', mode: 'Oppmøte',
	place: 'Hjemme hos bruker', outcome: 'Gjennomført', note: 'Æøå; "sa hun"', changed: '2026-03-02T12:00:00+01:00', ...members })
	.map((v) => (/[;"]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v)).join(';');
const contacts = () => w.sql('select started_at, minutes, mode, place, outcome from contact where patient_id = $1 order by started_at', [patient]);
let patient;

test('the person is the municipality\'s', async () => {
	patient = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number, family_name: 'Natteravn' })).is(201).body.id;
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2`, [patient, unit]);
});

describe('extracts', () => {
	test('contacts in the words of the record system become contacts', async () => {
		kommune.put('contacts', 'uttrekk.csv', latin([contactHeader, contact('K1'), contact('K2', { date: '3.3.2026', mode: 'Telefon', place: '', length: '10' }), ''].join('\r\n')));
		assert.equal(await kommune.run('--once'), 0, kommune.log);
		assert.deepEqual((await contacts()).map((c) => [c.started_at.toISOString(), c.minutes, c.mode, c.place, c.outcome]), [
			['2026-03-02T08:15:00.000Z', 45, 'FACE_TO_FACE', 'HOME', 'HELD'], ['2026-03-03T08:15:00.000Z', 10, 'PHONE', null, 'HELD']]);
		assert.deepEqual(kommune.files('contacts'), []);
		assert.deepEqual(kommune.files('reports'), []);
		assert.deepEqual(kommune.files('spool/work'), [], 'no rows are left behind');
		const [receipt] = kommune.files('spool/contacts/done').map((n) => kommune.json('spool/contacts/done', n));
		assert.deepEqual([receipt.state, receipt.counts.created], ['DONE', 2]);
	});

	test('the same again changes nothing, a newer row is the newer one', async () => {
		kommune.put('contacts', 'uttrekk.csv', latin([contactHeader, contact('K1'), contact('K2', { date: '3.3.2026', mode: 'Telefon', place: '', length: '10' }), ''].join('\r\n')));
		kommune.put('contacts', 'uttrekk-2.csv', latin([contactHeader, contact('K1', { outcome: 'Ikke hjemme', changed: '2026-03-04T12:00:00+01:00' })].join('\n')));
		assert.equal(await kommune.run('--once'), 0);
		assert.deepEqual((await contacts()).map((c) => c.outcome), ['NOT_HOME', 'HELD']);
	});

	test('rows that are not taken stand in a report, without their values', async () => {
		kommune.put('contacts', 'feil.csv', latin([contactHeader, contact('K3', { staff: 'finnes-ikke' }), contact('K4', { number: stranger, date: '05.03.2026' }), contact('K5', { date: '06.03.2026' })].join('\n')));
		assert.equal(await kommune.run('--once'), 0);
		assert.equal((await contacts()).length, 3);
		const [name] = kommune.files('reports');
		const report = kommune.read('reports', name);
		assert.deepEqual(report.trim().split('\n').map((l) => JSON.parse(l).source_id), ['K3', 'K4']);
		assert.ok(!report.includes(stranger) && !report.includes(number));
	});

	test('housing', async () => {
		kommune.put('housing', 'bolig.csv', latin(`BoligNr;Fødselsnr;Vurdert;Grad;Boform;Fra;Endret\nB1;${number};01.03.2026;2;Kommunal bolig;01.02.2025;2026-03-02T12:00:00+01:00\n`));
		assert.equal(await kommune.run('--once'), 0);
		const { items } = (await w.api('drammen-dps:tm-1', 'GET', `/life-situations?patient_id=${patient}`)).is(200).body;
		assert.ok(JSON.stringify(items).includes('RENTED_MUNICIPAL'));
	});

	test('an extract that is not what the configuration says is laid aside whole', async () => {
		kommune.put('contacts', 'kolonne.csv', latin(`${contactHeader.replace('Ansatt', 'Medarbeider')}\n${contact('K9')}\n`));
		kommune.put('contacts', 'tomt.csv', '');
		assert.equal(await kommune.run('--once'), 0);
		const reasons = kommune.files('spool/contacts/refused').filter((n) => n.endsWith('.json')).map((n) => kommune.json('spool/contacts/refused', n).faults[0].pointer);
		assert.deepEqual(reasons.sort(), ['the extract has no column \'Ansatt\'', 'the extract is empty']);
		assert.equal((await contacts()).length, 3);
	});

	test('an outage and kills: every row once', async () => {
		const settings = { ...w.daemon.settings };
		kommune.start();
		await kommune.until(() => kommune.events('started').length > 0, 'the start');
		await w.stop();
		for (let file = 0; file < 3; file++)
			kommune.put('contacts', `natt-${file}.csv`, latin([contactHeader, ...Array.from({ length: 50 }, (_, i) => contact(`N${file}-${i}`, { date: `0${file + 1}.04.2026`, time: `${8 + (i % 10)}:${10 + i % 50}` }))].join('\n')));
		await kommune.until(() => kommune.files('contacts').length === 0, 'the taking');
		await w.start(settings);
		for (let i = 0; i < 4; i++) {
			await kommune.kill();
			kommune.start();
			await new Promise((done) => setTimeout(done, 150 + 100 * i));
		}
		await kommune.until(async () => (await contacts()).length === 153 && kommune.files('spool/contacts/sending').length === 0, 'all rows');
		assert.equal(await kommune.stop(), 0);
		assert.equal((await contacts()).length, 153);
	});
});

test('the log tells nothing of persons', () => kommune.tellsNothing(number, stranger, 'Natteravn', 'sa hun', 'uttrekk'));
