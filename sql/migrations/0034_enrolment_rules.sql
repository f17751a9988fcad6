-- migrate:up
-- What holds for enrolments whoever asks, and what the actions of machines/enrolments.yaml do to them.

-- What an enrolment asks about the person's other things stands with these: enrolment_attempts (0035),
-- enrolment_days_avoiding, enrolment_contact_is_lost, enrolment_intensity (0036), person_is_admitted (0042),
-- enrolment_open_measures, enrolment_measures_not_offered, plan_was_reviewed_on (0058), enrolment_outcome_is_measured (0064).

-- Who sees the state and its dates alone (the cells S of the matrix).
create function enrolment_is_status() returns boolean language sql stable as $$
	select app_cell() = 'S' or coalesce(app_role(), '') not in ('TM', 'TL', 'MH', 'PT')
$$;

create function enrolment_sees_status(asked uuid) returns boolean language sql stable as $$
	select enrolment_is_status() and exists (select 1 from enrolment e where e.id = asked)
$$;
insert into status_view (is_status) values ('enrolment_sees_status');

-- How often the main contact has changed, year by year; the first one is no change.
create function enrolment_contact_changes(asked uuid) returns jsonb language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('year', y.year, 'changes', y.n) order by y.year), '[]') from (
		select extract(year from oslo_day(x.valid_from))::int as year, count(*)::int as n
		from (select c.valid_from, c.main_contact_id, lag(c.main_contact_id) over (order by c.valid_from, c.created_at) as before
			from enrolment_main_contact c where c.enrolment_id = asked) x
		where x.before <> x.main_contact_id group by 1) y);
end $$;

create function enrolment_json(e enrolment) returns jsonb language plpgsql stable as $$
declare
	status boolean := enrolment_is_status();
	body jsonb := jsonb_build_object('id', e.id, 'version', e.version, 'projection', case when status then 'STATUS' else 'FULL' end,
		'patient_id', e.patient_id, 'status', e.state, 'enrolled_at', e.enrolled_at, 'ended_at', e.ended_at);
begin
	if status then
		return jsonb_strip_nulls(body || jsonb_build_object('pending_action', case when app_role() = 'DPS'
			and e.pending_action is not null then jsonb_build_object('action', e.pending_action ->> 'action', 'at', e.pending_action ->> 'at') end));
	end if;
	return jsonb_strip_nulls(body || jsonb_build_object('unit', unit_brief(e.unit_id), 'referral_id', e.referral_id,
		'main_contact', staff_brief(e.main_contact_id), 'substitute', staff_brief(e.substitute_id),
		'main_contact_changes', enrolment_contact_changes(e.id),
		'intensity', case when e.ended_at is null then enrolment_intensity(e.id) end,
		'attempts', case when e.state in ('ENGAGING', 'ACTIVE', 'PAUSED') and app_role() <> 'PT' then
			(select jsonb_build_object('count', t.attempts, 'days', t.days) from enrolment_attempts(e.id) t) end,
		'outreach_started_at', e.outreach_started_at, 'first_contact_at', e.first_contact_at, 'pause_reason', e.pause_reason,
		'paused_at', e.paused_at, 'paused_review_on', e.paused_review_on, 'discharge_planned_on', e.discharge_planned_on,
		'plan_reviewed_on', e.plan_reviewed_on, 'outcome_round', e.outcome_round, 'end_reason', e.end_reason,
		'end_text', e.end_text, 'next_responsible_agency', agency_brief(e.next_responsible_agency_id),
		'transfer_handover_id', e.transfer_handover_id,
		'pending_action', case when app_role() <> 'PT' then e.pending_action - 'hpr_number' end,
		'created_at', e.created_at, 'updated_at', e.updated_at));
end $$;

create function enrolment_handover(asked uuid) returns handover language sql stable as $$
	select h.* from handover h join unit u on u.id = h.to_unit_id
	where h.entity = 'enrolment' and h.entity_id = asked and h.state = 'ACCEPTED' and u.type = 'TEAM'
	order by h.decided_at desc limit 1
$$;

-- As which of the two who must agree the caller can speak: the team's leader, a doctor or psychologist of the DPS.
create function enrolment_voice(e enrolment) returns text[] language sql stable as $$
	select array_remove(array[
		case when app_role() = 'TL' and e.unit_id = any (app_unit_ids()) then 'leader' end,
		case when a.type in ('DPS', 'HEALTH_TRUST') and s.profession in ('LE', 'PS')
			and (app_role() = 'DPS' or (app_role() in ('TM', 'TL') and e.unit_id = any (app_unit_ids()))) then 'specialist' end], null)
	from staff s join agency a on a.id = s.agency_id where s.id = app_staff_id()
$$;

-- The facts of machines/enrolments.yaml.
create function enrolment_facts(e enrolment) returns text[] language plpgsql stable as $$
declare
	voice text[] := case when app_staff_id() is not null then enrolment_voice(e) else '{}' end;
	tried record;
	step text := e.pending_action ->> 'action';
	mine boolean := step_is_mine(e.pending_action);
begin
	select * into tried from enrolment_attempts(e.id);
	return voice || array_remove(array[
		case when e.unit_id = any (app_unit_ids()) then 'team' end,
		case when tried.attempts >= 12 and tried.days >= (select r.amount from deadline_rule r where r.code = 'ENR_GIVE_UP'
			order by r.valid_from desc limit 1) then 'attempts_enough' end,
		case when person_is_admitted(e.patient_id) then 'admitted' end,
		case when enrolment_measures_not_offered(e.id) = 0 then 'measures_offered' end,
		case when enrolment_open_measures(e.id) = 0 then 'measures_settled' end,
		case when (enrolment_handover(e.id)).id is not null then 'handover_accepted' end,
		case when mine then step || '_is_mine' end,
		-- the other of the two is needed
		case when not mine and step is not null and cardinality(array_remove(voice, e.pending_action ->> 'voice')) = 0
			then step || '_of_same_voice' end], null);
end $$;

-- Opening -------------------------------------------------------------------------------------------------
create function team_contact(member uuid, team uuid, pointer text) returns uuid language sql stable as $$
	select case when staff_works_in(member, team) then member
		when raise_problem(422, 'unknown_reference', fault(pointer, 'unknown_reference', 'does not work in the team')) then null end
$$;

create function other_contact(b jsonb) returns uuid language plpgsql as $$
begin
	perform raise_unless(b ->> 'main_contact_id' <> b ->> 'substitute_id', 422, 'invalid_value', fault('/substitute_id',
		'same_person', 'must be another person than the main contact'));
	return (b ->> 'substitute_id')::uuid;
end $$;

-- An enrolment comes from a referral, or from another team's; nobody may write one otherwise.
create function enrolment_open(new_id uuid, patient uuid, team uuid, referral uuid, contact uuid, substitute uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	if exists (select 1 from enrolment e where e.patient_id = patient and e.unit_id = team and e.ended_at is null) then
		perform raise_problem(409, 'already_enrolled');
	end if;
	insert into enrolment (id, patient_id, unit_id, agency_id, referral_id, main_contact_id, substitute_id)
	select new_id, patient, u.id, u.agency_id, enrolment_open.referral, contact, substitute from unit u where u.id = team;
	insert into transition_event (machine, object_id, object_version, action, to_state, agency_id, staff_id, role)
	values ('enrolments', new_id, 1, 'create', 'PENDING', app_agency_id(), app_staff_id(), 'SY');
	return new_id;
end $$;

-- The effect of the referral's `enrol`.
create function referral_enrol(asked uuid, new_id uuid, b jsonb) returns uuid language sql as $$
	select enrolment_open(new_id, r.patient_id, r.receiving_unit_id, r.id,
		team_contact((b ->> 'main_contact_id')::uuid, r.receiving_unit_id, '/main_contact_id'),
		team_contact(other_contact(b), r.receiving_unit_id, '/substitute_id'))
	from referral r where r.id = asked
$$;

-- Main contact and substitute ------------------------------------------------------------------------------
create function enrolment_appoint(asked uuid, seen text, b jsonb) returns bigint language plpgsql as $$
declare
	e enrolment;
	n bigint;
begin
	select * into e from enrolment x where x.id = asked for update;
	if e.id is null or e.version::text is distinct from seen then
		return expect_one(0, 'enrolment', asked, seen)::int;
	end if;
	perform raise_unless(e.unit_id = any (app_unit_ids()) and (app_role() = 'TL' or app_staff_id() = e.main_contact_id), 403, 'forbidden');
	perform raise_unless(e.ended_at is null, 409, 'conflict');
	perform set_config('app.appoint_reason', coalesce(b ->> 'reason', ''), true);
	update enrolment set main_contact_id = team_contact((b ->> 'main_contact_id')::uuid, e.unit_id, '/main_contact_id'),
		substitute_id = team_contact(other_contact(b), e.unit_id, '/substitute_id')
	where id = asked;
	get diagnostics n = row_count;
	return n;
end $$;

-- What follows from an enrolment's state --------------------------------------------------------------------
create function enrolment_follow_contact(e enrolment) returns void language plpgsql as $$
begin
	update enrolment_main_contact c set valid_to = clock_now()
	where c.enrolment_id = e.id and c.valid_to is null and (e.ended_at is not null
		or (c.main_contact_id, c.substitute_id) is distinct from (e.main_contact_id, e.substitute_id));
	insert into enrolment_main_contact (enrolment_id, patient_id, main_contact_id, substitute_id, reason, changed_by)
	select e.id, e.patient_id, e.main_contact_id, e.substitute_id, nullif(current_setting('app.appoint_reason', true), ''),
		app_staff_id()
	where e.ended_at is null and not exists (select 1 from enrolment_main_contact c where c.enrolment_id = e.id and c.valid_to is null);
end $$;

create function enrolment_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	afterwards timestamptz := deadline_at('ENR_AFTERWORK', new.ended_at);
	contact uuid := case when new.ended_at is null then new.main_contact_id end;
begin
	perform enrolment_follow_contact(new);
	perform deadline_keep('enrolment', new.id, 'ENR_PAUSE_REVIEW', case when new.state = 'PAUSED' then new.paused_at end,
		(new.paused_review_on + 1)::timestamp at time zone 'Europe/Oslo', true, new.unit_id, new.patient_id);
	-- the main contact sees a strictly protected address
	update care_relation c set valid_to = afterwards, main_contact_id = contact
	where c.source_id = new.id and c.basis = 'ENROLMENT' and (c.valid_to, c.main_contact_id) is distinct from (afterwards, contact);
	if new.ended_at is null then
		insert into care_relation (patient_id, unit_id, agency_id, basis, source_id, main_contact_id)
		values (new.patient_id, new.unit_id, new.agency_id, 'ENROLMENT', new.id, contact) on conflict do nothing;
	end if;
	if tg_op = 'INSERT' then
		insert into task (kind, title, patient_id, unit_id, agency_id, assignee_staff_id, due_at, entity, entity_id, source_key)
		select 'MINOR_CHILDREN', 'Avklar hvem som følger opp pasientens mindreårige barn', p.id, new.unit_id, new.agency_id,
			new.main_contact_id, deadline_at('ENR_MINOR_CHILDREN', clock_now()), 'enrolment', new.id, 'children:' || new.id
		from patient p where p.id = new.patient_id and coalesce(p.has_minor_children, 'UNKNOWN') <> 'NO';
	elsif new.ended_at is not null and old.ended_at is null then
		perform tasks_end('enrolment', new.id, null, 'CANCELLED', 'Teamet har avsluttet oppfølgingen', new.unit_id);
	end if;
	if new.state = 'DECEASED' and old.state <> 'DECEASED' then
		update task t set state = 'CANCELLED', closed_at = clock_now(), closing_note = 'Pasienten er død'
		where t.state = 'OPEN' and t.patient_id = new.patient_id and (t.unit_id = new.unit_id or t.entity_id = new.id);
		update deadline d set state = 'CANCELLED', closed_at = clock_now()
		where d.state = 'OPEN' and d.patient_id = new.patient_id and d.responsible_unit_id = new.unit_id;
	elsif new.state in ('DISCHARGED', 'NEVER_ENGAGED') and old.ended_at is null then
		perform agency_task('NEXT_RESPONSIBLE', 'Teamet har avsluttet oppfølgingen: dere er ansvarlige fra nå', new.patient_id,
			new.next_responsible_agency_id, deadline_at('ENR_NEXT_RESPONSIBLE', clock_now()), 'enrolment', new.id,
			'next:' || new.id);
	end if;
	return null;
end $$;
create trigger follow after insert or update on enrolment for each row execute function enrolment_follow();

-- Who has no minor children has none to be followed up.
create function enrolment_children_settled() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform tasks_end('enrolment', e.id, '{MINOR_CHILDREN}', 'DONE', 'Pasienten har ikke mindreårige barn')
	from enrolment e where e.patient_id = new.id and e.ended_at is null;
	return null;
end $$;
create trigger children_settled after update of has_minor_children on patient for each row
	when (new.has_minor_children = 'NO') execute function enrolment_children_settled();

-- Steps -------------------------------------------------------------------------------------------------------
-- A face-to-face contact has been held: the service itself notes it, the first time only.
create function enrolment_first_contact(asked uuid, held_at timestamptz) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	e enrolment;
begin
	select * into e from enrolment x where x.id = asked and x.state in ('PENDING', 'ENGAGING') for update;
	if not found then
		return false;
	end if;
	update enrolment set state = 'ACTIVE', first_contact_at = held_at, pending_action = null where id = asked;
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, agency_id, staff_id, role)
	values ('enrolments', asked, e.version + 1, 'first_contact', e.state, 'ACTIVE', app_agency_id(), app_staff_id(), 'SY');
	return true;
end $$;

create function enrolment_check(e enrolment, act text, b jsonb) returns void language plpgsql as $$
begin
	case act
	when 'pause' then
		perform raise_unless((b ->> 'review_on')::date > clock_today()
				and (b ->> 'review_on')::date <= oslo_day(deadline_at('ENR_PAUSE_REVIEW', clock_now())) - 1,
			422, 'invalid_value', fault('/review_on', 'range', 'must be after today and at most ninety days away'));
	when 'plan_discharge' then
		perform raise_unless((b ->> 'plan_reviewed_on')::date <= clock_today(), 422, 'invalid_value', fault('/plan_reviewed_on',
			'future', 'must not be after today: the plan is reviewed with the person first'));
		perform raise_unless(plan_was_reviewed_on(e.patient_id, (b ->> 'plan_reviewed_on')::date), 422, 'invalid_value',
			fault('/plan_reviewed_on', 'not_recorded', 'is no day on which a review of a plan in force, with the person there, is recorded'));
	when 'discharge_unplanned' then
		perform raise_unless(b ->> 'end_reason' <> 'LOST_CONTACT' or enrolment_contact_is_lost(e.id), 422, 'contact_not_lost');
	when 'discharge' then
		perform raise_unless(b ->> 'outcome_round' <> 'DONE' or enrolment_outcome_is_measured(e.id), 422, 'invalid_value',
			fault('/outcome_round', 'not_recorded', 'must not be DONE while an assessment of the final round is missing'));
	when 'register_death' then
		perform raise_unless((b ->> 'deceased_on')::date <= clock_today(), 422, 'invalid_value', fault('/deceased_on', 'future',
			'must not be after today'));
	else
		null;
	end case;
	perform raise_unless(not b ? 'next_responsible_agency_id' or agency_gives_care((b ->> 'next_responsible_agency_id')::uuid), 422,
		'unknown_reference', fault('/next_responsible_agency_id', 'unknown_reference', 'is no agency that gives health care'));
end $$;

-- Giving up and an unplanned discharge take the team's leader and a specialist: the first one's step waits.
create function enrolment_waits(e enrolment, act text, b jsonb) returns jsonb language sql stable as $$
	select case when act in ('give_up', 'discharge_unplanned') and (e.pending_action is null or e.pending_action ->> 'action' <> act
				or e.pending_action ->> 'next_responsible_agency_id' is distinct from b ->> 'next_responsible_agency_id'
				or e.pending_action ->> 'end_reason' is distinct from b ->> 'end_reason')
			then jsonb_strip_nulls(jsonb_build_object('action', act, 'voice', (enrolment_voice(e))[1], 'staff_id', s.id,
				'name', s.name, 'hpr_number', s.hpr_number, 'at', clock_now(), 'reason', b ->> 'reason',
				'end_reason', b ->> 'end_reason', 'next_responsible_agency_id', b ->> 'next_responsible_agency_id')) end
	from staff s where s.id = app_staff_id()
$$;

create function enrolment_change(inout e enrolment, act text, b jsonb) language plpgsql as $$
begin
	e.pending_action := null;
	case act
	when 'start_outreach' then
		e.outreach_started_at := clock_now();
	when 'pause' then
		e.pause_reason := b ->> 'pause_reason';
		e.paused_at := clock_now();
		e.paused_review_on := (b ->> 'review_on')::date;
	when 'plan_discharge' then
		e.discharge_planned_on := (b ->> 'discharge_on')::date;
		e.plan_reviewed_on := (b ->> 'plan_reviewed_on')::date;
	when 'cancel_discharge' then
		e.discharge_planned_on := null;
	when 'transfer' then
		e.transfer_handover_id := (enrolment_handover(e.id)).id;
	else
		null;
	end case;
	if act in ('give_up', 'discharge', 'discharge_unplanned', 'transfer', 'register_death') then
		e.ended_at := clock_now();
		e.end_text := b ->> 'reason';
		e.outcome_round := b ->> 'outcome_round';
		e.next_responsible_agency_id := (b ->> 'next_responsible_agency_id')::uuid;
		e.end_reason := case act when 'give_up' then 'NOT_REACHED' when 'discharge' then 'PLANNED'
			when 'transfer' then 'TRANSFERRED' when 'register_death' then 'DECEASED' else b ->> 'end_reason' end;
	end if;
end $$;

create function enrolment_apply(asked uuid, act text, target text, b jsonb) returns int language plpgsql as $$
declare
	e enrolment;
	before text;
	waiting jsonb;
	n bigint;
begin
	select * into e from enrolment x where x.id = asked;
	before := e.state;
	perform enrolment_check(e, act, b);
	waiting := enrolment_waits(e, act, b);
	if waiting is not null then
		e.pending_action := waiting;
	else
		e := enrolment_change(e, act, b);
		e.state := target;
	end if;
	update enrolment set state = e.state, outreach_started_at = e.outreach_started_at, pause_reason = e.pause_reason,
		paused_at = e.paused_at, paused_review_on = e.paused_review_on, discharge_planned_on = e.discharge_planned_on,
		plan_reviewed_on = e.plan_reviewed_on, transfer_handover_id = e.transfer_handover_id, ended_at = e.ended_at,
		end_text = e.end_text, outcome_round = e.outcome_round, next_responsible_agency_id = e.next_responsible_agency_id,
		end_reason = e.end_reason, pending_action = e.pending_action
	where id = asked;
	get diagnostics n = row_count;
	perform expect_one(n, 'enrolment', asked, null);
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role, data)
	values ('enrolments', asked, e.version + 1, act, before, e.state, b ->> 'reason', app_agency_id(), app_staff_id(), app_role(),
		jsonb_strip_nulls(jsonb_build_object('pending', e.pending_action ->> 'action')));
	return e.version + 1;
end $$;

-- The team that has accepted goes on with an enrolment of its own; whoever accepted is the contact until its leader
-- names others.
create function enrolment_take_over(asked uuid, new_id uuid) returns uuid language plpgsql as $$
declare
	h handover := enrolment_handover(asked);
begin
	perform enrolment_open(new_id, h.patient_id, h.to_unit_id, null, coalesce(h.receiver_staff_id, h.decided_by), null);
	perform add_task('NAME_CONTACTS', 'Overført fra et annet team: velg hovedkontakt og stedfortreder', h.patient_id, h.to_unit_id,
		h.to_agency_id, deadline_at('ENR_NEXT_RESPONSIBLE', clock_now()), 'enrolment', new_id);
	return new_id;
end $$;

create function enrolment_note_death(asked uuid, day date) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	update patient p set deceased_on = day from enrolment e where e.id = asked and p.id = e.patient_id and p.deceased_on is null
$$;

-- migrate:down
drop trigger children_settled on patient;
drop trigger follow on enrolment;
delete from status_view where is_status = 'enrolment_sees_status';
drop function if exists enrolment_children_settled, enrolment_note_death, enrolment_take_over, enrolment_apply, enrolment_change, enrolment_waits,
	enrolment_check, enrolment_first_contact, enrolment_follow, enrolment_follow_contact,
	enrolment_appoint, referral_enrol, enrolment_open, other_contact, team_contact, enrolment_facts, enrolment_voice, enrolment_handover,
	enrolment_json, enrolment_contact_changes, enrolment_sees_status, enrolment_is_status cascade;
