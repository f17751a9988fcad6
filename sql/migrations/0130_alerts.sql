-- migrate:up
-- Alerts by e-mail: that something new waits, how much and of what kind, and nothing else. Mail is open to whoever
-- carries it, so it names no person, no unit and no thing.

create table alert_setting (
	id uuid primary key,
	agency_id uuid not null references agency,
	staff_id uuid references staff, -- for one member of staff in one role; or:
	unit_id uuid references unit, -- for a unit's mailbox
	role text not null,
	address text not null check (length(address) between 3 and 254 and address !~ '[\s<>,;]'),
	kinds text[] not null default '{TASKS,MESSAGES,HANDOVERS,CONCERN_REPORTS}'
		check (cardinality(kinds) > 0 and kinds <@ array['TASKS', 'MESSAGES', 'HANDOVERS', 'CONCERN_REPORTS']),
	every_minutes int not null default 15 check (every_minutes between 1 and 1440), -- one mail at most in this time
	quiet_from time, -- by the clock in Oslo; a night may span midnight
	quiet_to time,
	last_mail_at timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint alert_setting_is_for_somebody check (num_nonnulls(staff_id, unit_id) = 1),
	constraint alert_quiet_hours_have_two_ends check (num_nulls(quiet_from, quiet_to) <> 1)
);
create unique index alert_setting_is_one_for_each on alert_setting (coalesce(unit_id, staff_id), address);
create index alert_setting_agency on alert_setting (agency_id);
create trigger touch before update on alert_setting for each row
	when (old.last_mail_at is not distinct from new.last_mail_at) execute function touch_row();

-- A unit's mailbox is its leader's or administrator's to set.
alter table alert_setting enable row level security;
create policy alert_setting_own on alert_setting using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	and (staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
		or (current_setting('app.role', true) in ('TL', 'SA')
			and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))));
grant select, insert, delete on alert_setting to samhandling_service;

create table alert_mail (
	id uuid primary key default gen_random_uuid(), -- of the message too: a copy sent twice is known by it
	setting_id uuid not null references alert_setting on delete cascade,
	counts jsonb not null, -- {kind: how many}
	state text not null default 'QUEUED' check (state in ('QUEUED', 'SENT', 'FAILED')),
	attempts int not null default 0,
	next_try_at timestamptz not null default clock_now(),
	sent_at timestamptz,
	created_at timestamptz not null default clock_now()
);
create index alert_mail_created on alert_mail (created_at);
create index alert_mail_waiting on alert_mail (next_try_at) where state = 'QUEUED';
alter table alert_mail enable row level security;

-- What a setting has been told of, once each.
create table alert_item (
	setting_id uuid not null references alert_setting on delete cascade,
	kind text not null,
	thing uuid not null,
	mail_id uuid references alert_mail on delete cascade,
	noted_at timestamptz not null default clock_now(),
	primary key (setting_id, kind, thing)
);
create index alert_item_unsent on alert_item (setting_id) where mail_id is null;
alter table alert_item enable row level security;
create index task_created on task (created_at);
create index message_sent on message (sent_at);
create index handover_offered on handover (offered_at);
create index concern_report_received on concern_report (received_at);

create function alert_setting_json(s alert_setting) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', s.id, 'version', s.version, 'for', case when s.unit_id is null then 'STAFF'
		else 'UNIT' end, 'unit_id', s.unit_id, 'role', s.role, 'address', s.address, 'kinds', to_jsonb(s.kinds),
		'every_minutes', s.every_minutes, 'quiet_from', to_char(s.quiet_from, 'HH24:MI'),
		'quiet_to', to_char(s.quiet_to, 'HH24:MI'), 'last_mail_at', s.last_mail_at, 'created_at', s.created_at,
		'updated_at', s.updated_at))
$$;

create function alert_setting_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
begin
	perform raise_unless(body ->> 'unit_id' is null or (app_role() in ('TL', 'SA')
			and (body ->> 'unit_id')::uuid = any (app_unit_ids())), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no unit whose mailbox the caller may set'));
	insert into alert_setting (id, agency_id, staff_id, unit_id, role, address, kinds, every_minutes, quiet_from, quiet_to)
	select new_id, app_agency_id(), case when n.unit_id is null then app_staff_id() end, n.unit_id, app_role(), n.address,
		coalesce(n.kinds, '{TASKS,MESSAGES,HANDOVERS,CONCERN_REPORTS}'), coalesce(n.every_minutes, 15), n.quiet_from, n.quiet_to
	from jsonb_populate_record(null::alert_setting, body) n;
	return new_id;
end $$;

-- For which units a setting watches: the mailbox's own, or those in which its owner has the role now.
create function alert_units(s alert_setting) returns uuid[] language sql stable as $$
	select case when s.unit_id is not null then array[s.unit_id] else array(select m.unit_id from staff_membership m
		where m.staff_id = s.staff_id and m.role = s.role and m.state = 'ACTIVE' and m.valid_from <= clock_today()
			and coalesce(m.valid_to, 'infinity') > clock_today()) end
$$;

-- What is new for a setting. Looks back a day, so that what was committed late is found; the items hold back the rest.
create function alert_news(s alert_setting) returns table (kind text, thing uuid) language sql stable as $$
	with since as (select greatest(s.created_at, clock_now() - interval '1 day') as at, alert_units(s) as units)
	select 'TASKS', t.id from task t, since where t.created_at >= since.at and t.state = 'OPEN' and t.agency_id = s.agency_id
		and t.created_by is distinct from s.staff_id and (s.unit_id is not null or coalesce(t.assignee_staff_id, s.staff_id) = s.staff_id)
		and cardinality(since.units) > 0 and (t.unit_id = any (since.units)
			or (t.unit_id is null and s.staff_id is not null and (t.assignee_staff_id = s.staff_id or t.for_role = s.role)))
		and (t.for_role is null or t.for_role = s.role or s.unit_id is not null)
	union all
	select 'MESSAGES', m.id from message m, since where m.sent_at >= since.at and m.state = 'SENT' and m.to_unit_id = any (since.units)
	union all
	select 'HANDOVERS', h.id from handover h, since where h.offered_at >= since.at and h.state = 'OFFERED' and h.to_unit_id = any (since.units)
	union all
	select 'CONCERN_REPORTS', r.id from concern_report r, since where r.received_at >= since.at and r.state = 'RECEIVED'
		and r.responsible_unit_id = any (since.units)
$$;

create function alert_is_quiet(s alert_setting) returns boolean language sql stable as $$
	select coalesce(case when s.quiet_from <= s.quiet_to then t >= s.quiet_from and t < s.quiet_to
		else t >= s.quiet_from or t < s.quiet_to end, false)
	from (select (clock_now() at time zone 'Europe/Oslo')::time) x (t)
$$;

-- Notes what is new, and makes one mail of it for each setting whose time has come.
create function job_alerts(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	s alert_setting;
	mail uuid;
	n int := 0;
begin
	for s in select * from alert_setting a order by a.last_mail_at nulls first limit batch * 50 for update skip locked loop
		insert into alert_item (setting_id, kind, thing)
		select s.id, x.kind, x.thing from alert_news(s) x where x.kind = any (s.kinds) on conflict do nothing;
		continue when alert_is_quiet(s) or s.last_mail_at > clock_now() - make_interval(mins => s.every_minutes)
			or not exists (select 1 from alert_item i where i.setting_id = s.id and i.mail_id is null);
		insert into alert_mail (setting_id, counts)
		select s.id, jsonb_object_agg(c.kind, c.n) from (select i.kind, count(*) as n from alert_item i
			where i.setting_id = s.id and i.mail_id is null group by i.kind) c returning id into mail;
		update alert_item i set mail_id = mail where i.setting_id = s.id and i.mail_id is null;
		update alert_setting a set last_mail_at = clock_now() where a.id = s.id;
		n := n + 1;
	end loop;
	-- where there is no mail server, or none that answers, what has waited for three days is no news
	update alert_mail m set state = 'FAILED' where m.state = 'QUEUED' and m.created_at < clock_now() - interval '3 days';
	delete from alert_mail m where m.state <> 'QUEUED' and m.created_at < clock_now() - interval '30 days';
	delete from alert_item i where i.noted_at < clock_now() - interval '30 days';
	return n;
end $$;
insert into job (kind, call, batch) values ('alerts_queued', 'job_alerts', 200);

create function alert_words(kind text, n int) returns text language sql immutable as $$
	select n || ' ' || case kind when 'TASKS' then case n when 1 then 'ny oppgave' else 'nye oppgaver' end
		when 'MESSAGES' then case n when 1 then 'ny melding' else 'nye meldinger' end
		when 'HANDOVERS' then case n when 1 then 'ny overføring' else 'nye overføringer' end
		else case n when 1 then 'ny bekymringsmelding' else 'nye bekymringsmeldinger' end end
$$;

-- The mails that are due, taken for this attempt: whoever dies with one gives it back when the next try is due.
create function alert_take(batch int) returns table (id uuid, address text, body text) language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	with due as (select m.id from alert_mail m where m.state = 'QUEUED' and m.next_try_at <= clock_now() order by m.next_try_at
		limit batch for update skip locked),
	taken as (update alert_mail m set attempts = m.attempts + 1,
		next_try_at = clock_now() + least(make_interval(mins => (4 ^ least(m.attempts, 5))::int), interval '6 hours')
		from due where m.id = due.id returning m.*)
	select t.id, s.address, 'Du har ' || (select string_agg(alert_words(c.key, c.value::int), ', ' order by c.key)
			from jsonb_each_text(t.counts) c) || ' i Samhandling.' || E'\r\n\r\n'
		|| 'Logg inn for å lese. Denne meldingen inneholder ingen personopplysninger.' || E'\r\n'
	from taken t join alert_setting s on s.id = t.setting_id
$$;

-- How the attempt ended; after a dozen, some three days, nobody tries again.
create function alert_done(mail uuid, was_sent boolean) returns boolean language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
	update alert_mail m set state = case when was_sent then 'SENT' when m.attempts >= 16 then 'FAILED' else m.state end,
		sent_at = case when was_sent then clock_now() end
	where m.id = mail and m.state = 'QUEUED' returning true
$$;
revoke execute on function job_alerts(int), alert_take(int), alert_done(uuid, boolean) from public;
grant execute on function alert_take(int), alert_done(uuid, boolean) to samhandling_service;

-- migrate:down
delete from job where kind = 'alerts_queued';
drop index if exists task_created, message_sent, handover_offered, concern_report_received;
drop function if exists alert_done, alert_take, alert_words, job_alerts, alert_is_quiet, alert_news, alert_units, alert_setting_make,
	alert_setting_json cascade;
drop table alert_item, alert_mail, alert_setting cascade;
