// What every API test stands on: `const w = await world()` gives a test file its own database, copied from
// the migrated template, and its own daemon, which checks its answers; both go when the file is done.
//
//   const r = await w.api('drammen-kommune:mh-1', 'POST', '/concern-reports', {…}, { 'idempotency-key': 'k' });
//   r.is(201); r.body; r.etag; r.location            a wrong status prints request and answer
//   await w.sql('select …', [values])                as the owner, past row security
//   w.ids.unit['lier-kommune:mottak']                ids of the demo agencies, units and staff
//   w.token('drammen-dps/TM', { claims: {…} })       a token for a role, differing in what is given
// Call world() at the top of the file or inside a test, not in a hook: it ends with what surrounds it.
// The first argument of api(): 'agency:subject', 'agency/ROLE', a token's text, or null for none.
import { after } from 'node:test';
import { readFileSync } from 'node:fs';
import { Daemon, freePort } from './lib/daemon.mjs';
import { makeDatabase } from './lib/database.mjs';
import { send } from './lib/client.mjs';
import { environment } from './lib/environment.mjs';
import { makePeople } from './lib/fixtures.mjs';
import { raw } from './lib/raw.mjs';
import { tokenFor } from './lib/tokens.mjs';

export { pause, until } from './lib/daemon.mjs';
export { syntheticNumber } from './lib/fixtures.mjs';
export { document, fhirOperations, nativeOperations as operations, operation } from './lib/contract.mjs';
export { environment } from './lib/environment.mjs';

export const anyId = () => crypto.randomUUID();

function settingsFor(database, extra) {
	return { SANDBOX: 1, CHECK_REPLIES: 1, JOBS_INTERVAL_MS: 0, DATABASE_URL: database.serviceUrl,
		SEAL_KEYS: readFileSync(`${environment.keys}/seal.json`, 'utf8'), THREADS: 100, PUBLIC_REPORTS_PER_HOUR: 0,
		RATE_AGENCY: 100_000_000, RATE_CLIENT: 10_000_000, RATE_REFUSED_TOKENS: 0, ...extra };
}

export class World {
	constructor(database, ids) {
		this.database = database;
		this.ids = ids;
		this.tokens = new Map();
	}

	get port() {
		return this.daemon.port;
	}

	sql(text, values) {
		return this.database.sql(text, values);
	}

	asService(work) {
		return this.database.asService(work);
	}

	// A token for one of the people; without changes the same one each time.
	token(who, changes) {
		if (changes !== undefined) return tokenFor(who, changes);
		const key = typeof who === 'string' ? who : JSON.stringify(who);
		if (!this.tokens.has(key)) this.tokens.set(key, tokenFor(who, { seconds: 3600 }));
		return this.tokens.get(key);
	}

	tokenOf(as) {
		if (as === null || as === undefined) return null;
		return typeof as === 'string' && as.includes('.') ? as : this.token(as);
	}

	api(as, method, path, body, headers = {}) {
		return send(this.port, { token: this.tokenOf(as), method, path, body, headers });
	}

	// The same with every choice: { as, method, path, body, headers, signal, judged }.
	request({ as, ...rest }) {
		return send(this.port, { token: this.tokenOf(as), ...rest });
	}

	// GET, then the change with its ETag.
	async change(as, method, path, body, headers = {}) {
		const now = (await this.api(as, 'GET', path)).is(200);
		return this.api(as, method, path, body, { 'if-match': now.etag, ...headers });
	}

	raw(bytes, options) {
		return raw(this.port, bytes, options);
	}

	async stop() {
		return this.daemon.stop();
	}

	async kill() {
		return this.daemon.kill();
	}

	async start(settings = {}) {
		Object.assign(this.daemon.settings, settings);
		return this.daemon.start();
	}

	async restart(settings = {}) {
		await this.stop();
		return this.start(settings);
	}

	// Re-reads keys, issuers and matrix.
	reload() {
		this.daemon.child.kill('SIGHUP');
	}

	// A second daemon on the same database; the caller stops it.
	async another(settings = {}) {
		const second = new Daemon(await freePort(), { ...this.daemon.settings, ...settings });
		await second.start();
		return second;
	}
}

// `settings` are the daemon's, without SAMHANDLING_ (JOBS_INTERVAL_MS: 100 turns the jobs on);
// `start: false` leaves the daemon down; `people: false` leaves only what the bootstrap makes.
export async function world({ settings = {}, start = true, people = true } = {}) {
	const database = await makeDatabase();
	const w = new World(database, people ? await makePeople(database.sql) : { agency: {}, unit: {}, staff: {} });
	after(async () => {
		try {
			await w.daemon?.stop();
		} finally {
			await database.drop();
		}
	});
	w.daemon = new Daemon(await freePort(), settingsFor(database, settings));
	if (start) await w.daemon.start();
	return w;
}
