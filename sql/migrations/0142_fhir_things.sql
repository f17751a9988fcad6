-- migrate:up
-- The frame of the FHIR face: where a type's resources come from, how one is read, how they are found and paged. A type
-- is its rows of `fhir_source`; nothing here names one.

-- A row of the matrix and its gates, where an operation has several: one after the other is tried. False when the
-- caller has no cell in it; true where the operation has one row alone, which room 3 has entered.
create function fhir_enter(asked text) returns boolean language plpgsql as $$
declare
	cell jsonb := cell_of(asked);
begin
	if coalesce(current_setting('app.cells', true), '') = '' then
		return true;
	elsif cell is null then
		return false;
	end if;
	perform set_config('app.cell', cell ->> 'level', true), set_config('app.gates', cell ->> 'gates', true),
		set_config('app.number', cell ->> 'number', true), set_config('app.resource', asked, true);
	return true;
end $$;

-- One resource with what stands beside it: of what version and time it is, and whom it shows (null: nobody).
create type fhir_thing as (id uuid, patient_id uuid, body jsonb, version int, at timestamptz);

-- The sources of a type, tried in their order.
--   one   name of a function (id) → things: read singly, none or refused, as natively
--   many  name of a function: of a person (null: of all), and what is asked (`fhir_search`) → things; or, where `singly`,
--         of a person → ids, of which each decides by itself whether it is read
create table fhir_source (
	type text not null,
	position int not null,
	resources text[] not null, -- rows of the access matrix; where there are several, the thing decides
	category text, -- what a consent must cover; null: what the caller's cell says; name(): what this function of the person says
	one text not null,
	many text not null,
	singly boolean not null,
	is_gated boolean not null, -- a search of one person asks the gate; else row security alone says
	kept_in regclass, -- its table, where row_history keeps versions; null: only the present one can be shown
	was text, -- expression of "now" and "was", rows of that table → things as they were
	beside text[] not null default '{}', -- elements that are made of other rows
	primary key (type, position),
	unique (type, one)
);
grant select on fhir_source to samhandling_service;

-- What reads a thing as it is, of a type: one source after the other, by the gate of its row of the matrix. It is written
-- of the sources, so that its statements are planned once: one that is put together at each call took half of a read's time.
create function fhir_write_reader() returns void language plpgsql as $write$
begin
	execute 'create or replace function fhir_read_now(of_type text, thing uuid) returns setof fhir_thing language plpgsql as $$ begin case of_type '
		|| (select string_agg(format('when %L then %s', t.type, t.sources), ' ' order by t.type) from (
			select s.type, string_agg(format('%s begin return query select * from %I(thing); if found then return; end if; '
					'exception when sqlstate ''AP404'' then null; end; %s',
				case when cardinality(s.resources) = 1 then format('if fhir_enter(%L) then', s.resources[1]) end, s.one,
				case when cardinality(s.resources) = 1 then 'end if;' end), ' ' order by s.position) as sources
			from fhir_source s group by s.type) t)
		|| ' end case; end $$';
end $write$;

create function fhir_add_source(type text, resources text[], category text, one text, many text, singly boolean default false,
	is_gated boolean default true) returns void language sql as $$
	insert into fhir_source select $1, 1 + (select count(*) from fhir_source s where s.type = $1), $2, $3, $4, $5, $6, $7;
	select fhir_write_reader()
$$;

-- Earlier versions of a source's things: of what rows they are made, and how.
create function fhir_keep(type text, one text, kept_in regclass, was text default 'fhir_made(was)', beside text[] default '{}')
returns void language plpgsql as $$
begin
	update fhir_source s set kept_in = $3, was = $4, beside = $5 where s.type = $1 and s.one = $2;
	if not found then
		raise exception '% is no source of %', one, type;
	end if;
end $$;

-- The source that most types have: rows of one table, each behind the gate on whose it is, of which `fhir_made(row)` makes
-- the thing, or none where the caller may not see it. Its two functions are written here once. `found_if`: what must be true of
-- a row "x" to be found, but when the parameter `unless` is asked for.
create function fhir_add_rows(type text, resource text, category text, kept_in regclass, found_if text default 'true',
	unless text default '') returns void language plpgsql as $make$
begin
	execute format($sql$
		create function fhir_one_%1$s(thing uuid) returns setof fhir_thing language plpgsql as $$
		declare
			person uuid := admit(%2$L, thing, %3$L, false);
		begin
			return query select m.* from %1$s x cross join lateral fhir_made(x) m where x.id = thing and x.patient_id = person;
		end $$;
		create function fhir_of_%1$s(person uuid, asked jsonb) returns setof fhir_thing language plpgsql as $$
		declare
			any_blocked boolean := items_are_blocked(person);
			all_asked boolean := coalesce(asked -> 'where' ? %5$L, false);
		begin
			return query select m.* from %1$s x cross join lateral fhir_made(x) m
				where x.patient_id = person and (all_asked or %4$s)
					and case when any_blocked then not item_is_blocked(x.patient_id, x.id) else true end
					and (asked ->> 'after' is null or x.id > (asked ->> 'after')::uuid)
				order by x.id limit (asked ->> 'most')::int;
		end $$
	$sql$, kept_in, resource, category, found_if, unless);
	perform fhir_add_source(type, array[resource], category, 'fhir_one_' || kept_in, 'fhir_of_' || kept_in);
end $make$;

-- Reading ---------------------------------------------------------------------------------------------------
-- Of rows that make two things each the second has the row's id, with 8 for its version (RFC 9562, 5.8).
create function fhir_row(thing uuid) returns uuid language sql immutable as $$
	select case when substr(thing::text, 15, 1) = '8' then overlay(thing::text placing '4' from 15)::uuid else thing end $$;

-- What a version was without what is made of other rows, which were as nobody has written down.
create function fhir_earlier(thing fhir_thing, beside text[]) returns fhir_thing language sql stable as $$
	select row((thing).id, (thing).patient_id, case when beside = '{}' then (thing).body
		else jsonb_set((thing).body - beside, '{meta,tag}', fhir_subsetted()) end, (thing).version, (thing).at)::fhir_thing
$$;

-- A thing as it is, and as it was: who may see that is decided by what it is.
create function fhir_versions(s fhir_source, thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query execute format('select * from %I($1)', s.one) using thing;
	if not found or s.kept_in is null then
		return;
	end if;
	return query execute format('select e.* from %1$s now cross join lateral row_versions(%1$L, now.id) h
		cross join lateral jsonb_populate_record(now, h.content) was cross join lateral %2$s w cross join lateral fhir_earlier(w, $2) e
		where now.id = fhir_row($1) and h.version < now.version and w.id = $1', s.kept_in, s.was) using thing, s.beside;
end $$;

-- All versions of a thing that can be shown.
create function fhir_read_past(type text, thing uuid) returns setof fhir_thing language plpgsql as $$
declare
	s fhir_source;
begin
	for s in select * from fhir_source f where f.type = fhir_read_past.type order by f.position loop
		continue when cardinality(s.resources) = 1 and not fhir_enter(s.resources[1]);
		begin
			return query select * from fhir_versions(s, thing);
			if found then
				return;
			end if;
		exception when sqlstate 'AP404' then null;
		end;
	end loop;
end $$;

-- As it is, where a refusal is only that it is not there.
create function fhir_read_if_any(type text, thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	return query select * from fhir_read_now(type, thing);
exception when sqlstate 'AP404' or sqlstate 'AP403' or sqlstate 'AP410' then return;
end $$;

-- Finding ---------------------------------------------------------------------------------------------------
-- Whom a search names; null: nobody; an id that nobody has: one who is not known.
create function fhir_named(person uuid, number text) returns uuid language sql stable as $$
	select case when number is null then person
		when person is null or person = citizen_patient(number) then coalesce(citizen_patient(number), '00000000-0000-0000-0000-000000000000')
		else '00000000-0000-0000-0000-000000000000' end
$$;

create function fhir_category(s fhir_source, person uuid, resource text) returns text language plpgsql stable as $$
declare
	said text := coalesce(s.category, cell_of(resource) ->> 'category');
begin
	if said like '%()' then
		execute format('select %I($1)', left(said, -2)) into said using person;
	end if;
	return said;
end $$;

-- The gate for a search of one person's things, after which the policies show them: null where one of the rows opens it.
create function fhir_refusals(person uuid, s fhir_source) returns text[] language plpgsql as $$
declare
	resource text;
	refusals text[] := '{}';
begin
	foreach resource in array s.resources loop
		refusals := array_append(refusals, case when not fhir_enter(resource) then 'forbidden'
			else gate_refusal(person, resource, fhir_category(s, person, resource), false) end);
	end loop;
	return refusals;
end $$;

-- A search that names one person and found nothing says why, where the caller may know of the person.
create function fhir_told(found boolean, refusals text[]) returns boolean language plpgsql as $$
declare
	reason text := (select r from unnest(refusals) r where r not in ('not_found', 'forbidden') limit 1);
begin
	return found or reason is null or array_position(refusals, null) is not null
		or raise_problem(403, reason);
end $$;

create function fhir_of_source(s fhir_source, person uuid, asked jsonb) returns setof fhir_thing language plpgsql as $$
declare
	one uuid;
begin
	if not s.singly then
		return query execute format('select * from %I($1, $2)', s.many) using person, asked;
		return;
	end if;
	for one in execute format('select %I($1)', s.many) using person loop
		return query select f.* from fhir_read_if_any(s.type, one) f where f.patient_id = person;
	end loop;
end $$;

-- What a search finds of a type before its parameters are looked at: those with the ids that it names, or those of the
-- person; what cannot be read singly is not there.
create function fhir_found(type text, asked jsonb) returns setof fhir_thing language plpgsql as $$
declare
	person uuid := fhir_named((asked ->> 'patient')::uuid, asked ->> 'patient_identifier');
	refusals text[] := '{}';
	more text[];
	any_found boolean := false;
	one uuid;
	s fhir_source;
begin
	foreach one in array coalesce(fhir_ids(asked #> '{where,_id,groups}'), '{}') loop
		return query select f.* from fhir_read_if_any(type, one) f where person is null or f.patient_id = person;
	end loop;
	if asked -> 'where' ? '_id' then
		return;
	end if;
	for s in select * from fhir_source f where f.type = fhir_found.type order by f.position loop
		more := case when s.is_gated then fhir_refusals(person, s)
			when exists (select from unnest(s.resources) r where fhir_enter(r)) then '{NULL}' else '{forbidden}' end;
		refusals := refusals || more;
		continue when array_position(more, null) is null and not s.singly;
		return query select * from fhir_of_source(s, person, asked);
		any_found := any_found or found;
	end loop;
	perform fhir_told(any_found, refusals);
end $$;

-- What stands at a path of a resource, element by element.
create function fhir_at(body jsonb, path text) returns setof jsonb language sql immutable as $$
	select jsonb_path_query(body, ('$.' || path || '[*]')::jsonpath) $$;

-- From when to when a date, a moment or a period lasts; a day is Oslo's.
create function fhir_moment(written text, is_end boolean) returns timestamptz language sql stable as $$
	select case when length(written) = 10 then (written::date + is_end::int)::timestamp at time zone 'Europe/Oslo'
		else written::timestamptz end $$;
create function fhir_begins(there jsonb) returns timestamptz language sql stable as $$
	select fhir_moment(case jsonb_typeof(there) when 'object' then there ->> 'start' else there #>> '{}' end, false) $$;
create function fhir_ends(there jsonb) returns timestamptz language sql stable as $$
	select case when jsonb_typeof(there) = 'object' then coalesce(fhir_moment(there ->> 'end', true), 'infinity')
		else fhir_moment(there #>> '{}', true) end $$;

-- A concept's codings; a coding, an identifier or a bare code by itself.
create function fhir_codings(there jsonb) returns setof jsonb language sql immutable as $$
	select jsonb_array_elements(case when jsonb_typeof(there) = 'object' and there ? 'coding' then there -> 'coding'
		else jsonb_build_array(there) end) $$;

-- Whether one value of a search fits what stands in a resource. A bare code has no system: any fits.
create function fhir_fits(kind text, modifier text, asked jsonb, there jsonb) returns boolean language plpgsql stable as $$
begin
	return case kind
		when 'token' then exists (select from fhir_codings(there) c
			where (not asked ? 'code' or asked ->> 'code' = coalesce(c ->> 'code', c ->> 'value', c #>> '{}'))
				and (not asked ? 'system' or jsonb_typeof(c) <> 'object' or asked ->> 'system' = coalesce(c ->> 'system', '')))
		when 'uri' then there = asked
		when 'reference' then there ->> 'reference' = coalesce(asked ->> 'type', split_part(there ->> 'reference', '/', 1))
			|| '/' || (asked ->> 'id')
		when 'date' then fhir_begins(there) is not null and fhir_holds_date_value(asked, fhir_begins(there),
			greatest(fhir_ends(there), fhir_begins(there) + interval '1 microsecond'))
		else case modifier when 'exact' then there = asked
			when 'contains' then position(fhir_plain(asked #>> '{}') in fhir_plain(there #>> '{}')) > 0
			-- each part of a name begins one
			else position(' ' || fhir_plain(asked #>> '{}') in ' ' || fhir_plain(there #>> '{}')) > 0 end end;
end $$;

-- Whether a resource is what the parameters ask for: {name: {kind, at: [path, …], groups}}. One without a path has been
-- looked at where the rows were found.
create function fhir_holds(body jsonb, parameters jsonb) returns boolean language plpgsql stable as $$
begin
	return not exists (select from jsonb_each(parameters) p (name, one), jsonb_array_elements(one -> 'groups') g
		where one ? 'at' and (g ->> 'modifier' = 'not') = exists (
			select from jsonb_array_elements_text(one -> 'at') path, fhir_at(body, path) there, jsonb_array_elements(g -> 'any') v
			where fhir_fits(one ->> 'kind', g ->> 'modifier', v, there)));
end $$;

-- Paging ----------------------------------------------------------------------------------------------------
-- How a page answers a search: entries as text, where the next one begins, how many there are, and whom it shows.
create type fhir_found_page as (body text, next text, total bigint, noted text);

-- `mode`: match, or include for what comes along.
create function fhir_entries(base text, mode text, things fhir_thing[]) returns text language plpgsql stable as $$
begin
	return (select string_agg('{"fullUrl":"' || base || '/' || (t.body ->> 'resourceType') || '/' || t.id || '","resource":' || t.body::text
			|| ',"search":{"mode":"' || mode || '"}}', ',' order by n)
		from unnest(things) with ordinality t (id, patient_id, body, version, at, n));
end $$;

-- What a search is sorted by: its moment, backwards where that is asked; what has none comes last.
create function fhir_sort_key(body jsonb, sort jsonb) returns timestamptz language plpgsql stable as $$
begin
	return case when sort is null then 'epoch'::timestamptz else coalesce((
		select case when (sort ->> 'descending')::boolean then 'epoch'::timestamptz - (fhir_begins(there) - 'epoch'::timestamptz)
			else fhir_begins(there) end from fhir_at(body, sort ->> 'at') there limit 1), 'infinity') end;
end $$;

-- What the elements are that are asked for; what is mandatory comes with them.
create function fhir_shortened(thing fhir_thing, elements jsonb) returns fhir_thing language sql stable as $$
	select row((thing).id, (thing).patient_id, (select jsonb_object_agg(e.key, case e.key when 'meta' then e.value
				|| jsonb_build_object('tag', fhir_subsetted())
				else e.value end)
			from jsonb_each((thing).body) e where e.key in ('resourceType', 'id', 'meta') or elements ? e.key
				or exists (select from jsonb_array_elements_text(elements) x
					where x like '%[x]' and e.key ~ ('^' || left(x, -3) || '[A-Z]'))),
		(thing).version, (thing).at)::fhir_thing
$$;

-- The page of what was found from its place on, in order, with what belongs to it.
create function fhir_page(asked jsonb, things fhir_thing[]) returns fhir_found_page language plpgsql as $$
declare
	size int := page_size(asked ->> '_count');
	more fhir_thing[];
	page fhir_found_page;
begin
	if asked ->> '_total' in ('accurate', 'estimate') then
		page.total := cardinality(things);
	end if;
	if cardinality(things) > size then
		page.next := cursor_make(fhir_sort_key((things[size]).body, asked -> 'sort')::text, (things[size]).id::text);
		things := things[:size];
	end if;
	more := fhir_included(asked, things);
	page.noted := show_all(array(select t.patient_id from unnest(things || more) t));
	if asked ? 'elements' then
		things := array(select fhir_shortened(t, asked -> 'elements') from unnest(things) t);
	end if;
	page.body := '[' || concat_ws(',', fhir_entries(asked ->> 'base', 'match', things),
		fhir_entries(asked ->> 'base', 'include', more)) || ']';
	return page;
end $$;

-- `asked` is what api/fhir_question.h makes of the parameters. Without parameters that look into the resource no more rows
-- are made into resources than the page and the one that follows.
create function fhir_search(asked jsonb) returns fhir_found_page language plpgsql as $$
declare
	sort jsonb := asked -> 'sort';
	after timestamptz := cursor_time(asked ->> '_page', 0);
	after_id uuid := cursor_uuid(asked ->> '_page', 1);
	looked boolean := sort is not null or jsonb_path_exists(asked, '$.where.*.at');
	things fhir_thing[];
	total bigint;
	page fhir_found_page;
begin
	if not looked and coalesce(asked ->> '_total', 'none') = 'none' then
		asked := asked || jsonb_build_object('after', after_id, 'most', page_size(asked ->> '_count') + 1);
	end if;
	if looked then
		things := array(select f from fhir_found(asked ->> 'type', asked) f where fhir_holds(f.body, asked -> 'where')
			order by fhir_sort_key(f.body, sort), f.id);
	else
		things := array(select f from fhir_found(asked ->> 'type', asked) f order by f.id);
	end if;
	total := cardinality(things);
	if after_id is not null then
		things := array(select row(t.id, t.patient_id, t.body, t.version, t.at)::fhir_thing
			from unnest(things) with ordinality t (id, patient_id, body, version, at, n) where case when sort is null then t.id > after_id
				else (fhir_sort_key(t.body, sort), t.id) > (after, after_id) end order by t.n);
	end if;
	page := fhir_page(asked, things);
	page.total := case when page.total is not null then total end;
	return page;
end $$;

-- What several types share ------------------------------------------------------------------------------------
-- The unit or agency of a native brief.
create function fhir_organization(brief jsonb) returns json language sql stable as $$
	select case when brief ? 'id' then json_build_object('reference', 'Organization/' || (brief ->> 'id'),
		'display', brief ->> 'name') end $$;

-- Where the native answer shows a status alone.
create function fhir_is_subset(native jsonb) returns boolean language sql immutable as $$
	select native ->> 'projection' in ('STATUS', 'STAND_ALONE', 'LIMITED') $$;

-- migrate:down
drop table fhir_source cascade;
drop function if exists fhir_enter, fhir_write_reader, fhir_read_now, fhir_add_source, fhir_add_rows, fhir_keep,
	fhir_row, fhir_earlier, fhir_versions, fhir_category, fhir_read_past, fhir_read_if_any, fhir_named, fhir_refusals, fhir_told,
	fhir_of_source, fhir_found, fhir_at, fhir_moment, fhir_begins, fhir_ends, fhir_codings, fhir_fits, fhir_holds, fhir_entries,
	fhir_sort_key, fhir_shortened, fhir_page, fhir_search, fhir_organization, fhir_is_subset cascade;
drop type fhir_thing, fhir_found_page cascade;
