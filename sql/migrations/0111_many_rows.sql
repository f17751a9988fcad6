-- migrate:up
-- News and history of many rows at once. A trigger for each row that calls a function, locks the person and inserts two
-- rows costs more than the row itself; of a statement that inserts hundreds, one trigger does the same for all. A
-- function that inserts many says so (`app.many`, for its own transaction), has locked the persons, and then the
-- triggers for single rows stand aside: those that tell of it, and those of a stay (0041, 0042, 0045), from which nothing
-- follows when it is history.

create function note_many() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	insert into outbox (entity, entity_id, version, change, changed, patient_id, agency_id, request_id)
	select tg_table_name, f.id, f.version, 'CREATED', '{}', f.patient_id,
		nullif(current_setting('app.agency_id', true), '')::uuid, nullif(current_setting('app.request_id', true), '')
	from fresh f;
	insert into row_history (entity, entity_id, version, valid_from, content)
	select tg_table_name, f.id, f.version, clock_now(), to_jsonb(f.*) from fresh f;
	return null;
end $$;

-- For a table with a patient_id whose history is kept.
create function install_many_trigger(target regclass) returns void language plpgsql as $$
begin
	execute format($f$create trigger note_many after insert on %s referencing new table as fresh for each statement
		when (current_setting('app.many', true) = 'yes') execute function note_many()$f$, target);
end $$;
select install_many_trigger('admission');
select install_many_trigger('admission_segment');
select install_many_trigger('legal_period');

-- Identifiers that grow with time, as the daemon makes them: their index is written at its end.
-- One expression, which the planner writes out where it is used.
create function clock_uuid() returns uuid language sql volatile as $$
	select (lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
		|| substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- migrate:down
drop function if exists clock_uuid, install_many_trigger, note_many cascade;
