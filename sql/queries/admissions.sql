-- Stays in specialist care, and on what legal ground.

-- name: listAdmissions
-- With a person: through the gate. Without: those of the persons to whom the caller's units are related.
with asked as materialized (
	select case when :query.patient_id::text is null then related_persons()
		else admit_listed(:query.patient_id::uuid, 'admissions', 'ADMISSION') end as persons
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (admission_json(r.a), cursor_at(coalesce((r.a).admitted_at, (r.a).planned_for)::text, o.id::text), (r.a).patient_id)::list_item
	from admissions_in_order((select persons from asked), :query.status, :query.unit_id::uuid, cursor_time(:query.cursor, 0),
		cursor_uuid(:query.cursor, 1)) with ordinality o (id, n)
	cross join lateral (select x as a from admission x where x.id = o.id
		-- who is not told the place learns none by asking for it
		and (:query.unit_id::text is null or (app_cell() <> 'S' and not admission_place_is_hidden(x)))
		-- row security closes single stays too; not of the one person whom the gate has admitted
		and (:query.patient_id::text is null or not item_is_blocked(x.patient_id, x.id)) offset 0) r
	order by o.n limit page_size(:query.limit) + 1), :query.limit) l

-- name: createAdmission
select admission_enter(:new.id::uuid, :body::jsonb) as id

-- name: getAdmission
select admission_json(a) as body, a.version as etag, a.state, admission_facts(a) as facts
from (select admit('admissions', :path.id::uuid, 'ADMISSION', false) as patient_id offset 0) g
cross join lateral (select x.* from admission x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0) a

-- name: updateAdmission
select expect_one(admission_correct(:path.id::uuid, :body::jsonb, :header.if_match), 'admission', :path.id::uuid,
	:header.if_match) as done
from (select admit('admissions', :path.id::uuid, 'ADMISSION', true) as patient_id offset 0) g
where g.patient_id is not null

-- name: admissions.lock
select a.state, a.version, admission_facts(a) as facts, a.patient_id
from (select admit('admissions', :path.id::uuid, 'ADMISSION', true) as patient_id offset 0) g
cross join lateral admission_hold(:path.id::uuid, g.patient_id) a
where a.id is not null

-- name: admissions.apply
with step as (
	select admission_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb) as version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'admissions', :path.id::uuid, version, :machine.action, :machine.from, :machine.to, :body::jsonb ->> 'reason',
	app_agency_id(), app_staff_id(), app_role()
from step

-- name: listLegalPeriods
select coalesce(json_agg(legal_period_json(p) order by p.valid_from), '[]') as body
from (select admit('admission-legal-periods', :path.id::uuid, 'COERCION', false) as patient_id offset 0) g
join legal_period p on p.admission_id = :path.id::uuid and p.patient_id = g.patient_id
where not item_is_blocked(p.patient_id, p.id)

-- name: createLegalPeriod
select legal_period_add(:new.id::uuid, :path.id::uuid, :body::jsonb) as id
from (select admit('admission-legal-periods', :path.id::uuid, 'COERCION', true) as patient_id offset 0) g
where g.patient_id is not null

-- name: getLegalPeriod
select legal_period_json(p) as body, p.version as etag
from (select admit('legal-periods', :path.id::uuid, 'COERCION', false) as patient_id offset 0) g
cross join lateral (select x.* from legal_period x where x.id = :path.id::uuid and x.patient_id = g.patient_id offset 0) p

-- name: updateLegalPeriod
select expect_one(legal_period_correct(:path.id::uuid, :body::jsonb, :header.if_match), 'legal_period', :path.id::uuid,
	:header.if_match) as done
from (select admit('legal-periods', :path.id::uuid, 'COERCION', true) as patient_id offset 0) g
where g.patient_id is not null
