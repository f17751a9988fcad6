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
		else deadline_at('PLAN_REVIEW_GRACE', p.next_review_on::timestamp at time zone 'Europe/Oslo') end;
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

-- The state of one duty: NULL when there is a valid plan.
create function plan_duty(e enrolment, kind text, out rule text, out since timestamptz, out due_at timestamptz)
language plpgsql stable as $$
declare
	p plan;
begin
	-- what is in force says most, then what is open, then the last of what has been
	select x.* into p from plan x where x.patient_id = e.patient_id and x.kind = plan_duty.kind and x.state <> 'CANCELLED'
	order by x.state in ('ACTIVE', 'UNDER_REVIEW') desc, x.state = 'SUSPENDED' desc, x.ended_at is null desc, x.created_at desc
	limit 1;
	due_at := deadline_at('PLAN_DUE', e.enrolled_at, kind);
	if p.id is not null and plan_is_valid(p) then
		rule := null;
	elsif p.state in ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED') then
		select i.rule, i.since into rule, since from plan_invalid_since(p) i;
		due_at := greatest(due_at, since);
	elsif p.state = 'DECLINED' then
		rule := 'DECLINED';
		since := p.ended_at;
		due_at := greatest(due_at, deadline_at('PLAN_REOFFER', p.ended_at));
	elsif p.state = 'ENDED' then
		rule := 'ENDED';
		since := greatest(p.ended_at, e.enrolled_at);
		due_at := greatest(due_at, since);
	else
		rule := case when p.id is null then 'NEVER_MADE' else 'NOT_YET_IN_FORCE' end;
		since := e.enrolled_at;
	end if;
end $$;

-- The duties of the caller's own teams. Owner's rights: that a plan is missing, and why, is the team's business, also
-- for those of it who may not read the plan; nothing else of it is told.
create function plan_duties(enrolments uuid[]) returns table (enrolment_id uuid, patient_id uuid, unit_id uuid,
	main_contact_id uuid, kind text, rule text, since timestamptz, due_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
	select e.id, e.patient_id, e.unit_id, e.main_contact_id, k, d.rule, d.since, d.due_at
	from enrolment e cross join unnest('{IP,CRISIS,WORK_ACTIVITY,TREATMENT}'::text[]) k
	cross join lateral plan_duty(e, k) d
	where e.id = any (enrolments) and e.unit_id = any (app_unit_ids()) and e.ended_at is null and d.rule is not null
$$;

create function plan_duty_json(enrolment_id uuid, patient_id uuid, unit_id uuid, main_contact_id uuid, kind text, rule text,
	since timestamptz, due_at timestamptz) returns jsonb language sql stable as $$
	select jsonb_build_object('enrolment_id', $1, 'patient_id', $2, 'unit', unit_brief($3), 'main_contact_id', $4, 'kind', $5,
		'rule', $6, 'text_nb', (select c.display_nb from code_concept c where c.system_code = 'plan-duty-rule' and c.code = $6),
		'since', $7, 'due_at', $8, 'overdue', $8 < clock_now())
$$;

-- migrate:down
drop function if exists plan_duty_json, plan_duties, plan_duty, plan_invalid_since, left_work_at;
delete from code_concept where system_code = 'plan-duty-rule';
delete from code_system where code = 'plan-duty-rule';
delete from deadline_rule where code = 'PLAN_DUE';
delete from legal_basis where code like '%\_INDIVIDUAL\_PLAN' or code in ('HOL_COORDINATOR', 'HOL_COORDINATING_UNIT');
