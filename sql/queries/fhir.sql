-- The types whose resources come by the frame (0142_fhir_things.sql): one statement reads, one searches.

-- name: fhirRead
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_one(:fhir.type, :path.id::uuid) f

-- name: fhirSearch
select p.body, p.next, p.total, p.noted from fhir_search(:fhir.asked::jsonb) p
