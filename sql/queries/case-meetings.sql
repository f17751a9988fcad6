-- Case meetings.

-- name: listCaseMeetings
-- Those that the caller is invited to, and those about persons within the caller's reach.
with asked as materialized (select open_meetings() as ok)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (case_meeting_json(m.*::case_meeting), cursor_at(to_json(m.starts_at) #>> '{}', m.id::text), m.patient_id)::list_item
	from asked a cross join lateral (
		select x.* from case_meeting x
		where a.ok and x.id = any (nullif(current_setting('app.meetings', true), '')::uuid[])
		union
		select x.* from persons_within_reach('case-meetings', 'PLAN') r join case_meeting x on x.patient_id = r
		where a.ok) m
	where not item_is_blocked(m.patient_id, m.id)
		and (:query.patient_id::text is null or m.patient_id = :query.patient_id::uuid)
		and (:query.status::text is null or m.state = :query.status)
		and (:query.cursor::text is null
			or (m.starts_at, m.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by m.starts_at desc, m.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createCaseMeeting
select case_meeting_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getCaseMeeting
select case_meeting_json(m) as body, m.version as etag, m.state, case_meeting_facts(m) as facts
from (select case_meeting_admit(:path.id::uuid, false) as patient_id offset 0) g
cross join lateral (select m.* from case_meeting m where m.id = :path.id::uuid and m.patient_id = g.patient_id
	offset 0) m

-- name: updateCaseMeeting
select case_meeting_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: case-meetings.lock
select m.state, m.version, case_meeting_facts(m) as facts, m.patient_id
from (select case_meeting_admit(:path.id::uuid, true) as patient_id offset 0) g
join case_meeting m on m.id = :path.id::uuid and m.patient_id = g.patient_id
for update of m

-- name: case-meetings.apply
select case_meeting_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
