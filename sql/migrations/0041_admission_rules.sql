-- migrate:up
-- What holds for admissions whoever asks: how they are shown, entered, moved and corrected.

-- When something is said to have happened: now when nothing is said, never later.
create function happened_at(said text, pointer text) returns timestamptz language plpgsql stable as $$
declare
	at timestamptz := coalesce(said::timestamptz, clock_now());
begin
	perform raise_unless(at <= clock_now() + interval '1 minute', 422, 'invalid_value',
		fault(pointer, 'future', 'must not be later than now'));
	return at;
end $$;

-- The ward, when it is a unit here: one of specialist care.
create function ward_unit(asked text) returns uuid language sql stable as $$
	select case when asked is null or exists (select 1 from unit u join agency a on a.id = u.agency_id
			where u.id = asked::uuid and a.type in ('DPS', 'HEALTH_TRUST')) then asked::uuid
		when raise_problem(422, 'unknown_reference', fault('/unit_id', 'unknown_reference',
			'is not a unit of specialist care')) then null end
$$;

create function admission_facts(a admission) returns text[] language sql stable as $$
	select array_remove(array[case when app_role() = 'DPS' then 'clinician' end,
		case when (a).reported_by = app_staff_id() then 'recorder' end], null)
$$;

-- Since when the state holds, for those who see no more than the state.
create function admission_since(a admission) returns date language plpgsql stable as $$
begin
	return (select oslo_day(case (a).state when 'PLANNED' then (a).planned_for when 'READY_FOR_DISCHARGE' then (a).ready_at
		when 'DISCHARGED' then (a).ended_at when 'ADMITTED' then (a).admitted_at
		when 'ON_LEAVE' then (select max(l.left_at) from admission_leave l where l.admission_id = (a).id)
		else (a).updated_at end));
end $$;

create function admission_nights(a admission) returns jsonb language plpgsql stable as $$
begin
	return (select jsonb_build_object('gross', n.gross, 'away', n.away, 'net', n.gross - n.away)
	from (select nights((a).admitted_at, (a).ended_at) as gross,
		coalesce((select sum(nights(l.left_at, coalesce(l.returned_at, (a).ended_at))) from admission_leave l
			where l.admission_id = (a).id), 0)::int as away) n);
end $$;

-- Where someone stays is where they are: of a person who is strictly protected it is told as the address is (L27), save to
-- the agency whose own row it is.
create function admission_place_is_hidden(a admission) returns boolean language plpgsql stable as $$
begin
	return a.owner_agency_id is distinct from app_agency_id() and exists (select 1 from patient p where p.id = a.patient_id
		and p.address_protection = 'STRICTLY_CONFIDENTIAL' and not address_is_open(p.id, p.address_protection));
end $$;

-- The order of a list of stays: ids alone, the latest first. Owner's rights as in assessments_in_order.
create function admissions_in_order(persons uuid[], of_state text, of_unit uuid, before_at timestamptz, before_id uuid)
returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	return query select a.id from admission a cross join lateral (select coalesce(a.admitted_at, a.planned_for) as begins) b
	where a.patient_id = any (persons) and (of_state is null or a.state = of_state) and (of_unit is null or a.unit_id = of_unit)
		and (before_at is null or (b.begins, a.id) < (before_at, before_id))
	order by b.begins desc, a.id desc;
end $$;

create function admission_json(a admission) returns jsonb language plpgsql stable as $$
declare
	hidden boolean := admission_place_is_hidden(a);
begin
	if hidden then
		a.institution := 'Skjermet';
		a.ward := null;
		a.unit_id := null;
		a.owner_agency_id := null;
	end if;
	if app_cell() = 'S' then
		return jsonb_build_object('id', a.id, 'version', a.version, 'patient_id', a.patient_id, 'status', a.state,
			'since', admission_since(a));
	end if;
	return jsonb_strip_nulls(jsonb_build_object('id', a.id, 'version', a.version, 'patient_id', a.patient_id,
		'agency_id', a.owner_agency_id, 'unit_id', a.unit_id, 'status', a.state, 'since', admission_since(a),
		'urgency', a.urgency, 'level', a.level, 'institution', a.institution, 'ward', a.ward,
		'planned_for', a.planned_for, 'admitted_at', a.admitted_at, 'ready_at', a.ready_at, 'ended_at', a.ended_at,
		'disposition', a.disposition, 'discharge_meeting_held', a.discharge_meeting_held,
		'crisis_plan_reviewed', a.crisis_plan_reviewed, 'team_informed', a.team_informed,
		'follow_up_on', a.follow_up_on, 'reason', a.reason, 'from_information', a.from_information,
		'nights', case when a.admitted_at is not null then admission_nights(a) end,
		'segments', (select coalesce(jsonb_agg(jsonb_build_object('unit_id', case when not hidden
				then s.unit_id end, 'level', s.level, 'institution', case when hidden then a.institution else s.institution end,
				'ward', case when not hidden then s.ward end, 'valid_from', s.valid_from, 'valid_to', s.valid_to)
				order by s.valid_from, s.created_at), '[]') from admission_segment s where s.admission_id = a.id),
		'leaves', (select coalesce(jsonb_agg(jsonb_build_object('left_at', l.left_at,
				'expected_back_at', l.expected_back_at, 'returned_at', l.returned_at, 'nights', l.nights)
				order by l.left_at), '[]') from admission_leave l where l.admission_id = a.id),
		'created_at', a.created_at, 'updated_at', a.updated_at));
end $$;

-- Two stays at the same level cannot overlap; two clerks who enter them at once wait for one another. The person's row
-- is the lock that all who write stays of one person take first, one at a time or many.
create function segment_stands_alone() returns trigger language plpgsql as $$
begin
	perform 1 from patient p where p.id = new.patient_id for no key update;
	perform pg_advisory_xact_lock(hashtextextended(new.patient_id::text, 40));
	if exists (select 1 from admission_segment s join admission a on a.id = s.admission_id
			where s.patient_id = new.patient_id and s.admission_id <> new.admission_id and s.level = new.level
				and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR')
				and s.valid_from < coalesce(new.valid_to, 'infinity') and new.valid_from < coalesce(s.valid_to, 'infinity')) then
		perform raise_problem(409, 'admission_overlaps');
	end if;
	return new;
end $$;
-- who inserts many (0111) has looked for overlaps with one query
create trigger stands_alone before insert or update of level, valid_from, valid_to on admission_segment
	for each row when (coalesce(current_setting('app.many', true), '') = '') execute function segment_stands_alone();

-- The stay of a person, locked to be written. The person's row is locked before it, as all do who write stays: what follows a
-- stay locks the person too, and who took the stay first would wait for an import that waits for the stay.
create function admission_hold(stay uuid, person uuid) returns admission language plpgsql as $$
declare
	a admission;
begin
	perform 1 from patient p where p.id = person for no key update;
	select * into a from admission x where x.id = stay and x.patient_id = person for update;
	return a;
end $$;

-- Begins -------------------------------------------------------------------------------------------------
-- Only those who decide on it say on what legal ground the patient stays.
create function first_legal_kind(b jsonb) returns text language sql stable as $$
	select case when b ->> 'legal_kind' is null then 'NOT_STATED'
		when raise_unless(app_role() = 'DPS', 403, 'forbidden_action') then b ->> 'legal_kind' end
$$;

-- `until`: when it is known to have ended, by whoever tells of it late.
create function admission_begin(a admission, legal_kind text, until timestamptz default null) returns void language plpgsql as $$
begin
	insert into admission_segment (admission_id, patient_id, unit_id, level, institution, ward, valid_from, valid_to)
	values (a.id, a.patient_id, a.unit_id, a.level, a.institution, a.ward, a.admitted_at, until);
	insert into legal_period (id, admission_id, patient_id, kind, valid_from)
	values (gen_random_uuid(), a.id, a.patient_id, legal_kind, a.admitted_at);
end $$;

create function admission_enter(new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	person uuid := admit_named((b ->> 'patient_id')::uuid, 'admissions', 'ADMISSION');
	begins timestamptz := case when b ->> 'admitted_at' is not null then happened_at(b ->> 'admitted_at', '/admitted_at') end;
	kind text := first_legal_kind(b);
	a admission;
begin
	perform raise_unless(begins is not null or b ->> 'planned_for' is not null, 422, 'missing_fact',
		fault('/admitted_at', 'required', 'or planned_for is required'));
	insert into admission (id, patient_id, owner_agency_id, unit_id, state, urgency, level, institution, ward, planned_for,
		admitted_at, reported_by, from_information)
	values (new_id, person, app_agency_id(), ward_unit(b ->> 'unit_id'),
		case when begins is null then 'PLANNED' else 'ADMITTED' end, b ->> 'urgency', b ->> 'level', b ->> 'institution',
		b ->> 'ward', (b ->> 'planned_for')::timestamptz, begins, app_staff_id(), app_role() <> 'DPS')
	returning * into a;
	if begins is not null then
		perform admission_begin(a, kind);
	end if;
	return new_id;
end $$;

-- Moves --------------------------------------------------------------------------------------------------
-- The latest thing that has happened in the stay; the next one is not before it.
create function admission_latest(a admission) returns timestamptz language sql stable as $$
	select greatest((a).admitted_at,
		(select max(s.valid_from) from admission_segment s where s.admission_id = (a).id),
		(select max(greatest(l.left_at, l.returned_at)) from admission_leave l where l.admission_id = (a).id))
$$;

create function leave_close(admission uuid, at timestamptz) returns void language sql as $$
	update admission_leave set returned_at = at, nights = nights(left_at, at) where admission_id = $1 and returned_at is null
$$;

create function admission_transfer(inout a admission, b jsonb, at timestamptz) language plpgsql as $$
begin
	a.institution := b ->> 'institution';
	a.ward := b ->> 'ward';
	a.level := coalesce(b ->> 'level', a.level);
	a.unit_id := ward_unit(b ->> 'unit_id');
	update admission_segment set valid_to = at where admission_id = a.id and valid_to is null;
	insert into admission_segment (admission_id, patient_id, unit_id, level, institution, ward, valid_from)
	values (a.id, a.patient_id, a.unit_id, a.level, a.institution, a.ward, at);
end $$;

-- What was open in the stay ends with it.
create function admission_discharge(inout a admission, b jsonb, at timestamptz) language plpgsql as $$
begin
	perform raise_unless(at >= (select max(p.valid_from) from legal_period p where p.admission_id = a.id), 422,
		'invalid_value', fault('/at', 'range', 'must not be before the last legal period began'));
	a.ended_at := at;
	a.disposition := b ->> 'disposition';
	a.discharge_meeting_held := (b ->> 'discharge_meeting_held')::boolean;
	a.crisis_plan_reviewed := (b ->> 'crisis_plan_reviewed')::boolean;
	a.team_informed := (b ->> 'team_informed')::boolean;
	a.follow_up_on := (b ->> 'follow_up_on')::date;
	perform leave_close(a.id, at);
	update admission_segment set valid_to = at where admission_id = a.id and valid_to is null;
	update legal_period set valid_to = at where admission_id = a.id and valid_to is null;
end $$;

-- One step of an admission whose row is locked and whose machine has allowed it.
create function admission_step(admission_id uuid, act text, target text, b jsonb) returns int language plpgsql as $$
declare
	a admission;
	at timestamptz := happened_at(b ->> 'at', '/at');
begin
	select * into a from admission x where x.id = $1;
	perform raise_unless(act in ('admit', 'cancel', 'annul') or at >= admission_latest(a), 422, 'invalid_value',
		fault('/at', 'range', 'must not be before what has already happened in the stay'));
	case act
		when 'admit' then a.admitted_at := at;
		when 'leave' then
			insert into admission_leave (admission_id, patient_id, left_at, expected_back_at)
			values (a.id, a.patient_id, at, (b ->> 'expected_back_at')::timestamptz);
		when 'return' then perform leave_close(a.id, at);
		when 'ready' then a.ready_at := at;
		when 'not_ready' then
			a.ready_at := null;
			perform leave_close(a.id, at);
		when 'transfer_unit' then a := admission_transfer(a, b, at);
		when 'discharge' then a := admission_discharge(a, b, at);
		else a.reason := b ->> 'reason'; -- cancel, annul
	end case;
	update admission x set state = target, unit_id = a.unit_id, level = a.level, institution = a.institution, ward = a.ward,
		admitted_at = a.admitted_at, ready_at = a.ready_at, ended_at = a.ended_at, disposition = a.disposition,
		discharge_meeting_held = a.discharge_meeting_held, crisis_plan_reviewed = a.crisis_plan_reviewed,
		team_informed = a.team_informed, follow_up_on = a.follow_up_on, reason = a.reason
	where x.id = a.id returning x.* into a;
	if act = 'admit' then
		perform admission_begin(a, first_legal_kind(b));
	end if;
	return a.version;
end $$;

-- Corrections ----------------------------------------------------------------------------------------------
-- Which members can be corrected in the state that it is in.
create function admission_may_correct(a admission, b jsonb) returns boolean language plpgsql stable as $$
declare
	member text;
	fits boolean;
begin
	perform raise_unless(app_role() = 'DPS' or a.from_information, 403, 'forbidden_action');
	perform raise_unless(a.state not in ('CANCELLED', 'ENTERED_IN_ERROR'), 409, 'conflict');
	for member in select jsonb_object_keys(b) loop
		fits := case when member = 'planned_for' then a.state = 'PLANNED'
			when member = 'admitted_at' then a.state <> 'PLANNED'
			when member in ('ended_at', 'disposition', 'discharge_meeting_held', 'crisis_plan_reviewed', 'team_informed',
				'follow_up_on') then a.state = 'DISCHARGED'
			else true end;
		perform raise_unless(fits, 422, 'invalid_value',
			fault('/' || member, 'state', 'says nothing in the state that the admission is in'));
	end loop;
	return true;
end $$;

-- What happened within a stay, between its ends.
create function admission_within(a admission) returns table (at timestamptz) language sql stable as $$
	select s.valid_from from admission_segment s where s.admission_id = (a).id and s.valid_from > (a).admitted_at
		and s.valid_to is distinct from s.valid_from -- a move that was taken back
	union all select p.valid_from from legal_period p where p.admission_id = (a).id and p.valid_from > (a).admitted_at
	union all select l.left_at from admission_leave l where l.admission_id = (a).id
	union all select l.returned_at from admission_leave l where l.admission_id = (a).id
		and l.returned_at is distinct from (a).ended_at
$$;

-- The parts follow what their admission was corrected to; its ends stay outside of all that happened between them. Both
-- ends of a part move at once: the stay may have been at quite another time.
create function admission_parts_follow(was admission, becomes admission) returns void language plpgsql as $$
begin
	perform raise_unless(becomes.admitted_at <= coalesce((select min(w.at) from admission_within(was) w), becomes.ended_at,
			clock_now()), 422, 'invalid_value',
		fault('/admitted_at', 'range', 'must not be after what has already happened in the stay'));
	perform raise_unless(becomes.ended_at is null or becomes.ended_at = was.ended_at or becomes.ended_at >= coalesce((
			select max(w.at) from admission_within(was) w), becomes.admitted_at), 422, 'invalid_value',
		fault('/ended_at', 'range', 'must not be before what has already happened in the stay'));
	update admission_segment s set valid_from = n.begins, valid_to = n.ends
	from admission_segment o cross join lateral (select
			case when o.valid_from = was.admitted_at then becomes.admitted_at else o.valid_from end as begins,
			case when o.valid_to = was.ended_at then becomes.ended_at else o.valid_to end as ends) n
	where o.id = s.id and s.admission_id = was.id and (s.valid_from, s.valid_to) is distinct from (n.begins, n.ends)
		and (s.valid_to is distinct from s.valid_from or was.ended_at = was.admitted_at);
	update legal_period p set valid_from = n.begins, valid_to = n.ends
	from legal_period o cross join lateral (select
			case when o.valid_from = was.admitted_at then becomes.admitted_at else o.valid_from end as begins,
			case when o.valid_to = was.ended_at then becomes.ended_at else o.valid_to end as ends) n
	where o.id = p.id and p.admission_id = was.id and (p.valid_from, p.valid_to) is distinct from (n.begins, n.ends);
	update admission_leave l set returned_at = becomes.ended_at, nights = nights(l.left_at, becomes.ended_at)
	where l.admission_id = was.id and l.returned_at = was.ended_at and was.ended_at <> becomes.ended_at;
	update admission_segment s set unit_id = becomes.unit_id, institution = becomes.institution, ward = becomes.ward
	where s.admission_id = was.id and s.valid_to is not distinct from becomes.ended_at
		and (s.unit_id, s.institution, s.ward) is distinct from (becomes.unit_id, becomes.institution, becomes.ward);
end $$;

-- Since when the patient was ready, as far as that is within the stay as it was corrected.
create function admission_ready_within(a admission) returns timestamptz language sql immutable as $$
	select case when (a).ready_at between (a).admitted_at and coalesce((a).ended_at, 'infinity') then (a).ready_at end
$$;

-- Corrects an admission; gives back how many rows had the version.
create function admission_correct(admission_id uuid, b jsonb, seen text) returns bigint language plpgsql as $$
declare
	was admission;
	n admission;
begin
	was := admission_hold($1, (select a.patient_id from admission a where a.id = $1));
	if was.version::text is distinct from seen or not admission_may_correct(was, b) then
		return 0;
	end if;
	n := jsonb_populate_record(was, b);
	perform happened_at(n.admitted_at::text, '/admitted_at'), happened_at(n.ended_at::text, '/ended_at'),
		ward_unit(n.unit_id::text);
	perform admission_parts_follow(was, n);
	update admission a set urgency = n.urgency, institution = n.institution, ward = n.ward, unit_id = n.unit_id,
		planned_for = n.planned_for, admitted_at = n.admitted_at, ended_at = n.ended_at, disposition = n.disposition,
		ready_at = case when n.state = 'DISCHARGED' then admission_ready_within(n) else n.ready_at end,
		discharge_meeting_held = n.discharge_meeting_held, crisis_plan_reviewed = n.crisis_plan_reviewed,
		team_informed = n.team_informed, follow_up_on = n.follow_up_on
	where a.id = was.id;
	return 1;
end $$;

-- Legal periods ------------------------------------------------------------------------------------------
create function legal_period_json(p legal_period) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (p).id, 'version', (p).version, 'admission_id', (p).admission_id,
		'patient_id', (p).patient_id, 'status', case when (p).valid_to is null then 'RUNNING' else 'ENDED' end,
		'valid_from', (p).valid_from, 'valid_to', (p).valid_to)
		|| case when app_cell() = 'S' then '{}' else jsonb_build_object('kind', (p).kind, 'note', (p).note,
			'created_at', (p).created_at, 'updated_at', (p).updated_at) end)
$$;

-- The chief doctor decides on examinations, not on the ground of a stay.
create function legal_period_admission(admission_id uuid) returns admission language plpgsql as $$
declare
	a admission;
begin
	perform raise_unless(app_role() = 'DPS', 403, 'forbidden_action');
	a := admission_hold($1, (select x.patient_id from admission x where x.id = $1));
	perform raise_unless(a.state not in ('PLANNED', 'CANCELLED', 'ENTERED_IN_ERROR'), 409, 'conflict');
	return a;
end $$;

-- From a time on another ground: the period that covers the time ends there, and the new one takes its rest. So
-- the periods cannot overlap and leave no gap.
create function legal_period_add(new_id uuid, admission_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	a admission := legal_period_admission(admission_id);
	at timestamptz := happened_at(b ->> 'valid_from', '/valid_from');
	covering legal_period;
begin
	select * into covering from legal_period p where p.admission_id = a.id and p.valid_from <= at
		and coalesce(p.valid_to, 'infinity') > at;
	perform raise_unless(covering.id is not null, 422, 'invalid_value',
		fault('/valid_from', 'range', 'must be within the admission'));
	perform raise_unless(covering.valid_from < at, 409, 'duplicate',
		fault('/valid_from', 'taken', 'is when the period that holds then begins: change that one'));
	update legal_period p set valid_to = at where p.id = covering.id;
	insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to, note)
	values (new_id, a.id, a.patient_id, b ->> 'kind', at, covering.valid_to, b ->> 'note');
	return new_id;
end $$;

-- Moves the time at which one ground gave way to the next: both sides of it at once.
create function legal_period_move(p legal_period, at timestamptz) returns void language plpgsql as $$
declare
	before legal_period;
begin
	select * into before from legal_period x where x.admission_id = p.admission_id and x.valid_to = p.valid_from
		and x.id <> p.id and x.valid_from < p.valid_from order by x.valid_from desc limit 1;
	perform raise_unless(before.id is not null and at > before.valid_from and at < coalesce(p.valid_to, clock_now()),
		422, 'invalid_value', fault('/valid_from', 'range', 'must be between the period before and the end of this one'));
	update legal_period x set valid_to = at where x.id = before.id;
	update legal_period x set valid_from = at where x.id = p.id;
end $$;

create function legal_period_correct(period_id uuid, b jsonb, seen text) returns bigint language plpgsql as $$
declare
	p legal_period;
	at timestamptz := (b ->> 'valid_from')::timestamptz;
begin
	perform admission_hold(x.admission_id, x.patient_id) from legal_period x where x.id = period_id;
	select * into p from legal_period x where x.id = period_id for update;
	if p.version::text is distinct from seen then
		return 0;
	end if;
	perform legal_period_admission(p.admission_id);
	if at <> p.valid_from then
		perform legal_period_move(p, at);
	end if;
	update legal_period x set kind = coalesce(b ->> 'kind', x.kind),
		note = case when b ? 'note' then b ->> 'note' else x.note end
	where x.id = p.id and (b ? 'kind' or b ? 'note');
	return 1;
end $$;

-- migrate:down
drop trigger stands_alone on admission_segment;
drop function if exists legal_period_correct, legal_period_move, legal_period_add, legal_period_admission,
	legal_period_json, admission_correct, admission_ready_within, admission_parts_follow, admission_within, admission_may_correct, admission_step,
	admission_discharge, admission_transfer, leave_close, admission_latest, admission_enter, admission_begin,
	admission_hold, first_legal_kind, segment_stands_alone, admissions_in_order, admission_json, admission_place_is_hidden, admission_nights, admission_since, admission_facts, ward_unit,
	happened_at cascade;
