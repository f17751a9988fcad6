-- name: listAgencies
select l.body, l.next
from list_page(array(
	select (json_build_object('id', a.id, 'version', a.version, 'slug', a.slug, 'name', a.name, 'type', a.type,
			'organisation_number', a.organisation_number, 'municipality_number', a.municipality_number,
			'valid_from', a.valid_from, 'valid_to', a.valid_to, 'merged_into', a.merged_into,
			'created_at', a.created_at, 'updated_at', a.updated_at),
		cursor_at(a.name, a.id::text), null)::list_item
	from agency a
	where (:query.type is null or a.type = :query.type)
		and (:query.municipality_number is null or a.municipality_number = :query.municipality_number)
		and (:query.cursor is null or (a.name, a.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by a.name, a.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: getAgency
select json_build_object('id', a.id, 'version', a.version, 'slug', a.slug, 'name', a.name, 'type', a.type,
		'organisation_number', a.organisation_number, 'municipality_number', a.municipality_number,
		'valid_from', a.valid_from, 'valid_to', a.valid_to, 'merged_into', a.merged_into,
		'created_at', a.created_at, 'updated_at', a.updated_at) as body,
	a.version as etag
from agency a
where a.id = :path.id::uuid

-- name: createAgency
with b as (select :body::jsonb b),
made as (
	insert into agency (id, slug, name, type, organisation_number, municipality_number, valid_from, valid_to)
	select :new.id::uuid, b ->> 'slug', b ->> 'name', b ->> 'type', b ->> 'organisation_number',
		b ->> 'municipality_number', coalesce((b ->> 'valid_from')::date, clock_today()), (b ->> 'valid_to')::date
	from b
	returning id)
select id from made

-- name: updateAgency
with changed as (
	update agency a set name = n.name, municipality_number = n.municipality_number, valid_to = n.valid_to,
		merged_into = n.merged_into
	from agency o, jsonb_populate_record(o, :body::jsonb) n
	where o.id = a.id and a.id = :path.id::uuid and a.id = app_agency_id() and a.version::text = :header.if_match
	returning a.id)
select expect_one(count(*), 'agency', :path.id::uuid, :header.if_match) from changed
