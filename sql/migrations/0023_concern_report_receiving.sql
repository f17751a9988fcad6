-- migrate:up
-- How reports come in, and what follows from their state: deadlines and care relations.

-- Receiving ---------------------------------------------------------------------------------------------
-- The unit that receives reports: the one named, or the municipality's receiving point.
create function concern_receiving_unit(asked uuid, municipality text) returns unit language plpgsql stable as $$
declare
	u unit;
begin
	select x.* into u from unit x join agency a on a.id = x.agency_id
	where x.receives_concern_reports and x.valid_from <= clock_today() and coalesce(x.valid_to, 'infinity') > clock_today()
		and coalesce(a.valid_to, 'infinity') > clock_today()
		and case when asked is not null then x.id = asked
			else a.type = 'MUNICIPALITY' and a.municipality_number = municipality end
	order by x.type <> 'RECEIVING_POINT', x.name limit 1;
	if u.id is null then
		perform raise_problem(422, 'unknown_reference', fault(case when asked is not null then '/receiving_unit_id'
			else '/municipality_number' end, 'unknown_reference', 'no unit there receives concern reports'));
	end if;
	return u;
end $$;

-- The person with this number, made known to the register when not yet in it.
create function concern_identify(b jsonb, owner uuid) returns uuid language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	given text := b ->> 'number';
	found_id uuid;
begin
	select patient_id into found_id from patient_identifier where hash = any (seal_hashes(given)) limit 1;
	if found_id is not null then
		return found_id;
	end if;
	found_id := gen_random_uuid();
	insert into patient (id, owner_agency_id, given_name, family_name, birth_date)
	values (found_id, owner, b ->> 'given_name', b ->> 'family_name', (b ->> 'birth_date')::date);
	insert into patient_identifier (patient_id, kind, seal, hash)
	values (found_id, coalesce(b ->> 'number_kind', 'FNR'), given, (seal_hashes(given))[1]);
	return found_id;
end $$;

create function sender_category_of(agency uuid, staff_member uuid) returns text language plpgsql stable as $$
begin
	return (select case when a.type in ('DPS', 'GP_PRACTICE', 'HEALTH_TRUST') then 'HEALTH_PERSONNEL'
			when a.type = 'MUNICIPALITY' and s.is_health_personnel then 'HEALTH_PERSONNEL'
			when a.type in ('POLICE', 'NAV', 'HOUSING') then a.type
			when a.type = 'USER_ORGANISATION' then 'OTHER_PRIVATE' else 'OTHER_PUBLIC_BODY' end
		from agency a join staff s on s.id = staff_member where a.id = agency);
end $$;

-- The sender's row. Agencies' users send as themselves, or write down what someone told them by phone, in a
-- letter or in person; a token is never anonymous, nor is a public body or a health worker.
create function concern_sender_of(b jsonb) returns concern_sender language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	s concern_sender;
	given jsonb := coalesce(b -> 'sender', '{}');
	own text := case when app_agency_id() is not null then sender_category_of(app_agency_id(), app_staff_id())
		when app_role() = 'PT' then 'PATIENT' when app_role() = 'RE' then 'RELATIVE' end;
	behalf boolean := app_agency_id() is not null and coalesce(given ->> 'category', own) <> own;
begin
	if behalf and coalesce(b ->> 'channel', '') not in ('PHONE', 'LETTER', 'IN_PERSON') then
		perform raise_problem(422, 'invalid_value', fault('/sender/category', 'sender',
			'another sender than the caller needs the channel PHONE, LETTER or IN_PERSON'));
	end if;
	s := jsonb_populate_record(null::concern_sender, given - 'id' - 'report_id' - 'agency_id' - 'staff_id'
		- 'identity_protected' - 'patient_id');
	s.category := coalesce(s.category, own, 'OTHER_PRIVATE');
	s.anonymous := coalesce(s.anonymous, app_role() is null and s.name is null
		and s.category in ('PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE'));
	if app_agency_id() is not null and not behalf then
		s.agency_id := app_agency_id();
		s.staff_id := app_staff_id();
		s.agency_name := (select name from agency where id = s.agency_id);
		s.name := (select name from staff where id = s.staff_id);
	end if;
	if (s.anonymous and (s.category not in ('PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE')
			or (app_role() is not null and not behalf)))
			or (s.name is null and s.category not in ('PATIENT', 'RELATIVE', 'NEIGHBOUR', 'LANDLORD', 'OTHER_PRIVATE')) then
		perform raise_problem(422, 'anonymous_not_allowed', fault(case when s.anonymous then '/sender/anonymous'
			else '/sender/name' end, 'anonymous', 'this sender says who they are'));
	end if;
	s.protection_wanted := coalesce(s.protection_wanted, false);
	s.identity_protected := false;
	s.wants_feedback := coalesce(s.wants_feedback, false) and not s.anonymous;
	s.may_be_contacted := coalesce(s.may_be_contacted, not s.anonymous);
	if s.anonymous then
		s.name := null; s.phone := null; s.email := null; s.agency_name := null; s.relation := null;
	end if;
	return s;
end $$;

-- Who may send which type (domain.md §4.1).
create function concern_sender_fits(type text, category text) returns boolean language sql immutable as $$
	select case type
		when 'SUBSTANCE_RELATIVE' then category = 'RELATIVE'
		when 'PUBLIC_DUTY_MENTAL' then category in ('HEALTH_PERSONNEL', 'POLICE', 'NAV', 'HOUSING', 'CORRECTIONAL_SERVICE',
			'OTHER_PUBLIC_BODY')
		when 'POLICE_CONCERN' then category = 'POLICE'
		when 'PREGNANT_SUBSTANCE' then category = 'HEALTH_PERSONNEL'
		else true end
$$;

-- Receives a report through any door. The sender has no rights at the receiving unit, so the owner's are used.
create function concern_report_receive(report uuid, b jsonb, receipt text default null) returns uuid language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	s concern_sender := concern_sender_of(b);
	u unit := concern_receiving_unit((b ->> 'receiving_unit_id')::uuid, b ->> 'municipality_number');
	subject jsonb := b -> 'subject';
	danger jsonb := coalesce(b -> 'danger', '{}');
	via text := case when app_agency_id() is null then 'WEB' when app_agency_id() = u.agency_id
		then coalesce(b ->> 'channel', 'MESSAGE') else coalesce(b ->> 'channel', 'OTHER_AGENCY') end;
	patient uuid;
begin
	perform raise_unless(concern_sender_fits(b ->> 'type', s.category), 422, 'invalid_value',
		fault('/type', 'sender', 'a sender of this category cannot send this type'));
	if app_agency_id() is not null and subject ? 'number' then
		patient := concern_identify(subject, u.agency_id);
	elsif s.category = 'PATIENT' and app_role() = 'PT' then
		patient := app_citizen_id();
	end if;
	insert into concern_report (id, type, channel, receiving_unit_id, responsible_unit_id, responsible_agency_id,
		owner_agency_id, registered_by, sent_by_agency_id, sender_hash, sender_patient_id, receipt_hash, patient_id, subject_seal,
		subject_hash, subject_given_name, subject_family_name, subject_birth_date, subject_approximate_age,
		subject_address, subject_description, observed, feared, since, danger_self, danger_others, danger_children,
		danger_fire, danger_animals, substance, psychosis_signs, has_minor_children, pregnant, known_services,
		subject_informed, attachments, continues_report_id, told_emergency_at, acknowledged_at, feedback_wanted)
	values (report, b ->> 'type', via, u.id, u.id, u.agency_id,
		u.agency_id, app_staff_id(), app_agency_id(),
		case when app_is_citizen() then split_part(nullif(current_setting('app.citizen_hashes', true), ''), ',', 1) end,
		case when app_role() = 'PT' and s.category = 'PATIENT' then app_citizen_id() end, receipt, patient, subject ->> 'number',
		(seal_hashes(subject ->> 'number'))[1], subject ->> 'given_name', subject ->> 'family_name',
		(subject ->> 'birth_date')::date, (subject ->> 'approximate_age')::int,
		subject ->> 'address', subject ->> 'description', b ->> 'observed', b ->> 'feared', b ->> 'since',
		coalesce((danger ->> 'self')::int, 0), coalesce((danger ->> 'others')::int, 0),
		coalesce((danger ->> 'children')::int, 0), coalesce((danger ->> 'fire')::int, 0),
		coalesce((danger ->> 'animals')::int, 0), b ->> 'substance', b ->> 'psychosis_signs', b ->> 'has_minor_children',
		b ->> 'pregnant', b ->> 'known_services', b ->> 'subject_informed', coalesce(b -> 'attachments', '[]'),
		concern_report_to_continue(b), case when b ->> 'type' = 'ACUTE' then clock_now() end,
		case when via in ('WEB', 'MESSAGE', 'OTHER_AGENCY') then clock_now() end, s.wants_feedback);
	insert into concern_sender (report_id, patient_id, category, name, phone, email, agency_id, agency_name, staff_id,
		relation, anonymous, protection_wanted, wants_feedback, may_be_contacted)
	values (report, patient, s.category, s.name, s.phone, s.email, s.agency_id, s.agency_name, s.staff_id,
		s.relation, s.anonymous, s.protection_wanted, s.wants_feedback, s.may_be_contacted);
	insert into transition_event (machine, object_id, object_version, action, to_state, agency_id, staff_id, role)
	values ('concern-reports', report, 1, 'create', 'RECEIVED', app_agency_id(), app_staff_id(),
		coalesce(app_role(), 'PUBLIC'));
	return report;
end $$;

-- An earlier report that this one continues must be one that the caller's agency sent or handles.
create function concern_report_to_continue(b jsonb) returns uuid language sql stable as $$
	select case when b ->> 'continues_report_id' is null then null
		when exists (select 1 from concern_report r where r.id = (b ->> 'continues_report_id')::uuid
			and app_agency_id() in (r.responsible_agency_id, r.sent_by_agency_id)) then (b ->> 'continues_report_id')::uuid
		when raise_problem(422, 'unknown_reference', fault('/continues_report_id', 'unknown_reference',
			'no such report is known to the caller')) then null end
$$;

-- What a receipt code tells: a word, and what its holder has been told before. The public has no rights of its own.
create function concern_receipt(hash text) returns table (word text, received_at timestamptz, acute boolean)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
	select concern_status_word(r.state), r.received_at, r.told_emergency_at is not null
	from concern_report r where r.receipt_hash = hash
$$;

-- Volatile: it is asked in the statement that stores the report.
create function concern_receipt_json(receipt text, hash text) returns jsonb language sql as $$
	select jsonb_strip_nulls(jsonb_build_object('receipt', receipt, 'status', 'RECEIVED', 'received_at', c.received_at,
		'notice', case when c.acute then emergency_notice() end,
		'text_nb', 'Meldingen er mottatt. Ta vare på koden: bare med den kan du se hvor saken står.'))
	from concern_receipt(hash) c
$$;

-- What follows from a report's state -------------------------------------------------------------------
-- Its open deadlines are computed from the row, so no action can forget one.
create function concern_report_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	alive boolean := concern_is_open(new.state);
	d record;
begin
	for d in
		select v.*, deadline_at(v.code, v.start, v.level) as due from (values
			('CR_ACK', new.received_at, 'PHONE', alive and new.acknowledged_at is null, new.acknowledged_at is not null),
			('CR_TRIAGE', new.triage_from, case when new.danger >= 2 or new.type = 'ACUTE' then 'DANGER' end,
				alive and new.triaged_at is null, true),
			('CR_FIRST_ATTEMPT', new.triaged_at, new.severity, alive and new.triaged_at is not null
				and new.first_attempt_at is null, new.first_attempt_at is not null),
			('CR_INVESTIGATION', new.investigation_started_at, '', alive and new.investigation_started_at is not null
				and new.action_started_at is null, true),
			('CR_INFO_GIVE_UP', new.info_requested_at, '', new.state = 'INFO_REQUESTED', true),
			('CR_FEEDBACK_RECEIPT', new.received_at, '', alive and new.feedback_wanted
				and new.feedback_receipt_at is null, new.feedback_receipt_at is not null),
			('CR_FEEDBACK_RESULT', new.closed_at, '', new.state = 'CLOSED' and new.feedback_decision = 'GIVE'
				and new.feedback_result_at is null, new.feedback_result_at is not null),
			('CR_PURGE_UNIDENTIFIED', new.closed_at, '', new.state in ('CLOSED', 'DISMISSED')
				and new.patient_id is null and new.anonymised_at is null, new.anonymised_at is not null)
		) v (code, start, level, wanted, met)
	loop
		perform deadline_keep('concern_report', new.id, d.code, case when d.wanted then d.start end, d.due, d.met,
			new.responsible_unit_id, new.patient_id);
	end loop;
	perform concern_report_relate(new);
	return null;
end $$;

-- Makes the open deadline with this code be as it should: open with these values, or closed.
create function deadline_keep(of_entity text, id_of uuid, of_code text, start timestamptz, due timestamptz, met boolean,
	of_unit uuid, patient uuid) returns void language plpgsql as $$
begin
	if start is null then
		update deadline set state = case when met then 'MET' else 'CANCELLED' end, closed_at = clock_now()
		where entity_id = id_of and code = of_code and state = 'OPEN';
		return;
	end if;
	update deadline set due_at = due, started_at = start, responsible_unit_id = of_unit, patient_id = patient,
		responsible_agency_id = (select agency_id from unit where id = of_unit),
		reminder_at = case when reminder_at is not null then start + (due - start) / 2 end,
		reminded_at = case when due_at = due then reminded_at end,
		escalated_at = case when due_at = due then escalated_at end
	where entity_id = id_of and code = of_code and state = 'OPEN'
		and (due_at, responsible_unit_id, coalesce(patient_id, entity_id))
			is distinct from (due, of_unit, coalesce(patient, id_of));
	insert into deadline (entity, entity_id, code, patient_id, started_at, due_at, reminder_at, responsible_unit_id,
		responsible_agency_id)
	select of_entity, id_of, of_code, patient, start, due,
		case when deadline_escalates(of_code) then start + (due - start) / 2 end,
		of_unit, (select agency_id from unit where id = of_unit)
	where not exists (select 1 from deadline x where x.entity_id = id_of and x.code = of_code and x.state = 'OPEN');
end $$;

-- The responsible unit stands in care relation to the person as long as it handles the report, and for the
-- time in which a closed one can be reopened.
create function concern_report_relate(r concern_report) returns void language plpgsql as $$
declare
	alive boolean := concern_is_open(r.state);
	until timestamptz := case when r.state = 'CLOSED' then deadline_at('CR_REOPEN', r.closed_at) else clock_now() end;
begin
	update care_relation c set valid_to = case when alive or c.unit_id <> r.responsible_unit_id then clock_now() else until end
	where c.source_id = r.id and c.basis = 'CONCERN_REPORT' and c.valid_to is null
		and (not alive or c.unit_id <> r.responsible_unit_id or c.patient_id is distinct from r.patient_id);
	if alive and r.patient_id is not null then
		update care_relation c set valid_to = null where c.source_id = r.id and c.basis = 'CONCERN_REPORT'
			and c.unit_id = r.responsible_unit_id and c.patient_id = r.patient_id and c.valid_to > clock_now();
		insert into care_relation (patient_id, unit_id, agency_id, basis, source_id)
		values (r.patient_id, r.responsible_unit_id, r.responsible_agency_id, 'CONCERN_REPORT', r.id)
		on conflict do nothing;
	end if;
	update concern_sender set patient_id = r.patient_id where report_id = r.id and patient_id is distinct from r.patient_id;
	update concern_note set patient_id = r.patient_id where report_id = r.id and patient_id is distinct from r.patient_id;
end $$;
create trigger follow after insert or update on concern_report for each row execute function concern_report_follow();

create function handover_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform deadline_keep('handover', new.id, (select k.answer_code from handover_kind k where k.entity = new.entity), case when new.state = 'OFFERED' then new.offered_at end,
		new.due_at, new.state <> 'RECALLED', new.to_unit_id, new.patient_id);
	return null;
end $$;
create trigger follow after insert or update on handover for each row execute function handover_follow();

-- A report that its unit may not read, since the person has blocked it, would wait for nobody: who must act when a
-- unit has not is told at once. They may break the glass, or ask the sender to write to another unit.
create function concern_report_tell_blocked(r concern_report) returns boolean language plpgsql as $$
begin
	return r.patient_id is not null and concern_is_open(r.state)
		and exists (select 1 from concern_objections(r.patient_id, r.id) o
			where o.against_id in (r.responsible_unit_id, r.responsible_agency_id))
		and escalate('blocked:' || r.id || ':' || r.responsible_unit_id,
			'Bekymringsmelding gjelder en person som har sperret mottaket: avgjør hvem som tar den',
			r.patient_id, r.responsible_unit_id, r.responsible_agency_id, 'concern_report', r.id);
end $$;

create function concern_report_reaches_blocked() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform concern_report_tell_blocked(new);
	return null;
end $$;
create trigger reaches_blocked after insert or update of patient_id, responsible_unit_id on concern_report
	for each row when (new.patient_id is not null) execute function concern_report_reaches_blocked();

create function objection_blocks_reports() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform concern_report_tell_blocked(r) from concern_report r where r.patient_id = new.patient_id;
	return null;
end $$;
create trigger blocks_reports after insert on objection for each row execute function objection_blocks_reports();

-- migrate:down
drop trigger blocks_reports on objection;
drop trigger reaches_blocked on concern_report;
drop function if exists objection_blocks_reports, concern_report_reaches_blocked, concern_report_tell_blocked;
drop trigger follow on handover;
drop trigger follow on concern_report;
drop function if exists handover_follow, concern_report_relate, deadline_keep,
	concern_report_follow, concern_receipt_json, concern_receipt, concern_report_to_continue,
	concern_report_receive, concern_sender_fits, concern_sender_of, sender_category_of,
	concern_identify, concern_receiving_unit cascade;
