-- Risk flags, and warnings of danger that leave health care.

-- name: listRiskFlags
-- Of the person who is asked about, or of all within the caller's reach; the gate decides before rows are read.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (risk_flag_json(f.*::risk_flag), cursor_at(to_json(f.created_at) #>> '{}', f.id::text), f.patient_id)::list_item
	from persons_asked(:query.patient_id::uuid, 'risk-flags', 'RISK') a (person)
	cross join lateral (select x.* from risk_flag x where x.patient_id = a.person offset 0) f
	where not item_is_blocked(f.patient_id, f.id)
		and (:query.status::text is null or risk_flag_state(f.*::risk_flag) = :query.status)
		and (:query.cursor::text is null
			or (f.created_at, f.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by f.created_at desc, f.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: createRiskFlag
with b as (select :body::jsonb as b, admit_named((:body::jsonb ->> 'patient_id')::uuid, 'risk-flags', 'RISK') as person)
insert into risk_flag (id, patient_id, owner_agency_id, unit_id, kind, level, text, precautions, valid_to, set_by)
select :new.id::uuid, person, app_agency_id(), own_unit(person), b ->> 'kind', b ->> 'level', b ->> 'text',
	b ->> 'precautions', risk_flag_until(b ->> 'level', (b ->> 'valid_to')::date), app_staff_id()
from b
where raise_unless(coalesce((b ->> 'valid_to')::date, clock_today()) >= clock_today(), 422, 'invalid_value',
	fault('/valid_to', 'range', 'must not be in the past'))
returning id

-- name: getRiskFlag
select risk_flag_json(f) as body, f.version as etag, risk_flag_state(f) as state, risk_flag_facts(f) as facts,
	show(f.patient_id) as noted
from (select admit('risk-flags', :path.id::uuid, 'RISK', false) as patient_id offset 0) g
cross join lateral (select f.* from risk_flag f where f.id = :path.id::uuid and f.patient_id = g.patient_id offset 0) f

-- name: getRiskFlag.as_of
select risk_flag_json(jsonb_populate_record(null::risk_flag, h.content || jsonb_build_object('withheld_reason',
		f.withheld_reason))) as body, h.version as etag, show(f.patient_id) as noted
from (select admit('risk-flags', :path.id::uuid, 'RISK', false) as patient_id offset 0) g
cross join lateral (select h.* from row_history h where h.entity = 'risk_flag' and h.entity_id = :path.id::uuid
	and g.patient_id is not null and h.valid_from <= :query.as_of::timestamptz order by h.version desc limit 1) h
join risk_flag f on f.id = h.entity_id

-- name: risk-flags.lock
select risk_flag_state(f) as state, f.version, risk_flag_facts(f) as facts, f.patient_id
from (select admit('risk-flags', :path.id::uuid, 'RISK', true) as patient_id offset 0) g
join risk_flag f on f.id = :path.id::uuid and f.patient_id = g.patient_id
for update of f

-- name: risk-flags.apply
select risk_flag_step(:path.id::uuid, :machine.action, :machine.from, :machine.to, :body::jsonb)

-- name: createDangerDisclosure
-- Its own row in the access log says that something left: DISCLOSE, with its ground.
with made as (select disclose_danger(:new.id::uuid, :path.id::uuid, :body::jsonb) as id)
select made.id, log_access(:request.caller::jsonb || jsonb_build_object('action', 'DISCLOSE', 'resource', 'danger-disclosures',
	'resource_id', made.id, 'basis', 'FVL_DANGER_LIFE_HEALTH'), array[nullif(current_setting('app.admitted', true), '')::uuid])
from made

-- name: listDangerDisclosures
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (danger_disclosure_json(d), cursor_at(to_json(d.disclosed_at) #>> '{}', d.id::text), d.patient_id)::list_item
	from danger_disclosure d
	where (d.from_unit_id = any (app_unit_ids()) or d.to_unit_id = any (app_unit_ids()) or d.patient_id = app_citizen_id())
		and (:query.patient_id::text is null or d.patient_id = :query.patient_id::uuid)
		and (:query.cursor::text is null
			or (d.disclosed_at, d.id) < (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by d.disclosed_at desc, d.id desc limit page_size(:query.limit) + 1), :query.limit) l

-- name: getDangerDisclosure
select danger_disclosure_json(d) as body, d.version as etag, show(d.patient_id) as noted
from danger_disclosure d where d.id = :path.id::uuid
