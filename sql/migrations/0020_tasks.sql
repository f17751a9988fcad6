-- migrate:up
-- What must be done and by when: tasks, and the deadlines that a job inside the daemon watches.

create table task (
	id uuid primary key default gen_random_uuid(),
	kind text not null,
	title text not null check (length(title) between 1 and 200),
	note text,
	patient_id uuid references patient,
	unit_id uuid references unit, -- null: anyone of the agency with the right role
	agency_id uuid not null references agency, -- the one responsible agency (domain.md I1)
	for_role text, -- only this role's work, when set
	assignee_staff_id uuid references staff,
	due_at timestamptz,
	entity text, -- what the task is about
	entity_id uuid,
	state text not null default 'OPEN' check (state in ('OPEN', 'DONE', 'CANCELLED')),
	created_by uuid references staff, -- null: the service itself
	closed_by uuid references staff,
	closed_at timestamptz,
	closing_note text,
	source_key text constraint task_is_made_once unique, -- what the service made it for
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint task_is_closed_when_it_has_a_time check ((state = 'OPEN') = (closed_at is null))
);
create index task_unit on task (unit_id, state, due_at);
create index task_agency on task (agency_id, state, due_at);
create index task_patient on task (patient_id) where patient_id is not null;
create index task_entity on task (entity_id) where entity_id is not null;
create index task_assignee on task (assignee_staff_id) where assignee_staff_id is not null;
create index task_of_no_unit on task (agency_id) where unit_id is null;

create table deadline (
	id uuid primary key default gen_random_uuid(),
	entity text not null,
	entity_id uuid not null,
	code text not null,
	patient_id uuid references patient,
	started_at timestamptz not null,
	due_at timestamptz not null,
	reminder_at timestamptz, -- half of the time; null for deadlines that nobody is reminded of
	state text not null default 'OPEN' check (state in ('OPEN', 'MET', 'CANCELLED')),
	responsible_unit_id uuid not null references unit,
	responsible_agency_id uuid not null references agency,
	reminded_at timestamptz,
	escalated_at timestamptz,
	closed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index deadline_is_open_once on deadline (entity_id, code) where state = 'OPEN';
create index deadline_due on deadline (due_at) where state = 'OPEN' and escalated_at is null;
create index deadline_passing on deadline (code, due_at) where state = 'OPEN';
create index deadline_reminder on deadline (reminder_at) where state = 'OPEN' and reminded_at is null
	and reminder_at is not null;
create index deadline_patient on deadline (patient_id) where patient_id is not null;

-- What a deadline asks for; each room adds its own beside its rows of deadline_rule.
create table deadline_code (
	code text primary key,
	title_nb text not null, -- of the task that somebody gets when the time is out
	escalates boolean not null default true -- else nobody is reminded: a job acts when the time is out
);
insert into deadline_code (code, title_nb, escalates) values
	('CR_ACK', 'bekreft bekymringsmeldingen overfor melder', true),
	('CR_TRIAGE', 'vurder bekymringsmeldingen', true),
	('CR_FORWARD_ACCEPT', 'svar på overføring av bekymringsmelding', true),
	('CR_FIRST_ATTEMPT', 'første kontaktforsøk', true),
	('CR_FEEDBACK_RECEIPT', 'gi melder beskjed om at meldingen er mottatt', true),
	('CR_INVESTIGATION', 'fullfør undersøkelsen', true),
	('CR_FEEDBACK_RESULT', 'gi melder beskjed om at saken er avsluttet', true),
	('CR_INFO_GIVE_UP', 'gå videre uten opplysninger', false),
	('CR_PURGE_UNIDENTIFIED', 'anonymiser meldingen', false),
	('HANDOVER_ANSWER', 'svar på overføring', true);

create function deadline_escalates(of_code text) returns boolean language sql stable as $$
	select coalesce((select k.escalates from deadline_code k where k.code = of_code), true)
$$;

select install_change_trigger('task', 'patient_id');
select install_change_trigger('deadline', 'patient_id');

alter table task enable row level security;
alter table deadline enable row level security;

-- An agency's tasks: those of the caller's units, those of nobody's unit, and all for its leaders.
select install_read_policy('task', 'tasks', $$
	(agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
			or assignee_staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
			or for_role = current_setting('app.role', true) and unit_id is null
			-- what is nobody's in particular tells nobody of a person whom they may not know
			or unit_id is null and for_role is null
				and (patient_id is null or exists (select 1 from patient p where p.id = task.patient_id))
			or (current_setting('app.role', true) = 'KO' and for_role is distinct from 'PV'))
		-- what the service itself asks for holds no content, and must be done
		and (created_by is null or for_role is not null or {not_objected}))
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid$$);
create policy task_insert on task for insert with check (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy task_update on task for update using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert, update on task to samhandling_service;
grant select on deadline, deadline_code to samhandling_service;

-- Any agency's statement may leave a task with another agency, so it runs with the owner's rights.
create function add_task(kind text, title text, patient uuid, unit uuid, agency uuid, due timestamptz,
	entity text, entity_id uuid) returns uuid language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, created_by)
	values (kind, title, patient, unit, agency, due, entity, entity_id, app_staff_id())
	returning id
$$;

create function unit_has_leader(asked uuid) returns boolean language sql stable as $$
	select exists (select 1 from staff_membership m where m.unit_id = asked and m.role = 'TL' and m.state = 'ACTIVE'
		and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today())
$$;

-- The one who must act when a unit has not: the municipal chief doctor, elsewhere the unit's leader, else a leader of the
-- agency; where there is none (a general practice, a NAV office) all of the unit.
create function escalate(source text, title text, patient uuid, unit uuid, agency uuid, entity text, entity_id uuid)
returns boolean language plpgsql as $$
declare
	made int;
	municipal boolean := exists (select 1 from agency a where a.id = agency and a.type = 'MUNICIPALITY');
	led boolean := exists (select 1 from unit u where u.agency_id = agency and unit_has_leader(u.id));
begin
	insert into task (kind, title, patient_id, unit_id, agency_id, for_role, due_at, entity, entity_id, source_key)
	values ('ESCALATION', title, patient, case when not municipal and (unit_has_leader(unit) or not led) then unit end, agency,
		case when municipal then 'KO' when led then 'TL' end,
		(working_day_add(clock_today(), 1) + 1)::timestamp at time zone 'Europe/Oslo', entity, entity_id, source)
	on conflict (source_key) do nothing;
	get diagnostics made = row_count;
	return made = 1;
end $$;

-- Deadlines of concern reports (domain.md §4.1); DANGER is danger of two or more, or an acute report.
insert into deadline_rule (code, severity, amount, unit) values
	('CR_ACK', '', 0, 'HOURS'),
	('CR_ACK', 'PHONE', 1, 'WORKING_DAYS'),
	('CR_TRIAGE', '', 5, 'WORKING_DAYS'),
	('CR_TRIAGE', 'DANGER', 24, 'HOURS'),
	('CR_FORWARD_ACCEPT', '', 2, 'WORKING_DAYS'),
	('CR_FORWARD_ACCEPT', 'RED', 4, 'HOURS'),
	('CR_FIRST_ATTEMPT', 'RED', 0, 'DAYS'),
	('CR_FIRST_ATTEMPT', 'ORANGE', 2, 'WORKING_DAYS'),
	('CR_FIRST_ATTEMPT', 'YELLOW', 5, 'WORKING_DAYS'),
	('CR_FIRST_ATTEMPT', 'GREEN', 15, 'WORKING_DAYS'),
	('CR_FEEDBACK_RECEIPT', '', 21, 'DAYS'),
	('CR_INVESTIGATION', '', 90, 'DAYS'),
	('CR_FEEDBACK_RESULT', '', 21, 'DAYS'),
	('CR_INFO_GIVE_UP', '', 10, 'DAYS'),
	('CR_REOPEN', '', 90, 'DAYS'),
	('CR_PURGE_UNIDENTIFIED', '', 180, 'DAYS'),
	('HANDOVER_ANSWER', '', 2, 'WORKING_DAYS'),
	('CONSENT_ANSWER', '', 30, 'DAYS'),
	('CONSENT_WARNING', '', 30, 'DAYS'),
	('EMERGENCY_REVIEW', '', 7, 'DAYS')
on conflict do nothing;

-- The service ends tasks that it made for a thing; whoever has done one already keeps it done.
create function tasks_end(of_entity text, id_of uuid, kinds text[], becomes text, why text, of_unit uuid default null)
returns void language sql
security definer set search_path = pg_catalog, public, pg_temp as $$
	with ended as (
		update task t set state = becomes, closed_at = clock_now(), closing_note = why
		where t.entity = of_entity and t.entity_id = id_of and t.state = 'OPEN' and t.created_by is null
			and (kinds is null or t.kind = any (kinds)) and (of_unit is null or t.unit_id = of_unit)
		returning t.id, t.version)
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, role)
	select 'tasks', e.id, e.version, case becomes when 'DONE' then 'complete' else 'cancel' end, 'OPEN', becomes, why, 'SY'
	from ended e
$$;

-- All tasks that row security may show to the caller, each branch by its own index and each task in one of them: an agency
-- may hold tens of thousands, of which a member of staff sees a few hundred. Row security still decides.
create function tasks_at_hand() returns setof task language sql stable as $$
	select * from task where unit_id = any (app_unit_ids())
	union all
	select * from task where assignee_staff_id = app_staff_id() and (unit_id is null or unit_id <> all (app_unit_ids()))
	union all
	select * from task where agency_id = app_agency_id() and unit_id is null
		and (assignee_staff_id is null or app_staff_id() is null or assignee_staff_id <> app_staff_id())
	union all
	select * from task where app_role() = 'KO' and agency_id = app_agency_id() and unit_id <> all (app_unit_ids())
		and (assignee_staff_id is null or assignee_staff_id <> app_staff_id())
	union all
	select * from task where patient_id = app_citizen_id()
$$;

-- migrate:down
drop function if exists tasks_at_hand;
drop table deadline_code, deadline, task cascade;
drop function if exists tasks_end, add_task, escalate, unit_has_leader, deadline_escalates cascade;
delete from deadline_rule where code like 'CR\_%' or code in ('HANDOVER_ANSWER', 'CONSENT_ANSWER', 'CONSENT_WARNING', 'EMERGENCY_REVIEW');
