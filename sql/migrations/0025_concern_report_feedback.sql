-- migrate:up
-- What senders may be told, notes, and the representations of handovers and tasks.

-- Feedback ---------------------------------------------------------------------------------------------
-- Has the sending health worker's agency a care relation to the person, whom no objection closes? When the
-- sender's side asks, the one who asks must stand in it.
create function concern_sender_in_care(r concern_report, s concern_sender) returns boolean language plpgsql stable as $$
begin
	return (select s.category = 'HEALTH_PERSONNEL' and r.patient_id is not null and s.agency_id is not null
			and exists (select 1 from care_relation c where c.patient_id = r.patient_id and c.agency_id = s.agency_id
				and c.valid_from <= clock_now() and coalesce(c.valid_to, 'infinity') > clock_now())
			and not exists (select 1 from objection o where o.patient_id = r.patient_id and o.state = 'ACTIVE'
				and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'concern-reports' = any (o.resource_types)))
				and (o.against_id = s.agency_id or o.against_id = s.staff_id))
			and (concern_report_is_ours(r) or (not concern_report_objected(r.patient_id, r.id)
				and exists (select 1 from care_relation c where c.patient_id = r.patient_id
					and c.unit_id = any (app_unit_ids()) and c.valid_from <= clock_now()
					and coalesce(c.valid_to, 'infinity') > clock_now()))));
end $$;

-- A relative to whom the person has released information.
create function concern_sender_has_release(r concern_report) returns boolean language plpgsql stable as $$
begin
	return (select r.sender_hash is not null and exists (select 1 from consent c join patient_relation p on p.id = c.to_relation_id
			where c.patient_id = r.patient_id and c.type = 'RELATIVE_INFO' and c.state = 'GRANTED' and p.hash = r.sender_hash
				and c.valid_from <= clock_now() and c.valid_to > clock_now()));
end $$;

create function concern_feedback_kind(r concern_report, s concern_sender) returns text language sql stable as $$
	select case when s.anonymous then 'ANONYMOUS'
		when s.category = 'PATIENT' then 'PATIENT'
		when r.type = 'SUBSTANCE_RELATIVE' and s.category = 'RELATIVE' then 'RELATIVE_10_1'
		when concern_sender_in_care(r, s) then 'HEALTH_PERSONNEL_IN_CARE'
		when s.category in ('HEALTH_PERSONNEL', 'POLICE', 'NAV', 'HOUSING', 'CORRECTIONAL_SERVICE', 'OTHER_PUBLIC_BODY')
			then 'PUBLIC_BODY'
		else 'PRIVATE_PERSON' end
$$;

create function concern_feedback_text(kind text, r concern_report) returns text language sql stable as $$
	select case kind
		when 'ANONYMOUS' then null
		when 'PRIVATE_PERSON' then case when concern_is_open(r.state)
			then 'Meldingen er mottatt.' else 'Meldingen er mottatt og vurdert, og saken er avsluttet hos oss.' end
		when 'RELATIVE_10_1' then case when r.state = 'CLOSED'
			then (select format('Kommunen har undersøkt saken og vurdert om det er grunnlag for tvang etter %s %s.', min(l.law),
					string_agg(l.section, ' og ' order by l.section)) from legal_basis l
				where l.code in ('HOL_COMPULSORY', 'HOL_COMPULSORY_PREGNANT') and l.valid_from <= clock_today()
					and (l.valid_to is null or l.valid_to >= clock_today()))
			else 'Meldingen er mottatt. Kommunen plikter å undersøke saken og gir deg beskjed når det er gjort.' end
		else case concern_status_word(r.state) when 'RECEIVED' then 'Meldingen er mottatt.'
			when 'BEING_HANDLED' then 'Meldingen er under behandling.' else 'Saken er avsluttet.' end
	end
$$;

-- What this report's sender may be told now (domain.md §4.1); the caller's right to the report is checked before.
create function concern_feedback(report uuid) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r concern_report;
	s concern_sender;
	kind text;
	details jsonb;
begin
	select * into r from concern_report where id = report;
	select * into s from concern_sender where report_id = report;
	kind := concern_feedback_kind(r, s);
	if kind in ('HEALTH_PERSONNEL_IN_CARE', 'PATIENT') or concern_sender_has_release(r) then
		details := jsonb_build_object('severity', r.severity, 'outcome_codes', to_jsonb(r.outcome_codes),
			'responsible_unit', unit_brief(r.responsible_unit_id),
			'assessment_text', case when kind = 'PATIENT' then r.assessment_text end);
	end if;
	return jsonb_strip_nulls(jsonb_build_object('report_id', r.id, 'sender_kind', kind,
		'status', case when kind = 'ANONYMOUS' then null
			when kind = 'PRIVATE_PERSON' then case when concern_is_open(r.state) then 'RECEIVED' else 'CLOSED' end
			else concern_status_word(r.state) end,
		'text_nb', concern_feedback_text(kind, r), 'received_at', r.received_at,
		'closed_at', case when kind <> 'ANONYMOUS' then r.closed_at end, 'details', details,
		'may_know_of_care', kind in ('HEALTH_PERSONNEL_IN_CARE', 'PATIENT') or concern_sender_has_release(r),
		'mandatory', r.type = 'SUBSTANCE_RELATIVE' and not s.anonymous,
		'receipt_given_at', coalesce(r.feedback_receipt_at, r.acknowledged_at), 'result_given_at', r.feedback_result_at));
end $$;

-- What was told to the sender is noted, and the deadline that asked for it is met.
create function concern_feedback_given(report uuid, note_id uuid, b jsonb) returns bigint language plpgsql as $$
declare
	told jsonb := concern_feedback(report);
	n bigint;
begin
	perform raise_unless(told ->> 'sender_kind' <> 'ANONYMOUS', 409, 'conflict');
	perform raise_unless(b ->> 'text' is null or (told ->> 'may_know_of_care')::boolean, 422, 'invalid_value',
		fault('/text', 'secrecy', 'this sender may be told no more than the text that the service gives'));
	perform raise_unless(b ->> 'kind' <> 'RESULT' or told ->> 'status' = 'CLOSED', 409, 'conflict');
	update concern_report set acknowledged_at = coalesce(acknowledged_at, clock_now()),
		feedback_receipt_at = coalesce(feedback_receipt_at, clock_now()),
		feedback_result_at = case when b ->> 'kind' = 'RESULT' then clock_now() else feedback_result_at end
	where id = report and responsible_agency_id = app_agency_id();
	get diagnostics n = row_count;
	insert into concern_note (id, report_id, patient_id, kind, text, agency_id, staff_id)
	select note_id, r.id, r.patient_id, 'FEEDBACK', coalesce(b ->> 'text', told ->> 'text_nb'), app_agency_id(), app_staff_id()
	from concern_report r where r.id = report and n = 1;
	return n;
end $$;

-- Notes and representations of what belongs to a report ---------------------------------------------------
create function concern_note_add(report uuid, note_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	r concern_report;
	facts text[];
begin
	select * into r from concern_report_seen(report);
	if not found then
		perform raise_problem(404, 'not_found');
	end if;
	facts := concern_report_facts(r);
	-- what an emergency opens is for reading
	perform raise_unless(concern_report_standing(r) <> 'EMERGENCY', 403, 'forbidden');
	if b ->> 'kind' in ('CONTACT_ATTEMPT', 'ASSESSMENT') and not ('receiving_unit' = any (facts)) then
		perform raise_problem(403, 'forbidden');
	end if;
	insert into concern_note (id, report_id, patient_id, kind, text, from_sender, agency_id, staff_id, by_citizen)
	values (note_id, report, r.patient_id, coalesce(b ->> 'kind', 'INFORMATION'), b ->> 'text',
		not ('receiving_unit' = any (facts)) and coalesce(r.sent_by_agency_id = app_agency_id() or (app_is_citizen()
			and r.sender_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))), false),
		app_agency_id(), app_staff_id(), app_is_citizen());
	if b ->> 'kind' = 'CONTACT_ATTEMPT' then
		update concern_report set first_attempt_at = clock_now() where id = report and first_attempt_at is null;
	end if;
	return note_id;
end $$;

-- A note from the sender's side never names its author: the sender stands in concern_sender alone.
create function concern_note_json(note uuid) returns jsonb language plpgsql stable as $$
begin
	return (select jsonb_strip_nulls(jsonb_build_object('id', n.id, 'version', n.version, 'report_id', n.report_id, 'kind', n.kind,
			'text', n.text, 'from_sender', n.from_sender, 'at', n.at,
			'agency_id', case when not n.from_sender or n.agency_id = app_agency_id() then n.agency_id end,
			'staff_id', case when not n.from_sender or n.agency_id = app_agency_id() then n.staff_id end))
		from concern_note n where n.id = note);
end $$;

create function handover_json(h handover) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', h.id, 'version', h.version, 'status', h.state,
		'entity', (select k.resource from handover_kind k where k.entity = h.entity), 'entity_id', h.entity_id, 'from_unit', unit_brief(h.from_unit_id),
		'to_unit', unit_brief(h.to_unit_id), 'reason', h.reason, 'legal_basis', h.legal_basis, 'offered_at', h.offered_at,
		'offered_by', h.offered_by, 'due_at', h.due_at, 'reminder_at', h.reminder_at,
		'overdue', h.state = 'OFFERED' and h.due_at < clock_now(),
		'waiting_hours', floor(extract(epoch from coalesce(h.decided_at, clock_now()) - h.offered_at) / 3600)::int,
		'planned_on', h.planned_on, 'receiver_staff_id', h.receiver_staff_id,
		'actual_on', case when h.state = 'ACCEPTED' then oslo_day(h.decided_at) end,
		'gap_days', case when h.state = 'ACCEPTED' then greatest(oslo_day(h.decided_at) - h.planned_on, 0) end,
		'decided_at', h.decided_at, 'decided_by', h.decided_by, 'decision_reason', h.decision_reason,
		'created_at', h.created_at, 'updated_at', h.updated_at))
$$;

create function task_json(t task) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', t.id, 'version', t.version, 'kind', t.kind, 'title', t.title,
		'note', t.note, 'patient_id', t.patient_id, 'unit_id', t.unit_id, 'agency_id', t.agency_id, 'for_role', t.for_role,
		'assignee_staff_id', t.assignee_staff_id, 'due_at', t.due_at,
		'overdue', t.state = 'OPEN' and coalesce(t.due_at < clock_now(), false), 'entity', t.entity,
		'entity_id', t.entity_id, 'status', t.state, 'created_by', t.created_by, 'closed_by', t.closed_by,
		'closed_at', t.closed_at, 'closing_note', t.closing_note, 'created_at', t.created_at, 'updated_at', t.updated_at))
$$;

-- Who may finish a task: its unit's people, its assignee, the leaders, and only the role it is meant for.
create function task_facts(t task) returns text[] language plpgsql stable as $$
begin
	return (select case when t.agency_id = app_agency_id() and (t.for_role is null or t.for_role = app_role()
				or t.assignee_staff_id = app_staff_id()) and (t.unit_id = any (app_unit_ids()) or t.unit_id is null
				or t.assignee_staff_id = app_staff_id() or app_role() = 'KO') then '{worker}'::text[] else '{}' end);
end $$;

create function task_patient(asked uuid) returns uuid language sql stable as $$
	select case when asked is null or exists (select 1 from patient p where p.id = asked) then asked
		when raise_problem(422, 'unknown_reference', fault('/patient_id', 'unknown_reference',
			'no such person is known to the caller')) then null end
$$;

create function task_unit(asked uuid) returns uuid language sql stable as $$
	select case when asked is null or exists (select 1 from unit u where u.id = asked and u.agency_id = app_agency_id())
			then asked
		when raise_problem(422, 'unknown_reference', fault('/unit_id', 'unknown_reference',
			'is not a unit of the caller''s agency')) then null end
$$;

create function task_worker(asked uuid) returns uuid language sql stable as $$
	select case when asked is null or exists (select 1 from staff s where s.id = asked and s.agency_id = app_agency_id())
			then asked
		when raise_problem(422, 'unknown_reference', fault('/assignee_staff_id', 'unknown_reference',
			'does not work in the caller''s agency')) then null end
$$;

-- migrate:down
drop function if exists task_worker, task_unit, task_patient, task_facts, task_json, handover_json,
	concern_note_json, concern_note_add, concern_feedback_given, concern_feedback,
	concern_feedback_text, concern_feedback_kind, concern_sender_has_release,
	concern_sender_in_care cascade;
