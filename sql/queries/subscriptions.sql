-- The agency's subscriptions of news.

-- name: listSubscriptions
select l.body, l.next
from list_page(array(
	select (subscription_json(s.id, false), cursor_at(s.id::text), null)::list_item
	from subscription s
	where :query.cursor::text is null or s.id > cursor_uuid(:query.cursor, 0)
	order by s.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createSubscription
select subscription_create(:body::jsonb, :new.id::uuid, :new.webhook_secret, :new.webhook_signing, :new.webhook_public) as body,
	201 as status, '/api/v1/subscriptions/' || :new.id as location

-- name: createSubscription.replay
-- The same request again, within a day: its answer was lost, with the secret.
select subscription_json(:path.id::uuid, true) as body, '/api/v1/subscriptions/' || :path.id as location

-- name: getSubscription
select subscription_json(s.id, false) as body, s.version as etag from subscription s where s.id = :path.id::uuid

-- name: updateSubscription
select subscription_change(:path.id::uuid, :body::jsonb, :header.if_match) as done

-- name: deleteSubscription
with gone as (delete from subscription s where s.id = :path.id::uuid and s.version::text = :header.if_match returning s.id)
select expect_one((select count(*) from gone), 'subscription', :path.id::uuid, :header.if_match) as done

-- name: rotateSubscriptionSecret
select subscription_rotate(:path.id::uuid, coalesce((:body::jsonb ->> 'keep_hours')::int, 24), :new.webhook_secret,
	:new.webhook_signing, :new.webhook_public) as body

-- name: rotateSubscriptionSecret.replay
select subscription_json(:path.id::uuid, true) as body

-- name: testSubscription
select subscription_test(:path.id::uuid, :new.id::uuid) as body, 202 as status

-- name: testSubscription.replay
select delivery_json(d) as body from delivery d where d.id = :path.id::uuid

-- name: replaySubscription
select subscription_replay(:path.id::uuid, :body::jsonb) as body, 202 as status

-- name: replaySubscription.replay
select subscription_json(:path.id::uuid, false) as body

-- name: listDeliveries
select l.body, l.next
from subscription s
cross join list_page(array(
	select (delivery_json(d), cursor_at(to_json(d.created_at) #>> '{}', d.id::text), null)::list_item
	from delivery d
	where d.subscription_id = :path.id::uuid
		and (:query.status::text is null or d.state = :query.status)
		and (:query.cursor::text is null or (d.created_at, d.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by d.created_at desc, d.id desc limit page_size(:query.limit) + 1), :query.limit) l
where s.id = :path.id::uuid
