-- migrate:up
-- Stays out of extracts that go one by one: a row becomes steps of the stay's machine, as if it were entered late.

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
	perform admission_begin(a, d.legal, (d.r).discharged_at);
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
	if a.state = 'DISCHARGED' then
		n.ready_at := coalesce((d.r).ready_for_discharge_at, admission_ready_within(n));
	end if;
	n.unit_id := d.unit_id;
	n.institution := d.institution;
	n.ward := (d.r).ward;
	n.disposition := case when a.state = 'DISCHARGED' then coalesce(d.disposition, a.disposition) end;
	perform admission_parts_follow(a, n);
	update admission_segment s set level = d.level where s.admission_id = a.id and s.level = a.level and a.level <> d.level;
	update admission x set admitted_at = n.admitted_at, ended_at = n.ended_at, unit_id = n.unit_id, institution = n.institution,
		ward = n.ward, disposition = n.disposition, ready_at = n.ready_at, level = d.level, urgency = d.urgency, from_extract = true
	where x.id = a.id and (x.admitted_at, x.ended_at, x.unit_id, x.institution, x.ward, x.disposition, x.ready_at, x.level,
		x.urgency) is distinct from (n.admitted_at, n.ended_at, n.unit_id, n.institution, n.ward, n.disposition, n.ready_at,
		d.level, d.urgency);
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
	-- messages come in order, and two of one second are two: the clock of HL7 v2 is no finer
	said := nullif(import_standing(o.told_at, o.content_hash, o.removed, d.t, d.h, coalesce(d.o, ''), b.mode),
		case b.type when 'adt' then 'SAME_TIME_OTHER_CONTENT' end);
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

-- migrate:down
drop function if exists import_admission_one, import_trace, import_admission_annul, import_admission_settle, import_admission_end,
	import_admission_ready, import_admission_reopen, import_admission_correct, import_admission_begin,
	import_event cascade;
