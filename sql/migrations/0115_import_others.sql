-- migrate:up
-- Contacts, housing and staff out of extracts. One function a type, which writes one row and gives the thing's id:
-- `thing` is what the row has been before, or null.

-- A rule that the row breaks, by its verdict.
create function import_refuse_unless(ok boolean, verdict text) returns void language plpgsql as $$
begin
	if ok is not true then
		raise exception using errcode = 'APIMP', message = verdict;
	end if;
end $$;

create function import_own_unit(b import_batch, said text) returns uuid language plpgsql as $$
begin
	perform import_refuse_unless(exists (select 1 from unit u where u.id = said::uuid and u.agency_id = b.agency_id), 'UNIT_UNKNOWN');
	return said::uuid;
end $$;

-- The contact as the row wants it.
create function import_contact_of(b import_batch, d import_row, met staff) returns contact language plpgsql as $$
declare
	j jsonb := d.raw;
	c contact;
begin
	c.patient_id := d.patient_id;
	c.unit_id := import_own_unit(b, j ->> 'unit_id');
	c.agency_id := b.agency_id;
	c.state := 'DONE';
	c.started_at := case when j ->> 'outcome' not like 'CANCELLED%' then (j ->> 'started_at')::timestamptz end;
	c.planned_at := (j ->> 'started_at')::timestamptz;
	c.minutes := (j ->> 'minutes')::int;
	c.mode := j ->> 'mode';
	c.place := j ->> 'place';
	c.outcome := j ->> 'outcome';
	c.with_whom := string_to_array(coalesce(j ->> 'with', 'PATIENT'), ' ');
	c.purposes := coalesce(string_to_array(j ->> 'purposes', ' '), '{}');
	c.agencies := array[met.agency_id];
	c.external_record := case when j ? 'external_record_id' then
		jsonb_build_object('system', j ->> 's', 'reference', j ->> 'external_record_id') end;
	perform import_refuse_unless(c.planned_at <= clock_now(), 'IN_THE_FUTURE');
	perform contact_check(c);
	return c;
end $$;

create function import_contacts_write(b import_batch, d import_row, thing uuid) returns uuid language plpgsql as $$
declare
	met staff;
	c contact;
begin
	if d.o = 'delete' then
		update contact x set state = 'VOID' where x.id = thing and x.state <> 'VOID';
		return thing;
	end if;
	select s.* into met from staff s join agency a on a.id = s.agency_id
	where a.organisation_number = d.raw ->> 'agency_orgnr'
		and (s.subject = d.raw ->> 'staff_no' or s.hpr_number = d.raw ->> 'staff_hpr') order by s.id limit 1;
	perform import_refuse_unless(met.id is not null, 'STAFF_UNKNOWN');
	c := import_contact_of(b, d, met);
	c.id := coalesce(thing, d.id);
	if thing is null then
		insert into contact (id, patient_id, unit_id, agency_id, state, planned_at, started_at, minutes, mode, place, outcome,
			with_whom, purposes, agencies, external_record)
		values (c.id, c.patient_id, c.unit_id, c.agency_id, c.state, c.planned_at, c.started_at, c.minutes, c.mode, c.place,
			c.outcome, c.with_whom, c.purposes, c.agencies, c.external_record);
	else
		update contact x set unit_id = c.unit_id, state = c.state, planned_at = c.planned_at, started_at = c.started_at,
			minutes = c.minutes, mode = c.mode, place = c.place, outcome = c.outcome, with_whom = c.with_whom,
			purposes = c.purposes, agencies = c.agencies, external_record = c.external_record
		where x.id = thing;
	end if;
	perform contact_name_staff(c.id, array[met.id]);
	return c.id;
end $$;

-- A round of the life situation with its housing alone. Agencies outside health care write what the person has consented to.
create function import_housing_write(b import_batch, d import_row, thing uuid) returns uuid language plpgsql as $$
declare
	j jsonb := d.raw;
	round uuid := coalesce(thing, d.id);
	told jsonb := jsonb_strip_nulls(jsonb_build_object('type', j ->> 'housing_type', 'from', j ->> 'housing_from',
		'to', j ->> 'housing_to'));
begin
	if d.o = 'delete' then
		update life_situation l set entered_in_error = true, correction_reason = 'Trukket tilbake i ' || (j ->> 's')
		where l.id = thing;
		return thing;
	end if;
	perform import_refuse_unless((select g.type from agency g where g.id = b.agency_id) not in ('HOUSING', 'PRIVATE_PROVIDER')
		or consent_covering(d.patient_id, 'HOUSING') is not null, 'CONSENT_REQUIRED');
	perform import_refuse_unless(greatest((j ->> 'rated_on')::date, (j ->> 'housing_from')::date) <= clock_today(), 'IN_THE_FUTURE');
	perform import_refuse_unless(coalesce((j ->> 'housing_to')::date >= (j ->> 'housing_from')::date, true), 'ENDS_BEFORE_IT_BEGINS');
	if thing is null then
		insert into life_situation (id, patient_id, owner_agency_id, recorded_by, observed_on)
		values (round, d.patient_id, b.agency_id, (b.caller ->> 'staff_id')::uuid, (j ->> 'rated_on')::date);
	else
		update life_situation l set observed_on = (j ->> 'rated_on')::date, correction_reason = 'Rettet i ' || (j ->> 's')
		where l.id = thing;
	end if;
	insert into life_rating (life_situation_id, patient_id, owner_agency_id, domain, staff_level, facts)
	values (round, d.patient_id, b.agency_id, 'HOUSING', (j ->> 'level')::int, told)
	on conflict (life_situation_id, domain) do update set staff_level = excluded.staff_level, facts = excluded.facts;
	return round;
end $$;

-- A member of staff by the agency's own number, and one membership.
create function import_staff_write(b import_batch, d import_row, thing uuid) returns uuid language plpgsql as $$
declare
	j jsonb := d.raw;
	member uuid;
begin
	if d.o = 'delete' then
		update staff_membership m set state = 'ENDED', valid_to = clock_today() where m.id = thing and m.state <> 'ENDED';
		return thing;
	end if;
	perform import_refuse_unless(coalesce((j ->> 'valid_to')::date >= (j ->> 'valid_from')::date, true), 'ENDS_BEFORE_IT_BEGINS');
	insert into staff (agency_id, subject, name, profession, hpr_number, is_health_personnel, email, phone)
	values (b.agency_id, j ->> 'staff_no', concat_ws(' ', j ->> 'given', j ->> 'family'), j ->> 'category', j ->> 'hpr_nr',
		j ? 'hpr_nr', j ->> 'email', j ->> 'phone')
	on conflict (agency_id, subject) do update set name = excluded.name, profession = excluded.profession,
		hpr_number = excluded.hpr_number, is_health_personnel = excluded.is_health_personnel, email = excluded.email,
		phone = excluded.phone
	returning id into member;
	if thing is null then
		insert into staff_membership (id, staff_id, unit_id, role, percent, valid_from, valid_to)
		values (d.id, member, import_own_unit(b, j ->> 'unit_id'), j ->> 'role', (j ->> 'fte_percent')::int,
			(j ->> 'valid_from')::date, (j ->> 'valid_to')::date);
	else
		update staff_membership m set staff_id = member, unit_id = import_own_unit(b, j ->> 'unit_id'), role = j ->> 'role',
			percent = (j ->> 'fte_percent')::int, state = 'ACTIVE', valid_from = (j ->> 'valid_from')::date,
			valid_to = (j ->> 'valid_to')::date
		where m.id = thing;
	end if;
	return coalesce(thing, d.id);
end $$;

-- migrate:down
drop function if exists import_staff_write, import_housing_write, import_contacts_write, import_contact_of, import_own_unit,
	import_refuse_unless cascade;
