// What meets while an import is merged: the same key from two sides, and a person who is registered meanwhile.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { syntheticNumber, until, world } from './harness.mjs';
import { step } from './concern-steps.mjs';
import { bring, clinic, daysAgo, ended, machine, ndjson, person, send, stay } from './import-steps.mjs';
import { relate } from './specialist-steps.mjs';

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

// One message of an admission five days ago, or of another event, without what the tests do not ask.
const admits = (number, visit, { event = 'A01', told = 5 } = {}) => {
	const [at, begins] = [told, 5].map((n) => `${daysAgo(n).slice(0, 19).replace(/[-T:]/g, '')}+0000`);
	const pv1 = Array.from({ length: 44 }, (_, i) => ({ 2: 'I', 3: 'D1^R2^S3^310000019', 4: 'E', 19: visit, 44: begins })[i + 1] ?? '');
	return [`MSH|^~\\&|DIPS|310000019|SAM|SAM|${at}||ADT^${event}|T${++serial}|T|2.5`, `EVN|${event}|${at}`, `PID|1||${number}^^^FNR`, `PV1|${pv1.join('|')}`].join('\r') + '\r';
};
const sendAdt = (...messages) => w.api(machine, 'POST', '/imports/adt', messages.join(''), { 'content-type': 'x-application/hl7-v2+er7' });
const ground = (more) => ({ source_system: 'DIPS', source_id: `g-${++serial}`, source_updated_at: daysAgo(1), basis: 'TPH', from_at: daysAgo(4), ...more });
const hold = (client, p) => client.query('select 1 from patient where id = $1 for update', [p.id]);

describe('nobody waits for whoever waits for them', () => {
	test('who enters a stay, and the row that waits for it', async () => {
		const p = await person(w);
		const row = ground({ patient_id: p.number, patient_id_system: 'FNR' });
		assert.equal((await bring(w, clinic, 'legal-periods', [row])).batch.counts.parked, 1);
		await w.database.asOwner(async (client) => {
			await hold(client, p); // as whoever writes for them does first
			await w.sql('update import_parked set ready = true where external_id = $1', [row.source_id]);
			await waiting(1);
			await new Promise((done) => setTimeout(done, 1200)); // whoever waits has looked for a deadlock, and found none
			await client.query(`update import_parked set ready = true where external_id = $1`, [row.source_id]);
		});
		await until(async () => (await parked(row))[0].ready === false, 5000, 'the look that found no stay');
	});

	test('who takes a step in a stay, or corrects it or its ground, and whoever imports it', async () => {
		const at = (n) => ({ at: daysAgo(n) });
		const steps = {
			step: (path) => step(w, clinic, path, { action: 'leave', ...at(3) }),
			correction: (path) => w.change(clinic, 'PATCH', path, { admitted_at: daysAgo(9) }),
			ground: (path) => w.api(clinic, 'POST', `${path}/legal-periods`, { kind: 'VOLUNTARY', valid_from: daysAgo(3) }),
			'corrected ground': async (path) => {
				const { items: [period] } = (await w.api(clinic, 'GET', `${path}/legal-periods`)).is(200).body;
				return w.change(clinic, 'PATCH', `/legal-periods/${period.id}`, { kind: 'VOLUNTARY' });
			},
		};
		for (const [name, act] of Object.entries(steps)) {
			const p = await person(w);
			await relate(w, p.id, ['drammen-dps:poliklinikk']);
			const [{ admission_id: id }] = (await sendAdt(admits(p.number, `v-${++serial}`))).is(200).body.items;
			let acted;
			await w.database.asOwner(async (client) => {
				await hold(client, p); // as an import does first
				acted = act(`/admissions/${id}`);
				await waiting(1);
				assert.equal((await client.query('select 1 from admission where id = $1 for update skip locked', [id])).rowCount, 1, `${name}: the stay is free`);
				assert.ok((await client.query('select 1 from legal_period where admission_id = $1 for update skip locked', [id])).rowCount > 0, `${name}: and its ground`);
			});
			assert.ok((await acted).status < 300, name);
		}
	});

	test('two agencies that tell of the same persons in another order', async () => {
		const [one, other, first, second] = [await person(w), await person(w), await person(w), await person(w)];
		const recent = (p) => stay(p.number, { admitted_at: daysAgo(9), discharged_at: daysAgo(8) });
		let sent;
		await w.database.asOwner(async (client) => {
			await hold(client, first);
			await hold(client, second);
			sent = [[nurse, (await send(w, nurse, 'contacts', ndjson([contact(one.number), contact(first.number), contact(other.number)]))).is(202)],
				[clinic, (await send(w, clinic, 'admissions', ndjson([recent(other), recent(second), recent(one)]))).is(202)]];
			await waiting(2);
		});
		for (const [who, r] of sent) assert.equal((await ended(w, who, r.body.id)).counts.created, 3);
		assert.deepEqual(w.daemon.events('JOB_FAILED'), []);
	});
});

describe('what one agency tells stands in one line', () => {
	test('a key told of two persons at once is the first one\'s', async () => {
		const [number, later] = [syntheticNumber(), syntheticNumber()];
		const [row, another] = [contact(number), contact(later)];
		await bring(w, nurse, 'contacts', [row, another]);
		await w.sql(`update import_parked set hashes = '{}' where external_id = any ($1)`, [[row.source_id, another.source_id]]); // woken below
		const [id, held, third] = [await register(number), await register(later), await person(w)];
		let sent;
		await w.database.asOwner(async (client) => {
			await hold(client, { id: held });
			await w.sql('update import_parked set ready = true where external_id = any ($1)', [[row.source_id, another.source_id]]);
			await waiting(1);
			sent = (await send(w, nurse, 'contacts', ndjson([{ ...row, patient_id: third.number, source_updated_at: daysAgo(1) }]))).is(202);
			await waiting(2);
		});
		const batch = await ended(w, nurse, sent.body.id);
		await gone(row);
		const found = await w.sql('select patient_id from contact where patient_id = any ($1)', [[id, third.id]]);
		assert.deepEqual([found, batch.counts.rejected], [[{ patient_id: id }], 1]);
	});

	test('and messages behind a long block leave connections to all others; sent again they are taken', async () => {
		const p = await person(w);
		const messages = Array.from({ length: 8 }, () => admits(p.number, 'q-1'));
		let sent;
		await w.database.asOwner(async (client) => {
			await client.query(`select pg_advisory_xact_lock(import_line($1, 'admissions'))`, [w.ids.agency['drammen-dps']]);
			sent = messages.map((m) => sendAdt(m));
			await waiting(1);
			const begins = Date.now();
			(await w.api(nurse, 'GET', '/me')).is(200);
			const answers = await Promise.all(sent);
			assert.deepEqual(answers.map((r) => [r.is(503, 'unavailable').status, r.headers['retry-after']]), messages.map(() => [503, '2']));
			assert.ok(Date.now() - begins < 2500, 'nobody waits for as long as a statement may take');
		});
		for (const m of messages) assert.equal((await sendAdt(m)).is(200).body.items[0].code, 'AA');
		assert.equal((await w.sql('select 1 from admission where patient_id = $1', [p.id])).length, 1);
		assert.deepEqual(w.daemon.events('POOL_EXHAUSTED'), []);
	});

	test('a ground that comes while its stay is not yet written waits no longer than for that', async () => {
		const [p, held] = [await person(w), await person(w)];
		const row = ground({ admission_source_id: `v-${++serial}` });
		let messages, grounds;
		await w.database.asOwner(async (client) => {
			await hold(client, held);
			messages = sendAdt(admits(p.number, row.admission_source_id), admits(held.number, `v-${++serial}`));
			await waiting(1);
			grounds = (await send(w, clinic, 'legal-periods', ndjson([row]))).is(202);
			await new Promise((done) => setTimeout(done, 1000)); // it is merged, if anything lets it
		});
		assert.deepEqual((await messages).is(200).body.items.map((i) => i.code), ['AA', 'AA']);
		await ended(w, clinic, grounds.body.id);
		await gone(row);
		assert.equal((await w.sql(`select 1 from legal_period where patient_id = $1 and kind = 'COMPULSORY'`, [p.id])).length, 1);
	});

	test('a stay that is corrected, or begins, wakes the ground that waited for it', async () => {
		const [p, q] = [await person(w), await person(w)];
		const lain = stay(p.number, { admitted_at: daysAgo(3), discharged_at: undefined, source_updated_at: daysAgo(2) });
		await bring(w, clinic, 'admissions', [lain]);
		const visit = `v-${++serial}`;
		(await sendAdt(admits(q.number, visit, { event: 'A05', told: 7 }))).is(200);
		const rows = [ground({ patient_id: p.number, patient_id_system: 'FNR', to_at: daysAgo(3, 6) }), ground({ admission_source_id: visit })];
		assert.equal((await bring(w, clinic, 'legal-periods', rows)).batch.counts.parked, 2);
		await bring(w, clinic, 'admissions', [{ ...lain, admitted_at: daysAgo(6), source_updated_at: daysAgo(1) }]);
		(await sendAdt(admits(q.number, visit))).is(200);
		for (const row of rows) await gone(row);
	});
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
