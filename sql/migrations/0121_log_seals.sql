-- migrate:up
-- The access log sealed: a chain of hashes over its rows, in pieces whose heads are signed with a key that the
-- database does not have. What is changed, taken out, put in or moved afterwards is found offline
-- (docs/audit.md, `samhandling audit verify`).

-- Rows wait for their seal in the order of their transactions.
create index access_log_order on access_log (txid, id);

-- A row as it is sealed and exported: the bytes of this JSON are hashed. It may never change for a row that is sealed;
-- another form would be another type and function, and a seal's `form` says which one holds. Independent of the session's
-- settings. A composite type, since it becomes JSON in half of the time that json_build_object() takes.
create type access_log_form_1 as (id bigint, txid text, at text, request_id text, trace_id text, operation text, action text,
	resource text, resource_id text, patient_id uuid, shown_set text, agency_id uuid, unit_id uuid, staff_id uuid, citizen_id uuid,
	subject text, name text, role text, hpr_number text, purpose text, attestation jsonb, basis text, relation_id uuid,
	consent_id uuid, emergency_id uuid, objection_overridden boolean, reason text);
create function access_log_line(l access_log) returns text language sql stable as $$
	select row_to_json(row(l.id, l.txid::text, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), l.request_id,
		l.trace_id, l.operation, l.action::text, l.resource, l.resource_id, l.patient_id, encode(l.shown_set, 'hex'), l.agency_id,
		l.unit_id, l.staff_id, l.citizen_id, l.subject, l.name, l.role, l.hpr_number, l.purpose, l.attestation, l.basis,
		l.relation_id, l.consent_id, l.emergency_id, l.objection_overridden, l.reason)::access_log_form_1)::text
$$;

-- One piece of the chain. For each row, in order: transaction, id, agency and the SHA-256 of its line.
create table log_seal (
	number bigint primary key,
	form int not null default 1,
	sealed_at timestamptz not null,
	previous bytea not null, -- head of the piece before; 32 zero bytes before the first
	head bytea not null,
	row_count int not null,
	last_txid xid8 not null,
	last_id bigint not null,
	txids bigint[] not null,
	ids bigint[] not null,
	agencies uuid[] not null,
	leaves bytea not null,
	key_id text, -- null until the daemon has signed it
	signature text,
	constraint log_seal_is_signed_whole check ((key_id is null) = (signature is null))
);
-- hashes do not get smaller
alter table log_seal alter column leaves set storage external;
create index log_seal_unsigned on log_seal (number) where signature is null;
create index log_seal_sealed_at on log_seal (sealed_at);
grant select on log_seal to samhandling_service;

create function log_seal_is_append_only() returns trigger language plpgsql as $$
begin
	if tg_op = 'UPDATE' and old.signature is null
		and (to_jsonb(new) - 'signature' - 'key_id') = (to_jsonb(old) - 'signature' - 'key_id') then
		return new;
	end if;
	raise exception 'a seal of the access log is never changed';
end $$;
create trigger append_only before update or delete on log_seal
	for each row execute function log_seal_is_append_only();
create trigger no_truncate before truncate on log_seal
	for each statement execute function log_seal_is_append_only();

-- What a row adds to the chain: head = SHA-256(head before || these bytes). A row is here by its hash alone, so that an
-- agency can follow the whole chain without seeing what the others did.
create function log_seal_entry(txid bigint, id bigint, agency uuid, leaf bytea) returns bytea
language sql immutable as $$
	select convert_to(txid || ' ' || id || ' ' || coalesce(agency::text, '-') || ' ' || encode(leaf, 'hex') || E'\n', 'UTF8')
$$;
-- In PL/pgSQL, which an aggregate calls at a fraction of SQL's cost.
create function log_seal_step(head bytea, previous bytea, entry bytea) returns bytea language plpgsql immutable as $$
begin
	return sha256(coalesce(head, previous) || entry);
end $$;
create aggregate log_seal_chain(previous bytea, entry bytea) (sfunc = log_seal_step, stype = bytea);

-- Is it time? When a piece is full, or the last one is old enough and something came since.
create function log_seal_is_due(last log_seal, most int, every interval) returns boolean language plpgsql stable as $$
declare
	waiting int;
begin
	if last.sealed_at is null or last.sealed_at <= now() - every then
		return true;
	end if;
	select count(*) into waiting from (select from access_log l where l.txid > last.last_txid limit most) w;
	return waiting >= most;
end $$;

-- Seals the next rows, at most so many. Only rows whose transaction is older than every one that still runs: none can
-- come in before them any more. Several daemons may call it; one does it. Gives how many rows it sealed.
create function log_seal_make(most int, every interval) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	last log_seal;
	before bytea;
	sealed int;
begin
	if not pg_try_advisory_xact_lock(hashtextextended('log_seal_make', 0)) then
		return 0;
	end if;
	select * into last from log_seal order by number desc limit 1;
	if last.last_txid >= pg_snapshot_xmax(pg_current_snapshot()) then
		-- a copy loaded into another server: its new rows would come before those that are sealed
		raise exception 'the transaction counter is behind the sealed log: docs/audit.md';
	end if;
	if not log_seal_is_due(last, most, every) then
		return 0;
	end if;
	before := coalesce(last.head, decode(repeat('00', 32), 'hex'));
	with waiting as materialized ( -- in order, and a row is put into words once
		select l.txid::text::bigint as txid, l.id, l.agency_id, sha256(convert_to(access_log_line(l), 'UTF8')) as leaf
		from access_log l
		where l.txid >= coalesce(last.last_txid, '0'::xid8) and l.txid < pg_snapshot_xmin(pg_current_snapshot())
			and (last.number is null or (l.txid, l.id) > (last.last_txid, last.last_id))
		order by l.txid, l.id limit most),
	piece as ( -- an aggregate without groups takes the rows as they come
		select count(*)::int as n, log_seal_chain(before, log_seal_entry(w.txid, w.id, w.agency_id, w.leaf)) as head,
			array_agg(w.txid) as txids, array_agg(w.id) as ids, array_agg(w.agency_id) as agencies,
			string_agg(w.leaf, ''::bytea) as leaves
		from waiting w)
	insert into log_seal (number, sealed_at, previous, head, row_count, last_txid, last_id, txids, ids, agencies, leaves)
	select coalesce(last.number, 0) + 1, now(), before, p.head, p.n, p.txids[p.n]::text::xid8, p.ids[p.n], p.txids, p.ids,
		p.agencies, p.leaves
	from piece p
	where p.n > 0
	returning row_count into sealed;
	return coalesce(sealed, 0);
end $$;

-- What is signed: everything that the head stands for, as lines of text.
create function log_seal_statement(s log_seal) returns text language sql stable as $$
	select format(E'samhandling log seal\nform: %s\nnumber: %s\nsealed: %s\nrows: %s\nprevious: %s\nhead: %s\n', s.form, s.number,
		to_char(s.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.row_count, encode(s.previous, 'hex'), encode(s.head, 'hex'))
$$;

create function log_seal_sign(of_number bigint, of_key text, of_signature text) returns void language sql
security definer set search_path = pg_catalog, public, pg_temp as $$
	update log_seal s set key_id = of_key, signature = of_signature where s.number = of_number and s.signature is null
$$;

-- A seal's members without its rows.
create function log_seal_head(s log_seal) returns jsonb language sql stable as $$
	select jsonb_build_object('number', s.number, 'form', s.form,
		'sealed_at', to_char(s.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'rows', s.row_count,
		'previous', encode(s.previous, 'hex'), 'head', encode(s.head, 'hex'), 'key_id', s.key_id, 'signature', s.signature)
$$;

-- The rows that stand in a seal's stretch of the log today, as far as the caller may read them.
create function log_seal_rows(of_number bigint) returns setof access_log language sql stable as $$
	select l.* from log_seal s left join log_seal before on before.number = s.number - 1, access_log l
	where s.number = of_number
		and l.txid <= s.last_txid and (l.txid, l.id) <= (s.last_txid, s.last_id)
		and l.txid >= coalesce(before.last_txid, '0'::xid8)
		and (before.number is null or (l.txid, l.id) > (before.last_txid, before.last_id))
$$;

-- A seal with its rows, as it is verified: for each one what was sealed, and beside it the row as it stands in the log
-- today, where the caller may read it, and the persons of a set that it names. A row of that stretch of the log that was not sealed is there without a hash.
create function log_seal_json(of_number bigint) returns text language sql stable as $$
	with s as (select * from log_seal where number = of_number),
	sealed as (select e.txid, e.id, e.agency_id, encode(substr(s.leaves, (e.n::int - 1) * 32 + 1, 32), 'hex') as hash
		from s, unnest(s.txids, s.ids, s.agencies) with ordinality as e (txid, id, agency_id, n)),
	found as (select l.txid::text::bigint as txid, l.id, l.agency_id, access_log_line(l) as line,
		case when l.shown_set is not null then array_to_string(access_log_persons(null, l.shown_set), ',') end as shown from log_seal_rows(of_number) l)
	select (log_seal_head(s) || jsonb_build_object('shown_to', app_agency_id(), 'entries',
		(select jsonb_agg(jsonb_build_object('txid', txid::text, 'id', id::text, 'agency_id', coalesce(e.agency_id, case when e.hash is null then f.agency_id end),
			'hash', e.hash, 'row', f.line, 'shown', f.shown) order by txid, id)
		from sealed e full join found f using (txid, id))))::text
	from s
$$;

-- Who may sign tokens, and how much an agency may ask, is no act of a caller, so no request logs it: the change does.
create function access_log_registry() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
begin
	perform log_access(jsonb_build_object('request_id', 'sql', 'operation', tg_table_name,
		'action', case tg_op when 'INSERT' then 'CREATE' else 'UPDATE' end, 'resource', 'directory',
		'resource_id', coalesce(r ->> 'issuer', r ->> 'issuer_id', r ->> 'agency_id'), 'agency_id', r ->> 'agency_id',
		'subject', session_user, 'role', 'SY', 'reason', lower(tg_op)));
	return null;
end $$;
create trigger logged after insert or update or delete on trusted_issuers
	for each row execute function access_log_registry();
create trigger logged after insert or update or delete on agency_issuers
	for each row execute function access_log_registry();
create trigger logged after insert or update or delete on agency_limit
	for each row execute function access_log_registry();

revoke execute on function log_seal_make(int, interval), log_seal_sign(bigint, text, text) from public;
grant execute on function log_seal_make(int, interval), log_seal_sign(bigint, text, text) to samhandling_service;

-- migrate:down
drop trigger logged on trusted_issuers;
drop trigger logged on agency_issuers;
drop trigger logged on agency_limit;
drop table log_seal cascade;
drop aggregate log_seal_chain(bytea, bytea);
drop function if exists access_log_registry, log_seal_step, log_seal_entry, log_seal_make, log_seal_sign, log_seal_json, log_seal_rows,
	log_seal_is_append_only, access_log_line cascade;
drop type access_log_form_1;
drop index access_log_order;
