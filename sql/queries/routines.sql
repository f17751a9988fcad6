-- Routines for working together; rules stand in migration 0195.

-- name: listRoutines
select l.body, l.next
from list_page(array(
	select (routine_json(r), cursor_at(to_json(r.created_at) #>> '{}', r.id::text), null)::list_item
	from routine r
	where (:query.kind::text is null or r.kind = :query.kind)
		and (:query.status::text is null or routine_status(r) = :query.status)
		and (:query.agency_id::text is null or :query.agency_id::uuid = any (r.parties || r.owner_agency_id))
		and (:query.series_id::text is null or r.series_id = :query.series_id::uuid)
		and (:query.cursor::text is null or (r.created_at, r.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by r.created_at desc, r.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createRoutine
select routine_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getRoutine
select routine_json(r) as body, r.version as etag, r.state, routine_facts(r) as facts from routine r where r.id = :path.id::uuid

-- name: updateRoutine
select routine_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: routines.lock
select r.state, r.version, routine_facts(r) as facts from routine r where r.id = :path.id::uuid for update of r

-- name: routines.apply
select routine_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
