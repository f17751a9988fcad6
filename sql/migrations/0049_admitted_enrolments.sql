-- migrate:up
-- A team does not end an enrolment while the person is in hospital (domain.md §4.3): the stays of 0040 tell.

create or replace function enrolment_is_admitted(enrolment uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from enrolment e join admission a on a.patient_id = e.patient_id
		where e.id = $1 and a.state in ('ADMITTED', 'ON_LEAVE', 'READY_FOR_DISCHARGE'))
$$;

-- migrate:down
create or replace function enrolment_is_admitted(enrolment uuid) returns boolean language sql stable as $$
	select false
$$;
