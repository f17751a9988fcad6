-- name: listStaff
select l.body, l.next
from list_page(array(
	select (staff_json(s), cursor_at(s.name, s.id::text), null)::list_item
	from staff s
	where (:query.agency_id is null or s.agency_id = :query.agency_id::uuid)
		and ((:query.unit_id is null and :query.role is null) or exists (select 1 from staff_membership m
			where m.staff_id = s.id and m.state = 'ACTIVE' and (m.valid_to is null or m.valid_to > clock_today())
				and (:query.unit_id is null or m.unit_id = :query.unit_id::uuid)
				and (:query.role is null or m.role = :query.role)))
		and (:query.cursor is null or (s.name, s.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by s.name, s.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: getStaff
select staff_json(s) as body, s.version as etag from staff s where s.id = :path.id::uuid

-- name: createStaff
with made as (
	insert into staff (id, agency_id, subject, name, profession, is_health_personnel, hpr_number, email, phone,
		valid_from, valid_to)
	select :new.id::uuid, app_agency_id(), n.subject, n.name, n.profession, coalesce(n.is_health_personnel, false),
		n.hpr_number, n.email, n.phone, coalesce(n.valid_from, clock_today()), n.valid_to
	from jsonb_populate_record(null::staff, :body::jsonb) n
	returning id)
select id from made

-- name: updateStaff
with changed as (
	update staff s set name = n.name, profession = n.profession, is_health_personnel = n.is_health_personnel,
		hpr_number = n.hpr_number, email = n.email, phone = n.phone, valid_to = n.valid_to
	from staff o, jsonb_populate_record(o, :body::jsonb) n
	where o.id = s.id and s.id = :path.id::uuid and s.version::text = :header.if_match
	returning s.id)
select expect_one(count(*), 'staff', :path.id::uuid, :header.if_match) from changed

-- name: listStaffMemberships
select l.body, l.next,
	raise_unless(exists (select from staff where id = :path.id::uuid), 404, 'not_found') as known
from list_page(array(
	select (membership_json(m), cursor_at(m.valid_from::text, m.id::text), null)::list_item
	from staff_membership m
	where m.staff_id = :path.id::uuid and (not app_gate('o') or m.staff_id = app_staff_id())
		and (:query.cursor is null
			or (m.valid_from::text, m.id) > (cursor_part(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by m.valid_from, m.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createStaffMembership
-- The unit's side makes a member at once; the employer of the person can only propose one.
with b as (select :body::jsonb b),
made as (
	insert into staff_membership (id, staff_id, unit_id, role, percent, exception_reason, funding, supporting_unit_id, equipment,
		state, valid_from, valid_to)
	select :new.id::uuid, s.id, u.id, b ->> 'role', (b ->> 'percent')::int, b ->> 'exception_reason',
		coalesce(b ->> 'funding', 'OWN'), (b ->> 'supporting_unit_id')::uuid, coalesce(b -> 'equipment', '[]'),
		case when u.agency_id = app_agency_id() and (app_role() <> 'TL' or u.id = any (app_unit_ids()))
			then coalesce(b ->> 'state', 'ACTIVE') else 'PROPOSED' end,
		coalesce((b ->> 'valid_from')::date, clock_today()), (b ->> 'valid_to')::date
	from b
	join staff s on s.id = :path.id::uuid
	left join unit u on u.id = (b ->> 'unit_id')::uuid
	where raise_unless(u.id is not null, 422, 'unknown_reference',
			fault('/unit_id', 'reference', 'is no unit that is known here'))
		and raise_unless(b ->> 'supporting_unit_id' is null
			or exists (select 1 from unit x where x.id = (b ->> 'supporting_unit_id')::uuid), 422, 'unknown_reference',
			fault('/supporting_unit_id', 'reference', 'is no unit that is known here'))
		and raise_unless(not exists (select 1 from jsonb_array_elements(coalesce(b -> 'equipment', '[]')) e
				where not exists (select 1 from agency a where a.id = (e ->> 'owner_agency_id')::uuid)), 422, 'unknown_reference',
			fault('/equipment', 'reference', 'belongs to an agency that is not known here'))
		and raise_unless(b ->> 'exception_reason' is not null
			or not needs_exception_reason(u.id, b ->> 'role', (b ->> 'percent')::int), 422, 'missing_fact',
			fault('/exception_reason', 'required', 'is required for less than half a post in a team'))
		-- nobody gives a role to themselves
		and raise_unless(not may_be_caller(s.id), 403, 'same_person')
	returning id)
select id from made

-- name: getMembership
select membership_json(m) as body, m.version as etag, m.state,
	membership_facts(m) as facts
from staff_membership m
where m.id = :path.id::uuid and (not app_gate('o') or m.staff_id = app_staff_id())

-- name: memberships.lock
select m.state, m.version, membership_facts(m) as facts, null::uuid as patient_id
from staff_membership m where m.id = :path.id::uuid
for update

-- name: memberships.apply
with changed as (
	update staff_membership m set state = :machine.to,
		valid_to = case when :machine.action = 'end'
			then coalesce((:body::jsonb ->> 'valid_to')::date, clock_today()) else m.valid_to end
	where m.id = :path.id::uuid
	returning m.id, m.version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'memberships', id, version, :machine.action, :machine.from, :machine.to, :body::jsonb ->> 'reason',
	app_agency_id(), app_staff_id(), app_role()
from changed
