// Pages of a team of 200 whose rows each cost something: plans with whether they are valid, measures, assessments; and of an
// agency's 100,000 deviations, half of them about one of 10,000 persons.
import { bar } from './bars.mjs';
import { wrk } from './load.mjs';

// Each of the 200 has four plans in force, ten measures in the first of them and fourteen assessments.
const filling = [`
insert into consent (id, patient_id, owner_agency_id, type, state, purpose, valid_from, valid_to)
select bench_uuid(30000000 + n), bench_uuid(n), $1, 'IP_PLAN', 'GRANTED', 'Plan', clock_now() - interval '100 days', clock_now() + interval '200 days' from generate_series(1, 200) n`, `
insert into plan (id, kind, patient_id, state, owner_agency_id, coordinator_staff_id, coordinator_unit_id, coordinator_agency_id, content, period_from, period_to, next_review_on,
	reviewed_at, version_number, consent_id, approved_at)
select bench_uuid(31000000 + 4 * n + k), kind, bench_uuid(n), 'ACTIVE', $1, m.staff_id, m.unit_id, $1, content::jsonb, clock_today() - 100, clock_today() + 200, clock_today() + 30 + n % 60,
	clock_now() - interval '100 days', 1, bench_uuid(30000000 + n), clock_now() - interval '100 days'
from generate_series(1, 200) n
cross join (values (0, 'IP', '{"resources": "x", "needs": ["x"], "contributions": [{"by": "PATIENT", "what": "x"}], "cooperation": []}'),
	(1, 'CRISIS', '{"warning_signs": [{"sign": "x", "stage": "EARLY"}], "what_helps": ["x"], "contacts": [{"name": "x"}]}'), (2, 'WORK_ACTIVITY', '{"wish": "x"}'), (3, 'TREATMENT', '{"approach": "x"}')) v (k, kind, content)
cross join lateral (select m.* from staff_membership m join unit u on u.id = m.unit_id where u.name = 'FACT-team Drammen' and m.role = 'TM' order by m.staff_id offset n % 5 limit 1) m`, `
insert into plan_goal (id, plan_id, patient_id, words, domain) select gen_random_uuid(), p.id, p.patient_id, 'x', 'MENTAL' from plan p where p.kind in ('IP', 'TREATMENT') and p.owner_agency_id = $1`, `
insert into plan_participant (id, plan_id, patient_id, kind, name, part) select gen_random_uuid(), p.id, p.patient_id, 'OTHER', 'x', 'x' from plan p where p.kind = 'IP' and p.owner_agency_id = $1`, `
insert into measure (id, plan_id, patient_id, title, domain, how, extent, responsible_unit_id, responsible_agency_id, accept_due_at)
select gen_random_uuid(), p.id, p.patient_id, 'Samtaler', 'MENTAL', 'x', 'x', p.coordinator_unit_id, $1, clock_now() + make_interval(days => k) from plan p, generate_series(1, 10) k where p.kind = 'IP'`, `
insert into assessment (id, patient_id, owner_agency_id, instrument_code, instrument_version, occasion, assessed_on, declined)
select gen_random_uuid(), bench_uuid(n), $1, i.code, i.version, 'EXTRA', clock_today() - 250 + 100 * r, true
from generate_series(1, 200) n, instrument i, generate_series(0, 1) r where i.is_current and i.code in ('HONOS', 'PSF', 'GAF_S', 'GAF_F', 'AUDIT', 'DUDIT', 'MANSA')`,
// what follows from each is not what is measured
'alter table deviation disable trigger user', `
insert into deviation (id, owner_agency_id, unit_id, reporter_agency_id, reported_by, reported_role, pseudonym, type, what_happened, occurred_at, state, harm, learning_text, created_at)
select bench_uuid(32000000 + n), $1, m.unit_id, $1, m.staff_id, 'TM', case when n % 2 = 0 then bench_uuid(33000000 + n % 10000) end, (array['PATIENT_SAFETY', 'COOPERATION', 'SYSTEM'])[1 + n % 3],
	'x', clock_now(), case when n % 50 = 0 then 'REGISTERED' else 'CLOSED' end, 1, 'x', clock_now() - make_interval(mins => n)
from generate_series(1, 100000) n
cross join lateral (select m.* from staff_membership m join unit u on u.id = m.unit_id where u.name = 'FACT-team Drammen' and m.role = 'TM' order by m.staff_id limit 1) m`, `
insert into deviation_person select id, bench_uuid(1 + n % 10000) from (select id, row_number() over (order by id) as n from deviation where pseudonym is not null and owner_agency_id = $1) d`,
'alter table deviation enable trigger user'];

export async function lists(bench, daemon, { token, inTurn }) {
	for (const statement of filling) await bench.sql(statement, statement.includes('$1') ? [bench.ids.agency['drammen-dps']] : []);
	await bench.sql('analyze');
	const paths = ['/plans', '/measures', '/assessments', '/deviations'];
	const ask = (path, duration) => wrk(daemon.port, { clients: 1, paths: [`/api/v1${path}?limit=50`], token, duration });
	for (const path of paths) await ask(path, 2); // warm
	const m = await inTurn(Object.fromEntries(paths.map((path) => [`50 of ${path} of a team of 200`, () => ask(path)])));
	for (const path of paths) bar(`50 of ${path} of a team of 200, median of 1 client`, m[`50 of ${path} of a team of 200`].p50 / 1000, 'most', 10, ' ms');
}
