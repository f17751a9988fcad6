-- migrate:up
-- Stays in specialist care (domain.md §4.8): the admission, its segments, nights away and legal periods.

create table admission (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency, -- who keeps the row
	unit_id uuid references unit, -- the ward, when it is a unit of an agency here
	state text not null check (state in ('PLANNED', 'ADMITTED', 'ON_LEAVE', 'READY_FOR_DISCHARGE', 'DISCHARGED', 'CANCELLED',
		'ENTERED_IN_ERROR')),
	urgency text not null check (urgency in ('ACUTE', 'PLANNED')),
	level text not null check (level in ('DPS_INPATIENT', 'HOSPITAL_PSYCH', 'TSB', 'SOMATIC', 'USER_CONTROLLED_BED')),
	institution text not null,
	ward text,
	planned_for timestamptz,
	admitted_at timestamptz,
	ready_at timestamptz, -- since when the latest readiness; kept for the flow after discharge
	ended_at timestamptz,
	disposition text check (disposition in ('HOME', 'OTHER_INSTITUTION', 'LEFT_AGAINST_ADVICE', 'PRISON', 'DECEASED')),
	discharge_meeting_held boolean,
	crisis_plan_reviewed boolean,
	team_informed boolean,
	follow_up_on date,
	reason text, -- why it was cancelled, or is an error
	reported_by uuid references staff, -- who entered it
	from_information boolean not null default false, -- the team heard of it; the ward did not enter it
	from_extract boolean not null default false, -- what people must say of a discharge may be unknown
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint admission_begins_or_is_planned check (coalesce(admitted_at, planned_for) is not null),
	constraint admission_that_has_begun_has_a_time check (admitted_at is not null
		or state in ('PLANNED', 'CANCELLED', 'ENTERED_IN_ERROR')),
	constraint admission_ready_since_a_time check (state <> 'READY_FOR_DISCHARGE' or ready_at is not null),
	constraint admission_ends_after_it_begins check (ended_at >= admitted_at),
	constraint admission_has_an_end_when_discharged check (state <> 'DISCHARGED' or (ended_at is not null
		and (from_extract or num_nulls(disposition, discharge_meeting_held, crisis_plan_reviewed, team_informed) = 0))),
	constraint admission_ends_with_a_reason check (state not in ('CANCELLED', 'ENTERED_IN_ERROR') or reason is not null)
);
create index admission_patient on admission (patient_id, admitted_at);
create index admission_unit on admission (unit_id) where unit_id is not null;

-- Where the patient lay: a transfer between units is a new segment of the same admission.
create table admission_segment (
	id uuid primary key default gen_random_uuid(),
	admission_id uuid not null references admission,
	patient_id uuid not null, -- the stay's, which the key above leads to
	unit_id uuid references unit,
	level text not null check (level in ('DPS_INPATIENT', 'HOSPITAL_PSYCH', 'TSB', 'SOMATIC', 'USER_CONTROLLED_BED')),
	institution text not null,
	ward text,
	valid_from timestamptz not null,
	valid_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint admission_segment_ends_after_it_begins check (valid_to >= valid_from)
);
create index admission_segment_admission on admission_segment (admission_id, valid_from);
create index admission_segment_patient on admission_segment (patient_id, valid_from);
create unique index admission_is_in_one_place on admission_segment (admission_id) where valid_to is null;

create table admission_leave (
	id uuid primary key default gen_random_uuid(),
	admission_id uuid not null references admission,
	patient_id uuid not null, -- the stay's, which the key above leads to
	left_at timestamptz not null,
	expected_back_at timestamptz,
	returned_at timestamptz,
	nights int, -- away, when the patient is back
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint leave_ends_after_it_begins check (returned_at >= left_at)
);
create index admission_leave_admission on admission_leave (admission_id, left_at);
create index admission_leave_patient on admission_leave (patient_id);
create unique index admission_has_one_open_leave on admission_leave (admission_id) where returned_at is null;

-- On what legal ground the patient stays. They follow one another without a gap from admission to discharge.
create table legal_period (
	id uuid primary key,
	admission_id uuid not null references admission,
	patient_id uuid not null, -- the stay's, which the key above leads to
	kind text not null check (kind in ('NOT_STATED', 'VOLUNTARY', 'OBSERVATION', 'COMPULSORY', 'SENTENCED', 'SUBSTANCE_10_2',
		'SUBSTANCE_10_3', 'OTHER')),
	valid_from timestamptz not null,
	valid_to timestamptz,
	note text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint legal_period_ends_after_it_begins check (valid_to >= valid_from),
	constraint legal_period_begins_once unique (admission_id, valid_from)
);
create index legal_period_patient on legal_period (patient_id, valid_from);
create unique index admission_has_one_open_legal_period on legal_period (admission_id) where valid_to is null;

select install_change_trigger('admission', 'patient_id', 'history', many => true);
select install_change_trigger('admission_segment', 'patient_id', 'history', many => true);
select install_change_trigger('admission_leave', 'patient_id', 'history');
select install_change_trigger('legal_period', 'patient_id', 'history', many => true);

insert into thing_of_person (resource, kept_in, objected_as) values
	('admissions', 'admission', 'admissions'),
	('legal-periods', 'legal_period', 'legal-periods'),
	-- the admission whose legal periods are asked for
	('admission-legal-periods', 'admission', 'legal-periods');

-- Row security ----------------------------------------------------------------------------------------
alter table admission enable row level security;
alter table admission_segment enable row level security;
alter table admission_leave enable row level security;
alter table legal_period enable row level security;

-- Whom the gate has admitted, the person, and in lists those of whom the caller's units stand in relation and
-- who have not objected; with the gate p through a plan alone.
select install_read_policy('admission', 'admissions', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'CO', 'CU', 'KO', 'GP')
		and {related_as_gated} and {not_objected})$$);
create policy admission_insert on admission for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy admission_update on admission for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

-- Parts of an admission are seen with it.
create policy segment_read on admission_segment for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or exists (select 1 from admission a where a.id = admission_id));
create policy segment_insert on admission_segment for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy segment_update on admission_segment for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy leave_read on admission_leave for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or exists (select 1 from admission a where a.id = admission_id));
create policy leave_insert on admission_leave for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy leave_update on admission_leave for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
-- Coercion is asked for one person at a time: there is no list of it without the gate.
create policy legal_period_read on legal_period for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy legal_period_insert on legal_period for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy legal_period_update on legal_period for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

grant select, insert, update on admission, admission_segment, admission_leave, legal_period to samhandling_service;

-- Nights (domain.md §6.1) -------------------------------------------------------------------------------
-- A night is a midnight in Oslo, whatever the clock is set to there: same day none, over midnight one.
-- How many nights of a stay fall into [lo, hi): max(0, min(end, hi) - max(start, lo)). A stay that has not
-- ended lasts until today.
create function nights(start timestamptz, stop timestamptz, lo date default '-infinity', hi date default 'infinity')
returns int language sql stable as $$
	select greatest(0, least(oslo_day(coalesce(stop, clock_now())), hi) - greatest(oslo_day(start), lo))
$$;

-- A person's nights at these levels in [lo, hi): all, those away on leave, and those in the bed. A transfer
-- parts the nights between its segments; a leave belongs to the segment that it began in.
create function bed_nights(patient uuid, levels text[], lo date, hi date, out gross int, out away int, out net int)
language sql stable as $$
	select x.gross, x.away, x.gross - x.away from (
		select coalesce(sum(nights(s.valid_from, s.valid_to, lo, hi)), 0)::int as gross,
			coalesce(sum((select sum(nights(l.left_at, coalesce(l.returned_at, a.ended_at), lo, hi))
				from admission_leave l where l.admission_id = a.id and l.left_at >= s.valid_from
					and l.left_at < coalesce(s.valid_to, 'infinity'))), 0)::int as away
		from admission a join admission_segment s on s.admission_id = a.id
		where a.patient_id = patient and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR') and s.level = any (levels)) x
$$;

-- A person's nights in hospital on these legal grounds in [lo, hi).
create function legal_nights(patient uuid, kinds text[], lo date, hi date) returns int language sql stable as $$
	select coalesce(sum(nights(p.valid_from, p.valid_to, lo, hi)), 0)::int
	from admission a join legal_period p on p.admission_id = a.id
	where a.patient_id = patient and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR') and p.kind = any (kinds)
$$;

-- migrate:down
delete from thing_of_person where resource in ('admissions', 'legal-periods', 'admission-legal-periods');
drop function if exists legal_nights, bed_nights, nights cascade;
drop table legal_period, admission_leave, admission_segment, admission cascade;
