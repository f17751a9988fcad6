-- name: listAccessLog
-- Staff see their own acts, team leaders their team's, the privacy officer the agency's, and a patient all
-- that was done with the own record: row security says which rows.
select p.body, p.next, p.noted
from access_log_page(:query.patient_id::uuid,
	tstzrange(:query.from::timestamptz, null) * tstzrange(null, :query.to::timestamptz), :query.action::access_log_action,
	jsonb_strip_nulls(jsonb_build_object('staff_id', :query.staff_id::uuid, 'basis', :query.basis::text)),
	:query.cursor, :query.limit) p

-- name: listPatientAccessLog
-- What was done with one person's record: all of it for the person and a guardian, the own acts for staff.
select l.body, l.next
from list_page(array(
	select (access_log_json(r), cursor_at(to_json(l.at) #>> '{}', l.id::text), null)::list_item
	from access_log l cross join lateral access_log_about(l, :path.id::uuid) r
	where (l.patient_id = :path.id::uuid or l.shown_set = any (access_log_sets_of(:path.id::uuid)))
		and (:query.from is null or l.at >= :query.from::timestamptz)
		and (:query.to is null or l.at < :query.to::timestamptz)
		and (:query.cursor is null
			or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_number(:query.cursor, 1)))
	order by l.at desc, l.id desc limit page_size(:query.limit) + 1), :query.limit) l
