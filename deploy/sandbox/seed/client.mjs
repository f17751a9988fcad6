// Calls the service as one of the demo people. Every step has a key: it is the Idempotency-Key of its
// request, and a line in the journal VAR/loaded when it is done, so that an interrupted load goes on
// where it stopped and a complete one is not repeated.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { citizenToken } from './citizens.mjs';

const readJson = (path) => JSON.parse(readFileSync(path));

export class Client {
	constructor(dir) {
		const { base_url: base, tokens } = readJson(`${dir}/sandbox.json`);
		this.base = base;
		this.keys = `${dir}/keys`;
		this.agencies = readJson(`${this.keys}/agencies.json`);
		this.journal = `${dir}/loaded`;
		this.tokens = new Map();
		for (const { slug, staff } of this.agencies)
			for (const { subject, role, name } of staff)
				this.tokens.set(`${slug}:${subject}`,
					tokens.find((t) => t.agency === slug && t.role === role && t.name === name).token);
		this.done = new Map();
		if (existsSync(this.journal))
			for (const line of readFileSync(this.journal, 'utf8').split('\n').slice(0, -1)) {
				const { key, ...result } = JSON.parse(line);
				this.done.set(key, result);
			}
		this.resumed = this.done.size > 0;
	}

	// The service closes connections that are idle, and says 503 when it has too much to do; a GET or a request with
	// a key may be sent again.
	async #again(url, request) {
		for (let left = 4; ; left--) {
			try {
				const answer = await fetch(url, request);
				if (answer.status !== 503 || left === 0) return answer;
				await answer.arrayBuffer();
			} catch (fault) {
				if (left === 0) throw fault;
			}
			await sleep(200);
		}
	}

	// `as` is agency:subject or null. The answer's { status, body, etag }; a refusal throws unless allowed.
	async send(as, method, path, { body, headers = {}, allow = [] } = {}) {
		const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
		const answer = await this.#again(this.base + path, {
			method,
			headers: {
				...(as ? { authorization: `Bearer ${this.tokens.get(as)}` } : {}),
				...(body === undefined ? {} : { 'content-type': type }),
				...headers,
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await answer.text();
		if (answer.status >= 400 && !allow.includes(answer.status))
			throw new Error(`${as} ${method} ${path}: ${answer.status} ${text}\n  sent: ${JSON.stringify(body)}`);
		return { status: answer.status, body: text ? JSON.parse(text) : null, etag: answer.headers.get('etag') };
	}

	// From now on citizen:SUBJECT is the person who has that number, unless sandbox.json has a token for them.
	admit({ subject, national_id }) {
		const citizen = this.agencies.find((a) => a.profile === 'citizen');
		const as = `${citizen.slug}:${subject}`;
		if (!this.tokens.has(as)) this.tokens.set(as, citizenToken(this.keys, citizen, { subject, national_id }));
	}

	get(as, path) {
		return this.send(as, 'GET', path);
	}

	finish(key, result) {
		this.done.set(key, result);
		appendFileSync(this.journal, JSON.stringify({ key, ...result }) + '\n', { mode: 0o600 });
		return result;
	}

	// POSTs once; the new object's { id }.
	async create(key, as, path, body) {
		if (this.done.has(key)) return this.done.get(key);
		const { body: made } = await this.send(as, 'POST', path, { body, headers: { 'idempotency-key': `seed-${key}` } });
		this.resumed = false;
		return this.finish(key, { id: made.id });
	}

	// Changes state once. When the last run broke off between request and journal, a refusal means that it
	// had been done.
	async act(key, as, path, body) {
		if (this.done.has(key)) return;
		const { etag } = await this.get(as, path);
		const headers = { 'if-match': etag, 'idempotency-key': `seed-${key}` };
		await this.send(as, 'POST', `${path}/transitions`, { body, headers, allow: this.resumed ? [409, 422] : [] });
		this.resumed = false;
		this.finish(key, {});
	}
}
