-- migrate:up
-- What is told of a deviation to whom, how one is registered, and what its steps demand.

-- The caller's cell: of what is about a person, or of what is not. Those who have only the second see the first without the person.
create function deviation_cell(d deviation) returns jsonb language plpgsql stable as $$
begin
	return coalesce(case when (d).pseudonym is not null then cell_of('deviations') end, cell_of('system-deviations'));
end $$;

create function deviation_is_handled_here(d deviation) returns boolean language plpgsql stable as $$
begin
	return coalesce((d).owner_agency_id = app_agency_id() or (d).unit_id = any (app_unit_ids()), false);
end $$;

-- FULL, LIMITED (no judgement of harm and cause), FEEDBACK (what the person said, and what came of it) or LEARNING.
create function deviation_view(d deviation) returns text language plpgsql stable as $$
begin
	return case when app_is_citizen() then 'FEEDBACK'
			when not deviation_is_handled_here(d) and app_agency_id() is distinct from (d).reporter_agency_id
				and app_agency_id() is distinct from (d).counterpart_agency_id
				and app_staff_id() <> all (deviation_action_owners((d).corrective_actions)) then 'LEARNING'
			when strpos(deviation_cell(d) ->> 'gates', 'f') > 0 then 'LIMITED' else 'FULL' end;
end $$;

-- Who is not told all is told of no change but the state's.
create function deviation_is_told_in_part(thing uuid) returns boolean language sql stable as $$
	select coalesce((select deviation_view(d) <> 'FULL' from deviation d where d.id = $1), false) $$;
insert into status_view (is_status) values ('deviation_is_told_in_part');

create function deviation_patient(deviation uuid) returns uuid language plpgsql stable as $$
begin
	return (select l.patient_id from deviation_person l where l.deviation_id = $1);
end $$;

-- What the law asks to be told of it, by when, and whether it is done.
create function deviation_duties(d deviation) returns table (code text, kind text, authorities text[], due_at timestamptz, met boolean)
language plpgsql stable as $$
begin
	return query select r.code, r.kind, r.authorities, deadline_at(r.code, (d).created_at),
			not exists (select 1 from unnest(r.authorities) a (name) where not exists (select 1 from jsonb_array_elements((d).notices) n
				where n ->> 'authority' = a.name and n ->> 'kind' in (r.kind, 'NOT_REQUIRED')))
		from deviation_duty_rule r
		where (d).state not in ('REGISTERED', 'REJECTED', 'MERGED')
			and case r.applies_to when 'PRIVACY' then (d).type = 'PRIVACY' else (d).harm >= 3 and (d).unexpected end;
end $$;

-- What happened, as whoever registered it told it.
create function deviation_told(d deviation, person uuid) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object('patient_id', person,
			'patient_pseudonym', case when not app_is_citizen() then (d).pseudonym end, 'unit', unit_brief((d).unit_id),
			'what_happened', (d).what_happened, 'occurred_at', (d).occurred_at, 'place', (d).place,
			'immediate_action', (d).immediate_action, 'routine_ids', (d).routine_ids, 'reason', (d).reason,
			'external_ref', case when (d).external_id is not null then jsonb_build_object('system', (d).external_system, 'id', (d).external_id) end);
end $$;

-- How it is handled; with limited fields only the actions that one has to do oneself.
create function deviation_handling(d deviation, all_of_it boolean) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object('reported_by', (d).reported_by, 'reporter_agency_id', (d).reporter_agency_id,
			'involved_agency_ids', (d).involved_agency_ids, 'counterpart', case when (d).counterpart_agency_id is not null then
				jsonb_build_object('agency', agency_brief((d).counterpart_agency_id), 'due_at', (d).counterpart_due_at,
					'answer', (d).counterpart_answer, 'answered_at', (d).counterpart_answered_at) end,
			'corrective_actions', (select coalesce(jsonb_agg(a order by n), '[]') from jsonb_array_elements((d).corrective_actions)
				with ordinality x (a, n) where $2 or a ->> 'owner_staff_id' = app_staff_id()::text),
			'no_action_reason', (d).no_action_reason, 'effect_check_on', (d).effect_check_on, 'shared_with', (d).shared_with,
			'merged_into', (d).merged_into, 'emergency_access_id', (d).emergency_access_id, 'assessed_at', (d).assessed_at,
			'notices', (d).notices, 'duties', (select coalesce(jsonb_agg(jsonb_build_object('code', u.code, 'kind', u.kind,
				'authorities', u.authorities, 'due_at', u.due_at, 'met', u.met) order by u.due_at), '[]') from deviation_duties(d) u));
end $$;

create function deviation_judgement(d deviation) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object('harm', (d).harm, 'harm_reason', (d).harm_reason, 'likelihood', (d).likelihood,
			'unexpected', (d).unexpected, 'cause', (d).cause);
end $$;

-- `person` is whom it is about as far as the caller may know it (deviation_patient).
create function deviation_json(d deviation, person uuid) returns jsonb language plpgsql stable as $$
declare
	shown text := deviation_view(d);
begin
	return jsonb_strip_nulls(jsonb_build_object('id', d.id, 'version', d.version, 'state', d.state, 'type', d.type,
			'owner_agency', agency_brief(d.owner_agency_id), 'learning_text', d.learning_text, 'closed_at', d.closed_at,
			'created_at', d.created_at, 'updated_at', d.updated_at)
		|| case when shown <> 'LEARNING' then deviation_told(d, person) else '{}' end
		|| case when shown in ('LIMITED', 'FULL') then deviation_handling(d, shown = 'FULL') else '{}' end
		|| case when shown = 'FULL' then deviation_judgement(d) else '{}' end);
end $$;

-- As often in this unit within a year: a minor one that returns is not minor.
create function deviation_repeats(d deviation) returns int language sql stable as $$
	select count(*)::int from deviation o where o.unit_id = (d).unit_id and o.type = (d).type and o.id <> (d).id
		and o.state not in ('REJECTED', 'MERGED') and o.created_at > clock_now() - interval '12 months'
$$;

-- About whom the caller may know the person: row by row in order when the caller's units know many, else from the persons.
-- Those who have objected to anybody are left to row security, all of them.
create function deviation_ways_of_persons(here text[]) returns text[] language plpgsql stable as $$
declare
	of_persons text := 'd.id = any (array(select l.deviation_id from deviation_person l where l.patient_id = any (%L::uuid[])))';
	known text := format('(select true from deviation_person l join care_relation c on c.patient_id = l.patient_id where l.deviation_id = d.id '
		'and c.unit_id = any (%L::uuid[]) and c.valid_from <= %2$L and (c.valid_to is null or c.valid_to > %2$L) and not exists '
		'(select 1 from objection o where o.patient_id = l.patient_id and o.state = ''ACTIVE'') limit 1)', app_unit_ids(), clock_now());
begin
	if (select count(*) from (select 1 from care_relation c where c.unit_id = any (app_unit_ids()) limit 1001) many) <= 1000 then
		return array[format(of_persons || ' and (%s)', related_persons(), array_to_string(here, ' or '))];
	end if;
	return array(select h || ' and d.pseudonym is not null and ' || known from unnest(here) h)
		|| format(of_persons || ' and (%s)', array(select distinct o.patient_id from objection o where o.state = 'ACTIVE'
			and exists (select 1 from care_relation c where c.patient_id = o.patient_id and c.unit_id = any (app_unit_ids()))),
			array_to_string(here, ' or '));
end $$;

-- Why the caller sees a deviation, reason by reason as row security has it (0185), so that each can be looked up in order.
create function deviation_ways() returns text[] language plpgsql stable as $$
declare
	here text[] := array[format('d.owner_agency_id = %L', app_agency_id()), format('d.reporter_agency_id = %L', app_agency_id())]
		|| array(select format('d.unit_id = %L', u) from unnest(app_unit_ids()) u);
begin
	if app_is_citizen() then
		return array[format('d.id = any (array(select l.deviation_id from deviation_person l where l.patient_id = any (%L::uuid[])))',
			case app_role() when 'PT' then array[app_citizen_id()]
				else array(select r.patient_id from represented() r where r.basis = 'LEGAL_REPRESENTATIVE') end)];
	elsif app_role() = 'PV' then
		return array(select h || ' and d.type = ''PRIVACY''' from unnest(here[1:2]) h);
	end if;
	return array[format('d.reported_by = %L', app_staff_id())]
		|| case when app_role() = 'QM' then here[1:1] else deviation_ways_of_persons(here) end
		|| case when app_role() = 'TL' then here[3:] end
		|| case when app_role() in ('TL', 'KO', 'GP', 'NAV', 'HO', 'QM') then array[format('d.counterpart_agency_id = %L', app_agency_id())] end
		|| array(select h || ' and d.pseudonym is null' from unnest(here) h);
end $$;

-- The order of a list of deviations: ids alone, the newest first, as many of each way as a page needs, or all where not each
-- is seen; row security is asked of those that come to the page. Owner's rights as in assessments_in_order.
create function deviations_in_order(of_state text, of_type text, is_open text, about uuid, before_at timestamptz, before_id uuid,
	most int) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	narrowed text := concat(' and d.state = ' || quote_literal(of_state), ' and d.type = ' || quote_literal(of_type),
		case is_open when 'true' then ' and d.state not in (''CLOSED'', ''REJECTED'', ''MERGED'')'
			when 'false' then ' and d.state in (''CLOSED'', ''REJECTED'', ''MERGED'')' end,
		' and d.id = any (array(select l.deviation_id from deviation_person l where l.patient_id = ' || quote_literal(about) || '))');
	before text := ' and (%s.created_at, %1$s.%s) < (' || quote_literal(before_at) || ', ' || quote_literal(before_id) || ')';
	held text := format('(select h.created_at, h.deviation_id as id from deviation_holder h join deviation d on d.id = h.deviation_id '
		'where h.holder_id = %%L%s%s%s order by h.created_at desc, h.deviation_id desc limit %s)', narrowed,
		' and h.type = ' || quote_literal(of_type), format(before, 'h', 'deviation_id'), most);
	shared boolean := coalesce(of_state = 'CLOSED', true) and coalesce(is_open, 'false') = 'false';
begin
	return query execute (select 'select w.id from (' || format(held, app_staff_id()) || ' union '
			|| case when shared then format(held, app_agency_id()) || ' union ' else '' end
			|| string_agg(format('(select d.created_at, d.id from deviation d where %s%s order by d.created_at desc, d.id desc limit %s)',
				w.way, narrowed || coalesce(format(before, 'd', 'id'), ''), case when w.way like 'd.id = any%' then 'all' else most::text end), ' union ')
		|| ') w order by w.created_at desc, w.id desc' from unnest(deviation_ways()) w (way));
end $$;

create function deviation_facts(d deviation) returns text[] language sql stable as $$
	select array_remove(array[
		case when deviation_is_handled_here(d) then 'responsible' end,
		case when (d).counterpart_agency_id = app_agency_id() then 'counterpart' end,
		case when is_caller((d).reported_by) then 'reporter' end,
		case when may_be_caller((d).reported_by) then 'may_be_reporter' end,
		case when may_be_caller((d).subject_staff_id) then 'subject' end,
		case when app_staff_id() = any (deviation_action_owners((d).corrective_actions)) then 'owner' end,
		-- where nothing was to be done, nobody owns an action
		case when (d).corrective_actions = '[]' and deviation_is_handled_here(d) and app_role() = 'QM' then 'owner' end,
		case when exists (select 1 from jsonb_array_elements((d).corrective_actions) a where not a ? 'done_at') then 'actions_open' end,
		case when (d).harm > 1 or deviation_repeats(d) >= 3 then 'not_minor' end,
		case when exists (select 1 from deviation_duties(d) u where not u.met) then 'duty_open' end], null)
$$;

-- Eleven digits are a personal number; whom it is about is never said in words.
create function deviation_names_nobody(body jsonb) returns boolean language plpgsql as $$
declare
	named text;
begin
	select m.key into named from jsonb_each_text(body - 'external_ref') m where m.value ~ '\m\d{6}[ -]?\d{5}\M' limit 1;
	return raise_unless(named is null, 422, 'invalid_value', fault('/' || named, 'anonymous',
		'holds what looks like a personal number: say in patient_id whom it is about'));
end $$;

-- Whom it is about, once that is settled; a citizen's is about themself or whom they represent by law.
create function deviation_about(named uuid) returns uuid language plpgsql as $$
declare
	person uuid := case when app_role() = 'PT' then coalesce(named, app_citizen_id()) else named end;
	cell jsonb := cell_of('deviations');
begin
	if app_is_citizen() then
		perform raise_unless(case app_role() when 'PT' then person = app_citizen_id()
				else exists (select 1 from represented() r where r.patient_id = named and r.basis = 'LEGAL_REPRESENTATIVE') end,
			422, 'unknown_reference', fault('/patient_id', 'unknown_reference', 'is nobody whom the caller may speak for'));
		perform set_config('app.admitted', person::text, true), show(person), set_config('app.basis',
			case app_role() when 'PT' then 'SELF' else 'LEGAL_REPRESENTATIVE' end, true);
		return person;
	elsif named is null then
		return null;
	end if;
	perform raise_unless(cell ->> 'level' = 'W', 422, 'invalid_value',
		fault('/patient_id', 'forbidden', 'is not named by this role'));
	perform set_config('app.cell', cell ->> 'level', true), set_config('app.gates', cell ->> 'gates', true);
	return admit_named(named, 'deviations', null);
end $$;

-- Owner's rights: that there is another one about the same person, the caller need not know. Whose emergency access it was
-- stands beside that one's pseudonym, so it is nobody else's.
create function deviation_pseudonym(person uuid, agency uuid) returns uuid language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	select case when $1 is not null then coalesce((select d.pseudonym from deviation_person l join deviation d on d.id = l.deviation_id
		where l.patient_id = $1 and d.owner_agency_id = $2 and d.emergency_access_id is null limit 1), gen_random_uuid()) end
$$;

create function deviation_agencies(named jsonb, pointer text) returns uuid[] language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(x.n) into wrong from jsonb_array_elements_text(named) with ordinality x (id, n)
	where not exists (select 1 from agency a where a.id = x.id::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault(pointer || '/' || wrong - 1, 'reference', 'is no agency that is known here'));
	return array(select distinct x::uuid from jsonb_array_elements_text(named) x);
end $$;

-- The routines that are named, which the caller may read.
create function deviation_routines(named jsonb) returns uuid[] language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(x.n) into wrong from jsonb_array_elements_text(named) with ordinality x (id, n)
	where not exists (select 1 from routine r where r.id = x.id::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/routine_ids/' || wrong - 1, 'reference', 'is no routine that is known here'));
	return array(select distinct x::uuid from jsonb_array_elements_text(named) x);
end $$;

create function deviation_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	place_of unit;
	person uuid;
begin
	perform deviation_names_nobody(body);
	select * into place_of from unit u where u.id = coalesce((body ->> 'unit_id')::uuid, (app_unit_ids())[1]);
	perform raise_unless(place_of.id is not null and (app_is_citizen() or place_of.agency_id = app_agency_id()
			or place_of.id = any (app_unit_ids())), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no unit of which the caller may register a deviation'));
	perform raise_unless((body ->> 'occurred_at')::timestamptz <= clock_now(), 422, 'invalid_value',
		fault('/occurred_at', 'past', 'has not been yet'));
	person := deviation_about((body ->> 'patient_id')::uuid);
	if person is not null then
		-- two at once get one pseudonym
		perform pg_advisory_xact_lock(hashtextextended(person::text || place_of.agency_id, 186));
	end if;
	insert into deviation (id, owner_agency_id, unit_id, reporter_agency_id, reported_by, reported_role, pseudonym, type,
		what_happened, occurred_at, place, immediate_action, involved_agency_ids, routine_ids, external_system, external_id)
	values (new_id, place_of.agency_id, place_of.id, case when not app_is_citizen() then app_agency_id() end,
		case when not app_is_citizen() then app_staff_id() end, app_role(), deviation_pseudonym(person, place_of.agency_id),
		body ->> 'type', body ->> 'what_happened', (body ->> 'occurred_at')::timestamptz, body ->> 'place',
		body ->> 'immediate_action', deviation_agencies(coalesce(body -> 'involved_agency_ids', '[]'), '/involved_agency_ids'),
		deviation_routines(coalesce(body -> 'routine_ids', '[]')), body #>> '{external_ref,system}', body #>> '{external_ref,id}');
	insert into deviation_person (deviation_id, patient_id) select new_id, person where person is not null;
	return new_id;
end $$;

-- migrate:down
delete from status_view where is_status = 'deviation_is_told_in_part';
drop function if exists deviation_routines, deviations_in_order, deviation_ways, deviation_ways_of_persons, deviation_make, deviation_agencies, deviation_pseudonym, deviation_about, deviation_names_nobody,
	deviation_facts, deviation_repeats, deviation_json, deviation_judgement, deviation_handling, deviation_told, deviation_duties,
	deviation_patient, deviation_is_told_in_part, deviation_view, deviation_is_handled_here, deviation_cell cascade;
