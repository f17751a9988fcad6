-- migrate:up
-- Patient: a person's identity as the native answers show it, with the numbers that stand beside it there.

-- A kind of number → its system (Norwegian FHIR profiles); a local number is its assigner's.
create function fhir_number_system(kind text) returns text language sql immutable as $$
	select case kind when 'FNR' then 'urn:oid:2.16.578.1.12.4.1.4.1' when 'DNR' then 'urn:oid:2.16.578.1.12.4.1.4.2'
		when 'FHN' then 'urn:oid:2.16.578.1.12.4.1.4.3' when 'DUF' then 'urn:oid:2.16.578.1.12.4.1.4.5'
		when 'HNR' then 'HNR' else fhir_naming('patient-' || lower(kind)) end
$$;

-- Who may not see whole numbers is told that there is one.
create function fhir_number(i patient_identifier, is_open boolean) returns json language sql stable as $$
	select json_build_object('system', fhir_number_system((i).kind),
		'type', case when (i).kind = 'HNR' then fhir_concept('urn:oid:2.16.578.1.12.4.1.1.8327', 'HNR') end,
		'value', case when is_open then 'open:' || (i).seal end,
		'_value', case when not is_open then fhir_masked() end,
		'period', fhir_period((i).valid_from::text, (i).valid_to::text),
		'assigner', case when (i).assigner is not null then json_build_object('display', (i).assigner) end)
$$;

create function fhir_numbers(person uuid) returns json language sql stable as $$
	select json_agg(fhir_number(i, current_setting('app.number', true) = 'open') order by i.created_at, i.id)
	from patient_identifier i where i.patient_id = person and case when exists (select from objection o
		where o.patient_id = person and o.state = 'ACTIVE' and o.scope = 'ITEMS') then not item_is_blocked(person, i.id)
		else true end
$$;

create function fhir_address(address jsonb, municipality text) returns json language sql stable as $$
	select json_build_array(json_build_object('use', 'home', 'type', 'physical',
		'line', case when address ? 'line' then json_build_array(address ->> 'line') end,
		'city', address ->> 'city', 'postalCode', address ->> 'postal_code',
		'country', coalesce(address ->> 'country', case when municipality is not null then 'NO' end),
		'district', (select m.name from municipality m where m.number = municipality and m.valid_to is null),
		'_district', case when municipality is not null then json_build_object('extension', json_build_array(
			json_build_object('url', 'http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode',
				'valueCoding', fhir_coding(
					'https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle',
					municipality)))) end))
	where num_nonnulls(address, municipality) > 0
$$;

-- With the gate f name and contact alone; a protected address is for those who may read it (domain.md L27).
create function fhir_patient(p patient) returns json language plpgsql stable as $$
declare
	few boolean := app_gate('f');
	is_open boolean := not few and (p.address_protection = 'NONE' or address_is_open(p.id, p.address_protection));
	withheld boolean := not is_open or current_setting('app.number', true) is distinct from 'open';
begin
	return json_strip_nulls(json_build_object('resourceType', 'Patient', 'id', p.id,
		'meta', json_build_object('versionId', p.version::text, 'lastUpdated', fhir_instant(p.updated_at),
			'profile', '["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]'::json,
			'security', case when p.address_protection <> 'NONE' then
				'[{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]'::json end,
			'tag', case when withheld then '[{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
				"code": "SUBSETTED"}]'::json end),
		'extension', case when p.interpreter_needed then '[{"valueBoolean": true,
			"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"}]'::json end,
		'identifier', fhir_numbers(p.id), 'active', true,
		'name', case when num_nonnulls(p.given_name, p.family_name) > 0 then json_build_array(json_build_object(
			'use', 'official', 'family', p.family_name,
			'given', case when p.given_name is not null then json_build_array(p.given_name) end)) end,
		'telecom', fhir_telecom(p.phone, p.email),
		'gender', case when not few then lower(p.sex) end,
		'birthDate', case when not few then p.birth_date end,
		'deceasedDateTime', case when not few then p.deceased_on end,
		'address', case when is_open then fhir_address(p.address, p.municipality_number) end,
		'communication', case when p.language is not null then json_build_array(json_build_object(
			'language', fhir_concept('urn:ietf:bcp:47', p.language), 'preferred', true)) end,
		'managingOrganization', case when not few and (is_open or p.address_protection <> 'STRICTLY_CONFIDENTIAL')
			then fhir_reference('Organization', p.owner_agency_id::text) end));
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
drop function if exists fhir_number_system, fhir_number, fhir_numbers, fhir_address, fhir_patient, fhir_patients cascade;
