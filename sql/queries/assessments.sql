-- Assessments; scoring and rules stand in migrations 0060 and 0061.

-- name: listAssessments
-- Newest first; begins with the person asked for, or with whom the caller's units are related to. Row security leaves out
-- single things closed to the caller, but not of the person whom the gate has admitted.
with asked as materialized (
	select array(select people_asked(:query.patient_id::uuid, 'assessments', 'HEALTH_SUMMARY')) as persons
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (assessment_json(r.a), cursor_at((r.a).assessed_on::text, o.id::text), (r.a).patient_id)::list_item
	from assessments_in_order((select persons from asked), :query.instrument_code, :query.occasion, :query.enrolment_id::uuid,
		cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)) with ordinality o (id, n)
	cross join lateral (select x as a from assessment x where x.id = o.id
		and (:query.patient_id::text is null or not item_is_blocked(x.patient_id, x.id)) offset 0) r
	order by o.n limit page_size(:query.limit) + 1), :query.limit) l

-- name: createAssessment
select record_assessment(:new.id::uuid, :body::jsonb) as id, 201 as status, '/api/v1/assessments/' || :new.id as location

-- name: getAssessment
select assessment_json(a) as body, a.version as etag
from (select admit('assessments', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select a.* from assessment a where a.id = :path.id::uuid and a.patient_id = g.patient_id offset 0) a

-- name: getAssessment.as_of
select assessment_json(jsonb_populate_record(null::assessment, h.content)) as body, h.version as etag
from (select admit('assessments', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select h.content, h.version from row_history h where h.entity = 'assessment'
	and h.entity_id = :path.id::uuid and (h.content ->> 'patient_id')::uuid = g.patient_id
	and h.valid_from <= :query.as_of::timestamptz order by h.version desc limit 1) h

-- name: correctAssessment
-- A correction is a new version with its reason; the earlier one stays readable by `as_of`.
with changed as (
	update assessment a set occasion = n.occasion, assessed_on = n.assessed_on, rater_staff_id = n.rater_staff_id,
		declined = n.declined, items = jsonb_strip_nulls(coalesce(n.items, '{}')),
		total = (b.b ->> 'total')::numeric, note = n.note,
		entered_in_error = n.entered_in_error, correction_reason = n.correction_reason
	from (select admit('assessments', :path.id::uuid, 'HEALTH_SUMMARY', true) as patient_id offset 0) g
	cross join (select :body::jsonb as b) b
	cross join lateral (select o.* from assessment o where o.id = :path.id::uuid and o.patient_id = g.patient_id offset 0) o
	cross join lateral jsonb_populate_record(null::assessment, to_jsonb(o) || b.b) n
	where a.id = o.id and a.version::text = :header.if_match and may_correct(a.owner_agency_id, a.recorded_by)
	returning a.id
)
select expect_one(count(*), 'assessment', :path.id::uuid, :header.if_match) from changed
