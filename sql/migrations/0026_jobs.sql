-- migrate:up
-- What the daemon's job thread runs. Every function takes rows with `for update skip locked` and marks them,
-- so several daemons do each thing once. Owner's rights: the job has no agency.

create function job_event(of_machine text, id_of uuid, of_version int, act text, before text, target text)
returns void language sql as $$
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, role)
	values (of_machine, id_of, of_version, act, before, target, 'SY')
$$;

create function deadline_title(of_code text) returns text language sql stable as $$
	select 'Frist passert: ' || coalesce((select k.title_nb from deadline_code k where k.code = of_code), of_code)
$$;

-- Half of the time is gone.
create function job_remind(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	with due as (select id from deadline where state = 'OPEN' and reminded_at is null and reminder_at <= clock_now()
		order by reminder_at limit batch for update skip locked)
	update deadline d set reminded_at = clock_now() from due where d.id = due.id;
	get diagnostics n = row_count;
	return n;
end $$;

-- The time is out: the unit's leader or the chief doctor gets it; for an offer, those of both sides.
create function job_escalate(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	d deadline;
	h handover;
	n int := 0;
begin
	for d in select * from deadline where state = 'OPEN' and escalated_at is null and due_at <= clock_now()
		and deadline_escalates(code) order by due_at limit batch for update skip locked
	loop
		update deadline set escalated_at = clock_now(), reminded_at = coalesce(reminded_at, clock_now()) where id = d.id;
		perform escalate('deadline:' || d.id, deadline_title(d.code), d.patient_id, d.responsible_unit_id,
			d.responsible_agency_id, d.entity, d.entity_id);
		if d.entity = 'handover' then
			select * into h from handover where id = d.entity_id;
			perform escalate('deadline:' || d.id || ':sender', 'Frist passert: mottaker har ikke svart på overføringen',
				h.patient_id, h.from_unit_id, h.from_agency_id, d.entity, d.entity_id);
		end if;
		n := n + 1;
	end loop;
	return n;
end $$;

-- What it was about is done after all, or nobody waits for it any more: so is what somebody got because the time was out.
create function escalation_settled() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	t task;
begin
	for t in update task x set state = case new.state when 'MET' then 'DONE' else 'CANCELLED' end, closed_at = clock_now(),
			closing_note = 'Fristen er ikke lenger åpen'
		where x.source_key in ('deadline:' || new.id, 'deadline:' || new.id || ':sender') and x.state = 'OPEN' returning *
	loop
		perform job_event('tasks', t.id, t.version, case t.state when 'DONE' then 'complete' else 'cancel' end, 'OPEN', t.state);
	end loop;
	return null;
end $$;
create trigger escalation_settled after update of state on deadline for each row
	when (old.state = 'OPEN' and new.state <> 'OPEN' and old.escalated_at is not null) execute function escalation_settled();

-- Information that was asked for has not come in ten days: the report goes on without it.
create function job_give_up(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	r concern_report;
	n int := 0;
begin
	for r in select x.* from concern_report x join deadline d on d.entity_id = x.id and d.code = 'CR_INFO_GIVE_UP'
		and d.state = 'OPEN' and d.due_at <= clock_now() where x.state = 'INFO_REQUESTED'
		order by d.due_at limit batch for update of x skip locked
	loop
		update concern_report set state = previous_state where id = r.id;
		perform job_event('concern-reports', r.id, r.version + 1, 'give_up', 'INFO_REQUESTED', r.previous_state);
		n := n + 1;
	end loop;
	return n;
end $$;

-- Nobody ever learnt who it was about: after 180 days nothing that could tell is kept, old versions included.
create function job_anonymise(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	report uuid;
	n int := 0;
begin
	for report in select x.id from concern_report x join deadline d on d.entity_id = x.id
		and d.code = 'CR_PURGE_UNIDENTIFIED' and d.state = 'OPEN' and d.due_at <= clock_now()
		where x.patient_id is null and x.anonymised_at is null order by d.due_at limit batch for update of x skip locked
	loop
		update concern_report set anonymised_at = clock_now(), subject_seal = null, subject_hash = null,
			subject_given_name = null, subject_family_name = null, subject_birth_date = null, subject_address = null,
			subject_description = null, observed = 'Anonymisert', feared = null, since = null, substance = null,
			psychosis_signs = null, known_services = null, assessment_text = null, info_requested_from = null,
			attachments = '[]', sender_hash = null, sender_patient_id = null, transfer = case when transfer is not null
				then jsonb_build_object('receipt', '{}'::jsonb) end, registered_by = null
		where id = report;
		update concern_sender set name = null, phone = null, email = null, relation = null, staff_id = null
		where report_id = report;
		update concern_note set text = 'Anonymisert', staff_id = null where report_id = report;
		update transition_event set reason = null where object_id = report;
		update handover set reason = 'Anonymisert', decision_reason = case when decision_reason is not null
			then 'Anonymisert' end where entity_id = report;
		delete from row_history where entity = 'concern_report' and entity_id = report
			and version < (select version from concern_report where id = report);
		n := n + 1;
	end loop;
	return n;
end $$;

-- A later consent says at least as much as this one.
create function consent_is_renewed(c consent) returns boolean language plpgsql stable as $$
begin
	return exists (select 1 from consent n where n.patient_id = c.patient_id and n.type = c.type and n.state = 'GRANTED'
		and n.id <> c.id and n.valid_to > c.valid_to and n.to_agencies @> c.to_agencies
		and n.data_categories @> c.data_categories and n.to_relation_id is not distinct from c.to_relation_id);
end $$;

-- A release that nobody answered, or whose time is out; a month before, its agency gets a task.
create function job_consents(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	c consent;
	n int := 0;
begin
	for c in select * from consent where (state = 'REQUESTED' and deadline_at('CONSENT_ANSWER', created_at) <= clock_now())
		or (state = 'GRANTED' and valid_to <= clock_now()) order by valid_to limit batch for update skip locked
	loop
		update consent set state = 'EXPIRED' where id = c.id;
		perform job_event('consents', c.id, c.version + 1, 'expire', c.state, 'EXPIRED');
		n := n + 1;
	end loop;
	insert into task (kind, title, patient_id, agency_id, due_at, entity, entity_id, source_key)
	select 'CONSENT_EXPIRES', 'Samtykket utløper snart: snakk med pasienten om et nytt', w.patient_id, w.owner_agency_id,
		w.valid_to, 'consent', w.id, 'consent:' || w.id || ':' || w.valid_to::date
	from consent w where w.state = 'GRANTED' and w.valid_to > clock_now()
		and w.valid_to <= clock_now() + interval '30 days' and w.valid_to - w.valid_from > interval '30 days'
		and not exists (select 1 from task t where t.source_key = 'consent:' || w.id || ':' || w.valid_to::date)
		and not consent_is_renewed(w)
	limit batch
	on conflict (source_key) do nothing;
	return n;
end $$;

-- Its task is done when the person gives one that lasts longer, gone when it no longer stands.
create function consent_task_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if new.state = 'GRANTED' then
		perform tasks_end('consent', c.id, '{CONSENT_EXPIRES}', 'DONE', 'Et nytt samtykke er gitt')
		from consent c where c.patient_id = new.patient_id and c.state = 'GRANTED' and consent_is_renewed(c);
	elsif old.state = 'GRANTED' then
		perform tasks_end('consent', new.id, '{CONSENT_EXPIRES}', 'CANCELLED', 'Samtykket gjelder ikke lenger');
	end if;
	return null;
end $$;
create trigger task_follow after update of state on consent for each row
	when (old.state <> new.state) execute function consent_task_follow();

-- The hour of an emergency access is over; its use must be reviewed.
create function job_emergencies(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	e emergency_access;
	n int := 0;
begin
	for e in select * from emergency_access where state = 'ACTIVE' and expires_at <= clock_now()
		order by expires_at limit batch for update skip locked
	loop
		update emergency_access set state = 'EXPIRED' where id = e.id;
		perform job_event('emergency-accesses', e.id, e.version + 1, 'expire', 'ACTIVE', 'EXPIRED');
		insert into task (kind, title, agency_id, for_role, due_at, entity, entity_id, source_key)
		select 'EMERGENCY_REVIEW', 'Gjennomgå bruk av nødrettstilgang', e.agency_id, 'PV', e.review_due_at, 'emergency_access', e.id,
			'emergency:' || e.id
		where not exists (select 1 from task t where t.entity_id = e.id and t.kind = 'EMERGENCY_REVIEW')
		on conflict (source_key) do nothing;
		n := n + 1;
	end loop;
	return n;
end $$;

create function idempotency_drop(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	-- real time: a client's retry knows nothing of the sandbox clock
	delete from idempotency where ctid in (select ctid from idempotency where at < now() - interval '24 hours'
		order by at limit batch for update skip locked);
	get diagnostics n = row_count;
	return n;
end $$;

-- What falls due without a request, and nothing else that a timer runs: one row a job; each room adds its own.
create table job (
	kind text primary key, -- as the log and the clock's answer name it
	call text not null, -- a function of how many at most
	batch int not null default 200, -- for one round of the timer
	sort int generated always as identity
);
grant select on job to samhandling_service;
insert into job (kind, call, batch) values ('reminded', 'job_remind', 200), ('escalated', 'job_escalate', 200),
	('gave_up', 'job_give_up', 200), ('anonymised', 'job_anonymise', 200), ('consents_expired', 'job_consents', 200),
	('emergencies_expired', 'job_emergencies', 200), ('idempotency_keys_dropped', 'idempotency_drop', 1000),
	('log_partitions_made', 'access_log_partitions_ahead', 3);

create function access_log_partitions_ahead(batch int) returns int language sql as $$
	select access_log_partitions(least(batch, 3)) $$;

-- One job: the timer runs it with its own batch, and may call none of the functions but through here.
create function job_run(which text, most int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	one job;
	n int;
begin
	select * into one from job j where j.kind = which;
	execute format('select %I($1)', one.call) into n using coalesce(most, one.batch);
	return n;
end $$;

-- All of them at once: the sandbox clock lets what falls due happen.
create function run_deadlines(batch int) returns table (kind text, n int) language plpgsql as $$
begin
	for kind in select j.kind from job j order by j.sort loop
		n := job_run(kind, batch);
		return next;
	end loop;
end $$;

-- Moves domain time forward; where the sandbox clock is not enabled there is no such thing.
create function clock_now_move(by_interval interval, to_time timestamptz) returns jsonb language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	c sandbox_clock;
	target interval;
begin
	select * into c from sandbox_clock for update;
	if not c.enabled then
		perform raise_problem(404, 'not_found');
	end if;
	-- whole days are Oslo's; kept in seconds, which are the same in every session's time zone
	target := make_interval(secs => extract(epoch from coalesce(to_time,
		((now() + c.ahead) at time zone 'Europe/Oslo' + by_interval) at time zone 'Europe/Oslo') - now()));
	if target < c.ahead or target > interval '3650 days' then
		perform raise_problem(422, 'invalid_clock');
	end if;
	update sandbox_clock set ahead = target;
	perform set_config('app.now', (now() + target)::text, true);
	return jsonb_build_object('now', clock_now(), 'ahead_seconds', extract(epoch from target)::bigint,
		'jobs', (select jsonb_object_agg(j.kind, j.n) from run_deadlines(1000) j));
end $$;

revoke execute on function job_remind(int), job_escalate(int), job_give_up(int), job_anonymise(int), job_consents(int),
	job_emergencies(int), idempotency_drop(int), job_run(text, int), run_deadlines(int) from public;
grant execute on function job_run(text, int) to samhandling_service;

-- migrate:down
drop table job;
drop trigger task_follow on consent;
drop trigger escalation_settled on deadline;
drop function if exists escalation_settled, consent_task_follow, consent_is_renewed, clock_now_move, run_deadlines, job_run, access_log_partitions_ahead, idempotency_drop, job_emergencies, job_consents, job_anonymise,
	job_give_up, job_escalate, job_remind, deadline_title, job_event cascade;
