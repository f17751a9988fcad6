-- Consent (consents and objections), Flag (risk flags), Observation (assessments), Communication (concern reports).

-- name: fhirReadConsent
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted from fhir_privacy(:path.id::uuid) f

-- name: fhirSearchConsent
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Consent', array(
	select f from fhir_privacies(:query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.category::text is null or fhir_holds_token(:query.category::jsonb,
			f.body #>> '{category,1,coding,0,system}', f.body #>> '{category,1,coding,0,code}'))
		and (:query.date::text is null or fhir_holds_date(:query.date::jsonb, (f.body ->> 'dateTime')::timestamptz,
			(f.body ->> 'dateTime')::timestamptz))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadFlag
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted from fhir_risk_seen(:path.id::uuid) f

-- name: fhirSearchFlag
-- Those that hold, unless a date is asked for: R4's Flag has no parameter for its status.
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Flag', array(
	select f from fhir_records('FLAG', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and case when :query.date::text is null then f.body ->> 'status' = 'active' or :query._id::text is not null
			else fhir_holds_date(:query.date::jsonb, (f.body #>> '{period,start}')::timestamptz,
				(f.body #>> '{period,end}')::timestamptz) end
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadObservation
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_assessment_seen(:path.id::uuid) f

-- name: fhirSearchObservation
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Observation', array(
	select f from fhir_records('ASSESSMENT', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.code::text is null or fhir_holds_token(:query.code::jsonb, f.body #>> '{code,coding,0,system}',
			f.body #>> '{code,coding,0,code}'))
		and (:query.category::text is null or fhir_holds_token(:query.category::jsonb,
			f.body #>> '{category,0,coding,0,system}', f.body #>> '{category,0,coding,0,code}'))
		and (:query.date::text is null or fhir_holds_day(:query.date::jsonb, (f.body ->> 'effectiveDateTime')::date))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadCommunication
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_report_seen(:path.id::uuid) f

-- name: fhirSearchCommunication
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Communication', array(
	select f from fhir_records('REPORT', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.received::text is null or fhir_holds_date(:query.received::jsonb, (f.body ->> 'received')::timestamptz,
			(f.body ->> 'received')::timestamptz))
		and (:query.recipient::text is null or fhir_holds_reference(:query.recipient::jsonb, 'Organization',
			split_part(f.body #>> '{recipient,0,reference}', '/', 2)::uuid))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p
