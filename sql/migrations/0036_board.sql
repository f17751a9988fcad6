-- migrate:up
-- The team's board (domain.md §2.2, §2.3, §4.3): categories as the team's configuration, entries, and the
-- intensity that follows from them. The rules of an entry stand in 0037, meetings in 0038, what the board shows in 0039.

create table board_category (
	id uuid primary key default gen_random_uuid(),
	unit_id uuid not null references unit,
	code text not null check (code ~ '^[A-Z][A-Z0-9_]{1,29}$'),
	name text not null check (length(name) between 1 and 60),
	sort int not null default 100,
	review_working_days int not null check (review_working_days between 1 and 30),
	minimum_contacts numeric(4, 2) not null check (minimum_contacts between 0 and 21), -- a week
	counts_attempts boolean not null default false, -- towards that minimum
	minimum_days int check (minimum_days between 1 and 365), -- before which nobody is taken off
	maximum_days int check (maximum_days between 1 and 365), -- after which the entry is overdue
	in_use boolean not null default true,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint board_category_stands_once_in_a_team unique (unit_id, code),
	-- the service itself places persons there
	constraint board_category_is_needed check (in_use
		or code not in ('NEW', 'ADMITTED', 'POST_DISCHARGE', 'LEGAL_MEASURE'))
);

-- What every team begins with; a week is five working days.
create function board_give_categories(team uuid) returns void language sql as $$
	insert into board_category (unit_id, sort, code, name, review_working_days, minimum_contacts, counts_attempts,
		minimum_days, maximum_days)
	values (team, 10, 'CRISIS', 'Krise', 1, 5, false, null, null),
		(team, 20, 'CRISIS_PREVENTION', 'Kriseforebygging', 1, 2, false, null, null),
		(team, 30, 'NEW', 'Ny', 1, 2, false, null, 28),
		(team, 40, 'INTENSIVE_LONG', 'Langvarig intensiv', 5, 2, false, null, null),
		(team, 50, 'AVOIDING', 'Unndrar seg', 1, 2, true, null, null),
		(team, 60, 'ADMITTED', 'Innlagt', 5, 1, false, null, null),
		(team, 70, 'POST_DISCHARGE', 'Nylig utskrevet', 1, 2, false, 21, null),
		(team, 80, 'LEGAL_MEASURE', 'Tvungent vern uten døgnopphold', 5, 1, false, null, null),
		(team, 90, 'DETAINED', 'Fengsel eller arrest', 5, 0.25, false, null, null)
	on conflict do nothing
$$;

create function board_team_made() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform board_give_categories(new.id);
	return null;
end $$;

create table board_entry (
	id uuid primary key default gen_random_uuid(),
	patient_id uuid not null references patient,
	unit_id uuid not null references unit,
	enrolment_id uuid not null references enrolment,
	category text not null,
	reason_code text not null check (reason_code in ('NEW_PATIENT', 'EARLY_SIGNS', 'LIFE_EVENT', 'CRISIS', 'AVOIDANCE',
		'ADMISSION', 'DISCHARGE', 'IMPRISONMENT', 'LEGAL_MEASURE', 'SUBSTANCE_USE', 'OTHER')),
	reason_text text check (length(reason_text) <= 300),
	placed_by uuid references staff, -- null: the service itself
	opened_at timestamptz not null default clock_now(),
	on_board_since timestamptz not null default clock_now(), -- through all categories
	follows uuid references board_entry, -- the entry of the category before
	agreed_actions jsonb not null default '[]', -- [{text, who, when}]
	next_review_on date not null,
	reviewed_at timestamptz,
	reviewed_by uuid references staff,
	closed_at timestamptz,
	closed_by uuid references staff,
	close_reason text check (close_reason in ('STABLE', 'ADMITTED', 'CATEGORY_CHANGED', 'DISCHARGED_FROM_TEAM', 'DECEASED',
		'ENTERED_IN_ERROR')),
	state text generated always as (case when closed_at is null then 'ON_BOARD' else 'OFF_BOARD' end) stored,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint board_entry_has_a_category_of_the_team foreign key (unit_id, category) references board_category (unit_id, code),
	constraint board_entry_has_a_reason_when_it_is_closed check ((closed_at is null) = (close_reason is null))
);
create unique index board_entry_is_open_once on board_entry (patient_id, unit_id) where closed_at is null;
create index board_entry_open on board_entry (unit_id) where closed_at is null;
create index board_entry_enrolment on board_entry (enrolment_id, opened_at);
create index board_entry_unit on board_entry (unit_id, opened_at);
create index board_entry_follows on board_entry (follows) where follows is not null;
create index board_entry_patient on board_entry (patient_id, opened_at);

-- INTENSIVE if and only if an entry is open; nobody sets it.
create table intensity_period (
	id uuid primary key default gen_random_uuid(),
	patient_id uuid not null references patient,
	unit_id uuid not null references unit,
	enrolment_id uuid not null references enrolment,
	level text not null check (level in ('BASIC', 'INTENSIVE')),
	reason text not null, -- the entry's category, or how it came to an end
	board_entry_id uuid references board_entry,
	valid_from timestamptz not null default clock_now(),
	valid_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index intensity_period_is_open_once on intensity_period (enrolment_id) where valid_to is null;
create index intensity_period_patient on intensity_period (patient_id, valid_from);
create index intensity_period_intensive on intensity_period (valid_from) where level = 'INTENSIVE' and valid_to is null;
create index intensity_period_unit on intensity_period (unit_id, valid_from);

select install_change_trigger('board_category', '');
select install_change_trigger('board_entry', 'patient_id', 'history');
select install_change_trigger('intensity_period', 'patient_id');
insert into thing_of_person (resource, kept_in, objected_as) values ('board-entries', 'board_entry', 'board-entries');

create trigger board_categories after insert on unit for each row
	when (new.type = 'TEAM') execute function board_team_made();
create trigger board_categories_too after update of type on unit for each row
	when (new.type = 'TEAM' and old.type <> 'TEAM') execute function board_team_made();
select board_give_categories(u.id) from unit u where u.type = 'TEAM';

-- Row security: the team, less whom the person has closed the board to; the person the own entries.
alter table board_category enable row level security;
alter table board_entry enable row level security;
alter table intensity_period enable row level security;

create policy board_category_read on board_category for select using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]));
create policy board_category_insert on board_category for insert with check (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]) and current_setting('app.role', true) = 'TL');
create policy board_category_update on board_category for update using (
		unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
	with check (current_setting('app.role', true) = 'TL');

select install_read_policy('board_entry', 'board-entries', $$
	patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and {not_objected})$$);
create policy board_entry_update on board_entry for update using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	and current_setting('app.role', true) in ('TM', 'TL'));
select install_read_policy('intensity_period', 'board-entries', $$
	patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and {not_objected})$$);
create policy board_entry_history_read on row_history for select using (
	entity = 'board_entry' and exists (select 1 from board_entry e where e.id = row_history.entity_id));
grant select, insert, update on board_category to samhandling_service;
grant select, update on board_entry to samhandling_service; -- opened and closed by functions alone
grant select on intensity_period to samhandling_service;

-- Intensity --------------------------------------------------------------------------------------------------
-- From now on this level, or none; the same level goes on as it is.
create function intensity_turn(enrolment enrolment, becomes text, why text, entry uuid) returns void language plpgsql as $$
begin
	if exists (select 1 from intensity_period i where i.enrolment_id = enrolment.id and i.valid_to is null
			and i.level = becomes) then
		return;
	end if;
	update intensity_period set valid_to = clock_now() where enrolment_id = enrolment.id and valid_to is null;
	if becomes is not null then
		insert into intensity_period (patient_id, unit_id, enrolment_id, level, reason, board_entry_id)
		values (enrolment.patient_id, enrolment.unit_id, enrolment.id, becomes, why, entry);
	end if;
end $$;

create function intensity_follows_board() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n enrolment;
begin
	select * into n from enrolment where id = new.enrolment_id;
	if new.closed_at is null then
		perform intensity_turn(n, 'INTENSIVE', new.category, new.id);
	elsif new.close_reason not in ('CATEGORY_CHANGED', 'ADMITTED') then -- these are followed by another entry
		perform intensity_turn(n, case when n.ended_at is null then 'BASIC' end, new.close_reason, new.id);
	end if;
	return null;
end $$;
create trigger z_intensity after insert or update of closed_at on board_entry for each row
	execute function intensity_follows_board();

-- A team may work without a board (unit.config.board); then nobody is followed up intensively.
create function team_has_board(team uuid) returns boolean language sql stable as $$
	select not exists (select 1 from unit u where u.id = team and u.config @> '{"board": false}') $$;

-- Opening, moving, closing: for reflexes too, so with the owner's rights; what may not be is asked before ----------
create function enrolment_has_board(state text) returns boolean language sql immutable as $$
	select state in ('ENGAGING', 'ACTIVE', 'PAUSED') $$;

create function board_open(n enrolment, becomes text, code text, reason text, before board_entry, made uuid) returns uuid
language plpgsql as $$
declare
	c board_category;
begin
	select * into c from board_category k where k.unit_id = n.unit_id and k.code = becomes and k.in_use;
	perform raise_unless(found, 422, 'unknown_reference',
		fault('/category', 'reference', 'is no category that this team uses'));
	insert into board_entry (id, patient_id, unit_id, enrolment_id, category, reason_code, reason_text, placed_by,
		on_board_since, follows, agreed_actions, next_review_on)
	values (made, n.patient_id, n.unit_id, n.id, becomes, code, reason, app_staff_id(),
		coalesce(before.on_board_since, clock_now()), before.id, coalesce(before.agreed_actions, '[]'),
		working_day_add(clock_today(), c.review_working_days));
	return made;
end $$;

-- Another category is another entry, in one transaction, so that durations can be counted.
create function board_move(enrolled uuid, becomes text, code text, reason text) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	n enrolment;
	e board_entry;
begin
	select * into e from board_entry b where b.enrolment_id = enrolled and b.closed_at is null for update;
	if not found or e.category = becomes then
		return e.id;
	end if;
	select * into n from enrolment x where x.id = enrolled;
	update board_entry b set closed_at = clock_now(), closed_by = app_staff_id(),
		close_reason = case becomes when 'ADMITTED' then 'ADMITTED' else 'CATEGORY_CHANGED' end
	where b.id = e.id;
	return board_open(n, becomes, code, reason, e, gen_random_uuid());
end $$;

-- Places a person on the board, or moves the one who is there; null where the enrolment has no board.
create function board_place(enrolled uuid, becomes text, code text, reason text, made uuid default gen_random_uuid())
returns uuid language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	n enrolment;
	moved uuid := board_move(enrolled, becomes, code, reason);
begin
	select * into n from enrolment x where x.id = enrolled for update;
	return case when moved is not null then moved
		when enrolment_has_board(n.state) and team_has_board(n.unit_id) then board_open(n, becomes, code, reason, null, made) end;
end $$;

create function board_close(enrolled uuid, why text) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	closed uuid;
begin
	update board_entry b set closed_at = clock_now(), closed_by = app_staff_id(), close_reason = why
	where b.enrolment_id = enrolled and b.closed_at is null returning b.id into closed;
	return closed;
end $$;

-- The board follows the enrolment: outreach begins with an entry NEW; whoever leaves the team leaves the board.
create function board_follows_enrolment() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		perform intensity_turn(new, 'BASIC', 'ENROLLED', null);
	elsif new.state = 'ENGAGING' and old.state = 'PENDING' then
		perform board_place(new.id, 'NEW', 'NEW_PATIENT', null);
	elsif new.ended_at is not null and old.ended_at is null then
		perform board_close(new.id, case new.state when 'DECEASED' then 'DECEASED' else 'DISCHARGED_FROM_TEAM' end);
		perform intensity_turn(new, null, null, null);
	end if;
	return null;
end $$;
create trigger z_board after insert or update of state on enrolment for each row execute function board_follows_enrolment();

-- What enrolments ask of the board: how long the longest time as AVOIDING was, whether contact is lost, and the intensity.
create function enrolment_days_avoiding(enrolment uuid) returns int language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(max(coalesce(oslo_day(e.closed_at), clock_today()) - oslo_day(e.opened_at)), 0)
	from board_entry e where e.enrolment_id = $1 and e.category = 'AVOIDING'
$$;

-- Both must hold: attempts over so many days, and where there is a board so long a stay as AVOIDING.
create function enrolment_contact_is_lost(asked uuid) returns boolean language sql stable as $$
	select tried.days >= (select r.amount from deadline_rule r where r.code = 'ENR_LOST_CONTACT' order by r.valid_from desc limit 1)
		and (enrolment_days_avoiding(asked) >= (select r.amount from deadline_rule r where r.code = 'ENR_AVOIDING'
				order by r.valid_from desc limit 1)
			or not team_has_board((select e.unit_id from enrolment e where e.id = asked)))
	from enrolment_attempts(asked) tried
$$;

create function enrolment_intensity(enrolment uuid) returns text language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select case when exists (select 1 from board_entry e where e.enrolment_id = $1 and e.closed_at is null)
		then 'INTENSIVE' else 'BASIC' end);
end $$;

-- migrate:down
drop trigger z_board on enrolment;
drop trigger board_categories on unit;
drop trigger board_categories_too on unit;
drop policy board_entry_history_read on row_history;
drop table intensity_period, board_entry, board_category cascade;
drop function if exists enrolment_intensity, enrolment_contact_is_lost, enrolment_days_avoiding, board_give_categories, board_team_made, intensity_turn, intensity_follows_board, enrolment_has_board, team_has_board,
	board_open, board_move, board_place, board_close, board_follows_enrolment cascade;
delete from thing_of_person where resource = 'board-entries';
