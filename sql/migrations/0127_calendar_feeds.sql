-- migrate:up
-- Calendar feeds (RFC 5545): an address that a calendar program asks without a token, so it shows times and kinds alone,
-- no person and no place. Whose it is and what they may see is asked anew each time.

create table calendar_feed (
	id uuid primary key,
	staff_id uuid not null references staff,
	agency_id uuid not null references agency,
	role text not null, -- the feed is that of one role
	name text not null default 'Samhandling' check (length(name) between 1 and 100),
	kinds text[] not null default '{MEETINGS,CONTACTS,DEADLINES}'
		check (cardinality(kinds) > 0 and kinds <@ array['MEETINGS', 'BOARD_MEETINGS', 'CONTACTS', 'DEADLINES']),
	deadlines_as text not null default 'VEVENT' check (deadlines_as in ('VEVENT', 'VTODO')),
	secret_hash text not null constraint calendar_feed_secret_is_unique unique,
	expires_at timestamptz not null,
	revoked_at timestamptz,
	last_used_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index calendar_feed_staff on calendar_feed (staff_id);
create trigger touch before update on calendar_feed for each row
	when (old.last_used_at is not distinct from new.last_used_at) execute function touch_row();
alter table calendar_feed enable row level security;
create policy calendar_feed_own on calendar_feed using (staff_id = nullif(current_setting('app.staff_id', true), '')::uuid)
	with check (staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
		and agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert, update on calendar_feed to samhandling_service;

create function calendar_feed_json(f calendar_feed) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', f.id, 'version', f.version, 'name', f.name, 'role', f.role,
		'kinds', to_jsonb(f.kinds), 'deadlines_as', f.deadlines_as, 'state', case when f.revoked_at is not null then 'REVOKED'
			when f.expires_at <= clock_now() then 'EXPIRED' else 'ACTIVE' end, 'expires_at', f.expires_at,
		'revoked_at', f.revoked_at, 'last_used_at', f.last_used_at, 'created_at', f.created_at, 'updated_at', f.updated_at))
$$;

create function calendar_address(base text, secret text) returns text language sql immutable as $$
	select coalesce(nullif(rtrim(base, '/'), ''), '') || '/api/v1/calendar/' || secret || '.ics'
$$;

-- Who the feed's owner is now: the one whose feed has this secret, with the units and the role that they still have.
-- Owner's rights: there is no caller yet. It leaves the caller's settings and a row in the log, as a request does.
create function calendar_open(secret_hash text) returns setof calendar_feed language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	f calendar_feed;
	who record;
begin
	select * into f from calendar_feed c where c.secret_hash = calendar_open.secret_hash and c.revoked_at is null
		and c.expires_at > clock_now();
	select p.*, s.subject, s.hpr_number as hpr into who from staff s cross join token_staff(s.agency_id, null, '{subject}', s.subject, '{}', s.hpr_number, f.role, null) p where s.id = f.staff_id;
	if f.id is null or who.staff_id is null then
		return;
	end if;
	perform set_config('app.role', f.role, true), set_config('app.agency_id', f.agency_id::text, true),
		set_config('app.staff_id', f.staff_id::text, true), set_config('app.unit_ids', who.unit_ids::text, true),
		-- agencies that are not health care see persons with consent alone
		set_config('app.gates', case when who.agency_type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST') and f.role <> 'HO'
			then 'h' else 'c' end, true), set_config('app.cell', 'R', true);
	perform log_access(jsonb_build_object('request_id', current_setting('app.request_id', true), 'operation', 'getCalendar',
		'action', 'READ', 'resource', 'calendar-feeds', 'resource_id', f.id, 'agency_id', f.agency_id, 'staff_id', f.staff_id,
		'subject', who.subject, 'name', who.name, 'role', f.role, 'hpr_number', who.hpr));
	update calendar_feed c set last_used_at = clock_now() where c.id = f.id
		and coalesce(c.last_used_at, '-infinity') < clock_now() - interval '1 hour';
	return next f;
end $$;

-- What stands in the calendar; row security decides what the owner sees.
create function calendar_items(f calendar_feed) returns table (uid text, kind text, at timestamptz, until timestamptz, title text,
	path text, version int, changed timestamptz) language plpgsql as $$
begin
	perform open_meetings();
	return query
		select 'task-' || t.id, 'DEADLINE', t.due_at, null::timestamptz, 'Frist: oppgave', '/tasks/' || t.id, t.version, t.updated_at
		from task t where 'DEADLINES' = any (f.kinds) and t.state = 'OPEN' and t.agency_id = f.agency_id
			and t.due_at between clock_now() - interval '30 days' and clock_now() + interval '400 days'
			and coalesce(t.assignee_staff_id, f.staff_id) = f.staff_id and 'worker' = any (task_facts(t))
		union all
		select 'case-meeting-' || m.id, 'MEETING', m.starts_at, m.starts_at + make_interval(mins => m.minutes_planned),
			'Samarbeidsmøte', '/case-meetings/' || m.id, m.version, m.updated_at
		from case_meeting m where 'MEETINGS' = any (f.kinds) and m.state = 'PLANNED'
			and m.starts_at between clock_now() - interval '30 days' and clock_now() + interval '400 days'
			and not item_is_blocked(m.patient_id, m.id) and (m.chair_staff_id = f.staff_id
				or m.id = any (nullif(current_setting('app.meetings', true), '')::uuid[]))
		union all
		select 'contact-' || c.id, 'CONTACT', c.planned_at, c.planned_at + make_interval(mins => coalesce(c.minutes, 60)),
			'Planlagt kontakt', '/contacts/' || c.id, c.version, c.updated_at
		from contact c where 'CONTACTS' = any (f.kinds) and c.state = 'PLANNED' and not item_is_blocked(c.patient_id, c.id)
			and c.planned_at between clock_now() - interval '30 days' and clock_now() + interval '400 days'
			and exists (select 1 from contact_staff s where s.contact_id = c.id and s.staff_id = f.staff_id)
		union all
		select 'board-meeting-' || b.id, 'BOARD_MEETING', b.started_at, coalesce(b.ended_at, b.started_at + interval '1 hour'),
			'Tavlemøte', '/board-meetings/' || b.id, b.version, b.updated_at
		from board_meeting b where 'BOARD_MEETINGS' = any (f.kinds) and b.held_on between clock_today() - 30 and clock_today() + 400;
end $$;

-- A line of at most 75 octets, folded between characters (RFC 5545, 3.1).
create function ical_line(line text) returns text language plpgsql immutable as $$
declare
	folded text := '';
	part text := '';
	letter text;
begin
	foreach letter in array string_to_array(line, null) loop
		if octet_length(part) + octet_length(letter) > 75 then
			folded := folded || part || E'\r\n';
			part := ' ';
		end if;
		part := part || letter;
	end loop;
	return folded || part || E'\r\n';
end $$;

create function ical_text(value text) returns text language sql immutable as $$
	select regexp_replace(regexp_replace(value, '([\\;,])', '\\\1', 'g'), E'\r?\n', '\\n', 'g') $$;
create function ical_time(at timestamptz) returns text language sql immutable as $$
	select to_char(at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"') $$;

-- One entry; a deadline is a moment that takes no time, or a thing to do by then.
create function ical_entry(uid text, at timestamptz, until timestamptz, title text, address text, revision int,
	changed timestamptz, as_todo boolean) returns text language sql immutable as $$
	select string_agg(ical_line(l.line), '' order by l.n) from unnest(array[
		'BEGIN:' || case when as_todo then 'VTODO' else 'VEVENT' end, 'UID:' || uid || '@samhandling',
		'DTSTAMP:' || ical_time(changed), 'LAST-MODIFIED:' || ical_time(changed), 'SEQUENCE:' || revision - 1,
		case when as_todo then 'DUE:' else 'DTSTART:' end || ical_time(at), 'DTEND:' || ical_time(until),
		'SUMMARY:' || ical_text(title), 'DESCRIPTION:' || ical_text(address),
		case when address like 'http%' then 'URL:' || address end, case when until is null and not as_todo then 'TRANSP:TRANSPARENT' end,
		'CLASS:PRIVATE', 'END:' || case when as_todo then 'VTODO' else 'VEVENT' end]) with ordinality l (line, n)
	where l.line is not null
$$;

create function calendar_text(secret_hash text, base text) returns text language plpgsql as $$
declare
	f calendar_feed;
	entries text;
begin
	select * into f from calendar_open(secret_hash);
	if f.id is null then
		return null;
	end if;
	select string_agg(ical_entry(i.uid, i.at, i.until, i.title, coalesce(nullif(rtrim(base, '/'), ''), '') || '/api/v1' || i.path,
		i.version, i.changed, i.kind = 'DEADLINE' and f.deadlines_as = 'VTODO'), '' order by i.at, i.uid)
	into entries from calendar_items(f) i;
	return ical_line('BEGIN:VCALENDAR') || ical_line('VERSION:2.0') || ical_line('PRODID:-//Samhandling//Kalender//NO')
		|| ical_line('CALSCALE:GREGORIAN') || ical_line('METHOD:PUBLISH') || ical_line('NAME:' || ical_text(f.name))
		|| ical_line('X-WR-CALNAME:' || ical_text(f.name)) || ical_line('REFRESH-INTERVAL;VALUE=DURATION:PT1H')
		|| ical_line('X-PUBLISHED-TTL:PT1H') || coalesce(entries, '') || ical_line('END:VCALENDAR');
end $$;

-- migrate:down
drop function if exists calendar_text, ical_entry, ical_time, ical_text, ical_line, calendar_items, calendar_open,
	calendar_address, calendar_feed_json cascade;
drop table calendar_feed;
