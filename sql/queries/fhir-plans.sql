-- CarePlan, Goal and CareTeam, of plans.

-- name: fhirReadCarePlan
select f.body, f.version as etag, fhir_modified(f.at) as modified from fhir_plan_seen(:path.id::uuid) f

-- name: fhirSearchCarePlan
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'CarePlan', array(
	select f from fhir_plans('PLAN', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.category::text is null or fhir_holds_token(:query.category::jsonb,
			f.body #>> '{category,0,coding,0,system}', f.body #>> '{category,0,coding,0,code}'))
		and (:query.date::text is null or fhir_holds_date(:query.date::jsonb, (f.body #>> '{period,start}')::timestamptz,
			(f.body #>> '{period,end}')::timestamptz))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadGoal
select f.body, f.version as etag, fhir_modified(f.at) as modified from fhir_goal_seen(:path.id::uuid) f

-- name: fhirSearchGoal
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'Goal', array(
	select f from fhir_plans('GOAL', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.lifecycle_status::text is null or fhir_holds_token(:query.lifecycle_status::jsonb, null, f.body ->> 'lifecycleStatus'))
		and (:query.category::text is null or fhir_holds_token(:query.category::jsonb,
			f.body #>> '{category,0,coding,0,system}', f.body #>> '{category,0,coding,0,code}'))
		and (:query.target_date::text is null or fhir_holds_day(:query.target_date::jsonb, (f.body #>> '{target,0,dueDate}')::date))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p

-- name: fhirReadCareTeam
select f.body, f.version as etag, fhir_modified(f.at) as modified from fhir_team_seen(:path.id::uuid) f

-- name: fhirSearchCareTeam
select p.body, p.next, p.total_count as total, p.noted
from fhir_page(:fhir.base, 'CareTeam', array(
	select f from fhir_plans('TEAM', :query._id::jsonb, :query.patient::uuid, :query.patient_identifier) f
	where (:query._lastUpdated::text is null or fhir_holds_date(:query._lastUpdated::jsonb, f.at, f.at))
		and (:query.status::text is null or fhir_holds_token(:query.status::jsonb, null, f.body ->> 'status'))
		and (:query.participant::text is null or exists (select from jsonb_array_elements(f.body -> 'participant') t
			where fhir_holds_reference(:query.participant::jsonb, 'Practitioner',
				split_part(t #>> '{member,reference}', '/', 2)::uuid)))
		and (:query._page::text is null or f.id > cursor_uuid(:query._page, 0))
	order by f.id limit fhir_most(:query._count, :query._total)), :query._count, :query._total) p
