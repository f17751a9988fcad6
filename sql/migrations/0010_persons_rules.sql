-- migrate:up
-- What the resources of directory and persons share: representations, registration, emergency, steps.

create function page_size(asked text) returns int language sql immutable as $$
	select coalesce(asked::int, 50) $$;

-- RFC 7396 for one value.
create function merge_patch(target jsonb, patch jsonb) returns jsonb language plpgsql immutable as $$
declare
	merged jsonb := case when jsonb_typeof(target) = 'object' then target else '{}'::jsonb end;
	member record;
begin
	if jsonb_typeof(patch) <> 'object' then
		return patch;
	end if;
	for member in select key, value from jsonb_each(patch) loop
		if member.value = 'null' then
			merged := merged - member.key;
		else
			merged := merged || jsonb_build_object(member.key, merge_patch(merged -> member.key, member.value));
		end if;
	end loop;
	return merged;
end $$;

-- Municipality numbers hold from a day to a day (domain.md §8.3) ---------------------------------------
create function check_municipality() returns trigger language plpgsql as $$
begin
	if new.municipality_number is not null and not exists (select 1 from municipality m
			where m.number = new.municipality_number and m.valid_from <= clock_today()
				and (m.valid_to is null or m.valid_to >= clock_today())) then
		perform raise_problem(422, 'invalid_value', fault('/municipality_number', 'municipality',
			'is not the number of a municipality today'));
	end if;
	return new;
end $$;
create trigger municipality_holds before insert or update of municipality_number on patient
	for each row execute function check_municipality();
create trigger municipality_holds before insert or update of municipality_number on agency
	for each row when (new.valid_to is null) execute function check_municipality();

create index agency_name on agency (name, id);
create index unit_name on unit (name, id);
create index staff_name on staff (name, id);
create index staff_membership_staff on staff_membership (staff_id);
create index consent_to_agencies on consent using gin (to_agencies);
create index emergency_access_agency on emergency_access (agency_id, opened_at);

-- Representations of the directory; with the gate f without addresses of persons.
create function unit_json(u unit) returns json language sql stable as $$
	select json_build_object('id', (u).id, 'version', (u).version, 'agency_id', (u).agency_id, 'name', (u).name,
		'type', (u).type, 'resh_id', (u).resh_id, 'receives_concern_reports', (u).receives_concern_reports,
		'phone', (u).phone, 'email', (u).email, 'config', (u).config,
		'valid_from', (u).valid_from, 'valid_to', (u).valid_to,
		'created_at', (u).created_at, 'updated_at', (u).updated_at)
$$;

create function staff_json(s staff) returns json language sql stable as $$
	select json_build_object('id', (s).id, 'version', (s).version, 'agency_id', (s).agency_id,
		'subject', case when (s).agency_id = app_agency_id() then (s).subject end,
		'name', (s).name, 'profession', (s).profession, 'is_health_personnel', (s).is_health_personnel,
		'hpr_number', (s).hpr_number,
		'email', case when not app_gate('f') then (s).email end,
		'phone', case when not app_gate('f') then (s).phone end,
		'valid_from', (s).valid_from, 'valid_to', (s).valid_to,
		'created_at', (s).created_at, 'updated_at', (s).updated_at)
$$;

create function membership_json(m staff_membership) returns json language sql stable as $$
	select json_build_object('id', (m).id, 'version', (m).version, 'staff_id', (m).staff_id, 'unit_id', (m).unit_id,
		'role', (m).role, 'percent', (m).percent, 'state', (m).state,
		'valid_from', (m).valid_from, 'valid_to', (m).valid_to,
		'created_at', (m).created_at, 'updated_at', (m).updated_at)
$$;

-- How the caller stands to a membership: on the unit's side, or as the person's employer.
create function membership_facts(m staff_membership) returns text[] language sql stable as $$
	select array_remove(array[
		case when may_staff_unit((m).unit_id) then 'unit_side' end,
		case when may_lend_staff((m).staff_id) then 'employer' end,
		case when (m).staff_id = app_staff_id() then 'own' end], null)
$$;

-- The patient ------------------------------------------------------------------------------------------
-- Address protection (L27): strictly confidential addresses are for the person and the main contact alone,
-- confidential ones also for full projections.
create function address_is_open(patient uuid, protection text) returns boolean language plpgsql stable as $$
begin
	if app_role() = 'PT' or protection = 'NONE' then
		return true;
	elsif protection = 'CONFIDENTIAL' then
		return not app_gate('f') and app_role() <> 'RE';
	end if;
	return exists (select 1 from care_relation c where c.patient_id = patient and c.unit_id = any (app_unit_ids())
		and c.main_contact_id = app_staff_id() and (c.valid_to is null or c.valid_to > clock_now()));
end $$;

-- A strictly protected address is not opened by naming oneself: the unit's leader or its main contact does it.
create function may_name_contact(patient uuid, was uuid, becomes uuid) returns boolean language sql stable as $$
	select becomes is null or becomes is not distinct from was or app_role() in ('TL', 'KO')
		or exists (select 1 from patient p where p.id = patient
			and (p.address_protection <> 'STRICTLY_CONFIDENTIAL' or address_is_open(p.id, p.address_protection)))
$$;

-- Protection is lowered only by who may read the address as it is.
create function may_protect(p patient, becomes text) returns boolean language sql stable as $$
	select array_position('{NONE,CONFIDENTIAL,STRICTLY_CONFIDENTIAL}', coalesce(becomes, 'NONE'))
			>= array_position('{NONE,CONFIDENTIAL,STRICTLY_CONFIDENTIAL}', (p).address_protection)
		or address_is_open((p).id, (p).address_protection)
$$;

-- A person as this caller may see them; with the gate f name and contact only.
create function patient_json(p patient) returns json language sql stable as $$
	select case when app_gate('f') then json_build_object('id', (p).id, 'version', (p).version,
		'given_name', (p).given_name, 'family_name', (p).family_name,
		'phone', (p).phone, 'email', (p).email,
		'language', (p).language, 'interpreter_needed', (p).interpreter_needed,
		'address_protection', (p).address_protection)
	else json_build_object('id', (p).id, 'version', (p).version,
		'given_name', (p).given_name, 'family_name', (p).family_name,
		'birth_date', (p).birth_date, 'sex', (p).sex, 'phone', (p).phone, 'email', (p).email,
		'address', case when (p).address_protection = 'NONE' or address_is_open((p).id, (p).address_protection)
			then (p).address end,
		'municipality_number', case when (p).address_protection = 'NONE'
			or address_is_open((p).id, (p).address_protection) then (p).municipality_number end,
		'address_protection', (p).address_protection,
		'language', (p).language, 'interpreter_needed', (p).interpreter_needed,
		'in_lar', (p).in_lar, 'has_minor_children', (p).has_minor_children, 'deceased_on', (p).deceased_on,
		'owner_agency_id', case when (p).address_protection <> 'STRICTLY_CONFIDENTIAL'
			or address_is_open((p).id, (p).address_protection) then (p).owner_agency_id end,
		'created_at', (p).created_at, 'updated_at', (p).updated_at) end
$$;

create function identifier_json(i patient_identifier) returns json language sql stable as $$
	select json_build_object('id', (i).id, 'version', (i).version, 'patient_id', (i).patient_id, 'kind', (i).kind,
		'number', number_out((i).seal), 'assigner', (i).assigner, 'valid_from', (i).valid_from,
		'valid_to', (i).valid_to, 'created_at', (i).created_at, 'updated_at', (i).updated_at)
$$;

-- Next of kin and others; with the gate f who they are, without numbers and notes.
create function relation_json(r patient_relation) returns json language sql stable as $$
	select json_build_object('id', (r).id, 'version', (r).version, 'patient_id', (r).patient_id, 'kind', (r).kind,
		'name', (r).name, 'phone', (r).phone,
		'national_id', case when not app_gate('f') then number_out((r).seal) end,
		'birth_year', (r).birth_year, 'followed_up_by', (r).followed_up_by,
		'is_legal_representative', (r).is_legal_representative,
		'note', case when not app_gate('f') then (r).note end,
		'valid_from', (r).valid_from, 'valid_to', (r).valid_to,
		'created_at', (r).created_at, 'updated_at', (r).updated_at)
$$;

create function care_relation_json(c care_relation) returns json language sql stable as $$
	select json_build_object('id', (c).id, 'version', (c).version, 'patient_id', (c).patient_id,
		'unit_id', (c).unit_id, 'agency_id', (c).agency_id, 'basis', (c).basis, 'source_id', (c).source_id,
		'main_contact_id', (c).main_contact_id, 'valid_from', (c).valid_from, 'valid_to', (c).valid_to,
		'created_at', (c).created_at, 'updated_at', (c).updated_at)
$$;

-- Get or attach by number: new or known, the caller's unit stands in relation afterwards and the answer is
-- the same (design §13.1).
create function register_patient(body jsonb, acting uuid) returns uuid language plpgsql as $$
declare
	number_seal text := body ->> 'national_id';
	person uuid;
	relation uuid;
begin
	acting := coalesce((body ->> 'unit_id')::uuid, acting, (app_unit_ids())[1]);
	if acting is null or acting <> all (app_unit_ids()) then
		perform raise_problem(422, 'unknown_reference', fault('/unit_id', 'reference', 'is not a unit of the caller'));
	end if;
	if number_seal is not null then
		-- two at once: the second one finds what the first one made
		perform pg_advisory_xact_lock(hashtextextended((seal_hashes(number_seal))[1], 20));
		person := citizen_patient(number_seal);
	end if;
	if person is null then
		-- a random id: it must not tell when the person became known
		person := gen_random_uuid();
		perform set_config('app.admitted', person::text, true);
		insert into patient (id, owner_agency_id, given_name, family_name, birth_date, sex, phone, email, address,
			municipality_number, address_protection, language, interpreter_needed, in_lar, has_minor_children)
		select person, app_agency_id(), n.given_name, n.family_name, n.birth_date, n.sex, n.phone, n.email, n.address,
			n.municipality_number, coalesce(n.address_protection, 'NONE'), n.language, n.interpreter_needed, n.in_lar,
			n.has_minor_children
		from jsonb_populate_record(null::patient, body) n;
		if number_seal is not null then
			insert into patient_identifier (patient_id, kind, seal, hash, assigner)
			values (person, coalesce(body ->> 'identifier_kind', 'FNR'), number_seal, (seal_hashes(number_seal))[1],
				body ->> 'assigner');
		end if;
	end if;
	insert into care_relation (patient_id, unit_id, agency_id, basis)
	values (person, acting, app_agency_id(), 'REGISTRATION') on conflict do nothing;
	select id into relation from care_relation where patient_id = person and unit_id = acting
		and basis = 'REGISTRATION' and valid_to is null;
	perform show(person), set_config('app.made', person::text, true), set_config('app.basis', 'CARE_RELATION', true),
		set_config('app.relation_id', relation::text, true);
	return person;
end $$;

-- The caller's units' persons after (after_unit, after_person), in that order, `most` at most: read from the
-- index of relations alone, so that a page costs the same however many persons there are. Owner's rights,
-- since a policy on the relations would keep the index from giving them in order; it begins with the
-- caller's own units and leaves out who has blocked the caller, as the policy on persons does.
create function related_patients(only_unit uuid, after_unit uuid, after_person uuid, most int)
returns table (unit_id uuid, patient_id uuid) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	mine uuid[] := app_unit_ids();
	units uuid[] := array(select u from unnest(mine) u where only_unit is null or u = only_unit order by u);
	at timestamptz := clock_now();
	agency uuid := app_agency_id();
	member uuid := app_staff_id();
	caller text := app_role();
	planned boolean := app_gate('p');
	consented boolean := app_gate('c');
	one uuid;
	start uuid;
	got int;
begin
	foreach one in array units loop
		continue when one < after_unit;
		start := case when one = after_unit then after_person else '00000000-0000-0000-0000-000000000000' end;
		return query
			select c.unit_id, c.patient_id from care_relation c
			where c.unit_id = one and c.patient_id > start and c.valid_from <= at
				and (c.valid_to is null or c.valid_to > at) and (not planned or c.basis = 'PLAN')
				and not exists (select 1 from objection o where o.patient_id = c.patient_id and o.state = 'ACTIVE'
					and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'patients' = any (o.resource_types)))
					and (o.against_id in (agency, member) or o.against_id = any (mine)
						or caller = any (o.against_roles)))
				and (not consented or consent_covering(c.patient_id, 'IDENTITY') is not null)
				-- who is in several of the units is listed with the first
				and (one = units[1] or not exists (select 1 from care_relation e where e.patient_id = c.patient_id
					and e.unit_id = any (units) and e.unit_id < one and e.valid_from <= at
					and (e.valid_to is null or e.valid_to > at) and (not planned or e.basis = 'PLAN')))
			group by c.unit_id, c.patient_id
			order by c.unit_id, c.patient_id
			limit most;
		get diagnostics got = row_count;
		most := most - got;
		exit when most <= 0;
	end loop;
end $$;

-- The person with that number, if the caller may see them; else nobody, after the same work.
create function find_patient(number_seal text) returns uuid language plpgsql as $$
declare
	person uuid := citizen_patient(number_seal);
begin
	if gate_refusal(coalesce(person, gen_random_uuid()), 'patients', 'IDENTITY', false) is not null then
		return null;
	end if;
	return person;
end $$;

-- Has the person closed this one thing to the caller? An emergency access that passes objections passes this one.
create function item_is_blocked(person uuid, thing uuid) returns boolean language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(app_role(), '') <> 'PT' and not exists (select 1 from emergency_access e
			where e.id = nullif(current_setting('app.emergency_id', true), '')::uuid and e.override_objection)
		and exists (select 1 from objection o where o.patient_id = person and o.state = 'ACTIVE' and o.scope = 'ITEMS'
			and thing = any (o.item_ids) and (o.against_id in (app_agency_id(), app_staff_id())
				or o.against_id = any (app_unit_ids()) or app_role() = any (o.against_roles)))
$$;

-- For paths that name a thing of a person, not the person: runs the gate on whose thing it is, once a
-- transaction. Give the rest of the statement its result, so that policies are asked afterwards.
create function admit(entity text, thing uuid, category text, is_write boolean) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	person uuid := case entity
		when 'consents' then (select patient_id from consent where id = thing)
		when 'objections' then (select patient_id from objection where id = thing)
		when 'patient-identifiers' then (select patient_id from patient_identifier where id = thing)
		when 'patient-relations' then (select patient_id from patient_relation where id = thing)
		when 'care-relations' then (select patient_id from care_relation where id = thing) end;
begin
	if person = nullif(current_setting('app.admitted', true), '')::uuid then
		return person;
	end if;
	-- what does not exist is refused as what is hidden, after the same work
	perform gate(coalesce(person, thing),
		case entity when 'patient-identifiers' then 'patients' else entity end, category, is_write);
	if item_is_blocked(person, thing) then
		perform raise_problem(403, 'blocked');
	end if;
	return person;
end $$;

create policy history_read on row_history for select using (
	(entity = 'patient' and entity_id = nullif(current_setting('app.admitted', true), '')::uuid)
	or (entity = 'consent'
		and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid));
grant select on row_history to samhandling_service;

-- Emergency access ---------------------------------------------------------------------------------------
create function emergency_person(person uuid, number_seal text) returns uuid language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select id from patient where id = coalesce(citizen_patient(number_seal), person)
$$;

-- Tells the patient, and gives the privacy officer the review: for nobody else's eyes in the agency, since
-- a task with a person's id tells that the person is known here.
create function tell_of_emergency(access_id uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	e emergency_access;
begin
	select * into e from emergency_access where id = access_id;
	perform add_task('EMERGENCY_REVIEW', 'Kontroller bruk av nødtilgang', null, null, e.agency_id, e.review_due_at,
		'emergency_access', e.id);
	perform add_task('EMERGENCY_NOTICE', 'Opplysningene dine er åpnet i en nødsituasjon', e.patient_id, null, e.agency_id,
		null, 'emergency_access', e.id);
	update task set for_role = 'PV' where entity = 'emergency_access' and entity_id = e.id;
end $$;

create function open_emergency(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := emergency_person((body ->> 'patient_id')::uuid, body ->> 'national_id');
	opener staff;
	override boolean := coalesce((body ->> 'override_objection')::boolean, false);
begin
	select * into opener from staff where id = app_staff_id();
	perform raise_unless(case app_role() when 'TM' then opener.hpr_number is not null
		when 'MH' then opener.is_health_personnel else true end, 403, 'forbidden');
	-- everything else first: only an opening that is logged and reviewed tells that somebody is known
	perform raise_unless(not override or length(body ->> 'necessity') >= 20, 422, 'invalid_value',
		fault('/necessity', 'required', 'is required, with at least 20 characters, to pass an objection'));
	perform raise_unless(person is not null, 422, 'unknown_reference', fault(
		case when body ? 'national_id' then '/national_id' else '/patient_id' end, 'reference', 'is nobody known here'));
	insert into emergency_access (id, patient_id, staff_id, agency_id, role, reason, override_objection, necessity,
		expires_at, review_due_at, patient_notified_at)
	values (new_id, person, app_staff_id(), app_agency_id(), app_role(), body ->> 'reason', override,
		body ->> 'necessity', clock_now() + interval '60 minutes', clock_now() + interval '7 days', clock_now());
	perform tell_of_emergency(new_id);
	perform show(person), set_config('app.basis', 'EMERGENCY', true), set_config('app.emergency_id', new_id::text, true),
		set_config('app.overridden', override::text, true);
	return new_id;
end $$;

-- An access that was not closed by review is over when its time is.
create function emergency_state(e emergency_access) returns text language sql stable as $$
	select case when (e).state = 'ACTIVE' and (e).expires_at <= clock_now() then 'EXPIRED' else (e).state end
$$;

-- Consents -------------------------------------------------------------------------------------------------
create function consent_state(c consent) returns text language sql stable as $$
	select case when (c).state = 'GRANTED' and (c).valid_to <= clock_now() then 'EXPIRED'
		when (c).state = 'REQUESTED' and (c).created_at <= clock_now() - interval '30 days' then 'EXPIRED'
		else (c).state end
$$;

-- The content of a request: never backdated, a year at most (domain.md §4.6).
create function insert_consent(new_id uuid, patient uuid, body jsonb, first_state text, older uuid)
returns uuid language plpgsql as $$
declare
	begins timestamptz := coalesce((body ->> 'valid_from')::timestamptz, clock_now());
	ends timestamptz := coalesce((body ->> 'valid_to')::timestamptz, begins + interval '12 months');
begin
	-- staff ask; the patient answers
	perform raise_unless(older is not null or not app_is_citizen(), 403, 'forbidden');
	perform raise_unless(begins >= clock_now() - interval '1 minute', 422, 'invalid_value',
		fault('/valid_from', 'backdated', 'must not be before now'));
	perform raise_unless(ends > begins and ends <= begins + interval '12 months', 422, 'invalid_value',
		fault('/valid_to', 'range', 'must be after valid_from and at most twelve months later'));
	perform raise_unless(not exists (select 1 from jsonb_array_elements_text(coalesce(body -> 'to_agencies', '[]')
			|| coalesce(body -> 'from_agencies', '[]')) t where not exists (select 1 from agency a where a.id = t::uuid)),
		422, 'unknown_reference', fault('/to_agencies', 'reference', 'names an agency that is not known here'));
	perform raise_unless(body ->> 'to_relation_id' is null or exists (select 1 from patient_relation r
			where r.id = (body ->> 'to_relation_id')::uuid and r.patient_id = insert_consent.patient),
		422, 'unknown_reference', fault('/to_relation_id', 'reference', 'is no relation of this patient'));
	insert into consent (id, patient_id, owner_agency_id, type, state, from_agencies, to_agencies, to_relation_id,
		data_categories, purpose, explained, valid_from, valid_to, informed_by, supersedes)
	select new_id, patient, coalesce(app_agency_id(), (select c.owner_agency_id from consent c where c.id = older)),
		n.type, first_state, coalesce(n.from_agencies, (select c.from_agencies from consent c where c.id = older),
			array_remove(array[app_agency_id()], null)),
		coalesce(n.to_agencies, '{}'), n.to_relation_id, coalesce(n.data_categories, '{}'), n.purpose, n.explained,
		begins, ends, app_staff_id(), older
	from jsonb_populate_record(null::consent, body) n;
	return new_id;
end $$;

-- What stands against recording a grant; raises.
create function check_consent_grant(c consent, body jsonb) returns void language plpgsql as $$
declare
	able text := coalesce(body ->> 'competence', case when app_role() = 'PT' then 'COMPETENT' end);
	-- citizens speak as who they are
	giver text := case app_role() when 'RE' then 'GUARDIAN' when 'PT' then 'SELF'
		else coalesce(body ->> 'given_by', 'SELF') end;
begin
	perform raise_unless(able is not null, 422, 'missing_fact',
		fault('/competence', 'required', 'must be assessed before a consent is recorded'));
	perform raise_unless(app_is_citizen() or body ->> 'form' is not null, 422, 'missing_fact',
		fault('/form', 'required', 'is required when staff record the patient''s act'));
	if able <> 'COMPETENT' or giver <> 'SELF' then
		perform raise_unless(c.type <> 'RESEARCH', 422, 'invalid_value', fault('/competence', 'research',
			'nobody else can consent to research'));
		perform raise_unless(giver <> 'SELF' and exists (select 1 from patient_relation r where r.patient_id = c.patient_id
			and r.is_legal_representative and r.valid_from <= clock_today()
			and (r.valid_to is null or r.valid_to > clock_today())), 422, 'invalid_value',
			fault('/given_by', 'representative', 'needs a legal representative who is registered and valid now'));
	end if;
	perform raise_unless(app_is_citizen() or body ->> 'document_ref' is not null
			or not (app_agency_id() = any (c.to_agencies)), 422, 'missing_fact',
		fault('/document_ref', 'required', 'is required when the receiving agency records the grant'));
end $$;

create function consent_effects(c consent) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(e), '[]') from (
		select jsonb_build_object('effect', 'ACCESS_ENDS', 'agency_id', a.id, 'agency_name', a.name,
			'data_categories', to_jsonb((c).data_categories)) e
		from agency a where a.id = any ((c).to_agencies)
		union all
		select jsonb_build_object('effect', 'RELATIVE_ACCESS_ENDS', 'relation_id', (c).to_relation_id)
		where (c).to_relation_id is not null
		union all
		select jsonb_build_object('effect', 'PLAN_SUSPENDED') where (c).type = 'IP_PLAN') x
$$;

-- One step of a consent whose row is locked and whose machine has allowed it.
create function consent_step(consent_id uuid, step text, target text, body jsonb, new_id uuid) returns int
language plpgsql as $$
declare
	c consent;
begin
	select * into c from consent where id = consent_id;
	if step = 'grant' then
		perform check_consent_grant(c, body);
		update consent set state = target, valid_from = greatest(c.valid_from, clock_now()),
			form = coalesce(body ->> 'form', 'DIGITAL'),
			competence = coalesce(body ->> 'competence', 'COMPETENT'),
			competence_assessor = coalesce(body ->> 'competence_assessor', c.competence_assessor),
			given_by = case app_role() when 'RE' then 'GUARDIAN' when 'PT' then 'SELF'
				else coalesce(body ->> 'given_by', 'SELF') end,
			document_ref = body ->> 'document_ref'
		where id = consent_id;
	elsif step in ('withdraw', 'invalidate') then
		update consent set state = target, effects = consent_effects(c) where id = consent_id;
	elsif step = 'supersede' then
		perform insert_consent(new_id, c.patient_id, body -> 'replacement', 'GRANTED', consent_id);
		update consent set form = 'DIGITAL', competence = 'COMPETENT', given_by = 'SELF' where id = new_id;
		update consent set state = target, effects = jsonb_build_array(
			jsonb_build_object('effect', 'REPLACED', 'consent_id', new_id)) where id = consent_id;
	else
		update consent set state = target where id = consent_id;
	end if;
	return (select version from consent where id = consent_id);
end $$;

create function consent_json(c consent) returns json language sql stable as $$
	select json_build_object('id', (c).id, 'version', (c).version, 'patient_id', (c).patient_id,
		'owner_agency_id', (c).owner_agency_id, 'type', (c).type, 'state', consent_state(c),
		'from_agencies', (c).from_agencies, 'to_agencies', (c).to_agencies, 'to_relation_id', (c).to_relation_id,
		'data_categories', (c).data_categories, 'purpose', (c).purpose, 'explained', (c).explained,
		'valid_from', (c).valid_from, 'valid_to', (c).valid_to, 'form', (c).form, 'competence', (c).competence,
		'competence_assessor', (c).competence_assessor, 'given_by', (c).given_by, 'document_ref', (c).document_ref,
		'informed_by', (c).informed_by, 'supersedes', (c).supersedes, 'effects', (c).effects,
		'created_at', (c).created_at, 'updated_at', (c).updated_at)
$$;

-- With the gate o only what the own agency has part in; a relative sees what concerns the own relation.
create function consent_is_mine(c consent) returns boolean language sql stable as $$
	select case when app_role() = 'RE' then
			exists (select 1 from represented() r where r.patient_id = (c).patient_id
				and (r.basis = 'LEGAL_REPRESENTATIVE' or r.relation_id = (c).to_relation_id))
		when app_gate('o') then app_agency_id() = (c).owner_agency_id
			or app_agency_id() = any ((c).to_agencies || (c).from_agencies)
		else true end
$$;

-- How the caller stands to a consent: the person, who represents them by law, or staff who record their act.
create function consent_facts(c consent) returns text[] language sql stable as $$
	select array_remove(array[
		case when app_role() = 'PT' then 'self' end,
		case when app_role() = 'RE' and exists (select 1 from represented() r where r.patient_id = (c).patient_id
			and r.basis = 'LEGAL_REPRESENTATIVE') then 'legal_representative' end,
		case when not app_is_citizen() then 'staff' end,
		case when exists (select 1 from staff s where s.id = app_staff_id() and s.is_health_personnel)
			then 'health_personnel' end,
		case when (c).type = 'RESEARCH' then 'research' end], null)
$$;

-- Objections ---------------------------------------------------------------------------------------------
-- Scope and target must name something; what they name must exist.
create function objection_is_whole(o objection) returns boolean language plpgsql stable as $$
begin
	perform raise_unless(o.scope <> 'RESOURCE_TYPES' or cardinality(o.resource_types) > 0, 422, 'invalid_value',
		fault('/resource_types', 'required', 'is required for this scope'));
	perform raise_unless(o.scope <> 'ITEMS' or cardinality(o.item_ids) > 0, 422, 'invalid_value',
		fault('/item_ids', 'required', 'is required for this scope'));
	perform raise_unless(case o.against when 'AGENCY' then exists (select 1 from agency a where a.id = o.against_id)
			when 'UNIT' then exists (select 1 from unit u where u.id = o.against_id)
			when 'STAFF' then exists (select 1 from staff s where s.id = o.against_id)
			else cardinality(o.against_roles) > 0 end, 422, 'unknown_reference',
		fault(case o.against when 'ROLE_GROUP' then '/against_roles' else '/against_id' end, 'reference',
			'names nobody who is known here'));
	return true;
end $$;

-- Its reason is between the patient and those who must respect it.
create function objection_json(o objection) returns json language sql stable as $$
	select json_build_object('id', (o).id, 'version', (o).version, 'patient_id', (o).patient_id,
		'registered_by_agency', (o).registered_by_agency, 'scope', (o).scope, 'resource_types', (o).resource_types,
		'item_ids', (o).item_ids, 'against', (o).against, 'against_id', (o).against_id,
		'against_roles', (o).against_roles, 'reason', case when not app_gate('f') then (o).reason end,
		'medical_note', (o).medical_note, 'state', (o).state,
		'created_at', (o).created_at, 'updated_at', (o).updated_at)
$$;

create function objection_is_mine(o objection) returns boolean language sql stable as $$
	select case when app_role() = 'RE' then
			exists (select 1 from represented() r where r.patient_id = (o).patient_id and r.basis = 'LEGAL_REPRESENTATIVE')
		when app_gate('o') then (o).registered_by_agency is not distinct from app_agency_id()
			or (o).against_id = app_agency_id()
		else true end
$$;

create function objection_facts(o objection) returns text[] language sql stable as $$
	select array_remove(array[case when app_role() = 'PT' then 'self' end,
		case when not app_is_citizen() then 'staff' end], null)
$$;

-- Emergency accesses as seen: the patient does not read free text written by staff (domain.md §5.3).
create function emergency_json(e emergency_access) returns json language sql stable as $$
	select json_build_object('id', (e).id, 'version', (e).version, 'patient_id', (e).patient_id,
		'staff_id', (e).staff_id, 'agency_id', (e).agency_id, 'role', (e).role,
		'reason', case when not app_is_citizen() then (e).reason end,
		'override_objection', (e).override_objection,
		'necessity', case when not app_is_citizen() then (e).necessity end,
		'state', emergency_state(e), 'opened_at', (e).opened_at, 'expires_at', (e).expires_at,
		'review_due_at', (e).review_due_at, 'reviewed_by', (e).reviewed_by,
		'review_note', case when not app_is_citizen() then (e).review_note end,
		'patient_notified_at', (e).patient_notified_at,
		'created_at', (e).created_at, 'updated_at', (e).updated_at)
$$;

create function emergency_facts(e emergency_access) returns text[] language sql stable as $$
	select array_remove(array[
		case when (e).staff_id = app_staff_id() then 'opened_by_me' end,
		case when (e).agency_id = app_agency_id() then 'same_agency' end], null)
$$;

create function access_log_shown(entry access_log) returns access_log language plpgsql stable as $$
begin
	if app_is_citizen() and entry.resource = 'concern-reports'
			and entry.citizen_id is distinct from app_citizen_id() and concern_sender_acted(entry) then
		entry.name := null; entry.staff_id := null; entry.unit_id := null; entry.agency_id := null;
		entry.hpr_number := null; entry.role := null; entry.purpose := null; entry.basis := null;
	end if;
	return entry;
end $$;

-- One entry of the access log: free text of the token is for the agency alone, and who sent a protected concern
-- report stays hidden from the person it is about.
create function access_log_json(entry access_log) returns json language sql stable as $$
	select json_build_object('id', (l).id::text, 'at', (l).at, 'operation', (l).operation, 'action', (l).action,
		'resource', (l).resource, 'resource_id', (l).resource_id, 'patient_id', (l).patient_id,
		'agency_id', (l).agency_id, 'agency_name', (select a.name from agency a where a.id = (l).agency_id),
		'unit_id', (l).unit_id, 'unit_name', (select u.name from unit u where u.id = (l).unit_id),
		'staff_id', (l).staff_id, 'name', (l).name, 'role', (l).role, 'hpr_number', (l).hpr_number,
		'purpose', (l).purpose, 'basis', (l).basis, 'consent_id', (l).consent_id,
		'emergency_id', (l).emergency_id, 'objection_overridden', (l).objection_overridden,
		'reason', case when not app_is_citizen() and not app_gate('f') then (l).reason end,
		'request_id', case when not app_is_citizen() then (l).request_id end,
		'trace_id', case when not app_is_citizen() and not app_gate('f') then (l).trace_id end)
	from access_log_shown(entry) l
$$;

-- Municipalities with what came before and after.
create function municipality_json(m municipality) returns json language sql stable as $$
	select json_build_object('number', (m).number, 'name', (m).name, 'valid_from', (m).valid_from,
		'valid_to', (m).valid_to,
		'predecessors', coalesce((select json_agg(s.old_number order by s.old_number) from municipality_succession s
			where s.new_number = (m).number and s.changed_on = (m).valid_from), '[]'),
		'successors', coalesce((select json_agg(s.new_number order by s.new_number) from municipality_succession s
			where s.old_number = (m).number and s.changed_on = (m).valid_to + 1), '[]'))
$$;

-- The current number of an old one: following successions; null when they part (domain.md §8.3).
create function municipality_now(number text, since date) returns text language plpgsql stable as $$
declare
	at text := number;
	day date := since;
	ways int;
	next_number text;
	next_day date;
begin
	loop
		select count(*), min(s.new_number), min(s.changed_on) into ways, next_number, next_day
		from municipality_succession s
		where s.old_number = at and s.changed_on = (select min(n.changed_on) from municipality_succession n
			where n.old_number = at and n.changed_on > day);
		exit when ways = 0;
		if ways > 1 then
			return null;
		end if;
		at := next_number;
		day := next_day;
	end loop;
	return at;
end $$;

-- migrate:down
drop policy history_read on row_history;
drop function if exists municipality_now, municipality_json, access_log_json, access_log_shown, emergency_facts, emergency_json,
	objection_facts, objection_is_mine, objection_json, objection_is_whole, consent_facts, consent_is_mine, consent_json, consent_step, consent_effects, check_consent_grant, insert_consent, consent_state, emergency_state,
	open_emergency, tell_of_emergency, emergency_person, admit, item_is_blocked, find_patient, related_patients, register_patient, patient_json, address_is_open,
	may_name_contact, may_protect, identifier_json, relation_json, care_relation_json, unit_json, staff_json, membership_json, membership_facts,
	check_municipality, merge_patch, page_size cascade;
drop index if exists agency_name, unit_name, staff_name, staff_membership_staff, consent_to_agencies,
	emergency_access_agency;
