-- migrate:up
-- Why a caller may or may not: the gate itself is asked about every row of the access matrix, so that what is
-- explained is what is decided. `cells` and `matrix` are what the daemon's matrix says (server/api/explain.h).

-- What the gate answers on one row with the caller's cell, and on what the decision stands.
create function access_verdict(person uuid, cell jsonb, verb text) returns jsonb language plpgsql as $$
declare
	said jsonb := cell -> verb;
	row_name text := cell ->> 'resource';
	refusal text := said ->> 'code';
begin
	if refusal is not null or (cell ->> 'thing')::boolean then
		return jsonb_strip_nulls(jsonb_build_object('allowed', refusal is null, 'code', refusal));
	end if;
	perform set_config(s, '', true) from unnest('{app.admitted,app.basis,app.relation_id,app.consent_id,app.emergency_id,
		app.overridden}'::text[]) s;
	perform set_config('app.cell', said ->> 'level', true), set_config('app.gates', said ->> 'gates', true);
	refusal := gate_refusal(person,
		coalesce((select t.objected_as from thing_of_person t where t.resource = row_name), row_name),
		case row_name when 'life-situations' then life_category(person) else cell ->> 'category' end, verb <> 'read');
	return jsonb_strip_nulls(jsonb_build_object('allowed', refusal is null, 'code', refusal,
		'rule', case when refusal is null then nullif(current_setting('app.basis', true), '') end,
		'relation_id', nullif(current_setting('app.relation_id', true), ''),
		'consent_id', nullif(current_setting('app.consent_id', true), ''),
		'emergency_id', nullif(current_setting('app.emergency_id', true), '')));
end $$;

-- {resource: {read, write, create}} for all rows.
create function access_verdicts(person uuid, cells jsonb) returns jsonb language plpgsql as $$
declare
	cell jsonb;
	verdicts jsonb := '{}';
begin
	for cell in select jsonb_array_elements(cells) loop
		verdicts := verdicts || jsonb_build_object(cell ->> 'resource', jsonb_build_object(
			'read', access_verdict(person, cell, 'read'), 'write', access_verdict(person, cell, 'write'),
			'create', access_verdict(person, cell, 'create')));
	end loop;
	return verdicts;
end $$;

-- Known are those about whom some real request would answer anything but "not found".
create function access_is_known(cells jsonb, verdicts jsonb) returns boolean language sql stable as $$
	select exists (select 1 from jsonb_array_elements(cells) c
		where not (c ->> 'thing')::boolean and c -> 'read' ->> 'code' is null
			and verdicts -> (c ->> 'resource') -> 'read' ->> 'code' is distinct from 'not_found')
$$;

-- The same rows as if a consent stood, or did not: it is entered, the gate is asked, and all is undone again.
create function access_supposed(person uuid, cells jsonb, supposed consent, stands boolean) returns jsonb
language plpgsql as $$
declare
	verdicts jsonb;
begin
	begin
		if exists (select 1 from consent c where c.id = supposed.id) then
			update consent c set state = case when stands then 'GRANTED' else 'WITHDRAWN' end,
				valid_from = least(c.valid_from, clock_now()), valid_to = greatest(c.valid_to, clock_now() + interval '1 day')
			where c.id = supposed.id;
		elsif stands then
			insert into consent select (supposed).*;
		end if;
		verdicts := access_verdicts(person, cells);
		raise exception using errcode = 'APUND', message = 'undone';
	exception when sqlstate 'APUND' then
		return verdicts;
	end;
end $$;

-- What the letters of a cell leave of what it opens.
create function access_limits(said jsonb) returns jsonb language sql immutable as $$
	select coalesce(jsonb_agg(l.word), '[]') from (values ('f', 'LIMITED_FIELDS'), ('o', 'OWN_ROWS'), ('p', 'AS_PARTICIPANT'),
		('a', 'AGGREGATED')) l (letter, word) where strpos(said ->> 'gates', l.letter) > 0
$$;

-- One decision as it is shown: with the rule that gave it, and what would open it.
create function access_decision(cell jsonb, verdict jsonb, verb text, rules jsonb) returns jsonb language sql immutable as $$
	select v || case when v ? 'rule' then '{}' when not v ? 'code' then '{"rule": "MATRIX"}' else coalesce((
		select jsonb_build_object('rule', r.key, 'opened_by', (select coalesce(jsonb_agg(o ->> 'by'), '[]')
			from jsonb_array_elements(r.value -> 'opened_by') o
			where (o ->> 'letter' is null or strpos(coalesce(cell -> verb ->> 'gates', ''), o ->> 'letter') > 0)
				and (o ->> 'without' is null or strpos(coalesce(cell -> verb ->> 'gates', ''), o ->> 'without') = 0)))
		from jsonb_each(rules) r where r.value -> 'problems' ? (v ->> 'code')), '{}') end
	from (select verdict -> verb) x (v)
$$;

-- What differs between two answers of the gate.
create function access_changes(matrix jsonb, before jsonb, after jsonb) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('resource', c ->> 'resource', 'title', c ->> 'title', 'action', verb,
		'level', c -> verb ->> 'level', 'limits', access_limits(c -> verb),
		'before', access_decision(c, before -> (c ->> 'resource'), verb, matrix -> 'rules'),
		'after', access_decision(c, after -> (c ->> 'resource'), verb, matrix -> 'rules')) order by n, verb), '[]')
	from jsonb_array_elements(matrix -> 'rows') with ordinality x (c, n), unnest('{read,write,create}'::text[]) verb
	where before -> (c ->> 'resource') -> verb -> 'allowed' <> after -> (c ->> 'resource') -> verb -> 'allowed'
$$;

-- The person's objections to this caller: what blocks, and of single things how many.
create function access_objections(person uuid) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'scope', o.scope, 'resource_types', to_jsonb(o.resource_types),
		'items', cardinality(o.item_ids), 'against', o.against) order by o.created_at, o.id), '[]')
	from objection o where o.patient_id = person and o.state = 'ACTIVE' and app_role() not in ('PT', 'RE')
		and (o.against_id in (app_agency_id(), app_staff_id()) or o.against_id = any (app_unit_ids())
			or app_role() = any (o.against_roles))
$$;

-- The rules that the decisions name, with the sections of law that hold today.
create function access_rules(rules jsonb, used jsonb) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('code', r.key, 'title_nb', r.value -> 'title' ->> 'nb',
		'title_en', r.value -> 'title' ->> 'en', 'legal_basis', (select coalesce(jsonb_agg(jsonb_build_object('code', l.code,
			'law', l.law, 'section', l.section, 'title_en', l.title_en) order by b.n), '[]')
			from jsonb_array_elements_text(r.value -> 'legal_basis') with ordinality b (code, n)
			join legal_basis l on l.code = b.code and l.valid_from <= clock_today()
				and (l.valid_to is null or l.valid_to >= clock_today()))) order by r.key), '[]')
	from jsonb_each(rules) r
	where exists (select 1 from jsonb_path_query(used, '$.**.rule') u where u #>> '{}' = r.key)
$$;

-- What the consent opens to those who get it: by agency and role what the matrix leaves to consent. It says nothing of
-- whether they stand in a relation to the person, without which no consent opens anything.
create function access_opened(c consent, cells jsonb) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('agency_id', a.id, 'agency_name', a.name, 'role', x ->> 'role',
		'resource', x ->> 'resource', 'title', x ->> 'title', 'level', x ->> 'level', 'limits', access_limits(x))
		order by a.name nulls last, x ->> 'role', n), '[]')
	from jsonb_array_elements(cells) with ordinality e (x, n)
	left join agency a on a.id = any (c.to_agencies) and a.type = x ->> 'agency_type'
	where exists (select 1 from jsonb_array_elements_text(x -> 'categories') g where g = any (c.data_categories))
		and case when x ->> 'role' = 'RE' then c.type = 'RELATIVE_INFO'
			else a.id is not null and c.type in ('SHARE', 'IP_PARTICIPANT_ACCESS') end
$$;

-- The consent that is asked about: one of the person's that the caller may read, or one that nobody has given.
create function access_consent(person uuid, cells jsonb, verdicts jsonb, asked jsonb) returns consent
language plpgsql as $$
declare
	c consent;
begin
	if asked ->> 'consent_id' is null then
		return jsonb_populate_record(null::consent, jsonb_build_object('id', gen_random_uuid(), 'patient_id', person,
			'owner_agency_id', coalesce(app_agency_id(), (select p.owner_agency_id from patient p where p.id = person)),
			'type', coalesce(asked ->> 'consent_type', 'SHARE'), 'state', 'GRANTED', 'from_agencies', '[]'::jsonb,
			'to_agencies', coalesce(to_jsonb(string_to_array(asked ->> 'to_agencies', ',')),
				to_jsonb(array_remove(array[app_agency_id()], null))),
			'data_categories', to_jsonb(string_to_array(asked ->> 'data_categories', ',')), 'purpose', '-',
			'effects', '[]'::jsonb, 'version', 1, 'valid_from', clock_now(), 'valid_to', clock_now() + interval '1 day',
			'created_at', clock_now(), 'updated_at', clock_now()));
	end if;
	perform set_config('app.gates', coalesce((select x -> 'read' ->> 'gates' from jsonb_array_elements(cells) x
		where x ->> 'resource' = 'consents'), ''), true);
	select x.* into c from consent x where x.id = (asked ->> 'consent_id')::uuid and x.patient_id = person
		and (verdicts -> 'consents' -> 'read' ->> 'allowed')::boolean and consent_is_mine(x) and not item_is_blocked(person, x.id);
	perform raise_unless(c.id is not null, 422, 'unknown_reference',
		fault('/query/consent_id', 'reference', 'is no consent of this person that the caller may read'));
	return c;
end $$;

create function access_consent_explained(person uuid, matrix jsonb, verdicts jsonb, asked jsonb) returns jsonb
language plpgsql as $$
declare
	cells jsonb := matrix -> 'rows';
	c consent := access_consent(person, cells, verdicts, asked);
	is_stored boolean := asked ->> 'consent_id' is not null;
begin
	return jsonb_build_object('id', case when is_stored then c.id end, 'state', case when is_stored then consent_state(c) end,
		'type', c.type, 'to_agencies', to_jsonb(c.to_agencies), 'data_categories', to_jsonb(c.data_categories),
		'changes', access_changes(matrix, access_supposed(person, cells, c, false), access_supposed(person, cells, c, true)),
		'opens', access_opened(c, matrix -> 'consents'));
end $$;

-- The whole explanation. Owner's rights: what decides (relations, objections, consents) is asked for whoever calls, as
-- the gate asks it. A person whom the caller may not know of does not exist: 404 after the same work.
create function access_explained(person uuid, matrix jsonb, asked jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	cells jsonb := matrix -> 'rows';
	verdicts jsonb := access_verdicts(person, cells);
	items jsonb;
	about jsonb;
begin
	-- the log says about whom; the answer does not
	perform raise_unless(access_is_known(cells, verdicts), 404, 'not_found', jsonb_build_object('about', person));
	if asked ->> 'consent_id' is not null or asked ->> 'data_categories' is not null then
		about := access_consent_explained(person, matrix, verdicts, asked);
	end if;
	select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('resource', c ->> 'resource', 'title', c ->> 'title',
		'category', c ->> 'category', 'level', nullif(c -> 'read' ->> 'level', ''), 'limits', access_limits(c -> 'read'),
		'each_thing', (c ->> 'thing')::boolean or c -> 'read' ->> 'gates' ~ '[op]',
		'read', access_decision(c, verdicts -> (c ->> 'resource'), 'read', matrix -> 'rules'),
		'write', access_decision(c, verdicts -> (c ->> 'resource'), 'write', matrix -> 'rules'),
		'create', access_decision(c, verdicts -> (c ->> 'resource'), 'create', matrix -> 'rules'))) order by n)
	into items from jsonb_array_elements(cells) with ordinality x (c, n);
	-- the last verdict's settings are no ground of this request
	perform set_config(s, '', true) from unnest('{app.admitted,app.relation_id,app.consent_id,app.emergency_id,app.overridden}'::text[]) s;
	perform set_config('app.basis', coalesce((select v.value -> 'read' ->> 'rule' from jsonb_each(verdicts) v
		where v.value -> 'read' ->> 'rule' is not null order by v.key limit 1), ''), true), show(person);
	return jsonb_strip_nulls(jsonb_build_object('patient_id', person, 'role', app_role(), 'agency_id', app_agency_id(),
		'purpose', nullif(current_setting('app.purpose', true), ''), 'items', items, 'objections', access_objections(person),
		'rules', access_rules(matrix -> 'rules', jsonb_build_array(items, about)), 'consent', about));
end $$;

-- migrate:down
drop function if exists access_explained, access_consent_explained, access_consent, access_opened, access_rules,
	access_objections, access_decision, access_limits, access_changes, access_supposed, access_is_known, access_verdicts,
	access_verdict cascade;
