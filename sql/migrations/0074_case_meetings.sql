-- migrate:up
-- Case meetings (ansvarsgruppe): agenda, participants and what they agreed. The forum decides nothing: what
-- falls to an agency becomes a task there, and that agency decides.

create table case_meeting (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	unit_id uuid not null references unit, -- that convenes it
	kind text not null check (kind in ('RESPONSIBILITY_GROUP', 'NETWORK', 'DISCHARGE', 'OTHER')),
	starts_at timestamptz not null,
	minutes_planned int not null default 60 check (minutes_planned between 5 and 480),
	place text,
	agenda text[] not null,
	chair_staff_id uuid not null references staff,
	state text not null default 'PLANNED' check (state in ('PLANNED', 'HELD', 'CANCELLED')),
	summary text,
	patient_attended boolean,
	next_meeting_on date,
	cancel_reason text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint case_meeting_held_has_a_summary check (state <> 'HELD' or num_nulls(summary, patient_attended) = 0)
);
create index case_meeting_patient on case_meeting (patient_id, starts_at);
create index case_meeting_unit on case_meeting (unit_id, starts_at);

create table case_meeting_participant (
	id uuid primary key default gen_random_uuid(),
	meeting_id uuid not null references case_meeting,
	patient_id uuid not null references patient,
	position int not null,
	kind text not null check (kind in ('STAFF', 'RELATIVE', 'OTHER')),
	staff_id uuid references staff,
	unit_id uuid references unit,
	agency_id uuid references agency,
	relation_id uuid references patient_relation,
	name text,
	attended boolean,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint case_meeting_participant_is_somebody check (case kind when 'STAFF' then num_nulls(staff_id, unit_id, agency_id) = 0
		when 'RELATIVE' then relation_id is not null else name is not null end),
	constraint case_meeting_participant_comes_once unique (meeting_id, staff_id)
);
create index case_meeting_participant_meeting on case_meeting_participant (meeting_id, position);
create index case_meeting_participant_staff on case_meeting_participant (staff_id) where staff_id is not null;
create index case_meeting_participant_relation on case_meeting_participant (relation_id) where relation_id is not null;
create index case_meeting_participant_patient on case_meeting_participant (patient_id);

-- What the meeting agreed that an agency should look at. It binds nobody until that agency has decided.
create table case_meeting_agreement (
	id uuid primary key default gen_random_uuid(),
	meeting_id uuid not null references case_meeting,
	patient_id uuid not null references patient,
	position int not null,
	text text not null check (length(text) between 1 and 1000),
	agency_id uuid not null references agency,
	unit_id uuid not null references unit,
	due_on date,
	task_id uuid not null references task,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index case_meeting_agreement_meeting on case_meeting_agreement (meeting_id, position);
create index case_meeting_agreement_patient on case_meeting_agreement (patient_id);

select install_change_trigger('case_meeting', 'patient_id', 'history');
select install_change_trigger('case_meeting_participant', 'patient_id');
select install_change_trigger('case_meeting_agreement', 'patient_id');
insert into thing_of_person (resource, kept_in, objected_as) values
	('case-meetings', 'case_meeting', 'case-meetings');

alter table case_meeting enable row level security;
alter table case_meeting_participant enable row level security;
alter table case_meeting_agreement enable row level security;

-- Whom the gate or the invitation has admitted; in lists those whom the caller's units serve.
create policy case_meeting_read on case_meeting for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or id = any (nullif(current_setting('app.meetings', true), '')::uuid[])
	or (current_setting('app.role', true) <> 'PO' and exists (select 1 from care_relation c
			where c.patient_id = case_meeting.patient_id
				and c.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
				and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())
				and (current_setting('app.gates', true) not like '%p%' or c.basis = 'PLAN'))
		and exists (select 1 from patient p where p.id = case_meeting.patient_id)));
create policy case_meeting_insert on case_meeting for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy case_meeting_update on case_meeting for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or id = any (nullif(current_setting('app.meetings', true), '')::uuid[]));
create policy case_meeting_participant_all on case_meeting_participant for all using (
	exists (select 1 from case_meeting m where m.id = meeting_id));
create policy case_meeting_agreement_all on case_meeting_agreement for all using (
	exists (select 1 from case_meeting m where m.id = meeting_id));
create policy case_meeting_history_read on row_history for select using (
	entity = 'case_meeting' and exists (select 1 from case_meeting m where m.id = row_history.entity_id));
grant select, insert, update on case_meeting to samhandling_service;
grant select, insert, update, delete on case_meeting_participant to samhandling_service;
grant select, insert on case_meeting_agreement to samhandling_service;

-- May the agency hear of the person in a meeting: health care, or with the person's consent to share or to meet?
create function may_meet(person uuid, agency_asked uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from consent c where c.patient_id = $1 and c.state = 'GRANTED'
		and c.type in ('SHARE', 'IP_PARTICIPANT_ACCESS', 'CASE_MEETING') and $2 = any (c.to_agencies)
		and c.valid_from <= clock_now() and c.valid_to > clock_now()) $$;

-- The meetings to which the caller is invited by name, less those that an objection closes or that need a consent
-- which is not there; with refusals when one meeting is asked for. Relatives are known by their number.
create function meetings_invited_to(asked uuid) returns table (meeting_id uuid, patient_id uuid, refusal text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
	select m.id, m.patient_id, case
		when exists (select 1 from objection o where o.patient_id = m.patient_id and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'case-meetings' = any (o.resource_types))
				or (o.scope = 'ITEMS' and m.id = any (o.item_ids)))
			and (o.against_id in (app_agency_id(), app_staff_id()) or o.against_id = any (app_unit_ids())
				or app_role() = any (o.against_roles))) then 'blocked'
		when app_gate('c') and not may_meet(m.patient_id, app_agency_id()) then 'consent_required' end
	from case_meeting m
	where ($1 is null or m.id = $1) and m.id in ( -- each way by its index
		select p.meeting_id from case_meeting_participant p where p.staff_id = app_staff_id() and p.agency_id = app_agency_id()
		union
		select p.meeting_id from patient_relation r join case_meeting_participant p on p.relation_id = r.id
		where app_role() = 'RE' and r.hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
			and r.valid_from <= clock_today() and (r.valid_to is null or r.valid_to > clock_today()))
$$;

-- Opens the meetings that the caller may see as participant, for row security.
create function open_meetings() returns boolean language plpgsql as $$
begin
	perform set_config('app.meetings', coalesce((select array_agg(i.meeting_id) from meetings_invited_to(null) i
		where i.refusal is null), '{}')::text, true);
	return true;
end $$;

-- Admits to one meeting: by invitation, else through the gate, which with p wants a plan that the caller takes part in.
create function case_meeting_admit(asked uuid, is_write boolean) returns uuid language plpgsql as $$
declare
	i record;
begin
	select * into i from meetings_invited_to(asked);
	if i.meeting_id is null then
		-- a relative sees what they are invited to, and no more
		perform raise_unless(app_role() <> 'RE', 404, 'not_found');
		return admit('case-meetings', asked, 'PLAN', is_write);
	end if;
	perform raise_unless(i.refusal is null, 403, i.refusal);
	perform set_config('app.meetings', array[asked]::text, true), set_config('app.basis', 'PARTICIPANT', true),
		show(i.patient_id);
	return i.patient_id;
end $$;

create function case_meeting_json(m case_meeting) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (m).id, 'version', (m).version, 'status', (m).state,
		'patient_id', (m).patient_id, 'unit', unit_brief((m).unit_id), 'kind', (m).kind, 'starts_at', (m).starts_at,
		'minutes_planned', (m).minutes_planned, 'place', (m).place, 'agenda', to_jsonb((m).agenda),
		'chair_staff_id', (m).chair_staff_id, 'summary', (m).summary, 'patient_attended', (m).patient_attended,
		'next_meeting_on', (m).next_meeting_on, 'cancel_reason', (m).cancel_reason,
		'participants', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind,
				'staff_id', p.staff_id, 'unit', unit_brief(p.unit_id), 'relation_id', p.relation_id,
				'name', coalesce(p.name, s.name), 'attended', p.attended) order by p.position), '[]')
			from case_meeting_participant p left join staff s on s.id = p.staff_id where p.meeting_id = (m).id),
		'agreements', (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'text', a.text,
				'unit', unit_brief(a.unit_id), 'due_on', a.due_on, 'task_id', a.task_id) order by a.position), '[]')
			from case_meeting_agreement a where a.meeting_id = (m).id),
		'created_at', (m).created_at, 'updated_at', (m).updated_at))
$$;

create function case_meeting_facts(m case_meeting) returns text[] language sql stable as $$
	select array_remove(array[case when (m).unit_id = any (app_unit_ids()) then 'convener' end,
		case when (m).chair_staff_id = app_staff_id() then 'chair' end], null) $$;

-- Who comes, in the order given. Staff come for a unit they work in; nobody from the police.
create function case_meeting_invite(meeting uuid, person uuid, people jsonb) returns void language plpgsql as $$
declare
	wrong bigint;
begin
	delete from case_meeting_participant where meeting_id = meeting;
	select x.n into wrong from jsonb_array_elements(people) with ordinality x (b, n)
	where not case when b ? 'staff_id' then exists (select 1 from staff_membership s join unit u on u.id = s.unit_id
			join agency a on a.id = u.agency_id where s.staff_id = (b ->> 'staff_id')::uuid and s.state = 'ACTIVE'
				and a.type <> 'POLICE' and (b ->> 'unit_id' is null or s.unit_id = (b ->> 'unit_id')::uuid))
		when b ? 'relation_id' then exists (select 1 from patient_relation r
			where r.id = (b ->> 'relation_id')::uuid and r.patient_id = person)
		else b ? 'name' end
	order by x.n limit 1;
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/participants/' || wrong - 1, 'reference',
		'is nobody who can be invited'));
	insert into case_meeting_participant (meeting_id, patient_id, position, kind, staff_id, unit_id, agency_id,
		relation_id, name)
	select meeting, person, x.n, case when b ? 'staff_id' then 'STAFF' when b ? 'relation_id' then 'RELATIVE' else 'OTHER' end,
		(b ->> 'staff_id')::uuid, u.id, (select s.agency_id from staff s where s.id = (b ->> 'staff_id')::uuid),
		(b ->> 'relation_id')::uuid, coalesce(b ->> 'name', (select r.name from patient_relation r
			where r.id = (b ->> 'relation_id')::uuid))
	from jsonb_array_elements(people) with ordinality x (b, n)
	left join lateral (select s.unit_id as id from staff_membership s where s.staff_id = (b ->> 'staff_id')::uuid
		and s.state = 'ACTIVE' and (b ->> 'unit_id' is null or s.unit_id = (b ->> 'unit_id')::uuid) limit 1) u on true;
end $$;

create function case_meeting_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	person uuid := admit_named((body ->> 'patient_id')::uuid, 'case-meetings', 'PLAN');
begin
	perform raise_unless((body ->> 'starts_at')::timestamptz > clock_now(), 422, 'invalid_value',
		fault('/starts_at', 'range', 'must be later than now'));
	insert into case_meeting (id, patient_id, owner_agency_id, unit_id, kind, starts_at, minutes_planned, place, agenda,
		chair_staff_id)
	select new_id, person, app_agency_id(), own_unit(person), n.kind, n.starts_at, coalesce(n.minutes_planned, 60),
		n.place, n.agenda, app_staff_id()
	from jsonb_populate_record(null::case_meeting, body) n;
	perform case_meeting_invite(new_id, person, coalesce(body -> 'participants', '[]'));
	return new_id;
end $$;

-- Changes a meeting that has not been held; what is not given stays.
create function case_meeting_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	person uuid := case_meeting_admit(asked, true);
	n bigint;
begin
	update case_meeting m set starts_at = b.starts_at, minutes_planned = b.minutes_planned, place = b.place,
		agenda = b.agenda
	from case_meeting o cross join lateral jsonb_populate_record(o, body - 'participants') b
	where o.id = m.id and m.id = asked and m.version::text = seen
		and raise_unless(case_meeting_facts(m) <> '{}', 403, 'forbidden')
		and raise_unless(m.state = 'PLANNED', 409, 'conflict');
	get diagnostics n = row_count;
	if n = 1 and body ? 'participants' then
		perform case_meeting_invite(asked, person, body -> 'participants');
	end if;
	return expect_one(n, 'case_meeting', asked, seen);
end $$;

-- What was agreed becomes a task of the unit that it falls to.
create function case_meeting_agree(meeting uuid, person uuid, agreed jsonb) returns void language plpgsql as $$
declare
	a record;
begin
	for a in select x.b, x.n, u.id as unit_id, u.agency_id from jsonb_array_elements(agreed) with ordinality x (b, n)
		left join unit u on u.id = (x.b ->> 'unit_id')::uuid order by x.n
	loop
		perform raise_unless(a.unit_id is not null and (unit_serves(a.unit_id, person) or exists (
				select 1 from case_meeting_participant p where p.meeting_id = meeting and p.unit_id = a.unit_id)),
			422, 'unknown_reference', fault('/agreements/' || a.n - 1 || '/unit_id', 'reference',
				'neither took part nor serves the person'));
		insert into case_meeting_agreement (meeting_id, patient_id, position, text, agency_id, unit_id, due_on, task_id)
		values (meeting, person, a.n, a.b ->> 'text', a.agency_id, a.unit_id, (a.b ->> 'due_on')::date,
			add_task('CASE_MEETING', 'Vurder og avgjør forslag fra ansvarsgruppemøte', person, a.unit_id, a.agency_id,
				((a.b ->> 'due_on')::date + 1)::timestamp at time zone 'Europe/Oslo', 'case_meeting', meeting));
	end loop;
end $$;

create function case_meeting_step(asked uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	m case_meeting;
begin
	select * into m from case_meeting where id = asked;
	perform raise_unless(act <> 'hold' or m.starts_at <= clock_now(), 409, 'conflict');
	if act = 'hold' then
		update case_meeting_participant set attended = id in (select x::uuid from jsonb_array_elements_text(
			coalesce(body -> 'attended', '[]')) x) where meeting_id = asked;
		perform case_meeting_agree(asked, m.patient_id, coalesce(body -> 'agreements', '[]'));
	end if;
	update case_meeting set state = target, summary = coalesce(body ->> 'summary', summary),
		patient_attended = coalesce((body ->> 'patient_attended')::boolean, patient_attended),
		next_meeting_on = coalesce((body ->> 'next_meeting_on')::date, next_meeting_on),
		cancel_reason = case when act = 'cancel' then body ->> 'reason' end
	where id = asked returning * into m;
	perform note_step('case-meetings', m.id, m.version, act, before, target, body ->> 'reason');
end $$;

-- migrate:down
delete from thing_of_person where resource = 'case-meetings';
drop policy if exists case_meeting_history_read on row_history;
drop table case_meeting_agreement, case_meeting_participant, case_meeting cascade;
drop function if exists case_meeting_step, case_meeting_agree, case_meeting_change, case_meeting_make,
	case_meeting_invite, case_meeting_admit, open_meetings, meetings_invited_to, may_meet cascade;
