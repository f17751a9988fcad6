-- migrate:up
-- Group: a team's caseload, without its members. Who is in it is asked of the enrolments when it is taken along
-- (0201_fhir_exports.sql). For those who work in the team: to others there is no such thing.

create function fhir_group(u unit) returns fhir_thing language sql stable as $$
	select row(u.id, null::uuid, jsonb_strip_nulls(jsonb_build_object('resourceType', 'Group', 'id', u.id,
		'meta', fhir_meta(u.version, u.updated_at, null, true), 'active', u.valid_to is null or u.valid_to > clock_today(),
		'type', 'person', 'actual', true, 'name', u.name,
		'managingEntity', fhir_organization(jsonb_build_object('id', u.id, 'name', u.name)))), u.version, u.updated_at)::fhir_thing
$$;

create function fhir_of_caseload(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select g.* from unit u cross join lateral fhir_group(u) g
		where u.type = 'TEAM' and u.id = any (app_unit_ids()) and (asked ->> 'after' is null or u.id > (asked ->> 'after')::uuid)
		order by u.id limit (asked ->> 'most')::int;
end $$;
create function fhir_one_caseload(thing uuid) returns setof fhir_thing language sql stable as $$
	select f.* from fhir_of_caseload(null, '{}') f where f.id = thing $$;
select fhir_add_source('Group', '{caseloads}', null, 'fhir_one_caseload', 'fhir_of_caseload', is_gated => false);

-- migrate:down
delete from fhir_source where type = 'Group';
select fhir_write_reader();
drop function if exists fhir_one_caseload, fhir_of_caseload, fhir_group cascade;
