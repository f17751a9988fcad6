-- What those who work together learn together; rules stand in migration 0199.

-- name: listTrainingPackages
select l.body, l.next
from list_page(array(
	select (training_package_json(p), cursor_at(to_json(p.created_at) #>> '{}', p.id::text), null)::list_item
	from training_package p
	where (:query.unit_id::text is null or p.unit_id = :query.unit_id::uuid)
		and (:query.cursor::text is null or (p.created_at, p.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by p.created_at desc, p.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createTrainingPackage
select training_package_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getTrainingPackage
select training_package_json(p) as body, p.version as etag from training_package p where p.id = :path.id::uuid

-- name: completeTraining
select training_complete(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: listEvents
select l.body, l.next
from list_page(array(
	select (shared_event_json(e), cursor_at(e.planned_on::text, e.id::text), null)::list_item
	from shared_event e
	where (:query.kind::text is null or e.kind = :query.kind)
		and (:query.status::text is null or shared_event_status(e) = :query.status)
		and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.arena_id::text is null or e.arena_id = :query.arena_id::uuid)
		and (:query.cursor::text is null or (e.planned_on, e.id) < (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by e.planned_on desc, e.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createEvent
select shared_event_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getEvent
select shared_event_json(e) as body, e.version as etag from shared_event e where e.id = :path.id::uuid

-- name: updateEvent
select shared_event_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: listArenas
select l.body, l.next
from list_page(array(
	select (arena_json(a), cursor_at(to_json(a.created_at) #>> '{}', a.id::text), null)::list_item
	from arena a
	where :query.cursor::text is null or (a.created_at, a.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1))
	order by a.created_at desc, a.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createArena
select arena_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getArena
select arena_json(a) as body, a.version as etag from arena a where a.id = :path.id::uuid

-- name: updateArena
select arena_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: listHospitations
select l.body, l.next
from list_page(array(
	select (hospitation_json(h), cursor_at(h.starts_on::text, h.id::text), null)::list_item
	from hospitation h
	where (:query.unit_id::text is null or :query.unit_id::uuid in (h.from_unit_id, h.to_unit_id))
		and (:query.cursor::text is null or (h.starts_on, h.id) < (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by h.starts_on desc, h.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createHospitation
select hospitation_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getHospitation
select hospitation_json(h) as body, h.version as etag from hospitation h where h.id = :path.id::uuid

-- name: updateHospitation
select hospitation_change(:path.id::uuid, :header.if_match, :body::jsonb) as done
