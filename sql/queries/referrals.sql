-- Referrals to the team (domain.md §4.2). What must hold whoever asks stands in migrations 0030 to 0033.

-- name: listReferrals
-- The longest waiting first. Begins with what the caller has a part in, each way by its index.
with related as (
	select r.id from referral r where r.receiving_unit_id = any (app_unit_ids())
	union select r.id from referral r where r.responsible_unit_id = any (app_unit_ids())
	union select r.id from referral r where r.specialist_unit_id = any (app_unit_ids())
	union select r.id from referral r where r.municipal_unit_id = any (app_unit_ids())
	union select r.id from referral r where r.sent_by_agency_id = app_agency_id()
	union select r.id from referral r where r.author_staff_id = app_staff_id() and r.state = 'DRAFT'
	union select h.entity_id from handover h where h.entity = 'referral' and h.to_unit_id = any (app_unit_ids())
		and h.state in ('OFFERED', 'ACCEPTED')
	union select r.id from referral r where app_role() = 'KO' and r.patient_id = any (related_persons())
	union select r.id from referral r where r.patient_id = app_citizen_id()
	union select r.id from referral r
		where r.author_hash = any (string_to_array(nullif(current_setting('app.citizen_hashes', true), ''), ','))
), seen as (
	select r, r.id, r.patient_id, r.state, coalesce(r.sent_at, r.created_at) as since, referral_standing(r) as standing
	from related x join referral r on r.id = x.id
	where (:query.receiving_unit_id::text is null or r.receiving_unit_id = :query.receiving_unit_id::uuid)
)
select l.body, l.next, show_all(l.persons) as noted
from list_page(array(
	select (referral_json(s.r), cursor_at(s.since::text, s.id::text),
		case when s.standing <> 'STATUS' then s.patient_id end)::list_item
	from seen s
	-- who sees the status alone finds by that alone
	where (:query.status::text is null
			or case when s.standing = 'STATUS' then referral_status_word(s.state) else s.state end = :query.status)
		and (:query.patient_id::text is null or (s.standing <> 'STATUS' and s.patient_id = :query.patient_id::uuid))
		and (:query.cursor::text is null or (s.since, s.id) > (cursor_time(:query.cursor, 0), cursor_uuid(:query.cursor, 1)))
	order by s.since, s.id limit page_size(:query.limit) + 1), :query.limit) l

-- name: createReferral
select referral_create(:new.id::uuid, :auth.unit_id::uuid, :body::jsonb) as id, 201 as status

-- name: getReferral
select referral_json(r) as body, r.version::text as etag, r.state, referral_facts(r) as facts,
	case when referral_standing(r) <> 'STATUS' then show(r.patient_id) end as noted
from referral_seen(:path.id::uuid) r

-- name: updateReferral
select referral_change(:path.id::uuid, :header.if_match, :body::jsonb) as done

-- name: deleteReferral
select referral_remove(:path.id::uuid, :header.if_match) as done

-- name: referrals.lock
select r.state, r.version, referral_facts(r) as facts, case when referral_standing(r) <> 'STATUS' then r.patient_id end as patient_id
from referral_locked(:path.id::uuid) r

-- name: referrals.apply
select referral_apply(:path.id::uuid, :machine.action, :machine.to, :body::jsonb) as version

-- name: referrals.enrol
select referral_enrol(:path.id::uuid, :new.id::uuid, :body::jsonb)

-- name: referrals.refused
select case :machine.refusal when 'eligibility_missing' then (select jsonb_agg(jsonb_build_object('pointer', '/eligibility/' || c,
		'code', 'required', 'detail', 'has no answer; UNKNOWN is one')) from unnest(eligibility_criteria()) c where not r.eligibility ? c) end as body
from referral_seen(:path.id::uuid) r
