-- AuditEvent, of the access log: who sees which entries is as in access-log.sql.

-- name: fhirReadAuditEvent
select (f.thing).body, 1 as etag, fhir_modified((f.thing).at) as modified, f.noted
from (select fhir_event_thing(l.*::access_log) as thing, show_all(access_log_persons(l.patient_id, l.shown_set)) as noted
	from fhir_event_seen(:path.id::uuid) l offset 0) f

-- name: fhirSearchAuditEvent
-- The newest first. Those of an agency, those about a citizen, and those that are named keep to their own indexes.
with asked as materialized (
	select fhir_event_about(fhir_named(:query.patient::uuid, :query.patient_identifier), :query._id is not null) as about,
		fhir_bounds(:query.date::jsonb) * fhir_bounds(:query._lastUpdated::jsonb) as bounds,
		fhir_event_at(cursor_uuid(:query._page, 1)) as page_at, fhir_event_number(cursor_uuid(:query._page, 1)) as page_number
), page as materialized (
	select l.*::access_log as entry, row_number() over (order by l.at desc, l.id desc) as n
	from (
		select * from (select r.* from asked a cross join access_log l cross join lateral access_log_about(l, a.about) r
			where :query._id is null and not app_is_citizen() and l.agency_id = app_agency_id()
				and (a.about is null or l.patient_id = a.about or l.shown_set = any (access_log_sets_of(a.about)))
				and (lower(a.bounds) is null or l.at >= lower(a.bounds)) and (upper(a.bounds) is null or l.at < upper(a.bounds))
				and (a.page_at is null or (l.at, l.id) < (a.page_at, a.page_number))
				and not isempty(a.bounds)
				and fhir_event_holds(r, :query.date::jsonb, :query._lastUpdated::jsonb, :query.action::jsonb,
					:query.outcome::jsonb, :query.subtype::jsonb, :query.agent::jsonb)
			order by l.at desc, l.id desc limit fhir_most(:query._count, :query._total)) s
		union all
		select * from (select r.* from asked a cross join access_log l cross join lateral access_log_about(l, a.about) r
			where :query._id is null and app_is_citizen()
				and (l.patient_id = a.about or l.shown_set = any (access_log_sets_of(a.about)))
				and (lower(a.bounds) is null or l.at >= lower(a.bounds)) and (upper(a.bounds) is null or l.at < upper(a.bounds))
				and (a.page_at is null or (l.at, l.id) < (a.page_at, a.page_number))
				and not isempty(a.bounds)
				and fhir_event_holds(r, :query.date::jsonb, :query._lastUpdated::jsonb, :query.action::jsonb,
					:query.outcome::jsonb, :query.subtype::jsonb, :query.agent::jsonb)
			order by l.at desc, l.id desc limit fhir_most(:query._count, :query._total)) c
		union all
		select r.* from asked a cross join unnest(fhir_ids(:query._id::jsonb)) i (id) cross join lateral fhir_event_seen(i.id) l
			cross join lateral access_log_about(l, a.about) r
			where (a.about is null or a.about = any (access_log_persons(l.patient_id, l.shown_set)))
				and (a.page_at is null or (l.at, l.id) < (a.page_at, a.page_number))
				and fhir_event_holds(r, :query.date::jsonb, :query._lastUpdated::jsonb, :query.action::jsonb,
					:query.outcome::jsonb, :query.subtype::jsonb, :query.agent::jsonb)
	) l
	order by l.at desc, l.id desc limit fhir_most(:query._count, :query._total)
)
select p.body, p.next, p.total, show_all(array(select unnest(access_log_persons((e.entry).patient_id, (e.entry).shown_set))
	from page e where e.n <= page_size(:query._count))) as noted
from fhir_page(:fhir.asked::jsonb, array(select fhir_event_thing(e.entry) from page e order by e.n)) p
