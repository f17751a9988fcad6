-- Batches of an agency's own, and what is said of their rows.

-- name: listImports
select l.body, l.next
from list_page(array(
	select (import_json(b), cursor_make(b.created_at::text, b.id::text), null)::list_item
	from import_batch b
	where b.agency_id = app_agency_id() and (:query.batch_id::text is null or b.batch_id = :query.batch_id)
		and (:query.type::text is null or b.type = :query.type) and (:query.state::text is null or b.state = :query.state)
		and (:query.cursor::text is null or (b.created_at, b.id)
			< (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by b.created_at desc, b.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: getImport
select import_json(b) as body from import_batch b where b.id = :path.id::uuid

-- name: getImportReport
-- 10,000 lines end with a whole row: what is said of one stands in one answer.
select coalesce(string_agg(l.line, '' order by l.row_no, l.id), '') as body
from import_batch b
left join lateral (
	select m.row_no, m.id, json_strip_nulls(json_build_object('row', m.row_no, 'source_id', m.source_id, 'severity', m.severity,
		'code', m.code, 'field', m.field, 'message', m.message))::text || chr(10) as line
	from import_remark m
	where m.batch_id = b.id and m.row_no > coalesce(:query.after::int, 0) and m.row_no <= coalesce((select x.row_no
		from import_remark x where x.batch_id = b.id and x.row_no > coalesce(:query.after::int, 0)
		order by x.row_no, x.id offset 10000 limit 1) - 1, 2147483647)) l on true
where b.id = :path.id::uuid
group by b.id
