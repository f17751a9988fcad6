-- migrate:up
-- Rows that wait for their person or their stay (0113, import_conclude): who wakes them, and how they are taken.

-- Rows that were laid aside, and whose person has been registered since, or whose stay told of. What was said of one that
-- has to wait on stands already. It stays locked where it is: who registers meanwhile waits, and makes it ready again.
create function import_unpark() returns int language plpgsql as $$
declare
	b import_batch;
	waiting bigint[];
	rows jsonb;
	told jsonb;
	gone bigint[];
begin
	select x.* into b from import_parked p join import_batch x on x.id = p.batch_id where p.ready order by p.id limit 1;
	if b.id is null or not import_turn(b, null) then
		return 0;
	end if;
	waiting := array(select p.id from import_parked p where p.ready and p.batch_id = b.id order by p.id limit 200);
	perform import_lock_persons(array(select coalesce((select i.patient_id from patient_identifier i where i.hash = any (p.hashes) limit 1),
		import_stay_person(b, p.content)) from import_parked p where p.id = any (waiting)));
	select jsonb_agg(p.content order by p.id), array_agg(p.id) into rows, gone from (select * from import_parked x
		where x.id = any (waiting) and x.ready order by x.id for update skip locked) p;
	if gone is null then
		return 0;
	end if;
	told := import_merge(b, rows);
	delete from import_parked p where p.id = any (gone) and p.ready;
	told := jsonb_set(told, '{remarks}', (select coalesce(jsonb_agg(r), '[]') from jsonb_array_elements(told -> 'remarks') r
		where r ->> 'code' not in (select v.code from import_verdict v where v.counted = 'parked')));
	perform import_count(b.id, jsonb_set(told, '{counts,parked}', to_jsonb(coalesce((told -> 'counts' ->> 'parked')::int, 0)
		- cardinality(gone))));
	return cardinality(gone);
end $$;

create function import_ready() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform import_lock_persons(array[new.patient_id]);
	update import_parked p set ready = true where p.hashes @> array[new.hash];
	return null;
end $$;
create trigger import_ready after insert on patient_identifier for each row execute function import_ready();

-- Who was being registered while a row of theirs was laid aside has not seen the row, and its merge has not seen them. They are
-- looked for among those registered of late, who are few; the rows that wait may be many.
create function import_wake(batch int) returns void language sql as $$
	update import_parked p set ready = true where p.id in (select x.id from import_parked x
		where not x.ready and x.stay is null and x.hashes && array(select i.hash from patient_identifier i
			where i.created_at > clock_now() - interval '1 hour')
		order by x.id limit batch for update skip locked)
$$;

-- migrate:down
drop trigger import_ready on patient_identifier;
drop function if exists import_wake, import_ready, import_unpark cascade;
