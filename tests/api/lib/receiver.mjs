// A receiver of webhooks as a test needs it: it checks every signature, keeps what came, and answers as it is told.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { freePort, until } from './daemon.mjs';

const ed25519 = (publicKey) => createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey.slice(5), 'base64').toString('base64url') } });

// Which signatures of the header are good, in their order: 'v1' by one of the secrets, 'v1a' by one of the public keys.
export function goodSignatures({ headers, text }, { secrets = [], publicKeys = [] }) {
	const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`);
	const good = ([version, signature]) => {
		const bytes = Buffer.from(signature, 'base64');
		if (version === 'v1') return secrets.some((s) => timingSafeEqual(bytes, createHmac('sha256', Buffer.from(s.slice(6), 'base64')).update(signed).digest()));
		return version === 'v1a' && publicKeys.some((k) => verify(null, signed, ed25519(k), bytes));
	};
	return headers['webhook-signature'].split(' ').map((s) => s.split(',')).filter(good).map(([version]) => version);
}

export class Receiver {
	constructor({ answer = () => 204, tls = null } = {}) {
		Object.assign(this, { answer, tls, received: [], server: null, sockets: new Set() });
	}

	get url() {
		return `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}/hook`;
	}

	// What was acknowledged with 2xx, each event once, in the order of its first coming.
	get accepted() {
		const seen = new Map();
		for (const m of this.received) if (m.status >= 200 && m.status < 300 && !seen.has(m.id)) seen.set(m.id, m);
		return [...seen.values()];
	}

	async start() {
		this.port ??= await freePort();
		const handle = (request, response) => {
			const parts = [];
			request.on('data', (d) => parts.push(d));
			request.on('error', () => {});
			request.on('end', () => this.take(request, Buffer.concat(parts).toString(), response));
		};
		this.server = this.tls ? https.createServer(this.tls, handle) : http.createServer(handle);
		this.server.keepAliveTimeout = 60_000;
		this.server.on('connection', (s) => {
			this.sockets.add(s);
			s.on('close', () => this.sockets.delete(s));
		});
		await new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
		return this;
	}

	async take({ method, headers }, text, response) {
		const message = { at: performance.now(), method, headers, text, id: headers['webhook-id'], event: JSON.parse(text) };
		const said = await this.answer(message);
		message.status = typeof said === 'number' ? said : said.status;
		this.received.push(message);
		response.writeHead(message.status, said.headers).end();
	}

	// As a process that is killed: no answer to what is under way.
	async stop() {
		if (this.server === null) return;
		const closed = new Promise((done) => this.server.close(done));
		for (const s of this.sockets) s.destroy();
		this.server = null;
		await closed;
	}

	until(found, limit = 8000, what = 'the event') {
		return until(() => this.received.find(found), limit, what);
	}
}
