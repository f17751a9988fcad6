-- Batches of an agency's own, and what is said of their rows.

-- name: listImports
select l.body, l.next
from list_page(array(
	select (import_json(b), cursor_at(b.created_at::text, b.id::text), null)::list_item
	from import_batch b
	where b.agency_id = app_agency_id() and (:query.batch_id::text is null or b.batch_id = :query.batch_id)
		and (:query.type::text is null or b.type = :query.type) and (:query.state::text is null or b.state = :query.state)
		and (:query.cursor::text is null or (b.created_at, b.id)
			< (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by b.created_at desc, b.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: getImport
select import_json(b) as body from import_batch b where b.id = :path.id::uuid

-- name: getImportRow
select x.body from (select import_row(:path.id::uuid, :path.number::int) as body) x where x.body is not null
