-- migrate:up
-- What an admission does to the team's board and task list (domain.md §2.2, §3.2, §4.3), and how all of it is
-- undone when the admission was entered in error.

insert into deadline_rule (code, amount, unit) values
	('ADMISSION_CONTACT', 7, 'DAYS'), -- from discharge to a meeting with the team
	('ADMISSION_CRISIS_PLAN', 14, 'DAYS'); -- from an acute admission's discharge to a review of the crisis plan

-- Which entries of the board an admission has made, and what stood there before: nothing when null.
create table admission_card (
	id uuid primary key default gen_random_uuid(),
	admission_id uuid not null references admission,
	patient_id uuid not null references patient,
	enrolment_id uuid not null references enrolment,
	entry_id uuid not null references board_entry,
	before_id uuid references board_entry,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index admission_card_admission on admission_card (admission_id, enrolment_id);
create index admission_card_patient on admission_card (patient_id);
select install_change_trigger('admission_card', 'patient_id');
alter table admission_card enable row level security; -- for triggers alone

-- The card ------------------------------------------------------------------------------------------------------
create function admission_move_card(a admission, becomes text, why text) returns void language plpgsql as $$
declare
	n enrolment;
	before board_entry;
	made uuid;
begin
	for n in select * from enrolment e where e.patient_id = a.patient_id and e.ended_at is null
		and enrolment_has_board(e.state) order by e.id
	loop
		select * into before from board_entry b where b.enrolment_id = n.id and b.closed_at is null;
		continue when before.category = becomes;
		made := board_place(n.id, becomes, why, null);
		insert into admission_card (admission_id, patient_id, enrolment_id, entry_id, before_id)
		values (a.id, a.patient_id, n.id, made, before.id);
	end loop;
end $$;

-- The entry that stood there before goes on as it was, unless somebody has moved the card since or another stay
-- still holds it. The entries of the error say so, and keep nobody on the board.
create function admission_restore_card(a admission, enrolled uuid) returns void language plpgsql as $$
declare
	made uuid[] := array(select c.entry_id from admission_card c where c.admission_id = a.id and c.enrolment_id = enrolled);
	origin uuid := (select c.before_id from admission_card c where c.admission_id = a.id and c.enrolment_id = enrolled
		order by c.created_at limit 1);
	now_there board_entry;
begin
	select * into now_there from board_entry b where b.enrolment_id = enrolled and b.closed_at is null for update;
	if now_there.id = any (made) and not person_is_admitted(a.patient_id) then
		-- with the reason of a move, so that the intensity goes on
		update board_entry b set closed_at = clock_now(), closed_by = app_staff_id(),
			close_reason = case when origin is null then 'ENTERED_IN_ERROR' else 'CATEGORY_CHANGED' end
		where b.id = now_there.id;
		update board_entry b set closed_at = null, closed_by = null, close_reason = null,
			agreed_actions = now_there.agreed_actions
		where b.id = origin;
	end if;
	update board_entry b set close_reason = 'ENTERED_IN_ERROR', follows = nullif(b.follows, origin)
	where b.id = any (made) and b.closed_at is not null;
end $$;

-- Follow-up -------------------------------------------------------------------------------------------------
-- A task that a discharge asks for, or does not ask for any more: made once, moved with the day of discharge,
-- taken up again when a correction asks for it again.
create function admission_ask(a admission, wanted boolean, kind text, title text, team uuid, agency uuid, due timestamptz)
returns void language plpgsql as $$
declare
	source text := format('%s:%s:%s', admission_ask.kind, a.id, coalesce(team, agency));
begin
	if wanted then
		insert into task as t (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
		values (admission_ask.kind, admission_ask.title, a.patient_id, team, agency, due, 'admission', a.id, source)
		on conflict (source_key) do update set due_at = excluded.due_at, state = 'OPEN', closed_at = null, closing_note = null
			where t.state <> 'DONE' and t.closed_by is null and (t.state, t.due_at) is distinct from ('OPEN', excluded.due_at);
	else
		perform tasks_end('admission', a.id, array[admission_ask.kind], 'CANCELLED', 'Opplysningene om utskrivning er rettet');
	end if;
end $$;

-- Asked of each team that the person is enrolled in; without a team of those who had the person in.
create function admission_follow_up(a admission) returns void language plpgsql as $$
declare
	n record;
	alive boolean := a.disposition is distinct from 'DECEASED'; -- a place that an extract does not state is not death
begin
	for n in select e.unit_id, e.agency_id from enrolment e where e.patient_id = a.patient_id and e.ended_at is null
		union all select (select u.id from unit u where u.id = a.unit_id and u.agency_id = a.owner_agency_id), a.owner_agency_id
		where not exists (select 1 from enrolment e where e.patient_id = a.patient_id and e.ended_at is null)
	loop
		perform admission_ask(a, alive and not person_is_admitted(a.patient_id), 'POST_DISCHARGE_CONTACT',
			'Møt pasienten innen sju dager etter utskrivning', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CONTACT', a.ended_at));
		perform admission_ask(a, alive and a.urgency = 'ACUTE', 'CRISIS_PLAN_REVIEW',
			'Gå gjennom kriseplanen etter akuttinnleggelsen', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CRISIS_PLAN', a.ended_at));
		perform admission_ask(a, not alive, 'REGISTER_DEATH', 'Pasienten døde under innleggelsen: registrer dødsfallet',
			n.unit_id, n.agency_id, deadline_at('ADMISSION_READY_ANSWER', a.ended_at));
	end loop;
end $$;

create function admission_reflex() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	begun boolean := admission_is_open(new.state) and coalesce(old.state, 'PLANNED') = 'PLANNED';
	enrolled uuid;
begin
	if begun then
		perform admission_move_card(new, 'ADMITTED', 'ADMISSION');
	elsif new.state = 'DISCHARGED' then
		if old.state <> 'DISCHARGED' and new.disposition is distinct from 'DECEASED'
			and not person_is_admitted(new.patient_id) then
			perform admission_move_card(new, 'POST_DISCHARGE', 'DISCHARGE');
		end if;
		-- of a stay that was history before anyone told of it, nothing is left to do; a death is still to be registered
		if new.ended_at > (case when new.from_extract then clock_now() else new.created_at end) - make_interval(days =>
				(select d.amount from deadline_rule d where d.code = 'IMPORT_HISTORY'))
			or (not new.from_extract and new.disposition = 'DECEASED') then
			perform admission_follow_up(new);
		end if;
	elsif new.state = 'ENTERED_IN_ERROR' and old.state <> 'ENTERED_IN_ERROR' then
		for enrolled in select distinct c.enrolment_id from admission_card c where c.admission_id = new.id loop
			perform admission_restore_card(new, enrolled);
		end loop;
	end if;
	return null;
end $$;
create trigger z_board after insert or update on admission for each row
	when (coalesce(current_setting('app.many', true), '') = '') execute function admission_reflex();

-- A meeting with the person is what the team was asked for.
create function contact_meets_discharge() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	stay uuid;
begin
	for stay in select t.entity_id from task t join admission a on a.id = t.entity_id
		where t.patient_id = new.patient_id and t.kind = 'POST_DISCHARGE_CONTACT' and t.state = 'OPEN'
			and t.unit_id = new.unit_id and new.started_at >= a.ended_at
	loop
		perform tasks_end('admission', stay, '{POST_DISCHARGE_CONTACT}', 'DONE', null, new.unit_id);
	end loop;
	return null;
end $$;
create trigger meets_discharge after insert or update on contact for each row when (new.counts and new.mode = 'FACE_TO_FACE')
	execute function contact_meets_discharge();

-- On the board: which decisions run for the team's persons, and which of them someone must look at soon -----------
create function board_legal(team uuid) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	closed uuid[] := board_closed(team, '{coercion-decisions}');
	soon timestamptz := deadline_at('COERCION_WARNING', clock_now());
begin
	-- members who are not health personnel have no part in it (matrix)
	if not board_is_mine(team) or app_gate('f') then
		return null;
	end if;
	return (select coalesce(jsonb_object_agg(x.patient_id, x.decisions), '{}') from (
		select d.patient_id, jsonb_agg(jsonb_build_object('id', d.id, 'type', d.type, 'lapses_at', d.lapses_at,
			'control_due_at', d.control_due_at, 'expiring', least(d.control_due_at, d.lapses_at) <= soon)
			order by least(d.control_due_at, d.lapses_at)) as decisions
		from board_entry e join coercion_decision d on d.patient_id = e.patient_id and d.state = 'RUNNING'
		where e.unit_id = team and e.closed_at is null
			and not closed && array[d.patient_id, d.id]
		group by d.patient_id) x);
end $$;
select board_watch('coercion_decision', 'patient_id', 'person');
update board_version set n = n + 1;

-- migrate:down
drop trigger z_board_version on coercion_decision;
drop trigger meets_discharge on contact;
drop trigger z_board on admission;
drop function if exists board_legal, contact_meets_discharge, admission_reflex, admission_follow_up, admission_ask,
	admission_restore_card, admission_move_card cascade;
drop table admission_card cascade;
delete from deadline_rule where code in ('ADMISSION_CONTACT', 'ADMISSION_CRISIS_PLAN');
