-- migrate:up
-- Consent: releases from secrecy, and objections. Flag: risk flags. Observation: assessments. Communication: concern
-- reports.

create function fhir_consent_rule(kind text) returns json language sql stable as $$
	select json_build_array(json_build_object('coding', json_build_array(json_build_object('system', 'http://loinc.org',
		'code', '59284-0'))), fhir_concept(fhir_system('consent-type'), kind)) $$;

-- What is released stands as a permission within a denial: to whom, and which categories.
create function fhir_consent(c jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Consent', 'id', c ->> 'id',
		'meta', fhir_meta((c ->> 'version')::int, at),
		'extension', fhir_list(fhir_native_state('consent-state', c ->> 'state'), fhir_fact('consent-purpose', 'valueString', c -> 'purpose'),
			fhir_fact('consent-explained', 'valueString', nullif(c -> 'explained', 'null')),
			fhir_fact('consent-form', 'valueCode', nullif(c -> 'form', 'null')),
			fhir_fact('consent-competence', 'valueCode', nullif(c -> 'competence', 'null')),
			fhir_fact('consent-document', 'valueString', nullif(c -> 'document_ref', 'null'))),
		'status', case c ->> 'state' when 'REQUESTED' then 'proposed' when 'GRANTED' then 'active' when 'REFUSED' then 'rejected'
			when 'INVALIDATED' then 'entered-in-error' else 'inactive' end,
		'scope', fhir_concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
		'category', fhir_consent_rule(c ->> 'type'),
		'patient', fhir_reference('Patient', c ->> 'patient_id'), 'dateTime', c ->> 'created_at',
		'performer', case when c ->> 'given_by' = 'SELF' then json_build_array(fhir_reference('Patient', c ->> 'patient_id')) end,
		'organization', (select jsonb_agg(fhir_reference('Organization', x)) from jsonb_array_elements_text(c -> 'from_agencies') x),
		'policyRule', fhir_concept(fhir_system('legal-basis'), 'HPL_22'),
		'provision', json_build_object('type', 'deny', 'period', fhir_period(c ->> 'valid_from', c ->> 'valid_to'),
			'provision', json_build_array(json_build_object('type', 'permit',
				'actor', (select json_agg(json_build_object('role', fhir_concept('http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
					'IRCP'), 'reference', fhir_reference('Organization', x))) from jsonb_array_elements_text(c -> 'to_agencies') x),
				'action', json_build_array(fhir_concept('http://terminology.hl7.org/CodeSystem/consentaction', 'access')),
				'code', (select json_agg(fhir_concept(fhir_system('data-category'), x))
					from jsonb_array_elements_text(c -> 'data_categories') x))))));
end $$;

create function fhir_objection(o jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Consent', 'id', o ->> 'id',
		'meta', fhir_meta((o ->> 'version')::int, at),
		'extension', json_build_array(fhir_native_state('objection-state', o ->> 'state')),
		'status', case o ->> 'state' when 'ACTIVE' then 'active' else 'inactive' end,
		'scope', fhir_concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
		'category', fhir_consent_rule('OBJECTION'),
		'patient', fhir_reference('Patient', o ->> 'patient_id'), 'dateTime', o ->> 'created_at',
		'organization', case when o ->> 'registered_by_agency' is not null
			then json_build_array(fhir_reference('Organization', o ->> 'registered_by_agency')) end,
		'policyRule', fhir_concept('http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis', 'PBRL5-3'),
		'provision', jsonb_build_object('type', 'deny',
			'actor', (select jsonb_agg(a) from (
				select jsonb_build_object('role', fhir_concept(fhir_system('objection-against'), o ->> 'against'), 'reference',
					fhir_reference(case o ->> 'against' when 'STAFF' then 'Practitioner' else 'Organization' end, o ->> 'against_id')) as a
				where o ->> 'against_id' is not null
				-- a group of roles is nobody in particular: it is named, and refers to nothing
				union all select jsonb_build_object('role', fhir_concept(fhir_system('role'), r), 'reference',
					jsonb_build_object('display', r)) from jsonb_array_elements_text(o -> 'against_roles') r) x),
			'class', (select jsonb_agg(jsonb_build_object('system', fhir_system('resource'), 'code', t))
				from jsonb_array_elements_text(o -> 'resource_types') t))));
end $$;

create function fhir_made(c consent) returns setof fhir_thing language sql stable as $$
	select c.id, c.patient_id, fhir_consent(consent_json(c)::jsonb, c.updated_at), c.version, c.updated_at where consent_is_mine(c) $$;
create function fhir_made(o objection) returns setof fhir_thing language sql stable as $$
	select o.id, o.patient_id, fhir_objection(objection_json(o)::jsonb, o.updated_at), o.version, o.updated_at where objection_is_mine(o) $$;
select fhir_add_rows('Consent', 'consents', 'IDENTITY', 'consent'), fhir_add_rows('Consent', 'objections', 'IDENTITY', 'objection');

-- Flag: who sees the status alone is not told of whom or what.
create function fhir_risk(f jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Flag', 'id', f ->> 'id',
		'meta', fhir_meta((f ->> 'version')::int, at, null, f ->> 'projection' <> 'FULL'),
		'extension', json_build_array(fhir_native_state('risk-flag-state', f ->> 'status')),
		'status', case f ->> 'status' when 'ACTIVE' then 'active' when 'RETRACTED' then 'entered-in-error' else 'inactive' end,
		'category', json_build_array(fhir_concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')),
		'code', coalesce(case when f ? 'kind' then json_build_object('coding', json_build_array(
			json_build_object('system', fhir_system('risk-flag-kind'), 'code', f ->> 'kind')), 'text', f ->> 'precautions') end, fhir_masked()),
		'subject', coalesce(fhir_reference('Patient', f ->> 'patient_id'), fhir_masked()),
		'period', fhir_period(f ->> 'valid_from', f ->> 'valid_to'), 'author', fhir_reference('Organization', f ->> 'owner_agency_id')));
end $$;

create function fhir_made(f risk_flag) returns setof fhir_thing language sql stable as $$
	select f.id, f.patient_id, fhir_risk(risk_flag_json(f), f.updated_at), f.version, f.updated_at $$;
-- those that hold, unless a date is asked for: R4's Flag has no parameter for its status
select fhir_add_rows('Flag', 'risk-flags', 'RISK', 'risk_flag', $$risk_flag_state(x) = 'ACTIVE'$$, 'date');

-- Observation: the score of an instrument, with its items as components. What was declined has no value and says so.
-- Of the row, with what assessment_json() tells of it (a test compares them).
create function fhir_assessment(a assessment) returns jsonb language plpgsql stable as $$
declare
	is_subset constant boolean := app_gate('f');
	components text;
begin
	if not is_subset then
		components := (select string_agg('{"code":{"coding":[{"system":"' || fhir_system('instrument-item') || '","code":"'
				|| a.instrument_code || '-' || i.key || '"}]},"valueInteger":' || i.value || '}', ',' order by i.key)
			from jsonb_each(a.items) i where jsonb_typeof(i.value) = 'number' and (i.value)::numeric % 1 = 0);
	end if;
	return concat('{"resourceType":"Observation","id":"', a.id, '"', fhir_say_meta(a.version, a.updated_at, is_subset),
		fhir_say('status', case when a.entered_in_error then 'entered-in-error'
			when not is_subset and a.correction_reason is not null then 'corrected' else 'final' end),
		',"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"survey"}]},',
			'{"coding":[{"system":"', fhir_system('occasion'), '","code":"', a.occasion, '"}]}]',
		fhir_say_concept('code', fhir_system('instrument'), a.instrument_code), fhir_say_reference('subject', 'Patient', a.patient_id),
		',"effectiveDateTime":"', a.assessed_on, '"', ',"performer":[{"reference":"Practitioner/' || a.rater_staff_id || '"}]',
		case when a.total is not null then concat(',"valueQuantity":{"value":', a.total,
				',"unit":"score","system":"http://unitsofmeasure.org","code":"{score}"}')
			else fhir_say_concept('dataAbsentReason', 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
				case when a.declined then 'asked-declined' else 'unknown' end) end,
		',"component":[' || components || ']', '}')::jsonb;
end $$;

create function fhir_made(a assessment) returns setof fhir_thing language sql stable as $$
	select a.id, a.patient_id, fhir_assessment(a), a.version, a.updated_at $$;
select fhir_add_rows('Observation', 'assessments', 'HEALTH_SUMMARY', 'assessment', 'not x.entered_in_error', 'status');

-- Communication: a report that was sent is a fact; its processing is natively told. Phone and mail of a sender are never
-- in FHIR, and a protected one is masked (domain.md §4.1).
create function fhir_report_words(r jsonb) returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_build_object('extension', jsonb_build_array(jsonb_build_object('url', fhir_extension('payload-kind'),
		'valueCode', k)), 'contentString', r ->> k)) from unnest('{observed,feared}'::text[]) k where r ->> k <> '' $$;

create function fhir_report(r jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Communication', 'id', r ->> 'id',
		'meta', fhir_meta((r ->> 'version')::int, at, null, r ->> 'projection' <> 'OWN'),
		'extension', json_build_array(fhir_native_state('concern-report-state', r ->> 'status')),
		'status', 'completed', 'category', json_build_array(fhir_concept(fhir_system('communication-category'), 'CONCERN_REPORT')),
		'priority', case r ->> 'severity' when 'RED' then 'stat' when 'ORANGE' then 'asap' when 'YELLOW' then 'urgent'
			when 'GREEN' then 'routine' end,
		'medium', case when r ? 'channel' then json_build_array(fhir_concept(fhir_system('concern-report-channel'), r ->> 'channel')) end,
		'subject', fhir_reference('Patient', r #>> '{subject,patient_id}'),
		'topic', fhir_concept(fhir_system('concern-report-type'), r ->> 'type'), 'received', r ->> 'received_at',
		'recipient', case when r -> 'receiving_unit' ? 'id' then json_build_array(fhir_organization(r -> 'receiving_unit')) end,
		'sender', coalesce(fhir_reference('Organization', r #>> '{sender,agency_id}'), case when (r #>> '{sender,identity_protected}')::boolean
			then fhir_masked() end),
		'payload', fhir_report_words(r)));
end $$;

create function fhir_report_seen(thing uuid) returns setof fhir_thing language sql as $$
	select r.id, case when concern_report_standing(r) <> 'STATUS' then r.patient_id end,
		fhir_report(concern_report_json(r), case when concern_report_standing(r) <> 'STATUS' then r.updated_at end), r.version,
		case when concern_report_standing(r) <> 'STATUS' then r.updated_at end
	from concern_report_seen(thing) r
$$;
-- Of whom a report is, is not told to who sees its status alone.
create function fhir_report_ids(person uuid) returns setof uuid language sql stable as $$
	select r.id from concern_report r where r.patient_id = person and concern_report_standing(r) <> 'STATUS' $$;
select fhir_add_source('Communication', '{concern-reports}', null, 'fhir_report_seen', 'fhir_report_ids', true, false);

-- migrate:down
drop function if exists fhir_consent_rule, fhir_consent, fhir_objection, fhir_risk, fhir_assessment, fhir_report_words,
	fhir_report, fhir_report_seen, fhir_report_ids, fhir_made(consent), fhir_made(objection), fhir_made(risk_flag),
	fhir_made(assessment), fhir_one_consent, fhir_of_consent, fhir_one_objection, fhir_of_objection, fhir_one_risk_flag,
	fhir_of_risk_flag, fhir_one_assessment, fhir_of_assessment cascade;
