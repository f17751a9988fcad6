-- migrate:up
-- Batches of rows from agencies' own systems (interop.md §5.3): what has been received, how far it is merged, where
-- each thing came from, what is said of rows. The daemon reads and seals rows on their way in, so that nothing here
-- holds a personal number in clear; what merges them is the functions of the migrations that follow.

create table import_batch (
	id uuid primary key,
	agency_id uuid not null references agency,
	type text not null check (type in ('admissions', 'legal-periods', 'contacts', 'housing', 'staff', 'adt')),
	batch_id text not null, -- the client's name for it
	state text not null default 'RECEIVING' check (state in ('RECEIVING', 'RECEIVED', 'RUNNING', 'DONE', 'FAILED')),
	mode text not null default 'upsert' check (mode in ('upsert', 'insert', 'dry_run')),
	on_error text not null default 'reject_row' check (on_error in ('reject_row', 'reject_batch')),
	header jsonb, -- columns of a CSV file, for an upload that goes on
	received_bytes bigint not null default 0, -- up to the end of the last row that is safe here
	received int not null default 0, -- rows read
	tried int not null default 0, -- checkpoint of the first pass of a batch that takes all rows or none
	merged int not null default 0, -- checkpoint: the last row that has been merged
	created int not null default 0,
	updated int not null default 0,
	unchanged int not null default 0,
	deleted int not null default 0,
	ignored int not null default 0,
	parked int not null default 0,
	rejected int not null default 0,
	warnings int not null default 0,
	failure text,
	caller jsonb not null, -- for the access log: staff_id, unit_id, subject, name, role, hpr_number, purpose …
	finished_at timestamptz,
	rows_kept boolean not null default true, -- can be looked at
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint import_batch_name_is_unique_in_agency unique (agency_id, batch_id)
);
create index import_batch_agency on import_batch (agency_id, created_at, id);
create index import_batch_waiting on import_batch (created_at, id) where state in ('RECEIVING', 'RECEIVED', 'RUNNING');

-- Rows as they were received, sealed, some hundred in one value: a checkpoint is a block. They are kept for a month, so
-- that a row can be looked at again.
create table import_block (
	batch_id uuid not null references import_batch,
	first_row int not null,
	last_row int not null,
	content jsonb not null,
	primary key (batch_id, first_row)
);
alter table import_block alter column content set compression lz4;
create index import_batch_rows on import_batch (finished_at) where rows_kept;

-- What is said of a row.
create table import_remark (
	id bigint generated always as identity primary key,
	batch_id uuid not null references import_batch,
	row_no int not null,
	source_id text,
	severity text not null check (severity in ('error', 'warning')),
	code text not null,
	field text,
	message text not null,
	content jsonb -- the row itself, masked, with the first remark on one that was refused before it became part of a block
);
create index import_remark_batch on import_remark (batch_id, row_no, id);

-- Which system of which agency tells of which type; small, so that an origin needs no more than a number for it.
create table import_source (
	id int generated always as identity primary key,
	agency_id uuid not null references agency,
	type text not null,
	system text not null,
	constraint import_source_is_once unique (agency_id, type, system)
);

-- Where a thing came from: the key that makes an import repeatable. Without foreign keys, which would cost each of
-- a million rows three look-ups: only the functions below write it, with what they have just found or made.
create table import_origin (
	source int not null,
	external_id text not null,
	entity_id uuid not null,
	patient_id uuid,
	batch_id uuid not null,
	row_no int not null,
	told_at timestamptz not null, -- source_updated_at of the row that counts
	content_hash text not null, -- keyed; equal when the row says the same
	facts jsonb, -- what the row told that the thing itself has no place for
	stay text, -- rows of one stay have this in common
	segment_id uuid, -- the part of the stay that the row tells of, when there are several
	removed boolean not null default false, -- the source has taken it back
	primary key (source, external_id)
);
create index import_origin_entity on import_origin (entity_id);
create index import_origin_stay on import_origin (source, stay) where stay is not null;

-- Whose data a batch has touched: the access log has one row for each.
create table import_person (
	batch_id uuid not null,
	patient_id uuid not null,
	primary key (batch_id, patient_id)
);

-- Rows of persons who are not registered, and of stays that nobody has told of, for 30 days. No number, only what finds it.
create table import_parked (
	id bigint generated always as identity primary key,
	batch_id uuid not null references import_batch,
	row_no int not null,
	source int not null,
	external_id text not null,
	hashes text[] not null,
	stay text, -- import_stay_awaited(): the stay that it waits for
	content jsonb not null,
	ready boolean not null default false, -- the person has been registered since, or the stay told of
	until timestamptz not null,
	constraint import_parked_is_once unique (source, external_id)
);
create index import_parked_hashes on import_parked using gin (hashes);
create index import_parked_stay on import_parked (stay) where stay is not null;
create index import_parked_ready on import_parked (id) where ready;
create index import_parked_batch on import_parked (batch_id);
create index patient_identifier_created on patient_identifier (created_at); -- import_wake()
create index import_parked_until on import_parked (until);

-- What a verdict on a row is counted as, and what is said of it; rooms add their own.
create table import_verdict (
	code text primary key,
	counted text not null check (counted in ('created', 'updated', 'unchanged', 'deleted', 'ignored', 'parked', 'rejected')),
	field text,
	message text -- null: nothing is said
);
insert into import_verdict (code, counted, field, message) values
	('MANY', 'created', null, null),
	('CREATED', 'created', null, null),
	('UPDATED', 'updated', null, null),
	('UNCHANGED', 'unchanged', null, null),
	('DELETED', 'deleted', null, null),
	('OLDER', 'ignored', 'source_updated_at', 'older than what is known'),
	('NOTHING_TO_DELETE', 'ignored', 'source_id', 'no row with this key has been taken'),
	('PATIENT_UNKNOWN', 'parked', 'patient_id', 'no registered person; the row is kept 30 days'),
	('SAME_TIME_OTHER_CONTENT', 'rejected', 'source_updated_at', 'another row with this key and time says something else'),
	('EXISTS', 'rejected', 'source_id', 'a row with this key has been taken, and the mode is insert'),
	('OTHER_PERSON', 'rejected', 'patient_id', 'a row with this key has been taken for another person'),
	('TAKEN_BACK_HERE', 'rejected', 'source_id', 'it has been cancelled or marked as an error here'),
	('ENDS_BEFORE_IT_BEGINS', 'rejected', null, 'it ends before it begins'),
	('IN_THE_FUTURE', 'rejected', null, 'a time is later than now'),
	('UNIT_UNKNOWN', 'rejected', 'unit_id', 'is not a unit of this agency'),
	('STAFF_UNKNOWN', 'rejected', 'staff_no', 'nobody of this agency has it'),
	('CONSENT_REQUIRED', 'rejected', 'patient_id', 'the person has not consented to this');

alter table import_batch enable row level security;
alter table import_block enable row level security; -- for the functions alone
alter table import_remark enable row level security;
alter table import_source enable row level security;
alter table import_origin enable row level security;
alter table import_person enable row level security;
alter table import_parked enable row level security;
create policy import_batch_own on import_batch using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy import_remark_own on import_remark for select using (
	exists (select 1 from import_batch b where b.id = import_remark.batch_id));
grant select, insert, update on import_batch to samhandling_service;
grant select on import_remark to samhandling_service;

insert into deadline_rule (code, amount, unit) values
	('IMPORT_PARKED', 30, 'DAYS'), -- how long a row waits for its person
	('IMPORT_ROWS', 30, 'DAYS'), -- how long the rows of a batch can be looked at
	('IMPORT_UNFINISHED', 2, 'DAYS'), -- how long a broken upload may go on
	('IMPORT_HISTORY', 31, 'DAYS'); -- stays that ended longer ago are history: nobody has to act on them

-- Receiving ------------------------------------------------------------------------------------------------
-- Which kinds of agency bring what, through whom; the matrix has let the role through to imports at all.
create function import_may(of_type text) returns boolean language sql stable as $$
	select exists (select 1 from agency a where a.id = app_agency_id() and case of_type
		when 'contacts' then a.type in ('DPS', 'MUNICIPALITY') and app_role() in ('TM', 'TL', 'DPS', 'MH', 'SY')
		when 'housing' then a.type in ('MUNICIPALITY', 'HOUSING', 'PRIVATE_PROVIDER')
			and app_role() in ('TM', 'TL', 'MH', 'HO', 'SY')
		when 'staff' then app_role() = 'SA'
		else a.type in ('DPS', 'HEALTH_TRUST') and app_role() in ('DPS', 'SY') end)
$$;

-- A new batch, or the one of that name, to go on with. `asked`: type, batch_id, mode, on_error, offset, caller.
create function import_begin(new_id uuid, asked jsonb) returns setof import_batch language plpgsql as $$
declare
	b import_batch;
begin
	perform raise_unless(import_may(asked ->> 'type'), 403, 'forbidden_action');
	insert into import_batch (id, agency_id, type, batch_id, mode, on_error, caller)
	values (new_id, app_agency_id(), asked ->> 'type', coalesce(asked ->> 'batch_id', new_id::text),
		coalesce(asked ->> 'mode', 'upsert'), coalesce(asked ->> 'on_error', 'reject_row'), asked -> 'caller')
	on conflict (agency_id, batch_id) do nothing;
	select * into b from import_batch x where x.agency_id = app_agency_id()
		and x.batch_id = coalesce(asked ->> 'batch_id', new_id::text);
	perform raise_unless(b.type = asked ->> 'type', 409, 'conflict');
	perform raise_unless(b.state <> 'RECEIVING' or b.received_bytes = coalesce((asked ->> 'offset')::bigint, 0), 409,
		'upload_offset', jsonb_build_object('received_bytes', b.received_bytes));
	return next b;
end $$;

-- The next rows of a batch, and how far the file is read. `told`: from, bytes, rows, rejected, header, last, remarks.
-- Two uploads of one batch cannot mix: each names where it goes on.
create function import_receive(batch uuid, told jsonb, content jsonb) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	b import_batch;
begin
	update import_batch x set received_bytes = (told ->> 'bytes')::bigint, received = received + (told ->> 'rows')::int,
		rejected = rejected + (told ->> 'rejected')::int, header = coalesce(told -> 'header', header),
		state = case when (told ->> 'last')::boolean then 'RECEIVED' else state end, updated_at = clock_now()
	where x.id = batch and state = 'RECEIVING' and received_bytes = (told ->> 'from')::bigint
	returning x.* into b;
	perform raise_unless(b.id is not null, 409, 'upload_offset');
	if jsonb_array_length(content) > 0 then
		insert into import_block (batch_id, first_row, last_row, content)
		values (b.id, b.received - (told ->> 'rows')::int + 1, b.received, content);
	end if;
	perform import_remember(b.id, told -> 'remarks');
end $$;

-- Remarks as objects: row, source_id, severity, code, field, message, content.
create function import_remember(batch uuid, remarks jsonb) returns void language sql as $$
	insert into import_remark (batch_id, row_no, source_id, severity, code, field, message, content)
	select batch, r."row", r.source_id, r.severity, r.code, r.field, r.message, r.content
	from jsonb_to_recordset(coalesce(remarks, '[]')) r ("row" int, source_id text, severity text, code text, field text,
		message text, content jsonb)
$$;

-- The batch is refused whole: what was merged stays and is counted.
create function import_fail(batch uuid, why text) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	update import_batch set state = 'FAILED', failure = why, finished_at = clock_now(), updated_at = clock_now()
	where id = batch and state in ('RECEIVING', 'RECEIVED', 'RUNNING');
end $$;

create function import_json(b import_batch) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', b.id, 'batch_id', b.batch_id, 'type', b.type, 'agency_id', b.agency_id,
		'state', b.state, 'mode', b.mode, 'on_error', b.on_error, 'received_bytes', b.received_bytes,
		'counts', jsonb_build_object('received', b.received, 'processed', b.created + b.updated + b.unchanged + b.deleted
			+ b.ignored + b.parked + b.rejected, 'created', b.created, 'updated', b.updated, 'unchanged', b.unchanged,
			'deleted', b.deleted, 'ignored', b.ignored, 'parked', b.parked, 'rejected', b.rejected, 'warnings', b.warnings),
		'failure', b.failure, 'finished_at', b.finished_at, 'created_at', b.created_at, 'updated_at', b.updated_at))
$$;

-- A block at work ------------------------------------------------------------------------------------------
-- What a row is worth beside what is known of its key: null when it says something new.
create function import_standing(known_at timestamptz, known_hash text, removed boolean, told_at timestamptz, hash text, op text,
	mode text) returns text language sql immutable as $$
	select case when known_at is null then case when op = 'delete' then 'NOTHING_TO_DELETE' end
		when told_at < known_at then 'OLDER'
		when hash = known_hash and (op = 'delete') = removed then 'UNCHANGED'
		when told_at = known_at then 'SAME_TIME_OTHER_CONTENT'
		when removed and op = 'delete' then 'UNCHANGED'
		when mode = 'insert' then 'EXISTS' end
$$;

-- Who has been touched: one row of the access log for each patient and batch, in the transaction that touches.
create function import_log(b import_batch, persons uuid[]) returns void language sql as $$
	with fresh as (
		insert into import_person (batch_id, patient_id) select b.id, p from unnest(persons) p where p is not null group by p
		on conflict do nothing returning patient_id)
	select log_access(b.caller || jsonb_build_object('action', 'UPDATE', 'resource', 'imports', 'resource_id', b.id,
		'basis', 'IMPORT'), array(select f.patient_id from fresh f))
$$;

-- The transaction speaks for the agency that sent the batch: news, events and consents are judged as for its staff.
create function import_speak(b import_batch) returns text language sql as $$
	select set_config('app.agency_id', b.agency_id::text, true) || set_config('app.role', b.caller ->> 'role', true)
		|| set_config('app.staff_id', coalesce(b.caller ->> 'staff_id', ''), true)
		|| set_config('app.batch_id', b.id::text, true)
		|| set_config('app.request_id', b.caller ->> 'request_id', true) || set_config('app.now', clock_unset()::text, true)
$$;

-- migrate:down
drop function if exists import_speak, import_log, import_standing, import_json, import_fail, import_remember, import_receive, import_begin, import_may cascade;
delete from deadline_rule where code in ('IMPORT_PARKED', 'IMPORT_ROWS', 'IMPORT_UNFINISHED', 'IMPORT_HISTORY');
drop index patient_identifier_created;
drop table import_verdict, import_parked, import_person, import_origin, import_source, import_remark, import_block, import_batch cascade;
