-- The life situation in eight domains; rules and pictures stand in migration 0062.

-- name: listLifeSituations
-- Newest first; begins with the person asked for, or with whom the caller's units are related to. Row security leaves out
-- single things closed to the caller, but not of the person whom the gate has admitted.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (life_situation_json(l.whole), cursor_at(l.observed_on::text, l.id::text), l.patient_id)::list_item
	from people_asked(:query.patient_id::uuid, 'life-situations', life_category(:query.patient_id::uuid)) p (id)
	cross join lateral (select x as whole, x.* from life_situation x where x.patient_id = p.id offset 0) l
	where (:query.domain::text is null or exists (select 1 from life_rating r where r.life_situation_id = l.id
			and r.domain = :query.domain))
		and (:query.from::text is null or l.observed_on >= :query.from::date)
		and (:query.to::text is null or l.observed_on <= :query.to::date)
		and not l.entered_in_error
		and (:query.patient_id::text is null or not item_is_blocked(l.patient_id, l.id))
		and (:query.cursor::text is null or (l.observed_on, l.id)
			< (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by l.observed_on desc, l.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createLifeSituation
select record_life_situation(:new.id::uuid, :body::jsonb) as id, 201 as status,
	'/api/v1/life-situations/' || :new.id as location

-- name: getLifeSituation
select life_situation_json(l) as body, l.version as etag
from (select admit_life_situation(:path.id::uuid, false) as patient_id offset 0) g
cross join lateral (select l.* from life_situation l where l.id = :path.id::uuid and l.patient_id = g.patient_id
	offset 0) l

-- name: getLifeSituation.as_of
select life_situation_json(jsonb_populate_record(l.whole, h.content), :query.as_of::timestamptz) as body, h.version as etag
from (select admit_life_situation(:path.id::uuid, false) as patient_id offset 0) g
cross join lateral (select x as whole, x.id from life_situation x where x.id = :path.id::uuid
	and x.patient_id = g.patient_id offset 0) l
cross join lateral (select h.content, h.version from row_history h where h.entity = 'life_situation'
	and h.entity_id = l.id and h.valid_from <= :query.as_of::timestamptz order by h.version desc limit 1) h

-- name: correctLifeSituation
-- A correction is a new version with its reason; ratings are replaced domain by domain.
with changed as (
	select correct_life_situation(l, :body::jsonb) as id
	from (select admit_life_situation(:path.id::uuid, true) as patient_id offset 0) g
	cross join lateral (select l.* from life_situation l where l.id = :path.id::uuid and l.patient_id = g.patient_id
		and l.version::text = :header.if_match offset 0 for update) l
)
select expect_one(count(id), 'life_situation', :path.id::uuid, :header.if_match) from changed

-- name: getPatientLifeSituation
select life_situation_now(p.id) as body
from unnest(admit_listed(:path.id::uuid, 'life-situations', life_category(:path.id::uuid))) p (id)
