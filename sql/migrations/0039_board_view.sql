-- migrate:up
-- What the board shows in one call, and how a screen that polls it learns that nothing has changed.

-- Counts what changes a team's board. Together with the day and the caller it says whether an answer is still true
-- (getBoard.version), so that "not modified" costs one row. A migration that changes what the functions below give
-- counts on for every team.
create table board_version (
	unit_id uuid primary key references unit,
	n bigint not null default 1
);
grant select on board_version to samhandling_service;

-- What each of the team was last given, for as long as it is true: a screen that asks again costs a row. Each change of
-- the team's board throws it away. Unlogged, since it can be made again.
create unlogged table board_kept (
	unit_id uuid not null references unit,
	staff_id uuid not null references staff,
	shown text not null, -- the view
	version text not null, -- board_version_of
	body text not null,
	noted text not null, -- for the access log: whom it shows, as show_all() has it
	primary key (unit_id, staff_id, shown)
);
-- decompressing them would cost more than reading them
alter table board_kept alter column body set storage external, alter column noted set storage external;
alter table board_kept enable row level security;
create policy board_kept_own on board_kept using (staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
	and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]));
grant select, insert, update on board_kept to samhandling_service;

-- All that an answer depends on: what the team's tables hold, names of staff, the day, and the caller; no row for who is
-- not of the team. Given and not read from the settings, since a poll sets none. A function in FROM, which is written out
-- where it is called: what cannot be is planned anew each time, which is most of what "not modified" would cost.
create function board_versions(team uuid, day date, units text, variadic of_caller text[]) returns table (version text)
language sql stable as $$
	select concat_ws(' ', v.n, g.generation, day, units, array_to_string(of_caller, ' ', '-'))
	from board_version v cross join registry_generation g
	where v.unit_id = team and v.unit_id = any (units::uuid[])
$$;

create function board_version_of(team uuid, shown text) returns text language plpgsql stable as $$
begin
	return (select b.version from board_versions(team, clock_today(), nullif(current_setting('app.unit_ids', true), ''), shown,
		current_setting('app.agency_id', true), current_setting('app.staff_id', true), app_role(), app_cell(),
		current_setting('app.gates', true)) b);
end $$;

-- TG_ARGV: the column, and whether it names the team or a person, who may be enrolled in several.
create function board_has_changed() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	asked uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
	teams uuid[] := case tg_argv[1] when 'team' then array[asked] else array(select e.unit_id from enrolment e
		where e.patient_id = asked and e.ended_at is null
		union select k.unit_id from contact k where k.patient_id = asked and k.state = 'PLANNED' order by 1) end;
begin
	insert into board_version (unit_id) select t from unnest(teams) t
	on conflict (unit_id) do update set n = board_version.n + 1;
	delete from board_kept k where k.unit_id = any (teams);
	return null;
end $$;

-- Deferred, so that a team's row is held for the commit alone and taken after the persons' rows.
create function board_watch(target regclass, called text, is_of text, of_columns text[] default '{}') returns void
language plpgsql as $$
begin
	execute format('create constraint trigger z_board_version after insert or update %s on %s deferrable initially deferred '
		'for each row execute function board_has_changed(%L, %L)', case when cardinality(of_columns) > 0
			then 'of ' || array_to_string(of_columns, ', ') end, target, called, is_of);
end $$;

select board_watch('unit', 'id', 'team', '{name,type}');
select board_watch('board_category', 'unit_id', 'team');
select board_watch('board_entry', 'unit_id', 'team');
select board_watch('board_meeting', 'unit_id', 'team');
select board_watch('contact', 'unit_id', 'team');
select board_watch('enrolment', 'unit_id', 'team');
select board_watch('referral', 'receiving_unit_id', 'team', '{state}');
select board_watch('objection', 'patient_id', 'person');
select board_watch('patient', 'id', 'person', '{given_name,family_name,address_protection}');
insert into board_version (unit_id) select u.id from unit u where u.type = 'TEAM';

-- A person on the board, and a planned contact, as they are shown.
create type board_card as (entry_id uuid, version int, patient_id uuid, given_name text, family_name text,
	address_protected boolean, reason_code text, reason_text text, opened_on date, days_on_board int, next_review_on date,
	overdue boolean, agreed_actions jsonb, main_contact_id uuid, main_contact_name text, contacts int, expected_contacts int,
	below_minimum boolean, last_contact_on date, next_contact_id uuid, next_contact_at timestamptz, next_contact_mode text,
	next_contact_place text, legal jsonb, risks jsonb);
create type board_contact as (contact_id uuid, patient_id uuid, given_name text, family_name text, planned_at timestamptz,
	mode text, place text);

create function initials(given text, family text) returns text language sql immutable as $$
	select coalesce(upper(left(given, 1)), '') || coalesce(upper(left(family, 1)), '')
$$;

-- Within how many days contacts are counted: a week, or as long as the minimum takes to reach one.
create function board_window(minimum numeric) returns int language sql immutable as $$
	select case when minimum > 0 and minimum < 1 then ceil(7 / minimum)::int else 7 end
$$;

create function oslo_midnight(day date) returns timestamptz language sql immutable as $$
	select day::timestamp at time zone 'Europe/Oslo'
$$;

-- Whom, or which of their things, persons of the team have closed to the caller for one of these kinds of things: asked
-- once for the whole board.
create function board_closed(team uuid, kinds text[] default '{patients,board-entries,contacts}') returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	mine uuid[] := app_unit_ids();
	agency uuid := app_agency_id();
	member uuid := app_staff_id();
	caller text := app_role();
	today date := clock_today();
begin
	return array(select unnest(case o.scope when 'ITEMS' then o.item_ids else array[o.patient_id] end)
		from (select e.patient_id from enrolment e where e.unit_id = team and e.ended_at is null
			union select k.patient_id from contact k where k.unit_id = team and k.state = 'PLANNED'
				and k.planned_at >= oslo_midnight(today) and k.planned_at < oslo_midnight(today + 1)) p
		join objection o on o.patient_id = p.patient_id and o.state = 'ACTIVE'
		where (o.scope <> 'RESOURCE_TYPES' or o.resource_types && kinds)
			and (o.against_id in (agency, member) or o.against_id = any (mine) or caller = any (o.against_roles)));
end $$;

create function board_is_mine(team uuid) returns boolean language sql stable as $$
	select team = any (app_unit_ids()) and app_role() in ('TM', 'TL')
$$;

-- Decisions on coercion that run, and risk flags, by person, stand with these: board_legal (0045), board_risks (0087).

-- The categories with those who are in them. Owner's rights, since row security asks of each contact and person again
-- what is asked here once: it begins with the caller's own team, and leaves out whoever has closed the board to the
-- caller. With the letter f without free text, and of contacts the caller's own alone.
create function board_columns(team uuid) returns table (code text, name text, sort int, review_working_days int,
	minimum_contacts float8, entries json, persons uuid[], on_board int, overdue int, below_minimum int)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	member uuid := app_staff_id();
	limited boolean := app_gate('f');
	today date := clock_today();
	begun timestamptz := oslo_midnight(today);
	closed uuid[] := board_closed(team);
	legal jsonb := board_legal(team);
	risks jsonb := board_risks(team);
begin
	return query
	select g.code, g.name, g.sort, g.review_working_days, g.minimum_contacts::float8,
		coalesce(json_agg(x.card order by (x.card).overdue desc, (x.card).next_review_on, (x.card).family_name,
			(x.card).given_name, (x.card).entry_id) filter (where x.patient_id is not null), '[]'),
		array_agg(x.patient_id) filter (where x.patient_id is not null), count(x.patient_id)::int,
		count(*) filter (where (x.card).overdue)::int, count(*) filter (where (x.card).below_minimum)::int
	from board_category g
	left join (
		select e.patient_id, e.category, row(e.id, e.version, e.patient_id, p.given_name, p.family_name,
			p.address_protection = 'STRICTLY_CONFIDENTIAL', e.reason_code, case when not limited then e.reason_text end,
			oslo_day(e.opened_at), today - oslo_day(e.on_board_since), e.next_review_on,
			e.next_review_on < today or coalesce(today - oslo_day(e.opened_at) > c.maximum_days, false), e.agreed_actions,
			n.main_contact_id, s.name, k.counted, q.expected, k.counted < q.expected, k.last_on, y.id, y.planned_at, y.mode,
			case when y.place <> 'HOME' or p.address_protection <> 'STRICTLY_CONFIDENTIAL' or n.main_contact_id = member
				then y.place end, case when legal is not null then coalesce(legal -> e.patient_id::text, '[]') end,
			case when risks is not null then coalesce(risks -> e.patient_id::text, '[]') end)::board_card as card
		from board_entry e
		join board_category c on c.unit_id = team and c.code = e.category
		join enrolment n on n.id = e.enrolment_id
		join patient p on p.id = e.patient_id
		join staff s on s.id = n.main_contact_id
		cross join lateral (select board_window(c.minimum_contacts) as days) v
		cross join lateral (select floor(c.minimum_contacts * least(v.days, today - oslo_day(e.opened_at)) / 7)::int
			as expected) q
		cross join lateral (select count(*) filter (where t.counts or c.counts_attempts and t.attempt)::int as counted,
				oslo_day(max(t.at) filter (where t.counts)) as last_on
			from contact t where t.patient_id = e.patient_id and t.unit_id = team and t.at >= oslo_midnight(today + 1 - v.days)) k
		left join lateral (select t.id, t.planned_at, t.mode, t.place from contact t
			where t.patient_id = e.patient_id and t.unit_id = team and t.state = 'PLANNED' and t.at >= begun
				and t.id <> all (closed)
				and (not limited or exists (select 1 from contact_staff f where f.contact_id = t.id and f.staff_id = member))
			order by t.at limit 1) y on true
		where e.unit_id = team and e.closed_at is null and not closed && array[e.patient_id, e.id]) x
		on x.category = g.code
	where g.unit_id = team and board_is_mine(team)
	group by g.id
	having g.in_use or count(x.patient_id) > 0;
end $$;

-- In a shared room: initials alone, and nobody whose whereabouts are a secret (domain.md L27).
create function board_wall(team uuid) returns table (code text, name text, sort int, initials json, persons uuid[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	closed uuid[] := board_closed(team);
begin
	return query
	select c.code, c.name, c.sort, coalesce(json_agg(x.short order by x.short) filter (where x.patient_id is not null), '[]'),
		array_agg(x.patient_id) filter (where x.patient_id is not null)
	from board_category c
	left join lateral (select e.patient_id, initials(p.given_name, p.family_name) as short
		from board_entry e join patient p on p.id = e.patient_id
		where e.unit_id = team and e.closed_at is null and e.category = c.code
			and p.address_protection <> 'STRICTLY_CONFIDENTIAL' and not closed && array[e.patient_id, e.id]) x on true
	where c.unit_id = team and board_is_mine(team)
	group by c.id
	having c.in_use or count(x.patient_id) > 0;
end $$;

-- Who does what today: the team's planned contacts, whether the person is on the board or not, and what was agreed at
-- the board and is due.
create function board_agenda(team uuid) returns table (staff_id uuid, name text, contacts json, actions json, persons uuid[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	member uuid := app_staff_id();
	limited boolean := app_gate('f');
	today date := clock_today();
	closed uuid[] := board_closed(team);
begin
	return query
	select s.id, s.name, coalesce(json_agg(x.item order by (x.item).planned_at, (x.item).contact_id)
			filter (where x.todo is null), '[]'),
		coalesce(json_agg(x.todo order by x.todo ->> 'when', x.todo ->> 'entry_id') filter (where x.todo is not null), '[]'),
		array_agg(distinct x.patient_id)
	from (
		select t.staff_id as doer, k.patient_id, row(k.id, k.patient_id, p.given_name, p.family_name, k.planned_at, k.mode,
			case when k.place <> 'HOME' or p.address_protection <> 'STRICTLY_CONFIDENTIAL' or n.main_contact_id = member
				then k.place end)::board_contact as item, null::json as todo
		from contact k
		join contact_staff t on t.contact_id = k.id
		join patient p on p.id = k.patient_id
		left join enrolment n on n.id = k.enrolment_id
		where k.unit_id = team and k.state = 'PLANNED' and k.planned_at >= oslo_midnight(today)
			and k.planned_at < oslo_midnight(today + 1) and (not limited or t.staff_id = member)
			and not closed && array[k.patient_id, k.id]
		union all
		select (a ->> 'who')::uuid, e.patient_id, null, json_build_object('entry_id', e.id, 'patient_id', e.patient_id,
			'text', a ->> 'text', 'when', a ->> 'when')
		from board_entry e cross join lateral jsonb_array_elements(e.agreed_actions) a
		where e.unit_id = team and e.closed_at is null and e.agreed_actions <> '[]'
			and a ? 'who' and (a ->> 'when')::date <= today and not closed && array[e.patient_id, e.id]) x
	join staff s on s.id = x.doer
	where board_is_mine(team)
	group by s.id;
end $$;

-- How many the team follows, and how many wait for it: numbers alone.
create function board_counts(team uuid, out caseload int, out waiting int) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if board_is_mine(team) then
		caseload := (select count(*) from enrolment e where e.unit_id = team
			and e.state in ('ENGAGING', 'ACTIVE', 'PAUSED', 'DISCHARGE_PLANNED'));
		waiting := (select count(*) from referral r where r.receiving_unit_id = team and r.state in ('ACCEPTED', 'WAITLISTED'))
			+ (select count(*) from enrolment e where e.unit_id = team and e.state = 'PENDING');
	end if;
end $$;

create function board_full(team uuid, called text) returns table (body json, persons uuid[]) language plpgsql stable as $$
begin
	return query
	with columns as materialized (select * from board_columns(team)), agenda as materialized (select * from board_agenda(team))
	select json_build_object('unit_id', team, 'name', called, 'view', 'FULL', 'date', clock_today(),
			'meeting', (select json_build_object('id', m.id, 'status', m.state) from board_meeting m where m.unit_id = team
				and m.held_on = clock_today() order by m.sequence desc limit 1),
			'tiles', (select json_build_object('caseload', t.caseload, 'waiting', t.waiting, 'on_board', sum(c.on_board),
					'overdue', sum(c.overdue), 'below_minimum', sum(c.below_minimum))
				from board_counts(team) t cross join columns c group by t.caseload, t.waiting),
			'today', (select coalesce(json_agg(json_build_object('staff_id', a.staff_id, 'name', a.name,
				'contacts', a.contacts, 'actions', a.actions) order by a.name, a.staff_id), '[]') from agenda a),
			'categories', (select json_agg(json_build_object('code', c.code, 'name', c.name,
				'review_working_days', c.review_working_days, 'minimum_contacts', c.minimum_contacts, 'entries', c.entries)
				order by c.sort, c.code) from columns c)),
		array(select unnest(c.persons) from columns c union select unnest(a.persons) from agenda a);
end $$;

-- Makes a view of the board and keeps it. The version is read first: what is kept is never older than it says.
create function board_make(team uuid, view text, out body text, out noted text) language plpgsql as $$
declare
	persons uuid[];
	held text := board_version_of(team, view);
	called text := (select u.name from unit u where u.id = team and u.id = any (app_unit_ids()) and u.type = 'TEAM');
begin
	if called is null then
		return;
	elsif view = 'wall' then
		select json_build_object('unit_id', team, 'name', called, 'view', 'WALL', 'date', clock_today(), 'categories',
				json_agg(json_build_object('code', w.code, 'name', w.name, 'initials', w.initials) order by w.sort, w.code)),
			array(select unnest(p.persons) from board_wall(team) p)
		into body, persons from board_wall(team) w;
	else
		select f.body, f.persons into body, persons from board_full(team, called) f;
	end if;
	noted := show_all(persons);
	insert into board_kept (unit_id, staff_id, shown, version, body, noted)
	values (team, app_staff_id(), view, held, board_make.body, board_make.noted)
	on conflict (unit_id, staff_id, shown) do update set version = excluded.version, body = excluded.body,
		noted = excluded.noted;
end $$;

-- migrate:down
drop function if exists board_make, board_full, board_counts, board_agenda, board_wall, board_columns,
	board_is_mine, board_closed, oslo_midnight, board_window, initials, board_watch,
	board_has_changed, board_version_of, board_versions cascade;
drop type board_card, board_contact;
drop table board_kept, board_version;
