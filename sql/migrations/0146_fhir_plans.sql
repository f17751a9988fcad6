-- migrate:up
-- CarePlan: plans of all kinds. Goal: their goals. CareTeam: who takes part in a plan.

create function fhir_plan_status(state text) returns text language sql immutable as $$
	select case state when 'ACTIVE' then 'active' when 'UNDER_REVIEW' then 'active' when 'SUSPENDED' then 'on-hold'
		when 'ENDED' then 'completed' when 'DECLINED' then 'revoked' when 'CANCELLED' then 'revoked' else 'draft' end $$;

-- What stands in the kind's own member, the person's wish first, is the description; no text is shortened or joined.
create function fhir_plan(p jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'CarePlan', 'id', p ->> 'id',
		'meta', fhir_meta((p ->> 'version')::int, at, null, fhir_is_subset(p)),
		'extension', json_build_array(fhir_native_state('plan-state', p ->> 'status')),
		'identifier', case when p ? 'version_in_force' then json_build_array(json_build_object(
			'system', fhir_naming('plan-version'), 'value', (p ->> 'id') || '/' || (p ->> 'version_in_force'))) end,
		'status', fhir_plan_status(p ->> 'status'), 'intent', 'plan',
		'category', json_build_array(fhir_concept(fhir_system('plan-type'), p ->> 'kind')),
		'subject', fhir_reference('Patient', p ->> 'patient_id'),
		'period', fhir_period(p ->> 'period_from', p ->> 'period_to'), 'created', p ->> 'created_at',
		'author', fhir_reference('Practitioner', p #>> '{coordinator,staff_id}'),
		'careTeam', case when jsonb_array_length(p -> 'participants') > 0 then json_build_array(fhir_reference('CareTeam', p ->> 'id')) end,
		'supportingInfo', case when p ? 'consent_id' then json_build_array(fhir_reference('Consent', p ->> 'consent_id')) end,
		'goal', (select jsonb_agg(fhir_reference('Goal', g ->> 'id')) from jsonb_array_elements(p -> 'goals') g),
		'activity', (select jsonb_agg(a) from (
			select jsonb_build_object('reference', fhir_reference('ServiceRequest', m ->> 'id')) as a
			from jsonb_array_elements(p -> 'measures') m
			union all select jsonb_build_object('detail', jsonb_build_object('kind', 'Appointment',
				'code', fhir_concept(fhir_system('activity-type'), 'PLAN_REVIEW'), 'status', 'scheduled',
				'scheduledPeriod', fhir_period(p ->> 'next_review_on', null)))
			where p ? 'next_review_on' and p ->> 'status' in ('ACTIVE', 'UNDER_REVIEW')) x)));
end $$;

create function fhir_plan_seen(thing uuid) returns setof fhir_thing language sql as $$
	select p.id, p.patient_id, fhir_plan(plan_json(p, plan_belongings(p), plan_cell(p)), p.updated_at), p.version, p.updated_at
	from plan_seen(thing) p
$$;

-- Goal: in the person's own words; the score of a goal-based outcome is one of the targets' measures.
create function fhir_goal(g jsonb, person uuid, plan_state text, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Goal', 'id', g ->> 'id',
		'meta', fhir_meta((g ->> 'version')::int, at),
		'extension', json_build_array(json_build_object('url', fhir_extension('plan'),
			'valueReference', fhir_reference('CarePlan', g ->> 'plan_id'))),
		'lifecycleStatus', case when g ? 'removed_at' then 'cancelled' else case fhir_plan_status(plan_state)
			when 'active' then 'active' when 'on-hold' then 'on-hold' when 'completed' then 'completed'
			when 'revoked' then 'cancelled' else 'proposed' end end,
		'category', json_build_array(fhir_concept(fhir_system('life-domain'), g ->> 'domain')),
		'description', json_build_object('text', g ->> 'words'),
		'subject', fhir_reference('Patient', person::text),
		'target', fhir_list(case when g ? 'target_date' then json_build_object('dueDate', g ->> 'target_date') end,
			case when g ? 'score' then json_build_object('measure', fhir_concept(fhir_system('instrument'), 'GBO'),
				'detailInteger', (g ->> 'score')::int) end),
		'expressedBy', fhir_reference('Patient', person::text)));
end $$;

-- A goal is seen in its plan, as much of it as the plan shows.
create function fhir_goal_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
declare
	whose uuid := goal_plan(thing);
begin
	return query
		select (g.one ->> 'id')::uuid, p.patient_id, fhir_goal(g.one, p.patient_id, plan_state(p), (g.one ->> 'updated_at')::timestamptz),
			(g.one ->> 'version')::int, (g.one ->> 'updated_at')::timestamptz
		from plan_seen(whose) p
		-- also one that was taken out of the plan
		cross join lateral (select plan_belongings(p) || jsonb_build_object('goals', (select coalesce(jsonb_agg(plan_goal_json(x)), '[]')
			from plan_goal x where x.id = thing and x.plan_id = p.id)) as content) b
		cross join lateral jsonb_array_elements(plan_json(p, b.content, plan_cell(p)) -> 'goals') g (one)
		where g.one ? 'words';
end $$;

-- Which plan a goal is of, before the caller is known to see it; owner's rights. An id that is no goal's stands for itself.
create function goal_plan(goal uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select coalesce((select g.plan_id from plan_goal g where g.id = goal), goal)
$$;

-- CareTeam: of a plan, with its id.
create function fhir_team(p jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'CareTeam', 'id', p ->> 'id',
		'meta', fhir_meta((p ->> 'version')::int, at, null, fhir_is_subset(p)),
		'status', case fhir_plan_status(p ->> 'status') when 'active' then 'active' when 'on-hold' then 'suspended'
			when 'draft' then 'proposed' else 'inactive' end,
		'category', json_build_array(fhir_concept('http://loinc.org', 'LA28865-6')),
		'subject', fhir_reference('Patient', p ->> 'patient_id'),
		'participant', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
				'role', jsonb_build_array(jsonb_build_object('text', t ->> 'part')),
				'member', coalesce(fhir_reference('Practitioner', t ->> 'staff_id')::jsonb,
					jsonb_build_object('display', t ->> 'name')),
				'onBehalfOf', fhir_organization(t -> 'unit'), 'period', fhir_period(t ->> 'joined_at', t ->> 'left_at'))))
			from jsonb_array_elements(p -> 'participants') t where t ? 'name')));
end $$;

create function fhir_team_seen(thing uuid) returns setof fhir_thing language sql as $$
	select p.id, p.patient_id, fhir_team(plan_json(p, plan_belongings(p), plan_cell(p)), p.updated_at), p.version, p.updated_at
	from plan_seen(thing) p
$$;

-- Whose plan may be seen by whom is decided plan by plan: the ids of those that row security leaves, to be read singly.
create function fhir_plan_ids(person uuid) returns setof uuid language plpgsql as $$
begin
	perform plan_list_admit(person);
	return query select p.id from plan p where p.patient_id = person;
end $$;
create function fhir_goal_ids(person uuid) returns setof uuid language sql as $$
	select g.id from plan_goal g where g.plan_id in (select fhir_plan_ids(person)) and g.removed_at is null $$;
select fhir_add_source(t.type, '{individual-plans,crisis-plans,work-activity-plans,treatment-plans}', null, t.one, t.many, true)
from (values ('CarePlan', 'fhir_plan_seen', 'fhir_plan_ids'), ('Goal', 'fhir_goal_seen', 'fhir_goal_ids'),
	('CareTeam', 'fhir_team_seen', 'fhir_plan_ids')) t (type, one, many);

-- migrate:down
drop function if exists fhir_plan_status, fhir_plan, fhir_plan_seen, fhir_goal, fhir_goal_seen, goal_plan, fhir_team, fhir_team_seen,
	fhir_plan_ids, fhir_goal_ids cascade;
