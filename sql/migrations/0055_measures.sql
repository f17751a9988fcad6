-- migrate:up
-- Measures: proposed to one agency, and a duty of theirs once they have accepted (domain.md §3.4, §4.5).

-- FULL; STAND_ALONE for an agency that has no part in the plan or no consent to see it; NULL: nothing.
create function measure_projection(m measure) returns text language plpgsql stable as $$
declare
	gates text := coalesce(current_setting('app.gates', true), '');
	own_unit boolean := m.responsible_unit_id = any (app_unit_ids());
	own boolean := own_unit or m.responsible_agency_id = app_agency_id()
		or coalesce(m.proposed_by_agency_id = app_agency_id(), false);
	p plan := (select x from plan x where x.id = m.plan_id);
	is_shared boolean;
begin
	if app_role() = 'PT' then
		return case when m.patient_id = app_citizen_id() then 'FULL' end;
	elsif app_role() = 'RE' then
		return case when m.patient_id = nullif(current_setting('app.admitted', true), '')::uuid
			and relative_is_told(p, jsonb_build_object('category', 'MEASURES', 'gates', gates)) then 'FULL' end;
	elsif strpos(gates, 'c') > 0 and consent_covering(m.patient_id, 'MEASURES') is null then
		return null;
	end if;
	is_shared := coalesce(p.coordinator_agency_id = app_agency_id(), false) or plan_state(p) <> 'SUSPENDED';
	if gates !~ '[po]' then
		return case when is_shared then 'FULL' when own then 'STAND_ALONE' end;
	elsif is_shared and plan_takes_part(p) and (strpos(gates, 'c') = 0 or consent_covering(m.patient_id, 'PLAN') is not null) then
		return 'FULL';
	end if;
	return case when case when strpos(gates, 'p') > 0 then own_unit else own end then 'STAND_ALONE' end;
end $$;

-- The order of a list of measures: ids alone, by when an answer was due. Owner's rights as in assessments_in_order.
create function measures_in_order(persons uuid[], of_plan uuid, of_unit uuid, of_state text, is_overdue boolean, after_due timestamptz,
	after_id uuid) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	at timestamptz := clock_now();
begin
	return query select m.id from measure m
	where m.patient_id = any (persons) and (of_plan is null or m.plan_id = of_plan)
		and (of_unit is null or m.responsible_unit_id = of_unit) and (of_state is null or m.state = of_state)
		and (is_overdue is null or (m.state = 'PROPOSED' and m.accept_due_at < at) = is_overdue)
		and (after_due is null or (m.accept_due_at, m.id) > (after_due, after_id))
	order by m.accept_due_at, m.id;
end $$;

-- Before one measure is read or changed. An agency may know its own duty without a part in the plan.
create function measure_admit(asked uuid, is_write boolean) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	m measure;
begin
	if asked = nullif(current_setting('app.admitted_measure', true), '')::uuid then
		return asked;
	end if;
	select * into m from measure where id = asked;
	if m.responsible_unit_id = any (app_unit_ids()) then
		perform set_config('app.gates', replace(current_setting('app.gates', true), 'p', ''), true);
	end if;
	perform pass_gate(coalesce(m.patient_id, asked), 'plan-measures', 'MEASURES', is_write);
	if item_is_blocked(m.patient_id, m.id) then
		perform raise_problem(403, 'blocked');
	end if;
	perform raise_unless(measure_projection(m) is not null, 404, 'not_found');
	perform set_config('app.admitted_measure', asked::text, true);
	return asked;
end $$;

create function measure_seen(asked uuid) returns setof measure language plpgsql as $$
begin
	perform measure_admit(asked, false);
	return query select * from measure where id = asked;
end $$;

create function measure_locked(asked uuid) returns setof measure language plpgsql as $$
begin
	perform measure_admit(asked, true);
	return query select * from measure where id = asked for update;
end $$;

create function measure_facts(m measure) returns text[] language plpgsql stable as $$
begin
	return array_remove(array[
		case when app_role() = 'PT' then 'self' end,
		case when m.responsible_agency_id = app_agency_id() then 'responsible_agency' end,
		case when m.responsible_unit_id = any (app_unit_ids()) or m.responsible_staff_id = app_staff_id() then 'responsible' end,
		case when m.proposed_by = app_staff_id() then 'proposer' end,
		case when exists (select 1 from plan p where p.id = m.plan_id and p.coordinator_staff_id = app_staff_id())
			then 'coordinator' end,
		case when exists (select 1 from handover h where h.entity_id = m.id and h.state = 'OFFERED') then 'offered' end], null);
end $$;

-- One expression without a query of its own, which PL/pgSQL computes without starting one.
create function measure_json(m measure) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', m.id, 'version', m.version, 'projection', 'FULL', 'plan_id', m.plan_id,
		'patient_id', m.patient_id, 'status', m.state, 'title', m.title, 'domain', m.domain, 'how', m.how, 'extent', m.extent,
		'responsible_unit', unit_brief(m.responsible_unit_id), 'responsible_agency_id', m.responsible_agency_id,
		'responsible_staff_id', m.responsible_staff_id,
		'responsible_name', case when m.responsible_staff_id is not null then staff_brief(m.responsible_staff_id) ->> 'name' end,
		'legal_decision', m.legal_decision, 'start_on', m.start_on, 'end_on', m.end_on, 'goal_ids', m.goal_ids,
		'is_adapted', m.is_adapted, 'adaptation', m.adaptation, 'depends_on_id', m.depends_on_id,
		'proposed_by', m.proposed_by, 'proposed_by_agency_id', m.proposed_by_agency_id, 'proposed_at', m.proposed_at,
		'accept_due_at', m.accept_due_at, 'overdue', m.state = 'PROPOSED' and m.accept_due_at < clock_now(),
		'accepted_at', m.accepted_at, 'refusal', m.refusal, 'hold', m.hold, 'evaluation', m.evaluation, 'usage', m.usage,
		'ended_at', m.ended_at, 'end_reason', m.end_reason, 'created_at', m.created_at, 'updated_at', m.updated_at));
end $$;

create function measure_json(m measure, projection text) returns jsonb language sql stable as $$
	select case when projection = 'FULL' then measure_json(m)
		else jsonb_strip_nulls(jsonb_build_object('id', m.id, 'version', m.version, 'projection', 'STAND_ALONE',
			'patient_id', m.patient_id, 'status', m.state, 'title', m.title, 'how', m.how, 'extent', m.extent,
			'start_on', m.start_on, 'end_on', m.end_on, 'responsible_unit', unit_brief(m.responsible_unit_id),
			'responsible_agency_id', m.responsible_agency_id, 'responsible_staff_id', m.responsible_staff_id,
			'accept_due_at', m.accept_due_at, 'overdue', m.state = 'PROPOSED' and m.accept_due_at < clock_now(),
			'refusal', m.refusal, 'hold', m.hold, 'evaluation', m.evaluation, 'usage', m.usage, 'ended_at', m.ended_at)) end
$$;

-- What is said about a measure must fit the plan that it is part of.
create function measure_check_references(p plan, b jsonb) returns boolean language plpgsql stable as $$
begin
	perform raise_unless(not exists (select 1 from jsonb_array_elements_text(coalesce(b -> 'goal_ids', '[]')) g
			where not exists (select 1 from plan_goal x where x.plan_id = p.id and x.id = g::uuid)), 422,
		'unknown_reference', fault('/goal_ids', 'unknown_reference', 'names a goal that is not of this plan'));
	perform raise_unless(b ->> 'depends_on_id' is null or exists (select 1 from measure x where x.plan_id = p.id
		and x.id = (b ->> 'depends_on_id')::uuid), 422, 'unknown_reference',
		fault('/depends_on_id', 'unknown_reference', 'is no measure of this plan'));
	return raise_unless(b ->> 'end_on' is null or b ->> 'start_on' is null or b ->> 'end_on' >= b ->> 'start_on', 422,
		'invalid_value', fault('/end_on', 'range', 'must not be before start_on'));
end $$;

-- The plan that a new measure is for, when the caller takes part in it; owner's rights, since the caller's right
-- to it is what is asked.
create function measure_plan(asked uuid) returns plan language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
	refusal text;
	takes_part boolean;
begin
	select * into p from plan where id = asked;
	takes_part := p.id is not null and (plan_takes_part(p) or p.coordinator_staff_id = app_staff_id());
	if not app_is_citizen() then
		perform set_config('app.gates', replace(current_setting('app.gates', true), 'p', ''), true);
	end if;
	refusal := gate_refusal(coalesce(p.patient_id, asked), 'plan-measures', 'MEASURES', true);
	perform raise_unless(refusal is distinct from 'not_found' and (app_is_citizen() or takes_part), 422, 'unknown_reference',
		fault('/plan_id', 'unknown_reference', 'is no plan in which the caller takes part'));
	perform raise_unless(refusal is null, 403, refusal);
	perform raise_unless(app_role() <> 'RE', 403, 'forbidden');
	perform raise_unless(plan_state(p) in ('DRAFT', 'AWAITING_CONSENT', 'ACTIVE', 'UNDER_REVIEW'), 409, 'plan_not_in_force');
	return p;
end $$;

-- Measures that stand in the way of an end, as many as an answer may name.
create function measure_faults(list measure[]) returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_build_object('pointer', '', 'code', 'open', 'detail', 'measure ' || m.id || ' is ' || m.state) order by m.id)
	from (select * from unnest(list) x order by x.id limit 64) m
$$;

create function measure_propose(new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	p plan := measure_plan((b ->> 'plan_id')::uuid);
	m measure := jsonb_populate_record(null::measure, b);
	u unit;
begin
	select * into u from unit x where x.id = m.responsible_unit_id and coalesce(x.valid_to, 'infinity') > clock_today();
	perform raise_unless(u.id is not null, 422, 'unknown_reference',
		fault('/responsible_unit_id', 'unknown_reference', 'is no unit'));
	perform raise_unless(unit_may_get(u.id, p.patient_id, 'MEASURES'), 422, 'missing_fact',
		fault('/responsible_unit_id', 'consent', 'the person has not consented that this service gets measures'));
	perform measure_check_references(p, b);
	insert into measure (id, plan_id, patient_id, title, domain, how, extent, responsible_unit_id, responsible_agency_id,
		legal_decision, start_on, end_on, goal_ids, is_adapted, adaptation, depends_on_id, proposed_by, proposed_by_agency_id,
		accept_due_at)
	values (new_id, p.id, p.patient_id, m.title, m.domain, m.how, m.extent, u.id, u.agency_id, m.legal_decision, m.start_on,
		m.end_on, coalesce(m.goal_ids, '{}'), coalesce(m.is_adapted, false), m.adaptation, m.depends_on_id, app_staff_id(),
		app_agency_id(), deadline_at('MEASURE_ACCEPT', clock_now()));
	insert into transition_event (machine, object_id, object_version, action, to_state, agency_id, staff_id, role)
	values ('measures', new_id, 1, 'propose', 'PROPOSED', app_agency_id(), app_staff_id(), app_role());
	perform set_config('app.admitted_measure', new_id::text, true);
	return new_id;
end $$;

-- Who proposed it changes what is proposed; what is accepted is changed by who answers for it.
create function measure_change(m measure, b jsonb) returns bigint language plpgsql as $$
declare
	facts text[] := measure_facts(m);
	n jsonb := merge_patch(to_jsonb(m), b);
	changed bigint;
	p plan;
begin
	perform raise_unless(measure_is_open(m.state), 409, 'conflict');
	perform raise_unless(case m.state when 'PROPOSED' then facts && '{proposer,coordinator,self}'
		else facts && '{responsible,coordinator}' end, 403, 'forbidden');
	select * into p from plan where id = m.plan_id;
	perform measure_check_references(p, n);
	perform raise_unless(not b ? 'usage' or (b #>> '{usage,used}')::boolean = (not b -> 'usage' ? 'reason'), 422, 'missing_fact',
		fault('/usage/reason', 'required', 'says why the person makes no use of it, and only then'));
	perform raise_unless(not b ? 'usage' or (m.state in ('IN_PROGRESS', 'ON_HOLD') and facts && '{responsible,coordinator}'), 409, 'conflict');
	update measure x set title = n ->> 'title', how = n ->> 'how', extent = n ->> 'extent',
		start_on = (n ->> 'start_on')::date, end_on = (n ->> 'end_on')::date,
		goal_ids = array(select g::uuid from jsonb_array_elements_text(n -> 'goal_ids') g),
		is_adapted = coalesce((n ->> 'is_adapted')::boolean, false), adaptation = n ->> 'adaptation',
		depends_on_id = (n ->> 'depends_on_id')::uuid,
		usage = case when b ? 'usage' then (b -> 'usage') || jsonb_build_object('on', clock_today()) else x.usage end
	where x.id = m.id;
	get diagnostics changed = row_count;
	return changed;
end $$;

-- What a step needs beyond its form.
create function measure_check(m measure, act text, b jsonb) returns boolean language plpgsql as $$
begin
	if act = 'accept' then
		perform raise_unless(works_in((b ->> 'responsible_staff_id')::uuid, m.responsible_unit_id,
			'{TM,TL,DPS,MH,CO,CU,GP,NAV,HO}'), 422, 'unknown_reference',
			fault('/responsible_staff_id', 'unknown_reference', 'is not at work in the responsible unit'));
	elsif act = 'refuse' and b ->> 'reason_code' = 'NOT_ENTITLED' then
		perform raise_unless(b ? 'decision' and b ? 'complaint', 422, 'missing_fact',
			fault('/decision', 'required', 'a refused right is decided in writing, with how to complain'));
	elsif act = 'start' and m.depends_on_id is not null then
		perform raise_unless(exists (select 1 from measure d where d.id = m.depends_on_id and d.state not in ('PROPOSED',
			'ACCEPTED')), 409, 'measure_waits');
	end if;
	return true;
end $$;

create function measure_apply(asked uuid, act text, target text, b jsonb) returns measure language plpgsql as $$
declare
	m measure;
	before text;
begin
	select * into m from measure where id = asked;
	before := m.state;
	perform measure_check(m, act, b);
	update measure x set state = case when target = 'previous' then x.state else target end,
		responsible_staff_id = case when act = 'accept' then (b ->> 'responsible_staff_id')::uuid else x.responsible_staff_id end,
		accepted_at = case when act = 'accept' then clock_now() else x.accepted_at end,
		start_on = coalesce(case when act in ('accept', 'start') then (b ->> 'start_on')::date end, x.start_on),
		legal_decision = case when act = 'accept' then coalesce(b -> 'decision', x.legal_decision) else x.legal_decision end,
		refusal = case when act = 'refuse' then jsonb_strip_nulls(jsonb_build_object('code', b ->> 'reason_code',
			'text', b ->> 'reason', 'decision', b -> 'decision', 'complaint', b ->> 'complaint')) else x.refusal end,
		hold = case when act = 'hold' then jsonb_build_object('reason', b ->> 'reason', 'until', b ->> 'until')
			when act = 'resume' then null else x.hold end,
		evaluation = case when act = 'complete' then b -> 'evaluation' else x.evaluation end,
		ended_at = case when target <> 'previous' and not measure_is_open(target) then clock_now() else x.ended_at end,
		end_reason = case when act in ('withdraw', 'discontinue', 'complete') then b ->> 'reason' else x.end_reason end
	where x.id = asked returning * into m;
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role)
	values ('measures', asked, m.version, act, before, m.state, b ->> 'reason', app_agency_id(), app_staff_id(), app_role());
	return m;
end $$;

-- What follows from the state: the acceptance deadline, the responsible unit's relation to the person, and a task
-- for the coordinator when an agency has said no.
create function measure_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
begin
	perform deadline_keep('measure', new.id, 'MEASURE_ACCEPT', case when new.state = 'PROPOSED' then new.proposed_at end,
		new.accept_due_at, new.state <> 'WITHDRAWN', new.responsible_unit_id, new.patient_id);
	update care_relation set valid_to = clock_now()
	where patient_id = new.patient_id and basis = 'SERVICE' and source_id = new.id and valid_to is null
		and (unit_id <> new.responsible_unit_id or not measure_is_open(new.state));
	if measure_is_open(new.state) then
		insert into care_relation (patient_id, unit_id, agency_id, basis, source_id)
		values (new.patient_id, new.responsible_unit_id, new.responsible_agency_id, 'SERVICE', new.id)
		on conflict do nothing;
	end if;
	if tg_op = 'UPDATE' and new.state = 'REFUSED' and old.state <> 'REFUSED' then
		select * into p from plan where id = new.plan_id;
		insert into task (kind, title, patient_id, unit_id, agency_id, assignee_staff_id, entity, entity_id, source_key)
		values ('MEASURE_REFUSED', 'Et tiltak i planen er avslått: finn en annen løsning', new.patient_id,
			p.coordinator_unit_id, coalesce(p.coordinator_agency_id, p.owner_agency_id), p.coordinator_staff_id, 'measure',
			new.id, 'measure_refused:' || new.id)
		on conflict (source_key) do nothing;
	end if;
	return null;
end $$;
create trigger follow after insert or update on measure for each row execute function measure_follow();

-- Responsibility moves in two steps: offered here, and the measure follows when the other unit has accepted.
insert into handover_kind (entity, resource, kept_in, unit_column, open_states, answer_code) values
	('measure', 'plan-measures', 'measure', 'responsible_unit_id', '{ACCEPTED,IN_PROGRESS,ON_HOLD}', 'HANDOVER_ANSWER');

create function measure_offer(asked uuid, offer uuid, b jsonb) returns uuid language plpgsql as $$
declare
	patient uuid := (select m.patient_id from measure m where m.id = asked);
begin
	-- of a unit that there is none the offer says so
	perform raise_unless(coalesce(unit_may_get((b ->> 'target_unit_id')::uuid, patient, 'MEASURES'), true), 422, 'missing_fact',
		fault('/target_unit_id', 'consent', 'the person has not consented that this service gets measures'));
	return handover_offer(offer, jsonb_build_object('entity', 'plan-measures', 'entity_id', asked,
		'to_unit_id', b -> 'target_unit_id', 'reason', b -> 'reason', 'legal_basis', b -> 'legal_basis'));
end $$;

create function measure_handover_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	m measure;
begin
	update measure set responsible_unit_id = new.to_unit_id, responsible_agency_id = new.to_agency_id,
		responsible_staff_id = new.decided_by
	where id = new.entity_id and measure_is_open(state) returning * into m;
	perform raise_unless(m.id is not null, 409, 'conflict');
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, agency_id, staff_id, role,
		data)
	values ('measures', m.id, m.version, 'transfer_responsibility', m.state, m.state, new.to_agency_id, new.decided_by,
		app_role(), jsonb_build_object('handover_id', new.id));
	return null;
end $$;
create trigger measure_follows after update of state on handover for each row
	when (new.entity = 'measure' and new.state = 'ACCEPTED' and old.state = 'OFFERED')
	execute function measure_handover_follow();

-- An offer that nobody has answered goes with the measure.
create function measure_recall() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	update handover set state = 'RECALLED', decided_at = clock_now(), decided_by = app_staff_id()
	where entity_id = new.id and state = 'OFFERED';
	return null;
end $$;
create trigger recall after update of state on measure for each row
	when (not measure_is_open(new.state) and measure_is_open(old.state)) execute function measure_recall();

create function measure_is_stand_alone(asked uuid) returns boolean language sql stable as $$
	select exists (select 1 from measure m where m.id = asked and measure_projection(m) = 'STAND_ALONE') $$;
insert into status_view (is_status) values ('measure_is_stand_alone');
insert into deadline_code (code, title_nb) values ('MEASURE_ACCEPT', 'svar på forslag om tiltak');

-- migrate:down
delete from deadline_code where code = 'MEASURE_ACCEPT';
delete from status_view where is_status = 'measure_is_stand_alone';
drop trigger recall on measure;
drop trigger measure_follows on handover;
delete from handover where entity = 'measure';
delete from handover_kind where entity = 'measure';
drop function if exists measure_is_stand_alone, measure_recall, measure_handover_follow, measure_offer;
drop trigger follow on measure;
drop function if exists measure_follow, measure_apply, measure_check, measure_change, measure_propose, measure_faults, measure_plan,
	measure_check_references, measure_json(measure, text), measure_json(measure), measure_facts, measure_locked,
	measure_seen, measure_admit, measures_in_order, measure_projection cascade;
