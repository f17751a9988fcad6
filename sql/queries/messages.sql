-- Messages between units.

-- name: listMessages
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (message_json(m), cursor_at(to_json(m.sent_at) #>> '{}', m.id::text), m.patient_id)::list_item
	from message m
	where (app_agency_id() in (m.from_agency_id, m.to_agency_id) or m.patient_id = app_citizen_id())
		and (:query.status::text is null or m.state = :query.status)
		and (:query.direction::text is null or case :query.direction when 'IN' then m.to_agency_id = app_agency_id()
			else m.from_agency_id = app_agency_id() end)
		and (:query.unit_id::text is null or :query.unit_id::uuid in (m.from_unit_id, m.to_unit_id))
		and (:query.patient_id::text is null or m.patient_id = :query.patient_id::uuid)
		and (:query.thread_id::text is null or m.thread_id = :query.thread_id::uuid)
		and (:query.overdue::text is null or message_is_overdue(m) = :query.overdue::boolean)
		and (:query.cursor::text is null
			or (m.sent_at, m.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by m.sent_at desc, m.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createMessage
select message_send(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getMessage
select message_json(m) as body, m.version as etag, m.state, message_facts(m) as facts, show(m.patient_id) as noted
from message m where m.id = :path.id::uuid

-- name: getMessageResponseTimes
select jsonb_strip_nulls(jsonb_build_object('from', t.since, 'to', :query.to::timestamptz,
	'items', message_times(t.since, coalesce(:query.to::timestamptz, 'infinity')))) as body
from (select coalesce(:query.from::timestamptz, (clock_today() - 90)::timestamp at time zone 'Europe/Oslo') as since) t

-- name: messages.lock
select m.state, m.version, message_facts(m) as facts, m.patient_id from message m where m.id = :path.id::uuid
for update of m

-- name: messages.apply
select message_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
