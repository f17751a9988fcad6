-- migrate:up
-- Contacts with a person (domain.md §2.5): planned, held, missed. First contact, retention and the board's
-- warnings stand on them.

create table contact (
	id uuid primary key,
	patient_id uuid not null references patient,
	enrolment_id uuid references enrolment,
	unit_id uuid not null references unit,
	agency_id uuid not null references agency, -- whose staff registered it
	registered_by uuid references staff,
	state text not null default 'PLANNED' check (state in ('PLANNED', 'DONE', 'VOID')),
	planned_at timestamptz,
	started_at timestamptz,
	at timestamptz generated always as (coalesce(started_at, planned_at)) stored,
	minutes int check (minutes between 1 and 1440),
	mode text not null check (mode in ('FACE_TO_FACE', 'VIDEO', 'PHONE', 'TEXT', 'LETTER')),
	place text check (place in ('HOME', 'PUBLIC', 'WORKPLACE', 'TEAM_OFFICE', 'CLINIC', 'HOSPITAL', 'PRISON', 'NAV_OFFICE',
		'GP_OFFICE', 'OTHER')),
	outcome text check (outcome in ('HELD', 'NOT_HOME', 'DECLINED_AT_DOOR', 'CANCELLED_BY_PATIENT', 'CANCELLED_BY_TEAM')),
	with_whom text[] not null default '{PATIENT}'
		check (cardinality(with_whom) > 0 and with_whom <@ array['PATIENT', 'RELATIVE', 'SERVICE']),
	purposes text[] not null default '{}' check (purposes <@ array['HOUSING', 'MEDICATION', 'ECONOMY', 'ACTIVITY', 'NETWORK',
		'SOMATIC', 'SUBSTANCE', 'CRISIS', 'ASSESSMENT', 'PLAN', 'OTHER']),
	agencies uuid[] not null default '{}', -- present, those of the staff among them
	external_record jsonb, -- where the note stands: {system, reference}
	-- only a contact that was held with the person in it counts as follow-up; a missed one is an attempt
	counts boolean generated always as (state = 'DONE' and coalesce(outcome = 'HELD', false) and 'PATIENT' = any (with_whom)
		and mode in ('FACE_TO_FACE', 'VIDEO', 'PHONE')) stored,
	attempt boolean generated always as (state = 'DONE'
		and coalesce(outcome in ('NOT_HOME', 'DECLINED_AT_DOOR'), false)) stored,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint contact_has_a_time check (num_nonnulls(planned_at, started_at) > 0),
	constraint contact_face_to_face_has_a_place check (mode <> 'FACE_TO_FACE' or place is not null),
	constraint contact_planned_has_no_outcome check (state <> 'PLANNED' or (outcome is null and planned_at is not null)),
	constraint contact_done_has_an_outcome check (state <> 'DONE' or outcome is not null),
	constraint contact_held_has_start_and_minutes check (outcome is distinct from 'HELD'
		or (started_at is not null and minutes is not null)),
	constraint contact_attempt_has_a_start check (outcome is null
		or outcome not in ('NOT_HOME', 'DECLINED_AT_DOOR') or started_at is not null)
);
create index contact_patient on contact (patient_id, at);
create index contact_unit on contact (unit_id, at);
create index contact_enrolment on contact (enrolment_id, at) where enrolment_id is not null;
create index contact_planned on contact (unit_id, planned_at) where state = 'PLANNED';
create index contact_next on contact (patient_id, at) where state = 'PLANNED';

-- Which staff took part, and for which agency.
create table contact_staff (
	contact_id uuid not null references contact,
	staff_id uuid not null references staff,
	agency_id uuid not null references agency,
	primary key (contact_id, staff_id)
);
create index contact_staff_staff on contact_staff (staff_id);

select install_change_trigger('contact', 'patient_id', 'history');
insert into thing_of_person (resource, kept_in, objected_as) values ('contacts', 'contact', 'contacts');

alter table contact enable row level security;
alter table contact_staff enable row level security;

-- Those whom the gate has admitted to the person, the person, and the unit whose contact it is.
select install_read_policy('contact', 'contacts', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and current_setting('app.role', true) in ('TM', 'TL')
		and {not_objected})$$);
create policy contact_insert on contact for insert with check (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	and unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
	and current_setting('app.role', true) in ('TM', 'TL'));
-- who may see it may lock it, so that a refused step is 403 and not 404
create policy contact_update on contact for update using (
		patient_id = nullif(current_setting('app.admitted', true), '')::uuid)
	with check (unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
		and current_setting('app.role', true) in ('TM', 'TL'));
create policy contact_staff_read on contact_staff for select using (
	exists (select 1 from contact c where c.id = contact_id));
create policy contact_staff_write on contact_staff for insert with check (
	exists (select 1 from contact c where c.id = contact_id));
create policy contact_staff_remove on contact_staff for delete using (
	exists (select 1 from contact c where c.id = contact_id));
grant select, insert, update on contact to samhandling_service;
grant select, insert, delete on contact_staff to samhandling_service;

-- A contact belongs to the enrolment that is open in its unit, whoever registers it.
create function contact_find_enrolment() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	new.enrolment_id := coalesce(new.enrolment_id, (select n.id from enrolment n
		where n.patient_id = new.patient_id and n.unit_id = new.unit_id and n.ended_at is null));
	return new;
end $$;
create trigger find_enrolment before insert on contact for each row execute function contact_find_enrolment();

-- The first meeting makes the enrolment ACTIVE (domain.md §4.3); a correction moves its time.
create function contact_is_first() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	first timestamptz := (select min(c.started_at) from contact c
		where c.enrolment_id = new.enrolment_id and c.counts and c.mode = 'FACE_TO_FACE');
begin
	if first is not null and not enrolment_first_contact(new.enrolment_id, first) then
		update enrolment e set first_contact_at = first where e.id = new.enrolment_id and e.first_contact_at <> first;
	end if;
	return null;
end $$;
create trigger z_is_first after insert or update on contact for each row
	when (new.enrolment_id is not null and new.state <> 'PLANNED') execute function contact_is_first();

-- Documented attempts to reach the person: how many, and over how many days; of one who was met, since the last contact.
create function enrolment_attempts(enrolment uuid, out attempts int, out days int) language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select count(*)::int, coalesce(max(oslo_day(c.at)) - min(oslo_day(c.at)), 0)
	from contact c join enrolment e on e.id = c.enrolment_id
	where c.enrolment_id = $1 and c.attempt and (e.first_contact_at is null or c.at > (select max(h.at)
		from contact h where h.enrolment_id = $1 and h.counts))
$$;

-- With the letter o: for agencies that see the status, what they took part in; for others what they themselves did.
create function contact_is_mine(c contact) returns boolean language plpgsql stable as $$
begin
	return case when not app_gate('o') then true
		when app_cell() = 'S' then app_agency_id() = any (c.agencies)
		else c.registered_by = app_staff_id() or exists (select 1 from contact_staff s
			where s.contact_id = c.id and s.staff_id = app_staff_id()) end;
end $$;

create function contact_facts(c contact) returns text[] language sql stable as $$
	select case when c.unit_id = any (app_unit_ids()) and contact_is_mine(c) then '{recorder}'::text[] else '{}' end
$$;

-- A visit at home tells where that is: of a strictly protected person for the main contact alone (domain.md L27).
create function contact_place(c contact) returns text language plpgsql stable as $$
begin
	return case when c.place is distinct from 'HOME' or app_role() = 'PT' or not address_is_secret(c.patient_id)
		or address_is_open(c.patient_id, 'STRICTLY_CONFIDENTIAL') then c.place end;
end $$;

create function contact_json(c contact) returns jsonb language plpgsql stable as $$
begin
	if app_cell() = 'S' then
		return jsonb_build_object('id', c.id, 'version', c.version, 'projection', 'STATUS', 'patient_id', c.patient_id,
			'status', c.state, 'date', oslo_day(c.at));
	end if;
	return jsonb_strip_nulls(jsonb_build_object('id', c.id, 'version', c.version, 'projection', 'FULL',
		'patient_id', c.patient_id, 'status', c.state, 'date', oslo_day(c.at),
		'enrolment_id', c.enrolment_id, 'unit_id', c.unit_id, 'agency_id', c.agency_id, 'registered_by', c.registered_by,
		'planned_at', c.planned_at, 'started_at', c.started_at, 'minutes', c.minutes, 'mode', c.mode,
		'place', contact_place(c), 'outcome', c.outcome, 'with_whom', c.with_whom, 'purposes', c.purposes,
		'agencies', c.agencies, 'external_record', c.external_record,
		'counts', c.counts, 'attempt', c.attempt,
		'staff', coalesce((select jsonb_agg(jsonb_build_object('staff_id', s.staff_id, 'agency_id', s.agency_id)
			order by s.staff_id) from contact_staff s where s.contact_id = c.id), '[]'),
		'created_at', c.created_at, 'updated_at', c.updated_at));
end $$;

-- Writing ----------------------------------------------------------------------------------------------------
-- Those named as having taken part, all of them known here.
create function contact_participants(body jsonb) returns uuid[] language plpgsql stable as $$
declare
	named uuid[] := array(select distinct s::uuid from jsonb_array_elements_text(body -> 'staff') s);
begin
	perform raise_unless(not exists (select 1 from unnest(named) n where not exists (select 1 from staff s where s.id = n)),
		422, 'unknown_reference', fault('/staff', 'reference', 'names somebody who is not known here'));
	perform raise_unless(not exists (select 1 from jsonb_array_elements_text(body -> 'agencies') g
			where not exists (select 1 from agency a where a.id = g::uuid)),
		422, 'unknown_reference', fault('/agencies', 'reference', 'names an agency that is not known here'));
	return named;
end $$;

create function contact_name_staff(contact uuid, named uuid[]) returns void language sql as $$
	delete from contact_staff s where s.contact_id = $1 and s.staff_id <> all (named);
	insert into contact_staff (contact_id, staff_id, agency_id)
	select $1, s.id, s.agency_id from staff s where s.id = any (named) on conflict do nothing
$$;

-- What the schema alone cannot say of a contact.
create function contact_check(c contact) returns void language plpgsql as $$
begin
	perform raise_unless(c.mode <> 'FACE_TO_FACE' or c.place is not null, 422, 'invalid_value',
		fault('/place', 'required', 'is required when the mode is face to face'));
	perform raise_unless(num_nonnulls(c.planned_at, c.started_at) > 0, 422, 'invalid_value',
		fault('/planned_at', 'required', 'is required where nothing has begun'));
	perform raise_unless(c.outcome is distinct from 'HELD' or c.minutes is not null, 422, 'invalid_value',
		fault('/minutes', 'required', 'is required for a contact that was held'));
	perform raise_unless(c.started_at is null or c.started_at <= clock_now(), 422, 'invalid_value',
		fault('/started_at', 'future', 'must not be after now'));
	perform raise_unless(c.outcome is null or c.outcome like 'CANCELLED%' or c.started_at is not null, 422, 'invalid_value',
		fault('/started_at', 'required', 'is required for what took place'));
end $$;

-- The row as the body wants it, checked; the agencies of the staff who took part were present too.
create function contact_filled(c contact, body jsonb) returns contact language plpgsql as $$
declare
	named uuid[] := contact_participants(body);
begin
	c := jsonb_populate_record(c, body - 'staff');
	c.agencies := array(select unnest(c.agencies) union select s.agency_id from staff s where s.id = any (named) order by 1);
	perform contact_check(c);
	return c;
end $$;

create function contact_save(c contact, body jsonb) returns int language plpgsql as $$
begin
	if body ? 'staff' then
		perform contact_name_staff(c.id, contact_participants(body));
	end if;
	update contact set state = c.state, planned_at = c.planned_at, started_at = c.started_at, minutes = c.minutes,
		mode = c.mode, place = c.place, outcome = c.outcome, with_whom = c.with_whom, purposes = c.purposes,
		agencies = c.agencies, external_record = c.external_record
	where id = c.id;
	return c.version + 1;
end $$;

-- A new contact: planned, or recorded at once when it has an outcome.
create function contact_register(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	c contact;
begin
	c.unit_id := coalesce((body ->> 'unit_id')::uuid, (app_unit_ids())[1]);
	perform raise_unless(c.unit_id = any (app_unit_ids()), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is not a unit of the caller'));
	c.patient_id := admit_named((body ->> 'patient_id')::uuid, 'contacts', 'HEALTH_SUMMARY');
	body := jsonb_build_object('staff', jsonb_build_array(app_staff_id())) || body;
	c.agencies := '{}';
	c.state := case when body ? 'outcome' then 'DONE' else 'PLANNED' end;
	c.with_whom := '{PATIENT}';
	c.purposes := '{}';
	c := contact_filled(c, body - 'unit_id');
	perform raise_unless(c.state = 'DONE' or c.planned_at > clock_now(), 422, 'invalid_value',
		fault('/planned_at', 'past', 'must be after now for a contact that is planned'));
	insert into contact (id, patient_id, unit_id, agency_id, registered_by, state, planned_at, started_at, minutes, mode,
		place, outcome, with_whom, purposes, agencies, external_record)
	values (new_id, c.patient_id, c.unit_id, app_agency_id(), app_staff_id(), c.state, c.planned_at, c.started_at,
		c.minutes, c.mode, c.place, c.outcome, c.with_whom, c.purposes, c.agencies, c.external_record);
	perform contact_name_staff(new_id, contact_participants(body));
	return new_id;
end $$;

-- Another plan for a contact that has not been yet.
create function contact_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	c contact;
begin
	perform admit('contacts', asked, 'HEALTH_SUMMARY', true);
	select * into c from contact where id = asked for update;
	perform expect_one(case when found and c.version::text = seen then 1 else 0 end, 'contact', asked, seen);
	perform raise_unless(contact_facts(c) @> '{recorder}', 403, 'forbidden');
	perform raise_unless(c.state = 'PLANNED', 409, 'conflict');
	return contact_save(contact_filled(c, body), body) > 0;
end $$;

-- One step of a contact whose row is locked and whose machine has allowed it.
create function contact_step(asked uuid, target text, body jsonb) returns int language plpgsql as $$
declare
	c contact;
begin
	select * into c from contact where id = asked;
	c.state := target;
	if target = 'DONE' and c.started_at is null and body ->> 'outcome' not like 'CANCELLED%' then
		c.started_at := c.planned_at; -- as planned, unless the body tells another time
	end if;
	return contact_save(case when target = 'DONE' then contact_filled(c, body - 'action' - 'reason') else c end, body);
end $$;

create policy contact_history_read on row_history for select using (
	entity = 'contact' and exists (select 1 from contact c where c.id = row_history.entity_id));

-- migrate:down
drop policy contact_history_read on row_history;
drop table contact_staff, contact cascade;
drop function if exists enrolment_attempts, contact_step, contact_change, contact_register, contact_save, contact_filled, contact_check,
	contact_name_staff, contact_participants, contact_json, contact_place, contact_facts, contact_is_mine,
	contact_is_first, contact_find_enrolment cascade;
delete from thing_of_person where resource = 'contacts';
