-- migrate:up
-- Stays in specialist care out of extracts. Those that ended long ago, which is nearly all of a back history, are
-- inserted some hundred at a time; those that somebody may have to act on go one by one through the same triggers as
-- what people enter, so that board, tasks and news follow.

-- From when on an agency's stays of a person are complete: before it, no stay is no knowledge.
create table admission_history (
	patient_id uuid not null references patient,
	agency_id uuid not null references agency,
	complete_from date not null,
	primary key (patient_id, agency_id)
);
alter table admission_history enable row level security;
create policy admitted on admission_history for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select on admission_history to samhandling_service;

-- A row as the daemon hands it on (server/api/import_row.c): n its number, s system, i identifier, t time, h hash of
-- the content, o what is asked, p what finds the person; times have their offset, and what was empty is not there. Of the
-- other columns those that the merge acts on; the others are facts.
create type import_admission as (n int, s text, i text, t timestamptz, h text, o text, p text[], orgnr text, resh_id text,
	ward text, hospital_stay_id text, level_of_care text, specialty text, urgency text, admitted_at timestamptz,
	discharged_at timestamptz, to_place text, discharge_state text, disposition text, ready_for_discharge_at timestamptz,
	legal_basis_at_admission text, legal_basis_at_discharge text, user_controlled_bed boolean, history_complete_from date);

-- NPR's codes in the service's words (interop.md §4.3).
create function import_legal_kind(code text) returns text language sql immutable as $$
	select case when code in ('FRIVILLIG', '2-1') then 'VOLUNTARY' when code in ('TUO', '3-2') then 'OBSERVATION'
		when code in ('TPH', '3-3') then 'COMPULSORY' when code in ('DOM', '5') then 'SENTENCED'
		when code = 'HOL_10-2' then 'SUBSTANCE_10_2' when code = 'HOL_10-3' then 'SUBSTANCE_10_3'
		when code in ('NODRETT', 'ANNET') then 'OTHER' else 'NOT_STATED' end
$$;
create function import_level(specialty text, agency_type text, own_bed boolean) returns text language sql immutable as $$
	select case when own_bed then 'USER_CONTROLLED_BED' when specialty in ('360', '365', '370') then 'TSB'
		when specialty in ('310', '320') then case when agency_type = 'DPS' then 'DPS_INPATIENT' else 'HOSPITAL_PSYCH' end
		else 'SOMATIC' end
$$;
create function import_disposition(said text, state text, place text) returns text language sql immutable as $$
	select coalesce(said, case when state in ('2', '3') then 'DECEASED' when place = '1' then 'HOME'
		when place in ('3', '7', '8', '10', '11', '21') then 'OTHER_INSTITUTION' end)
$$;

-- What is wrong with the row in itself, or what it is not: null when it is a stay.
create function import_admission_fault(r import_admission, at timestamptz) returns text language sql stable as $$
	select case when r.level_of_care not in ('1', '2') then 'NOT_AN_ADMISSION'
		when r.discharged_at < r.admitted_at then 'ENDS_BEFORE_IT_BEGINS'
		when greatest(r.admitted_at, r.discharged_at, r.ready_for_discharge_at) > at + interval '1 minute' then 'IN_THE_FUTURE'
	end
$$;

-- What the row tells that the stay itself has no place for.
create function import_admission_facts(raw jsonb) returns jsonb language sql immutable as $$
	select raw - '{n,s,i,t,h,o,p,ward,admitted_at,discharged_at,discharge_state,disposition,ready_for_discharge_at,user_controlled_bed,history_complete_from}'::text[]
$$;

-- A row of a block with what it was found to be about: `r` for stays alone. On a table of the connection's own, since
-- several statements work on the same rows; emptied with each transaction.
create type import_row as (n int, i text, t timestamptz, h text, o text, p text[], raw jsonb, source int, patient_id uuid, id uuid,
	verdict text, r import_admission, unit_id uuid, institution text, level text, urgency text, disposition text, legal text);
create function import_desk_clear() returns void language plpgsql as $$
begin
	if to_regclass('pg_temp.import_desk') is null then
		create temp table import_desk of import_row on commit delete rows;
	else
		delete from import_desk;
	end if;
end $$;

-- The systems that the rows come from are known before the rows are laid out.
create function import_know_sources(b import_batch, of_type text, content jsonb) returns void language sql as $$
	insert into import_source (agency_id, type, system)
	select b.agency_id, of_type, e.system from (select distinct x ->> 's' from jsonb_array_elements(content) x) e (system)
	where not exists (select 1 from import_source c where c.agency_id = b.agency_id and c.type = of_type and c.system = e.system)
	on conflict do nothing
$$;

create function import_admission_lay(b import_batch, agency_type text, content jsonb) returns void language plpgsql as $$
declare
	at timestamptz := clock_now();
	history timestamptz := at - make_interval(days => (select amount from deadline_rule where code = 'IMPORT_HISTORY'));
begin
	perform import_know_sources(b, 'admissions', content);
	insert into import_desk
	select r.n, r.i, r.t, r.h, r.o, r.p, e.raw, c.id, coalesce(w.patient_id, case when r.o = 'delete' then o.patient_id end),
		import_part_id(clock_uuid(), '0'),
		coalesce(import_standing(o.told_at, o.content_hash, o.removed, r.t, r.h, coalesce(r.o, ''), b.mode),
			case when o.external_id is not null then 'ONE' end, import_admission_fault(r, at),
			case when w.patient_id is null then 'PATIENT_UNKNOWN' when r.discharged_at < history then 'MANY' else 'ONE' end),
		r, u.id, coalesce(u.name, g.name, r.orgnr), import_level(r.specialty, agency_type, r.user_controlled_bed),
		case when r.urgency in ('4', '5', 'PLANNED') then 'PLANNED' else 'ACUTE' end,
		import_disposition(r.disposition, r.discharge_state, r.to_place), import_legal_kind(r.legal_basis_at_admission)
	from jsonb_array_elements(content) e (raw)
	cross join lateral jsonb_populate_record(null::import_admission, e.raw) r
	left join import_source c on c.agency_id = b.agency_id and c.type = 'admissions' and c.system = r.s
	left join lateral (select i.patient_id from patient_identifier i where i.hash = any (r.p) limit 1) w on true
	left join import_origin o on o.source = c.id and o.external_id = r.i
	left join agency g on g.organisation_number = r.orgnr
	left join lateral (select x.id, x.name from unit x join agency y on y.id = x.agency_id
		where x.resh_id = r.resh_id and y.type in ('DPS', 'HEALTH_TRUST') and x.valid_to is null order by x.id limit 1) u on true;
end $$;

-- History, many at once -------------------------------------------------------------------------------------
-- Whoever writes a person's stays locks the person first, in one order. Stays that would overlap are not among the many:
-- with one that is known they are wrong, with one of the same block they are judged one by one.
create function import_admission_part() returns void language plpgsql as $$
begin
	perform 1 from patient p where p.id = any (array(select d.patient_id from import_desk d where d.verdict = 'MANY'))
	order by p.id for no key update;
	-- of several rows with one key the order counts
	update import_desk d set verdict = 'ONE' from (select x.source, x.i from import_desk x group by x.source, x.i having count(*) > 1) k
	where k.source = d.source and k.i = d.i;
	-- rows of one stay are laid together
	update import_desk d set verdict = 'ONE' where d.verdict = 'MANY' and (d.r).hospital_stay_id is not null
		and ((d.source, (d.r).hospital_stay_id) in (select x.source, (x.r).hospital_stay_id from import_desk x
				where (x.r).hospital_stay_id is not null group by 1, 2 having count(*) > 1)
			or import_stay_of(d) is not null);
	update import_desk d set verdict = 'ADMISSION_OVERLAPS' where d.verdict = 'MANY' and exists (
		select 1 from admission_segment s join admission a on a.id = s.admission_id
		where s.patient_id = d.patient_id and s.level = d.level and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR')
			and s.valid_from < (d.r).discharged_at and (d.r).admitted_at < coalesce(s.valid_to, 'infinity'));
	-- only persons with several rows here can have stays here that meet
	update import_desk d set verdict = 'ONE' from (
		select x.id, (x.r).admitted_at < max(coalesce((x.r).discharged_at, 'infinity')) over before
			or (x.r).discharged_at > min((x.r).admitted_at) over after as meets
		from import_desk x where x.verdict in ('MANY', 'ONE') and x.patient_id in (select y.patient_id from import_desk y
			where y.verdict in ('MANY', 'ONE') group by y.patient_id having count(*) > 1)
		window before as (partition by x.patient_id, x.level order by (x.r).admitted_at, x.id rows between unbounded preceding and 1 preceding),
			after as (partition by x.patient_id, x.level order by (x.r).admitted_at, x.id rows between 1 following and unbounded following)) m
	where m.id = d.id and m.meets and d.verdict = 'MANY';
end $$;

-- The parts' identifiers follow from the stay's: making one costs more than the rest of its row does.
create function import_part_id(stay uuid, part text) returns uuid language sql immutable as $$
	select overlay(stay::text placing part from 36)::uuid $$;

create function import_admission_many(b import_batch) returns void language plpgsql as $$
declare
	noted text := set_config('app.many', 'yes', true);
begin
	insert into admission (id, patient_id, owner_agency_id, unit_id, state, urgency, level, institution, ward, admitted_at, ready_at,
		ended_at, disposition, from_extract)
	select d.id, d.patient_id, b.agency_id, d.unit_id, 'DISCHARGED', d.urgency, d.level, d.institution, (d.r).ward,
		(d.r).admitted_at, (d.r).ready_for_discharge_at, (d.r).discharged_at, d.disposition, true
	from import_desk d where d.verdict = 'MANY';
	insert into admission_segment (id, admission_id, patient_id, unit_id, level, institution, ward, valid_from, valid_to)
	select import_part_id(d.id, '1'), d.id, d.patient_id, d.unit_id, d.level, d.institution, (d.r).ward, (d.r).admitted_at, (d.r).discharged_at
	from import_desk d where d.verdict = 'MANY';
	insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to)
	select import_part_id(d.id, '2'), d.id, d.patient_id, d.legal, (d.r).admitted_at, (d.r).discharged_at
	from import_desk d where d.verdict = 'MANY';
	insert into import_origin (source, external_id, entity_id, patient_id, batch_id, row_no, told_at, content_hash, facts, stay)
	select d.source, d.i, d.id, d.patient_id, b.id, d.n, d.t, d.h, import_admission_facts(d.raw), (d.r).hospital_stay_id
	from import_desk d where d.verdict = 'MANY';
	noted := set_config('app.many', '', true);
end $$;

-- One by one --------------------------------------------------------------------------------------------------
create function import_event(b import_batch, a admission, act text, before text) returns void language sql as $$
	insert into transition_event (machine, object_id, object_version, action, from_state, to_state, agency_id, staff_id, role)
	values ('admissions', a.id, a.version, act, before, a.state, b.agency_id, (b.caller ->> 'staff_id')::uuid, b.caller ->> 'role')
$$;

-- The stay begins: at once, or where it was planned.
create function import_admission_begin(b import_batch, d import_row, a admission) returns admission language plpgsql as $$
begin
	if a.id is null then
		insert into admission (id, patient_id, owner_agency_id, unit_id, state, urgency, level, institution, ward, admitted_at, from_extract)
		values (d.id, d.patient_id, b.agency_id, d.unit_id, 'ADMITTED', d.urgency, d.level, d.institution, (d.r).ward,
			(d.r).admitted_at, true)
		returning * into a;
	else
		update admission x set state = 'ADMITTED', admitted_at = (d.r).admitted_at, unit_id = d.unit_id, level = d.level,
			institution = d.institution, ward = (d.r).ward, urgency = d.urgency, from_extract = true
		where x.id = a.id returning x.* into a;
		perform import_event(b, a, 'admit', 'PLANNED');
	end if;
	perform admission_begin(a, d.legal);
	return a;
end $$;

-- What a stay that is known is told to be now. An extract says where the patient lies, not since when: so the last
-- segment is corrected; a move is told by a message (A02).
create function import_admission_correct(d import_row, a admission) returns admission language plpgsql as $$
declare
	n admission := a;
begin
	n.admitted_at := (d.r).admitted_at;
	n.ended_at := case when a.state = 'DISCHARGED' then (d.r).discharged_at end;
	n.unit_id := d.unit_id;
	n.institution := d.institution;
	n.ward := (d.r).ward;
	n.disposition := case when a.state = 'DISCHARGED' then coalesce(d.disposition, a.disposition) end;
	perform admission_parts_follow(a, n);
	update admission_segment s set level = d.level where s.admission_id = a.id and s.level = a.level and a.level <> d.level;
	update admission x set admitted_at = n.admitted_at, ended_at = n.ended_at, unit_id = n.unit_id, institution = n.institution,
		ward = n.ward, disposition = n.disposition, level = d.level, urgency = d.urgency, from_extract = true
	where x.id = a.id and (x.admitted_at, x.ended_at, x.unit_id, x.institution, x.ward, x.disposition, x.level, x.urgency)
		is distinct from (n.admitted_at, n.ended_at, n.unit_id, n.institution, n.ward, n.disposition, d.level, d.urgency);
	select * into a from admission x where x.id = a.id;
	return a;
end $$;

-- The source takes back a discharge: what ended with it goes on.
create function import_admission_reopen(b import_batch, a admission) returns admission language plpgsql as $$
declare
	was timestamptz := a.ended_at;
begin
	update admission x set state = 'ADMITTED', ended_at = null, disposition = null, discharge_meeting_held = null,
		crisis_plan_reviewed = null, team_informed = null, follow_up_on = null, ready_at = null, from_extract = true
	where x.id = a.id returning x.* into a;
	update admission_segment s set valid_to = null where s.id = (select y.id from admission_segment y
		where y.admission_id = a.id and y.valid_to = was order by y.valid_from desc limit 1);
	update legal_period p set valid_to = null where p.id = (select y.id from legal_period y
		where y.admission_id = a.id and y.valid_to = was order by y.valid_from desc limit 1);
	perform tasks_end('admission', a.id, '{POST_DISCHARGE_CONTACT,CRISIS_PLAN_REVIEW,REGISTER_DEATH}', 'CANCELLED',
		'Utskrivningen er trukket tilbake');
	perform admission_move_card(a, 'ADMITTED', 'ADMISSION'), relate_for_admission(a, a.unit_id);
	perform import_event(b, a, 'reopen', 'DISCHARGED');
	return a;
end $$;

create function import_admission_ready(b import_batch, a admission, since timestamptz) returns admission language plpgsql as $$
declare
	before text := a.state;
begin
	if since is not null and before in ('ADMITTED', 'ON_LEAVE') then
		update admission x set state = 'READY_FOR_DISCHARGE', ready_at = since where x.id = a.id returning x.* into a;
		perform import_event(b, a, 'ready', before);
	elsif since is null and before = 'READY_FOR_DISCHARGE' then
		update admission x set state = 'ADMITTED', ready_at = null where x.id = a.id returning x.* into a;
		perform leave_close(a.id, clock_now()), import_event(b, a, 'not_ready', before);
	end if;
	return a;
end $$;

create function import_admission_end(b import_batch, d import_row, a admission) returns admission language plpgsql as $$
declare
	at timestamptz := (d.r).discharged_at;
	before text := a.state;
begin
	if at < admission_latest(a) then
		raise exception using errcode = 'APIMP', message = 'ENDS_BEFORE_IT_BEGINS';
	end if;
	perform leave_close(a.id, at);
	update admission_segment set valid_to = at where admission_id = a.id and valid_to is null;
	update legal_period set valid_to = at where admission_id = a.id and valid_to is null;
	update admission x set state = 'DISCHARGED', ended_at = at, ready_at = coalesce((d.r).ready_for_discharge_at, x.ready_at),
		disposition = d.disposition, from_extract = true
	where x.id = a.id returning x.* into a;
	perform import_event(b, a, 'discharge', before);
	return a;
end $$;

-- The stay becomes what the row says, one step of its machine after the other, as if it were entered late.
create function import_admission_settle(b import_batch, d import_row, a admission) returns admission language plpgsql as $$
begin
	if a.id is null or a.state = 'PLANNED' then
		a := import_admission_begin(b, d, a);
	else
		if a.state = 'DISCHARGED' and (d.r).discharged_at is null then
			a := import_admission_reopen(b, a);
		end if;
		a := import_admission_correct(d, a);
	end if;
	if (d.r).discharged_at is null then
		return import_admission_ready(b, a, (d.r).ready_for_discharge_at);
	elsif a.state <> 'DISCHARGED' then
		return import_admission_end(b, d, import_admission_ready(b, a, (d.r).ready_for_discharge_at));
	end if;
	return a;
end $$;

create function import_admission_annul(b import_batch, d import_row, thing uuid) returns text language plpgsql as $$
declare
	a admission;
	before text;
begin
	select * into a from admission x where x.id = thing for update;
	before := a.state;
	if before not in ('CANCELLED', 'ENTERED_IN_ERROR') then
		update admission x set state = 'ENTERED_IN_ERROR', reason = 'Trukket tilbake i ' || (d.r).s where x.id = a.id
		returning x.* into a;
		perform import_event(b, a, 'annul', before);
	end if;
	update import_origin set removed = true, told_at = d.t, content_hash = d.h, batch_id = b.id, row_no = d.n
	where source = d.source and external_id = d.i;
	return 'DELETED';
end $$;

-- Notes where the thing comes from; the row that counts is the latest.
create function import_trace(b import_batch, d import_row, thing uuid, told jsonb) returns void language sql as $$
	insert into import_origin (source, external_id, entity_id, patient_id, batch_id, row_no, told_at, content_hash, facts, stay)
	values (d.source, d.i, thing, d.patient_id, b.id, d.n, d.t, d.h, told, (d.r).hospital_stay_id)
	on conflict (source, external_id) do update set entity_id = excluded.entity_id, patient_id = excluded.patient_id,
		batch_id = excluded.batch_id, row_no = excluded.row_no, told_at = excluded.told_at,
		content_hash = excluded.content_hash, facts = excluded.facts, stay = excluded.stay, removed = false
$$;

create function import_admission_one(b import_batch, d import_row) returns text language plpgsql as $$
declare
	o import_origin;
	a admission;
	said text;
begin
	select * into o from import_origin x where x.source = d.source and x.external_id = d.i for update;
	said := import_standing(o.told_at, o.content_hash, o.removed, d.t, d.h, coalesce(d.o, ''), b.mode);
	if said is not null then
		return said;
	elsif d.o = 'delete' and import_stay_leave(o) then
		update import_origin x set removed = true, told_at = d.t, content_hash = d.h, batch_id = b.id, row_no = d.n
		where x.source = d.source and x.external_id = d.i;
		return 'DELETED';
	elsif d.o = 'delete' then
		return import_admission_annul(b, d, o.entity_id);
	end if;
	said := coalesce(import_admission_fault(d.r, clock_now()), case when d.patient_id is null then 'PATIENT_UNKNOWN' end);
	if said is not null then
		return said;
	end if;
	perform 1 from patient p where p.id = d.patient_id for no key update;
	if o.external_id is not null and not o.removed then
		select * into a from admission x where x.id = o.entity_id for update;
		if a.patient_id <> d.patient_id then
			return 'OTHER_PERSON';
		elsif a.state in ('CANCELLED', 'ENTERED_IN_ERROR') then
			return 'TAKEN_BACK_HERE';
		end if;
	end if;
	said := case when a.id is null then 'CREATED' else 'UPDATED' end;
	if o.segment_id is not null or import_stay_of(d) is not null then
		perform import_stay_join(b, d, o);
		said := 'UPDATED';
	else
		a := import_admission_settle(b, d, a);
		perform import_trace(b, d, a.id, import_admission_facts(d.raw));
	end if;
	return said;
end $$;

-- What else is worth saying of rows that were taken.
create function import_admission_warnings() returns jsonb language plpgsql as $$
begin
	return (select coalesce(jsonb_agg(jsonb_build_object('row', w.n, 'source_id', w.i, 'severity', 'warning', 'code', w.code,
		'field', w.field, 'message', w.message) order by w.n), '[]')
	from (select d.n, d.i, 'LEGAL_BOUNDARY_UNKNOWN' as code, 'legal_basis_at_discharge' as field,
			'the ground changed during the stay; when is told by legal periods' as message
		from import_desk d where d.verdict in ('MANY', 'CREATED', 'UPDATED')
			and import_legal_kind((d.r).legal_basis_at_discharge) <> d.legal and (d.r).legal_basis_at_discharge is not null
		union all
		select d.n, d.i, 'LEGAL_BASIS_IS_NO_STAY', 'legal_basis_at_admission',
			'compulsory care without overnight stay is a decision, not the ground of a stay'
		from import_desk d where d.verdict in ('MANY', 'CREATED', 'UPDATED')
			and (d.r).legal_basis_at_admission in ('TPH_UTEN_DOGN', '3-5')) w);
end $$;

create function import_admissions(b import_batch, content jsonb) returns jsonb language plpgsql as $$
begin
	perform import_admission_lay(b, (select g.type from agency g where g.id = b.agency_id), content);
	perform import_admission_part();
	perform import_each(b, 'import_admission_one') where exists (select 1 from import_desk where verdict = 'ONE');
	begin -- last: from here on it is this transaction's turn to give events their places
		perform import_admission_many(b);
	exception
		when deadlock_detected then raise;
		when others then -- one of them breaks a rule; which one, they show one by one
			update import_desk set verdict = 'ONE' where verdict = 'MANY';
			perform import_each(b, 'import_admission_one');
	end;
	insert into admission_history (patient_id, agency_id, complete_from)
	select d.patient_id, b.agency_id, min((d.r).history_complete_from) from import_desk d
	where (d.r).history_complete_from is not null and d.verdict in ('MANY', 'CREATED', 'UPDATED') group by d.patient_id
	on conflict (patient_id, agency_id) do update set complete_from = least(admission_history.complete_from, excluded.complete_from);
	return import_admission_warnings();
end $$;

insert into import_verdict (code, counted, field, message) values
	('NOT_AN_ADMISSION', 'ignored', 'level_of_care', 'is not a stay: only 1 and 2 become admissions'),
	('ADMISSION_OVERLAPS', 'rejected', 'admitted_at', 'overlaps another stay of the person at the same level');

-- migrate:down
drop function if exists import_admissions, import_admission_warnings, import_admission_one, import_trace,
	import_admission_annul, import_admission_settle, import_admission_end, import_admission_ready, import_admission_reopen,
	import_admission_correct, import_admission_begin, import_event, import_admission_many, import_part_id, import_admission_part,
	import_admission_lay, import_know_sources, import_desk_clear, import_admission_facts, import_admission_fault, import_disposition, import_level,
	import_legal_kind cascade;
drop type import_row cascade;
drop type import_admission cascade;
delete from import_verdict where code in ('NOT_AN_ADMISSION', 'ADMISSION_OVERLAPS');
drop table admission_history;
