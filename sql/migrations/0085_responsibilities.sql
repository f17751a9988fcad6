-- migrate:up
-- Who has what for a person, and since when: derived from everything that carries a responsibility. Rows are those
-- that the caller may see under row security; what is left is what the projection leaves out.

create type responsibility as (
	kind text, -- in the order in which they are listed
	id uuid,
	resource text, -- where it can be read
	title text,
	since timestamptz,
	due_at timestamptz,
	unit_id uuid,
	agency_id uuid,
	staff_id uuid,
	offered_to uuid -- the unit that is asked to take it over or to accept it
);

-- Has the person closed this kind of thing to the caller? An emergency access to them that passes objections passes this one.
create function resource_is_blocked(person uuid, resource text) returns boolean language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(app_role(), '') <> 'PT' and not exists (select 1 from emergency_access e
			where e.id = nullif(current_setting('app.emergency_id', true), '')::uuid and e.patient_id = $1 and e.override_objection)
		and exists (select 1 from objection o where o.patient_id = $1 and o.state = 'ACTIVE' and o.scope = 'RESOURCE_TYPES'
			and $2 = any (o.resource_types) and (o.against_id in (app_agency_id(), app_staff_id())
				or o.against_id = any (app_unit_ids()) or app_role() = any (o.against_roles)))
$$;

-- Since when the present coordinator has been it, by the plan's history.
create function coordinator_since(plan_id uuid, coordinator uuid) returns timestamptz language sql stable as $$
	select min(h.valid_from) from row_history h where h.entity = 'plan' and h.entity_id = $1
		and h.version > coalesce((select max(x.version) from row_history x where x.entity = 'plan' and x.entity_id = $1
			and x.content ->> 'coordinator_staff_id' is distinct from $2::text), 0)
$$;

-- Health personnel among those who ask; a team has others too.
create function asks_as_health_personnel() returns boolean language sql stable as $$
	select app_role() in ('DPS', 'MH', 'KO', 'GP') or (app_role() in ('TM', 'TL') and exists (select 1 from staff s
		where s.id = app_staff_id() and s.is_health_personnel))
$$;

-- The team and its main contact, the coordinator, the general practitioner, the ward, and who has what in opioid
-- substitution treatment (accountable or doing it; who is consulted or informed has nothing to do).
create function standing_responsibilities(person uuid) returns setof responsibility language sql stable as $$
	select 'TEAM', e.id, 'enrolments', 'Oppfølging i teamet', e.enrolled_at, null::timestamptz, e.unit_id, e.agency_id, null::uuid, null::uuid
	from enrolment e where e.patient_id = $1 and e.ended_at is null and not resource_is_blocked($1, 'enrolments')
	union all
	select case c.n when 1 then 'MAIN_CONTACT' else 'SUBSTITUTE' end, e.id, 'enrolments',
		case c.n when 1 then 'Hovedkontakt' else 'Stedfortreder for hovedkontakten' end, m.valid_from, null, e.unit_id, s.agency_id, s.id, null
	from enrolment e join enrolment_main_contact m on m.enrolment_id = e.id and m.valid_to is null
	cross join lateral (values (1, m.main_contact_id), (2, m.substitute_id)) c (n, staff_id)
	join staff s on s.id = c.staff_id
	where e.patient_id = $1 and e.ended_at is null and not resource_is_blocked($1, 'enrolments')
	union all
	select 'COORDINATOR', p.id, 'plans', 'Koordinator for individuell plan', coordinator_since(p.id, p.coordinator_staff_id), null,
		p.coordinator_unit_id, p.coordinator_agency_id, p.coordinator_staff_id, null
	from plan p where p.patient_id = $1 and p.kind = 'IP' and p.coordinator_staff_id is not null and p.ended_at is null
		and not resource_is_blocked($1, 'individual-plans')
	union all
	select 'GP', c.id, 'care-relations', 'Fastlege: medisinskfaglig koordinering', c.valid_from, null, c.unit_id, c.agency_id, null, null
	from care_relation c where c.patient_id = $1 and c.basis = 'GP_REGISTRATION'
		and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())
	union all
	select 'ADMISSION', a.id, 'admissions', 'Innlagt', a.admitted_at, null, a.unit_id, a.owner_agency_id, null, null
	from admission a where a.patient_id = $1 and a.state in ('ADMITTED', 'ON_LEAVE', 'READY_FOR_DISCHARGE')
		and (app_role() in ('TL', 'PT') or asks_as_health_personnel()) and not resource_is_blocked($1, 'admissions')
	union all
	select 'LAR', f.id, 'opioid-substitution-followups', case r.duty when 'A' then 'Legemiddelassistert rehabilitering: ansvarlig'
			else 'Legemiddelassistert rehabilitering: utfører' end, r.valid_from, case r.duty when 'A'
			then (f.next_review_on + 1)::timestamp at time zone 'Europe/Oslo' end,
		case when r.agency_id = f.owner_agency_id then f.unit_id end, r.agency_id, null, null
	from lar_followup f join lar_responsibility r on r.followup_id = f.id and r.valid_to is null and r.duty in ('A', 'R')
	where f.patient_id = $1 and f.state = 'ACTIVE' and (app_role() in ('TL', 'PT') or asks_as_health_personnel())
		and not resource_is_blocked($1, 'opioid-substitution-followups')
$$;

-- Measures: accepted ones are somebody's; one that nobody has accepted is the asked unit's to answer.
create function measure_responsibilities(person uuid) returns setof responsibility language sql stable as $$
	select case m.state when 'PROPOSED' then 'MEASURE_PROPOSED' else 'MEASURE' end, m.id, 'measures',
		-- what it is stands in the plan; who takes no part in it hears the field alone
		case when m.responsible_agency_id = app_agency_id() or app_role() in ('TL', 'DPS', 'CO', 'CU', 'PT')
				or (app_role() = 'TM' and asks_as_health_personnel())
			then m.title else 'Tiltak: ' || m.domain end,
		coalesce(m.accepted_at, m.proposed_at), case m.state when 'PROPOSED' then m.accept_due_at end,
		case when m.state <> 'PROPOSED' then m.responsible_unit_id end, m.responsible_agency_id, m.responsible_staff_id,
		case m.state when 'PROPOSED' then m.responsible_unit_id end
	from measure m where m.patient_id = $1 and m.ended_at is null and not resource_is_blocked($1, 'plan-measures')
		-- a chief doctor has no part in measures; of a plan that is suspended only those whom it concerns are told
		and app_role() <> 'KO' and (app_role() = 'PT' or m.responsible_agency_id = app_agency_id() or exists (select 1 from plan p
			where p.id = m.plan_id and (plan_state(p) <> 'SUSPENDED' or p.coordinator_agency_id = app_agency_id())))
$$;

-- Cases on the way: reports, referrals, offers of responsibility, and tasks.
create function case_responsibilities(person uuid) returns setof responsibility language sql stable as $$
	select 'CONCERN_REPORT', r.id, 'concern-reports', 'Bekymringsmelding', r.received_at, null::timestamptz, r.responsible_unit_id,
		r.responsible_agency_id, r.handler_staff_id, null::uuid
	from concern_report r where r.patient_id = $1 and concern_is_open(r.state) and concern_report_standing(r) <> 'STATUS'
	union all
	select 'REFERRAL', r.id, 'referrals', 'Henvisning', r.sent_at, null, r.responsible_unit_id, r.responsible_agency_id, null, null
	from referral r where r.patient_id = $1 and r.sent_at is not null and r.ended_at is null and referral_standing(r) <> 'STATUS'
	union all
	select 'HANDOVER', h.id, 'handovers', 'Tilbudt overføring', h.offered_at, h.due_at, h.from_unit_id, h.from_agency_id, null, h.to_unit_id
	from handover h where h.patient_id = $1 and h.state = 'OFFERED'
	union all
	select 'TASK', t.id, 'tasks', t.title, t.created_at, t.due_at, t.unit_id, t.agency_id, t.assignee_staff_id, null
	from task t where t.patient_id = $1 and t.state = 'OPEN' and not resource_is_blocked($1, 'tasks')
$$;

-- With f (agencies outside health care, relatives) who to turn to, and what is the own agency's. Of a person who is
-- strictly protected, other agencies are told only to who may read the address (L27).
create function responsibilities_of(person uuid) returns setof responsibility language plpgsql stable as $$
declare
	hidden boolean := (select p.address_protection = 'STRICTLY_CONFIDENTIAL' and not address_is_open(p.id, p.address_protection)
		from patient p where p.id = person);
begin
	return query select r.* from (
			select * from standing_responsibilities(person)
			union all select * from measure_responsibilities(person)
			union all select * from case_responsibilities(person)) r
		where (not app_gate('f') or r.kind in ('TEAM', 'MAIN_CONTACT', 'SUBSTITUTE', 'COORDINATOR') or r.agency_id = app_agency_id())
			and (not hidden or r.agency_id = app_agency_id()) and not item_is_blocked(person, r.id);
end $$;

-- Which levels of the service follow the person up, and how much is going on (domain.md §1.1 row 7, §1.4 rows 68 and 69). For
-- those who see a person's measures, unless the person has closed some of it to them, or other agencies are not told (L27).
-- Owner's rights: it is about all agencies' services, of which no single caller sees all; only the level and how many they
-- are is told, of no more kinds than the caller may know of: a coordinator hears of no stay and no substitution treatment, a
-- chief doctor does not hear how many measures there are.
create function followup_json(person uuid) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	knows_care boolean := app_role() in ('TL', 'PT') or asks_as_health_personnel();
	measures uuid[] := array(select m.id from measure m join plan p on p.id = m.plan_id
		where m.patient_id = person and m.state = 'IN_PROGRESS' and plan_state(p) <> 'SUSPENDED');
	teams uuid[] := array(select e.id from enrolment e where e.patient_id = person and e.ended_at is null);
	stays uuid[] := array(select x.id from admission x
		where x.patient_id = person and knows_care and x.state in ('ADMITTED', 'ON_LEAVE', 'READY_FOR_DISCHARGE'));
	treatments uuid[] := array(select f.id from lar_followup f where f.patient_id = person and knows_care and f.state = 'ACTIVE');
	levels text[];
begin
	if app_gate('f') or not (knows_care or app_role() in ('CO', 'CU'))
		or exists (select 1 from patient p where p.id = person and p.address_protection = 'STRICTLY_CONFIDENTIAL'
			and not address_is_open(p.id, p.address_protection))
		or exists (select 1 from unnest('{enrolments,plan-measures,admissions,opioid-substitution-followups}'::text[]) r
			where resource_is_blocked(person, r))
		or exists (select 1 from unnest(measures || teams || stays || treatments) i where item_is_blocked(person, i)) then
		return null;
	end if;
	levels := array(
		select agency_level(a.type) from measure m join agency a on a.id = m.responsible_agency_id where m.id = any (measures)
		union select agency_level(a.type) from enrolment e join agency a on a.id = e.agency_id where e.id = any (teams)
		union select 'SPECIALIST' where stays <> '{}'
		union select x.level from lar_followup f join (values ('MUNICIPAL_ONLY', 'MUNICIPAL'), ('SPECIALIST_ONLY', 'SPECIALIST'),
				('BOTH', 'MUNICIPAL'), ('BOTH', 'SPECIALIST')) x (of_lar, level) on x.of_lar = f.level
			where f.id = any (treatments));
	return (select jsonb_strip_nulls(jsonb_build_object('level', case when levels @> '{MUNICIPAL,SPECIALIST}' then 'BOTH'
				when 'MUNICIPAL' = any (levels) then 'MUNICIPAL_ONLY' when 'SPECIALIST' = any (levels) then 'SPECIALIST_ONLY' end)
			|| case when app_role() = 'KO' then '{}'::jsonb else jsonb_build_object(
				'concurrent_services', count(distinct agency_level(a.type)) = 2,
				'agencies', count(distinct a.id), 'services', count(*)) end)
		from measure m join agency a on a.id = m.responsible_agency_id
		where m.id = any (measures));
end $$;

create function responsibilities_json(person uuid) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('followup', followup_json($1))) || jsonb_build_object('patient_id', $1,
		'items', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', r.kind, 'id', r.id,
				'href', '/api/v1/' || r.resource || '/' || r.id, 'title', r.title, 'since', r.since,
				'days', clock_today() - oslo_day(r.since), 'due_at', r.due_at, 'overdue', coalesce(r.due_at < clock_now(), false),
				'agency', (select jsonb_build_object('id', a.id, 'name', a.name) from agency a where a.id = r.agency_id),
				'unit', unit_brief(r.unit_id),
				'staff', (select jsonb_build_object('id', s.id, 'name', s.name) from staff s where s.id = r.staff_id),
				'offered_to', unit_brief(r.offered_to))) order by array_position(array['TEAM', 'MAIN_CONTACT', 'SUBSTITUTE',
				'COORDINATOR', 'GP', 'LAR', 'ADMISSION', 'MEASURE', 'MEASURE_PROPOSED', 'CONCERN_REPORT', 'REFERRAL', 'HANDOVER', 'TASK'],
				r.kind), r.since, r.id), '[]')
			from responsibilities_of($1) r),
		'matrices', (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'unit', unit_brief(m.unit_id), 'edition', m.edition,
				'in_force_from', m.in_force_from, 'rows', m.rows) order by m.unit_id), '[]')
			from responsibility_matrix m where m.state = 'IN_FORCE' and app_role() <> 'RE'
				and exists (select 1 from enrolment e where e.patient_id = $1 and e.unit_id = m.unit_id and e.ended_at is null)))
$$;

-- migrate:down
drop function if exists responsibilities_json, followup_json, responsibilities_of, case_responsibilities, measure_responsibilities,
	standing_responsibilities, asks_as_health_personnel, coordinator_since, resource_is_blocked cascade;
drop type if exists responsibility;
