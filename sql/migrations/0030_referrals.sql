-- migrate:up
-- Referrals to the team (domain.md §4.2): who is referred and why, the test against the target group, the decision.

-- Answers to the five criteria as three-valued logic: UNKNOWN and missing are null.
create function criterion_met(eligibility jsonb, criterion text) returns boolean language sql immutable as $$
	select case eligibility #>> array[criterion, 'answer'] when 'YES' then true when 'NO' then false end
$$;

-- The target group by the team's own rule (unit.config.target_rule). LOSS_AND_RISK: great loss of function by mental illness
-- or substance dependence, and a weak link to services or a high risk at relapse (domain.md §1.1 row 5). ILLNESS_OR_DEPENDENCE:
-- mental illness or substance dependence alone (§1.4 row 67). Null: it cannot be told yet.
create function eligibility_in_target(eligibility jsonb, rule text default 'LOSS_AND_RISK') returns boolean language sql immutable as $$
	select (criterion_met(eligibility, 'A_mental_illness') or criterion_met(eligibility, 'B_substance_dependence'))
		and (rule = 'ILLNESS_OR_DEPENDENCE' or (criterion_met(eligibility, 'F_major_function_loss')
			and (criterion_met(eligibility, 'W_weak_service_link') or criterion_met(eligibility, 'N_high_relapse_risk'))))
$$;

create function eligibility_criteria() returns text[] language sql immutable as $$
	select array['A_mental_illness', 'B_substance_dependence', 'F_major_function_loss', 'W_weak_service_link',
		'N_high_relapse_risk']
$$;

create table referral (
	id uuid primary key,
	state text not null default 'DRAFT' check (state in ('DRAFT', 'SENT', 'UNDER_ASSESSMENT', 'INFO_REQUESTED', 'ACCEPTED',
		'WAITLISTED', 'ENROLLED', 'REJECTED', 'REDIRECTED', 'WITHDRAWN', 'LAPSED')),
	patient_id uuid not null references patient,
	subject jsonb not null default '{}', -- the name as the referrer wrote it
	receiving_unit_id uuid not null references unit, -- the team that is asked
	-- I1: the referrer until it is received, then the team, after a redirect the unit that took it over
	responsible_unit_id uuid not null references unit,
	responsible_agency_id uuid not null references agency,
	-- who wrote it: staff of an agency, or a citizen
	sent_by_agency_id uuid references agency,
	sent_by_unit_id uuid references unit,
	author_staff_id uuid references staff,
	author_role text not null,
	author_hash text, -- look-up hash of a citizen
	author_name text,
	-- the levels that take part in the intake meeting, named when it is received
	specialist_unit_id uuid references unit,
	municipal_unit_id uuid references unit,
	parts text[] not null check (parts <@ array['SPECIALIST', 'MUNICIPAL'] and cardinality(parts) > 0),
	suspected_serious boolean not null default false, -- serious or life-threatening illness: a shorter clock
	reason text not null,
	background text,
	current_services text,
	patient_wishes text, -- in the person's own words
	risk_level text check (risk_level in ('GREEN', 'YELLOW', 'ORANGE', 'RED')),
	risk_text text,
	eligibility jsonb not null default '{}', -- criterion → answer, evidence, who assessed it and when
	target_rule text not null default 'LOSS_AND_RISK' check (target_rule in ('LOSS_AND_RISK', 'ILLNESS_OR_DEPENDENCE')), -- the team's then
	in_target boolean generated always as (eligibility_in_target(eligibility, target_rule)) stored,
	additional_flags text[] not null default '{}' check (additional_flags <@ array['ADD_A', 'ADD_B', 'ADD_C', 'ADD_D',
		'ADD_E', 'ADD_F', 'ADD_G']),
	consent_id uuid references consent,
	consent_form text check (consent_form in ('DIGITAL', 'WRITTEN', 'ORAL', 'SELF')),
	consent_on date,
	no_consent_reason text,
	clinician jsonb, -- the doctor or psychologist who refers to specialist care
	supersedes uuid references referral,
	sent_at timestamptz,
	received_at timestamptz,
	info_requested_at timestamptz,
	info_requested_from text,
	info_question text,
	information jsonb not null default '[]', -- what came in answer
	pending_decision jsonb, -- the first level's vote, until the other level gives the same
	votes jsonb not null default '[]', -- the two that decided
	override_reason text, -- why someone outside the target group was accepted
	decision_reason text,
	decided_at timestamptz,
	next_responsible_agency_id uuid references agency,
	letter jsonb, -- what the person is told about a rejection
	redirect_handover_id uuid references handover,
	latest_start_on date,
	interim_contact_id uuid references staff,
	lapse_reason text check (lapse_reason in ('MOVED_AWAY', 'DECEASED')),
	ended_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint referral_has_one_author check (num_nonnulls(author_staff_id, author_hash) = 1),
	constraint referral_by_a_citizen_is_for_the_municipal_part check (author_hash is null or parts = array['MUNICIPAL']),
	constraint referral_is_decided_by_both_levels check (state not in ('REJECTED', 'REDIRECTED')
		or jsonb_array_length(votes) = 2),
	constraint referral_rejection_names_who_is_next check (state <> 'REJECTED'
		or num_nulls(next_responsible_agency_id, decision_reason, letter) = 0),
	constraint referral_redirect_has_a_handover check (state <> 'REDIRECTED' or redirect_handover_id is not null),
	constraint referral_that_waits_has_a_contact check (state <> 'WAITLISTED'
		or num_nulls(latest_start_on, interim_contact_id) = 0),
	constraint referral_has_a_time_when_it_ended check ((state in ('ENROLLED', 'REJECTED', 'REDIRECTED', 'WITHDRAWN', 'LAPSED'))
		= (ended_at is not null))
);
create index referral_receiving on referral (receiving_unit_id, state);
create index referral_responsible on referral (responsible_unit_id, state);
create index referral_specialist on referral (specialist_unit_id, state) where specialist_unit_id is not null;
create index referral_municipal on referral (municipal_unit_id, state) where municipal_unit_id is not null;
create index referral_sent_by on referral (sent_by_agency_id, created_at);
create index referral_author on referral (author_staff_id) where state = 'DRAFT';
create index referral_hash on referral (author_hash) where author_hash is not null;
create index referral_patient on referral (patient_id);
create unique index referral_is_superseded_once on referral (supersedes) where supersedes is not null;

select install_change_trigger('referral', 'patient_id', 'history');

-- A draft that is thrown away was never sent: nothing of it is kept.
create function referral_forget() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	delete from row_history where entity = 'referral' and entity_id = old.id;
	return null;
end $$;
create trigger forget after delete on referral for each row execute function referral_forget();

insert into handover_kind (entity, resource, kept_in, unit_column, open_states, answer_code) values
	('referral', 'referrals', 'referral', 'receiving_unit_id', '{UNDER_ASSESSMENT,INFO_REQUESTED}', 'HANDOVER_ANSWER');

alter table referral enable row level security;

-- A draft is its author's alone. Afterwards: the team, the two levels of the intake meeting, the unit that it is offered
-- to, the municipality's chief doctor, unless the person has objected; the sender's agency and the person in any case.
select install_read_policy('referral', 'referrals', $$
	author_staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
	or author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
	or (state <> 'DRAFT' and (
		sent_by_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
		or ((receiving_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or responsible_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or specialist_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or municipal_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or exists (select 1 from handover h where h.entity_id = referral.id and h.state in ('OFFERED', 'ACCEPTED')
					and h.to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
				or (current_setting('app.role', true) = 'KO' and {related}))
			and {not_objected})))$$);
create policy referral_insert on referral for insert with check (
	state = 'DRAFT' and sent_by_agency_id is not distinct from nullif(current_setting('app.agency_id', true), '')::uuid
	and author_staff_id is not distinct from nullif(current_setting('app.staff_id', true), '')::uuid
	and (author_hash is null
		or author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))));
-- who may see a row may lock it (a refusal is then 403, not 404); written by those who have a part in it
create policy referral_update on referral for update using (true) with check (
	sent_by_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	or receiving_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or specialist_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or municipal_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ',')));
create policy referral_delete on referral for delete using (state = 'DRAFT'
	and (author_staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
		or author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))));
create policy referral_history_read on row_history for select using (
	entity = 'referral' and exists (select 1 from referral r where r.id = row_history.entity_id));
grant select, insert, update, delete on referral to samhandling_service;

insert into legal_basis (code, law, section, title_en, valid_from) values
	('PBRL_ASSESSMENT', 'pasient- og brukerrettighetsloven', '§ 2-2', 'Right to an assessment by specialist care in time', '2001-01-01'),
	('PBRL_COMPLAINT', 'pasient- og brukerrettighetsloven', '§ 7-2', 'Right to complain to the county governor', '2001-01-01');
insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values
	('REF_RECEIVE', '', 1, 'WORKING_DAYS', null),
	('REF_ANSWER', '', 10, 'WORKING_DAYS', 'PBRL_ASSESSMENT'),
	('REF_ANSWER', 'SERIOUS', 3, 'WORKING_DAYS', 'PBRL_ASSESSMENT'),
	('REF_INFO_GIVE_UP', '', 10, 'DAYS', null),
	('REF_COMPLAINT', '', 28, 'DAYS', 'PBRL_COMPLAINT'),
	('REF_NEXT_RESPONSIBLE', '', 2, 'WORKING_DAYS', null),
	('REF_AFTERWORK', '', 90, 'DAYS', null);
insert into deadline_code (code, title_nb, escalates) values
	('REF_RECEIVE', 'ta imot henvisningen', true),
	('REF_ANSWER', 'avgjør henvisningen', true),
	('REF_INFO_GIVE_UP', 'gå videre uten opplysninger', false),
	('REF_LATEST_START', 'siste frist for oppstart fra venteliste', true);

insert into code_system (code, uri, name_nb, name_en) values
	('referral-state', null, 'Henvisningens status', 'State of a referral'),
	('referral-criterion', null, 'Målgruppekriterier', 'Criteria of the target group'),
	('referral-additional', null, 'Tilleggsproblemer', 'Additional problems');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('referral-state', 'DRAFT', 'Utkast', 'Draft', 1),
	('referral-state', 'SENT', 'Sendt', 'Sent', 2),
	('referral-state', 'UNDER_ASSESSMENT', 'Til vurdering', 'Under assessment', 3),
	('referral-state', 'INFO_REQUESTED', 'Venter på opplysninger', 'Information requested', 4),
	('referral-state', 'ACCEPTED', 'Godtatt', 'Accepted', 5),
	('referral-state', 'WAITLISTED', 'På venteliste', 'On the waiting list', 6),
	('referral-state', 'ENROLLED', 'Inntatt', 'Enrolled', 7),
	('referral-state', 'REJECTED', 'Avslått', 'Rejected', 8),
	('referral-state', 'REDIRECTED', 'Overført til annen enhet', 'Redirected', 9),
	('referral-state', 'WITHDRAWN', 'Trukket', 'Withdrawn', 10),
	('referral-state', 'LAPSED', 'Bortfalt', 'Lapsed', 11),
	('referral-criterion', 'A_mental_illness', 'Psykisk lidelse', 'Mental illness', 1),
	('referral-criterion', 'B_substance_dependence', 'Alvorlig rusavhengighet', 'Serious substance dependence', 2),
	('referral-criterion', 'F_major_function_loss', 'Stort funksjonstap', 'Great loss of function', 3),
	('referral-criterion', 'W_weak_service_link', 'Svak eller manglende tilknytning til tjenester', 'Weak or absent link to services', 4),
	('referral-criterion', 'N_high_relapse_risk', 'Høy risiko for alvorlige følger ved tilbakefall', 'High risk of negative consequences at relapse', 5),
	('referral-additional', 'ADD_A', 'Langvarig eller ustabilt forløp', 'Long or unstable course', 1),
	('referral-additional', 'ADD_B', 'Brudd i behandlingsrelasjoner', 'Breaks in treatment relations', 2),
	('referral-additional', 'ADD_C', 'Gjentatte, kriseartede innleggelser', 'Repeated, crisis-like admissions', 3),
	('referral-additional', 'ADD_D', 'Store begrensninger i sosial fungering', 'Large limits in social functioning', 4),
	('referral-additional', 'ADD_E', 'Uegnet bosituasjon', 'Unsuitable housing', 5),
	('referral-additional', 'ADD_F', 'Begrenset effekt av tidligere behandling', 'Limited effect of earlier treatment', 6),
	('referral-additional', 'ADD_G', 'Stort behov for samordnede tjenester', 'Large need for well-coordinated services', 7);

-- migrate:down
delete from code_concept where system_code in ('referral-state', 'referral-criterion', 'referral-additional');
delete from code_system where code in ('referral-state', 'referral-criterion', 'referral-additional');
delete from deadline_code where code like 'REF\_%';
delete from deadline_rule where code like 'REF\_%';
delete from legal_basis where code in ('PBRL_ASSESSMENT', 'PBRL_COMPLAINT');
drop policy referral_history_read on row_history;
drop table referral cascade;
delete from handover_kind where entity = 'referral';
drop function if exists referral_forget, eligibility_criteria, eligibility_in_target, criterion_met cascade;
