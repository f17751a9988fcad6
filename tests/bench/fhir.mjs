// The same person and the same list of persons, asked for natively and over FHIR, in turn; and what is rare, in a long log.
import { tokenFor } from '../api/lib/tokens.mjs';
import { bar } from './bars.mjs';
import { wrk } from './load.mjs';

const unit = 'FACT-team Drammen';

// What is measured: the native path and FHIR's, by name.
async function pairs(bench) {
	const people = (await bench.sql('select bench_uuid(n) as id from generate_series(1, 200) n')).map((r) => r.id);
	const [{ id }] = await bench.sql('select id from unit where name = $1', [unit]);
	return { read: { native: people.map((p) => `/api/v1/patients/${p}`), fhir: people.map((p) => `/fhir/r4/Patient/${p}`) },
		search: { native: [`/api/v1/patients?unit_id=${id}&limit=50`], fhir: [`/fhir/r4/Patient?organization=Organization/${id}&_count=50`] } };
}

// An agency's million entries: the newest, and an act that none of them is.
async function log(bench, daemon, inTurn) {
	await bench.sql(`insert into access_log (request_id, operation, action, subject, agency_id, staff_id, patient_id, at)
		select 'bench', 'getPatient', 'READ', 'bench', $1, gen_random_uuid(), gen_random_uuid(), now() - n * interval '1 millisecond' from generate_series(1, 1000000) n`, [bench.ids.agency['drammen-dps']]);
	await bench.sql('analyze access_log');
	const token = tokenFor('drammen-dps/PV', { seconds: 3600 });
	const ask = (path) => () => wrk(daemon.port, { clients: 1, paths: [path], token });
	const rare = 'what none of a million entries is over FHIR';
	const [native, over] = ['/api/v1/access-log?limit=50', '/fhir/r4/AuditEvent?_count=50'];
	const m = await inTurn({ 'the newest of a million entries': ask(native), 'what none of a million entries is': ask(`${native}&action=EXPORT`),
		'the newest of a million entries over FHIR': ask(over), [rare]: ask(`${over}&subtype=EXPORT`) });
	// what is rare costs FHIR a check of each of a page's 5,000 entries
	for (const [what, { p50 }] of Object.entries(m)) bar(`${what}, median of 1 client`, p50 / 1000, 'most', what === rare ? 250 : 100, ' ms');
}

export async function fhir(bench, daemon, { token, inTurn }) {
	for (const [what, paths] of Object.entries(await pairs(bench))) {
		const ask = (face, duration) => wrk(daemon.port, { clients: 8, paths: paths[face], token, duration });
		for (const face of ['native', 'fhir']) await ask(face, 2); // warm
		const m = await inTurn({ [`${what}, native, 8 clients`]: () => ask('native'), [`${what}, FHIR, 8 clients`]: () => ask('fhir') });
		bar(`${what} of patients over FHIR, to native`, m[`${what}, FHIR, 8 clients`].rate / m[`${what}, native, 8 clients`].rate, 'least', 0.8, ' ×');
	}
	await log(bench, daemon, inTurn);
}
