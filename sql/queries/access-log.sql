-- name: listAccessLog
-- Staff see their own acts, team leaders their team's, the privacy officer the agency's, and a patient all
-- that was done with the own record: row security says which rows, the two branches keep to their own indexes.
with page as materialized (
	select access_log_json(l) as body, access_log_persons(l.patient_id, l.shown_set) as persons,
		cursor_make(to_json(l.at) #>> '{}', l.id::text) as cursor,
		row_number() over (order by l.at desc, l.id desc) as n
	from (
		select * from (select r.* from access_log l cross join lateral access_log_about(l, :query.patient_id::uuid) r
			where not app_is_citizen() and l.agency_id = app_agency_id()
				and (:query.from is null or l.at >= :query.from::timestamptz)
				and (:query.to is null or l.at < :query.to::timestamptz)
				and (:query.patient_id is null or l.patient_id = :query.patient_id::uuid
					or l.shown_set = any (access_log_sets_of(:query.patient_id::uuid)))
				and (:query.staff_id is null or l.staff_id = :query.staff_id::uuid)
				and (:query.action is null or l.action::text = :query.action)
				and (:query.basis is null or l.basis = :query.basis)
				and (:query.cursor is null
					or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_number(:query.cursor, 1)))
			order by l.at desc, l.id desc limit page_size(:query.limit) + 1) a
		union all
		select * from (select r.* from access_log l cross join lateral access_log_about(l, app_citizen_id()) r
			where app_is_citizen()
				and (l.patient_id = app_citizen_id() or l.shown_set = any (access_log_sets_of(app_citizen_id())))
				and (:query.from is null or l.at >= :query.from::timestamptz)
				and (:query.to is null or l.at < :query.to::timestamptz)
				and (:query.patient_id is null or r.patient_id = :query.patient_id::uuid)
				-- by what is shown, which hides a protected sender
				and (:query.staff_id is null or (access_log_shown(r)).staff_id = :query.staff_id::uuid)
				and (:query.action is null or l.action::text = :query.action)
				and (:query.basis is null or (access_log_shown(r)).basis = :query.basis)
				and (:query.cursor is null
					or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_number(:query.cursor, 1)))
			order by l.at desc, l.id desc limit page_size(:query.limit) + 1) c) l
	order by l.at desc, l.id desc
	limit page_size(:query.limit) + 1
)
select coalesce(json_agg(p.body order by p.n) filter (where p.n <= page_size(:query.limit)), '[]') as body,
	case when max(p.n) > page_size(:query.limit) then max(p.cursor) filter (where p.n = page_size(:query.limit)) end as next,
	show_all(array(select unnest(s.persons) from page s where s.n <= page_size(:query.limit))) as noted
from page p

-- name: listPatientAccessLog
-- What was done with one person's record: all of it for the person and a guardian, the own acts for staff.
select l.body, l.next
from list_page(array(
	select (access_log_json(r), cursor_make(to_json(l.at) #>> '{}', l.id::text), null)::list_item
	from access_log l cross join lateral access_log_about(l, :path.id::uuid) r
	where (l.patient_id = :path.id::uuid or l.shown_set = any (access_log_sets_of(:path.id::uuid)))
		and (:query.from is null or l.at >= :query.from::timestamptz)
		and (:query.to is null or l.at < :query.to::timestamptz)
		and (:query.cursor is null
			or (l.at, l.id) < (cursor_time(:query.cursor, 0), cursor_number(:query.cursor, 1)))
	order by l.at desc, l.id desc limit page_size(:query.limit) + 1), :query.limit) l
