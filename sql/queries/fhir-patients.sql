-- Patient, of the rows and by the gate of patients.

-- name: fhirReadPatient
select fhir_patient_alone(p, m.name, fhir_numbers_of(p.id)) as body,
	p.version as etag, fhir_modified(p.updated_at) as modified
from patient p left join municipality m on m.number = p.municipality_number and m.valid_to is null
where p.id = :path.id::uuid

-- name: fhirSearchPatient
with page as materialized (
	select k.id, k.n from fhir_patients(:query._id::jsonb, :query.identifier::jsonb,
		:query.organization::jsonb, :query.name::jsonb, :query.family::jsonb, :query.given::jsonb, :query.birthdate::jsonb,
		:query._lastUpdated::jsonb, cursor_uuid(:query._page, 0), fhir_most(:query._count, :query._total))
		with ordinality k (id, n)
)
select '[' || string_agg('{"fullUrl":"' || :fhir.base || '/Patient/' || p.id || '","resource":'
		|| fhir_patient(p, m.name, i.numbers) || ',"search":{"mode":"match"}}', ',' order by g.n)
			filter (where g.n <= page_size(:query._count)) || ']' as body,
	case when max(g.n) > page_size(:query._count)
		then max(cursor_make(p.id::text)) filter (where g.n = page_size(:query._count)) end as next,
	case when :query._total in ('accurate', 'estimate') then count(*) end as total,
	show_all(array_agg(p.id) filter (where g.n <= page_size(:query._count))) as noted
from page g
join patient p on p.id = g.id
left join municipality m on m.number = p.municipality_number and m.valid_to is null
left join fhir_numbers(array(select x.id from page x where x.n <= page_size(:query._count))) i on i.person = g.id
