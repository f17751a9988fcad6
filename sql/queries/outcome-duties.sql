-- What is due for the persons of a team (migration 0064).

-- name: listOutcomeDuties
-- The first to fall due first; of the caller's own team alone.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (json_strip_nulls(json_build_object('patient_id', d.patient_id, 'enrolment_id', d.enrolment_id,
			'kind', d.kind, 'rule', d.rule, 'last_on', d.last_on, 'due_on', d.due_on, 'overdue', d.due_on < clock_today(),
			'days_overdue', greatest(clock_today() - d.due_on, 0), 'instruments', d.instruments)),
		cursor_at(d.due_on::text, d.enrolment_id::text, d.kind), d.patient_id)::list_item
	from (select raise_unless(:path.id::uuid = any (app_unit_ids()), 404, 'not_found') as ok offset 0) g
	cross join lateral outcome_duties(:path.id::uuid) d
	where g.ok and (:query.kind::text is null or d.kind = :query.kind)
		and (:query.overdue::text is null or (d.due_on < clock_today()) = :query.overdue::boolean)
		and (:query.cursor::text is null or (d.due_on, d.enrolment_id, d.kind)
			> (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2)))
	order by d.due_on, d.enrolment_id, d.kind limit page_size(:query.limit) + 1), :query.limit) l
