// A real browser for a test file: Debian's Chromium, headless, closed when the file is done.
import { after } from 'node:test';
import { chromium } from 'playwright-core';

// As root Chromium has no sandbox of its own, so it gets none; everything it opens is ours.
export async function browser() {
	const one = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: process.getuid() !== 0, args: ['--disable-dev-shm-usage'] });
	after(() => one.close());
	return one;
}

// A page that notes what it asked for and what it complained about: { page, requests, complaints }.
export async function watched(one, options) {
	const page = await one.newPage(options);
	page.setDefaultTimeout(120_000); // a machine that does much else is slow, not wrong
	const requests = [];
	const complaints = [];
	page.on('request', (r) => requests.push(r.url()));
	page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
	page.on('pageerror', (e) => complaints.push(e.message));
	return { page, requests, complaints };
}
