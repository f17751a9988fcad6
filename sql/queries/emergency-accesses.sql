-- name: listEmergencyAccesses
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (emergency_json(e), cursor_at(to_json(e.opened_at) #>> '{}', e.id::text), e.patient_id)::list_item
	from emergency_access e
	where (:query.state is null or emergency_state(e) = :query.state)
		and (:query.patient_id is null or e.patient_id = :query.patient_id::uuid)
		and (:query.cursor is null
			or (e.opened_at, e.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by e.opened_at desc, e.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createEmergencyAccess
select open_emergency(:new.id::uuid, :body::jsonb) as id

-- name: getEmergencyAccess
select emergency_json(e) as body, e.version as etag, emergency_state(e) as state, emergency_facts(e) as facts,
	show(e.patient_id) as noted
from emergency_access e where e.id = :path.id::uuid

-- name: emergency-accesses.lock
select emergency_state(e) as state, e.version, emergency_facts(e) as facts, e.patient_id
from emergency_access e where e.id = :path.id::uuid
for update

-- name: emergency-accesses.apply
with changed as (
	update emergency_access e set state = :machine.to, reviewed_by = app_staff_id(),
		review_note = :body::jsonb ->> 'note'
	where e.id = :path.id::uuid
	returning e.id, e.version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'emergency-accesses', id, version, :machine.action, :machine.from, :machine.to, :body::jsonb ->> 'note',
	app_agency_id(), app_staff_id(), app_role()
from changed
