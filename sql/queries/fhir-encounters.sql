-- Encounter (contacts and admissions) and EpisodeOfCare (enrolments).

-- name: fhirReadEncounter
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_encounter(:path.id::uuid) f

-- name: fhirSearchEncounter
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Encounter', array(
	select f from fhir_encounters(:query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.class::text is null or fhir_holds_token(:query.class::jsonb, f.body #>> '{class,system}',
			f.body #>> '{class,code}'))
		and (:query.date::text is null or fhir_holds_date(:query.date::jsonb, (f.body #>> '{period,start}')::timestamptz,
			-- a stay that goes on lasts; a contact is when it was
			case when f.body #>> '{class,code}' = 'IMP' then (f.body #>> '{period,end}')::timestamptz
				else (f.body #>> '{period,start}')::timestamptz end))
		and (:query.service_provider::text is null or fhir_holds_reference(:query.service_provider::jsonb, 'Organization',
			split_part(f.body #>> '{serviceProvider,reference}', '/', 2)::uuid))
		and (:query.episode_of_care::text is null or fhir_holds_reference(:query.episode_of_care::jsonb, 'EpisodeOfCare',
			split_part(f.body #>> '{episodeOfCare,0,reference}', '/', 2)::uuid))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadEpisodeOfCare
select f.body, f.version as etag, fhir_modified(f.at) as modified, show(f.patient_id) as noted
from fhir_enrolment_seen(:path.id::uuid) f

-- name: fhirSearchEpisodeOfCare
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'EpisodeOfCare', array(
	select f from fhir_enrolments(:query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.date::text is null or fhir_holds_date(:query.date::jsonb, (f.body #>> '{period,start}')::timestamptz,
			(f.body #>> '{period,end}')::timestamptz))
		and (:query.organization::text is null or fhir_holds_reference(:query.organization::jsonb, 'Organization',
			split_part(f.body #>> '{managingOrganization,reference}', '/', 2)::uuid))
		and (:query.care_manager::text is null or fhir_holds_reference(:query.care_manager::jsonb, 'Practitioner',
			split_part(f.body #>> '{careManager,reference}', '/', 2)::uuid))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p
