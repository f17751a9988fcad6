-- migrate:up
-- What stands in the way of a discharge: measures for which the team answers, neither ended nor taken over.

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

-- migrate:down
drop function if exists enrolment_measures_not_offered, enrolment_open_measures cascade;
