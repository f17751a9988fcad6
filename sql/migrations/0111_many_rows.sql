-- migrate:up
-- News and history of many rows at once. A trigger for each row that calls a function, locks the person and inserts two
-- rows costs more than the row itself; of a statement that inserts hundreds, one trigger does the same for all. A
-- function that inserts many says so (`app.many`, for its own transaction), has locked the persons, and then the
-- triggers for single rows stand aside.

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
	execute format('drop trigger note on %s', target);
	execute format($f$create trigger note after insert or update on %s for each row
		when (current_setting('app.many', true) is distinct from 'yes') execute function note_change('patient_id', 'history')$f$, target);
	execute format($f$create trigger note_many after insert on %s referencing new table as fresh for each statement
		when (current_setting('app.many', true) = 'yes') execute function note_many()$f$, target);
end $$;
select install_many_trigger('admission');
select install_many_trigger('admission_segment');
select install_many_trigger('legal_period');

-- What follows from an admission follows from those that are open or have just ended; many at once are history.
drop trigger follow on admission;
create trigger follow after insert or update on admission for each row
	when (current_setting('app.many', true) is distinct from 'yes') execute function admission_follow();
drop trigger z_board on admission;
create trigger z_board after insert or update on admission for each row
	when (current_setting('app.many', true) is distinct from 'yes') execute function admission_reflex();

-- The person's row is the lock that all who write stays of one person take first, one at a time or many.
create or replace function segment_stands_alone() returns trigger language plpgsql as $$
begin
	perform 1 from patient p where p.id = new.patient_id for no key update;
	perform pg_advisory_xact_lock(hashtextextended(new.patient_id::text, 40));
	if exists (select 1 from admission_segment s join admission a on a.id = s.admission_id
			where s.patient_id = new.patient_id and s.admission_id <> new.admission_id and s.level = new.level
				and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR')
				and s.valid_from < coalesce(new.valid_to, 'infinity') and new.valid_from < coalesce(s.valid_to, 'infinity')) then
		perform raise_problem(409, 'admission_overlaps');
	end if;
	return new;
end $$;
-- who inserts many has looked for overlaps with one query
drop trigger stands_alone on admission_segment;
create trigger stands_alone before insert or update of level, valid_from, valid_to on admission_segment
	for each row when (current_setting('app.many', true) is distinct from 'yes') execute function segment_stands_alone();

-- Identifiers that grow with time, as the daemon makes them: their index is written at its end.
-- One expression, which the planner writes out where it is used.
create function clock_uuid() returns uuid language sql volatile as $$
	select (lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
		|| substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- migrate:down
drop function if exists clock_uuid;
drop trigger stands_alone on admission_segment;
create trigger stands_alone before insert or update of level, valid_from, valid_to on admission_segment
	for each row execute function segment_stands_alone();
drop trigger follow on admission;
create trigger follow after insert or update on admission for each row execute function admission_follow();
drop trigger z_board on admission;
create trigger z_board after insert or update on admission for each row execute function admission_reflex();
drop function if exists install_many_trigger, note_many cascade;
drop trigger note on admission;
create trigger note after insert or update on admission for each row execute function note_change('patient_id', 'history');
drop trigger note on admission_segment;
create trigger note after insert or update on admission_segment for each row execute function note_change('patient_id', 'history');
drop trigger note on legal_period;
create trigger note after insert or update on legal_period for each row execute function note_change('patient_id', 'history');
