-- migrate:up
-- Organization: agencies and their units. Practitioner: staff. PractitionerRole: memberships.

create function fhir_agency(a agency) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Organization', 'id', a.id,
		'meta', fhir_meta(a.version, a.updated_at, 'http://hl7.no/fhir/StructureDefinition/no-basis-Organization'),
		'identifier', json_build_array(json_build_object('system', 'urn:oid:2.16.578.1.12.4.1.4.101',
			'value', a.organisation_number)),
		'active', a.valid_to is null or a.valid_to > clock_today(), 'name', a.name,
		'type', json_build_array(fhir_concept(fhir_system('agency-type'), a.type))))
$$;

create function fhir_unit(u unit) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Organization', 'id', u.id,
		'meta', fhir_meta(u.version, u.updated_at, 'http://hl7.no/fhir/StructureDefinition/no-basis-Organization'),
		'identifier', case when u.resh_id is not null then json_build_array(json_build_object(
			'system', 'urn:oid:2.16.578.1.12.4.1.4.102', 'value', u.resh_id)) end,
		'active', u.valid_to is null or u.valid_to > clock_today(), 'name', u.name,
		'type', json_build_array(fhir_concept(fhir_system('unit-type'), u.type)),
		'telecom', fhir_telecom(u.phone, u.email), 'partOf', fhir_reference('Organization', u.agency_id::text)))
$$;

create function fhir_made(a agency) returns setof fhir_thing language sql stable as $$
	select a.id, null::uuid, fhir_agency(a), a.version, a.updated_at $$;
create function fhir_made(u unit) returns setof fhir_thing language sql stable as $$
	select u.id, null::uuid, fhir_unit(u), u.version, u.updated_at $$;

-- Of the native answer, which leaves addresses out with the gate f.
create function fhir_practitioner(s jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Practitioner', 'id', s ->> 'id',
		'meta', fhir_meta((s ->> 'version')::int, at, 'http://hl7.no/fhir/StructureDefinition/no-basis-Practitioner', app_gate('f')),
		'identifier', case when s ->> 'hpr_number' is not null then json_build_array(json_build_object(
			'system', 'urn:oid:2.16.578.1.12.4.1.4.4', 'value', s ->> 'hpr_number')) end,
		'active', s ->> 'valid_to' is null or (s ->> 'valid_to')::date > clock_today(),
		'name', json_build_array(json_build_object('text', s ->> 'name')),
		'telecom', fhir_telecom(s ->> 'phone', s ->> 'email'),
		'qualification', case when s ->> 'profession' is not null then json_build_array(json_build_object('code',
			json_build_object('text', s ->> 'profession'))) end));
end $$;

-- A role that is over, or was never taken up, is not active.
create function fhir_role(m staff_membership) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'PractitionerRole', 'id', m.id,
		'meta', fhir_meta(m.version, m.updated_at), 'active', m.state = 'ACTIVE' and m.valid_from <= clock_today()
			and (m.valid_to is null or m.valid_to > clock_today()),
		'extension', json_build_array(fhir_native_state('membership-state', m.state)),
		'practitioner', fhir_reference('Practitioner', m.staff_id::text),
		'organization', fhir_reference('Organization', m.unit_id::text),
		'code', json_build_array(fhir_concept(fhir_system('role'), m.role)),
		'period', fhir_period(m.valid_from::text, m.valid_to::text)))
$$;

create function fhir_made(s staff) returns setof fhir_thing language sql stable as $$
	select s.id, null::uuid, fhir_practitioner(staff_json(s)::jsonb, s.updated_at), s.version, s.updated_at $$;
-- with the gate o one's own alone
create function fhir_made(m staff_membership) returns setof fhir_thing language sql stable as $$
	select m.id, null::uuid, fhir_role(m), m.version, m.updated_at where not app_gate('o') or m.staff_id = app_staff_id() $$;

-- Of no person, and open to who has the cell.
create function fhir_add_directory(type text, resource text, kept_in regclass) returns void language plpgsql as $make$
begin
	execute format($sql$
		create function fhir_one_%1$s(thing uuid) returns setof fhir_thing language sql stable as $$
			select m.* from %1$s x cross join lateral fhir_made(x) m where x.id = thing $$;
		create function fhir_of_%1$s(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
			select m.* from %1$s x cross join lateral fhir_made(x) m
			where asked ->> 'after' is null or x.id > (asked ->> 'after')::uuid order by x.id limit (asked ->> 'most')::int $$
	$sql$, kept_in);
	perform fhir_add_source(type, array[resource], null, 'fhir_one_' || kept_in, 'fhir_of_' || kept_in, is_gated => false);
end $make$;
select fhir_add_directory('Organization', 'directory', 'agency'), fhir_add_directory('Organization', 'directory', 'unit'),
	fhir_add_directory('Practitioner', 'staff', 'staff'),
	fhir_add_directory('PractitionerRole', 'memberships', 'staff_membership');

-- migrate:down
drop function if exists fhir_agency, fhir_unit, fhir_practitioner, fhir_role, fhir_made(agency), fhir_made(unit), fhir_made(staff),
	fhir_made(staff_membership), fhir_add_directory, fhir_one_agency, fhir_of_agency, fhir_one_unit, fhir_of_unit, fhir_one_staff,
	fhir_of_staff, fhir_one_staff_membership, fhir_of_staff_membership cascade;
