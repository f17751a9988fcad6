-- migrate:up
-- News of many rows at once. A trigger for each row that calls a function, locks the person and inserts two
-- rows costs more than the row itself; of a statement that inserts hundreds, one trigger does the same for all. A
-- function that inserts many says so (`app.many`, for its own transaction), has locked the persons, and then the
-- triggers for single rows stand aside: those that tell of it, and those of a stay (0041, 0042, 0045), from which nothing
-- follows when it is history.

-- Whose turn it is to give events their places: all that is committed has one, and until the commit nobody else gives any.
-- So what a transaction adds with places behind this one stands where the sequencer would have put it, in one write.
create function outbox_turn() returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform pg_advisory_xact_lock(hashtextextended('news', 0));
	while outbox_waits() loop
		perform outbox_place(5000);
	end loop;
	return outbox_head();
end $$;
revoke execute on function outbox_turn() from public;

create function note_many() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	last bigint := outbox_turn();
	agency uuid := nullif(current_setting('app.agency_id', true), '')::uuid;
	request text := nullif(current_setting('app.request_id', true), '');
begin
	insert into outbox (position, entity, entity_id, version, change, changed, patient_id, agency_id, request_id)
	select last + row_number() over (), tg_table_name, f.id, f.version, 'CREATED', '{}', f.patient_id, agency, request from fresh f;
	return null;
end $$;

-- By which import a row came that has not changed since: the first that told of it. Owner's rights: origins are for functions alone.
create function import_of(thing uuid) returns setof import_batch language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select b.* from import_origin o join import_batch b on b.id = o.batch_id where o.entity_id = thing order by o.told_at limit 1
$$;

-- What is inserted among many has no history yet: its first version is the row. It is written down when it changes, with the
-- row's own id, which is what it was told by until then (row_versions).
create function keep_first_version() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	insert into row_history (entity, entity_id, version, valid_from, content, id, agency_id, staff_id, role, batch_id)
	select tg_table_name, old.id, old.version, old.created_at, to_jsonb(old), old.id, b.agency_id, (b.caller ->> 'staff_id')::uuid,
		b.caller ->> 'role', b.id
	from (select 1) one left join import_of(old.id) b on true on conflict do nothing;
	return new;
end $$;

-- The versions of a thing, the one in force among them.
create function row_versions(target regclass, thing uuid) returns setof row_history language plpgsql stable as $$
begin
	return query select h.* from row_history h where h.entity = target::text and h.entity_id = thing;
	if not found then
		return query execute format($sql$select %L::text, t.id, t.version, t.created_at, to_jsonb(t), t.id, b.agency_id,
			(b.caller ->> 'staff_id')::uuid, b.caller ->> 'role', b.id from %s t left join import_of(t.id) b on true where t.id = $1$sql$,
			target::text, target) using thing;
	end if;
end $$;

-- For a table with a patient_id whose history is kept. Only kinds of things that news tell of are noted.
create function install_many_trigger(target regclass) returns void language plpgsql as $$
begin
	execute format($f$create trigger keep_first before update on %s for each row
		when (old.version = 1) execute function keep_first_version()$f$, target);
	if exists (select 1 from news_kind k where k.entity = target::text) then
		execute format($f$create trigger note_many after insert on %s referencing new table as fresh for each statement
			when (current_setting('app.many', true) = 'yes') execute function note_many()$f$, target);
	end if;
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
drop function if exists clock_uuid, install_many_trigger, row_versions, keep_first_version, import_of, note_many, outbox_turn cascade;
