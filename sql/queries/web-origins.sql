-- name: listWebOrigins
select coalesce(json_agg(x.body order by x.n) filter (where x.n <= page_size(:query.limit)), '[]') as body,
	case when max(x.n) > page_size(:query.limit) then max(x.cursor) filter (where x.n = page_size(:query.limit)) end as next
from (
	select json_build_object('id', o.id, 'version', o.version, 'origin', o.origin, 'note', o.note, 'created_at', o.created_at) as body,
		cursor_make(o.origin, o.id::text) as cursor, row_number() over (order by o.origin, o.id) as n
	from web_origin o
	where o.agency_id = app_agency_id()
		and (:query.cursor is null or (o.origin, o.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by o.origin, o.id
	limit page_size(:query.limit) + 1) x

-- name: getWebOrigin
select json_build_object('id', o.id, 'version', o.version, 'origin', o.origin, 'note', o.note, 'created_at', o.created_at) as body,
	o.version as etag
from web_origin o
where o.id = :path.id::uuid and o.agency_id = app_agency_id()

-- name: createWebOrigin
with made as (
	insert into web_origin (id, agency_id, origin, note)
	select :new.id::uuid, app_agency_id(), b ->> 'origin', b ->> 'note' from (select :body::jsonb b) t
	returning id)
select id from made

-- name: deleteWebOrigin
with gone as (
	delete from web_origin o
	where o.id = :path.id::uuid and o.agency_id = app_agency_id() and o.version::text = :header.if_match
	returning o.id)
select expect_one(count(*), 'web_origin', :path.id::uuid, :header.if_match) from gone
