-- migrate:up
-- Subscriptions: an agency's own addresses to which news is sent, signed (Standard Webhooks). All times are real time.

create table subscription (
	id uuid primary key,
	agency_id uuid not null references agency,
	name text not null check (length(name) between 1 and 200),
	url text not null check (url ~ '^https?://[^/?#@[:space:]]+([/?][^#[:space:]]*)?$'),
	entities text[] not null default '{}', -- as news_kind names them; empty: all
	role text not null, -- reads as this role of the agency
	unit_ids uuid[] not null default '{}', -- in these units; empty: in all that the agency has
	topic text, -- sends FHIR's notifications of this topic (0202_fhir_subscriptions.sql), not CloudEvents
	filter text, -- only of what this search finds
	content text check (content in ('empty', 'id-only')), -- what a notification says
	headers text[] not null default '{}', -- sent along, each sealed; never told
	ends_at timestamptz, -- nothing is sent from then on
	state text not null default 'ACTIVE' check (state in ('REQUESTED', 'ACTIVE', 'PAUSED', 'STOPPED')),
	state_reason text check (state_reason in ('FAILED', 'GONE', 'HANDSHAKE')), -- null: somebody has said so
	created_by uuid references staff,
	version int not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint subscription_topic_has_content check ((topic is null) = (content is null))
);
create index subscription_agency on subscription (agency_id);
select install_change_trigger('subscription', '');

-- How far it has come. Not part of the row that people change: its version would never stand still.
create table subscription_progress (
	subscription_id uuid primary key references subscription on delete cascade,
	position bigint not null, -- every event up to here has been looked at
	events bigint not null default 0, -- of a topic's: so many have been told
	away_since timestamptz, -- the receiver does not answer, or says that it cannot
	away_attempts int not null default 0,
	retry_at timestamptz -- nothing is sent before
);

-- What it is signed with, sealed by the service's keys. The newest is told once; an older one signs beside it until its
-- time is out.
create table subscription_key (
	id uuid primary key default gen_random_uuid(),
	subscription_id uuid not null references subscription on delete cascade,
	secret_seal text not null, -- whsec_…: HMAC-SHA256
	signing_seal text not null, -- whsk_…: Ed25519
	public_key text not null, -- whpk_…, to check the latter with
	created_at timestamptz not null default clock_timestamp(),
	expires_at timestamptz
);
create index subscription_key_subscription on subscription_key (subscription_id, created_at);

-- One event on its way to one subscription. What waits is PENDING; the others are the log, kept for thirty days.
create table delivery (
	id uuid primary key default gen_random_uuid(),
	subscription_id uuid not null references subscription on delete cascade,
	position bigint, -- null: a test, or a handshake
	number bigint, -- of a topic's: the how manieth that the subscription has told; null until it is
	order_key uuid not null, -- the event's person, else its thing: one after the other; of a topic all are
	state text not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'FAILED', 'HIDDEN')),
	attempts int not null default 0,
	next_attempt_at timestamptz not null default now(),
	away boolean not null default false, -- the last attempt failed with the receiver as a whole
	first_failed_at timestamptz,
	last_attempt_at timestamptz,
	http_status int,
	error text,
	took_ms int,
	created_at timestamptz not null default now(),
	done_at timestamptz,
	constraint delivery_is_made_once unique (subscription_id, position)
);
create index delivery_pending on delivery (subscription_id, order_key, position) where state = 'PENDING';
create index delivery_log on delivery (subscription_id, created_at, id);
create index delivery_done on delivery (done_at) where state <> 'PENDING';

alter table subscription enable row level security;
alter table subscription_progress enable row level security;
alter table subscription_key enable row level security;
alter table delivery enable row level security;
create policy subscription_own on subscription using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy subscription_own on subscription_progress using (
	exists (select 1 from subscription s where s.id = subscription_id));
create policy subscription_own on subscription_key using (
	exists (select 1 from subscription s where s.id = subscription_id));
create policy subscription_own on delivery using (
	exists (select 1 from subscription s where s.id = subscription_id));
grant select, insert, update, delete on subscription, subscription_progress, subscription_key, delivery
	to samhandling_service;

-- What people ask and change ----------------------------------------------------------------------------
create function subscription_json(asked uuid, told_secret boolean) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', s.id, 'version', s.version, 'name', s.name, 'url', s.url,
		'entities', to_jsonb(s.entities), 'role', s.role, 'unit_ids', to_jsonb(s.unit_ids), 'topic', s.topic, 'filter', s.filter,
		'content', s.content, 'ends_at', s.ends_at, 'status', s.state,
		'status_reason', s.state_reason, 'after', p.position, 'pending', (select count(*) from delivery d
			where d.subscription_id = s.id and d.state = 'PENDING'), 'unreachable_since', p.away_since,
		'public_keys', (select jsonb_agg(k.public_key order by k.created_at desc, k.id) from subscription_key k
			where k.subscription_id = s.id and (k.expires_at is null or k.expires_at > now())),
		'secret', case when told_secret then (select 'open:' || k.secret_seal from subscription_key k
			where k.subscription_id = s.id order by k.created_at desc limit 1) end,
		'created_at', s.created_at, 'updated_at', s.updated_at))
	from subscription s join subscription_progress p on p.subscription_id = s.id where s.id = asked
$$;

create function delivery_json(d delivery) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', d.id, 'subscription_id', d.subscription_id,
		'kind', case when d.position is null then 'TEST' else 'EVENT' end, 'event_id', d.position::text, 'status', d.state,
		'attempts', d.attempts, 'next_attempt_at', case when d.state = 'PENDING' then d.next_attempt_at end,
		'last_attempt_at', d.last_attempt_at, 'http_status', d.http_status, 'error', d.error, 'took_ms', d.took_ms,
		'created_at', d.created_at, 'done_at', d.done_at))
$$;

-- Outside the sandbox over TLS alone.
create function subscription_url(asked text) returns text language plpgsql stable as $$
begin
	perform raise_unless(asked like 'https://%' or (select enabled from sandbox_clock), 422, 'invalid_value',
		fault('/url', 'https', 'must begin with https://'));
	return asked;
end $$;

-- Scheme, host and port, as what is told to one is not told to another. Null is none.
create function subscription_origin(url text) returns text language sql immutable as $$
	select p[1] || '://' || lower(p[2]) || coalesce(nullif(p[3], ':'), case p[1] when 'https' then ':443' else ':80' end)
	from regexp_match(url, '^(https?)://(\[[^]/?]*\]|[^]/?:[]+)(:[0-9]*)?([/?]|$)') p
$$;

create function subscription_units(asked jsonb) returns uuid[] language plpgsql stable as $$
declare
	units uuid[] := array(select u::uuid from jsonb_array_elements_text(coalesce(asked, '[]')) u);
begin
	perform raise_unless((select count(*) from unit u where u.id = any (units) and u.agency_id = app_agency_id())
		= cardinality(units), 422, 'unknown_reference', fault('/unit_ids', 'reference', 'are not all units of the caller''s agency'));
	return units;
end $$;

create function subscription_entities(asked jsonb) returns text[] language plpgsql stable as $$
declare
	names text[] := array(select n from jsonb_array_elements_text(coalesce(asked, '[]')) n);
begin
	perform raise_unless((select count(*) from news_kind k where k.name = any (names)) = cardinality(names), 422,
		'unknown_reference', fault('/entities', 'reference', 'are not all kinds of things that change'));
	return names;
end $$;

-- The role in which who has a relation of care, or what stands for it, works in that kind of agency.
create function subscription_role() returns text language plpgsql stable as $$
declare
	found_role text := (select case a.type when 'DPS' then 'DPS' when 'MUNICIPALITY' then 'MH' when 'GP_PRACTICE' then 'GP' when 'NAV' then 'NAV'
			when 'POLICE' then 'PO' when 'HOUSING' then 'HO' when 'PRIVATE_PROVIDER' then 'HO' end
		from agency a where a.id = app_agency_id());
begin
	perform raise_unless(found_role is not null, 422, 'invalid_value', fault('/role', 'required', 'is missing'));
	return found_role;
end $$;

-- A topic's receiver says that it is there before anything is sent: what was asked of it before is forgotten.
create function subscription_handshake(asked uuid) returns void language plpgsql as $$
declare
	one uuid := gen_random_uuid();
begin
	delete from delivery d where d.subscription_id = asked and d.state = 'PENDING' and d.position is null;
	insert into delivery (id, subscription_id, order_key) values (one, asked, one);
end $$;

create function subscription_create(body jsonb, new_id uuid, secret text, signing text, public_key text) returns jsonb
language plpgsql as $$
begin
	perform fhir_topic_check(body);
	-- one after the other, so that they are counted
	perform pg_advisory_xact_lock(hashtextextended('subscriptions ' || app_agency_id(), 0));
	perform raise_unless((select count(*) from subscription) < 100, 409, 'too_many_subscriptions');
	insert into subscription (id, agency_id, name, url, entities, role, unit_ids, created_by, topic, filter, content, headers, ends_at, state)
	values (new_id, app_agency_id(), body ->> 'name', subscription_url(body ->> 'url'),
		subscription_entities(body -> 'entities'), coalesce(body ->> 'role', subscription_role()),
		subscription_units(body -> 'unit_ids'), app_staff_id(), body ->> 'topic', body ->> 'filter',
		case when body ? 'topic' then coalesce(body ->> 'content', 'empty') end,
		array(select jsonb_array_elements_text(body -> 'headers')), (body ->> 'ends_at')::timestamptz,
		case when body ? 'topic' then 'REQUESTED' else 'ACTIVE' end);
	-- what was committed before is not news to it
	insert into subscription_progress (subscription_id, position) values (new_id, outbox_place(1000000));
	insert into subscription_key (subscription_id, secret_seal, signing_seal, public_key)
	values (new_id, secret, signing, public_key);
	if body ? 'topic' then
		perform subscription_handshake(new_id);
	end if;
	return subscription_json(new_id, true);
end $$;

create function subscription_rotate(asked uuid, keep_hours int, secret text, signing text, public_key text) returns jsonb
language plpgsql as $$
begin
	perform raise_unless(exists (select 1 from subscription s where s.id = asked), 404, 'not_found');
	update subscription_key k set expires_at = least(k.expires_at, now() + make_interval(hours => keep_hours))
	where k.subscription_id = asked;
	insert into subscription_key (subscription_id, secret_seal, signing_seal, public_key)
	values (asked, secret, signing, public_key);
	-- what no key could sign goes now
	update subscription_progress p set away_since = null, away_attempts = 0, retry_at = null where p.subscription_id = asked;
	perform subscription_again(asked), set_config('app.made', asked::text, true);
	return subscription_json(asked, true);
end $$;

-- Who pauses or resumes begins anew with patience. What only the old address may know, another host is
-- not told. A topic's receiver that is another one, or that had failed, shakes hands.
create function subscription_change(asked uuid, patch jsonb, seen text) returns boolean language plpgsql as $$
declare
	n int;
	was subscription;
	becomes text;
begin
	select * into was from subscription s where s.id = asked;
	if was.id is not null then
		perform fhir_topic_check(jsonb_strip_nulls(jsonb_build_object('topic', was.topic, 'filter', was.filter) || patch), was.topic is null);
	end if;
	becomes := case when was.topic is not null and (patch ->> 'status' = 'ACTIVE'
			or (patch ?| '{url,headers}' and coalesce(patch ->> 'status', was.state) <> 'PAUSED')) then 'REQUESTED'
		else patch ->> 'status' end;
	update subscription s set name = coalesce(patch ->> 'name', s.name),
		url = case when patch ? 'url' then subscription_url(patch ->> 'url') else s.url end,
		entities = case when patch ? 'entities' then subscription_entities(patch -> 'entities') else s.entities end,
		role = coalesce(patch ->> 'role', s.role),
		unit_ids = case when patch ? 'unit_ids' then subscription_units(patch -> 'unit_ids') else s.unit_ids end,
		topic = coalesce(patch ->> 'topic', s.topic), content = coalesce(patch ->> 'content', s.content),
		filter = case when patch ? 'filter' then patch ->> 'filter' else s.filter end,
		headers = case when patch ? 'headers' then array(select jsonb_array_elements_text(coalesce(nullif(patch -> 'headers', 'null'), '[]')))
			when patch ? 'url' and subscription_origin(patch ->> 'url') is distinct from subscription_origin(s.url) then '{}'
			else s.headers end,
		ends_at = case when patch ? 'ends_at' then (patch ->> 'ends_at')::timestamptz else s.ends_at end,
		state = coalesce(becomes, s.state),
		state_reason = case when becomes is not null then null else s.state_reason end
	where s.id = asked and s.version::text = seen;
	get diagnostics n = row_count;
	perform expect_one(n, 'subscription', asked, seen);
	if becomes = 'REQUESTED' then
		perform subscription_handshake(asked);
	end if;
	update subscription_progress p set away_since = null, away_attempts = 0, retry_at = null where p.subscription_id = asked;
	return subscription_again(asked);
end $$;

-- What waits is tried at once, and has its three days again.
create function subscription_again(asked uuid) returns boolean language plpgsql as $$
begin
	update delivery d set next_attempt_at = now(), first_failed_at = null
	where d.subscription_id = asked and d.state = 'PENDING';
	return true;
end $$;

-- One that has failed, or everything after a place, is sent again.
create function subscription_replay(asked uuid, body jsonb) returns jsonb language plpgsql as $$
declare
	from_place bigint := (body ->> 'after')::bigint;
begin
	perform raise_unless(exists (select 1 from subscription s where s.id = asked), 404, 'not_found');
	if body ? 'delivery_id' then
		update delivery d set state = 'PENDING', attempts = 0, first_failed_at = null, done_at = null, next_attempt_at = now()
		where d.id = (body ->> 'delivery_id')::uuid and d.subscription_id = asked and d.position is not null
			and d.state <> 'PENDING';
		perform raise_unless(found, 422, 'unknown_reference',
			fault('/delivery_id', 'reference', 'is no ended delivery of an event to this subscription'));
	else
		perform raise_unless(from_place <= outbox_head(), 422, 'invalid_value',
			fault('/after', 'after', 'is later than the last event'));
		-- what waits behind that place would come before its turn; what has a number keeps it
		delete from delivery d where d.subscription_id = asked and d.position > from_place and d.state = 'PENDING' and d.number is null;
		update delivery d set state = 'FAILED', done_at = now() where d.subscription_id = asked and d.position > from_place and d.state = 'PENDING';
		update subscription_progress p set position = least(p.position, from_place) where p.subscription_id = asked;
	end if;
	perform set_config('app.made', asked::text, true);
	return subscription_json(asked, false);
end $$;

create function subscription_test(asked uuid, new_id uuid) returns jsonb language plpgsql as $$
begin
	perform raise_unless(exists (select 1 from subscription s where s.id = asked), 404, 'not_found');
	insert into delivery (id, subscription_id, order_key) values (new_id, asked, new_id);
	return (select delivery_json(d) from delivery d where d.id = new_id);
end $$;

-- migrate:down
drop function if exists subscription_test, subscription_replay, subscription_again, subscription_change, subscription_rotate,
	subscription_create, subscription_handshake, subscription_role, subscription_entities, subscription_units, subscription_origin, subscription_url, delivery_json, subscription_json;
drop table delivery, subscription_key, subscription_progress, subscription cascade;
