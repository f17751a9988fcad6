// The sandbox's clock exists in a sandbox alone.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { world } from './harness.mjs';

const w = await world();

test('the clock moves forward, never back', async () => {
	const before = (await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { ahead: 'PT1H' })).is(200).body;
	const after = (await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { ahead: 'PT1H' })).is(200).body;
	assert.ok(Date.parse(after.now) > Date.parse(before.now));
	(await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { set: '2020-01-01T00:00:00Z' })).is(422);
});

test('where it is not enabled there is none', async () => {
	await w.sql('update sandbox_clock set enabled = false');
	(await w.api('drammen-dps/SA', 'POST', '/sandbox/clock', { ahead: 'PT1H' })).is(404, 'not_found');
});
