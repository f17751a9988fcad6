// The SDK in a browser: the same files, without a bundler, its two dependencies by an import map.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { world } from '../api/harness.mjs';
import { root } from '../sdk/sdk.mjs';
import { browser, watched } from './browser.mjs';

const w = await world();
const chromium = await browser();
const origin = `http://127.0.0.1:${w.port}`;

const html = `<!doctype html><script type="importmap">{"imports":{"openapi-fetch":"/page/openapi-fetch.js","eventsource-parser":"/page/eventsource-parser.js"}}</script>
<script type="module">import * as sdk from '/page/index.js'; window.sdk = sdk;</script>`;

const modules = { 'openapi-fetch.js': 'node_modules/openapi-fetch/dist/index.mjs', 'eventsource-parser.js': 'node_modules/eventsource-parser/dist/index.js' };

function fileOf(name) {
	if (name === '') return { contentType: 'text/html', body: html };
	return { contentType: 'text/javascript', body: readFileSync(root + (modules[name] ?? `clients/sdk/dist/${name}`)) };
}

test('calls, pages, changes and verifies in Chromium', async () => {
	const { page, complaints } = await watched(chromium);
	await page.route(`${origin}/page/**`, (route) => route.fulfill(fileOf(new URL(route.request().url()).pathname.slice(6))));
	await page.goto(`${origin}/page/`);
	await page.waitForFunction(() => window.sdk !== undefined);
	const told = await page.evaluate(async ({ token, baseUrl }) => {
		const { createClient, isProblem, verifyWebhook } = window.sdk;
		const client = createClient({ baseUrl, token });
		const { data: task } = await client.post('/tasks', { body: { title: 'Fra en nettleser' } });
		const changed = await client.thing('/tasks/{id}', { id: task.id }).update((now) => ({ title: `${now.title}!` }));
		const titles = [];
		for await (const one of client.pages('/tasks', { params: { query: { limit: 1 } } })) titles.push(one.title);
		const refused = await client.get('/tasks/{id}', { params: { path: { id: crypto.randomUUID() } } }).catch((e) => isProblem(e, 'not_found'));
		const hook = await verifyWebhook({ body: '{"test": 2432232314}', keys: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now: 1614265330, headers: {
			'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' } });
		return { version: changed.data.version, titles, refused, hook: hook.id };
	}, { token: w.token('drammen-kommune:mh-1'), baseUrl: `${origin}/api/v1` });
	assert.deepEqual(told, { version: 2, titles: ['Fra en nettleser!'], refused: true, hook: 'msg_p5jXN8AQM9LWM0D4loKWxJek' });
	assert.deepEqual(complaints.filter((c) => !/404/.test(c)), []); // the refusal that was asked for
});
