// What the guards cost a read: limits against none, and sealing the access log beside it (README.md beside this file).
import { readFileSync } from 'node:fs';
import { environment } from '../api/lib/environment.mjs';
import { bar } from './bars.mjs';
import { wrk } from './load.mjs';

const key = readFileSync(`${environment.keys}/log-seal.pem`, 'utf8');

// Seals all that waits; rows a second.
async function sealing(bench) {
	await bench.sql(`select log_seal_make(500, '0')`);
	const begun = performance.now();
	let rows = 0;
	for (let n = 500; n === 500 && performance.now() - begun < 5000; rows += n) [{ n }] = await bench.sql(`select log_seal_make(500, '0') as n`);
	return rows / ((performance.now() - begun) / 1000);
}

// `start(settings)` starts a daemon on the bench's database; `inTurn` measures each of its members in each round.
export async function guard(bench, { token, inTurn, start }) {
	const paths = (await bench.sql('select bench_uuid(n) as id from generate_series(1, 200) n')).map((r) => `/api/v1/patients/${r.id}`);
	const daemons = { none: await start({ RATE_AGENCY: 0, RATE_CLIENT: 0 }), limits: await start({}), sealed: await start({ LOG_SEAL_KEY: key, LOG_SEAL_EVERY_S: 1 }) };
	try {
		const read = (daemon) => () => wrk(daemon.port, { clients: 8, paths, token });
		for (const d of Object.values(daemons)) await wrk(d.port, { clients: 8, paths, token, duration: 1 });
		await daemons.sealed.stop();
		const m = await inTurn({ 'read without limits': read(daemons.none), 'read with limits': read(daemons.limits) });
		bar('read with limits, to without', m['read with limits'].rate / m['read without limits'].rate, 'least', 0.95, ' ×');
		const rate = await sealing(bench);
		bar('rows of the access log sealed in a second', rate, 'least', 15_000, '');
		await daemons.sealed.start();
		const s = await inTurn({ 'read, nothing sealed': read(daemons.limits), 'read while the log is sealed': read(daemons.sealed) });
		bar('read while the log is sealed, to without', s['read while the log is sealed'].rate / s['read, nothing sealed'].rate, 'least', 0.7, ' ×');
	} finally {
		for (const d of Object.values(daemons)) await d.stop();
	}
}
