-- Lists across rooms: what is missing, since when, by which rule. Migrations 0080 and 0081.

-- name: listPlanDuties
-- Begins with the enrolments that row security lets the caller see, which leaves out who has blocked the caller.
with duty as (
	select d.* from plan_duties(array(select e.id from enrolment e where e.unit_id = any (app_unit_ids()) and e.ended_at is null
		and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.patient_id::text is null or e.patient_id = :query.patient_id::uuid))) d
	where (:query.kind::text is null or d.kind = :query.kind)
		and (:query.overdue::text is null or (d.due_at < clock_now()) = :query.overdue::boolean)
), page as (
	select d.*, row_number() over (order by d.due_at, d.enrolment_id, d.kind) as row from duty d
	where :query.cursor::text is null or (d.due_at, d.enrolment_id, d.kind)
		> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2))
	order by d.due_at, d.enrolment_id, d.kind limit page_size(:query.limit) + 1
)
select coalesce(json_agg(plan_duty_json(p.enrolment_id, p.patient_id, p.unit_id, p.main_contact_id, p.kind, p.rule, p.since, p.due_at)
		order by p.row) filter (where p.row <= page_size(:query.limit)), '[]') as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(x.due_at::text, x.enrolment_id::text, x.kind) from page x
		where x.row = page_size(:query.limit)) end as next,
	show_all(array_agg(p.patient_id) filter (where p.row <= page_size(:query.limit)))
from page p

-- name: listResponsibilityGaps
with gaps as (
	select g.*, concat_ws(' ', g.rule, g.entity_id, g.staff_id, g.details::text) as key
	from responsibility_gaps(array(select e.id from enrolment e where e.unit_id = any (app_unit_ids())
		and e.ended_at is null and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.patient_id::text is null or e.patient_id = :query.patient_id::uuid))) g
	where :query.gap::text is null or g.gap = :query.gap
), page as (
	select g.*, row_number() over (order by g.since, g.enrolment_id, md5(g.key)) as row from gaps g
	where :query.cursor::text is null or (g.since, g.enrolment_id, md5(g.key))
		> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2))
	order by g.since, g.enrolment_id, md5(g.key) limit page_size(:query.limit) + 1
)
select coalesce(json_agg(jsonb_strip_nulls(jsonb_build_object('gap', p.gap, 'gap_nb', gap_word('responsibility-gap', p.gap),
		'rule', p.rule, 'rule_nb', gap_word('responsibility-gap-rule', p.rule), 'since', p.since, 'enrolment_id', p.enrolment_id,
		'patient_id', p.patient_id, 'unit', unit_brief(p.unit_id), 'entity', p.entity, 'entity_id', p.entity_id,
		'agencies', (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name) order by a.name), '[]') from agency a
			where a.id = any (p.agencies)), 'staff_id', p.staff_id, 'tasks', p.details)) order by p.row)
		filter (where p.row <= page_size(:query.limit)), '[]') as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(x.since::text, x.enrolment_id::text, md5(x.key)) from page x
		where x.row = page_size(:query.limit)) end as next,
	show_all(array_agg(p.patient_id) filter (where p.row <= page_size(:query.limit)))
from page p
