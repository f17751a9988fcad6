-- Requests of data subjects; rules stand in migration 0126.

-- name: listDataSubjectRequests
-- Those that row security shows the caller, the nearest deadline first.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (data_subject_json(r), cursor_at(to_json(r.due_at) #>> '{}', r.id::text), r.patient_id)::list_item
	from data_subject_request r
	where (app_is_citizen() or r.agency_id = app_agency_id())
		and (:query.state::text is null or r.state = :query.state)
		and (:query.kind::text is null or r.kind = :query.kind)
		and (:query.open::text is null or data_subject_is_open(r.state) = :query.open::boolean)
		and (:query.cursor::text is null or (r.due_at, r.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by r.due_at, r.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createDataSubjectRequest
select data_subject_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getDataSubjectRequest
select data_subject_json(r) as body, r.version as etag, r.state, data_subject_facts(r) as facts, show(r.patient_id) as noted
from data_subject_request r where r.id = :path.id::uuid

-- name: data-subject-requests.lock
select r.state, r.version, data_subject_facts(r) as facts, r.patient_id
from data_subject_request r where r.id = :path.id::uuid for update of r

-- name: data-subject-requests.apply
select note_step('data-subject-requests', :path.id::uuid,
	data_subject_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb), :machine.action, :machine.from,
	:machine.to, :body::jsonb ->> 'reason')
