// The same things and lists of them, asked for natively and over FHIR, in turn; and what is rare, in a long log.
import { tokenFor } from '../api/lib/tokens.mjs';
import { bar } from './bars.mjs';
import { wrk } from './load.mjs';

const unit = 'FACT-team Drammen';

// Each of the 200 has 60 contacts of which three quarters were held, 60 assessments and a task of the unit's.
const filling = [`
insert into contact (id, patient_id, unit_id, agency_id, registered_by, state, planned_at, started_at, minutes, mode, place, outcome, purposes, agencies)
select bench_uuid(40000000 + 60 * n + k), bench_uuid(n), m.unit_id, $1, m.staff_id, 'DONE', null, clock_now() - make_interval(days => k), 45, 'FACE_TO_FACE', 'HOME',
	case when k % 4 = 0 then 'NOT_HOME' else 'HELD' end, '{HOUSING,ACTIVITY}', array[$1::uuid]
from generate_series(1, 200) n cross join generate_series(0, 59) k
cross join lateral (select m.* from staff_membership m join unit u on u.id = m.unit_id where u.name = '${unit}' and m.role = 'TM' order by m.staff_id offset n % 3 limit 1) m`, `
insert into contact_staff (contact_id, staff_id, agency_id) select c.id, c.registered_by, c.agency_id from contact c where c.agency_id = $1 and c.registered_by is not null`, `
insert into assessment (id, patient_id, owner_agency_id, instrument_code, instrument_version, occasion, assessed_on, rater_staff_id, items)
select bench_uuid(50000000 + 60 * n + k), bench_uuid(n), $1, i.code, i.version, 'EXTRA', clock_today() - 7 * k,
	(select c.registered_by from contact c where c.patient_id = bench_uuid(n) and c.registered_by is not null limit 1), jsonb_build_object('GAF_S', 40 + k % 40)
from generate_series(1, 200) n cross join generate_series(0, 59) k cross join (select * from instrument where is_current and code = 'GAF_S') i`, `
insert into task (id, kind, title, patient_id, unit_id, agency_id, due_at, created_by)
select bench_uuid(60000000 + n), 'GENERAL', 'Ring', bench_uuid(n), u.id, $1, clock_now() + make_interval(days => n % 30), null from generate_series(1, 200) n join unit u on u.name = '${unit}' and u.agency_id = $1`];

// What is measured: the native path and FHIR's, by name.
async function pairs(bench) {
	const ids = async (first, most, step = 1) => (await bench.sql('select bench_uuid($1::int + $3::int * n) as id from generate_series(1, $2::int) n', [first, most, step])).map((r) => r.id);
	const of = (list, native, fhir) => ({ native: list.map((id) => `/api/v1/${native}${id}`), fhir: list.map((id) => `/fhir/r4/${fhir}${id}`) });
	const people = await ids(0, 200);
	const [{ id }] = await bench.sql('select id from unit where name = $1', [unit]);
	return {
		'a patient': of(people, 'patients/', 'Patient/'),
		'a contact (Encounter)': of(await ids(40000000, 200, 60), 'contacts/', 'Encounter/'),
		'a task': of(await ids(60000000, 200), 'tasks/', 'Task/'),
		'an assessment (Observation)': of(await ids(50000000, 200, 60), 'assessments/', 'Observation/'),
		'50 patients': of([id], 'patients?limit=50&unit_id=', 'Patient?_count=50&organization=Organization/'),
		'50 contacts of a person': of(people, 'contacts?limit=50&patient_id=', 'Encounter?_count=50&patient='),
		'50 tasks of a unit': of([id], 'tasks?limit=50&unit_id=', 'Task?_count=50&owner=Organization/'),
		'50 assessments of a person': of(people, 'assessments?limit=50&patient_id=', 'Observation?_count=50&patient='),
	};
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
	for (const statement of filling) await bench.sql(statement, [bench.ids.agency['drammen-dps']]);
	await bench.sql('analyze');
	for (const [what, paths] of Object.entries(await pairs(bench))) {
		const ask = (face, duration) => wrk(daemon.port, { clients: 8, paths: paths[face], token, duration });
		for (const face of ['native', 'fhir']) await ask(face, 2); // warm
		const [native, over] = [`${what}, native`, `${what}, FHIR`];
		const m = await inTurn({ [native]: () => ask('native'), [over]: () => ask('fhir') });
		bar(`${what} over FHIR, to native`, m[over].rate / m[native].rate, 'least', 0.8, ' ×');
	}
	await log(bench, daemon, inTurn);
}
