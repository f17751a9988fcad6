-- migrate:up
-- Communication: messages between units, beside concern reports. QuestionnaireResponse: the answers of an assessment, whose
-- score is an Observation of the same id.

-- Who got it has acknowledged it or not; an answer is a message of its own.
create function fhir_message(m jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Communication', 'id', m ->> 'id',
		'meta', fhir_meta((m ->> 'version')::int, at),
		'extension', fhir_list(fhir_native_state('message-state', m ->> 'status'),
			fhir_fact('answer-wanted', 'valueBoolean', m -> 'answer_wanted'), fhir_fact('answer-by', 'valueDateTime', m -> 'answer_by')),
		'inResponseTo', case when m ? 'reply_to' then json_build_array(fhir_reference('Communication', m ->> 'reply_to')) end,
		'status', case m ->> 'status' when 'SENT' then 'in-progress' when 'RECALLED' then 'stopped' else 'completed' end,
		'statusReason', case when m ? 'recall_reason' then json_build_object('text', m ->> 'recall_reason') end,
		'category', json_build_array(fhir_concept(fhir_system('communication-category'), 'MESSAGE')),
		'priority', case m ->> 'urgency' when 'URGENT' then 'urgent' else 'routine' end,
		'subject', fhir_reference('Patient', m ->> 'patient_id'), 'topic', json_build_object('text', m ->> 'subject'),
		'sent', m ->> 'sent_at', 'received', m ->> 'acknowledged_at',
		'recipient', json_build_array(fhir_organization(m -> 'to_unit')), 'sender', fhir_organization(m -> 'from_unit'),
		'payload', json_build_array(json_build_object('contentString', m ->> 'text'))));
end $$;

create function fhir_made(m message) returns setof fhir_thing language sql stable as $$
	select m.id, m.patient_id, fhir_message(message_json(m), m.updated_at), m.version, m.updated_at $$;
-- Row security says whose messages they are; there is no person to admit.
create function fhir_message_seen(thing uuid) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select f.* from message m cross join lateral fhir_made(m) f where m.id = thing;
end $$;
create function fhir_messages(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select f.* from message m cross join lateral fhir_made(m) f
	where (app_agency_id() in (m.from_agency_id, m.to_agency_id) or m.patient_id = app_citizen_id()) and m.patient_id = person;
end $$;
select fhir_add_source('Communication', '{messages}', null, 'fhir_message_seen', 'fhir_messages', is_gated => false);

-- Who sees the scores alone sees no answers.
create function fhir_response(a jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'QuestionnaireResponse', 'id', a ->> 'id',
		'meta', fhir_meta((a ->> 'version')::int, at, null, not a ? 'items'),
		'extension', fhir_list(fhir_fact('occasion', 'valueCode', a -> 'occasion'),
			fhir_fact('declined', 'valueBoolean', nullif(a -> 'declined', 'false')),
			fhir_fact('correction-reason', 'valueString', a -> 'correction_reason')),
		'questionnaire', 'https://samhandling.example/fhir/Questionnaire/' || (a ->> 'instrument_code') || '|' || (a ->> 'instrument_version'),
		'status', case when (a ->> 'entered_in_error')::boolean then 'entered-in-error'
			when a ? 'correction_reason' then 'amended' else 'completed' end,
		'subject', fhir_reference('Patient', a ->> 'patient_id'), 'authored', a ->> 'assessed_on',
		'author', fhir_reference('Practitioner', a ->> 'rater_staff_id'),
		'item', (select jsonb_agg(jsonb_build_object('linkId', (a ->> 'instrument_code') || '-' || i.key,
				'answer', jsonb_build_array(jsonb_build_object('valueInteger', i.value))) order by i.key)
			from jsonb_each(a -> 'items') i where jsonb_typeof(i.value) = 'number')));
end $$;

create function fhir_response_made(a assessment) returns setof fhir_thing language sql stable as $$
	select a.id, a.patient_id, fhir_response(assessment_json(a)::jsonb, a.updated_at), a.version, a.updated_at $$;
create function fhir_response_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
declare
	person uuid := admit('assessments', thing, 'HEALTH_SUMMARY', false);
begin
	return query select f.* from assessment a cross join lateral fhir_response_made(a) f
		where a.id = thing and a.patient_id = person;
end $$;
create function fhir_responses(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select f.* from assessment a cross join lateral fhir_response_made(a) f
		where a.patient_id = person and not a.entered_in_error and not item_is_blocked(a.patient_id, a.id)
			and (asked ->> 'after' is null or a.id > (asked ->> 'after')::uuid)
		order by a.id limit (asked ->> 'most')::int;
end $$;
select fhir_add_source('QuestionnaireResponse', '{assessments}', 'HEALTH_SUMMARY', 'fhir_response_seen', 'fhir_responses');

-- migrate:down
delete from fhir_source where one in ('fhir_message_seen', 'fhir_response_seen');
drop function if exists fhir_message, fhir_made(message), fhir_message_seen, fhir_messages, fhir_response, fhir_response_made,
	fhir_response_seen, fhir_responses cascade;
