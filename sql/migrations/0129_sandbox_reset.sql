-- migrate:up
-- An integrator resets alone what their agency has made in the sandbox: whatever its tokens created after the demo data
-- was in place, and what hangs on it. Demo data and what others have made stay; so do the agency's own units and staff.

-- Up to here the sandbox's data is everybody's; its loader marks the place.
create table sandbox_baseline (
	only_row boolean primary key default true check (only_row),
	seq bigint not null default 0
);
insert into sandbox_baseline default values;

-- Once: the sandbox that is brought up again keeps its first mark.
create function sandbox_keep() returns bigint language sql as $$
	update sandbox_baseline set seq = (select coalesce(max(o.seq), 0) from outbox o) where seq = 0 returning seq
$$;
revoke execute on function sandbox_keep() from public;

-- What goes, while a reset runs.
create table sandbox_doomed (
	kept_in regclass not null,
	id uuid not null,
	primary key (kept_in, id)
);
alter table sandbox_doomed enable row level security;

create function sandbox_has(kept_in regclass, name text) returns boolean language sql stable as $$
	select exists (select 1 from pg_attribute a where a.attrelid = kept_in and a.attname = name and not a.attisdropped
		and a.atttypid = 'uuid'::regtype)
$$;

-- The tables whose rows name rows of other tables: by a key, or as the thing that they are about.
create function sandbox_references() returns table (child regclass, col name, parent regclass, must boolean)
language sql stable as $$
	select k.conrelid::regclass, a.attname, k.confrelid::regclass, a.attnotnull
	from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
	where k.contype = 'f' and cardinality(k.conkey) = 1 and k.connamespace = 'public'::regnamespace
		and a.atttypid = 'uuid'::regtype
	union all
	select t.child, 'entity_id', null, true from unnest('{task,deadline,handover}'::regclass[]) t (child)
$$;

-- What the agency has made about persons since the baseline.
create function sandbox_doom_own(agency uuid) returns void language plpgsql as $$
declare
	made record;
begin
	delete from sandbox_doomed;
	for made in select distinct o.entity from outbox o, sandbox_baseline b
		where o.agency_id = agency and o.change = 'CREATED' and o.seq > b.seq
	loop
		continue when to_regclass(made.entity) is null
			or not (made.entity = 'patient' or sandbox_has(to_regclass(made.entity), 'patient_id'));
		execute format('insert into sandbox_doomed select %L::regclass, x.id from %I x join outbox o on o.entity = %L
			and o.entity_id = x.id and o.change = ''CREATED'' and o.agency_id = $1 and o.seq > (select seq from sandbox_baseline)
			on conflict do nothing', made.entity, made.entity, made.entity) using agency;
	end loop;
end $$;

-- And what cannot be without it: rows that must name it, and everything about persons who go.
create function sandbox_doom_rest() returns void language plpgsql as $$
declare
	r record;
	found_now int;
	n int;
begin
	loop
		found_now := 0;
		for r in select * from sandbox_references() s where sandbox_has(s.child, 'id') loop
			execute format('insert into sandbox_doomed select %L::regclass, x.id from %s x
				where x.%I in (select d.id from sandbox_doomed d where %L is null or d.kept_in = %L::regclass) and (%L %s)
				on conflict do nothing', r.child, r.child, r.col, r.parent, r.parent, r.must,
				case when sandbox_has(r.child, 'patient_id') then 'or x.patient_id in (select d.id from sandbox_doomed d
					where d.kept_in = ''patient''::regclass)' else '' end);
			get diagnostics n = row_count;
			found_now := found_now + n;
		end loop;
		exit when found_now = 0;
	end loop;
end $$;

-- What may be without it forgets it; what has no id of its own goes with it.
create function sandbox_forget() returns void language plpgsql as $$
declare
	r record;
begin
	for r in select * from sandbox_references() s where s.parent in (select d.kept_in from sandbox_doomed d) loop
		if sandbox_has(r.child, 'id') then
			execute format('update %s x set %I = null where not %L and x.%I in (select d.id from sandbox_doomed d
				where d.kept_in = %L::regclass) and not exists (select 1 from sandbox_doomed d where d.kept_in = %L::regclass
				and d.id = x.id)', r.child, r.col, r.must, r.col, r.parent, r.child);
		else
			execute format('delete from %s x where x.%I in (select d.id from sandbox_doomed d where d.kept_in = %L::regclass)',
				r.child, r.col, r.parent);
		end if;
	end loop;
	delete from row_history h using sandbox_doomed d where h.entity_id = d.id;
	delete from transition_event t using sandbox_doomed d where t.object_id = d.id;
	delete from idempotency i using sandbox_doomed d
		where i.entity_id = d.id or i.answer @> jsonb_build_array(jsonb_build_object('id', d.id));
end $$;

-- In whatever order the keys allow.
create function sandbox_delete() returns jsonb language plpgsql as $$
declare
	t regclass;
	n int;
	before int;
	removed jsonb := '{}';
begin
	loop
		select count(*) into before from sandbox_doomed;
		for t in select distinct kept_in from sandbox_doomed loop
			begin
				execute format('delete from %s x using sandbox_doomed d where d.kept_in = %L::regclass and d.id = x.id', t, t);
				get diagnostics n = row_count;
				delete from sandbox_doomed where kept_in = t;
				removed := removed || jsonb_build_object(t::text, n);
			exception when foreign_key_violation then
				null; -- after those that name it
			end;
		end loop;
		exit when not exists (select 1 from sandbox_doomed);
		perform raise_unless((select count(*) from sandbox_doomed) < before, 409, 'conflict');
	end loop;
	return removed;
end $$;

-- The persons that the integrator wants to begin with, each related to a unit of the agency.
create function sandbox_people(people jsonb) returns jsonb language plpgsql as $$
declare
	p jsonb;
	made jsonb := '[]';
	home uuid;
begin
	perform set_config('app.unit_ids', (select coalesce(array_agg(u.id order by u.name), '{}') from unit u
		where u.agency_id = app_agency_id())::text, true);
	for p in select jsonb_array_elements(coalesce(people, '[]')) loop
		home := coalesce((p ->> 'unit_id')::uuid, (app_unit_ids())[1]);
		made := made || jsonb_build_object('id', register_patient(p, home), 'given_name', p ->> 'given_name',
			'family_name', p ->> 'family_name', 'unit_id', home);
	end loop;
	perform show_all(array(select (m ->> 'id')::uuid from jsonb_array_elements(made) m));
	return made;
end $$;

-- Owner's rights: nobody may delete anything; refused where there is no sandbox.
create function sandbox_reset(body jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	removed jsonb;
begin
	perform raise_unless((select c.enabled from sandbox_clock c), 404, 'not_found');
	perform raise_unless(app_agency_id() is not null, 403, 'forbidden');
	perform pg_advisory_xact_lock(hashtextextended('sandbox_reset', 0));
	perform sandbox_doom_own(app_agency_id()), sandbox_doom_rest();
	-- what a plan was is kept for ever, but here
	alter table plan_version disable trigger kept;
	perform sandbox_forget();
	removed := sandbox_delete();
	alter table plan_version enable trigger kept;
	-- nothing else deletes what a board shows, so no trigger of it waits for that
	update board_version set n = n + 1;
	delete from board_kept;
	return jsonb_build_object('removed', removed, 'persons', sandbox_people(body -> 'persons'));
end $$;

-- migrate:down
drop function if exists sandbox_reset, sandbox_people, sandbox_delete, sandbox_forget, sandbox_doom_rest, sandbox_doom_own,
	sandbox_references, sandbox_has, sandbox_keep cascade;
drop table sandbox_doomed, sandbox_baseline;
