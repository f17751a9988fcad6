-- migrate:up
-- What persons may ask of whoever keeps data about them (GDPR art. 15 to 21, and the law on health records): each agency
-- answers for what it keeps, within a month. The person asks themself, a guardian by law for them, or staff register it.

insert into legal_basis (code, law, section, title_en, valid_from) values
	('GDPR_MANNER', 'personvernforordningen', 'art. 12', 'How and when requests are answered; unfounded ones', '2018-07-20'),
	('GDPR_ERASE', 'personvernforordningen', 'art. 17', 'Right to erasure, and what it does not cover (no. 3)', '2018-07-20'),
	('GDPR_RESTRICT', 'personvernforordningen', 'art. 18', 'Right to restriction of processing', '2018-07-20'),
	('GDPR_PORTABILITY', 'personvernforordningen', 'art. 20', 'Right to data portability, not of what a duty demands', '2018-07-20'),
	('GDPR_OBJECT', 'personvernforordningen', 'art. 21', 'Right to object', '2018-07-20'),
	('HPL_CORRECT', 'helsepersonelloven', '§ 42', 'Correction of records', '2001-01-01'),
	('HPL_ERASE', 'helsepersonelloven', '§ 43', 'Deletion from records, when it is safe and owed', '2001-01-01'),
	('PBRL_ACCESS_DENIED', 'pasient- og brukerrettighetsloven', '§ 5-1 andre ledd', 'Access denied to avert danger to life or serious harm', '2001-01-01'),
	('ARCHIVE', 'arkivlova', '§ 9', 'What public archives must keep', '1999-01-01');
insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values
	('DATA_SUBJECT_REQUEST', '', 1, 'MONTHS', 'GDPR_MANNER'),
	('DATA_SUBJECT_REQUEST', 'EXTENDED', 3, 'MONTHS', 'GDPR_MANNER');

-- On what law a request of each kind may be refused, in whole or in part.
create table data_subject_ground (
	kind text not null,
	legal_basis_code text not null,
	primary key (kind, legal_basis_code)
);
insert into data_subject_ground (kind, legal_basis_code)
select k, b from (values ('ACCESS', '{PBRL_ACCESS_DENIED,GDPR_ACCESS}'::text[]), ('ACCESS_LOG', '{PBRL_ACCESS_DENIED,PJL_ACCESS}'),
	('RECTIFICATION', '{HPL_CORRECT,GDPR_RECTIFY}'), ('ERASURE', '{HPL_ERASE,GDPR_ERASE,PJL_RETENTION,ARCHIVE}'),
	('RESTRICTION', '{GDPR_RESTRICT}'), ('PORTABILITY', '{GDPR_PORTABILITY,PBRL_ACCESS_DENIED}'),
	('OBJECTION', '{GDPR_OBJECT,HPL_EXCEPTIONS,PHVL_PUBLIC_DUTY}')) g (k, list), unnest(list || '{GDPR_MANNER}') b;
grant select on data_subject_ground to samhandling_service;

create table data_subject_request (
	id uuid primary key,
	patient_id uuid not null references patient,
	agency_id uuid not null references agency, -- the controller that is asked
	kind text not null check (kind in ('ACCESS', 'ACCESS_LOG', 'RECTIFICATION', 'ERASURE', 'RESTRICTION', 'PORTABILITY', 'OBJECTION')),
	text text not null check (length(text) between 1 and 4000),
	concerns jsonb not null default '[]', -- [{resource, id}], as far as the person has named things
	asked_by text not null check (asked_by in ('SELF', 'LEGAL_REPRESENTATIVE', 'REGISTERED_BY_STAFF')),
	channel text not null check (channel in ('DIGITAL', 'LETTER', 'PHONE', 'IN_PERSON')),
	registered_by uuid references staff,
	registered_unit_id uuid references unit,
	received_at timestamptz not null default clock_now(),
	due_at timestamptz not null,
	state text not null check (state in ('RECEIVED', 'ID_VERIFIED', 'IN_PROGRESS', 'FULFILLED', 'PARTLY', 'REFUSED', 'WITHDRAWN')),
	identity_check text,
	extension_reason text,
	opinion_staff_id uuid references staff, -- who was asked, for health records
	opinion text,
	answer text,
	legal_basis_code text, -- of what was not granted
	decided_by uuid references staff,
	decided_at timestamptz,
	escalated_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint data_subject_answer_is_there_when_decided check ((state in ('FULFILLED', 'PARTLY', 'REFUSED')) = (answer is not null)),
	constraint data_subject_refusal_stands_on_law check (state not in ('PARTLY', 'REFUSED') or legal_basis_code is not null)
);
create index data_subject_request_agency on data_subject_request (agency_id, received_at);
create index data_subject_request_patient on data_subject_request (patient_id, received_at);
create index data_subject_request_due on data_subject_request (due_at)
	where escalated_at is null and state in ('RECEIVED', 'ID_VERIFIED', 'IN_PROGRESS');
select install_change_trigger('data_subject_request', 'patient_id', 'history');

-- The person's and their representative's by law; the privacy officer's of the agency that is asked; of staff whoever
-- registered it, their team leader, and who was asked for an opinion. Nobody else learns that somebody has asked.
alter table data_subject_request enable row level security;
create policy data_subject_read on data_subject_request for select using (
	(current_setting('app.role', true) = 'PT' and patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid)
	or (current_setting('app.role', true) = 'RE' and exists (select 1 from represented() r
		where r.patient_id = data_subject_request.patient_id and r.basis = 'LEGAL_REPRESENTATIVE'))
	or (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and (current_setting('app.role', true) = 'PV'
			or nullif(current_setting('app.staff_id', true), '')::uuid in (registered_by, opinion_staff_id)
			or (current_setting('app.role', true) = 'TL'
				and registered_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])))));
create policy data_subject_insert on data_subject_request for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy data_subject_update on data_subject_request for update using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid or current_setting('app.role', true) in ('PT', 'RE'));
grant select, insert, update on data_subject_request to samhandling_service;

create function data_subject_is_open(state text) returns boolean language sql immutable as $$
	select state in ('RECEIVED', 'ID_VERIFIED', 'IN_PROGRESS') $$;

-- Whose request it is, once that is settled. Owner's rights: the privacy officer has no relation of care to those whom
-- the agency has known, and a citizen may ask before anything of them is shown.
create function data_subject_of(named uuid) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	person uuid := case when app_role() = 'PT' then app_citizen_id() else named end;
begin
	perform raise_unless(case app_role()
			when 'PT' then person is not null and (named is null or named = person)
			when 'RE' then exists (select 1 from represented() r where r.patient_id = named and r.basis = 'LEGAL_REPRESENTATIVE')
			when 'PV' then exists (select 1 from care_relation c where c.patient_id = named and c.agency_id = app_agency_id())
			else true end, 422, 'unknown_reference',
		fault('/patient_id', 'unknown_reference', 'is nobody whom the caller may ask for'));
	if not app_is_citizen() and app_role() <> 'PV' then
		return admit_named(person, 'data-subject-requests', null);
	end if;
	perform set_config('app.admitted', person::text, true), show(person), set_config('app.basis', case app_role()
		when 'PT' then 'SELF' when 'RE' then 'LEGAL_REPRESENTATIVE' else 'OVERSIGHT' end, true);
	return person;
end $$;

-- The officer's task says that somebody has asked, and not who.
create function data_subject_tell(request uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r data_subject_request;
begin
	select * into r from data_subject_request where id = request;
	insert into task (kind, title, agency_id, for_role, due_at, entity, entity_id, source_key)
	values ('DATA_SUBJECT_REQUEST', 'Svar på en begjæring om personopplysninger', r.agency_id, 'PV', r.due_at,
		'data_subject_request', r.id, 'data-subject:' || r.id);
end $$;

create function data_subject_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := data_subject_of((body ->> 'patient_id')::uuid);
	asked uuid := case when app_is_citizen() then (body ->> 'agency_id')::uuid else app_agency_id() end;
begin
	perform raise_unless(asked is not null, 422, 'invalid_value', fault('/agency_id', 'required', 'says who is asked'));
	perform raise_unless(exists (select 1 from agency a where a.id = asked and (body ->> 'agency_id' is null
			or a.id = (body ->> 'agency_id')::uuid)), 422, 'unknown_reference',
		fault('/agency_id', 'reference', 'is no agency that can be asked here'));
	insert into data_subject_request (id, patient_id, agency_id, kind, text, concerns, asked_by, channel, registered_by,
		registered_unit_id, due_at, state, identity_check)
	values (new_id, person, asked, body ->> 'kind', body ->> 'text', coalesce(body -> 'concerns', '[]'),
		case app_role() when 'PT' then 'SELF' when 'RE' then 'LEGAL_REPRESENTATIVE' else 'REGISTERED_BY_STAFF' end,
		case when app_is_citizen() then 'DIGITAL' else coalesce(body ->> 'channel', 'IN_PERSON') end, app_staff_id(),
		(app_unit_ids())[1], deadline_at('DATA_SUBJECT_REQUEST', clock_now()),
		-- a citizen's token has proved who asks
		case when app_is_citizen() then 'ID_VERIFIED' else 'RECEIVED' end,
		case when app_is_citizen() then 'ID-porten' end);
	perform data_subject_tell(new_id);
	return new_id;
end $$;

-- Correcting and deleting health records is for health personnel to judge (helsepersonelloven §§ 42, 43).
create function data_subject_needs_opinion(r data_subject_request) returns boolean language sql stable as $$
	select r.kind in ('RECTIFICATION', 'ERASURE') and r.opinion is null and exists (select 1 from agency a
		where a.id = r.agency_id and a.type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST'))
$$;

create function data_subject_facts(r data_subject_request) returns text[] language sql stable as $$
	select array_remove(array[
		case when app_role() = 'PT' then 'self' end,
		case when app_role() = 'RE' then 'legal_representative' end,
		case when r.agency_id = app_agency_id() then 'same_agency' end,
		case when r.opinion_staff_id = app_staff_id() then 'asked' end,
		case when data_subject_needs_opinion(r) then 'needs_opinion' end,
		case when r.extension_reason is not null then 'extended' end], null)
$$;

-- Where a decision can be complained of: over records to the county governor, else to the data protection authority.
create function data_subject_complaint(r data_subject_request) returns text language sql stable as $$
	select case when r.kind in ('RECTIFICATION', 'ERASURE', 'ACCESS') and exists (select 1 from agency a where a.id = r.agency_id
			and a.type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST')) then 'Statsforvalteren' else 'Datatilsynet' end
	where r.state in ('PARTLY', 'REFUSED')
$$;

-- The opinion is between those who decide; the person reads the answer.
create function data_subject_json(r data_subject_request) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', r.id, 'version', r.version, 'patient_id', r.patient_id,
		'agency_id', r.agency_id, 'kind', r.kind, 'text', r.text, 'concerns', r.concerns, 'asked_by', r.asked_by,
		'channel', r.channel, 'registered_by', r.registered_by, 'received_at', r.received_at, 'due_at', r.due_at,
		'overdue', data_subject_is_open(r.state) and r.due_at < clock_now(), 'state', r.state,
		'identity_check', r.identity_check, 'extension_reason', r.extension_reason,
		'opinion_staff_id', case when not app_is_citizen() then r.opinion_staff_id end,
		'opinion', case when not app_is_citizen() then r.opinion end, 'answer', r.answer,
		'legal_basis', (select jsonb_build_object('code', l.code, 'law', l.law, 'section', l.section) from legal_basis l
			where l.code = r.legal_basis_code order by l.valid_from desc limit 1),
		'complaint_to', data_subject_complaint(r), 'decided_by', r.decided_by, 'decided_at', r.decided_at,
		'created_at', r.created_at, 'updated_at', r.updated_at))
$$;

create function data_subject_check(r data_subject_request, step text, body jsonb) returns void language plpgsql as $$
begin
	if step = 'ask_opinion' then
		perform raise_unless(exists (select 1 from staff s where s.id = (body ->> 'staff_id')::uuid
				and s.agency_id = r.agency_id and s.is_health_personnel), 422, 'unknown_reference',
			fault('/staff_id', 'reference', 'is no health personnel of the agency'));
	elsif step in ('refuse', 'fulfil_partly') then
		perform raise_unless(exists (select 1 from data_subject_ground g where g.kind = r.kind
				and g.legal_basis_code = body ->> 'legal_basis' and legal_basis_holds(g.legal_basis_code)), 422, 'invalid_value',
			fault('/legal_basis', 'legal_basis', 'is no ground to refuse this kind of request: '
				|| (select string_agg(g.legal_basis_code, ', ' order by g.legal_basis_code) from data_subject_ground g
					where g.kind = r.kind)));
	end if;
end $$;

-- Whoever is asked for an opinion may know the person only through this request, and gets a task without content.
create function data_subject_ask(r data_subject_request, member uuid) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	insert into task (kind, title, agency_id, assignee_staff_id, for_role, due_at, entity, entity_id, source_key)
	select 'DATA_SUBJECT_OPINION', 'Uttal deg om en begjæring om retting eller sletting', r.agency_id, member, m.role, r.due_at,
		'data_subject_request', r.id, 'data-subject:' || r.id || ':' || member
	from staff_membership m where m.staff_id = member and m.state = 'ACTIVE' order by m.valid_from desc limit 1
	on conflict (source_key) do nothing
$$;

create function data_subject_step(request uuid, step text, target text, body jsonb) returns int language plpgsql as $$
declare
	r data_subject_request;
begin
	select * into r from data_subject_request where id = request;
	perform data_subject_check(r, step, body);
	update data_subject_request d set state = target,
		identity_check = case when step = 'verify_identity' then body ->> 'identity_check' else d.identity_check end,
		extension_reason = case when step = 'extend' then body ->> 'reason' else d.extension_reason end,
		due_at = case when step = 'extend' then deadline_at('DATA_SUBJECT_REQUEST', d.received_at, 'EXTENDED') else d.due_at end,
		escalated_at = case when step = 'extend' then null else d.escalated_at end,
		opinion_staff_id = case when step = 'ask_opinion' then (body ->> 'staff_id')::uuid else d.opinion_staff_id end,
		opinion = case when step = 'give_opinion' then body ->> 'opinion' else d.opinion end,
		answer = case when target in ('FULFILLED', 'PARTLY', 'REFUSED') then body ->> 'answer' end,
		legal_basis_code = case when target in ('PARTLY', 'REFUSED') then body ->> 'legal_basis' end,
		decided_by = case when target in ('FULFILLED', 'PARTLY', 'REFUSED') then app_staff_id() end,
		decided_at = case when not data_subject_is_open(target) then clock_now() end
	where d.id = request returning * into r;
	if step = 'ask_opinion' then
		perform data_subject_ask(r, r.opinion_staff_id);
	elsif step = 'give_opinion' then
		perform tasks_end('data_subject_request', request, '{DATA_SUBJECT_OPINION}', 'DONE', null);
	elsif not data_subject_is_open(target) then
		perform tasks_end('data_subject_request', request, null, case target when 'WITHDRAWN' then 'CANCELLED' else 'DONE' end, null);
	end if;
	return r.version;
end $$;

-- The month is over: the agency's chief doctor or leaders get it.
create function job_data_subject_requests(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r data_subject_request;
	n int := 0;
begin
	for r in select * from data_subject_request where data_subject_is_open(state) and escalated_at is null
		and due_at <= clock_now() order by due_at limit batch for update skip locked
	loop
		update data_subject_request set escalated_at = clock_now() where id = r.id;
		perform escalate('data-subject:' || r.id || ':' || r.due_at::date, 'Frist passert: svar på en begjæring om personopplysninger',
			null, null, r.agency_id, 'data_subject_request', r.id);
		n := n + 1;
	end loop;
	return n;
end $$;
insert into job (kind, call, batch) values ('data_subject_requests_escalated', 'job_data_subject_requests', 200);
revoke execute on function job_data_subject_requests(int) from public;

create policy data_subject_history_read on row_history for select using (
	entity = 'data_subject_request' and exists (select 1 from data_subject_request r where r.id = row_history.entity_id));

-- migrate:down
drop policy data_subject_history_read on row_history;
delete from job where kind = 'data_subject_requests_escalated';
drop function if exists job_data_subject_requests, data_subject_step, data_subject_ask, data_subject_check, data_subject_json,
	data_subject_complaint, data_subject_facts, data_subject_needs_opinion, data_subject_make, data_subject_tell,
	data_subject_of, data_subject_is_open cascade;
drop table data_subject_request, data_subject_ground cascade;
delete from deadline_rule where code = 'DATA_SUBJECT_REQUEST';
delete from code_concept where system_code = 'legal-basis' and code in ('GDPR_MANNER', 'GDPR_ERASE', 'GDPR_RESTRICT',
	'GDPR_PORTABILITY', 'GDPR_OBJECT', 'HPL_CORRECT', 'HPL_ERASE', 'PBRL_ACCESS_DENIED', 'ARCHIVE');
delete from legal_basis where code in ('GDPR_MANNER', 'GDPR_ERASE', 'GDPR_RESTRICT', 'GDPR_PORTABILITY', 'GDPR_OBJECT',
	'HPL_CORRECT', 'HPL_ERASE', 'PBRL_ACCESS_DENIED', 'ARCHIVE');
