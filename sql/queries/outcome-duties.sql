-- What is due for the persons of a team (migration 0064).

-- name: listOutcomeDuties
-- The first to fall due first; of the caller's own team alone.
with page as (
	select d.*, row_number() over (order by d.due_on, d.enrolment_id, d.kind) as row
	from (select raise_unless(:path.id::uuid = any (app_unit_ids()), 404, 'not_found') as ok offset 0) g
	cross join lateral outcome_duties(:path.id::uuid) d
	where g.ok and (:query.kind::text is null or d.kind = :query.kind)
		and (:query.overdue::text is null or (d.due_on < clock_today()) = :query.overdue::boolean)
		and (:query.cursor::text is null or (d.due_on, d.enrolment_id, d.kind)
			> (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2)))
	order by d.due_on, d.enrolment_id, d.kind limit page_size(:query.limit) + 1
)
select coalesce(json_agg(json_strip_nulls(json_build_object('patient_id', p.patient_id, 'enrolment_id', p.enrolment_id,
		'kind', p.kind, 'rule', p.rule, 'last_on', p.last_on, 'due_on', p.due_on, 'overdue', p.due_on < clock_today(),
		'days_overdue', greatest(clock_today() - p.due_on, 0), 'instruments', p.instruments)) order by p.row)
		filter (where p.row <= page_size(:query.limit)), '[]') as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(x.due_on::text, x.enrolment_id::text, x.kind)
		from page x where x.row = page_size(:query.limit)) end as next,
	show_all(array_agg(p.patient_id) filter (where p.row <= page_size(:query.limit))) as noted
from page p
