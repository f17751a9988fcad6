// One request out, one answer back: token, Idempotency-Key, time limit, repetition, notice of what will go.
import { defaultRetry, pauseBefore, type RetryLimits } from './retry.js';
import { isRenewable, tokenOf, type TokenSource } from './token.js';

/** An operation that the contract calls deprecated was used (RFC 9745, RFC 8594). */
export interface DeprecationNotice {
	method: string;
	path: string;
	/** Since when. */
	since: Date;
	/** When it will be gone. */
	sunset: Date | null;
}

export interface TransportOptions {
	token: TokenSource;
	retry?: Partial<RetryLimits>;
	/** For each attempt; 0 is no limit. */
	timeoutMs?: number;
	/** Sends; the platform's own by default. For tests, proxies, and what must sign each request. */
	fetch?: (request: Request) => Promise<Response>;
	/** Told once for each operation. */
	onDeprecated?: (notice: DeprecationNotice) => void;
}

export interface SendOptions {
	/** Instead of the client's own. */
	timeoutMs?: number;
	/** The answer has no end: it is given on as it comes, and no time limit holds. */
	streamed?: boolean;
}

export type Transport = (request: Request, options?: SendOptions) => Promise<Response>;

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
	new Promise((done, fail) => {
		const stop = () => {
			clearTimeout(timer);
			fail(signal.reason);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener('abort', stop);
			done();
		}, ms);
		signal.addEventListener('abort', stop, { once: true });
	});

// With its whole body: an answer that breaks off is a lost answer.
async function whole(response: Response): Promise<Response> {
	const body = await response.arrayBuffer();
	return new Response(body.byteLength === 0 ? null : body, response);
}

// Ends the attempt when its time is up or the caller has given up, whichever is first.
async function sendWithin(request: Request, timeoutMs: number, send: (request: Request) => Promise<Response>): Promise<Response> {
	const own = new AbortController();
	const stop = () => own.abort(request.signal.reason);
	const late = () => own.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError'));
	const timer = timeoutMs === 0 ? undefined : setTimeout(late, timeoutMs);
	if (request.signal.aborted) stop();
	request.signal.addEventListener('abort', stop, { once: true });
	try {
		return await whole(await send(new Request(request, { signal: own.signal })));
	} finally {
		clearTimeout(timer);
		request.signal.removeEventListener('abort', stop);
	}
}

function noticeOf(request: Request, response: Response): DeprecationNotice | null {
	const since = /^@(\d+)$/.exec(response.headers.get('deprecation') ?? '')?.[1];
	const sunset = response.headers.get('sunset');
	if (since === undefined) return null;
	return { method: request.method, path: new URL(request.url).pathname, since: new Date(Number(since) * 1000), sunset: sunset === null ? null : new Date(sunset) };
}

class Sender {
	private readonly limits: RetryLimits;
	private readonly told = new Set<string>();

	constructor(private readonly options: TransportOptions) {
		this.limits = { ...defaultRetry, ...options.retry };
	}

	private tellDeprecated(request: Request, response: Response): void {
		const notice = noticeOf(request, response);
		const operation = response.headers.get('link') ?? request.url;
		if (notice === null || this.told.has(operation)) return;
		this.told.add(operation);
		this.options.onDeprecated?.(notice);
	}

	// With a token that was renewed once when the service no longer takes it.
	private async authorised(request: Request, how: SendOptions): Promise<Response> {
		const { token: source, fetch: send = (r: Request) => globalThis.fetch(r) } = this.options;
		for (let again = isRenewable(source); ; again = false) {
			const token = await tokenOf(source);
			const copy = request.clone();
			if (token !== null) copy.headers.set('authorization', `Bearer ${token}`);
			const response = await (how.streamed ? send(copy) : sendWithin(copy, how.timeoutMs ?? this.options.timeoutMs ?? 30_000, send));
			if (response.status !== 401 || !again || !isRenewable(source) || token === null) return response;
			source.forget(token);
		}
	}

	private async attempt(request: Request, how: SendOptions): Promise<{ response: Response } | { error: unknown }> {
		try {
			return { response: await this.authorised(request, how) };
		} catch (error) {
			// what the caller has given up is no lost answer
			if (request.signal.aborted) throw error;
			return { error };
		}
	}

	async send(request: Request, how: SendOptions): Promise<Response> {
		const keyed = request.headers.has('idempotency-key');
		for (let number = 1; ; number++) {
			const ended = await this.attempt(request, how);
			const response = 'response' in ended ? ended.response : null;
			const pause = pauseBefore({ number, method: request.method, keyed, status: response?.status ?? null,
				retryAfter: response?.headers.get('retry-after') ?? null }, this.limits);
			if (response !== null) this.tellDeprecated(request, response);
			if (pause === null) {
				if ('error' in ended) throw ended.error;
				return ended.response;
			}
			await response?.body?.cancel();
			await sleep(pause, request.signal);
		}
	}
}

// New is enough: a key counts for its own caller only. Node 18 and pages without TLS have no randomUUID().
const part = () => Math.random().toString(36).slice(2);
const newKey = (): string => globalThis.crypto?.randomUUID?.() ?? [Date.now().toString(36), part(), part(), part()].join('-');

/** A POST gets its Idempotency-Key here, once, so that every attempt carries the same one. */
export function transport(options: TransportOptions): Transport {
	const sender = new Sender(options);
	return (request, how = {}) => {
		if (request.method === 'POST' && !request.headers.has('idempotency-key')) request.headers.set('idempotency-key', newKey());
		return sender.send(request, how);
	};
}
