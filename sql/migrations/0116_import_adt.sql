-- migrate:up
-- HL7 v2 ADT messages (interop.md §4.1): each is one step of one stay, taken in the request that brings it, so that its
-- sender can be answered. A message is known by sender and control id; sent again it is answered as before.

create table import_message (
	agency_id uuid not null references agency,
	sender text not null,
	control_id text not null,
	batch_id uuid not null references import_batch,
	answer jsonb not null,
	primary key (agency_id, sender, control_id)
);
alter table import_message enable row level security; -- for the function alone

-- The row that a message makes of what is known of its stay: a message leaves out what has not changed.
create function import_adt_row(e jsonb, a admission) returns jsonb language sql stable as $$
	select (e -> 'row') || jsonb_strip_nulls(jsonb_build_object('n', 1,
		'admitted_at', coalesce(e -> 'row' ->> 'admitted_at', a.admitted_at::text,
			case when e ->> 'event' = 'A01' then e -> 'row' ->> 't' end),
		'ward', coalesce(e -> 'row' ->> 'ward', a.ward), 'disposition', coalesce(e -> 'row' ->> 'disposition', a.disposition),
		'ready_for_discharge_at', a.ready_at))
		|| jsonb_build_object('discharged_at', case e ->> 'event'
			when 'A03' then coalesce(e -> 'row' ->> 'discharged_at', e -> 'row' ->> 't') when 'A13' then null
			else coalesce(e -> 'row' ->> 'discharged_at', a.ended_at::text) end)
$$;

-- The message's row on the desk, with what is known of its key and its person.
create function import_adt_lay(b import_batch, content jsonb) returns import_row language plpgsql as $$
declare
	d import_row;
begin
	perform import_desk_clear(), import_know_sources(b, 'admissions', jsonb_build_array(content), null),
		import_admission_lay(b, (select g.type from agency g where g.id = b.agency_id), jsonb_build_array(content));
	select * into d from import_desk;
	return d;
end $$;

create function import_adt_plan(b import_batch, d import_row, planned timestamptz) returns uuid language plpgsql as $$
begin
	perform import_refuse_unless(planned is not null, 'PLANNED_TIME_MISSING');
	insert into admission (id, patient_id, owner_agency_id, unit_id, state, urgency, level, institution, ward, planned_for, from_extract)
	values (d.id, d.patient_id, b.agency_id, d.unit_id, 'PLANNED', d.urgency, d.level, d.institution, (d.r).ward, planned, true);
	perform import_trace(b, d, d.id, import_admission_facts(d.raw));
	return d.id;
end $$;

-- The stay did not take place: one that was planned is cancelled, one that had begun was an error.
create function import_adt_cancel(b import_batch, d import_row, a admission) returns void language plpgsql as $$
declare
	before text := a.state;
begin
	update admission x set state = case when before = 'PLANNED' then 'CANCELLED' else 'ENTERED_IN_ERROR' end,
		reason = 'Avlyst i ' || (d.r).s where x.id = a.id returning x.* into a;
	perform import_event(b, a, case when before = 'PLANNED' then 'cancel' else 'annul' end, before);
	update import_origin o set removed = true where o.source = d.source and o.external_id = d.i;
end $$;

-- Back to where the patient lay before the last move.
create function import_adt_move_back(b import_batch, a admission) returns void language plpgsql as $$
declare
	last admission_segment;
	before admission_segment;
begin
	select * into last from admission_segment s where s.admission_id = a.id and s.valid_to is null;
	select * into before from admission_segment s where s.admission_id = a.id and s.valid_to = last.valid_from
		and s.id <> last.id order by s.valid_from desc limit 1;
	perform import_refuse_unless(before.id is not null, 'NOTHING_TO_TAKE_BACK');
	update admission_segment s set valid_to = s.valid_from where s.id = last.id;
	update admission_segment s set valid_to = null where s.id = before.id;
	update admission x set unit_id = before.unit_id, level = before.level, institution = before.institution, ward = before.ward
	where x.id = a.id;
end $$;

-- A step within a stay that is open.
create function import_adt_step(b import_batch, d import_row, a admission, act text, at timestamptz) returns void
language plpgsql as $$
declare
	before text := a.state;
	target text := case act when 'leave' then 'ON_LEAVE' when 'return' then 'ADMITTED' else a.state end;
begin
	perform import_refuse_unless(admission_is_open(a.state) and (act <> 'return' or a.state = 'ON_LEAVE')
		and (act <> 'leave' or a.state = 'ADMITTED'), 'NOT_IN_THIS_STATE');
	perform import_refuse_unless(at <= clock_now() + interval '1 minute', 'IN_THE_FUTURE');
	perform admission_step(a.id, act, target, jsonb_build_object('at', at, 'institution', d.institution, 'ward', (d.r).ward,
		'unit_id', d.unit_id));
	select * into a from admission x where x.id = a.id;
	perform import_event(b, a, act, before);
end $$;

-- Two records of one person are merged by people, never by a message.
create function import_adt_merge(b import_batch, d import_row, control text) returns void language sql as $$
	insert into task (kind, title, patient_id, agency_id, due_at, entity, entity_id, source_key)
	values ('PATIENT_MERGE', 'Kildesystemet har slått sammen to journaler: se om det er samme person her', d.patient_id,
		b.agency_id, clock_now() + interval '7 days', 'import_batch', b.id, format('merge:%s:%s', b.agency_id, control))
	on conflict (source_key) do nothing
$$;

-- One message that is new; gives a verdict.
create function import_adt_act(b import_batch, e jsonb, d import_row, a admission) returns text language plpgsql as $$
declare
	at timestamptz := (e -> 'row' ->> 't')::timestamptz;
begin
	case e ->> 'event'
		when 'A01', 'A03', 'A08', 'A13' then
			return import_admission_one(b, d);
		when 'A05' then
			if a.id is null then
				perform import_adt_plan(b, d, coalesce((e ->> 'planned_for')::timestamptz, (d.r).admitted_at));
			end if;
			return 'CREATED';
		when 'A40' then
			perform import_adt_merge(b, d, e ->> 'control');
			return 'UPDATED';
		when 'A11', 'A02', 'A12', 'A21', 'A22' then
			perform import_refuse_unless(a.id is not null and a.state not in ('CANCELLED', 'ENTERED_IN_ERROR'), 'STAY_UNKNOWN');
			case e ->> 'event'
				when 'A11' then perform import_adt_cancel(b, d, a);
				when 'A12' then perform import_adt_move_back(b, a);
				else perform import_adt_step(b, d, a, case e ->> 'event' when 'A02' then 'transfer_unit' when 'A21' then 'leave'
					else 'return' end, at);
			end case;
			update import_origin o set told_at = greatest(o.told_at, at), content_hash = '' where o.source = d.source
				and o.external_id = d.i and not o.removed;
			return 'UPDATED';
		else
			return 'EVENT_IGNORED';
	end case;
end $$;

create function import_adt_known(b import_batch, e jsonb) returns admission language sql stable as $$
	select a.* from import_source c join import_origin o on o.source = c.id and o.external_id = e -> 'row' ->> 'i'
		join admission a on a.id = o.entity_id
	where c.agency_id = b.agency_id and c.type = 'admissions' and c.system = e -> 'row' ->> 's' and not o.removed
$$;

create function import_adt_take(b import_batch, e jsonb) returns text language plpgsql as $$
declare
	a admission;
	d import_row;
	said text;
begin
	select * into a from import_adt_known(b, e);
	d := import_adt_lay(b, import_adt_row(e, a));
	perform 1 from patient p where p.id = coalesce(d.patient_id, a.patient_id) for no key update;
	said := case when e ->> 'event' in ('A01', 'A02', 'A03', 'A05', 'A08', 'A11', 'A12', 'A13', 'A21', 'A22', 'A40')
		then case when e ->> 'event' <> 'A40' and d.i is null then 'VISIT_NUMBER_MISSING'
			when e ->> 'event' <> 'A40' and (d.r).level_of_care <> '1' then 'NOT_AN_ADMISSION'
			when d.patient_id is null and a.id is null then case when e ->> 'event' in ('A01', 'A03', 'A08')
				and (d.r).admitted_at is not null then 'PATIENT_UNKNOWN' else 'PERSON_UNKNOWN' end
			when e ->> 'event' in ('A03', 'A08', 'A13') and (d.r).admitted_at is null then 'STAY_UNKNOWN' end
		else 'EVENT_IGNORED' end;
	said := coalesce(said, import_adt_act(b, e, d, a));
	update import_desk x set verdict = said, patient_id = coalesce(x.patient_id, a.patient_id);
	return said;
end $$;

-- One message in a subtransaction, its answer, and what is counted of it.
create function import_adt_one(b import_batch, e jsonb) returns jsonb language plpgsql as $$
declare
	said text;
	told jsonb;
	v import_verdict;
	rule text;
begin
	begin
		perform import_speak(b);
		said := import_adt_take(b, e);
		told := import_conclude(b, '[]');
	exception
		when deadlock_detected then raise;
		when others then
			get stacked diagnostics rule = constraint_name;
			said := case when sqlstate like 'AP%' then upper(sqlerrm) when rule <> '' then upper(rule) else sqlstate end;
			told := jsonb_build_object('counts', jsonb_build_object('rejected', 1));
	end;
	perform import_count(b.id, told);
	select * into v from import_verdict x where x.code = said;
	return jsonb_strip_nulls(jsonb_build_object('message_control_id', e ->> 'control',
		'code', case when coalesce(v.counted, 'rejected') = 'rejected' then 'AE' else 'AA' end,
		'text', lower(replace(said, '_', ' ')) || coalesce(': ' || v.message, ''),
		'admission_id', (select a.id from import_adt_known(b, e) a)));
end $$;

-- Whom messages are about, as far as they are known.
create function import_adt_persons(b import_batch, messages jsonb) returns uuid[] language sql stable as $$
	select array(select coalesce((select i.patient_id from patient_identifier i
			where i.hash = any (array(select jsonb_array_elements_text(m #> '{row,p}'))) limit 1),
		(select a.patient_id from import_adt_known(b, m) a)) from jsonb_array_elements(messages) m)
$$;

-- The agency's line (0113), for messages: they wait with one of the few connections that all requests share, behind whoever
-- writes a block. So only three of all agencies' requests wait at a time, and not for long; the others are to send again.
create function import_adt_turn(agency uuid) returns void language plpgsql as $$
declare
	line bigint := import_line(agency, 'adt');
begin
	if pg_try_advisory_xact_lock(line) then
		return;
	end if;
	perform 1 from generate_series(1, 3) seat where pg_try_advisory_xact_lock(hashtextextended('adt', seat)) limit 1;
	perform raise_unless(found, 503, 'unavailable'), set_config('lock_timeout', '1s', true);
	perform pg_advisory_xact_lock(line), set_config('lock_timeout', '0', true);
exception when lock_not_available then
	perform raise_problem(503, 'unavailable');
end $$;

-- The messages of one request, in their order. `asked`: messages, caller.
create function import_adt(new_id uuid, asked jsonb) returns jsonb language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	b import_batch;
	e jsonb;
	said jsonb;
	items jsonb := '[]';
begin
	perform raise_unless(import_may('adt'), 403, 'forbidden_action'), import_adt_turn(app_agency_id());
	insert into import_batch (id, agency_id, type, batch_id, state, caller, received, finished_at, rows_kept)
	values (new_id, app_agency_id(), 'adt', new_id::text, 'DONE', asked -> 'caller', jsonb_array_length(asked -> 'messages'), clock_now(), false)
	returning * into b;
	perform import_lock_persons(import_adt_persons(b, asked -> 'messages'));
	for e in select m from jsonb_array_elements(asked -> 'messages') m loop
		select m.answer into said from import_message m where m.agency_id = b.agency_id and m.sender = e ->> 'sender'
			and m.control_id = e ->> 'control';
		if said is null and e ? 'code' then
			said := jsonb_strip_nulls(jsonb_build_object('message_control_id', e ->> 'control', 'code', e ->> 'code', 'text', e ->> 'text'));
			perform import_count(b.id, '{"counts": {"rejected": 1}}');
		elsif said is null then
			said := import_adt_one(b, e);
			insert into import_message (agency_id, sender, control_id, batch_id, answer)
			values (b.agency_id, e ->> 'sender', e ->> 'control', b.id, said) on conflict do nothing;
		end if;
		items := items || said;
	end loop;
	return jsonb_build_object('items', items);
end $$;

insert into import_verdict (code, counted, field, message) values
	('EVENT_IGNORED', 'ignored', null, null),
	('STAY_UNKNOWN', 'rejected', null, 'no stay with this visit number is known'),
	('PERSON_UNKNOWN', 'rejected', null, 'no registered person'),
	('VISIT_NUMBER_MISSING', 'rejected', null, 'PV1-19 is empty'),
	('PLANNED_TIME_MISSING', 'rejected', null, 'PV2-8 and PV1-44 are empty'),
	('NOT_IN_THIS_STATE', 'rejected', null, 'the stay is not in a state for it'),
	('NOTHING_TO_TAKE_BACK', 'rejected', null, 'there is no move to take back');

-- migrate:down
delete from import_verdict where code in ('EVENT_IGNORED', 'STAY_UNKNOWN', 'PERSON_UNKNOWN', 'VISIT_NUMBER_MISSING',
	'PLANNED_TIME_MISSING', 'NOT_IN_THIS_STATE', 'NOTHING_TO_TAKE_BACK');
drop function if exists import_adt, import_adt_turn, import_adt_persons, import_adt_one, import_adt_take, import_adt_known, import_adt_act, import_adt_merge,
	import_adt_step, import_adt_move_back, import_adt_cancel, import_adt_plan, import_adt_lay, import_adt_row cascade;
drop table import_message;
