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

create function fhir_organizations() returns setof fhir_thing language sql stable as $$
	select a.id, null::uuid, fhir_agency(a), a.version, a.updated_at from agency a
	union all select u.id, null, fhir_unit(u), u.version, u.updated_at from unit u
$$;

-- Of the native answer, which leaves addresses out with the gate f.
create function fhir_practitioner(s jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Practitioner', 'id', s ->> 'id',
		'meta', fhir_meta((s ->> 'version')::int, at, 'http://hl7.no/fhir/StructureDefinition/no-basis-Practitioner', app_gate('f')),
		'identifier', case when s ->> 'hpr_number' is not null then json_build_array(json_build_object(
			'system', 'urn:oid:2.16.578.1.12.4.1.4.4', 'value', s ->> 'hpr_number')) end,
		'active', s ->> 'valid_to' is null or (s ->> 'valid_to')::date > clock_today(),
		'name', json_build_array(json_build_object('text', s ->> 'name')),
		'telecom', fhir_telecom(s ->> 'phone', s ->> 'email'),
		'qualification', case when s ->> 'profession' is not null then json_build_array(json_build_object('code',
			json_build_object('text', s ->> 'profession'))) end))
$$;

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

-- migrate:down
drop function if exists fhir_agency, fhir_unit, fhir_organizations, fhir_practitioner, fhir_role cascade;
