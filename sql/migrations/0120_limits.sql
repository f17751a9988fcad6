-- migrate:up
-- What the operator and the agencies say about calls from outside: how much, and from which web pages.

-- How much an agency may ask of one daemon in a minute, in units of the contract's x-cost; without a row, or where a
-- member is null, the daemon's settings hold. For the operator alone: an agency does not widen its own share.
create table agency_limit (
	agency_id uuid primary key references agency,
	client_quota bigint check (client_quota > 0), -- each of its clients
	agency_quota bigint check (agency_quota > 0), -- all of them together
	note text
);
grant select on agency_limit to samhandling_service;

-- Where an agency's front ends are served from (CORS). Without an agency: the citizens' portals, whose tokens
-- speak for none; those are the operator's.
create table web_origin (
	id uuid primary key default gen_random_uuid(),
	agency_id uuid references agency,
	origin text not null constraint web_origin_is_an_origin
		check (origin ~ '^(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[1-9][0-9]{0,4})?$'),
	note text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	constraint web_origin_is_registered_once unique nulls not distinct (agency_id, origin)
);
alter table web_origin enable row level security;
create policy web_origin_read on web_origin for select using (
	nullif(current_setting('app.role', true), '') is null -- asked before there is a caller
	or agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy web_origin_insert on web_origin for insert
	with check (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy web_origin_delete on web_origin for delete
	using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert, delete on web_origin to samhandling_service;

-- An agency's origins by spaces, which none of them holds; null asks for the citizens'.
create function web_origins(of_agency uuid) returns text language sql stable as $$
	select string_agg(o.origin, ' ') from web_origin o where o.agency_id is not distinct from of_agency
$$;

-- Both stand in what the daemons remember of a caller.
create trigger registry_changed after insert or update or delete on agency_limit
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on web_origin
	for each statement execute function registry_changed();

-- migrate:down
drop function web_origins;
drop table web_origin, agency_limit;
