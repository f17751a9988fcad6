-- Follow-up of opioid substitution treatment (LAR).

-- name: listOpioidSubstitutionFollowups
-- With a person: through the gate. Without: those of the persons to whom the caller's units are related.
with asked as materialized (
	select case when :query.patient_id::text is null then related_persons()
		else admit_listed(:query.patient_id::uuid, 'opioid-substitution-followups', 'SUBSTANCE') end as persons
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (lar_json(r.f), cursor_at((r.f).next_review_on::text, (r.f).id::text), (r.f).patient_id)::list_item
	from asked cross join lateral (
		select f from lar_followup f
		where f.patient_id = any (asked.persons) and (:query.status::text is null or f.state = :query.status)
			and (:query.overdue::text is null
				or (f.state = 'ACTIVE' and f.next_review_on < clock_today()) = :query.overdue::boolean)
			and not item_is_blocked(f.patient_id, f.id)
			and (:query.cursor::text is null or (f.next_review_on, f.id)
				> (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
		order by f.next_review_on, f.id limit page_size(:query.limit) + 1) r
	order by (r.f).next_review_on, (r.f).id), :query.limit) l

-- name: createOpioidSubstitutionFollowup
select lar_enter(:new.id::uuid, :body::jsonb) as id

-- name: getOpioidSubstitutionFollowup
select lar_json(f) as body, f.version as etag, f.state, '{}'::text[] as facts
from (select admit('opioid-substitution-followups', :path.id::uuid, 'SUBSTANCE', false) as patient_id offset 0) g
cross join lateral (select x.* from lar_followup x where x.id = :path.id::uuid and x.patient_id = g.patient_id
	offset 0) f

-- name: updateOpioidSubstitutionFollowup
select expect_one(lar_change(:path.id::uuid, :body::jsonb, :header.if_match), 'lar_followup', :path.id::uuid,
	:header.if_match) as done
from (select admit('opioid-substitution-followups', :path.id::uuid, 'SUBSTANCE', true) as patient_id offset 0) g
where g.patient_id is not null

-- name: opioid-substitution-followups.lock
select f.state, f.version, '{}'::text[] as facts, f.patient_id
from (select admit('opioid-substitution-followups', :path.id::uuid, 'SUBSTANCE', true) as patient_id offset 0) g
cross join lateral (select x.* from lar_followup x where x.id = :path.id::uuid and x.patient_id = g.patient_id
	offset 0 for update) f

-- name: opioid-substitution-followups.apply
with step as (
	select lar_step(:path.id::uuid, :machine.action, :machine.to, :body::jsonb) as version)
insert into transition_event (machine, object_id, object_version, action, from_state, to_state, reason, agency_id,
	staff_id, role)
select 'opioid-substitution-followups', :path.id::uuid, version, :machine.action, :machine.from, :machine.to,
	:body::jsonb ->> 'note', app_agency_id(), app_staff_id(), app_role()
from step
