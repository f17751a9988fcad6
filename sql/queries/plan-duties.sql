-- Lists across rooms: what is missing, since when, by which rule. Migrations 0080 and 0081.

-- name: listPlanDuties
-- Begins with the enrolments that row security lets the caller see, which leaves out who has blocked the caller.
with duty as (
	select d.* from plan_duties(array(select e.id from enrolment e where e.unit_id = any (app_unit_ids()) and e.ended_at is null
		and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.patient_id::text is null or e.patient_id = :query.patient_id::uuid))) d
	where (:query.kind::text is null or d.kind = :query.kind)
		and (:query.overdue::text is null or (d.due_at < clock_now()) = :query.overdue::boolean)
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (plan_duty_json(d.enrolment_id, d.patient_id, d.unit_id, d.main_contact_id, d.kind, d.rule, d.since, d.due_at),
		cursor_at(d.due_at::text, d.enrolment_id::text, d.kind), d.patient_id)::list_item
	from duty d
	where :query.cursor::text is null or (d.due_at, d.enrolment_id, d.kind)
		> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2))
	order by d.due_at, d.enrolment_id, d.kind limit page_size(:query.limit) + 1), :query.limit) l

-- name: listResponsibilityGaps
with gaps as (
	select g.*, md5(concat_ws(' ', g.rule, g.entity_id, g.staff_id, g.details::text)) as key
	from responsibility_gaps(array(select e.id from enrolment e where e.unit_id = any (app_unit_ids())
		and e.ended_at is null and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.patient_id::text is null or e.patient_id = :query.patient_id::uuid))) g
	where :query.gap::text is null or g.gap = :query.gap
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (jsonb_strip_nulls(jsonb_build_object('gap', g.gap, 'gap_nb', gap_word('responsibility-gap', g.gap),
			'rule', g.rule, 'rule_nb', gap_word('responsibility-gap-rule', g.rule), 'since', g.since, 'enrolment_id', g.enrolment_id,
			'patient_id', g.patient_id, 'unit', unit_brief(g.unit_id), 'entity', g.entity, 'entity_id', g.entity_id,
			'agencies', (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name) order by a.name), '[]')
				from agency a where a.id = any (g.agencies)), 'staff_id', g.staff_id, 'tasks', g.details)),
		cursor_at(g.since::text, g.enrolment_id::text, g.key), g.patient_id)::list_item
	from gaps g
	where :query.cursor::text is null or (g.since, g.enrolment_id, g.key)
		> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2))
	order by g.since, g.enrolment_id, g.key limit page_size(:query.limit) + 1), :query.limit) l
