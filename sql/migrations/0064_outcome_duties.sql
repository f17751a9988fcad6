-- migrate:up
-- What is due for each enrolled person (domain.md §1.8, §2.7): the somatic assessment, the core instruments at the
-- start and every year, a full round of the life situation. A list for the team, and tasks made in time.

insert into deadline_rule (code, amount, unit, valid_from) values
	('OUTCOME_BASELINE', 42, 'DAYS', '2000-01-01'), -- the first assessments, after the enrolment
	('OUTCOME_ROUND', 12, 'MONTHS', '2000-01-01'),
	('LIFE_ROUND', 6, 'MONTHS', '2000-01-01');

-- A team may choose its own set: unit.config.core_instruments.
create function core_instruments(team unit) returns text[] language sql stable as $$
	select case when jsonb_typeof((team).config -> 'core_instruments') = 'array'
		then array(select jsonb_array_elements_text((team).config -> 'core_instruments'))
		else '{HONOS,PSF,GAF_S,GAF_F,AUDIT,DUDIT,MANSA}' end
$$;

-- Every duty of the open enrolments of a team, due or not. What a person has declined is done; what was entered in
-- error is not. Each deadline is counted once for a day, not for a person. Owner's rights: row security would ask of each
-- row what is asked here once; it begins with the caller's own team, and leaves out who has closed assessments to the caller.
create function outcome_duties(of_team uuid) returns table (patient_id uuid, enrolment_id uuid, kind text, rule text,
	last_on date, due_on date, instruments text[]) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	wanted text[] := (select array(select i.code from instrument i where i.is_current and i.code = any (core_instruments(u)))
		from unit u where u.id = of_team);
	closed uuid[] := board_closed(of_team, '{enrolments,assessments}');
begin
	return query
	with enrolled as materialized (
		select e.id, e.patient_id as person, oslo_day(e.enrolled_at) as since
		from enrolment e where e.unit_id = of_team and e.ended_at is null and e.state <> 'PENDING'
			and not closed && array[e.patient_id, e.id]
	), core as materialized (
		select e.id, e.person, e.since, w.code, a.last_on
		from enrolled e cross join unnest(wanted) w (code)
		left join (select x.enrolment_id, x.instrument_code, max(x.assessed_on) as last_on
			from assessment x join enrolled k on k.person = x.patient_id and k.id = x.enrolment_id
			where x.instrument_code = any (wanted) and not x.entered_in_error group by 1, 2) a
			on a.enrolment_id = e.id and a.instrument_code = w.code
	), life as materialized (
		select l.patient_id as person, max(l.observed_on) as last_on
		from life_situation l where l.patient_id in (select e.person from enrolled e) and not l.entered_in_error
			and (select count(r.staff_level) from life_rating r where r.life_situation_id = l.id) = 8
		group by 1
	), somatic as materialized (
		select distinct on (a.patient_id) a.patient_id as person, a.examined_on, a.next_due
		from somatic_assessment a where a.patient_id in (select e.person from enrolled e) and not a.entered_in_error
		order by a.patient_id, a.examined_on desc, a.id desc
	), counted as materialized (
		select d.rule, d.start, deadline_day(d.rule, d.start) as due_on from (
			select 'OUTCOME_ROUND' as rule, c.last_on as start from core c where c.last_on is not null
			union select 'OUTCOME_BASELINE', e.since from enrolled e
			union select 'SOMATIC_FIRST', e.since from enrolled e
			union select 'LIFE_ROUND', l.last_on from life l) d
	), due as (
		select c.*, n.due_on, min(n.due_on) over (partition by c.id) as first_due
		from core c join counted n on n.start = coalesce(c.last_on, c.since)
			and n.rule = case when c.last_on is null then 'OUTCOME_BASELINE' else 'OUTCOME_ROUND' end
	)
	select d.person, d.id, case when bool_or(d.last_on is null) then 'BASELINE' else 'OUTCOME_ROUND' end,
		case when bool_or(d.last_on is null) then 'OUTCOME_BASELINE' else 'OUTCOME_ROUND' end,
		max(d.last_on), d.first_due, array_agg(d.code order by d.code)
	from due d where d.due_on = d.first_due group by d.person, d.id, d.first_due
	union all
	select e.person, e.id, 'SOMATIC', case when s.person is null then 'SOMATIC_FIRST' else 'SOMATIC_YEARLY' end,
		s.examined_on, coalesce(s.next_due, n.due_on), null
	from enrolled e join counted n on n.rule = 'SOMATIC_FIRST' and n.start = e.since
	left join somatic s on s.person = e.person
	union all
	select e.person, e.id, 'LIFE_SITUATION', n.rule, l.last_on, n.due_on, null
	from enrolled e left join life l on l.person = e.person
	join counted n on n.start = coalesce(l.last_on, e.since)
		and n.rule = case when l.last_on is null then 'OUTCOME_BASELINE' else 'LIFE_ROUND' end;
end $$;

-- The final round is done when each instrument of the team's set was used, or declined, on the occasion of discharge.
create function enrolment_outcome_is_measured(enrolment uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select not exists (select 1 from enrolment e join unit u on u.id = e.unit_id
		join instrument i on i.is_current and i.code = any (core_instruments(u))
		where e.id = $1 and not exists (select 1 from assessment a where a.enrolment_id = e.id
			and a.instrument_code = i.code and a.occasion = 'DISCHARGE' and not a.entered_in_error))
$$;

create function outcome_task_title(of_kind text) returns text language sql immutable as $$
	select case of_kind when 'SOMATIC' then 'Somatisk undersøkelse'
		when 'BASELINE' then 'Kartlegging ved oppstart'
		when 'OUTCOME_ROUND' then 'Årlig måling av utbytte'
		else 'Livssituasjonen på åtte områder' end
$$;

-- When a team's tasks were last made: what is due changes from day to day, not from second to second.
create table outcome_task_run (
	unit_id uuid primary key references unit,
	ran_at timestamptz not null
);

-- The tasks of one team: two weeks ahead each duty is one; when it is done or has moved, the task is done too.
create function outcome_tasks(team unit) returns int language plpgsql as $$
declare
	n int;
begin
	with due as (
		select 'outcome:' || d.enrolment_id || ':' || d.kind || ':' || d.due_on as key, d.*
		from outcome_duties(team.id) d where d.due_on <= clock_today() + 14
	), finished as (
		update task t set state = 'DONE', closed_at = clock_now()
		where t.unit_id = team.id and t.state = 'OPEN' and t.source_key like 'outcome:%'
			and not exists (select 1 from due where due.key = t.source_key)
	)
	insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
	select 'OUTCOME_' || d.kind, outcome_task_title(d.kind), d.patient_id, team.id, team.agency_id,
		(d.due_on + 1)::timestamp at time zone 'Europe/Oslo', 'enrolment', d.enrolment_id, d.key
	from due d where not exists (select 1 from task t where t.source_key = d.key)
	order by d.due_on, d.key
	on conflict (source_key) do nothing;
	get diagnostics n = row_count;
	insert into outcome_task_run (unit_id, ran_at) values (team.id, clock_now())
	on conflict (unit_id) do update set ran_at = excluded.ran_at;
	return n;
end $$;

-- Team by team, those that have waited longest first and each whole, so that one run stays short however many they are.
create function job_outcome_duties(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	team unit;
	n int := 0;
begin
	for team in select u.* from unit u left join outcome_task_run r on r.unit_id = u.id
		where coalesce(r.ran_at, '-infinity') <= clock_now() - interval '1 hour'
			and (exists (select 1 from enrolment e where e.unit_id = u.id and e.ended_at is null)
				-- the last person has left, and with them the tasks
				or exists (select 1 from task t where t.unit_id = u.id and t.state = 'OPEN'
					and t.source_key like 'outcome:%'))
		order by coalesce(r.ran_at, '-infinity'), u.id limit greatest(batch / 20, 1) for no key update of u skip locked
	loop
		n := n + outcome_tasks(team);
		exit when n >= batch;
	end loop;
	return n;
end $$;
revoke execute on function job_outcome_duties(int), outcome_tasks(unit) from public;
insert into job (kind, call) values ('outcome_tasks_made', 'job_outcome_duties');

-- migrate:down
delete from job where call = 'job_outcome_duties';
drop table outcome_task_run;
drop function if exists enrolment_outcome_is_measured, job_outcome_duties, outcome_tasks, outcome_task_title, outcome_duties, core_instruments cascade;
delete from deadline_rule where code in ('OUTCOME_BASELINE', 'OUTCOME_ROUND', 'LIFE_ROUND');
