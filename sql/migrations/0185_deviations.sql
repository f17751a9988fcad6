-- migrate:up
-- Deviations: what went wrong, was near it, or broke a routine or the law, and what is learnt of it (domain.md §4.7). Whom it
-- is about stands in a row of its own: those who work for quality see a pseudonym, and no news or history names anybody.

insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values
	('DEVIATION_NOTICE', '', 5, 'WORKING_DAYS', null), -- proposed law: alert to the county governor and Ukom
	('DEVIATION_REPORT', '', 3, 'MONTHS', null), -- and what the own inquiry has found
	('DEVIATION_BREACH', '', 72, 'HOURS', 'GDPR_BREACH'),
	('DEVIATION_ANSWER', '', 21, 'DAYS', null), -- the other party's, in what is about cooperation
	('DEVIATION_EFFECT', '', 6, 'MONTHS', null); -- the effect is looked at within
insert into deadline_code (code, title_nb) values
	('DEVIATION_NOTICE', 'varsle myndighetene om et avvik'),
	('DEVIATION_REPORT', 'send rapport om et avvik til myndighetene'),
	('DEVIATION_BREACH', 'meld brudd på personvernet til Datatilsynet');

-- What the law asks for, of which deviations: every authority has been told, or it stands why it need not be.
create table deviation_duty_rule (
	code text primary key references deadline_code, -- its time: deadline_rule
	applies_to text not null check (applies_to in ('SERIOUS', 'PRIVACY')), -- serious: harm 3 or 4, and unexpected
	kind text not null check (kind in ('NOTICE', 'REPORT')),
	authorities text[] not null
);
insert into deviation_duty_rule (code, applies_to, kind, authorities) values
	('DEVIATION_NOTICE', 'SERIOUS', 'NOTICE', '{STATSFORVALTER,UKOM}'),
	('DEVIATION_REPORT', 'SERIOUS', 'REPORT', '{STATSFORVALTER,UKOM}'),
	('DEVIATION_BREACH', 'PRIVACY', 'NOTICE', '{DATATILSYNET}');
grant select on deviation_duty_rule to samhandling_service;

create function deviation_action_owners(actions jsonb) returns uuid[] language sql immutable as $$
	select coalesce(array_agg((a ->> 'owner_staff_id')::uuid), '{}') from jsonb_array_elements(actions) a $$;

create table deviation (
	id uuid primary key,
	owner_agency_id uuid not null references agency, -- whose unit it is, and who handles it
	unit_id uuid not null references unit,
	reporter_agency_id uuid references agency, -- null: the person or a relative
	reported_by uuid references staff,
	reported_role text not null,
	pseudonym uuid, -- the same for all of the agency about one person, but for an emergency access's; null: about nobody in particular
	type text not null check (type in ('PATIENT_SAFETY', 'COOPERATION', 'PRIVACY', 'STAFF_SAFETY', 'SYSTEM', 'ROUTINE_MISSING')),
	what_happened text not null check (length(what_happened) between 1 and 4000),
	occurred_at timestamptz not null,
	place text check (length(place) between 1 and 200),
	immediate_action text check (length(immediate_action) between 1 and 2000),
	involved_agency_ids uuid[] not null default '{}',
	routine_ids uuid[] not null default '{}', -- the routines that it is about (0195)
	external_system text check (external_system in ('SYNERGI', 'MUNICIPAL', 'OTHER')),
	external_id text check (length(external_id) between 1 and 100),
	harm int check (harm between 0 and 4), -- 0 none, 4 very serious or death
	harm_reason text, -- why it was set lower than before
	likelihood int check (likelihood between 1 and 5),
	unexpected boolean, -- null: nobody has said
	cause text,
	counterpart_agency_id uuid references agency,
	counterpart_due_at timestamptz,
	counterpart_answer text,
	counterpart_answered_at timestamptz,
	corrective_actions jsonb not null default '[]', -- [{id, text, owner_staff_id, due_on, done_at?, note?}]
	no_action_reason text,
	effect_check_on date,
	learning_text text, -- anonymous
	shared_with uuid[] not null default '{}', -- agencies that read what was learnt
	notices jsonb not null default '[]', -- [{authority, kind, on, reference?, note?}]
	merged_into uuid references deviation,
	reason text, -- of a rejection, or why the actions had no effect
	emergency_access_id uuid references emergency_access,
	subject_staff_id uuid references staff, -- who opened that one: row security hides it from most
	state text not null default 'REGISTERED' check (state in ('REGISTERED', 'ASSESSED', 'IN_ANALYSIS', 'ACTIONS_OPEN',
		'EFFECT_CHECK', 'CLOSED', 'REJECTED', 'MERGED')),
	assessed_at timestamptz,
	closed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint deviation_was_reported_by_staff_or_a_citizen check ((reported_by is null) = (reporter_agency_id is null)),
	constraint deviation_elsewhere_has_system_and_id check ((external_system is null) = (external_id is null)),
	constraint deviation_is_handled_with_a_harm check (state in ('REGISTERED', 'REJECTED', 'MERGED') or harm is not null),
	constraint deviation_is_closed_with_what_was_learnt check (state <> 'CLOSED' or learning_text is not null),
	constraint deviation_is_merged_into_another check ((state = 'MERGED') = (merged_into is not null) and merged_into is distinct from id),
	constraint deviation_is_rejected_with_a_reason check (state <> 'REJECTED' or reason is not null)
);
-- a list's ways to its rows, each in its order (deviations_in_order)
create index deviation_owner on deviation (owner_agency_id, created_at, id);
create index deviation_owner_type on deviation (owner_agency_id, type, created_at, id);
create index deviation_owner_state on deviation (owner_agency_id, state, created_at, id);
create index deviation_owner_nobody on deviation (owner_agency_id, created_at, id) where pseudonym is null;
create index deviation_owner_open on deviation (owner_agency_id, created_at, id) where state not in ('CLOSED', 'REJECTED', 'MERGED');
create index deviation_reporter_agency on deviation (reporter_agency_id, created_at, id);
create index deviation_reporter_nobody on deviation (reporter_agency_id, created_at, id) where pseudonym is null;
create index deviation_reported_by on deviation (reported_by, created_at, id) where reported_by is not null;
create index deviation_unit on deviation (unit_id, created_at, id);
create index deviation_unit_type on deviation (unit_id, type, created_at, id);
create index deviation_unit_open on deviation (unit_id, created_at, id) where state not in ('CLOSED', 'REJECTED', 'MERGED');
create index deviation_unit_nobody on deviation (unit_id, created_at, id) where pseudonym is null;
create index deviation_counterpart on deviation (counterpart_agency_id, created_at, id) where counterpart_agency_id is not null;
create unique index deviation_of_an_emergency_access_is_one on deviation (emergency_access_id) where emergency_access_id is not null;

create table deviation_person (
	deviation_id uuid primary key references deviation,
	patient_id uuid not null references patient
);
create index deviation_person_patient on deviation_person (patient_id);

-- Who has something to do in it, and, once it is closed, the agencies with whom it is shared: for lists in order alone.
create table deviation_holder (
	holder_id uuid not null,
	deviation_id uuid not null references deviation,
	type text not null, -- the deviation's, as the next
	created_at timestamptz not null,
	primary key (holder_id, created_at, deviation_id)
);
create index deviation_holder_type on deviation_holder (holder_id, type, created_at, deviation_id);
create index deviation_holder_deviation on deviation_holder (deviation_id);

select install_change_trigger('deviation', '', 'history');

create function deviation_is_open(state text) returns boolean language sql immutable as $$
	select state not in ('CLOSED', 'REJECTED', 'MERGED') $$;

-- Whom it is about is for those who may know the person, and never for those who work for quality or privacy.
alter table deviation_person enable row level security;
create policy deviation_person_read on deviation_person for select using (
	(current_setting('app.role', true) = 'PT' and patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid)
	or (current_setting('app.role', true) = 'RE' and exists (select 1 from represented() r
		where r.patient_id = deviation_person.patient_id and r.basis = 'LEGAL_REPRESENTATIVE'))
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'CO', 'CU', 'KO', 'GP', 'NAV', 'HO')
		and exists (select 1 from patient p where p.id = deviation_person.patient_id)));
create policy deviation_person_insert on deviation_person for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert on deviation_person to samhandling_service;

-- The person's own feedback; the agency's and the unit's, of which one about a person only for those who may know the person;
-- all for the unit's leader, the agency's quality manager, whoever registered it or has an action to do; breaches of privacy
-- for the privacy officer; for the other party what it must answer, and for those with whom it is shared what was learnt.
alter table deviation enable row level security;
create policy deviation_read on deviation for select using (
	(current_setting('app.role', true) in ('PT', 'RE') and reported_role in ('PT', 'RE')
		and exists (select 1 from deviation_person l where l.deviation_id = deviation.id))
	or (current_setting('app.role', true) = 'PV' and type = 'PRIVACY'
		and nullif(current_setting('app.agency_id', true), '')::uuid in (owner_agency_id, reporter_agency_id))
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'CO', 'CU', 'KO', 'GP', 'NAV', 'HO', 'QM')
		and (reported_by = nullif(current_setting('app.staff_id', true), '')::uuid
			or nullif(current_setting('app.staff_id', true), '')::uuid = any (deviation_action_owners(corrective_actions))
			or (current_setting('app.role', true) = 'QM' and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
			or (current_setting('app.role', true) = 'TL' and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
			or (current_setting('app.role', true) in ('TL', 'KO', 'GP', 'NAV', 'HO', 'QM')
				and counterpart_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid)
			or (state = 'CLOSED' and nullif(current_setting('app.agency_id', true), '')::uuid = any (shared_with))
			or ((nullif(current_setting('app.agency_id', true), '')::uuid in (owner_agency_id, reporter_agency_id)
					or unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
				and (pseudonym is null or exists (select 1 from deviation_person l where l.deviation_id = deviation.id))))));
create policy deviation_insert on deviation for insert with check (
	reporter_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid or current_setting('app.role', true) in ('PT', 'RE'));
-- who may see a row may lock it, so that a refused step is 403 and not 404
create policy deviation_update on deviation for update using (true) with check (
	current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'CO', 'CU', 'KO', 'GP', 'NAV', 'HO', 'QM'));
-- never deleted
grant select, insert, update on deviation to samhandling_service;

create policy deviation_history_read on row_history for select using (
	entity = 'deviation' and exists (select 1 from deviation d where d.id = row_history.entity_id));

insert into news_kind (entity, name, resource, scope, path, probe) values
	('deviation', 'deviation', null, 'deviations.read', '/deviations/{id}', 'select d.id from deviation d where d.id = $1');

-- migrate:down
delete from news_kind where entity = 'deviation';
drop policy deviation_history_read on row_history;
drop table deviation_holder, deviation_person, deviation, deviation_duty_rule cascade;
drop function if exists deviation_action_owners, deviation_is_open cascade;
delete from deadline_code where code like 'DEVIATION\_%';
delete from deadline_rule where code like 'DEVIATION\_%';
