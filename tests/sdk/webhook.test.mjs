// Webhooks: the vectors of Standard Webhooks' own documentation, and whatever is not quite right.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { sdk } from './sdk.mjs';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const body = '{"test": 2432232314}';
const now = 1614265330;
const known = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const headers = (signature, changes = {}) => ({ 'webhook-id': id, 'webhook-timestamp': String(now), 'webhook-signature': signature, ...changes });
const verify = (changes) => sdk.verifyWebhook({ body, headers: headers(known), keys: secret, now, ...changes });
const refused = (changes, why) => assert.rejects(verify(changes), (e) => e instanceof sdk.WebhookError && why.test(e.message));

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const whpk = `whpk_${publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
const ed25519 = (text = body) => `v1a,${sign(null, Buffer.from(`${id}.${now}.${text}`), privateKey).toString('base64')}`;

test('the vector of the standard', async () => {
	assert.deepEqual(await verify({}), { id, sentAt: new Date(now * 1000), text: body });
	await verify({ headers: new Headers(headers(known)) });
	await verify({ body: new TextEncoder().encode(body) });
	await verify({ headers: headers(['v1,AAAA', known].join(' ')) });
});

test('Ed25519 by the public key alone', async () => {
	await verify({ keys: whpk, headers: headers(ed25519()) });
	await refused({ keys: whpk, headers: headers(ed25519('{}')) }, /no signature fits/);
});

test('while a key is changed, the old and the new are taken', async () => {
	const other = `whsec_${Buffer.from('another secret, as long as one').toString('base64')}`;
	await verify({ keys: [other, secret] });
	await verify({ keys: [secret, whpk], headers: headers(ed25519()) });
	await refused({ keys: other }, /no signature fits/);
});

test('every byte counts', async () => {
	await refused({ body: `${body} ` }, /no signature fits/);
	await refused({ headers: headers(known, { 'webhook-id': 'msg_other' }) }, /no signature fits/);
	await refused({ headers: headers(known, { 'webhook-timestamp': String(now + 1) }) }, /no signature fits/);
	await refused({ headers: headers(known.replace('g0hM', 'g1hM')) }, /no signature fits/);
});

test('a signature of one kind is no signature of the other', async () => {
	const hmac = createHmac('sha256', Buffer.from(whpk.slice(5), 'base64')).update(`${id}.${now}.${body}`).digest('base64');
	await refused({ keys: whpk, headers: headers(`v1a,${hmac}`) }, /no signature fits/);
	await refused({ keys: whpk, headers: headers(`v1,${hmac}`) }, /no signature fits/);
	await refused({ headers: headers(known.replace('v1,', 'v1a,')) }, /no signature fits/);
});

test('old, future, missing and malformed', async () => {
	await verify({ now: now + 299 });
	await refused({ now: now + 301 }, /too far from now/);
	await refused({ now: now - 301 }, /too far from now/);
	await verify({ now: now + 3000, toleranceSeconds: 3600 });
	await refused({ headers: headers(known, { 'webhook-timestamp': '1e9' }) }, /no number/);
	for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) await refused({ headers: headers(known, { [name]: undefined }) }, new RegExp(`${name} is missing`));
	for (const signature of ['v1', 'v1,', 'v1,%%%', ',', ' ']) await refused({ headers: headers(signature) }, /no signature fits/);
	for (const keys of ['secret', 'whsec_', 'whsec_%%%']) await refused({ keys }, /neither whsec_… nor whpk_…/);
});
