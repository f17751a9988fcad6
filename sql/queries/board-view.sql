-- The board in one call (domain.md §2.2); what it shows stands in migration 0039.

-- name: getBoard.version
-- Of what the request brings alone: who polls is answered by it without settings (server/api/poll.h).
select b.version
from sandbox_clock c
cross join lateral board_versions(:path.id::uuid, oslo_day(now() + c.ahead), :auth.unit_ids, coalesce(:query.view, 'full'),
	:auth.agency_id, :auth.staff_id, :auth.role, :gate.cell, :gate.gates) b

-- name: getBoard
-- What the caller was last given, as long as it is true; else it is made.
with kept as materialized (
	select k.body, k.noted from board_kept k
	where k.unit_id = :path.id::uuid and k.staff_id = app_staff_id() and k.shown = coalesce(:query.view, 'full')
		and k.version = board_version_of(:path.id::uuid, coalesce(:query.view, 'full'))
)
select k.body, set_config('app.shown', k.noted, true) as noted from kept k
union all
select m.body, m.noted from board_make(:path.id::uuid, coalesce(:query.view, 'full')) m
where not exists (select 1 from kept) and m.body is not null
