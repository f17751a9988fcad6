-- migrate:up
-- What the actions of machines/concern-reports.yaml and machines/handovers.yaml do to the rows.

-- What a body must hold beyond its form. The machine's facts are judged before; these need the body.
create function concern_report_check(r concern_report, act text, b jsonb) returns boolean language plpgsql as $$
begin
	if act = 'set_severity' and coalesce(b ->> 'has_minor_children', nullif(r.has_minor_children, 'UNKNOWN')) is null
			or act = 'set_severity' and coalesce(b ->> 'pregnant', nullif(r.pregnant, 'UNKNOWN')) is null then
		return raise_problem(422, 'assessment_missing', fault('', 'required',
			'has_minor_children and pregnant must be answered, UNKNOWN included'));
	elsif act = 'forward' and not exists (select 1 from unit u where u.id = (b ->> 'target_unit_id')::uuid
			and u.id <> r.responsible_unit_id and u.receives_concern_reports
			and coalesce(u.valid_to, 'infinity') > clock_today()) then
		return raise_problem(422, 'unknown_reference', fault('/target_unit_id', 'unknown_reference',
			'is not another unit that receives concern reports'));
	elsif act = 'assign' and not exists (select 1 from staff_membership m where m.staff_id = (b ->> 'handler_staff_id')::uuid
			and m.unit_id = r.responsible_unit_id and m.state = 'ACTIVE' and m.role in ('MH', 'TL', 'KO', 'TM', 'DPS', 'GP')
			and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today()) then
		return raise_problem(422, 'unknown_reference', fault('/handler_staff_id', 'unknown_reference',
			'is not at work in the responsible unit'));
	elsif act = 'start_action' and jsonb_array_length(coalesce(b -> 'outcome_codes', '[]')) = 0 then
		return raise_problem(422, 'outcome_missing');
	elsif act = 'close' and r.state = 'IN_TRIAGE' and not (b -> 'outcome_codes' <@ '["ALREADY_IN_CARE", "NO_BASIS"]') then
		return raise_problem(422, 'outcome_not_allowed', fault('/outcome_codes', 'outcome',
			'from triage only ALREADY_IN_CARE or NO_BASIS closes a report'));
	elsif act = 'close' and r.type = 'SUBSTANCE_RELATIVE' and b ->> 'feedback_decision' <> 'GIVE'
			and not exists (select 1 from concern_sender s where s.report_id = r.id and s.anonymous) then
		return raise_problem(422, 'invalid_value', fault('/feedback_decision', 'feedback',
			'the relative has a right to hear that the case has been examined'));
	elsif act = 'identify_subject' and coalesce(b #>> '{subject,number}', r.subject_seal) is null then
		return raise_problem(422, 'missing_fact', fault('/subject/number', 'required',
			'the report holds no number, so the body must'));
	elsif act = 'transfer_out' and r.type = 'CHILD' and b #>> '{receiver,kind}' <> 'CHILD_WELFARE' then
		return raise_problem(409, 'child_must_be_transferred');
	end if;
	return true;
end $$;

-- The step waits for another person: closing a RED report, and dismissing any.
create function concern_report_waits(r concern_report, act text) returns boolean language sql immutable as $$
	select act = 'dismiss' or (act = 'close' and r.severity = 'RED')
$$;

create function concern_report_change(inout r concern_report, act text, b jsonb) language plpgsql as $$
begin
	case act
	when 'start_triage' then
		r.handler_staff_id := app_staff_id();
	when 'assign' then
		r.handler_staff_id := (b ->> 'handler_staff_id')::uuid;
	when 'set_severity' then
		r.severity := b ->> 'severity';
		r.has_minor_children := coalesce(b ->> 'has_minor_children', r.has_minor_children);
		r.pregnant := coalesce(b ->> 'pregnant', r.pregnant);
		r.assessment_text := coalesce(b ->> 'assessment_text', r.assessment_text);
		r.triaged_at := coalesce(r.triaged_at, clock_now());
	when 'request_info' then
		r.previous_state := r.state;
		r.info_requested_at := clock_now();
		r.info_requested_from := b ->> 'requested_from';
	when 'investigate' then
		r.investigation_started_at := coalesce(r.investigation_started_at, clock_now());
	when 'forward' then
		r.forwarded_at := clock_now();
	when 'start_action' then
		r.outcome_codes := array(select jsonb_array_elements_text(b -> 'outcome_codes'));
		r.assessment_text := coalesce(b ->> 'assessment_text', r.assessment_text);
		r.action_started_at := clock_now();
		r.first_attempt_at := coalesce(r.first_attempt_at, clock_now());
	when 'close' then
		r.outcome_codes := array(select jsonb_array_elements_text(b -> 'outcome_codes'));
		r.assessment_text := b ->> 'assessment_text';
		r.feedback_decision := b ->> 'feedback_decision';
		r.closed_at := clock_now();
	when 'dismiss' then
		r.dismissal_reason := b ->> 'dismissal_reason';
		r.assessment_text := coalesce(b ->> 'assessment_text', r.assessment_text);
		r.closed_at := clock_now();
	when 'transfer_out' then
		r.transfer := jsonb_build_object('receiver', b -> 'receiver', 'receipt', b -> 'receipt');
		r.closed_at := clock_now();
	when 'reopen' then
		r.handler_staff_id := app_staff_id();
		r.reopened_at := clock_now();
		r.triage_from := clock_now();
		r.triaged_at := null;
		r.closed_at := null;
		r.action_started_at := null;
		r.investigation_started_at := null;
		r.feedback_decision := null;
	else
		null;
	end case;
end $$;

-- One row written once, so that a transition is one version, one history row and one event.
create function concern_report_write(r concern_report) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	update concern_report set state = r.state, previous_state = r.previous_state, handler_staff_id = r.handler_staff_id,
		patient_id = r.patient_id, subject_seal = r.subject_seal, subject_hash = r.subject_hash,
		subject_given_name = r.subject_given_name, subject_family_name = r.subject_family_name,
		subject_birth_date = r.subject_birth_date, severity = r.severity,
		has_minor_children = r.has_minor_children, pregnant = r.pregnant, assessment_text = r.assessment_text,
		triage_from = r.triage_from, triaged_at = r.triaged_at, first_attempt_at = r.first_attempt_at,
		forwarded_at = r.forwarded_at, investigation_started_at = r.investigation_started_at,
		info_requested_at = r.info_requested_at, info_requested_from = r.info_requested_from,
		action_started_at = r.action_started_at, closed_at = r.closed_at, reopened_at = r.reopened_at,
		outcome_codes = r.outcome_codes, dismissal_reason = r.dismissal_reason, transfer = r.transfer,
		feedback_decision = r.feedback_decision, pending_action = r.pending_action,
		confirmed_by = r.confirmed_by
	where id = r.id;
	get diagnostics n = row_count;
	return n;
end $$;

create function concern_report_apply(report uuid, act text, target text, b jsonb) returns concern_report
language plpgsql as $$
declare
	r concern_report;
	before text;
	step text := act;
	subject jsonb := coalesce(b -> 'subject', '{}');
begin
	select * into r from concern_report where id = report;
	before := r.state;
	perform concern_report_check(r, act, b);
	if act = 'confirm' then
		step := r.pending_action ->> 'action';
		r := concern_report_change(r, step, r.pending_action -> 'body');
		r.pending_action := null;
		r.confirmed_by := app_staff_id();
		target := case step when 'close' then 'CLOSED' else 'DISMISSED' end;
	elsif concern_report_waits(r, act) then
		r.pending_action := jsonb_build_object('action', act, 'staff_id', app_staff_id(), 'at', clock_now(), 'body', b);
		target := r.state;
	else
		if act = 'identify_subject' then
			r.patient_id := concern_identify(jsonb_build_object('number', r.subject_seal, 'given_name', r.subject_given_name,
				'family_name', r.subject_family_name, 'birth_date', r.subject_birth_date) || subject, r.responsible_agency_id);
			r.subject_seal := coalesce(subject ->> 'number', r.subject_seal);
			r.subject_hash := (seal_hashes(r.subject_seal))[1];
			r.subject_given_name := coalesce(subject ->> 'given_name', r.subject_given_name);
			r.subject_family_name := coalesce(subject ->> 'family_name', r.subject_family_name);
			r.subject_birth_date := coalesce((subject ->> 'birth_date')::date, r.subject_birth_date);
		end if;
		r := concern_report_change(r, act, b);
		-- a pending step is about the report as it was
		r.pending_action := case when act in ('assign', 'identify_subject') then r.pending_action end;
		target := case when act in ('info_received', 'give_up') then r.previous_state
			when act in ('assign', 'identify_subject') then r.state else target end;
	end if;
	r.state := target;
	perform expect_one(concern_report_write(r), 'concern_report', report, null);
	select * into r from concern_report where id = report;
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role, data)
	values ('concern-reports', report, r.version, act, before, r.state, b ->> 'reason', app_agency_id(),
		app_staff_id(), app_role(), jsonb_strip_nulls(jsonb_build_object('pending', r.pending_action ->> 'action',
			'confirmed', case when act = 'confirm' then step end, 'target_unit_id', b ->> 'target_unit_id',
			'legal_basis', b ->> 'legal_basis')));
	return r;
end $$;

-- The offer that goes with `forward`.
create function concern_report_offer(report uuid, handover_id uuid, b jsonb) returns uuid language sql as $$
	insert into handover (id, entity, entity_id, patient_id, from_unit_id, from_agency_id, to_unit_id, to_agency_id, reason,
		legal_basis, offered_by, due_at, reminder_at)
	select handover_id, 'concern_report', r.id, r.patient_id, r.responsible_unit_id, r.responsible_agency_id, u.id,
		u.agency_id, b ->> 'reason', b ->> 'legal_basis', app_staff_id(), d.due, clock_now() + (d.due - clock_now()) / 2
	from concern_report r join unit u on u.id = (b ->> 'target_unit_id')::uuid
	cross join lateral (select deadline_at('CR_FORWARD_ACCEPT', clock_now(), r.severity) as due) d
	where r.id = report
	returning id
$$;

-- The report under a handover is locked first, as its own transitions do, so that the two never wait in a circle.
create function handover_lock(asked uuid) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform 1 from concern_report r join handover h on h.entity_id = r.id where h.id = asked for update of r;
	return asked;
end $$;

create function handover_facts(h handover) returns text[] language plpgsql stable as $$
begin
	return (select array_remove(array[
			case when h.to_unit_id = any (app_unit_ids()) or (app_role() = 'KO' and h.to_agency_id = app_agency_id())
				then 'target_unit' end,
			case when h.from_unit_id = any (app_unit_ids()) or (app_role() = 'KO' and h.from_agency_id = app_agency_id())
				then 'sender_unit' end], null));
end $$;

-- The report follows its handover in the same transaction: responsibility has moved, or it has come back. The
-- unit that rejects has no right to the report any more, so the owner's rights are used.
create function handover_settle(asked uuid, act text) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	h handover;
	r concern_report;
begin
	select * into h from handover where id = asked;
	if h.state <> (case act when 'accept' then 'ACCEPTED' when 'reject' then 'REJECTED' else 'RECALLED' end)
			or app_agency_id() is distinct from (case act when 'recall' then h.from_agency_id else h.to_agency_id end) then
		return raise_problem(409, 'conflict');
	end if;
	update concern_report set state = 'IN_TRIAGE',
		responsible_unit_id = case act when 'accept' then h.to_unit_id else responsible_unit_id end,
		responsible_agency_id = case act when 'accept' then h.to_agency_id else responsible_agency_id end,
		owner_agency_id = case act when 'accept' then h.to_agency_id else owner_agency_id end,
		handler_staff_id = case act when 'accept' then app_staff_id() else handler_staff_id end,
		reject_count = case act when 'accept' then 0 when 'reject' then reject_count + 1 else reject_count end
	where id = h.entity_id and state = 'FORWARDED' returning * into r;
	perform raise_unless(r.id is not null, 409, 'conflict');
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role, data)
	values ('concern-reports', r.id, r.version, act, 'FORWARDED', 'IN_TRIAGE', h.decision_reason, app_agency_id(),
		app_staff_id(), app_role(), jsonb_build_object('handover_id', h.id));
	if act = 'reject' and r.reject_count >= 2 then
		perform escalate('rejected:' || h.id, 'Bekymringsmelding er avvist av to mottakere: avgjør hvem som tar den',
			r.patient_id, r.responsible_unit_id, r.responsible_agency_id, 'concern_report', r.id);
	end if;
	return true;
end $$;

-- Feedback ---------------------------------------------------------------------------------------------
-- Has the sending health worker's agency a care relation to the person, whom no objection closes?
create function concern_sender_in_care(r concern_report, s concern_sender) returns boolean language plpgsql stable as $$
begin
	return (select s.category = 'HEALTH_PERSONNEL' and r.patient_id is not null and s.agency_id is not null
			and exists (select 1 from care_relation c where c.patient_id = r.patient_id and c.agency_id = s.agency_id
				and c.valid_from <= clock_now() and coalesce(c.valid_to, 'infinity') > clock_now())
			and not exists (select 1 from objection o where o.patient_id = r.patient_id and o.state = 'ACTIVE'
				and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'concern-reports' = any (o.resource_types)))
				and (o.against_id = s.agency_id or o.against_id = s.staff_id)));
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
			then 'Kommunen har undersøkt saken og vurdert om det er grunnlag for tvang etter helse- og omsorgstjenesteloven § 10-1.'
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
		'entity', 'concern-reports', 'entity_id', h.entity_id, 'from_unit', unit_brief(h.from_unit_id),
		'to_unit', unit_brief(h.to_unit_id), 'reason', h.reason, 'legal_basis', h.legal_basis, 'offered_at', h.offered_at,
		'offered_by', h.offered_by, 'due_at', h.due_at, 'reminder_at', h.reminder_at,
		'overdue', h.state = 'OFFERED' and h.due_at < clock_now(),
		'waiting_hours', floor(extract(epoch from coalesce(h.decided_at, clock_now()) - h.offered_at) / 3600)::int,
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
drop function if exists task_worker, task_unit, task_patient, task_facts, task_json, handover_json, concern_note_json,
	concern_note_add, concern_feedback_given, concern_feedback, concern_feedback_text, concern_feedback_kind,
	concern_sender_has_release, concern_sender_in_care, handover_settle, handover_facts, handover_lock,
	concern_report_offer, concern_report_apply, concern_report_write, concern_report_change, concern_report_waits,
	concern_report_check cascade;
