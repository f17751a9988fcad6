-- migrate:up
-- The staffing of a unit (domain.md §1.3): posts filled and planned, by agency, level and profession.

-- Planned posts stand in unit.config.planned_posts; one that an agency has declined is not planned any more.
create function planned_posts(u unit) returns table (agency_id uuid, percent int) language sql stable as $$
	select (p ->> 'employer_agency_id')::uuid, (p ->> 'percent')::int
	from jsonb_array_elements(case when jsonb_typeof((u).config -> 'planned_posts') = 'array' then (u).config -> 'planned_posts'
		else '[]' end) p
	where p ->> 'status' is distinct from 'DECLINED'
$$;

-- Full-time equivalents of so many per cent, and a share of them.
create function fte(percent numeric) returns numeric language sql immutable as $$
	select round(coalesce(percent, 0) / 100, 2) $$;
create function fte_share(percent numeric, of_all numeric) returns numeric language sql immutable as $$
	select round(percent / nullif(of_all, 0), 2) $$;

-- Of those who give care or lead; who oversees or administers the unit has no post in it. With the gate o what the own
-- agency has.
create function staffing_json(u unit) returns jsonb language sql stable as $$
	with filled as (
		select s.agency_id, s.profession, m.percent, m.funding
		from staff_membership m join staff s on s.id = m.staff_id
		where m.unit_id = (u).id and m.state = 'ACTIVE' and m.role not in ('QM', 'PM', 'SG', 'PV', 'SA', 'SY')
			and m.valid_from <= clock_today() and coalesce(m.valid_to, 'infinity') > clock_today()
			and (not app_gate('o') or s.agency_id = app_agency_id())
	), agencies as (
		select a.id, a.name, coalesce(agency_level(a.type), 'OTHER') as level, coalesce(f.members, 0) as members,
			coalesce(f.percent, 0) as percent, coalesce(p.percent, 0) as planned
		from agency a
		left join (select x.agency_id, count(*) as members, sum(x.percent) as percent from filled x group by 1) f on f.agency_id = a.id
		left join (select x.agency_id, sum(x.percent) as percent from planned_posts(u) x
			where not app_gate('o') or x.agency_id = app_agency_id() group by 1) p on p.agency_id = a.id
		where f.agency_id is not null or p.agency_id is not null
	), whole as (
		select count(*) as members, sum(f.percent) as percent, sum(f.percent) filter (where f.funding = 'OWN') as in_kind,
			count(*) filter (where f.percent is null) as without_percent
		from filled f
	)
	select jsonb_build_object('unit_id', (u).id, 'on', clock_today(), 'members', w.members, 'without_percent', w.without_percent,
		'fte', fte(w.percent), 'in_kind_fte', fte(w.in_kind), 'planned_fte', (select fte(sum(a.planned)) from agencies a),
		'agencies', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('agency', jsonb_build_object('id', a.id, 'name', a.name),
				'level', a.level, 'members', a.members, 'fte', fte(a.percent), 'planned_fte', fte(a.planned),
				'share', fte_share(a.percent, w.percent))) order by a.percent desc, a.name), '[]') from agencies a),
		'levels', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('level', l.level, 'fte', fte(l.percent),
				'share', fte_share(l.percent, w.percent))) order by l.level), '[]')
			from (select a.level, sum(a.percent) as percent from agencies a group by 1) l),
		'professions', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('profession', p.profession, 'members', p.members,
				'fte', fte(p.percent))) order by p.percent desc nulls last, p.profession), '[]')
			from (select f.profession, count(*) as members, sum(f.percent) as percent from filled f group by 1) p))
	from whole w
$$;

-- migrate:down
drop function if exists staffing_json, fte_share, fte, planned_posts;
