-- name: listPatientConsents
-- Agencies that are not health care see those that they own, give or get.
select l.body, l.next
from list_page(array(
	select (consent_json(c), cursor_at(to_json(c.created_at) #>> '{}', c.id::text), null)::list_item
	from consent c
	where c.patient_id = :path.id::uuid and consent_is_mine(c) and not item_is_blocked(c.patient_id, c.id)
		and (:query.state is null or consent_state(c) = :query.state)
		and (:query.cursor is null
			or (c.created_at, c.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by c.created_at desc, c.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createConsent
select insert_consent(:new.id::uuid, :path.id::uuid, :body::jsonb, 'REQUESTED', null) as id

-- name: getConsent
select consent_json(c) as body, c.version as etag, consent_state(c) as state, consent_facts(c) as facts
from (select admit('consents', :path.id::uuid, 'IDENTITY', false) as patient_id offset 0) g
cross join lateral (select c.* from consent c where c.id = :path.id::uuid and c.patient_id = g.patient_id
	offset 0) c
where consent_is_mine(c.*::consent)

-- name: consents.lock
select consent_state(c) as state, c.version, consent_facts(c) as facts, c.patient_id
from (select admit('consents', :path.id::uuid, 'IDENTITY', true) as patient_id offset 0) g
cross join lateral (select c.* from consent c where c.id = :path.id::uuid and c.patient_id = g.patient_id
	offset 0 for update) c
where consent_is_mine(c.*::consent)

-- name: consents.apply
with step as (
	select consent_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb, :new.id::uuid) as version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'consents', :path.id::uuid, version, :machine.action, :machine.from, :machine.to, :body::jsonb ->> 'reason',
	app_agency_id(), app_staff_id(), app_role()
from step
