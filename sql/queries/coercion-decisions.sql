-- Decisions on coercion.

-- name: listCoercionDecisions
-- With a person: through the gate. Without: those of the persons to whom the caller's units are related.
with asked as materialized (
	select case when :query.patient_id::text is null then related_persons()
		else admit_listed(:query.patient_id::uuid, 'coercion-decisions', 'COERCION') end as persons
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (coercion_json(f.d), cursor_at((f.d).decided_at::text, (f.d).id::text), (f.d).patient_id)::list_item
	from asked cross join lateral (
		select d from coercion_decision d
		where d.patient_id = any (asked.persons) and (:query.status::text is null or d.state = :query.status)
			and (:query.patient_id::text is null or not item_is_blocked(d.patient_id, d.id))
			and (:query.cursor::text is null or (d.decided_at, d.id)
				< (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
		order by d.decided_at desc, d.id desc limit page_size(:query.limit) + 1) f
	order by (f.d).decided_at desc, (f.d).id desc), :query.limit) l

-- name: createCoercionDecision
select coercion_enter(:new.id::uuid, :body::jsonb) as id

-- name: getCoercionDecision
select coercion_json(d) as body, d.version as etag, d.state, coercion_facts(d) as facts
from (select admit('coercion-decisions', :path.id::uuid, 'COERCION', false) as patient_id offset 0) g
cross join lateral (select x.* from coercion_decision x where x.id = :path.id::uuid and x.patient_id = g.patient_id
	offset 0) d

-- name: updateCoercionDecision
select expect_one(coercion_correct(:path.id::uuid, :body::jsonb, :header.if_match), 'coercion_decision', :path.id::uuid,
	:header.if_match) as done
from (select admit('coercion-decisions', :path.id::uuid, 'COERCION', true) as patient_id offset 0) g
where g.patient_id is not null

-- name: coercion-decisions.lock
select d.state, d.version, coercion_facts(d) as facts, d.patient_id
from (select admit('coercion-decisions', :path.id::uuid, 'COERCION', true) as patient_id offset 0) g
cross join lateral (select x.* from coercion_decision x where x.id = :path.id::uuid and x.patient_id = g.patient_id
	offset 0 for update) d

-- name: coercion-decisions.apply
with step as (
	select coercion_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb, :new.id::uuid) as version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'coercion-decisions', :path.id::uuid, version, :machine.action, :machine.from, :machine.to,
	:body::jsonb ->> 'reason', app_agency_id(), app_staff_id(), app_role()
from step
