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
	elsif act = 'forward' and not legal_basis_holds(b ->> 'legal_basis') then
		return raise_problem(422, 'unknown_reference', fault('/legal_basis', 'unknown_reference',
			'is no legal basis that holds today'));
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
				then 'sender_unit' end,
			case when h.entity <> 'concern_report' and h.to_unit_id = any (app_unit_ids()) then 'receiver_of_other' end,
			case when may_be_caller(h.offered_by) then 'offered_by_me' end], null));
end $$;

-- Offers a thing for which the caller's unit is responsible to another unit. What follows from the answer is the
-- room's whose thing it is.
create function handover_offer(offer uuid, b jsonb) returns uuid language plpgsql as $$
declare
	k handover_kind;
	u unit;
	patient uuid;
	from_unit uuid;
	now_state text;
	due timestamptz;
begin
	select * into strict k from handover_kind x where x.resource = b ->> 'entity' and x.unit_column is not null;
	execute format('select patient_id, %I, state from %I where id = $1', k.unit_column, k.kept_in)
		into patient, from_unit, now_state using (b ->> 'entity_id')::uuid;
	perform raise_unless(coalesce(from_unit = any (app_unit_ids()), false), 422, 'unknown_reference',
		fault('/entity_id', 'unknown_reference', 'is nothing for which the caller''s unit is responsible'));
	perform raise_unless(now_state = any (k.open_states), 409, 'conflict');
	select * into u from unit x where x.id = (b ->> 'to_unit_id')::uuid and x.id <> from_unit
		and coalesce(x.valid_to, 'infinity') > clock_today();
	perform raise_unless(u.id is not null, 422, 'unknown_reference', fault('/to_unit_id', 'unknown_reference',
		'is not another unit'));
	perform raise_unless(b ->> 'receiver_staff_id' is null or staff_works_in((b ->> 'receiver_staff_id')::uuid, u.id), 422,
		'unknown_reference', fault('/receiver_staff_id', 'unknown_reference', 'does not work in that unit'));
	perform raise_unless(legal_basis_holds(b ->> 'legal_basis'), 422, 'unknown_reference', fault('/legal_basis',
		'unknown_reference', 'is no legal basis that holds today'));
	due := deadline_at(k.answer_code, clock_now());
	insert into handover (id, entity, entity_id, patient_id, from_unit_id, from_agency_id, to_unit_id, to_agency_id, reason,
		legal_basis, offered_by, due_at, reminder_at, planned_on, receiver_staff_id)
	values (offer, k.entity, (b ->> 'entity_id')::uuid, patient, from_unit, app_agency_id(), u.id, u.agency_id, b ->> 'reason',
		b ->> 'legal_basis', app_staff_id(), due, clock_now() + (due - clock_now()) / 2, (b ->> 'planned_on')::date,
		(b ->> 'receiver_staff_id')::uuid);
	return offer;
end $$;

create function staff_works_in(member uuid, of_unit uuid) returns boolean language sql stable as $$
	select exists (select 1 from staff_membership m where m.staff_id = member and m.unit_id = of_unit and m.state = 'ACTIVE'
		and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today())
$$;

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
	elsif h.entity <> 'concern_report' then
		return true; -- its own room sees the answer
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

-- migrate:down
drop function if exists staff_works_in, handover_offer, handover_settle, handover_facts, handover_lock, concern_report_offer,
	concern_report_apply, concern_report_write, concern_report_change, concern_report_waits,
	concern_report_check cascade;
