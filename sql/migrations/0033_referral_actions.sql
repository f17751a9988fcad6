-- migrate:up
-- How a referral is written, and what the actions of machines/referrals.yaml do to it.

-- Is this a consent of that person which stands now? Owner's rights: it is asked by those who may not read it, and a
-- referrer may have seen it on paper alone.
create function consent_stands(asked uuid, person uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return exists (select 1 from consent c where c.id = asked and c.patient_id = person and c.state = 'GRANTED'
		and c.valid_from <= clock_now() and c.valid_to > clock_now());
end $$;

-- Whom it is about: staff name anyone, patients themselves, others only those whom they represent.
create function referral_subject(b jsonb, team unit) returns uuid language plpgsql as $$
declare
	number text := b #>> '{subject,number}';
	mine text[] := string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ',');
	person uuid := (b ->> 'patient_id')::uuid;
begin
	if app_role() = 'PT' then
		if number is not null and not seal_hashes(number) && mine or person <> app_citizen_id() then
			person := null;
		else
			person := coalesce(app_citizen_id(), case when number is not null then concern_identify(b -> 'subject', team.agency_id) end);
		end if;
	elsif app_role() = 'RE' then
		person := (select r.patient_id from represented() r where r.patient_id = coalesce(person, citizen_patient(number)));
	elsif number is not null and person is null then
		person := concern_identify(b -> 'subject', app_agency_id());
	else
		person := (select p.id from patient p where p.id = person);
	end if;
	if person is null then
		perform raise_problem(422, 'unknown_reference', fault(case when b ? 'patient_id' then '/patient_id' else '/subject' end,
			'unknown_reference', 'is nobody whom the caller may refer'));
	end if;
	return person;
end $$;

-- Each criterion keeps who assessed it and when; what has not changed keeps its assessor.
create function eligibility_stamp(was jsonb, given jsonb) returns jsonb language plpgsql stable as $$
declare
	c record;
	stamped jsonb := was;
	assessor jsonb := jsonb_build_object('assessed_by', jsonb_strip_nulls(jsonb_build_object('staff_id', app_staff_id(),
		'role', app_role(), 'name', (select s.name from staff s where s.id = app_staff_id()))), 'assessed_at', clock_now());
begin
	for c in select key, value from jsonb_each(given) loop
		if (was -> c.key) - 'assessed_by' - 'assessed_at' is distinct from c.value then
			stamped := stamped || jsonb_build_object(c.key, c.value || assessor);
		end if;
	end loop;
	return stamped;
end $$;

-- The members that the body names, checked against what they refer to.
create function referral_fill(inout r referral, b jsonb) language plpgsql as $$
begin
	r.parts := coalesce((select array_agg(p order by p desc) from jsonb_array_elements_text(b -> 'parts') p), r.parts);
	r.suspected_serious := coalesce((b ->> 'suspected_serious')::boolean, r.suspected_serious, false);
	r.reason := coalesce(b ->> 'reason', r.reason);
	r.background := case when b ? 'background' then b ->> 'background' else r.background end;
	r.current_services := case when b ? 'current_services' then b ->> 'current_services' else r.current_services end;
	r.patient_wishes := case when b ? 'patient_wishes' then b ->> 'patient_wishes' else r.patient_wishes end;
	r.risk_level := case when b ? 'risk_level' then b ->> 'risk_level' else r.risk_level end;
	r.risk_text := case when b ? 'risk_text' then b ->> 'risk_text' else r.risk_text end;
	r.additional_flags := coalesce((select array_agg(distinct f order by f)
		from jsonb_array_elements_text(b -> 'additional_flags') f), case when b ? 'additional_flags' then '{}'::text[] end,
		r.additional_flags, '{}');
	r.eligibility := eligibility_stamp(coalesce(r.eligibility, '{}'), coalesce(b -> 'eligibility', '{}'));
	r.consent_id := case when b ? 'consent_id' then (b ->> 'consent_id')::uuid else r.consent_id end;
	r.consent_form := case when app_is_citizen() then 'SELF' when b ? 'consent_form' then b ->> 'consent_form'
		else r.consent_form end;
	r.consent_on := case when b ? 'consent_on' then (b ->> 'consent_on')::date else r.consent_on end;
	r.no_consent_reason := case when b ? 'no_consent_reason' then b ->> 'no_consent_reason' else r.no_consent_reason end;
	r.clinician := case when b ? 'clinician' then nullif(b -> 'clinician', 'null') else r.clinician end;
	perform raise_unless(r.author_hash is null or r.parts = array['MUNICIPAL'], 422, 'invalid_value', fault('/parts',
		'self_referral', 'citizens refer to the municipal part alone'));
	perform raise_unless(r.consent_id is null or consent_stands(r.consent_id, r.patient_id), 422, 'unknown_reference',
		fault('/consent_id', 'unknown_reference', 'is no consent of this person that stands now'));
	perform raise_unless(coalesce(r.consent_on <= clock_today(), true), 422, 'invalid_value', fault('/consent_on', 'future',
		'must not be after today'));
end $$;

-- A referral that this one replaces must be one that was turned down or given up, and that the caller may read.
create function referral_to_supersede(r referral) returns boolean language sql stable as $$
	select r.supersedes is null or raise_unless(exists (select 1 from referral x where x.id = r.supersedes
			and x.patient_id = r.patient_id and x.state in ('REJECTED', 'REDIRECTED', 'WITHDRAWN', 'LAPSED')
			and not exists (select 1 from referral y where y.supersedes = x.id and y.id <> r.id)), 422, 'unknown_reference',
		fault('/supersedes', 'unknown_reference', 'is no closed referral of this person that none has replaced'))
$$;

create function referral_create(new_id uuid, acting uuid, b jsonb) returns uuid language plpgsql as $$
declare
	r referral;
	team unit;
	member staff;
begin
	select * into team from unit u where u.id = (b ->> 'receiving_unit_id')::uuid and u.type = 'TEAM'
		and coalesce(u.valid_to, 'infinity') > clock_today();
	perform raise_unless(team.id is not null, 422, 'unknown_reference', fault('/receiving_unit_id', 'unknown_reference',
		'is not a team'));
	acting := coalesce(acting, (app_unit_ids())[1]);
	r.id := new_id;
	r.patient_id := referral_subject(b, team);
	r.subject := coalesce(b -> 'subject', '{}') - 'number' - 'number_kind';
	r.author_role := app_role();
	if app_is_citizen() then
		r.author_hash := split_part(nullif(current_setting('app.citizen_hashes', true), ''), ',', 1);
	else
		select * into member from staff s where s.id = app_staff_id();
		r.author_staff_id := member.id;
		r.author_name := member.name;
		r.clinician := case when member.profession in ('LE', 'PS') then jsonb_strip_nulls(jsonb_build_object('name',
			member.name, 'profession', member.profession, 'hpr_number', member.hpr_number)) end;
	end if;
	r.supersedes := (b ->> 'supersedes')::uuid;
	r := referral_fill(r, b);
	perform referral_to_supersede(r);
	insert into referral (id, patient_id, subject, receiving_unit_id, target_rule, responsible_unit_id, responsible_agency_id,
		sent_by_agency_id, sent_by_unit_id, author_staff_id, author_role, author_hash, author_name, parts, suspected_serious,
		reason, background, current_services, patient_wishes, risk_level, risk_text, eligibility, additional_flags, consent_id,
		consent_form, consent_on, no_consent_reason, clinician, supersedes)
	values (r.id, r.patient_id, r.subject, team.id, coalesce(team.config ->> 'target_rule', 'LOSS_AND_RISK'), coalesce(acting, team.id), coalesce(app_agency_id(), team.agency_id),
		app_agency_id(), acting, r.author_staff_id, r.author_role, r.author_hash, r.author_name, r.parts, r.suspected_serious,
		r.reason, r.background, r.current_services, r.patient_wishes, r.risk_level, r.risk_text, r.eligibility,
		r.additional_flags, r.consent_id, r.consent_form, r.consent_on, r.no_consent_reason, r.clinician, r.supersedes);
	insert into transition_event (machine, object_id, object_version, action, to_state, agency_id, staff_id, role)
	values ('referrals', new_id, 1, 'create', 'DRAFT', app_agency_id(), app_staff_id(), app_role());
	return new_id;
end $$;

-- One row written once: one version, one history row, one event.
create function referral_write(r referral) returns void language sql as $$
	update referral set state = r.state, responsible_unit_id = r.responsible_unit_id,
		responsible_agency_id = r.responsible_agency_id, specialist_unit_id = r.specialist_unit_id,
		municipal_unit_id = r.municipal_unit_id, parts = r.parts, suspected_serious = r.suspected_serious, reason = r.reason,
		background = r.background, current_services = r.current_services, patient_wishes = r.patient_wishes,
		risk_level = r.risk_level, risk_text = r.risk_text, eligibility = r.eligibility,
		additional_flags = r.additional_flags, consent_id = r.consent_id, consent_form = r.consent_form,
		consent_on = r.consent_on, no_consent_reason = r.no_consent_reason, clinician = r.clinician, sent_at = r.sent_at,
		received_at = r.received_at, info_requested_at = r.info_requested_at, info_requested_from = r.info_requested_from,
		info_question = r.info_question, information = r.information, pending_decision = r.pending_decision, votes = r.votes,
		override_reason = r.override_reason, decision_reason = r.decision_reason, decided_at = r.decided_at,
		next_responsible_agency_id = r.next_responsible_agency_id, letter = r.letter,
		redirect_handover_id = r.redirect_handover_id, latest_start_on = r.latest_start_on,
		interim_contact_id = r.interim_contact_id, lapse_reason = r.lapse_reason, ended_at = r.ended_at
	where id = r.id
$$;

-- The one referral with the version that the change is based on; else 404 or 412.
create function referral_version(asked uuid, seen text) returns referral language plpgsql as $$
declare
	r referral;
begin
	select * into r from referral_locked(asked);
	if r.id is null or r.version::text is distinct from seen then
		perform expect_one(0, 'referral', asked, seen);
	end if;
	return r;
end $$;

-- The author writes in a draft; the intake assesses while it has the referral, and a vote on what was goes.
create function referral_change(asked uuid, seen text, b jsonb) returns uuid language plpgsql as $$
declare
	r referral := referral_version(asked, seen);
	facts text[] := referral_facts(r);
begin
	perform raise_unless(facts && '{author,team,specialist,municipal}'
		and ('author' = any (facts) or b - '{eligibility,additional_flags,suspected_serious,risk_level,risk_text}'::text[] = '{}'),
		403, 'forbidden');
	perform raise_unless(r.state in ('DRAFT', 'UNDER_ASSESSMENT', 'INFO_REQUESTED'), 409, 'conflict');
	r.pending_decision := null;
	perform referral_write(referral_fill(r, b));
	return asked;
end $$;

create function referral_remove(asked uuid, seen text) returns text language plpgsql as $$
declare
	r referral := referral_version(asked, seen);
begin
	perform raise_unless(r.state = 'DRAFT', 409, 'conflict');
	delete from referral x where x.id = asked;
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, agency_id, staff_id, role)
	values ('referrals', asked, r.version, 'delete', 'DRAFT', 'DELETED', app_agency_id(), app_staff_id(), app_role());
	return show(r.patient_id);
end $$;

-- The intake meeting -----------------------------------------------------------------------------------
create function agency_gives_care(asked uuid) returns boolean language sql stable as $$
	select exists (select 1 from agency a where a.id = asked and a.type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST')
		and coalesce(a.valid_to, 'infinity') > clock_today())
$$;

-- What the person is told when it is a no: why, who is responsible now, and how to complain.
create function referral_letter(r referral) returns jsonb language plpgsql stable as $$
declare
	complain_by date := oslo_day(deadline_at('REF_COMPLAINT', r.decided_at)) - 1;
	next_name text := (select a.name from agency a where a.id = r.next_responsible_agency_id);
	team_name text := (select u.name from unit u where u.id = r.receiving_unit_id);
begin
	return jsonb_build_object('written_at', r.decided_at, 'complaint_body', 'Statsforvalteren', 'complain_by', complain_by,
		'legal_basis_code', 'PBRL_COMPLAINT', 'text_nb', format(
		'Henvisningen til %s er vurdert i inntaksmøte mellom spesialisthelsetjenesten og kommunen, og er avslått.' || E'\n\n'
		|| 'Begrunnelse: %s' || E'\n\n' || '%s er ansvarlig for den videre oppfølgingen.' || E'\n\n'
		|| 'Du kan klage på avgjørelsen til Statsforvalteren innen %s. Klagen sendes til %s, som hjelper deg med å skrive den om du ønsker det.',
		team_name, r.decision_reason, next_name, to_char(complain_by, 'DD.MM.YYYY'), team_name));
end $$;

-- One level's vote. The first is kept and changes nothing; the other level's on the same decision decides.
create function referral_vote(inout r referral, act text, target text, b jsonb) language plpgsql as $$
declare
	taken handover := referral_handover(r.id);
	first jsonb := r.pending_decision;
	mine jsonb;
begin
	select jsonb_strip_nulls(jsonb_build_object('action', act, 'level', referral_level(r), 'staff_id', s.id, 'name', s.name,
		'hpr_number', s.hpr_number, 'agency_id', s.agency_id, 'at', clock_now(), 'reason', b ->> 'reason',
		'override_reason', b ->> 'override_reason', 'next_responsible_agency_id', b ->> 'next_responsible_agency_id'))
	into mine from staff s where s.id = app_staff_id();
	perform raise_unless(act <> 'accept' or coalesce(r.in_target, false)
			or coalesce(b ->> 'override_reason', first ->> 'override_reason') is not null, 422, 'not_in_target',
		fault('/override_reason', 'required', 'is required for someone outside the target group, or not yet known to be in it'));
	perform raise_unless(act <> 'reject' or agency_gives_care((b ->> 'next_responsible_agency_id')::uuid), 422,
		'unknown_reference', fault('/next_responsible_agency_id', 'unknown_reference', 'is no agency that gives health care'));
	if first is null or first ->> 'action' <> act or first ->> 'level' = mine ->> 'level'
			or first ->> 'next_responsible_agency_id' is distinct from mine ->> 'next_responsible_agency_id' then
		r.pending_decision := mine;
		return;
	end if;
	r.state := target;
	r.pending_decision := null;
	r.votes := jsonb_build_array(first - 'hpr_number', mine - 'hpr_number');
	r.decided_at := clock_now();
	r.decision_reason := coalesce(mine ->> 'reason', first ->> 'reason');
	r.override_reason := coalesce(mine ->> 'override_reason', first ->> 'override_reason');
	r.next_responsible_agency_id := (mine ->> 'next_responsible_agency_id')::uuid;
	r.ended_at := case when act <> 'accept' then clock_now() end;
	if act = 'reject' then
		r.letter := referral_letter(r);
	elsif act = 'redirect' then
		r.redirect_handover_id := taken.id;
		r.responsible_unit_id := taken.to_unit_id;
		r.responsible_agency_id := taken.to_agency_id;
	end if;
end $$;

create function unit_of_level(asked uuid, types text[], pointer text) returns uuid language sql stable as $$
	select case when exists (select 1 from unit u join agency a on a.id = u.agency_id where u.id = asked and a.type = any (types)
			and coalesce(u.valid_to, 'infinity') > clock_today()) then asked
		when raise_problem(422, 'unknown_reference', fault(pointer, 'unknown_reference',
			'is not a unit of that level of the service')) then null end
$$;

create function referral_step(inout r referral, act text, b jsonb) language plpgsql as $$
begin
	case act
	when 'send' then
		perform referral_to_supersede(r);
		r.sent_at := clock_now();
	when 'receive' then
		r.received_at := clock_now();
		r.specialist_unit_id := unit_of_level((b ->> 'specialist_unit_id')::uuid, '{DPS,HEALTH_TRUST}', '/specialist_unit_id');
		r.municipal_unit_id := unit_of_level((b ->> 'municipal_unit_id')::uuid, '{MUNICIPALITY}', '/municipal_unit_id');
		r.responsible_unit_id := r.receiving_unit_id;
		r.responsible_agency_id := (select u.agency_id from unit u where u.id = r.receiving_unit_id);
	when 'request_info' then
		r.info_requested_at := clock_now();
		r.info_requested_from := b ->> 'requested_from';
		r.info_question := b ->> 'question';
		r.pending_decision := null;
	when 'info_received' then
		r.information := r.information || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('text', b ->> 'information',
			'at', clock_now(), 'role', app_role(), 'staff_id', app_staff_id(), 'agency_id', app_agency_id())));
	when 'waitlist' then
		perform raise_unless((b ->> 'latest_start_on')::date >= clock_today(), 422, 'invalid_value', fault('/latest_start_on',
			'past', 'must not be before today'));
		perform raise_unless(exists (select 1 from staff s where s.id = (b ->> 'interim_contact_id')::uuid
			and coalesce(s.valid_to, 'infinity') > clock_today()), 422, 'unknown_reference', fault('/interim_contact_id',
			'unknown_reference', 'is nobody who works in the service'));
		r.latest_start_on := (b ->> 'latest_start_on')::date;
		r.interim_contact_id := (b ->> 'interim_contact_id')::uuid;
	when 'lapse' then
		r.lapse_reason := b ->> 'lapse_reason';
		r.decision_reason := b ->> 'reason';
	when 'withdraw' then
		r.decision_reason := b ->> 'reason';
	else
		null;
	end case;
	if act in ('enrol', 'withdraw', 'lapse') then
		r.ended_at := clock_now();
		r.pending_decision := null;
	end if;
end $$;

create function referral_apply(asked uuid, act text, target text, b jsonb) returns int language plpgsql as $$
declare
	r referral;
	before text;
begin
	select * into r from referral x where x.id = asked;
	before := r.state;
	if act in ('accept', 'reject', 'redirect') then
		r := referral_vote(r, act, target, b);
	else
		r := referral_step(r, act, b);
		r.state := target;
	end if;
	perform referral_write(r);
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role, data)
	values ('referrals', asked, r.version + 1, act, before, r.state, b ->> 'reason', app_agency_id(), app_staff_id(), app_role(),
		jsonb_strip_nulls(jsonb_build_object('vote', case when act in ('accept', 'reject', 'redirect') then referral_level(r) end,
			'pending', r.pending_decision ->> 'action')));
	return r.version + 1;
end $$;

-- migrate:down
drop function if exists referral_apply, referral_step, unit_of_level, referral_vote, referral_letter, agency_gives_care,
	referral_remove, referral_change, referral_version, referral_write, referral_create, referral_to_supersede,
	referral_fill, eligibility_stamp, referral_subject, consent_stands cascade;
