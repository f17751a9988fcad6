-- name: listPatients
-- Starts from the relations of the caller's units, never from the persons.
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (patient_json(p), cursor_at(k.unit_id::text, k.patient_id::text), k.patient_id)::list_item
	from related_patients(:query.unit_id::uuid, cursor_uuid(:query.cursor, 0), cursor_uuid(:query.cursor, 1),
		page_size(:query.limit) + 1) with ordinality k (unit_id, patient_id, n)
	join patient p on p.id = k.patient_id
	order by k.n), :query.limit) l

-- name: createPatient
select jsonb_build_object('id', r.id) || (:body::jsonb - 'national_id')
		|| jsonb_strip_nulls(jsonb_build_object('national_id', number_out(:body::jsonb ->> 'national_id'))) as body,
	201 as status, '/api/v1/patients/' || r.id as location
from register_patient(:body::jsonb, :auth.unit_id::uuid) r (id)

-- name: createPatient.replay
select jsonb_build_object('id', :path.id) || (:body::jsonb - 'national_id')
		|| jsonb_strip_nulls(jsonb_build_object('national_id', number_out(:body::jsonb ->> 'national_id'))) as body,
	'/api/v1/patients/' || :path.id as location

-- name: searchPatients
select json_build_object('items', coalesce(json_agg(patient_json(p)), '[]')) as body, show(max(p.id::text)::uuid) as noted
from (select find_patient(:body::jsonb ->> 'national_id') as id offset 0) f
cross join lateral (select p.* from patient p where p.id = f.id offset 0) p

-- name: getPatient
select patient_json(p) as body, p.version as etag
from patient p
where p.id = :path.id::uuid

-- name: getPatient.as_of
-- The content as it was then; what protects the address is what holds now.
select patient_json(jsonb_populate_record(null::patient, h.content
		|| jsonb_build_object('address_protection', (select p.address_protection from patient p where p.id = h.entity_id))))
		as body, h.version as etag
from row_history h
where h.entity = 'patient' and h.entity_id = :path.id::uuid and h.valid_from <= :query.as_of::timestamptz
order by h.version desc
limit 1

-- name: updatePatient
with changed as (
	update patient p set given_name = n.given_name, family_name = n.family_name, birth_date = n.birth_date, sex = n.sex,
		phone = n.phone, email = n.email, address = n.address, municipality_number = n.municipality_number,
		address_protection = coalesce(n.address_protection, 'NONE'), language = n.language,
		interpreter_needed = n.interpreter_needed, in_lar = n.in_lar, has_minor_children = n.has_minor_children,
		deceased_on = n.deceased_on
	from patient o
	cross join lateral (select :body::jsonb b) b
	cross join lateral jsonb_populate_record(o, b.b || case when b.b ? 'address'
		then jsonb_build_object('address', merge_patch(o.address, b.b -> 'address')) else '{}' end) n
	where o.id = p.id and p.id = :path.id::uuid and p.version::text = :header.if_match
		and raise_unless(may_protect(o, n.address_protection), 403, 'forbidden')
	returning p.id)
select expect_one(count(*), 'patient', :path.id::uuid, :header.if_match) from changed

-- name: listPatientIdentifiers
select coalesce(json_agg(identifier_json(i) order by i.created_at, i.id), '[]') as body
from patient_identifier i
where i.patient_id = :path.id::uuid and not item_is_blocked(i.patient_id, i.id)

-- name: createPatientIdentifier
with b as (select :body::jsonb b),
made as (
	insert into patient_identifier (id, patient_id, kind, seal, hash, assigner, valid_from, valid_to)
	select :new.id::uuid, :path.id::uuid, b ->> 'kind', b ->> 'number', (seal_hashes(b ->> 'number'))[1],
		b ->> 'assigner', (b ->> 'valid_from')::date, (b ->> 'valid_to')::date
	from b
	cross join lateral (select citizen_patient(b ->> 'number') as has_it offset 0) p
	where raise_unless(p.has_it is null, 409, 'duplicate', jsonb_build_object('about', p.has_it))
	returning id)
select id from made

-- name: getIdentifier
select identifier_json(i) as body, i.version as etag
from (select admit('patient-identifiers', :path.id::uuid, 'IDENTITY', false) as patient_id offset 0) g
cross join lateral (select i.* from patient_identifier i where i.id = :path.id::uuid and i.patient_id = g.patient_id
	offset 0) i

-- name: listPatientRelations
-- A relative sees the own row alone.
select coalesce(json_agg(relation_json(r) order by r.kind, r.name, r.id), '[]') as body
from patient_relation r
where r.patient_id = :path.id::uuid
	and (app_role() <> 'RE' or r.hash = any (string_to_array(:auth.citizen_hashes, ',')))
	and not item_is_blocked(r.patient_id, r.id)

-- name: createPatientRelation
with made as (
	insert into patient_relation (id, patient_id, kind, name, phone, seal, hash, birth_year, followed_up_by,
		is_legal_representative, note, valid_from, valid_to)
	select :new.id::uuid, :path.id::uuid, n.kind, n.name, n.phone, :body::jsonb ->> 'national_id',
		(seal_hashes(:body::jsonb ->> 'national_id'))[1], n.birth_year, n.followed_up_by,
		-- who represents by law is recorded by staff who have seen the decision
		coalesce(n.is_legal_representative, false) and not app_is_citizen(),
		n.note, coalesce(n.valid_from, clock_today()), n.valid_to
	from jsonb_populate_record(null::patient_relation, :body::jsonb) n
	returning id)
select id from made

-- name: getRelation
select relation_json(r) as body, r.version as etag
from (select admit('patient-relations', :path.id::uuid, 'IDENTITY', false) as patient_id offset 0) g
cross join lateral (select r.* from patient_relation r where r.id = :path.id::uuid and r.patient_id = g.patient_id
	and (app_role() <> 'RE' or r.hash = any (string_to_array(:auth.citizen_hashes, ','))) offset 0) r

-- name: updateRelation
with changed as (
	update patient_relation r set kind = n.kind, name = n.name, phone = n.phone, birth_year = n.birth_year,
		followed_up_by = n.followed_up_by, note = n.note,
		-- who represents by law is ended or prolonged by staff who have seen the decision
		valid_to = case when app_is_citizen() and r.is_legal_representative then r.valid_to else n.valid_to end,
		is_legal_representative = case when app_is_citizen() then r.is_legal_representative
			else coalesce(n.is_legal_representative, false) end
	from (select admit('patient-relations', :path.id::uuid, 'IDENTITY', true) as patient_id offset 0) g
	cross join lateral (select o.* from patient_relation o where o.id = :path.id::uuid and o.patient_id = g.patient_id
		offset 0) o
	cross join lateral jsonb_populate_record(null::patient_relation, to_jsonb(o) || :body::jsonb) n
	where r.id = o.id and r.version::text = :header.if_match
	returning r.id)
select expect_one(count(*), 'patient_relation', :path.id::uuid, :header.if_match) from changed

-- name: listCareRelations
-- Where a person is strictly protected, agency names are part of the address (L27).
select coalesce(json_agg(care_relation_json(c) order by c.valid_from desc, c.id), '[]') as body
from care_relation c
join patient p on p.id = c.patient_id
where c.patient_id = :path.id::uuid and not item_is_blocked(c.patient_id, c.id)
	and (p.address_protection <> 'STRICTLY_CONFIDENTIAL' or c.agency_id = app_agency_id()
		or address_is_open(p.id, p.address_protection))

-- name: createCareRelation
with b as (select :body::jsonb b),
made as (
	insert into care_relation (id, patient_id, unit_id, agency_id, basis, source_id, main_contact_id, valid_to)
	select :new.id::uuid, :path.id::uuid, u.id, u.agency_id, b ->> 'basis',
		(b ->> 'source_id')::uuid, (b ->> 'main_contact_id')::uuid, (b ->> 'valid_to')::timestamptz
	from b left join unit u on u.id = (b ->> 'unit_id')::uuid
	where raise_unless(may_relate(u, b ->> 'basis'), 422, 'unknown_reference',
			fault('/unit_id', 'reference', 'is not a unit that the caller may relate'))
		and raise_unless(b ->> 'main_contact_id' is null or exists (select 1 from staff_membership m
				where m.staff_id = (b ->> 'main_contact_id')::uuid and m.unit_id = (b ->> 'unit_id')::uuid
					and m.state = 'ACTIVE'), 422, 'unknown_reference',
			fault('/main_contact_id', 'reference', 'is no active member of the unit'))
		and raise_unless(may_name_contact(:path.id::uuid, null, (b ->> 'main_contact_id')::uuid), 403, 'forbidden')
	returning id)
select id from made

-- name: getCareRelation
select care_relation_json(c) as body, c.version as etag
from (select admit('care-relations', :path.id::uuid, 'IDENTITY', false) as patient_id offset 0) g
cross join lateral (select c.* from care_relation c where c.id = :path.id::uuid and c.patient_id = g.patient_id
	and (c.agency_id = app_agency_id() or exists (select 1 from patient p where p.id = c.patient_id
		and (p.address_protection <> 'STRICTLY_CONFIDENTIAL' or address_is_open(p.id, p.address_protection)))) offset 0) c

-- name: updateCareRelation
with changed as (
	update care_relation r set main_contact_id = n.main_contact_id, valid_to = n.valid_to
	from (select admit('care-relations', :path.id::uuid, 'IDENTITY', true) as patient_id offset 0) g
	cross join lateral (select o.* from care_relation o where o.id = :path.id::uuid and o.patient_id = g.patient_id
		offset 0) o
	cross join lateral jsonb_populate_record(null::care_relation, to_jsonb(o) || :body::jsonb) n
	where r.id = o.id and r.version::text = :header.if_match and r.unit_id = any (app_unit_ids())
		and raise_unless(n.valid_to is null or n.valid_to >= r.valid_from, 422, 'invalid_value',
			fault('/valid_to', 'range', 'must not be before the relation began'))
		and raise_unless(n.main_contact_id is null or exists (select 1 from staff_membership m
				where m.staff_id = n.main_contact_id and m.unit_id = r.unit_id and m.state = 'ACTIVE'),
			422, 'unknown_reference', fault('/main_contact_id', 'reference', 'is no active member of the unit'))
		and raise_unless(may_name_contact(r.patient_id, r.main_contact_id, n.main_contact_id), 403, 'forbidden')
	returning r.id)
select expect_one(count(*), 'care_relation', :path.id::uuid, :header.if_match) from changed
