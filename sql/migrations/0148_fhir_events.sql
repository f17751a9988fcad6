-- migrate:up
-- AuditEvent: the access log over FHIR, of what its native answer shows.

-- An entry's id is a UUIDv7 (RFC 9562, 5.7; method 3 of 6.2 for the microseconds) of its moment and its number: a single
-- one is found by the log's index, and ids are in the log's order.
create function fhir_event_id(at timestamptz, number bigint) returns uuid language sql immutable as $$
	select (lpad(to_hex(us / 1000), 12, '0') || '7' || lpad(to_hex(us % 1000), 3, '0')
		|| to_hex((1::bigint << 63) | number))::uuid
	from (select (extract(epoch from at) * 1000000)::bigint as us) m
$$;
create function fhir_event_at(thing uuid) returns timestamptz language sql immutable as $$
	select 'epoch'::timestamptz + (('x' || substr(h, 1, 12))::bit(48)::bigint * 1000 + ('x' || substr(h, 14, 3))::bit(12)::int)
		* interval '1 microsecond'
	from replace(thing::text, '-', '') h
$$;
create function fhir_event_number(thing uuid) returns bigint language sql immutable as $$
	select ('x' || right(replace(thing::text, '-', ''), 16))::bit(64)::bigint & ((1::bigint << 62) - 1) $$;

-- Between which moments a search by date may find something: what the log's indexes are asked for. `fhir_holds_date`
-- decides; a choice of several dates bounds nothing.
create function fhir_bounds(asked jsonb) returns tstzrange language plpgsql stable as $$
declare
	bounds tstzrange := '(,)';
	one jsonb;
	low timestamptz;
begin
	for one in select g #> '{any,0}' from jsonb_array_elements(asked) g where jsonb_array_length(g -> 'any') = 1 loop
		low := case when (one ->> 'zoned')::boolean then (one ->> 'from')::timestamptz
			else (one ->> 'from')::timestamp at time zone 'Europe/Oslo' end;
		if one ->> 'prefix' not in ('ne', 'lt', 'le', 'eb') then
			bounds := bounds * tstzrange(low, null);
		end if;
		-- a day more: where the clocks change, a span is not what it was
		if one ->> 'prefix' not in ('ne', 'gt', 'ge', 'sa') then
			bounds := bounds * tstzrange(null, low + (one ->> 'span')::interval + interval '1 day');
		end if;
	end loop;
	return bounds;
end $$;

-- About whom a search of the log is: for a citizen the own person or whom the caller represents, after the gate; for staff
-- whom they name. Null: nobody in particular.
create function fhir_event_about(person uuid, by_id boolean) returns uuid language plpgsql as $$
declare
	refusal text;
begin
	if not app_is_citizen() or person = app_citizen_id() then
		return person;
	elsif person is null then
		return case when not by_id then app_citizen_id() end;
	end if;
	refusal := gate_refusal(person, 'access-log', null, false);
	perform raise_unless(refusal is null or refusal = 'not_found', 403, refusal);
	return case when refusal is null then person else '00000000-0000-0000-0000-000000000000' end;
end $$;

-- One entry as the caller may see it: staff as it is, citizens as it is about the own person or about whom they represent.
create function fhir_event_seen(thing uuid) returns setof access_log language plpgsql as $$
declare
	moment timestamptz := fhir_event_at(thing);
	person uuid;
begin
	if not app_is_citizen() then
		return query select l.* from access_log l
			where l.agency_id = app_agency_id() and l.at = moment and l.id = fhir_event_number(thing);
		return;
	end if;
	for person in select app_citizen_id() union all select r.patient_id from represented() r where r.basis = 'LEGAL_REPRESENTATIVE' loop
		continue when person is distinct from app_citizen_id() and gate_refusal(person, 'access-log', null, false) is not null;
		return query select r.* from access_log l cross join lateral access_log_about(l, person) r
			where l.at = moment and l.id = fhir_event_number(thing)
				and (l.patient_id = person or l.shown_set = any (access_log_sets_of(person)));
		exit when found;
	end loop;
end $$;

-- FHIR's one letter and its name of the interaction; the native act stands beside them.
create function fhir_event_action(act text) returns text language sql immutable as $$
	select case act when 'READ' then 'R' when 'SEARCH' then 'E' when 'CREATE' then 'C' when 'UPDATE' then 'U' when 'EXPORT' then 'R'
		when 'DISCLOSE' then 'R' end $$;
create function fhir_event_interaction(act text) returns text language sql immutable as $$
	select case act when 'READ' then 'read' when 'SEARCH' then 'search-type' when 'CREATE' then 'create'
		when 'UPDATE' then 'update' end $$;
create function fhir_event_outcome(act text) returns text language sql immutable as $$
	select case act when 'DENIED' then '4' else '0' end $$;

-- Who did it, for which agency, from which unit; who is hidden from the person is masked.
create function fhir_event_agents(l jsonb) returns json language sql stable as $$
	select fhir_list(
		json_build_object('who', coalesce(case when l ->> 'staff_id' is not null or l ->> 'name' is not null then
				json_build_object('reference', 'Practitioner/' || (l ->> 'staff_id'), 'display', l ->> 'name', 'identifier',
					case when l ->> 'hpr_number' is not null then json_build_object('system', 'urn:oid:2.16.578.1.12.4.1.4.4',
						'value', l ->> 'hpr_number') end) end, fhir_masked()),
			'role', case when l ->> 'role' is not null then json_build_array(fhir_concept(fhir_system('role'), l ->> 'role')) end,
			'requestor', true),
		case when l ->> 'agency_id' is not null then json_build_object('requestor', false, 'who', json_build_object(
			'reference', 'Organization/' || (l ->> 'agency_id'), 'display', l ->> 'agency_name')) end,
		case when l ->> 'unit_id' is not null then json_build_object('requestor', false, 'who', json_build_object(
			'reference', 'Organization/' || (l ->> 'unit_id'), 'display', l ->> 'unit_name')) end)
$$;

-- What was shown, whom, and on which decision the access stood.
create function fhir_event_entities(l jsonb) returns jsonb language sql stable as $$
	select jsonb_agg(e order by n) from (
		select 0 as n, jsonb_build_object('type', fhir_coding(fhir_system('resource'), l ->> 'resource'), 'what',
			case when l ->> 'resource_id' is not null then json_build_object('identifier', json_build_object('system',
				fhir_naming('id'), 'value', l ->> 'resource_id')) end, 'detail',
			case when l ->> 'request_id' is not null then json_build_array(json_build_object('type', 'request_id',
				'valueString', l ->> 'request_id')) end) as e
		where l ->> 'resource' is not null
		union all select 1, jsonb_build_object('what', fhir_reference('Patient', p),
			'type', fhir_coding('http://terminology.hl7.org/CodeSystem/audit-entity-type', '1'),
			'role', fhir_coding('http://terminology.hl7.org/CodeSystem/object-role', '1'))
		from (select l ->> 'patient_id' where l ->> 'patient_id' is not null
			union all select jsonb_array_elements_text(case when jsonb_typeof(l -> 'patient_ids') = 'array' then l -> 'patient_ids' end)) s (p)
		union all select 2, jsonb_build_object('what', fhir_reference('Consent', l ->> 'consent_id')) where l ->> 'consent_id' is not null
		union all select 3, jsonb_build_object('what', json_build_object('identifier', json_build_object('system', fhir_naming('id'),
				'value', l ->> 'emergency_id')), 'type', fhir_coding(fhir_system('resource'), 'emergency-accesses'))
		where l ->> 'emergency_id' is not null) x
$$;

create function fhir_event(l jsonb, thing uuid, at timestamptz) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'AuditEvent', 'id', thing, 'meta', fhir_meta(1, at),
		-- of the Trust framework's draft; its profile is not claimed
		'extension', case when l ->> 'patient_id' is not null then json_build_array(json_build_object('url',
			'http://hl7.no/fhir/StructureDefinition/auditevent-patient-extension',
			'valueReference', fhir_reference('Patient', l ->> 'patient_id'))) end,
		'type', fhir_coding('http://terminology.hl7.org/CodeSystem/audit-event-type', 'rest'),
		'subtype', fhir_list(fhir_coding('http://hl7.org/fhir/restful-interaction', fhir_event_interaction(l ->> 'action')),
			fhir_coding(fhir_system('access-action'), l ->> 'action'), fhir_coding(fhir_system('operation'), l ->> 'operation')),
		'action', fhir_event_action(l ->> 'action'), 'recorded', fhir_instant(at), 'outcome', fhir_event_outcome(l ->> 'action'),
		'outcomeDesc', l ->> 'reason',
		'purposeOfEvent', fhir_list(fhir_concept(case when l ->> 'purpose' in ('TREAT', 'ETREAT', 'COC', 'BTG', 'PUBHLTH') then
				'http://terminology.hl7.org/CodeSystem/v3-ActReason' else fhir_system('purpose') end, l ->> 'purpose'),
			fhir_concept(fhir_system('access-basis'), l ->> 'basis')),
		'agent', fhir_event_agents(l),
		'source', '{"observer": {"display": "Samhandling"}, "type": [{"system":
			"http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}]}'::json,
		'entity', fhir_event_entities(l)))
$$;

create function fhir_event_thing(l access_log) returns fhir_thing language sql stable as $$
	select row(i.id, (l).patient_id, fhir_event(access_log_json(l)::jsonb, i.id, (l).at), 1, (l).at)::fhir_thing
	from (select fhir_event_id((l).at, (l).id) as id) i
$$;

-- What a search asks of an entry beside the person and the page; by what is shown, which hides a protected sender.
create function fhir_event_holds(l access_log, dates jsonb, updated jsonb, actions jsonb, outcomes jsonb, subtypes jsonb, agents jsonb)
returns boolean language sql stable as $$
	-- the moment is as exact as the resource says it
	select fhir_holds_date(dates, date_trunc('milliseconds', (l).at), date_trunc('milliseconds', (l).at))
		and fhir_holds_date(updated, date_trunc('milliseconds', (l).at), date_trunc('milliseconds', (l).at))
		and fhir_holds_token(actions, null, fhir_event_action((l).action::text))
		and fhir_holds_token(outcomes, null, fhir_event_outcome((l).action::text))
		and (subtypes is null or fhir_holds_token(subtypes, fhir_system('access-action'), (l).action::text)
			or fhir_holds_token(subtypes, fhir_system('operation'), (l).operation)
			or fhir_holds_token(subtypes, 'http://hl7.org/fhir/restful-interaction', fhir_event_interaction((l).action::text)))
		and (agents is null or (select fhir_holds_reference(agents, 'Practitioner', s.staff_id)
			or fhir_holds_reference(agents, 'Organization', s.agency_id) or fhir_holds_reference(agents, 'Organization', s.unit_id)
			from access_log_shown(l) s))
$$;

-- migrate:down
drop function if exists fhir_event_id, fhir_event_at, fhir_event_number, fhir_bounds, fhir_event_about, fhir_event_seen, fhir_event_action,
	fhir_event_interaction, fhir_event_outcome, fhir_event_agents, fhir_event_entities, fhir_event, fhir_event_thing, fhir_event_holds cascade;
