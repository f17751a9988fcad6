-- migrate:up
-- What stands in the way of a discharge: measures for which the team answers, neither ended nor taken over.

create or replace function enrolment_open_measures(enrolment uuid) returns int language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select count(*) from measure m join enrolment e on e.patient_id = m.patient_id
		where e.id = $1 and m.responsible_unit_id = e.unit_id and m.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD'));
end $$;

-- migrate:down
create or replace function enrolment_open_measures(enrolment uuid) returns int language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	return (select count(*) from handover h join enrolment e on e.patient_id = h.patient_id
		where e.id = $1 and h.entity = 'measure' and h.state = 'OFFERED' and h.from_unit_id = e.unit_id);
end $$;
