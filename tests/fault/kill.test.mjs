// kill -9 of the daemon and of PostgreSQL while writers post: every acknowledged write is there, none twice.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { until, world } from '../api/harness.mjs';
import { Writers, pg, seconds } from './lib.mjs';

test('the daemon is killed again and again', { timeout: 600_000 }, async () => {
	const w = await world({ settings: { CHECK_REPLIES: undefined } });
	const writers = new Writers(w, 8);
	for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
		await pause(300 + Math.random() * 700);
		await w.kill();
		await w.start();
	}
	await writers.stop();
	await writers.verify();
});

test('PostgreSQL is killed again and again', { timeout: 600_000 }, async () => {
	const w = await world({ settings: { CHECK_REPLIES: undefined } });
	const writers = new Writers(w, 8);
	for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
		await pause(500 + Math.random() * 1000);
		pg('kill');
		await pause(300);
		pg('start');
	}
	await until(() => w.daemon.isReady(), 20_000, 'the daemon\'s return');
	await writers.stop();
	await writers.verify();
	assert.equal(w.daemon.child.exitCode, null, 'the daemon has ended');
});
