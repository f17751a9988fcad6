-- migrate:up
-- Meetings at the board (domain.md §2.2): who was there, and what was decided on each entry, which is written back
-- to the entry at once.

create table board_meeting (
	id uuid primary key,
	unit_id uuid not null references unit,
	held_on date not null,
	sequence int not null default 1 check (sequence between 1 and 9),
	extra boolean not null default false, -- on a day that is no working day
	state text not null default 'OPEN' check (state in ('OPEN', 'CLOSED')),
	started_at timestamptz not null,
	ended_at timestamptz,
	chair_id uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint board_meeting_has_its_own_sequence unique (unit_id, held_on, sequence),
	constraint board_meeting_on_a_day_off_is_extra check (extra or is_working_day(held_on)),
	constraint board_meeting_ends_when_it_is_closed check ((state = 'CLOSED') = (ended_at is not null)),
	constraint board_meeting_ends_after_it_began check (ended_at >= started_at)
);

create table board_attendee (
	meeting_id uuid not null references board_meeting,
	staff_id uuid not null references staff,
	agency_id uuid not null references agency,
	discipline text, -- the profession, or what the meeting says
	primary key (meeting_id, staff_id)
);

create table board_decision (
	id uuid primary key default gen_random_uuid(),
	meeting_id uuid not null references board_meeting,
	board_entry_id uuid not null references board_entry,
	patient_id uuid not null references patient,
	unit_id uuid not null references unit,
	decision text not null check (decision in ('REVIEW', 'CHANGE_CATEGORY', 'TAKE_OFF')),
	category text, -- into which the person was moved
	next_review_on date,
	note text check (length(note) <= 300),
	decided_by uuid references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint board_decision_stands_once_in_a_meeting unique (meeting_id, board_entry_id)
);
create index board_decision_patient on board_decision (patient_id);

select install_change_trigger('board_meeting', '');
select install_change_trigger('board_decision', 'patient_id');

alter table board_meeting enable row level security;
alter table board_attendee enable row level security;
alter table board_decision enable row level security;
create policy board_meeting_read on board_meeting for select using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]));
create policy board_meeting_insert on board_meeting for insert with check (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	and current_setting('app.role', true) in ('TM', 'TL'));
create policy board_meeting_update on board_meeting for update using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	and current_setting('app.role', true) in ('TM', 'TL'));
create policy board_attendee_all on board_attendee for all using (
	exists (select 1 from board_meeting m where m.id = meeting_id));
-- a decision is seen by whoever sees the entry that it was on
create policy board_decision_all on board_decision for all using (
	exists (select 1 from board_entry e where e.id = board_entry_id));
grant select, insert, update on board_meeting, board_decision to samhandling_service;
grant select, insert, delete on board_attendee to samhandling_service;

create function board_meeting_facts(m board_meeting) returns text[] language sql stable as $$
	select case when m.unit_id = any (app_unit_ids()) then '{team}'::text[] else '{}' end
$$;

-- A second meeting of a day says that it is one; so does a meeting on a day off.
create function board_meeting_hold(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	team uuid := coalesce((body ->> 'unit_id')::uuid, (app_unit_ids())[1]);
	day date := coalesce((body ->> 'held_on')::date, clock_today());
	begun timestamptz := coalesce((body ->> 'started_at')::timestamptz, case when day = clock_today() then clock_now()
		else oslo_midnight(day) + interval '8 hours' end);
	chair uuid := coalesce((body ->> 'chair_id')::uuid, app_staff_id());
begin
	perform raise_unless(exists (select 1 from unit u where u.id = team and u.type = 'TEAM' and u.id = any (app_unit_ids())),
		422, 'unknown_reference', fault('/unit_id', 'reference', 'is not a team of the caller'));
	perform raise_unless(board_is_member(chair, team), 422, 'unknown_reference',
		fault('/chair_id', 'reference', 'is no active member of the team'));
	perform raise_unless(day <= clock_today(), 422, 'invalid_value',
		fault('/held_on', 'future', 'must not be after today'));
	perform raise_unless(oslo_day(begun) = day, 422, 'invalid_value',
		fault('/started_at', 'day', 'must be on the day of the meeting'));
	perform raise_unless(is_working_day(day) or coalesce((body ->> 'extra')::boolean, false), 422, 'invalid_value',
		fault('/held_on', 'working_day', 'is no working day, which an extra meeting may be held on'));
	perform raise_unless(not exists (select 1 from board_meeting m where m.unit_id = team and m.held_on = day
			and m.sequence = coalesce((body ->> 'sequence')::int, 1)), 409, 'duplicate',
		fault('/sequence', 'taken', 'is that of another meeting of the day; the next number is free'));
	insert into board_meeting (id, unit_id, held_on, sequence, extra, started_at, chair_id)
	values (new_id, team, day, coalesce((body ->> 'sequence')::int, 1), not is_working_day(day), begun, chair);
	return new_id;
end $$;

create function board_is_member(person uuid, team uuid) returns boolean language sql stable as $$
	select exists (select 1 from staff_membership m where m.staff_id = person and m.unit_id = team and m.state = 'ACTIVE'
		and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today())
$$;

-- The whole list of those who are there, from any agency.
create function board_meeting_attend(meeting uuid, attendees jsonb) returns void language plpgsql as $$
begin
	perform raise_unless(not exists (select 1 from jsonb_array_elements(attendees) a
			where not exists (select 1 from staff s where s.id = (a ->> 'staff_id')::uuid)), 422, 'unknown_reference',
		fault('/attendees', 'reference', 'names somebody who is not known here'));
	delete from board_attendee t where t.meeting_id = meeting;
	insert into board_attendee (meeting_id, staff_id, agency_id, discipline)
	select distinct on (s.id) meeting, s.id, s.agency_id, coalesce(a ->> 'discipline', s.profession)
	from jsonb_array_elements(attendees) a join staff s on s.id = (a ->> 'staff_id')::uuid;
end $$;

-- A decision is taken by the meeting, so it may take a person off the board; the rules of the entry hold for it too.
create function board_meeting_decide(m board_meeting, body jsonb) returns void language plpgsql as $$
declare
	e board_entry;
	facts text[];
	wanted text := body ->> 'decision';
	after int;
begin
	select * into e from board_entry x where x.id = (body ->> 'entry_id')::uuid and x.unit_id = m.unit_id
		and x.closed_at is null for update;
	perform raise_unless(found, 422, 'unknown_reference', fault('/entry_id', 'reference', 'is not open on this board'));
	perform raise_unless(wanted <> 'CHANGE_CATEGORY' or body ? 'category', 422, 'invalid_value',
		fault('/category', 'required', 'is required to change it'));
	facts := board_entry_facts(e);
	if wanted = 'TAKE_OFF' then
		perform raise_unless(not 'admitted' = any (facts), 409, 'board_admitted');
		perform raise_unless(not 'too_early' = any (facts), 409, 'board_too_early');
		perform raise_unless(not 'coerced' = any (facts), 409, 'board_coercion_running');
	end if;
	after := board_entry_step(e, lower(wanted), body);
	perform board_entry_noted(e, lower(wanted), after, case wanted when 'REVIEW' then 'ON_BOARD' else 'OFF_BOARD' end,
		body ->> 'note');
	insert into board_decision (meeting_id, board_entry_id, patient_id, unit_id, decision, category, next_review_on, note,
		decided_by)
	select m.id, e.id, e.patient_id, e.unit_id, wanted, case wanted when 'CHANGE_CATEGORY' then body ->> 'category' end,
		x.next_review_on, body ->> 'note', app_staff_id()
	from board_entry x where x.id = e.id
	on conflict (meeting_id, board_entry_id) do update set decision = excluded.decision, category = excluded.category,
		next_review_on = excluded.next_review_on, note = excluded.note, decided_by = excluded.decided_by;
end $$;

-- One step of a meeting whose row is locked and whose machine has allowed it.
create function board_meeting_step(asked uuid, step text, target text, body jsonb) returns int language plpgsql as $$
declare
	m board_meeting;
begin
	select * into m from board_meeting x where x.id = asked;
	if step = 'attend' then
		perform board_meeting_attend(m.id, body -> 'attendees');
	elsif step = 'decide' then
		perform board_meeting_decide(m, body);
	end if;
	update board_meeting x set state = target, ended_at = case target when 'CLOSED'
		then greatest(x.started_at, coalesce((body ->> 'ended_at')::timestamptz, clock_now())) end
	where x.id = m.id;
	return m.version + 1;
end $$;

-- With who was there and what was decided; while it is open also which entries are due and still to be looked at.
create function board_meeting_json(m board_meeting) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', m.id, 'version', m.version, 'unit_id', m.unit_id, 'held_on', m.held_on,
		'sequence', m.sequence, 'extra', m.extra, 'status', m.state, 'started_at', m.started_at, 'ended_at', m.ended_at,
		'chair_id', m.chair_id,
		'attendees', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('staff_id', t.staff_id,
			'agency_id', t.agency_id, 'discipline', t.discipline)) order by t.staff_id)
			from board_attendee t where t.meeting_id = m.id), '[]'),
		'decisions', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('entry_id', d.board_entry_id,
			'patient_id', d.patient_id, 'decision', d.decision, 'category', d.category, 'next_review_on', d.next_review_on,
			'note', case when not app_gate('f') then d.note end, 'decided_by', d.decided_by, 'at', d.updated_at))
			order by d.created_at, d.id) from board_decision d where d.meeting_id = m.id), '[]'),
		'due', (select coalesce(jsonb_agg(e.id order by e.next_review_on, e.id), '[]') from board_entry e
			where m.state = 'OPEN' and e.unit_id = m.unit_id and e.closed_at is null and e.next_review_on <= m.held_on
				and not exists (select 1 from board_decision d where d.meeting_id = m.id and d.board_entry_id = e.id)),
		'created_at', m.created_at, 'updated_at', m.updated_at));
end $$;

-- Whom a meeting's representation shows.
create function board_meeting_persons(meeting uuid) returns uuid[] language sql stable as $$
	select array_agg(d.patient_id) from board_decision d where d.meeting_id = meeting
$$;

-- migrate:down
drop table board_decision, board_attendee, board_meeting cascade;
drop function if exists board_meeting_facts, board_meeting_hold, board_is_member, board_meeting_attend,
	board_meeting_decide, board_meeting_step, board_meeting_json, board_meeting_persons cascade;
