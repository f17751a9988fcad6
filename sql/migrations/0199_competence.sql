-- migrate:up
-- What those who work together learn together (domain.md §1.2 rows 22, 25, 40 to 44): training packages and who has completed
-- them, events, supervision, hospitation, and the arenas in which agencies meet. Nothing here is about persons who are cared for.

create table training_package (
	id uuid primary key,
	unit_id uuid not null references unit, -- the team whose package it is
	owner_agency_id uuid not null references agency,
	edition int not null,
	title text not null check (length(title) between 1 and 200),
	modules jsonb not null, -- [{code, title, minutes?}]
	is_current boolean not null default true,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint training_package_edition_is_one unique (unit_id, edition)
);
create unique index training_package_current_is_one on training_package (unit_id) where is_current;
select install_change_trigger('training_package', '', 'history');

create table training_completion (
	package_id uuid not null references training_package,
	staff_id uuid not null references staff,
	module text not null,
	completed_on date not null,
	recorded_by uuid not null references staff,
	primary key (package_id, staff_id, module)
);

create table arena (
	id uuid primary key,
	owner_agency_id uuid not null references agency,
	name text not null check (length(name) between 1 and 200),
	purpose text check (length(purpose) between 1 and 2000),
	parties uuid[] not null check (cardinality(parties) > 0),
	meetings_a_year int not null check (meetings_a_year between 1 and 260), -- as planned
	ended_on date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index arena_newest on arena (created_at, id);
select install_change_trigger('arena', '', 'history');

create table shared_event (
	id uuid primary key,
	owner_agency_id uuid not null references agency, -- who arranges it
	kind text not null check (kind in ('PROFESSIONAL_DAY', 'SUPERVISION', 'ARENA_MEETING', 'OUTREACH', 'INFORMATION', 'HEARING', 'OTHER')),
	title text not null check (length(title) between 1 and 200),
	unit_id uuid references unit, -- the team that it is for
	arena_id uuid references arena,
	planned_on date not null,
	held_on date,
	cancelled_reason text check (length(cancelled_reason) between 1 and 1000),
	agencies uuid[] not null default '{}', -- present
	participants uuid[] not null default '{}', -- of the staff
	supervisor text check (length(supervisor) between 1 and 200),
	services_reached int check (services_reached between 0 and 10000),
	evaluation jsonb, -- {answers, mean, note?}
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint shared_event_is_held_or_cancelled check (held_on is null or cancelled_reason is null),
	constraint shared_event_of_an_arena_is_its_meeting check ((arena_id is not null) = (kind = 'ARENA_MEETING')),
	constraint shared_event_supervision_has_a_supervisor check (kind <> 'SUPERVISION' or supervisor is not null)
);
create index shared_event_newest on shared_event (planned_on, id);
create index shared_event_arena on shared_event (arena_id) where arena_id is not null;
select install_change_trigger('shared_event', '', 'history');

create table hospitation (
	id uuid primary key,
	staff_id uuid not null references staff,
	from_unit_id uuid not null references unit, -- where they work
	to_unit_id uuid not null references unit, -- whom they visit
	starts_on date not null,
	days int not null check (days between 1 and 365),
	goals text check (length(goals) between 1 and 2000),
	learning_note text check (length(learning_note) between 1 and 4000),
	completed_on date,
	cancelled_reason text check (length(cancelled_reason) between 1 and 1000),
	created_by uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint hospitation_goes_to_another_unit check (from_unit_id <> to_unit_id),
	constraint hospitation_is_completed_or_cancelled check (completed_on is null or cancelled_reason is null)
);
create index hospitation_newest on hospitation (starts_on, id);
select install_change_trigger('hospitation', '', 'history');

-- It is no secret among those who work together what they learn; project roles that read in sum alone (the letter a) read no rows.
create function learning_is_read() returns boolean language sql stable as $$
	select coalesce(current_setting('app.role', true), '') not in ('', 'SG', 'PT', 'RE', 'PO', 'PV', 'CU', 'SY') $$;
alter table training_package enable row level security;
alter table training_completion enable row level security;
alter table arena enable row level security;
alter table shared_event enable row level security;
alter table hospitation enable row level security;
create policy training_package_read on training_package for select using (learning_is_read());
create policy training_package_insert on training_package for insert with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy training_package_update on training_package for update using (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
-- one's own, and for those who lead the team or its agency
create policy training_completion_read on training_completion for select using (learning_is_read() and (
	staff_id = nullif(current_setting('app.staff_id', true), '')::uuid or exists (select 1 from training_package p where p.id = package_id
		and (p.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]) and current_setting('app.role', true) = 'TL'
			or p.owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid and current_setting('app.role', true) in ('QM', 'PM')))));
create policy training_completion_insert on training_completion for insert with check (
	recorded_by = nullif(current_setting('app.staff_id', true), '')::uuid);
create policy arena_read on arena for select using (learning_is_read());
create policy arena_insert on arena for insert with check (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy arena_update on arena for update using (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy shared_event_read on shared_event for select using (learning_is_read());
create policy shared_event_insert on shared_event for insert with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy shared_event_update on shared_event for update using (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy hospitation_read on hospitation for select using (learning_is_read());
create policy hospitation_insert on hospitation for insert with check (created_by = nullif(current_setting('app.staff_id', true), '')::uuid);
create policy hospitation_update on hospitation for update using (learning_is_read());
grant select, insert, update on training_package, arena, shared_event, hospitation to samhandling_service;
grant select, insert on training_completion to samhandling_service;
create policy learning_history_read on row_history for select using (
	entity in ('training_package', 'arena', 'shared_event', 'hospitation') and learning_is_read());

insert into news_kind (entity, name, resource, scope, path, probe) values
	('training_package', 'training-package', 'trainings', 'learning.read', '/training-packages/{id}', 'select p.id from training_package p where p.id = $1'),
	('arena', 'arena', 'trainings', 'learning.read', '/arenas/{id}', 'select a.id from arena a where a.id = $1'),
	('shared_event', 'event', 'trainings', 'learning.read', '/events/{id}', 'select e.id from shared_event e where e.id = $1'),
	('hospitation', 'hospitation', 'trainings', 'learning.read', '/hospitations/{id}', 'select h.id from hospitation h where h.id = $1');

-- Training ----------------------------------------------------------------------------------------------
-- Members of the team, and what each has completed of the package; as far as the caller may see it.
create function training_progress(p training_package) returns jsonb language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('staff', staff_brief(x.staff_id), 'modules', x.modules,
			'complete', x.modules @> (select jsonb_agg(m -> 'code') from jsonb_array_elements(p.modules) m)) order by x.staff_id), '[]')
		from (select m.staff_id, (select coalesce(jsonb_agg(c.module order by c.module), '[]') from training_completion c
				where c.package_id = p.id and c.staff_id = m.staff_id) as modules
			from (select distinct s.staff_id from staff_membership s where s.unit_id = p.unit_id and s.state = 'ACTIVE'
				and coalesce(s.valid_to, 'infinity') > clock_today()) m
			where m.staff_id = app_staff_id() or may_lead_team(p.unit_id)) x);
end $$;

create function training_package_json(p training_package) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object('id', p.id, 'version', p.version, 'unit', unit_brief(p.unit_id), 'edition', p.edition, 'title', p.title,
		'modules', p.modules, 'is_current', p.is_current, 'progress', training_progress(p), 'created_at', p.created_at, 'updated_at', p.updated_at);
end $$;

create function training_package_check(modules jsonb) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select max(m.n) into wrong from jsonb_array_elements(modules) with ordinality m (b, n) group by m.b ->> 'code' having count(*) > 1 limit 1;
	return raise_unless(wrong is null, 422, 'invalid_value', fault('/modules/' || wrong - 1 || '/code', 'unique', 'stands twice'));
end $$;

-- The next edition of a team's package, and the current one from now on.
create function training_package_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	team uuid := (body ->> 'unit_id')::uuid;
begin
	perform raise_unless(may_lead_team(team), 422, 'unknown_reference', fault('/unit_id', 'reference', 'is not a team whose training the caller may write'));
	perform training_package_check(body -> 'modules'), pg_advisory_xact_lock(hashtextextended(team::text, 199));
	update training_package p set is_current = false where p.unit_id = team and p.is_current;
	insert into training_package (id, unit_id, owner_agency_id, edition, title, modules)
	select new_id, team, app_agency_id(), coalesce(max(p.edition), 0) + 1, body ->> 'title', body -> 'modules' from training_package p where p.unit_id = team;
	return new_id;
end $$;

create function training_complete(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	p training_package;
	member uuid := coalesce((body ->> 'staff_id')::uuid, app_staff_id());
begin
	select * into p from training_package x where x.id = asked;
	perform expect_one(case when p.version::text = seen then 1 else 0 end, 'training_package', asked, seen);
	perform raise_unless(member = app_staff_id() or may_lead_team(p.unit_id), 403, 'forbidden');
	perform raise_unless(exists (select 1 from staff_membership m where m.staff_id = member and m.unit_id = p.unit_id and m.state = 'ACTIVE'), 422,
		'unknown_reference', fault('/staff_id', 'reference', 'is nobody of the team'));
	perform raise_unless(p.modules @> jsonb_build_array(jsonb_build_object('code', body ->> 'module')), 422, 'unknown_reference',
		fault('/module', 'reference', 'is no module of the package'));
	perform raise_unless((body ->> 'completed_on')::date <= clock_today(), 422, 'invalid_value', fault('/completed_on', 'past', 'has not been yet'));
	insert into training_completion (package_id, staff_id, module, completed_on, recorded_by)
	values (asked, member, body ->> 'module', (body ->> 'completed_on')::date, app_staff_id()) on conflict do nothing;
	return true;
end $$;

-- Arenas ------------------------------------------------------------------------------------------------
create function learning_agencies(named uuid[], pointer text) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(x.n) into wrong from unnest(named) with ordinality x (id, n) where not exists (select 1 from agency a where a.id = x.id);
	return raise_unless(wrong is null, 422, 'unknown_reference', fault(pointer || '/' || wrong - 1, 'reference', 'is no agency that is known here'));
end $$;

create function arena_json(a arena) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', a.id, 'version', a.version, 'owner_agency', agency_brief(a.owner_agency_id), 'name', a.name,
		'purpose', a.purpose, 'parties', a.parties, 'meetings_a_year', a.meetings_a_year, 'meetings_held', (select count(*) from shared_event e
			where e.arena_id = a.id and e.held_on > clock_today() - interval '1 year'), 'ended_on', a.ended_on,
		'created_at', a.created_at, 'updated_at', a.updated_at));
end $$;

create function arena_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n arena := jsonb_populate_record(null::arena, body);
begin
	perform learning_agencies(n.parties, '/parties');
	insert into arena (id, owner_agency_id, name, purpose, parties, meetings_a_year, ended_on)
	values (new_id, app_agency_id(), n.name, n.purpose, n.parties, n.meetings_a_year, n.ended_on);
	return new_id;
end $$;

create function arena_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o arena;
	n arena;
	changed bigint;
begin
	select * into o from arena a where a.id = asked;
	if o.version::text = seen then
		perform raise_unless(o.owner_agency_id = app_agency_id(), 403, 'forbidden');
		n := jsonb_populate_record(o, body);
		perform learning_agencies(n.parties, '/parties');
	end if;
	update arena a set name = n.name, purpose = n.purpose, parties = n.parties, meetings_a_year = n.meetings_a_year, ended_on = n.ended_on
	where a.id = asked and a.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'arena', asked, seen);
end $$;

-- Events ------------------------------------------------------------------------------------------------
create function shared_event_status(e shared_event) returns text language sql immutable as $$
	select case when (e).cancelled_reason is not null then 'CANCELLED' when (e).held_on is not null then 'HELD' else 'PLANNED' end $$;

create function shared_event_json(e shared_event) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', e.id, 'version', e.version, 'status', shared_event_status(e), 'kind', e.kind, 'title', e.title,
		'owner_agency', agency_brief(e.owner_agency_id), 'unit_id', e.unit_id, 'arena_id', e.arena_id, 'planned_on', e.planned_on, 'held_on', e.held_on,
		'cancelled_reason', e.cancelled_reason, 'agencies', e.agencies, 'participants', e.participants, 'supervisor', e.supervisor,
		'services_reached', e.services_reached, 'evaluation', e.evaluation, 'created_at', e.created_at, 'updated_at', e.updated_at));
end $$;

create function shared_event_check(n shared_event) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	perform learning_agencies(n.agencies, '/agencies');
	select min(x.n) into wrong from unnest(n.participants) with ordinality x (id, n) where not exists (select 1 from staff s where s.id = x.id);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/participants/' || wrong - 1, 'reference', 'is nobody who is known here'));
	perform raise_unless(n.unit_id is null or exists (select 1 from unit u where u.id = n.unit_id), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no unit that is known here'));
	perform raise_unless((n.kind = 'ARENA_MEETING') = (n.arena_id is not null) and (n.arena_id is null or exists (select 1 from arena a where a.id = n.arena_id)),
		422, 'unknown_reference', fault('/arena_id', 'reference', 'is the arena of an arena''s meeting, and of nothing else'));
	perform raise_unless(n.kind <> 'SUPERVISION' or n.supervisor is not null, 422, 'missing_fact', fault('/supervisor', 'required', 'says who supervises'));
	perform raise_unless(coalesce(n.held_on <= clock_today(), true), 422, 'invalid_value', fault('/held_on', 'past', 'has not been yet'));
	return raise_unless(n.held_on is null or n.cancelled_reason is null, 422, 'invalid_value',
		fault('/cancelled_reason', 'held', 'is not of what was held'));
end $$;

create function shared_event_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n shared_event := jsonb_populate_record(null::shared_event, '{"agencies": [], "participants": []}' || body);
begin
	perform shared_event_check(n);
	insert into shared_event (id, owner_agency_id, kind, title, unit_id, arena_id, planned_on, held_on, cancelled_reason, agencies, participants,
		supervisor, services_reached, evaluation)
	values (new_id, app_agency_id(), n.kind, n.title, n.unit_id, n.arena_id, n.planned_on, n.held_on, n.cancelled_reason, n.agencies,
		n.participants, n.supervisor, n.services_reached, n.evaluation);
	return new_id;
end $$;

create function shared_event_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o shared_event;
	n shared_event;
	changed bigint;
begin
	select * into o from shared_event e where e.id = asked;
	if o.version::text = seen then
		perform raise_unless(o.owner_agency_id = app_agency_id(), 403, 'forbidden');
		n := jsonb_populate_record(o, body);
		perform shared_event_check(n);
	end if;
	update shared_event e set title = n.title, planned_on = n.planned_on, held_on = n.held_on, cancelled_reason = n.cancelled_reason,
		agencies = n.agencies, participants = n.participants, supervisor = n.supervisor, services_reached = n.services_reached, evaluation = n.evaluation
	where e.id = asked and e.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'shared_event', asked, seen);
end $$;

-- Hospitation -------------------------------------------------------------------------------------------
create function hospitation_json(h hospitation) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', h.id, 'version', h.version, 'status', case when h.cancelled_reason is not null then 'CANCELLED'
			when h.completed_on is not null then 'COMPLETED' else 'PLANNED' end, 'staff', staff_brief(h.staff_id),
		'from_unit', unit_brief(h.from_unit_id), 'to_unit', unit_brief(h.to_unit_id), 'starts_on', h.starts_on, 'days', h.days, 'goals', h.goals,
		'learning_note', h.learning_note, 'completed_on', h.completed_on, 'cancelled_reason', h.cancelled_reason,
		'created_at', h.created_at, 'updated_at', h.updated_at));
end $$;

-- Of whoever goes, their leader, whoever receives them, and those who look after quality and projects in either agency.
create function hospitation_is_mine(h hospitation) returns boolean language sql stable as $$
	select (h).staff_id = app_staff_id() or (app_role() = 'TL' and (h).from_unit_id = any (app_unit_ids())) or (h).to_unit_id = any (app_unit_ids())
		or (app_role() in ('QM', 'PM') and exists (select 1 from unit u where u.id in ((h).from_unit_id, (h).to_unit_id) and u.agency_id = app_agency_id())) $$;

create function hospitation_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n hospitation := jsonb_populate_record(null::hospitation, body);
begin
	n.staff_id := coalesce(n.staff_id, app_staff_id());
	perform raise_unless(exists (select 1 from staff_membership m where m.staff_id = n.staff_id and m.unit_id = n.from_unit_id and m.state = 'ACTIVE'), 422,
		'unknown_reference', fault('/from_unit_id', 'reference', 'is no unit in which they work'));
	perform raise_unless(n.to_unit_id <> n.from_unit_id and exists (select 1 from unit u where u.id = n.to_unit_id), 422, 'unknown_reference',
		fault('/to_unit_id', 'reference', 'is no other unit that is known here'));
	perform raise_unless(hospitation_is_mine(n), 422, 'unknown_reference', fault('/staff_id', 'reference', 'is nobody for whom the caller may arrange it'));
	perform hospitation_check(n);
	insert into hospitation (id, staff_id, from_unit_id, to_unit_id, starts_on, days, goals, learning_note, completed_on, created_by)
	values (new_id, n.staff_id, n.from_unit_id, n.to_unit_id, n.starts_on, n.days, n.goals, n.learning_note, n.completed_on, app_staff_id());
	return new_id;
end $$;

create function hospitation_check(n hospitation) returns boolean language plpgsql stable as $$
begin
	perform raise_unless(coalesce(n.completed_on between n.starts_on and clock_today(), true), 422, 'invalid_value',
		fault('/completed_on', 'past', 'has not been yet, or was before it began'));
	return raise_unless(n.completed_on is null or n.cancelled_reason is null, 422, 'invalid_value',
		fault('/cancelled_reason', 'completed', 'is not of what was completed'));
end $$;

create function hospitation_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o hospitation;
	n hospitation;
	changed bigint;
begin
	select * into o from hospitation h where h.id = asked;
	if o.version::text = seen then
		perform raise_unless(hospitation_is_mine(o), 403, 'forbidden');
		n := jsonb_populate_record(o, body);
		perform hospitation_check(n);
	end if;
	update hospitation h set starts_on = n.starts_on, days = n.days, goals = n.goals, learning_note = n.learning_note, completed_on = n.completed_on,
		cancelled_reason = n.cancelled_reason where h.id = asked and h.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'hospitation', asked, seen);
end $$;

-- migrate:down
drop policy learning_history_read on row_history;
delete from news_kind where entity in ('training_package', 'arena', 'shared_event', 'hospitation');
drop table hospitation, shared_event, arena, training_completion, training_package cascade;
drop function if exists hospitation_change, hospitation_check, hospitation_make, hospitation_is_mine, hospitation_json, shared_event_change,
	shared_event_make, shared_event_check, shared_event_json, shared_event_status, arena_change, arena_make, arena_json, learning_agencies,
	training_complete, training_package_make, training_package_check, training_package_json, training_progress, learning_is_read cascade;
