-- migrate:up
-- Rules of one board entry: what the caller is to it, what may be done with it, how it is shown.

-- Does this enrolment's person have to stay, since a category that keeps them was begun so short ago?
create function board_is_too_early(enrolment uuid) returns boolean language sql stable as $$
	select exists (select 1 from board_entry e join board_category c on c.unit_id = e.unit_id and c.code = e.category
		where e.enrolment_id = $1 and oslo_day(e.opened_at) + c.minimum_days > clock_today()
			and e.close_reason is distinct from 'ENTERED_IN_ERROR')
$$;

create function board_entry_facts(e board_entry) returns text[] language plpgsql stable as $$
begin
	return array_remove(array[
		case when e.unit_id = any (app_unit_ids()) then 'team' end,
		case when e.category = 'ADMITTED' then 'admitted' end,
		case when board_is_too_early(e.enrolment_id) then 'too_early' end,
		case when e.category = 'LEGAL_MEASURE' and coercion_is_running(e.patient_id) then 'coerced' end], null);
end $$;

-- From hospital only to the time after discharge, and that only when the admission is over.
create function board_may_move(e board_entry, becomes text) returns boolean language plpgsql stable as $$
begin
	return e.category <> 'ADMITTED' or (becomes = 'POST_DISCHARGE' and not person_is_admitted(e.patient_id));
end $$;

create function board_agreed(body jsonb, before jsonb) returns jsonb language plpgsql stable as $$
begin
	perform raise_unless(not exists (select 1 from jsonb_array_elements(body -> 'agreed_actions') a
			where a ? 'who' and not exists (select 1 from staff s where s.id = (a ->> 'who')::uuid)),
		422, 'unknown_reference', fault('/agreed_actions', 'reference', 'names somebody who is not known here'));
	return coalesce(body -> 'agreed_actions', before);
end $$;

create function board_review_day(body jsonb, team uuid, of_category text) returns date language plpgsql stable as $$
begin
	perform raise_unless((body ->> 'next_review_on')::date > clock_today(), 422, 'invalid_value',
			fault('/next_review_on', 'past', 'must be after today'))
		where body ? 'next_review_on';
	return coalesce((body ->> 'next_review_on')::date, (select working_day_add(clock_today(), c.review_working_days)
		from board_category c where c.unit_id = team and c.code = of_category));
end $$;

-- Any member of the team places a person on the board.
create function board_enter(made uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := admit_named((body ->> 'patient_id')::uuid, 'board-entries', 'ENROLMENT');
	enrolled uuid := board_enrolment(person, (body ->> 'unit_id')::uuid);
begin
	perform raise_unless(enrolled is not null, 409, 'not_enrolled');
	perform raise_unless(team_has_board((select n.unit_id from enrolment n where n.id = enrolled)), 409, 'board_not_used');
	perform raise_unless(not exists (select 1 from board_entry e where e.enrolment_id = enrolled and e.closed_at is null),
		409, 'duplicate', fault('/patient_id', 'taken', 'is on the board: change that entry''s category'));
	perform board_place(enrolled, body ->> 'category', body ->> 'reason_code', body ->> 'reason_text', made);
	update board_entry e set agreed_actions = board_agreed(body, e.agreed_actions),
		next_review_on = board_review_day(body, e.unit_id, e.category)
	where e.id = made and body ?| array['agreed_actions', 'next_review_on'];
	return made;
end $$;

-- The enrolment that has a board, in this one of the caller's units or in any.
create function board_enrolment(patient uuid, unit uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select n.id from enrolment n where n.patient_id = $1 and n.ended_at is null and enrolment_has_board(n.state)
		and n.unit_id = any (app_unit_ids()) and ($2 is null or n.unit_id = $2) limit 1
$$;

-- One step of an entry, from the entry's own door or from a meeting. Gives the entry's version afterwards.
create function board_entry_step(e board_entry, step text, body jsonb) returns int language plpgsql as $$
begin
	case step
	when 'review' then
		update board_entry x set reviewed_at = clock_now(), reviewed_by = app_staff_id(),
			next_review_on = board_review_day(body, e.unit_id, e.category),
			agreed_actions = board_agreed(body, e.agreed_actions)
		where x.id = e.id;
	when 'change_category' then
		perform raise_unless(body ->> 'category' <> e.category, 422, 'invalid_value',
			fault('/category', 'same', 'is the category that the person is in'));
		perform raise_unless(board_may_move(e, body ->> 'category'), 409, 'board_admitted');
		update board_entry x set agreed_actions = board_agreed(body, e.agreed_actions)
		where x.id = e.id and body ? 'agreed_actions';
		perform board_move(e.enrolment_id, body ->> 'category', coalesce(body ->> 'reason_code', e.reason_code),
			coalesce(body ->> 'reason_text', e.reason_text));
	when 'take_off' then
		perform board_close(e.enrolment_id, 'STABLE');
	end case;
	return (select x.version from board_entry x where x.id = e.id);
end $$;

create function board_entry_noted(e board_entry, step text, after int, target text, why text) returns void language sql as $$
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role)
	values ('board-entries', e.id, after, step, 'ON_BOARD', target, why, app_agency_id(), app_staff_id(), app_role())
$$;

-- Representations; with the letter f without what is written about the person.
create function board_entry_json(e board_entry) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', e.id, 'version', e.version, 'patient_id', e.patient_id,
		'unit_id', e.unit_id, 'enrolment_id', e.enrolment_id, 'status', e.state, 'category', e.category,
		'reason_code', e.reason_code, 'reason_text', case when not app_gate('f') then e.reason_text end,
		'placed_by', e.placed_by, 'opened_at', e.opened_at, 'on_board_since', e.on_board_since,
		'days_on_board', coalesce(oslo_day(e.closed_at), clock_today())
			- oslo_day(e.on_board_since),
		'agreed_actions', e.agreed_actions, 'next_review_on', e.next_review_on,
		'overdue', e.closed_at is null and e.next_review_on < clock_today(), 'reviewed_at', e.reviewed_at,
		'reviewed_by', e.reviewed_by, 'follows', e.follows,
		'followed_by', (select f.id from board_entry f where f.follows = e.id and f.enrolment_id = e.enrolment_id),
		'closed_at', e.closed_at, 'closed_by', e.closed_by, 'close_reason', e.close_reason,
		'created_at', e.created_at, 'updated_at', e.updated_at));
end $$;

create function board_category_json(c board_category) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', c.id, 'version', c.version, 'unit_id', c.unit_id, 'code', c.code,
		'name', c.name, 'sort', c.sort, 'review_working_days', c.review_working_days,
		'minimum_contacts', c.minimum_contacts::float8, 'counts_attempts', c.counts_attempts,
		'minimum_days', c.minimum_days, 'maximum_days', c.maximum_days, 'in_use', c.in_use,
		'created_at', c.created_at, 'updated_at', c.updated_at))
$$;

-- migrate:down
drop function if exists board_category_json, board_entry_json, board_entry_noted, board_entry_step, board_enrolment, board_enter, board_review_day, board_agreed, board_may_move, board_entry_facts, board_is_too_early cascade;
