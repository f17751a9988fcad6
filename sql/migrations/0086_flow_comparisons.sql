-- migrate:up
-- What happened on a person's way, beside what the templates in force expected.

-- The events of the person's present or last course: from its referral, or the enrolment when there was none.
create function flow_events(person uuid) returns table (event text, at timestamptz) language sql stable as $$
	with course as (
		select e.id, e.enrolled_at, e.first_contact_at, e.ended_at, coalesce(r.sent_at, e.enrolled_at) as begun, r.sent_at, r.decided_at
		from enrolment e left join referral r on r.id = e.referral_id
		where e.patient_id = $1 order by e.enrolled_at desc limit 1
	), waiting as ( -- a referral that has not become an enrolment
		select r.sent_at, r.decided_at from referral r where r.patient_id = $1 and r.sent_at is not null
			and r.sent_at > coalesce((select c.begun from course c), '-infinity') order by r.sent_at desc limit 1
	), begun as (
		select coalesce((select w.sent_at from waiting w), (select c.begun from course c)) as at
	), stay as (
		select a.admitted_at, a.ready_at, a.ended_at from admission a cross join begun b
		where a.patient_id = $1 and a.admitted_at >= b.at and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR')
		order by a.admitted_at desc limit 1
	)
	select x.event, min(x.at) from (
		select 'REFERRAL_SENT', coalesce((select w.sent_at from waiting w), (select c.sent_at from course c))
		union all select 'REFERRAL_DECIDED', case when exists (select 1 from waiting) then (select w.decided_at from waiting w)
			else (select c.decided_at from course c) end
		union all select v.event, v.at from course c cross join lateral (values ('ENROLLED', c.enrolled_at),
			('FIRST_CONTACT', c.first_contact_at), ('TEAM_DISCHARGED', c.ended_at)) v (event, at) where not exists (select 1 from waiting)
		union all select case p.kind when 'IP' then 'IP_IN_FORCE' when 'CRISIS' then 'CRISIS_PLAN_IN_FORCE'
				when 'WORK_ACTIVITY' then 'WORK_PLAN_IN_FORCE' else 'TREATMENT_PLAN_IN_FORCE' end, p.approved_at
			from plan p where p.patient_id = $1 and p.state <> 'CANCELLED'
		union all select 'SOMATIC_ASSESSED', (s.examined_on::timestamp at time zone 'Europe/Oslo') from somatic_assessment s
			cross join begun b where s.patient_id = $1 and not s.declined_by_patient and s.examined_on >= oslo_day(b.at)
		union all select v.event, v.at from stay s cross join lateral (values ('ADMITTED', s.admitted_at),
			('WARD_READY', s.ready_at), ('WARD_DISCHARGED', s.ended_at)) v (event, at)
		union all select 'CONTACT_AFTER_DISCHARGE', c.started_at from contact c join stay s on c.started_at >= s.ended_at
			where c.patient_id = $1 and c.outcome = 'HELD' and c.mode = 'FACE_TO_FACE') x (event, at)
	where x.at is not null group by x.event
$$;

-- When a step is due: working days and days end when the day ends in Oslo.
create function flow_due(step jsonb, after timestamptz) returns timestamptz language sql stable as $$
	select ((case when coalesce(($1 ->> 'working_days')::boolean, false) then working_day_add(oslo_day($2), ($1 ->> 'max_days')::int)
		else oslo_day($2) + ($1 ->> 'max_days')::int end) + 1)::timestamp at time zone 'Europe/Oslo'
$$;

-- How many days it took, or has taken until now: counted as max_days is.
create function flow_days(step jsonb, after timestamptz, done timestamptz) returns int language sql stable as $$
	select case when coalesce(($1 ->> 'working_days')::boolean, false) then (select count(*)::int
			from generate_series(1, oslo_day(coalesce($3, clock_now())) - oslo_day($2)) n where is_working_day(oslo_day($2) + n))
		else oslo_day(coalesce($3, clock_now())) - oslo_day($2) end
$$;

-- As which thing of the person an event is read.
create function flow_event_resource(event text) returns text language sql immutable as $$
	select case when $1 like 'REFERRAL%' then 'referrals' when $1 in ('ENROLLED', 'FIRST_CONTACT', 'TEAM_DISCHARGED') then 'enrolments'
		when $1 = 'CRISIS_PLAN_IN_FORCE' then 'crisis-plans' when $1 = 'IP_IN_FORCE' then 'individual-plans'
		when $1 = 'WORK_PLAN_IN_FORCE' then 'work-activity-plans' when $1 = 'TREATMENT_PLAN_IN_FORCE' then 'treatment-plans'
		when $1 = 'SOMATIC_ASSESSED' then 'somatic-assessments' else 'admissions' end
$$;

-- With f without what many a role has no cell for; never what the person has closed to the caller.
create function flow_event_is_told(person uuid, event text) returns boolean language sql stable as $$
	select (not app_gate('f') or flow_event_resource($2) in ('enrolments', 'crisis-plans', 'individual-plans', 'work-activity-plans'))
		and not resource_is_blocked($1, flow_event_resource($2))
$$;

create function flow_compared(person uuid, t flow_template) returns jsonb language sql stable as $$
	with happened as materialized (select f.event, f.at from flow_events($1) f),
	steps as (
		select s.b, s.n, d.at as done_at, a.at as after_at, flow_due(s.b, a.at) as due_at
		from jsonb_array_elements((t).steps) with ordinality s (b, n)
		left join happened d on d.event = s.b ->> 'event'
		left join happened a on a.event = s.b ->> 'after' and flow_event_is_told($1, a.event)
		where flow_event_is_told($1, s.b ->> 'event')
	)
	select jsonb_build_object('template', jsonb_build_object('id', (t).id, 'name', (t).name, 'unit', unit_brief((t).unit_id)),
		'steps', coalesce(jsonb_agg(s.b || jsonb_strip_nulls(jsonb_build_object('due_at', s.due_at, 'happened_at', s.done_at,
			'status', case when s.done_at is not null then case when s.done_at >= s.due_at then 'LATE' else 'DONE' end
				when s.after_at is null then 'NOT_BEGUN' when s.due_at < clock_now() then 'OVERDUE' else 'WAITING' end,
			'days', case when s.after_at is not null then flow_days(s.b, s.after_at, s.done_at) end))
			order by s.n), '[]'))
	from steps s
$$;

-- The templates in force of the teams that the person is or was enrolled in, or has been referred to.
create function flow_comparisons_json(person uuid, template uuid) returns jsonb language sql stable as $$
	select jsonb_build_object('patient_id', $1, 'items', coalesce(jsonb_agg(flow_compared($1, t) order by t.name, t.id), '[]'))
	from flow_template t where t.state = 'IN_FORCE' and ($2 is null or t.id = $2)
		and (exists (select 1 from enrolment e where e.patient_id = $1 and e.unit_id = t.unit_id)
			or exists (select 1 from referral r where r.patient_id = $1 and r.receiving_unit_id = t.unit_id and r.sent_at is not null))
$$;

-- migrate:down
drop function if exists flow_comparisons_json, flow_compared, flow_event_is_told, flow_event_resource, flow_days, flow_due, flow_events cascade;
