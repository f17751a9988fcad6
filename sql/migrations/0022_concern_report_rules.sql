-- migrate:up
-- What holds for concern reports whoever asks: standing, projection, facts.

-- Whose duty it is: the unit's, its chief doctor's; another leader's of the agency when a second person is needed.
create function concern_report_is_ours(r concern_report) returns boolean language sql stable as $$
	select r.responsible_unit_id = any (app_unit_ids())
		or (r.responsible_agency_id = app_agency_id() and (app_role() = 'KO' or (app_role() = 'TL'
			and (r.pending_action is not null or r.confirmed_by = app_staff_id()))))
$$;

-- OWN and OFFERED see all of it, SELF all but a protected sender, EMERGENCY all and changes nothing, STATUS a word.
-- Written in steps, each without a query where it can be: lists ask it for every row.
create function concern_report_standing(r concern_report) returns text language plpgsql stable as $$
begin
	if r.patient_id = app_citizen_id() and app_role() = 'PT' then
		return 'SELF';
	elsif coalesce(app_role(), '') not in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP') or app_cell() = 'S' then
		return 'STATUS';
	elsif r.patient_id = nullif(current_setting('app.admitted', true), '')::uuid
			and current_setting('app.basis', true) = 'EMERGENCY' then
		return 'EMERGENCY';
	elsif r.patient_id is not null and concern_report_objected(r.patient_id, r.id) then
		return 'STATUS';
	elsif concern_report_is_ours(r) then
		return 'OWN';
	elsif r.state = 'FORWARDED' and exists (select 1 from handover h where h.entity_id = r.id and h.state = 'OFFERED'
			and (h.to_unit_id = any (app_unit_ids()) or (app_role() = 'KO' and h.to_agency_id = app_agency_id()))) then
		return 'OFFERED';
	end if;
	return 'STATUS';
end $$;

create function concern_report_is_status(report uuid) returns boolean language sql stable as $$
	select exists (select 1 from concern_report r where r.id = report and concern_report_standing(r) = 'STATUS')
$$;
insert into status_view (is_status) values ('concern_report_is_status');

-- Before one report is read: 403 for a unit whose duty it is and whom the person has blocked; opens the report
-- for a chief doctor, or for one who is blocked, with an emergency access; leaves the basis for the log.
create function concern_report_admit(report uuid) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r concern_report;
	e emergency_access;
	ours boolean;
	objected boolean;
begin
	select * into r from concern_report where id = report;
	if not found or coalesce(app_role(), '') in ('', 'PT', 'RE') then
		return report;
	end if;
	ours := concern_report_is_ours(r)
		or exists (select 1 from handover h where h.entity_id = r.id and h.state = 'OFFERED'
			and (h.to_unit_id = any (app_unit_ids()) or (app_role() = 'KO' and h.to_agency_id = app_agency_id())));
	objected := r.patient_id is not null and concern_report_objected(r.patient_id, r.id);
	if ((ours and objected) or (not ours and app_role() = 'KO')) and coalesce(current_setting('app.in_bulk', true), '') = '' then
		select * into e from emergency_access a where a.staff_id = app_staff_id() and a.patient_id = r.patient_id
			and a.state = 'ACTIVE' and a.expires_at > clock_now() and (a.override_objection or not objected) limit 1;
		if e.id is not null then
			perform set_config('app.admitted', r.patient_id::text, true), set_config('app.basis', 'EMERGENCY', true),
				set_config('app.emergency_id', e.id::text, true), set_config('app.overridden', objected::text, true);
			return report;
		end if;
	end if;
	if ours and objected and r.sent_by_agency_id is distinct from app_agency_id() then
		perform raise_problem(403, 'blocked');
	end if;
	perform set_config('app.basis', case when ours and not objected then 'RESPONSIBLE_UNIT' else 'SENDER' end, true);
	return report;
end $$;

-- The one report, asked for by id: first the admission with its refusal, then what row security lets through.
create function concern_report_seen(report uuid) returns setof concern_report language plpgsql as $$
begin
	perform concern_report_admit(report);
	return query select * from concern_report where id = report;
end $$;

create function concern_report_locked(report uuid) returns setof concern_report language plpgsql as $$
begin
	perform concern_report_admit(report);
	return query select * from concern_report where id = report for update;
end $$;

-- All that a sender may know of the state (domain.md §4.1, feedback).
create function concern_status_word(state text) returns text language sql immutable as $$
	select case when state = 'RECEIVED' then 'RECEIVED'
		when state in ('CLOSED', 'DISMISSED', 'TRANSFERRED_OUT') then 'CLOSED' else 'BEING_HANDLED' end
$$;

create function concern_is_open(state text) returns boolean language sql immutable as $$
	select state not in ('CLOSED', 'DISMISSED', 'TRANSFERRED_OUT')
$$;

create function address_is_secret(patient uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select exists (select 1 from patient p where p.id = patient and p.address_protection = 'STRICTLY_CONFIDENTIAL'));
end $$;

-- How many other reports there are on the same person; the receiver alone asks.
create function concern_duplicate_count(r concern_report) returns int language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select count(*)::int from concern_report o where o.id <> r.id and o.anonymised_at is null
			and (o.patient_id = r.patient_id or o.subject_hash = r.subject_hash));
end $$;

create function concern_report_subject(r concern_report, standing text) returns jsonb language plpgsql stable as $$
begin
	return (select jsonb_build_object('identified', r.identified, 'patient_id', r.patient_id,
			'number', number_out(coalesce(r.subject_seal, (select i.seal from patient_identifier i
				where i.patient_id = r.patient_id order by i.valid_from desc nulls last, i.created_at desc limit 1))),
			'given_name', coalesce(r.subject_given_name, p.given_name),
			'family_name', coalesce(r.subject_family_name, p.family_name),
			'birth_date', coalesce(r.subject_birth_date, p.birth_date), 'approximate_age', r.subject_approximate_age,
			'address', case when standing = 'SELF' or r.patient_id is null or r.handler_staff_id = app_staff_id()
				or not address_is_secret(r.patient_id) then r.subject_address end,
			'description', r.subject_description)
		from (select 1) one left join patient p on p.id = r.patient_id);
end $$;

create function concern_report_deadlines(report uuid) returns jsonb language plpgsql stable as $$
declare
	about uuid[] := array(select h.id from handover h where h.entity_id = report and h.state = 'OFFERED') || report;
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('code', d.code, 'due_at', d.due_at, 'reminder_at', d.reminder_at,
			'overdue', d.due_at < clock_now(), 'reminded', d.reminded_at is not null,
			'escalated', d.escalated_at is not null) order by d.due_at, d.code), '[]')
		from deadline d where d.state = 'OPEN' and d.code <> 'CR_PURGE_UNIDENTIFIED' and d.entity_id = any (about));
end $$;

create function unit_brief(asked uuid) returns jsonb language plpgsql stable strict as $$
begin
	return (select jsonb_build_object('id', u.id, 'name', u.name, 'agency_id', a.id, 'agency_name', a.name)
		from unit u join agency a on a.id = u.agency_id where u.id = asked);
end $$;

create function concern_sender_json(report uuid) returns jsonb language plpgsql stable as $$
begin
	return (select jsonb_strip_nulls(jsonb_build_object('category', s.category, 'name', s.name, 'phone', s.phone, 'email', s.email,
			'agency_id', s.agency_id, 'agency_name', s.agency_name, 'relation', s.relation, 'anonymous', s.anonymous,
			'protection_wanted', s.protection_wanted, 'identity_protected', s.identity_protected,
			'protection_reason', s.protection_reason, 'wants_feedback', s.wants_feedback,
			'may_be_contacted', s.may_be_contacted))
		from concern_sender s where s.report_id = report);
end $$;

-- The acute notice that a caller is shown; that it was, stands in told_emergency_at.
create function emergency_notice() returns text language sql immutable as $$
	select 'Står liv eller helse i fare nå: ring 113. Er det fare for kriminelle handlinger: ring 112.'
$$;

-- Did the staff member of this log entry send a report on the same person, with the identity protected?
create function concern_sender_acted(entry access_log) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from concern_sender s where s.staff_id = entry.staff_id and s.patient_id = entry.patient_id
		and (s.identity_protected or (s.protection_wanted and s.protection_decided_at is null)))
$$;

-- The representation of a report, perhaps as it once was, as much of it as the caller's standing now allows.
create function concern_report_json(r concern_report, standing text) returns jsonb language plpgsql stable as $$
declare
	body jsonb;
begin
	if standing = 'STATUS' then
		return jsonb_strip_nulls(jsonb_build_object('id', r.id, 'version', r.version, 'projection', 'STATUS',
			'status', concern_status_word(r.state), 'type', r.type, 'received_at', r.received_at,
			'closed_at', r.closed_at, 'notice', case when r.told_emergency_at is not null
				and r.state = 'RECEIVED' then emergency_notice() end));
	end if;
	body := jsonb_build_object('id', r.id, 'version', r.version, 'projection', standing, 'status', r.state,
		'type', r.type, 'channel', r.channel, 'received_at', r.received_at,
		'responsible_unit', unit_brief(r.responsible_unit_id), 'receiving_unit', unit_brief(r.receiving_unit_id),
		'handler_staff_id', r.handler_staff_id, 'subject', jsonb_strip_nulls(concern_report_subject(r, standing)),
		'observed', r.observed, 'feared', r.feared, 'since', r.since,
		'danger', jsonb_build_object('self', r.danger_self, 'others', r.danger_others, 'children', r.danger_children,
			'fire', r.danger_fire, 'animals', r.danger_animals),
		'substance', r.substance, 'psychosis_signs', r.psychosis_signs, 'has_minor_children', r.has_minor_children,
		'pregnant', r.pregnant, 'known_services', r.known_services, 'subject_informed', r.subject_informed,
		'attachments', r.attachments, 'continues_report_id', r.continues_report_id,
		'severity', r.severity, 'acknowledged_at', r.acknowledged_at, 'triaged_at', r.triaged_at,
		'first_attempt_at', r.first_attempt_at, 'forwarded_at', r.forwarded_at,
		'investigation_started_at', r.investigation_started_at, 'info_requested_at', r.info_requested_at,
		'info_requested_from', r.info_requested_from, 'action_started_at', r.action_started_at,
		'closed_at', r.closed_at, 'reopened_at', r.reopened_at, 'outcome_codes', to_jsonb(r.outcome_codes),
		'assessment_text', r.assessment_text, 'dismissal_reason', r.dismissal_reason, 'transfer', r.transfer,
		'feedback_decision', r.feedback_decision, 'feedback_receipt_at', r.feedback_receipt_at,
		'feedback_result_at', r.feedback_result_at, 'told_emergency_at', r.told_emergency_at,
		'reject_count', r.reject_count, 'created_at', r.created_at, 'updated_at', r.updated_at,
		'sender', concern_sender_json(r.id));
	if standing = 'SELF' and body -> 'sender' = 'null' then
		body := body - 'info_requested_from'; -- may name a protected sender
	elsif standing <> 'SELF' then
		body := body || jsonb_build_object('registered_by', r.registered_by, 'sent_by_agency_id', r.sent_by_agency_id,
			'pending_action', r.pending_action - 'body', 'confirmed_by', r.confirmed_by, 'deadlines', concern_report_deadlines(r.id),
			'handover', (select jsonb_build_object('id', h.id, 'to_unit', unit_brief(h.to_unit_id), 'offered_at',
				h.offered_at, 'due_at', h.due_at) from handover h where h.entity_id = r.id and h.state = 'OFFERED'));
	end if;
	if standing = 'OWN' and concern_duplicate_count(r) > 0 then
		body := body || jsonb_build_object('duplicates', jsonb_build_object('count', concern_duplicate_count(r),
			'reports', (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'received_at', o.received_at)
				order by o.received_at desc), '[]') from concern_report o where o.id <> r.id and o.anonymised_at is null
				and (o.patient_id = r.patient_id or o.subject_hash = r.subject_hash))));
	end if;
	return jsonb_strip_nulls(body);
end $$;

create function concern_report_json(r concern_report) returns jsonb language sql stable as $$
	select concern_report_json(r, concern_report_standing(r)) $$;

-- What the caller is to the report, and what its content forbids: the facts of machines/concern-reports.yaml.
create function concern_report_facts(r concern_report) returns text[] language plpgsql stable as $$
begin
	return (with s as (select concern_report_standing(r) = 'OWN' own, app_role() as role)
		select array_remove(array[
			case when s.own and (r.responsible_unit_id = any (app_unit_ids()) or s.role = 'KO') then 'receiving_unit' end,
			case when s.own and r.handler_staff_id = app_staff_id() then 'handler' end,
			case when s.own and s.role in ('TL', 'KO') then 'leader' end,
			case when r.type = 'CHILD' then 'child_type' end,
			case when r.type in ('SUBSTANCE_RELATIVE', 'PUBLIC_DUTY_MENTAL', 'PREGNANT_SUBSTANCE') or r.danger >= 2
				then 'dismissal_forbidden' end,
			case when r.type = 'SUBSTANCE_RELATIVE' and r.state = 'IN_TRIAGE' then 'must_investigate' end,
			case when r.severity is not null then 'severity_set' end,
			case when r.pending_action is not null then 'pending' end,
			case when may_be_caller((r.pending_action ->> 'staff_id')::uuid) then 'same_person' end,
			case when r.state = 'CLOSED' and deadline_at('CR_REOPEN', r.closed_at) <= clock_now() then 'reopen_too_late' end,
			case when r.anonymised_at is not null then 'anonymised' end], null)
		from s);
end $$;

-- migrate:down
drop function if exists concern_report_facts, concern_report_json(concern_report),
	concern_report_json(concern_report, text), concern_sender_acted, emergency_notice,
	concern_sender_json, unit_brief, concern_report_deadlines, concern_report_subject,
	concern_duplicate_count, address_is_secret, concern_is_open, concern_status_word,
	concern_report_locked, concern_report_seen, concern_report_admit, concern_report_is_status, concern_report_standing,
	concern_report_is_ours cascade;
