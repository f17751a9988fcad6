-- Rights in each other's record systems; rules stand in migration 0196.

-- name: listRecordSystemAccesses
select l.body, l.next
from list_page(array(
	select (record_system_access_json(a), cursor_at(to_json(a.created_at) #>> '{}', a.id::text), null)::list_item
	from record_system_access a
	where (:query.status::text is null or a.state = :query.status)
		and (:query.staff_id::text is null or a.staff_id = :query.staff_id::uuid)
		and (:query.unit_id::text is null or a.unit_id = :query.unit_id::uuid)
		and (:query.system_agency_id::text is null or a.system_agency_id = :query.system_agency_id::uuid)
		and (:query.cursor::text is null or (a.created_at, a.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by a.created_at desc, a.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createRecordSystemAccess
select record_system_access_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getRecordSystemAccess
select record_system_access_json(a) as body, a.version as etag, a.state, record_system_access_facts(a) as facts
from record_system_access a where a.id = :path.id::uuid

-- name: record-system-accesses.lock
select a.state, a.version, record_system_access_facts(a) as facts from record_system_access a where a.id = :path.id::uuid for update of a

-- name: record-system-accesses.apply
select record_system_access_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
