-- migrate:up
-- What every later table stands on: the clock, request settings, refusals, working days, deadlines,
-- idempotency, access log, outbox and row history. The roles are made by the cluster's set-up.

grant usage on schema public to samhandling_service, samhandling_maintenance;
-- readiness compares the schema's version
grant select on schema_migrations to samhandling_service;

-- The clock --------------------------------------------------------------------------------------
-- Domain time can be moved forward in the sandbox; tokens, access log and outbox keep real time. A sandbox whose data
-- is a history begins behind real time, so that the history can be lived through in order.
create table sandbox_clock (
	only_row boolean primary key default true check (only_row),
	enabled boolean not null default false,
	-- hours and less, never days: how long a day is depends on the session's time zone
	ahead interval not null default '0' check (extract(day from ahead) = 0 and extract(month from ahead) = 0 and extract(year from ahead) = 0)
);
insert into sandbox_clock default values;
grant select on sandbox_clock to samhandling_service;

create function clock_unset() returns timestamptz language sql stable as $$
	select now() + ahead from sandbox_clock
$$;

-- Without a query of its own, so that the planner can write it out where it is used.
create function clock_now() returns timestamptz language sql stable as $$
	-- not coalesce(), which the planner takes to leak, and so keeps out of index conditions below row security
	select case when nullif(current_setting('app.now', true), '') is null then clock_unset()
		else nullif(current_setting('app.now', true), '')::timestamptz end
$$;

create function clock_today() returns date language sql stable as $$
	select (clock_now() at time zone 'Europe/Oslo')::date
$$;

create function oslo_day(at timestamptz) returns date language sql immutable as $$
	select (at at time zone 'Europe/Oslo')::date
$$;

-- Request settings, set for one transaction by the statement `context` ------------------------------
create function app_agency_id() returns uuid language sql stable as $$
	select nullif(current_setting('app.agency_id', true), '')::uuid $$;
create function app_staff_id() returns uuid language sql stable as $$
	select nullif(current_setting('app.staff_id', true), '')::uuid $$;
-- No coalesce: the planner takes it for a leak, and then no index serves a condition below row security.
create function app_unit_ids() returns uuid[] language sql stable as $$
	select case when current_setting('app.unit_ids', true) <> '' then current_setting('app.unit_ids', true) else '{}' end::uuid[] $$;
create function app_role() returns text language sql stable as $$
	select nullif(current_setting('app.role', true), '') $$;
create function app_cell() returns text language sql stable as $$
	select nullif(current_setting('app.cell', true), '') $$;
create function app_gate(letter text) returns boolean language sql stable as $$
	select position(letter in coalesce(current_setting('app.gates', true), '')) > 0 $$;
create function app_citizen_id() returns uuid language sql stable as $$
	select nullif(current_setting('app.citizen_id', true), '')::uuid $$;
create function app_is_citizen() returns boolean language sql stable as $$
	select coalesce(current_setting('app.role', true), '') in ('PT', 'RE') $$;

-- Which patients an answer shows: one, or the set that the access log's row names. What the gate has noted lets the caller to
-- the one who was admitted last, and is the ground of nobody else: of several the row names none.
create function show_all(patients uuid[]) returns text language plpgsql as $$
declare
	shown uuid[] := coalesce((select array_agg(distinct p) from unnest(patients) p where p is not null), '{}');
begin
	if cardinality(shown) > 1 or shown[1] <> nullif(current_setting('app.admitted', true), '')::uuid then
		perform set_config('app.basis', '', true), set_config('app.relation_id', '', true), set_config('app.consent_id', '', true);
	end if;
	return set_config('app.shown', shown::text, true);
end $$;
create function show(patient uuid) returns text language sql as $$
	select set_config('app.shown', case when patient is null then '' else '{' || patient || '}' end, true) $$;
-- An answer "not modified" shows nobody, so nothing waits for its row to reach the disk.
create function show_nobody() returns text language sql as $$
	select set_config('app.shown', '', true) || set_config('synchronous_commit', 'off', true) $$;

-- Refusals: SQLSTATE AP and a status; MESSAGE is a code of api-spec/problems.yaml ---------------------
create function raise_problem(status int, code text, detail jsonb default null) returns boolean
language plpgsql as $$
begin
	raise exception using errcode = 'AP' || status, message = code,
		detail = coalesce(detail::text, '');
end $$;

create function raise_unless(ok boolean, status int, code text, detail jsonb default null)
returns boolean language plpgsql as $$
begin
	if ok then
		return true;
	end if;
	return raise_problem(status, code, detail);
end $$;

-- One member is at fault: the form of an errors[] entry.
create function fault(pointer text, code text, detail text) returns jsonb language sql immutable as $$
	select jsonb_build_object('errors', jsonb_build_array(
		jsonb_build_object('pointer', pointer, 'code', code, 'detail', detail))) $$;

-- Working days: Norwegian public holidays (24 and 31 December are working days) --
-- In PL/pgSQL, since it runs some twenty times for each deadline: fifty times as fast as one query.
create function easter_sunday(year int) returns date language plpgsql immutable as $$
declare
	-- Gauss' algorithm in the Meeus/Jones/Butcher form
	a int := year % 19;
	b int := year / 100;
	c int := year % 100;
	h int := (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	l int := (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	m int := (a + 11 * h + 22 * l) / 451;
begin
	return make_date(year, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
end $$;

create function is_working_day(day date) returns boolean language sql immutable as $$
	select extract(isodow from day) < 6
		and to_char(day, 'MM-DD') not in ('01-01', '05-01', '05-17', '12-25', '12-26')
		and day - easter_sunday(extract(year from day)::int) not in (-3, -2, 0, 1, 39, 49, 50)
$$;

-- Day 0 is the day of receipt (domain.md §8.4).
create function working_day_add(day date, days int) returns date language sql immutable as $$
	select coalesce((select d::date from generate_series(day + 1, day + days * 2 + 30, interval '1 day') d
		where is_working_day(d::date) order by d offset greatest(days, 1) - 1 limit 1), day)
	where days > 0
	union all select day where days <= 0
$$;

-- Law drifts: no section number, deadline or legal basis stands in code ------------------------------
create table legal_basis (
	code text not null,
	law text not null,
	section text not null,
	title_en text not null,
	valid_from date not null,
	valid_to date,
	primary key (code, valid_from)
);

create table deadline_rule (
	code text not null,
	severity text not null default '', -- '' holds for every severity that has no row of its own
	amount int not null check (amount >= 0),
	unit text not null check (unit in ('HOURS', 'DAYS', 'WORKING_DAYS', 'MONTHS')),
	legal_basis_code text,
	valid_from date not null default '2020-01-01',
	primary key (code, severity, valid_from)
);
grant select on legal_basis, deadline_rule to samhandling_service;

-- When a deadline that starts at `start` ends: days and months end when the day ends in Oslo.
create function deadline_at(rule text, start timestamptz, level text default '') returns timestamptz
language plpgsql stable as $$
declare
	r deadline_rule;
begin
	select * into r from deadline_rule d
	where d.code = rule and d.severity in ('', coalesce(level, ''))
		and d.valid_from <= (start at time zone 'Europe/Oslo')::date
	order by d.severity desc, d.valid_from desc limit 1;
	if not found then
		return null;
	end if;
	return case r.unit
		when 'HOURS' then start + make_interval(hours => r.amount)
		when 'DAYS' then (((start at time zone 'Europe/Oslo')::date + r.amount + 1)::timestamp)
			at time zone 'Europe/Oslo'
		when 'MONTHS' then ((start at time zone 'Europe/Oslo')::date + make_interval(months => r.amount, days => 1))
			at time zone 'Europe/Oslo'
		else ((working_day_add((start at time zone 'Europe/Oslo')::date, r.amount) + 1)::timestamp)
			at time zone 'Europe/Oslo'
	end;
end $$;

-- Versions -------------------------------------------------------------------------------------------
create function touch_row() returns trigger language plpgsql as $$
begin
	new.version := old.version + 1;
	new.updated_at := clock_now();
	return new;
end $$;

-- News: one outbox, filled in the changing transaction by triggers only -------------------------------
create table outbox (
	seq bigint generated always as identity primary key,
	at timestamptz not null default now(),
	txid xid8 not null default pg_current_xact_id(),
	position bigint unique, -- gap-free, given after commit by the sequencer
	entity text not null,
	entity_id uuid not null,
	version int not null,
	change text not null check (change in ('CREATED', 'UPDATED')),
	changed text[] not null,
	patient_id uuid,
	agency_id uuid,
	request_id text
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);
create index outbox_entity on outbox (entity_id, version);
alter table outbox enable row level security;

-- What a row was: content is versioned, never overwritten (domain.md I4).
create table row_history (
	entity text not null,
	entity_id uuid not null,
	version int not null,
	valid_from timestamptz not null,
	content jsonb not null,
	id uuid not null default gen_random_uuid() constraint row_history_id_is_unique unique,
	-- who told it; all null: the service itself
	agency_id uuid,
	staff_id uuid,
	role text,
	batch_id uuid, -- the import that it came by
	primary key (entity_id, version)
);
alter table row_history enable row level security;

-- TG_ARGV: name of the patient column or '', then 'history' when old versions are kept.
create function note_change() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	new_row jsonb := to_jsonb(new);
	old_row jsonb;
	person uuid := case when tg_argv[0] <> '' then (new_row ->> tg_argv[0])::uuid end;
	names text[];
begin
	-- one patient's events keep their order: the patient's row is locked before seq is taken
	if person is not null and tg_table_name <> 'patient' then
		perform 1 from patient p where p.id = person for no key update;
	end if;
	if tg_op = 'UPDATE' then
		old_row := to_jsonb(old);
		select coalesce(array_agg(key order by key), '{}') into names from jsonb_each(new_row) n
		where n.value is distinct from old_row -> n.key and n.key not in ('version', 'updated_at');
	else
		names := '{}';
	end if;
	insert into outbox (entity, entity_id, version, change, changed, patient_id, agency_id, request_id)
	values (tg_table_name, (new_row ->> 'id')::uuid, (new_row ->> 'version')::int,
		case tg_op when 'UPDATE' then 'UPDATED' else 'CREATED' end, names, person,
		nullif(current_setting('app.agency_id', true), '')::uuid,
		nullif(current_setting('app.request_id', true), ''));
	if tg_nargs > 1 and tg_argv[1] = 'history' then
		insert into row_history (entity, entity_id, version, valid_from, content, agency_id, staff_id, role, batch_id)
		values (tg_table_name, (new_row ->> 'id')::uuid, (new_row ->> 'version')::int, clock_now(), new_row,
			nullif(current_setting('app.agency_id', true), '')::uuid, nullif(current_setting('app.staff_id', true), '')::uuid,
			nullif(current_setting('app.role', true), ''), nullif(current_setting('app.batch_id', true), '')::uuid);
	end if;
	return null;
end $$;

-- Gives a table with id, version, created_at, updated_at its version counter and its news. `many`: what is inserted many
-- at once is told of by another trigger (0111).
create function install_change_trigger(target regclass, patient_column text, keep text default '', many boolean default false)
returns void language plpgsql as $fn$
begin
	execute format('create trigger touch before update on %s for each row execute function touch_row()', target);
	execute format('create trigger note after insert or update on %s for each row %s execute function note_change(%L, %L)',
		target, case when many then $$when (coalesce(current_setting('app.many', true), '') = '')$$ end, patient_column, keep);
end $fn$;

-- Names of what changed since a version, for the 412 answer; names only, never values.
create function changed_since(entity_name text, id uuid, since int) returns text[] language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(array_agg(distinct c order by c), '{}') from outbox o, unnest(o.changed) c
	where o.entity_id = changed_since.id and o.entity = coalesce(entity_name, o.entity) and o.version > since
$$;

-- Where some callers see of a thing its status alone: a function of the thing's id that says whether the caller is
-- one of them. Each room adds its own.
create table status_view (
	is_status text primary key
);
grant select on status_view to samhandling_service;

create function sees_status_only(thing uuid) returns boolean language plpgsql stable as $$
declare
	v status_view;
	yes boolean := app_cell() = 'S';
begin
	for v in select * from status_view loop
		exit when yes;
		execute format('select %I($1)', v.is_status) into yes using thing;
	end loop;
	return coalesce(yes, false);
end $$;

-- A guarded write must have changed one row: else 404 (not visible), 412 (other version) or 403.
create function expect_one(changed bigint, entity_name text, id uuid, seen text) returns boolean
language plpgsql as $$
declare
	now_version int;
begin
	if changed = 1 then
		return true;
	end if;
	execute format('select version from %I where id = $1', entity_name) into now_version using id;
	if now_version is null then
		return raise_problem(404, 'not_found');
	elsif seen is not null and now_version::text <> seen then
		return raise_problem(412, 'version_mismatch', jsonb_build_object('current_version', now_version,
			'changed', case when sees_status_only(id) then '["state"]'::jsonb
				else to_jsonb(changed_since(entity_name, id, seen::int)) end));
	end if;
	return raise_problem(403, 'forbidden');
end $$;

-- Seals of personal numbers (server/auth/seal.h) ----------------------------------------------------
create function seal_hashes(seal text) returns text[] language sql immutable as $$
	select string_to_array(split_part(seal, ':', 3), ',') $$;
-- The caller's projection decides whether the daemon opens or masks it.
create function number_out(seal text) returns text language sql stable as $$
	select case when current_setting('app.number', true) = 'open' then 'open:' else 'mask:' end || seal
	where seal is not null $$;

-- Idempotency: the answer of a POST is kept in the transaction that made it -----------------------------
create table idempotency (
	scope text not null, -- issuer, subject, agency and operation
	key text not null,
	request_hash text not null,
	status int not null,
	location text,
	entity_id uuid,
	answer jsonb, -- of several at once: id, status, location and etag of each
	at timestamptz not null default now(),
	primary key (scope, key)
);
create index idempotency_at on idempotency (at);
-- the scope that the request has proved; idempotency_replay sets it before it looks
alter table idempotency enable row level security;
create policy idempotency_own on idempotency using (scope = nullif(current_setting('app.idempotency_scope', true), ''));
grant select, insert on idempotency to samhandling_service;

-- The same key again: with the same body the first answer is given again (through the gate), else 422.
create function idempotency_replay(asked_scope text, asked_key text, asked_hash text) returns boolean
language plpgsql as $$
declare
	i idempotency;
begin
	perform set_config('app.idempotency_scope', asked_scope, true);
	select * into i from idempotency where scope = asked_scope and key = asked_key;
	if not found then
		return true;
	elsif i.request_hash <> asked_hash then
		return raise_problem(422, 'idempotency_conflict');
	end if;
	raise exception using errcode = 'APRPL', message = 'replay',
		detail = jsonb_build_object('status', i.status, 'location', i.location, 'id', i.entity_id, 'answer', i.answer)::text;
end $$;
grant select, delete on idempotency to samhandling_maintenance;
create policy idempotency_old on idempotency to samhandling_maintenance using (true);

-- migrate:down
drop table status_view, idempotency, row_history, outbox, deadline_rule, legal_basis, sandbox_clock cascade;
drop function if exists clock_unset, clock_now, clock_today, oslo_day, app_agency_id, app_staff_id, app_unit_ids, app_role, app_cell,
	app_gate, app_citizen_id, app_is_citizen, show_all, show, show_nobody, raise_problem, raise_unless, fault, easter_sunday,
	is_working_day, working_day_add, deadline_at, touch_row, note_change, install_change_trigger, changed_since,
	sees_status_only, expect_one, seal_hashes, number_out,
	idempotency_replay cascade;
