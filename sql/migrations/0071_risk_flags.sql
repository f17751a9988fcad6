-- migrate:up
-- Risk flags: what to be prepared for, for how long, and the warning that may leave health care (L17).

create table risk_flag (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	unit_id uuid not null references unit,
	kind text not null check (kind in ('SUICIDE', 'SELF_HARM', 'OVERDOSE', 'SELF_NEGLECT', 'VIOLENCE',
		'DANGER_TO_STAFF', 'WEAPON', 'DANGEROUS_ANIMAL', 'FIRE', 'CHILDREN', 'EXPLOITATION', 'SOMATIC', 'OTHER')),
	level text not null check (level in ('GREEN', 'YELLOW', 'ORANGE', 'RED')),
	text text not null check (length(text) between 1 and 2000), -- what the assessment says
	precautions text, -- what those who meet the person should do
	valid_from date not null default clock_today(),
	valid_to date not null,
	state text not null default 'ACTIVE' check (state in ('ACTIVE', 'ENDED', 'RETRACTED')),
	set_by uuid not null references staff,
	assessed_at timestamptz not null default clock_now(),
	closing_reason text,
	withheld_reason text check (withheld_reason in ('DANGER_TO_LIFE', 'SERIOUS_HARM', 'CLOSE_PERSON')),
	withheld_by uuid references staff,
	withheld_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint risk_flag_ends_after_it_begins check (valid_to >= valid_from),
	constraint risk_flag_text_is_withheld_by_somebody check ((withheld_reason is null) = (withheld_by is null))
);
create index risk_flag_patient on risk_flag (patient_id, created_at);
create index risk_flag_expiring on risk_flag (valid_to) where state = 'ACTIVE';
select install_change_trigger('risk_flag', 'patient_id', 'history');
insert into thing_of_person (resource, kept_in, objected_as) values ('risk-flags', 'risk_flag', 'risk-flags');

alter table risk_flag enable row level security;
create policy risk_flag_read on risk_flag for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP', 'CO', 'CU')
		and exists (select 1 from patient p where p.id = risk_flag.patient_id)));
create policy risk_flag_insert on risk_flag for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy risk_flag_update on risk_flag for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy risk_flag_history_read on row_history for select using (
	entity = 'risk_flag'
	and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert, update on risk_flag to samhandling_service;

insert into deadline_rule (code, severity, amount, unit) values
	('RISK_FLAG_VALID', '', 180, 'DAYS'),
	('RISK_FLAG_VALID', 'RED', 30, 'DAYS'),
	('RISK_FLAG_VALID', 'ORANGE', 90, 'DAYS'),
	('INFORM_PATIENT', '', 7, 'DAYS'),
	('DANGER_DISCLOSURE', '', 90, 'DAYS')
on conflict do nothing;

-- A flag is good for a time that its level decides, unless it says another.
create function risk_flag_until(level text, asked date) returns date language sql stable as $$
	select coalesce(asked, ((deadline_at('RISK_FLAG_VALID', clock_now(), level)) at time zone 'Europe/Oslo')::date - 1) $$;

-- Whose time is out is no longer to be relied on, though nobody has ended it.
create function risk_flag_state(f risk_flag) returns text language sql stable as $$
	select case when (f).state = 'ACTIVE' and (f).valid_to < clock_today() then 'EXPIRED' else (f).state end $$;

-- A status word for S; with f (team members who are not health personnel) not the assessment's text; the person
-- reads it unless a doctor has recorded a legal reason.
create function risk_flag_json(f risk_flag) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(case when app_cell() = 'S' then jsonb_build_object('id', (f).id, 'version', (f).version,
			'projection', 'STATUS', 'status', risk_flag_state(f), 'valid_from', (f).valid_from)
		else jsonb_build_object('id', (f).id, 'version', (f).version,
			'projection', case when app_is_citizen() then 'SELF' when app_gate('f') then 'LIMITED' else 'FULL' end,
			'status', risk_flag_state(f), 'patient_id', (f).patient_id, 'kind', (f).kind, 'level', (f).level,
			'precautions', case when not app_is_citizen() or (f).withheld_reason is null then (f).precautions end,
			'text', case when app_is_citizen() then case when (f).withheld_reason is null then (f).text end
				when not app_gate('f') then (f).text end,
			'text_withheld', (f).withheld_reason is not null, 'valid_from', (f).valid_from, 'valid_to', (f).valid_to,
			'assessed_at', (f).assessed_at, 'owner_agency_id', (f).owner_agency_id, 'created_at', (f).created_at,
			'updated_at', (f).updated_at)
			|| case when app_is_citizen() or app_gate('f') then '{}' else jsonb_build_object('set_by', (f).set_by,
				'unit_id', (f).unit_id, 'closing_reason', (f).closing_reason, 'withheld_reason', (f).withheld_reason,
				'withheld_by', (f).withheld_by, 'withheld_at', (f).withheld_at) end end)
$$;

create function risk_flag_facts(f risk_flag) returns text[] language sql stable as $$
	select array_remove(array[case when (f).owner_agency_id = app_agency_id() then 'own_agency' end,
		case when is_doctor(app_staff_id()) then 'doctor' end,
		case when (f).withheld_reason is not null then 'withheld' end], null) $$;

-- One step of a flag whose row is locked and whose machine has allowed it.
create function risk_flag_step(flag uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	f risk_flag;
begin
	update risk_flag set state = case when target = 'previous' then state else target end,
		level = case act when 'reassess' then body ->> 'level' else level end,
		text = case act when 'reassess' then coalesce(body ->> 'text', text) else text end,
		precautions = case act when 'reassess' then coalesce(body ->> 'precautions', precautions) else precautions end,
		valid_to = case act when 'reassess' then risk_flag_until(body ->> 'level', (body ->> 'valid_to')::date) else valid_to end,
		set_by = case act when 'reassess' then app_staff_id() else set_by end,
		assessed_at = case act when 'reassess' then clock_now() else assessed_at end,
		closing_reason = case when act in ('end', 'retract') then body ->> 'reason' else closing_reason end,
		withheld_reason = case act when 'withhold' then body ->> 'withheld_reason' when 'release' then null
			else withheld_reason end,
		withheld_by = case act when 'withhold' then app_staff_id() when 'release' then null else withheld_by end,
		withheld_at = case act when 'withhold' then clock_now() when 'release' then null else withheld_at end
	where id = flag returning * into f;
	perform note_step('risk-flags', f.id, f.version, act, before, case when target = 'previous' then before else target end,
		body ->> 'reason');
end $$;

-- Two weeks before a flag runs out its unit is asked to assess it again; a red or orange one is never just forgotten.
create function job_risk_flags(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
	select 'RISK_FLAG_REVIEW', 'Vurder risikoflagget på nytt før det utløper', f.patient_id, f.unit_id, f.owner_agency_id,
		(f.valid_to + 1)::timestamp at time zone 'Europe/Oslo', 'risk_flag', f.id, 'risk_flag:' || f.id || ':' || f.valid_to
	from risk_flag f where f.state = 'ACTIVE' and f.level in ('ORANGE', 'RED') and f.valid_to <= clock_today() + 14
		and not exists (select 1 from task t where t.source_key = 'risk_flag:' || f.id || ':' || f.valid_to)
	order by f.valid_to limit batch
	on conflict (source_key) do nothing;
	get diagnostics n = row_count;
	return n;
end $$;
revoke execute on function job_risk_flags(int) from public;
insert into job (kind, call) values ('risk_flags_to_assess', 'job_risk_flags');

-- A warning of danger to staff that leaves health care without consent, case by case (L17) -----------------
create table danger_disclosure (
	id uuid primary key,
	patient_id uuid not null references patient,
	risk_flag_id uuid not null references risk_flag,
	from_unit_id uuid not null references unit,
	from_agency_id uuid not null references agency,
	to_unit_id uuid not null references unit,
	to_agency_id uuid not null references agency,
	warning text not null check (length(warning) between 1 and 500),
	necessity text not null check (length(necessity) >= 20), -- for the sender, the person and the supervisors alone
	legal_basis_code text not null,
	disclosed_by uuid not null references staff,
	disclosed_at timestamptz not null default clock_now(),
	visible_until timestamptz not null,
	not_informed_reason text, -- why the person is not told
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index danger_disclosure_from on danger_disclosure (from_unit_id, disclosed_at);
create index danger_disclosure_to on danger_disclosure (to_unit_id, disclosed_at);
create index danger_disclosure_patient on danger_disclosure (patient_id);
select install_change_trigger('danger_disclosure', 'patient_id');

alter table danger_disclosure enable row level security;
create policy danger_disclosure_read on danger_disclosure for select using (
	(from_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and not exists (select 1 from objection o where o.patient_id = danger_disclosure.patient_id and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and o.resource_types && '{risk-flags,danger-disclosures}')
				or (o.scope = 'ITEMS' and danger_disclosure.id = any (o.item_ids)))
			and (o.against_id in (nullif(current_setting('app.agency_id', true), '')::uuid,
					nullif(current_setting('app.staff_id', true), '')::uuid)
				or o.against_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				or current_setting('app.role', true) = any (o.against_roles))))
	-- who was warned of a danger to life stays warned (L17)
	or (to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]) and visible_until > clock_now())
	or (patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid and not_informed_reason is null));
create policy danger_disclosure_insert on danger_disclosure for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and from_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert on danger_disclosure to samhandling_service;

-- The receiver reads the warning, never the flag, its text or why it was necessary to tell.
create function danger_disclosure_json(d danger_disclosure) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (d).id, 'version', (d).version, 'patient_id', (d).patient_id,
		'from_unit', unit_brief((d).from_unit_id), 'to_unit', unit_brief((d).to_unit_id), 'warning', (d).warning,
		'legal_basis', (d).legal_basis_code, 'disclosed_at', (d).disclosed_at, 'visible_until', (d).visible_until,
		'created_at', (d).created_at, 'updated_at', (d).updated_at)
		|| case when (d).from_agency_id = app_agency_id() then jsonb_build_object('risk_flag_id', (d).risk_flag_id,
			'necessity', (d).necessity, 'disclosed_by', (d).disclosed_by, 'not_informed_reason', (d).not_informed_reason)
			when app_is_citizen() then jsonb_build_object('necessity', (d).necessity) else '{}' end)
$$;

-- Does the unit serve the person already, so that the warning does not tell that somebody is known?
create function unit_serves(unit uuid, person uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from care_relation c where c.unit_id = $1 and c.patient_id = $2
		and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())) $$;

-- What stands against a warning; raises. The police have their own duty to alert (L14) and never get one.
create function check_danger_disclosure(f risk_flag, u unit) returns boolean language plpgsql as $$
begin
	perform raise_unless(f.state = 'ACTIVE' and f.valid_to >= clock_today()
			and f.kind in ('VIOLENCE', 'DANGER_TO_STAFF', 'WEAPON', 'DANGEROUS_ANIMAL', 'FIRE') and f.level in ('ORANGE', 'RED'),
		422, 'invalid_value', fault('', 'no_danger', 'only an active flag of orange or red danger to others is disclosed'));
	return raise_unless(u.id is not null and unit_serves(u.id, f.patient_id)
			and exists (select 1 from agency a where a.id = u.agency_id and a.type <> 'POLICE'),
		422, 'unknown_reference', fault('/to_unit_id', 'reference', 'is no unit that serves the person'));
end $$;

create function disclose_danger(new_id uuid, flag uuid, body jsonb) returns uuid language plpgsql as $$
declare
	f risk_flag;
	u unit;
	person uuid := admit('risk-flags', flag, 'RISK', true);
begin
	select * into f from risk_flag where id = flag and patient_id = person;
	select * into u from unit where id = (body ->> 'to_unit_id')::uuid;
	perform check_danger_disclosure(f, u);
	insert into danger_disclosure (id, patient_id, risk_flag_id, from_unit_id, from_agency_id, to_unit_id, to_agency_id,
		warning, necessity, legal_basis_code, disclosed_by, visible_until, not_informed_reason)
	values (new_id, person, f.id, own_unit(person), app_agency_id(), u.id, u.agency_id, body ->> 'warning',
		body ->> 'necessity', 'FVL_DANGER_LIFE_HEALTH', app_staff_id(), deadline_at('DANGER_DISCLOSURE', clock_now()),
		body ->> 'not_informed_reason');
	if body ->> 'not_informed_reason' is null then
		perform add_task('INFORM_PATIENT', 'Fortell pasienten at en annen virksomhet er advart', person,
			own_unit(person), app_agency_id(), deadline_at('INFORM_PATIENT', clock_now()), 'danger_disclosure', new_id);
	end if;
	perform set_config('app.basis', 'FVL_DANGER_LIFE_HEALTH', true);
	return new_id;
end $$;

-- The caller's unit that serves the person; else the first of the caller's.
create function own_unit(person uuid) returns uuid language plpgsql stable as $$
begin
	return (select coalesce((select c.unit_id from care_relation c where c.patient_id = person and c.unit_id = any (app_unit_ids())
		and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now()) limit 1), (app_unit_ids())[1]));
end $$;

insert into code_system (code, uri, name_nb, name_en) values
	('risk-flag-kind', null, 'Typer risiko', 'Kinds of risk'),
	('risk-level', null, 'Risikonivå', 'Level of risk')
on conflict do nothing;
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('risk-flag-kind', 'SUICIDE', 'Selvmord', 'Suicide', 1),
	('risk-flag-kind', 'SELF_HARM', 'Selvskading', 'Self-harm', 2),
	('risk-flag-kind', 'OVERDOSE', 'Overdose', 'Overdose', 3),
	('risk-flag-kind', 'SELF_NEGLECT', 'Alvorlig manglende egenomsorg', 'Serious self-neglect', 4),
	('risk-flag-kind', 'VIOLENCE', 'Vold mot andre', 'Violence to others', 5),
	('risk-flag-kind', 'DANGER_TO_STAFF', 'Fare for ansatte', 'Danger to staff', 6),
	('risk-flag-kind', 'WEAPON', 'Våpen', 'Weapons', 7),
	('risk-flag-kind', 'DANGEROUS_ANIMAL', 'Farlig dyr i hjemmet', 'Dangerous animal at home', 8),
	('risk-flag-kind', 'FIRE', 'Brannfare', 'Fire', 9),
	('risk-flag-kind', 'CHILDREN', 'Barn kan være i fare', 'Children may be in danger', 10),
	('risk-flag-kind', 'EXPLOITATION', 'Utnyttes av andre', 'Exploited by others', 11),
	('risk-flag-kind', 'SOMATIC', 'Alvorlig kroppslig risiko', 'Serious somatic risk', 12),
	('risk-flag-kind', 'OTHER', 'Annet', 'Other', 13),
	('risk-level', 'GREEN', 'Lav', 'Low', 1),
	('risk-level', 'YELLOW', 'Moderat', 'Moderate', 2),
	('risk-level', 'ORANGE', 'Høy', 'High', 3),
	('risk-level', 'RED', 'Svært høy', 'Very high', 4)
on conflict do nothing;

-- migrate:down
delete from code_concept where system_code in ('risk-flag-kind', 'risk-level');
delete from code_system where code in ('risk-flag-kind', 'risk-level');
delete from deadline_rule where code in ('RISK_FLAG_VALID', 'INFORM_PATIENT', 'DANGER_DISCLOSURE');
delete from job where call = 'job_risk_flags';
delete from thing_of_person where resource = 'risk-flags';
drop policy if exists risk_flag_history_read on row_history;
drop table danger_disclosure, risk_flag cascade;
drop function if exists own_unit, disclose_danger, check_danger_disclosure, unit_serves, job_risk_flags,
	risk_flag_step, risk_flag_until cascade;
