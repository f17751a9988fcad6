-- migrate:up
-- Assessments: a person's answers to an instrument, scored here, corrected by versions, compared with the baseline.

-- What resources about a person share ---------------------------------------------------------------------
-- Whose rows a list shows: the person asked for, and a citizen themselves, through the gate; else those to whom the
-- caller's units stand in relation. Whoever needs a consent names the person: without one they see none.
create function people_asked(asked uuid, resource text, category text) returns setof uuid language plpgsql as $$
begin
	return query select unnest(case when coalesce(asked, app_citizen_id()) is not null
			then admit_listed(coalesce(asked, app_citizen_id()), resource, category)
		else related_persons() end);
end $$;

-- The order of a list of assessments: ids alone, the newest first. Owner's rights: row security is asked of those that
-- are shown, where asked of each row it cost more than all else.
create function assessments_in_order(persons uuid[], instrument text, at_occasion text, of_enrolment uuid, before_day date,
	before_id uuid) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return query select a.id from assessment a
	where a.patient_id = any (persons) and not a.entered_in_error
		and (instrument is null or a.instrument_code = instrument) and (at_occasion is null or a.occasion = at_occasion)
		and (of_enrolment is null or a.enrolment_id = of_enrolment)
		and (before_day is null or (a.assessed_on, a.id) < (before_day, before_id))
	order by a.assessed_on desc, a.id desc;
end $$;

-- The last day of a deadline that starts on a day.
create function deadline_day(rule text, start date) returns date language sql stable as $$
	select oslo_day(deadline_at(rule, start::timestamp at time zone 'Europe/Oslo')) - 1
$$;

insert into deadline_rule (code, amount, unit, valid_from) values
	('ASSESSMENT_BASELINE', 60, 'DAYS', '2000-01-01');

-- Assessments ------------------------------------------------------------------------------------------------
create table assessment (
	id uuid primary key,
	patient_id uuid not null references patient,
	enrolment_id uuid,
	owner_agency_id uuid not null references agency,
	instrument_code text not null,
	instrument_version text not null,
	occasion text not null check (occasion in ('BASELINE', 'M06', 'M12', 'M24', 'ANNUAL', 'DISCHARGE', 'EXTRA')),
	assessed_on date not null,
	rater_staff_id uuid references staff,
	declined boolean not null default false,
	items jsonb not null default '{}',
	answered int not null default 0,
	total numeric,
	subscales jsonb not null default '{}',
	thresholds jsonb not null default '[]',
	note text,
	entered_in_error boolean not null default false,
	correction_reason text, -- of this version
	recorded_by uuid references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	foreign key (instrument_code, instrument_version) references instrument (code, version),
	constraint assessment_correction_has_a_reason check (version = 1 or correction_reason is not null)
);
create index assessment_patient on assessment (patient_id, assessed_on desc, id desc);
create index assessment_series on assessment (patient_id, instrument_code, instrument_version, occasion);

-- The enrolment that a day belongs to: the one that had begun last, or else the next. Owner's rights: an agency that
-- may write an assessment need not see the enrolment.
create function enrolment_near(person uuid, day date, out enrolment_id uuid, out enrolled_on date)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	select e.id, oslo_day(e.enrolled_at) into enrolment_id, enrolled_on
	from enrolment e where e.patient_id = person and e.enrolled_at is not null
	order by oslo_day(e.enrolled_at) <= day desc,
		abs(oslo_day(e.enrolled_at) - day) limit 1;
end $$;

-- What is wrong with an assessment beside its items.
create function assessment_faults(a assessment, i instrument, enrolled_on date) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code, 'detail', f.detail)), '[]')
	from (values
		(i.subject <> 'PATIENT', '/instrument_code', 'subject', 'is about a team, not about a person'),
		((a).assessed_on > clock_today(), '/assessed_on', 'future', 'must not be after today'),
		(i.rater = 'CLINICIAN' and not (a).declined and (a).rater_staff_id is null, '/rater_staff_id', 'required',
			'is required, since a clinician rates this instrument'),
		((a).rater_staff_id is not null and not exists (select 1 from staff s where s.id = (a).rater_staff_id),
			'/rater_staff_id', 'reference', 'is nobody known here'),
		((a).declined and (a).items <> '{}', '/items', 'declined', 'must be empty when the person has declined'),
		((a).occasion = 'BASELINE' and enrolled_on is null, '/occasion', 'baseline',
			'needs an enrolment that the baseline belongs to'),
		((a).occasion = 'BASELINE' and (a).assessed_on > deadline_day('ASSESSMENT_BASELINE', enrolled_on), '/occasion',
			'baseline', 'is not possible so long after the enrolment'),
		((a).occasion = 'BASELINE' and enrolled_on > deadline_day('ASSESSMENT_BASELINE', (a).assessed_on), '/occasion',
			'baseline', 'is not possible so long before the enrolment')
	) f (wrong, pointer, code, detail)
	where f.wrong
$$;

-- Whoever writes it: the faults all at once, then the score. A total that is given must be the one computed.
create function assessment_rules() returns trigger language plpgsql as $$
declare
	i instrument := (select x from instrument x where x.code = new.instrument_code and x.version = new.instrument_version);
	near record;
	faults jsonb;
	score jsonb;
begin
	select * into near from enrolment_near(new.patient_id, new.assessed_on);
	new.enrolment_id := near.enrolment_id;
	faults := assessment_faults(new, i, near.enrolled_on)
		|| case when new.declined then '[]' else instrument_faults(i, new.items) end;
	if faults = '[]' and not new.declined then
		score := instrument_score(i, new.items, (select p.sex from patient p where p.id = new.patient_id));
	end if;
	if faults = '[]' and new.total is not null and new.total is distinct from (score ->> 'total')::numeric then
		faults := fault('/total', 'total', 'is not what the answers give') -> 'errors';
	end if;
	perform raise_unless(faults = '[]', 422, 'invalid_value', jsonb_build_object('errors', faults));
	new.total := (score ->> 'total')::numeric;
	new.answered := coalesce((score ->> 'answered')::int, 0);
	new.subscales := coalesce(score -> 'subscales', '{}');
	new.thresholds := coalesce(score -> 'thresholds', '[]');
	return new;
end $$;
create trigger assessment_rules before insert or update on assessment for each row execute function assessment_rules();
select install_change_trigger('assessment', 'patient_id', 'history');
insert into thing_of_person (resource, kept_in, objected_as) values ('assessments', 'assessment', 'assessments');

alter table assessment enable row level security;
create policy admitted on assessment for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
select install_related_policy('assessment', 'assessments');
create policy assessment_insert on assessment for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy assessment_update on assessment for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert, update on assessment to samhandling_service;

create policy history_of_assessments on row_history for select using (entity = 'assessment'
	and (content ->> 'patient_id')::uuid = nullif(current_setting('app.admitted', true), '')::uuid);

-- A new assessment from a body of the contract.
create function record_assessment(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	i instrument := instrument_named(body ->> 'instrument_code', body ->> 'instrument_version');
begin
	perform admit_named((body ->> 'patient_id')::uuid, 'assessments', 'HEALTH_SUMMARY');
	perform raise_unless(i.code is not null, 422, 'unknown_reference', fault(
		case when body ? 'instrument_version' then '/instrument_version' else '/instrument_code' end, 'reference',
		'is no instrument, or no version of one, that is known here'));
	insert into assessment (id, patient_id, owner_agency_id, instrument_code, instrument_version, occasion, assessed_on,
		rater_staff_id, declined, items, total, note, recorded_by)
	select new_id, n.patient_id, app_agency_id(), i.code, i.version, n.occasion, n.assessed_on, n.rater_staff_id,
		coalesce(n.declined, false), jsonb_strip_nulls(coalesce(n.items, '{}')), n.total, n.note, app_staff_id()
	from jsonb_populate_record(null::assessment, body) n;
	return new_id;
end $$;

-- How it has gone since the baseline: the difference, whether it is for the better, whether it is more than chance.
create function assessment_delta(a assessment) returns jsonb language plpgsql stable as $$
begin
	if (a).declined or (a).entered_in_error then
		return null;
	end if;
	return (select jsonb_strip_nulls(jsonb_build_object('baseline_id', b.id, 'baseline_on', b.assessed_on,
		'total', d.total, 'better', case when d.total <> 0 then (d.total < 0) = (i.better = 'LOW') end,
		'reliable', abs(d.total) >= i.reliable_change,
		'subscales', (select coalesce(jsonb_object_agg(s.key, s.value::numeric - (b.subscales ->> s.key)::numeric), '{}')
			from jsonb_each_text((a).subscales) s where b.subscales ? s.key)))
	from assessment b
	join instrument i on i.code = b.instrument_code and i.version = b.instrument_version
	cross join lateral (select (a).total - b.total as total) d
	where b.patient_id = (a).patient_id and b.instrument_code = (a).instrument_code
		and b.instrument_version = (a).instrument_version and b.occasion = 'BASELINE' and b.id <> (a).id
		and b.assessed_on <= (a).assessed_on and not b.declined and not b.entered_in_error
	order by b.assessed_on desc limit 1);
end $$;

-- As this caller may see it: with the gate f the scores, without the answers and what was written about them.
create function assessment_json(a assessment) returns json language plpgsql stable as $$
begin
	return json_strip_nulls(json_build_object('id', (a).id, 'version', (a).version, 'patient_id', (a).patient_id,
		'enrolment_id', (a).enrolment_id, 'owner_agency_id', (a).owner_agency_id,
		'instrument_code', (a).instrument_code, 'instrument_version', (a).instrument_version,
		'occasion', (a).occasion, 'assessed_on', (a).assessed_on, 'rater_staff_id', (a).rater_staff_id,
		'declined', (a).declined, 'items', case when not app_gate('f') then (a).items end, 'answered', (a).answered,
		'total', (a).total, 'subscales', (a).subscales, 'thresholds', case when app_gate('f') then
			(select coalesce(jsonb_agg(t - 'items'), '[]') from jsonb_array_elements((a).thresholds) t)
			else (a).thresholds end,
		'delta', assessment_delta(a), 'note', case when not app_gate('f') then (a).note end,
		'entered_in_error', (a).entered_in_error,
		'correction_reason', case when not app_gate('f') then (a).correction_reason end,
		'recorded_by', (a).recorded_by, 'created_at', (a).created_at, 'updated_at', (a).updated_at));
end $$;

-- Each agency answers for its own rows; the team is one, whoever employs its people.
create function may_correct(owner_agency uuid, recorder uuid) returns boolean language sql stable as $$
	select owner_agency is not distinct from app_agency_id() or (app_role() in ('TM', 'TL') and exists (
		select 1 from staff_membership m where m.staff_id = recorder and m.unit_id = any (app_unit_ids()) and m.role in ('TM', 'TL')))
$$;

insert into code_system (code, uri, name_nb, name_en) values
	('assessment-occasion', null, 'Måletidspunkt', 'Occasion of an assessment');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('assessment-occasion', 'BASELINE', 'Ved oppstart', 'Baseline', 1),
	('assessment-occasion', 'M06', 'Etter 6 måneder', 'After 6 months', 2),
	('assessment-occasion', 'M12', 'Etter 12 måneder', 'After 12 months', 3),
	('assessment-occasion', 'M24', 'Etter 24 måneder', 'After 24 months', 4),
	('assessment-occasion', 'ANNUAL', 'Årlig', 'Yearly', 5),
	('assessment-occasion', 'DISCHARGE', 'Ved utskrivning', 'At discharge', 6),
	('assessment-occasion', 'EXTRA', 'Ellers', 'Otherwise', 7);

-- migrate:down
delete from code_concept where system_code = 'assessment-occasion';
delete from code_system where code = 'assessment-occasion';
drop policy history_of_assessments on row_history;
drop table assessment cascade;
delete from thing_of_person where resource = 'assessments';
delete from deadline_rule where code = 'ASSESSMENT_BASELINE';
drop function if exists may_correct, assessment_json, assessment_delta, record_assessment, assessment_rules,
	assessment_faults, enrolment_near, deadline_day, assessments_in_order, people_asked cascade;
