-- name: listUnits
select l.body, l.next
from list_page(array(
	select (unit_json(u), cursor_at(u.name, u.id::text), null)::list_item
	from unit u
	where (:query.agency_id is null or u.agency_id = :query.agency_id::uuid)
		and (:query.type is null or u.type = :query.type)
		and (:query.receives_concern_reports is null
			or u.receives_concern_reports = :query.receives_concern_reports::boolean)
		and (:query.cursor is null or (u.name, u.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by u.name, u.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: getUnit
select unit_json(u) as body, u.version as etag from unit u where u.id = :path.id::uuid

-- name: createUnit
with made as (
	insert into unit (id, agency_id, name, type, resh_id, receives_concern_reports, phone, email, config, valid_from,
		valid_to)
	select :new.id::uuid, app_agency_id(), n.name, n.type, n.resh_id, coalesce(n.receives_concern_reports, false),
		n.phone, n.email, coalesce(n.config, '{}'), coalesce(n.valid_from, clock_today()), n.valid_to
	from jsonb_populate_record(null::unit, :body::jsonb) n
	returning id)
select id from made

-- name: updateUnit
with changed as (
	update unit u set name = n.name, type = n.type, resh_id = n.resh_id, phone = n.phone, email = n.email,
		receives_concern_reports = n.receives_concern_reports, config = coalesce(n.config, '{}'), valid_to = n.valid_to
	from unit o, jsonb_populate_record(o, :body::jsonb) n
	where o.id = u.id and u.id = :path.id::uuid and u.version::text = :header.if_match
		and u.agency_id = app_agency_id() and (app_role() = 'SA' or u.id = any (app_unit_ids()))
	returning u.id)
select expect_one(count(*), 'unit', :path.id::uuid, :header.if_match) from changed

-- name: getUnitStaffing
select staffing_json(u) as body from unit u where u.id = :path.id::uuid
