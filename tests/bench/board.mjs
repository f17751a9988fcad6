// The board of a team of 200 (docs of the method: README.md beside this file).
import { bar } from './bars.mjs';
import { wrk } from './load.mjs';

// Everyone whom the bench has related to the team is enrolled, with a main contact, eight contacts in four weeks, and one
// planned today for each fifth. Each fifth is on the board, in turn in the categories, with an agreed action for half.
const filling = `
with team as (select u.id, u.agency_id from unit u where u.name = 'FACT-team Drammen'),
staff_of as (select m.staff_id, row_number() over (order by m.staff_id) - 1 as k from staff_membership m join team on team.id = m.unit_id where m.role in ('TM', 'TL')),
people as (select bench_uuid(n) as patient, n, s.staff_id from generate_series(1, 200) n join staff_of s on s.k = n % (select count(*) from staff_of)),
enrolled as (insert into enrolment (id, patient_id, unit_id, agency_id, state, main_contact_id, first_contact_at)
	select bench_uuid(20000000 + n), patient, team.id, team.agency_id, 'ACTIVE', staff_id, clock_now() - interval '300 days' from people, team returning id)
select count(*) from enrolled`;
const entries = `
insert into board_entry (patient_id, unit_id, enrolment_id, category, reason_code, reason_text, opened_at, on_board_since, next_review_on, agreed_actions)
select e.patient_id, e.unit_id, e.id, (array['CRISIS', 'NEW', 'INTENSIVE_LONG', 'AVOIDING', 'ADMITTED', 'POST_DISCHARGE'])[1 + n % 6], 'EARLY_SIGNS', 'Sover lite, trekker seg unna',
	clock_now() - make_interval(days => n % 40), clock_now() - make_interval(days => n % 40), clock_today() + (n % 5),
	case when n % 2 = 0 then jsonb_build_array(jsonb_build_object('text', 'Ring søsteren', 'who', e.main_contact_id, 'when', clock_today())) else '[]' end
from generate_series(1, 200) n join enrolment e on e.id = bench_uuid(20000000 + n) and e.id not in (select enrolment_id from board_entry) where n % 5 = 0 or $1`;
const contacts = `
with made as (insert into contact (id, patient_id, unit_id, agency_id, state, planned_at, started_at, minutes, mode, outcome)
	select gen_random_uuid(), e.patient_id, e.unit_id, e.agency_id, case when k = 0 then 'PLANNED' else 'DONE' end, case when k = 0 then oslo_midnight(clock_today()) + interval '12 hours' end,
		case when k > 0 then clock_now() - make_interval(days => 3 * k) end, case when k > 0 then 30 end, 'PHONE', case when k > 0 then 'HELD' end
	from generate_series(1, 200) n join enrolment e on e.id = bench_uuid(20000000 + n), generate_series(case when n % 5 = 0 then 0 else 1 end, 8) k returning id, patient_id)
insert into contact_staff (contact_id, staff_id, agency_id) select m.id, e.main_contact_id, e.agency_id from made m join enrolment e on e.patient_id = m.patient_id`;

const pathOf = (bench) => `/api/v1/units/${bench.ids.unit['drammen-dps:fact']}/board`;

// The board's ETag, when it shows as many persons as it should.
async function held(daemon, path, token, on) {
	const r = await fetch(`http://127.0.0.1:${daemon.port}${path}`, { headers: { authorization: `Bearer ${token}`, connection: 'close' } });
	const { tiles } = await r.json();
	if (tiles.on_board !== on || tiles.caseload !== 200) throw new Error(`the board shows ${JSON.stringify(tiles)}`);
	return r.headers.get('etag');
}

// `inTurn` measures each of its members in each round.
export async function board(bench, daemon, { token, inTurn }) {
	const path = pathOf(bench);
	const ask = (more = {}) => () => wrk(daemon.port, { clients: 16, paths: [path], token, ...more });
	for (const [statement, values] of [[filling], [entries, [false]], [contacts], ['analyze']]) await bench.sql(statement, values);
	await held(daemon, path, token, 40);
	const some = await inTurn({ 'board of a team of 200, 40 on it': ask() });
	await bench.sql(entries, [true]);
	const etag = await held(daemon, path, token, 200);
	const m = await inTurn({ 'board of a team of 200, all on it': ask(), 'board not modified': ask({ etag }) });
	bar('99th percentile of the board of 200, 16 clients', m['board of a team of 200, all on it'].p99, 'most', 15, ` ms (${some['board of a team of 200, 40 on it'].p99.toFixed(1)} with 40 on it)`);
	bar('board not modified, to the board', m['board not modified'].rate / m['board of a team of 200, all on it'].rate, 'least', 5, ' ×');
}
