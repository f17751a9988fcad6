-- migrate:up
-- Lists, page by page. A statement gives its page and one item more, in order, which tells whether there is another page.

create function page_size(asked text) returns int language sql immutable as $$
	select coalesce(asked::int, 50) $$;

create type list_item as (body json, place text[], person uuid); -- as it is shown, where it stands, whom it shows

-- What a list answers: body and next, and the persons on the page for show_all().
create function list_page(items list_item[], asked text, out body json, out next text, out persons uuid[])
language plpgsql immutable as $$
declare
	size int := page_size(asked);
begin
	select coalesce(json_agg(i.body order by i.n), '[]'), array_agg(i.person) into body, persons
	from unnest(items[:size]) with ordinality i (body, place, person, n);
	if cardinality(items) > size then
		next := cursor_make(variadic (items[size]).place); -- of one item alone: most are never asked for
	end if;
end $$;

-- Cursors: base64url of a JSON array, made and opened here alone.
create function cursor_make(variadic parts text[]) returns text language sql immutable as $$
	select translate(replace(encode(convert_to(to_json(parts)::text, 'UTF8'), 'base64'), E'\n', ''), '+/=', '-_')
$$;

-- Where an item of a list stands, of which a cursor can be made.
create function cursor_at(variadic parts text[]) returns text[] language sql immutable as $$ select parts $$;

create function cursor_refuse() returns boolean language sql as $$
	select raise_problem(422, 'invalid_parameter',
		fault('/query/cursor', 'cursor', 'is not a cursor that this service gave')) $$;

create function cursor_part(cursor_text text, part int) returns text language plpgsql immutable as $$
begin
	if cursor_text is null then
		return null;
	end if;
	return convert_from(decode(rpad(translate(cursor_text, '-_', '+/'),
		(length(cursor_text) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json ->> part;
exception when data_exception then
	perform cursor_refuse();
end $$;

-- A part as what `kind` is; its value says nothing.
create function cursor_as(cursor_text text, part int, kind anyelement) returns anyelement language plpgsql stable as $$
begin
	kind := cursor_part(cursor_text, part);
	return kind;
exception when data_exception then
	perform cursor_refuse();
end $$;

create function cursor_time(cursor_text text, part int) returns timestamptz language sql stable as $$
	select cursor_as(cursor_text, part, null::timestamptz) $$;
create function cursor_date(cursor_text text, part int) returns date language sql stable as $$
	select cursor_as(cursor_text, part, null::date) $$;
create function cursor_number(cursor_text text, part int) returns bigint language sql stable as $$
	select cursor_as(cursor_text, part, null::bigint) $$;
create function cursor_uuid(cursor_text text, part int) returns uuid language sql stable as $$
	select cursor_as(cursor_text, part, null::uuid) $$;

-- migrate:down
drop function if exists cursor_make, cursor_at, cursor_refuse, cursor_part, cursor_as, cursor_time, cursor_date, cursor_number, cursor_uuid, list_page, page_size;
drop type if exists list_item;
