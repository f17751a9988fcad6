-- migrate:up
-- Rows of one stay (interop.md §4.1: several encounters with one hospital_stay_id are one admission with segments). Each
-- row tells of the part of the stay in one ward; the admission is what its parts are together, and a move between wards is
-- no admission of its own.

-- The admission that other rows of the same stay have made.
create function import_stay_of(d import_row) returns uuid language sql stable as $$
	select k.entity_id from import_origin k where k.source = d.source and k.stay = (d.r).hospital_stay_id
		and k.patient_id = d.patient_id and k.external_id <> d.i and not k.removed limit 1
$$;

-- The parts of a stay; those that were taken back have no length.
create function import_stay_parts(admission uuid) returns setof admission_segment language sql stable as $$
	select s.* from admission_segment s where s.admission_id = admission and s.valid_to is distinct from s.valid_from
$$;

-- The legal periods reach from one end of the stay to the other. What a part tells of its ground holds in that part, unless
-- rows of legal periods know better.
create function import_stay_ground(a admission, d import_row) returns void language plpgsql as $$
declare
	first legal_period;
	last legal_period;
	ground text := coalesce(d.legal, 'NOT_STATED');
begin
	select * into first from legal_period p where p.admission_id = a.id order by p.valid_from limit 1;
	select * into last from legal_period p where p.admission_id = a.id order by p.valid_from desc limit 1;
	if first.id = last.id and (a.admitted_at >= first.valid_to or a.ended_at <= first.valid_from) then -- moved to another time
		update legal_period p set valid_from = a.admitted_at, valid_to = a.ended_at where p.id = first.id returning p.* into first;
		last := first;
	end if;
	if a.admitted_at < first.valid_from and ground not in ('NOT_STATED', first.kind) then
		insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to)
		values (clock_uuid(), a.id, a.patient_id, ground, a.admitted_at, first.valid_from);
	else
		update legal_period p set valid_from = a.admitted_at where p.id = first.id and p.valid_from <> a.admitted_at;
	end if;
	if coalesce(a.ended_at, 'infinity') > last.valid_to and ground not in ('NOT_STATED', last.kind) then
		insert into legal_period (id, admission_id, patient_id, kind, valid_from, valid_to)
		values (clock_uuid(), a.id, a.patient_id, ground, last.valid_to, a.ended_at);
	else
		update legal_period p set valid_to = a.ended_at where p.id = last.id and p.valid_to is distinct from a.ended_at;
	end if;
	if ground <> 'NOT_STATED' and (d.r).admitted_at < coalesce((d.r).discharged_at, 'infinity')
		and not exists (select 1 from import_legal_told(a.id))
		and not exists (select 1 from legal_period p where p.admission_id = a.id and p.kind = ground
			and p.valid_from <= (d.r).admitted_at and coalesce(p.valid_to, 'infinity') >= coalesce((d.r).discharged_at, 'infinity')) then
		perform import_legal_lay(a, clock_uuid(), (d.r).admitted_at, (d.r).discharged_at, ground);
	end if;
end $$;

-- The admission becomes what its parts are: begun with the first, ended with the last, and lies where the last one lies.
create function import_stay_settle(b import_batch, a admission, d import_row) returns admission language plpgsql as $$
declare
	before text := a.state;
	first admission_segment;
	last admission_segment;
begin
	select * into first from import_stay_parts(a.id) p order by p.valid_from limit 1;
	select * into last from import_stay_parts(a.id) p order by p.valid_from desc limit 1;
	if last.valid_to is not null and before <> 'DISCHARGED' then
		perform leave_close(a.id, last.valid_to);
	end if;
	update admission x set admitted_at = first.valid_from, ended_at = last.valid_to, unit_id = last.unit_id, level = last.level,
		institution = last.institution, ward = last.ward, from_extract = true,
		state = case when last.valid_to is not null then 'DISCHARGED' when before = 'DISCHARGED' then 'ADMITTED' else before end,
		urgency = case when first.valid_from = (d.r).admitted_at then d.urgency else x.urgency end,
		disposition = case when last.valid_to is null then null when last.valid_from = (d.r).admitted_at then d.disposition
			else x.disposition end
	where x.id = a.id returning x.* into a;
	if before <> 'DISCHARGED' and a.state = 'DISCHARGED' then
		perform import_event(b, a, 'discharge', before);
	elsif a.state <> 'DISCHARGED' and last.valid_from = (d.r).admitted_at then
		a := import_admission_ready(b, a, (d.r).ready_for_discharge_at);
	end if;
	return a;
end $$;

-- The part that the row tells of, new or corrected. Where the patient lay before is left when they come here.
create function import_stay_part(d import_row, admission uuid, known uuid) returns uuid language plpgsql as $$
declare
	begins timestamptz := (d.r).admitted_at;
	ends timestamptz := (d.r).discharged_at;
	part uuid := known;
begin
	update admission_segment s set valid_to = begins where s.admission_id = admission and s.valid_to is null
		and s.valid_from < begins and s.id is distinct from known;
	if known is null then
		insert into admission_segment (id, admission_id, patient_id, unit_id, level, institution, ward, valid_from, valid_to)
		values (clock_uuid(), admission, d.patient_id, d.unit_id, d.level, d.institution, (d.r).ward, begins, ends)
		returning id into part;
	else
		update admission_segment s set unit_id = d.unit_id, level = d.level, institution = d.institution, ward = (d.r).ward,
			valid_from = begins, valid_to = ends
		where s.id = known and (s.unit_id, s.level, s.institution, s.ward, s.valid_from, s.valid_to)
			is distinct from (d.unit_id, d.level, d.institution, (d.r).ward, begins, ends);
	end if;
	perform import_refuse_unless(not exists (select 1 from import_stay_parts(admission) s where s.id <> part
		and s.valid_from < coalesce(ends, 'infinity') and coalesce(s.valid_to, 'infinity') > begins), 'SEGMENTS_OVERLAP');
	return part;
end $$;

-- A row that was a stay of its own, or a part of another, is that no longer. True when it was one part of several.
create function import_stay_leave(o import_origin) returns boolean language plpgsql as $$
declare
	a admission;
	b import_batch;
begin
	if o.segment_id is null or o.removed or not exists (select 1 from import_origin k where k.entity_id = o.entity_id
			and k.external_id <> o.external_id and not k.removed) then
		return false;
	end if;
	select * into a from admission x where x.id = o.entity_id for update;
	select * into b from import_batch x where x.id = o.batch_id;
	update admission_segment s set valid_to = s.valid_from where s.id = o.segment_id;
	a := import_stay_settle(b, a, null);
	perform import_stay_ground(a, null);
	return true;
end $$;

-- The row becomes a part of the stay whose other rows are known, or stays the part that it was.
create function import_stay_join(b import_batch, d import_row, o import_origin) returns void language plpgsql as $$
declare
	stay uuid := coalesce(import_stay_of(d), o.entity_id);
	own uuid := case when stay = o.entity_id and not o.removed then o.segment_id end;
	a admission;
	last_part admission_segment;
begin
	if stay <> o.entity_id and not o.removed and not import_stay_leave(o) then
		update admission x set state = 'ENTERED_IN_ERROR', reason = 'Del av et annet opphold i ' || (d.r).s where x.id = o.entity_id;
	end if;
	select * into a from admission x where x.id = stay for update;
	perform import_refuse_unless(a.state not in ('PLANNED', 'CANCELLED', 'ENTERED_IN_ERROR'), 'TAKEN_BACK_HERE');
	update import_origin k set segment_id = (select s.id from import_stay_parts(a.id) s order by s.valid_from limit 1)
	where k.entity_id = a.id and k.segment_id is null and not k.removed;
	if (d.r).discharged_at is null and a.state = 'DISCHARGED' then
		select * into last_part from import_stay_parts(a.id) s where s.valid_to = a.ended_at order by s.valid_from desc limit 1;
		a := import_admission_reopen(b, a);
		update admission_segment s set valid_to = last_part.valid_to where s.id = last_part.id;
	end if;
	own := import_stay_part(d, a.id, own);
	a := import_stay_settle(b, a, d);
	perform import_stay_ground(a, d), import_trace(b, d, a.id, import_admission_facts(d.raw));
	update import_origin k set segment_id = own where k.source = d.source and k.external_id = d.i;
end $$;

insert into import_verdict (code, counted, field, message) values
	('SEGMENTS_OVERLAP', 'rejected', 'admitted_at', 'overlaps another part of the same stay');

-- migrate:down
delete from import_verdict where code = 'SEGMENTS_OVERLAP';
drop function if exists import_stay_join, import_stay_leave, import_stay_part, import_stay_settle, import_stay_ground,
	import_stay_parts, import_stay_of cascade;
