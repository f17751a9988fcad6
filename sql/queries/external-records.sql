-- References into agencies' own record systems.

-- name: listExternalRecords
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (external_record_json(r.*::external_record), cursor_at(r.record_date::text, r.id::text), r.patient_id)::list_item
	from persons_asked(:query.patient_id::uuid, 'external-records', 'HEALTH_SUMMARY') a (person)
	cross join lateral (select x.* from external_record x where x.patient_id = a.person offset 0) r
	where external_record_is_mine(r.*::external_record) and not item_is_blocked(r.patient_id, r.id)
		and (:query.system::text is null or r.system = :query.system)
		and (:query.record_type::text is null or r.record_type = :query.record_type)
		and (:query.status::text is null or r.state = :query.status)
		and (:query.cursor::text is null
			or (r.record_date, r.id) < (cursor_date(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by r.record_date desc, r.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createExternalRecord
with b as (select :body::jsonb as b,
	admit_named((:body::jsonb ->> 'patient_id')::uuid, 'external-records', 'HEALTH_SUMMARY') as person)
insert into external_record (id, patient_id, owner_agency_id, unit_id, system, record_id, record_type, record_date,
	registered_by)
select :new.id::uuid, person, app_agency_id(), own_unit(person), b ->> 'system', b ->> 'record_id', b ->> 'record_type',
	(b ->> 'record_date')::date, app_staff_id()
from b
where raise_unless((b ->> 'record_date')::date <= clock_today(), 422, 'invalid_value',
	fault('/record_date', 'range', 'must not be in the future'))
returning id

-- name: getExternalRecord
select external_record_json(r) as body, r.version as etag, r.state, external_record_facts(r) as facts
from (select admit('external-records', :path.id::uuid, 'HEALTH_SUMMARY', false) as patient_id offset 0) g
cross join lateral (select r.* from external_record r where r.id = :path.id::uuid and r.patient_id = g.patient_id
	offset 0) r
where external_record_is_mine(r.*::external_record)

-- name: external-records.lock
select r.state, r.version, external_record_facts(r) as facts, r.patient_id
from (select admit('external-records', :path.id::uuid, 'HEALTH_SUMMARY', true) as patient_id offset 0) g
join external_record r on r.id = :path.id::uuid and r.patient_id = g.patient_id
where external_record_is_mine(r)
for update of r

-- name: external-records.apply
with changed as (
	update external_record set state = :machine.to, retracted_reason = :body::jsonb ->> 'reason'
	where id = :path.id::uuid returning id, version)
select note_step('external-records', id, version, :machine.action, :machine.from, :machine.to,
	:body::jsonb ->> 'reason')
from changed
