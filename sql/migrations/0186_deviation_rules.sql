-- migrate:up
-- What is told of a deviation to whom, how one is registered, and what its steps demand.

-- The caller's cell: of what is about a person, or of what is not. Those who have only the second see the first without the person.
create function deviation_cell(d deviation) returns jsonb language sql stable as $$
	select coalesce(case when (d).pseudonym is not null then cell_of('deviations') end, cell_of('system-deviations')) $$;

create function deviation_is_handled_here(d deviation) returns boolean language sql stable as $$
	select coalesce((d).owner_agency_id = app_agency_id() or (d).unit_id = any (app_unit_ids()), false) $$;

-- FULL, LIMITED (no judgement of harm and cause), FEEDBACK (what the person said, and what came of it) or LEARNING.
create function deviation_view(d deviation) returns text language sql stable as $$
	select case when app_is_citizen() then 'FEEDBACK'
		when not deviation_is_handled_here(d) and app_agency_id() is distinct from (d).reporter_agency_id
			and app_agency_id() is distinct from (d).counterpart_agency_id
			and app_staff_id() <> all (deviation_action_owners((d).corrective_actions)) then 'LEARNING'
		when strpos(deviation_cell(d) ->> 'gates', 'f') > 0 then 'LIMITED' else 'FULL' end
$$;

-- Who is not told all is told of no change but the state's.
create function deviation_is_told_in_part(thing uuid) returns boolean language sql stable as $$
	select coalesce((select deviation_view(d) <> 'FULL' from deviation d where d.id = $1), false) $$;
insert into status_view (is_status) values ('deviation_is_told_in_part');

create function deviation_patient(deviation uuid) returns uuid language sql stable as $$
	select l.patient_id from deviation_person l where l.deviation_id = $1 $$;

-- What the law asks to be told of it, by when, and whether it is done.
create function deviation_duties(d deviation) returns table (code text, kind text, authorities text[], due_at timestamptz, met boolean)
language sql stable as $$
	select r.code, r.kind, r.authorities, deadline_at(r.code, (d).created_at),
		not exists (select 1 from unnest(r.authorities) a (name) where not exists (select 1 from jsonb_array_elements((d).notices) n
			where n ->> 'authority' = a.name and n ->> 'kind' in (r.kind, 'NOT_REQUIRED')))
	from deviation_duty_rule r
	where (d).state not in ('REGISTERED', 'REJECTED', 'MERGED')
		and case r.applies_to when 'PRIVACY' then (d).type = 'PRIVACY' else (d).harm >= 3 and (d).unexpected end
$$;

-- What happened, as whoever registered it told it.
create function deviation_told(d deviation) returns jsonb language sql stable as $$
	select jsonb_build_object('patient_id', deviation_patient((d).id),
		'patient_pseudonym', case when not app_is_citizen() then (d).pseudonym end, 'unit', unit_brief((d).unit_id),
		'what_happened', (d).what_happened, 'occurred_at', (d).occurred_at, 'place', (d).place,
		'immediate_action', (d).immediate_action, 'reason', (d).reason,
		'external_ref', case when (d).external_id is not null then jsonb_build_object('system', (d).external_system, 'id', (d).external_id) end)
$$;

-- How it is handled; with limited fields only the actions that one has to do oneself.
create function deviation_handling(d deviation, all_of_it boolean) returns jsonb language sql stable as $$
	select jsonb_build_object('reported_by', (d).reported_by, 'reporter_agency_id', (d).reporter_agency_id,
		'involved_agency_ids', (d).involved_agency_ids, 'counterpart', case when (d).counterpart_agency_id is not null then
			jsonb_build_object('agency', agency_brief((d).counterpart_agency_id), 'due_at', (d).counterpart_due_at,
				'answer', (d).counterpart_answer, 'answered_at', (d).counterpart_answered_at) end,
		'corrective_actions', (select coalesce(jsonb_agg(a order by n), '[]') from jsonb_array_elements((d).corrective_actions)
			with ordinality x (a, n) where $2 or a ->> 'owner_staff_id' = app_staff_id()::text),
		'no_action_reason', (d).no_action_reason, 'effect_check_on', (d).effect_check_on, 'shared_with', (d).shared_with,
		'merged_into', (d).merged_into, 'emergency_access_id', (d).emergency_access_id, 'assessed_at', (d).assessed_at,
		'notices', (d).notices, 'duties', (select coalesce(jsonb_agg(jsonb_build_object('code', u.code, 'kind', u.kind,
			'authorities', u.authorities, 'due_at', u.due_at, 'met', u.met) order by u.due_at), '[]') from deviation_duties(d) u))
$$;

create function deviation_judgement(d deviation) returns jsonb language sql stable as $$
	select jsonb_build_object('harm', (d).harm, 'harm_reason', (d).harm_reason, 'likelihood', (d).likelihood,
		'unexpected', (d).unexpected, 'cause', (d).cause)
$$;

create function deviation_json(d deviation) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (d).id, 'version', (d).version, 'state', (d).state, 'type', (d).type,
			'owner_agency', agency_brief((d).owner_agency_id), 'learning_text', (d).learning_text, 'closed_at', (d).closed_at,
			'created_at', (d).created_at, 'updated_at', (d).updated_at)
		|| case when v.shown <> 'LEARNING' then deviation_told(d) else '{}' end
		|| case when v.shown in ('LIMITED', 'FULL') then deviation_handling(d, v.shown = 'FULL') else '{}' end
		|| case when v.shown = 'FULL' then deviation_judgement(d) else '{}' end)
	from (select deviation_view(d) as shown) v
$$;

-- As often in this unit within a year: a minor one that returns is not minor.
create function deviation_repeats(d deviation) returns int language sql stable as $$
	select count(*)::int from deviation o where o.unit_id = (d).unit_id and o.type = (d).type and o.id <> (d).id
		and o.state not in ('REJECTED', 'MERGED') and o.created_at > clock_now() - interval '12 months'
$$;

create function deviation_facts(d deviation) returns text[] language sql stable as $$
	select array_remove(array[
		case when deviation_is_handled_here(d) then 'responsible' end,
		case when (d).counterpart_agency_id = app_agency_id() then 'counterpart' end,
		case when is_caller((d).reported_by) then 'reporter' end,
		case when is_caller((d).subject_staff_id) then 'subject' end,
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
	insert into deviation (id, owner_agency_id, unit_id, reporter_agency_id, reported_by, reported_role, pseudonym, type,
		what_happened, occurred_at, place, immediate_action, involved_agency_ids, external_system, external_id)
	values (new_id, place_of.agency_id, place_of.id, case when not app_is_citizen() then app_agency_id() end,
		case when not app_is_citizen() then app_staff_id() end, app_role(), deviation_pseudonym(person, place_of.agency_id),
		body ->> 'type', body ->> 'what_happened', (body ->> 'occurred_at')::timestamptz, body ->> 'place',
		body ->> 'immediate_action', deviation_agencies(coalesce(body -> 'involved_agency_ids', '[]'), '/involved_agency_ids'),
		body #>> '{external_ref,system}', body #>> '{external_ref,id}');
	insert into deviation_person (deviation_id, patient_id) select new_id, person where person is not null;
	return new_id;
end $$;

-- migrate:down
delete from status_view where is_status = 'deviation_is_told_in_part';
drop function if exists deviation_make, deviation_agencies, deviation_pseudonym, deviation_about, deviation_names_nobody,
	deviation_facts, deviation_repeats, deviation_json, deviation_judgement, deviation_handling, deviation_told, deviation_duties,
	deviation_patient, deviation_is_told_in_part, deviation_view, deviation_is_handled_here, deviation_cell cascade;
