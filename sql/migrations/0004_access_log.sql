-- migrate:up
-- Who has looked at what: one row for each answer that shows someone, and for each refusal.

-- Access log: append-only for every role, by month -----------------------------------------------------
-- a type and not a check: PostgreSQL parses a table's checks again for each insert
create type access_log_action as enum ('READ', 'SEARCH', 'CREATE', 'UPDATE', 'EXPORT', 'DISCLOSE', 'DENIED');

create table access_log (
	at timestamptz not null default now(),
	id bigint generated always as identity,
	txid xid8 not null default pg_current_xact_id(),
	request_id text not null,
	trace_id text,
	operation text not null,
	action access_log_action not null,
	resource text,
	resource_id text,
	patient_id uuid,
	shown_set bytea, -- the persons, when there are several
	agency_id uuid,
	unit_id uuid,
	staff_id uuid,
	citizen_id uuid,
	subject text not null,
	name text,
	role text,
	hpr_number text,
	purpose text,
	attestation jsonb, -- authorization, department, point of care and decision_ref of the token
	basis text,
	relation_id uuid,
	consent_id uuid,
	emergency_id uuid,
	objection_overridden boolean not null default false,
	reason text
) partition by range (at);
create index access_log_patient on access_log (patient_id, at);
create index access_log_agency on access_log (agency_id, at);
create index access_log_several on access_log (shown_set, at) where shown_set is not null;
alter table access_log enable row level security;
grant select, insert on access_log to samhandling_service;

-- Several persons shown at once (a list, a board) are one row that names the set of them: a screen shows the same persons
-- again and again, and a row for each of 200 cost more than the answer itself. A set's id is the SHA-256 of its members'
-- ids in order, so that nobody can be added or taken away unseen.
create table access_log_set (
	id bytea primary key,
	patients uuid[] not null
);
create table access_log_set_member (
	patient_id uuid not null,
	set_id bytea not null references access_log_set,
	primary key (patient_id, set_id)
);
alter table access_log_set enable row level security;
alter table access_log_set_member enable row level security;
grant select on access_log_set_member to samhandling_service;

-- The set of the persons whose ids these are, in order and each once, with commas between.
create function access_log_set_id(shown text) returns bytea language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	digest bytea := sha256(convert_to(shown, 'UTF8'));
	persons uuid[];
begin
	if not exists (select 1 from access_log_set s where s.id = digest) then
		persons := string_to_array(shown, ',')::uuid[];
		insert into access_log_set (id, patients) values (digest, persons) on conflict do nothing;
		insert into access_log_set_member (patient_id, set_id) select p, digest from unnest(persons) p
		on conflict do nothing;
	end if;
	return digest;
end $$;

-- What the gate and the statements of a request have left in its settings for the log. A function, since PL/pgSQL prepares its
-- expressions once for all requests that share a transaction.
create type access_log_told as (resource text, patient_id uuid, shown_set bytea, basis text, relation_id uuid, consent_id uuid,
	emergency_id uuid, objection_overridden boolean);
create function access_log_told() returns access_log_told language plpgsql as $$
declare
	shown text := btrim(current_setting('app.shown', true), '{}');
	several boolean := strpos(shown, ',') > 0;
begin
	return (nullif(current_setting('app.resource', true), ''), case when not several then nullif(shown, '')::uuid end,
		case when several then access_log_set_id(shown) end, nullif(current_setting('app.basis', true), ''),
		nullif(current_setting('app.relation_id', true), '')::uuid, nullif(current_setting('app.consent_id', true), '')::uuid,
		nullif(current_setting('app.emergency_id', true), '')::uuid,
		coalesce(nullif(current_setting('app.overridden', true), ''), 'false')::boolean);
end $$;

-- The sets in which a person is; an id tells nothing by itself, and the rows that name it are under row security.
create function access_log_sets_of(person uuid) returns bytea[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select array(select m.set_id from access_log_set_member m where m.patient_id = person)
$$;

-- Whom a row shows, whichever way it says so.
create function access_log_persons(person uuid, several bytea) returns uuid[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select case when person is not null then array[person]
		else (select s.patients from access_log_set s where s.id = several) end
$$;

-- The row as it is about one of the persons whom it shows; null: as it is.
create function access_log_about(entry access_log, person uuid) returns access_log language plpgsql immutable as $$
begin
	if person is not null then
		entry.patient_id := person;
		entry.shown_set := null;
	end if;
	return entry;
end $$;

-- How many of an agency's entries are looked at for one page. What is asked for may be rare, and the log has millions: a page
-- of a search that names neither person nor entries ends there, full or not, and the next one goes on.
create function access_log_span() returns int language sql immutable as $$ select 5000 $$;

-- How far back such a page looks, of what lies within the bounds: the moment of the entry after so many; null: to their
-- beginning. Not behind the page before, so that pages of many entries of one moment come on. Owner's rights, since it counts by
-- the index alone, which policies do not let it. Only the privacy officer sees whatever is counted: to anyone else it tells whole
-- minutes, and is asked by whole minutes, or the last one counted would say when a colleague did something.
create function access_log_reach(bounds tstzrange) returns timestamptz language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select r.at
	from (select coalesce(lower(bounds), '-infinity') as first, coalesce(upper(bounds), 'infinity') as last,
		app_role() = 'PV' as is_exact where not isempty(bounds)) b
	cross join lateral (select case when b.is_exact then l.at else date_trunc('minute', l.at) end as at
		from access_log l where l.agency_id = app_agency_id() and l.at > b.first and l.at < case when b.is_exact then b.last
			else date_trunc('minute', b.last + interval '59.999999 seconds') end
		order by l.at desc offset access_log_span() limit 1) r
	where r.at > b.first
$$;

-- Entries, the newest first: those about one person, or the agency's; each by its own index. `after_at` and `after_id` are the
-- last entry of the page before; `acts`: null is all of them; `holds` tells of an entry whether it is what else is asked, null
-- is nothing. Made anew for each page, so that the planner sees the bounds.
create function access_log_newest(about uuid, bounds tstzrange, after_at timestamptz, after_id bigint, acts access_log_action[],
	holds regproc, asked jsonb, most int) returns setof access_log language plpgsql stable as $$
begin
	return query execute format($sql$
		select r.* from (select l from access_log l
			where %s and l.at >= coalesce(lower($2), '-infinity') and l.at <= coalesce(upper($2), 'infinity')
				and not isempty($2) and l.at <@ $2 and ($3 is null or (l.at, l.id) < ($3, $4))
				and ($5 is null or l.action = any ($5)) %s
			order by l.at desc, l.id desc limit $7) s
		cross join lateral access_log_about(s.l, $1) r order by r.at desc, r.id desc $sql$,
		-- a comparison that the agency's index cannot answer: the person's entries are fewer
		case when about is not null then '(l.patient_id = $1 or l.shown_set = any (access_log_sets_of($1)))
				and (app_is_citizen() or l.agency_id is not distinct from app_agency_id())'
			else 'l.agency_id = app_agency_id()' end,
		case when holds is not null then format('and %s(access_log_about(l, $1), $6)', holds) else '' end)
	using about, bounds, after_at, after_id, acts, asked, most;
end $$;

-- What SQL logs beside the request's own row (sql/queries/_request.sql): a row for each of the persons, {null} being one
-- that shows nobody. `entry` says the rest by the names of the columns, most of it who calls (server/api/caller.h).
create function log_access(entry jsonb, persons uuid[] default '{null}') returns void language sql as $$
	insert into access_log (request_id, trace_id, operation, action, resource, resource_id, patient_id, shown_set, agency_id,
		unit_id, staff_id, citizen_id, subject, name, role, hpr_number, purpose, attestation, basis, reason)
	select e.request_id, e.trace_id, e.operation, e.action, e.resource, e.resource_id, p, e.shown_set, e.agency_id, e.unit_id,
		e.staff_id, e.citizen_id, e.subject, e.name, e.role, e.hpr_number, e.purpose, e.attestation, e.basis, e.reason
	from jsonb_populate_record(null::access_log, entry) e cross join unnest(persons) p
$$;

-- Makes the partitions of this month and `ahead` more; the daemon's maintenance job calls it. Months are UTC's, whatever the
-- time zone of the session that makes them, so that they meet: the migration's and the maintenance role's are the database's own.
create function access_log_partitions(ahead int default 3) returns int language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	first timestamp := date_trunc('month', now() at time zone 'UTC');
	made int := 0;
	part text;
begin
	for n in 0..ahead loop
		part := 'access_log_' || to_char(first + make_interval(months => n), 'YYYY_MM');
		if to_regclass('public.' || part) is null then
			execute format('create table public.%I partition of public.access_log for values from (%L) to (%L)',
				part, (first + make_interval(months => n)) at time zone 'UTC', (first + make_interval(months => n + 1)) at time zone 'UTC');
			execute format('alter table public.%I enable row level security', part);
			made := made + 1;
		end if;
	end loop;
	return made;
end $$;
revoke execute on function access_log_partitions(int) from public;
grant execute on function access_log_partitions(int) to samhandling_service, samhandling_maintenance;
select access_log_partitions(3);

-- Months that are ready beyond this one; readiness fails below one.
create function access_log_months_ahead() returns int language sql stable as $$
	select count(*)::int from generate_series(1, 12) n
	where to_regclass('public.access_log_' || to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => n), 'YYYY_MM')) is not null
$$;

create function access_log_is_append_only() returns trigger language plpgsql as $$
begin
	raise exception 'the access log is append-only';
end $$;
create trigger append_only before update or delete on access_log
	for each row execute function access_log_is_append_only();
create trigger no_truncate before truncate on access_log
	for each statement execute function access_log_is_append_only();
create trigger append_only before update or delete or truncate on access_log_set
	for each statement execute function access_log_is_append_only();
create trigger append_only before update or delete or truncate on access_log_set_member
	for each statement execute function access_log_is_append_only();

-- Access log: an agency's privacy officer sees all of the agency's, staff their own acts, team leaders their
-- agency's for their team's patients, patients everything about themselves (domain.md §5.3).
create policy access_log_insert on access_log for insert with check (
	agency_id is not distinct from nullif(current_setting('app.agency_id', true), '')::uuid);
create policy access_log_set_member_read on access_log_set_member for select using (
	patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (patient_id = nullif(current_setting('app.admitted', true), '')::uuid and current_setting('app.role', true) = 'RE'
		and current_setting('app.basis', true) = 'LEGAL_REPRESENTATIVE'));
create policy access_log_read on access_log for select using (
	staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (patient_id = nullif(current_setting('app.admitted', true), '')::uuid and current_setting('app.role', true) = 'RE'
		and current_setting('app.basis', true) = 'LEGAL_REPRESENTATIVE') -- a guardian, not a relative with a consent
	or (shown_set is not null and exists (select 1 from access_log_set_member m where m.set_id = shown_set))
	or (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
		and (current_setting('app.role', true) = 'PV'
			or (current_setting('app.role', true) = 'TL'
				and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])))));

-- migrate:down
drop table access_log, access_log_set, access_log_set_member cascade;
drop function if exists access_log_told;
drop type access_log_action, access_log_told;
drop function if exists log_access, access_log_set_id, access_log_sets_of, access_log_persons, access_log_about, access_log_span, access_log_reach,
	access_log_newest, access_log_partitions, access_log_months_ahead, access_log_is_append_only cascade;
