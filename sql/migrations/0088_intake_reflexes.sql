-- migrate:up
-- Where intake meets the other rooms: the known risk of a person, and what waits in the inbox.

-- The greatest of open concern reports and of the risk flags that hold today.
create function person_risk(patient uuid) returns text language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select (risk_levels())[max(x.rank)] from (
		select greatest(array_position(risk_levels(), r.severity), case when r.danger >= 2 then 3 end) as rank
		from concern_report r where r.patient_id = $1 and concern_is_open(r.state)
		union all
		select array_position(risk_levels(), f.level) from risk_flag f
		where f.patient_id = $1 and f.state = 'ACTIVE' and f.valid_to >= clock_today()) x
$$;

-- What waits with the team, and votes that the caller's level has not given.
create function referral_inbox() returns table (id uuid, since timestamptz, patient_id uuid, due timestamptz, title text,
	state text) language sql stable as $$
	select r.id, coalesce(r.received_at, r.sent_at), r.patient_id,
		case r.state when 'SENT' then deadline_at('REF_RECEIVE', r.sent_at)
			when 'WAITLISTED' then (r.latest_start_on + 1)::timestamp at time zone 'Europe/Oslo'
			when 'ACCEPTED' then null else referral_answer_due(r) end,
		'Henvisning ' || case r.state when 'SENT' then 'mottatt' when 'UNDER_ASSESSMENT' then 'til avgjørelse'
			when 'INFO_REQUESTED' then 'venter på opplysninger' when 'ACCEPTED' then 'godtatt, venter på inntak'
			else 'på venteliste' end, r.state
	from referral r
	where (r.receiving_unit_id = any (app_unit_ids()) or r.specialist_unit_id = any (app_unit_ids())
			or r.municipal_unit_id = any (app_unit_ids()))
		and r.state in ('SENT', 'UNDER_ASSESSMENT', 'INFO_REQUESTED', 'ACCEPTED', 'WAITLISTED') and app_role() in ('TL', 'TM', 'DPS', 'MH')
		and referral_standing(r) = 'INTAKE' and case when r.receiving_unit_id = any (app_unit_ids()) then true
			else r.state = 'UNDER_ASSESSMENT' and referral_level(r) is not null
				and r.pending_decision ->> 'level' is distinct from referral_level(r) end
$$;

-- Steps that wait for the other of the team's leader and a specialist of the team.
create function enrolment_inbox() returns table (id uuid, since timestamptz, patient_id uuid, title text, state text)
language sql stable as $$
	select e.id, (e.pending_action ->> 'at')::timestamptz, e.patient_id, case e.pending_action ->> 'action'
		when 'give_up' then 'Forslag om å gi opp kontakten venter på bekreftelse'
		else 'Forslag om avslutning uten plan venter på bekreftelse' end, e.state
	from enrolment e
	where e.pending_action is not null and e.unit_id = any (app_unit_ids())
		and cardinality(array_remove(enrolment_voice(e), e.pending_action ->> 'voice')) > 0
		and not step_is_mine(e.pending_action)
$$;

-- migrate:down
drop function if exists enrolment_inbox, referral_inbox, person_risk cascade;
