-- name: listLogSeals
select l.body, l.next
from list_page(array(
	select (log_seal_head(s), cursor_at(s.number::text), null)::list_item
	from log_seal s
	where s.signature is not null
		and (:query.from is null or s.sealed_at >= :query.from::timestamptz)
		and (:query.to is null or s.sealed_at < :query.to::timestamptz)
		and (:query.daily is distinct from 'true' or not exists (select from log_seal later
			where later.number = s.number + 1 and oslo_day(later.sealed_at) = oslo_day(s.sealed_at)))
		and (:query.cursor is null or s.number < cursor_number(:query.cursor, 0))
	order by s.number desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: getLogSeal
select log_seal_json(s.number) as body,
	show_all(array(select distinct p from log_seal_rows(s.number) l, unnest(access_log_persons(l.patient_id, l.shown_set)) p)) as noted
from log_seal s
where s.number = :path.number::bigint and s.signature is not null
