-- Patient, of the rows and by the gate of patients.

-- name: fhirReadPatient
select fhir_patient(p) as body, p.version as etag, fhir_modified(p.updated_at) as modified
from patient p
where p.id = :path.id::uuid

-- name: fhirSearchPatient
select coalesce(json_agg(fhir_entry(:fhir.base, 'Patient', p.id, fhir_patient(p)) order by k.n)
		filter (where k.n <= page_size(:query._count)), '[]') as body,
	case when max(k.n) > page_size(:query._count)
		then max(cursor_make(p.id::text)) filter (where k.n = page_size(:query._count)) end as next,
	case when :query._total in ('accurate', 'estimate') then count(*) end as total,
	show_all(array_agg(p.id) filter (where k.n <= page_size(:query._count))) as noted
from fhir_patients(:query._id::jsonb, :query.identifier::jsonb, :query.organization::jsonb, :query.name::jsonb,
	:query.family::jsonb, :query.given::jsonb, :query.birthdate::jsonb, :query._lastUpdated::jsonb,
	cursor_uuid(:query._page, 0), fhir_most(:query._count, :query._total)) with ordinality k (id, n)
join patient p on p.id = k.id
