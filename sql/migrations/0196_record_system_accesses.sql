-- migrate:up
-- Rights in each other's record systems (domain.md §1.2 E17, §1.3 row 54, §4.10): who has asked for whom, who has said yes, and
-- until when. The right itself is given in that system; here it stands that somebody answers for it, and that it ends.

insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values ('RECORD_SYSTEM_ACCESS', '', 12, 'MONTHS', null);

create table record_system_access (
	id uuid primary key,
	staff_id uuid not null references staff, -- who is to have it
	holder_agency_id uuid not null references agency, -- whose staff that is
	unit_id uuid not null references unit, -- the team or unit for which it is needed; with the membership there it ends
	system text not null check (system in ('DIPS', 'GERICA', 'PROFIL', 'COSDOC', 'NAV_SYSTEM', 'GP_RECORD', 'SYNERGI', 'OTHER')),
	system_name text check (length(system_name) between 1 and 100), -- of another one
	system_agency_id uuid not null references agency, -- whose system it is, and who decides
	access_role text not null check (length(access_role) between 1 and 100), -- what it opens: read, write, which part
	reason text not null check (length(reason) between 1 and 1000),
	requested_by uuid not null references staff,
	decided_by uuid references staff,
	valid_to date, -- the last day
	activated_at timestamptz,
	ended_at timestamptz,
	end_reason text,
	state text not null default 'REQUESTED' check (state in ('REQUESTED', 'APPROVED', 'ACTIVE', 'REVOKED', 'EXPIRED', 'DENIED')),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint record_system_access_has_an_end check (state not in ('APPROVED', 'ACTIVE', 'EXPIRED') or valid_to is not null),
	constraint record_system_access_other_is_named check ((system = 'OTHER') = (system_name is not null))
);
create unique index record_system_access_is_one on record_system_access (staff_id, unit_id, system, coalesce(system_name, ''), system_agency_id)
	where state in ('REQUESTED', 'APPROVED', 'ACTIVE');
create index record_system_access_newest on record_system_access (created_at, id);
create index record_system_access_ending on record_system_access (valid_to) where state in ('APPROVED', 'ACTIVE');
select install_change_trigger('record_system_access', '', 'history');

-- One's own; the leader's of the unit; those in the own systems: whoever decides on them (domain.md §5.4 B, "own system"); both
-- agencies': leaders, privacy, quality, administration.
alter table record_system_access enable row level security;
create policy record_system_access_read on record_system_access for select using (
	staff_id = nullif(current_setting('app.staff_id', true), '')::uuid
	or (current_setting('app.role', true) = 'TL' and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
	or (current_setting('app.role', true) in ('DPS', 'MH', 'CO', 'KO', 'GP', 'NAV', 'HO')
		and nullif(current_setting('app.agency_id', true), '')::uuid = system_agency_id)
	or (current_setting('app.role', true) in ('TL', 'PV', 'QM', 'SA')
		and nullif(current_setting('app.agency_id', true), '')::uuid in (holder_agency_id, system_agency_id)));
create policy record_system_access_insert on record_system_access for insert with check (
	requested_by = nullif(current_setting('app.staff_id', true), '')::uuid);
-- who may see a row may lock it, so that a refused step is 403 and not 404
create policy record_system_access_update on record_system_access for update using (true);
grant select, insert, update on record_system_access to samhandling_service;
create policy record_system_access_history_read on row_history for select using (
	entity = 'record_system_access' and exists (select 1 from record_system_access a where a.id = row_history.entity_id));

insert into news_kind (entity, name, resource, scope, path, probe) values
	('record_system_access', 'record-system-access', 'record-system-accesses', 'directory.read', '/record-system-accesses/{id}',
		'select a.id from record_system_access a where a.id = $1');

create function record_system_access_json(a record_system_access) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', a.id, 'version', a.version, 'status', a.state, 'staff', staff_brief(a.staff_id),
		'holder_agency', agency_brief(a.holder_agency_id), 'unit', unit_brief(a.unit_id), 'system', a.system, 'system_name', a.system_name,
		'system_agency', agency_brief(a.system_agency_id), 'access_role', a.access_role, 'reason', a.reason, 'requested_by', a.requested_by,
		'decided_by', a.decided_by, 'valid_to', a.valid_to, 'activated_at', a.activated_at, 'ended_at', a.ended_at,
		'end_reason', a.end_reason, 'created_at', a.created_at, 'updated_at', a.updated_at));
end $$;

-- The holder's side: whoever asked, a leader of the unit or of the holder's agency, and that agency's privacy officer.
create function record_system_access_facts(a record_system_access) returns text[] language sql stable as $$
	select array_remove(array[case when (a).system_agency_id = app_agency_id() then 'system_side' end,
		case when (a).requested_by = app_staff_id() or app_role() = 'TL' and (a).unit_id = any (app_unit_ids())
			or app_role() in ('TL', 'PV') and (a).holder_agency_id = app_agency_id() then 'holder_side' end,
		case when may_be_caller((a).staff_id) then 'own' end, case when may_be_caller((a).requested_by) then 'asked_for_it' end], null) $$;

-- Asked for by the leader of the unit in which somebody works, or by the privacy officer of either agency.
create function record_system_access_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n record_system_access := jsonb_populate_record(null::record_system_access, body);
	member staff;
begin
	perform raise_unless(app_role() in ('TL', 'PV'), 403, 'forbidden');
	select * into member from staff s where s.id = n.staff_id;
	perform raise_unless(member.id is not null, 422, 'unknown_reference', fault('/staff_id', 'reference', 'is nobody who is known here'));
	perform raise_unless(exists (select 1 from staff_membership m where m.staff_id = member.id and m.unit_id = n.unit_id and m.state = 'ACTIVE'
			and coalesce(m.valid_to, 'infinity') > clock_today()) and (n.unit_id = any (app_unit_ids()) or (app_role() = 'PV'
			and app_agency_id() in (member.agency_id, n.system_agency_id))), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is no unit of theirs for which the caller may ask'));
	perform raise_unless(agency_answers(n.system_agency_id), 422, 'unknown_reference',
		fault('/system_agency_id', 'reference', 'is no agency that can decide on it'));
	perform raise_unless((n.system = 'OTHER') = (n.system_name is not null), 422, 'invalid_value',
		fault('/system_name', 'required', 'names a system that is none of the others, and none else'));
	insert into record_system_access (id, staff_id, holder_agency_id, unit_id, system, system_name, system_agency_id, access_role, reason, requested_by)
	values (new_id, member.id, member.agency_id, n.unit_id, n.system, n.system_name, n.system_agency_id, n.access_role, n.reason, app_staff_id());
	return new_id;
end $$;

create function record_system_access_step(asked uuid, act text, before text, target text, body jsonb) returns void language plpgsql as $$
declare
	a record_system_access;
	longest date := (deadline_at('RECORD_SYSTEM_ACCESS', clock_now()) at time zone 'Europe/Oslo')::date;
	last_day date := coalesce((body ->> 'valid_to')::date, longest - 1);
begin
	perform raise_unless(act <> 'approve' or (last_day >= clock_today() and last_day < longest), 422, 'invalid_value',
		fault('/valid_to', 'range', 'is from today and less than a year ahead'));
	update record_system_access x set state = target,
		valid_to = case act when 'approve' then last_day else x.valid_to end,
		decided_by = case when act in ('approve', 'deny') then app_staff_id() else x.decided_by end,
		activated_at = case act when 'activate' then clock_now() else x.activated_at end,
		ended_at = case when target in ('REVOKED', 'DENIED') then clock_now() end,
		end_reason = case when target in ('REVOKED', 'DENIED') then body ->> 'reason' end
	where x.id = asked returning * into a;
	perform note_step('record-system-accesses', a.id, a.version, act, before, target, body ->> 'reason');
end $$;

-- Whose it is decides on it: a task. When it has ended in this register it must be closed in the system too: another one.
create function record_system_access_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into task (kind, title, agency_id, entity, entity_id)
		values ('RECORD_SYSTEM_ACCESS', 'Ta stilling til tilgang til et journalsystem', new.system_agency_id, 'record_system_access', new.id);
	elsif old.state = 'REQUESTED' and new.state <> 'REQUESTED' then
		perform tasks_end('record_system_access', new.id, '{RECORD_SYSTEM_ACCESS}', 'DONE', null);
	end if;
	if new.state in ('REVOKED', 'EXPIRED') and old.state = 'ACTIVE' then
		insert into task (kind, title, agency_id, entity, entity_id)
		values ('RECORD_SYSTEM_CLOSE', 'Steng en tilgang i journalsystemet', new.system_agency_id, 'record_system_access', new.id);
	end if;
	return null;
end $$;
create trigger follow after insert or update on record_system_access for each row execute function record_system_access_follow();

-- It ends with its time, and with the membership for which it was needed. Owner's rights: the job has no agency.
create function job_record_system_accesses(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	a record_system_access;
	was text;
	n int := 0;
begin
	for a in select x.* from record_system_access x where x.state in ('REQUESTED', 'APPROVED', 'ACTIVE')
		and (x.valid_to < clock_today() or not exists (select 1 from staff_membership m where m.staff_id = x.staff_id and m.unit_id = x.unit_id
			and m.state = 'ACTIVE' and coalesce(m.valid_to, 'infinity') > clock_today())) order by x.created_at limit batch for update skip locked
	loop
		was := a.state;
		update record_system_access x set state = case when a.valid_to < clock_today() then 'EXPIRED' else 'REVOKED' end, ended_at = clock_now(),
			end_reason = case when a.valid_to < clock_today() then 'TIME_IS_OUT' else 'MEMBERSHIP_ENDED' end
		where x.id = a.id returning * into a;
		perform note_step('record-system-accesses', a.id, a.version, case a.state when 'EXPIRED' then 'expire' else 'revoke' end, was, a.state, a.end_reason);
		n := n + 1;
	end loop;
	return n;
end $$;
insert into job (kind, call, batch) values ('record_system_accesses_ended', 'job_record_system_accesses', 200);
revoke execute on function job_record_system_accesses(int) from public;

-- migrate:down
delete from job where kind = 'record_system_accesses_ended';
drop policy record_system_access_history_read on row_history;
delete from news_kind where entity = 'record_system_access';
drop table record_system_access cascade;
drop function if exists job_record_system_accesses, record_system_access_follow, record_system_access_step, record_system_access_make,
	record_system_access_facts, record_system_access_json cascade;
delete from deadline_rule where code = 'RECORD_SYSTEM_ACCESS';
