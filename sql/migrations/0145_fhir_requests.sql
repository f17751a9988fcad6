-- migrate:up
-- ServiceRequest: referrals, and measures of plans. Task: what an agency has to do, and handovers that wait.

-- How a criterion of the target group was answered, and what shows it.
create function fhir_criterion(name text, answer jsonb) returns json language sql stable as $$
	select case when answer is not null then json_build_object('url', fhir_extension(name), 'valueCodeableConcept',
		jsonb_strip_nulls(jsonb_build_object('coding', json_build_array(fhir_coding(fhir_system('yes-no-unknown'), answer ->> 'answer')),
			'text', answer ->> 'evidence'))) end $$;

create function fhir_referral(r jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'ServiceRequest', 'id', r ->> 'id',
		'meta', fhir_meta((r ->> 'version')::int, at, null, fhir_is_subset(r)),
		'extension', fhir_list(fhir_native_state('referral-state', r ->> 'status'),
			fhir_fact('consent-form', 'valueCode', r -> 'consent_form'), fhir_fact('consent-given', 'valueDate', r -> 'consent_on'),
			fhir_fact('consent-missing', 'valueString', r -> 'no_consent_reason'),
			fhir_criterion('mental-illness', r #> '{eligibility,A_mental_illness}'),
			fhir_criterion('substance-dependence', r #> '{eligibility,B_substance_dependence}'),
			fhir_criterion('function-loss', r #> '{eligibility,F_major_function_loss}'),
			fhir_criterion('weak-service-link', r #> '{eligibility,W_weak_service_link}'),
			fhir_criterion('relapse-risk', r #> '{eligibility,N_high_relapse_risk}')),
		'replaces', case when r ? 'supersedes' then json_build_array(fhir_reference('ServiceRequest', r ->> 'supersedes')) end,
		'status', case r ->> 'status' when 'DRAFT' then 'draft' when 'ENROLLED' then 'completed' when 'CLOSED' then 'completed'
			when 'REJECTED' then 'revoked' when 'REDIRECTED' then 'revoked' when 'WITHDRAWN' then 'revoked'
			when 'LAPSED' then 'revoked' else 'active' end,
		'intent', 'order', 'category', json_build_array(fhir_concept(fhir_system('request-category'), 'REFERRAL')),
		'priority', case r ->> 'risk_level' when 'RED' then 'stat' when 'ORANGE' then 'asap' when 'YELLOW' then 'urgent'
			when 'GREEN' then 'routine' end,
		'code', fhir_concept(fhir_system('service'), 'TEAM_INTAKE'),
		'orderDetail', (select jsonb_agg(fhir_concept(fhir_system('referral-part'), p)) from jsonb_array_elements_text(r -> 'parts') p),
		-- who sees the status alone is not told whom it is about
		'subject', coalesce(fhir_reference('Patient', r ->> 'patient_id'), fhir_masked()),
		'authoredOn', coalesce(r ->> 'sent_at', r ->> 'created_at'),
		'requester', coalesce(fhir_reference('Practitioner', r #>> '{author,staff_id}'), fhir_organization(r -> 'sent_by_unit')),
		-- until it is sent nobody is responsible: the team is who would be asked
		'performer', case when r -> 'responsible_unit' ? 'id' then json_build_array(fhir_organization(r -> 'responsible_unit'))
			when r -> 'receiving_unit' ? 'id' then json_build_array(fhir_organization(r -> 'receiving_unit')) end,
		'reasonCode', case when r ? 'reason' then json_build_array(json_build_object('text', r ->> 'reason')) end,
		'supportingInfo', case when r ? 'consent_id' then json_build_array(fhir_reference('Consent', r ->> 'consent_id')) end));
end $$;

create function fhir_measure(m jsonb, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'ServiceRequest', 'id', m ->> 'id',
		'meta', fhir_meta((m ->> 'version')::int, at, null, fhir_is_subset(m)),
		'extension', json_build_array(fhir_native_state('measure-state', m ->> 'status')),
		'identifier', case when m #>> '{legal_decision,reference}' is not null then json_build_array(json_build_object(
			'system', fhir_naming('decision'), 'value', m #>> '{legal_decision,reference}')) end,
		'basedOn', case when m ? 'plan_id' then json_build_array(fhir_reference('CarePlan', m ->> 'plan_id')) end,
		-- one that nobody has accepted is no promise
		'status', case m ->> 'status' when 'PROPOSED' then 'draft' when 'ON_HOLD' then 'on-hold' when 'COMPLETED' then 'completed'
			when 'ACCEPTED' then 'active' when 'IN_PROGRESS' then 'active' else 'revoked' end,
		'intent', 'plan', 'category', json_build_array(fhir_concept(fhir_system('request-category'), 'MEASURE')),
		'code', json_build_object('coding', fhir_list(fhir_coding(fhir_system('life-domain'), m ->> 'domain')), 'text', m ->> 'title'),
		'subject', fhir_reference('Patient', m ->> 'patient_id'),
		'occurrencePeriod', fhir_period(m ->> 'start_on', m ->> 'end_on'),
		'authoredOn', m ->> 'proposed_at',
		'requester', coalesce(fhir_reference('Practitioner', m ->> 'proposed_by'),
			fhir_reference('Organization', m ->> 'proposed_by_agency_id')),
		'performer', fhir_list(fhir_organization(m -> 'responsible_unit'), fhir_reference('Practitioner', m ->> 'responsible_staff_id')),
		'supportingInfo', (select jsonb_agg(fhir_reference('Goal', g)) from jsonb_array_elements_text(m -> 'goal_ids') g),
		'note', case when m ? 'how' then json_build_array(json_build_object('text', m ->> 'how')) end));
end $$;

create function fhir_referral_seen(thing uuid) returns setof fhir_thing language sql as $$
	select r.id, case when referral_standing(r) <> 'STATUS' then r.patient_id end,
		fhir_referral(referral_json(r), case when referral_standing(r) <> 'STATUS' then r.updated_at end), r.version,
		case when referral_standing(r) <> 'STATUS' then r.updated_at end
	from referral_seen(thing) r
$$;

create function fhir_measure_seen(thing uuid) returns setof fhir_thing language sql as $$
	select m.id, m.patient_id, fhir_measure(measure_json(m, measure_projection(m)), m.updated_at), m.version, m.updated_at
	from measure_seen(thing) m
$$;

-- Those of one person are found by row security, and each is read singly: a measure decides by itself whether the caller
-- takes part in its plan.
create function fhir_referral_ids(person uuid) returns setof uuid language sql stable as $$
	select r.id from referral r where r.patient_id = person and referral_standing(r) <> 'STATUS' $$;
create function fhir_measure_ids(person uuid) returns setof uuid language sql stable as $$
	select m.id from measure m where m.patient_id = person $$;
select fhir_add_source('ServiceRequest', '{referrals}', 'HEALTH_SUMMARY', 'fhir_referral_seen', 'fhir_referral_ids', true),
	fhir_add_source('ServiceRequest', '{plan-measures}', 'MEASURES', 'fhir_measure_seen', 'fhir_measure_ids', true);

-- Task --------------------------------------------------------------------------------------------------------
-- What a task is about, where that is a type of this face.
create function fhir_focus(entity text, thing text) returns json language plpgsql stable as $$
begin
	return case when entity in ('referral', 'measure', 'plan', 'enrolment', 'admission', 'contact') then fhir_reference(
		case entity when 'referral' then 'ServiceRequest' when 'measure' then 'ServiceRequest' when 'plan' then 'CarePlan'
			when 'enrolment' then 'EpisodeOfCare' else 'Encounter' end, thing) end;
end $$;

-- Of the row, with what task_json() tells of it (a test compares them).
create function fhir_task(t task) returns jsonb language plpgsql stable as $$
begin
	return concat('{"resourceType":"Task","id":"', t.id, '"', fhir_say_meta(t.version, t.updated_at, false),
		fhir_say('status', case t.state when 'DONE' then 'completed' when 'CANCELLED' then 'cancelled' else 'requested' end),
		',"statusReason":{"text":' || to_json(t.closing_note)::text || '}',
		fhir_say_concept('businessStatus', fhir_system('task-state'), t.state), ',"intent":"order"',
		fhir_say_concept('code', fhir_system('task'), t.kind), ',"description":', to_json(t.title),
		',"focus":' || fhir_focus(t.entity, t.entity_id::text)::text, fhir_say_reference('for', 'Patient', t.patient_id),
		',"authoredOn":', to_json(t.created_at), ',"lastModified":', to_json(t.updated_at),
		fhir_say_reference('requester', 'Practitioner', t.created_by),
		case when t.assignee_staff_id is not null then fhir_say_reference('owner', 'Practitioner', t.assignee_staff_id)
			else fhir_say_reference('owner', 'Organization', coalesce(t.unit_id, t.agency_id)) end,
		',"note":[{"text":' || to_json(t.note)::text || '}]', ',"restriction":{"period":{"end":' || to_json(t.due_at)::text || '}}',
		'}')::jsonb;
end $$;

-- Until it is accepted the sender stays responsible: the receiver is who is asked.
create function fhir_handover(h jsonb, at timestamptz, patient uuid) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Task', 'id', h ->> 'id',
		'meta', fhir_meta((h ->> 'version')::int, at),
		'status', case h ->> 'status' when 'OFFERED' then 'requested' when 'ACCEPTED' then 'accepted'
			when 'REJECTED' then 'rejected' else 'cancelled' end,
		'statusReason', case when h ? 'decision_reason' then json_build_object('text', h ->> 'decision_reason') end,
		'businessStatus', fhir_concept(fhir_system('handover-state'), h ->> 'status'), 'intent', 'order',
		'code', fhir_concept(fhir_system('task'), 'HANDOVER'), 'description', h ->> 'reason',
		'focus', fhir_focus(case h ->> 'entity' when 'referrals' then 'referral' when 'measures' then 'measure'
			when 'enrolments' then 'enrolment' end, h ->> 'entity_id'),
		'for', fhir_reference('Patient', patient::text), 'authoredOn', h ->> 'offered_at', 'lastModified', h ->> 'updated_at',
		'requester', fhir_organization(h -> 'from_unit'), 'owner', fhir_organization(h -> 'to_unit'),
		'reasonCode', fhir_concept(fhir_system('legal-basis'), h ->> 'legal_basis'),
		'restriction', json_build_object('period', fhir_period(null, h ->> 'due_at'))));
end $$;

create function fhir_made(t task) returns setof fhir_thing language sql stable as $$
	select t.id, t.patient_id, fhir_task(t), t.version, t.updated_at $$;
create function fhir_made(h handover) returns setof fhir_thing language sql stable as $$
	select h.id, h.patient_id, fhir_handover(handover_json(h), h.updated_at, h.patient_id), h.version, h.updated_at $$;

-- Row security says whose tasks and handovers they are; there is no person to admit.
create function fhir_task_seen(thing uuid) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select m.* from task t cross join lateral fhir_made(t) m where t.id = thing;
end $$;
create function fhir_handover_seen(thing uuid) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select m.* from handover h cross join lateral fhir_made(h) m where h.id = thing;
end $$;

-- The owners that a search names: {unit or agency, …} or {staff, …} of its first group, any of which it may be. Several
-- groups, of which each must hold, are rare and left to fhir_is_owner().
create function fhir_owners(asked jsonb, of_type text) returns uuid[] language plpgsql immutable as $$
begin
	return array(select (v ->> 'id')::uuid from jsonb_array_elements(asked #> '{where,owner,groups,0,any}') v
		where v ? 'id' and coalesce(v ->> 'type', of_type) = of_type);
end $$;
create function fhir_is_owner(asked jsonb, unit uuid, agency uuid, staff uuid) returns boolean language plpgsql stable as $$
begin
	return not exists (select from jsonb_array_elements(asked #> '{where,owner,groups}') g
		where not exists (select from jsonb_array_elements(g -> 'any') v
			where case v ->> 'type' when 'Organization' then (v ->> 'id')::uuid in (unit, agency)
				when 'Practitioner' then (v ->> 'id')::uuid = staff else (v ->> 'id')::uuid in (unit, agency, staff) end));
end $$;

create function fhir_tasks(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
declare
	anyones boolean := asked #> '{where,owner}' is null;
	several boolean := jsonb_array_length(asked #> '{where,owner,groups}') > 1;
	organizations uuid[] := fhir_owners(asked, 'Organization');
	staff uuid[] := fhir_owners(asked, 'Practitioner');
begin
	return query select m.* from task t cross join lateral fhir_made(t) m
		where (t.agency_id = app_agency_id() or t.patient_id = app_citizen_id()) and (person is null or t.patient_id = person)
			and (anyones or t.unit_id = any (organizations) or t.agency_id = any (organizations) or t.assignee_staff_id = any (staff))
			and case when several then fhir_is_owner(asked, t.unit_id, t.agency_id, t.assignee_staff_id) else true end
			and (asked ->> 'after' is null or t.id > (asked ->> 'after')::uuid)
		order by t.id limit (asked ->> 'most')::int;
end $$;
create function fhir_handovers(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select m.* from handover h cross join lateral fhir_made(h) m
		where (app_agency_id() in (h.from_agency_id, h.to_agency_id) or h.patient_id = app_citizen_id())
			and (person is null or h.patient_id = person)
			and (asked #> '{where,owner}' is null or fhir_is_owner(asked, h.to_unit_id, h.to_agency_id, null))
			and (asked ->> 'after' is null or h.id > (asked ->> 'after')::uuid)
		order by h.id limit (asked ->> 'most')::int;
end $$;
select fhir_add_source('Task', '{tasks}', null, 'fhir_task_seen', 'fhir_tasks', is_gated => false),
	fhir_add_source('Task', '{handovers}', null, 'fhir_handover_seen', 'fhir_handovers', is_gated => false);

-- migrate:down
drop function if exists fhir_criterion, fhir_referral, fhir_measure, fhir_referral_seen, fhir_measure_seen, fhir_referral_ids, fhir_measure_ids,
	fhir_focus, fhir_task, fhir_handover, fhir_made(task), fhir_made(handover), fhir_task_seen, fhir_handover_seen, fhir_owners, fhir_is_owner,
	fhir_tasks, fhir_handovers cascade;
