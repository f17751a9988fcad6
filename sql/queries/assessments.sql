-- Assessments; scoring and rules stand in migrations 0060 and 0061.

-- name: listAssessments
-- Newest first; begins with the person asked for, or with whom the caller's units are related to. Row security leaves out
-- single things closed to the caller, but not of the person whom the gate has admitted.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (assessment_json(a.whole), cursor_make(a.assessed_on::text, a.id::text), a.patient_id)::list_item
	from (select cursor_date(:query.cursor, 0) as before_day, cursor_uuid(:query.cursor, 1) as before_id offset 0) c
	cross join people_asked(:query.patient_id::uuid, 'assessments', 'HEALTH_SUMMARY') p (id)
	cross join lateral (select x as whole, x.assessed_on, x.id, x.patient_id from assessment x
		where x.patient_id = p.id
			and (:query.instrument_code::text is null or x.instrument_code = :query.instrument_code)
			and (:query.occasion::text is null or x.occasion = :query.occasion)
			and (:query.enrolment_id::text is null or x.enrolment_id = :query.enrolment_id::uuid)
			and not x.entered_in_error
			and (:query.patient_id::text is null or not item_is_blocked(x.patient_id, x.id))
			and (:query.cursor::text is null or (x.assessed_on, x.id) < (c.before_day, c.before_id))
		order by x.assessed_on desc, x.id desc limit page_size(:query.limit) + 1) a
	order by a.assessed_on desc, a.id desc limit page_size(:query.limit) + 1), :query.limit) l

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
