// The DPS adapter against the real daemon: ADT messages over MLLP become admissions, and are acknowledged when they have.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { freePort } from '../api/lib/daemon.mjs';
import { syntheticNumber, world } from '../api/harness.mjs';
import { Adapter } from './adapter.mjs';
import { Engine, adt, visit } from './mllp.mjs';

const w = await world({ settings: { JOBS_INTERVAL_MS: 100 } });
const port = await freePort();
const mllp = new Adapter('dps', w.port, { agency: 'drammen-dps', role: 'DPS', subject: 'dps-1' }, { mllp: { listen: `127.0.0.1:${port}`, allow: '127.0.0.1' } });
const number = syntheticNumber();
const admissions = () => w.sql('select id, state, admitted_at from admission where patient_id = $1 order by admitted_at', [patient]);
const engines = [];
let patient;

function engine(...args) {
	engines.push(new Engine(port, ...args));
	return engines.at(-1);
}

const message = (event, control, id, more = {}) => adt(event, control, { number, visit: visit(id, more), ...more });
after(() => engines.forEach((e) => e.end()));

test('the person is the centre\'s', async () => {
	patient = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number, family_name: 'Natteravn' })).is(201).body.id;
	await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'SERVICE' from unit where id = $2
		on conflict do nothing`, [patient, w.ids.unit['drammen-dps:poliklinikk']]);
});

test('an admission is acknowledged when the service has it, and once', async () => {
	mllp.start();
	await mllp.until(() => mllp.events('started').length > 0, 'the start');
	const e = engine();
	const before = (await admissions()).length;
	assert.deepEqual(await e.send(message('A01', 'M1', 'V1')), { code: 'AA', control: 'M1', text: 'created', error: undefined });
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
	assert.equal((await e.send(message('A01', 'M7', 'V7', { from: '20260920120000+0200' }))).code, 'AR');
	assert.deepEqual([mllp.files('spool/adt/new'), mllp.files('spool/adt/sending')], [[], []]);
	assert.equal((await e.send(message('A01', 'M8', 'V8', { accept: 'AL', from: '20260910120000+0200' }))).code, 'CA');
	assert.equal((await e.send(message('A03', 'M9', 'V8', { accept: 'AL', from: '20260910120000+0200', to: '20260912120000+0200' }))).code, 'CA');
	await mllp.kill();
	mllp.start();
	await w.start(settings);
	const states = async () => (await admissions()).filter((a) => a.admitted_at.toISOString() === '2026-09-10T10:00:00.000Z').map((a) => a.state);
	await mllp.until(async () => (await states())[0] === 'DISCHARGED', 'the two messages in their order');
	const again = engine();
	assert.equal((await again.send(message('A01', 'M7', 'V7', { from: '20260920120000+0200' }))).code, 'AA');
	assert.equal((await again.send(message('A01', 'M8', 'V8', { accept: 'AL', from: '20260910120000+0200' }))).code, 'CA');
	assert.deepEqual(await states(), ['DISCHARGED'], 'known, not sent again');
});

test('while a block of an import is before it: AR, and taken when it is sent again; with commitment it comes', async () => {
	const e = engine();
	const begun = async (day) => (await admissions()).filter((a) => a.admitted_at.toISOString() === `2026-07-${day}T10:00:00.000Z`).length;
	const turned = message('A03', 'M12', 'V12', { from: '20260701120000+0200', to: '20260702120000+0200' });
	await w.database.asOwner(async (client) => {
		await client.query(`select pg_advisory_xact_lock(import_line($1, 'admissions'))`, [w.ids.agency['drammen-dps']]);
		assert.equal((await e.send(turned)).code, 'AR');
		assert.equal((await e.send(message('A03', 'M13', 'V13', { accept: 'AL', from: '20260710120000+0200', to: '20260711120000+0200' }))).code, 'CA');
		await mllp.until(() => mllp.events('waits').filter((x) => x.status === 503).length > 1, 'the second refusal');
	});
	await mllp.until(() => begun('10'), 'what was committed to');
	assert.equal((await e.send(turned)).code, 'AA');
	assert.equal(await begun('01'), 1);
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
