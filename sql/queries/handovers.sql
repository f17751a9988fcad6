-- Handovers: responsibility moves in two steps (domain.md I1).

-- name: listHandovers
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (handover_json(h), cursor_at(h.due_at::text, h.id::text), h.patient_id)::list_item
	from handover h
	where (app_agency_id() in (h.from_agency_id, h.to_agency_id) or h.patient_id = app_citizen_id())
		and (:query.status::text is null or h.state = :query.status)
		and (:query.entity::text is null or h.entity = (select k.entity from handover_kind k where k.resource = :query.entity))
		and (:query.entity_id::text is null or h.entity_id = :query.entity_id::uuid)
		and (:query.direction::text is null or case :query.direction when 'IN' then h.to_agency_id = app_agency_id()
			else h.from_agency_id = app_agency_id() end)
		and (:query.cursor::text is null or (h.due_at, h.id)
			> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by h.due_at, h.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createHandover
select handover_offer(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getHandover
select handover_json(h) as body, h.version::text as etag, h.state, handover_facts(h) as facts, show(h.patient_id)
from handover h where h.id = :path.id::uuid

-- name: handovers.lock
select h.state, h.version, handover_facts(h) as facts, h.patient_id
from (select handover_lock(:path.id::uuid) as id offset 0) l -- once, and not for each row that might be the one
join handover h on h.id = l.id
for update of h

-- name: handovers.apply
with moved as (
	update handover set state = :machine.to, decided_at = clock_now(), decided_by = app_staff_id(),
		decision_reason = :body::jsonb ->> 'reason'
	where id = :path.id::uuid and state = :machine.from
	returning *
)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id, staff_id,
	role, data)
select 'handovers', m.id, m.version, :machine.action, :machine.from, m.state, m.decision_reason, app_agency_id(),
	app_staff_id(), app_role(), jsonb_build_object('entity', m.entity, 'entity_id', m.entity_id)
from moved m

-- name: handovers.accept
select handover_settle(:path.id::uuid, 'accept')

-- name: handovers.reject
select handover_settle(:path.id::uuid, 'reject')

-- name: handovers.recall
select handover_settle(:path.id::uuid, 'recall')
