// Plays a history against the service, as the people who would have entered it: the sandbox's clock is moved to the
// evening of each day on which something happened, then what happened is entered. Different persons' events of one
// day run beside each other, one person's in order; the team's own and the tasks come last, when the day's board is known.
import { readFileSync } from 'node:fs';

const contract = JSON.parse(readFileSync(new URL('../../../api-spec/openapi.json', import.meta.url)));
const day = 86_400_000;
const evening = 18 * 3_600_000; // UTC; still the same day in Norway
const lanes = 8;

function operation(name) {
	for (const [path, methods] of Object.entries(contract.paths))
		for (const [method, o] of Object.entries(methods))
			if (o.operationId === name)
				return { path, method: method.toUpperCase(), guarded: o.parameters?.some((p) => p.$ref?.endsWith('/IfMatch')) ?? false };
	throw new Error(`the contract has no operation ${name}`);
}

// The things in groups, in the order in which each group's first comes: Map of name to things.
function grouped(things, nameOf) {
	const groups = new Map();
	for (const thing of things) {
		const name = nameOf(thing);
		if (!groups.has(name)) groups.set(name, []);
		groups.get(name).push(thing);
	}
	return groups;
}

// A member by its path; * stands for each of a list.
function memberOf(answer, path) {
	const [key, ...rest] = path.split('.');
	if (key === '*') return answer.map((one) => memberOf(one, rest.join('.')));
	return rest.length === 0 || answer?.[key] === undefined ? (answer?.[key] ?? null) : memberOf(answer[key], rest.join('.'));
}

export class Player {
	#client;
	#ids;
	#operations = new Map();
	#memory = new Map();
	#etags = new Map();

	// `ids` are those of the directory: { unit: { 'agency:key' }, staff: { 'agency:subject' }, agency: { slug } }.
	constructor(client, ids) {
		this.#client = client;
		this.#ids = ids;
	}

	// What was remembered of a person: { patient, enrolment, … }.
	known(person) {
		if (!this.#memory.has(person)) this.#memory.set(person, {});
		return this.#memory.get(person);
	}

	#meaning(text, own) {
		const [, kind, name] = text.match(/^\$(\w+)(?::(.+))?$/);
		const value = name === undefined ? own[kind] : this.#ids[kind][name];
		if (value === undefined) throw new Error(`nothing is known as ${text}`);
		return value;
	}

	#resolve(value, own) {
		if (typeof value === 'string') return value.startsWith('$') ? this.#meaning(value, own) : value;
		if (Array.isArray(value)) return value.map((v) => this.#resolve(v, own));
		if (value === null || typeof value !== 'object') return value;
		return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, this.#resolve(v, own)]));
	}

	#operation(name) {
		if (!this.#operations.has(name)) this.#operations.set(name, operation(name));
		return this.#operations.get(name);
	}

	async #etag(as, path) {
		if (!this.#etags.has(path)) this.#etags.set(path, (await this.#client.get(as, path)).etag);
		return this.#etags.get(path);
	}

	// One request; when something else has changed the thing meanwhile, once more with what it is now.
	async #send(as, { method, path, guarded }, body, key) {
		const thing = path.replace(/\/(transitions|approval|completion)$/, '');
		const headers = method === 'GET' ? {} : { 'idempotency-key': key };
		for (let again = guarded; ; again = false) {
			if (guarded) headers['if-match'] = await this.#etag(as, thing);
			const answer = await this.#client.send(as, method, path, { body, headers, allow: again ? [412] : [] });
			if (guarded) this.#etags.delete(thing);
			if (answer.status === 412) continue;
			if (guarded && answer.etag) this.#etags.set(thing, answer.etag);
			return answer.body;
		}
	}

	async #enter(event, key, own) {
		const { path, ...rest } = this.#operation(event.operation);
		const query = event.query ? `?${new URLSearchParams(this.#resolve(event.query, own))}` : '';
		const body = event.body && this.#resolve(event.body, own);
		const where = path.replace('{id}', event.id ? this.#resolve(event.id, own) : '') + query;
		const answer = await this.#send(event.as, { ...rest, path: where }, body, key);
		return Object.fromEntries(Object.entries(event.remember ?? {}).map(([name, member]) => [name, memberOf(answer, member)]));
	}

	// An event once, for each of what was remembered as a list if it says so; nothing to do it on: not at all.
	async event(event, key) {
		const own = this.known(event.person);
		if (this.#client.done.has(key)) return Object.assign(own, this.#client.done.get(key));
		if (typeof event.id === 'string' && own[event.id.slice(1)] === null) return own;
		if (event.each === undefined) Object.assign(own, this.#client.finish(key, await this.#enter(event, key, own)));
		for (const [i, each] of (event.each === undefined ? [] : own[event.each]).entries()) await this.#enter(event, `${key}-${i}`, { ...own, each });
		return own;
	}

	async #lane(waiting) {
		for (let events; (events = waiting.shift()) !== undefined; )
			for (const [key, event] of events) await this.event(event, key);
	}

	// One day's [key, event] pairs.
	async day(pairs) {
		const groups = grouped(pairs, ([, event]) => event.person);
		const last = ['team', 'tasks'].map((name) => groups.get(name) ?? []);
		for (const name of ['team', 'tasks']) groups.delete(name);
		const waiting = [...groups.values()];
		await Promise.all(Array.from({ length: lanes }, () => this.#lane(waiting)));
		for (const one of last) await this.#lane([one]);
	}
}

export class Clock {
	constructor(client, as) {
		this.client = client;
		this.as = as;
	}

	async move(body) {
		const { body: clock } = await this.client.send(this.as, 'POST', '/sandbox/clock', { body });
		this.now = Date.parse(clock.now);
		return this.now;
	}

	// Forward to that time; one that has passed already is left alone.
	async reach(time) {
		if (this.now < time) await this.move({ set: new Date(time).toISOString() });
	}
}

// Plays all events; the clock then stands at the evening of the last one's day.
export async function play(player, clock, events) {
	const days = grouped(events.map((event, i) => [`history-${i}`, event]), ([, event]) => Math.floor(event.at / day));
	for (const [n, pairs] of days) {
		await clock.reach(n * day + evening);
		await player.day(pairs);
	}
}
