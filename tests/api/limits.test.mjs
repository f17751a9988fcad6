// How much one may ask: shares of clients and agencies, weighed by cost, and addresses that bring bad tokens.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operation, operations, world } from './harness.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world({ settings: { RATE_CLIENT: 20, RATE_AGENCY: 60 } });
const nurse = 'drammen-kommune:mh-1';

// "client";r=15;t=2, "agency";… → { client: { r: 15, t: 2 }, … }
const read = (field) => Object.fromEntries(field.split(', ').map((member) => {
	const [name, ...rest] = member.split(';');
	return [JSON.parse(name), Object.fromEntries(rest.map((p) => p.split('=')).map(([k, v]) => [k, Number(v)]))];
}));
const restarted = () => w.restart();

describe('a share of its own for each client, one for the agency as a whole', () => {
	test('each answer says what is left, of what, and when it is whole again', async () => {
		await restarted();
		const list = (await w.api(nurse, 'GET', '/tasks')).is(200);
		assert.deepEqual(read(list.headers['ratelimit-policy']), { client: { q: 20, w: 60 }, agency: { q: 60, w: 60 } });
		assert.deepEqual(read(list.headers.ratelimit), { client: { r: 15, t: 15 }, agency: { r: 55, t: 5 } });
		assert.equal(operation('listTasks').operation['x-cost'], 5);
		const write = (await w.api(nurse, 'POST', '/tasks', { title: 'Ring', unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
		assert.equal(read(write.headers.ratelimit).client.r, 13);
		assert.equal(read((await w.api(nurse, 'GET', write.location)).is(200).headers.ratelimit).client.r, 12);
	});

	test('what is refused for another reason has cost its share too', async () => {
		await restarted();
		const refused = (await w.api('politi-demo:po-1', 'GET', '/patients')).is(403);
		assert.equal(read(refused.headers.ratelimit).client.r, 20 - operation('listPatients').operation['x-cost']);
		assert.ok(read((await w.api(nurse, 'POST', '/tasks', {})).is(422).headers.ratelimit).client.r === 18);
	});

	test('a spent share is 429, and Retry-After holds', async () => {
		await restarted();
		for (let n = 0; n < 4; n++) (await w.api(nurse, 'GET', '/tasks')).is(200);
		const refused = (await w.api(nurse, 'GET', '/tasks')).is(429, 'too_many_requests');
		const wait = Number(refused.headers['retry-after']);
		assert.ok(wait >= 10 && wait <= 15, refused.headers['retry-after']);
		assert.deepEqual(Object.keys(read(refused.headers.ratelimit)), ['client']);
		// a smaller thing is paid sooner: one unit in three seconds
		(await w.api(nurse, 'GET', '/me')).is(429);
		await new Promise((done) => setTimeout(done, 3100));
		(await w.api(nurse, 'GET', '/me')).is(200);
		(await w.api(nurse, 'GET', '/me')).is(429);
	});

	test('one client\'s share is not another\'s; all of an agency have one together', async () => {
		await restarted();
		for (let n = 0; n < 5; n++) await w.api(nurse, 'GET', '/tasks');
		for (const who of ['drammen-kommune:ko-1', 'drammen-kommune:cu-1'])
			for (let n = 0; n < 4; n++) (await w.api(who, 'GET', '/agencies')).is(200);
		const refused = (await w.api('drammen-kommune:sa-1', 'GET', '/agencies')).is(429);
		assert.deepEqual(Object.keys(read(refused.headers.ratelimit)), ['agency']);
		(await w.api('lier-kommune:mh-1', 'GET', '/tasks')).is(200);
	});

	test('an agency\'s row widens or narrows it, at once, and is in the access log', async () => {
		await restarted();
		const lier = w.ids.agency['lier-kommune'];
		assert.equal(read((await w.api('lier-kommune:mh-1', 'GET', '/me')).headers['ratelimit-policy']).client.q, 20);
		await w.sql('insert into agency_limit (agency_id, client_quota, agency_quota) values ($1, 500, 700)', [lier]);
		(await w.api('lier-kommune:mh-1', 'GET', '/agencies')).is(200); // finds the registry changed
		assert.deepEqual(read((await w.api('lier-kommune:mh-1', 'GET', '/agencies')).headers['ratelimit-policy']), { client: { q: 500, w: 60 }, agency: { q: 700, w: 60 } });
		await w.sql('update agency_limit set client_quota = null, agency_quota = 5 where agency_id = $1', [lier]);
		(await w.api('lier-kommune:mh-1', 'GET', '/me')).is([200, 429]);
		(await w.api('lier-kommune:mh-1', 'GET', '/agencies')).is(429);
		assert.deepEqual((await w.sql(`select action, reason, subject from access_log where operation = 'agency_limit' and agency_id = $1 order by id`, [lier])).map((r) => [r.action, r.reason, r.subject]),
			[['CREATE', 'insert', 'samhandling_owner'], ['UPDATE', 'update', 'samhandling_owner']]);
		await w.sql('delete from agency_limit');
	});

	test('a citizen has a client\'s share; who has no token has none', async () => {
		await restarted();
		assert.deepEqual(read((await w.api('citizen/PT', 'GET', '/me')).is(200).headers['ratelimit-policy']), { client: { q: 20, w: 60 } });
		for (let n = 0; n < 30; n++) assert.equal((await w.api(null, 'GET', '/problems')).is(200).headers.ratelimit, undefined);
	});

	test('each daemon counts for itself', async () => {
		await restarted();
		const second = await w.another();
		try {
			for (let n = 0; n < 4; n++) (await w.api(nurse, 'GET', '/tasks')).is(200);
			(await w.api(nurse, 'GET', '/tasks')).is(429);
			const answer = await fetch(`http://127.0.0.1:${second.port}/api/v1/tasks`, { headers: { authorization: `Bearer ${w.token(nurse)}` } });
			assert.equal(answer.status, 200);
		} finally {
			await second.stop();
		}
	});
});

describe('every operation', () => {
	const paying = operations.filter((o) => o.operation['x-cost'] > 0 && !o.root);
	test('is refused when nothing is left, before anything else is looked at', async () => {
		await w.restart({ RATE_CLIENT: 0, RATE_AGENCY: 0 });
		const s = await makeSamples(w, operation);
		await w.restart({ RATE_CLIENT: 1 });
		for (const o of paying) {
			const call = () => w.request({ as: s.caller(o), method: o.method, path: s.nowhere(o), body: s.body(o) });
			if ((await call()).status !== 429) (await call()).is(429, 'too_many_requests');
		}
		await w.restart({ RATE_CLIENT: 20, RATE_AGENCY: 60 });
	});
	test('says what it costs', () => {
		assert.ok(paying.length > 200);
		for (const o of paying) assert.ok(o.operation['x-cost'] <= 1000, o.id);
		assert.equal(operation('getPatient').operation['x-cost'], 1);
		assert.equal(operation('searchPatients').operation['x-cost'], 5);
		assert.equal(operation('createTask').operation['x-cost'], 2);
		assert.equal(operation('getOpenapi').operation['x-cost'], undefined);
	});
});

describe('refused tokens', () => {
	const bad = () => w.api(w.token(nurse, { claims: { aud: 'somebody-else' } }), 'GET', '/me');
	test('an address that brings too many must wait; who is known already goes on', async () => {
		await w.restart({ RATE_CLIENT: 0, RATE_AGENCY: 0, RATE_REFUSED_TOKENS: 3 });
		(await w.api(nurse, 'GET', '/me')).is(200);
		for (let n = 0; n < 3; n++) (await bad()).is(401);
		const refused = (await bad()).is(429, 'too_many_requests');
		assert.ok(Number(refused.headers['retry-after']) >= 1);
		(await w.api(nurse, 'GET', '/me')).is(200);
		(await w.api('drammen-dps:tl-1', 'GET', '/me')).is(429); // a token that was not seen before
		(await w.api(null, 'GET', '/me')).is(401, 'missing_token');
		await w.restart({ RATE_REFUSED_TOKENS: 0 });
		for (let n = 0; n < 10; n++) (await bad()).is(401);
		assert.equal((await w.api(nurse, 'GET', '/me')).is(200).headers.ratelimit, undefined);
	});
});
