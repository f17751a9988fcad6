-- migrate:up
-- Milestones and decision points of a project (domain.md §4.9, §1.3 row 57). No date is demanded: the directive leaves them blank.

create table milestone (
	id uuid primary key,
	project_id uuid not null references project,
	title text not null check (length(title) between 1 and 200),
	description text check (length(description) between 1 and 4000),
	due_on date,
	agreed_due_on date, -- the first one, or what the steering group has said since
	earlier_due_on date[] not null default '{}', -- what was agreed before
	predecessors uuid[] not null default '{}', -- milestones that must be achieved, or are waived
	waived uuid[] not null default '{}',
	state text not null default 'PLANNED' check (state in ('PLANNED', 'IN_PROGRESS', 'REPORTED_DONE', 'ACHIEVED', 'CANCELLED')),
	reported_by uuid references staff,
	achieved_at timestamptz,
	reason text, -- why it was cancelled or given back
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint milestone_waives_what_goes_before check (waived <@ predecessors),
	constraint milestone_is_cancelled_with_a_reason check (state <> 'CANCELLED' or reason is not null)
);
create index milestone_project on milestone (project_id, created_at, id);
select install_change_trigger('milestone', '', 'history');

create table decision_point (
	id uuid primary key,
	project_id uuid not null references project,
	body_id uuid references project_body, -- which body decides
	milestone_id uuid references milestone, -- what hangs on it
	question text not null check (length(question) between 1 and 500),
	decide_by date,
	options jsonb not null default '[]', -- [{code, text}]
	recommendation text,
	submitted_by uuid references staff,
	decision jsonb, -- {option, dissent?, conditions?}
	decided_by uuid references staff,
	decided_at timestamptz,
	reason text, -- why it was deferred or dropped
	state text not null default 'OPEN' check (state in ('OPEN', 'SUBMITTED', 'DECIDED', 'DROPPED')),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint decision_point_is_decided_by_a_decision check ((state = 'DECIDED') = (decision is not null)),
	constraint decision_point_is_dropped_with_a_reason check (state <> 'DROPPED' or reason is not null)
);
create index decision_point_project on decision_point (project_id, created_at, id);
select install_change_trigger('decision_point', '', 'history');

alter table milestone enable row level security;
alter table decision_point enable row level security;
select install_project_policies('milestone', true), install_project_policies('decision_point', true);
grant select, insert, update on milestone, decision_point to samhandling_service;
create policy milestone_history_read on row_history for select using (case entity
	when 'milestone' then exists (select 1 from milestone m where m.id = row_history.entity_id)
	when 'decision_point' then exists (select 1 from decision_point d where d.id = row_history.entity_id) end);

insert into news_kind (entity, name, resource, scope, path, probe) values
	('milestone', 'milestone', 'projects', 'projects.read', '/milestones/{id}', 'select m.id from milestone m where m.id = $1'),
	('decision_point', 'decision-point', 'projects', 'projects.read', '/decision-points/{id}', 'select d.id from decision_point d where d.id = $1');

-- Milestones --------------------------------------------------------------------------------------------
create function milestone_is_late(m milestone) returns boolean language sql stable as $$
	select (m).due_on < clock_today() and (m).state in ('PLANNED', 'IN_PROGRESS', 'REPORTED_DONE') $$;

create function milestone_json(m milestone) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', m.id, 'version', m.version, 'status', m.state, 'project_id', m.project_id, 'title', m.title,
		'description', m.description, 'due_on', m.due_on, 'agreed_due_on', m.agreed_due_on, 'earlier_due_on', m.earlier_due_on, 'late', coalesce(milestone_is_late(m), false),
		'predecessors', m.predecessors, 'waived', m.waived, 'reported_by', m.reported_by, 'achieved_at', m.achieved_at, 'reason', m.reason,
		'created_at', m.created_at, 'updated_at', m.updated_at));
end $$;

create function milestone_facts(m milestone) returns text[] language sql stable as $$
	select array_remove(array[case when project_is_managed_here((m).project_id) then 'manager' end,
		case when project_is_steered_here((m).project_id) then 'steering' end,
		case when may_be_caller((m).reported_by) then 'reported_it' end,
		case when exists (select 1 from unnest((m).predecessors) p where p <> all ((m).waived)
			and not exists (select 1 from milestone o where o.id = p and o.state = 'ACHIEVED')) then 'predecessors_open' end], null) $$;

create function milestone_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n milestone := jsonb_populate_record(null::milestone, '{"predecessors": []}' || body);
	wrong bigint;
begin
	n.project_id := project_managed(n.project_id);
	select min(p.n) into wrong from unnest(n.predecessors) with ordinality p (id, n)
	where not exists (select 1 from milestone m where m.id = p.id and m.project_id = n.project_id);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/predecessors/' || wrong - 1, 'reference', 'is no milestone of the project'));
	insert into milestone (id, project_id, title, description, due_on, agreed_due_on, predecessors)
	values (new_id, n.project_id, n.title, n.description, n.due_on, n.due_on, n.predecessors);
	return new_id;
end $$;

-- More than thirty days later than agreed is for the steering group to say, in whatever steps; raises.
create function milestone_check(m milestone, act text, body jsonb) returns void language plpgsql as $$
begin
	perform raise_unless(act <> 'reschedule' or app_role() = 'SG' or coalesce((body ->> 'due_on')::date - m.agreed_due_on <= 30, true), 403, 'forbidden_action');
	perform raise_unless(act <> 'waive' or (body ->> 'predecessor_id')::uuid = any (m.predecessors), 422, 'unknown_reference',
		fault('/predecessor_id', 'reference', 'is nothing that goes before it'));
end $$;

create function milestone_step(asked uuid, act text, before text, target text, body jsonb) returns void language plpgsql as $$
declare
	m milestone;
	becomes text := case target when 'previous' then before else target end;
begin
	select * into m from milestone x where x.id = asked;
	perform milestone_check(m, act, body);
	update milestone x set state = becomes, due_on = case act when 'reschedule' then (body ->> 'due_on')::date else x.due_on end,
		agreed_due_on = case when act = 'reschedule' and (x.agreed_due_on is null or app_role() = 'SG') then (body ->> 'due_on')::date else x.agreed_due_on end,
		earlier_due_on = case when act = 'reschedule' and x.due_on is not null then x.earlier_due_on || x.due_on else x.earlier_due_on end,
		waived = case act when 'waive' then array(select distinct unnest(x.waived || (body ->> 'predecessor_id')::uuid)) else x.waived end,
		reported_by = case act when 'report_done' then app_staff_id() else x.reported_by end,
		achieved_at = case becomes when 'ACHIEVED' then clock_now() end,
		reason = case when act in ('return', 'cancel') then body ->> 'reason' else x.reason end
	where x.id = asked returning * into m;
	perform note_step('milestones', m.id, m.version, act, before, becomes, body ->> 'reason');
end $$;

-- Decision points ---------------------------------------------------------------------------------------
create function decision_point_json(d decision_point) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', d.id, 'version', d.version, 'status', d.state, 'project_id', d.project_id, 'body_id', d.body_id,
		'milestone_id', d.milestone_id, 'question', d.question, 'decide_by', d.decide_by,
		'late', coalesce(d.decide_by < clock_today() and d.state in ('OPEN', 'SUBMITTED'), false), 'options', d.options,
		'recommendation', d.recommendation, 'submitted_by', d.submitted_by, 'decision', d.decision, 'decided_by', d.decided_by,
		'decided_at', d.decided_at, 'reason', d.reason, 'created_at', d.created_at, 'updated_at', d.updated_at));
end $$;

create function decision_point_facts(d decision_point) returns text[] language sql stable as $$
	select array_remove(array[case when project_is_managed_here((d).project_id) then 'manager' end,
		case when project_is_steered_here((d).project_id) then 'steering' end,
		case when may_be_caller((d).submitted_by) then 'submitted_it' end], null) $$;

create function decision_point_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n decision_point := jsonb_populate_record(null::decision_point, '{"options": []}' || body);
begin
	n.project_id := project_managed(n.project_id);
	perform raise_unless(n.body_id is null or exists (select 1 from project_body b where b.id = n.body_id and b.project_id = n.project_id), 422,
		'unknown_reference', fault('/body_id', 'reference', 'is no body of the project'));
	perform raise_unless(n.milestone_id is null or exists (select 1 from milestone m where m.id = n.milestone_id and m.project_id = n.project_id), 422,
		'unknown_reference', fault('/milestone_id', 'reference', 'is no milestone of the project'));
	insert into decision_point (id, project_id, body_id, milestone_id, question, decide_by, options)
	values (new_id, n.project_id, n.body_id, n.milestone_id, n.question, n.decide_by, n.options);
	return new_id;
end $$;

-- What is decided is one of the options, each of which stands once; what is deferred has a day to come; raises.
create function decision_point_check(d decision_point, act text, body jsonb) returns void language plpgsql as $$
declare
	wrong bigint;
begin
	select max(o.n) into wrong from jsonb_array_elements(body -> 'options') with ordinality o (b, n) group by o.b ->> 'code' having count(*) > 1 limit 1;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault('/options/' || wrong - 1 || '/code', 'unique', 'stands twice'));
	perform raise_unless(act <> 'defer' or (body ->> 'decide_by')::date >= clock_today(), 422, 'invalid_value',
		fault('/decide_by', 'range', 'is today or later'));
	perform raise_unless(act <> 'submit' or body -> 'options' @> jsonb_build_array(jsonb_build_object('code', body ->> 'recommendation')), 422,
		'unknown_reference', fault('/recommendation', 'reference', 'is none of the options'));
	perform raise_unless(act <> 'decide' or d.options @> jsonb_build_array(jsonb_build_object('code', body ->> 'option')), 422,
		'unknown_reference', fault('/option', 'reference', 'is none of the options'));
end $$;

create function decision_point_step(asked uuid, act text, before text, target text, body jsonb) returns void language plpgsql as $$
declare
	d decision_point;
begin
	select * into d from decision_point x where x.id = asked;
	perform decision_point_check(d, act, body);
	update decision_point x set state = target,
		options = case act when 'submit' then body -> 'options' else x.options end,
		recommendation = case act when 'submit' then body ->> 'recommendation' else x.recommendation end,
		submitted_by = case act when 'submit' then app_staff_id() else x.submitted_by end,
		decide_by = case act when 'defer' then (body ->> 'decide_by')::date else x.decide_by end,
		decision = case act when 'decide' then jsonb_strip_nulls(jsonb_build_object('option', body ->> 'option', 'dissent', body ->> 'dissent',
			'conditions', body ->> 'conditions')) end,
		decided_by = case act when 'decide' then app_staff_id() end, decided_at = case act when 'decide' then clock_now() end,
		reason = case when act in ('defer', 'drop') then body ->> 'reason' else x.reason end
	where x.id = asked returning * into d;
	perform note_step('decision-points', d.id, d.version, act, before, target, body ->> 'reason');
end $$;

-- migrate:down
drop policy milestone_history_read on row_history;
delete from news_kind where entity in ('milestone', 'decision_point');
drop table decision_point, milestone cascade;
drop function if exists decision_point_step, decision_point_check, decision_point_make, decision_point_facts, decision_point_json, milestone_step,
	milestone_check, milestone_make, milestone_facts, milestone_json, milestone_is_late cascade;
