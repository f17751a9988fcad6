-- Concern reports (domain.md §4.1). What must hold whoever asks stands in migrations 0021 to 0025.

-- name: listConcernReports
-- Oldest open deadline first. Begins with what the caller is related to, each way by its index. A row of which
-- the caller sees only the status word comes last and is found by that word alone.
with related as (
	select r.id from concern_report r where r.responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	union select r.id from concern_report r where r.responsible_agency_id = app_agency_id() and app_role() in ('KO', 'TL')
	union select h.entity_id from handover h where h.state = 'OFFERED' and h.to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	union select h.entity_id from handover h where h.state = 'OFFERED' and app_role() = 'KO' and h.to_agency_id = app_agency_id()
	union select h.entity_id from handover h where h.state = 'ACCEPTED' and h.from_agency_id = app_agency_id()
	union select r.id from concern_report r where r.sent_by_agency_id = app_agency_id()
	union select r.id from concern_report r where r.patient_id = app_citizen_id()
	union select r.id from concern_report r
		where r.sender_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
), seen as (
	select r, r.id, r.state, r.severity, r.patient_id, concern_report_standing(r) = 'STATUS' as by_word,
		coalesce((select min(d.due_at) from deadline d where d.entity_id = r.id and d.state = 'OPEN'
			and d.code <> 'CR_PURGE_UNIDENTIFIED'), 'infinity') as due
	from related x join concern_report r on r.id = x.id
	where (:query.type::text is null or r.type = :query.type)
		and (:query.status::text is null or r.state = :query.status or concern_status_word(r.state) = :query.status)
		and (:query.responsible_unit_id::text is null or r.responsible_unit_id = :query.responsible_unit_id::uuid)
), fitting as (
	select s.*, case when s.by_word then 'infinity' else s.due end as key
	from seen s
	where case when s.by_word then (:query.status::text is null or concern_status_word(s.state) = :query.status)
			and :query.severity::text is null and :query.overdue::text is null and :query.responsible_unit_id::text is null
		else (:query.status::text is null or s.state = :query.status)
			and (:query.severity::text is null or s.severity = :query.severity)
			and (:query.overdue::text is null or (s.due < clock_now()) = :query.overdue::boolean) end
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (concern_report_json(f.r), cursor_at(f.key::text, f.id::text), case when not f.by_word then f.patient_id end)::list_item
	from fitting f
	where :query.cursor::text is null or (f.key, f.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1))
	order by f.key, f.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createConcernReport
select concern_report_receive(:new.id::uuid, :body::jsonb) as id, 201 as status,
	'/api/v1/concern-reports/' || :new.id as location

-- name: getConcernReport
select concern_report_json(r) as body, r.version::text as etag, r.state, concern_report_facts(r) as facts,
	case when concern_report_standing(r) <> 'STATUS' then show(r.patient_id) end as noted
from concern_report_seen(:path.id::uuid) r

-- name: getConcernReport.as_of
-- The content as it was then; who may see it is decided now, so the responsible unit is today's.
select concern_report_json(jsonb_populate_record(r, h.content - 'responsible_unit_id' - 'responsible_agency_id'
		- 'patient_id'), concern_report_standing(r)) as body,
	r.version::text as etag, r.state, concern_report_facts(r) as facts,
	case when concern_report_standing(r) <> 'STATUS' then show(r.patient_id) end as noted
from concern_report_seen(:path.id::uuid) r
cross join lateral (select h.content from row_history h
	where h.entity_id = r.id and h.valid_from <= :query.as_of::timestamptz
	order by h.version desc limit 1) h

-- name: concern-reports.lock
select r.state, r.version, concern_report_facts(r) as facts,
	case when concern_report_standing(r) <> 'STATUS' then r.patient_id end as patient_id
from concern_report_locked(:path.id::uuid) r

-- name: concern-reports.apply
select (concern_report_apply(:path.id::uuid, :machine.action, :machine.to, :body::jsonb)).version as version

-- name: concern-reports.forward
select concern_report_offer(:path.id::uuid, :new.id::uuid, :body::jsonb)

-- name: concern-reports.transfer_out
-- an offer that nobody has answered goes with it
update handover set state = 'RECALLED', decided_at = clock_now(), decided_by = app_staff_id()
where entity_id = :path.id::uuid and state = 'OFFERED'

-- name: listConcernReportNotes
select l.body, l.next,
	-- a protected sender must not stand in the patient's log
	case when concern_report_standing(r) <> 'STATUS' then show((select p from unnest(l.persons) p where p is not null limit 1)) end
from concern_report r
cross join lateral list_page(array(
	select (concern_note_json(n.id), cursor_at(n.at::text, n.id::text), n.patient_id)::list_item
	from concern_note n
	where n.report_id = (select x.id from concern_report_seen(:path.id::uuid) x)
		and (:query.cursor::text is null or (n.at, n.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by n.at, n.id limit page_size(:query.limit) + 1), :query.limit) l
where r.id = :path.id::uuid

-- name: createConcernReportNote
select concern_note_add(:path.id::uuid, :new.id::uuid, :body::jsonb) as id, 201 as status

-- name: getConcernReportNote
-- As the answer to a POST the path has no note yet, so the location is told.
select concern_note_json(n.id) as body, n.version::text as etag,
	(select case when concern_report_standing(r) <> 'STATUS' then show(n.patient_id) end
		from concern_report r where r.id = n.report_id),
	case when :path.report_id::text is null then '/api/v1/concern-reports/' || n.report_id || '/notes/' || n.id end as location
from concern_note n
where n.id = :path.id::uuid and (:path.report_id::text is null or n.report_id = :path.report_id::uuid)

-- name: setConcernSenderProtection
-- The report's version is what the decision was based on, so the report is touched with it.
with report as (
	update concern_report r set updated_at = clock_now()
	where r.id = (select s.id from concern_report_seen(:path.id::uuid) s where raise_unless(app_role() in ('MH', 'KO')
			and 'receiving_unit' = any (concern_report_facts(s)), 403, 'forbidden'))
		and r.version::text = :header.if_match
	returning r.id
), sender as (
	update concern_sender s set identity_protected = (:body::jsonb ->> 'identity_protected')::boolean,
		protection_reason = case when (:body::jsonb ->> 'identity_protected')::boolean
			then :body::jsonb ->> 'reason_code' end,
		protection_decided_by = app_staff_id(), protection_decided_at = clock_now()
	from report where s.report_id = report.id returning s.report_id
)
select expect_one((select count(*) from sender), 'concern_report', :path.id::uuid, :header.if_match) as done

-- name: getConcernReportFeedback
select concern_feedback(r.id) as body, r.version::text as etag,
	case when concern_report_standing(r) <> 'STATUS' then show(r.patient_id) end
from concern_report_seen(:path.id::uuid) r
where raise_unless(concern_report_standing(r) <> 'SELF'
	or exists (select 1 from concern_sender s where s.report_id = r.id), 403, 'forbidden')

-- name: recordConcernReportFeedback
select expect_one(concern_feedback_given(r.id, :new.id::uuid, :body::jsonb), 'concern_report', r.id, null) as done,
	201 as status
from concern_report_seen(:path.id::uuid) r
where raise_unless('receiving_unit' = any (concern_report_facts(r)), 403, 'forbidden')
