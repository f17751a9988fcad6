// Verifies a webhook by Standard Webhooks: HMAC-SHA256 (`v1`, secret `whsec_…`) and Ed25519 (`v1a`, public key `whpk_…`).
// The raw body is what was signed: verify first, parse afterwards.

export class WebhookError extends Error {
	override readonly name = 'WebhookError';
}

export interface WebhookOptions {
	/** Raw bytes (or text) of the request's body, before anything has parsed it. */
	body: Uint8Array | string;
	/** The request's headers: a Headers object, or an object as Node's `request.headers`. */
	headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
	/** Secrets or public keys that are accepted: while one is being changed, the old and the new. */
	keys: string | readonly string[];
	/** How many seconds the time stamp may lie from now. */
	toleranceSeconds?: number;
	/** Now, in seconds since 1970. */
	now?: number;
}

export interface VerifiedWebhook {
	/** The same for every delivery of one event: remember it, and do nothing twice. */
	id: string;
	/** When it was sent. */
	sentAt: Date;
	/** The body as text. */
	text: string;
}

const encoder = new TextEncoder();

// Node 18 has the Web Crypto API, but not as a global.
async function subtle(): Promise<SubtleCrypto> {
	if (globalThis.crypto?.subtle !== undefined) return globalThis.crypto.subtle;
	const name = 'node:crypto';
	return ((await import(name)) as { webcrypto: Crypto }).webcrypto.subtle;
}

function headerOf(headers: WebhookOptions['headers'], name: string): string {
	const value = headers instanceof Headers ? headers.get(name) : headers[name] ?? headers[name.toLowerCase()];
	const one = typeof value === 'string' ? value : value?.[0];
	if (one === undefined || one === '') throw new WebhookError(`the header ${name} is missing`);
	return one;
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
	try {
		return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
	} catch {
		return null;
	}
}

interface Key {
	version: 'v1' | 'v1a';
	verify(signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

async function readKey(text: string): Promise<Key> {
	const [, kind, rest] = /^(whsec_|whpk_)(.+)$/.exec(text) ?? [];
	const bytes = rest === undefined ? null : decode(rest);
	if (bytes === null) throw new WebhookError('a key is neither whsec_… nor whpk_…');
	const api = await subtle();
	if (kind === 'whpk_') {
		const key = await api.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify']);
		return { version: 'v1a', verify: (signature, signed) => api.verify({ name: 'Ed25519' }, key, signature, signed) };
	}
	const key = await api.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
	// verify() compares in constant time
	return { version: 'v1', verify: (signature, signed) => api.verify('HMAC', key, signature, signed) };
}

function checkTime(text: string, now: number, tolerance: number): number {
	const sent = Number(text);
	if (!/^\d{1,12}$/.test(text)) throw new WebhookError('the time stamp is no number');
	if (Math.abs(now - sent) > tolerance) throw new WebhookError('the time stamp is too far from now: an old delivery, or a wrong clock');
	return sent;
}

async function matches(keys: readonly Key[], signatures: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
	for (const one of signatures.split(' ')) {
		const comma = one.indexOf(',');
		const bytes = decode(one.slice(comma + 1));
		for (const key of keys)
			if (bytes !== null && key.version === one.slice(0, comma) && (await key.verify(bytes, signed))) return true;
	}
	return false;
}

/** Throws a WebhookError unless one of the signatures was made with one of the keys, and lately. */
export async function verifyWebhook(options: WebhookOptions): Promise<VerifiedWebhook> {
	const { body, headers, toleranceSeconds = 300, now = Date.now() / 1000 } = options;
	const id = headerOf(headers, 'webhook-id');
	const time = headerOf(headers, 'webhook-timestamp');
	const sent = checkTime(time, now, toleranceSeconds);
	const bytes = typeof body === 'string' ? encoder.encode(body) : body;
	const head = encoder.encode(`${id}.${time}.`);
	const signed = new Uint8Array(head.length + bytes.length);
	signed.set(head);
	signed.set(bytes, head.length);
	const keys = await Promise.all([options.keys].flat().map((key) => readKey(key)));
	if (!(await matches(keys, headerOf(headers, 'webhook-signature'), signed))) throw new WebhookError('no signature fits');
	return { id, sentAt: new Date(sent * 1000), text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
}
