// HTTP as a test needs it: every header as given, the answer judged by the contract, failures that explain themselves.
import assert from 'node:assert/strict';
import http from 'node:http';
import { judge, operationAt, prefix, record } from './contract.mjs';

const agent = new http.Agent({ keepAlive: true, maxSockets: 64, timeout: 30_000 });

// A kept connection that the server closed while it was idle is no answer: once again on a new one.
function exchange(port, { method, target, headers, payload, signal }) {
	return new Promise((done, fail) => {
		const request = http.request({ host: '127.0.0.1', port, method, path: target, headers, agent, signal }, (response) => {
			const parts = [];
			const finish = () => done({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() });
			// a stream of events has no end: what comes first is the answer (listen.mjs reads on)
			const endless = response.headers['content-type']?.startsWith('text/event-stream');
			response.on('data', (d) => {
				parts.push(d);
				if (endless) response.destroy();
			});
			response.on(endless ? 'close' : 'end', finish);
			response.on('error', fail);
		});
		request.on('error', (e) => {
			if (e.code !== 'ECONNRESET' || !request.reusedSocket) return fail(e);
			return exchange(port, { method, target, headers, payload, signal }).then(done, fail);
		});
		request.end(payload);
	});
}

const secret = (headers) => ({ ...headers, ...(headers.authorization ? { authorization: 'Bearer …' } : {}) });

// An answer: status, headers, body (JSON when it is), and is(status, code) that fails with the whole exchange.
export class Answer {
	constructor(request, { status, headers, text }) {
		Object.assign(this, { request, status, headers, text });
		this.type = (headers['content-type'] ?? '').split(';')[0].trim();
		const json = /json$/.test(this.type) && !/ndjson$/.test(this.type);
		this.body = text === '' && (json || this.type === '') ? undefined : json ? this.parsed() : text;
		this.etag = headers.etag;
		this.location = headers.location;
	}

	parsed() {
		try {
			return JSON.parse(this.text);
		} catch (e) {
			return assert.fail(`${e.message}\n${this.story()}`);
		}
	}

	story() {
		const { method, target, headers, payload } = this.request;
		return [`> ${method} ${target}`, `> ${JSON.stringify(secret(headers))}`, payload ? `> ${String(payload).slice(0, 2000)}` : null,
			`< ${this.status}`, `< ${JSON.stringify(this.headers)}`, `< ${this.text.slice(0, 4000)}`].filter(Boolean).join('\n');
	}

	// The answer itself when it has one of the statuses (and that problem code).
	is(status, code) {
		const wanted = [status].flat();
		assert.ok(wanted.includes(this.status), `expected ${wanted.join(' or ')}, got ${this.status}\n${this.story()}`);
		if (code !== undefined) assert.equal(this.body?.code, code, `expected the problem '${code}'\n${this.story()}`);
		return this;
	}

	// The pointers of errors[], sorted.
	pointers() {
		return (this.body?.errors ?? []).map((e) => e.pointer).sort();
	}
}

// Paths are below the contract's prefix, save those that stand at the root.
export function targetOf(method, path) {
	if (path.startsWith(`${prefix}/`) || operationAt(method, path)?.root) return path;
	return /^\/(health|metrics|docs|app|fhir|\.well-known)(\/|$|\?)/.test(path) ? path : prefix + path;
}

// JSON where the operation takes it, else the first that it takes.
function contentType(method, target, body) {
	if (body === undefined) return {};
	const types = Object.keys(operationAt(method, target)?.operation.requestBody?.content ?? {});
	return { 'content-type': types[0] ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json') };
}

// Sends; text and Buffers go as they are, anything else as JSON. `judged: false` for answers that no contract describes.
export async function send(port, { token, method, path, body, headers = {}, signal, judged = true }) {
	const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	const all = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...contentType(method, targetOf(method, path), body),
		...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }) };
	for (const [name, value] of Object.entries(headers))
		if (value === null) delete all[name.toLowerCase()];
		else all[name.toLowerCase()] = value;
	const request = { method, target: targetOf(method, path), headers: all, payload };
	const answer = new Answer(request, await exchange(port, { ...request, signal }));
	record(method, request.target, answer.status);
	const fault = judged ? judge({ ...request, ...answer }) : null;
	if (fault) assert.fail(`the answer breaks the contract: ${fault}\n${answer.story()}`);
	return answer;
}
