-- migrate:up
-- The gate -------------------------------------------------------------------------------------------
-- Decides once a request whether the caller may see this one person, and leaves decision, basis and ids
-- in the transaction's settings for policies and log (domain.md §5.2 steps 4 to 6). Owner's rights: the
-- caller is not yet known to be allowed to see the rows that decide. NULL: admitted; else the refusal's code.
-- Every request on a person begins here, so it does without a search_path of its own (a tenth of a read).
create function gate_refusal(patient uuid, resource text, category text, is_write boolean) returns text
language plpgsql security definer as $$
declare
	caller text := coalesce(current_setting('app.role', true), '');
	gates text := coalesce(current_setting('app.gates', true), '');
	agency uuid := nullif(current_setting('app.agency_id', true), '')::uuid;
	member uuid := nullif(current_setting('app.staff_id', true), '')::uuid;
	units uuid[] := nullif(current_setting('app.unit_ids', true), '')::uuid[];
	at timestamptz := clock_now();
	relation uuid;
	objected boolean;
	broken public.emergency_access;
begin
	if caller in ('PT', 'RE') then
		return gate_citizen(patient, category);
	end if;
	-- p: only as participant of a plan
	select (select c.id from public.care_relation c
			where c.unit_id = any (units) and c.patient_id = patient
				and c.valid_from <= at and (c.valid_to is null or c.valid_to > at)
				and (strpos(gates, 'p') = 0 or c.basis = 'PLAN') limit 1),
		exists (select 1 from public.objection o where o.patient_id = patient and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and resource = any (o.resource_types)))
			and (o.against_id in (agency, member) or o.against_id = any (units) or caller = any (o.against_roles)))
	into relation, objected;
	if relation is not null and not objected then
		if strpos(gates, 'c') = 0 or gate_consent(patient, category) then
			return gate_open(patient, relation, null, false);
		end if;
	end if;
	-- breaking the glass is for one person, not for many at once
	if strpos(gates, 'b') > 0 and not is_write and coalesce(current_setting('app.in_bulk', true), '') = '' then
		select e.* into broken from public.emergency_access e where e.staff_id = member and e.patient_id = patient
			and e.state = 'ACTIVE' and e.expires_at > at and (e.override_objection or not objected) limit 1;
		if found then
			return gate_open(patient, relation, broken.id, objected);
		end if;
	end if;
	-- the privacy officer answers for what the own agency has kept on the person
	if caller = 'PV' and resource in ('consents', 'objections', 'access-log', 'emergency-accesses')
		and exists (select 1 from public.care_relation c where c.patient_id = patient and c.agency_id = agency) then
		return gate_open(patient, null, null, false);
	end if;
	-- a user in relation may know that something is blocked, others not
	return case when relation is null then 'not_found' when objected then 'blocked' else 'consent_required' end;
end $$;

create function gate_pass(patient uuid, resource text, category text, is_write boolean) returns boolean
language plpgsql as $$
declare
	refusal text := gate_refusal(patient, resource, category, is_write);
begin
	return refusal is null or raise_problem(case refusal when 'not_found' then 404 else 403 end, refusal);
end $$;

-- What a request brings becomes settings of the transaction, and the person whom it names, if any, is let through the gate.
-- What is not set is empty: transaction-local settings end with the transaction or with the statement `reset`. PL/pgSQL
-- prepares an expression once for all requests that share a transaction, and SQL once for each.
-- The ordinary case, a unit in relation with one who objects to nothing, is seen in the query that reads the clock; all
-- else is left to the gate. Owner's rights and no search_path, as there.
create function request_begin(role text, request_id text, generation text, agency_id text, staff_id text, unit_ids text,
	citizen_id text, citizen_hashes text, purpose text, cell text, cells text, gates text, number text,
	patient uuid default null, resource text default null, category text default null, is_write boolean default null)
returns void language plpgsql security definer as $$
declare
	at text;
	present text;
	relation text;
	objected boolean;
	noted int;
	passed boolean;
begin
	if patient is null or strpos(gates, 'c') + strpos(gates, 'p') > 0 then
		select (now() + c.ahead)::text, g.generation::text into at, present
		from public.sandbox_clock c, public.registry_generation g;
	else
		select (now() + c.ahead)::text, g.generation::text,
			(select r.id from public.care_relation r where r.patient_id = patient and r.unit_id = any (unit_ids::uuid[])
				and r.valid_from <= now() + c.ahead and (r.valid_to is null or r.valid_to > now() + c.ahead) limit 1),
			exists (select from public.objection o where o.patient_id = patient and o.state = 'ACTIVE')
		into at, present, relation, objected from public.sandbox_clock c, public.registry_generation g;
	end if;
	if present <> request_begin.generation then
		perform raise_stale_registry();
	end if;
	noted := num_nulls(
		set_config('app.role', coalesce(role, ''), true),
		set_config('app.now', at, true),
		set_config('app.request_id', request_id, true),
		case when agency_id is not null then set_config('app.agency_id', agency_id, true) end,
		case when staff_id is not null then set_config('app.staff_id', staff_id, true) end,
		case when unit_ids is not null then set_config('app.unit_ids', unit_ids, true) end,
		case when citizen_id is not null then set_config('app.citizen_id', citizen_id, true) end,
		case when citizen_hashes is not null then set_config('app.citizen_hashes', citizen_hashes, true) end,
		case when purpose is not null then set_config('app.purpose', purpose, true) end,
		case when cell is not null then set_config('app.cell', cell, true) end,
		case when cells is not null then set_config('app.cells', cells, true) end,
		case when gates is not null then set_config('app.gates', gates, true) end,
		case when number is not null then set_config('app.number', number, true) end);
	if relation is not null and not objected then
		noted := num_nulls(set_config('app.admitted', patient::text, true),
			set_config('app.shown', '{' || patient::text || '}', true),
			set_config('app.relation_id', relation, true), set_config('app.basis', 'CARE_RELATION', true));
	elsif patient is not null then
		passed := gate_pass(patient, resource, category, is_write);
	end if;
end $$;

-- Notes the decision for policies and log. Assigned and not performed: an assignment needs no query.
create function gate_open(patient uuid, relation uuid, emergency uuid, objected boolean) returns text
language plpgsql as $$
declare
	noted text := set_config('app.admitted', patient::text, true)
		|| set_config('app.shown', '{' || patient::text || '}', true)
		|| set_config('app.relation_id', coalesce(relation::text, ''), true);
begin
	if emergency is not null then
		noted := set_config('app.basis', 'EMERGENCY', true)
			|| set_config('app.emergency_id', emergency::text, true)
			|| set_config('app.overridden', objected::text, true);
	elsif relation is null then
		noted := set_config('app.basis', 'OVERSIGHT', true);
	elsif coalesce(current_setting('app.consent_id', true), '') = '' then
		noted := set_config('app.basis', 'CARE_RELATION', true);
	end if;
	return null;
end $$;

create function consent_covering(patient uuid, category text) returns uuid language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select c.id from consent c where c.patient_id = patient and c.state = 'GRANTED'
		and c.type in ('SHARE', 'IP_PARTICIPANT_ACCESS') and app_agency_id() = any (c.to_agencies)
		and category = any (c.data_categories) and c.valid_from <= clock_now() and c.valid_to > clock_now() limit 1);
end $$;

-- Consent gate for agencies that are not health care (L16): a GRANTED release to this agency for this category.
create function gate_consent(patient uuid, category text) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	found_id uuid := consent_covering(patient, category);
begin
	if found_id is not null then
		perform set_config('app.basis', 'CONSENT', true), set_config('app.consent_id', found_id::text, true);
	end if;
	return found_id is not null;
end $$;

-- Patients see themselves; representatives see the person they represent by law, or by consent what it covers.
create function gate_citizen(patient uuid, category text default null) returns text language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	known text;
begin
	if app_role() = 'PT' and patient = app_citizen_id() then
		known := 'SELF';
	elsif app_role() = 'RE' then
		select r.basis into known from represented() r where r.patient_id = patient
			and (category is null or not app_gate('c') or r.covers is null or category = any (r.covers));
	end if;
	if known is null then
		return 'not_found';
	end if;
	perform set_config('app.admitted', patient::text, true), set_config('app.shown', '{' || patient || '}', true),
		set_config('app.basis', known, true);
	return null;
end $$;

-- Whom the citizen with these number hashes represents now: by law, or because the patient has allowed it; the latter
-- covers the categories that were named, the former all (null).
create function represented() returns table (patient_id uuid, relation_id uuid, basis text, covers text[]) language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select distinct on (r.patient_id) r.patient_id, r.id,
		case when r.is_legal_representative then 'LEGAL_REPRESENTATIVE' else 'CONSENT' end,
		case when not r.is_legal_representative then k.categories end
	from patient_relation r
	cross join lateral (select array_agg(x) as categories, count(distinct c.id) as consents
		from consent c left join lateral unnest(c.data_categories) x on true where c.patient_id = r.patient_id
			and c.type = 'RELATIVE_INFO' and c.state = 'GRANTED' and c.to_relation_id = r.id
			and c.valid_from <= clock_now() and c.valid_to > clock_now()) k
	where r.hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
		and r.valid_from <= clock_today() and (r.valid_to is null or r.valid_to > clock_today())
		and (r.is_legal_representative or k.consents > 0)
	order by r.patient_id, r.is_legal_representative desc
$$;

-- The patient whose number has one of these hashes; used only to know which citizen a token is.
create function citizen_patient(seal text) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select patient_id from patient_identifier where hash = any (seal_hashes($1)) limit 1
$$;

-- migrate:down
drop function if exists request_begin, gate_pass, gate_refusal, gate_open, consent_covering, gate_consent, gate_citizen, represented, citizen_patient cascade;
