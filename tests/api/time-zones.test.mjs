// The database's own time zone is nobody's: months of the access log are UTC's, and the sandbox's clock goes by Oslo's days.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { dayAfter, dayOf } from './lib/days.mjs';

const w = await world({ people: false });
const admin = 'drammen-dps:sa-1';
const zones = ['Pacific/Auckland', 'Pacific/Pago_Pago', 'Europe/Oslo'];
const inZone = (zone, work) => w.database.asOwner(async (c) => {
	await c.query("select set_config('timezone', $1, true)", [zone]);
	return work(async (text, values) => (await c.query(text, values)).rows);
});

describe('the access log', () => {
	for (const zone of zones)
		test(`has months of UTC when ${zone} makes them`, () => inZone(zone, async (sql) => {
			await sql('select access_log_partitions(9)');
			await sql("select set_config('timezone', 'UTC', true)");
			const bounds = await sql("select pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'access_log'::regclass order by c.relname");
			assert.ok(bounds.length >= 10, `${bounds.length} partitions`);
			for (const { bound } of bounds) assert.match(bound, /^FOR VALUES FROM \('\d{4}-\d\d-01 00:00:00\+00'\) TO \('\d{4}-\d\d-01 00:00:00\+00'\)$/);
			assert.equal((await sql('select access_log_months_ahead() as n'))[0].n, 9);
		}));

	test('has the same months ahead in every zone', async () => {
		const ahead = await Promise.all(zones.map((zone) => inZone(zone, async (sql) => (await sql('select access_log_months_ahead() as n'))[0].n)));
		assert.deepEqual([new Set(ahead).size, ahead[0] > 0], [1, true], `${ahead}`);
	});
});

describe('the sandbox clock', () => {
	test('goes from a day to the next at the same hour in Oslo, also over the change of the clocks', async () => {
		const hour = (at) => new Date(at).toLocaleTimeString('sv', { timeZone: 'Europe/Oslo', timeStyle: 'medium' });
		const now = async (body) => Date.parse((await w.api(admin, 'POST', '/sandbox/clock', body)).is(200).body.now);
		const eve = dayAfter(`${new Date().getUTCFullYear() + 1}-03-31`, -new Date(`${new Date().getUTCFullYear() + 1}-03-31`).getUTCDay() - 1);
		let before = await now({ set: `${eve}T22:30:00Z` });
		for (const days of [1, 1, 200]) {
			const after = await now({ ahead: `P${days}D` });
			assert.deepEqual([dayOf(after), hour(after).slice(0, 5)], [dayAfter(dayOf(before), days), hour(before).slice(0, 5)]);
			before = after;
		}
		const day = await now({ ahead: 'PT24H' });
		assert.ok(Math.abs(day - before - 24 * 3_600_000) < 10_000, 'hours are hours');
	});

	test('is the same in every zone', async () => {
		const [{ lead }] = await w.sql('select extract(epoch from clock_now() - now())::float as lead');
		assert.ok(lead > 200 * 24 * 3600);
		for (const zone of zones) assert.equal((await inZone(zone, (sql) => sql('select extract(epoch from clock_now() - now())::float as lead')))[0].lead, lead, zone);
		await assert.rejects(w.sql("update sandbox_clock set ahead = interval 'P40D'"), /sandbox_clock_ahead_check/);
	});
});
