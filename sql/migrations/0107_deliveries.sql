-- migrate:up
-- The way of an event to its receivers, step by step; server/jobs/delivery.c runs it. All times are real time.

-- Whether events are sent now, those that come and those that wait.
create function subscription_sends(s subscription, p subscription_progress) returns boolean language sql stable as $$
	select s.state = 'ACTIVE' and (s.ends_at is null or s.ends_at > now()) and (p.retry_at is null or p.retry_at <= now())
$$;

-- Which subscriptions have something to send now, and whose eyes each one reads with. Owner's rights: it is asked for all
-- agencies at once. What a subscription is then given is judged as its agency, by the rights of that agency.
create function delivery_subscriptions() returns table (id uuid, agency_id uuid, agency_type text, agency_slug text, role text,
	unit_ids uuid[], topic text, careful boolean) language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select s.id, s.agency_id, a.type, a.slug, s.role,
		case when s.unit_ids <> '{}' then s.unit_ids else array(select u.id from unit u where u.agency_id = s.agency_id) end,
		s.topic, p.away_since is not null
	from subscription s
	join subscription_progress p on p.subscription_id = s.id
	join agency a on a.id = s.agency_id
	where (subscription_sends(s, p)
			and (p.position < (select max(o.position) from outbox o) or exists (select 1 from delivery d
				where d.subscription_id = s.id and d.state = 'PENDING' and d.next_attempt_at <= now())))
		or exists (select 1 from delivery d where d.subscription_id = s.id and d.state = 'PENDING' and d.position is null)
	order by s.id
$$;

-- Whether anybody wants news at all: then the sequencer hurries.
create function delivery_wanted() returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from subscription s where s.state = 'ACTIVE' and (s.ends_at is null or s.ends_at > now()))
$$;

-- Whether an event has been told to a topic's receiver by a number, or was about to be.
create function delivery_is_numbered(asked uuid, place bigint) returns boolean language sql stable as $$
	select exists (select from delivery d where d.subscription_id = asked and d.position = place and d.number is not null)
$$;

-- Looks at what has come, notes what the subscription is to get, and gives what may be sent now: of each person the first
-- event that waits, none while one is under way (`busy`), and only what the agency may see at this moment.
create function delivery_take(asked uuid, busy uuid[], most int, base text)
returns table (id uuid, event_id text, body text, order_key uuid) language plpgsql as $$
declare
	s subscription;
	p subscription_progress;
	e outbox;
	d delivery;
	one json;
	places bigint[] := '{}';
	views json[] := '{}';
	persons uuid[];
	reached bigint;
	sends boolean;
	lasting boolean := false; -- this must not be forgotten
begin
	select * into p from subscription_progress x where x.subscription_id = asked for update;
	select * into s from subscription x where x.id = asked;
	sends := subscription_sends(s, p);
	if sends and (select count(*) from delivery x where x.subscription_id = asked and x.state = 'PENDING') < 500 then
		reached := least(p.position + 500, outbox_head());
		for e in select * from outbox_range(p.position, 500, case when s.topic is not null then
			fhir_topic_entities(s.topic) when s.entities <> '{}' then news_entities(array_to_string(s.entities, ','), null) end)
		loop
			continue when s.topic is not null and not fhir_topic_has(s.topic, e);
			one := news_view(e);
			continue when one is null and (s.topic is null or not delivery_is_numbered(asked, e.position));
			continue when one is not null and s.filter is not null and not fhir_topic_finds(s, e);
			insert into delivery as x (subscription_id, position, order_key)
			values (asked, e.position, case when s.topic is null then coalesce(e.patient_id, e.entity_id) else asked end)
			on conflict on constraint delivery_is_made_once do update set state = 'PENDING', attempts = 0, first_failed_at = null,
				done_at = null, next_attempt_at = now() where x.state <> 'PENDING';
			places := places || e.position;
			views := views || one;
			if cardinality(places) = 100 then
				reached := e.position;
				exit;
			end if;
		end loop;
		if reached > p.position then
			lasting := places <> '{}';
			update subscription_progress x set position = reached where x.subscription_id = asked;
		end if;
	end if;
	for d in select x.* from delivery x where x.subscription_id = asked and x.state = 'PENDING' and x.next_attempt_at <= now()
			and (sends or x.position is null) and x.order_key <> all (busy)
			and not exists (select 1 from delivery f where f.subscription_id = asked and f.state = 'PENDING'
				and f.order_key = x.order_key and f.position < x.position)
		order by x.position nulls first limit most
	loop
		id := d.id;
		order_key := d.order_key;
		if d.position is null then
			event_id := 'test_' || d.id;
			body := case when s.topic is null then delivery_test_body(d) else fhir_notification(s, p.events, base, case s.state
				when 'REQUESTED' then 'handshake' else 'heartbeat' end) end::text;
			return next;
			continue;
		end if;
		one := views[array_position(places, d.position)];
		if one is null then
			select * into e from outbox_range(d.position - 1, 1, null);
			one := news_view(e);
		end if;
		-- what has been told once may be read no more, but its receiver counts: it gets the number and nothing else
		if one is null and d.number is not null then
			one := json_build_object('time', fhir_instant(e.at));
		end if;
		if one is null then
			update delivery x set state = 'HIDDEN', done_at = now() where x.id = d.id;
			continue;
		end if;
		-- its number it has from when it is first told, and keeps it: who tries again, or replays, tells the same
		if s.topic is not null and d.number is null then
			p.events := p.events + 1;
			d.number := p.events;
			lasting := true;
			update delivery x set number = d.number where x.id = d.id;
			update subscription_progress x set events = p.events where x.subscription_id = asked;
		end if;
		persons := persons || (one -> 'data' ->> 'patient_id')::uuid;
		event_id := 'evt_' || d.position;
		body := case when s.topic is null then one else fhir_notification(s, d.number, base, 'event-notification', one) end::text;
		return next;
	end loop;
	-- only what nobody is to get has been passed: that can be found out again
	if reached > p.position and not lasting then
		perform set_config('synchronous_commit', 'off', true);
	end if;
	perform show_all(persons);
end $$;

create function delivery_test_body(d delivery) returns json language sql stable as $$
	select json_build_object('specversion', '1.0', 'id', 'test-' || d.id, 'source', '/api/v1/changes',
		'type', 'no.samhandling.subscription.test', 'subject', '/api/v1/subscriptions/' || d.subscription_id,
		'time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
		'data', json_build_object('subscription_id', d.subscription_id))
$$;

-- When the n-th failure is followed by another attempt: twice as long each time, up to a limit, and a little at random so
-- that those who failed together do not come back together.
create function delivery_pause(n int, first_ms int, longest interval) returns interval language sql volatile as $$
	select least(make_interval(secs => first_ms / 1000.0 * 2 ^ least(n - 1, 30)), longest) * (0.75 + random() / 2)
$$;

-- The subscription ends or rests, and somebody at the agency is told.
create function delivery_end(asked uuid, becomes text, why text) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	s subscription;
begin
	update subscription x set state = becomes, state_reason = why where x.id = asked and x.state = 'ACTIVE' returning * into s;
	if found then
		insert into task (kind, title, agency_id, entity, entity_id, source_key)
		values ('SUBSCRIPTION_STOPPED', left('Varsling stanset: ' || s.name, 200), s.agency_id, 'subscription', s.id,
			'subscription:' || s.id || ':' || s.version)
		on conflict (source_key) do nothing;
	end if;
end $$;

-- What came of one attempt. `outcome`: DELIVERED; GONE (410); REFUSED, which holds back this person's later events and
-- nobody else's; AWAY, the receiver as a whole, which holds back everything. Owner's rights: an answer belongs to
-- whatever has been sent, also when the subscription was changed meanwhile. Tells what it led to.
create function delivery_settle(asked uuid, outcome text, told jsonb) returns text language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	d delivery;
	p subscription_progress;
	first_ms int := (told ->> 'retry_ms')::int;
	later interval;
begin
	select * into d from delivery x where x.id = asked and x.state = 'PENDING' for update;
	if not found then
		return 'GONE_ALREADY';
	end if;
	select * into p from subscription_progress x where x.subscription_id = d.subscription_id for update;
	d.first_failed_at := coalesce(d.first_failed_at, now());
	if outcome = 'DELIVERED' then
		d.state := 'DELIVERED';
	elsif outcome = 'GONE' then
		d.state := 'FAILED';
	elsif d.position is null or d.first_failed_at + make_interval(secs => (told ->> 'give_up_s')::int) <= now() then
		d.state := 'FAILED';
	end if;
	later := greatest(delivery_pause(d.attempts + 1, first_ms, interval '4 hours'),
		make_interval(secs => coalesce((told ->> 'retry_after_s')::int, 0)));
	update delivery x set state = d.state, attempts = d.attempts + 1, last_attempt_at = now(), away = outcome = 'AWAY',
		first_failed_at = case when outcome <> 'DELIVERED' then d.first_failed_at end,
		next_attempt_at = case when outcome = 'AWAY' then now() else now() + later end,
		http_status = (told ->> 'status')::int, error = told ->> 'error', took_ms = (told ->> 'took_ms')::int,
		done_at = case when d.state <> 'PENDING' then now() end
	where x.id = asked;
	-- it answers, be it to a test: what could not be sent goes now
	if outcome <> 'AWAY' and p.away_since is not null then
		update subscription_progress x set away_since = null, away_attempts = 0, retry_at = null
		where x.subscription_id = d.subscription_id;
	end if;
	if d.position is null then
		-- a handshake says whether the topic's receiver is there
		update subscription x set state = case d.state when 'DELIVERED' then 'ACTIVE' else 'STOPPED' end,
			state_reason = case when d.state <> 'DELIVERED' then 'HANDSHAKE' end
		where x.id = d.subscription_id and x.state = 'REQUESTED';
		return d.state;
	elsif outcome = 'AWAY' then
		update subscription_progress x set away_since = coalesce(p.away_since, now()), away_attempts = p.away_attempts + 1,
			retry_at = now() + greatest(delivery_pause(p.away_attempts + 1, first_ms, interval '5 minutes'),
				make_interval(secs => coalesce((told ->> 'retry_after_s')::int, 0)))
		where x.subscription_id = d.subscription_id;
	end if;
	if outcome = 'GONE' then
		perform delivery_end(d.subscription_id, 'STOPPED', 'GONE');
		return 'STOPPED';
	elsif d.state = 'FAILED' then
		perform delivery_end(d.subscription_id, 'PAUSED', 'FAILED');
		return 'PAUSED';
	end if;
	return d.state;
end $$;

create function job_deliveries(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	delete from delivery where id in (select x.id from delivery x where x.state <> 'PENDING'
		and x.done_at < now() - interval '30 days' order by x.done_at limit batch for update skip locked);
	get diagnostics n = row_count;
	return n;
end $$;
insert into job (kind, call, batch) values ('deliveries_dropped', 'job_deliveries', 1000);

revoke execute on function delivery_subscriptions(), delivery_wanted(), delivery_settle(uuid, text, jsonb),
	delivery_end(uuid, text, text), job_deliveries(int) from public;
grant execute on function delivery_subscriptions(), delivery_wanted(), delivery_settle(uuid, text, jsonb)
	to samhandling_service;

-- migrate:down
delete from job where kind = 'deliveries_dropped';
drop function if exists job_deliveries, delivery_settle, delivery_end, delivery_pause, delivery_test_body, delivery_take, delivery_is_numbered, delivery_wanted,
	delivery_subscriptions, subscription_sends;
