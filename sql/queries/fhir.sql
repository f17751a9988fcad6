-- The types whose resources come by the frame (0142_fhir_things.sql): what reads and searches all of them. The
-- contract's codes stand beside what is asked for where that is CodeSystems.

-- name: fhirRead
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_read_now(fhir_beside(:fhir.type, :fhir.codes), :path.id::uuid) f

-- name: fhirVread
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_read_past(fhir_beside(:fhir.type, :fhir.codes), :path.id::uuid) f
where f.version::text = :path.vid

-- name: fhirHistory
select p.body, p.next, p.total, p.noted from fhir_history(:fhir.asked::jsonb, :path.id::uuid) p

-- name: fhirSearch
select p.body, p.next, p.total, p.noted from fhir_search(fhir_beside(:fhir.asked, :fhir.codes)::jsonb) p

-- name: fhirEverything
select p.body, p.next, p.noted from fhir_everything(:fhir.asked::jsonb) p
