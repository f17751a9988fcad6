-- name: listPatientObjections
select l.body, l.next
from list_page(array(
	select (objection_json(o), cursor_at(to_json(o.created_at) #>> '{}', o.id::text), null)::list_item
	from objection o
	where o.patient_id = :path.id::uuid and objection_is_mine(o) and not item_is_blocked(o.patient_id, o.id)
		and (:query.state is null or o.state = :query.state)
		and (:query.cursor is null
			or (o.created_at, o.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by o.created_at desc, o.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createObjection
with b as (select :body::jsonb b),
made as (
	insert into objection (id, patient_id, registered_by_agency, scope, resource_types, item_ids, against, against_id,
		against_roles, reason, medical_note)
	select :new.id::uuid, :path.id::uuid, app_agency_id(), n.scope, coalesce(n.resource_types, '{}'),
		coalesce(n.item_ids, '{}'), n.against, n.against_id, coalesce(n.against_roles, '{}'), n.reason,
		case when not app_is_citizen() then n.medical_note end
	from b, jsonb_populate_record(null::objection, b.b) n
	where objection_is_whole(n)
	returning id)
select id from made

-- name: getObjection
select objection_json(o) as body, o.version as etag, o.state, objection_facts(o) as facts
from (select admit('objections', :path.id::uuid, 'IDENTITY', false) as patient_id offset 0) g
cross join lateral (select o.* from objection o where o.id = :path.id::uuid and o.patient_id = g.patient_id
	offset 0) o
where objection_is_mine(o.*::objection)

-- name: objections.lock
select o.state, o.version, objection_facts(o) as facts, o.patient_id
from (select admit('objections', :path.id::uuid, 'IDENTITY', true) as patient_id offset 0) g
cross join lateral (select o.* from objection o where o.id = :path.id::uuid and o.patient_id = g.patient_id
	offset 0 for update) o
where objection_is_mine(o.*::objection)

-- name: objections.apply
with changed as (
	update objection o set state = :machine.to
	where o.id = :path.id::uuid
	returning o.id, o.version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'objections', id, version, :machine.action, :machine.from, :machine.to, :body::jsonb ->> 'reason',
	app_agency_id(), app_staff_id(), app_role()
from changed
