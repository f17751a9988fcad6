-- migrate:up
-- Encounter: contacts and admissions. EpisodeOfCare: enrolments.

-- Where the meeting was decides FHIR's class.
create function fhir_contact_class(mode text, place text) returns text language sql immutable as $$
	select case when mode <> 'FACE_TO_FACE' then 'VR' when place = 'HOME' then 'HH'
		when place in ('TEAM_OFFICE', 'CLINIC', 'HOSPITAL', 'NAV_OFFICE', 'GP_OFFICE') then 'AMB' else 'FLD' end
$$;

create function fhir_contact_status(state text, outcome text) returns text language sql immutable as $$
	select case when state = 'PLANNED' then 'planned' when state = 'VOID' then 'entered-in-error'
		when outcome is null or outcome = 'HELD' then 'finished' else 'cancelled' end
$$;

-- Who sees the status alone sees that and the day.
create function fhir_contact_day(c contact) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Encounter', 'id', c.id, 'meta', fhir_meta(c.version, c.updated_at, null, true),
		'extension', json_build_array(fhir_native_state('contact-state', c.state)), 'status', fhir_contact_status(c.state, null),
		'class', fhir_masked(), 'subject', fhir_reference('Patient', c.patient_id::text),
		'period', fhir_period(oslo_day(c.at)::text, oslo_day(c.at)::text)))
$$;

-- Of the row, with what contact_json() tells of it (a test compares them); a letter has no meeting in it and is told by its
-- mode. A contact ends, also where nobody has said how long it took: a period without an end goes on.
create function fhir_contact(c contact) returns jsonb language plpgsql stable as $$
declare
	place text;
	staff text;
begin
	if app_cell() = 'S' then
		return fhir_contact_day(c);
	end if;
	place := contact_place(c);
	staff := (select string_agg('{"individual":{"reference":"Practitioner/' || s.staff_id || '"}}', ',' order by s.staff_id)
		from contact_staff s where s.contact_id = c.id);
	return concat('{"resourceType":"Encounter","id":"', c.id, '"', fhir_say_meta(c.version, c.updated_at, place is distinct from c.place),
		',"extension":[{"url":"https://samhandling.example/fhir/StructureDefinition/native-state","valueCoding":{"system":"',
			fhir_system('contact-state'), '","code":"', c.state, '"}}', ',{"url":"' || fhir_extension('contact-outcome')
			|| '","valueCode":"' || c.outcome || '"}', ']',
		',"identifier":[{"system":"' || fhir_naming('external-record-' || lower(coalesce(c.external_record ->> 'system', 'other')))
			|| '","value":' || to_json(c.external_record ->> 'reference')::text || '}]',
		fhir_say('status', fhir_contact_status(c.state, c.outcome)),
		',"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"', fhir_contact_class(c.mode, place), '"}',
		',"type":[{"coding":[{"system":"', fhir_system('contact-mode'), '","code":"', c.mode, '"}]}',
			',{"coding":[{"system":"' || fhir_system('contact-place') || '","code":"' || place || '"}]}', ']',
		fhir_say_reference('subject', 'Patient', c.patient_id),
		',"episodeOfCare":[{"reference":"EpisodeOfCare/' || c.enrolment_id || '"}]', ',"participant":[' || staff || ']',
		',"period":{"start":', to_json(c.at), ',"end":', to_json(c.at + make_interval(mins => coalesce(c.minutes, 0))), '}',
		',"length":{"value":' || c.minutes || ',"unit":"min","system":"http://unitsofmeasure.org","code":"min"}',
		',"reasonCode":[{"coding":[{"system":"' || fhir_system('contact-purpose') || '","code":"' || nullif(array_to_string(c.purposes,
			'"}]},{"coding":[{"system":"' || fhir_system('contact-purpose') || '","code":"'), '') || '"}]}]',
		fhir_say_reference('serviceProvider', 'Organization', c.unit_id), '}')::jsonb;
end $$;

create function fhir_days(nights text) returns json language sql stable as $$
	select case when nights is not null then json_build_object('value', nights::int, 'unit', 'd',
		'system', 'http://unitsofmeasure.org', 'code', 'd') end $$;

-- A stay's ward segments are contained: the wards are mostly no units of an agency here.
create function fhir_wards(segments jsonb, open boolean) returns table (locations jsonb, places jsonb) language sql stable as $$
	select jsonb_agg(jsonb_build_object('resourceType', 'Location', 'id', 'w' || n,
			'name', coalesce(s ->> 'ward', s ->> 'institution'), 'managingOrganization', jsonb_build_object('display', s ->> 'institution')) order by n),
		jsonb_agg(jsonb_strip_nulls(jsonb_build_object('location', jsonb_build_object('reference', '#w' || n),
			'status', case when s ? 'valid_to' and s ->> 'valid_to' is not null then 'completed' when open then 'active' else 'planned' end,
			'period', fhir_period(s ->> 'valid_from', s ->> 'valid_to'))) order by n)
	from jsonb_array_elements(segments) with ordinality x (s, n)
$$;

-- By which identifiers an agency's own systems know the stays that they have told of over FHIR.
create table admission_identifier (
	agency_id uuid not null references agency,
	system text not null check (length(system) between 1 and 500),
	value text not null check (length(value) between 1 and 200),
	admission_id uuid not null references admission,
	patient_id uuid not null references patient,
	constraint admission_identifier_is_once primary key (agency_id, system, value)
);
create index admission_identifier_admission on admission_identifier (admission_id);
create index admission_identifier_patient on admission_identifier (patient_id);
alter table admission_identifier enable row level security;
create policy admission_identifier_own on admission_identifier using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert on admission_identifier to samhandling_service;

-- Those that the caller's agency has given.
create function admission_identifiers(admission text) returns json language sql stable as $$
	select json_agg(json_build_object('system', i.system, 'value', i.value) order by i.system, i.value)
	from admission_identifier i where i.admission_id = admission::uuid
$$;

create function admission_identify(admission uuid, person uuid, identifiers jsonb) returns void language sql as $$
	insert into admission_identifier (agency_id, system, value, admission_id, patient_id)
	select app_agency_id(), i ->> 'system', i ->> 'value', admission, person from jsonb_array_elements(identifiers) i
$$;

-- What the agency has told of under this identifier, also by its imports. Who asks while another does is told so at once,
-- so that of two who make the same thing one makes it, and no connection is held waiting. Owner's rights: the imports' origins are for functions alone.
create function admissions_identified(of_system text, of_value text) returns uuid[] language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform raise_unless(pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', app_agency_id(), of_system, of_value), 44)),
		409, 'idempotency_busy');
	return array(select i.admission_id from admission_identifier i
			where i.agency_id = app_agency_id() and i.system = of_system and i.value = of_value
		union select o.entity_id from import_source s join import_origin o on o.source = s.id
		where s.agency_id = app_agency_id() and s.type = 'admissions' and s.system = of_system and o.external_id = of_value
			and not o.removed);
end $$;

-- What only we tell of a stay.
create function fhir_fact(name text, kind text, fact jsonb) returns json language sql stable as $$
	select case when fact is not null then json_build_object('url', fhir_extension(name), kind, fact) end $$;

create function fhir_admission(a jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Encounter', 'id', a ->> 'id',
		'meta', fhir_meta((a ->> 'version')::int, at, null, not a ? 'urgency' or not a ? 'agency_id'), -- hidden where the place is
		'contained', w.locations,
		'extension', fhir_list(fhir_native_state('admission-state', a ->> 'status'),
			fhir_fact('ready-for-discharge', 'valueDateTime', a -> 'ready_at'),
			fhir_fact('discharge-meeting-held', 'valueBoolean', a -> 'discharge_meeting_held'),
			fhir_fact('crisis-plan-reviewed', 'valueBoolean', a -> 'crisis_plan_reviewed'),
			fhir_fact('team-informed', 'valueBoolean', a -> 'team_informed'), fhir_fact('follow-up', 'valueDate', a -> 'follow_up_on'),
			case when a ? 'reason' then json_build_object('url', 'http://hl7.org/fhir/StructureDefinition/encounter-reasonCancelled',
				'valueCodeableConcept', json_build_object('text', a ->> 'reason')) end),
		'identifier', admission_identifiers(a ->> 'id'),
		'status', case a ->> 'status' when 'PLANNED' then 'planned' when 'ON_LEAVE' then 'onleave'
			when 'DISCHARGED' then 'finished' when 'CANCELLED' then 'cancelled'
			when 'ENTERED_IN_ERROR' then 'entered-in-error' else 'in-progress' end,
		'class', fhir_coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'IMP'),
		'serviceType', fhir_concept(fhir_system('admission-level'), a ->> 'level'),
		'priority', fhir_concept('http://terminology.hl7.org/CodeSystem/v3-ActPriority',
			case a ->> 'urgency' when 'ACUTE' then 'EM' when 'PLANNED' then 'EL' end),
		'subject', fhir_reference('Patient', a ->> 'patient_id'),
		'period', fhir_period(coalesce(a ->> 'admitted_at', a ->> 'planned_for', a ->> 'since'), a ->> 'ended_at'),
		'length', fhir_days(a #>> '{nights,net}'),
		'hospitalization', case when a ? 'disposition' then json_build_object('dischargeDisposition', json_build_object(
			'coding', fhir_list(fhir_coding('http://terminology.hl7.org/CodeSystem/discharge-disposition',
				case a ->> 'disposition' when 'HOME' then 'home' when 'OTHER_INSTITUTION' then 'other-hcf'
					when 'LEFT_AGAINST_ADVICE' then 'aadvice' when 'DECEASED' then 'exp' else 'oth' end),
				fhir_coding(fhir_system('admission-disposition'), a ->> 'disposition')))) end,
		'location', w.places, 'serviceProvider', fhir_reference('Organization', coalesce(a ->> 'unit_id', a ->> 'agency_id'))))
	from fhir_wards(a -> 'segments', a ->> 'status' <> 'PLANNED') w
$$;

create function fhir_made(c contact) returns setof fhir_thing language sql stable as $$
	select c.id, c.patient_id, fhir_contact(c), c.version, c.updated_at where contact_is_mine(c) $$;
create function fhir_made(a admission) returns setof fhir_thing language sql stable as $$
	select a.id, a.patient_id, fhir_admission(admission_json(a), a.updated_at), a.version, a.updated_at $$;
select fhir_add_rows('Encounter', 'contacts', 'HEALTH_SUMMARY', 'contact'),
	fhir_add_rows('Encounter', 'admissions', 'ADMISSION', 'admission');

-- EpisodeOfCare: the time in the team. Who sees the status alone sees that and the days.
create function fhir_enrolment(e jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'EpisodeOfCare', 'id', e ->> 'id',
		'meta', fhir_meta((e ->> 'version')::int, at, null, fhir_is_subset(e)),
		'extension', json_build_array(fhir_native_state('enrolment-state', e ->> 'status')),
		'status', case e ->> 'status' when 'PENDING' then 'planned' when 'PAUSED' then 'onhold'
			when 'NEVER_ENGAGED' then 'cancelled' when 'DISCHARGED' then 'finished' when 'TRANSFERRED' then 'finished'
			when 'DECEASED' then 'finished' else 'active' end,
		'type', json_build_array(fhir_concept(fhir_system('enrolment-type'), 'FACT_TEAM')),
		'patient', fhir_reference('Patient', e ->> 'patient_id'),
		'managingOrganization', fhir_organization(e -> 'unit'),
		'period', fhir_period(e ->> 'enrolled_at', e ->> 'ended_at'),
		'referralRequest', case when e ? 'referral_id' then json_build_array(fhir_reference('ServiceRequest', e ->> 'referral_id')) end,
		'careManager', fhir_reference('Practitioner', e #>> '{main_contact,id}')));
end $$;

create function fhir_made(e enrolment) returns setof fhir_thing language sql stable as $$
	select e.id, e.patient_id, fhir_enrolment(enrolment_json(e), e.updated_at), e.version, e.updated_at $$;
select fhir_add_rows('EpisodeOfCare', 'enrolments', 'ENROLMENT', 'enrolment');

-- migrate:down
drop table if exists admission_identifier cascade;
drop function if exists admission_identifiers, admission_identify, admissions_identified, fhir_fact, fhir_contact_class, fhir_contact_status, fhir_contact_day, fhir_contact, fhir_days, fhir_wards, fhir_admission, fhir_enrolment,
	fhir_made(contact), fhir_made(admission), fhir_made(enrolment), fhir_one_contact, fhir_of_contact, fhir_one_admission,
	fhir_of_admission, fhir_one_enrolment, fhir_of_enrolment cascade;
