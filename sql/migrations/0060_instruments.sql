-- migrate:up
-- Instruments as data (domain.md §2.6): item codes, allowed values, missing code, formulas, direction, thresholds,
-- licence. No item text of anybody's instrument stands here or anywhere else in the service.

create table instrument (
	code text not null,
	version text not null,
	name text not null,
	measures_nb text not null,
	measures_en text not null,
	rater text not null check (rater in ('CLINICIAN', 'SELF', 'SELF_OR_STAFF', 'STAFF_AND_PATIENT', 'RATER')),
	subject text not null default 'PATIENT' check (subject in ('PATIENT', 'TEAM')),
	better text not null check (better in ('LOW', 'HIGH')),
	missing_code int, -- a value that says "not known"
	reliable_change numeric, -- a smaller change may be chance
	skip_item text, -- when this item has the value skip_value, skipped_items may be left out and count 0
	skip_value int,
	skipped_items text[] not null default '{}',
	licence_note text not null,
	licence_required boolean not null default false,
	is_current boolean not null default true,
	revision int not null default 1, -- of this description, for the ETag
	updated_at timestamptz not null default clock_now(),
	primary key (code, version)
);
create unique index instrument_has_one_current_version on instrument (code) where is_current;

create table instrument_item (
	instrument text not null,
	instrument_version text not null,
	code text not null,
	position int not null,
	low int not null,
	high int not null,
	step int not null default 1 check (step > 0),
	required boolean not null default true,
	primary key (instrument, instrument_version, code),
	foreign key (instrument, instrument_version) references instrument (code, version)
);

-- The whole is the scale TOTAL; an instrument that has none has no total.
create table instrument_scale (
	instrument text not null,
	instrument_version text not null,
	code text not null,
	position int not null,
	method text not null check (method in ('SUM', 'MEAN', 'WORST')),
	items text[] not null,
	min_answered int not null, -- with fewer answers there is no score
	low numeric not null,
	high numeric not null,
	primary key (instrument, instrument_version, code),
	foreign key (instrument, instrument_version) references instrument (code, version)
);

-- Reached when the scale's score lies within at_least and at_most; with item_at_least, when as many items as
-- at_least says have that value or more.
create table instrument_threshold (
	instrument text not null,
	instrument_version text not null,
	code text not null,
	sex text not null default 'ANY' check (sex in ('ANY', 'FEMALE', 'MALE')),
	scale text,
	item_at_least int,
	at_least numeric,
	at_most numeric,
	meaning_nb text not null,
	meaning_en text not null,
	primary key (instrument, instrument_version, code, sex),
	foreign key (instrument, instrument_version) references instrument (code, version),
	constraint threshold_is_on_a_scale_or_on_items check ((scale is null) <> (item_at_least is null))
);
grant select on instrument, instrument_item, instrument_scale, instrument_threshold to samhandling_service;

insert into instrument (code, version, name, measures_nb, measures_en, rater, subject, better, missing_code,
	reliable_change, licence_note, licence_required, is_current) values
	('HONOS', '1.0', 'Health of the Nation Outcome Scales', 'Problemenes alvorlighet', 'Severity of problems',
		'CLINICIAN', 'PATIENT', 'LOW', 9, 4, 'Royal College of Psychiatrists; free in public care, texts are not copied without permission', false, true),
	('PSF', '28', 'Praktisk og sosial fungering', 'Praktisk og sosial fungering', 'Practical and social functioning',
		'CLINICIAN', 'PATIENT', 'HIGH', null, null, 'Ask the authors at Akershus University Hospital', false, true),
	('PSF', '32', 'Praktisk og sosial fungering', 'Praktisk og sosial fungering', 'Practical and social functioning',
		'CLINICIAN', 'PATIENT', 'HIGH', null, null, 'Ask the authors at Akershus University Hospital; earlier version', false, false),
	('GAF_S', '1998', 'Global Assessment of Functioning, symptoms', 'Symptomnivå', 'Level of symptoms',
		'CLINICIAN', 'PATIENT', 'HIGH', null, null, 'Public (DSM-IV)', false, true),
	('GAF_F', '1998', 'Global Assessment of Functioning, function', 'Funksjonsnivå', 'Level of functioning',
		'CLINICIAN', 'PATIENT', 'HIGH', null, null, 'Public (DSM-IV)', false, true),
	('AUDIT', '2001', 'Alcohol Use Disorders Identification Test', 'Alkoholbruk', 'Use of alcohol',
		'SELF_OR_STAFF', 'PATIENT', 'LOW', null, null, 'World Health Organization; free', false, true),
	('DUDIT', '2003', 'Drug Use Disorders Identification Test', 'Bruk av narkotika', 'Use of drugs',
		'SELF_OR_STAFF', 'PATIENT', 'LOW', null, null, 'Karolinska Institutet; free for non-commercial use', false, true),
	('MANSA', '1999', 'Manchester Short Assessment of Quality of Life', 'Livskvalitet', 'Quality of life',
		'SELF', 'PATIENT', 'HIGH', null, null, 'Free for non-commercial use', false, true),
	('REQOL10', '1.0', 'Recovering Quality of Life, 10 items', 'Livskvalitet i bedring', 'Recovering quality of life',
		'SELF', 'PATIENT', 'HIGH', null, 5, 'Licence needed from Oxford University Innovation', true, true),
	('REQOL20', '1.0', 'Recovering Quality of Life, 20 items', 'Livskvalitet i bedring', 'Recovering quality of life',
		'SELF', 'PATIENT', 'HIGH', null, null, 'Licence needed from Oxford University Innovation', true, true),
	('DIALOG', '1.0', 'DIALOG', 'Tilfredshet med liv og behandling', 'Satisfaction with life and treatment',
		'SELF', 'PATIENT', 'HIGH', null, null, 'Free for non-commercial use', false, true),
	('QPR15', '1.0', 'Questionnaire about the Process of Recovery, 15 items', 'Bedring og mestring', 'Recovery and coping',
		'SELF', 'PATIENT', 'HIGH', null, null, 'Free after registration', false, true),
	('GBO', '1.0', 'Goal-based outcomes', 'Fremgang mot egne mål', 'Progress towards the person''s own goals',
		'SELF', 'PATIENT', 'HIGH', null, 2.45, 'Free', false, true),
	('IPS25', '2008', 'IPS-25 fidelity scale', 'Programtrofasthet i individuell jobbstøtte', 'Fidelity of individual placement and support',
		'RATER', 'TEAM', 'HIGH', null, null, 'Free', false, true),
	('BPLAN', '1.0', 'Life situation as in BrukerPlan', 'Livssituasjon på åtte områder', 'Life situation in eight domains',
		'STAFF_AND_PATIENT', 'PATIENT', 'LOW', null, null, 'The concept is free; the official form belongs to KORFOR', false, true),
	-- levels as of a domain of life: 0 no problem to 4 very serious (domain.md §1.1 row 4)
	('ENGAGEMENT', '1.0', 'Engagement with services', 'Vansker med å søke og bruke hjelp', 'Difficulty in seeking and using help',
		'CLINICIAN', 'PATIENT', 'LOW', null, null, 'Own coding of the service; free', false, true);

-- WHO's manual: who never drinks may go on to the last two questions.
update instrument set skip_item = 'A1', skip_value = 0, skipped_items = '{A2,A3,A4,A5,A6,A7,A8}' where code = 'AUDIT';

-- Items numbered alike: the letter, from, to, lowest and highest value, step.
insert into instrument_item (instrument, instrument_version, code, position, low, high, step, required)
select s.code, s.version, s.letter || case when s.first = s.last and s.first = 0 then '' else n::text end,
	row_number() over (partition by s.code, s.version order by s.sort, n), s.low, s.high, s.step, s.required
from (values
	('HONOS', '1.0', 'H', 1, 12, 0, 4, 1, true, 1),
	('PSF', '28', 'P', 1, 28, 0, 8, 1, true, 1),
	('PSF', '32', 'P', 1, 32, 0, 8, 1, true, 1),
	('GAF_S', '1998', 'GAF_S', 0, 0, 1, 100, 1, true, 1),
	('GAF_F', '1998', 'GAF_F', 0, 0, 1, 100, 1, true, 1),
	('AUDIT', '2001', 'A', 1, 8, 0, 4, 1, true, 1),
	('AUDIT', '2001', 'A', 9, 10, 0, 4, 2, true, 2), -- 0, 2 or 4
	('DUDIT', '2003', 'D', 1, 9, 0, 4, 1, true, 1),
	('DUDIT', '2003', 'D', 10, 11, 0, 4, 2, true, 2), -- 0, 2 or 4
	('MANSA', '1999', 'S', 1, 12, 1, 7, 1, false, 1), -- the subjective questions
	('MANSA', '1999', 'O', 1, 4, 0, 1, 1, false, 2), -- the objective ones: no, yes
	('REQOL10', '1.0', 'R', 1, 10, 0, 4, 1, true, 1),
	('REQOL10', '1.0', 'PH', 0, 0, 0, 4, 1, false, 2), -- physical health, outside the sum
	('REQOL20', '1.0', 'R', 1, 20, 0, 4, 1, true, 1),
	('REQOL20', '1.0', 'PH', 0, 0, 0, 4, 1, false, 2),
	('DIALOG', '1.0', 'L', 1, 8, 1, 7, 1, false, 1), -- life
	('DIALOG', '1.0', 'T', 1, 3, 1, 7, 1, false, 2), -- treatment
	('QPR15', '1.0', 'Q', 1, 15, 0, 4, 1, true, 1),
	('GBO', '1.0', 'G', 1, 1, 0, 10, 1, true, 1),
	('GBO', '1.0', 'G', 2, 3, 0, 10, 1, false, 2),
	('IPS25', '2008', 'I', 1, 25, 1, 5, 1, true, 1),
	('ENGAGEMENT', '1.0', 'E', 1, 2, 0, 4, 1, true, 1) -- seeks help, makes use of it
) s (code, version, letter, first, last, low, high, step, required, sort)
cross join lateral generate_series(s.first, s.last) n;

-- 0 green, 1 yellow, 2 red
insert into instrument_item (instrument, instrument_version, code, position, low, high)
select 'BPLAN', '1.0', d, n, 0, 2
from unnest('{SUBSTANCE,ECONOMY,MENTAL,PHYSICAL,HOUSING,SOCIAL_FUNCTION,NETWORK,ACTIVITY}'::text[])
	with ordinality as x (d, n);

-- The codes of a run of items.
create function item_codes(letter text, first int, last int) returns text[] language sql immutable as $$
	select array_agg(letter || n order by n) from generate_series(first, last) n
$$;

insert into instrument_scale (instrument, instrument_version, code, position, method, items, min_answered, low, high) values
	('HONOS', '1.0', 'TOTAL', 0, 'SUM', item_codes('H', 1, 12), 10, 0, 48),
	('HONOS', '1.0', 'BEHAVIOUR', 1, 'SUM', item_codes('H', 1, 3), 3, 0, 12),
	('HONOS', '1.0', 'IMPAIRMENT', 2, 'SUM', item_codes('H', 4, 5), 2, 0, 8),
	('HONOS', '1.0', 'SYMPTOM', 3, 'SUM', item_codes('H', 6, 8), 3, 0, 12),
	('HONOS', '1.0', 'SOCIAL', 4, 'SUM', item_codes('H', 9, 12), 4, 0, 16),
	('PSF', '28', 'TOTAL', 0, 'SUM', item_codes('P', 1, 28), 28, 0, 224),
	('PSF', '32', 'TOTAL', 0, 'SUM', item_codes('P', 1, 32), 32, 0, 256),
	('GAF_S', '1998', 'TOTAL', 0, 'SUM', '{GAF_S}', 1, 1, 100),
	('GAF_F', '1998', 'TOTAL', 0, 'SUM', '{GAF_F}', 1, 1, 100),
	('AUDIT', '2001', 'TOTAL', 0, 'SUM', item_codes('A', 1, 10), 10, 0, 40),
	('AUDIT', '2001', 'CONSUMPTION', 1, 'SUM', item_codes('A', 1, 3), 3, 0, 12),
	('DUDIT', '2003', 'TOTAL', 0, 'SUM', item_codes('D', 1, 11), 11, 0, 44),
	('MANSA', '1999', 'TOTAL', 0, 'MEAN', item_codes('S', 1, 12), 9, 1, 7),
	('REQOL10', '1.0', 'TOTAL', 0, 'SUM', item_codes('R', 1, 10), 10, 0, 40),
	('REQOL20', '1.0', 'TOTAL', 0, 'SUM', item_codes('R', 1, 20), 20, 0, 80),
	('DIALOG', '1.0', 'TOTAL', 0, 'MEAN', item_codes('L', 1, 8) || item_codes('T', 1, 3), 8, 1, 7),
	('DIALOG', '1.0', 'LIFE', 1, 'MEAN', item_codes('L', 1, 8), 6, 1, 7),
	('DIALOG', '1.0', 'TREATMENT', 2, 'MEAN', item_codes('T', 1, 3), 2, 1, 7),
	('QPR15', '1.0', 'TOTAL', 0, 'SUM', item_codes('Q', 1, 15), 15, 0, 60),
	('IPS25', '2008', 'TOTAL', 0, 'SUM', item_codes('I', 1, 25), 25, 25, 125),
	('ENGAGEMENT', '1.0', 'TOTAL', 0, 'SUM', item_codes('E', 1, 2), 2, 0, 8),
	('BPLAN', '1.0', 'TOTAL', 0, 'WORST', '{SUBSTANCE,ECONOMY,MENTAL,PHYSICAL,HOUSING,SOCIAL_FUNCTION,NETWORK,ACTIVITY}', 8, 0, 2);

-- PSF's subscales are four items each.
insert into instrument_scale (instrument, instrument_version, code, position, method, items, min_answered, low, high)
select 'PSF', i.version, 'SUBSCALE_' || n, n, 'SUM', item_codes('P', 4 * n - 3, 4 * n), 4, 0, 32
from instrument i, generate_series(1, i.version::int / 4) n
where i.code = 'PSF';

insert into instrument_threshold (instrument, instrument_version, code, sex, scale, item_at_least, at_least, at_most,
	meaning_nb, meaning_en) values
	('HONOS', '1.0', 'SIGNIFICANT', 'ANY', null, 2, 1, null, 'Klinisk betydelig problem', 'Clinically significant problem'),
	('GAF_S', '1998', 'SEVERE', 'ANY', 'TOTAL', null, null, 50, 'Alvorlige symptomer', 'Severe symptoms'),
	('GAF_F', '1998', 'SEVERE', 'ANY', 'TOTAL', null, null, 50, 'Alvorlig funksjonssvikt', 'Severe loss of function'),
	('AUDIT', '2001', 'HAZARDOUS', 'ANY', 'TOTAL', null, 8, null, 'Risikofylt eller skadelig bruk', 'Hazardous or harmful use'),
	('DUDIT', '2003', 'PROBLEM', 'MALE', 'TOTAL', null, 6, null, 'Problematisk bruk', 'Problematic use'),
	('DUDIT', '2003', 'PROBLEM', 'FEMALE', 'TOTAL', null, 2, null, 'Problematisk bruk', 'Problematic use'),
	('DUDIT', '2003', 'DEPENDENCE', 'ANY', 'TOTAL', null, 25, null, 'Sannsynlig avhengighet', 'Dependence is likely'),
	('REQOL10', '1.0', 'GENERAL_POPULATION', 'ANY', 'TOTAL', null, 25, null, 'Som i befolkningen ellers', 'Within the range of the general population'),
	('IPS25', '2008', 'FAIR', 'ANY', 'TOTAL', null, 74, 99, 'Middels programtrofasthet', 'Fair fidelity'),
	('IPS25', '2008', 'GOOD', 'ANY', 'TOTAL', null, 100, 114, 'God programtrofasthet', 'Good fidelity'),
	('IPS25', '2008', 'EXEMPLARY', 'ANY', 'TOTAL', null, 115, null, 'Svært god programtrofasthet', 'Exemplary fidelity'),
	('BPLAN', '1.0', 'GREEN', 'ANY', 'TOTAL', null, null, 0, 'Grønt nivå', 'Green level'),
	('BPLAN', '1.0', 'YELLOW', 'ANY', 'TOTAL', null, 1, 1, 'Gult nivå', 'Yellow level'),
	('BPLAN', '1.0', 'RED', 'ANY', 'TOTAL', null, 2, 2, 'Rødt nivå', 'Red level'),
	('BPLAN', '1.0', 'BLUE_LIGHT', 'ANY', null, 2, 4, null, 'Blålysnivå: fire eller flere røde områder', 'Blue light: four or more red domains');

-- Scoring ------------------------------------------------------------------------------------------------
-- An item may be left out because of the answer to another one.
create function item_is_skipped(i instrument, answers jsonb, item text) returns boolean language sql immutable as $$
	select item = any ((i).skipped_items) and coalesce((answers ->> (i).skip_item)::numeric = (i).skip_value, false)
$$;

-- Everything that is wrong with the items, one fault an item, as errors[] of a problem.
create function instrument_faults(i instrument, answers jsonb) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('pointer', '/items/' || f.item, 'code', f.code, 'detail', f.detail)
		order by f.position, f.item), '[]')
	from (
		select t.position, t.code as item, 'required' as code, 'must be answered'
			|| coalesce(', or be ' || (i).missing_code || ' for not known', '') as detail
		from instrument_item t
		where t.instrument = (i).code and t.instrument_version = (i).version and t.required
			and answers ->> t.code is null and not item_is_skipped(i, answers, t.code)
		union all
		select t.position, t.code, 'value', 'must be one of '
			|| case when t.high - t.low > 10 then t.low || ' to ' || t.high
				else (select string_agg(v::text, ', ' order by v) from generate_series(t.low, t.high, t.step) v) end
			|| coalesce(', or ' || (i).missing_code || ' for not known', '')
		from instrument_item t cross join lateral (select (answers ->> t.code)::numeric as value) given
		where t.instrument = (i).code and t.instrument_version = (i).version
			and given.value is distinct from (i).missing_code
			and (given.value not between t.low and t.high or (given.value - t.low) % t.step <> 0)
		union all
		select 1000, k, 'unknown_item', 'is no item of this instrument'
		from jsonb_object_keys(answers) k
		where not exists (select 1 from instrument_item t where t.instrument = (i).code
			and t.instrument_version = (i).version and t.code = k)
	) f
$$;

-- The answers that count: what is not known does not, what was rightly skipped is 0.
create function instrument_answers(i instrument, answers jsonb) returns table (item text, value numeric)
language sql stable as $$
	select t.code, coalesce((answers ->> t.code)::numeric, 0)
	from instrument_item t
	where t.instrument = (i).code and t.instrument_version = (i).version
		and case when answers ->> t.code is null then item_is_skipped(i, answers, t.code)
			else (answers ->> t.code)::numeric is distinct from (i).missing_code end
$$;

create function scale_score(s instrument_scale, i instrument, answers jsonb) returns numeric language sql stable as $$
	select case when count(*) >= (s).min_answered then trim_scale(case (s).method when 'SUM' then sum(a.value)
		when 'MEAN' then round(avg(a.value), 2) else max(a.value) end) end
	from instrument_answers(i, answers) a where a.item = any ((s).items)
$$;

-- Whether a threshold is reached; null when there is no score to compare.
create function threshold_reached(t instrument_threshold, i instrument, answers jsonb) returns boolean
language sql stable as $$
	select case when (t).item_at_least is not null
		then (select count(*) >= (t).at_least from instrument_answers(i, answers) a where a.value >= (t).item_at_least)
		else (select x.score >= coalesce((t).at_least, x.score) and x.score <= coalesce((t).at_most, x.score)
			from instrument_scale s cross join lateral (select scale_score(s, i, answers) as score) x
			where s.instrument = (t).instrument and s.instrument_version = (t).instrument_version and s.code = (t).scale) end
$$;

-- Score of faultless items. Where a threshold differs by sex, the recorded sex decides; without one it is not
-- determined, and `reached` is absent.
create function instrument_score(i instrument, answers jsonb, recorded_sex text) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object(
		'answered', (select count(*) from instrument_answers(i, answers)),
		'total', (select scale_score(s, i, answers) from instrument_scale s where s.instrument = (i).code
			and s.instrument_version = (i).version and s.code = 'TOTAL'),
		'subscales', (select coalesce(jsonb_object_agg(s.code, scale_score(s, i, answers)), '{}') from instrument_scale s
			where s.instrument = (i).code and s.instrument_version = (i).version and s.code <> 'TOTAL'),
		'thresholds', (select coalesce(jsonb_agg(x.threshold order by x.code), '[]') from (
			select t.code, jsonb_build_object('code', t.code,
				'reached', bool_or(threshold_reached(t, i, answers)) filter (where t.sex in ('ANY', recorded_sex)),
				'items', (select jsonb_agg(a.item order by n.position) from instrument_answers(i, answers) a
					join instrument_item n on n.instrument = (i).code and n.instrument_version = (i).version and n.code = a.item
					where a.value >= max(t.item_at_least))) as threshold
			from instrument_threshold t
			where t.instrument = (i).code and t.instrument_version = (i).version
			group by t.code) x)))
$$;

-- The version asked for, or the current one; null when there is none.
create function instrument_named(asked text, asked_version text) returns instrument language sql stable as $$
	select i from instrument i where i.code = asked
		and case when asked_version is null then i.is_current else i.version = asked_version end
$$;

create function instrument_json(i instrument) returns json language sql stable as $$
	select json_strip_nulls(json_build_object('code', (i).code, 'version', (i).version, 'current', (i).is_current,
		'name', (i).name, 'measures_nb', (i).measures_nb, 'measures_en', (i).measures_en, 'rater', (i).rater,
		'subject', (i).subject, 'better', (i).better, 'missing_code', (i).missing_code,
		'reliable_change', (i).reliable_change,
		'skip', case when (i).skip_item is not null then json_build_object('item', (i).skip_item, 'value', (i).skip_value,
			'skips', (i).skipped_items) end,
		'licence', json_build_object('note', (i).licence_note, 'required', (i).licence_required),
		'items', (select json_agg(json_build_object('code', t.code, 'required', t.required,
				'allowed', array(select generate_series(t.low, t.high, t.step))) order by t.position)
			from instrument_item t where t.instrument = (i).code and t.instrument_version = (i).version),
		'scales', (select coalesce(json_agg(json_build_object('code', s.code, 'method', s.method, 'items', s.items,
				'min_answered', s.min_answered, 'min', s.low, 'max', s.high) order by s.position), '[]')
			from instrument_scale s where s.instrument = (i).code and s.instrument_version = (i).version),
		'thresholds', (select coalesce(json_agg(json_build_object('code', t.code, 'sex', nullif(t.sex, 'ANY'),
				'scale', t.scale, 'item_at_least', t.item_at_least, 'at_least', t.at_least, 'at_most', t.at_most,
				'meaning_nb', t.meaning_nb, 'meaning_en', t.meaning_en) order by t.code, t.sex), '[]')
			from instrument_threshold t where t.instrument = (i).code and t.instrument_version = (i).version)))
$$;

-- migrate:down
drop function if exists instrument_json, instrument_named, instrument_score, threshold_reached, scale_score,
	instrument_answers, instrument_faults, item_is_skipped, item_codes cascade;
drop table instrument_threshold, instrument_scale, instrument_item, instrument cascade;
