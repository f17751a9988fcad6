-- migrate:up
-- Persons known to need help who are connected to no service (seed item 10): as little as will do, on a legal basis,
-- for a time. Switched off until a unit's configuration says `known_unconnected_persons: true`.

create table known_unconnected_person (
	id uuid primary key,
	unit_id uuid not null references unit,
	owner_agency_id uuid not null references agency,
	description text, -- how those who look for the person recognise them; null when it is over
	area text,
	known_by text, -- who knows the person
	last_seen_on date,
	next_attempt_on date,
	next_attempt_staff_id uuid references staff, -- who owns the next attempt
	legal_basis_code text not null,
	legal_basis_note text not null check (length(legal_basis_note) >= 10),
	state text not null default 'OPEN' check (state in ('OPEN', 'CONNECTED', 'CLOSED', 'EXPIRED')),
	expires_at timestamptz not null,
	renewed_at timestamptz,
	renewal_reason text,
	became text check (became in ('concern-reports', 'referrals')),
	became_id uuid,
	closing_reason text check (closing_reason in ('NOT_IN_TARGET', 'MOVED', 'DECEASED', 'ALREADY_CONNECTED', 'WRONG')),
	closed_at timestamptz,
	created_by uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint known_unconnected_is_described_while_open check ((state = 'OPEN') = (description is not null)),
	constraint known_unconnected_holds_nothing_afterwards check (state = 'OPEN'
		or num_nonnulls(description, area, known_by, last_seen_on, next_attempt_on, next_attempt_staff_id, renewal_reason) = 0),
	constraint known_unconnected_became_something check ((state = 'CONNECTED') = (became_id is not null)),
	constraint known_unconnected_is_renewed_with_a_reason check (state <> 'OPEN' or (renewed_at is null) = (renewal_reason is null))
);
create index known_unconnected_unit on known_unconnected_person (unit_id, state, expires_at);
create index known_unconnected_expiring on known_unconnected_person (expires_at) where state = 'OPEN';
select install_change_trigger('known_unconnected_person', '');

insert into deadline_rule (code, severity, amount, unit) values ('KNOWN_UNCONNECTED', '', 180, 'DAYS')
on conflict do nothing;

-- The units of the caller, or for overview of the agency, that have it switched on.
create function known_unconnected_units() returns uuid[] language sql stable as $$
	select array(select u.id from unit u where u.config @> '{"known_unconnected_persons": true}'
		and (u.id = any (app_unit_ids()) or (app_role() in ('KO', 'PV') and u.agency_id = app_agency_id()))) $$;

-- Nobody does anything here before a unit is switched on.
create function known_unconnected_on() returns boolean language plpgsql stable as $$
begin
	return raise_unless(known_unconnected_units() <> '{}', 403, 'switched_off');
end $$;

alter table known_unconnected_person enable row level security;
create policy known_unconnected_read on known_unconnected_person for select using (
	exists (select 1 from unit u where u.id = unit_id and u.config @> '{"known_unconnected_persons": true}')
	and (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		or (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
			and current_setting('app.role', true) in ('KO', 'PV'))));
create policy known_unconnected_insert on known_unconnected_person for insert with check (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy known_unconnected_update on known_unconnected_person for update using (
	unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]));
grant select, insert, update on known_unconnected_person to samhandling_service;

-- With f (the privacy officer) what tells that the rules are kept, not who it is.
create function known_unconnected_json(k known_unconnected_person) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (k).id, 'version', (k).version, 'status', (k).state,
		'unit', unit_brief((k).unit_id), 'legal_basis_code', (k).legal_basis_code, 'expires_at', (k).expires_at,
		'renewed_at', (k).renewed_at, 'became', (k).became, 'closing_reason', (k).closing_reason,
		'closed_at', (k).closed_at, 'created_at', (k).created_at, 'updated_at', (k).updated_at)
		|| case when app_gate('f') then '{}' else jsonb_build_object('description', (k).description, 'area', (k).area,
			'known_by', (k).known_by, 'last_seen_on', (k).last_seen_on, 'next_attempt_on', (k).next_attempt_on,
			'next_attempt_staff_id', (k).next_attempt_staff_id, 'legal_basis_note', (k).legal_basis_note,
			'renewal_reason', (k).renewal_reason, 'became_id', (k).became_id, 'created_by', (k).created_by) end)
$$;

create function known_unconnected_facts(k known_unconnected_person) returns text[] language sql stable as $$
	select array_remove(array[case when (k).unit_id = any (app_unit_ids()) then 'own_unit' end,
		case when (k).renewed_at is not null then 'renewed' end], null) $$;

-- Who owns the next attempt works in the unit; the ground is a law that holds today; nothing was seen in the future.
create function check_known_unconnected(k known_unconnected_person) returns boolean language plpgsql as $$
begin
	perform raise_unless(legal_basis_holds(k.legal_basis_code), 422, 'unknown_reference',
		fault('/legal_basis_code', 'reference', 'is no legal basis that holds today'));
	perform raise_unless(k.next_attempt_staff_id is null or exists (select 1 from staff_membership m
			where m.staff_id = k.next_attempt_staff_id and m.unit_id = k.unit_id and m.state = 'ACTIVE'), 422, 'unknown_reference',
		fault('/next_attempt_staff_id', 'reference', 'does not work in the unit'));
	return raise_unless(coalesce(k.last_seen_on, clock_today()) <= clock_today(), 422, 'invalid_value',
		fault('/last_seen_on', 'range', 'must not be in the future'));
end $$;

create function known_unconnected_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	k known_unconnected_person := jsonb_populate_record(null::known_unconnected_person, body);
	units uuid[] := known_unconnected_units();
begin
	perform known_unconnected_on();
	k.unit_id := coalesce(k.unit_id, (array(select u from unnest(units) u where u = any (app_unit_ids())))[1]);
	perform raise_unless(k.unit_id = any (units) and k.unit_id = any (app_unit_ids()), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no unit of the caller where this is switched on'));
	perform check_known_unconnected(k);
	insert into known_unconnected_person (id, unit_id, owner_agency_id, description, area, known_by, last_seen_on,
		next_attempt_on, next_attempt_staff_id, legal_basis_code, legal_basis_note, expires_at, created_by)
	values (new_id, k.unit_id, app_agency_id(), k.description, k.area, k.known_by, k.last_seen_on, k.next_attempt_on,
		k.next_attempt_staff_id, k.legal_basis_code, k.legal_basis_note,
		deadline_at('KNOWN_UNCONNECTED', clock_now()), app_staff_id());
	return new_id;
end $$;

create function known_unconnected_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	n bigint;
begin
	perform known_unconnected_on();
	update known_unconnected_person k set description = b.description, area = b.area, known_by = b.known_by,
		last_seen_on = b.last_seen_on, next_attempt_on = b.next_attempt_on, next_attempt_staff_id = b.next_attempt_staff_id
	from known_unconnected_person o cross join lateral jsonb_populate_record(o, body) b
	where o.id = k.id and k.id = asked and k.version::text = seen and raise_unless(k.state = 'OPEN', 409, 'conflict')
		and check_known_unconnected(b);
	get diagnostics n = row_count;
	return expect_one(n, 'known_unconnected_person', asked, seen);
end $$;

-- What is over is emptied of everything that could tell who it was; the owner's rights, as the job has no unit.
create function known_unconnected_empty(asked uuid, target text) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	update known_unconnected_person set state = target, closed_at = clock_now(), description = null, area = null,
		known_by = null, last_seen_on = null, next_attempt_on = null, next_attempt_staff_id = null, renewal_reason = null
	where id = asked and state = 'OPEN' $$;

-- Is it a report or referral that the caller can see?
create function known_unconnected_became(kind text, thing uuid) returns boolean language plpgsql stable as $$
declare
	found_one boolean;
begin
	execute format('select exists (select 1 from %I x where x.id = $1)',
		case kind when 'referrals' then 'referral' else 'concern_report' end) into found_one using thing;
	return found_one;
end $$;

create function known_unconnected_step(asked uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	k known_unconnected_person;
begin
	if act = 'renew' then
		update known_unconnected_person set renewed_at = clock_now(), renewal_reason = body ->> 'reason',
			expires_at = deadline_at('KNOWN_UNCONNECTED', clock_now()) where id = asked;
	elsif act = 'connect' then
		perform raise_unless(known_unconnected_became(body ->> 'became', (body ->> 'became_id')::uuid), 422, 'unknown_reference',
			fault('/became_id', 'reference', 'is nothing that the caller can see'));
		update known_unconnected_person set state = target, closed_at = clock_now(), became = body ->> 'became',
			became_id = (body ->> 'became_id')::uuid, description = null, area = null, known_by = null, last_seen_on = null,
			next_attempt_on = null, next_attempt_staff_id = null, renewal_reason = null where id = asked;
	else
		perform known_unconnected_empty(asked, target);
		update known_unconnected_person set closing_reason = body ->> 'closing_reason' where id = asked;
	end if;
	select * into k from known_unconnected_person where id = asked;
	perform note_step('known-unconnected-persons', k.id, k.version, act, before, target, null);
end $$;

-- Its time is out and it has become nothing: only that there was such a row is kept.
create function job_known_unconnected(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	k known_unconnected_person;
	n int := 0;
begin
	for k in select * from known_unconnected_person where state = 'OPEN' and expires_at <= clock_now()
		order by expires_at limit batch for update skip locked
	loop
		perform known_unconnected_empty(k.id, 'EXPIRED');
		perform job_event('known-unconnected-persons', k.id, k.version + 1, 'expire', 'OPEN', 'EXPIRED');
		n := n + 1;
	end loop;
	return n;
end $$;
revoke execute on function job_known_unconnected(int) from public;
insert into job (kind, call) values ('known_unconnected_purged', 'job_known_unconnected');

-- migrate:down
delete from job where call = 'job_known_unconnected';
delete from deadline_rule where code = 'KNOWN_UNCONNECTED';
drop table known_unconnected_person cascade;
drop function if exists job_known_unconnected, known_unconnected_step, known_unconnected_became, known_unconnected_empty,
	known_unconnected_change, known_unconnected_make, known_unconnected_on, known_unconnected_units cascade;
