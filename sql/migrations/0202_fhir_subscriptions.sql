-- migrate:up
-- Subscription (HL7 R5 Subscriptions Backport 1.1.0): a native subscription (0106_subscriptions.sql) that has a topic. Who is
-- told what, when and how often is the native delivery's; here stands what a topic is, and how a notification says it.

-- What a topic tells of: changes of these tables that make something new, or of one of these columns (null: of any).
create table fhir_topic (
	code text primary key,
	type text not null, -- of the resource
	entities text[] not null,
	changed text[],
	filters jsonb not null, -- parameters of a filter, and where in the resource they look
	says text not null
);
grant select on fhir_topic to samhandling_service;
insert into fhir_topic values
	('referral-changed', 'ServiceRequest', '{referral}', null,
		'{"patient": "subject", "subject": "subject", "performer": "performer", "requester": "requester"}', 'A referral is new, or has changed'),
	('task-assigned', 'Task', '{task,handover}', '{agency_id,unit_id,assignee_staff_id,to_unit_id}', '{"patient": "for", "subject": "for", "owner": "owner"}',
		'There is a new task or handover, or somebody else has it now'),
	('concern-received', 'Communication', '{concern_report}', '{receiving_unit_id,responsible_unit_id,responsible_agency_id}',
		'{"patient": "subject", "subject": "subject", "recipient": "recipient"}', 'A concern report has come in, or has come to another unit'),
	('careplan-changed', 'CarePlan', '{plan}', null, '{"patient": "subject", "subject": "subject"}', 'A plan is new, or has changed'),
	('admission-changed', 'Encounter', '{admission}', null,
		'{"patient": "subject", "subject": "subject", "service-provider": "serviceProvider"}', 'A stay is new, or has changed'),
	('consent-changed', 'Consent', '{consent,objection}', null, '{"patient": "patient", "organization": "organization"}',
		'A consent or an objection is new, or has changed');

create function fhir_topic_url(code text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/SubscriptionTopic/' || code $$;

create function fhir_topic_entities(asked text) returns text[] language sql stable as $$
	select t.entities from fhir_topic t where t.code = asked $$;

create function fhir_topic_has(asked text, event outbox) returns boolean language sql stable as $$
	select t.changed is null or event.change = 'CREATED' or event.changed && t.changed from fhir_topic t where t.code = asked $$;

-- What a filter asks, in the form that fhir_holds() takes; null when it is none of the topic's.
create function fhir_topic_filter(asked text, filter text) returns jsonb language sql stable as $$
	select jsonb_build_object(p[2], jsonb_build_object('kind', 'reference', 'at', jsonb_build_array(t.filters -> p[2]),
		'groups', jsonb_build_array(jsonb_build_object('modifier', '', 'any', jsonb_build_array(jsonb_build_object('type', p[3], 'id', p[4]))))))
	from regexp_match(filter, '^([A-Za-z]+)\?([a-z-]+)=([A-Za-z]+)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$') p
	join fhir_topic t on t.code = asked and t.type = p[1] and t.filters ? p[2]
$$;

-- Whether the subscription's filter finds what the event is about, as its role reads it.
create function fhir_topic_finds(s subscription, event outbox) returns boolean language plpgsql as $$
declare
	finds boolean;
begin
	finds := exists (select from fhir_topic t cross join lateral fhir_read_if_any(t.type, event.entity_id) f
		where t.code = s.topic and fhir_holds(f.body, fhir_topic_filter(s.topic, s.filter)));
	-- the gate has left its decision in the transaction's settings: taken back with this block
	raise exception using errcode = 'APSAW';
exception when sqlstate 'APSAW' then
	return finds;
end $$;

-- `plain`: it is one that sends CloudEvents, and stays so.
create function fhir_topic_check(body jsonb, plain boolean default false) returns void language plpgsql stable as $$
begin
	if plain or not body ? 'topic' then
		perform raise_unless(not body ?| '{filter,content,headers,ends_at}' and (not plain or not body ? 'topic'), 422, 'invalid_value',
			fault('/topic', 'topic', 'is only of those that have been made with one'));
		return;
	end if;
	perform raise_unless(fhir_topic_entities(body ->> 'topic') is not null, 422, 'unknown_reference',
		fault('/topic', 'reference', 'is no topic'));
	perform raise_unless(jsonb_array_length(coalesce(body -> 'entities', '[]')) = 0, 422, 'invalid_value',
		fault('/entities', 'entities', 'follow from the topic'));
	perform raise_unless(not body ? 'filter' or fhir_topic_filter(body ->> 'topic', body ->> 'filter') is not null, 422, 'invalid_value',
		fault('/filter', 'not_supported', 'is none of the topic''s: one reference, as Type?parameter=Type/id'));
end $$;

-- Reading ---------------------------------------------------------------------------------------------------
-- Those that have been deleted: to their agency they are gone, and not as if they had never been.
create table subscription_gone (
	id uuid primary key,
	agency_id uuid not null references agency,
	at timestamptz not null default clock_now()
);
alter table subscription_gone enable row level security;
create policy subscription_own on subscription_gone using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert on subscription_gone to samhandling_service;
create function subscription_keep_gone() returns trigger language plpgsql as $$
begin
	insert into subscription_gone (id, agency_id) values (old.id, old.agency_id);
	return null;
end $$;
create trigger keep_gone after delete on subscription for each row when (old.topic is not null) execute function subscription_keep_gone();

create function fhir_backport(name text) returns text language sql immutable as $$
	select 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/' || name $$;

create function fhir_subscription_state(s subscription) returns text language sql stable as $$
	select case when (s).state = 'REQUESTED' then 'requested' when (s).ends_at <= now() then 'off' when (s).state = 'ACTIVE' then 'active'
		when (s).state_reason is null then 'off' else 'error' end $$;

-- Why it is in error: what came of the last attempt.
create function fhir_subscription_error(s subscription) returns text language plpgsql stable as $$
begin
	return (select concat_ws(' ', lower((s).state_reason), d.error, d.http_status) from delivery d
		where d.subscription_id = (s).id and d.error is not null order by d.last_attempt_at desc limit 1);
end $$;

create function fhir_subscription(s subscription) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Subscription', 'id', (s).id,
		'meta', fhir_meta((s).version, (s).updated_at, fhir_backport('backport-subscription')),
		'extension', json_build_array(json_build_object('url', fhir_extension('subscription-role'), 'valueCode', (s).role)),
		'status', fhir_subscription_state(s), 'end', fhir_instant((s).ends_at), 'reason', (s).name, 'criteria', fhir_topic_url((s).topic),
		'_criteria', case when (s).filter is not null then json_build_object('extension', json_build_array(json_build_object(
			'url', fhir_backport('backport-filter-criteria'), 'valueString', (s).filter))) end,
		'error', case fhir_subscription_state(s) when 'error' then fhir_subscription_error(s) end,
		'channel', json_build_object('type', 'rest-hook', 'endpoint', (s).url, 'payload', 'application/fhir+json',
			'_payload', json_build_object('extension', json_build_array(json_build_object(
				'url', fhir_backport('backport-payload-content'), 'valueCode', (s).content))))))
$$;

create function fhir_of_subscription(person uuid, asked jsonb) returns setof fhir_thing language plpgsql stable as $$
begin
	return query select s.id, null::uuid, fhir_subscription(s), s.version, s.updated_at from subscription s
		where s.topic is not null and (asked ->> 'after' is null or s.id > (asked ->> 'after')::uuid)
		order by s.id limit (asked ->> 'most')::int;
end $$;
create function fhir_one_subscription(thing uuid) returns setof fhir_thing language plpgsql stable as $$
begin
	perform raise_unless(not exists (select from subscription_gone g where g.id = thing), 410, 'gone');
	return query select f.* from fhir_of_subscription(null, '{}') f where f.id = thing;
end $$;
select fhir_add_source('Subscription', '{subscriptions}', null, 'fhir_one_subscription', 'fhir_of_subscription', is_gated => false);

create function fhir_end_subscription(thing uuid) returns boolean language plpgsql as $$
begin
	perform raise_unless(exists (select from fhir_one_subscription(thing)), 404, 'not_found');
	delete from subscription s where s.id = thing;
	return true;
end $$;

-- Telling ---------------------------------------------------------------------------------------------------
-- How a subscription is, as R4 has it: Parameters. `events` are the notification's own.
create function fhir_subscription_status(s subscription, number bigint, base text, kind text, events json default null) returns jsonb
language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Parameters',
		'meta', json_build_object('profile', json_build_array(fhir_backport('backport-subscription-status-r4'))),
		'parameter', fhir_list(
			json_build_object('name', 'subscription', 'valueReference', json_build_object('reference', base || '/Subscription/' || (s).id)),
			json_build_object('name', 'topic', 'valueCanonical', fhir_topic_url((s).topic)),
			json_build_object('name', 'status', 'valueCode', fhir_subscription_state(s)),
			json_build_object('name', 'type', 'valueCode', kind),
			json_build_object('name', 'events-since-subscription-start', 'valueString', number::text), events)))
$$;

-- What is sent: a Bundle whose first entry is the status; of an event its number and moment, and with `id-only` what it is about.
create function fhir_notification(s subscription, number bigint, base text, kind text, event json default null) returns json
language plpgsql stable as $$
declare
	focus text := (select t.type || '/' || (event -> 'data' ->> 'id') from fhir_topic t where t.code = (s).topic and (s).content = 'id-only');
	events json := case when event is not null then json_build_object('name', 'notification-event', 'part', fhir_list(
		json_build_object('name', 'event-number', 'valueString', number::text),
		json_build_object('name', 'timestamp', 'valueInstant', event ->> 'time'),
		case when focus is not null then json_build_object('name', 'focus', 'valueReference', json_build_object('reference', base || '/' || focus)) end)) end;
	is_new boolean := event ->> 'type' like '%.created';
begin
	return json_build_object('resourceType', 'Bundle', 'type', 'history', 'timestamp', coalesce(event ->> 'time', fhir_instant(clock_now())),
		'entry', fhir_list(json_build_object('fullUrl', 'urn:uuid:' || gen_random_uuid(),
				'resource', fhir_subscription_status(s, number, base, kind, events),
				'request', json_build_object('method', 'GET', 'url', base || '/Subscription/' || (s).id || '/$status'),
				'response', json_build_object('status', '200')),
			case when focus is not null then json_build_object('fullUrl', base || '/' || focus,
				'request', json_build_object('method', case when is_new then 'POST' else 'PUT' end,
					'url', case when is_new then split_part(focus, '/', 1) else focus end),
				'response', json_build_object('status', case when is_new then '201' else '200' end)) end));
end $$;

-- The operation $status: a Bundle of one. Null when there is no such subscription.
create function fhir_subscription_asked(thing uuid, base text) returns json language plpgsql stable as $$
begin
	perform from fhir_one_subscription(thing);
	return (select json_build_object('resourceType', 'Bundle', 'id', s.id, 'type', 'searchset', 'total', 1,
			'link', json_build_array(json_build_object('relation', 'self', 'url', base || '/Subscription/' || s.id || '/$status')),
			'entry', json_build_array(json_build_object('fullUrl', 'urn:uuid:' || s.id,
				'resource', fhir_subscription_status(s, p.events, base, 'query-status'), 'search', '{"mode": "match"}'::json)))
		from subscription s join subscription_progress p on p.subscription_id = s.id where s.id = thing and s.topic is not null);
end $$;

-- migrate:down
delete from fhir_source where type = 'Subscription';
select fhir_write_reader();
drop trigger keep_gone on subscription;
drop table fhir_topic, subscription_gone cascade;
drop function if exists fhir_topic_url, fhir_topic_entities, fhir_topic_has, fhir_topic_filter, fhir_topic_finds, fhir_topic_check,
	subscription_keep_gone, fhir_backport, fhir_subscription_state, fhir_subscription_error, fhir_subscription, fhir_of_subscription,
	fhir_one_subscription, fhir_end_subscription, fhir_subscription_status, fhir_notification, fhir_subscription_asked cascade;
