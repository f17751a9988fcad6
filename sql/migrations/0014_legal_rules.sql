-- migrate:up
-- Rules of emergency access, consents and objections, and how log and municipalities are shown.

-- Emergency access ---------------------------------------------------------------------------------------
create function emergency_person(person uuid, number_seal text) returns uuid language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select id from patient where id = coalesce(citizen_patient(number_seal), person)
$$;

-- Tells the patient, and gives the privacy officer the review: for nobody else's eyes in the agency, since
-- a task with a person's id tells that the person is known here.
create function tell_of_emergency(access_id uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	e emergency_access;
begin
	select * into e from emergency_access where id = access_id;
	perform add_task('EMERGENCY_REVIEW', 'Kontroller bruk av nødtilgang', null, null, e.agency_id, e.review_due_at,
		'emergency_access', e.id);
	perform add_task('EMERGENCY_NOTICE', 'Opplysningene dine er åpnet i en nødsituasjon', e.patient_id, null, e.agency_id,
		null, 'emergency_access', e.id);
	update task set for_role = 'PV' where entity = 'emergency_access' and entity_id = e.id;
end $$;

create function open_emergency(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := emergency_person((body ->> 'patient_id')::uuid, body ->> 'national_id');
	opener staff;
	override boolean := coalesce((body ->> 'override_objection')::boolean, false);
begin
	select * into opener from staff where id = app_staff_id();
	perform raise_unless(case app_role() when 'TM' then opener.hpr_number is not null
		when 'MH' then opener.is_health_personnel else true end, 403, 'forbidden');
	-- everything else first: only an opening that is logged and reviewed tells that somebody is known
	perform raise_unless(not override or length(body ->> 'necessity') >= 20, 422, 'invalid_value',
		fault('/necessity', 'required', 'is required, with at least 20 characters, to pass an objection'));
	perform raise_unless(person is not null, 422, 'unknown_reference', fault(
		case when body ? 'national_id' then '/national_id' else '/patient_id' end, 'reference', 'is nobody known here'));
	insert into emergency_access (id, patient_id, staff_id, agency_id, role, reason, override_objection, necessity,
		expires_at, review_due_at, patient_notified_at)
	values (new_id, person, app_staff_id(), app_agency_id(), app_role(), body ->> 'reason', override,
		body ->> 'necessity', clock_now() + interval '60 minutes', clock_now() + interval '7 days', clock_now());
	perform tell_of_emergency(new_id);
	perform show(person), set_config('app.basis', 'EMERGENCY', true), set_config('app.emergency_id', new_id::text, true),
		set_config('app.overridden', override::text, true);
	return new_id;
end $$;

-- An access that was not closed by review is over when its time is.
create function emergency_state(e emergency_access) returns text language sql stable as $$
	select case when (e).state = 'ACTIVE' and (e).expires_at <= clock_now() then 'EXPIRED' else (e).state end
$$;

-- Consents -------------------------------------------------------------------------------------------------
create function consent_state(c consent) returns text language sql stable as $$
	select case when (c).state = 'GRANTED' and (c).valid_to <= clock_now() then 'EXPIRED'
		when (c).state = 'REQUESTED' and (c).created_at <= clock_now() - interval '30 days' then 'EXPIRED'
		else (c).state end
$$;

-- The content of a request: never backdated, a year at most (domain.md §4.6).
create function insert_consent(new_id uuid, patient uuid, body jsonb, first_state text, older uuid)
returns uuid language plpgsql as $$
declare
	begins timestamptz := coalesce((body ->> 'valid_from')::timestamptz, clock_now());
	ends timestamptz := coalesce((body ->> 'valid_to')::timestamptz, begins + interval '12 months');
begin
	-- staff ask; the patient answers
	perform raise_unless(older is not null or not app_is_citizen(), 403, 'forbidden');
	perform raise_unless(begins >= clock_now() - interval '1 minute', 422, 'invalid_value',
		fault('/valid_from', 'backdated', 'must not be before now'));
	perform raise_unless(ends > begins and ends <= begins + interval '12 months', 422, 'invalid_value',
		fault('/valid_to', 'range', 'must be after valid_from and at most twelve months later'));
	perform raise_unless(not exists (select 1 from jsonb_array_elements_text(coalesce(body -> 'to_agencies', '[]')
			|| coalesce(body -> 'from_agencies', '[]')) t where not exists (select 1 from agency a where a.id = t::uuid)),
		422, 'unknown_reference', fault('/to_agencies', 'reference', 'names an agency that is not known here'));
	perform raise_unless(body ->> 'to_relation_id' is null or exists (select 1 from patient_relation r
			where r.id = (body ->> 'to_relation_id')::uuid and r.patient_id = insert_consent.patient),
		422, 'unknown_reference', fault('/to_relation_id', 'reference', 'is no relation of this patient'));
	insert into consent (id, patient_id, owner_agency_id, type, state, from_agencies, to_agencies, to_relation_id,
		data_categories, purpose, explained, valid_from, valid_to, informed_by, supersedes)
	select new_id, patient, coalesce(app_agency_id(), (select c.owner_agency_id from consent c where c.id = older)),
		n.type, first_state, coalesce(n.from_agencies, (select c.from_agencies from consent c where c.id = older),
			array_remove(array[app_agency_id()], null)),
		coalesce(n.to_agencies, '{}'), n.to_relation_id, coalesce(n.data_categories, '{}'), n.purpose, n.explained,
		begins, ends, app_staff_id(), older
	from jsonb_populate_record(null::consent, body) n;
	return new_id;
end $$;

-- What stands against recording a grant; raises.
create function check_consent_grant(c consent, body jsonb) returns void language plpgsql as $$
declare
	able text := coalesce(body ->> 'competence', case when app_role() = 'PT' then 'COMPETENT' end);
	-- citizens speak as who they are
	giver text := case app_role() when 'RE' then 'GUARDIAN' when 'PT' then 'SELF'
		else coalesce(body ->> 'given_by', 'SELF') end;
begin
	perform raise_unless(able is not null, 422, 'missing_fact',
		fault('/competence', 'required', 'must be assessed before a consent is recorded'));
	perform raise_unless(app_is_citizen() or body ->> 'form' is not null, 422, 'missing_fact',
		fault('/form', 'required', 'is required when staff record the patient''s act'));
	if able <> 'COMPETENT' or giver <> 'SELF' then
		perform raise_unless(c.type <> 'RESEARCH', 422, 'invalid_value', fault('/competence', 'research',
			'nobody else can consent to research'));
		perform raise_unless(giver <> 'SELF' and exists (select 1 from patient_relation r where r.patient_id = c.patient_id
			and r.is_legal_representative and r.valid_from <= clock_today()
			and (r.valid_to is null or r.valid_to > clock_today())), 422, 'invalid_value',
			fault('/given_by', 'representative', 'needs a legal representative who is registered and valid now'));
	end if;
	perform raise_unless(app_is_citizen() or body ->> 'document_ref' is not null
			or not (app_agency_id() = any (c.to_agencies)), 422, 'missing_fact',
		fault('/document_ref', 'required', 'is required when the receiving agency records the grant'));
end $$;

-- One step of a consent whose row is locked and whose machine has allowed it.
create function consent_step(consent_id uuid, step text, target text, body jsonb, new_id uuid) returns int
language plpgsql as $$
declare
	c consent;
begin
	select * into c from consent where id = consent_id;
	if step = 'grant' then
		perform check_consent_grant(c, body);
		update consent set state = target, valid_from = greatest(c.valid_from, clock_now()),
			form = coalesce(body ->> 'form', 'DIGITAL'),
			competence = coalesce(body ->> 'competence', 'COMPETENT'),
			competence_assessor = coalesce(body ->> 'competence_assessor', c.competence_assessor),
			given_by = case app_role() when 'RE' then 'GUARDIAN' when 'PT' then 'SELF'
				else coalesce(body ->> 'given_by', 'SELF') end,
			document_ref = body ->> 'document_ref'
		where id = consent_id;
	elsif step in ('withdraw', 'invalidate') then
		update consent set state = target, effects = consent_effects(c) where id = consent_id;
	elsif step = 'supersede' then
		perform insert_consent(new_id, c.patient_id, body -> 'replacement', 'GRANTED', consent_id);
		update consent set form = 'DIGITAL', competence = 'COMPETENT', given_by = 'SELF' where id = new_id;
		update consent set state = target, effects = jsonb_build_array(
			jsonb_build_object('effect', 'REPLACED', 'consent_id', new_id)) where id = consent_id;
	else
		update consent set state = target where id = consent_id;
	end if;
	return (select version from consent where id = consent_id);
end $$;

create function consent_json(c consent) returns json language sql stable as $$
	select json_build_object('id', (c).id, 'version', (c).version, 'patient_id', (c).patient_id,
		'owner_agency_id', (c).owner_agency_id, 'type', (c).type, 'state', consent_state(c),
		'from_agencies', (c).from_agencies, 'to_agencies', (c).to_agencies, 'to_relation_id', (c).to_relation_id,
		'data_categories', (c).data_categories, 'purpose', (c).purpose, 'explained', (c).explained,
		'valid_from', (c).valid_from, 'valid_to', (c).valid_to, 'form', (c).form, 'competence', (c).competence,
		'competence_assessor', (c).competence_assessor, 'given_by', (c).given_by, 'document_ref', (c).document_ref,
		'informed_by', (c).informed_by, 'supersedes', (c).supersedes, 'effects', (c).effects,
		'created_at', (c).created_at, 'updated_at', (c).updated_at)
$$;

-- With the gate o only what the own agency has part in; a relative sees what concerns the own relation.
create function consent_is_mine(c consent) returns boolean language sql stable as $$
	select case when app_role() = 'RE' then
			exists (select 1 from represented() r where r.patient_id = (c).patient_id
				and (r.basis = 'LEGAL_REPRESENTATIVE' or r.relation_id = (c).to_relation_id))
		when app_gate('o') then app_agency_id() = (c).owner_agency_id
			or app_agency_id() = any ((c).to_agencies || (c).from_agencies)
		else true end
$$;

-- How the caller stands to a consent: the person, who represents them by law, or staff who record their act.
create function consent_facts(c consent) returns text[] language sql stable as $$
	select array_remove(array[
		case when app_role() = 'PT' then 'self' end,
		case when app_role() = 'RE' and exists (select 1 from represented() r where r.patient_id = (c).patient_id
			and r.basis = 'LEGAL_REPRESENTATIVE') then 'legal_representative' end,
		case when not app_is_citizen() then 'staff' end,
		case when exists (select 1 from staff s where s.id = app_staff_id() and s.profession = 'LE') then 'doctor' end], null)
$$;

-- Objections ---------------------------------------------------------------------------------------------
-- Scope and target must name something; what they name must exist.
create function objection_is_whole(o objection) returns boolean language plpgsql stable as $$
begin
	perform raise_unless(o.scope <> 'RESOURCE_TYPES' or cardinality(o.resource_types) > 0, 422, 'invalid_value',
		fault('/resource_types', 'required', 'is required for this scope'));
	perform raise_unless(o.scope <> 'ITEMS' or cardinality(o.item_ids) > 0, 422, 'invalid_value',
		fault('/item_ids', 'required', 'is required for this scope'));
	perform raise_unless(case o.against when 'AGENCY' then exists (select 1 from agency a where a.id = o.against_id)
			when 'UNIT' then exists (select 1 from unit u where u.id = o.against_id)
			when 'STAFF' then exists (select 1 from staff s where s.id = o.against_id)
			else cardinality(o.against_roles) > 0 end, 422, 'unknown_reference',
		fault(case o.against when 'ROLE_GROUP' then '/against_roles' else '/against_id' end, 'reference',
			'names nobody who is known here'));
	return true;
end $$;

-- Its reason is between the patient and those who must respect it.
create function objection_json(o objection) returns json language sql stable as $$
	select json_build_object('id', (o).id, 'version', (o).version, 'patient_id', (o).patient_id,
		'registered_by_agency', (o).registered_by_agency, 'scope', (o).scope, 'resource_types', (o).resource_types,
		'item_ids', (o).item_ids, 'against', (o).against, 'against_id', (o).against_id,
		'against_roles', (o).against_roles, 'reason', case when not app_gate('f') then (o).reason end,
		'medical_note', (o).medical_note, 'state', (o).state,
		'created_at', (o).created_at, 'updated_at', (o).updated_at)
$$;

create function objection_is_mine(o objection) returns boolean language sql stable as $$
	select case when app_role() = 'RE' then
			exists (select 1 from represented() r where r.patient_id = (o).patient_id and r.basis = 'LEGAL_REPRESENTATIVE')
		when app_gate('o') then (o).registered_by_agency is not distinct from app_agency_id()
			or (o).against_id = app_agency_id()
		else true end
$$;

create function objection_facts(o objection) returns text[] language sql stable as $$
	select array_remove(array[case when app_role() = 'PT' then 'self' end,
		case when not app_is_citizen() then 'staff' end], null)
$$;

-- Emergency accesses as seen: the patient does not read free text written by staff (domain.md §5.3).
create function emergency_json(e emergency_access) returns json language sql stable as $$
	select json_build_object('id', (e).id, 'version', (e).version, 'patient_id', (e).patient_id,
		'staff_id', (e).staff_id, 'agency_id', (e).agency_id, 'role', (e).role,
		'reason', case when not app_is_citizen() then (e).reason end,
		'override_objection', (e).override_objection,
		'necessity', case when not app_is_citizen() then (e).necessity end,
		'state', emergency_state(e), 'opened_at', (e).opened_at, 'expires_at', (e).expires_at,
		'review_due_at', (e).review_due_at, 'reviewed_by', (e).reviewed_by,
		'review_note', case when not app_is_citizen() then (e).review_note end,
		'patient_notified_at', (e).patient_notified_at,
		'created_at', (e).created_at, 'updated_at', (e).updated_at)
$$;

create function emergency_facts(e emergency_access) returns text[] language sql stable as $$
	select array_remove(array[
		case when may_be_caller((e).staff_id) then 'opened_by_me' end,
		case when (e).agency_id = app_agency_id() then 'same_agency' end], null)
$$;

create function access_log_shown(entry access_log) returns access_log language plpgsql stable as $$
begin
	if app_is_citizen() and entry.resource = 'concern-reports'
			and entry.citizen_id is distinct from app_citizen_id() and concern_sender_acted(entry) then
		entry.name := null; entry.staff_id := null; entry.unit_id := null; entry.agency_id := null;
		entry.hpr_number := null; entry.role := null; entry.purpose := null; entry.basis := null;
	end if;
	return entry;
end $$;

-- One entry of the access log: free text of the token is for the agency alone, and who sent a protected concern
-- report stays hidden from the person it is about.
create function access_log_json(entry access_log) returns json language sql stable as $$
	select json_build_object('id', (l).id::text, 'at', (l).at, 'operation', (l).operation, 'action', (l).action,
		'resource', (l).resource, 'resource_id', (l).resource_id, 'patient_id', (l).patient_id,
		'patient_ids', case when (l).shown_set is not null and not app_is_citizen() and not app_gate('f')
			then access_log_persons(null, (l).shown_set) end,
		'agency_id', (l).agency_id, 'agency_name', (select a.name from agency a where a.id = (l).agency_id),
		'unit_id', (l).unit_id, 'unit_name', (select u.name from unit u where u.id = (l).unit_id),
		'staff_id', (l).staff_id, 'name', (l).name, 'role', (l).role, 'hpr_number', (l).hpr_number,
		'purpose', (l).purpose, 'basis', (l).basis, 'consent_id', (l).consent_id,
		'emergency_id', (l).emergency_id, 'objection_overridden', (l).objection_overridden,
		'reason', case when not app_is_citizen() and not app_gate('f') then (l).reason end,
		'request_id', case when not app_is_citizen() then (l).request_id end,
		'trace_id', case when not app_is_citizen() and not app_gate('f') then (l).trace_id end)
	from access_log_shown(entry) l
$$;

-- Whether an entry is by whom and on what basis a list asks; by what is shown, which hides a protected sender.
create function access_log_holds(l access_log, asked jsonb) returns boolean language plpgsql stable cost 1000 as $$
begin
	l := access_log_shown(l);
	return (asked ->> 'staff_id' is null or l.staff_id = (asked ->> 'staff_id')::uuid)
		and (asked ->> 'basis' is null or l.basis = asked ->> 'basis');
end $$;

-- A page of the log: a citizen's own entries, or the agency's as far as row security shows them, perhaps of one person. Without a
-- person it may end before it is full (access_log_span).
create function access_log_page(person uuid, bounds tstzrange, act access_log_action, asked jsonb, cursor_text text, size_text text,
	out body json, out next text, out noted text) language plpgsql as $$
declare
	about uuid := case when app_is_citizen() then app_citizen_id() else person end;
	after_at timestamptz := cursor_time(cursor_text, 0);
	size int := page_size(size_text);
	reach timestamptz := case when about is null then access_log_reach(bounds * tstzrange(null, after_at)) end;
	entries access_log[];
begin
	entries := array(select e from access_log_newest(about,
		case when person <> about then 'empty' else bounds * tstzrange(reach, null) end, after_at, cursor_number(cursor_text, 1),
		case when act is not null then array[act] end, case when asked <> '{}' then 'access_log_holds'::regproc end, asked, size + 1) e);
	select l.body, coalesce(l.next, case when reach is not null then cursor_make(to_json(reach) #>> '{}', '0') end)
	into body, next from list_page(array(select (access_log_json(e), cursor_at(to_json(e.at) #>> '{}', e.id::text), null)::list_item
		from unnest(entries) e), size_text) l;
	noted := show_all(array(select unnest(access_log_persons(e.patient_id, e.shown_set)) from unnest(entries[:size]) e));
end $$;

-- Municipalities with what came before and after.
create function municipality_json(m municipality) returns json language sql stable as $$
	select json_build_object('number', (m).number, 'name', (m).name, 'valid_from', (m).valid_from,
		'valid_to', (m).valid_to,
		'predecessors', coalesce((select json_agg(s.old_number order by s.old_number) from municipality_succession s
			where s.new_number = (m).number and s.changed_on = (m).valid_from), '[]'),
		'successors', coalesce((select json_agg(s.new_number order by s.new_number) from municipality_succession s
			where s.old_number = (m).number and s.changed_on = (m).valid_to + 1), '[]'))
$$;

-- The current number of an old one: following successions; null when they part (domain.md §8.3).
create function municipality_now(number text, since date) returns text language plpgsql stable as $$
declare
	at text := number;
	day date := since;
	ways int;
	next_number text;
	next_day date;
begin
	loop
		select count(*), min(s.new_number), min(s.changed_on) into ways, next_number, next_day
		from municipality_succession s
		where s.old_number = at and s.changed_on = (select min(n.changed_on) from municipality_succession n
			where n.old_number = at and n.changed_on > day);
		exit when ways = 0;
		if ways > 1 then
			return null;
		end if;
		at := next_number;
		day := next_day;
	end loop;
	return at;
end $$;

-- migrate:down
drop function if exists municipality_now, municipality_json, access_log_page, access_log_holds, access_log_json, access_log_shown, emergency_facts,
	emergency_json, objection_facts, objection_is_mine, objection_json, objection_is_whole, consent_facts,
	consent_is_mine, consent_json, consent_step, check_consent_grant, insert_consent,
	consent_state, emergency_state, open_emergency, tell_of_emergency, emergency_person cascade;
