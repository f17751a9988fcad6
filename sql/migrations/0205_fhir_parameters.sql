-- migrate:up
-- SearchParameter: what the searches of this face take, as the contract has them (api/fhir_codes.h). They show nobody.

create function fhir_parameter_url(p jsonb) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/SearchParameter/' || (p ->> 'base') || '-' || (p ->> 'code') $$;

create function fhir_parameter(p jsonb, id uuid, version text, day text) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('resourceType', 'SearchParameter', 'id', id,
		'meta', fhir_meta(fhir_release(version), (day || 'T00:00Z')::timestamptz), 'url', fhir_parameter_url(p), 'version', version,
		'name', (p ->> 'base') || fhir_canonical_name(replace(p ->> 'code', '_', '')), 'derivedFrom', p ->> 'definition',
		'status', 'active', 'experimental', false, 'date', day, 'publisher', 'Samhandling', 'description', p ->> 'says',
		'code', p ->> 'code', 'base', jsonb_build_array(p ->> 'base'), 'type', p ->> 'type', 'expression', p ->> 'expression',
		'target', p -> 'targets', 'multipleOr', true, 'multipleAnd', true));
end $$;

-- All of them, or the one with that id; what the contract has told is read once.
create function fhir_parameters_made(asked uuid) returns setof fhir_thing language sql stable as $$
	with told as materialized (select nullif(current_setting('app.codes', true), '')::jsonb as t),
	listed as materialized (select p, fhir_canonical_id(fhir_parameter_url(p)) as id, t ->> 'version' as version, t ->> 'date' as day
		from told cross join lateral jsonb_array_elements(t -> 'parameter') p)
	select l.id, null::uuid, fhir_parameter(l.p, l.id, l.version, l.day), fhir_release(l.version), (l.day || 'T00:00Z')::timestamptz
	from listed l where asked is null or l.id = asked
$$;

create function fhir_parameter_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select * from fhir_parameters_made(thing) $$;
create function fhir_parameters(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select * from fhir_parameters_made(null) $$;

select fhir_add_source('SearchParameter', '{code-systems}', null, 'fhir_parameter_seen', 'fhir_parameters', is_gated => false);

-- migrate:down
delete from fhir_source where type = 'SearchParameter';
drop function if exists fhir_parameters, fhir_parameter_seen, fhir_parameters_made, fhir_parameter, fhir_parameter_url cascade;
