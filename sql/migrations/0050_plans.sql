-- migrate:up
-- Plans of four kinds, their goals, participants, reviews and versions, and the measures they share (domain.md §3).

-- The eight domains of life (domain.md §2.6.1), the same for goals, measures and life situations.
create function life_domain_names() returns text[] language sql immutable as $$
	select '{HOUSING,ACTIVITY,ECONOMY,NETWORK,SOCIAL_FUNCTION,MENTAL,PHYSICAL,SUBSTANCE}'::text[] $$;

create table plan (
	id uuid primary key,
	kind text not null check (kind in ('IP', 'CRISIS', 'WORK_ACTIVITY', 'TREATMENT')),
	patient_id uuid not null references patient,
	state text not null check (state in ('REQUESTED', 'OFFERED', 'DRAFT', 'AWAITING_CONSENT', 'ACTIVE', 'UNDER_REVIEW',
		'SUSPENDED', 'DECLINED', 'ENDED', 'CANCELLED')),
	owner_agency_id uuid not null references agency,
	created_by uuid references staff, -- null: the person, or who represents them
	request_reason text,
	coordinating_unit_id uuid references unit, -- whose inbox a requested IP is in
	coordinator_staff_id uuid references staff, -- who ensures follow-up and progress; one, of any agency
	coordinator_unit_id uuid references unit,
	coordinator_agency_id uuid references agency,
	content jsonb not null default '{}', -- the members of this kind (domain.md §3.1 to §3.3)
	period_from date,
	period_to date,
	next_review_on date,
	reviewed_at timestamptz, -- the last review, or when it came into force
	version_number int not null default 0, -- of the version in force; 0: none has been
	consent_id uuid references consent,
	made_without_patient boolean not null default false,
	without_patient_reason text,
	signed_by_patient boolean not null default false,
	approval jsonb, -- how the person agreed: form, witness, document
	offered_at timestamptz,
	offered_by uuid references staff,
	explained text,
	decision jsonb, -- why there is no right to it, and how to complain
	approved_at timestamptz,
	stopped_at timestamptz, -- when the person themselves stopped the sharing
	ended_at timestamptz,
	end_reason text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint plan_coordinator_stands_in_a_unit check (num_nonnulls(coordinator_staff_id, coordinator_unit_id,
		coordinator_agency_id) in (0, 3)),
	constraint plan_without_the_person_has_a_reason check (not made_without_patient
		or (without_patient_reason is not null and kind in ('CRISIS', 'TREATMENT'))),
	constraint plan_in_force_has_a_version check (state not in ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED') or version_number > 0),
	constraint plan_period_ends_after_it_begins check (period_to >= period_from),
	constraint plan_has_a_time_when_it_ended check ((state in ('DECLINED', 'ENDED', 'CANCELLED')) = (ended_at is not null))
);
create index plan_patient on plan (patient_id, kind, state);
create index plan_coordinator on plan (coordinator_staff_id) where state not in ('DECLINED', 'ENDED', 'CANCELLED');
create index plan_coordinator_unit on plan (coordinator_unit_id);
create index plan_coordinating_unit on plan (coordinating_unit_id, state);
create index plan_consent on plan (consent_id) where consent_id is not null;
create index plan_review_due on plan (next_review_on) where state = 'ACTIVE';
-- one plan per person, whoever starts it (domain.md §3.1)
create unique index plan_individual_is_open_once on plan (patient_id)
	where kind = 'IP' and state not in ('DECLINED', 'ENDED', 'CANCELLED');

-- What was agreed, as it was agreed: never changed, never taken away (domain.md I4).
create table plan_version (
	id uuid primary key default gen_random_uuid(),
	plan_id uuid not null references plan,
	patient_id uuid not null references patient,
	number int not null,
	valid_from timestamptz not null default clock_now(),
	content jsonb not null,
	agreed_by text not null check (agreed_by in ('PATIENT', 'RECORDED_BY_STAFF', 'WITHOUT_PATIENT')),
	staff_id uuid references staff,
	agency_id uuid references agency,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint plan_version_number_is_unique unique (plan_id, number)
);

create table plan_goal (
	id uuid primary key,
	plan_id uuid not null references plan,
	patient_id uuid not null references patient,
	words text not null, -- the person's own
	domain text not null check (domain = any (life_domain_names())),
	target_date date,
	baseline_score int check (baseline_score between 0 and 10), -- goal-based outcome, when it was set
	score int check (score between 0 and 10), -- at the last review
	removed_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index plan_goal_plan on plan_goal (plan_id);

create table plan_participant (
	id uuid primary key,
	plan_id uuid not null references plan,
	patient_id uuid not null references patient,
	kind text not null check (kind in ('STAFF', 'RELATIVE', 'OTHER')),
	staff_id uuid references staff,
	unit_id uuid references unit,
	agency_id uuid references agency,
	relation_id uuid references patient_relation,
	name text not null,
	part text not null, -- what they do in it
	phone text,
	joined_at timestamptz not null default clock_now(),
	left_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint plan_participant_is_of_one_kind check (case kind when 'STAFF' then num_nonnulls(staff_id, unit_id, agency_id) = 3
		when 'RELATIVE' then relation_id is not null else num_nonnulls(staff_id, unit_id, agency_id, relation_id) = 0 end)
);
create index plan_participant_plan on plan_participant (plan_id);
create index plan_participant_unit on plan_participant (unit_id) where left_at is null;
create unique index plan_participant_takes_part_once on plan_participant (plan_id, staff_id) where left_at is null;

create table plan_review (
	id uuid primary key,
	plan_id uuid not null references plan,
	patient_id uuid not null references patient,
	held_at timestamptz not null,
	patient_present boolean not null,
	relatives_present boolean not null default false,
	agencies_present uuid[] not null default '{}',
	goal_scores jsonb not null default '[]', -- what worked, 0 to 10 a goal
	instrument_changes text,
	decisions text not null,
	next_review_on date not null,
	staff_id uuid references staff,
	agency_id uuid references agency,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index plan_review_plan on plan_review (plan_id, held_at);

-- One agency's part of a plan; nothing is theirs before they have accepted it (domain.md §4.5).
create table measure (
	id uuid primary key,
	plan_id uuid not null references plan,
	patient_id uuid not null references patient,
	state text not null default 'PROPOSED' check (state in ('PROPOSED', 'ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED',
		'DISCONTINUED', 'REFUSED', 'WITHDRAWN')),
	title text not null,
	domain text not null check (domain = any (life_domain_names())),
	how text,
	extent text, -- how much and how often
	responsible_unit_id uuid not null references unit,
	responsible_agency_id uuid not null references agency, -- I1: exactly one
	responsible_staff_id uuid references staff,
	legal_decision jsonb, -- reference and date of the decision that gives it
	start_on date,
	end_on date,
	goal_ids uuid[] not null default '{}',
	is_adapted boolean not null default false,
	adaptation text, -- the flexible solution, when it is one
	depends_on_id uuid references measure,
	proposed_by uuid references staff, -- null: the person
	proposed_by_agency_id uuid references agency,
	proposed_at timestamptz not null default clock_now(),
	accept_due_at timestamptz not null,
	accepted_at timestamptz,
	refusal jsonb, -- code, text, decision and how to complain
	hold jsonb, -- reason and until when
	evaluation jsonb, -- the person's score 0 to 10, or that they were not asked
	usage jsonb, -- whether the person makes use of it: {used, reason?, note?, on}
	ended_at timestamptz,
	end_reason text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint measure_ends_after_it_begins check (end_on >= start_on),
	constraint measure_has_someone_when_accepted check (state in ('PROPOSED', 'REFUSED', 'WITHDRAWN')
		or (responsible_staff_id is not null and accepted_at is not null)),
	constraint measure_refusal_has_a_reason check (state <> 'REFUSED' or refusal ? 'code'),
	constraint measure_has_a_time_when_it_ended check ((state in ('COMPLETED', 'DISCONTINUED', 'REFUSED', 'WITHDRAWN'))
		= (ended_at is not null)),
	constraint measure_does_not_wait_for_itself check (depends_on_id <> id)
);
create index measure_plan on measure (plan_id);
create index measure_patient on measure (patient_id, state);
create index measure_unit on measure (responsible_unit_id, state);
create index measure_agency on measure (responsible_agency_id, state);
create index measure_staff on measure (responsible_staff_id) where ended_at is null;

select install_change_trigger('plan', 'patient_id', 'history');
select install_change_trigger('plan_version', 'patient_id');
select install_change_trigger('plan_goal', 'patient_id', 'history');
select install_change_trigger('plan_participant', 'patient_id');
select install_change_trigger('plan_review', 'patient_id');
select install_change_trigger('measure', 'patient_id', 'history');

create function plan_version_is_kept() returns trigger language plpgsql as $$
begin
	raise exception 'a version of a plan is never changed';
end $$;
create trigger kept before update or delete on plan_version for each row execute function plan_version_is_kept();

-- Row security: who stands in relation to the person and is not blocked; matrix, participation and consent are
-- judged by plan_level() and measure_level().
alter table plan enable row level security;
alter table plan_version enable row level security;
alter table plan_goal enable row level security;
alter table plan_participant enable row level security;
alter table plan_review enable row level security;
alter table measure enable row level security;

create policy plan_read on plan for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (exists (select 1 from care_relation c where c.patient_id = plan.patient_id
			and c.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
			and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now()))
		and not exists (select 1 from objection o where o.patient_id = plan.patient_id and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and case plan.kind when 'IP' then 'individual-plans'
				when 'CRISIS' then 'crisis-plans' when 'WORK_ACTIVITY' then 'work-activity-plans'
				else 'treatment-plans' end = any (o.resource_types)) or (o.scope = 'ITEMS' and plan.id = any (o.item_ids)))
			and (o.against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
					nullif(current_setting('app.staff_id', true), '')::uuid)
				or o.against_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or current_setting('app.role', true) = any (o.against_roles)))));
create policy plan_insert on plan for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_update on plan for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

-- What belongs to a plan is seen by who sees the plan.
create policy plan_version_read on plan_version for select using (
	exists (select 1 from plan p where p.id = plan_id));
create policy plan_version_insert on plan_version for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_goal_read on plan_goal for select using (
	exists (select 1 from plan p where p.id = plan_id));
create policy plan_goal_insert on plan_goal for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_goal_update on plan_goal for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_participant_read on plan_participant for select using (
	exists (select 1 from plan p where p.id = plan_id));
create policy plan_participant_insert on plan_participant for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_participant_update on plan_participant for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy plan_review_read on plan_review for select using (
	exists (select 1 from plan p where p.id = plan_id));
create policy plan_review_insert on plan_review for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

select install_read_policy('measure', 'plan-measures', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or ({related} and {not_objected})$$);
create policy measure_insert on measure for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy measure_update on measure for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);

grant select, insert, update on plan, plan_goal, plan_participant, measure to samhandling_service;
grant select, insert on plan_version, plan_review to samhandling_service;

insert into deadline_rule (code, severity, amount, unit) values
	('MEASURE_ACCEPT', '', 10, 'WORKING_DAYS'), -- the responsible agency's answer
	('PLAN_REOFFER', '', 182, 'DAYS'), -- a declined IP is offered again
	('PLAN_COORDINATOR_OFFER', '', 10, 'WORKING_DAYS'), -- a coordinator, although the IP is declined
	('PLAN_REVIEW_GRACE', '', 30, 'DAYS'), -- how long a review may be late before the plan is no longer valid
	('PLAN_REVIEW', 'CRISIS', 12, 'MONTHS'), -- the longest time to the next review
	('PLAN_REVIEW', 'WORK_ACTIVITY', 6, 'MONTHS'),
	('PLAN_REVIEW', 'TREATMENT', 6, 'MONTHS'),
	('PLAN_REVIEW', 'TREATMENT_INTENSIVE', 3, 'MONTHS')
on conflict do nothing;

-- migrate:down
drop table measure, plan_review, plan_participant, plan_goal, plan_version, plan cascade;
drop function if exists plan_version_is_kept, life_domain_names;
delete from deadline_rule where code in ('MEASURE_ACCEPT', 'PLAN_REOFFER', 'PLAN_COORDINATOR_OFFER', 'PLAN_REVIEW_GRACE',
	'PLAN_REVIEW');
