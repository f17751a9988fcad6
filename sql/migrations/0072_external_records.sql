-- migrate:up
-- Where something about a person stands in an agency's own record system: a reference, never a copy (seed item 55).

create table external_record (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	unit_id uuid not null references unit,
	system text not null check (system in ('DIPS', 'SYNERGI', 'GERICA', 'PROFIL', 'COSDOC', 'CGM_JOURNAL', 'INFODOC',
		'SYSTEM_X', 'ARENA', 'MODIA', 'OTHER')),
	record_id text not null check (length(record_id) between 1 and 100),
	record_type text not null check (record_type in ('NOTE', 'DISCHARGE_SUMMARY', 'REFERRAL', 'DECISION', 'PLAN',
		'ASSESSMENT', 'LAB', 'LETTER', 'DEVIATION', 'OTHER')),
	record_date date not null,
	state text not null default 'ACTIVE' check (state in ('ACTIVE', 'RETRACTED')),
	retracted_reason text,
	registered_by uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint external_record_is_retracted_with_a_reason check ((state = 'RETRACTED') = (retracted_reason is not null))
);
-- the same record twice, or of two persons, is a mistake
create unique index external_record_is_referred_to_once on external_record (owner_agency_id, system, record_id)
	where state = 'ACTIVE';
create index external_record_patient on external_record (patient_id, record_date);
select install_change_trigger('external_record', 'patient_id');
insert into thing_of_person (resource, kept_in, objected_as) values
	('external-records', 'external_record', 'external-records');

alter table external_record enable row level security;
create policy external_record_read on external_record for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP')
		and exists (select 1 from patient p where p.id = external_record.patient_id)));
create policy external_record_insert on external_record for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy external_record_update on external_record for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert, update on external_record to samhandling_service;

-- With the gate o only what the own agency has registered.
create function external_record_is_mine(r external_record) returns boolean language sql stable as $$
	select not app_gate('o') or (r).owner_agency_id = app_agency_id() $$;

create function external_record_json(r external_record) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (r).id, 'version', (r).version, 'status', (r).state,
		'patient_id', (r).patient_id, 'owner_agency_id', (r).owner_agency_id, 'unit_id', (r).unit_id,
		'system', (r).system, 'record_id', (r).record_id, 'record_type', (r).record_type, 'record_date', (r).record_date,
		'retracted_reason', (r).retracted_reason,
		'registered_by', case when not app_is_citizen() then (r).registered_by end,
		'created_at', (r).created_at, 'updated_at', (r).updated_at))
$$;

create function external_record_facts(r external_record) returns text[] language sql stable as $$
	select array_remove(array[case when (r).owner_agency_id = app_agency_id() then 'own_agency' end], null) $$;

insert into code_system (code, uri, name_nb, name_en) values
	('record-system', null, 'Fagsystemer', 'Record systems'),
	('external-record-type', null, 'Typer dokumentasjon', 'Types of documentation')
on conflict do nothing;
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('record-system', 'DIPS', 'DIPS', 'DIPS', 1), ('record-system', 'SYNERGI', 'Synergi', 'Synergi', 2),
	('record-system', 'GERICA', 'Gerica', 'Gerica', 3), ('record-system', 'PROFIL', 'Profil', 'Profil', 4),
	('record-system', 'COSDOC', 'CosDoc', 'CosDoc', 5), ('record-system', 'CGM_JOURNAL', 'CGM Journal', 'CGM Journal', 6),
	('record-system', 'INFODOC', 'Infodoc', 'Infodoc', 7), ('record-system', 'SYSTEM_X', 'System X', 'System X', 8),
	('record-system', 'ARENA', 'Arena', 'Arena', 9), ('record-system', 'MODIA', 'Modia', 'Modia', 10),
	('record-system', 'OTHER', 'Annet', 'Other', 11),
	('external-record-type', 'NOTE', 'Journalnotat', 'Note', 1),
	('external-record-type', 'DISCHARGE_SUMMARY', 'Epikrise', 'Discharge summary', 2),
	('external-record-type', 'REFERRAL', 'Henvisning', 'Referral', 3),
	('external-record-type', 'DECISION', 'Vedtak', 'Decision', 4),
	('external-record-type', 'PLAN', 'Plan', 'Plan', 5),
	('external-record-type', 'ASSESSMENT', 'Kartlegging', 'Assessment', 6),
	('external-record-type', 'LAB', 'Laboratoriesvar', 'Laboratory result', 7),
	('external-record-type', 'LETTER', 'Brev', 'Letter', 8),
	('external-record-type', 'DEVIATION', 'Avvik', 'Deviation', 9),
	('external-record-type', 'OTHER', 'Annet', 'Other', 10)
on conflict do nothing;

-- migrate:down
delete from code_concept where system_code in ('record-system', 'external-record-type');
delete from code_system where code in ('record-system', 'external-record-type');
delete from thing_of_person where resource = 'external-records';
drop table external_record cascade;
