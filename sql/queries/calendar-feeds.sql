-- Calendar feeds: the caller's own; the address itself is shown once and kept as a hash.

-- name: listCalendarFeeds
select coalesce(json_agg(calendar_feed_json(f) order by f.created_at, f.id), '[]') as body from calendar_feed f

-- name: createCalendarFeed
insert into calendar_feed as f (id, staff_id, agency_id, role, name, kinds, deadlines_as, secret_hash, expires_at)
select :new.id::uuid, app_staff_id(), app_agency_id(), app_role(), coalesce(n.name, 'Samhandling'),
	coalesce(n.kinds, '{MEETINGS,CONTACTS,DEADLINES}'), coalesce(n.deadlines_as, 'VEVENT'), :new.receipt_hash,
	clock_now() + interval '12 months'
from jsonb_populate_record(null::calendar_feed, :body::jsonb) n
where raise_unless((select count(*) from calendar_feed x where x.revoked_at is null) < 20, 409, 'conflict')
returning calendar_feed_json(f) || jsonb_build_object('url', calendar_address(:service.base_url, :new.receipt)) as body,
	201 as status, '/api/v1/calendar-feeds/' || f.id as location, f.version as etag

-- name: createCalendarFeed.replay
-- the same key and body make the same secret again
select calendar_feed_json(f) || jsonb_build_object('url', calendar_address(:service.base_url, :new.receipt)) as body,
	'/api/v1/calendar-feeds/' || f.id as location
from calendar_feed f where f.id = :path.id::uuid

-- name: getCalendarFeed
select calendar_feed_json(f) as body, f.version as etag from calendar_feed f where f.id = :path.id::uuid

-- name: deleteCalendarFeed
with changed as (
	update calendar_feed f set revoked_at = coalesce(f.revoked_at, clock_now())
	where f.id = :path.id::uuid and f.version::text = :header.if_match
	returning f.id)
select expect_one(count(*), 'calendar_feed', :path.id::uuid, :header.if_match), 204 as status from changed

-- name: getCalendar
select c.body from calendar_text(:receipt.hash, :service.base_url) c (body) where c.body is not null
