-- migrate:up
-- Observation: the life situation. What staff and what the person think of a domain are two Observations, which tell by
-- their performer whose they are: that of staff has the rating's id, the person's own the same with 8 for its version.

-- A fact is a code, a day, a number, a yes or no, or words; codes have the system that the contract gives them.
create function fhir_life_fact(domain text, name text, fact jsonb) returns json language sql stable as $$
	select json_build_object('code', fhir_concept(fhir_system('life-fact'), lower(domain) || '.' || name),
		'valueCodeableConcept', case when system is not null then fhir_concept(fhir_system(system), said) end,
		'valueDateTime', case when name in ('from', 'to') then said end,
		'valueString', case when name = 'provider' then said end,
		'valueBoolean', case when jsonb_typeof(fact) = 'boolean' then fact end,
		'valueQuantity', case when jsonb_typeof(fact) = 'number' then json_build_object('value', fact) end)
	from (select fact #>> '{}' as said, case name when 'type' then lower(domain) || '-type' when 'main_income' then 'main-income'
		when 'management' then 'money-management' when 'contract' then 'housing-contract' when 'family_contact' then 'family-contact'
		end as system) f
$$;

create function fhir_life_id(rating uuid, by_patient boolean) returns uuid language sql immutable as $$
	select case when by_patient then overlay(rating::text placing '8' from 15)::uuid else rating end $$;

-- Of the native answer, which leaves out what is not for the caller.
create function fhir_life(l life_situation, r life_rating, by_patient boolean) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Observation', 'id', fhir_life_id(r.id, by_patient),
		'meta', fhir_meta(r.version, greatest(r.updated_at, l.updated_at), null, r.note is not null and not native ? 'note'),
		'status', case when l.entered_in_error then 'entered-in-error' when l.correction_reason is not null then 'corrected'
			else 'final' end,
		'category', json_build_array(fhir_concept('http://terminology.hl7.org/CodeSystem/observation-category', 'social-history')),
		'code', fhir_concept(fhir_system('life-domain'), r.domain),
		'subject', fhir_reference('Patient', r.patient_id::text), 'effectiveDateTime', l.observed_on,
		'performer', fhir_list(case when by_patient then fhir_reference('Patient', r.patient_id::text)
			else coalesce(fhir_reference('Practitioner', l.recorded_by::text),
				fhir_reference('Organization', l.owner_agency_id::text)) end),
		'valueInteger', native -> (case when by_patient then 'patient_level' else 'staff_level' end),
		'note', case when native ? 'note' then json_build_array(json_build_object('text', native ->> 'note')) end,
		'component', case when not by_patient then (select json_agg(fhir_life_fact(r.domain, f.key, f.value) order by f.key)
			from jsonb_each(native -> lower(r.domain)) f) end))
	from life_rating_json(r) native
$$;

-- Facts are for staff to tell, also where they have set no level.
create function fhir_life_made(l life_situation, r life_rating) returns setof fhir_thing language sql stable as $$
	select fhir_life_id(r.id, by_patient), r.patient_id, fhir_life(l, r, by_patient), r.version, greatest(r.updated_at, l.updated_at)
	from (values (false, num_nonnulls(r.staff_level, r.facts) > 0), (true, r.patient_level is not null)) s (by_patient, is_told)
	where s.is_told
$$;

-- The round as it was when that was written.
create function fhir_was(now life_rating, was life_rating) returns setof fhir_thing language sql stable as $$
	select m.* from life_situation l
	cross join lateral (select h.content from row_versions('life_situation', l.id) h where h.valid_from <= was.updated_at
		order by h.version desc limit 1) h
	cross join lateral fhir_life_made(jsonb_populate_record(l, h.content), was) m
	where l.id = now.life_situation_id
$$;

-- In which round a rating stands, before the caller is known to see it; owner's rights. An id that is no rating's stands for
-- itself.
create function life_round(rating uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select coalesce((select r.life_situation_id from life_rating r where r.id = rating), rating)
$$;

create function fhir_life_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
declare
	person uuid := admit_life_situation(life_round(fhir_row(thing)), false);
begin
	return query select m.* from life_rating r join life_situation l on l.id = r.life_situation_id
		cross join lateral fhir_life_made(l, r) m where r.id = fhir_row(thing) and r.patient_id = person and m.id = thing;
end $$;

create function fhir_lives(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select m.* from life_situation l join life_rating r on r.life_situation_id = l.id
		cross join lateral fhir_life_made(l, r) m
	where l.patient_id = person and not item_is_blocked(l.patient_id, l.id)
		and (not l.entered_in_error or coalesce(asked -> 'where' ? 'status', false));
end $$;

select fhir_add_source('Observation', '{life-situations}', 'life_category()', 'fhir_life_seen', 'fhir_lives'),
	fhir_keep('Observation', 'fhir_life_seen', 'life_rating', 'fhir_was(now, was)');

-- migrate:down
delete from fhir_source where one = 'fhir_life_seen';
drop function if exists fhir_life_fact, fhir_life_id, fhir_life, fhir_life_made, fhir_was(life_rating, life_rating), life_round, fhir_life_seen,
	fhir_lives cascade;
