-- Plans (domain.md §3, §4.4). What must hold whoever asks stands in migrations 0050 to 0054.

-- name: listPlans
-- Begins with the persons whom the caller's units are related to; each row by the cell of its kind, and in order, so that
-- no more rows and cells are asked for than the page takes. What is said of them is computed for the page at once.
with asked as materialized (
	select case when plan_list_admit(:query.patient_id::uuid) then case when :query.patient_id::text is null then related_persons()
		else array[:query.patient_id::uuid] end end as persons
), page as materialized (
	select r.p, o.id, coalesce((r.p).next_review_on::timestamptz, 'infinity') as due, r.cell, o.n
	from plans_in_order((select persons from asked), :query.kind, :query.coordinator_staff_id::uuid, :query.unit_id::uuid,
		cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)) with ordinality o (id, n)
	cross join lateral (select x as p, plan_cell(x) as cell from plan x where x.id = o.id offset 0) r
	where r.cell is not null and (:query.status::text is null or plan_state(r.p) = :query.status)
		-- who sees the state alone learns no more by asking for it
		and (r.cell ->> 'level' <> 'S' or (:query.coordinator_staff_id::text is null and :query.unit_id::text is null))
	order by o.n limit page_size(:query.limit) + 1
), judged as materialized (
	select valid_plans(array(select (f.p).patient_id from page f), array(select f.id from page f where f.cell ->> 'level' <> 'S')) as valid,
		array(select m.plan_id from measure m where m.plan_id = any (array(select f.id from page f)) and m.state = 'PROPOSED') as proposed
), coordinated as materialized (
	select c.plan_id, c.coordinator from plan_coordinators(array(select f.p from page f where f.cell ->> 'level' <> 'S')) c
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (plan_brief_json(f.p, f.cell, k.coordinator, f.id = any (j.valid), f.id = any (j.valid) and f.id <> all (j.proposed)),
		cursor_at(f.due::text, f.id::text), (f.p).patient_id)::list_item
	from page f cross join judged j left join coordinated k on k.plan_id = f.id order by f.n), :query.limit) l

-- name: createPlan
select plan_create(:new.id::uuid, :body::jsonb) as id

-- name: getPlan
select plan_json(p, plan_belongings(p), plan_cell(p)) as body, p.version::text as etag, plan_state(p) as state,
	plan_facts(p) as facts
from plan_seen(:path.id::uuid) p

-- name: getPlan.as_of
-- The version in force then; who may see it, and how much, is decided now.
select plan_json(jsonb_populate_record(p, (v.content -> 'plan') - '{version,state,coordinator_agency_id,consent_id}'::text[]),
		v.content - 'plan', plan_cell(p)) as body,
	p.version::text as etag
from plan_seen(:path.id::uuid) p
cross join lateral (select x.content from plan_version x where x.plan_id = p.id
	and x.valid_from <= :query.as_of::timestamptz order by x.number desc limit 1) v

-- name: updatePlan
select expect_one((select plan_change(p, :body::jsonb) from plan_writable(:path.id::uuid) p
	where p.version::text = :header.if_match), 'plan', :path.id::uuid, :header.if_match) as done

-- name: setPlanCoordinator
select expect_one((select plan_hand_to(p, :body::jsonb) from plan_locked(:path.id::uuid) p
	where p.version::text = :header.if_match), 'plan', :path.id::uuid, :header.if_match) as done

-- name: plans.lock
select plan_state(p) as state, p.version, plan_facts(p) as facts, p.patient_id
from plan_locked(:path.id::uuid) p

-- name: plans.apply
select (plan_apply(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)).version as version

-- name: plans.refused
select case :machine.refusal
	when 'plan_incomplete' then (select jsonb_agg(jsonb_build_object('pointer', '', 'code', x.key, 'detail', 'is missing: ' || c.display_en) order by c.sort)
		from jsonb_each(plan_parts(p)) x join code_concept c on c.system_code = 'plan-part' and c.code = x.key
		where x.key <> 'consent' and not x.value::boolean)
	when 'measures_open' then measure_faults(array(select m from measure m where m.plan_id = p.id and measure_is_open(m.state))) end as body
from plan_locked(:path.id::uuid) p

-- name: getPlanCompleteness
select plan_completeness_json(p) as body, p.version::text as etag
from plan_seen(:path.id::uuid) p
where raise_unless(plan_is_told(p), 403, 'forbidden')

-- name: listPlanVersions
select coalesce(json_agg(plan_version_json(v) order by v.number desc) filter (where v.id is not null), '[]') as body
from plan_seen(:path.id::uuid) p left join plan_version v on v.plan_id = p.id
where raise_unless(plan_is_told(p), 403, 'forbidden')
group by p.id

-- name: listPlanGoals
select coalesce(json_agg(plan_goal_json(g) order by g.created_at, g.id) filter (where g.id is not null), '[]') as body
from plan_seen(:path.id::uuid) p left join plan_goal g on g.plan_id = p.id and g.removed_at is null
where raise_unless(plan_shows_all(p), 403, 'forbidden')
group by p.id

-- name: createPlanGoal
select plan_add_goal(p, :new.id::uuid, :body::jsonb) as id from plan_writable(:path.id::uuid) p

-- name: getPlanGoal
-- As the answer to a POST the path has no plan yet, so the location is told.
select plan_goal_json(g) as body, g.version::text as etag,
	case when :path.plan_id::text is null then '/api/v1/plans/' || g.plan_id || '/goals/' || g.id end as location
from plan_seen(coalesce(:path.plan_id::uuid, (select x.plan_id from plan_goal x where x.id = :path.id::uuid))) p
join plan_goal g on g.plan_id = p.id and g.id = :path.id::uuid
where raise_unless(plan_shows_all(p), 403, 'forbidden')

-- name: updatePlanGoal
select expect_one((select plan_change_goal(g, :body::jsonb) from plan_writable(:path.plan_id::uuid) p
	join plan_goal g on g.plan_id = p.id and g.id = :path.id::uuid
	where g.version::text = :header.if_match and plan_is_editable(p)), 'plan_goal', :path.id::uuid, :header.if_match) as done

-- name: listPlanParticipants
select coalesce(json_agg(plan_participant_json(t) order by t.joined_at, t.id) filter (where t.id is not null), '[]') as body
from plan_seen(:path.id::uuid) p left join plan_participant t on t.plan_id = p.id
where raise_unless(plan_is_told(p), 403, 'forbidden')
group by p.id

-- name: createPlanParticipant
select plan_add_participant(p, :new.id::uuid, :body::jsonb) as id from plan_writable(:path.id::uuid) p

-- name: getPlanParticipant
select plan_participant_json(t) as body, t.version::text as etag,
	case when :path.plan_id::text is null then '/api/v1/plans/' || t.plan_id || '/participants/' || t.id end as location
from plan_seen(coalesce(:path.plan_id::uuid, (select x.plan_id from plan_participant x where x.id = :path.id::uuid))) p
join plan_participant t on t.plan_id = p.id and t.id = :path.id::uuid
where raise_unless(plan_is_told(p), 403, 'forbidden')

-- name: updatePlanParticipant
select expect_one((select plan_change_participant(t, :body::jsonb) from plan_writable(:path.plan_id::uuid) p
	join plan_participant t on t.plan_id = p.id and t.id = :path.id::uuid
	where t.version::text = :header.if_match), 'plan_participant', :path.id::uuid, :header.if_match) as done

-- name: listPlanReviews
select coalesce(json_agg(plan_review_json(r) order by r.held_at desc, r.id) filter (where r.id is not null), '[]') as body
from plan_seen(:path.id::uuid) p left join plan_review r on r.plan_id = p.id
where raise_unless(plan_shows_all(p), 403, 'forbidden')
group by p.id

-- name: createPlanReview
select plan_add_review(p, :new.id::uuid, :body::jsonb) as id from plan_writable(:path.id::uuid) p

-- name: getPlanReview
select plan_review_json(r) as body, r.version::text as etag,
	case when :path.plan_id::text is null then '/api/v1/plans/' || r.plan_id || '/reviews/' || r.id end as location
from plan_seen(coalesce(:path.plan_id::uuid, (select x.plan_id from plan_review x where x.id = :path.id::uuid))) p
join plan_review r on r.plan_id = p.id and r.id = :path.id::uuid
where raise_unless(plan_shows_all(p), 403, 'forbidden')

-- name: printPlan
select plan_page(p, :query.part) as body, p.version::text as etag, page_style_hash() as style_hash
from plan_seen(:path.id::uuid) p
where raise_unless(plan_cell(p) ->> 'level' <> 'S', 403, 'forbidden')
