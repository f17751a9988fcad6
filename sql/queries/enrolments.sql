-- Enrolments in a team (domain.md §4.3). What must hold whoever asks stands in migrations 0031 and 0034.

-- name: listEnrolments
-- Begins with the persons to whom the caller is related; row security asks consent and objection as the gate would.
with page as (
	select e, e.id, e.patient_id, e.enrolled_at, row_number() over (order by e.enrolled_at, e.id) as row
	from (select unnest(related_persons()) union select r.patient_id from represented() r) s (person)
	join enrolment e on e.patient_id = s.person
	where (:query.patient_id::text is null or e.patient_id = :query.patient_id::uuid)
		and (:query.unit_id::text is null or e.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or e.state = :query.status)
		and (:query.open::text is null or (e.ended_at is null) = :query.open::boolean)
		and (:query.main_contact_id::text is null
			or (not enrolment_is_status() and :query.main_contact_id::uuid in (e.main_contact_id, e.substitute_id)))
		and (:query.cursor::text is null or (e.enrolled_at, e.id)
			> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by e.enrolled_at, e.id limit page_size(:query.limit) + 1
)
select coalesce(json_agg(enrolment_json(p.e) order by p.row) filter (where p.row <= page_size(:query.limit)), '[]') as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(x.enrolled_at::text, x.id::text) from page x
		where x.row = page_size(:query.limit)) end as next,
	show_all(array_agg(p.patient_id) filter (where p.row <= page_size(:query.limit))) as noted
from page p

-- name: getEnrolment
select enrolment_json(e) as body, e.version::text as etag, e.state, enrolment_facts(e) as facts
from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', false) as patient_id offset 0) g
cross join lateral (select x.* from enrolment x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0) e

-- name: enrolments.lock
select e.state, e.version, enrolment_facts(e) as facts, e.patient_id
from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', true) as patient_id offset 0) g
cross join lateral (select x.* from enrolment x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0
	for update) e

-- name: enrolments.apply
select enrolment_apply(:path.id::uuid, :machine.action, :machine.to, :body::jsonb) as version

-- name: enrolments.transfer
select enrolment_take_over(:path.id::uuid, :new.id::uuid)

-- name: enrolments.register_death
select enrolment_note_death(:path.id::uuid, (:body::jsonb ->> 'deceased_on')::date)

-- name: setEnrolmentMainContact
select expect_one(enrolment_appoint(:path.id::uuid, :header.if_match, :body::jsonb), 'enrolment', :path.id::uuid,
	:header.if_match) as done
from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', true) as patient_id offset 0) g

-- name: listEnrolmentMainContacts
with page as (
	select c.*, row_number() over (order by c.valid_from, c.id) as row
	from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', false) as patient_id offset 0) g
	cross join lateral (select x.* from enrolment_main_contact x where x.enrolment_id = :path.id::uuid
		and x.patient_id = g.patient_id offset 0) c
	where (:query.cursor::text is null or (c.valid_from, c.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
		and raise_unless(not enrolment_is_status(), 403, 'forbidden')
	order by c.valid_from, c.id limit page_size(:query.limit) + 1
)
select coalesce(json_agg(jsonb_strip_nulls(jsonb_build_object('main_contact', staff_brief(p.main_contact_id),
		'substitute', staff_brief(p.substitute_id), 'reason', p.reason, 'changed_by', p.changed_by, 'valid_from', p.valid_from,
		'valid_to', p.valid_to)) order by p.row) filter (where p.row <= page_size(:query.limit)), '[]') as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(x.valid_from::text, x.id::text) from page x
		where x.row = page_size(:query.limit)) end as next
from page p
