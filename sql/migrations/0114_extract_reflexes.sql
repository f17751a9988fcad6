-- migrate:up
-- What follows from a stay (0045), where it was told by an extract.

-- A place that is not stated at discharge is not death: the follow-up of 0045, which knew no such stay.
create or replace function admission_follow_up(a admission) returns void language plpgsql as $$
declare
	n record;
	alive boolean := a.disposition is distinct from 'DECEASED';
begin
	for n in select e.unit_id, e.agency_id from enrolment e where e.patient_id = a.patient_id and e.ended_at is null
		union all select (select u.id from unit u where u.id = a.unit_id and u.agency_id = a.owner_agency_id), a.owner_agency_id
		where not exists (select 1 from enrolment e where e.patient_id = a.patient_id and e.ended_at is null)
	loop
		perform admission_ask(a, alive and not board_admission_is_open(a.patient_id), 'POST_DISCHARGE_CONTACT',
			'Møt pasienten innen sju dager etter utskrivning', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CONTACT', a.ended_at));
		perform admission_ask(a, alive and a.urgency = 'ACUTE', 'CRISIS_PLAN_REVIEW',
			'Gå gjennom kriseplanen etter akuttinnleggelsen', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CRISIS_PLAN', a.ended_at));
		perform admission_ask(a, not alive, 'REGISTER_DEATH', 'Pasienten døde under innleggelsen: registrer dødsfallet',
			n.unit_id, n.agency_id, deadline_at('ADMISSION_READY_ANSWER', a.ended_at));
	end loop;
end $$;

create or replace function admission_reflex() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	begun boolean := admission_is_open(new.state) and coalesce(old.state, 'PLANNED') = 'PLANNED';
	enrolled uuid;
begin
	if begun then
		perform admission_move_card(new, 'ADMITTED', 'ADMISSION');
	elsif new.state = 'DISCHARGED' then
		if old.state <> 'DISCHARGED' and new.disposition is distinct from 'DECEASED'
			and not board_admission_is_open(new.patient_id) then
			perform admission_move_card(new, 'POST_DISCHARGE', 'DISCHARGE');
		end if;
		-- of a stay that was history before anyone told of it, nothing is left to do
		if new.ended_at > clock_now() - make_interval(days => (select d.amount from deadline_rule d where d.code = 'IMPORT_HISTORY'))
			or not new.from_extract then
			perform admission_follow_up(new);
		end if;
	elsif new.state = 'ENTERED_IN_ERROR' and old.state <> 'ENTERED_IN_ERROR' then
		for enrolled in select distinct c.enrolment_id from admission_card c where c.admission_id = new.id loop
			perform admission_restore_card(new, enrolled);
		end loop;
	end if;
	return null;
end $$;

-- migrate:down
create or replace function admission_follow_up(a admission) returns void language plpgsql as $$
declare
	n record;
	alive boolean := a.disposition <> 'DECEASED';
begin
	for n in select e.unit_id, e.agency_id from enrolment e where e.patient_id = a.patient_id and e.ended_at is null
		union all select (select u.id from unit u where u.id = a.unit_id and u.agency_id = a.owner_agency_id), a.owner_agency_id
		where not exists (select 1 from enrolment e where e.patient_id = a.patient_id and e.ended_at is null)
	loop
		perform admission_ask(a, alive and not board_admission_is_open(a.patient_id), 'POST_DISCHARGE_CONTACT',
			'Møt pasienten innen sju dager etter utskrivning', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CONTACT', a.ended_at));
		perform admission_ask(a, alive and a.urgency = 'ACUTE', 'CRISIS_PLAN_REVIEW',
			'Gå gjennom kriseplanen etter akuttinnleggelsen', n.unit_id, n.agency_id,
			deadline_at('ADMISSION_CRISIS_PLAN', a.ended_at));
		perform admission_ask(a, not alive, 'REGISTER_DEATH', 'Pasienten døde under innleggelsen: registrer dødsfallet',
			n.unit_id, n.agency_id, deadline_at('ADMISSION_READY_ANSWER', a.ended_at));
	end loop;
end $$;
create or replace function admission_reflex() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	begun boolean := admission_is_open(new.state) and coalesce(old.state, 'PLANNED') = 'PLANNED';
	enrolled uuid;
begin
	if begun then
		perform admission_move_card(new, 'ADMITTED', 'ADMISSION');
	elsif new.state = 'DISCHARGED' then
		if old.state <> 'DISCHARGED' and new.disposition <> 'DECEASED' and not board_admission_is_open(new.patient_id) then
			perform admission_move_card(new, 'POST_DISCHARGE', 'DISCHARGE');
		end if;
		perform admission_follow_up(new);
	elsif new.state = 'ENTERED_IN_ERROR' and old.state <> 'ENTERED_IN_ERROR' then
		for enrolled in select distinct c.enrolment_id from admission_card c where c.admission_id = new.id loop
			perform admission_restore_card(new, enrolled);
		end loop;
	end if;
	return null;
end $$;
