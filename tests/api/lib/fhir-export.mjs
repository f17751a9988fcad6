// The steps of $export over FHIR: asking, waiting, reading, ending.
import { strict as assert } from 'node:assert';
import { localPath } from './fhir.mjs';

export const async = { prefer: 'respond-async' };
const lines = (r) => r.is(200).text.split('\n').filter(Boolean).map((l) => JSON.parse(l));
export const named = (r) => `${r.resourceType}/${r.id}`;
export const local = (url) => `/fhir/r4${localPath(url)}`;

// → { begin, poll, end, ready, read, take } in the world; `ask` as fhir() makes it.
export function exporting(w, ask) {
	const begin = async (who, path) => local((await ask(who, 'GET', path, undefined, async)).is(202).headers['content-location']);
	const poll = (who, job) => w.api(who, 'GET', job);
	const end = async (who, job) => (await w.api(who, 'DELETE', job)).is(202);

	// Asks until it is ready; → the manifest, and how often it was not.
	async function ready(who, job) {
		for (let waited = 0; waited < 200; waited++) {
			const r = (await poll(who, job)).is([200, 202]);
			if (r.status === 200) return { manifest: r.body, waited, answer: r };
			assert.deepEqual([r.text, r.headers['retry-after']], ['', '1']);
			assert.match(r.headers['x-progress'], /^\d+ of \d+ persons$/);
		}
		return assert.fail('it was never ready');
	}

	async function read(who, manifest) {
		const all = [];
		for (const f of manifest.output) {
			const found = lines(await w.api(who, 'GET', local(f.url)));
			assert.ok(found.every((x) => x.resourceType === f.type), f.type);
			all.push(...found);
		}
		return all;
	}

	// From asking to the last line; → what was in it.
	async function take(who, path) {
		const job = await begin(who, path);
		const { manifest } = await ready(who, job);
		const all = await read(who, manifest);
		await end(who, job);
		return { all, manifest, job };
	}

	return { begin, poll, end, ready, read, take };
}
