-- migrate:up
-- Who sees how much of a plan: each kind by its own row of the matrix, then participation, consent and suspension.

-- The caller's cell in one row of the matrix, for operations whose x-resource names several.
create function cell_of(resource text) returns jsonb language sql stable as $$
	select nullif(current_setting('app.cells', true), '')::jsonb -> resource $$;

-- The gate inside a function: a refusal ends the request.
create function pass_gate(patient uuid, resource text, category text, is_write boolean) returns boolean
language plpgsql as $$
declare
	refusal text := gate_refusal(patient, resource, category, is_write);
begin
	return raise_unless(refusal is null, case refusal when 'not_found' then 404 else 403 end, refusal);
end $$;

create function plan_resource(kind text) returns text language sql immutable as $$
	select case kind when 'IP' then 'individual-plans' when 'CRISIS' then 'crisis-plans'
		when 'WORK_ACTIVITY' then 'work-activity-plans' when 'TREATMENT' then 'treatment-plans' end
$$;

create function plan_is_open(state text) returns boolean language sql immutable as $$
	select state not in ('DECLINED', 'ENDED', 'CANCELLED') $$;
create function measure_is_open(state text) returns boolean language sql immutable as $$
	select state not in ('COMPLETED', 'DISCONTINUED', 'REFUSED', 'WITHDRAWN') $$;

-- A plan whose consent has run out is suspended from that moment, before any job has noticed.
create function plan_state(p plan) returns text language sql stable as $$
	select case when p.state in ('ACTIVE', 'UNDER_REVIEW') and p.consent_id is not null 
		and not consent_stands(p.consent_id, p.patient_id)
		then 'SUSPENDED' else p.state end
$$;

-- The caller's units take part in the plan: as coordinator, participant or coordinating unit.
create function plan_takes_part(p plan) returns boolean language plpgsql stable as $$
begin
	return exists (select 1 from care_relation c where c.patient_id = p.patient_id and c.unit_id = any (app_unit_ids())
		and c.basis = 'PLAN' and c.source_id = p.id and (c.valid_to is null or c.valid_to > clock_now()));
end $$;

-- A relative is told what the person's consent covers, and of an individual plan with p when they take part in it.
-- Owner's rights: whose relation it is stands in rows that only the gate opens.
create function relative_is_told(p plan, cell jsonb) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from represented() r where r.patient_id = p.patient_id and (r.covers is null
		or cell ->> 'category' = any (r.covers) and (strpos(cell ->> 'gates', 'p') = 0 or exists (select 1 from plan_participant t
			where t.plan_id = p.id and t.left_at is null and t.relation_id = r.relation_id))))
$$;

-- The cell that the caller has on this plan, or NULL: no cell, no part in it, no consent, or suspended. Whether
-- there is a relation at all, and an objection, gate and policies have decided.
create function plan_cell(p plan) returns jsonb language plpgsql stable as $$
declare
	cell jsonb := cell_of(plan_resource(p.kind));
	own boolean := p.coordinator_agency_id = app_agency_id();
begin
	-- decided once: who ends a plan or leaves it still sees what became of it
	if p.id = nullif(current_setting('app.admitted_plan', true), '')::uuid then
		return cell;
	elsif cell is null or (app_role() = 'PT' and p.patient_id is distinct from app_citizen_id()) or (app_role() = 'RE'
			and p.patient_id is distinct from nullif(current_setting('app.admitted', true), '')::uuid) then
		return null;
	elsif app_role() = 'PT' or current_setting('app.basis', true) in ('EMERGENCY', 'LEGAL_REPRESENTATIVE') then
		return cell;
	-- sharing has stopped: only the coordinator's own agency reads
	elsif not coalesce(own, false) and plan_state(p) = 'SUSPENDED' then
		return null;
	elsif app_role() = 'RE' then
		return case when relative_is_told(p, cell) then cell end;
	elsif strpos(cell ->> 'gates', 'p') > 0 and not plan_takes_part(p) then
		return null;
	elsif strpos(cell ->> 'gates', 'c') > 0 and consent_covering(p.patient_id, cell ->> 'category') is null then
		return null;
	end if;
	return cell;
end $$;

-- The coordinator has the right to write whoever employs them (domain.md §3.1).
create function plan_may_write(p plan, cell jsonb) returns boolean language sql stable as $$
	select coalesce(cell ->> 'level' = 'W' or (cell ->> 'level' = 'R' and p.coordinator_staff_id = app_staff_id()), false)
$$;

-- Neither the status alone nor limited fields: goals, reviews and older versions are shown.
create function plan_shows_all(p plan) returns boolean language sql stable as $$
	select plan_cell(p) ->> 'level' <> 'S' and strpos(plan_cell(p) ->> 'gates', 'f') = 0 $$;

-- Before one plan is read or changed: the gate with the cell of the plan's kind. What the caller's role may not
-- see does not exist. Answers the cell.
create function plan_admit(asked uuid, is_write boolean) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	p plan;
	cell jsonb;
	resource text;
begin
	select * into p from plan where id = asked;
	resource := plan_resource(p.kind);
	cell := cell_of(resource);
	if asked = nullif(current_setting('app.admitted_plan', true), '')::uuid then
		return cell;
	end if;
	if cell is null then
		-- what does not exist is refused as what is hidden, after the same work
		perform pass_gate(coalesce(p.id, asked), 'individual-plans', 'PLAN', is_write);
		perform raise_problem(404, 'not_found');
	end if;
	perform set_config('app.cell', cell ->> 'level', true), set_config('app.gates', cell ->> 'gates', true),
		set_config('app.resource', resource, true);
	perform pass_gate(p.patient_id, resource, cell ->> 'category', is_write);
	if item_is_blocked(p.patient_id, p.id) then
		perform raise_problem(403, 'blocked');
	elsif plan_cell(p) is null then
		perform raise_unless(plan_state(p) = 'SUSPENDED', 404, 'not_found');
		perform raise_problem(403, 'consent_required');
	end if;
	perform set_config('app.admitted_plan', asked::text, true);
	return cell;
end $$;

-- The one plan, asked for by id: first the admission with its refusal, then what row security lets through.
create function plan_seen(asked uuid) returns setof plan language plpgsql as $$
begin
	perform plan_admit(asked, false);
	return query select * from plan where id = asked;
end $$;

-- The same for a change, with the row locked; S and R may not, save the coordinator.
create function plan_writable(asked uuid) returns setof plan language plpgsql as $$
declare
	cell jsonb := plan_admit(asked, true);
begin
	return query select p.* from plan p where p.id = asked and raise_unless(plan_may_write(p, cell), 403, 'forbidden')
		for update of p;
end $$;

create function plan_locked(asked uuid) returns setof plan language plpgsql as $$
begin
	perform plan_admit(asked, true);
	return query select * from plan where id = asked for update;
end $$;

-- What a list shows of the person's plans to whoever represents them; others are found by their relations.
create function plan_list_admit(patient uuid) returns boolean language sql as $$
	select case when app_role() = 'RE' and patient is not null then gate_citizen(patient) is null else true end
$$;

-- The order of a list of plans: ids alone, by when they are to be looked at. Owner's rights as in assessments_in_order.
create function plans_in_order(persons uuid[], of_kind text, coordinator uuid, of_unit uuid, after_due timestamptz, after_id uuid)
returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return query select p.id from plan p cross join lateral (select coalesce(p.next_review_on::timestamptz, 'infinity') as due) d
	where p.patient_id = any (persons) and (of_kind is null or p.kind = of_kind)
		and (coordinator is null or p.coordinator_staff_id = coordinator)
		and (of_unit is null or of_unit in (p.coordinating_unit_id, p.coordinator_unit_id))
		and (after_due is null or (d.due, p.id) > (after_due, after_id))
	order by d.due, p.id;
end $$;

-- Who may coordinate a plan of this kind.
create function plan_coordinator_roles(kind text) returns text[] language sql immutable as $$
	select case kind when 'IP' then '{CO,CU,TM,TL,DPS,MH,NAV,HO}' when 'CRISIS' then '{TM,TL,DPS,MH}'
		when 'WORK_ACTIVITY' then '{TM,TL,MH,NAV}' else '{TM,TL,DPS}' end::text[]
$$;

create function works_in(member uuid, unit uuid, roles text[]) returns boolean language plpgsql stable as $$
begin
	return exists (select 1 from staff_membership m where m.staff_id = member and m.unit_id = unit and m.state = 'ACTIVE'
		and m.role = any (roles) and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today());
end $$;

create function plan_has_coordinator(p plan) returns boolean language sql stable as $$
	select p.coordinator_staff_id is not null
		and works_in(p.coordinator_staff_id, p.coordinator_unit_id, plan_coordinator_roles(p.kind))
$$;

-- What the caller is to the plan, and what its content forbids: the facts of machines/plans.yaml.
create function plan_facts(p plan) returns text[] language plpgsql stable as $$
begin
	return array_remove(array[
		case when app_role() = 'PT' then 'self' end,
		case when not app_is_citizen() then 'staff' end,
		case when p.coordinator_staff_id = app_staff_id() then 'coordinator' end,
		case when p.created_by = app_staff_id() or (p.created_by is null and app_role() = 'PT') then 'author' end,
		case when p.coordinating_unit_id = any (app_unit_ids()) then 'coordinating_unit' end,
		case when exists (select 1 from staff s where s.id = app_staff_id() and s.profession in ('LE', 'PS')) then 'specialist' end,
		case when p.state = 'DRAFT' and plan_is_complete(p) then 'complete' end,
		case when p.kind in ('IP', 'WORK_ACTIVITY') then 'needs_the_person' end,
		case when exists (select 1 from measure m where m.plan_id = p.id and measure_is_open(m.state)) then 'open_measures' end],
		null);
end $$;

create policy plan_history_read on row_history for select using (
	entity in ('plan', 'plan_goal', 'measure')
	and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid);

-- migrate:down
drop policy plan_history_read on row_history;
drop function if exists relative_is_told, plan_facts, plan_has_coordinator, works_in, plan_coordinator_roles, plans_in_order, plan_list_admit, plan_locked,
	plan_writable, plan_seen, plan_admit, plan_shows_all, plan_may_write, plan_cell, plan_takes_part, plan_state,
	measure_is_open, plan_is_open, plan_resource, pass_gate, cell_of cascade;
