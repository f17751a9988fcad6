-- Somatic assessments; rules, infection status and follow-ups stand in migration 0063.

-- name: listSomaticAssessments
-- Newest first; begins with the person asked for, or with whom the caller's units are related to. Row security leaves out
-- single things closed to the caller, but not of the person whom the gate has admitted.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (somatic_json(a.whole), cursor_at(a.examined_on::text, a.id::text), a.patient_id)::list_item
	from people_asked(:query.patient_id::uuid, 'somatic-assessments', 'HEALTH_SUMMARY') p (id)
	cross join lateral (select x as whole, x.* from somatic_assessment x where x.patient_id = p.id offset 0) a
	where not a.entered_in_error
		and (:query.patient_id::text is null or not item_is_blocked(a.patient_id, a.id))
		and (:query.cursor::text is null or (a.examined_on, a.id)
			< (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by a.examined_on desc, a.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createSomaticAssessment
select record_somatic(:new.id::uuid, :body::jsonb) as id, 201 as status,
	'/api/v1/somatic-assessments/' || :new.id as location

-- name: getSomaticAssessment
select somatic_json(a) as body, a.version as etag
from (select admit('somatic-assessments', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select a.* from somatic_assessment a where a.id = :path.id::uuid and a.patient_id = g.patient_id
	offset 0) a

-- name: getSomaticAssessment.as_of
select somatic_json(jsonb_populate_record(null::somatic_assessment, h.content), true) as body, h.version as etag
from (select admit('somatic-assessments', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select h.content, h.version from row_history h where h.entity = 'somatic_assessment'
	and h.entity_id = :path.id::uuid and (h.content ->> 'patient_id')::uuid = g.patient_id
	and h.valid_from <= :query.as_of::timestamptz order by h.version desc limit 1) h

-- name: correctSomaticAssessment
with changed as (
	select correct_somatic(a, :body::jsonb) as id
	from (select admit('somatic-assessments', :path.id::uuid, 'HEALTH_SUMMARY', true) as patient_id offset 0) g
	cross join lateral (select a.* from somatic_assessment a where a.id = :path.id::uuid and a.patient_id = g.patient_id
		and a.version::text = :header.if_match offset 0 for update) a
)
select expect_one(count(id), 'somatic_assessment', :path.id::uuid, :header.if_match) from changed
