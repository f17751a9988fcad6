// The client: every path of the contract with its types, refusals thrown as ProblemError.
import createFetchClient, { type MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf, ResponseObjectMap, SuccessResponse } from 'openapi-typescript-helpers';
import { applyChange, type ChangeOptions } from './change.js';
import { changes, type ChangeEvent, type ChangesOptions } from './changes.js';
import type { paths } from './contract.generated.js';
import { eachItem } from './pages.js';
import { ProblemError } from './problem.js';
import { transport, type Transport, type TransportOptions } from './transport.js';

type Method = Extract<HttpMethod, 'get' | 'post' | 'put' | 'patch' | 'delete'>;
type Operation<Path extends keyof paths, M extends Method> = paths[Path][M];
type Init<Path extends keyof paths, M extends Method> = MaybeOptionalInit<paths[Path], M>;
type Arguments<I> = RequiredKeysOf<I> extends never ? [init?: I] : [init: I];

/** What an operation answers with when it succeeds. */
export type Success<Path extends keyof paths, M extends Method> =
	Operation<Path, M> extends Record<string | number, unknown> ? SuccessResponse<ResponseObjectMap<Operation<Path, M>>, MediaType> : never;

/** The body that an operation takes. */
export type Body<Path extends keyof paths, M extends Method> =
	Operation<Path, M> extends { requestBody?: infer R } ? (NonNullable<R> extends { content: infer C } ? C[keyof C] : never) : never;

/** The parameters in a path: `{ id: string }`. */
export type At<Path extends keyof paths> =
	Operation<Path, 'get'> extends { parameters: { path: infer P } } ? P : Record<string, never>;

/** An answer of success. */
export interface Answer<Data> {
	data: Data;
	/** For If-Match and If-None-Match; null for what has no version. */
	etag: string | null;
	/** Where what was made can be read. */
	location: string | null;
	response: Response;
}

export type Call<M extends Method> = <Path extends PathsWithMethod<paths, M>>(path: Path, ...init: Arguments<Init<Path, M>>) => Promise<Answer<Success<Path, M>>>;

type Item<Path extends keyof paths> = Success<Path, 'get'> extends { items: (infer I)[] } ? I : never;

/** The paths of lists that page. */
export type ListPath = { [Path in PathsWithMethod<paths, 'get'>]: Item<Path> extends never ? never : Path }[PathsWithMethod<paths, 'get'>];

/** The things that PATCH changes. */
export type UpdatablePath = PathsWithMethod<paths, 'get'> & PathsWithMethod<paths, 'patch'>;

/** The things that a state machine moves: `/tasks/{id}` for `/tasks/{id}/transitions`. */
export type MachinePath = { [Path in PathsWithMethod<paths, 'get'>]: `${Path}/transitions` extends PathsWithMethod<paths, 'post'> ? Path : never }[PathsWithMethod<paths, 'get'>];
type Transitions<Path extends MachinePath> = Extract<`${Path}/transitions`, PathsWithMethod<paths, 'post'>>;

/** One thing at its path: `client.thing('/tasks/{id}', { id })`. */
export type Thing<Path extends PathsWithMethod<paths, 'get'>> = Readable<Path>
	& (Path extends UpdatablePath ? Updatable<Path> : unknown)
	& (Path extends MachinePath ? Movable<Path> : unknown);

interface Readable<Path extends PathsWithMethod<paths, 'get'>> {
	read(): Promise<Answer<Success<Path, 'get'>>>;
}

interface Updatable<Path extends UpdatablePath> {
	/**
	 * Reads the thing, lets `change` say what is to be different (a merge patch), and sends that with If-Match. When
	 * somebody else was faster (412), reads again and asks `change` again. `change` answers null when there is nothing to do.
	 */
	update(change: (now: Success<Path, 'get'>) => Body<Path, 'patch'> | null, options?: ChangeOptions): Promise<Answer<Success<Path, 'get'>>>;
}

interface Movable<Path extends MachinePath> {
	/** The same for an action of its state machine: `{ action: 'complete' }`. */
	transition(decide: (now: Success<Path, 'get'>) => Body<Transitions<Path>, 'post'> | null, options?: ChangeOptions): Promise<Answer<Success<Path, 'get'>>>;
}

export interface ClientOptions extends TransportOptions {
	/** The service's address with its prefix: https://samhandling.example/api/v1 */
	baseUrl: string;
	/** Sent with every request, such as `Accept-Language: nb` for problems in Norwegian. */
	headers?: Record<string, string>;
}

export interface Client {
	readonly get: Call<'get'>;
	readonly post: Call<'post'>;
	readonly put: Call<'put'>;
	readonly patch: Call<'patch'>;
	readonly delete: Call<'delete'>;
	/** Every item of a list, page by page as they are wanted. */
	pages<Path extends ListPath>(path: Path, ...init: Arguments<Init<Path, 'get'>>): AsyncGenerator<Item<Path>, void, void>;
	/** One thing, to be read, changed without overwriting anybody, and moved by its state machine. */
	thing<Path extends PathsWithMethod<paths, 'get'>>(path: Path, at: At<Path>): Thing<Path>;
	/** What changes, one event after the other without end; connections that break are opened anew, nothing is missed. */
	changes(options?: ChangesOptions): AsyncGenerator<ChangeEvent, void, void>;
	/** Sends a request of your own with token, key and repetition; the answer as it came. */
	readonly send: Transport;
	readonly baseUrl: string;
}

type Loose = (path: string, init?: object) => Promise<Answer<unknown>>;

// openapi-fetch takes a path and its parameters apart; its answer becomes ours, a refusal becomes an error.
function callers(options: ClientOptions, send: Transport): Record<Method, Loose> {
	const inner = createFetchClient<paths>({ baseUrl: options.baseUrl, fetch: (request) => send(request), ...(options.headers ? { headers: options.headers } : {}) });
	const request = inner.request as unknown as (method: string, path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
	const make = (method: Method): Loose => async (path, init = {}) => {
		const own = method === 'patch' ? { headers: { 'content-type': 'application/merge-patch+json' }, ...init } : init;
		const { data, error, response } = await request(method, path, own);
		if (!response.ok) throw new ProblemError(response, error);
		return { data, etag: response.headers.get('etag'), location: response.headers.get('location'), response };
	};
	return { get: make('get'), post: make('post'), put: make('put'), patch: make('patch'), delete: make('delete') };
}

/** A client of one caller; it holds no connection and may live as long as the program. */
export function createClient(options: ClientOptions): Client {
	const baseUrl = options.baseUrl.replace(/\/+$/, '');
	const send = transport(options);
	const call = callers({ ...options, baseUrl }, send);
	const thing = (path: string, at: object) => {
		const read = () => call.get(path, { params: { path: at } });
		const change = (write: (init: object) => Promise<Answer<unknown>>) => (decide: (now: unknown) => unknown, how?: ChangeOptions) =>
			applyChange(read, decide, (body, etag) => write({ params: { path: at, header: { 'If-Match': etag } }, body }), how);
		return { read, update: change((init) => call.patch(path, init)), transition: change((init) => call.post(`${path}/transitions`, init)) };
	};
	// the types above say what the functions do without them
	return {
		...call, baseUrl, send, thing,
		pages: (path: string, init?: object) => eachItem((at) => call.get(path, at), init),
		changes: (how: ChangesOptions = {}) => changes(baseUrl, send, how),
	} as unknown as Client;
}
