// A webhook that the daemon itself has signed, as the SDK verifies it: with the secret, with the public key, and not with others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from '../api/harness.mjs';
import { Receiver } from '../api/lib/receiver.mjs';
import { sdk } from './sdk.mjs';

const w = await world({ settings: { OUTBOUND_ALLOW: '127.0.0.0/8' } });
const baseUrl = `http://127.0.0.1:${w.port}/api/v1`;
const client = (who) => sdk.createClient({ baseUrl, token: w.token(who) });

test('a subscription made, a change sent, verified by either key', async () => {
	const receiver = await new Receiver().start();
	const { data: subscription } = await client('drammen-dps/SA').post('/subscriptions', { body: { name: 'Fagsystemet', url: receiver.url, role: 'TL', entities: ['task'] } });
	const { data: task } = await client('drammen-dps:tl-1').post('/tasks', { body: { title: 'Ring fastlegen' } });
	const { headers, text: body } = await receiver.until((m) => m.event.data.id === task.id);
	for (const keys of [subscription.secret, subscription.public_keys]) {
		const { id, text } = await sdk.verifyWebhook({ body, headers, keys });
		assert.equal(id, headers['webhook-id']);
		assert.equal(JSON.parse(text).subject, `/api/v1/tasks/${task.id}`);
	}
	await assert.rejects(sdk.verifyWebhook({ body: body.replace(task.id, subscription.id), headers, keys: subscription.secret }), /no signature fits/);
	const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
	await assert.rejects(sdk.verifyWebhook({ body, headers, keys: [other] }), /no signature fits/);
	await receiver.stop();
});
