-- Persons known to need help who are connected to no service. Every statement begins with the switch.

-- name: listKnownUnconnectedPersons
select l.body, l.next
from list_page(array(
	select (known_unconnected_json(k), cursor_at(to_json(k.expires_at) #>> '{}', k.id::text), null)::list_item
	from (select known_unconnected_on() as ok offset 0) g
	join known_unconnected_person k on g.ok
	where (:query.unit_id::text is null or k.unit_id = :query.unit_id::uuid)
		and (:query.status::text is null or k.state = :query.status)
		and (:query.cursor::text is null
			or (k.expires_at, k.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by k.expires_at, k.id limit page_size(:query.limit) + 1), :query.limit) l

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
