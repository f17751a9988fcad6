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
	is_zoned boolean;
begin
	for one in select g #> '{any,0}' from jsonb_array_elements(asked) g where jsonb_array_length(g -> 'any') = 1 loop
		is_zoned := coalesce((one ->> 'zoned')::boolean, false);
		if one ->> 'prefix' not in ('ne', 'lt', 'le', 'eb') then
			bounds := bounds * tstzrange(case when is_zoned then (one ->> 'from')::timestamptz
				else (one ->> 'from')::timestamp at time zone 'Europe/Oslo' end, null);
		end if;
		-- a millisecond more: what is searched is as exact as that
		if one ->> 'prefix' not in ('ne', 'gt', 'ge', 'sa') then
			bounds := bounds * tstzrange(null, interval '1 millisecond'
				+ case when is_zoned then (one ->> 'from')::timestamptz + (one ->> 'span')::interval
				else ((one ->> 'from')::timestamp + (one ->> 'span')::interval) at time zone 'Europe/Oslo' end);
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
create function fhir_event_agents(l jsonb) returns json language plpgsql stable as $$
begin
	return fhir_list(
		json_build_object('who', coalesce(case when l ->> 'staff_id' is not null or l ->> 'name' is not null then
				json_build_object('reference', 'Practitioner/' || (l ->> 'staff_id'), 'display', l ->> 'name', 'identifier',
					case when l ->> 'hpr_number' is not null then json_build_object('system', 'urn:oid:2.16.578.1.12.4.1.4.4',
						'value', l ->> 'hpr_number') end) end, fhir_masked()),
			'role', case when l ->> 'role' is not null then json_build_array(fhir_concept(fhir_system('role'), l ->> 'role')) end,
			'requestor', true),
		case when l ->> 'agency_id' is not null then json_build_object('requestor', false, 'who', json_build_object(
			'reference', 'Organization/' || (l ->> 'agency_id'), 'display', l ->> 'agency_name')) end,
		case when l ->> 'unit_id' is not null then json_build_object('requestor', false, 'who', json_build_object(
			'reference', 'Organization/' || (l ->> 'unit_id'), 'display', l ->> 'unit_name')) end);
end $$;

-- What was shown, whom, and on which decision the access stood.
create function fhir_event_entities(l jsonb) returns jsonb language plpgsql stable as $$
begin
	return (select jsonb_agg(e order by n) from (
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
		where l ->> 'emergency_id' is not null) x);
end $$;

create function fhir_event(l jsonb, thing uuid, at timestamptz) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'AuditEvent', 'id', thing, 'meta', fhir_meta(1, at),
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
		'entity', fhir_event_entities(l)));
end $$;

create function fhir_event_thing(l access_log) returns fhir_thing language plpgsql stable as $$
declare
	id uuid := fhir_event_id(l.at, l.id);
begin
	return row(id, l.patient_id, fhir_event(access_log_json(l)::jsonb, id, l.at), 1, l.at)::fhir_thing;
end $$;

-- The acts that FHIR's letter and outcome leave.
create function fhir_event_acts(asked jsonb) returns access_log_action[] language sql stable as $$
	select array(select a from unnest(enum_range(null::access_log_action)) a
		where fhir_holds_token(asked #> '{action,groups}', null, fhir_event_action(a::text))
			and fhir_holds_token(asked #> '{outcome,groups}', null, fhir_event_outcome(a::text)))
$$;

-- What else a search asks of an entry beside the person and the page; by what is shown, which hides a protected sender.
-- Only what is asked is looked at, since it is of thousands.
create function fhir_event_holds(l access_log, asked jsonb) returns boolean language plpgsql stable cost 1000 as $$
declare
	-- as exact as the resource says it
	at timestamptz := date_trunc('milliseconds', l.at);
begin
	return (not asked ? 'date' or fhir_holds_date(asked #> '{date,groups}', at, at))
		and (not asked ? '_lastUpdated' or fhir_holds_date(asked #> '{_lastUpdated,groups}', at, at))
		and (not asked ? 'subtype' or fhir_holds_token(asked #> '{subtype,groups}', fhir_system('access-action'), l.action::text)
			or fhir_holds_token(asked #> '{subtype,groups}', fhir_system('operation'), l.operation)
			or fhir_holds_token(asked #> '{subtype,groups}', 'http://hl7.org/fhir/restful-interaction', fhir_event_interaction(l.action::text)))
		and (not asked ? 'agent' or fhir_event_is_by(access_log_shown(l), asked #> '{agent,groups}'));
end $$;

create function fhir_event_is_by(l access_log, agents jsonb) returns boolean language plpgsql stable as $$
begin
	return fhir_holds_reference(agents, 'Practitioner', l.staff_id) or fhir_holds_reference(agents, 'Organization', l.agency_id)
		or fhir_holds_reference(agents, 'Organization', l.unit_id);
end $$;

-- Entries, the newest first: those that are named, those about one person, or the agency's. What is null asks nothing; `after` is
-- the last entry of the page before.
create function fhir_events(ids uuid[], about uuid, bounds tstzrange, asked jsonb, after uuid, most int) returns setof access_log
language plpgsql stable as $$
declare
	after_at timestamptz := fhir_event_at(after);
	after_id bigint := fhir_event_number(after);
	acts access_log_action[] := fhir_event_acts(asked);
begin
	if ids is null then
		return query select e.* from access_log_newest(about, bounds, after_at, after_id, acts,
			case when asked ?| '{date,_lastUpdated,subtype,agent}' then 'fhir_event_holds'::regproc end, asked, most) e;
		return;
	end if;
	return query select r.* from unnest(ids) i (id) cross join lateral fhir_event_seen(i.id) l cross join lateral access_log_about(l, about) r
		where (about is null or about = any (access_log_persons(l.patient_id, l.shown_set))) and l.at <@ bounds
			and (after is null or (l.at, l.id) < (after_at, after_id)) and l.action = any (acts) and fhir_event_holds(r, asked)
		order by l.at desc, l.id desc limit most;
end $$;

create function fhir_event_search(asked jsonb) returns fhir_found_page language plpgsql as $$
declare
	wanted jsonb := asked -> 'where';
	ids uuid[] := fhir_ids(wanted #> '{_id,groups}');
	about uuid := fhir_event_about(fhir_named((asked ->> 'patient')::uuid, asked ->> 'patient_identifier'), ids is not null);
	bounds tstzrange := fhir_bounds(wanted #> '{date,groups}') * fhir_bounds(wanted #> '{_lastUpdated,groups}');
	after uuid := cursor_uuid(asked ->> '_page', 1);
	is_counted boolean := coalesce(asked ->> '_total' in ('accurate', 'estimate'), false);
	is_wide boolean := ids is null and about is null;
	size int := page_size(asked ->> '_count');
	reach timestamptz := case when is_wide then access_log_reach(case when is_counted then bounds
		else bounds * tstzrange(null, fhir_event_at(after)) end) end;
	found_entries access_log[];
	page fhir_found_page;
begin
	-- whether there are so many is for who sees them all
	perform raise_unless(not (is_counted and is_wide) or app_role() = 'PV', 422, 'invalid_parameter',
			fault('/query/_total', 'too_costly', 'the log of an agency is counted for its privacy officer alone: say about whom')),
		raise_unless(reach is null or not is_counted, 422, 'invalid_parameter',
			fault('/query/_total', 'too_costly', 'so many entries are not counted: give a time, or say about whom'));
	found_entries := array(select e from fhir_events(ids, about, bounds * tstzrange(reach, null), wanted, after, size + 1) e);
	page := fhir_page(asked, array(select fhir_event_thing(e) from unnest(found_entries) e));
	page.next := coalesce(page.next, case when reach is not null then cursor_make('', fhir_event_id(reach, 0)::text) end);
	page.total := case when is_counted then (select count(*) from fhir_events(ids, about, bounds, wanted, null, null)) end;
	page.noted := show_all(array(select unnest(access_log_persons(e.patient_id, e.shown_set)) from unnest(found_entries[:size]) e));
	return page;
end $$;

-- migrate:down
drop function if exists fhir_event_id, fhir_event_at, fhir_event_number, fhir_bounds, fhir_event_about, fhir_event_seen, fhir_event_action,
	fhir_event_interaction, fhir_event_outcome, fhir_event_agents, fhir_event_entities, fhir_event, fhir_event_thing, fhir_event_acts, fhir_event_holds, fhir_event_is_by, fhir_events,
	fhir_event_search cascade;
