-- migrate:up
-- Somatic assessments (domain.md §1.8): everything optional, impossible values refused, the next one due in a year or
-- three months after an antipsychotic was started or changed, follow-up that some agency owns.

insert into deadline_rule (code, amount, unit, valid_from) values
	('SOMATIC_YEARLY', 12, 'MONTHS', '2000-01-01'),
	('SOMATIC_ANTIPSYCHOTIC', 3, 'MONTHS', '2000-01-01'),
	('SOMATIC_FIRST', 3, 'MONTHS', '2000-01-01'); -- after the enrolment, for who has never been examined

create table somatic_assessment (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	recorded_by uuid references staff,
	examined_on date not null,
	examiner_staff_id uuid references staff,
	examiner_name text, -- someone outside the service
	setting text check (setting in ('GP_OFFICE', 'HOME', 'CLINIC', 'HOSPITAL', 'TEAM_OFFICE', 'OTHER')),
	declined_by_patient boolean not null default false,
	weight_kg numeric,
	height_cm numeric,
	bmi numeric generated always as (round(weight_kg / nullif(height_cm / 100, 0) ^ 2, 1)) stored,
	waist_cm numeric,
	systolic int,
	diastolic int,
	pulse int,
	hba1c numeric, -- mmol/mol
	cholesterol_total numeric, -- mmol/L, as the three below
	cholesterol_hdl numeric,
	cholesterol_ldl numeric,
	triglycerides numeric,
	qtc_ms int,
	smoking text check (smoking in ('NEVER', 'FORMER', 'DAILY', 'OCCASIONAL')),
	activity text,
	diet text,
	sleep text,
	dental_need boolean,
	vaccination text,
	contraception text,
	pregnant text check (pregnant in ('YES', 'NO', 'UNKNOWN', 'NOT_APPLICABLE')),
	side_effects text,
	findings text,
	antipsychotic_changed_on date, -- started or changed
	next_due date not null,
	entered_in_error boolean not null default false,
	correction_reason text, -- of this version
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint somatic_correction_has_a_reason check (version = 1 or correction_reason is not null)
);
create index somatic_assessment_patient on somatic_assessment (patient_id, examined_on desc, id desc);

-- Hepatitis and HIV, apart from all else: shown and written by the person and authorised health personnel (with an
-- HPR number) in an ordinary relation of care; never through an emergency access, never in old versions.
create table somatic_infection (
	id uuid primary key references somatic_assessment,
	patient_id uuid not null references patient,
	hepatitis_b text check (hepatitis_b in ('NEGATIVE', 'POSITIVE', 'CLEARED', 'UNKNOWN')),
	hepatitis_c text check (hepatitis_c in ('NEGATIVE', 'POSITIVE', 'CLEARED', 'UNKNOWN')),
	hiv text check (hiv in ('NEGATIVE', 'POSITIVE', 'UNKNOWN')),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index somatic_infection_patient on somatic_infection (patient_id);

create table somatic_follow_up (
	id uuid primary key default gen_random_uuid(),
	somatic_assessment_id uuid not null references somatic_assessment,
	patient_id uuid not null references patient,
	what text not null,
	responsible_agency_id uuid not null references agency,
	due_on date not null,
	task_id uuid not null references task,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index somatic_follow_up_assessment on somatic_follow_up (somatic_assessment_id);
create index somatic_follow_up_patient on somatic_follow_up (patient_id);
create index somatic_follow_up_task on somatic_follow_up (task_id);

-- Only what cannot be is refused, never what is merely unusual.
create function somatic_limits() returns table (member text, low numeric, high numeric) language sql immutable as $$
	values ('weight_kg', 10::numeric, 500::numeric), ('height_cm', 50, 280), ('waist_cm', 20, 350), ('systolic', 30, 350),
		('diastolic', 10, 250), ('pulse', 10, 350), ('hba1c', 5, 250), ('cholesterol_total', 0.1, 60),
		('cholesterol_hdl', 0.05, 20), ('cholesterol_ldl', 0.01, 50), ('triglycerides', 0.05, 150), ('qtc_ms', 150, 900)
$$;

create function somatic_faults(a somatic_assessment) returns jsonb language sql stable as $$
	with beyond as (
		select l.* from somatic_limits() l where (to_jsonb(a) ->> l.member)::numeric not between l.low and l.high
	)
	select coalesce(jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code, 'detail', f.detail)), '[]')
	from (
		select '/examined_on' as pointer, 'future' as code, 'must not be after today' as detail
		where (a).examined_on > clock_today()
		union all
		select '/antipsychotic_changed_on', 'future', 'must not be after today'
		where (a).antipsychotic_changed_on > clock_today()
		union all
		select '/' || l.member, 'range', 'must be from ' || trim_scale(l.low) || ' to ' || trim_scale(l.high)
		from beyond l
		union all
		select '/weight_kg', 'bmi', 'gives an impossible body mass index with this height'
		where (a).weight_kg / nullif((a).height_cm / 100, 0) ^ 2 not between 8 and 100
			and not exists (select 1 from beyond l where l.member in ('weight_kg', 'height_cm'))
		union all
		select '/diastolic', 'range', 'must be below systolic' where (a).diastolic >= (a).systolic
		union all
		select '/examiner_staff_id', 'reference', 'is nobody known here'
		where (a).examiner_staff_id is not null and not exists (select 1 from staff s where s.id = (a).examiner_staff_id)
	) f
$$;

-- A year after the examination; three months after an antipsychotic was started or changed, when that is sooner and
-- not already covered by this examination.
create function somatic_next_due(examined date, changed date) returns date language sql stable as $$
	select case when d.again > examined and d.again < d.yearly then d.again else d.yearly end
	from (select deadline_day('SOMATIC_YEARLY', examined) as yearly,
		deadline_day('SOMATIC_ANTIPSYCHOTIC', changed) as again) d
$$;

create function somatic_rules() returns trigger language plpgsql as $$
begin
	perform refuse_faults(somatic_faults(new));
	new.next_due := somatic_next_due(new.examined_on, new.antipsychotic_changed_on);
	return new;
end $$;
create trigger somatic_rules before insert or update on somatic_assessment for each row execute function somatic_rules();
select install_change_trigger('somatic_assessment', 'patient_id', 'history');
select install_change_trigger('somatic_infection', 'patient_id');
select install_change_trigger('somatic_follow_up', 'patient_id');
insert into thing_of_person (resource, kept_in, objected_as) values
	('somatic-assessments', 'somatic_assessment', 'somatic-assessments');

alter table somatic_assessment enable row level security;
alter table somatic_infection enable row level security;
alter table somatic_follow_up enable row level security;
create policy admitted on somatic_assessment for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
select install_related_policy('somatic_assessment', 'somatic-assessments');
create policy somatic_insert on somatic_assessment for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy somatic_update on somatic_assessment for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy infection_of_the_admitted on somatic_infection for all using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and coalesce(current_setting('app.emergency_id', true), '') = ''
	and (current_setting('app.role', true) = 'PT' or exists (select 1 from staff s
		where s.id = nullif(current_setting('app.staff_id', true), '')::uuid and s.hpr_number is not null)));
create policy follow_up_of_visible on somatic_follow_up for select using (
	exists (select 1 from somatic_assessment a where a.id = somatic_assessment_id));
grant select, insert, update on somatic_assessment, somatic_infection to samhandling_service;
grant select on somatic_follow_up to samhandling_service;

create policy history_of_somatic on row_history for select using (entity = 'somatic_assessment'
	and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid);

create function may_see_infection() returns boolean language sql stable as $$
	select coalesce(current_setting('app.emergency_id', true), '') = '' and (app_role() = 'PT'
		or exists (select 1 from staff s where s.id = app_staff_id() and s.hpr_number is not null))
$$;

-- The unit of an agency that serves the person, and the general practitioner's when no agency is named: who gets a
-- follow-up must be able to know of the person. Owner's rights: other agencies' relations are not the caller's.
create function serving_unit(person uuid, agency uuid) returns unit language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select u from care_relation c join unit u on u.id = c.unit_id
	where c.patient_id = person and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())
		and (c.agency_id = agency or (agency is null and c.basis = 'GP_REGISTRATION'))
	order by (c.basis = 'GP_REGISTRATION') desc, c.valid_from desc limit 1
$$;

-- Follow-ups become tasks of the agencies that own them. Owner's rights: an agency may leave a task with another.
-- What is to be done stands in the note of health services alone; others read it nowhere.
create function add_somatic_follow_ups(assessment_id uuid, person uuid, follow_ups jsonb) returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	f record;
	u unit;
	made uuid;
begin
	for f in select x.what, x.responsible_agency_id, x.due_on, n - 1 as n
		from jsonb_array_elements(follow_ups) with ordinality e (item, n)
		cross join lateral jsonb_to_record(e.item) x (what text, responsible_agency_id uuid, due_on date)
	loop
		u := serving_unit(person, f.responsible_agency_id);
		perform raise_unless(u.id is not null, 422, 'unknown_reference', fault('/follow_ups/' || f.n || '/responsible_agency_id',
			'reference', 'must be an agency that serves the person; without one, the person''s GP gets it'));
		insert into task (kind, title, note, patient_id, unit_id, agency_id, due_at, entity, entity_id, created_by)
		values ('SOMATIC_FOLLOW_UP', 'Følg opp somatisk undersøkelse',
			case when (select a.type from agency a where a.id = u.agency_id) in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST')
				then f.what end, person, u.id, u.agency_id, (f.due_on + 1)::timestamp at time zone 'Europe/Oslo',
			'somatic_assessment', assessment_id, app_staff_id())
		returning id into made;
		insert into somatic_follow_up (somatic_assessment_id, patient_id, what, responsible_agency_id, due_on, task_id)
		values (assessment_id, person, f.what, u.agency_id, f.due_on, made);
	end loop;
end $$;

-- How far a follow-up has come: its task belongs to another agency, which shows its state and no more.
create function follow_up_state(of_task uuid) returns text language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select t.state from task t where t.id = of_task
$$;

create function write_infection(assessment_id uuid, person uuid, told jsonb) returns void language plpgsql as $$
begin
	if told is null then
		return;
	end if;
	perform raise_unless(may_see_infection(), 403, 'forbidden');
	insert into somatic_infection as i (id, patient_id, hepatitis_b, hepatitis_c, hiv)
	values (assessment_id, person, told ->> 'hepatitis_b', told ->> 'hepatitis_c', told ->> 'hiv')
	on conflict (id) do update set hepatitis_b = coalesce(excluded.hepatitis_b, i.hepatitis_b),
		hepatitis_c = coalesce(excluded.hepatitis_c, i.hepatitis_c), hiv = coalesce(excluded.hiv, i.hiv);
end $$;

create function record_somatic(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := (body ->> 'patient_id')::uuid;
begin
	perform admit_named(person, 'somatic-assessments', 'HEALTH_SUMMARY');
	insert into somatic_assessment (id, patient_id, owner_agency_id, recorded_by, examined_on, examiner_staff_id,
		examiner_name, setting, declined_by_patient, weight_kg, height_cm, waist_cm, systolic, diastolic, pulse, hba1c,
		cholesterol_total, cholesterol_hdl, cholesterol_ldl, triglycerides, qtc_ms, smoking, activity, diet, sleep,
		dental_need, vaccination, contraception, pregnant, side_effects, findings, antipsychotic_changed_on)
	select new_id, person, app_agency_id(), app_staff_id(), n.examined_on, n.examiner_staff_id, n.examiner_name, n.setting,
		coalesce(n.declined_by_patient, false), n.weight_kg, n.height_cm, n.waist_cm, n.systolic, n.diastolic, n.pulse,
		n.hba1c, n.cholesterol_total, n.cholesterol_hdl, n.cholesterol_ldl, n.triglycerides, n.qtc_ms, n.smoking,
		n.activity, n.diet, n.sleep, n.dental_need, n.vaccination, n.contraception, n.pregnant, n.side_effects,
		n.findings, n.antipsychotic_changed_on
	from jsonb_populate_record(null::somatic_assessment, body) n;
	perform write_infection(new_id, person, body -> 'infection');
	perform add_somatic_follow_ups(new_id, person, coalesce(body -> 'follow_ups', '[]'));
	return new_id;
end $$;

-- A new version; follow-ups in it are added to those that are there.
create function correct_somatic(was somatic_assessment, body jsonb) returns uuid language plpgsql as $$
begin
	perform raise_unless(may_correct(was.owner_agency_id, was.recorded_by), 403, 'forbidden');
	update somatic_assessment s set examined_on = n.examined_on, examiner_staff_id = n.examiner_staff_id,
		examiner_name = n.examiner_name, setting = n.setting, declined_by_patient = n.declined_by_patient,
		weight_kg = n.weight_kg, height_cm = n.height_cm, waist_cm = n.waist_cm, systolic = n.systolic,
		diastolic = n.diastolic, pulse = n.pulse, hba1c = n.hba1c, cholesterol_total = n.cholesterol_total,
		cholesterol_hdl = n.cholesterol_hdl, cholesterol_ldl = n.cholesterol_ldl, triglycerides = n.triglycerides,
		qtc_ms = n.qtc_ms, smoking = n.smoking, activity = n.activity, diet = n.diet, sleep = n.sleep,
		dental_need = n.dental_need, vaccination = n.vaccination, contraception = n.contraception, pregnant = n.pregnant,
		side_effects = n.side_effects, findings = n.findings, antipsychotic_changed_on = n.antipsychotic_changed_on,
		entered_in_error = n.entered_in_error, correction_reason = n.correction_reason
	from jsonb_populate_record(was, body) n where s.id = was.id;
	perform write_infection(was.id, was.patient_id, body -> 'infection');
	perform add_somatic_follow_ups(was.id, was.patient_id, coalesce(body -> 'follow_ups', '[]'));
	return was.id;
end $$;

-- Everything that is known; what is not is absent. Old versions are shown without the infection status.
create function somatic_json(a somatic_assessment, is_past boolean default false) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(to_jsonb(a) || jsonb_build_object('overdue', (a).next_due < clock_today() and not exists (
			select 1 from somatic_assessment later where later.patient_id = (a).patient_id and not later.entered_in_error
				and (later.examined_on, later.id) > ((a).examined_on, (a).id)),
		'infection', case when not is_past then (select jsonb_build_object('hepatitis_b', i.hepatitis_b,
			'hepatitis_c', i.hepatitis_c, 'hiv', i.hiv) from somatic_infection i where i.id = (a).id) end,
		'follow_ups', (select coalesce(jsonb_agg(jsonb_build_object('what', f.what, 'responsible_agency_id',
				f.responsible_agency_id, 'due_on', f.due_on, 'task_id', f.task_id, 'status', follow_up_state(f.task_id))
				order by f.due_on, f.id), '[]')
			from somatic_follow_up f where f.somatic_assessment_id = (a).id)))
$$;

-- migrate:down
drop policy history_of_somatic on row_history;
drop table somatic_follow_up, somatic_infection, somatic_assessment cascade;
delete from thing_of_person where resource = 'somatic-assessments';
delete from deadline_rule where code like 'SOMATIC\_%';
drop function if exists somatic_json, correct_somatic, record_somatic, write_infection, follow_up_state,
	add_somatic_follow_ups, serving_unit, may_see_infection, somatic_rules, somatic_next_due, somatic_faults,
	somatic_limits cascade;
