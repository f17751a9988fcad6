// What has changed, one event after the other without end: as a stream, or by asking and waiting.
import { createParser } from 'eventsource-parser';
import type { components } from './contract.generated.js';
import { ProblemError } from './problem.js';
import type { Transport } from './transport.js';

export type ChangeEvent = components['schemas']['ChangeEvent'];

export interface ChangesOptions {
	/** The `id` of the last event that was handled; `now` (as without it) begins with what comes, '0' with the oldest. */
	after?: string;
	/** Only these kinds of things, as `data.entity` names them. */
	entities?: readonly string[];
	/** `stream` is told within milliseconds and holds a connection; `poll` passes every proxy. */
	by?: 'stream' | 'poll';
	/** Ends it. */
	signal?: AbortSignal;
	/** After that long without a sign of life (the service gives one every 15 s) the stream is opened anew. */
	silenceMs?: number;
}

interface Place {
	after: string;
}

const longestPauseMs = 30_000;

function addressOf(baseUrl: string, path: string, { entities }: ChangesOptions, query: Record<string, string>): string {
	const all = new URLSearchParams(entities === undefined ? query : { ...query, entities: entities.join(',') });
	return `${baseUrl}${path}?${all}`;
}

// A refusal is the caller's; that the service is busy or gone passes.
async function refusalOf(response: Response): Promise<ProblemError | null> {
	if (response.status === 429 || response.status >= 500) return null;
	return new ProblemError(response, await response.json().catch(() => null));
}

const pauseFor = (ms: number, signal: AbortSignal | undefined) => new Promise<void>((done) => {
	const timer = setTimeout(done, ms);
	signal?.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
});

// The events of one connection; ends when it does.
async function* connection(response: Response, silenceMs: number, stop: AbortController): AsyncGenerator<ChangeEvent, void, void> {
	const waiting: ChangeEvent[] = [];
	const parser = createParser({ onEvent: ({ data }) => waiting.push(JSON.parse(data) as ChangeEvent) });
	const decoder = new TextDecoder();
	const reader = (response.body as ReadableStream<Uint8Array>).getReader();
	for (;;) {
		const timer = setTimeout(() => stop.abort(new DOMException('no sign of life', 'TimeoutError')), silenceMs);
		const { done, value } = await reader.read().finally(() => clearTimeout(timer));
		if (done) return;
		parser.feed(decoder.decode(value, { stream: true }));
		yield* waiting.splice(0);
	}
}

async function* once(baseUrl: string, send: Transport, options: ChangesOptions, place: Place): AsyncGenerator<ChangeEvent, void, void> {
	const stop = new AbortController();
	const giveUp = () => stop.abort(options.signal?.reason);
	options.signal?.addEventListener('abort', giveUp, { once: true });
	try {
		const request = new Request(addressOf(baseUrl, '/changes/stream', options, { after: place.after }), { signal: stop.signal, headers: { accept: 'text/event-stream' } });
		const response = await send(request, { streamed: true });
		const refusal = response.ok ? null : await refusalOf(response);
		if (refusal !== null) throw refusal;
		if (response.ok) yield* connection(response, options.silenceMs ?? 45_000, stop);
	} finally {
		options.signal?.removeEventListener('abort', giveUp);
		stop.abort();
	}
}

// Opened anew whenever it ends, from the place that was reached: nothing is missed in between.
async function* streamed(baseUrl: string, send: Transport, options: ChangesOptions, place: Place): AsyncGenerator<ChangeEvent, void, void> {
	for (let pause = 200; options.signal?.aborted !== true; pause = Math.min(pause * 2, longestPauseMs)) {
		try {
			for await (const event of once(baseUrl, send, options, place)) {
				place.after = event.id;
				pause = 200;
				yield event;
			}
		} catch (error) {
			if (error instanceof ProblemError) throw error;
		}
		await pauseFor(pause * (0.5 + Math.random() / 2), options.signal);
	}
}

async function* polled(baseUrl: string, send: Transport, options: ChangesOptions, place: Place): AsyncGenerator<ChangeEvent, void, void> {
	for (let pause = 200; options.signal?.aborted !== true;) {
		const request = new Request(addressOf(baseUrl, '/changes', options, { after: place.after, wait: '25' }), options.signal ? { signal: options.signal } : {});
		const response = await send(request, { timeoutMs: 40_000 }).catch(() => null);
		const refusal = response === null || response.ok ? null : await refusalOf(response);
		if (refusal !== null) throw refusal;
		if (response?.ok !== true) {
			await pauseFor(pause, options.signal);
			pause = Math.min(pause * 2, longestPauseMs);
			continue;
		}
		const page = (await response.json()) as components['schemas']['Changes'];
		yield* page.items;
		place.after = String(page.after);
		pause = 200;
	}
}

// `now` must become a place at once: what happens while the connection is being opened anew is not to be missed.
async function placeOf(baseUrl: string, send: Transport, { after = 'now' }: ChangesOptions): Promise<string> {
	if (after !== 'now') return after;
	const response = await send(new Request(`${baseUrl}/changes?after=now&limit=1`));
	if (!response.ok) throw new ProblemError(response, await response.json().catch(() => null));
	return String(((await response.json()) as components['schemas']['Changes']).after);
}

/** Each event at least once, in its order; what was handled is remembered by its `id`, with which one may begin again. */
export async function* changes(baseUrl: string, send: Transport, options: ChangesOptions): AsyncGenerator<ChangeEvent, void, void> {
	const place = { after: await placeOf(baseUrl, send, options) };
	yield* (options.by === 'poll' ? polled : streamed)(baseUrl, send, options, place);
}
