-- Milestones and decision points; rules stand in migration 0198.

-- name: listMilestones
select l.body, l.next
from list_page(array(
	select (milestone_json(m), cursor_at(coalesce(m.due_on, 'infinity')::text, m.id::text), null)::list_item
	from milestone m
	where (:query.project_id::text is null or m.project_id = :query.project_id::uuid)
		and (:query.status::text is null or m.state = :query.status)
		and (:query.late::text is null or coalesce(milestone_is_late(m), false) = :query.late::boolean)
		and (:query.cursor::text is null or (coalesce(m.due_on, 'infinity'), m.id) > (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by coalesce(m.due_on, 'infinity'), m.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createMilestone
select milestone_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getMilestone
select milestone_json(m) as body, m.version as etag, m.state, milestone_facts(m) as facts from milestone m where m.id = :path.id::uuid

-- name: milestones.lock
select m.state, m.version, milestone_facts(m) as facts from milestone m where m.id = :path.id::uuid for update of m

-- name: milestones.apply
select milestone_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)

-- name: listDecisionPoints
select l.body, l.next
from list_page(array(
	select (decision_point_json(d), cursor_at(coalesce(d.decide_by, 'infinity')::text, d.id::text), null)::list_item
	from decision_point d
	where (:query.project_id::text is null or d.project_id = :query.project_id::uuid)
		and (:query.status::text is null or d.state = :query.status)
		and (:query.cursor::text is null or (coalesce(d.decide_by, 'infinity'), d.id) > (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by coalesce(d.decide_by, 'infinity'), d.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createDecisionPoint
select decision_point_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getDecisionPoint
select decision_point_json(d) as body, d.version as etag, d.state, decision_point_facts(d) as facts from decision_point d where d.id = :path.id::uuid

-- name: decision-points.lock
select d.state, d.version, decision_point_facts(d) as facts from decision_point d where d.id = :path.id::uuid for update of d

-- name: decision-points.apply
select decision_point_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
