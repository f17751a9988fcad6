-- migrate:up
-- Enrolments in a team (domain.md §4.3): from intake to the day the team lets go, and who is the person's contact.

create table enrolment (
	id uuid primary key,
	patient_id uuid not null references patient,
	unit_id uuid not null references unit, -- the team
	agency_id uuid not null references agency, -- the one responsible agency (I1): the team's
	referral_id uuid references referral,
	state text not null default 'PENDING' check (state in ('PENDING', 'ENGAGING', 'ACTIVE', 'PAUSED', 'DISCHARGE_PLANNED',
		'DISCHARGED', 'NEVER_ENGAGED', 'TRANSFERRED', 'DECEASED')),
	main_contact_id uuid not null references staff,
	substitute_id uuid references staff, -- missing only until a team that took over has named one
	enrolled_at timestamptz not null default clock_now(),
	outreach_started_at timestamptz,
	first_contact_at timestamptz,
	pause_reason text check (pause_reason in ('PRISON_OVER_3_MONTHS', 'LONG_STAY_ELSEWHERE')),
	paused_at timestamptz,
	paused_review_on date,
	discharge_planned_on date,
	plan_reviewed_on date, -- with the person, before a discharge is planned
	outcome_round text check (outcome_round in ('DONE', 'DECLINED')),
	ended_at timestamptz,
	end_reason text check (end_reason in ('PLANNED', 'PATIENT_DECLINES', 'LOST_CONTACT', 'MOVED_UNKNOWN', 'NOT_REACHED',
		'TRANSFERRED', 'DECEASED')),
	end_text text,
	next_responsible_agency_id uuid references agency,
	transfer_handover_id uuid references handover,
	pending_action jsonb, -- a step that waits for the other of the two who must agree
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint enrolment_substitute_is_another_person check (substitute_id <> main_contact_id),
	constraint enrolment_pause_has_a_review check (state <> 'PAUSED' or num_nulls(pause_reason, paused_review_on) = 0),
	constraint enrolment_in_contact_has_had_one check (state not in ('ACTIVE', 'PAUSED', 'DISCHARGE_PLANNED', 'DISCHARGED')
		or first_contact_at is not null),
	constraint enrolment_has_a_time_when_it_ended check ((state in ('DISCHARGED', 'NEVER_ENGAGED', 'TRANSFERRED', 'DECEASED'))
		= (ended_at is not null)),
	constraint enrolment_end_has_a_reason check ((ended_at is null) = (end_reason is null)),
	constraint enrolment_end_names_who_is_next check (state not in ('DISCHARGED', 'NEVER_ENGAGED')
		or next_responsible_agency_id is not null)
);
-- two open enrolments of one person in the same team there are not
create unique index enrolment_is_open_once on enrolment (patient_id, unit_id) where ended_at is null;
create index enrolment_unit on enrolment (unit_id, state, patient_id);
create index enrolment_patient on enrolment (patient_id);
create index enrolment_contact on enrolment (main_contact_id) where ended_at is null;
create unique index enrolment_comes_from_one_referral on enrolment (referral_id) where referral_id is not null;

-- Who was main contact and substitute, from when to when: changes are counted (domain.md §1.1 row 8).
create table enrolment_main_contact (
	id uuid primary key default gen_random_uuid(),
	enrolment_id uuid not null references enrolment,
	patient_id uuid not null references patient,
	main_contact_id uuid not null references staff,
	substitute_id uuid references staff,
	reason text,
	changed_by uuid references staff,
	valid_from timestamptz not null default clock_now(),
	valid_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index enrolment_has_one_main_contact on enrolment_main_contact (enrolment_id) where valid_to is null;
create index enrolment_main_contact_enrolment on enrolment_main_contact (enrolment_id, valid_from);

select install_change_trigger('enrolment', 'patient_id', 'history');
select install_change_trigger('enrolment_main_contact', 'patient_id');

insert into thing_of_person (resource, kept_in, objected_as) values ('enrolments', 'enrolment', 'enrolments');
insert into handover_kind (entity, resource, kept_in, unit_column, open_states, answer_code) values
	('enrolment', 'enrolments', 'enrolment', 'unit_id', '{ACTIVE,PAUSED,DISCHARGE_PLANNED}', 'HANDOVER_ANSWER');

alter table enrolment enable row level security;
alter table enrolment_main_contact enable row level security;

-- Whom the gate has admitted, and in lists the persons to whom the caller's units are related, as the gate would say.
select install_read_policy('enrolment', 'enrolments', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (current_setting('app.role', true) = 'RE' and patient_id in (select r.patient_id from represented() r
		where r.covers is null or 'ENROLMENT' = any (r.covers)))
	or ({related_as_gated} and {not_objected}
		and (strpos(coalesce(current_setting('app.gates', true), ''), 'c') = 0
			or consent_covering(enrolment.patient_id, 'ENROLMENT') is not null))$$);
-- who may see a row may lock it; the team writes, and the specialist who is the second person of two
create policy enrolment_update on enrolment for update using (true) with check (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or (current_setting('app.role', true) = 'DPS' and patient_id = nullif(current_setting('app.admitted', true), '')::uuid));
create policy enrolment_main_contact_read on enrolment_main_contact for select using (
	exists (select 1 from enrolment e where e.id = enrolment_id));
create policy enrolment_history_read on row_history for select using (
	entity = 'enrolment' and exists (select 1 from enrolment e where e.id = row_history.entity_id));
grant select, update on enrolment to samhandling_service;
grant select on enrolment_main_contact to samhandling_service;

insert into deadline_rule (code, amount, unit) values
	('ENR_PAUSE_REVIEW', 90, 'DAYS'), -- the latest day of review
	('ENR_GIVE_UP', 90, 'DAYS'), -- how long there must have been attempts
	('ENR_LOST_CONTACT', 90, 'DAYS'),
	('ENR_AVOIDING', 28, 'DAYS'),
	('ENR_NEXT_RESPONSIBLE', 2, 'WORKING_DAYS'),
	('ENR_MINOR_CHILDREN', 10, 'WORKING_DAYS'),
	('ENR_AFTERWORK', 90, 'DAYS'); -- how long the team stays in relation to the person after the end
insert into deadline_code (code, title_nb) values
	('ENR_PAUSE_REVIEW', 'vurder pausen på nytt');

insert into code_system (code, uri, name_nb, name_en) values
	('enrolment-state', null, 'Inntakets status', 'State of an enrolment'),
	('enrolment-end-reason', null, 'Grunner til avslutning', 'Reasons to end an enrolment');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('enrolment-state', 'PENDING', 'Venter på oppstart', 'Pending', 1),
	('enrolment-state', 'ENGAGING', 'Oppsøkes', 'Being engaged', 2),
	('enrolment-state', 'ACTIVE', 'Aktiv', 'Active', 3),
	('enrolment-state', 'PAUSED', 'På pause', 'Paused', 4),
	('enrolment-state', 'DISCHARGE_PLANNED', 'Avslutning planlagt', 'Discharge planned', 5),
	('enrolment-state', 'DISCHARGED', 'Avsluttet', 'Discharged', 6),
	('enrolment-state', 'NEVER_ENGAGED', 'Aldri oppnådd kontakt', 'Never engaged', 7),
	('enrolment-state', 'TRANSFERRED', 'Overført til annet team', 'Transferred', 8),
	('enrolment-state', 'DECEASED', 'Død', 'Deceased', 9),
	('enrolment-end-reason', 'PLANNED', 'Planlagt avslutning', 'Planned discharge', 1),
	('enrolment-end-reason', 'PATIENT_DECLINES', 'Pasienten ønsker ikke hjelp', 'The patient declines', 2),
	('enrolment-end-reason', 'LOST_CONTACT', 'Mistet kontakten', 'Contact was lost', 3),
	('enrolment-end-reason', 'MOVED_UNKNOWN', 'Flyttet til ukjent sted', 'Moved, nobody knows where', 4),
	('enrolment-end-reason', 'NOT_REACHED', 'Aldri nådd', 'Never reached', 5),
	('enrolment-end-reason', 'TRANSFERRED', 'Overført', 'Transferred', 6),
	('enrolment-end-reason', 'DECEASED', 'Død', 'Deceased', 7);

-- migrate:down
delete from code_concept where system_code in ('enrolment-state', 'enrolment-end-reason');
delete from code_system where code in ('enrolment-state', 'enrolment-end-reason');
delete from deadline_code where code like 'ENR\_%';
delete from deadline_rule where code like 'ENR\_%';
drop policy enrolment_history_read on row_history;
drop table enrolment_main_contact, enrolment cascade;
delete from handover_kind where entity = 'enrolment';
delete from thing_of_person where resource = 'enrolments';
