-- migrate:up
-- The person, who stands in relation to them, and the law's switches: consent, objection, emergency.

create table patient (
	id uuid primary key,
	owner_agency_id uuid not null references agency,
	given_name text,
	family_name text,
	birth_date date,
	sex text check (sex in ('FEMALE', 'MALE', 'OTHER', 'UNKNOWN')),
	phone text,
	email text,
	address jsonb,
	municipality_number text,
	address_protection text not null default 'NONE'
		check (address_protection in ('NONE', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL')),
	language text,
	interpreter_needed boolean,
	in_lar boolean,
	has_minor_children text check (has_minor_children in ('YES', 'NO', 'UNKNOWN')),
	deceased_on date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);

-- One person can have several numbers over time (D-number, then national number).
create table patient_identifier (
	id uuid primary key default gen_random_uuid(),
	patient_id uuid not null references patient,
	kind text not null check (kind in ('FNR', 'DNR', 'HNR', 'FHN', 'DUF', 'PASSPORT', 'LOCAL')),
	seal text not null,
	hash text not null,
	assigner text,
	valid_from date,
	valid_to date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index patient_identifier_belongs_to_one_person on patient_identifier (hash);
create index patient_identifier_patient on patient_identifier (patient_id);

-- Next of kin, guardian, minor children.
create table patient_relation (
	id uuid primary key,
	patient_id uuid not null references patient,
	kind text not null check (kind in ('NEXT_OF_KIN', 'RELATIVE', 'GUARDIAN', 'MINOR_CHILD', 'OTHER')),
	name text not null,
	phone text,
	seal text,
	hash text,
	birth_year int,
	followed_up_by text,
	is_legal_representative boolean not null default false,
	note text,
	valid_from date not null default clock_today(),
	valid_to date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index patient_relation_patient on patient_relation (patient_id);
create index patient_relation_hash on patient_relation (hash) where hash is not null;

-- A unit's relation of care to a person: what lets its staff see that the person exists (domain.md I2).
create table care_relation (
	id uuid primary key default gen_random_uuid(),
	patient_id uuid not null references patient,
	unit_id uuid not null references unit,
	agency_id uuid not null references agency,
	basis text not null check (basis in ('ENROLMENT', 'REFERRAL', 'CONCERN_REPORT', 'PLAN', 'ADMISSION',
		'GP_REGISTRATION', 'REGISTRATION', 'SERVICE')),
	source_id uuid,
	main_contact_id uuid references staff, -- sees a strictly protected address (domain.md L27)
	valid_from timestamptz not null default clock_now(),
	valid_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index care_relation_unit on care_relation (unit_id, patient_id) include (valid_from, valid_to);
create index care_relation_patient on care_relation (patient_id);
create index care_relation_source on care_relation (source_id) where source_id is not null;
create unique index care_relation_is_open_once on care_relation (patient_id, unit_id, basis, coalesce(source_id, patient_id))
	where valid_to is null;

-- The patient's release from secrecy for a named exchange (domain.md §4.6); not the ground for keeping records.
create table consent (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	type text not null check (type in ('SHARE', 'IP_PLAN', 'IP_PARTICIPANT_ACCESS', 'RELATIVE_INFO',
		'EMPLOYER_CONTACT', 'CASE_MEETING', 'SURVEY', 'RESEARCH')),
	state text not null default 'REQUESTED' check (state in ('REQUESTED', 'GRANTED', 'REFUSED', 'EXPIRED',
		'SUPERSEDED', 'WITHDRAWN', 'INVALIDATED')),
	from_agencies uuid[] not null default '{}',
	to_agencies uuid[] not null default '{}',
	to_relation_id uuid references patient_relation,
	data_categories text[] not null default '{}',
	purpose text not null,
	explained text,
	valid_from timestamptz not null default clock_now(),
	valid_to timestamptz not null,
	form text check (form in ('DIGITAL', 'WRITTEN', 'ORAL')),
	competence text check (competence in ('COMPETENT', 'DOUBT', 'NOT_COMPETENT')),
	competence_assessor text,
	given_by text check (given_by in ('SELF', 'GUARDIAN', 'PROXY')),
	document_ref text,
	informed_by uuid references staff,
	supersedes uuid references consent,
	effects jsonb not null default '[]', -- what ended with the withdrawal
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint consent_ends_after_it_begins check (valid_to > valid_from)
);
create index consent_patient on consent (patient_id, state);
create index consent_ending on consent (valid_to) where state = 'GRANTED';
create index consent_unanswered on consent (created_at) where state = 'REQUESTED';

-- The patient's block: beats every role and consent; only logged emergency access may pass it (I5).
create table objection (
	id uuid primary key,
	patient_id uuid not null references patient,
	registered_by_agency uuid references agency,
	scope text not null check (scope in ('WHOLE_RECORD', 'RESOURCE_TYPES', 'ITEMS')),
	resource_types text[] not null default '{}',
	item_ids uuid[] not null default '{}',
	against text not null check (against in ('AGENCY', 'UNIT', 'STAFF', 'ROLE_GROUP')),
	against_id uuid, -- agency, unit or staff
	against_roles text[] not null default '{}',
	reason text,
	medical_note text,
	state text not null default 'ACTIVE' check (state in ('ACTIVE', 'LIFTED')),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index objection_patient on objection (patient_id) where state = 'ACTIVE';

-- Break the glass (domain.md §5.2): one patient, one user, 60 minutes, read-only, reviewed.
create table emergency_access (
	id uuid primary key,
	patient_id uuid not null references patient,
	staff_id uuid not null references staff,
	agency_id uuid not null references agency,
	role text not null,
	reason text not null check (length(reason) >= 20),
	override_objection boolean not null default false,
	necessity text,
	state text not null default 'ACTIVE' check (state in ('ACTIVE', 'EXPIRED', 'REVIEWED_OK', 'REVIEWED_BREACH')),
	opened_at timestamptz not null default clock_now(),
	expires_at timestamptz not null,
	review_due_at timestamptz not null,
	reviewed_by uuid references staff,
	review_note text,
	patient_notified_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint emergency_access_lasts_at_most_a_day check (expires_at <= opened_at + interval '24 hours')
);
create index emergency_access_staff on emergency_access (staff_id, patient_id) where state = 'ACTIVE';
create index emergency_access_patient on emergency_access (patient_id);

select install_change_trigger('patient', 'id', 'history');
select install_change_trigger('patient_identifier', 'patient_id');
select install_change_trigger('patient_relation', 'patient_id');
select install_change_trigger('care_relation', 'patient_id');
select install_change_trigger('consent', 'patient_id', 'history');
select install_change_trigger('objection', 'patient_id');
select install_change_trigger('emergency_access', 'patient_id');

-- Every state change of a machine's object, whoever made it.
create table transition_event (
	id uuid primary key default gen_random_uuid(),
	machine text not null,
	object_id uuid not null,
	object_version int not null,
	action text not null,
	from_state text,
	to_state text not null,
	reason text,
	agency_id uuid,
	staff_id uuid,
	role text not null,
	at timestamptz not null default clock_now(),
	data jsonb not null default '{}'
);
create index transition_event_object on transition_event (object_id, at);

-- Row security: a forgotten WHERE leaks nothing --------------------------------------------------------
alter table patient enable row level security;
alter table patient_identifier enable row level security;
alter table patient_relation enable row level security;
alter table care_relation enable row level security;
alter table consent enable row level security;
alter table objection enable row level security;
alter table emergency_access enable row level security;
alter table transition_event enable row level security;

-- Whether one of the caller's units stands in relation to the person, who has not blocked the caller. Not written
-- out in the policy, whose whole expression each query on patient sets up, although a read of one person stops at
-- the first branch. Runs for each row of a list: a search_path of its own would double its time.
create function patient_is_related(patient uuid) returns boolean language plpgsql stable security definer as $$
declare
	at timestamptz := clock_now();
	units uuid[] := nullif(current_setting('app.unit_ids', true), '')::uuid[];
begin
	return exists (select 1 from public.care_relation c where c.patient_id = patient and c.unit_id = any (units)
			and c.valid_from <= at and (c.valid_to is null or c.valid_to > at))
		and not exists (select 1 from public.objection o where o.patient_id = patient and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'patients' = any (o.resource_types)))
			and (o.against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
					nullif(current_setting('app.staff_id', true), '')::uuid)
				or o.against_id = any (units) or current_setting('app.role', true) = any (o.against_roles)));
end $$;

create policy patient_read on patient for select using (
	id = nullif(current_setting('app.admitted', true), '')::uuid
	or id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or patient_is_related(id));
create policy patient_insert on patient for insert with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy patient_update on patient for update using (
	id = nullif(current_setting('app.admitted', true), '')::uuid);

-- What belongs to a person follows the gate's decision.
create policy identifier_read on patient_identifier for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or exists (select 1 from patient p where p.id = patient_id));
create policy identifier_write on patient_identifier for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy identifier_update on patient_identifier for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy relation_all on patient_relation for all using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

create policy care_relation_read on care_relation for select using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy care_relation_write on care_relation for insert with check (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	-- the team relates a unit of another agency to a person whom the gate has admitted
	or (patient_id = nullif(current_setting('app.admitted', true), '')::uuid
		and current_setting('app.role', true) in ('TM', 'TL')));
create policy care_relation_update on care_relation for update using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);

create policy consent_all on consent for all using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
-- an agency may know what is objected against itself
create policy objection_read on objection for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
		nullif(current_setting('app.staff_id', true), '')::uuid)
	or against_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or current_setting('app.role', true) = any (against_roles));
create policy objection_insert on objection for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy objection_update on objection for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

create policy emergency_read on emergency_access for select using (
	staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and (current_setting('app.role', true) in ('PV', 'KO') or (current_setting('app.role', true) = 'TL'
			-- the head of a unit in which the opener works
			and exists (select 1 from staff_membership m where m.staff_id = emergency_access.staff_id
				and m.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))))));
create policy emergency_insert on emergency_access for insert with check (
	staff_id = nullif(current_setting('app.staff_id', true), '')::uuid);
-- who may see it may lock it, so that a refused step is 403 and not 404; only reviewers may change it
create policy emergency_update on emergency_access for update using (
		staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
		or agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
	with check (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and current_setting('app.role', true) in ('PV', 'TL', 'KO'));

create policy event_insert on transition_event for insert with check (
	agency_id is not distinct from nullif(current_setting('app.agency_id', true), '')::uuid);

grant select, insert, update on patient, patient_identifier, patient_relation, care_relation, consent, objection,
	emergency_access to samhandling_service;
grant select, insert on transition_event to samhandling_service;

-- migrate:down
drop table transition_event, emergency_access, objection, consent, care_relation, patient_relation,
	patient_identifier, patient cascade;
drop function if exists patient_is_related;
