-- AuditEvent, of the access log: who sees which entries is as in access-log.sql.

-- name: fhirReadAuditEvent
select (f.thing).body, 1 as etag, fhir_modified((f.thing).at) as modified, f.noted
from (select fhir_event_thing(l.*::access_log) as thing, show_all(access_log_persons(l.patient_id, l.shown_set)) as noted
	from fhir_event_seen(:path.id::uuid) l offset 0) f

-- name: fhirSearchAuditEvent
select p.body, p.next, p.total, p.noted from fhir_event_search(:fhir.asked::jsonb) p
