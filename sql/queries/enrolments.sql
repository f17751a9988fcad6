-- Enrolments in a team (domain.md §4.3). What must hold whoever asks stands in migrations 0031 and 0034.

-- name: listEnrolments
-- Begins with the persons to whom the caller is related; row security asks consent and objection as the gate would.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (enrolment_json(e), cursor_at(e.enrolled_at::text, e.id::text), e.patient_id)::list_item
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
	order by e.enrolled_at, e.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: getEnrolment
select enrolment_json(e) as body, e.version::text as etag, e.state, enrolment_facts(e) as facts
from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', false) as patient_id offset 0) g
cross join lateral (select x.* from enrolment x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0) e

-- name: enrolments.lock
select e.state, e.version, enrolment_facts(e) as facts, e.patient_id
from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', true) as patient_id offset 0) g
cross join lateral (select x.* from enrolment x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0
	for update) e

-- name: enrolments.refused
select case :machine.refusal
	when 'attempts_missing' then (select fault('', 'attempts', t.attempts || ' attempts over ' || t.days || ' days are documented, and twelve over ninety needed') -> 'errors'
		from enrolment_attempts(e.id) t)
	when 'measures_not_offered' then enrolment_measure_faults(e.id, true)
	when 'measures_open' then enrolment_measure_faults(e.id, false) end as body
from enrolment e where e.id = :path.id::uuid

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
select l.body, l.next
from list_page(array(
	select (jsonb_strip_nulls(jsonb_build_object('main_contact', staff_brief(c.main_contact_id),
		'substitute', staff_brief(c.substitute_id), 'reason', c.reason, 'changed_by', c.changed_by, 'valid_from', c.valid_from,
		'valid_to', c.valid_to)),
		cursor_at(c.valid_from::text, c.id::text), null)::list_item
	from (select admit('enrolments', :path.id::uuid, 'ENROLMENT', false) as patient_id offset 0) g
	cross join lateral (select x.* from enrolment_main_contact x where x.enrolment_id = :path.id::uuid
		and x.patient_id = g.patient_id offset 0) c
	where (:query.cursor::text is null or (c.valid_from, c.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
		and raise_unless(not enrolment_is_status(), 403, 'forbidden')
	order by c.valid_from, c.id limit page_size(:query.limit) + 1), :query.limit) l
