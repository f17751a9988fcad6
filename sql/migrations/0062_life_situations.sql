-- migrate:up
-- The life situation in eight domains (domain.md §2.6.1): what staff and the person think, each for themselves, the
-- facts behind it, and on a full round the top need of either.

create table life_situation (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid references agency, -- null: recorded by the person
	recorded_by uuid references staff,
	observed_on date not null,
	top_need_patient text check (top_need_patient = any (life_domain_names())),
	top_need_staff text check (top_need_staff = any (life_domain_names())),
	entered_in_error boolean not null default false,
	correction_reason text, -- of this version
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint life_situation_correction_has_a_reason check (version = 1 or correction_reason is not null)
);
create index life_situation_patient on life_situation (patient_id, observed_on desc, id desc);

create table life_rating (
	id uuid primary key default gen_random_uuid(),
	life_situation_id uuid not null references life_situation,
	patient_id uuid not null references patient,
	owner_agency_id uuid references agency,
	domain text not null check (domain = any (life_domain_names())),
	staff_level int check (staff_level between 0 and 4),
	patient_level int check (patient_level between 0 and 4),
	note text,
	facts jsonb,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint life_rating_is_once_a_domain unique (life_situation_id, domain),
	constraint life_rating_has_a_level check (num_nonnulls(staff_level, patient_level) > 0),
	constraint life_rating_by_the_person_is_theirs_alone check (owner_agency_id is not null
		or (staff_level is null and facts is null))
);
create index life_rating_patient on life_rating (patient_id, domain);

select install_change_trigger('life_situation', 'patient_id', 'history');
select install_change_trigger('life_rating', 'patient_id', 'history');
insert into thing_of_person (resource, kept_in, objected_as) values
	('life-situations', 'life_situation', 'life-situations');

-- Which domains the caller may see and write: NAV economy and activity, the housing service housing, each as far as
-- the person has consented (domain.md §5.4); everyone else all.
create function life_domains(person uuid) returns text[] language plpgsql stable as $$
begin
	if not app_gate('c') then
		return life_domain_names();
	end if;
	return array_remove(case app_role()
		when 'NAV' then array[case when consent_covering(person, 'ECONOMY') is not null then 'ECONOMY' end,
			case when consent_covering(person, 'WORK') is not null then 'ACTIVITY' end]
		when 'HO' then array[case when consent_covering(person, 'HOUSING') is not null then 'HOUSING' end]
		else '{}' end, null);
end $$;

-- The category of data that the gate asks a consent for: one that the caller has, or else the first that would do.
create function life_category(person uuid) returns text language sql stable as $$
	select case when app_role() <> 'NAV' then 'HOUSING'
		when consent_covering(person, 'ECONOMY') is null and consent_covering(person, 'WORK') is not null then 'WORK'
		else 'ECONOMY' end
$$;

-- Owner's rights: whose row it is decides which consent is asked for.
create function admit_life_situation(thing uuid, is_write boolean) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return admit('life-situations', thing,
		life_category((select l.patient_id from life_situation l where l.id = thing)), is_write);
end $$;

alter table life_situation enable row level security;
alter table life_rating enable row level security;
create policy admitted on life_rating for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and (strpos(coalesce(current_setting('app.gates', true), ''), 'c') = 0 or domain = any (life_domains(patient_id))));
-- a round of which the caller sees no domain is not there
create policy admitted on life_situation for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and (strpos(coalesce(current_setting('app.gates', true), ''), 'c') = 0
		or owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		or exists (select 1 from life_rating r where r.life_situation_id = life_situation.id)));
select install_related_policy('life_situation', 'life-situations');
select install_related_policy('life_rating', 'life-situations');
create policy life_situation_insert on life_situation for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id is not distinct from nullif(current_setting('app.agency_id', true), '')::uuid);
create policy life_situation_update on life_situation for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy life_rating_insert on life_rating for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid and domain = any (life_domains(patient_id)));
create policy life_rating_update on life_rating for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid and domain = any (life_domains(patient_id)));
grant select, insert, update on life_situation, life_rating to samhandling_service;

-- what was, for whom it is shown now
create policy history_of_life on row_history for select using (
	(entity = 'life_situation' and exists (select 1 from life_situation l where l.id = entity_id))
	or (entity = 'life_rating' and exists (select 1 from life_rating r where r.id = entity_id)));

-- What is wrong with a round, as errors[] of a problem. The person rates for themselves alone.
create function life_situation_faults(body jsonb) returns jsonb language sql stable as $$
	with rating as (
		select n - 1 as n, r, coalesce(r -> 'housing', r -> 'activity') as episode,
			case when r ? 'housing' then 'housing' else 'activity' end as episode_name
		from jsonb_array_elements(coalesce(body -> 'ratings', '[]')) with ordinality x (r, n)
	)
	select coalesce(jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code, 'detail', f.detail)), '[]')
	from (
		select '/observed_on' as pointer, 'future' as code, 'must not be after today' as detail
		where (body ->> 'observed_on')::date > clock_today()
		union all
		select '/ratings/' || n || '/domain', 'duplicate', 'is rated twice' from rating
		where exists (select 1 from rating o where o.n < rating.n and o.r ->> 'domain' = rating.r ->> 'domain')
		union all
		select '/ratings/' || n, 'required', 'needs staff_level or patient_level' from rating
		where coalesce(r ->> 'staff_level', r ->> 'patient_level') is null
		union all
		select '/ratings/' || n || '/' || m, 'domain', 'holds the facts of another domain' from rating, jsonb_object_keys(r) m
		where m in ('housing', 'activity', 'economy', 'network') and m <> lower(r ->> 'domain')
		union all
		select '/ratings/' || n || '/' || m, 'own_rating', 'is for staff to say' from rating, jsonb_object_keys(r) m
		where app_is_citizen() and m not in ('domain', 'patient_level', 'note')
		union all
		select '/top_need_staff', 'own_rating', 'is for staff to say'
		where app_is_citizen() and body ->> 'top_need_staff' is not null
		union all
		select '/ratings/' || n || '/' || episode_name || '/to', 'range', 'must not be before from' from rating
		where (episode ->> 'to')::date < (episode ->> 'from')::date
	) f
$$;

-- A full round, all eight domains rated, names the top need of whoever rated.
create function life_round_faults(round uuid) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', 'required', 'detail',
		'is required on a full round of all eight domains')), '[]')
	from (select count(r.staff_level) as staff, count(r.patient_level) as patient
		from life_rating r where r.life_situation_id = round) rated
	join life_situation l on l.id = round
	cross join lateral (values
		(rated.staff = 8 and l.top_need_staff is null, '/top_need_staff'),
		(rated.patient = 8 and l.top_need_patient is null, '/top_need_patient')) f (missing, pointer)
	where f.missing
$$;

create function refuse_faults(faults jsonb) returns boolean language sql as $$
	select raise_unless(faults = '[]', 422, 'invalid_value', jsonb_build_object('errors', faults)) $$;

-- Puts the ratings of a body into a round; a domain that is there already is changed.
create function rate_life(round uuid, person uuid, ratings jsonb) returns void language plpgsql as $$
begin
	-- a domain that the caller may not see is not theirs to rate
	perform raise_unless(not exists (select 1 from jsonb_array_elements(ratings) r
		where r ->> 'domain' <> all (life_domains(person))), 403, 'forbidden');
	insert into life_rating (life_situation_id, patient_id, owner_agency_id, domain, staff_level, patient_level, note, facts)
	select round, person, app_agency_id(), r ->> 'domain', (r ->> 'staff_level')::int, (r ->> 'patient_level')::int,
		r ->> 'note', r -> lower(r ->> 'domain')
	from jsonb_array_elements(ratings) r
	on conflict (life_situation_id, domain) do update set staff_level = excluded.staff_level,
		patient_level = excluded.patient_level, note = excluded.note, facts = excluded.facts;
	perform refuse_faults(life_round_faults(round));
end $$;

create function record_life_situation(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := coalesce((body ->> 'patient_id')::uuid, app_citizen_id());
begin
	perform raise_unless(person is not null, 422, 'missing_fact', fault('/patient_id', 'required', 'is required'));
	perform admit_named(person, 'life-situations', life_category(person));
	perform refuse_faults(life_situation_faults(body));
	insert into life_situation (id, patient_id, owner_agency_id, recorded_by, observed_on, top_need_patient, top_need_staff)
	values (new_id, person, app_agency_id(), app_staff_id(), (body ->> 'observed_on')::date, body ->> 'top_need_patient',
		body ->> 'top_need_staff');
	perform rate_life(new_id, person, body -> 'ratings');
	return new_id;
end $$;

-- A new version of a round; who recorded it corrects it, and for staff any of the team.
create function correct_life_situation(round life_situation, body jsonb) returns uuid language plpgsql as $$
begin
	perform raise_unless(case when round.owner_agency_id is null then app_is_citizen()
		else not app_is_citizen() and may_correct(round.owner_agency_id, round.recorded_by) end, 403, 'forbidden');
	perform refuse_faults(life_situation_faults(body));
	update life_situation l set observed_on = n.observed_on, top_need_patient = n.top_need_patient,
		top_need_staff = n.top_need_staff, entered_in_error = n.entered_in_error, correction_reason = n.correction_reason
	from jsonb_populate_record(round, body) n where l.id = round.id;
	perform rate_life(round.id, round.patient_id, coalesce(body -> 'ratings', '[]'));
	return round.id;
end $$;

-- With the gates f and c what others wrote freely stays with them.
create function life_rating_json(r life_rating) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('domain', (r).domain, 'staff_level', (r).staff_level,
		'patient_level', (r).patient_level, 'red', greatest((r).staff_level, (r).patient_level) >= 3,
		'note', case when not (app_gate('f') or app_gate('c')) or (r).owner_agency_id = app_agency_id() then (r).note end)
		|| case when (r).facts is not null then jsonb_build_object(lower((r).domain), (r).facts) else '{}' end)
$$;

-- The ratings of a round, as they are or as they were.
create function life_ratings(round uuid, as_of timestamptz) returns setof life_rating language sql stable as $$
	select r.* from life_rating r where r.life_situation_id = round and as_of is null
	union all
	select past.* from life_rating r
	cross join lateral (select h.content from row_history h where h.entity = 'life_rating' and h.entity_id = r.id
		and h.valid_from <= as_of order by h.version desc limit 1) h
	cross join lateral jsonb_populate_record(r, h.content) past
	where r.life_situation_id = round
$$;

create function life_situation_json(l life_situation, as_of timestamptz default null) returns json
language sql stable as $$
	select json_strip_nulls(json_build_object('id', (l).id, 'version', (l).version, 'patient_id', (l).patient_id,
		'owner_agency_id', (l).owner_agency_id, 'recorded_by', (l).recorded_by, 'by_patient', (l).owner_agency_id is null,
		'observed_on', (l).observed_on, 'full_staff', r.staff = 8, 'full_patient', r.patient = 8,
		'ratings', r.ratings,
		'top_need_patient', case when not app_gate('c') then (l).top_need_patient end,
		'top_need_staff', case when not app_gate('c') then (l).top_need_staff end,
		'entered_in_error', (l).entered_in_error,
		'correction_reason', case when not (app_gate('f') or app_gate('c')) or (l).owner_agency_id = app_agency_id()
			then (l).correction_reason end,
		'created_at', (l).created_at, 'updated_at', (l).updated_at))
	from (select coalesce(jsonb_agg(life_rating_json(x) order by array_position(life_domain_names(), x.domain)), '[]') as ratings,
			count(x.staff_level) as staff, count(x.patient_level) as patient
		from life_ratings((l).id, as_of) x) r
$$;

-- Housing and activity as episodes, computed from the facts of the rounds: what was said last about an episode of
-- that kind from that day; without an end it lasts until the next one begins.
create function life_episodes(person uuid, of_domain text) returns table (type text, from_day date, to_day date, facts jsonb)
language sql stable as $$
	select e.kind, e.begins, coalesce((e.told ->> 'to')::date,
			lead(e.begins) over (order by e.begins, e.kind)), e.told
	from (select distinct on (r.facts ->> 'from', r.facts ->> 'type') r.facts ->> 'type' as kind,
			(r.facts ->> 'from')::date as begins, r.facts as told
		from life_rating r join life_situation l on l.id = r.life_situation_id
		where r.patient_id = person and r.domain = of_domain and r.facts ? 'from' and not l.entered_in_error
		order by r.facts ->> 'from', r.facts ->> 'type', l.observed_on desc, l.created_at desc) e
$$;

-- The last that is known of a domain: each side's level with its day, and the facts.
create function life_domain_now(person uuid, asked text) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('domain', asked,
		'staff', (select jsonb_build_object('level', r.staff_level, 'observed_on', l.observed_on, 'life_situation_id', l.id)
			from life_rating r join life_situation l on l.id = r.life_situation_id
			where r.patient_id = person and r.domain = asked and r.staff_level is not null and not l.entered_in_error
			order by l.observed_on desc, l.created_at desc limit 1),
		'patient', (select jsonb_build_object('level', r.patient_level, 'observed_on', l.observed_on, 'life_situation_id', l.id)
			from life_rating r join life_situation l on l.id = r.life_situation_id
			where r.patient_id = person and r.domain = asked and r.patient_level is not null and not l.entered_in_error
			order by l.observed_on desc, l.created_at desc limit 1),
		lower(asked), (select r.facts from life_rating r join life_situation l on l.id = r.life_situation_id
			where r.patient_id = person and r.domain = asked and r.facts is not null and not l.entered_in_error
			order by l.observed_on desc, l.created_at desc limit 1),
		'episodes', case when asked in ('HOUSING', 'ACTIVITY') then (select coalesce(jsonb_agg(jsonb_build_object('type', e.type,
			'from', e.from_day, 'to', e.to_day) order by e.from_day), '[]') from life_episodes(person, asked) e) end))
$$;

-- The present picture of a person, as far as the caller may see it.
create function life_situation_now(person uuid) returns json language sql stable as $$
	select json_strip_nulls(json_build_object('patient_id', person,
		'domains', (select coalesce(json_agg(life_domain_now(person, d) order by n), '[]')
			from unnest(life_domain_names()) with ordinality x (d, n) where d = any (life_domains(person))),
		'top_need_patient', p.top_need_patient, 'top_need_staff', s.top_need_staff,
		'top_needs_agree', p.top_need_patient = s.top_need_staff,
		'last_full_patient', p.observed_on, 'last_full_staff', s.observed_on))
	from (select 1) one
	left join lateral (select l.top_need_patient, l.observed_on from life_situation l
		where l.patient_id = person and not l.entered_in_error and not app_gate('c') and l.top_need_patient is not null
			and (select count(r.patient_level) from life_rating r where r.life_situation_id = l.id) = 8
		order by l.observed_on desc, l.created_at desc limit 1) p on true
	left join lateral (select l.top_need_staff, l.observed_on from life_situation l
		where l.patient_id = person and not l.entered_in_error and not app_gate('c') and l.top_need_staff is not null
			and (select count(r.staff_level) from life_rating r where r.life_situation_id = l.id) = 8
		order by l.observed_on desc, l.created_at desc limit 1) s on true
$$;

insert into code_system (code, uri, name_nb, name_en) values
	('life-domain', null, 'Livsområder', 'Life domains'),
	('housing-type', null, 'Boformer', 'Types of housing'),
	('activity-type', null, 'Arbeid og aktivitet', 'Work and activity'),
	('main-income', null, 'Hovedinntekt', 'Main income'),
	('money-management', null, 'Forvaltning av penger', 'Management of money');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('life-domain', 'HOUSING', 'Bolig', 'Housing', 1),
	('life-domain', 'ACTIVITY', 'Arbeid og aktivitet', 'Work and activity', 2),
	('life-domain', 'ECONOMY', 'Økonomi', 'Economy', 3),
	('life-domain', 'NETWORK', 'Nettverk', 'Network', 4),
	('life-domain', 'SOCIAL_FUNCTION', 'Sosial fungering', 'Social functioning', 5),
	('life-domain', 'MENTAL', 'Psykisk helse', 'Mental health', 6),
	('life-domain', 'PHYSICAL', 'Fysisk helse', 'Physical health', 7),
	('life-domain', 'SUBSTANCE', 'Rusmiddelbruk', 'Substance use', 8),
	('housing-type', 'OWNED', 'Eid bolig', 'Owned', 1),
	('housing-type', 'RENTED_PRIVATE', 'Privat leid', 'Rented from a private owner', 2),
	('housing-type', 'RENTED_MUNICIPAL', 'Kommunal leid', 'Rented from the municipality', 3),
	('housing-type', 'SUPPORTED_HOUSING', 'Bolig med oppfølging', 'Supported housing', 4),
	('housing-type', 'INSTITUTION', 'Institusjon', 'Institution', 5),
	('housing-type', 'TEMPORARY_SHELTER', 'Midlertidig botilbud', 'Temporary shelter', 6),
	('housing-type', 'WITH_RELATIVES', 'Hos familie', 'With relatives', 7),
	('housing-type', 'ROUGH_SLEEPING', 'Uten tak over hodet', 'Sleeping rough', 8),
	('housing-type', 'PRISON', 'Fengsel', 'Prison', 9),
	('housing-type', 'HOSPITAL_ONLY', 'Bare sykehus', 'Hospital only', 10),
	('activity-type', 'COMPETITIVE_WORK', 'Ordinært arbeid', 'Competitive work', 1),
	('activity-type', 'WAGE_SUBSIDY', 'Lønnstilskudd', 'Wage subsidy', 2),
	('activity-type', 'WORK_TRAINING', 'Arbeidstrening', 'Work training', 3),
	('activity-type', 'VTA', 'Varig tilrettelagt arbeid', 'Sheltered work', 4),
	('activity-type', 'IPS_SEARCH', 'Jobbsøking med IPS', 'Job search with IPS', 5),
	('activity-type', 'JMO', 'Jobbmestrende oppfølging', 'Job coping programme', 6),
	('activity-type', 'EDUCATION', 'Utdanning', 'Education', 7),
	('activity-type', 'DAY_CENTRE', 'Dagsenter', 'Day centre', 8),
	('activity-type', 'VOLUNTEER', 'Frivillig arbeid', 'Voluntary work', 9),
	('activity-type', 'NONE', 'Ingen', 'None', 10),
	('main-income', 'WAGE', 'Lønn', 'Wage', 1),
	('main-income', 'AAP', 'Arbeidsavklaringspenger', 'Work assessment allowance', 2),
	('main-income', 'DISABILITY_BENEFIT', 'Uføretrygd', 'Disability benefit', 3),
	('main-income', 'SOCIAL_ASSISTANCE', 'Økonomisk sosialhjelp', 'Social assistance', 4),
	('main-income', 'QUALIFICATION_BENEFIT', 'Kvalifiseringsstønad', 'Qualification benefit', 5),
	('main-income', 'NONE', 'Ingen', 'None', 6),
	('money-management', 'OWN', 'Selv', 'Own', 1),
	('money-management', 'VOLUNTARY_NAV', 'Frivillig forvaltning ved NAV', 'Voluntary, by NAV', 2),
	('money-management', 'GUARDIAN', 'Verge', 'Guardian', 3);

-- migrate:down
delete from code_concept where system_code in ('life-domain', 'housing-type', 'activity-type', 'main-income', 'money-management');
delete from code_system where code in ('life-domain', 'housing-type', 'activity-type', 'main-income', 'money-management');
drop policy history_of_life on row_history;
delete from thing_of_person where resource = 'life-situations';
drop table life_rating, life_situation cascade;
drop function if exists life_situation_now, life_domain_now, life_episodes, life_situation_json, life_ratings, life_rating_json,
	correct_life_situation, record_life_situation, rate_life, refuse_faults, life_round_faults, life_situation_faults,
	admit_life_situation, life_category, life_domains cascade;
