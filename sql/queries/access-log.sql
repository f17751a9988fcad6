-- name: listAccessLog
-- Staff see their own acts, team leaders their team's, the privacy officer the agency's, and a patient all
-- that was done with the own record: row security says which rows, the two branches keep to one index each.
select coalesce(json_agg(x.body order by x.n) filter (where x.n <= page_size(:query.limit)), '[]') as body,
	case when max(x.n) > page_size(:query.limit) then max(x.cursor) filter (where x.n = page_size(:query.limit)) end as next,
	show_all(array_agg(x.patient_id) filter (where x.n <= page_size(:query.limit))) as noted
from (
	select access_log_json(l) as body, l.patient_id, cursor_make(to_json(l.at) #>> '{}', l.id::text) as cursor,
		row_number() over (order by l.at desc, l.id desc) as n
	from (
		select * from (select l.* from access_log l
			where not app_is_citizen() and l.agency_id = app_agency_id()
				and (:query.from is null or l.at >= :query.from::timestamptz)
				and (:query.to is null or l.at < :query.to::timestamptz)
				and (:query.patient_id is null or l.patient_id = :query.patient_id::uuid)
				and (:query.staff_id is null or l.staff_id = :query.staff_id::uuid)
				and (:query.action is null or l.action::text = :query.action)
				and (:query.basis is null or l.basis = :query.basis)
				and (:query.cursor is null
					or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_part(:query.cursor, 1)::bigint))
			order by l.at desc, l.id desc limit page_size(:query.limit) + 1) a
		union all
		select * from (select l.* from access_log l
			where app_is_citizen() and l.patient_id = app_citizen_id()
				and (:query.from is null or l.at >= :query.from::timestamptz)
				and (:query.to is null or l.at < :query.to::timestamptz)
				and (:query.patient_id is null or l.patient_id = :query.patient_id::uuid)
				-- by what is shown, which hides a protected sender
				and (:query.staff_id is null or (access_log_shown(l)).staff_id = :query.staff_id::uuid)
				and (:query.action is null or l.action::text = :query.action)
				and (:query.basis is null or (access_log_shown(l)).basis = :query.basis)
				and (:query.cursor is null
					or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_part(:query.cursor, 1)::bigint))
			order by l.at desc, l.id desc limit page_size(:query.limit) + 1) c) l
	order by l.at desc, l.id desc
	limit page_size(:query.limit) + 1) x

-- name: listPatientAccessLog
-- What was done with one person's record: all of it for the person and a guardian, the own acts for staff.
select coalesce(json_agg(x.body order by x.n) filter (where x.n <= page_size(:query.limit)), '[]') as body,
	case when max(x.n) > page_size(:query.limit) then max(x.cursor) filter (where x.n = page_size(:query.limit)) end as next
from (
	select access_log_json(l) as body, cursor_make(to_json(l.at) #>> '{}', l.id::text) as cursor,
		row_number() over (order by l.at desc, l.id desc) as n
	from access_log l
	where l.patient_id = :path.id::uuid
		and (:query.from is null or l.at >= :query.from::timestamptz)
		and (:query.to is null or l.at < :query.to::timestamptz)
		and (:query.cursor is null
			or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_part(:query.cursor, 1)::bigint))
	order by l.at desc, l.id desc
	limit page_size(:query.limit) + 1) x
