-- Everything that waits for the caller's units, oldest deadline first.

-- name: getInbox
with waiting as (
	select 'CONCERN_REPORT' as kind, r.id, 'concern-reports' as resource, r.received_at as since, r.patient_id,
		(select min(d.due_at) from deadline d where d.entity_id = r.id and d.state = 'OPEN') as due,
		'Bekymringsmelding ' || case r.state when 'RECEIVED' then 'mottatt' when 'IN_TRIAGE' then 'til vurdering'
			when 'INFO_REQUESTED' then 'venter på opplysninger' when 'INVESTIGATING' then 'under undersøkelse'
			else 'med tiltak i gang' end as title, r.state as status, r.severity
	from concern_report r
	where r.responsible_agency_id = app_agency_id() and r.state in ('RECEIVED', 'IN_TRIAGE', 'INFO_REQUESTED', 'INVESTIGATING', 'ACTION_STARTED')
		and concern_report_standing(r) = 'OWN'
	union all
	select 'FEEDBACK', r.id, 'concern-reports', r.closed_at, r.patient_id, d.due_at, 'Melder skal ha beskjed om resultatet',
		r.state, r.severity
	from concern_report r join deadline d on d.entity_id = r.id and d.state = 'OPEN' and d.code = 'CR_FEEDBACK_RESULT'
	where r.responsible_agency_id = app_agency_id() and r.state = 'CLOSED' and concern_report_standing(r) = 'OWN'
	union all
	select 'CONFIRMATION', r.id, 'concern-reports', (r.pending_action ->> 'at')::timestamptz, r.patient_id,
		(r.pending_action ->> 'at')::timestamptz, case r.pending_action ->> 'action' when 'close'
			then 'Avslutning venter på bekreftelse' else 'Avvisning venter på bekreftelse' end, r.state, r.severity
	from concern_report r
	where r.responsible_agency_id = app_agency_id() and r.pending_action is not null and 'leader' = any (concern_report_facts(r))
		and r.pending_action ->> 'staff_id' is distinct from app_staff_id()::text
	union all
	select 'REFERRAL', i.id, 'referrals', i.since, i.patient_id, i.due, i.title, i.state, null from referral_inbox() i
	union all
	select 'CONFIRMATION', i.id, 'enrolments', i.since, i.patient_id, i.since, i.title, i.state, null from enrolment_inbox() i
	union all
	select case when f.facts @> '{target_unit}' then 'HANDOVER_OFFERED' else 'HANDOVER_OVERDUE' end, h.id, 'handovers',
		h.offered_at, h.patient_id, h.due_at, case when f.facts @> '{target_unit}' then 'Overføring venter på svar fra oss'
			else 'Mottaker har ikke svart på overføringen' end, h.state, null
	from handover h cross join lateral (select handover_facts(h) as facts) f
	where h.state = 'OFFERED' and app_agency_id() in (h.from_agency_id, h.to_agency_id) and (f.facts @> '{target_unit}' or (f.facts @> '{sender_unit}' and h.due_at < clock_now()))
	union all
	select 'TASK', t.id, 'tasks', t.created_at, t.patient_id, t.due_at, t.title, t.state, null
	from tasks_at_hand() t where t.agency_id = app_agency_id() and t.state = 'OPEN' and 'worker' = any (task_facts(t)) and t.kind <> 'EMERGENCY_REVIEW'
	union all
	select 'EMERGENCY_REVIEW', e.id, 'emergency-accesses', e.opened_at, null, e.review_due_at,
		'Gjennomgå bruk av nødrettstilgang', e.state, null
	from emergency_access e
	where e.state in ('ACTIVE', 'EXPIRED') and e.agency_id = app_agency_id() and app_role() in ('PV', 'TL', 'KO')
		and e.staff_id is distinct from app_staff_id()
	union all
	select 'MESSAGE', m.id, 'messages', m.sent_at, m.patient_id,
		case m.state when 'SENT' then least(m.acknowledge_by, m.answer_by) else m.answer_by end,
		case m.state when 'SENT' then 'Melding å bekrefte: ' else 'Melding å svare på: ' end || m.subject, m.state, null
	from message m
	where m.to_unit_id = any (app_unit_ids()) and (m.state = 'SENT' or (m.state = 'ACKNOWLEDGED' and m.answer_wanted))
	union all
	select 'MEASURE_PROPOSED', m.id, 'measures', m.proposed_at, m.patient_id, m.accept_due_at,
		'Foreslått tiltak venter på svar fra oss', m.state, null
	from measure m where m.responsible_unit_id = any (app_unit_ids()) and m.state = 'PROPOSED'
		and unit_may_get(m.responsible_unit_id, m.patient_id, 'MEASURES')
	union all
	select 'PLAN_REQUESTED', p.id, 'plans', p.created_at, p.patient_id, null, 'Individuell plan er bedt om', p.state, null
	from plan p where p.coordinating_unit_id = any (app_unit_ids()) and p.state = 'REQUESTED'
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (jsonb_strip_nulls(jsonb_build_object('kind', w.kind, 'id', w.id, 'title_nb', w.title, 'href',
			'/api/v1/' || w.resource || '/' || w.id, 'status', w.status, 'severity', w.severity, 'since', w.since,
			'due_at', w.due, 'overdue', coalesce(w.due < clock_now(), false), 'patient_id', w.patient_id)),
		cursor_at(coalesce(w.due, 'infinity')::text, w.id::text, w.kind), w.patient_id)::list_item
	from waiting w
	where (:query.kind::text is null or w.kind = :query.kind)
		and (:query.cursor::text is null or (coalesce(w.due, 'infinity'), w.id, w.kind)
			> (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1), cursor_part(:query.cursor, 2)))
	order by coalesce(w.due, 'infinity'), w.id, w.kind limit page_size(:query.limit) + 1), :query.limit) l
