-- migrate:up
-- What follows from an admission beyond its own rows: the ward's relation to the person, and word to the
-- municipality. Triggers, so that no action can forget it; what was entered in error is undone by them too.

insert into deadline_rule (code, amount, unit) values
	('ADMISSION_RELATION', 30, 'DAYS'), -- how long a ward that the patient has left still writes about the stay
	('ADMISSION_READY_ANSWER', 1, 'WORKING_DAYS');

create function admission_is_open(state text) returns boolean language sql immutable as $$
	select state in ('ADMITTED', 'ON_LEAVE', 'READY_FOR_DISCHARGE') $$;

-- Asked before the caller may see the person's stays; tells yes or no.
create function person_is_admitted(patient uuid) returns boolean language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from admission a where a.patient_id = $1 and admission_is_open(a.state))
$$;

create function relate_for_admission(a admission, unit uuid) returns void language sql as $$
	insert into care_relation (patient_id, unit_id, agency_id, basis, source_id)
	select a.patient_id, u.id, u.agency_id, 'ADMISSION', a.id from unit u where u.id = relate_for_admission.unit
	on conflict do nothing
$$;

-- The ward stands in relation while the patient lies there and for a time afterwards; not for an error.
create function admission_relate(left_unit uuid, a admission) returns void language plpgsql as $$
begin
	if a.state in ('CANCELLED', 'ENTERED_IN_ERROR') then
		update care_relation c set valid_to = clock_now() where c.source_id = a.id and c.basis = 'ADMISSION'
			and (c.valid_to is null or c.valid_to > clock_now());
	elsif a.state = 'DISCHARGED' then
		update care_relation c set valid_to = deadline_at('ADMISSION_RELATION', clock_now())
		where c.source_id = a.id and c.basis = 'ADMISSION' and c.valid_to is null;
	else
		update care_relation c set valid_to = deadline_at('ADMISSION_RELATION', clock_now())
		where c.source_id = a.id and c.basis = 'ADMISSION' and c.valid_to is null
			and c.unit_id = left_unit and a.unit_id is distinct from left_unit;
		perform relate_for_admission(a, a.unit_id);
	end if;
end $$;

-- The municipality's units that care for the person; else the unit through which the person's municipality is
-- reached.
create function municipal_units(patient uuid) returns setof unit language sql stable as $$
	with related as (
		select distinct u.id from care_relation c join unit u on u.id = c.unit_id
			join agency g on g.id = u.agency_id and g.type = 'MUNICIPALITY'
		where c.patient_id = municipal_units.patient and c.valid_from <= clock_now()
			and (c.valid_to is null or c.valid_to > clock_now())),
	at_home as (
		select u.id from patient p join agency g on g.municipality_number = p.municipality_number
			and g.type = 'MUNICIPALITY' and g.valid_to is null join unit u on u.agency_id = g.id and u.valid_to is null
		where p.id = municipal_units.patient and u.type in ('COORDINATING_UNIT', 'RECEIVING_POINT', 'PSYCHOSOCIAL_TEAM')
		order by array_position('{COORDINATING_UNIT,RECEIVING_POINT,PSYCHOSOCIAL_TEAM}', u.type), u.id limit 1)
	select u.* from unit u where u.id in (select r.id from related r)
		or (not exists (select 1 from related) and u.id in (select h.id from at_home h))
$$;

-- Ready for discharge: each municipal unit gets a task and sees the stay; when there is none, the ward is told to
-- find one.
create function admission_tell_municipality(a admission) returns void language plpgsql as $$
declare
	u unit;
	due timestamptz := deadline_at('ADMISSION_READY_ANSWER', a.ready_at);
begin
	for u in select * from municipal_units(a.patient_id) loop
		insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
		values ('READY_FOR_DISCHARGE', 'Utskrivningsklar: planlegg tjenester og svar avdelingen', a.patient_id, u.id,
			u.agency_id, due, 'admission', a.id, format('ready:%s:%s:%s', a.id, a.version, u.id));
		perform relate_for_admission(a, u.id);
	end loop;
	if not found then
		insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
		values ('READY_FOR_DISCHARGE', 'Utskrivningsklar: ingen kommune er registrert, varsle kommunen', a.patient_id,
			(select k.id from unit k where k.id = a.unit_id and k.agency_id = a.owner_agency_id), a.owner_agency_id, due,
			'admission', a.id, format('ready:%s:%s', a.id, a.version));
	end if;
end $$;

create function admission_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform admission_relate(old.unit_id, new);
	if new.state = 'READY_FOR_DISCHARGE' and old.state <> 'READY_FOR_DISCHARGE' then
		perform admission_tell_municipality(new);
	elsif new.state = 'ADMITTED' and old.state = 'READY_FOR_DISCHARGE' then
		perform tasks_end('admission', new.id, '{READY_FOR_DISCHARGE}', 'CANCELLED', 'Ikke utskrivningsklar likevel');
	elsif new.state = 'DISCHARGED' and old.state = 'READY_FOR_DISCHARGE' then
		perform tasks_end('admission', new.id, '{READY_FOR_DISCHARGE}', 'CANCELLED', 'Pasienten er utskrevet');
	elsif new.state = 'ENTERED_IN_ERROR' then
		perform tasks_end('admission', new.id, null, 'CANCELLED', 'Innleggelsen var feilregistrert');
	end if;
	return null;
end $$;
-- many stays at once (0111) are history, from which nothing follows any more
create trigger follow after insert or update on admission for each row
	when (coalesce(current_setting('app.many', true), '') = '') execute function admission_follow();

-- migrate:down
drop trigger follow on admission;
drop function if exists admission_follow, admission_tell_municipality, municipal_units, admission_relate,
	relate_for_admission, person_is_admitted, admission_is_open cascade;
delete from deadline_rule where code in ('ADMISSION_RELATION', 'ADMISSION_READY_ANSWER');
