-- migrate:up
-- How batches are merged: one block a transaction, beside the upload, by whichever thread of whichever daemon comes first.
-- A block belongs to whoever holds its lock, which ends with the transaction. Blocks of a batch are written in their order, since of
-- several rows with one key the order counts; but while one is written the next one is laid out (import_turn). Nobody locks the
-- batch's row before the end, so that the upload never waits for a merge.
--
-- Locks are taken in one order by all who write what an agency's systems tell: the agency's line, the persons by their ids, the
-- rows that wait, the stays. Whoever registers a person locks them before they wake rows; whoever enters a stay or takes a step in
-- it locks the person before the stay (0041, admission_hold).

-- The lock of a block; 0: of what is done when no block is left.
create function import_lock(batch uuid, first int) returns bigint language sql immutable as $$
	select hashtextextended(batch::text, first)
$$;

-- What an agency's systems tell of one kind of thing stands in one line: one transaction at a time writes it, be it a block, rows
-- that have waited, or messages. So of two that tell of one key, or of a stay and of its ground, the later sees the earlier.
create function import_line(agency uuid, of_type text) returns bigint language sql immutable as $$
	select hashtextextended(agency || ' ' || case when of_type in ('admissions', 'legal-periods', 'adt') then 'stays' else of_type end, 41)
$$;

-- Waits until the blocks before one (null: there are none) are written, and for the head of the line. False when that was not
-- to be: then whoever is at them has failed, or takes so long that a statement which waits on would have no time left for its
-- own rows.
create function import_turn(b import_batch, ahead int) returns boolean language plpgsql as $$
declare
	before int := (select max(k.first_row) from import_block k where k.batch_id = b.id and k.first_row < ahead);
begin
	begin
		perform set_config('lock_timeout', '2s', true);
		if before is not null then
			perform pg_advisory_xact_lock_shared(import_lock(b.id, before));
		end if;
		perform pg_advisory_xact_lock(import_line(b.agency_id, b.type)), set_config('lock_timeout', '0', true);
	exception when lock_not_available then
		return false;
	end;
	return ahead is null or exists (select 1 from import_batch x where x.id = b.id and x.state in ('RECEIVING', 'RECEIVED', 'RUNNING')
		and not exists (select 1 from import_block k where k.batch_id = b.id and k.first_row > x.merged and k.first_row < ahead));
end $$;

-- Whoever writes for persons locks them before they look: of two that bring one new thing, the later finds what the earlier
-- has written. All at once and in their order, so that two who write for the same ones do not wait for one another.
create function import_lock_persons(persons uuid[]) returns void language plpgsql as $$
begin
	perform 1 from patient p where p.id = any (persons) order by p.id for no key update;
end $$;

-- The rows that go one by one, each in a subtransaction: one that breaks a rule takes nobody with it.
create function import_each(b import_batch, act text) returns void language plpgsql as $$
declare
	d import_row;
	said text;
	rule text;
begin
	for d in select * from import_desk where verdict = 'ONE' order by n loop
		begin
			execute format('select %I($1, $2)', act) into said using b, d;
		exception
			when deadlock_detected then raise;
			when others then
				get stacked diagnostics rule = constraint_name;
				said := case when sqlstate like 'AP%' then upper(sqlerrm) when rule <> '' then upper(rule) else sqlstate end;
		end;
		update import_desk x set verdict = said where x.n = d.n;
	end loop;
end $$;

-- Who lies in the stay that a row names instead of a person.
create function import_stay_person(b import_batch, raw jsonb) returns uuid language sql stable as $$
	select o.patient_id from import_source c join import_origin o on o.source = c.id and o.external_id = raw ->> 'admission_source_id'
	where b.type = 'legal-periods' and raw -> 'p' is null and c.agency_id = b.agency_id and c.type = 'admissions'
		and c.system = raw ->> 's'
$$;

-- Rows of the other types: laid out with what their key and their person are known to be; all go one by one.
create function import_lay(b import_batch, content jsonb) returns void language plpgsql as $$
begin
	perform import_know_sources(b, b.type, content, null);
	insert into import_desk (n, i, t, h, o, p, raw, source, patient_id, id, verdict)
	select r.n, r.i, r.t, r.h, r.o, r.p, e.raw, c.id,
		coalesce(w.patient_id, import_stay_person(b, e.raw), case when r.o = 'delete' then o.patient_id end), clock_uuid(), 'ONE'
	from jsonb_array_elements(content) e (raw)
	cross join lateral jsonb_populate_record(null::import_admission, e.raw) r
	join import_source c on c.agency_id = b.agency_id and c.type = b.type and c.system = r.s
	left join import_origin o on o.source = c.id and o.external_id = r.i
	left join lateral (select i.patient_id from patient_identifier i where i.hash = any (r.p) limit 1) w on true;
end $$;

create function import_known(b import_batch, d import_row, out o import_origin, out said text) language plpgsql as $$
begin
	select * into o from import_origin x where x.source = d.source and x.external_id = d.i for update;
	said := coalesce(import_standing(o.told_at, o.content_hash, o.removed, d.t, d.h, coalesce(d.o, ''), b.mode),
		case when d.o = 'delete' then null
			when d.patient_id is null and d.raw -> 'admission_source_id' is not null and d.p is null then 'ADMISSION_UNKNOWN'
			when d.patient_id is null and b.type <> 'staff' then 'PATIENT_UNKNOWN'
			when o.patient_id <> d.patient_id and not o.removed then 'OTHER_PERSON' end);
end $$;

-- One row of another type: known, or written by the type's own function, which gives the thing's id.
create function import_other(b import_batch, d import_row) returns text language plpgsql as $$
declare
	k record;
	thing uuid;
begin
	k := import_known(b, d);
	if k.said is not null then
		return k.said;
	end if;
	execute format('select %I($1, $2, $3)', 'import_' || replace(b.type, '-', '_') || '_write') into thing
		using b, d, case when (k.o).removed then null else (k.o).entity_id end;
	if d.o = 'delete' then
		update import_origin set removed = true, told_at = d.t, content_hash = d.h, batch_id = b.id, row_no = d.n
		where source = d.source and external_id = d.i;
		return 'DELETED';
	end if;
	perform import_trace(b, d, thing, case when b.type = 'legal-periods' then d.raw - '{n,s,i,t,h,o,p}'::text[] end);
	return case when (k.o).external_id is null or (k.o).removed then 'CREATED' else 'UPDATED' end;
end $$;

-- What a row waits for whose stay is unknown: the stay that it names, or any of the person's in the agency.
create function import_stay_awaited(b import_batch, d import_row) returns text language sql immutable as $$
	select b.agency_id || ' ' || coalesce(d.raw ->> 's' || ' ' || (d.raw ->> 'admission_source_id'), d.patient_id::text)
$$;

-- What became of the rows on the desk: counts and remarks. Rows of unknown persons and stays are laid aside, for no longer
-- than from the first time; one that is taken back meanwhile is no longer waited for.
create function import_conclude(b import_batch, warnings jsonb) returns jsonb language plpgsql as $$
declare
	said jsonb;
begin
	insert into import_parked as p (batch_id, row_no, source, external_id, hashes, stay, content, until)
	select distinct on (d.source, d.i) b.id, d.n, d.source, d.i, coalesce(d.p, '{}'),
		case when d.verdict = 'ADMISSION_UNKNOWN' then import_stay_awaited(b, d) end, d.raw, deadline_at('IMPORT_PARKED', clock_now())
	from import_desk d where d.verdict in ('PATIENT_UNKNOWN', 'ADMISSION_UNKNOWN') order by d.source, d.i, d.t desc, d.n desc
	on conflict (source, external_id) do update set batch_id = excluded.batch_id, row_no = excluded.row_no,
		hashes = excluded.hashes, stay = excluded.stay, content = excluded.content, ready = false,
		until = case when p.batch_id = excluded.batch_id and p.row_no = excluded.row_no then p.until else excluded.until end;
	delete from import_parked p using import_desk d where d.verdict = 'NOTHING_TO_DELETE' and p.source = d.source and p.external_id = d.i;
	perform import_log(b, array(select d.patient_id from import_desk d join import_verdict v on v.code = d.verdict
		where v.counted in ('created', 'updated', 'unchanged', 'deleted')));
	select coalesce(jsonb_agg(jsonb_build_object('row', d.n, 'source_id', d.i,
			'severity', case when coalesce(v.counted, 'rejected') = 'rejected' then 'error' else 'warning' end,
			'code', d.verdict, 'field', v.field, 'message', coalesce(v.message, 'breaks a rule of the thing'))
			order by d.n), '[]') || warnings into said
	from import_desk d left join import_verdict v on v.code = d.verdict where v.code is null or v.message is not null;
	return (select jsonb_build_object('remarks', said, 'counts', coalesce(jsonb_object_agg(c.counted, c.n), '{}'))
		from (select coalesce(v.counted, 'rejected') as counted, count(*) as n
			from import_desk d left join import_verdict v on v.code = d.verdict group by 1) c);
end $$;

-- `ahead`: the block's first row, when the blocks before it are still being written. Null when it was not its turn.
create function import_merge(b import_batch, content jsonb, ahead int default null) returns jsonb language plpgsql as $$
declare
	warnings jsonb := '[]';
begin
	perform import_speak(b), import_desk_clear();
	if ahead is null and not import_turn(b, null) then
		return null;
	elsif b.type in ('admissions', 'adt') then
		warnings := import_admissions(b, content, ahead);
	else
		perform import_lay(b, content);
		perform import_lock_persons(array(select d.patient_id from import_desk d));
		perform import_each(b, 'import_other');
	end if;
	return case when warnings is not null then import_conclude(b, warnings) end;
end $$;

-- The same, and nothing of it stays.
create function import_try(b import_batch, content jsonb) returns jsonb language plpgsql as $$
declare
	told jsonb;
begin
	begin
		told := import_merge(b, content);
		raise exception using errcode = 'APTRY';
	exception when sqlstate 'APTRY' then
		return told;
	end;
end $$;

create function import_count(batch uuid, told jsonb) returns void language sql as $$
	update import_batch b set created = created + coalesce((c ->> 'created')::int, 0),
		updated = updated + coalesce((c ->> 'updated')::int, 0), unchanged = unchanged + coalesce((c ->> 'unchanged')::int, 0),
		deleted = deleted + coalesce((c ->> 'deleted')::int, 0), ignored = ignored + coalesce((c ->> 'ignored')::int, 0),
		parked = parked + coalesce((c ->> 'parked')::int, 0), rejected = rejected + coalesce((c ->> 'rejected')::int, 0),
		warnings = warnings + (select count(*) from jsonb_array_elements(told -> 'remarks') r where r ->> 'severity' = 'warning'),
		updated_at = clock_now()
	from (select told -> 'counts' as c) t where b.id = batch;
	select import_remember(batch, told -> 'remarks')
$$;

-- Whether a batch is in the pass in which nothing stays: a dry run, or the first pass of one that takes all rows or none.
create function import_is_trial(b import_batch) returns boolean language sql immutable as $$
	select b.mode = 'dry_run' or (b.on_error = 'reject_batch' and b.tried < b.received)
$$;

-- The first block that the pass at hand has not done, or the one so many behind it.
create function import_first(b import_batch, behind int default 0) returns int language plpgsql stable as $$
declare
	done int := case when import_is_trial(b) then b.tried else b.merged end;
begin
	return (select k.first_row from import_block k where k.batch_id = b.id and k.first_row > done
		order by k.first_row offset behind limit 1);
end $$;

-- One that is still being received is merged as it comes, unless all of it must be judged first.
create function import_has_work(b import_batch) returns boolean language plpgsql stable as $$
begin
	return b.state <> 'RECEIVING' or (b.on_error = 'reject_row' and import_first(b) is not null);
end $$;

-- The batches whose turn it is: those of one line go one after the other.
create function import_waiting() returns setof import_batch language sql stable as $$
	select b.* from import_batch b
	where b.state in ('RECEIVING', 'RECEIVED', 'RUNNING') and import_has_work(b)
		and not exists (select 1 from import_batch e where import_line(e.agency_id, e.type) = import_line(b.agency_id, b.type)
			and e.state in ('RECEIVING', 'RECEIVED', 'RUNNING') and (e.created_at, e.id) < (b.created_at, b.id) and import_has_work(e))
	order by b.created_at, b.id
$$;

-- A piece of work that nobody else is at: the first block of a batch (null: there is none, it is to be finished), or with
-- `behind` 1 the block behind the one that somebody is at. Stays are worth it: of the rest, nearly all is done in order.
create function import_claim(behind int, out b import_batch, out first int) language plpgsql as $$
declare
	x import_batch;
begin
	for x in select * from import_waiting() loop
		continue when behind > 0 and (x.type <> 'admissions' or import_is_trial(x));
		first := import_first(x, behind);
		if (behind = 0 or first is not null) and pg_try_advisory_xact_lock(import_lock(x.id, coalesce(first, 0))) then
			select * into b from import_batch y where y.id = x.id; -- as whoever has held the lock has left it
			return;
		end if;
	end loop;
	first := null;
end $$;

create function import_finish(b import_batch) returns void language plpgsql as $$
begin
	if b.on_error = 'reject_batch' and b.rejected > 0 then
		perform import_fail(b.id, 'rows_rejected');
	else
		-- a person who came while their row was laid aside has not seen it
		update import_parked p set ready = true where p.batch_id = b.id and not p.ready
			and exists (select 1 from patient_identifier i where i.hash = any (p.hashes));
		update import_batch x set state = 'DONE', finished_at = clock_now(), updated_at = clock_now()
		where x.id = b.id and x.state in ('RECEIVED', 'RUNNING');
	end if;
end $$;

-- The first pass of a batch that takes all rows or none, and all of a dry run: rows are judged, nothing stays.
create function import_judge(b import_batch, k import_block) returns void language plpgsql as $$
declare
	told jsonb := import_try(b, k.content);
begin
	if told is null then
		return;
	elsif b.mode = 'dry_run' then
		perform import_count(b.id, told);
	else -- what is taken is counted when it is taken
		perform import_count(b.id, jsonb_build_object('remarks', (select coalesce(jsonb_agg(r), '[]')
			from jsonb_array_elements(told -> 'remarks') r where r ->> 'severity' = 'error'),
			'counts', jsonb_build_object('rejected', coalesce(told -> 'counts' -> 'rejected', '0'))));
	end if;
	update import_batch x set tried = k.last_row, state = case when x.state = 'RECEIVED' then 'RUNNING' else x.state end
	where x.id = b.id;
end $$;

-- The second pass can refuse only what clashes with an earlier row of the same file; then the batch stops there.
create function import_take(b import_batch, k import_block, ahead int) returns void language plpgsql as $$
declare
	told jsonb;
begin
	told := import_merge(b, k.content, ahead);
	if told is null then
		return;
	elsif b.on_error = 'reject_batch' and told -> 'counts' ? 'rejected' then
		raise exception using errcode = 'APTRY', detail = told::text;
	end if;
	perform import_count(b.id, told);
	update import_batch x set merged = k.last_row, state = case when x.state = 'RECEIVED' then 'RUNNING' else x.state end
	where x.id = b.id;
exception when sqlstate 'APTRY' then
	get stacked diagnostics told = pg_exception_detail;
	perform import_remember(b.id, told -> 'remarks'), import_fail(b.id, 'rows_rejected');
end $$;

-- The work that somebody has claimed, unless it has been done between their look and their lock.
create function import_do(b import_batch, first int, ahead boolean) returns int language plpgsql as $$
declare
	trial boolean := import_is_trial(b);
	head int := import_first(b);
	k import_block;
begin
	if b.state not in ('RECEIVING', 'RECEIVED', 'RUNNING')
		or (head is distinct from first and not coalesce(ahead and first > head, false)) then
		return 1;
	elsif b.on_error = 'reject_batch' and b.rejected > 0 and not trial then
		perform import_finish(b);
		return 1;
	elsif first is null and trial and b.mode <> 'dry_run' and b.rejected = 0 then
		update import_batch x set tried = x.received where x.id = b.id; -- the last rows were refused before they became a block
		return 1;
	elsif first is null then
		perform import_finish(b);
		return 1;
	end if;
	select * into k from import_block x where x.batch_id = b.id and x.first_row = first;
	if trial then
		perform import_judge(b, k);
	else
		perform import_take(b, k, case when ahead then first end);
	end if;
	return k.last_row - k.first_row + 1;
end $$;

-- One step of whatever waits; how many rows it was, 0 when nothing waits that nobody else is at.
create function import_step() returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	c record;
begin
	select * into c from import_claim(0);
	if (c.b).id is not null then
		return import_do(c.b, c.first, false);
	end if;
	select * into c from import_claim(1);
	if (c.b).id is not null then
		return import_do(c.b, c.first, true);
	end if;
	return import_unpark();
end $$;
revoke execute on function import_step() from public;
grant execute on function import_step() to samhandling_service;

-- What falls due: uploads that nobody went on with, rows that have been kept long enough, rows whose person never came.
create function job_imports(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	stale uuid;
	n int;
begin
	for stale in select b.id from import_batch b where b.state = 'RECEIVING'
		and b.updated_at < clock_now() - make_interval(days => (select d.amount from deadline_rule d where d.code = 'IMPORT_UNFINISHED'))
		order by b.created_at limit batch for update skip locked
	loop
		perform import_fail(stale, 'upload_not_finished');
	end loop;
	for stale in select b.id from import_batch b where b.rows_kept
		and b.finished_at < clock_now() - make_interval(days => (select d.amount from deadline_rule d where d.code = 'IMPORT_ROWS'))
		order by b.finished_at limit batch for update skip locked
	loop
		delete from import_block k where k.batch_id = stale;
		update import_batch b set rows_kept = false where b.id = stale;
	end loop;
	perform import_wake(batch);
	delete from import_parked p where p.id in (select x.id from import_parked x where x.until <= clock_now()
		order by x.until limit batch for update skip locked);
	get diagnostics n = row_count;
	return n;
end $$;
insert into job (kind, call, batch) values ('imports_cleared', 'job_imports', 500);

-- migrate:down
delete from job where kind = 'imports_cleared';
drop function if exists job_imports, import_step, import_do, import_take, import_judge,
	import_finish, import_claim, import_waiting, import_has_work, import_first, import_is_trial, import_count, import_try, import_merge, import_conclude,
	import_stay_awaited, import_other, import_known, import_lay, import_stay_person, import_each, import_lock_persons, import_turn,
	import_line, import_lock cascade;
