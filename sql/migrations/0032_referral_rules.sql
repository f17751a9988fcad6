-- migrate:up
-- What holds for referrals whoever asks: standing, projection, facts, what is checked before a step.

-- AUTHOR of a draft, SELF the person, INTAKE the team and the two levels of the intake meeting, RECEIVER whom it is
-- offered to or who took it over, REFERRER the unit that sent it, READER a chief doctor; all others see STATUS.
create function referral_standing(r referral) returns text language plpgsql stable as $$
declare
	mine uuid[] := app_unit_ids();
begin
	if r.state = 'DRAFT' then
		return 'AUTHOR'; -- row security shows it to nobody else
	elsif app_role() = 'PT' then
		return 'SELF'; -- nor one that is about another person to a patient
	elsif coalesce(app_role(), '') not in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP') then
		return 'STATUS';
	elsif handover_objected('referral', r.patient_id, r.id) then
		return 'STATUS';
	elsif r.receiving_unit_id = any (mine) or r.specialist_unit_id = any (mine) or r.municipal_unit_id = any (mine) then
		return 'INTAKE';
	elsif r.sent_by_unit_id = any (mine) then
		return 'REFERRER';
	elsif r.responsible_unit_id = any (mine) or exists (select 1 from handover h where h.entity_id = r.id
			and h.state in ('OFFERED', 'ACCEPTED') and h.to_unit_id = any (mine)) then
		return 'RECEIVER';
	elsif app_role() = 'KO' and exists (select 1 from care_relation c where c.patient_id = r.patient_id
			and c.unit_id = any (mine) and c.valid_from <= clock_now() and coalesce(c.valid_to, 'infinity') > clock_now()) then
		return 'READER';
	end if;
	return 'STATUS';
end $$;

create function referral_is_status(asked uuid) returns boolean language sql stable as $$
	select exists (select 1 from referral r where r.id = asked and referral_standing(r) = 'STATUS')
$$;
insert into status_view (is_status) values ('referral_is_status');

-- Before one referral is read: 403 for a unit with a part in the intake whom the person has blocked.
create function referral_admit(asked uuid) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r referral;
	part boolean;
begin
	select * into r from referral x where x.id = asked;
	if not found or r.state = 'DRAFT' or coalesce(app_role(), '') in ('', 'PT', 'RE') then
		return asked;
	end if;
	part := array[r.receiving_unit_id, r.responsible_unit_id, r.specialist_unit_id, r.municipal_unit_id] && app_unit_ids();
	if part and r.sent_by_agency_id is distinct from app_agency_id() and handover_objected('referral', r.patient_id, r.id) then
		perform raise_problem(403, 'blocked');
	end if;
	perform set_config('app.basis', case when part then 'RESPONSIBLE_UNIT' else 'SENDER' end, true);
	return asked;
end $$;

create function referral_seen(asked uuid) returns setof referral language plpgsql as $$
begin
	perform referral_admit(asked);
	return query select * from referral r where r.id = asked;
end $$;

create function referral_locked(asked uuid) returns setof referral language plpgsql as $$
begin
	perform referral_admit(asked);
	return query select * from referral r where r.id = asked for update;
end $$;

-- All that one who sees the status may know: not whether the person is or becomes a patient.
create function referral_status_word(state text) returns text language sql immutable as $$
	select case when state in ('DRAFT', 'SENT') then state
		when state in ('ENROLLED', 'REJECTED', 'REDIRECTED', 'WITHDRAWN', 'LAPSED') then 'CLOSED' else 'BEING_HANDLED' end
$$;

create function staff_brief(asked uuid) returns jsonb language plpgsql stable strict as $$
begin
	return (select jsonb_build_object('id', s.id, 'name', s.name) from staff s where s.id = asked);
end $$;

create function agency_brief(asked uuid) returns jsonb language plpgsql stable strict as $$
begin
	return (select jsonb_build_object('id', a.id, 'name', a.name) from agency a where a.id = asked);
end $$;

-- The five criteria as they were answered, and what follows; null: it cannot be told yet.
create function eligibility_json(r referral) returns jsonb language sql stable as $$
	select r.eligibility || jsonb_build_object('in_target', r.in_target, 'target_rule', r.target_rule)
$$;

-- When the answer is due: from the day of receipt, for the specialist part (domain.md §4.2).
create function referral_answer_due(r referral) returns timestamptz language sql stable as $$
	select case when r.received_at is not null and r.parts @> '{SPECIALIST}'
		then deadline_at('REF_ANSWER', r.received_at, case when r.suspected_serious then 'SERIOUS' end) end
$$;

-- For a caller of that standing (referral_standing).
create function referral_json(r referral, standing text) returns jsonb language plpgsql stable as $$
declare
	due timestamptz := referral_answer_due(r);
	body jsonb;
begin
	body := jsonb_build_object('id', r.id, 'version', r.version, 'projection', standing,
		'status', case when standing = 'STATUS' then referral_status_word(r.state) else r.state end,
		'created_at', r.created_at, 'sent_at', r.sent_at, 'ended_at', r.ended_at);
	if standing = 'STATUS' then
		return jsonb_strip_nulls(body);
	end if;
	body := body || jsonb_build_object('patient_id', r.patient_id, 'subject', r.subject, 'receiving_unit', unit_brief(r.receiving_unit_id),
		'responsible_unit', unit_brief(r.responsible_unit_id), 'sent_by_unit', unit_brief(r.sent_by_unit_id),
		'author', jsonb_build_object('role', r.author_role, 'name', r.author_name, 'staff_id', r.author_staff_id),
		'parts', to_jsonb(r.parts), 'suspected_serious', r.suspected_serious, 'reason', r.reason, 'background', r.background,
		'current_services', r.current_services, 'patient_wishes', r.patient_wishes, 'risk_level', r.risk_level,
		'risk_text', r.risk_text, 'additional_flags', to_jsonb(r.additional_flags), 'consent_id', r.consent_id,
		'consent_form', r.consent_form, 'consent_on', r.consent_on, 'no_consent_reason', r.no_consent_reason,
		'clinician', r.clinician, 'supersedes', r.supersedes,
		'superseded_by', (select x.id from referral x where x.supersedes = r.id and x.state <> 'DRAFT'),
		'specialist_unit', unit_brief(r.specialist_unit_id), 'municipal_unit', unit_brief(r.municipal_unit_id),
		'received_at', r.received_at, 'answer_due_at', due,
		'overdue', r.state in ('UNDER_ASSESSMENT', 'INFO_REQUESTED') and coalesce(due < clock_now(), false),
		'info_requested_at', r.info_requested_at, 'info_requested_from', r.info_requested_from,
		'info_question', r.info_question, 'information', r.information, 'decided_at', r.decided_at,
		'decision_reason', r.decision_reason, 'override_reason', r.override_reason,
		'next_responsible_agency', agency_brief(r.next_responsible_agency_id), 'letter', r.letter,
		'redirect_handover_id', r.redirect_handover_id, 'latest_start_on', r.latest_start_on,
		'interim_contact', staff_brief(r.interim_contact_id), 'lapse_reason', r.lapse_reason, 'updated_at', r.updated_at);
	if standing in ('INTAKE', 'READER') then
		body := body || jsonb_build_object('pending_decision', r.pending_decision - 'hpr_number', 'votes', r.votes,
			'enrolment_id', (select e.id from enrolment e where e.referral_id = r.id));
	end if;
	return jsonb_strip_nulls(body) || jsonb_build_object('eligibility', eligibility_json(r));
end $$;
create function referral_json(r referral) returns jsonb language sql stable as $$
	select referral_json(r, referral_standing(r)) $$;

-- Of which level of the service the caller is a voice in the intake meeting: a doctor or psychologist of the district
-- psychiatric centre, or a health worker of the municipality; the team's own members of both included.
create function referral_level(r referral) returns text language sql stable as $$
	select case
		when a.type in ('DPS', 'HEALTH_TRUST') and s.profession in ('LE', 'PS')
				and (app_role() in ('DPS', 'TL') and r.specialist_unit_id = any (app_unit_ids())
					or app_role() in ('TM', 'TL') and r.receiving_unit_id = any (app_unit_ids())) then 'SPECIALIST'
		when a.type = 'MUNICIPALITY' and s.is_health_personnel
				and (app_role() in ('MH', 'TL') and r.municipal_unit_id = any (app_unit_ids())
					or app_role() in ('TM', 'TL') and r.receiving_unit_id = any (app_unit_ids())) then 'MUNICIPAL' end
	from staff s join agency a on a.id = s.agency_id where s.id = app_staff_id()
$$;

-- The accepted handover by which another unit has taken the referral over. The two levels of the meeting are not its
-- parties, but decide on it.
create function referral_handover(asked uuid) returns handover language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select h.* from handover h where h.entity = 'referral' and h.entity_id = asked and h.state = 'ACCEPTED'
	order by h.decided_at desc limit 1
$$;

-- Is the step that waits for a second person this caller's own? One person is one, also when two agencies employ them, and
-- by the number that they had when they took the first.
create function step_is_mine(pending jsonb) returns boolean language sql stable as $$
	select coalesce(may_be_caller((pending ->> 'staff_id')::uuid)
		or pending ->> 'hpr_number' = (select s.hpr_number from staff s where s.id = app_staff_id()), false)
$$;

-- What the caller is to the referral, and what its content forbids: the facts of machines/referrals.yaml.
create function referral_facts(r referral) returns text[] language plpgsql stable as $$
declare
	standing text := referral_standing(r);
	level text := case when standing = 'INTAKE' then referral_level(r) end;
	vote text := r.pending_decision ->> 'action';
begin
	return array_remove(array[
		case when standing = 'AUTHOR' then 'author' end,
		case when r.state <> 'DRAFT' and (r.sent_by_unit_id = any (app_unit_ids())
			or r.author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ',')))
			then 'referrer' end,
		case when standing = 'SELF' then 'self' end,
		case when standing = 'INTAKE' and r.receiving_unit_id = any (app_unit_ids()) then 'team' end,
		case level when 'SPECIALIST' then 'specialist' when 'MUNICIPAL' then 'municipal' end,
		case when r.eligibility ?& eligibility_criteria() then 'criteria_answered' end,
		case when r.consent_id is not null or r.consent_form is not null or r.no_consent_reason is not null
			then 'consent_settled' end,
		case when not r.parts @> '{SPECIALIST}' or r.clinician is not null then 'clinician_refers' end,
		case when (referral_handover(r.id)).id is not null then 'handover_accepted' end,
		case when step_is_mine(r.pending_decision) then vote || '_is_mine' end,
		case when r.pending_decision ->> 'level' = level then vote || '_of_my_level' end], null);
end $$;

create function risk_levels() returns text[] language sql immutable as $$
	select array['GREEN', 'YELLOW', 'ORANGE', 'RED']
$$;

-- What follows from a referral's state ------------------------------------------------------------------
-- A task for another agency: for its unit that is in relation to the person, else for the role that meets such people.
create function agency_task(kind text, title text, patient uuid, agency uuid, due timestamptz, entity text, thing uuid,
	source text) returns void language sql security definer set search_path = pg_catalog, public, pg_temp as $$
	insert into task (kind, title, patient_id, unit_id, agency_id, for_role, due_at, entity, entity_id, created_by, source_key)
	select $1, $2, $3, c.unit_id, a.id, case when c.unit_id is null then case a.type when 'GP_PRACTICE' then 'GP'
			when 'MUNICIPALITY' then 'MH' when 'NAV' then 'NAV' when 'HOUSING' then 'HO' else 'DPS' end end,
		$5, $6, $7, app_staff_id(), $8
	from agency a left join lateral (select r.unit_id from care_relation r where r.patient_id = $3 and r.agency_id = a.id
			and r.valid_from <= clock_now() and coalesce(r.valid_to, 'infinity') > clock_now()
		order by r.basis <> 'GP_REGISTRATION', r.valid_from desc limit 1) c on true
	where a.id = $4
	on conflict (source_key) do nothing
$$;

-- The person's general practitioner, as registered by a relation of care.
create function gp_of(patient uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select c.agency_id from care_relation c where c.patient_id = $1 and c.basis = 'GP_REGISTRATION'
		and c.valid_from <= clock_now() and coalesce(c.valid_to, 'infinity') > clock_now()
	order by c.valid_from desc limit 1
$$;

-- Someone at risk is not taken in after all: the general practitioner hears of it, else the municipality's chief doctor.
create function referral_warn(r referral) returns void language plpgsql as $$
declare
	gp uuid := gp_of(r.patient_id);
	town agency;
begin
	if not coalesce(array['ORANGE', 'RED'] && array[r.risk_level, person_risk(r.patient_id)], false) then
		return;
	elsif gp is not null then
		perform agency_task('REFERRAL_WITHDRAWN', 'Henvisning til teamet er trukket: vurder risiko og oppfølging', r.patient_id, gp,
			deadline_at('REF_NEXT_RESPONSIBLE', clock_now()), 'referral', r.id, 'withdrawn:' || r.id);
		return;
	end if;
	select a.* into town from agency a where a.id = (select u.agency_id from unit u where u.id = r.municipal_unit_id)
		or (r.municipal_unit_id is null and a.type = 'MUNICIPALITY'
			and a.municipality_number = (select p.municipality_number from patient p where p.id = r.patient_id))
	limit 1;
	perform escalate('withdrawn:' || r.id, 'Henvisning til teamet er trukket, fastlege ukjent: vurder risiko og oppfølging',
		r.patient_id, r.receiving_unit_id, coalesce(town.id, (select u.agency_id from unit u where u.id = r.receiving_unit_id)),
		'referral', r.id);
end $$;

-- The two levels stand in relation to the person while they assess, the team until it has let go, and for a time
-- afterwards; whoever took the referral over likewise.
create function referral_relate(r referral) returns void language plpgsql as $$
declare
	assessing boolean := r.state in ('UNDER_ASSESSMENT', 'INFO_REQUESTED');
	wanted uuid[] := case when assessing then array[r.receiving_unit_id, r.specialist_unit_id, r.municipal_unit_id]
		when r.state in ('ACCEPTED', 'WAITLISTED') then array[r.receiving_unit_id] else '{}' end;
	afterwards timestamptz := deadline_at('REF_AFTERWORK', clock_now());
begin
	update care_relation c set valid_to = case when c.unit_id = r.receiving_unit_id and r.state not in ('ENROLLED', 'REDIRECTED')
		then afterwards else clock_now() end
	where c.source_id = r.id and c.basis = 'REFERRAL' and c.valid_to is null and c.unit_id <> all (wanted);
	insert into care_relation (patient_id, unit_id, agency_id, basis, source_id, valid_to)
	select r.patient_id, u.id, u.agency_id, 'REFERRAL', r.id, case when r.state = 'REDIRECTED' then afterwards end
	from unit u where u.id = any (wanted) or (r.state = 'REDIRECTED' and u.id = r.responsible_unit_id)
	on conflict do nothing;
end $$;

-- Its open deadlines are computed from the row, so no action can forget one.
create function referral_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	d record;
begin
	for d in
		select v.* from (values
			('REF_RECEIVE', new.sent_at, deadline_at('REF_RECEIVE', new.sent_at), new.state = 'SENT', new.received_at is not null),
			('REF_ANSWER', new.received_at, referral_answer_due(new), new.state in ('UNDER_ASSESSMENT', 'INFO_REQUESTED')
				and new.parts @> '{SPECIALIST}', new.decided_at is not null),
			('REF_INFO_GIVE_UP', new.info_requested_at, deadline_at('REF_INFO_GIVE_UP', new.info_requested_at),
				new.state = 'INFO_REQUESTED', true),
			('REF_LATEST_START', clock_now(), (new.latest_start_on + 1)::timestamp at time zone 'Europe/Oslo',
				new.state = 'WAITLISTED', new.state = 'ENROLLED')
		) v (code, start, due, wanted, met)
	loop
		perform deadline_keep('referral', new.id, d.code, case when d.wanted then d.start end, d.due, d.met,
			new.receiving_unit_id, new.patient_id);
	end loop;
	perform referral_relate(new);
	if tg_op = 'INSERT' or new.state = old.state then
		return null;
	elsif new.state = 'REJECTED' then
		perform agency_task('NEXT_RESPONSIBLE', 'Henvisning til teamet er avslått: dere er ansvarlige for oppfølgingen', new.patient_id,
			new.next_responsible_agency_id, deadline_at('REF_NEXT_RESPONSIBLE', clock_now()), 'referral', new.id, 'next:' || new.id);
		perform add_task('REFERRAL_LETTER', 'Send brevet om avslag med klagerett', new.patient_id, new.receiving_unit_id,
			(select u.agency_id from unit u where u.id = new.receiving_unit_id), deadline_at('REF_NEXT_RESPONSIBLE', clock_now()),
			'referral', new.id);
	elsif new.state = 'WITHDRAWN' then
		perform referral_warn(new);
	end if;
	return null;
end $$;
create trigger follow after insert or update on referral for each row execute function referral_follow();

-- Information that was asked for has not come in ten days: the assessment goes on without it.
create function job_referrals(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r referral;
	n int := 0;
begin
	for r in select x.* from referral x join deadline d on d.entity_id = x.id and d.code = 'REF_INFO_GIVE_UP'
		and d.state = 'OPEN' and d.due_at <= clock_now() where x.state = 'INFO_REQUESTED'
		order by d.due_at limit batch for update of x skip locked
	loop
		update referral set state = 'UNDER_ASSESSMENT' where id = r.id;
		perform job_event('referrals', r.id, r.version + 1, 'give_up', 'INFO_REQUESTED', 'UNDER_ASSESSMENT');
		n := n + 1;
	end loop;
	return n;
end $$;
revoke execute on function job_referrals(int) from public;
insert into job (kind, call) values ('referrals_gave_up', 'job_referrals');

-- migrate:down
delete from job where kind = 'referrals_gave_up';
drop trigger follow on referral;
drop function if exists job_referrals, referral_follow, referral_relate, referral_warn, gp_of, agency_task, risk_levels, referral_facts, step_is_mine, referral_handover, referral_level,
	referral_json(referral), referral_json(referral, text), referral_answer_due, eligibility_json, agency_brief, staff_brief, referral_status_word,
	referral_locked, referral_seen, referral_admit, referral_is_status, referral_standing cascade;
delete from status_view where is_status = 'referral_is_status';
