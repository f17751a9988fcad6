-- ServiceRequest (referrals and measures) and Task (tasks and handovers).

-- name: fhirReadServiceRequest
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_request(:path.id::uuid) f

-- name: fhirSearchServiceRequest
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'ServiceRequest', array(
	select f from fhir_requests(:query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.intent::text is null or fhir_holds_token(:query.intent::jsonb, null, f.body ->> 'intent'))
		and (:query.priority::text is null or fhir_holds_token(:query.priority::jsonb, null, f.body ->> 'priority'))
		and (:query.category::text is null or fhir_holds_token(:query.category::jsonb,
			f.body #>> '{category,0,coding,0,system}', f.body #>> '{category,0,coding,0,code}'))
		and (:query.authored::text is null or fhir_holds_date(:query.authored::jsonb,
			(f.body ->> 'authoredOn')::timestamptz, (f.body ->> 'authoredOn')::timestamptz))
		and (:query.performer::text is null or fhir_holds_reference(:query.performer::jsonb, 'Organization',
			split_part(f.body #>> '{performer,0,reference}', '/', 2)::uuid))
		and (:query.based_on::text is null or fhir_holds_reference(:query.based_on::jsonb, 'CarePlan',
			split_part(f.body #>> '{basedOn,0,reference}', '/', 2)::uuid))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadTask
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_task_seen(:path.id::uuid) f

-- name: fhirSearchTask
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Task', array(
	select f from fhir_tasks(:query._id::jsonb, :query.patient::uuid, :query.patient_identifier, :query.owner::jsonb) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.code::text is null or fhir_holds_token(:query.code::jsonb, f.body #>> '{code,coding,0,system}',
			f.body #>> '{code,coding,0,code}'))
		and (:query.business_status::text is null or fhir_holds_token(:query.business_status::jsonb,
			f.body #>> '{businessStatus,coding,0,system}', f.body #>> '{businessStatus,coding,0,code}'))
		and (:query.authored_on::text is null or fhir_holds_date(:query.authored_on::jsonb,
			(f.body ->> 'authoredOn')::timestamptz, (f.body ->> 'authoredOn')::timestamptz))
		and (:query.modified::text is null or fhir_holds_date(:query.modified::jsonb, f.at, f.at))
		and (:query.focus::text is null or fhir_holds_reference(:query.focus::jsonb,
			split_part(f.body #>> '{focus,reference}', '/', 1), split_part(f.body #>> '{focus,reference}', '/', 2)::uuid))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p
