-- migrate:up
-- What stands in a plan, what it lacks, and how much of it each projection shows.

-- Under which name the members of this kind stand in a representation.
create function plan_member(kind text) returns text language sql immutable as $$
	select case kind when 'IP' then 'individual' when 'CRISIS' then 'crisis' when 'WORK_ACTIVITY' then 'work'
		when 'TREATMENT' then 'treatment' end
$$;

-- When it is to be looked at ------------------------------------------------------------------------------
-- Since when the person is followed up intensively; NULL: they are not. Owner's rights: the board is the team's own.
create function intensive_since(person uuid) returns timestamptz language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select min(i.valid_from) from intensity_period i
	where i.patient_id = person and i.level = 'INTENSIVE' and i.valid_to is null);
end $$;

-- As agreed; a treatment plan sooner while the person is followed up intensively: every three months of that time
-- (domain.md §2.7), from the last review in it.
create function plan_review_due(p plan) returns date language plpgsql stable as $$
begin
	if p.kind <> 'TREATMENT' then
		return p.next_review_on;
	end if;
	return least(p.next_review_on, (select oslo_day(deadline_at('PLAN_REVIEW', greatest(i.since, p.reviewed_at), 'TREATMENT_INTENSIVE')) - 1
		from intensive_since(p.patient_id) i (since) where i.since is not null));
end $$;

-- Completeness ------------------------------------------------------------------------------------------
create function said(content jsonb, member text) returns boolean language sql immutable as $$
	select coalesce(case jsonb_typeof(content -> member) when 'array' then jsonb_array_length(content -> member) > 0
		when 'string' then length(content ->> member) > 0 when 'boolean' then (content -> member)::boolean
		else content ? member and content -> member <> 'null' end, false)
$$;

-- The nine statutory parts of an individual plan (domain.md §3.1).
create function plan_parts_individual(p plan) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object(
		'goals_resources_needs', said(p.content, 'resources') and said(p.content, 'needs')
			and exists (select 1 from plan_goal g where g.plan_id = p.id and g.removed_at is null),
		'participants', exists (select 1 from plan_participant t where t.plan_id = p.id and t.left_at is null),
		'coordinator', plan_has_coordinator(p),
		'contributions', said(p.content, 'contributions'),
		'measures', exists (select 1 from measure m where m.plan_id = p.id and m.state not in ('REFUSED', 'WITHDRAWN')
			and m.extent is not null),
		'how', exists (select 1 from measure m where m.plan_id = p.id and m.state not in ('REFUSED', 'WITHDRAWN') and m.how is not null)
			and not exists (select 1 from measure m where m.plan_id = p.id and measure_is_open(m.state) and m.how is null),
		'period', num_nonnulls(p.period_from, p.period_to, p.next_review_on) = 3,
		'consent', coalesce(consent_stands(p.consent_id, p.patient_id), false),
		'cooperation', p.content ? 'cooperation'); -- that none is needed is an answer
end $$;

create function plan_parts(p plan) returns jsonb language plpgsql stable as $$
declare
	agreed boolean := p.made_without_patient or coalesce(consent_stands(p.consent_id, p.patient_id), false);
	common jsonb := jsonb_build_object('coordinator', plan_has_coordinator(p), 'consent', agreed,
		'review', coalesce(p.next_review_on < oslo_day(deadline_at('PLAN_REVIEW', clock_now(), p.kind)), false));
begin
	return case p.kind when 'IP' then plan_parts_individual(p)
		when 'CRISIS' then common || jsonb_build_object('warning_signs', said(p.content, 'warning_signs'),
			'what_helps', said(p.content, 'what_helps'), 'contacts', said(p.content, 'contacts'))
		-- a plan is asked for, not a job
		when 'WORK_ACTIVITY' then common || jsonb_build_object('wish', said(p.content, 'wish')
			or (said(p.content, 'not_now') and said(p.content, 'not_now_reason') and said(p.content, 'revisit_on')))
		else common || jsonb_build_object('approach', said(p.content, 'approach'),
			'goals', exists (select 1 from plan_goal g where g.plan_id = p.id and g.removed_at is null)) end;
end $$;

-- All that must be there before the person is asked: everything but the consent itself.
create function plan_is_complete(p plan) returns boolean language plpgsql stable as $$
begin
	return (select bool_and(x.value::boolean) from jsonb_each(plan_parts(p)) x where x.key <> 'consent');
end $$;

-- In force on that day, whole, agreed to, with someone who follows it up, and looked at in time.
create function plan_is_valid(p plan, day date default clock_today()) returns boolean language plpgsql stable as $$
declare
	parts jsonb;
begin
	if plan_state(p) not in ('ACTIVE', 'UNDER_REVIEW') then
		return false;
	elsif p.kind = 'CRISIS' then
		return coalesce(deadline_at('PLAN_REVIEW', p.reviewed_at, 'CRISIS') > (day::timestamp at time zone 'Europe/Oslo'), false);
	elsif not coalesce(day < (deadline_at('PLAN_REVIEW_GRACE', plan_review_due(p)::timestamp at time zone 'Europe/Oslo')
			at time zone 'Europe/Oslo')::date, false) then
		return false;
	end if;
	parts := plan_parts(p);
	return (select bool_and(x.value::boolean) from jsonb_each(parts) x)
		and (p.kind <> 'IP' or day between p.period_from and p.period_to);
end $$;

-- Each measure that is not over has been accepted by the agency that answers for it.
create function plan_is_binding(p plan) returns boolean language plpgsql stable as $$
begin
	return (select plan_is_valid(p) and not exists (select 1 from measure m where m.plan_id = p.id and m.state = 'PROPOSED'));
end $$;

create function plan_completeness_json(p plan) returns jsonb language plpgsql stable as $$
declare
	parts jsonb := plan_parts(p);
begin
	return jsonb_build_object('plan_id', p.id, 'kind', p.kind, 'parts', parts,
		'missing', (select coalesce(jsonb_agg(x.key order by x.key), '[]') from jsonb_each(parts) x where not x.value::boolean),
		'is_complete', plan_is_complete(p), 'is_valid', plan_is_valid(p), 'is_binding', plan_is_binding(p));
end $$;

-- Representations -----------------------------------------------------------------------------------------
create function plan_goal_json(g plan_goal) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', g.id, 'version', g.version, 'plan_id', g.plan_id, 'words', g.words,
		'domain', g.domain, 'target_date', g.target_date, 'baseline_score', g.baseline_score, 'score', g.score,
		'removed_at', g.removed_at, 'created_at', g.created_at, 'updated_at', g.updated_at))
$$;

-- Whether the agency gets confidential data: health care by its own gate, others by the person's consent.
create function participant_is_covered(t plan_participant, category text) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	if t.kind = 'RELATIVE' then
		return exists (select 1 from consent c where c.patient_id = t.patient_id and c.state = 'GRANTED'
			and c.type = 'RELATIVE_INFO' and c.to_relation_id = t.relation_id and c.valid_from <= clock_now()
			and c.valid_to > clock_now())
			or exists (select 1 from patient_relation r where r.id = t.relation_id and r.is_legal_representative);
	end if;
	return unit_may_get(t.unit_id, t.patient_id, category);
end $$;

-- A municipality's housing service stands outside health care, as its staff do in the matrix.
create function unit_may_get(unit uuid, patient uuid, category text) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select (u.type <> 'HOUSING_SERVICE' and a.type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST'))
			or exists (select 1 from consent c where c.patient_id = patient and c.state = 'GRANTED'
				and c.type in ('SHARE', 'IP_PARTICIPANT_ACCESS') and a.id = any (c.to_agencies)
				and category = any (c.data_categories) and c.valid_from <= clock_now() and c.valid_to > clock_now())
		from unit u join agency a on a.id = u.agency_id where u.id = unit);
end $$;

create function plan_participant_json(t plan_participant) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', t.id, 'version', t.version, 'plan_id', t.plan_id, 'kind', t.kind,
		'name', t.name, 'part', t.part, 'phone', t.phone, 'staff_id', t.staff_id, 'unit', unit_brief(t.unit_id),
		'relation_id', t.relation_id, 'is_covered', case when t.kind <> 'OTHER' then participant_is_covered(t, 'PLAN') end,
		'joined_at', t.joined_at, 'left_at', t.left_at, 'created_at', t.created_at, 'updated_at', t.updated_at))
$$;

-- Who coordinates these plans; of several with the same coordinator it is asked once.
create function plan_coordinators(plans plan[]) returns table (plan_id uuid, coordinator jsonb) language plpgsql stable as $$
begin
	return query
	with asked as materialized (
		select x.id, x.coordinator_staff_id as member, x.coordinator_unit_id as of_unit, plan_coordinator_roles(x.kind) as roles
		from unnest(plans) x where x.coordinator_staff_id is not null
	), told as materialized (
		select d.*, jsonb_build_object('staff_id', s.id, 'name', s.name, 'unit', unit_brief(d.of_unit),
			'is_active', works_in(d.member, d.of_unit, d.roles)) as body
		from (select distinct a.member, a.of_unit, a.roles from asked a) d join staff s on s.id = d.member
	)
	select a.id, t.body from asked a join told t using (member, of_unit, roles);
end $$;

create function plan_coordinator_json(p plan) returns jsonb language plpgsql stable as $$
begin
	return (select c.coordinator from plan_coordinators(array[p]) c);
end $$;

-- Goals, participants and measures as they are now, whole; a version keeps them as they were.
create function plan_belongings(p plan) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object(
		'goals', (select coalesce(jsonb_agg(plan_goal_json(g) order by g.created_at, g.id), '[]') from plan_goal g
			where g.plan_id = p.id and g.removed_at is null),
		'participants', (select coalesce(jsonb_agg(plan_participant_json(t) order by t.joined_at, t.id), '[]')
			from plan_participant t where t.plan_id = p.id and t.left_at is null),
		'measures', (select coalesce(jsonb_agg(measure_json(m) order by m.created_at, m.id), '[]') from measure m
			where m.plan_id = p.id and m.state not in ('REFUSED', 'WITHDRAWN')));
end $$;

-- What the letter f leaves: whom to call for housing; for colleagues without health duties no treatment.
create function plan_limited(p plan) returns jsonb language sql stable as $$
	select case when p.kind = 'CRISIS' and app_role() = 'HO'
			then jsonb_strip_nulls(jsonb_build_object('contacts', p.content -> 'contacts'))
		when p.kind = 'CRISIS' then p.content - 'wanted_treatment' - 'unwanted_treatment' - 'medication_notes'
			- 'triggers' - 'relatives_to_inform'
		else '{}' end
$$;

-- With the letter f of the measures those of the own agency, and no goals.
create function plan_limited_belongings(belongings jsonb) returns jsonb language sql stable as $$
	select jsonb_build_object('goals', '[]'::jsonb, 'participants', belongings -> 'participants',
		'measures', (select coalesce(jsonb_agg(m), '[]') from jsonb_array_elements(belongings -> 'measures') m
			where m ->> 'responsible_agency_id' = app_agency_id()::text))
$$;

-- Less the measures that the person has closed to the caller.
create function plan_without_closed(p plan, belongings jsonb) returns jsonb language plpgsql stable as $$
begin
	return belongings || jsonb_build_object('measures', (select coalesce(jsonb_agg(m order by n), '[]')
		from jsonb_array_elements(belongings -> 'measures') with ordinality x (m, n)
		where not resource_is_blocked(p.patient_id, 'plan-measures') and not item_is_blocked(p.patient_id, (m ->> 'id')::uuid)));
end $$;

-- Housing gets of a crisis plan whom to call, and nothing else.
create function plan_is_call_list(p plan) returns boolean language sql stable as $$
	select p.kind = 'CRISIS' and app_role() = 'HO' $$;

-- Neither the status alone nor a list of whom to call.
create function plan_is_told(p plan) returns boolean language sql stable as $$
	select plan_cell(p) ->> 'level' <> 'S' and not plan_is_call_list(p) $$;

-- A plan, perhaps as it once was, as much of it as the caller's cell now allows.
create function plan_json(p plan, belongings jsonb, cell jsonb) returns jsonb language plpgsql stable as $$
declare
	limited boolean := strpos(cell ->> 'gates', 'f') > 0;
	shown jsonb := plan_without_closed(p, belongings);
begin
	if cell ->> 'level' = 'S' then
		return jsonb_build_object('id', p.id, 'version', p.version, 'projection', 'STATUS', 'kind', p.kind,
			'patient_id', p.patient_id, 'status', plan_state(p), 'updated_at', p.updated_at);
	end if;
	if plan_is_call_list(p) then
		return jsonb_strip_nulls(jsonb_build_object('id', p.id, 'version', p.version, 'projection', 'LIMITED', 'kind', p.kind,
			'patient_id', p.patient_id, 'status', plan_state(p), 'coordinator', plan_coordinator_json(p),
			plan_member(p.kind), plan_limited(p), 'updated_at', p.updated_at));
	end if;
	return jsonb_strip_nulls(jsonb_build_object('id', p.id, 'version', p.version,
		'projection', case when limited then 'LIMITED' else 'FULL' end, 'kind', p.kind, 'patient_id', p.patient_id,
		'status', plan_state(p), 'owner_agency_id', p.owner_agency_id, 'created_by', p.created_by,
		'coordinator', plan_coordinator_json(p), 'coordinating_unit', unit_brief(p.coordinating_unit_id),
		'period_from', p.period_from, 'period_to', p.period_to, 'next_review_on', p.next_review_on,
		'review_due_on', case when p.state in ('ACTIVE', 'UNDER_REVIEW') then plan_review_due(p) end, 'reviewed_at', p.reviewed_at, 'version_in_force', nullif(p.version_number, 0), 'consent_id', p.consent_id,
		'made_without_patient', p.made_without_patient, 'signed_by_patient', p.signed_by_patient,
		'approval', p.approval, 'approved_at', p.approved_at, 'offered_at', p.offered_at, 'offered_by', p.offered_by,
		'decision', p.decision, 'ended_at', p.ended_at, 'created_at', p.created_at, 'updated_at', p.updated_at)
		|| case when limited then '{}' else jsonb_build_object('request_reason', p.request_reason, 'explained', p.explained,
			'without_patient_reason', p.without_patient_reason, 'end_reason', p.end_reason) end
		|| jsonb_build_object(plan_member(p.kind), case when limited then plan_limited(p) else p.content end)
		|| case when limited then plan_limited_belongings(shown) else shown end);
end $$;

create function plan_brief_json(p plan, cell jsonb, coordinator jsonb, is_valid boolean, is_binding boolean) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', p.id, 'version', p.version, 'kind', p.kind, 'patient_id', p.patient_id,
		'status', plan_state(p), 'updated_at', p.updated_at)
		|| case when cell ->> 'level' = 'S' then '{}' else jsonb_build_object('coordinator', coordinator,
			'coordinating_unit', unit_brief(p.coordinating_unit_id), 'next_review_on', p.next_review_on,
			'version_in_force', nullif(p.version_number, 0), 'is_valid', is_valid,
			'is_binding', is_binding, 'created_at', p.created_at) end)
$$;

create function plan_review_json(r plan_review) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', r.id, 'version', r.version, 'plan_id', r.plan_id, 'held_at', r.held_at,
		'patient_present', r.patient_present, 'relatives_present', r.relatives_present,
		'agencies_present', r.agencies_present, 'goal_scores', r.goal_scores, 'instrument_changes', r.instrument_changes,
		'decisions', r.decisions, 'next_review_on', r.next_review_on, 'staff_id', r.staff_id, 'agency_id', r.agency_id,
		'created_at', r.created_at))
$$;

create function plan_version_json(v plan_version) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('number', v.number, 'valid_from', v.valid_from, 'agreed_by', v.agreed_by,
		'staff_id', v.staff_id, 'agency_id', v.agency_id,
		'valid_to', (select min(n.valid_from) from plan_version n where n.plan_id = v.plan_id and n.number > v.number)))
$$;

-- migrate:down
drop function if exists plan_without_closed, plan_is_told, plan_is_call_list, plan_version_json, plan_review_json, plan_brief_json, plan_json, plan_limited_belongings,
	plan_limited, plan_belongings, plan_coordinator_json, plan_coordinators, plan_participant_json, unit_may_get, participant_is_covered,
	plan_goal_json, plan_completeness_json, plan_is_binding, plan_is_valid, plan_is_complete, plan_parts,
	plan_parts_individual, said, plan_review_due, intensive_since, plan_member cascade;
