-- Deviations; rules stand in migrations 0185 to 0187.

-- name: listDeviations
-- Those that row security shows the caller, the newest first; only rows of the page are looked at.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (deviation_json(d.d, d.person), cursor_at(to_json((d.d).created_at) #>> '{}', (d.d).id::text), d.person)::list_item
	from deviations_in_order(:query.state, :query.type, :query.open, :query.patient_id::uuid, cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1),
		page_size(:query.limit) + 1) o (id)
	cross join lateral (select x as d, case when x.pseudonym is not null then deviation_patient(x.id) end as person from deviation x where x.id = o.id offset 0) d
	where (:query.patient_id::text is null or d.person = :query.patient_id::uuid)
	limit page_size(:query.limit) + 1), :query.limit) l

-- name: createDeviation
select deviation_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getDeviation
select deviation_json(d, g.person) as body, d.version as etag, d.state, deviation_facts(d) as facts, show(g.person) as noted
from deviation d cross join lateral (select deviation_patient(d.id) as person offset 0) g where d.id = :path.id::uuid

-- name: deviations.lock
select d.state, d.version, deviation_facts(d) as facts, deviation_patient(d.id) as patient_id
from deviation d where d.id = :path.id::uuid for update of d

-- name: deviations.apply
select note_step('deviations', :path.id::uuid,
	deviation_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb), :machine.action, :machine.from,
	case :machine.to when 'previous' then :machine.from else :machine.to end, :body::jsonb ->> 'reason')
