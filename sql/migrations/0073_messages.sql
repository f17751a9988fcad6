-- migrate:up
-- Messages between units, mostly about a person: acknowledged, answered, and how long it took (S08, E03).

create table message (
	id uuid primary key,
	thread_id uuid not null, -- the id of the thread's first message
	reply_to uuid references message,
	patient_id uuid references patient,
	from_unit_id uuid not null references unit,
	from_agency_id uuid not null references agency,
	from_staff_id uuid not null references staff,
	to_unit_id uuid not null references unit,
	to_agency_id uuid not null references agency,
	subject text not null check (length(subject) between 1 and 200),
	text text not null check (length(text) between 1 and 4000),
	urgency text not null default 'NORMAL' check (urgency in ('NORMAL', 'URGENT')),
	answer_wanted boolean not null default false,
	state text not null default 'SENT' check (state in ('SENT', 'ACKNOWLEDGED', 'ANSWERED', 'RECALLED')),
	sent_at timestamptz not null default clock_now(),
	acknowledge_by timestamptz not null,
	answer_by timestamptz,
	acknowledged_at timestamptz,
	acknowledged_by uuid references staff,
	answered_at timestamptz,
	answered_by uuid references staff,
	answer_id uuid references message,
	recall_reason text,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint message_goes_to_another_unit check (from_unit_id <> to_unit_id),
	constraint message_has_an_answer_time_when_one_is_wanted check (answer_wanted = (answer_by is not null))
);
create index message_from on message (from_unit_id, sent_at);
create index message_to on message (to_unit_id, sent_at);
create index message_from_agency on message (from_agency_id, sent_at);
create index message_to_agency on message (to_agency_id, sent_at);
create index message_thread on message (thread_id, sent_at);
create index message_patient on message (patient_id, sent_at) where patient_id is not null;
select install_change_trigger('message', 'patient_id');

insert into deadline_rule (code, severity, amount, unit) values
	('MESSAGE_ACK', '', 2, 'WORKING_DAYS'),
	('MESSAGE_ACK', 'URGENT', 4, 'HOURS'),
	('MESSAGE_ANSWER', '', 5, 'WORKING_DAYS'),
	('MESSAGE_ANSWER', 'URGENT', 1, 'WORKING_DAYS')
on conflict do nothing;
insert into deadline_code (code, title_nb, escalates) values
	('MESSAGE_ACK', 'bekreft at meldingen er mottatt', true),
	('MESSAGE_ANSWER', 'svar på meldingen', true);

-- Both units', the receiver's until it is recalled, both agencies' chief doctors' and the person's. An objection
-- closes it for whom it covers.
alter table message enable row level security;
select install_read_policy('message', 'messages', $$
	((from_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])
			or (state <> 'RECALLED' and to_unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[]))
			or (current_setting('app.role', true) = 'KO' and state <> 'RECALLED'
				and nullif(current_setting('app.agency_id', true), '')::uuid in (from_agency_id, to_agency_id)))
		and {not_objected})
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid$$);
create policy message_insert on message for insert with check (
	from_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy message_update on message for update using (
	nullif(current_setting('app.agency_id', true), '')::uuid in (from_agency_id, to_agency_id));
grant select, insert, update on message to samhandling_service;

-- The receiver's deadlines follow the message, whoever changes it.
create function message_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	perform deadline_keep('message', new.id, 'MESSAGE_ACK', case when new.state = 'SENT' then new.sent_at end,
		new.acknowledge_by, new.state <> 'RECALLED', new.to_unit_id, new.patient_id);
	perform deadline_keep('message', new.id, 'MESSAGE_ANSWER',
		case when new.state in ('SENT', 'ACKNOWLEDGED') and new.answer_wanted then new.sent_at end,
		new.answer_by, new.state = 'ANSWERED', new.to_unit_id, new.patient_id);
	return null;
end $$;
create trigger follow after insert or update on message for each row execute function message_follow();

create function message_is_overdue(m message) returns boolean language sql stable as $$
	select ((m).state = 'SENT' and (m).acknowledge_by < clock_now())
		or ((m).state in ('SENT', 'ACKNOWLEDGED') and coalesce((m).answer_by < clock_now(), false)) $$;

-- With f (agencies outside health care) without the names of the others' staff.
create function message_json(m message) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (m).id, 'version', (m).version, 'status', (m).state,
		'thread_id', (m).thread_id, 'reply_to', (m).reply_to, 'patient_id', (m).patient_id,
		'from_unit', unit_brief((m).from_unit_id), 'to_unit', unit_brief((m).to_unit_id), 'subject', (m).subject,
		'text', (m).text, 'urgency', (m).urgency, 'answer_wanted', (m).answer_wanted, 'sent_at', (m).sent_at,
		'acknowledge_by', (m).acknowledge_by, 'answer_by', (m).answer_by, 'acknowledged_at', (m).acknowledged_at,
		'answered_at', (m).answered_at, 'answer_id', (m).answer_id, 'recall_reason', (m).recall_reason,
		'overdue', message_is_overdue(m), 'created_at', (m).created_at, 'updated_at', (m).updated_at)
		|| jsonb_build_object(
			'from_staff_id', case when not app_gate('f') or (m).from_agency_id = app_agency_id() then (m).from_staff_id end,
			'acknowledged_by', case when not app_gate('f') or (m).to_agency_id = app_agency_id() then (m).acknowledged_by end,
			'answered_by', case when not app_gate('f') or (m).to_agency_id = app_agency_id() then (m).answered_by end))
$$;

create function message_facts(m message) returns text[] language sql stable as $$
	select array_remove(array[
		case when (m).to_unit_id = any (app_unit_ids()) or (app_role() = 'KO' and (m).to_agency_id = app_agency_id())
			then 'receiver' end,
		case when (m).from_unit_id = any (app_unit_ids()) then 'sender' end], null) $$;

-- Has the person closed themselves to the unit? Owner's rights: the sender may not see the receivers' objections.
create function message_objected(person uuid, unit_asked uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from objection o join unit u on u.id = $2 where o.patient_id = $1 and o.state = 'ACTIVE'
		and (o.scope = 'WHOLE_RECORD' or (o.scope = 'RESOURCE_TYPES' and 'messages' = any (o.resource_types)))
		and o.against_id in (u.id, u.agency_id)) $$;

-- May an agency that is not health care be told about the person now (L16)?
create function told_by_consent(person uuid, agency_asked uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from consent c where c.patient_id = $1 and c.state = 'GRANTED'
		and c.type in ('SHARE', 'IP_PARTICIPANT_ACCESS') and $2 = any (c.to_agencies)
		and c.valid_from <= clock_now() and c.valid_to > clock_now()) $$;

-- What stands against the receiver of a message; raises.
create function check_message_receiver(u unit, person uuid) returns boolean language plpgsql as $$
declare
	kind text := (select a.type from agency a where a.id = u.agency_id);
begin
	perform raise_unless(u.id is not null and coalesce(u.valid_to, 'infinity') > clock_today()
			and kind not in ('POLICE', 'USER_ORGANISATION') and (person is null or unit_serves(u.id, person)),
		422, 'unknown_reference', fault('/to_unit_id', 'reference', 'is no unit that can get this message'));
	return check_message_may_tell(u, person);
end $$;

-- A message or an answer about a person: not to whom they have objected, outside health care with their consent.
create function check_message_may_tell(u unit, person uuid) returns boolean language plpgsql as $$
declare
	kind text := (select a.type from agency a where a.id = u.agency_id);
begin
	if person is null then
		return true;
	end if;
	perform raise_unless(not message_objected(person, u.id), 422, 'invalid_value',
		fault('/to_unit_id', 'objection', 'is a unit to which the person has objected'));
	return raise_unless(kind in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE', 'HEALTH_TRUST') and u.type <> 'HOUSING_SERVICE'
		or told_by_consent(person, u.agency_id), 403, 'consent_required');
end $$;

-- The unit that a message comes from: the one named, which must be the caller's; else the one that serves the person.
create function message_sender(asked uuid, person uuid) returns uuid language plpgsql stable as $$
begin
	perform raise_unless(asked is null or asked = any (app_unit_ids()), 422, 'unknown_reference',
		fault('/from_unit_id', 'reference', 'is not a unit of the caller'));
	return coalesce(asked, own_unit(person));
end $$;

create function message_write(new_id uuid, body jsonb, person uuid, from_unit uuid, u unit, before message)
returns uuid language plpgsql as $$
declare
	urgent text := coalesce(body ->> 'urgency', 'NORMAL');
	wanted boolean := coalesce((body ->> 'answer_wanted')::boolean, false);
begin
	insert into message (id, thread_id, reply_to, patient_id, from_unit_id, from_agency_id, from_staff_id, to_unit_id,
		to_agency_id, subject, text, urgency, answer_wanted, acknowledge_by, answer_by)
	values (new_id, coalesce(before.thread_id, new_id), before.id, person, from_unit, app_agency_id(), app_staff_id(),
		u.id, u.agency_id, coalesce(body ->> 'subject', before.subject), body ->> 'text', urgent, wanted,
		deadline_at('MESSAGE_ACK', clock_now(), urgent),
		case when wanted then coalesce((body ->> 'answer_by')::timestamptz,
			deadline_at('MESSAGE_ANSWER', clock_now(), urgent)) end);
	return new_id;
end $$;

create function message_send(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	before message;
	u unit;
	person uuid := (body ->> 'patient_id')::uuid;
begin
	if body ? 'reply_to' then
		select * into before from message where id = (body ->> 'reply_to')::uuid;
		perform raise_unless(before.id is not null and before.patient_id is not distinct from coalesce(person, before.patient_id),
			422, 'unknown_reference', fault('/reply_to', 'reference', 'is no message that the caller may answer so'));
		person := before.patient_id;
	end if;
	if person is not null then
		perform admit_named(person, 'messages', 'HEALTH_SUMMARY');
	end if;
	perform raise_unless(coalesce((body ->> 'answer_by')::timestamptz, 'infinity') > clock_now(), 422, 'invalid_value',
		fault('/answer_by', 'range', 'must be later than now'));
	select * into u from unit where id = (body ->> 'to_unit_id')::uuid;
	perform check_message_receiver(u, person);
	return message_write(new_id, body, person, message_sender((body ->> 'from_unit_id')::uuid, person), u, before);
end $$;

-- One step of a message whose row is locked. An answer is a message of its own, back to the unit that asked.
create function message_step(asked uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	m message;
	back unit;
	answer uuid;
begin
	select * into m from message where id = asked;
	if act = 'answer' then
		select * into back from unit where id = m.from_unit_id;
		perform check_message_may_tell(back, m.patient_id);
		answer := message_write(gen_random_uuid(), jsonb_build_object('text', body ->> 'text'), m.patient_id, m.to_unit_id,
			back, m);
	end if;
	update message set state = target, answer_id = coalesce(answer, answer_id),
		acknowledged_at = case when act = 'recall' then acknowledged_at else coalesce(acknowledged_at, clock_now()) end,
		acknowledged_by = case when act = 'recall' then acknowledged_by else coalesce(acknowledged_by, app_staff_id()) end,
		answered_at = case when act = 'answer' then clock_now() else answered_at end,
		answered_by = case when act = 'answer' then app_staff_id() else answered_by end,
		recall_reason = case when act = 'recall' then body ->> 'reason' else recall_reason end
	where id = asked returning * into m;
	perform note_step('messages', m.id, m.version, act, before, target, body ->> 'reason');
end $$;

-- How the units have answered one another: rows of what the caller may see, by direction and receiving unit.
create function message_times(since timestamptz, before timestamptz) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('direction', t.direction, 'unit', unit_brief(t.to_unit_id),
			'messages', t.n, 'acknowledged', t.acknowledged, 'acknowledged_in_time', t.in_time,
			'median_hours_to_acknowledge', t.ack_hours, 'answer_wanted', t.wanted, 'answered', t.answered,
			'answered_in_time', t.answered_in_time, 'median_hours_to_answer', t.answer_hours, 'overdue', t.overdue))
		order by t.direction, t.to_unit_id), '[]')
	from (
		select case when m.to_agency_id = app_agency_id() then 'IN' else 'OUT' end as direction, m.to_unit_id,
			count(*) as n, count(m.acknowledged_at) as acknowledged,
			count(*) filter (where m.acknowledged_at <= m.acknowledge_by) as in_time,
			round((percentile_cont(0.5) within group (order by extract(epoch from m.acknowledged_at - m.sent_at)) / 3600)::numeric, 1)
				as ack_hours,
			count(*) filter (where m.answer_wanted) as wanted,
			count(*) filter (where m.answer_wanted and m.answered_at is not null) as answered,
			count(*) filter (where m.answer_wanted and m.answered_at <= m.answer_by) as answered_in_time,
			round((percentile_cont(0.5) within group (order by extract(epoch from m.answered_at - m.sent_at)) / 3600)::numeric, 1)
				as answer_hours,
			count(*) filter (where message_is_overdue(m)) as overdue
		from message m
		where m.state <> 'RECALLED' and app_agency_id() in (m.from_agency_id, m.to_agency_id)
			and m.sent_at >= $1 and m.sent_at < $2
		group by 1, 2) t
$$;

-- migrate:down
delete from deadline_code where code like 'MESSAGE\_%';
delete from deadline_rule where code like 'MESSAGE\_%';
drop table message cascade;
drop function if exists message_times, message_step, message_send, message_write, message_sender, check_message_receiver, check_message_may_tell,
	told_by_consent, message_objected, message_follow cascade;
