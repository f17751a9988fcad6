-- Contacts with a person: planned, held, missed (domain.md §2.5).

-- name: listContacts
-- Of one person through the gate, else of the caller's own units; the latest first.
with asked as materialized (
	select case when :query.patient_id::text is not null
		then admit_listed(:query.patient_id::uuid, 'contacts', 'HEALTH_SUMMARY') end as persons
)
select l.body, l.next,
	case when :query.patient_id::text is not null then show(:query.patient_id::uuid) else show_all(l.persons) end as noted
from list_page(array(
	select (contact_json(c.*::contact), cursor_at(c.at::text, c.id::text), c.patient_id)::list_item
	from asked cross join lateral (
		select c.* from contact c where c.patient_id = any (asked.persons)
		union all
		select c.* from contact c where asked.persons is null and c.patient_id is distinct from app_citizen_id()
			and c.unit_id = any (app_unit_ids())
		union all
		select c.* from contact c where asked.persons is null and c.patient_id = app_citizen_id() offset 0) c
	-- who sees the state alone learns no more by asking for it
	where (:query.unit_id::text is null or (c.unit_id = :query.unit_id::uuid and app_cell() <> 'S'))
		and (:query.status::text is null or c.state = :query.status)
		and (:query.staff_id::text is null or app_cell() <> 'S' and exists (select 1 from contact_staff s
			where s.contact_id = c.id and s.staff_id = :query.staff_id::uuid))
		and (:query.from::text is null or c.at >= :query.from::timestamptz)
		and (:query.to::text is null or c.at < :query.to::timestamptz)
		and (:query.cursor::text is null or (c.at, c.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
		and contact_is_mine(c.*::contact)
	order by c.at desc, c.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createContact
select contact_register(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getContact
select contact_json(c) as body, c.version::text as etag, c.state, contact_facts(c) as facts
from (select admit('contacts', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select c.* from contact c where c.id = :path.id::uuid and c.patient_id = g.patient_id offset 0) c
where contact_is_mine(c.*::contact)

-- name: updateContact
select contact_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: contacts.lock
select c.state, c.version, contact_facts(c) as facts, c.patient_id
from (select admit('contacts', :path.id::uuid, 'HEALTH_SUMMARY', true) as patient_id offset 0) g
cross join lateral (select c.* from contact c where c.id = :path.id::uuid and c.patient_id = g.patient_id
	offset 0 for update) c
where contact_is_mine(c.*::contact)

-- name: contacts.apply
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id, staff_id,
	role)
select 'contacts', :path.id::uuid, contact_step(:path.id::uuid, :machine.to, :body::jsonb), :machine.action, :machine.from,
	:machine.to, :body::jsonb ->> 'reason', app_agency_id(), app_staff_id(), app_role()
