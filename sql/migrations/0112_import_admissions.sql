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

-- The systems that the rows come from are known before the rows are laid out. False when the blocks before (`ahead`,
-- import_merge) have not been written: a new one is theirs to tell of first.
create function import_know_sources(b import_batch, of_type text, content jsonb, ahead int) returns boolean language plpgsql as $$
declare
	fresh text[] := array(select distinct x ->> 's' from jsonb_array_elements(content) x
		except select c.system from import_source c where c.agency_id = b.agency_id and c.type = of_type);
begin
	if fresh = '{}' then
		return true;
	elsif ahead is not null and not import_turn(b, ahead) then
		return false;
	end if;
	insert into import_source (agency_id, type, system) select b.agency_id, of_type, s from unnest(fresh) s on conflict do nothing;
	return true;
end $$;

create function import_admission_lay(b import_batch, agency_type text, content jsonb) returns void language plpgsql as $$
declare
	at timestamptz := clock_now();
	history timestamptz := at - make_interval(days => (select amount from deadline_rule where code = 'IMPORT_HISTORY'));
begin
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

-- While the rows were laid out the blocks before them were written: what these have told of the same keys is looked at anew,
-- one by one. False when they have not been written.
create function import_admission_catch_up(b import_batch, ahead int) returns boolean language plpgsql as $$
begin
	if ahead is not null and not import_turn(b, ahead) then
		return false;
	elsif ahead is not null then
		update import_desk d set verdict = 'ONE', patient_id = coalesce(d.patient_id, (select o.patient_id from import_origin o
			where d.o = 'delete' and o.source = d.source and o.external_id = d.i))
		where d.i in (select told ->> 'i' from import_block k cross join lateral jsonb_array_elements(k.content) told
			where k.batch_id = b.id and k.first_row > b.merged and k.first_row < ahead);
	end if;
	return true;
end $$;

-- History, many at once -------------------------------------------------------------------------------------
-- Stays that would overlap are not among the many: with one that is known they are wrong, with one of the same block they are
-- judged one by one.
create function import_admission_part() returns void language plpgsql as $$
begin
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

-- Null when it is not this block's turn after all.
create function import_admissions(b import_batch, content jsonb, ahead int) returns jsonb language plpgsql as $$
begin
	if not import_know_sources(b, 'admissions', content, ahead) then
		return null;
	end if;
	perform import_admission_lay(b, (select g.type from agency g where g.id = b.agency_id), content);
	if not import_admission_catch_up(b, ahead) then
		return null;
	end if;
	perform import_lock_persons(array(select d.patient_id from import_desk d where d.verdict in ('MANY', 'ONE')));
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
drop function if exists import_admissions, import_admission_catch_up, import_admission_warnings, import_admission_many,
	import_part_id, import_admission_part, import_admission_lay, import_know_sources, import_desk_clear, import_admission_facts,
	import_admission_fault, import_disposition, import_level, import_legal_kind cascade;
drop type import_row cascade;
drop type import_admission cascade;
delete from import_verdict where code in ('NOT_AN_ADMISSION', 'ADMISSION_OVERLAPS');
drop table admission_history;
