// What meets while an import is merged: the same key from two sides, and a person who is registered meanwhile.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { syntheticNumber, until, world } from './harness.mjs';
import { bring, clinic, daysAgo, ended, ndjson, person, send, stay } from './import-steps.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 50 } });
const nurse = 'drammen-kommune:mh-1';
const [{ n: municipality }] = await w.sql(`select organisation_number as n from agency where slug = 'drammen-kommune'`);
let serial = 0;
const contact = (number, more) => ({ source_system: 'PROFIL', source_id: `c-${++serial}`, source_updated_at: daysAgo(3), patient_id: number, patient_id_system: 'FNR', unit_id: w.ids.unit['drammen-kommune:mottak'],
	staff_no: 'mh-1', agency_orgnr: municipality, started_at: daysAgo(10), minutes: 45, mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'HELD', purposes: 'HOUSING', ...more });

const register = async (number) => (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201).body.id;
const waiting = (n) => until(async () => (await w.sql(`select 1 from pg_locks l join pg_stat_activity s using (pid)
	where not l.granted and s.datname = current_database()`)).length >= n, 5000, `${n} merges that wait`);
const parked = (row) => w.sql('select * from import_parked where external_id = $1', [row.source_id]);
const gone = (row) => until(async () => (await parked(row)).length === 0, 5000, 'the row that waited');

describe('a key whose older row waits and whose newer row comes are one thing', () => {
	const later = { source_updated_at: daysAgo(1) };
	const kinds = {
		contacts: { who: nurse, older: contact, change: { started_at: daysAgo(5), minutes: 30 }, things: 'select at as begins from contact where patient_id = $1', begins: daysAgo(5) },
		admissions: { who: clinic, older: (number) => stay(number, { admitted_at: daysAgo(20), discharged_at: daysAgo(18), source_updated_at: daysAgo(3) }), change: { admitted_at: daysAgo(19), specialty: '365' },
			things: 'select admitted_at as begins from admission where patient_id = $1', begins: daysAgo(19) },
	};
	for (const [type, { who, older, change, things, begins }] of Object.entries(kinds)) {
		test(type, async () => {
			const number = syntheticNumber();
			const row = older(number);
			await bring(w, who, type, [row]);
			await w.sql(`update import_parked set hashes = '{}' where external_id = $1`, [row.source_id]); // woken below, not by the registration
			const id = await register(number);
			let sent;
			await w.database.asOwner(async (client) => {
				await client.query('select 1 from patient where id = $1 for update', [id]);
				await w.sql('update import_parked set ready = true where external_id = $1', [row.source_id]);
				await waiting(1);
				sent = (await send(w, who, type, ndjson([{ ...row, ...change, ...later }]))).is(202);
				await waiting(2);
			});
			await ended(w, who, sent.body.id);
			await gone(row);
			assert.deepEqual((await w.sql(things, [id])).map((x) => x.begins.toISOString()), [begins]);
		});
	}
});

describe('a person who is registered while their row is laid aside', () => {
	const clear = (rows) => w.sql(`update job set batch = $1 where kind = 'imports_cleared'`, [rows]);

	test('between the look at who they are and the block\'s end: the import\'s end wakes it', async () => {
		const p = await person(w);
		const number = syntheticNumber();
		const row = contact(number);
		await clear(0);
		let sent;
		let id;
		await w.database.asOwner(async (client) => {
			await client.query('select 1 from patient where id = $1 for update', [p.id]);
			sent = (await send(w, nurse, 'contacts', ndjson([row, contact(p.number)]))).is(202); // the second row holds the block up
			await waiting(1);
			id = await register(number);
		});
		await ended(w, nurse, sent.body.id);
		await gone(row).finally(() => clear(500));
		assert.equal((await w.sql('select 1 from contact where patient_id = $1', [id])).length, 1);
	});

	test('and not known yet when the import has ended: a job wakes it', async () => {
		const p = await person(w);
		const row = contact(syntheticNumber());
		await bring(w, nurse, 'contacts', [row]);
		const [{ hashes: [hash] }] = await w.sql('delete from import_parked where external_id = $1 returning hashes', [row.source_id]);
		await w.database.asOwner(async (client) => {
			await client.query(`insert into patient_identifier (patient_id, kind, seal, hash) values ($1, 'DNR', 'sealed', $2)`, [p.id, hash]);
			await bring(w, nurse, 'contacts', [{ ...row, source_updated_at: daysAgo(2) }]);
			assert.deepEqual((await parked(row)).map((x) => x.ready), [false]);
			await client.query('commit');
		});
		await gone(row);
		assert.equal((await w.sql('select 1 from contact where patient_id = $1', [p.id])).length, 1);
	});
});
