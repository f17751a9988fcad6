-- Projects, their bodies, and agreements; rules stand in migration 0197.

-- name: listProjects
select l.body, l.next
from list_page(array(
	select (project_json(p), cursor_at(to_json(p.created_at) #>> '{}', p.id::text), null)::list_item
	from project p
	where :query.cursor::text is null or (p.created_at, p.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1))
	order by p.created_at desc, p.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createProject
select project_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getProject
select project_json(p) as body, p.version as etag from project p where p.id = :path.id::uuid

-- name: updateProject
select project_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: approveProject
select project_approve(:path.id::uuid, :header.if_match, :body::jsonb ->> 'acted_as') as done

-- name: listProjectBodies
select l.body, l.next
from list_page(array(
	select (project_body_json(b), cursor_at(to_json(b.created_at) #>> '{}', b.id::text), null)::list_item
	from project_body b
	where (:query.project_id::text is null or b.project_id = :query.project_id::uuid)
		and (:query.kind::text is null or b.kind = :query.kind)
		and (:query.cursor::text is null or (b.created_at, b.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by b.created_at desc, b.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createProjectBody
select project_body_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getProjectBody
select project_body_json(b) as body, b.version as etag from project_body b where b.id = :path.id::uuid

-- name: updateProjectBody
select project_body_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: listAgreements
select l.body, l.next
from list_page(array(
	select (agreement_json(a), cursor_at(to_json(a.created_at) #>> '{}', a.id::text), null)::list_item
	from agreement a
	where (:query.project_id::text is null or a.project_id = :query.project_id::uuid)
		and (:query.status::text is null or agreement_status(a) = :query.status)
		and (:query.cursor::text is null or (a.created_at, a.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by a.created_at desc, a.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createAgreement
select agreement_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getAgreement
select agreement_json(a) as body, a.version as etag from agreement a where a.id = :path.id::uuid

-- name: updateAgreement
select agreement_change(:path.id::uuid, :header.if_match, :body::jsonb) as done
