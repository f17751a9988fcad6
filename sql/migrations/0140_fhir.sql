-- migrate:up
-- The FHIR face: what all resource types share. A type's own functions make the resource of a row, or of what the
-- native answer shows of it; gate, policies and log are those of the native paths.

-- One canonical for all installations: what a code system means does not depend on where it is served.
create function fhir_system(name text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/CodeSystem/' || name $$;
create function fhir_naming(name text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/NamingSystem/' || name $$;
create function fhir_extension(name text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/StructureDefinition/' || name $$;

create function fhir_instant(at timestamptz) returns text language sql stable as $$
	select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
-- As Last-Modified has it (RFC 9110, 5.6.7).
create function fhir_modified(at timestamptz) returns text language sql stable as $$
	select to_char(at at time zone 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"') $$;

-- The tag of what is not the whole resource.
create function fhir_subsetted() returns jsonb language sql immutable as $$
	select '[{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}]'::jsonb $$;

create function fhir_meta(version int, at timestamptz, profile text default null, subsetted boolean default false)
returns json language sql stable as $$
	select json_build_object('versionId', version::text, 'lastUpdated', fhir_instant(at),
		'profile', case when profile is not null then json_build_array(profile) end,
		'tag', case when subsetted then fhir_subsetted() end)
$$;

-- Null where there is nothing to refer to: FHIR knows no empty objects. Stable, as what makes JSON is: the planner writes
-- out no function that claims more than its body.
create function fhir_reference(type text, id text) returns json language sql stable as $$
	select case when id is not null then json_build_object('reference', type || '/' || id) end $$;
create function fhir_coding(system text, code text) returns json language sql stable as $$
	select case when code is not null then json_build_object('system', system, 'code', code) end $$;
create function fhir_concept(system text, code text) returns json language sql stable as $$
	select case when code is not null
		then json_build_object('coding', json_build_array(json_build_object('system', system, 'code', code))) end $$;
create function fhir_period(starts text, ends text) returns json language sql stable as $$
	select case when num_nonnulls(starts, ends) > 0 then json_build_object('start', starts, 'end', ends) end $$;
-- The native state beside the FHIR status that several of them share.
create function fhir_native_state(kind text, state text) returns json language sql stable as $$
	select case when state is not null then json_build_object('url', fhir_extension('native-state'),
		'valueCoding', json_build_object('system', fhir_system(kind), 'code', state)) end $$;
create function fhir_telecom(phone text, email text) returns json language sql stable as $$
	select case when phone is not null and email is not null then json_build_array(
			json_build_object('system', 'phone', 'value', phone), json_build_object('system', 'email', 'value', email))
		when phone is not null then json_build_array(json_build_object('system', 'phone', 'value', phone))
		when email is not null then json_build_array(json_build_object('system', 'email', 'value', email)) end $$;
create function fhir_masked() returns json language sql stable as $$
	select '{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
		"valueCode": "masked"}]}'::json $$;
-- A list without its nulls; null when nothing is left. In PL/pgSQL, as all here that is called by what makes each of many
-- and is no one expression: an SQL function within another is planned anew at each call, which took most of a search's time.
create function fhir_list(variadic items json[]) returns json language plpgsql stable as $$
begin
	return (select json_agg(i) from unnest(items) i where i is not null);
end $$;

-- The text of members of a resource, where it is put together as text, which takes a third of the time of building and
-- stripping JSON: for those of which a page has many. Null where there is nothing, which concat() leaves out. The planner
-- writes them out. `value`, `code` and `id` hold no character that JSON would escape; free text stands by to_json().
create function fhir_say(name text, value text) returns text language sql immutable as $$
	select ',"' || name || '":"' || value || '"' $$;
create function fhir_say_reference(name text, type text, id uuid) returns text language sql immutable as $$
	select ',"' || name || '":{"reference":"' || type || '/' || id::text || '"}' $$;
create function fhir_say_concept(name text, system text, code text) returns text language sql immutable as $$
	select ',"' || name || '":{"coding":[{"system":"' || system || '","code":"' || code || '"}]}' $$;
create function fhir_say_meta(version int, at timestamptz, is_subset boolean) returns text language sql stable as $$
	select ',"meta":{"versionId":"' || version::text || '","lastUpdated":"' || fhir_instant(at) || case when is_subset then
		'","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}' else '"}' end $$;

create function fhir_entry(base text, type text, id uuid, resource json) returns json language sql stable as $$
	select json_build_object('fullUrl', base || '/' || type || '/' || id, 'resource', resource,
		'search', '{"mode": "match"}'::json) $$;

-- Searching: what api/fhir_search.h makes of a parameter --------------------------------------------------
-- [{"modifier": "", "any": [value, …]}, …]: every group must hold, of a group one value. Null asks nothing.

-- The ids that all groups name; ids of other forms than ours name nothing.
create function fhir_ids(asked jsonb) returns uuid[] language plpgsql immutable as $$
declare
	one jsonb;
	ids uuid[];
	more uuid[];
begin
	for one in select g from jsonb_array_elements(asked) g loop
		more := array(select (v ->> 'id')::uuid from jsonb_array_elements(one -> 'any') v where v ? 'id');
		ids := case when ids is null then more
			else array(select i from unnest(ids) i where i = any (more)) end;
	end loop;
	return ids;
end $$;

-- A code has no system of its own where FHIR gives it one: then `system` is null and any fits.
create function fhir_holds_token(asked jsonb, system text, code text) returns boolean language sql immutable as $$
	select asked is null or not exists (select from jsonb_array_elements(asked) g
		where (g ->> 'modifier' = 'not') = exists (select from jsonb_array_elements(g -> 'any') v
			where coalesce(v ->> 'code' = code, true) and code is not null
				and (system is null or not v ? 'system' or v ->> 'system' = system)))
$$;

create function fhir_holds_reference(asked jsonb, type text, id uuid) returns boolean language sql immutable as $$
	select asked is null or not exists (select from jsonb_array_elements(asked) g
		where not exists (select from jsonb_array_elements(g -> 'any') v
			where (v ->> 'id')::uuid = id and coalesce(v ->> 'type' = type, true)))
$$;

-- Letters without their accents; an å is an a here, as FHIR asks.
create function fhir_plain(value text) returns text language sql immutable as $$
	select regexp_replace(normalize(lower(value), NFD), '[\u0300-\u036f]', '', 'g') $$;

create function fhir_holds_string(asked jsonb, variadic texts text[]) returns boolean language sql immutable as $$
	select asked is null or not exists (select from jsonb_array_elements(asked) g
		where not exists (select from jsonb_array_elements_text(g -> 'any') v, unnest(texts) t
			where case g ->> 'modifier' when 'exact' then t = v
				when 'contains' then position(fhir_plain(v) in fhir_plain(t)) > 0
				else starts_with(fhir_plain(t), fhir_plain(v)) end))
$$;

-- A date is the whole interval that it names; what was sent without an offset is Oslo's.
create function fhir_holds_date_value(asked jsonb, begins timestamptz, ends timestamptz) returns boolean
language plpgsql stable as $$
declare
	local boolean := not coalesce((asked ->> 'zoned')::boolean, false);
	low timestamptz := case when local then (asked ->> 'from')::timestamp at time zone 'Europe/Oslo'
		else (asked ->> 'from')::timestamptz end;
	high timestamptz := case when local
		then ((asked ->> 'from')::timestamp + (asked ->> 'span')::interval) at time zone 'Europe/Oslo'
		else low + (asked ->> 'span')::interval end;
begin
	return case asked ->> 'prefix'
		when 'ne' then begins < low or ends > high
		when 'gt' then ends > high
		when 'lt' then begins < low
		when 'ge' then ends > low
		when 'le' then begins < high
		when 'sa' then begins >= high
		when 'eb' then ends <= low
		else begins < high and ends > low end; -- eq and ap
end $$;

-- `begins` and `ends` of what the resource says; a moment is both, and an open end lasts.
create function fhir_holds_date(asked jsonb, begins timestamptz, ends timestamptz) returns boolean language sql stable as $$
	select asked is null or (begins is not null and not exists (select from jsonb_array_elements(asked) g
		where not exists (select from jsonb_array_elements(g -> 'any') v
			where fhir_holds_date_value(v, begins,
				case when ends = begins then begins + interval '1 microsecond' else coalesce(ends, 'infinity') end))))
$$;
create function fhir_holds_day(asked jsonb, day date) returns boolean language sql stable as $$
	select fhir_holds_date(asked, day::timestamp at time zone 'Europe/Oslo',
		(day + 1)::timestamp at time zone 'Europe/Oslo') $$;

-- Whose things a search holds: of the one patient it names, after the gate; else those of the persons whom the
-- caller's units are related to. One who may not be known has none; who is blocked or lacks consent is told so.
create function fhir_persons(person uuid, number text, resource text, category text) returns uuid[]
language plpgsql as $$
declare
	refusal text;
begin
	if person is null and number is null then
		return related_persons();
	end if;
	if number is not null then
		if person is not null and person is distinct from citizen_patient(number) then
			return '{}';
		end if;
		person := coalesce(citizen_patient(number), gen_random_uuid());
	end if;
	refusal := gate_refusal(person, resource, category, false);
	if refusal = 'not_found' then
		return '{}';
	end if;
	perform raise_unless(refusal is null, 403, refusal);
	return array[person];
end $$;

-- How many rows a statement reads for a page: one more than it shows, all where they are counted.
create function fhir_most(count text, total text) returns int language sql immutable as $$
	select case when total in ('accurate', 'estimate') then 1000000 else page_size(count) + 1 end $$;

-- migrate:down
drop function if exists fhir_system, fhir_naming, fhir_extension, fhir_instant, fhir_modified, fhir_subsetted, fhir_meta, fhir_reference,
	fhir_coding, fhir_concept, fhir_period, fhir_native_state, fhir_telecom, fhir_masked, fhir_list, fhir_say, fhir_say_reference, fhir_say_concept, fhir_say_meta, fhir_entry, fhir_ids,
	fhir_holds_token, fhir_holds_reference, fhir_plain, fhir_holds_string, fhir_holds_date_value, fhir_holds_date,
	fhir_holds_day, fhir_persons, fhir_most cascade;
