-- migrate:up
-- What the things around a person share: who is admitted to them, and how a step is noted.

-- The persons about whom the caller may read such a resource without naming them: those of the own units who
-- have not objected, and have consented where that is needed; for a citizen the one who asks.
create function persons_within_reach(resource text, category text) returns setof uuid language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select distinct c.patient_id from care_relation c
	where c.unit_id = any (app_unit_ids()) and c.valid_from <= clock_now()
		and (c.valid_to is null or c.valid_to > clock_now()) and (not app_gate('p') or c.basis = 'PLAN')
		and (not app_gate('c') or consent_covering(c.patient_id, $2) is not null)
		and not exists (select 1 from objection o where o.patient_id = c.patient_id and o.state = 'ACTIVE'
			and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and $1 = any (o.resource_types)))
			and (o.against_id in (app_agency_id(), app_staff_id()) or o.against_id = any (app_unit_ids())
				or app_role() = any (o.against_roles)))
	union
	select app_citizen_id() where app_role() = 'PT' and app_citizen_id() is not null
$$;

-- Whom a list is about: the one asked about, after the gate, or everybody within reach.
create function persons_asked(person uuid, resource text, category text) returns setof uuid language plpgsql as $$
begin
	if person is null then
		return query select persons_within_reach(resource, category);
	else
		return query select unnest(admit_listed(person, resource, category));
	end if;
end $$;

create function is_doctor(member uuid) returns boolean language sql stable as $$
	select exists (select 1 from staff s where s.id = member and s.profession = 'LE' and s.hpr_number is not null) $$;

-- One step of a machine, as transition_event keeps it.
create function note_step(of_machine text, id_of uuid, of_version int, act text, before text, target text, why text)
returns void language sql as $$
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
		staff_id, role)
	values (of_machine, id_of, of_version, act, before, target, why, app_agency_id(), app_staff_id(), app_role())
$$;

-- migrate:down
drop function if exists note_step, is_doctor, persons_asked, persons_within_reach cascade;
