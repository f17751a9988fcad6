-- migrate:up
-- How a person's way should go, step by step (seed items 71, 78): what is expected when, and of whom.

-- The proposal that a new template begins with.
create table flow_default (
	position int primary key,
	event text not null,
	after text,
	max_days int not null,
	working_days boolean not null,
	responsible text not null,
	title_nb text not null
);
insert into flow_default (position, event, after, max_days, working_days, responsible, title_nb) values
	(1, 'REFERRAL_DECIDED', 'REFERRAL_SENT', 10, true, 'SECOND_LINE', 'Henvisningen er avgjort'),
	(2, 'ENROLLED', 'REFERRAL_DECIDED', 14, false, 'TEAM', 'Tatt inn i teamet'),
	(3, 'FIRST_CONTACT', 'ENROLLED', 14, false, 'TEAM', 'Første møte ansikt til ansikt'),
	(4, 'CRISIS_PLAN_IN_FORCE', 'ENROLLED', 60, false, 'TEAM', 'Kriseplan gjelder'),
	(5, 'IP_IN_FORCE', 'ENROLLED', 90, false, 'MUNICIPALITY', 'Individuell plan gjelder'),
	(6, 'WORK_PLAN_IN_FORCE', 'ENROLLED', 90, false, 'NAV', 'Plan for arbeid og aktivitet gjelder'),
	(7, 'SOMATIC_ASSESSED', 'ENROLLED', 90, false, 'GP', 'Somatisk undersøkelse er gjort'),
	(8, 'WARD_DISCHARGED', 'WARD_READY', 3, false, 'SECOND_LINE', 'Utskrevet etter at det var klart'),
	(9, 'CONTACT_AFTER_DISCHARGE', 'WARD_DISCHARGED', 7, false, 'TEAM', 'Kontakt etter utskrivning');
grant select on flow_default to samhandling_service;

create function flow_default_steps() returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_build_object('event', d.event, 'after', d.after, 'max_days', d.max_days, 'working_days', d.working_days,
		'responsible', d.responsible, 'title', d.title_nb) order by d.position) from flow_default d $$;

create table flow_template (
	id uuid primary key,
	unit_id uuid not null references unit, -- the team
	owner_agency_id uuid not null references agency,
	name text not null check (length(name) between 1 and 200),
	steps jsonb not null,
	state text not null default 'DRAFT' check (state in ('DRAFT', 'IN_FORCE', 'RETIRED')),
	in_force_from timestamptz,
	in_force_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index flow_template_in_force_is_one on flow_template (unit_id, name) where state = 'IN_FORCE';
select install_change_trigger('flow_template', '', 'history');

-- What is or was in force everybody may read, a draft the team's agency.
alter table flow_template enable row level security;
create policy flow_template_read on flow_template for select using (
	current_setting('app.role', true) <> '' and (state = 'IN_FORCE' or (current_setting('app.role', true) <> 'PT'
		and (in_force_from is not null or owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid))));
create policy flow_template_insert on flow_template for insert with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
-- who may see a row may lock it, so that a refused step is 403 and not 404
create policy flow_template_update on flow_template for update using (true) with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert, update on flow_template to samhandling_service;

create function flow_template_json(t flow_template) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (t).id, 'version', (t).version, 'status', (t).state,
		'unit', unit_brief((t).unit_id), 'name', (t).name, 'steps', (t).steps, 'in_force_from', (t).in_force_from,
		'in_force_to', (t).in_force_to, 'created_at', (t).created_at, 'updated_at', (t).updated_at)) $$;

create function flow_template_facts(t flow_template) returns text[] language sql stable as $$
	select array_remove(array[case when may_lead_team((t).unit_id) then 'team_side' end], null) $$;

-- Each event stands once and follows another one, not itself; raises.
create function check_flow_steps(steps jsonb) returns boolean language plpgsql as $$
declare
	wrong bigint;
begin
	select max(s.n) into wrong from jsonb_array_elements(steps) with ordinality s (b, n)
	group by s.b ->> 'event' having count(*) > 1 or bool_or(s.b ->> 'event' = s.b ->> 'after') limit 1;
	return raise_unless(wrong is null, 422, 'invalid_value', fault('/steps/' || wrong - 1 || '/event', 'unique',
		'stands twice, or follows itself'));
end $$;

create function flow_template_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	wanted jsonb := coalesce(body -> 'steps', flow_default_steps());
begin
	perform raise_unless(may_lead_team((body ->> 'unit_id')::uuid), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is not a team whose flow the caller may write'));
	perform check_flow_steps(wanted);
	insert into flow_template (id, unit_id, owner_agency_id, name, steps)
	values (new_id, (body ->> 'unit_id')::uuid, app_agency_id(), body ->> 'name', wanted);
	return new_id;
end $$;

create function flow_template_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	n bigint;
begin
	update flow_template t set name = coalesce(body ->> 'name', t.name), steps = coalesce(body -> 'steps', t.steps)
	where t.id = asked and t.version::text = seen and raise_unless(may_lead_team(t.unit_id), 403, 'forbidden')
		and raise_unless(t.state = 'DRAFT', 409, 'conflict') and check_flow_steps(coalesce(body -> 'steps', t.steps));
	get diagnostics n = row_count;
	return expect_one(n, 'flow_template', asked, seen);
end $$;

-- Publishing retires what was in force under the same name.
create function flow_template_step(asked uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	t flow_template;
	old flow_template;
begin
	select * into t from flow_template where id = asked;
	if act = 'publish' then
		for old in update flow_template o set state = 'RETIRED', in_force_to = clock_now()
			where o.unit_id = t.unit_id and o.name = t.name and o.state = 'IN_FORCE' returning *
		loop
			perform note_step('flow-templates', old.id, old.version, 'retire', 'IN_FORCE', 'RETIRED', null);
		end loop;
	end if;
	update flow_template set state = target, in_force_from = case when act = 'publish' then clock_now() else in_force_from end,
		in_force_to = case when act = 'retire' then clock_now() end where id = asked returning * into t;
	perform note_step('flow-templates', t.id, t.version, act, before, target, body ->> 'reason');
end $$;

-- migrate:down
drop table flow_template, flow_default cascade;
drop function if exists flow_template_step, flow_template_change, flow_template_make, check_flow_steps, flow_default_steps cascade;
