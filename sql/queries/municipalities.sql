-- name: listMunicipalities
select l.body, l.next
from list_page(array(
	select (municipality_json(m), cursor_at(m.number, m.valid_from::text), null)::list_item
	from municipality m
	where (:query.on is null or (m.valid_from <= :query.on::date
			and (m.valid_to is null or m.valid_to >= :query.on::date)))
		and (:query.cursor is null
			or (m.number, m.valid_from::text) > (cursor_part(:query.cursor, 0), cursor_part(:query.cursor, 1)))
	order by m.number, m.valid_from limit page_size(:query.limit) + 1), :query.limit) l

-- name: getMunicipality
-- The number as it was on a day, else as it was last; a number can come back.
select municipality_json(m) as body, '1' as etag
from municipality m
where m.number = :path.number
	and (:query.on is null or (m.valid_from <= :query.on::date
		and (m.valid_to is null or m.valid_to >= :query.on::date)))
order by m.valid_from desc
limit 1
