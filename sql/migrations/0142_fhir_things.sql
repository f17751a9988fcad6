-- migrate:up
-- What is a person's over FHIR: read singly by the rules of the native reading, and found as what can be read singly.

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
		set_config('app.resource', asked, true);
	return true;
end $$;

-- One resource with what stands beside it: of what version and time it is, and whom it shows (null: nobody).
create type fhir_thing as (id uuid, patient_id uuid, body jsonb, version int, at timestamptz);

-- Whom a search names; null: nobody, or one who is not known.
create function fhir_named(person uuid, number text) returns uuid language sql stable as $$
	select case when number is null then person
		when person is null or person = citizen_patient(number) then coalesce(citizen_patient(number), '00000000-0000-0000-0000-000000000000')
		else '00000000-0000-0000-0000-000000000000' end
$$;

-- The gate for a search of one person's things, after which the policies show them; the refusal, or null.
create function fhir_refusal(person uuid, resource text, category text) returns text language plpgsql as $$
begin
	return case when not fhir_enter(resource) then 'forbidden'
		else gate_refusal(person, resource, category, false) end;
end $$;

-- A search that names one person and found nothing says why, where the caller may know of the person.
create function fhir_told(found boolean, refusals text[]) returns boolean language plpgsql as $$
declare
	reason text := (select r from unnest(refusals) r where r not in ('not_found', 'forbidden') limit 1);
begin
	return found or reason is null or array_position(refusals, null) is not null
		or raise_problem(403, reason);
end $$;

-- A page of a search: the things in their order, one more than the page holds.
create function fhir_page(base text, type text, things fhir_thing[], count text, total text,
	out body json, out next text, out total_count bigint, out noted text) language sql as $$
	select coalesce(json_agg(fhir_entry(base, type, t.id, t.body::json) order by n) filter (where n <= page_size(count)), '[]'),
		case when max(n) > page_size(count) then max(cursor_make(t.id::text)) filter (where n = page_size(count)) end,
		case when total in ('accurate', 'estimate') then count(*) end,
		show_all(array_agg(t.patient_id) filter (where n <= page_size(count)))
	from unnest(things) with ordinality t (id, patient_id, body, version, at, n)
$$;

-- The unit or agency of a native brief.
create function fhir_organization(brief jsonb) returns json language sql stable as $$
	select case when brief ? 'id' then json_build_object('reference', 'Organization/' || (brief ->> 'id'),
		'display', brief ->> 'name') end $$;

-- Where the native answer shows a status alone.
create function fhir_is_subset(native jsonb) returns boolean language sql immutable as $$
	select native ->> 'projection' in ('STATUS', 'STAND_ALONE', 'LIMITED') $$;

-- migrate:down
drop function if exists fhir_enter, fhir_named, fhir_refusal, fhir_told, fhir_page, fhir_organization, fhir_is_subset cascade;
drop type fhir_thing cascade;
