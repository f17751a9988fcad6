-- News: what the daemon runs beside requests (sequencer, delivery) and for those who wait for changes.

-- name: news_place
select outbox_place(5000) as head

-- name: news_page
select p.items, p.last, p.more, json_array_length(p.items) as count, show_all(p.patients) as shown
from news_page(news_after(:news.after, :query.entities), coalesce(:query.limit::int, 100), 500,
	news_entities(:query.entities, :auth.scope)) p

-- name: news_stream
-- The same as server-sent events; each carries its place, with which a reader who was cut off comes back.
select (select coalesce(string_agg('id: ' || (x.item ->> 'id') || E'\ndata: ' || x.item::text || E'\n\n', '' order by x.n), '')
		from json_array_elements(p.items) with ordinality x (item, n)) as items,
	p.last, p.more, json_array_length(p.items) as count, show_all(p.patients) as shown
from news_page(news_after(:news.after, :query.entities), 100, 500, news_entities(:query.entities, :auth.scope)) p

-- name: news_log
-- One row with the person or the set of persons shown, and none when nobody was: a reader who waits asks again and again.
select log_access(:request.caller::jsonb || jsonb_build_object('action', 'READ', 'resource', 'changes',
	'shown_set', case when strpos(s.shown, ',') > 0 then access_log_set_id(s.shown) end),
	array[case when strpos(s.shown, ',') = 0 then s.shown::uuid end])
from (select nullif(btrim(current_setting('app.shown', true), '{}'), '') as shown offset 0) s where s.shown is not null

-- name: news_log_nobody
-- A reader who was shown nobody has looked all the same.
select log_access(:request.caller::jsonb || '{"action": "READ", "resource": "changes"}')

-- name: delivery_lead
-- One daemon at a time delivers: the one whose session has this lock.
select pg_try_advisory_lock(hashtextextended('delivery', 0)) as leads

-- name: delivery_list
select d.*, delivery_wanted() as wanted, (select generation from registry_generation) as generation
from (select 1) one left join delivery_subscriptions() d on true

-- name: delivery_take
select t.* from delivery_take(:delivery.subscription_id::uuid, :delivery.busy::uuid[], :delivery.most::int, :fhir.base) t

-- name: delivery_keys
select k.secret_seal, k.signing_seal from subscription_key k
where k.subscription_id = :delivery.subscription_id::uuid and (k.expires_at is null or k.expires_at > now())
order by k.created_at desc limit 4

-- name: delivery_target
select s.url, to_json(s.headers) as sealed from subscription s where s.id = :delivery.subscription_id::uuid

-- name: delivery_settle
select delivery_settle(:delivery.id::uuid, :delivery.outcome, :delivery.told::jsonb) as became
