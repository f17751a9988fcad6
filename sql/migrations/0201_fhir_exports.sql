-- migrate:up
-- $export (HL7 FHIR Bulk Data Access): a permission for a day, as a native export is (0117_exports.sql). What is kept is who
-- was in it when it was asked for, and which file has whom; the files are made when they are read, by the same sources and
-- gates as any read, for the caller as they stand at that moment. Nothing is stored twice, and who has objected since is
-- not in it.

create table bulk_export (
	id uuid primary key,
	agency_id uuid not null references agency,
	asked_by uuid not null references staff,
	unit_id uuid references unit, -- the team whose caseload it is; null: all persons of the caller's units
	types text[] not null,
	since timestamptz,
	request text not null, -- the address that was asked, as the manifest repeats it
	persons int not null,
	prepared int not null default 0, -- of so many it is known what there is
	created_at timestamptz not null default clock_now(),
	asked_at timestamptz not null default clock_now(), -- when somebody last asked how far it is
	expires_at timestamptz not null
);
create index bulk_export_agency on bulk_export (agency_id, asked_at);
create table bulk_export_person (
	export_id uuid not null references bulk_export on delete cascade,
	position int not null,
	patient_id uuid not null references patient on delete cascade,
	primary key (export_id, position)
);
create index bulk_export_person_patient on bulk_export_person (patient_id);
-- Things of one type, of the persons from one place to another.
create table bulk_export_file (
	export_id uuid not null references bulk_export on delete cascade,
	number int not null,
	type text not null,
	first int not null,
	last int not null,
	things int not null, -- as many as there were when it was prepared
	primary key (export_id, number)
);
alter table bulk_export enable row level security;
alter table bulk_export_person enable row level security;
alter table bulk_export_file enable row level security;
create policy bulk_export_own on bulk_export using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy bulk_export_own on bulk_export_person using (exists (select from bulk_export e where e.id = export_id));
create policy bulk_export_own on bulk_export_file using (exists (select from bulk_export e where e.id = export_id));
grant select, insert, update, delete on bulk_export, bulk_export_person, bulk_export_file to samhandling_service;

-- Who is in it: the team's open enrolments, or everybody with whom the caller's units stand in relation.
create function bulk_export_cohort(team uuid, most int) returns setof uuid language plpgsql stable as $$
begin
	if team is null then
		return query select distinct k.patient_id from related_patients(null, null, null, most) k;
	else
		return query select e.patient_id from enrolment e where e.unit_id = team and e.ended_at is null limit most;
	end if;
end $$;

-- `given`: id, unit_id, request and most. An agency prepares one at a time; one after which nobody has asked for ten minutes
-- waits no longer. → its id, or that of the one that is being prepared, to who asks for the same again: the first answer may
-- have been lost.
create function bulk_export_begin(given jsonb, asked jsonb) returns uuid language plpgsql as $$
declare
	team uuid := (given ->> 'unit_id')::uuid;
	wanted text[] := fhir_words(asked, '_type');
	most int := (given ->> 'most')::int;
	who uuid[];
	running bulk_export;
begin
	perform raise_unless(team is null or exists (select from fhir_one_caseload(team)), 404, 'not_found');
	perform pg_advisory_xact_lock(hashtextextended('bulk_export ' || app_agency_id(), 0));
	select * into running from bulk_export e where e.prepared < e.persons
		and e.asked_at > clock_now() - interval '10 minutes' and e.expires_at > clock_now() limit 1;
	if running.asked_by = app_staff_id() and running.request = given ->> 'request' then
		return running.id;
	end if;
	perform raise_unless(running.id is null, 429, 'export_running');
	who := array(select c from bulk_export_cohort(team, most + 1) c order by c);
	perform raise_unless(cardinality(who) <= most, 422, 'invalid_parameter',
		fault('', 'too_costly', 'there are more persons in it than one export may have'));
	insert into bulk_export (id, agency_id, asked_by, unit_id, types, since, request, persons, expires_at)
	values ((given ->> 'id')::uuid, app_agency_id(), app_staff_id(), team,
		array(select t from unnest(array(select 'Patient' union all (select l.type from fhir_link l where l.name = 'patient' order by l.type))) t
			where cardinality(wanted) = 0 or t = any (wanted)),
		lower(fhir_bounds(asked #> '{where,_since,groups}')), given ->> 'request', cardinality(who),
		deadline_at('EXPORT_READABLE', clock_now()));
	insert into bulk_export_person select (given ->> 'id')::uuid, n, w from unnest(who) with ordinality x (w, n);
	return (given ->> 'id')::uuid;
end $$;

-- The caller's own, while it lasts and while they may still export: to others, colleagues too, there is none.
create function bulk_export_own(asked uuid) returns setof bulk_export language sql stable as $$
	select e.* from bulk_export e where e.id = asked and e.asked_by = app_staff_id() and e.expires_at > clock_now() and app_cell() = 'W'
$$;

-- Nobody is let in by an emergency where many are taken along.
create function bulk_export_enter() returns jsonb language plpgsql as $$
begin
	perform set_config('app.in_bulk', 'on', true);
	return fhir_settings();
end $$;

-- Whom the answer shows or tells of: all of them are there by the relation of a unit of the caller's.
create function bulk_export_show(shown uuid[]) returns text language plpgsql as $$
declare
	noted text := show_all(shown);
begin
	if cardinality(shown) > 0 then
		perform set_config('app.basis', 'CARE_RELATION', true);
	end if;
	return noted;
end $$;

-- A person's things of a type, as far as the caller may read them now: the first `most` after one. What is since a time is not
-- asked of the sources, so they leave out none that is.
create function bulk_export_things(e bulk_export, of_type text, person uuid, after uuid, most int) returns setof fhir_thing
language plpgsql as $$
begin
	return query select f.* from fhir_found_if_any(of_type, jsonb_build_object('patient', person, 'after', after,
			'most', case when e.since is null then most end)) f
		where (after is null or f.id > after) and (e.since is null or f.at >= e.since) order by f.id limit most;
end $$;

-- What was counted goes into files of about as many things as are read in some seconds, so that one that is cut off is
-- soon read again.
create function bulk_export_file_away(e bulk_export, upto int, counted int[]) returns void language plpgsql as $$
declare
	most constant int := 5000;
begin
	for n in 1 .. cardinality(e.types) loop
		continue when counted[n] = 0;
		update bulk_export_file f set last = upto, things = f.things + counted[n]
		where f.export_id = e.id and f.number = (select max(l.number) from bulk_export_file l where l.export_id = e.id
			and l.type = e.types[n]) and f.things + counted[n] <= most;
		if not found then
			insert into bulk_export_file select e.id, 1 + count(*), e.types[n], e.prepared + 1, upto, counted[n]
			from bulk_export_file l where l.export_id = e.id;
		end if;
	end loop;
end $$;

-- Prepares the next persons, for a second at most, and says how far it is. Who asks prepares: no work is done for who has
-- gone, nobody's token has to be kept, and a daemon that dies leaves what others go on from. What is counted is told, by the
-- manifest, so the log names those of whom something was.
create function bulk_export_step(asked uuid, most int) returns setof bulk_export language plpgsql as $$
declare
	begun timestamptz := clock_timestamp();
	kept jsonb := bulk_export_enter();
	e bulk_export;
	p bulk_export_person;
	counted int[];
	told uuid[] := '{}';
	things bigint;
	upto int;
begin
	perform from bulk_export x where x.id = asked for update;
	select * into e from bulk_export_own(asked);
	if e.id is null then
		return;
	end if;
	counted := array_fill(0, array[cardinality(e.types)]);
	upto := e.prepared;
	for p in select * from bulk_export_person x where x.export_id = e.id and x.position > e.prepared order by x.position limit most loop
		perform fhir_restore(kept);
		for n in 1 .. cardinality(e.types) loop
			things := (select count(*) from bulk_export_things(e, e.types[n], p.patient_id, null, null));
			counted[n] := counted[n] + things;
			told := case when things > 0 then told || p.patient_id else told end;
		end loop;
		upto := p.position;
		exit when clock_timestamp() > begun + interval '1 second';
	end loop;
	perform fhir_restore(kept), bulk_export_show(told), bulk_export_file_away(e, upto, counted);
	return query update bulk_export x set prepared = upto, asked_at = clock_now() where x.id = e.id returning *;
end $$;

-- What can be read, when all is prepared. Not stable: it sees what the statement that asks has just prepared.
create function bulk_export_manifest(e bulk_export, base text) returns jsonb language sql as $$
	select jsonb_build_object('transactionTime', fhir_instant(e.created_at), 'request', e.request, 'requiresAccessToken', true,
		'output', coalesce((select jsonb_agg(jsonb_build_object('type', f.type, 'url', base || '/_export/' || e.id || '/' || f.number,
			'count', f.things) order by f.number) from bulk_export_file f where f.export_id = e.id), '[]'), 'error', '[]'::jsonb)
	where e.prepared = e.persons
$$;

create function bulk_export_file_own(asked uuid, of_number int) returns setof bulk_export_file language sql stable as $$
	select f.* from bulk_export_own(asked) e join bulk_export_file f on f.export_id = e.id and f.number = of_number
	where e.prepared = e.persons
$$;

-- How many of the things are on a page on which there is something already: it ends with the one that fills it.
create function bulk_export_fitting(things fhir_thing[], written text) returns int language sql immutable as $$
	select count(*)::int from (select sum(octet_length(t.body::text)) over (order by t.id) - octet_length(t.body::text) as before
		from unnest(things) t) x where octet_length(written) + x.before < 1048576 $$;

-- One page of a file, a thing a line: where the next one begins, or null at the end. No row when it is no longer there. It
-- ends after `most` things, a second, or 1 MiB, whichever is first: a piece of an answer is held in memory (api/stream.h).
create function bulk_export_page(asked uuid, of_number int, place jsonb)
returns table (body text, next jsonb, noted text) language plpgsql as $$
declare
	begun timestamptz := clock_timestamp();
	most constant int := 200;
	kept jsonb := bulk_export_enter();
	after uuid := (place ->> 'after')::uuid;
	e bulk_export;
	f bulk_export_file;
	p bulk_export_person;
	things fhir_thing[];
	shown uuid[] := '{}';
	fitting int;
	n int := 0;
begin
	select * into f from bulk_export_file_own(asked, of_number);
	if f.export_id is null then
		return;
	end if;
	select * into e from bulk_export_own(asked);
	body := '';
	for p in select * from bulk_export_person x where x.export_id = e.id
			and x.position between coalesce((place ->> 'person')::int, f.first) and f.last order by x.position loop
		perform fhir_restore(kept);
		things := array(select t from bulk_export_things(e, f.type, p.patient_id, after, most) t);
		fitting := bulk_export_fitting(things, body);
		after := case when fitting < cardinality(things) or fitting >= most then (things[fitting]).id end;
		things := things[:fitting];
		next := case when after is not null then jsonb_build_object('person', p.position, 'after', after)
			when p.position < f.last then jsonb_build_object('person', p.position + 1) end;
		if cardinality(things) > 0 then
			shown := shown || p.patient_id;
			n := n + cardinality(things);
			body := body || (select string_agg(t.body::text || chr(10), '' order by t.id) from unnest(things) t);
		end if;
		exit when after is not null or n >= most or octet_length(body) >= 1048576 or clock_timestamp() > begun + interval '1 second';
	end loop;
	perform fhir_restore(kept);
	noted := bulk_export_show(shown);
	return next;
end $$;

create function bulk_export_end(asked uuid) returns boolean language plpgsql as $$
begin
	delete from bulk_export x where x.id = (select e.id from bulk_export_own(asked) e);
	return raise_unless(found, 404, 'not_found');
end $$;

create function job_bulk_exports(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	delete from bulk_export where id in (select e.id from bulk_export e where e.expires_at <= clock_now()
		order by e.expires_at limit batch for update skip locked);
	get diagnostics n = row_count;
	return n;
end $$;
insert into job (kind, call, batch) values ('exports_dropped', 'job_bulk_exports', 100);
revoke execute on function job_bulk_exports(int) from public;

-- migrate:down
delete from job where kind = 'exports_dropped';
drop function if exists job_bulk_exports, bulk_export_end, bulk_export_page, bulk_export_fitting, bulk_export_file_own, bulk_export_manifest,
	bulk_export_step, bulk_export_file_away, bulk_export_things, bulk_export_show, bulk_export_enter, bulk_export_own, bulk_export_begin, bulk_export_cohort cascade;
drop table bulk_export_file, bulk_export_person, bulk_export cascade;
