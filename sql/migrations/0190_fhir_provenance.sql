-- migrate:up
-- Provenance: who told what a thing says, version by version, and out of which import. It is made of row_history, and shown to
-- who is shown the version itself, by the same gate; who sees less than the whole of a thing is told nothing of who told it.

insert into fhir_own_naming values ('import', 'An import that the service has carried out'),
	('import-row', 'What an agency''s own system calls a thing that it has told of by import');

-- Of which row a Provenance tells: by the id of a version, or of a row that was imported and has not changed since, which is
-- its only version. Owner's rights: nobody is shown anything, the row's own gate comes next.
create function fhir_telling_of(thing uuid, out kept_in regclass, out row_id uuid) language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	kept regclass;
begin
	select h.entity::regclass, h.entity_id into kept_in, row_id from row_history h
	where h.id = thing and exists (select from fhir_source s where s.kept_in::text = h.entity);
	for kept in select distinct s.kept_in from fhir_source s where s.kept_in is not null and row_id is null loop
		execute format('select %L::regclass, t.id from %s t where t.id = $1 and not exists (select from row_history h
			where h.entity = %L and h.entity_id = t.id)', kept, kept, kept) into kept_in, row_id using thing;
		exit when row_id is not null;
	end loop;
end $$;

-- Which row a resource is made of, where its versions are kept. Owner's rights as above; a type of null is any.
create function fhir_row_of(of_type text, thing uuid, out kept_in regclass, out row_id uuid) language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	kept regclass;
begin
	for kept in select distinct s.kept_in from fhir_source s where s.kept_in is not null and s.type = coalesce(of_type, s.type) loop
		execute format('select %L::regclass, t.id from %s t where t.id in ($1, fhir_row($1))', kept, kept) into kept_in, row_id using thing;
		exit when row_id is not null;
	end loop;
end $$;

-- Out of which import a version came, and what the agency's own system calls it, which is for that agency alone. Owner's
-- rights: origins are for functions alone.
create function fhir_imported(thing uuid, batch uuid) returns jsonb language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select case when batch is not null then jsonb_build_array(jsonb_build_object('role', 'source', 'what', jsonb_build_object('identifier',
			jsonb_build_object('system', fhir_naming('import'), 'value', batch))))
		|| coalesce((select jsonb_agg(jsonb_build_object('role', 'source', 'what', jsonb_build_object('identifier', jsonb_build_object(
				'system', fhir_naming('import-row'), 'value', o.external_id, 'assigner', jsonb_build_object('display', s.system))))
				order by o.source, o.external_id)
			from import_origin o join import_source s on s.id = o.source
			where o.entity_id = thing and o.batch_id = batch and s.agency_id = app_agency_id()), '[]') end
$$;

-- Who it was: a member of staff for the agency, an agency's own system, the person, who represents them, or the service itself.
create function fhir_teller(h row_history, person uuid) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('type', fhir_concept('http://terminology.hl7.org/CodeSystem/provenance-participant-type',
			case when h.staff_id is not null then 'enterer' when h.role in ('PT', 'RE') then 'author' else 'assembler' end),
		'role', case when h.role is not null then jsonb_build_array(fhir_concept(fhir_system('role'), h.role)) end,
		'who', case when h.staff_id is not null then fhir_reference('Practitioner', h.staff_id::text)
			when h.role = 'PT' then fhir_reference('Patient', person::text)
			when h.role = 'RE' then json_build_object('display', 'Who represents the person')
			when h.agency_id is not null then fhir_reference('Organization', h.agency_id::text)
			else json_build_object('display', 'Samhandling') end,
		'onBehalfOf', case when h.staff_id is not null then fhir_reference('Organization', h.agency_id::text) end));
end $$;

-- A report was told by its sender, of whom nothing is said that the report does not say.
create function fhir_provenance(h row_history, now fhir_thing, targets text[]) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'Provenance', 'id', h.id, 'meta', fhir_meta(1, h.valid_from),
		'target', (select jsonb_agg(jsonb_build_object('reference', t || '/_history/' || h.version) order by n)
			from unnest(targets) with ordinality x (t, n)),
		'recorded', fhir_instant(h.valid_from),
		'activity', fhir_concept('http://terminology.hl7.org/CodeSystem/v3-DataOperation', case h.version when 1 then 'CREATE' else 'UPDATE' end),
		'agent', jsonb_build_array(case when h.entity = 'concern_report' and h.version = 1
			then jsonb_build_object('who', coalesce((now).body -> 'sender', fhir_masked()::jsonb)) else fhir_teller(h, (now).patient_id) end),
		'entity', fhir_imported(h.entity_id, h.batch_id)));
end $$;

-- Of each version of a row that the caller may be shown. The resources that are made of it are its targets.
create function fhir_tellings(kept regclass, row_id uuid) returns setof fhir_thing language plpgsql as $$
declare
	types text[] := array(select distinct s.type from fhir_source s where s.kept_in = kept order by s.type);
	things fhir_thing[] := array(select f from unnest(array[row_id, case when kept = 'life_rating'::regclass then fhir_life_id(row_id, true) end]) i
		cross join lateral fhir_read_now(types[1], i) f where i is not null);
	now fhir_thing := things[1];
	targets text[] := array(select t || '/' || i.id from unnest(types) t, unnest(things) i);
begin
	if (now).id is null or coalesce((now).body #> '{meta,tag}' @> fhir_subsetted(), false) then
		return;
	end if;
	return query select h.id, (now).patient_id, fhir_provenance(h, now, targets), 1, h.valid_from
		from row_versions(kept, row_id) h
		where h.version in (select v.version from fhir_read_past(types[1], (now).id) v);
end $$;

create function fhir_tellings_if_any(kept regclass, row_id uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select * from fhir_tellings(kept, row_id);
exception when sqlstate 'AP404' or sqlstate 'AP403' then return;
end $$;

create function fhir_provenance_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select f.* from fhir_telling_of(thing) t cross join lateral fhir_tellings(t.kept_in, t.row_id) f
		where t.row_id is not null and f.id = thing;
end $$;

-- Of the targets that the search names, or of all that is the person's.
create function fhir_provenances(person uuid, asked jsonb) returns setof fhir_thing language plpgsql as $$
declare
	of_types text[] := array(select distinct on (s.kept_in) s.type from fhir_source s where s.kept_in is not null order by s.kept_in, s.type);
	targets jsonb := asked #> '{where,target,groups}';
	one record;
begin
	for one in select distinct r.kept_in, r.row_id from (
			select v ->> 'type' as type, (v ->> 'id')::uuid as id from jsonb_array_elements(targets #> '{0,any}') v where v ? 'id'
			union all select t, f.id from unnest(of_types) t cross join lateral fhir_found_if_any(t, jsonb_build_object('patient', person)) f
			where targets is null and person is not null) n
			cross join lateral fhir_row_of(n.type, n.id) r where r.row_id is not null loop
		return query select f.* from fhir_tellings_if_any(one.kept_in, one.row_id) f where (person is null or f.patient_id = person)
			and not exists (select from jsonb_array_elements(targets) g where not exists (select from jsonb_array_elements(g -> 'any') v,
				jsonb_array_elements(f.body -> 'target') t where split_part(t ->> 'reference', '/', 2) = v ->> 'id'
					and split_part(t ->> 'reference', '/', 1) = coalesce(v ->> 'type', split_part(t ->> 'reference', '/', 1))));
	end loop;
end $$;

select fhir_add_source('Provenance', '{patients,enrolments,contacts,admissions,referrals,plan-measures,individual-plans,crisis-plans,
	work-activity-plans,treatment-plans,consents,risk-flags,assessments,life-situations,concern-reports}', null,
	'fhir_provenance_seen', 'fhir_provenances', is_gated => false);
insert into fhir_link values ('Provenance', 'target', 'target');

-- migrate:down
delete from fhir_link where type = 'Provenance';
delete from fhir_source where type = 'Provenance';
delete from fhir_own_naming where name in ('import', 'import-row');
drop function if exists fhir_telling_of, fhir_row_of, fhir_imported, fhir_teller, fhir_provenance, fhir_tellings, fhir_tellings_if_any,
	fhir_provenance_seen, fhir_provenances cascade;
