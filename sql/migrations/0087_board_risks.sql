-- migrate:up
-- Risk flags on the team's board: which are in force for whom, the worst first; what they say stands in the flags alone.
create function board_risks(team uuid) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	closed uuid[] := board_closed(team, '{risk-flags}');
	today date := clock_today();
begin
	if not board_is_mine(team) then
		return null;
	end if;
	return (select coalesce(jsonb_object_agg(x.patient_id, x.flags), '{}') from (
		select f.patient_id, jsonb_agg(jsonb_build_object('kind', f.kind, 'level', f.level)
			order by array_position('{RED,ORANGE,YELLOW,GREEN}', f.level), f.kind) as flags
		from board_entry e join risk_flag f on f.patient_id = e.patient_id and f.state = 'ACTIVE'
			and today between f.valid_from and f.valid_to
		where e.unit_id = team and e.closed_at is null
			and not closed && array[f.patient_id, f.id]
		group by f.patient_id) x);
end $$;
select board_watch('risk_flag', 'patient_id', 'person');
update board_version set n = n + 1;

-- migrate:down
drop trigger z_board_version on risk_flag;
drop function if exists board_risks cascade;
