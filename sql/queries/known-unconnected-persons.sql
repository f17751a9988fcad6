-- Persons known to need help who are connected to no service. Every statement begins with the switch.

-- name: listKnownUnconnectedPersons
with page as (
	select k.id, k.expires_at, row_number() over (order by k.expires_at, k.id) as row
	from (select known_unconnected_on() as ok offset 0) g
	join known_unconnected_person k on g.ok
	where (:query.unit_id::text is null or k.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or k.state = :query.status)
		and (:query.cursor::text is null
			or (k.expires_at, k.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by k.expires_at, k.id limit page_size(:query.limit) + 1
)
select coalesce(json_agg(known_unconnected_json(k) order by p.row) filter (where p.row <= page_size(:query.limit)), '[]')
		as body,
	case when count(*) > page_size(:query.limit) then (select cursor_make(to_json(x.expires_at) #>> '{}', x.id::text)
		from page x where x.row = page_size(:query.limit)) end as next
from page p join known_unconnected_person k on k.id = p.id

-- name: createKnownUnconnectedPerson
select known_unconnected_make(:new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getKnownUnconnectedPerson
select known_unconnected_json(k) as body, k.version as etag, k.state, known_unconnected_facts(k) as facts
from (select known_unconnected_on() as ok offset 0) g join known_unconnected_person k on g.ok and k.id = :path.id::uuid

-- name: updateKnownUnconnectedPerson
select known_unconnected_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: known-unconnected-persons.lock
select k.state, k.version, known_unconnected_facts(k) as facts
from (select known_unconnected_on() as ok offset 0) g join known_unconnected_person k on g.ok and k.id = :path.id::uuid
for update of k

-- name: known-unconnected-persons.apply
select known_unconnected_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)
