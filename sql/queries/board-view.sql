-- The board in one call (domain.md §2.2).

-- name: getBoard.version
-- All that the answer depends on: what the team's tables hold, names of staff, the day, and the caller.
select concat_ws(' ', v.n, g.generation, clock_today(), :query.view, app_agency_id(), app_staff_id(), app_unit_ids(), app_cell(),
	current_setting('app.gates', true)) as version
from board_version v cross join registry_generation g
where v.unit_id = :path.id::uuid and v.unit_id = any (app_unit_ids())

-- name: getBoard
with wall as materialized (
	select w.* from board_wall(:path.id::uuid) w where :query.view = 'wall'
), columns as materialized (
	select c.* from board_columns(:path.id::uuid) c where :query.view is distinct from 'wall'
), agenda as materialized (
	select a.* from board_agenda(:path.id::uuid) a where :query.view is distinct from 'wall'
)
select case when :query.view = 'wall' then json_build_object('unit_id', u.id, 'name', u.name, 'view', 'WALL',
		'date', clock_today(), 'categories', (select json_agg(json_build_object('code', w.code, 'name', w.name,
			'initials', w.initials) order by w.sort, w.code) from wall w))
	else json_build_object('unit_id', u.id, 'name', u.name, 'view', 'FULL', 'date', clock_today(),
		'meeting', (select json_build_object('id', m.id, 'status', m.state) from board_meeting m where m.unit_id = u.id
			and m.held_on = clock_today() order by m.sequence desc limit 1),
		'tiles', (select json_build_object('caseload', t.caseload, 'waiting', t.waiting, 'on_board', sum(c.on_board),
				'overdue', sum(c.overdue), 'below_minimum', sum(c.below_minimum))
			from board_counts(u.id) t cross join columns c group by t.caseload, t.waiting),
		'today', (select coalesce(json_agg(json_build_object('staff_id', a.staff_id, 'name', a.name, 'contacts', a.contacts,
			'actions', a.actions) order by a.name, a.staff_id), '[]') from agenda a),
		'categories', (select json_agg(json_build_object('code', c.code, 'name', c.name,
			'review_working_days', c.review_working_days, 'minimum_contacts', c.minimum_contacts, 'entries', c.entries)
			order by c.sort, c.code) from columns c)) end as body,
	show_all(array(select unnest(w.persons) from wall w union all select unnest(c.persons) from columns c
		union all select unnest(a.persons) from agenda a)) as noted
from unit u where u.id = :path.id::uuid and u.id = any (app_unit_ids()) and u.type = 'TEAM'
