-- The team's board: categories, entries, meetings, intensity (domain.md §2.2, §2.3). The board itself stands in
-- board-view.sql.

-- name: listBoardCategories
select coalesce(json_agg(board_category_json(c) order by c.unit_id, c.sort, c.code), '[]') as body
from board_category c
where c.unit_id = any (app_unit_ids()) and (:query.unit_id::text is null or c.unit_id = :query.unit_id::uuid)

-- name: createBoardCategory
insert into board_category (id, unit_id, code, name, sort, review_working_days, minimum_contacts, counts_attempts,
	minimum_days, maximum_days)
select :new.id::uuid, n.unit_id, n.code, n.name, coalesce(n.sort, 100), n.review_working_days,
	coalesce(n.minimum_contacts, 0), coalesce(n.counts_attempts, false), n.minimum_days, n.maximum_days
from jsonb_populate_record(null::board_category, :body::jsonb) n
where raise_unless(exists (select 1 from unit u where u.id = n.unit_id and u.type = 'TEAM' and u.id = any (app_unit_ids())),
		422, 'unknown_reference', fault('/unit_id', 'reference', 'is not a team of the caller'))
	and raise_unless(not exists (select 1 from board_category k where k.unit_id = n.unit_id and k.code = n.code),
		409, 'duplicate')
returning id, 201 as status

-- name: getBoardCategory
select board_category_json(c) as body, c.version::text as etag from board_category c where c.id = :path.id::uuid

-- name: updateBoardCategory
with changed as (
	update board_category c set name = n.name, sort = n.sort, review_working_days = n.review_working_days,
		minimum_contacts = n.minimum_contacts, counts_attempts = n.counts_attempts, minimum_days = n.minimum_days,
		maximum_days = n.maximum_days, in_use = n.in_use
	from board_category o, jsonb_populate_record(o, :body::jsonb) n
	where o.id = c.id and c.id = :path.id::uuid and c.version::text = :header.if_match
		and raise_unless(n.in_use or o.code not in ('NEW', 'ADMITTED', 'POST_DISCHARGE', 'LEGAL_MEASURE'), 409, 'conflict')
	returning c.id)
select expect_one(count(*), 'board_category', :path.id::uuid, :header.if_match) from changed

-- name: listBoardEntries
-- Of one person through the gate, else of the caller's teams; the latest first.
with asked as materialized (
	select case when :query.patient_id::text is not null
		then admit_listed(:query.patient_id::uuid, 'board-entries', 'ENROLMENT') end as persons
)
select l.body, l.next,
	case when :query.patient_id::text is not null then show(:query.patient_id::uuid) else show_all(l.persons) end as noted
from list_page(array(
	select (board_entry_json(e.*::board_entry), cursor_at(e.opened_at::text, e.id::text), e.patient_id)::list_item
	from asked cross join lateral (
		select e.* from board_entry e where e.patient_id = any (asked.persons)
		union all
		select e.* from board_entry e where asked.persons is null and e.patient_id is distinct from app_citizen_id()
			and e.unit_id = any (app_unit_ids())
		union all
		select e.* from board_entry e where asked.persons is null and e.patient_id = app_citizen_id() offset 0) e
	where (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or e.state = :query.status)
		and (:query.category::text is null or e.category = :query.category)
		and (:query.cursor::text is null
			or (e.opened_at, e.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by e.opened_at desc, e.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createBoardEntry
select board_enter(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getBoardEntry
select board_entry_json(e) as body, e.version::text as etag, e.state, board_entry_facts(e) as facts
from (select admit('board-entries', :path.id::uuid, 'ENROLMENT', false) as patient_id offset 0) g
cross join lateral (select e.* from board_entry e where e.id = :path.id::uuid and e.patient_id = g.patient_id offset 0) e

-- name: updateBoardEntry
with changed as (
	update board_entry e set reason_code = coalesce(b ->> 'reason_code', e.reason_code),
		reason_text = case when b ? 'reason_text' then b ->> 'reason_text' else e.reason_text end,
		agreed_actions = board_agreed(b, e.agreed_actions)
	from (select admit('board-entries', :path.id::uuid, 'ENROLMENT', true) as patient_id, :body::jsonb as b offset 0) g
	where e.id = :path.id::uuid and e.patient_id = g.patient_id and e.version::text = :header.if_match
		and raise_unless(e.closed_at is null, 409, 'conflict')
	returning e.id)
select expect_one(count(*), 'board_entry', :path.id::uuid, :header.if_match) from changed

-- name: board-entries.lock
select e.state, e.version, board_entry_facts(e) as facts, e.patient_id
from (select admit('board-entries', :path.id::uuid, 'ENROLMENT', true) as patient_id offset 0) g
cross join lateral (select e.* from board_entry e where e.id = :path.id::uuid and e.patient_id = g.patient_id
	offset 0 for update) e

-- name: board-entries.apply
select board_entry_noted(e, :machine.action, board_entry_step(e, :machine.action, :body::jsonb), :machine.to,
	:body::jsonb ->> 'reason_text')
from board_entry e where e.id = :path.id::uuid

-- name: listIntensityPeriods
with asked as materialized (
	select case when :query.patient_id::text is not null
		then admit_listed(:query.patient_id::uuid, 'board-entries', 'ENROLMENT') end as persons
)
select l.body, l.next,
	case when :query.patient_id::text is not null then show(:query.patient_id::uuid) else show_all(l.persons) end as noted
from list_page(array(
	select (jsonb_strip_nulls(jsonb_build_object('id', i.id, 'patient_id', i.patient_id, 'unit_id', i.unit_id,
			'enrolment_id', i.enrolment_id, 'level', i.level, 'reason', i.reason, 'board_entry_id', i.board_entry_id,
			'valid_from', i.valid_from, 'valid_to', i.valid_to)),
		cursor_at(i.valid_from::text, i.id::text), i.patient_id)::list_item
	from asked cross join lateral (
		select i.* from intensity_period i where i.patient_id = any (asked.persons)
		union all
		select i.* from intensity_period i where asked.persons is null and i.patient_id is distinct from app_citizen_id()
			and i.unit_id = any (app_unit_ids())
		union all
		select i.* from intensity_period i where asked.persons is null and i.patient_id = app_citizen_id() offset 0) i
	where (:query.unit_id::text is null or i.unit_id = :query.unit_id::uuid)
		and (:query.level::text is null or i.level = :query.level)
		and (:query.cursor::text is null
			or (i.valid_from, i.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by i.valid_from desc, i.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: listBoardMeetings
-- A page shows all of whom its meetings spoke.
select l.body, l.next, show_all((select array_agg(s) from json_array_elements(l.body) m,
	unnest(board_meeting_persons((m ->> 'id')::uuid)) s)) as noted
from list_page(array(
	select (board_meeting_json(m), cursor_at(m.held_on::text, m.sequence::text, m.id::text), null)::list_item
	from board_meeting m
	where m.unit_id = any (app_unit_ids()) and (:query.unit_id::text is null or m.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or m.state = :query.status)
		and (:query.from::text is null or m.held_on >= :query.from::date)
		and (:query.to::text is null or m.held_on <= :query.to::date)
		and (:query.cursor::text is null or (m.held_on, m.sequence, m.id) < (cursor_date(:query.cursor, 0),
			cursor_number(:query.cursor, 1), cursor_uuid(:query.cursor, 2)))
	order by m.held_on desc, m.sequence desc, m.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createBoardMeeting
select board_meeting_hold(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getBoardMeeting
select board_meeting_json(m) as body, m.version::text as etag, m.state, board_meeting_facts(m) as facts,
	show_all(board_meeting_persons(m.id)) as noted
from board_meeting m where m.id = :path.id::uuid

-- name: board-meetings.lock
select m.state, m.version, board_meeting_facts(m) as facts, null::uuid as patient_id
from board_meeting m where m.id = :path.id::uuid for update

-- name: board-meetings.apply
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, agency_id, staff_id, role)
select 'board-meetings', :path.id::uuid, board_meeting_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb),
	:machine.action, :machine.from, :machine.to, app_agency_id(), app_staff_id(), app_role()
