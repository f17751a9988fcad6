-- Who does what around a team.

-- name: listResponsibilityMatrices
select l.body, l.next
from list_page(array(
	select (responsibility_matrix_json(m), cursor_at(to_json(m.created_at) #>> '{}', m.id::text), null)::list_item
	from responsibility_matrix m
	where (:query.unit_id::text is null or m.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or m.state = :query.status)
		and (:query.cursor::text is null
			or (m.created_at, m.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by m.created_at desc, m.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createResponsibilityMatrix
select responsibility_matrix_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getResponsibilityMatrix
select responsibility_matrix_json(m) as body, m.version as etag, m.state, responsibility_matrix_facts(m) as facts
from responsibility_matrix m where m.id = :path.id::uuid

-- name: updateResponsibilityMatrix
select responsibility_matrix_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: responsibility-matrices.lock
select m.state, m.version, responsibility_matrix_facts(m) as facts
from responsibility_matrix m where m.id = :path.id::uuid
for update of m

-- name: responsibility-matrices.apply
select responsibility_matrix_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
