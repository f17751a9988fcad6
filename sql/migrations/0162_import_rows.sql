-- migrate:up
-- A row of an import, to look at again: as it was received, without the patient's number, and what was said of it.

create function import_row(batch uuid, asked int) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	b import_batch;
	row_in jsonb;
	refused jsonb;
	said jsonb;
begin
	select * into b from import_batch x where x.id = batch and x.agency_id = app_agency_id() and x.received >= asked;
	if b.id is null then
		return null;
	end if;
	perform raise_unless(import_may(b.type), 403, 'forbidden_action');
	select r.value into row_in from import_block k cross join lateral jsonb_array_elements(k.content) r
	where k.batch_id = b.id and k.first_row <= asked and k.last_row >= asked and (r.value ->> 'n')::int = asked;
	perform show((select i.patient_id from patient_identifier i
		where i.hash = any (array(select jsonb_array_elements_text(row_in -> 'p'))) limit 1));
	select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('severity', m.severity, 'code', m.code, 'field', m.field,
		'message', m.message)) order by m.id), (jsonb_agg(m.content order by m.id) filter (where m.content is not null)) -> 0
	into said, refused from import_remark m where m.batch_id = b.id and m.row_no = asked;
	return jsonb_strip_nulls(jsonb_build_object('row', asked, 'columns', coalesce(refused, row_in - '{n,s,i,t,h,o,p}'::text[]
		|| jsonb_strip_nulls(jsonb_build_object('source_system', row_in -> 's', 'source_id', row_in -> 'i', 'source_updated_at', row_in -> 't',
			'op', row_in -> 'o', 'patient_id', case when row_in ? 'p' then '***********' end))),
		'remarks', coalesce(said, '[]')));
end $$;
revoke execute on function import_row(uuid, int) from public;
grant execute on function import_row(uuid, int) to samhandling_service;

-- The next lines of a batch's report, and the row after which they go on; null when that was all. Ends with a whole row:
-- what is said of one stands together.
create function import_report_page(asked uuid, reader jsonb, place jsonb, out body text, out next jsonb) language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	batch uuid := (select b.id from import_batch b where b.id = asked and b.agency_id = (reader ->> 'agency_id')::uuid);
	behind int := coalesce((place ->> 'after')::int, 0);
	last int;
begin
	select m.row_no into last from import_remark m where m.batch_id = batch and m.row_no > behind
	order by m.row_no, m.id offset 1000 limit 1;
	select string_agg(json_strip_nulls(json_build_object('row', m.row_no, 'source_id', m.source_id, 'severity', m.severity,
		'code', m.code, 'field', m.field, 'message', m.message))::text || chr(10), '' order by m.row_no, m.id), max(m.row_no)
	into body, last from import_remark m where m.batch_id = batch and m.row_no > behind and (last is null or m.row_no <= last);
	next := case when last is not null then jsonb_build_object('after', last) end;
end $$;
revoke execute on function import_report_page(uuid, jsonb, jsonb) from public;
grant execute on function import_report_page(uuid, jsonb, jsonb) to samhandling_service;

-- migrate:down
drop function if exists import_report_page, import_row cascade;
