-- migrate:up
-- What the resources of directory and persons share: representations, registration, emergency, steps.

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

-- How the caller stands to a membership: on the unit's side, or as the person's employer.
create function membership_facts(m staff_membership) returns text[] language sql stable as $$
	select array_remove(array[
		case when may_staff_unit((m).unit_id) then 'unit_side' end,
		case when may_lend_staff((m).staff_id) then 'employer' end,
		case when may_be_caller((m).staff_id) then 'own' end], null)
$$;

-- Why it is less than half a post may be somebody's own affair: for them, and for those who decide on it on either side.
create function membership_json(m staff_membership) returns json language sql stable as $$
	select json_build_object('id', (m).id, 'version', (m).version, 'staff_id', (m).staff_id, 'unit_id', (m).unit_id,
		'employer_agency_id', (select s.agency_id from staff s where s.id = (m).staff_id),
		'role', (m).role, 'percent', (m).percent,
		'exception_reason', case when may_staff_unit((m).unit_id) or may_lend_staff((m).staff_id) or is_caller((m).staff_id)
			then (m).exception_reason end, 'funding', (m).funding,
		'supporting_unit_id', (m).supporting_unit_id, 'equipment', (m).equipment, 'state', (m).state,
		'valid_from', (m).valid_from, 'valid_to', (m).valid_to,
		'created_at', (m).created_at, 'updated_at', (m).updated_at)
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

-- A row is written out as JSON through a composite type in half of the time that json_build_object() takes.
create type patient_shown as (id uuid, version int, given_name text, family_name text, birth_date date, sex text, phone text,
	email text, address jsonb, municipality_number text, address_protection text, language text, interpreter_needed boolean,
	in_lar boolean, has_minor_children text, deceased_on date, owner_agency_id uuid, created_at timestamptz,
	updated_at timestamptz);
create function patient_whole_json(p patient) returns json language sql stable as $$
	select row_to_json(row((p).id, (p).version, (p).given_name, (p).family_name, (p).birth_date, (p).sex, (p).phone, (p).email,
		(p).address, (p).municipality_number, (p).address_protection, (p).language, (p).interpreter_needed, (p).in_lar,
		(p).has_minor_children, (p).deceased_on, (p).owner_agency_id, (p).created_at, (p).updated_at)::patient_shown)
$$;

-- For who may see a part only, and for whom an address protects. Not inlined: a read of anyone else does not set it up.
create function patient_part_json(p patient) returns json language plpgsql stable as $$
begin
	if app_gate('f') then
		return json_build_object('id', p.id, 'version', p.version, 'given_name', p.given_name, 'family_name', p.family_name,
			'phone', p.phone, 'email', p.email, 'language', p.language, 'interpreter_needed', p.interpreter_needed,
			'address_protection', p.address_protection);
	end if;
	if not address_is_open(p.id, p.address_protection) then
		p.address := null;
		p.municipality_number := null;
		p.owner_agency_id := case when p.address_protection <> 'STRICTLY_CONFIDENTIAL' then p.owner_agency_id end;
	end if;
	return patient_whole_json(p);
end $$;

-- A person as this caller may see them; with the gate f name and contact only.
create function patient_json(p patient) returns json language sql stable as $$
	select case when (p).address_protection = 'NONE' and not app_gate('f') then patient_whole_json(p)
		else patient_part_json(p) end
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

-- Whose relation of care the caller may open: their own units', and for the team also that of a unit in another
-- agency that serves the person. Consent and objection decide what that unit then sees.
create function may_relate(u unit, basis text) returns boolean language sql stable as $$
	select u.id is not null and (u.id = any (app_unit_ids())
		or (app_role() in ('TM', 'TL') and basis in ('GP_REGISTRATION', 'SERVICE')))
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

-- Has the person closed this one thing to the caller? An emergency access to them that passes objections passes this one.
create function items_are_blocked(person uuid) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return exists (select 1 from objection o where o.patient_id = person and o.state = 'ACTIVE' and o.scope = 'ITEMS');
end $$;

create function item_is_blocked(person uuid, thing uuid) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select coalesce(app_role(), '') <> 'PT' and not exists (select 1 from emergency_access e
			where e.id = nullif(current_setting('app.emergency_id', true), '')::uuid and e.patient_id = person and e.override_objection)
		and exists (select 1 from objection o where o.patient_id = person and o.state = 'ACTIVE' and o.scope = 'ITEMS'
			and thing = any (o.item_ids) and (o.against_id in (app_agency_id(), app_staff_id())
				or o.against_id = any (app_unit_ids()) or app_role() = any (o.against_roles))));
end $$;

-- Where the things of a person are kept whose paths name the thing, not the person; each room adds its own.
create table thing_of_person (
	resource text primary key, -- as in the access matrix
	kept_in regclass not null, -- a table with id and patient_id
	objected_as text not null -- the row of the matrix that the gate asks for it
);
insert into thing_of_person (resource, kept_in, objected_as) values
	('consents', 'consent', 'consents'),
	('objections', 'objection', 'objections'),
	('patient-identifiers', 'patient_identifier', 'patients'),
	('patient-relations', 'patient_relation', 'patient-relations'),
	('care-relations', 'care_relation', 'care-relations');

-- Runs the gate on whose thing it is, once a transaction. Give the rest of the statement its result, so that
-- policies are asked afterwards.
create function admit(entity text, thing uuid, category text, is_write boolean) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	kind thing_of_person;
	person uuid;
	refusal text;
begin
	select * into strict kind from thing_of_person t where t.resource = entity;
	execute format('select patient_id from %s where id = $1', kind.kept_in) into person using thing;
	if person = nullif(current_setting('app.admitted', true), '')::uuid then
		return person;
	end if;
	-- what does not exist is refused as what is hidden, after the same work
	refusal := gate_refusal(coalesce(person, thing), kind.objected_as, category, is_write);
	if refusal is not null then
		perform raise_problem(case refusal when 'not_found' then 404 else 403 end, refusal);
	end if;
	if item_is_blocked(person, thing) then
		perform raise_problem(403, 'blocked');
	end if;
	return person;
end $$;

-- The gate for a write that names its person in the body: who may not be known is an unknown reference.
create function admit_named(person uuid, resource text, category text) returns uuid language plpgsql as $$
declare
	refusal text := gate_refusal(person, resource, category, true);
begin
	perform raise_unless(refusal is distinct from 'not_found', 422, 'unknown_reference',
		fault('/patient_id', 'unknown_reference', 'no such person is known to the caller'));
	perform raise_unless(refusal is null, 403, refusal);
	return person;
end $$;

-- The gate for a list that names its person in the query.
create function admit_listed(person uuid, resource text, category text) returns uuid[] language plpgsql as $$
declare
	refusal text := gate_refusal(person, resource, category, false);
begin
	perform raise_unless(refusal is null, case refusal when 'not_found' then 404 else 403 end, refusal);
	return array[person];
end $$;

-- Whose things a list without a person may hold: those of the persons whom the caller's units are related to,
-- and the citizen's own. Row security leaves out what the caller may not see of them. Owner's rights: it asks for no more
-- than the policy of relations allows, units and time read once and not for each of them.
create function related_persons() returns uuid[] language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	units uuid[] := app_unit_ids();
	at timestamptz := clock_now();
begin
	return array(select c.patient_id from care_relation c where c.unit_id = any (units)
			and c.valid_from <= at and (c.valid_to is null or c.valid_to > at)
		union select app_citizen_id() where app_citizen_id() is not null);
end $$;

create policy history_read on row_history for select using (
	(entity = 'patient' and entity_id = nullif(current_setting('app.admitted', true), '')::uuid)
	or (entity = 'consent'
		and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid));
grant select on row_history to samhandling_service;

-- migrate:down
drop policy history_read on row_history;
drop table thing_of_person cascade;
drop function if exists related_persons, admit_named, admit_listed, admit, items_are_blocked, item_is_blocked, find_patient, related_patients,
	register_patient, patient_json, patient_part_json, patient_whole_json,
	address_is_open, may_name_contact, may_protect, may_relate, identifier_json, relation_json, care_relation_json,
	unit_json, staff_json, membership_json, membership_facts, check_municipality, merge_patch cascade;
drop type if exists patient_shown;
drop index if exists agency_name, unit_name, staff_name, staff_membership_staff, consent_to_agencies,
	emergency_access_agency;
