// Extracts of admissions: received as a stream, judged row by row, merged in blocks, the same again and again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleBody } from './lib/samples.mjs';
import { operations, syntheticNumber, until, world } from './harness.mjs';
import { record } from './lib/contract.mjs';
import { bring, clinic, csv, daysAgo, ended, machine, ndjson, person, report, send, stay, tally } from './import-steps.mjs';
import { back } from './lib/days.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50, IMPORT_BLOCK_ROWS: 20 } });
const [{ n: municipality }] = await w.sql(`select organisation_number as n from agency where slug = 'drammen-kommune'`);
const admissions = (patient) => w.sql('select * from admission where patient_id = $1 order by admitted_at', [patient]);
const codes = (lines) => lines.map((l) => [l.row, l.code]);

const uploads = operations.filter((o) => o.operation['x-stream']);
const callers = { importAdmissions: clinic, importLegalPeriods: clinic, importContacts: 'drammen-kommune:mh-1', importHousing: 'drammen-kommune:mh-1', importStaff: 'drammen-dps:sa-1' };

describe('history', () => {
	test('stays that ended long ago are there with segment, legal ground, origin, news, history and one log row', async () => {
		const p = await person(w);
		const rows = [300, 200, 100].map((n) => stay(p.number, { admitted_at: daysAgo(n), discharged_at: daysAgo(n - 6), legal_basis_at_admission: 'TPH', icd10_main: 'F20.0', to_place: '1', ward: 'Post 2' }));
		const { batch, report: said } = await bring(w, clinic, 'admissions', rows);
		assert.deepEqual([tally(batch), said, batch.state], [{ received: 3, processed: 3, created: 3 }, [], 'DONE']);
		const [a] = await admissions(p.id);
		assert.deepEqual([a.state, a.urgency, a.level, a.disposition, a.ward, a.institution, a.from_extract], ['DISCHARGED', 'ACUTE', 'DPS_INPATIENT', 'HOME', 'Post 2', 'Drammen DPS', true]);
		const parts = (table) => w.sql(`select * from ${table} where admission_id = $1`, [a.id]);
		assert.deepEqual((await parts('admission_segment')).map((s) => [s.valid_from, s.valid_to]), [[a.admitted_at, a.ended_at]]);
		assert.deepEqual((await parts('legal_period')).map((l) => [l.kind, l.valid_to]), [['COMPULSORY', a.ended_at]]);
		const [o] = await w.sql('select o.*, s.system from import_origin o join import_source s on s.id = o.source where entity_id = $1', [a.id]);
		assert.deepEqual([o.system, o.external_id, o.row_no, o.batch_id, o.facts.icd10_main], ['DIPS', rows[0].source_id, 1, batch.id, 'F20.0']);
		const news = await w.sql('select entity, change, agency_id from outbox where entity_id = $1', [a.id]);
		assert.deepEqual(news, [{ entity: 'admission', change: 'CREATED', agency_id: w.ids.agency['drammen-dps'] }]);
		const versions = () => w.sql(`select version, content ->> 'ward' as ward from row_versions('admission', $1) order by 1`, [a.id]);
		assert.deepEqual(await versions(), [{ version: 1, ward: 'Post 2' }]);
		const log = await w.sql(`select staff_id, action, basis, role, purpose from access_log where patient_id = $1 and resource = 'imports'`, [p.id]);
		assert.deepEqual(log, [{ staff_id: w.ids.staff[clinic], action: 'UPDATE', basis: 'IMPORT', role: 'DPS', purpose: 'TREAT' }]);
		assert.equal((await w.sql('select 1 from task where patient_id = $1', [p.id])).length, 0, 'history is nobody\'s task');
		await bring(w, clinic, 'admissions', [{ ...rows[0], ward: 'Post 3', source_updated_at: daysAgo(0, 0) }]);
		assert.deepEqual(await versions(), [{ version: 1, ward: 'Post 2' }, { version: 2, ward: 'Post 3' }], 'what it was is written down when it changes');
	});

	test('events of many rows stand in the one order, without gaps, also between those of others', async () => {
		const p = await person(w);
		const rows = Array.from({ length: 60 }, (_, i) => stay(p.number, { admitted_at: daysAgo(2000 - i * 10), discharged_at: daysAgo(1995 - i * 10) }));
		const others = Promise.all(Array.from({ length: 10 }, () => person(w)));
		await bring(w, clinic, 'admissions', rows);
		await others;
		await until(async () => (await w.sql('select 1 from outbox where position is null')).length === 0);
		const [o] = await w.sql('select count(*)::int as n, max(position)::int as last, count(distinct position)::int as places from outbox');
		assert.deepEqual([o.last, o.places], [o.n, o.n]);
		const mine = await w.sql(`select entity from outbox where patient_id = $1 and entity in ('admission', 'legal_period', 'admission_segment')`, [p.id]);
		assert.deepEqual(['admission', 'legal_period', 'admission_segment'].map((e) => mine.filter((m) => m.entity === e).length), [60, 60, 0]);
	});

	test('the same file twice changes nothing', async () => {
		const p = await person(w);
		const rows = [stay(p.number), stay(p.number, { admitted_at: daysAgo(2), discharged_at: undefined })];
		assert.equal((await bring(w, clinic, 'admissions', rows)).batch.counts.created, 2);
		const before = await admissions(p.id);
		const { batch } = await bring(w, clinic, 'admissions', rows);
		assert.deepEqual(tally(batch), { received: 2, processed: 2, unchanged: 2 });
		assert.deepEqual(await admissions(p.id), before);
	});

	test('no number in clear anywhere: not in a block, not beside it, not in the log', async () => {
		const p = await person(w);
		await w.restart({ JOBS_INTERVAL_MS: 0 });
		await send(w, clinic, 'admissions', ndjson([stay(p.number)]));
		const blocks = await w.sql(`select content::text from import_block`);
		assert.ok(blocks.length > 0 && blocks.every((b) => !b.content.includes(p.number)));
		await w.restart({ JOBS_INTERVAL_MS: 50 });
		await until(async () => (await admissions(p.id)).length === 1);
		assert.ok(!w.daemon.log.includes(p.number));
	});
});

describe('stays that somebody may have to act on', () => {
	test('an open one is an admission like one that is entered: relation, then ready, then discharged', async () => {
		const p = await person(w);
		const row = stay(p.number, { admitted_at: daysAgo(3), discharged_at: undefined, resh_id: '705593', source_updated_at: daysAgo(2) });
		assert.equal((await bring(w, clinic, 'admissions', [row])).batch.counts.created, 1);
		let [a] = await admissions(p.id);
		assert.deepEqual([a.state, a.unit_id, a.institution], ['ADMITTED', w.ids.unit['drammen-dps:poliklinikk'], 'Allmennpoliklinikk Drammen']);
		assert.equal((await w.sql(`select 1 from care_relation where source_id = $1 and basis = 'ADMISSION' and valid_to is null`, [a.id])).length, 1);
		await bring(w, clinic, 'admissions', [{ ...row, source_updated_at: daysAgo(1), ready_for_discharge_at: daysAgo(2) }]);
		[a] = await admissions(p.id);
		assert.equal(a.state, 'READY_FOR_DISCHARGE');
		assert.equal((await w.sql(`select 1 from task where entity_id = $1 and kind = 'READY_FOR_DISCHARGE' and state = 'OPEN'`, [a.id])).length, 1);
		const { batch } = await bring(w, clinic, 'admissions', [{ ...row, source_updated_at: daysAgo(0, 0), ready_for_discharge_at: daysAgo(2), discharged_at: daysAgo(1), disposition: 'HOME' }]);
		assert.equal(batch.counts.updated, 1);
		[a] = await admissions(p.id);
		assert.deepEqual([a.state, a.disposition], ['DISCHARGED', 'HOME']);
		assert.deepEqual((await w.sql(`select kind from task where entity_id = $1 and state = 'OPEN' order by 1`, [a.id])).map((t) => t.kind), ['CRISIS_PLAN_REVIEW', 'POST_DISCHARGE_CONTACT']);
		const steps = await w.sql('select action, from_state, to_state, agency_id from transition_event where object_id = $1 order by at', [a.id]);
		assert.deepEqual(steps.map((e) => e.action), ['ready', 'discharge']);
		const shown = (await w.api('drammen-dps:tl-1', 'GET', `/admissions/${a.id}`)).is(200).body;
		assert.deepEqual([shown.status, shown.nights.gross, shown.discharge_meeting_held], ['DISCHARGED', 2, undefined]);
	});

	test('the order of rows does not matter: one that ended lately may come after one that is open', async () => {
		const p = await person(w);
		const { batch } = await bring(w, clinic, 'admissions', [stay(p.number, { admitted_at: daysAgo(5), discharged_at: undefined }), stay(p.number, { admitted_at: daysAgo(20), discharged_at: daysAgo(10) })]);
		assert.deepEqual([tally(batch), (await admissions(p.id)).map((a) => a.state)], [{ received: 2, processed: 2, created: 2 }, ['DISCHARGED', 'ADMITTED']]);
	});

	test('a discharge that the source takes back goes on; a correction moves both ends; delete marks an error', async () => {
		const p = await person(w);
		const row = stay(p.number, { admitted_at: daysAgo(20), discharged_at: daysAgo(5), source_updated_at: daysAgo(4) });
		await bring(w, clinic, 'admissions', [row]);
		await bring(w, clinic, 'admissions', [{ ...row, discharged_at: undefined, source_updated_at: daysAgo(3) }]);
		assert.deepEqual((await admissions(p.id)).map((a) => [a.state, a.ended_at]), [['ADMITTED', null]]);
		await bring(w, clinic, 'admissions', [{ ...row, admitted_at: daysAgo(21), discharged_at: daysAgo(6), source_updated_at: daysAgo(2) }]);
		const [a] = await admissions(p.id);
		assert.deepEqual([a.state, a.admitted_at.toISOString(), a.ended_at.toISOString()], ['DISCHARGED', daysAgo(21), daysAgo(6)]);
		const [g] = await w.sql('select valid_from, valid_to from admission_segment where admission_id = $1', [a.id]);
		assert.deepEqual([g.valid_from, g.valid_to], [a.admitted_at, a.ended_at]);
		const gone = { source_system: 'DIPS', source_id: row.source_id, source_updated_at: daysAgo(1), op: 'delete' };
		assert.deepEqual(tally((await bring(w, clinic, 'admissions', [gone, { ...gone, source_id: 'never-there' }])).batch), { received: 2, processed: 2, deleted: 1, ignored: 1, warnings: 1 });
		assert.deepEqual((await admissions(p.id)).map((x) => [x.state, x.reason]), [['ENTERED_IN_ERROR', 'Trukket tilbake i DIPS']]);
		assert.equal((await bring(w, clinic, 'admissions', [gone])).batch.counts.unchanged, 1);
		assert.equal((await bring(w, clinic, 'admissions', [{ ...row, source_updated_at: daysAgo(0, 0) }])).batch.counts.created, 1);
	});
});

describe('each wrong row is told apart', () => {
	test('by its code, its row and its column, and the others are taken', async () => {
		const p = await person(w);
		const known = stay(p.number, { source_updated_at: daysAgo(2) });
		await bring(w, clinic, 'admissions', [known, stay(p.number, { admitted_at: daysAgo(400), discharged_at: daysAgo(390) })]);
		const wrong = [
			['NOT_JSON', undefined, '{"source_system":'], ['NOT_JSON', undefined, '[1]'],
			['REQUIRED', 'admitted_at', stay(p.number, { admitted_at: '' })],
			['ADDITIONAL_PROPERTIES', 'colour', stay(p.number, { colour: 'red' })],
			['ENUM', 'urgency', stay(p.number, { urgency: '9' })],
			['FORMAT', 'patient_id', stay('01019012345')],
			['FORMAT', 'orgnr', stay(p.number, { orgnr: '123456789' })],
			['TYPE', 'leave_nights', stay(p.number, { leave_nights: 'two' })],
			['CLEAR_NUMBER', 'ward', stay(p.number, { ward: p.number })],
			['CLEAR_NUMBER', 'source_id', stay(p.number, { source_id: p.number })],
			['RESERVED', 'ward', stay(p.number, { ward: 'open:seal:e1:x' })],
			['TIME_AMBIGUOUS', 'admitted_at', stay(p.number, { admitted_at: '2025-10-26T02:30', discharged_at: '2025-10-27T08:00' })],
			['TIME_SKIPPED', 'admitted_at', stay(p.number, { admitted_at: '2025-03-30T02:30', discharged_at: '2025-03-31T08:00' })],
			['TIME_WITHOUT_OFFSET', 'admitted_at', stay(p.number, { admitted_at: '1990-03-30T12:30' })],
			['FORMAT', 'admitted_at', stay(p.number, { admitted_at: '2025-02-31T12:00:00Z' })],
			['ENDS_BEFORE_IT_BEGINS', undefined, stay(p.number, { discharged_at: daysAgo(101) })],
			['IN_THE_FUTURE', undefined, stay(p.number, { discharged_at: daysAgo(-3) })],
			['ADMISSION_OVERLAPS', 'admitted_at', stay(p.number, { admitted_at: daysAgo(395), discharged_at: daysAgo(380) })],
			['SAME_TIME_OTHER_CONTENT', 'source_updated_at', { ...known, ward: 'En annen post' }],
			['OTHER_PERSON', 'patient_id', { ...known, patient_id: (await person(w)).number, source_updated_at: daysAgo(1) }],
			['ROW_TOO_LONG', undefined, JSON.stringify(stay(p.number, { note: 'x'.repeat(70_000) }))],
		];
		const fine = stay(p.number, { admitted_at: '2025-06-01T08:00', discharged_at: '2025-06-02 09:30:00' });
		const { batch, report: said } = await bring(w, clinic, 'admissions', [...wrong.map(([, , row]) => row), fine]);
		assert.deepEqual(said.map((l) => [l.row, l.severity, l.code, l.field]), wrong.map(([code, field], i) => [i + 1, 'error', code, field]));
		assert.deepEqual(tally(batch), { received: wrong.length + 1, processed: wrong.length + 1, created: 1, rejected: wrong.length });
		assert.ok(!JSON.stringify(said).includes(p.number), 'a report never tells a number');
		const [a] = await w.sql(`select admitted_at, ended_at from admission where patient_id = $1 and admitted_at >= '2025-05-30' and admitted_at < '2025-06-05'`, [p.id]);
		assert.deepEqual([a.admitted_at.toISOString(), a.ended_at.toISOString()], ['2025-06-01T06:00:00.000Z', '2025-06-02T07:30:00.000Z']);
	});

	test('what is older, none of ours, or says more than can be kept is told as a warning', async () => {
		const p = await person(w);
		const known = stay(p.number, { source_updated_at: daysAgo(2) });
		await bring(w, clinic, 'admissions', [known]);
		const { batch, report: said } = await bring(w, clinic, 'admissions', [{ ...known, ward: 'X', source_updated_at: daysAgo(3) }, stay(p.number, { level_of_care: '3' }),
			stay(p.number, { admitted_at: daysAgo(500), discharged_at: daysAgo(490), legal_basis_at_admission: 'TUO', legal_basis_at_discharge: 'TPH' }),
			stay(p.number, { admitted_at: daysAgo(600), discharged_at: daysAgo(590), legal_basis_at_admission: '3-5' })]);
		assert.deepEqual(codes(said), [[1, 'OLDER'], [2, 'NOT_AN_ADMISSION'], [3, 'LEGAL_BOUNDARY_UNKNOWN'], [4, 'LEGAL_BASIS_IS_NO_STAY']]);
		assert.deepEqual(tally(batch), { received: 4, processed: 4, created: 2, ignored: 2, warnings: 4 });
	});

	test('rows of one file with one key, or that overlap, are judged one after the other', async () => {
		const p = await person(w);
		const row = stay(p.number, { source_updated_at: daysAgo(3) });
		const { batch, report: said } = await bring(w, clinic, 'admissions', [row, { ...row, ward: 'Ny', source_updated_at: daysAgo(2) }, { ...row, ward: 'Gammel', source_updated_at: daysAgo(4) },
			stay(p.number, { admitted_at: daysAgo(95), discharged_at: daysAgo(85) })]);
		assert.deepEqual(codes(said), [[3, 'OLDER'], [4, 'ADMISSION_OVERLAPS']]);
		assert.deepEqual([tally(batch), (await admissions(p.id)).map((a) => a.ward)], [{ received: 4, processed: 4, created: 1, updated: 1, ignored: 1, rejected: 1, warnings: 1 }, ['Ny']]);
	});
});

describe('blocks that are merged side by side', () => {
	// with 20 rows a block each round of the same stays is a block: the next one is laid out while it is written
	const rounds = ({ id, number }) => Array.from({ length: 12 }, (_, round) => Array.from({ length: 20 }, (_, i) => stay(number,
		{ source_id: `beside-${id}-${i}`, source_updated_at: daysAgo(12 - round), ward: `Runde ${round}`, admitted_at: daysAgo(900 - i * 20), discharged_at: daysAgo(890 - i * 20) })));

	test('tell of each row what they would tell one after the other', async () => {
		const p = await person(w);
		const told = rounds(p);
		told[5][3] = { source_system: 'DIPS', source_id: told[5][3].source_id, source_updated_at: daysAgo(7), op: 'delete' };
		told.splice(9, 0, told[2]);
		const { batch, report: said } = await bring(w, clinic, 'admissions', told.flat());
		assert.deepEqual(tally(batch), { received: 260, processed: 260, created: 21, updated: 218, deleted: 1, ignored: 20, warnings: 20 });
		assert.deepEqual(codes(said), Array.from({ length: 20 }, (_, i) => [181 + i, 'OLDER']));
		const all = await admissions(p.id);
		assert.deepEqual([all.length, new Set(all.map((a) => a.ward))], [21, new Set(['Runde 11', 'Runde 4'])]);
		assert.deepEqual(w.daemon.events('JOB_FAILED'), [], 'nobody ran into anybody');
	});

	test('another agency\'s batch does not wait for them, also when both threads wait', async () => {
		const p = await person(w);
		const row = { source_system: 'PROFIL', source_id: `beside-${p.id}`, source_updated_at: daysAgo(1), patient_id: (await person(w)).number, patient_id_system: 'FNR', unit_id: w.ids.unit['drammen-kommune:mottak'],
			staff_no: 'mh-1', agency_orgnr: municipality, started_at: daysAgo(10), minutes: 45, mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'HELD', purposes: 'HOUSING' };
		await w.database.asOwner(async (client) => {
			await client.query('select 1 from patient where id = $1 for update', [p.id]); // whoever merges stays of theirs waits
			const long = (await send(w, clinic, 'admissions', ndjson(rounds(p).slice(0, 2).flat()))).is(202);
			await until(async () => (await w.sql('select 1 from pg_locks l join pg_stat_activity s using (pid) where not l.granted and s.datname = current_database()')).length > 0, 3000, 'a merge that waits');
			assert.equal((await bring(w, 'drammen-kommune:mh-1', 'contacts', [row])).batch.counts.created, 1);
			assert.equal((await w.api(clinic, 'GET', `/imports/${long.body.id}`)).is(200).body.state, 'RECEIVED');
		});
	});

	test('a dry run of many blocks is judged while it is received', async () => {
		const p = await person(w);
		const { batch } = await bring(w, clinic, 'admissions?mode=dry_run', rounds(p)[0].concat(rounds(p)[1], rounds(p)[2]));
		assert.deepEqual([batch.state, tally(batch)], ['DONE', { received: 60, processed: 60, created: 60 }]);
	});
});

describe('unknown persons', () => {
	test('their rows wait and are taken when they are registered; after 30 days they are gone', async () => {
		const number = syntheticNumber();
		const rows = [stay(number), stay(number, { admitted_at: daysAgo(300), discharged_at: daysAgo(290) })];
		const { batch, report: said } = await bring(w, clinic, 'admissions', rows);
		assert.deepEqual([tally(batch), codes(said)], [{ received: 2, processed: 2, parked: 2, warnings: 2 }, [[1, 'PATIENT_UNKNOWN'], [2, 'PATIENT_UNKNOWN']]]);
		assert.equal((await bring(w, clinic, 'admissions', rows)).batch.counts.parked, 2);
		assert.equal((await w.sql(`select 1 from import_parked where content::text like '%' || $1 || '%'`, [number])).length, 0);
		const { id } = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201).body;
		await until(async () => (await admissions(id)).length === 2);
		assert.equal((await w.sql('select 1 from import_parked where external_id = any ($1)', [rows.map((r) => r.source_id)])).length, 0);
		assert.equal((await w.sql(`select 1 from access_log where patient_id = $1 and resource = 'imports'`, [id])).length, 1);
		await bring(w, clinic, 'admissions', [stay(syntheticNumber())]);
		await w.sql(`update import_parked set until = clock_now()`);
		await until(async () => (await w.sql('select 1 from import_parked')).length === 0);
	});
});

describe('files', () => {
	test('CSV: header in any order, delimiters, quotes, line breaks, ja and nei, BOM', async () => {
		for (const [delimiter, name] of [[';', ''], [',', ','], ['\t', 'tab']]) {
			const p = await person(w);
			const rows = [stay(p.number, { ward: 'Post; 2, "vest"', referral_formality: 'to\nlinjer', admitted_by_gp: 'ja', user_controlled_bed: 'nei', leave_nights: 2 }),
				stay(p.number, { admitted_at: daysAgo(300), discharged_at: daysAgo(290) })];
			const sent = (await send(w, clinic, `admissions${name && `?delimiter=${encodeURIComponent(name)}`}`, `\uFEFF${csv(rows, delimiter)}`, 'text/csv; charset=utf-8; header=present')).is(202);
			assert.equal((await ended(w, clinic, sent.body.id)).counts.created, 2, JSON.stringify(await report(w, clinic, sent.body.id)));
			const [o] = await w.sql('select o.facts, a.ward from import_origin o join admission a on a.id = o.entity_id where external_id = $1', [rows[0].source_id]);
			assert.deepEqual([o.ward, o.facts.referral_formality, o.facts.admitted_by_gp, o.facts.leave_nights], ['Post; 2, "vest"', 'to\nlinjer', true, 2]);
		}
	});

	test('a malformed record is one rejected row', async () => {
		const p = await person(w);
		const file = csv([stay(p.number)]) + 'DIPS;x;"a"b;;\r\n' + 'DIPS;y\r\n' + csv([stay(p.number, { admitted_at: daysAgo(300), discharged_at: daysAgo(290) })]).split('\r\n')[1] + '\r\n"open';
		const sent = (await send(w, clinic, 'admissions', file, 'text/csv')).is(202);
		const batch = await ended(w, clinic, sent.body.id);
		assert.deepEqual([tally(batch), codes(await report(w, clinic, batch.id))], [{ received: 5, processed: 5, created: 2, rejected: 3 }, [[2, 'CSV_SYNTAX'], [3, 'CELLS'], [5, 'CSV_SYNTAX']]]);
	});

	test('an unknown column, one twice or no header: 422 that names it, and the batch has failed', async () => {
		for (const [header, pointer] of [['source_system;colour', '/header/colour'], ['ward;ward', '/header/ward'], ['', '/header'], ['01819012365', '/header'], ['colour;ward;size;ward', '/header/colour /header/size /header/ward']]) {
			const name = `header-${crypto.randomUUID()}`;
			const r = (await send(w, clinic, `admissions?batch_id=${name}`, `${header}\n`, 'text/csv')).is(422, 'invalid_body');
			assert.deepEqual(r.pointers(), pointer.split(' '), r.story());
			assert.ok(!r.text.includes('01819012365'));
			const [b] = (await w.api(clinic, 'GET', `/imports?batch_id=${name}`)).is(200).body.items;
			assert.deepEqual([b.state, b.failure], ['FAILED', 'header']);
		}
	});

	test('another form than the two: 415 that names both', async () => {
		const r = (await send(w, clinic, 'admissions', '{}', 'application/json')).is(415, 'unsupported_media');
		assert.deepEqual([r.headers['accept-post'], r.body.detail], ['application/x-ndjson, text/csv', 'send application/x-ndjson, text/csv']);
	});

	test('Windows-1252: 415 with a hint, said or found', async () => {
		(await send(w, clinic, 'admissions', 'x', 'text/csv; charset=windows-1252')).is(415, 'unsupported_media');
		const latin = Buffer.from(csv([stay('01819012365', { ward: 'Døgnpost' })]), 'latin1');
		const r = (await send(w, clinic, 'admissions', latin, 'text/csv')).is(415, 'unsupported_media');
		assert.match(r.body.detail, /Windows-1252/);
	});
});

describe('modes', () => {
	test('insert takes new rows alone', async () => {
		const p = await person(w);
		const row = stay(p.number, { source_updated_at: daysAgo(3) });
		await bring(w, clinic, 'admissions', [row]);
		const { batch, report: said } = await bring(w, clinic, 'admissions?mode=insert', [{ ...row, ward: 'Ny', source_updated_at: daysAgo(2) }, row]);
		assert.deepEqual([tally(batch), codes(said)], [{ received: 2, processed: 2, unchanged: 1, rejected: 1 }, [[1, 'EXISTS']]]);
	});

	test('a dry run tells what would be, and leaves nothing', async () => {
		const p = await person(w);
		const rows = [stay(p.number), stay(p.number, { admitted_at: daysAgo(3), discharged_at: undefined }), stay(p.number, { urgency: 'x' }), stay(syntheticNumber())];
		const { batch } = await bring(w, clinic, 'admissions?mode=dry_run', rows);
		assert.deepEqual([batch.state, tally(batch)], ['DONE', { received: 4, processed: 4, created: 2, parked: 1, rejected: 1, warnings: 1 }]);
		assert.equal((await admissions(p.id)).length, 0);
		for (const table of ['import_origin where external_id', 'import_parked where external_id'])
			assert.equal((await w.sql(`select 1 from ${table} = any ($1)`, [rows.map((r) => r.source_id)])).length, 0);
		assert.equal((await w.sql(`select 1 from access_log where patient_id = $1 and resource = 'imports'`, [p.id])).length, 0);
	});

	test('all or nothing: one wrong row among many blocks, and nothing is taken; none, and all are', async () => {
		const p = await person(w);
		const rows = Array.from({ length: 50 }, (_, i) => stay(p.number, { admitted_at: daysAgo(1000 - i * 10), discharged_at: daysAgo(995 - i * 10) }));
		const bad = await bring(w, clinic, 'admissions?on_error=reject_batch', [...rows, stay(p.number, { discharged_at: daysAgo(200) })]);
		assert.deepEqual([bad.batch.state, bad.batch.failure, tally(bad.batch), codes(bad.report)], ['FAILED', 'rows_rejected', { received: 51, processed: 1, rejected: 1 }, [[51, 'ENDS_BEFORE_IT_BEGINS']]]);
		assert.equal((await admissions(p.id)).length, 0);
		const good = await bring(w, clinic, 'admissions?on_error=reject_batch', rows);
		assert.deepEqual([good.batch.state, tally(good.batch)], ['DONE', { received: 50, processed: 50, created: 50 }]);
		assert.equal((await admissions(p.id)).length, 50);
	});
});

describe('an upload that breaks off', () => {
	const cut = (name, bytes, offset, most) => {
		const head = `POST /api/v1/imports/admissions?batch_id=${name}&offset=${offset} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${w.token(clinic)}\r\nContent-Type: text/csv\r\nContent-Length: ${bytes.length - offset}\r\n\r\n`;
		return w.raw([head, bytes.subarray(offset, most).toString('latin1'), 150], { wait: 300 });
	};
	test('goes on where it stood, in the middle of a CSV file; elsewhere it does not', async () => {
		const p = await person(w);
		const file = Buffer.from(csv(Array.from({ length: 45 }, (_, i) => stay(p.number, { admitted_at: daysAgo(1000 - i * 10), discharged_at: daysAgo(995 - i * 10) }))));
		const name = `cut-${crypto.randomUUID()}`;
		const state = async () => (await w.api(clinic, 'GET', `/imports?batch_id=${name}`)).is(200).body.items[0];
		await cut(name, file, 0, Math.floor(file.length * 0.7));
		const half = await until(async () => { const b = await state(); return b?.counts.received > 20 && b; });
		assert.ok(half.state === 'RECEIVING' && half.received_bytes > 0 && half.received_bytes < file.length * 0.7);
		assert.equal(file[half.received_bytes - 1], 10, 'whole rows');
		const r = (await send(w, clinic, `admissions?batch_id=${name}`, file, 'text/csv')).is(409, 'upload_offset');
		assert.equal(r.body.received_bytes, half.received_bytes);
		(await send(w, clinic, `admissions?batch_id=${name}&offset=${half.received_bytes}`, file.subarray(half.received_bytes), 'text/csv')).is(202);
		const done = await ended(w, clinic, half.id);
		assert.deepEqual([tally(done), done.received_bytes], [{ received: 45, processed: 45, created: 45 }, file.length]);
		(await send(w, clinic, `admissions?batch_id=${name}`, file, 'text/csv')).is(202);
		assert.deepEqual((await state()).counts, done.counts);
	});
	test('one that nobody goes on with is given up', async () => {
		const name = `left-${crypto.randomUUID()}`;
		await cut(name, Buffer.from(csv([stay('01819012365')])), 0, 40);
		const [b] = await until(async () => { const l = (await w.api(clinic, 'GET', `/imports?batch_id=${name}`)).body.items; return l.length && l; });
		await w.sql(`update import_batch set updated_at = ${back('updated_at', 3)} where id = $1`, [b.id]);
		assert.equal((await ended(w, clinic, b.id)).failure, 'upload_not_finished');
	});
});

describe('who may', () => {
	test('bring what: by kind of agency and role', async () => {
		const allowed = { admissions: [clinic, machine], 'legal-periods': [clinic, machine], contacts: [clinic, machine, 'drammen-kommune:mh-1', 'drammen-dps:tm-1'], housing: ['drammen-kommune:mh-1', 'drammen-kommune:ho-1'], staff: ['drammen-dps:sa-1'] };
		for (const [type, who] of Object.entries(allowed))
			for (const caller of [clinic, machine, 'drammen-dps:tm-1', 'drammen-kommune:mh-1', 'drammen-kommune:ho-1', 'drammen-dps:sa-1', 'nav-drammen:nav-1', 'politi-demo:po-1', 'fastlege-demo:gp-1', 'citizen/PT'])
				(await send(w, caller, type, '')).is(who.includes(caller) ? 202 : 403);
	});
	test('an agency sees its own imports alone', async () => {
		const sent = (await send(w, clinic, 'admissions', '')).is(202);
		(await w.api('drammen-kommune:mh-1', 'GET', `/imports/${sent.body.id}`)).is(404);
		(await w.api('drammen-kommune:mh-1', 'GET', `/imports/${sent.body.id}/report`)).is(404);
		assert.ok((await w.api('drammen-kommune:mh-1', 'GET', '/imports')).is(200).body.items.every((b) => b.agency_id === w.ids.agency['drammen-kommune']));
		const page = (await w.api(clinic, 'GET', '/imports?limit=1&state=DONE&type=admissions')).is(200).body;
		assert.ok(page.items.length === 1 && page.links.next);
	});
	test('a name stands for one type', async () => {
		(await send(w, clinic, 'admissions?batch_id=common', '')).is(202);
		(await send(w, clinic, 'contacts?batch_id=common', '')).is(409, 'conflict');
	});
});

describe('HTTP', () => {
	const bytes = (o, who, more, body = '') => `POST /api/v1${o.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${w.token(who)}\r\nContent-Type: application/x-ndjson\r\n${more}\r\n\r\n${body}`;
	for (const o of uploads) {
		test(`${o.path}: chunked, chunked badly, too large, another place, no body`, async () => {
			const row = JSON.stringify(exampleBody(o));
			const chunk = (s) => `${s.length.toString(16)}\r\n${s}\r\n`;
			const fine = await w.raw(bytes(o, callers[o.id], 'Transfer-Encoding: chunked', chunk(row.slice(0, 9)) + chunk(row.slice(9)) + '0\r\n\r\n'), { wait: 700 });
			assert.equal(fine.status, 202, fine.text);
			assert.equal((await w.raw(bytes(o, callers[o.id], 'Transfer-Encoding: chunked', 'zz\r\n'), { wait: 700 })).status, 400);
			record('POST', `/api/v1${o.path}`, 400);
			assert.equal((await w.raw(bytes(o, callers[o.id], `Content-Length: ${2 ** 40}`), { wait: 700 })).status, 413);
			record('POST', `/api/v1${o.path}`, 413);
			(await w.api(callers[o.id], 'POST', `${o.path}?batch_id=a-${o.id}&offset=7`, row)).is(409, 'upload_offset');
			(await w.api(callers[o.id], 'POST', `${o.path}?delimiter=x`, row)).is(422, 'invalid_parameter');
			const refused = await w.raw(bytes(o, 'politi-demo:po-1', 'Expect: 100-continue\r\nContent-Length: 1000'), { wait: 700 });
			assert.ok(refused.status === 403, `nobody asks who may not send to go on: ${refused.text}`);
		});
	}
});
