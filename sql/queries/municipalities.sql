-- name: listMunicipalities
select coalesce(json_agg(x.body order by x.n) filter (where x.n <= page_size(:query.limit)), '[]') as body,
	case when max(x.n) > page_size(:query.limit) then max(x.cursor) filter (where x.n = page_size(:query.limit)) end as next
from (
	select municipality_json(m) as body, cursor_make(m.number, m.valid_from::text) as cursor,
		row_number() over (order by m.number, m.valid_from) as n
	from municipality m
	where (:query.on is null or (m.valid_from <= :query.on::date
			and (m.valid_to is null or m.valid_to >= :query.on::date)))
		and (:query.cursor is null
			or (m.number, m.valid_from::text) > (cursor_part(:query.cursor, 0), cursor_part(:query.cursor, 1)))
	order by m.number, m.valid_from
	limit page_size(:query.limit) + 1) x

-- name: getMunicipality
-- The number as it was on a day, else as it was last; a number can come back.
select municipality_json(m) as body, '1' as etag
from municipality m
where m.number = :path.number
	and (:query.on is null or (m.valid_from <= :query.on::date
		and (m.valid_to is null or m.valid_to >= :query.on::date)))
order by m.valid_from desc
limit 1
