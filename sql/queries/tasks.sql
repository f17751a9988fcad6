-- Tasks of the caller's agency.

-- name: listTasks
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (task_json(t), cursor_at(coalesce(t.due_at, 'infinity')::text, t.id::text), t.patient_id)::list_item
	from tasks_at_hand() t
	where (:query.status::text is null or t.state = :query.status)
		and (:query.kind::text is null or t.kind = :query.kind)
		and (:query.unit_id::text is null or t.unit_id = :query.unit_id::uuid)
		and (:query.patient_id::text is null or t.patient_id = :query.patient_id::uuid)
		and (:query.assignee_staff_id::text is null or t.assignee_staff_id = :query.assignee_staff_id::uuid)
		and (:query.overdue::text is null
			or (t.state = 'OPEN' and coalesce(t.due_at < clock_now(), false)) = :query.overdue::boolean)
		and (:query.cursor::text is null or (coalesce(t.due_at, 'infinity'), t.id)
			> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by coalesce(t.due_at, 'infinity'), t.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createTask
-- A write that names a patient first looks whether the caller may know of the patient.
with b as (select :body::jsonb as b)
insert into task (id, kind, title, note, patient_id, unit_id, agency_id, assignee_staff_id, due_at, entity, entity_id,
	created_by)
select :new.id::uuid, coalesce(b ->> 'kind', 'GENERAL'), b ->> 'title', b ->> 'note',
	task_patient((b ->> 'patient_id')::uuid), task_unit((b ->> 'unit_id')::uuid), app_agency_id(),
	task_worker((b ->> 'assignee_staff_id')::uuid), (b ->> 'due_at')::timestamptz, null, null, app_staff_id()
from b
returning id, 201 as status, '/api/v1/tasks/' || id as location

-- name: getTask
select task_json(t) as body, t.version::text as etag, t.state, task_facts(t) as facts, show(t.patient_id)
from task t where t.id = :path.id::uuid

-- name: updateTask
with b as (select :body::jsonb as b), changed as (
	update task t set title = coalesce(b ->> 'title', t.title),
		note = case when b ? 'note' then b ->> 'note' else t.note end,
		due_at = case when b ? 'due_at' then (b ->> 'due_at')::timestamptz else t.due_at end,
		assignee_staff_id = case when b ? 'assignee_staff_id' then task_worker((b ->> 'assignee_staff_id')::uuid)
			else t.assignee_staff_id end
	from b where t.id = :path.id::uuid and t.version::text = :header.if_match
		and raise_unless(t.state = 'OPEN', 409, 'conflict')
	returning t.id
)
select expect_one((select count(*) from changed), 'task', :path.id::uuid, :header.if_match) as done

-- name: tasks.lock
select t.state, t.version, task_facts(t) as facts, t.patient_id from task t where t.id = :path.id::uuid for update of t

-- name: tasks.apply
with moved as (
	update task set state = :machine.to, closed_at = clock_now(), closed_by = app_staff_id(),
		closing_note = :body::jsonb ->> 'reason'
	where id = :path.id::uuid and state = :machine.from
	returning *
)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id, staff_id,
	role)
select 'tasks', m.id, m.version, :machine.action, :machine.from, m.state, m.closing_note, app_agency_id(), app_staff_id(),
	app_role()
from moved m
