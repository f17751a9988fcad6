-- migrate:up
-- A stay that began in acute need asks the team to look at the crisis plan (0045); who has looked at it has done so.

create function crisis_plan_reviewed() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform tasks_end('admission', t.entity_id, '{CRISIS_PLAN_REVIEW}', 'DONE', 'Kriseplanen er gjennomgått', t.unit_id)
	from task t where t.patient_id = new.patient_id and t.kind = 'CRISIS_PLAN_REVIEW' and t.state = 'OPEN';
	return null;
end $$;
create trigger reviewed_after_stay after update of state on plan for each row
	when (new.kind = 'CRISIS' and new.state = 'ACTIVE' and old.state in ('UNDER_REVIEW', 'AWAITING_CONSENT'))
	execute function crisis_plan_reviewed();

-- migrate:down
drop trigger reviewed_after_stay on plan;
drop function crisis_plan_reviewed;
