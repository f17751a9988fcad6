-- migrate:up
-- No one between the chairs: duties that nobody has accepted, whose holder no longer works there, or that two agencies
-- or none hold; each with since when and by which rule.

insert into code_system (code, uri, name_nb, name_en) values
	('responsibility-gap', null, 'Ansvar mellom stolene', 'Responsibility between the chairs'),
	('responsibility-gap-rule', null, 'Regler for ansvar', 'Rules on responsibility');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('responsibility-gap', 'NOT_ACCEPTED', 'Ingen har tatt på seg ansvaret', 'Nobody has accepted it', 1),
	('responsibility-gap', 'HOLDER_GONE', 'Den ansvarlige arbeider ikke der lenger', 'Its holder no longer works there', 2),
	('responsibility-gap', 'HELD_BY_TWO', 'To virksomheter har samme ansvar', 'Two agencies hold it', 3),
	('responsibility-gap', 'HELD_BY_NONE', 'Ingen virksomhet har ansvaret', 'No agency holds it', 4),
	('responsibility-gap', 'LEVEL_MISSING', 'Tjenester fra bare ett nivå, eller fra ingen', 'Services of one level alone, or of none', 5),
	('responsibility-gap-rule', 'MEASURE_ACCEPT', 'Et foreslått tiltak skal besvares innen ti virkedager', 'A proposed measure is answered within ten working days', 1),
	('responsibility-gap-rule', 'PLAN_COORDINATOR', 'En plan har alltid en koordinator', 'A plan always has a coordinator', 2),
	('responsibility-gap-rule', 'MAIN_CONTACT', 'Hver innskrevet person har en hovedkontakt i teamet', 'Each enrolled person has a main contact in the team', 3),
	('responsibility-gap-rule', 'SUBSTITUTE', 'Hver innskrevet person har en stedfortreder', 'Each enrolled person has a substitute', 4),
	('responsibility-gap-rule', 'MEASURE_HOLDER', 'Et akseptert tiltak har en navngitt ansvarlig', 'An accepted measure has a named holder', 5),
	('responsibility-gap-rule', 'SAME_MEASURE', 'Samme tiltak har én ansvarlig virksomhet', 'The same measure has one responsible agency', 6),
	('responsibility-gap-rule', 'RESPONSIBILITY_MATRIX', 'Ansvarsmatrisen i kraft peker ut nøyaktig én virksomhet', 'The matrix in force names exactly one agency', 7),
	('responsibility-gap-rule', 'CONCURRENT_SERVICES', 'Tretti dager etter inntak gir både kommune og spesialisthelsetjeneste tjenester', 'Thirty days after enrolment both levels give services', 8);

-- Within which time both levels of the service give the person something (domain.md §1.1 row 7).
insert into deadline_rule (code, amount, unit, valid_from) values ('CONCURRENT_SERVICES', 30, 'DAYS', '2000-01-01');

-- Persons who hold something of these enrolments and no longer work there; of each in each unit it is asked once.
create function gaps_of_holders(enrolments enrolment[]) returns table (enrolment_id uuid, gap text, rule text, since timestamptz,
	entity text, entity_id uuid, agencies uuid[], staff_id uuid, details text[]) language plpgsql stable as $$
begin
	return query
	with held as materialized (
		select e.id as enrolled, 'MAIN_CONTACT' as of_rule, e.main_contact_id as member, e.unit_id as of_unit, 'enrolments' as of_entity,
			e.id as thing from unnest(enrolments) e
		union all select e.id, 'SUBSTITUTE', e.substitute_id, e.unit_id, 'enrolments', e.id from unnest(enrolments) e
		union all select e.id, 'PLAN_COORDINATOR', p.coordinator_staff_id, p.coordinator_unit_id, 'plans', p.id
			from unnest(enrolments) e join plan p on p.patient_id = e.patient_id and plan_is_open(p.state)
		union all select e.id, 'MEASURE_HOLDER', m.responsible_staff_id, m.responsible_unit_id, 'measures', m.id
			from unnest(enrolments) e join measure m on m.patient_id = e.patient_id and measure_is_open(m.state)
	), gone as materialized (
		select d.member, d.of_unit, left_work_at(d.member, d.of_unit) as left_at
		from (select distinct h.member, h.of_unit from held h where h.member is not null) d
	)
	select h.enrolled, 'HOLDER_GONE', h.of_rule, g.left_at, h.of_entity, h.thing, array[u.agency_id], h.member, null::text[]
	from held h join gone g using (member, of_unit) join unit u on u.id = h.of_unit
	where g.left_at is not null;
end $$;

-- What has been laid before somebody who has not taken it: measures, plans without a coordinator, and one measure twice.
create function gaps_of_duties(e enrolment) returns table (gap text, rule text, since timestamptz, entity text, entity_id uuid,
	agencies uuid[], staff_id uuid, details text[]) language sql stable as $$
	select 'NOT_ACCEPTED', 'MEASURE_ACCEPT', m.proposed_at, 'measures', m.id, array[m.responsible_agency_id], null::uuid, null::text[]
	from measure m where m.patient_id = e.patient_id and m.state = 'PROPOSED'
	union all
	select 'NOT_ACCEPTED', 'PLAN_COORDINATOR', p.created_at, 'plans', p.id, array[p.owner_agency_id], null, null
	from plan p where p.patient_id = e.patient_id and plan_is_open(p.state) and p.coordinator_staff_id is null
	union all
	select 'HELD_BY_TWO', 'SAME_MEASURE', max(m.accepted_at), 'plans', m.plan_id, array_agg(distinct m.responsible_agency_id), null, null
	from measure m where m.patient_id = e.patient_id and m.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD')
	group by m.plan_id, m.domain, lower(m.title) having count(distinct m.responsible_agency_id) > 1
$$;

-- Which agencies answer for what a party has, for this person: the team's own, the person's general practitioner's, else
-- those that act as the party, the person's municipality deciding among several.
create function party_agencies(x responsibility_matrix, e enrolment, party text) returns uuid[] language plpgsql stable as $$
declare
	acting uuid[] := array(select (p ->> 'agency_id')::uuid from jsonb_array_elements(x.parties) p where p ->> 'acts_as' = party);
	local uuid[];
begin
	if party = 'TEAM' then
		return array[e.agency_id];
	elsif party = 'GP' then
		return array(select distinct c.agency_id from care_relation c where c.patient_id = e.patient_id
			and c.basis = 'GP_REGISTRATION' and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now()));
	elsif cardinality(acting) < 2 then
		return acting;
	end if;
	local := array(select a.id from agency a join patient p on p.id = e.patient_id
		where a.id = any (acting) and a.municipality_number = p.municipality_number);
	return case when party = 'MUNICIPALITY' or cardinality(local) > 0 then local else acting end;
end $$;

-- Tasks of the matrix in force that no agency or two answer for, one row for each party.
create function gaps_of_matrix(e enrolment) returns table (gap text, rule text, since timestamptz, entity text, entity_id uuid,
	agencies uuid[], staff_id uuid, details text[]) language sql stable as $$
	select case when cardinality(held.by) > 1 then 'HELD_BY_TWO' else 'HELD_BY_NONE' end, 'RESPONSIBILITY_MATRIX',
		greatest(x.in_force_from, e.enrolled_at), 'responsibility-matrices', x.id, held.by, null::uuid, t.titles
	from responsibility_matrix x
	cross join lateral (select coalesce((select d.key from jsonb_each_text(r.b -> 'duties') d where d.value like '%A%' limit 1), '')
			as party, array_agg(r.b ->> 'title' order by r.n) as titles
		from jsonb_array_elements(x.rows) with ordinality r (b, n)
		-- what all do and none answers for alone, such as seeing and saying, lies between no chairs
		where exists (select 1 from jsonb_each_text(r.b -> 'duties') d where d.value like '%A%')
			or not exists (select 1 from jsonb_each_text(r.b -> 'duties') d where d.value like '%R%')
		group by 1) t
	cross join lateral (select case when t.party = '' then '{}'::uuid[] else party_agencies(x, e, t.party) end as by) held
	where x.unit_id = e.unit_id and x.state = 'IN_FORCE' and cardinality(held.by) <> 1
$$;

-- No measure of one of the levels is going on, or of both: since the time for it was over, or since the last one stopped.
create function gaps_of_levels(e enrolment) returns table (gap text, rule text, since timestamptz, entity text, entity_id uuid,
	agencies uuid[], staff_id uuid, details text[]) language sql stable as $$
	select 'LEVEL_MISSING', 'CONCURRENT_SERVICES', greatest(d.due_at, min(l.stopped_at)), 'enrolments', e.id,
		array(select distinct m.responsible_agency_id from measure m where m.patient_id = e.patient_id and m.state = 'IN_PROGRESS'),
		null::uuid, null::text[]
	from (select deadline_at('CONCURRENT_SERVICES', e.enrolled_at) as due_at) d
	cross join (values ('MUNICIPAL'), ('SPECIALIST')) v (level)
	cross join lateral (select coalesce(bool_or(m.state = 'IN_PROGRESS'), false) as goes_on,
			coalesce(max(coalesce(m.ended_at, m.updated_at)), '-infinity') as stopped_at
		from measure m join agency a on a.id = m.responsible_agency_id
		where m.patient_id = e.patient_id and agency_level(a.type) = v.level
			and m.state in ('IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'DISCONTINUED')) l
	where d.due_at <= clock_now() and not l.goes_on
	group by d.due_at
$$;

-- The gaps around those whom the caller's own teams have enrolled. Owner's rights: a gap shows between agencies, of
-- whose plans and measures no single caller sees all; nothing but the gap is told.
create function responsibility_gaps(enrolments uuid[]) returns table (enrolment_id uuid, patient_id uuid, unit_id uuid, gap text,
	rule text, since timestamptz, entity text, entity_id uuid, agencies uuid[], staff_id uuid, details text[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	own enrolment[] := array(select e from enrolment e where e.id = any (enrolments) and e.unit_id = any (app_unit_ids())
		and e.ended_at is null);
begin
	return query
	select e.id, e.patient_id, e.unit_id, g.gap, g.rule, g.since, g.entity, g.entity_id, g.agencies, g.staff_id, g.details
	from gaps_of_holders(own) g join unnest(own) e on e.id = g.enrolment_id
	union all
	select e.id, e.patient_id, e.unit_id, g.gap, g.rule, g.since, g.entity, g.entity_id, g.agencies, g.staff_id, g.details
	from unnest(own) e cross join lateral (select * from gaps_of_duties(e) union all select * from gaps_of_levels(e)
		union all select * from gaps_of_matrix(e)) g;
end $$;

create function gap_word(of_system text, of_code text) returns text language sql stable as $$
	select c.display_nb from code_concept c where c.system_code = of_system and c.code = of_code $$;

-- migrate:down
drop function if exists gap_word, responsibility_gaps, gaps_of_levels, gaps_of_matrix, party_agencies, gaps_of_duties, gaps_of_holders;
delete from deadline_rule where code = 'CONCURRENT_SERVICES';
delete from code_concept where system_code in ('responsibility-gap', 'responsibility-gap-rule');
delete from code_system where code in ('responsibility-gap', 'responsibility-gap-rule');
