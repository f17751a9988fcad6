-- migrate:up
-- What stands in the way of a discharge: measures for which the team answers, neither ended nor taken over, and a plan
-- that nobody has looked at together with the person.

create function enrolment_open_measures(enrolment uuid) returns int language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select count(*) from measure m join enrolment e on e.patient_id = m.patient_id
		where e.id = $1 and m.responsible_unit_id = e.unit_id and m.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD'));
end $$;

-- Of these, those that have not been offered to whoever takes them over.
create function enrolment_measures_not_offered(enrolment uuid) returns int language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return greatest(enrolment_open_measures($1) - (select count(*)::int from handover h join enrolment e on e.patient_id = h.patient_id
		where e.id = $1 and h.entity = 'measure' and h.state = 'OFFERED' and h.from_unit_id = e.unit_id), 0);
end $$;

-- The same one by one, as far as the caller may see them.
create function enrolment_measure_faults(enrolment uuid, offered_too boolean) returns jsonb language sql stable as $$
	select measure_faults(array(select m from measure m join enrolment e on e.patient_id = m.patient_id
		where e.id = $1 and m.responsible_unit_id = e.unit_id and m.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')
			and not ($2 and exists (select 1 from handover h where h.entity = 'measure' and h.entity_id = m.id and h.state = 'OFFERED'))))
$$;

-- Whoever had no plan in force that day has none to look at. Owner's rights: a team's leader may not read every kind of plan.
create function plan_was_reviewed_on(patient uuid, day date) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select not exists (select 1 from plan p where p.patient_id = $1 and p.version_number > 0
			and oslo_day(p.approved_at) <= $2 and coalesce(oslo_day(p.ended_at) >= $2, true))
		or exists (select 1 from plan_review r where r.patient_id = $1 and r.patient_present and oslo_day(r.held_at) = $2)
$$;

-- migrate:down
drop function if exists plan_was_reviewed_on, enrolment_measure_faults, enrolment_measures_not_offered, enrolment_open_measures cascade;
