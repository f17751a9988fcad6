-- $export over FHIR, which is operations in C (server/api/ops_fhir_export.c): when it is read depends on what is prepared.

-- name: fhir_export_begin
-- Its own row in the access log names the export that the answer does: to who asks again it is the first one's.
select e.id, log_access(:request.caller::jsonb || jsonb_build_object('action', 'EXPORT', 'resource', 'caseloads', 'resource_id', e.id))
from bulk_export_begin(:given::jsonb, :fhir.asked::jsonb) e (id)

-- name: fhir_export_step
select bulk_export_manifest(e, :fhir.base) as body, e.prepared || ' of ' || e.persons || ' persons' as progress,
	fhir_modified(e.expires_at) as expires
from bulk_export_step(:path.id::uuid, :given::int) e

-- name: fhir_export_open
select f.number from bulk_export_file_own(:path.id::uuid, :path.file::int) f

-- name: fhir_export_page
select p.body, p.next, p.noted from bulk_export_page(:path.id::uuid, :path.file::int, :given::jsonb) p

-- name: fhir_export_end
select bulk_export_end(:path.id::uuid) as done
