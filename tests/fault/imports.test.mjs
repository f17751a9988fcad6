// kill -9 of the daemon while an import is uploaded and merged: the client goes on where its file stood, the merge where
// its checkpoint stands, and every row is there once. And the daemon's memory does not grow with the file.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { environment, pause, until, world } from '../api/harness.mjs';
import { clinic, csv, daysAgo, person, stay } from '../api/import-steps.mjs';

// Sends what is left of the file, slowly, until it is answered or the connection ends.
function upload(w, name, file, from) {
	return new Promise((done) => {
		let text = '';
		const socket = net.connect({ port: w.port, host: '127.0.0.1' });
		socket.on('error', () => done(text));
		socket.on('close', () => done(text));
		socket.on('data', (d) => (text += d) && socket.end());
		socket.on('connect', async () => {
			socket.write(`POST /api/v1/imports/admissions?batch_id=${name}&offset=${from} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${w.token(clinic)}\r\nContent-Type: text/csv\r\nContent-Length: ${file.length - from}\r\n\r\n`);
			for (let at = from; at < file.length && !socket.destroyed; at += 8_000) {
				socket.write(file.subarray(at, at + 8_000));
				await pause(10);
			}
		});
	});
}

const batchOf = async (w, name) => (await w.sql('select * from import_batch where batch_id = $1', [name]))[0];

// Until so much is safe, or all; at whatever pace. And a moment, so that a kill may come anywhere.
async function received(w, name, bytes) {
	await until(async () => { const b = await batchOf(w, name); return b && (b.state !== 'RECEIVING' || Number(b.received_bytes) >= bytes); }, 60_000, 'some of the file');
	await pause(Math.random() * 50);
}

test('killed again and again, nothing is lost and nothing is there twice', { timeout: 300_000 }, async () => {
	const w = await world({ settings: { JOBS_INTERVAL_MS: 20, IMPORT_BLOCK_ROWS: 25, CHECK_REPLIES: undefined } });
	const persons = [];
	for (let i = 0; i < 20; i++) persons.push(await person(w));
	const rows = Array.from({ length: 3000 }, (_, i) => stay(persons[i % 20].number, { admitted_at: daysAgo(2000 - Math.floor(i / 20) * 10), discharged_at: daysAgo(1995 - Math.floor(i / 20) * 10) }));
	const file = Buffer.from(csv(rows));
	let kills = 0;
	for (let from = 0; ; from = Number((await batchOf(w, 'killed'))?.received_bytes ?? 0)) {
		const answered = upload(w, 'killed', file, from);
		const killed = received(w, 'killed', from + file.length * (0.05 + Math.random() * 0.15)).then(async () => {
			if ((await batchOf(w, 'killed'))?.state !== 'RECEIVING') return;
			kills++;
			await w.kill();
			await w.start();
		});
		const text = await answered;
		await killed;
		if (/^HTTP\/1.1 202/.test(text) || (await batchOf(w, 'killed')).state !== 'RECEIVING') break;
	}
	for (let i = 0; i < 5 && (await batchOf(w, 'killed')).state !== 'DONE'; i++) {
		await pause(100);
		await w.kill();
		await w.start();
		kills++;
	}
	const b = await until(async () => { const x = await batchOf(w, 'killed'); return x.state === 'DONE' && x; }, 60_000, 'the end of the import');
	assert.ok(kills > 2, `only ${kills} kills`);
	assert.deepEqual([b.received, b.created, b.rejected], [3000, 3000, 0]);
	const [{ n, keys, segments, log }] = await w.sql(`select (select count(*)::int from admission) as n, (select count(*)::int from import_origin) as keys, (select count(*)::int from admission_segment) as segments,
		(select count(*)::int from access_log where basis = 'IMPORT') as log`);
	assert.deepEqual([n, keys, segments, log], [3000, 3000, 3000, 20]);
	assert.equal((await w.sql(`select entity_id from outbox where entity = 'admission' group by 1 having count(*) > 1`)).length, 0);
});

test('a file of many megabytes takes no memory', { timeout: 120_000, skip: environment.instrumented && 'instruments have memory of their own' }, async () => {
	const w = await world({ settings: { JOBS_INTERVAL_MS: 0, CHECK_REPLIES: undefined } });
	const p = await person(w);
	const send = (n) => w.api(clinic, 'POST', '/imports/admissions', csv(Array.from({ length: n }, () => stay(p.number, { note: 'x'.repeat(1500) }))), { 'content-type': 'text/csv', connection: 'close' });
	(await send(2000)).is(202); // warm
	const before = w.daemon.residentKiB();
	(await send(30_000)).is(202);
	const more = (w.daemon.residentKiB() - before) / 1024;
	assert.ok(more < 20, `50 MB took ${more.toFixed(1)} MB`);
});
