// /docs in a real browser: it shows every operation, sends one with a token, and asks no other host for anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { document, world } from '../api/harness.mjs';
import { operations as operationsOf } from '../../clients/postman/lib/requests.mjs';
import { browser, watched } from './browser.mjs';

const w = await world();
const operations = operationsOf(document);
const chromium = await browser();
const origin = `http://127.0.0.1:${w.port}`;

async function open(hash = '') {
	const seen = await watched(chromium);
	await seen.page.goto(`${origin}/docs${hash}`);
	await seen.page.locator('.opblock-tag').first().waitFor();
	return seen;
}

// Neither another host nor a refusal of the page's own policy.
function judge({ requests, complaints }) {
	assert.deepEqual(requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:image/svg')), []);
	assert.deepEqual(complaints, []);
}

test('shows every tag and every operation of the contract', async () => {
	const seen = await open();
	const tags = [...new Set(operations.map((o) => o.operation.tags[0]))].sort();
	assert.deepEqual((await seen.page.locator('.opblock-tag').evaluateAll((all) => all.map((e) => e.dataset.tag))).sort(), tags);
	const about = operations.filter((o) => o.operation.tags[0] === 'tasks');
	await seen.page.locator('.opblock-tag[data-tag="tasks"]').click();
	await seen.page.locator('.opblock-tag-section.is-open .opblock').nth(about.length - 1).waitFor();
	assert.equal(await seen.page.locator('.opblock').count(), about.length);
	judge(seen);
	await seen.page.close();
});

test('a link leads to one operation, which can be tried with the reader\'s own token', async () => {
	const seen = await open('#/me/getMe');
	await seen.page.locator('.btn.authorize').first().click();
	await seen.page.locator('.auth-container input').fill(w.token('drammen-dps:tl-1'));
	await seen.page.locator('.auth-btn-wrapper .authorize').click();
	await seen.page.locator('.auth-btn-wrapper .btn-done').click();
	const operation = seen.page.locator('#operations-me-getMe');
	await operation.locator('.try-out__btn').click();
	await operation.locator('.execute').click();
	await operation.locator('.live-responses-table .response-col_status').first().waitFor();
	assert.match(await operation.locator('.live-responses-table').innerText(), /200[^]*Ingrid Fjellvang/);
	judge(seen);
	await seen.page.close();
});

test('no address in the query brings another contract', async () => {
	(await w.request({ method: 'GET', path: '/docs?url=https://other.example/openapi.json' })).is(422);
});

test('a token is gone with the page; what was read is not sent again', async () => {
	const seen = await open();
	assert.deepEqual(await seen.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
	const sent = [];
	seen.page.on('response', async (r) => sent.push([new URL(r.url()).pathname, (await r.request().sizes()).responseBodySize]));
	await seen.page.reload();
	await seen.page.locator('.opblock-tag').first().waitFor();
	const scripts = sent.filter(([path]) => path.endsWith('.js'));
	assert.equal(scripts.length, 2);
	assert.deepEqual(scripts.map(([, size]) => size), [0, 0]);
	judge(seen);
});
