// A real browser for a test file: Debian's Chromium, headless, closed when the file is done.
import { after } from 'node:test';
import { chromium } from 'playwright-core';

// Without Chromium's own sandbox, which root and a chroot cannot have; everything it opens is ours.
export async function browser() {
	const one = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: ['--disable-dev-shm-usage'] });
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
