-- migrate:up
-- Patient: a person's identity as the native answers show it, with the numbers that stand beside it there.

-- A kind of number → its system (Norwegian FHIR profiles); a local number is its assigner's.
create function fhir_number_system(kind text) returns text language sql immutable as $$
	select case kind when 'FNR' then 'urn:oid:2.16.578.1.12.4.1.4.1' when 'DNR' then 'urn:oid:2.16.578.1.12.4.1.4.2'
		when 'FHN' then 'urn:oid:2.16.578.1.12.4.1.4.3' when 'DUF' then 'urn:oid:2.16.578.1.12.4.1.4.5'
		when 'HNR' then 'HNR' else fhir_naming('patient-' || lower(kind)) end
$$;

-- The text of a patient's resource is put together as text, which takes a third of the time of building and stripping
-- JSON, and by functions that the planner writes out where a row of the table is at hand: reading a person over FHIR shall
-- cost what it costs natively. What is null makes the text around it null, which concat() leaves out.

-- Who may not see whole numbers is told that there is one.
create function fhir_number(i patient_identifier, is_open boolean) returns text language sql stable as $$
	select '{"system":"' || fhir_number_system((i).kind) || '"'
		|| case when (i).kind = 'HNR' then ',"type":{"coding":[{"system":"urn:oid:2.16.578.1.12.4.1.1.8327","code":"HNR"}]}' else '' end
		|| case when is_open then ',"value":"open:' || (i).seal || '"' else ',"_value":{"extension":[{"url":'
			|| '"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}' end
		|| case when num_nonnulls((i).valid_from, (i).valid_to) > 0 then ',"period":'
			|| json_strip_nulls(fhir_period((i).valid_from::text, (i).valid_to::text))::text else '' end
		|| case when (i).assigner is not null then ',"assigner":{"display":' || to_json((i).assigner)::text || '}' else '' end
		|| '}'
$$;

-- The numbers of persons whose rows the caller is shown beside them, but for those closed to the caller. Owner's rights, since
-- asking row security again for each of a list would double its time; one plan, since one for each list would too.
create function fhir_numbers(persons uuid[]) returns table (person uuid, numbers text) language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
	is_open boolean := current_setting('app.number', true) is not distinct from 'open';
	closed uuid[] := array(select o.patient_id from objection o where o.patient_id = any (persons) and o.state = 'ACTIVE'
		and o.scope = 'ITEMS');
begin
	return query select i.patient_id, string_agg(fhir_number(i, is_open), ',' order by i.created_at, i.id)
		from patient_identifier i
		where i.patient_id = any (persons)
			and case when i.patient_id = any (closed) then not item_is_blocked(i.patient_id, i.id) else true end
		group by i.patient_id;
end $$;

-- The same for one person whose row the caller is shown: most have one number, and a loop needs no aggregate. Without a
-- search_path of its own, like the gate: a read would be a tenth dearer.
create function fhir_numbers_of(person uuid) returns text language plpgsql stable security definer as $$
declare
	is_open boolean := current_setting('app.number', true) is not distinct from 'open';
	i public.patient_identifier;
	numbers text;
begin
	for i in select x.* from public.patient_identifier x
		where x.patient_id = person and case when exists (select from public.objection o
			where o.patient_id = person and o.state = 'ACTIVE' and o.scope = 'ITEMS')
			then not public.item_is_blocked(person, x.id) else true end
		order by x.created_at, x.id
	loop
		numbers := concat_ws(',', numbers, public.fhir_number(i, is_open));
	end loop;
	return numbers;
end $$;

-- `district`: what the municipality is called.
create function fhir_address(address jsonb, municipality text, district text) returns text language sql stable as $$
	select case when num_nonnulls(address, municipality) > 0 then concat(',"address":[{"use":"home","type":"physical"', ',"city":' || to_json(address ->> 'city'),
		',"line":[' || to_json(address ->> 'line') || ']', ',"postalCode":' || to_json(address ->> 'postal_code'),
		',"country":' || to_json(coalesce(address ->> 'country', case when municipality is not null then 'NO' end)),
		',"district":' || to_json(district), ',"_district":{"extension":[{"url":'
			'"http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode","valueCoding":{"system":'
			'"https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle","code":"'
			|| municipality || '"}}]}', '}]') end
$$;

create function fhir_phone_and_mail(phone text, email text) returns text language sql stable as $$
	select case when num_nonnulls(phone, email) > 0 then concat(',"telecom":[{"system":"', case when phone is null then 'email' else 'phone' end, '","value":',
		coalesce(to_json(phone), to_json(email)), case when phone is not null
			then '},{"system":"email","value":' || to_json(email) end, '}]') end
$$;

-- With the gate f name and contact alone; a protected address is for those who may read it (domain.md L27).
create function fhir_shows_address(p patient) returns boolean language sql stable as $$
	select not app_gate('f') and ((p).address_protection = 'NONE' or address_is_open((p).id, (p).address_protection)) $$;

create function fhir_patient(p patient, district text, numbers text) returns text language sql stable as $$
	select concat('{"resourceType":"Patient","id":"', (p).id, '","meta":{"versionId":"', (p).version, '","lastUpdated":',
		to_json((p).updated_at), ',"profile":["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]',
		case when (p).address_protection <> 'NONE' then
			',"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]' end,
		case when not fhir_shows_address(p) or current_setting('app.number', true) is distinct from 'open' then
			',"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]' end, '}',
		case when (p).interpreter_needed then ',"extension":[{"valueBoolean":true,"url":'
			'"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"}]' end,
		',"identifier":[' || numbers || ']', ',"active":true',
		case when num_nonnulls((p).given_name, (p).family_name) > 0 then concat(',"name":[{"use":"official"',
			',"family":' || to_json((p).family_name), ',"given":[' || to_json((p).given_name) || ']', '}]') end,
		fhir_phone_and_mail((p).phone, (p).email),
		case when not app_gate('f') then concat(',"gender":' || to_json(lower((p).sex)),
			',"birthDate":"' || (p).birth_date || '"', ',"deceasedDateTime":"' || (p).deceased_on || '"') end,
		case when fhir_shows_address(p) then fhir_address((p).address, (p).municipality_number, district) end,
		',"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":' || to_json((p).language)
			|| '}]},"preferred":true}]',
		case when not app_gate('f') and ((p).address_protection <> 'STRICTLY_CONFIDENTIAL' or fhir_shows_address(p)) then
			',"managingOrganization":{"reference":"Organization/' || (p).owner_agency_id || '"}' end, '}')
$$;

-- One alone: not written out in its statement, but prepared once for all requests that share a transaction.
create function fhir_patient_alone(p patient, district text, numbers text) returns text language plpgsql stable as $$
begin
	return fhir_patient(p, district, numbers);
end $$;

-- The ids of a search, in their order, `most` at most: of those the gate lets through where the search names persons,
-- else of the caller's units' persons.
create function fhir_patients(ids jsonb, numbers jsonb, units jsonb, names jsonb, families jsonb, givens jsonb,
	born jsonb, changed jsonb, after uuid, most int) returns setof uuid language plpgsql as $$
declare
	unit uuid := case when units is not null then coalesce((fhir_ids(units))[1], gen_random_uuid()) end;
	who uuid[];
begin
	if unit is not null and num_nonnulls(ids, numbers, names, families, givens, born, changed) = 0 then
		return query select k.patient_id from related_patients(unit, unit, coalesce(after,
			'00000000-0000-0000-0000-000000000000'), most) k;
		return;
	end if;
	perform raise_unless(num_nonnulls(names, families, givens) = 0 or num_nonnulls(born, ids, numbers) > 0, 422,
		'invalid_parameter', fault('/query/birthdate', 'too_costly', 'give a name and a date of birth together'));
	perform raise_unless(born is null or num_nonnulls(names, families, givens, ids, numbers) > 0, 422,
		'invalid_parameter', fault('/query/name', 'too_costly', 'give a name and a date of birth together'));
	-- an emergency access is for one person: among several it lets nobody in, and stands in nobody's row of the log
	if cardinality(fhir_ids(ids)) > 1 or (select count(*) > 1 from jsonb_path_query(numbers, '$[0].any[*]')) then
		perform set_config('app.in_bulk', 'on', true);
	end if;
	if num_nonnulls(ids, numbers) > 0 then
		who := array(select i from (select unnest(fhir_ids(ids)) where ids is not null
				union all select find_patient(v ->> 'seal') from jsonb_path_query(numbers, '$[0].any[*]') v where ids is null) n (i)
			where i is not null
				and (numbers is null or not exists (select from jsonb_array_elements(numbers) g where not exists (
					select from jsonb_array_elements(g -> 'any') v where citizen_patient(v ->> 'seal') = i)))
				and gate_refusal(i, 'patients', 'IDENTITY', false) is null);
		if unit is not null then
			who := array(select k.patient_id from related_patients(unit, null, null, 1000000) k
				where k.patient_id = any (who));
		end if;
	else
		who := array(select k.patient_id from related_patients(unit, null, null, 1000000) k);
	end if;
	return query select p.id from patient p
		where p.id = any (who) and (after is null or p.id > after)
			and (names is null or fhir_holds_string(names, p.given_name, p.family_name))
			and (families is null or fhir_holds_string(families, p.family_name))
			and (givens is null or fhir_holds_string(givens, p.given_name))
			and (born is null or (not app_gate('f') and fhir_holds_day(born, p.birth_date)))
			and (changed is null or fhir_holds_date(changed, p.updated_at, p.updated_at))
		order by p.id limit most;
end $$;

-- migrate:down
drop function if exists fhir_number_system, fhir_number, fhir_numbers, fhir_numbers_of, fhir_address, fhir_phone_and_mail, fhir_shows_address, fhir_patient,
	fhir_patient_alone, fhir_patients cascade;
