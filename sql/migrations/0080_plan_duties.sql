-- migrate:up
-- The plan duty watch: who is enrolled and has no valid plan of each kind, since when, and by which rule.

insert into legal_basis (code, law, section, title_en, valid_from) values
	('PBRL_INDIVIDUAL_PLAN', 'pasient- og brukerrettighetsloven', '§ 2-5', 'Right to an individual plan', '2001-01-01'),
	('HOL_INDIVIDUAL_PLAN', 'helse- og omsorgstjenesteloven', '§ 7-1', 'The municipality makes the individual plan', '2012-01-01'),
	('HOL_COORDINATOR', 'helse- og omsorgstjenesteloven', '§ 7-2', 'The municipality appoints a coordinator', '2012-01-01'),
	('HOL_COORDINATING_UNIT', 'helse- og omsorgstjenesteloven', '§ 7-3', 'Coordinating unit', '2012-01-01'),
	('SPHL_INDIVIDUAL_PLAN', 'spesialisthelsetjenesteloven', '§ 2-5', 'The health trust''s duty of individual plans', '2001-01-01'),
	('PHVL_INDIVIDUAL_PLAN', 'psykisk helsevernloven', '§ 4-1', 'Individual plan in mental health care', '2001-01-01'),
	('NAV_INDIVIDUAL_PLAN', 'NAV-loven', '§ 15', 'NAV''s duty of individual plans', '2006-07-01'),
	('REGULATION_INDIVIDUAL_PLAN', 'forskrift om individuell plan ved ytelse av velferdstjenester', '', 'One regulation for all welfare services', '2022-08-01')
on conflict do nothing;

-- How long after the enrolment there should be a plan of the kind.
insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values
	('PLAN_DUE', 'IP', 90, 'DAYS', 'PBRL_INDIVIDUAL_PLAN'),
	('PLAN_DUE', 'CRISIS', 90, 'DAYS', null),
	('PLAN_DUE', 'WORK_ACTIVITY', 90, 'DAYS', null),
	('PLAN_DUE', 'TREATMENT', 56, 'DAYS', null);

insert into code_system (code, uri, name_nb, name_en) values
	('plan-duty-rule', null, 'Hvorfor en plan mangler', 'Why a valid plan is missing');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('plan-duty-rule', 'NEVER_MADE', 'Det er aldri laget en slik plan', 'No such plan was ever made', 1),
	('plan-duty-rule', 'NOT_YET_IN_FORCE', 'Planen er påbegynt, men ikke i kraft', 'Begun, not in force', 2),
	('plan-duty-rule', 'DECLINED', 'Personen takket nei; planen tilbys på nytt', 'Declined; to be offered again', 3),
	('plan-duty-rule', 'ENDED', 'Planen er avsluttet', 'Ended', 4),
	('plan-duty-rule', 'SUSPENDED', 'Samtykket gjelder ikke lenger', 'The consent no longer stands', 5),
	('plan-duty-rule', 'REVIEW_LATE', 'Evalueringen er for sen', 'The review is late', 6),
	('plan-duty-rule', 'PERIOD_OVER', 'Planperioden er ute', 'The period is over', 7),
	('plan-duty-rule', 'COORDINATOR_GONE', 'Planen har ingen koordinator i arbeid', 'No coordinator at work', 8),
	('plan-duty-rule', 'INCOMPLETE', 'Planen mangler påkrevde deler', 'Required parts are missing', 9);

-- Since when someone no longer works in a unit; NULL: they do.
create function left_work_at(member uuid, of_unit uuid) returns timestamptz language sql stable as $$
	select case when not bool_or(m.state = 'ACTIVE' and m.valid_from <= clock_today()
			and coalesce(m.valid_to, 'infinity') > clock_today())
		then max(coalesce(case when m.valid_to <= clock_today() then m.valid_to::timestamp at time zone 'Europe/Oslo' end,
			m.updated_at)) end
	from staff_membership m where m.staff_id = member and m.unit_id = of_unit
$$;

-- Why a plan that is in force is not valid today, and since when.
create function plan_invalid_since(p plan, out rule text, out since timestamptz) language plpgsql stable as $$
declare
	review timestamptz := case p.kind when 'CRISIS' then deadline_at('PLAN_REVIEW', p.reviewed_at, 'CRISIS')
		else deadline_at('PLAN_REVIEW_GRACE', plan_review_due(p)::timestamp at time zone 'Europe/Oslo') end;
begin
	if plan_state(p) = 'SUSPENDED' then
		rule := 'SUSPENDED';
		since := coalesce((select max(e.at) from transition_event e where e.object_id = p.id and e.action = 'suspend'),
			(select c.valid_to from consent c where c.id = p.consent_id), p.updated_at);
	elsif review <= clock_now() then
		rule := 'REVIEW_LATE';
		since := review;
	elsif p.kind = 'IP' and p.period_to < clock_today() then
		rule := 'PERIOD_OVER';
		since := (p.period_to + 1)::timestamp at time zone 'Europe/Oslo';
	elsif not plan_has_coordinator(p) then
		rule := 'COORDINATOR_GONE';
		since := coalesce(left_work_at(p.coordinator_staff_id, p.coordinator_unit_id), p.updated_at);
	else
		rule := 'INCOMPLETE';
		since := p.updated_at;
	end if;
end $$;

-- Which of these persons' plans are valid today: what plan_is_valid() says of each (a test compares them), asked for all at
-- once, since one after the other the plans of a team took a hundred times as long. Owner's rights: part of plan_duties, and
-- in a list of plans a caller's own objections would make plans of others look incomplete.
create function valid_plans(persons uuid[], only_these uuid[] default null) returns uuid[] language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	at timestamptz := clock_now();
	today date := clock_today();
	midnight timestamptz := today::timestamp at time zone 'Europe/Oslo';
	review_before jsonb := (select jsonb_object_agg(k, oslo_day(deadline_at('PLAN_REVIEW', at, k)))
		from unnest('{WORK_ACTIVITY,TREATMENT}'::text[]) k);
begin
	return array(
		with intensive as materialized (
			select distinct i.patient_id from intensity_period i
			where i.patient_id = any (persons) and i.level = 'INTENSIVE' and i.valid_to is null
		), goals as materialized (
			select distinct g.plan_id from plan_goal g join plan x on x.id = g.plan_id
			where x.patient_id = any (persons) and g.removed_at is null
		), participants as materialized (
			select distinct t.plan_id from plan_participant t join plan x on x.id = t.plan_id
			where x.patient_id = any (persons) and t.left_at is null
		), measures as materialized (
			select m.plan_id, bool_or(m.state not in ('REFUSED', 'WITHDRAWN') and m.extent is not null) as extended,
				bool_and(not measure_is_open(m.state) or m.how is not null) as explained
			from measure m where m.patient_id = any (persons) group by m.plan_id
		), working as materialized (
			select distinct m.staff_id, m.unit_id, m.role from staff_membership m where m.state = 'ACTIVE'
				and m.valid_from <= today and coalesce(m.valid_to, 'infinity') > today
		), asked as (
			select p, p.id, p.kind, p.content, c.id is not null as agreed, g.plan_id is not null as has_goal,
				i.patient_id is not null as is_intensive, t.plan_id is not null as has_participant, m.extended, m.explained,
				exists (select 1 from working w where w.staff_id = p.coordinator_staff_id and w.unit_id = p.coordinator_unit_id
					and w.role = any (plan_coordinator_roles(p.kind))) as coordinated
			from plan p
			left join consent c on c.id = p.consent_id and c.state = 'GRANTED' and c.valid_from <= at and c.valid_to > at
			left join goals g on g.plan_id = p.id
			left join participants t on t.plan_id = p.id
			left join measures m on m.plan_id = p.id
			left join intensive i on i.patient_id = p.patient_id
			where p.patient_id = any (persons) and (only_these is null or p.id = any (only_these)) and p.state in ('ACTIVE', 'UNDER_REVIEW')
				and (p.consent_id is null or c.id is not null)
		)
		select a.id from asked a
		where case a.kind
			when 'CRISIS' then deadline_at('PLAN_REVIEW', (a.p).reviewed_at, 'CRISIS') > midnight
			when 'IP' then a.coordinated and a.agreed and a.has_goal and a.has_participant and a.extended
				and coalesce(a.explained, true) and said(a.content, 'resources') and said(a.content, 'needs')
				and said(a.content, 'contributions') and a.content ? 'cooperation' and today between (a.p).period_from and (a.p).period_to
			else a.coordinated and ((a.p).made_without_patient or a.agreed) and (a.p).next_review_on < (review_before ->> a.kind)::date
				and case a.kind when 'TREATMENT' then said(a.content, 'approach') and a.has_goal
					else said(a.content, 'wish') or (said(a.content, 'not_now') and said(a.content, 'not_now_reason')
						and said(a.content, 'revisit_on')) end end
			-- whose day has not come needs no month of grace
			and (a.kind = 'CRISIS' or ((a.p).next_review_on >= today and not (a.kind = 'TREATMENT' and a.is_intensive))
				or today < (deadline_at('PLAN_REVIEW_GRACE', plan_review_due(a.p)::timestamp at time zone 'Europe/Oslo')
					at time zone 'Europe/Oslo')::date));
end $$;

-- The duties of the caller's own teams: for each kind of plan what there is, when it is not valid. Of several plans what
-- is in force says most, then what is open, then the last of what has been. Owner's rights: that a plan is missing, and
-- why, is the team's business, also for those of it who may not read the plan; nothing else of it is told.
create function plan_duties(enrolments uuid[]) returns table (enrolment_id uuid, patient_id uuid, unit_id uuid,
	main_contact_id uuid, kind text, rule text, since timestamptz, due_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	persons uuid[] := array(select e.patient_id from enrolment e where e.id = any (enrolments)
		and e.unit_id = any (app_unit_ids()) and e.ended_at is null);
	valid uuid[] := valid_plans(persons);
begin
	return query
	with saying as materialized (
		select distinct on (p.patient_id, p.kind) p.id, p.patient_id as person, p.kind as of_kind
		from plan p where p.patient_id = any (persons) and p.state <> 'CANCELLED'
		order by p.patient_id, p.kind, p.state in ('ACTIVE', 'UNDER_REVIEW') desc, p.state = 'SUSPENDED' desc,
			p.ended_at is null desc, p.created_at desc
	), missing as materialized (
		select e.id, e.patient_id as person, e.unit_id as team, e.main_contact_id as contact, e.enrolled_at, k.of_kind,
			s.id as plan_id
		from enrolment e cross join unnest('{IP,CRISIS,WORK_ACTIVITY,TREATMENT}'::text[]) k (of_kind)
		left join saying s on s.person = e.patient_id and s.of_kind = k.of_kind
		left join unnest(valid) v (id) on v.id = s.id
		where e.id = any (enrolments) and e.unit_id = any (app_unit_ids()) and e.ended_at is null and v.id is null
	)
	select m.id, m.person, m.team, m.contact, m.of_kind, r.rule, r.since,
		greatest(deadline_at('PLAN_DUE', m.enrolled_at, m.of_kind), case when f.in_force or r.rule = 'ENDED' then r.since
			when r.rule = 'DECLINED' then deadline_at('PLAN_REOFFER', r.since) end)
	from missing m
	left join plan p on p.id = m.plan_id
	cross join lateral (select coalesce(p.state in ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED'), false) as in_force) f
	left join lateral plan_invalid_since(p) i on f.in_force
	cross join lateral (select case when f.in_force then i.rule when p.state in ('DECLINED', 'ENDED') then p.state
			when p.id is null then 'NEVER_MADE' else 'NOT_YET_IN_FORCE' end as rule,
		case when f.in_force then i.since when p.state = 'DECLINED' then p.ended_at
			when p.state = 'ENDED' then greatest(p.ended_at, m.enrolled_at) else m.enrolled_at end as since) r;
end $$;

create function plan_duty_json(enrolment_id uuid, patient_id uuid, unit_id uuid, main_contact_id uuid, kind text, rule text,
	since timestamptz, due_at timestamptz) returns jsonb language sql stable as $$
	select jsonb_build_object('enrolment_id', $1, 'patient_id', $2, 'unit', unit_brief($3), 'main_contact_id', $4, 'kind', $5,
		'rule', $6, 'text_nb', (select c.display_nb from code_concept c where c.system_code = 'plan-duty-rule' and c.code = $6),
		'since', $7, 'due_at', $8, 'overdue', $8 < clock_now())
$$;

-- migrate:down
drop function if exists plan_duty_json, plan_duties, valid_plans, plan_invalid_since, left_work_at;
delete from code_concept where system_code = 'plan-duty-rule';
delete from code_system where code = 'plan-duty-rule';
delete from deadline_rule where code = 'PLAN_DUE';
delete from legal_basis where code like '%\_INDIVIDUAL\_PLAN' or code in ('HOL_COORDINATOR', 'HOL_COORDINATING_UNIT');
