-- migrate:up
-- Surveys that remember answers and forget who gave them. An answer is never a row: it only raises a count, so that
-- nothing ties it to a person, not even the order or transaction of rows. That somebody has answered is kept as a hash
-- with a salt of the round, and both are deleted when the round is over.

create table survey (
	code text primary key check (code in ('USER', 'STAFF')),
	months int not null check (months in (6, 12)), -- how long a round lasts
	min_count int not null default 10 -- fewer answers are not shown (domain.md §6.2)
);
insert into survey (code, months) values ('USER', 6), ('STAFF', 12);

create table survey_question (
	survey text not null references survey,
	code text not null,
	position int not null,
	text_nb text not null,
	text_en text not null,
	primary key (survey, code)
);
insert into survey_question (survey, code, position, text_nb, text_en) values
	('USER', 'INVOLVED', 1, 'Jeg er med og bestemmer', 'I take part in decisions'),
	('USER', 'OWN_GOALS', 2, 'Det vi gjør, handler om mine egne mål', 'What we do is about my own goals'),
	('USER', 'RESPECT', 3, 'Jeg blir møtt med respekt', 'I am met with respect'),
	('USER', 'TOGETHER', 4, 'De som hjelper meg, samarbeider', 'Those who help me work together'),
	('USER', 'WHOM_TO_CALL', 5, 'Jeg vet hvem jeg kan ringe', 'I know whom I can call'),
	('USER', 'COPING', 6, 'Jeg klarer hverdagen bedre', 'I cope better with everyday life'),
	('STAFF', 'EQUALITY', 1, 'Vi møtes som likeverdige på tvers av etatene', 'We meet as equals across agencies'),
	('STAFF', 'TRUST', 2, 'Vi har tillit til hverandre', 'We trust each other'),
	('STAFF', 'RESPECT', 3, 'Vi har respekt for hverandres arbeid', 'We respect each other''s work');

create table survey_tally (
	survey text not null,
	round text not null,
	unit_id uuid not null references unit,
	question text not null,
	value int not null check (value between 1 and 5),
	n int not null,
	primary key (survey, round, unit_id, question, value),
	foreign key (survey, question) references survey_question (survey, code)
);
-- How many have answered anything.
create table survey_respondents (
	survey text not null references survey,
	round text not null,
	unit_id uuid not null references unit,
	n int not null,
	primary key (survey, round, unit_id)
);
create table survey_salt (
	survey text not null references survey,
	round text not null,
	salt text not null,
	primary key (survey, round)
);
create table survey_mark (
	survey text not null,
	round text not null,
	mark text not null, -- of person and unit
	primary key (survey, round, mark),
	foreign key (survey, round) references survey_salt (survey, round) on delete cascade
);
grant select on survey, survey_question to samhandling_service;

-- The round that a day belongs to: a half-year or a year, by name.
create function survey_round(asked text, day date) returns text language sql stable as $$
	select extract(year from day)::int || case when s.months = 12 then ''
		when extract(month from day) <= 6 then '-H1' else '-H2' end
	from survey s where s.code = asked
$$;

create function survey_faults(asked text, answers jsonb) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('pointer', '/answers/' || k, 'code', 'unknown_item', 'detail',
		'is no question of this survey')), '[]')
	from jsonb_object_keys(answers) k
	where not exists (select 1 from survey_question q where q.survey = asked and q.code = k)
$$;

-- Counts one set of answers. Owner's rights: nobody may read or write what it counts into.
create function survey_submit(asked text, unit uuid, person uuid, answers jsonb) returns text language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	now_round text := survey_round(asked, clock_today());
	made int;
begin
	perform refuse_faults(survey_faults(asked, answers));
	-- rounds that are over need not know who has answered
	delete from survey_salt s where s.survey = asked and s.round < now_round;
	insert into survey_salt (survey, round, salt) values (asked, now_round, gen_random_uuid()::text || gen_random_uuid())
	on conflict do nothing;
	insert into survey_mark (survey, round, mark)
	select asked, now_round, encode(sha256(convert_to(s.salt || person || unit, 'UTF8')), 'hex')
	from survey_salt s where s.survey = asked and s.round = now_round
	on conflict do nothing;
	get diagnostics made = row_count;
	perform raise_unless(made = 1, 409, 'duplicate', fault('/answers', 'taken', 'were given in this round; the next one is asked anew'));
	insert into survey_respondents as r (survey, round, unit_id, n) values (asked, now_round, unit, 1)
	on conflict (survey, round, unit_id) do update set n = r.n + 1;
	-- every count is written anew, so that which rows this transaction wrote tells nothing of what was answered
	insert into survey_tally as t (survey, round, unit_id, question, value, n)
	select asked, now_round, unit, q.code, v, coalesce((answers ->> q.code)::int = v, false)::int
	from survey_question q cross join generate_series(1, 5) v where q.survey = asked
	on conflict (survey, round, unit_id, question, value) do update set n = t.n + excluded.n;
	return now_round;
end $$;

-- The team whose survey a person may answer: one in which they are or in this round were enrolled.
create function survey_team(person uuid, asked uuid) returns uuid language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select e.unit_id from enrolment e
		where e.patient_id = person and (asked is null or e.unit_id = asked)
			and (e.ended_at is null or survey_round('USER', oslo_day(e.ended_at))
				= survey_round('USER', clock_today()))
		order by e.enrolled_at desc limit 1);
end $$;

-- A share that tells nothing of few: none at all below the limit, nor when four or fewer are on either side.
create function share_shown(part bigint, whole bigint, least_shown int) returns numeric language sql immutable as $$
	select case when whole >= least_shown and part not between 1 and 4 and whole - part not between 1 and 4
		then round(part::numeric / whole, 2) end
$$;

-- The rounds that are over, counted; an open one shows nothing, so that two readings cannot be compared. Owner's
-- rights: what is counted is shown through here alone, with small numbers left out.
create function survey_results(asked text, of_unit uuid, of_round text) returns table (unit_id uuid, round text, body jsonb)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
	select r.unit_id, r.round, jsonb_strip_nulls(jsonb_build_object('unit_id', r.unit_id, 'round', r.round,
		'respondents', case when r.n >= s.min_count then r.n end, 'suppressed', r.n < s.min_count,
		'questions', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', q.code, 'text_nb', q.text_nb,
				'text_en', q.text_en, 'answers', case when c.n >= s.min_count then c.n end,
				'mean', case when c.n >= s.min_count then round(c.total::numeric / c.n, 2) end,
				'share_4_or_5', share_shown(c.high, c.n, s.min_count), 'suppressed', c.n < s.min_count)) order by q.position)
			from survey_question q
			cross join lateral (select coalesce(sum(t.n), 0)::bigint as n, sum(t.n * t.value)::bigint as total,
					coalesce(sum(t.n) filter (where t.value >= 4), 0)::bigint as high
				from survey_tally t where t.survey = r.survey and t.round = r.round and t.unit_id = r.unit_id
					and t.question = q.code) c
			where q.survey = r.survey)))
	from survey_respondents r join survey s on s.code = r.survey
	where r.survey = asked and (of_unit is null or r.unit_id = of_unit) and (of_round is null or r.round = of_round)
		and r.round < survey_round(asked, clock_today())
$$;

-- A page of them, the newest round first. The persons answer, and have no row of their own to read.
create function survey_page(asked text, of_unit uuid, of_round text, after text, most int, out body json, out next text)
language sql stable as $$
	with page as (
		select x.*, row_number() over (order by x.round desc, x.unit_id) as row
		from survey_results(asked, of_unit, of_round) x
		where not app_is_citizen() and (after is null or x.round < cursor_part(after, 0)
			or (x.round = cursor_part(after, 0) and x.unit_id > cursor_uuid(after, 1)))
		order by x.round desc, x.unit_id limit most + 1
	)
	select coalesce(json_agg(p.body order by p.row) filter (where p.row <= most), '[]'),
		case when count(*) > most then (select cursor_make(x.round, x.unit_id::text) from page x where x.row = most) end
	from page p
$$;

create function survey_receipt(asked_unit uuid, of_round text) returns jsonb language sql immutable as $$
	select jsonb_build_object('unit_id', asked_unit, 'round', of_round) $$;

-- The person's answers about their team, once a round.
create function submit_user_survey(body jsonb) returns jsonb language plpgsql as $$
declare
	team uuid := survey_team(app_citizen_id(), (body ->> 'unit_id')::uuid);
begin
	perform raise_unless(team is not null, 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no team in which the person is enrolled'));
	return survey_receipt(team, survey_submit('USER', team, app_citizen_id(), body -> 'answers'));
end $$;

-- A member of staff about the cooperation as seen from one of their units, once a year.
create function submit_staff_survey(body jsonb) returns jsonb language plpgsql as $$
declare
	place uuid := coalesce((body ->> 'unit_id')::uuid, (app_unit_ids())[1]);
begin
	perform raise_unless(place = any (app_unit_ids()), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is not a unit of the caller'));
	return survey_receipt(place, survey_submit('STAFF', place, app_staff_id(), body -> 'answers'));
end $$;

-- migrate:down
drop function if exists submit_staff_survey, submit_user_survey, survey_receipt, survey_page, survey_results, share_shown, survey_team,
	survey_submit, survey_faults, survey_round cascade;
drop table survey_mark, survey_salt, survey_respondents, survey_tally, survey_question, survey cascade;
