-- Measures (domain.md §3.4, §4.5). What must hold whoever asks stands in migration 0055.

-- name: listMeasures
-- In order, so that no more rows and projections are asked for than the page takes.
with asked as materialized (
	select case when plan_list_admit(:query.patient_id::uuid) then case when :query.patient_id::text is null then related_persons()
		else array[:query.patient_id::uuid] end end as persons
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (measure_json(r.m, r.projection), cursor_at((r.m).accept_due_at::text, o.id::text), (r.m).patient_id)::list_item
	from measures_in_order((select persons from asked), :query.plan_id::uuid, :query.unit_id::uuid, :query.status,
		:query.overdue::boolean, cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)) with ordinality o (id, n)
	cross join lateral (select x as m, measure_projection(x) as projection from measure x where x.id = o.id offset 0) r
	where r.projection is not null
		-- whose plan may not be seen, is not told which plan it is
		and (:query.plan_id::text is null or r.projection = 'FULL')
	order by o.n limit page_size(:query.limit) + 1), :query.limit) l

-- name: createMeasure
select measure_propose(:new.id::uuid, :body::jsonb) as id

-- name: getMeasure
select measure_json(m, measure_projection(m)) as body, m.version::text as etag, m.state, measure_facts(m) as facts
from measure_seen(:path.id::uuid) m

-- name: updateMeasure
select expect_one((select measure_change(m, :body::jsonb) from measure_locked(:path.id::uuid) m
	where m.version::text = :header.if_match), 'measure', :path.id::uuid, :header.if_match) as done

-- name: measures.lock
select m.state, m.version, measure_facts(m) as facts, m.patient_id
from measure_locked(:path.id::uuid) m

-- name: measures.apply
select (measure_apply(:path.id::uuid, :machine.action, :machine.to, :body::jsonb)).version as version

-- name: measures.transfer_responsibility
select measure_offer(:path.id::uuid, :new.id::uuid, :body::jsonb)

-- name: listMeasureComments
select coalesce(json_agg(measure_comment_json(c) order by c.created_at desc, c.id) filter (where c.id is not null), '[]') as body
from measure_commented(:path.id::uuid) m left join measure_comment c on c.measure_id = m.id
group by m.id

-- name: createMeasureComment
insert into measure_comment (id, measure_id, patient_id, text)
select :new.id::uuid, m.id, m.patient_id, :body::jsonb ->> 'text' from measure_commented(:path.id::uuid) m
returning id

-- name: getMeasureComment
-- As the answer to a POST the path has no measure yet, so the location is told.
select measure_comment_json(c) as body, c.version::text as etag,
	case when :path.measure_id::text is null then '/api/v1/measures/' || c.measure_id || '/comments/' || c.id end as location
from measure_commented(coalesce(:path.measure_id::uuid, (select x.measure_id from measure_comment x where x.id = :path.id::uuid))) m
join measure_comment c on c.measure_id = m.id and c.id = :path.id::uuid
