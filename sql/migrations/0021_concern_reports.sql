-- migrate:up
-- Concern reports (domain.md §4.1), what was added to them, who sent them, and the two-step handover.

-- What responsibility can be handed over for; each room adds its own.
create table handover_kind (
	entity text primary key,
	resource text not null, -- as in the access matrix; what an objection names
	kept_in text not null, -- a table with id, patient_id and state
	unit_column text, -- whose unit is responsible; null: it is not offered through POST /handovers
	open_states text[] not null default '{}', -- in which it may be offered there
	answer_code text not null -- of the deadline for the answer
);
insert into handover_kind (entity, resource, kept_in, answer_code) values
	('concern_report', 'concern-reports', 'concern_report', 'CR_FORWARD_ACCEPT');
grant select on handover_kind to samhandling_service;

-- Responsibility moves in two steps: until the offer is accepted the sender stays responsible.
create table handover (
	id uuid primary key,
	entity text not null references handover_kind,
	entity_id uuid not null,
	patient_id uuid references patient,
	from_unit_id uuid not null references unit,
	from_agency_id uuid not null references agency,
	to_unit_id uuid not null references unit,
	to_agency_id uuid not null references agency,
	reason text not null,
	legal_basis text not null,
	state text not null default 'OFFERED' check (state in ('OFFERED', 'ACCEPTED', 'REJECTED', 'RECALLED')),
	offered_at timestamptz not null default clock_now(),
	offered_by uuid references staff,
	due_at timestamptz not null,
	reminder_at timestamptz not null,
	planned_on date, -- when the receiver is to take over
	receiver_staff_id uuid references staff, -- who is meant to
	decided_at timestamptz,
	decided_by uuid references staff,
	decision_reason text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint handover_goes_to_another_unit check (from_unit_id <> to_unit_id),
	constraint handover_is_decided_when_it_has_a_time check ((state = 'OFFERED') = (decided_at is null)),
	constraint handover_rejection_has_a_reason check (state <> 'REJECTED' or decision_reason is not null)
);
create unique index handover_is_offered_once on handover (entity_id) where state = 'OFFERED';
create index handover_entity on handover (entity_id);
create index handover_from on handover (from_agency_id, state, due_at);
create index handover_to on handover (to_unit_id, state, due_at);
create index handover_to_agency on handover (to_agency_id, state, due_at);
create index handover_patient on handover (patient_id) where patient_id is not null;

create table concern_report (
	id uuid primary key,
	type text not null check (type in ('GENERAL_ADULT', 'SUBSTANCE_RELATIVE', 'PUBLIC_DUTY_MENTAL', 'POLICE_CONCERN',
		'PREGNANT_SUBSTANCE', 'CHILD', 'ACUTE')),
	state text not null default 'RECEIVED' check (state in ('RECEIVED', 'IN_TRIAGE', 'INFO_REQUESTED', 'INVESTIGATING',
		'FORWARDED', 'ACTION_STARTED', 'CLOSED', 'DISMISSED', 'TRANSFERRED_OUT')),
	previous_state text, -- where INFO_REQUESTED goes back to
	channel text not null check (channel in ('WEB', 'PHONE', 'LETTER', 'IN_PERSON', 'MESSAGE', 'OTHER_AGENCY')),
	received_at timestamptz not null default clock_now(), -- of the first receiver; a handover keeps it
	receiving_unit_id uuid not null references unit,
	-- I1: at every instant exactly one responsible agency
	responsible_unit_id uuid not null references unit,
	responsible_agency_id uuid not null references agency,
	owner_agency_id uuid not null references agency,
	registered_by uuid references staff,
	sent_by_agency_id uuid references agency,
	sender_hash text, -- look-up hash of a citizen who sent it with a token of their own
	sender_patient_id uuid references patient, -- a citizen who sent it on themselves
	receipt_hash text constraint concern_report_receipt_is_unique unique,
	-- about whom: a patient once identified, until then what the sender could say
	patient_id uuid references patient,
	identified boolean generated always as (patient_id is not null) stored,
	subject_seal text,
	subject_hash text,
	subject_given_name text,
	subject_family_name text,
	subject_birth_date date,
	subject_approximate_age int check (subject_approximate_age between 0 and 130),
	subject_address text,
	subject_description text,
	-- what is observed apart from what is feared
	observed text not null,
	feared text,
	since text,
	danger_self int not null default 0 check (danger_self between 0 and 3),
	danger_others int not null default 0 check (danger_others between 0 and 3),
	danger_children int not null default 0 check (danger_children between 0 and 3),
	danger_fire int not null default 0 check (danger_fire between 0 and 3),
	danger_animals int not null default 0 check (danger_animals between 0 and 3),
	danger int generated always as (greatest(danger_self, danger_others, danger_children, danger_fire,
		danger_animals)) stored,
	substance text,
	psychosis_signs text,
	has_minor_children text not null check (has_minor_children in ('YES', 'NO', 'UNKNOWN')),
	pregnant text check (pregnant in ('YES', 'NO', 'UNKNOWN', 'NOT_APPLICABLE')),
	known_services text,
	subject_informed text check (subject_informed in ('YES', 'NO', 'UNKNOWN')),
	attachments jsonb not null default '[]',
	continues_report_id uuid references concern_report,
	told_emergency_at timestamptz, -- the caller was told 113 and 112
	-- handling
	handler_staff_id uuid references staff,
	severity text check (severity in ('RED', 'ORANGE', 'YELLOW', 'GREEN')),
	acknowledged_at timestamptz,
	triage_from timestamptz not null default clock_now(), -- received_at, or when it was reopened
	triaged_at timestamptz,
	first_attempt_at timestamptz,
	forwarded_at timestamptz,
	investigation_started_at timestamptz,
	info_requested_at timestamptz,
	info_requested_from text,
	action_started_at timestamptz,
	closed_at timestamptz,
	reopened_at timestamptz,
	outcome_codes text[] not null default '{}' check (outcome_codes <@ array['HELP_ACCEPTED', 'HELP_DECLINED',
		'ALREADY_IN_CARE', 'REFERRED_TEAM', 'REFERRED_SPECIALIST', 'GP_FOLLOWUP', 'NAV_FOLLOWUP', 'HOUSING_FOLLOWUP',
		'COMPULSORY_EXAM', 'COMPULSORY_SUBSTANCE_CASE', 'EMERGENCY_CALLED', 'CHILD_WELFARE_NOTIFIED', 'NOT_REACHED',
		'NO_BASIS', 'MOVED', 'DECEASED']),
	assessment_text text,
	dismissal_reason text check (dismissal_reason in ('DUPLICATE', 'NOT_IDENTIFIABLE', 'MALICIOUS',
		'NOT_OUR_TASK_NO_RECEIVER')),
	transfer jsonb, -- receiver and receipt
	feedback_wanted boolean not null default false,
	feedback_decision text check (feedback_decision in ('GIVE', 'NONE')),
	feedback_receipt_at timestamptz,
	feedback_result_at timestamptz,
	pending_action jsonb, -- a step that waits for another person's confirmation
	confirmed_by uuid references staff,
	reject_count int not null default 0,
	anonymised_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint concern_report_is_about_someone check (anonymised_at is not null or num_nonnulls(patient_id, subject_seal,
		subject_given_name, subject_family_name, subject_description, subject_address) > 0),
	constraint concern_report_on_a_child_is_never_closed_here check (type <> 'CHILD'
		or state not in ('INVESTIGATING', 'ACTION_STARTED', 'CLOSED', 'DISMISSED')),
	constraint concern_report_has_a_time_when_it_ended check (closed_at is not null
		or state not in ('CLOSED', 'DISMISSED', 'TRANSFERRED_OUT')),
	constraint concern_report_dismissal_has_a_reason check (state <> 'DISMISSED' or dismissal_reason is not null),
	constraint concern_report_transfer_has_a_receipt check (state <> 'TRANSFERRED_OUT' or transfer ? 'receipt')
);
create index concern_report_unit on concern_report (responsible_unit_id, state);
create index concern_report_agency on concern_report (responsible_agency_id, state);
create index concern_report_sent_by on concern_report (sent_by_agency_id, received_at);
create index concern_report_patient on concern_report (patient_id) where patient_id is not null;
create index concern_report_pending on concern_report (responsible_agency_id) where pending_action is not null;
create index concern_report_subject on concern_report (subject_hash) where subject_hash is not null;
create index concern_report_sender on concern_report (sender_hash) where sender_hash is not null;

-- Who sent it, apart from all else: protected, and the only place where the name stands.
create table concern_sender (
	id uuid primary key default gen_random_uuid(),
	report_id uuid not null constraint concern_sender_is_one unique references concern_report,
	patient_id uuid references patient,
	category text not null check (category in ('PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE',
		'HEALTH_PERSONNEL', 'POLICE', 'NAV', 'HOUSING', 'CORRECTIONAL_SERVICE', 'OTHER_PUBLIC_BODY')),
	name text,
	phone text,
	email text,
	agency_id uuid references agency,
	agency_name text,
	staff_id uuid references staff,
	relation text, -- what they are to the subject
	anonymous boolean not null default false,
	protection_wanted boolean not null default false,
	identity_protected boolean not null default false,
	protection_reason text check (protection_reason in ('DANGER_TO_LIFE', 'SERIOUS_HARM', 'CLOSE_PERSON')),
	protection_decided_by uuid references staff,
	protection_decided_at timestamptz,
	wants_feedback boolean not null default false,
	may_be_contacted boolean not null default true,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint concern_sender_public_body_is_never_anonymous check (not anonymous
		or category in ('PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE')),
	constraint concern_sender_anonymous_has_no_name check (not anonymous
		or num_nonnulls(name, phone, email, agency_id, staff_id) = 0),
	constraint concern_sender_protection_has_a_reason check (not identity_protected or protection_reason is not null)
);

-- Anyone involved may add to a report, nobody may change what was said.
create table concern_note (
	id uuid primary key,
	report_id uuid not null references concern_report,
	patient_id uuid references patient,
	kind text not null check (kind in ('INFORMATION', 'WITHDRAWAL_WISH', 'CONTACT_ATTEMPT', 'ASSESSMENT', 'FEEDBACK')),
	text text not null,
	from_sender boolean not null default false,
	agency_id uuid references agency,
	staff_id uuid references staff,
	by_citizen boolean not null default false,
	at timestamptz not null default clock_now(),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index concern_note_report on concern_note (report_id, at);

select install_change_trigger('handover', 'patient_id');
select install_change_trigger('concern_report', 'patient_id', 'history');
select install_change_trigger('concern_sender', 'patient_id');
select install_change_trigger('concern_note', 'patient_id');

-- Row security ----------------------------------------------------------------------------------------
alter table handover enable row level security;
alter table concern_report enable row level security;
alter table concern_sender enable row level security;
alter table concern_note enable row level security;

-- The person's objections that cover this report; not the older ones when the person has sent it, as a citizen.
create function concern_objections(patient uuid, report uuid) returns setof objection language sql stable as $$
	select o.* from objection o where o.patient_id = patient and o.state = 'ACTIVE'
		and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'concern-reports' = any (o.resource_types))
			or (o.scope = 'ITEMS' and report = any (o.item_ids)))
		and not exists (select 1 from concern_report r
			where r.id = report and r.sender_patient_id = patient and r.received_at > o.created_at)
$$;

-- Has the person closed this report to the caller (domain.md I5)? Owner's rights: the caller may not see why.
create function concern_report_objected(patient uuid, report uuid) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select exists (select 1 from concern_objections(patient, report) o
		where o.against_id in (app_agency_id(), app_staff_id()) or o.against_id = any (app_unit_ids())
			or app_role() = any (o.against_roles)));
end $$;

-- The same for what a handover is about.
create function handover_objected(of_entity text, patient uuid, thing uuid) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select exists (select 1 from objection o where o.patient_id = patient and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES'
					and (select k.resource from handover_kind k where k.entity = of_entity) = any (o.resource_types))
				or (o.scope = 'ITEMS' and thing = any (o.item_ids)))
			and (o.against_id in (app_agency_id(), app_staff_id()) or o.against_id = any (app_unit_ids())
				or app_role() = any (o.against_roles))));
end $$;

create policy handover_read on handover for select using (
	((from_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or (current_setting('app.role', true) = 'KO'
		and nullif(current_setting('app.agency_id', true), '')::uuid in (from_agency_id, to_agency_id)))
		and not handover_objected(entity, patient_id, entity_id))
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid);
create policy handover_insert on handover for insert with check (
	from_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy handover_update on handover for update using (
	nullif(current_setting('app.agency_id', true), '')::uuid in (from_agency_id, to_agency_id));

-- Whose report it is, whom it is offered to, who sent it and who handed it on; the projection (§5.4)
-- decides how much of it they see. An objection closes it for those whose duty it would be (I5).
create policy concern_report_read on concern_report for select using (
	((responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
			or (current_setting('app.role', true) = 'KO'
				and responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
			or (current_setting('app.role', true) = 'TL' -- another unit's leader, for a step that waits for a second person
				and responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
				and (pending_action is not null
					or confirmed_by = nullif(current_setting('app.staff_id', true), '')::uuid))
			or exists (select 1 from handover h where h.entity_id = concern_report.id and h.state = 'OFFERED'
				and (h.to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
					or (current_setting('app.role', true) = 'KO'
						and h.to_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid))))
		and not exists (select 1 from objection o where o.patient_id = concern_report.patient_id
			and o.state = 'ACTIVE' and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES'
				and 'concern-reports' = any (o.resource_types)) or (o.scope = 'ITEMS'
				and concern_report.id = any (o.item_ids)))
			and (sender_patient_id is distinct from concern_report.patient_id or received_at <= o.created_at)
			and (o.against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
					nullif(current_setting('app.staff_id', true), '')::uuid)
				or o.against_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or current_setting('app.role', true) = any (o.against_roles))))
	or sent_by_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	or exists (select 1 from handover h where h.entity_id = concern_report.id and h.state = 'ACCEPTED'
		and h.from_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or sender_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
	or (patient_id = nullif(current_setting('app.admitted', true), '')::uuid
		and current_setting('app.basis', true) = 'EMERGENCY'));
-- who may see a row may lock it (a refusal is then 403, not 404); what is written stays with the responsible
create policy concern_report_update on concern_report for update using (true) with check (
	responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);

create policy concern_sender_read on concern_sender for select using (
	exists (select 1 from concern_report r where r.id = report_id
		and ((r.responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
				and not concern_report_objected(r.patient_id, r.id) and (r.responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
					or current_setting('app.role', true) = 'KO'))
			or (r.patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
				and not identity_protected and not (protection_wanted and protection_decided_at is null)))));
create policy concern_sender_update on concern_sender for update using (current_setting('app.role', true) in ('MH', 'KO'));

-- The handlers and the patient read every note, a sender only what the sender's side has added. What a sender
-- was told shows who it is, so the patient reads it only where the sender's row may be read.
create policy concern_note_read on concern_note for select using (
	exists (select 1 from concern_report r where r.id = report_id
		and ((not concern_report_objected(r.patient_id, r.id)
				and (r.responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
					or (current_setting('app.role', true) = 'KO'
						and r.responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
					or exists (select 1 from handover h where h.entity_id = r.id and h.state = 'OFFERED'
						and h.to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))))
			or (r.patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
				and (kind <> 'FEEDBACK' or exists (select 1 from concern_sender s where s.report_id = r.id)))
			or (concern_note.agency_id = nullif(current_setting('app.agency_id', true), '')::uuid and (from_sender
				or (concern_note.staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
					and not concern_report_objected(r.patient_id, r.id))))
			or (concern_note.by_citizen and from_sender
				and r.sender_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))))));
create policy concern_note_insert on concern_note for insert with check (
	agency_id is not distinct from nullif(current_setting('app.agency_id', true), '')::uuid
	and exists (select 1 from concern_report r where r.id = report_id));

create policy deadline_read on deadline for select using (
	responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or (current_setting('app.role', true) = 'KO'
		and responsible_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or exists (select 1 from handover h where h.id = deadline.entity_id)
	or exists (select 1 from handover h where h.entity_id = deadline.entity_id and h.state = 'OFFERED'));

create policy concern_report_history_read on row_history for select using (
	entity = 'concern_report' and exists (select 1 from concern_report r where r.id = row_history.entity_id));
grant select, insert, update on handover to samhandling_service;
grant select, update on concern_report, concern_sender to samhandling_service;
grant select, insert on concern_note to samhandling_service;
grant select on row_history to samhandling_service;

-- migrate:down
drop policy if exists concern_report_history_read on row_history;
drop function if exists concern_objections, concern_report_objected, handover_objected cascade;
drop table concern_note, concern_sender, concern_report, handover, handover_kind cascade;
