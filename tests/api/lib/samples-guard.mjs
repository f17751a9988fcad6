// Samples of what guards the service: callers, bodies, and one of each.
export const callers = { 'web-origins': 'drammen-dps:sa-1', 'log-seals': 'drammen-dps:pv-1' };

let serial = 0;
export const bodies = { createWebOrigin: () => ({ origin: `https://front-${++serial}.example` }) };

export async function makeGuard(s, find) {
	const o = find('createWebOrigin');
	s.at['/web-origins/{id}'] = (await s.create(s.caller(o), o.path, s.body(o))).id;
	// as the job would, but for the key
	await s.w.sql(`select log_seal_make(500, '0')`);
	await s.w.sql(`select log_seal_sign(number, 'none', 'none') from log_seal where signature is null`);
	s.at['/log-seals/{number}'] = '1';
}
