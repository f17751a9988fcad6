// What a client may say in headers beyond the plain case: lists and stars of ETags, languages by weight,
// preferences, encodings; and what a repeated request is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, report } from './concern-steps.mjs';
import { syntheticNumber, world } from './harness.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const task = async () => (await w.api(mh, 'POST', '/tasks', { title: 'Ring', unit_id: w.ids.unit['drammen-kommune:mottak'] })).is(201);
const patch = (path, etag, headers = {}) => w.api(mh, 'PATCH', path, { title: 'Ring igjen' }, { 'if-match': etag, ...headers });

test('If-Match: any tag of a list, and the star', async () => {
	const { location, etag } = await task();
	(await patch(location, '"7-0", "8-0"')).is(412, 'version_mismatch');
	assert.equal((await patch(location, `"7-0", ${etag}`)).is(200).body.version, 2);
	assert.equal((await patch(location, `"2-0" ,"7-0"`)).is(200).body.version, 3);
	assert.equal((await patch(location, '*')).is(200).body.version, 4);
	(await patch(`/tasks/${crypto.randomUUID()}`, '*')).is(404);
});

test('If-Match: a weak tag never matches, alone or in a list', async () => {
	const { location, etag } = await task();
	(await patch(location, `W/${etag}`)).is(412);
	(await patch(location, `W/${etag}, "9-0"`)).is(412);
});

test('If-Match on a transition: the same', async () => {
	const { location, etag } = await task();
	const done = (path, tag) => w.api(mh, 'POST', `${path}/transitions`, { action: 'complete' }, { 'if-match': tag });
	(await done(location, '"7-0", "8-0"')).is(412);
	(await done(location, `W/${etag}`)).is(412);
	(await done(location, `"7-0", ${etag}`)).is(200);
	(await done((await task()).location, '*')).is(200);
});

test('If-None-Match: the star means whatever there is', async () => {
	const { location } = await task();
	(await w.api(mh, 'GET', location, undefined, { 'if-none-match': '*' })).is(304);
	(await w.api(mh, 'GET', '/tasks', undefined, { 'if-none-match': '*' })).is(304);
	(await w.api(null, 'GET', '/openapi.json', undefined, { 'if-none-match': '*' })).is(304);
});

test('the language of titles goes by weight', async () => {
	const expected = [['nb', 'nb'], ['nn-NO', 'nb'], ['en', 'en'], ['nb;q=0.1, en;q=0.9', 'en'], ['en;q=0.1,no', 'nb'], ['en;q=0, nb;q=0.5', 'nb'],
		['fr, nb;q=0.2', 'nb'], ['fr', 'en'], ['*', 'en'], [';;q=,', 'en'], ['nbx', 'en']];
	for (const [said, spoken] of expected) {
		const r = (await w.api(mh, 'GET', '/patients/x', undefined, { 'accept-language': said })).is(404);
		assert.equal(r.headers['content-language'], spoken, said);
		assert.equal(r.body.title, spoken === 'nb' ? 'Finnes ikke' : 'Not found', said);
	}
});

test('a preference that was followed is confirmed', async () => {
	const { location, etag } = await task();
	const whole = (await patch(location, etag, { prefer: 'return=representation' })).is(200);
	assert.equal(whole.headers['preference-applied'], 'return=representation');
	const bare = (await patch(location, whole.etag, { prefer: 'respond-async, return=minimal' })).is(200);
	assert.deepEqual([bare.headers['preference-applied'], bare.text], ['return=minimal', '']);
	assert.equal((await patch(location, bare.etag)).headers['preference-applied'], undefined);
});

test('a body in an encoding that nobody here reads: 415', async () => {
	const r = (await w.api(mh, 'POST', '/tasks', { title: 'x' }, { 'content-encoding': 'gzip' })).is(415, 'unsupported_media');
	assert.equal(r.headers['accept-encoding'], 'identity');
	(await w.api(mh, 'POST', '/tasks', { title: 'x', unit_id: w.ids.unit['drammen-kommune:mottak'] }, { 'content-encoding': 'identity' })).is(201);
});

test('a repeated transition is answered as the first time, whatever its If-Match says by then', async () => {
	const { location, etag } = await task();
	const once = (tag, key) => w.api(mh, 'POST', `${location}/transitions`, { action: 'complete' }, { 'if-match': tag, 'idempotency-key': key });
	const first = (await once(etag, 'a')).is(200);
	assert.equal(first.location, undefined);
	for (const tag of [etag, first.etag, '"99-0"']) {
		const again = (await once(tag, 'a')).is(200);
		assert.deepEqual([again.etag, again.text, again.location], [first.etag, first.text, undefined]);
		assert.equal(again.headers['idempotency-replayed'], 'true');
	}
	(await once(first.etag, 'b')).is(409, 'invalid_transition');
});

test('a key whose first request was refused may be used again', async () => {
	const sent = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, observed: 1 }, { 'idempotency-key': 'again' }));
	sent.is(422);
	(await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, receiving_unit_id: crypto.randomUUID(), municipality_number: undefined }, { 'idempotency-key': 'again' })).is(422);
	const made = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', report, { 'idempotency-key': 'again' })).is(201);
	(await act(w, mh, made.location.replace('/api/v1', ''), { action: 'start_triage' }));
	const again = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', report, { 'idempotency-key': 'again' })).is(201);
	assert.equal(again.location, made.location);
});

test('a key is kept as it is, so it is no personal number', async () => {
	for (const key of [syntheticNumber(), `kari-${syntheticNumber()}`])
		assert.deepEqual((await w.api('politi-demo:po-1', 'POST', '/concern-reports', report, { 'idempotency-key': key })).is(422, 'invalid_parameter').pointers(), ['/header/Idempotency-Key']);
});
