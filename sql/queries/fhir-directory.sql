-- Organization, Practitioner and PractitionerRole, of the directory.

-- name: fhirReadOrganization
select f.body, f.version as etag, fhir_modified(f.at) as modified
from (select a.id, fhir_agency(a) as body, a.version, a.updated_at as at from agency a where a.id = :path.id::uuid
	union all select u.id, fhir_unit(u), u.version, u.updated_at from unit u where u.id = :path.id::uuid) f

-- name: fhirSearchOrganization
select p.body, p.next, p.total_count as total
from fhir_page(:fhir.base, 'Organization', array(
	select f from fhir_organizations() f
	where (:query._id::text is null or f.id = any (fhir_ids(:query._id::jsonb)))
		and (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.name::text is null or fhir_holds_string(:query.name::jsonb, f.body ->> 'name'))
		and (:query.identifier::text is null or fhir_holds_token(:query.identifier::jsonb,
			f.body #>> '{identifier,0,system}', f.body #>> '{identifier,0,value}'))
		and (:query.type::text is null or fhir_holds_token(:query.type::jsonb,
			f.body #>> '{type,0,coding,0,system}', f.body #>> '{type,0,coding,0,code}'))
		and (:query.partof::text is null or fhir_holds_reference(:query.partof::jsonb, 'Organization',
			split_part(f.body #>> '{partOf,reference}', '/', 2)::uuid))
		and (:query.active::text is null or fhir_holds_token(:query.active::jsonb, null, f.body ->> 'active'))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadPractitioner
select fhir_practitioner(staff_json(s)::jsonb, s.updated_at) as body, s.version as etag,
	fhir_modified(s.updated_at) as modified
from staff s where s.id = :path.id::uuid

-- name: fhirSearchPractitioner
select p.body, p.next, p.total_count as total
from fhir_page(:fhir.base, 'Practitioner', array(
	select row(s.id, null, fhir_practitioner(staff_json(s)::jsonb, s.updated_at), s.version, s.updated_at)::fhir_thing
	from staff s
	where (:query._id::text is null or s.id = any (fhir_ids(:query._id::jsonb)))
		and (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, s.updated_at, s.updated_at))
		and (:query.name::text is null or fhir_holds_string(:query.name::jsonb, variadic s.name || string_to_array(s.name, ' ')))
		and (:query.identifier::text is null or fhir_holds_token(:query.identifier::jsonb,
			'urn:oid:2.16.578.1.12.4.1.4.4', s.hpr_number))
		and (:query.active::text is null or fhir_holds_token(:query.active::jsonb, null,
			(s.valid_to is null or s.valid_to > clock_today())::text))
		and (:query._page::text is null or s.id > cursor_uuid(:query._page, 0))
	order by s.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadPractitionerRole
select fhir_role(m) as body, m.version as etag, fhir_modified(m.updated_at) as modified
from staff_membership m
where m.id = :path.id::uuid and (not app_gate('o') or m.staff_id = app_staff_id())

-- name: fhirSearchPractitionerRole
select p.body, p.next, p.total_count as total
from fhir_page(:fhir.base, 'PractitionerRole', array(
	select row(m.id, null, fhir_role(m), m.version, m.updated_at)::fhir_thing
	from staff_membership m
	where (not app_gate('o') or m.staff_id = app_staff_id())
		and (:query._id::text is null or m.id = any (fhir_ids(:query._id::jsonb)))
		and (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, m.updated_at, m.updated_at))
		and (:query.practitioner::text is null
			or fhir_holds_reference(:query.practitioner::jsonb, 'Practitioner', m.staff_id))
		and (:query.organization::text is null
			or fhir_holds_reference(:query.organization::jsonb, 'Organization', m.unit_id))
		and (:query.role::text is null or fhir_holds_token(:query.role::jsonb, fhir_system('role'), m.role))
		and (:query.date::text is null or fhir_holds_date(:query.date::jsonb,
			m.valid_from::timestamp at time zone 'Europe/Oslo', m.valid_to::timestamp at time zone 'Europe/Oslo'))
		and (:query.active::text is null or fhir_holds_token(:query.active::jsonb, null, fhir_role(m) ->> 'active'))
		and (:query._page::text is null or m.id > cursor_uuid(:query._page, 0))
	order by m.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p
