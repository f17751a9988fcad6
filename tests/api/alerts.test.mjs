// E-mail that something waits: to a real mail server, with nothing in it, once, and not at night.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, beforeEach, describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { freePort } from './lib/daemon.mjs';
import { back } from './lib/days.mjs';
import { pause, syntheticNumber, until, world } from './harness.mjs';

const dir = mkdtempSync(`${tmpdir()}/smtp-`);
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
	'-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`], { stdio: 'ignore' });
const port = await freePort();
const mails = [];
const mood = { refuse: false, tls: true };

function serve() {
	const server = new SMTPServer({ key: readFileSync(`${dir}/key.pem`), cert: readFileSync(`${dir}/cert.pem`), disabledCommands: mood.tls ? [] : ['STARTTLS'],
		authOptional: false, onAuth: (auth, session, done) => (auth.password === 'hemmelig' ? done(null, { user: 'x' }) : done(new Error('no'))),
		onRcptTo: (to, session, done) => done(mood.refuse ? new Error('not now') : null),
		onData(stream, session, done) {
			let text = '';
			stream.on('data', (d) => (text += d));
			stream.on('end', () => {
				mails.push({ to: session.envelope.rcptTo.map((r) => r.address), from: session.envelope.mailFrom.address, secure: session.secure, text });
				done();
			});
		} });
	server.on('error', () => {});
	return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(server)));
}

let server = await serve();
const w = await world({ settings: { JOBS_INTERVAL_MS: 100, SMTP_URL: `smtp://localhost:${port}`, SMTP_FROM: 'varsel@samhandling.example', SMTP_USER: 'samhandling', SMTP_PASSWORD: 'hemmelig',
	SMTP_CA: `${dir}/cert.pem` } });
after(() => {
	server.close();
	rmSync(dir, { recursive: true });
});

const tm = 'drammen-dps:tm-1';
const tl = 'drammen-dps:tl-1';
const fact = w.ids.unit['drammen-dps:fact'];
const family = 'Sjeldennavn';
const patient = (await w.api(tl, 'POST', '/patients', { national_id: syntheticNumber(), family_name: family })).is(201).body.id;
const want = async (as, body) => (await w.api(as, 'POST', '/alert-settings', { address: 'kari@drammen-dps.example', every_minutes: 1, ...body })).is(201).body;
const task = (body) => w.api(tl, 'POST', '/tasks', { title: `Ring ${family}`, patient_id: patient, unit_id: fact, ...body }).then((r) => r.is(201).body);
const arrive = (n) => until(() => mails.length >= n, 15_000, `mail ${n}`);
const quietly = () => pause(1500);

beforeEach(async () => {
	await w.sql('delete from alert_setting');
	mails.length = 0;
	Object.assign(mood, { refuse: false });
});

describe('a mail', () => {
	test('says how much is new, over TLS, and nothing of what or whom', async () => {
		const s = await want(tm);
		const made = await task({ assignee_staff_id: w.ids.staff[tm] });
		await arrive(1);
		const [m] = mails;
		assert.deepEqual([m.to, m.from, m.secure], [['kari@drammen-dps.example'], 'varsel@samhandling.example', true]);
		assert.match(m.text, /Subject: Nytt i Samhandling\r?\n/);
		assert.match(m.text, /Du har 1 ny oppgave i Samhandling\./);
		for (const word of [family, 'Ring', 'FACT', 'Drammen', patient, made.id, fact, w.ids.staff[tm], s.id]) assert.ok(!m.text.split('\n').filter((l) => !/^(To|Message-ID):/.test(l)).join('\n').includes(word), word);
		assert.ok(!w.daemon.log.includes('kari@'), 'no address in the log');
		await until(async () => (await w.sql(`select state from alert_mail where setting_id = $1`, [s.id]))[0]?.state === 'SENT');
	});
	test('gathers what is new, tells of each thing once', async () => {
		await want(tm);
		await w.sql(`insert into task (kind, title, agency_id, unit_id) select 'GENERAL', 'x', $1, $2 from generate_series(1, 3)`, [w.ids.agency['drammen-dps'], fact]);
		await arrive(1);
		assert.match(mails[0].text, /Du har 3 nye oppgaver/);
		await quietly();
		assert.equal(mails.length, 1);
		await w.sql(`insert into task (kind, title, agency_id, unit_id) values ('GENERAL', 'x', $1, $2)`, [w.ids.agency['drammen-dps'], fact]);
		await quietly();
		assert.equal(mails.length, 1, 'one at most in the time that was asked for');
		await w.sql(`update alert_setting set last_mail_at = clock_now() - interval '2 minutes'`);
		await arrive(2);
		assert.match(mails[1].text, /Du har 1 ny oppgave/);
	});
	test('not of one\'s own doing, others\' tasks or kinds that were not asked for', async () => {
		await want(tl, { kinds: ['TASKS'] });
		await task({});
		await task({ assignee_staff_id: w.ids.staff[tm] });
		await w.api('drammen-kommune:mh-1', 'POST', '/messages', { patient_id: patient, to_unit_id: fact, subject: 'x', text: 'y' });
		await quietly();
		assert.deepEqual(mails, []);
	});
	test('not in the quiet hours, but after them', async () => {
		const clock = (minutes) => new Intl.DateTimeFormat('nb-NO', { timeZone: 'Europe/Oslo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(Date.now() + minutes * 60_000));
		await want(tm, { quiet_from: clock(-60), quiet_to: clock(60) });
		await task({});
		await quietly();
		assert.deepEqual(mails, []);
		await w.sql('update alert_setting set quiet_from = null, quiet_to = null');
		await arrive(1);
	});
	test('to a unit\'s mailbox, which its leader sets', async () => {
		await want(tl, { unit_id: fact, address: 'fact@drammen-dps.example' });
		await task({});
		await arrive(1);
		assert.deepEqual(mails[0].to, ['fact@drammen-dps.example']);
		(await w.api(tm, 'POST', '/alert-settings', { unit_id: fact, address: 'x@y.example' })).is(422, 'unknown_reference');
		(await w.api(tl, 'POST', '/alert-settings', { unit_id: w.ids.unit['lier-kommune:mottak'], address: 'x@y.example' })).is(422, 'unknown_reference');
	});
});

describe('when the mail server does not take it', () => {
	test('it is tried again, and sent once', async () => {
		mood.refuse = true;
		const s = await want(tm);
		await task({});
		await until(async () => (await w.sql('select attempts from alert_mail where setting_id = $1', [s.id]))[0]?.attempts > 0);
		await until(() => w.daemon.log.includes('MAIL_FAILED'));
		mood.refuse = false;
		await w.sql(`update alert_mail set next_try_at = clock_now() where state = 'QUEUED'`);
		await arrive(1);
		await quietly();
		assert.equal(mails.length, 1);
	});
	test('news that nobody could send for three days is none any more, and what is over is forgotten', async () => {
		const s = await want(tm);
		const queue = (days) => w.sql(`insert into alert_mail (setting_id, counts, created_at, next_try_at) values ($1, '{"TASKS": 1}',
			${back('clock_now()', '$2::int')}, clock_now() + interval '1 hour') returning id`, [s.id, days]);
		const [[old], [stale], [fresh]] = [await queue(40), await queue(4), await queue(1)];
		const left = async () => (await w.sql('select id, state from alert_mail where setting_id = $1', [s.id]));
		await until(async () => (await left()).length === 2);
		const states = Object.fromEntries((await left()).map((m) => [m.id, m.state]));
		assert.deepEqual(states, { [stale.id]: 'FAILED', [fresh.id]: 'QUEUED' }, `${old.id} is gone`);
	});
	test('without TLS nothing is sent', async () => {
		await new Promise((done) => server.close(done));
		mood.tls = false;
		server = await serve();
		const s = await want(tm);
		await task({});
		await until(async () => (await w.sql('select attempts from alert_mail where setting_id = $1', [s.id]))[0]?.attempts > 0);
		await quietly();
		assert.deepEqual(mails, []);
	});
});

describe('the settings', () => {
	test('are one\'s own', async () => {
		const s = await want(tm);
		(await w.api('drammen-dps:tm-2', 'GET', `/alert-settings/${s.id}`)).is(404);
		(await w.api(tm, 'GET', `/alert-settings/${s.id}`)).is(200);
		assert.equal((await w.api(tm, 'GET', '/alert-settings')).is(200).body.items.length, 1);
		(await w.api('drammen-dps:tm-2', 'DELETE', `/alert-settings/${s.id}`, undefined, { 'if-match': '"1-0"' })).is(404);
		(await w.api(tm, 'DELETE', `/alert-settings/${s.id}`, undefined, { 'if-match': '"7-0"' })).is(412);
		(await w.change(tm, 'DELETE', `/alert-settings/${s.id}`)).is(204);
		(await w.api('citizen/PT', 'POST', '/alert-settings', { address: 'x@y.example' })).is(403, 'forbidden');
	});
	test('take no address that could be a header', async () => {
		for (const address of ['x@y.example\r\nBcc: z@y.example', '<x@y.example>', 'x y@z.example', 'x'])
			(await w.api(tm, 'POST', '/alert-settings', { address })).is(422, 'invalid_body');
		(await w.api(tm, 'POST', '/alert-settings', { address: 'x@y.example', quiet_from: '16:00' })).is(422);
	});
});
