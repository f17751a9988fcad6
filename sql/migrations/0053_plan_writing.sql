-- migrate:up
-- How plans begin and are written: requests, drafts, content, goals, participants, reviews.

-- The fixed contact point: the one named, else that of the person's municipality, else of the caller's agency.
create function coordinating_unit_for(patient uuid, asked uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select u.id from unit u join agency a on a.id = u.agency_id left join patient x on x.id = $1
	where u.type = 'COORDINATING_UNIT' and u.valid_from <= clock_today() and coalesce(u.valid_to, 'infinity') > clock_today()
		and (u.id = $2 or ($2 is null and (a.municipality_number = x.municipality_number or a.id = app_agency_id()
			or a.id = x.owner_agency_id)))
	order by a.municipality_number is not distinct from x.municipality_number desc, u.name limit 1
$$;

-- A coordinator is at work in the unit, in a role that may have this kind of plan.
create function plan_check_coordinator(kind text, member uuid, unit uuid) returns boolean language sql stable as $$
	select raise_unless(works_in(member, unit, plan_coordinator_roles(kind)), 422, 'unknown_reference',
		fault('/coordinator', 'unknown_reference', 'is not at work in that unit in a role that may coordinate such a plan'))
$$;

-- The members of another kind of plan are a mistake, not something to forget in silence.
create function plan_check_members(kind text, b jsonb) returns boolean language sql stable as $$
	select raise_unless(not exists (select 1 from unnest('{individual,crisis,work,treatment}'::text[]) m
			where b ? m and m <> plan_member(kind)), 422, 'invalid_value',
		fault('/' || (select m from unnest('{individual,crisis,work,treatment}'::text[]) m
			where b ? m and m <> plan_member(kind) limit 1), 'kind', 'belongs to another kind of plan'))
$$;

-- The unit in which the caller works, for a coordinator who names none.
create function plan_own_unit(kind text) returns uuid language sql stable as $$
	select u from unnest(app_unit_ids()) u where works_in(app_staff_id(), u, plan_coordinator_roles(kind)) order by u limit 1 $$;

-- Where a plan begins: as the request of anyone in relation (IP), else as a draft of those who may write it.
create function plan_create(new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	kind text := b ->> 'kind';
	asked boolean := coalesce(b ->> 'start', 'DRAFT') = 'REQUESTED';
	cell jsonb := cell_of(plan_resource(kind));
	p plan;
begin
	-- by the matrix first: the same 403 whether or not the person exists
	perform raise_unless(cell is not null and (asked or cell ->> 'level' = 'W'), 403, 'forbidden');
	perform raise_unless(not asked or kind = 'IP', 422, 'invalid_value',
		fault('/start', 'kind', 'only an individual plan is asked for; the others are begun'));
	perform plan_check_members(kind, b);
	-- nobody takes part in a plan before there is one
	perform set_config('app.gates', replace(cell ->> 'gates', 'p', ''), true), set_config('app.cell', cell ->> 'level', true),
		set_config('app.resource', plan_resource(kind), true);
	perform admit_named((b ->> 'patient_id')::uuid, plan_resource(kind), cell ->> 'category');
	perform raise_unless(kind <> 'IP' or not exists (select 1 from plan x where x.patient_id = (b ->> 'patient_id')::uuid
		and x.kind = 'IP' and plan_is_open(x.state)), 409, 'plan_already_open');
	p.coordinating_unit_id := case when kind = 'IP'
		then coordinating_unit_for((b ->> 'patient_id')::uuid, (b ->> 'coordinating_unit_id')::uuid) end;
	perform raise_unless(p.coordinating_unit_id is not null or (not asked and b ->> 'coordinating_unit_id' is null), 422,
		'unknown_reference', fault('/coordinating_unit_id', 'unknown_reference', 'is no coordinating unit'));
	if b ? 'coordinator' then
		p.coordinator_staff_id := (b #>> '{coordinator,staff_id}')::uuid;
		p.coordinator_unit_id := (b #>> '{coordinator,unit_id}')::uuid;
		perform plan_check_coordinator(kind, p.coordinator_staff_id, p.coordinator_unit_id);
	elsif not asked and plan_own_unit(kind) is not null then
		p.coordinator_staff_id := app_staff_id();
		p.coordinator_unit_id := plan_own_unit(kind);
	end if;
	insert into plan (id, kind, patient_id, state, owner_agency_id, created_by, request_reason, coordinating_unit_id,
		coordinator_staff_id, coordinator_unit_id, coordinator_agency_id, content, period_from, period_to, next_review_on)
	select new_id, kind, x.id, case when asked then 'REQUESTED' else 'DRAFT' end,
		coalesce(app_agency_id(), (select u.agency_id from unit u where u.id = p.coordinating_unit_id), x.owner_agency_id),
		app_staff_id(), b ->> 'reason', p.coordinating_unit_id, p.coordinator_staff_id, p.coordinator_unit_id,
		(select u.agency_id from unit u where u.id = p.coordinator_unit_id), coalesce(b -> plan_member(kind), '{}'),
		(b ->> 'period_from')::date, (b ->> 'period_to')::date, (b ->> 'next_review_on')::date
	from patient x where x.id = (b ->> 'patient_id')::uuid;
	insert into transition_event (machine, object_id, object_version, action, to_state, reason, agency_id, staff_id, role)
	values ('plans', new_id, 1, case when asked then 'request' else 'create' end,
		case when asked then 'REQUESTED' else 'DRAFT' end, b ->> 'reason', app_agency_id(), app_staff_id(), app_role());
	perform set_config('app.admitted_plan', new_id::text, true);
	return new_id;
end $$;

-- Content is changed while it is a draft or under review; what is in force stands as it was agreed.
create function plan_is_editable(p plan) returns boolean language sql stable as $$
	select raise_unless(plan_state(p) in ('DRAFT', 'UNDER_REVIEW'), 409, 'plan_not_editable') $$;

-- The person writes their own parts of an individual plan (domain.md §5.4, W o).
create function plan_own_parts(p plan, b jsonb) returns boolean language sql stable as $$
	select raise_unless(not app_is_citizen() or p.kind <> 'IP' or (b - 'individual' = '{}'
		and (b -> 'individual') - 'resources' - 'needs' - 'contributions' = '{}'), 403, 'forbidden')
$$;

create function plan_change(p plan, b jsonb) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	perform plan_is_editable(p), plan_check_members(p.kind, b), plan_own_parts(p, b);
	update plan x set content = merge_patch(x.content, coalesce(b -> plan_member(p.kind), '{}')),
		period_from = case when b ? 'period_from' then (b ->> 'period_from')::date else x.period_from end,
		period_to = case when b ? 'period_to' then (b ->> 'period_to')::date else x.period_to end,
		next_review_on = case when b ? 'next_review_on' then (b ->> 'next_review_on')::date else x.next_review_on end,
		consent_id = case when b ? 'consent_id' then plan_consent(x, (b ->> 'consent_id')::uuid) else x.consent_id end
	where x.id = p.id;
	get diagnostics n = row_count;
	return n;
end $$;

-- The person's consent to this plan: to an individual plan one of that type, to others also a release.
create function plan_consent(p plan, asked uuid) returns uuid language plpgsql stable as $$
begin
	perform raise_unless(asked is null or exists (select 1 from consent c where c.id = asked and c.patient_id = p.patient_id
		and (c.type = 'IP_PLAN' or (c.type = 'SHARE' and p.kind <> 'IP'))), 422, 'unknown_reference',
		fault('/consent_id', 'unknown_reference', 'is not this person''s consent to such a plan'));
	return asked;
end $$;

-- Never without a successor: a new coordinator takes the place of the old one.
create function plan_hand_to(p plan, b jsonb) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	perform raise_unless(plan_is_open(p.state), 409, 'conflict');
	perform raise_unless((p.coordinator_staff_id is null and plan_may_write(p, plan_cell(p))) or p.coordinator_staff_id = app_staff_id()
		or p.coordinating_unit_id = any (app_unit_ids())
		or (app_role() = 'TL' and p.coordinator_unit_id = any (app_unit_ids())), 403, 'forbidden');
	perform plan_check_coordinator(p.kind, (b ->> 'staff_id')::uuid, (b ->> 'unit_id')::uuid);
	update plan x set coordinator_staff_id = (b ->> 'staff_id')::uuid, coordinator_unit_id = (b ->> 'unit_id')::uuid,
		coordinator_agency_id = (select u.agency_id from unit u where u.id = (b ->> 'unit_id')::uuid)
	where x.id = p.id;
	get diagnostics n = row_count;
	return n;
end $$;

create function plan_add_goal(p plan, new_id uuid, b jsonb) returns uuid language plpgsql as $$
begin
	perform plan_is_editable(p);
	insert into plan_goal (id, plan_id, patient_id, words, domain, target_date, baseline_score)
	values (new_id, p.id, p.patient_id, b ->> 'words', b ->> 'domain', (b ->> 'target_date')::date,
		(b ->> 'baseline_score')::int);
	return new_id;
end $$;

create function plan_change_goal(g plan_goal, b jsonb) returns bigint language plpgsql as $$
declare
	changed bigint;
begin
	update plan_goal x set words = coalesce(b ->> 'words', x.words), domain = coalesce(b ->> 'domain', x.domain),
		target_date = case when b ? 'target_date' then (b ->> 'target_date')::date else x.target_date end,
		baseline_score = case when b ? 'baseline_score' then (b ->> 'baseline_score')::int else x.baseline_score end,
		removed_at = case when (b ->> 'removed')::boolean then coalesce(x.removed_at, clock_now())
			when b ? 'removed' then null else x.removed_at end
	where x.id = g.id;
	get diagnostics changed = row_count;
	return changed;
end $$;

-- Staff of any agency, a relative of the person, or another; staff of agencies that are not health care see the
-- plan when the person has consented.
create function plan_add_participant(p plan, new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	t plan_participant := jsonb_populate_record(null::plan_participant, b);
begin
	perform plan_is_editable(p);
	-- staff come in through their agencies, who know what they can take on
	perform raise_unless(t.kind <> 'STAFF' or not app_is_citizen(), 403, 'forbidden');
	if t.kind = 'STAFF' then
		perform raise_unless(works_in(t.staff_id, t.unit_id, '{TM,TL,DPS,MH,CO,CU,GP,NAV,HO}'), 422, 'unknown_reference',
			fault('/staff_id', 'unknown_reference', 'is not at work in that unit'));
		t.agency_id := (select u.agency_id from unit u where u.id = t.unit_id);
		t.name := (select s.name from staff s where s.id = t.staff_id);
	elsif t.kind = 'RELATIVE' then
		t.name := (select r.name from patient_relation r where r.id = t.relation_id and r.patient_id = p.patient_id);
		perform raise_unless(t.name is not null, 422, 'unknown_reference',
			fault('/relation_id', 'unknown_reference', 'is no relation of this person'));
	end if;
	perform raise_unless(t.name is not null, 422, 'invalid_value', fault('/name', 'required', 'is required for others'));
	perform raise_unless(not exists (select 1 from plan_participant x where x.plan_id = p.id and x.left_at is null
		and (x.staff_id = t.staff_id or x.relation_id = t.relation_id)), 409, 'duplicate',
		fault(case when t.staff_id is null then '/relation_id' else '/staff_id' end, 'taken', 'takes part already'));
	insert into plan_participant (id, plan_id, patient_id, kind, staff_id, unit_id, agency_id, relation_id, name, part, phone)
	values (new_id, p.id, p.patient_id, t.kind, t.staff_id, t.unit_id, t.agency_id, t.relation_id, t.name, t.part, t.phone);
	return new_id;
end $$;

-- Who leaves is no longer told anything; the row stays, since it says who took part then.
create function plan_change_participant(t plan_participant, b jsonb) returns bigint language plpgsql as $$
declare
	changed bigint;
begin
	update plan_participant x set part = coalesce(b ->> 'part', x.part),
		phone = case when b ? 'phone' then b ->> 'phone' else x.phone end,
		left_at = case when (b ->> 'leaves')::boolean then clock_now() else x.left_at end
	where x.id = t.id and raise_unless(x.left_at is null, 409, 'conflict');
	get diagnostics changed = row_count;
	return changed;
end $$;

-- What worked for each goal, what was decided, and when to look again.
create function plan_add_review(p plan, new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	r plan_review := jsonb_populate_record(null::plan_review, b);
begin
	-- what the person thinks of it stands in their goals and comments; the record of a review is the coordinator's
	perform raise_unless(not app_is_citizen(), 403, 'forbidden');
	perform raise_unless(plan_state(p) in ('ACTIVE', 'UNDER_REVIEW'), 409, 'plan_not_in_force');
	r.held_at := coalesce(r.held_at, clock_now());
	perform raise_unless(r.held_at <= clock_now(), 422, 'invalid_value', fault('/held_at', 'future', 'must not be to come'));
	perform raise_unless(r.next_review_on > clock_today(), 422, 'invalid_value',
		fault('/next_review_on', 'past', 'must be to come'));
	perform raise_unless(not exists (select 1 from jsonb_array_elements(coalesce(b -> 'goal_scores', '[]')) s
			where not exists (select 1 from plan_goal g where g.plan_id = p.id and g.id = (s ->> 'goal_id')::uuid)), 422,
		'unknown_reference', fault('/goal_scores', 'unknown_reference', 'names a goal that is not of this plan'));
	insert into plan_review (id, plan_id, patient_id, held_at, patient_present, relatives_present, agencies_present,
		goal_scores, instrument_changes, decisions, next_review_on, staff_id, agency_id)
	values (new_id, p.id, p.patient_id, r.held_at, r.patient_present, coalesce(r.relatives_present, false),
		coalesce(r.agencies_present, '{}'), coalesce(r.goal_scores, '[]'), r.instrument_changes, r.decisions,
		r.next_review_on, app_staff_id(), app_agency_id());
	update plan_goal g set score = (s ->> 'score')::int
	from jsonb_array_elements(coalesce(b -> 'goal_scores', '[]')) s
	where g.id = (s ->> 'goal_id')::uuid and g.plan_id = p.id;
	update plan set next_review_on = r.next_review_on, reviewed_at = greatest(reviewed_at, r.held_at) where id = p.id;
	return new_id;
end $$;

-- migrate:down
drop function if exists plan_add_review, plan_change_participant, plan_add_participant, plan_change_goal, plan_add_goal, plan_hand_to, plan_consent, plan_change,
	plan_own_parts, plan_is_editable, plan_create, plan_own_unit, plan_check_members, plan_check_coordinator,
	coordinating_unit_for cascade;
