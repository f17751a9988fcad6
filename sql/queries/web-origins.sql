-- name: listWebOrigins
select l.body, l.next
from list_page(array(
	select (json_build_object('id', o.id, 'version', o.version, 'origin', o.origin, 'note', o.note, 'created_at', o.created_at),
		cursor_at(o.origin, o.id::text), null)::list_item
	from web_origin o
	where o.agency_id = app_agency_id()
		and (:query.cursor is null or (o.origin, o.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by o.origin, o.id limit page_size(:query.limit) + 1), :query.limit) l

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
