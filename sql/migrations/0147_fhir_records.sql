-- migrate:up
-- Consent: releases from secrecy, and objections. Flag: risk flags. Observation: assessments. Communication: concern
-- reports.

create function fhir_consent_rule(kind text) returns json language sql stable as $$
	select json_build_array(json_build_object('coding', json_build_array(json_build_object('system', 'http://loinc.org',
		'code', '59284-0'))), fhir_concept(fhir_system('consent-type'), kind)) $$;

-- What is released stands as a permission within a denial: to whom, and which categories.
create function fhir_consent(c jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Consent', 'id', c ->> 'id',
		'meta', fhir_meta((c ->> 'version')::int, at),
		'extension', json_build_array(fhir_native_state('consent-state', c ->> 'state')),
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
					from jsonb_array_elements_text(c -> 'data_categories') x))))))
$$;

create function fhir_objection(o jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Consent', 'id', o ->> 'id',
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
				from jsonb_array_elements_text(o -> 'resource_types') t))))
$$;

create function fhir_consent_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select c.id, c.patient_id, fhir_consent(consent_json(c.*::consent)::jsonb, c.updated_at), c.version, c.updated_at
		from (select admit('consents', thing, 'IDENTITY', false) as patient_id offset 0) g
		cross join lateral (select c.* from consent c where c.id = thing and c.patient_id = g.patient_id offset 0) c
		where consent_is_mine(c.*::consent);
end $$;

create function fhir_objection_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select o.id, o.patient_id, fhir_objection(objection_json(o.*::objection)::jsonb, o.updated_at), o.version, o.updated_at
		from (select admit('objections', thing, 'IDENTITY', false) as patient_id offset 0) g
		cross join lateral (select o.* from objection o where o.id = thing and o.patient_id = g.patient_id offset 0) o
		where objection_is_mine(o.*::objection);
end $$;

create function fhir_privacy(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	begin
		if fhir_enter('consents') then
			return query select * from fhir_consent_seen(thing);
			if found then
				return;
			end if;
		end if;
	exception when sqlstate 'AP404' then null;
	end;
	if fhir_enter('objections') then
		return query select * from fhir_objection_seen(thing);
	end if;
end $$;

create function fhir_privacies(ids jsonb, person uuid, number text) returns setof fhir_thing language plpgsql as $$
declare
	who uuid := fhir_named(person, number);
	reasons text[] := '{}';
	any_found boolean := false;
	one uuid;
begin
	foreach one in array coalesce(fhir_ids(ids), '{}') loop
		begin
			return query select f.* from fhir_privacy(one) f where who is null or f.patient_id = who;
		exception when sqlstate 'AP404' or sqlstate 'AP403' then null;
		end;
	end loop;
	if ids is not null then
		return;
	end if;
	reasons := reasons || fhir_refusal(who, 'consents', 'IDENTITY');
	if reasons[1] is null then
		return query select c.id, c.patient_id, fhir_consent(consent_json(c)::jsonb, c.updated_at), c.version, c.updated_at
			from consent c where c.patient_id = who and consent_is_mine(c) and not item_is_blocked(c.patient_id, c.id);
		any_found := found;
	end if;
	reasons := reasons || fhir_refusal(who, 'objections', 'IDENTITY');
	if reasons[2] is null then
		return query select o.id, o.patient_id, fhir_objection(objection_json(o)::jsonb, o.updated_at), o.version, o.updated_at
			from objection o where o.patient_id = who and objection_is_mine(o) and not item_is_blocked(o.patient_id, o.id);
		any_found := any_found or found;
	end if;
	perform fhir_told(any_found, reasons);
end $$;

-- Flag: who sees the status alone is not told of whom or what.
create function fhir_risk(f jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Flag', 'id', f ->> 'id',
		'meta', fhir_meta((f ->> 'version')::int, at, null, f ->> 'projection' <> 'FULL'),
		'extension', json_build_array(fhir_native_state('risk-flag-state', f ->> 'status')),
		'status', case f ->> 'status' when 'ACTIVE' then 'active' when 'RETRACTED' then 'entered-in-error' else 'inactive' end,
		'category', json_build_array(fhir_concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')),
		'code', coalesce(case when f ? 'kind' then json_build_object('coding', json_build_array(
			json_build_object('system', fhir_system('risk-flag-kind'), 'code', f ->> 'kind')), 'text', f ->> 'precautions') end, fhir_masked()),
		'subject', coalesce(fhir_reference('Patient', f ->> 'patient_id'), fhir_masked()),
		'period', fhir_period(f ->> 'valid_from', f ->> 'valid_to'), 'author', fhir_reference('Organization', f ->> 'owner_agency_id')))
$$;

create function fhir_risk_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select f.id, f.patient_id, fhir_risk(risk_flag_json(f.*::risk_flag), f.updated_at), f.version, f.updated_at
		from (select admit('risk-flags', thing, 'RISK', false) as patient_id offset 0) g
		cross join lateral (select f.* from risk_flag f where f.id = thing and f.patient_id = g.patient_id offset 0) f;
end $$;

-- Observation: the score of an instrument, with its items as components. What was declined has no value and says so.
create function fhir_absent(reason text) returns json language sql stable as $$
	select fhir_concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', reason) $$;

create function fhir_assessment(a jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Observation', 'id', a ->> 'id',
		'meta', fhir_meta((a ->> 'version')::int, at, null, not a ? 'items'),
		'status', case when (a ->> 'entered_in_error')::boolean then 'entered-in-error'
			when a ? 'correction_reason' then 'corrected' else 'final' end,
		'category', json_build_array(fhir_concept('http://terminology.hl7.org/CodeSystem/observation-category', 'survey'),
			fhir_concept(fhir_system('occasion'), a ->> 'occasion')),
		'code', fhir_concept(fhir_system('instrument'), a ->> 'instrument_code'),
		'subject', fhir_reference('Patient', a ->> 'patient_id'), 'effectiveDateTime', a ->> 'assessed_on',
		'performer', case when a ? 'rater_staff_id' then json_build_array(fhir_reference('Practitioner', a ->> 'rater_staff_id')) end,
		'valueQuantity', case when a ? 'total' then json_build_object('value', (a ->> 'total')::numeric, 'unit', 'score',
			'system', 'http://unitsofmeasure.org', 'code', '{score}') end,
		'dataAbsentReason', case when not a ? 'total' then fhir_absent(case when (a ->> 'declined')::boolean then 'asked-declined'
			else 'unknown' end) end,
		'component', (select jsonb_agg(jsonb_build_object('code', fhir_concept(fhir_system('instrument-item'),
				(a ->> 'instrument_code') || '-' || i.key), 'valueInteger', i.value) order by i.key)
			from jsonb_each(a -> 'items') i where jsonb_typeof(i.value) = 'number' and (i.value)::numeric % 1 = 0)))
$$;

create function fhir_assessment_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select a.id, a.patient_id, fhir_assessment(assessment_json(a.*::assessment)::jsonb, a.updated_at), a.version, a.updated_at
		from (select admit('assessments', thing, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
		cross join lateral (select a.* from assessment a where a.id = thing and a.patient_id = g.patient_id offset 0) a;
end $$;

-- Communication: a report that was sent is a fact; its processing is natively told. Phone and mail of a sender are never
-- in FHIR, and a protected one is masked (domain.md §4.1).
create function fhir_report_words(r jsonb) returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_build_object('extension', jsonb_build_array(jsonb_build_object('url', fhir_extension('payload-kind'),
		'valueCode', k)), 'contentString', r ->> k)) from unnest('{observed,feared}'::text[]) k where r ->> k <> '' $$;

create function fhir_report(r jsonb, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Communication', 'id', r ->> 'id',
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
		'payload', fhir_report_words(r)))
$$;

create function fhir_report_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select r.id, case when concern_report_standing(r) <> 'STATUS' then r.patient_id end,
		fhir_report(concern_report_json(r), case when concern_report_standing(r) <> 'STATUS' then r.updated_at end), r.version,
		case when concern_report_standing(r) <> 'STATUS' then r.updated_at end
		from concern_report_seen(thing) r;
end $$;

-- One kind of row each: those of the person by row security, or those that are named, all read singly.
create function fhir_records(what text, ids jsonb, person uuid, number text) returns setof fhir_thing language plpgsql as $$
declare
	who uuid := fhir_named(person, number);
	reason text;
	things uuid[] := fhir_ids(ids);
	any_found boolean := false;
	one uuid;
begin
	if ids is null then
		reason := case what when 'FLAG' then fhir_refusal(who, 'risk-flags', 'RISK')
			when 'ASSESSMENT' then fhir_refusal(who, 'assessments', 'HEALTH_SUMMARY') end;
		things := case what when 'FLAG' then array(select f.id from risk_flag f where f.patient_id = who)
			when 'ASSESSMENT' then array(select a.id from assessment a where a.patient_id = who and not a.entered_in_error)
			-- of whom a report is, is not told to who sees its status alone
			else array(select r.id from concern_report r where r.patient_id = who and concern_report_standing(r) <> 'STATUS') end;
	end if;
	foreach one in array things loop
		begin
			if what = 'FLAG' then
				return query select f.* from fhir_risk_seen(one) f where who is null or f.patient_id = who;
			elsif what = 'ASSESSMENT' then
				return query select f.* from fhir_assessment_seen(one) f where who is null or f.patient_id = who;
			else
				return query select f.* from fhir_report_seen(one) f where who is null or f.patient_id = who;
			end if;
			any_found := any_found or found;
		exception when sqlstate 'AP404' or sqlstate 'AP403' then null;
		end;
	end loop;
	perform fhir_told(any_found or ids is not null, array[reason]);
end $$;

-- migrate:down
drop function if exists fhir_consent_rule, fhir_consent, fhir_objection, fhir_consent_seen, fhir_objection_seen, fhir_privacy,
	fhir_privacies, fhir_risk, fhir_risk_seen, fhir_absent, fhir_assessment, fhir_assessment_seen, fhir_report_words, fhir_report,
	fhir_report_seen, fhir_records cascade;
