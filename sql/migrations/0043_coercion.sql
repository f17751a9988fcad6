-- migrate:up
-- Decisions on coercion (domain.md §4.8): the status that others need to know, never a copy of the decision. When
-- each kind is controlled and lapses stands in deadline_rule.

insert into legal_basis (code, law, section, title_en, valid_from) values
	('PHVL_OBSERVATION', 'psykisk helsevernloven', '§ 3-2', 'Compulsory observation', '2001-01-01'),
	('PHVL_COMPULSORY', 'psykisk helsevernloven', '§ 3-3', 'Compulsory mental health care', '2001-01-01'),
	('PHVL_CONTROL', 'psykisk helsevernloven', '§ 4-9', 'Control every three months', '2001-01-01'),
	('PHVL_MEDICATION', 'psykisk helsevernloven', '§ 4-4', 'Treatment without consent', '2001-01-01'),
	('HOL_RETENTION_BY_AGREEMENT', 'helse- og omsorgstjenesteloven', '§ 10-4', 'Retention by earlier agreement', '2012-01-01');

-- With a row of its own only the kinds that last otherwise than the rule for all.
insert into deadline_rule (code, severity, amount, unit, legal_basis_code) values
	('COERCION_CONTROL', '', 3, 'MONTHS', 'PHVL_CONTROL'),
	('COERCION_LAPSE', '', 12, 'MONTHS', 'PHVL_COMPULSORY'),
	('COERCION_LAPSE', 'OBSERVATION_3_2', 10, 'DAYS', 'PHVL_OBSERVATION'),
	('COERCION_LAPSE', 'MEDICATION_4_4', 3, 'MONTHS', 'PHVL_MEDICATION'),
	('COERCION_LAPSE', 'SUBSTANCE_10_2', 3, 'MONTHS', 'HOL_COMPULSORY'),
	('COERCION_LAPSE', 'SUBSTANCE_10_4', 21, 'DAYS', 'HOL_RETENTION_BY_AGREEMENT'),
	('COERCION_WARNING', '', 14, 'DAYS', null);

create table coercion_decision (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	unit_id uuid references unit, -- whose task it is to control it
	admission_id uuid references admission, -- the stay that it holds in
	type text not null check (type in ('EXAM_3_1', 'OBSERVATION_3_2', 'TPH_INPATIENT', 'TPH_OUTPATIENT', 'MEDICATION_4_4',
		'SUBSTANCE_10_2', 'SUBSTANCE_10_3', 'SUBSTANCE_10_4')),
	state text not null default 'RUNNING' check (state in ('RUNNING', 'ENDED', 'OVERTURNED', 'LAPSED', 'ENTERED_IN_ERROR')),
	decided_at timestamptz not null,
	decided_by text not null, -- name and position: tribunals and courts are nobody's staff here
	reference text, -- where the decision itself stands
	valid_from timestamptz not null,
	lapses_at timestamptz not null,
	control_due_at timestamptz not null,
	controlled_at timestamptz, -- the latest control
	complaint_at timestamptz, -- made, and not yet decided or decided
	complaint_result text check (complaint_result in ('NOT_UPHELD', 'UPHELD', 'WITHDRAWN')),
	ended_at timestamptz,
	end_reason text,
	converted_from uuid references coercion_decision,
	recorded_by uuid references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint coercion_lapses_after_it_begins check (lapses_at > valid_from),
	constraint coercion_has_a_time_when_it_ended check ((state = 'RUNNING') = (ended_at is null)),
	constraint coercion_complaint_has_a_time check (complaint_result is null or complaint_at is not null)
);
create index coercion_decision_patient on coercion_decision (patient_id, decided_at);
create index coercion_decision_due on coercion_decision (least(control_due_at, lapses_at)) where state = 'RUNNING';
create index coercion_decision_converted on coercion_decision (converted_from) where converted_from is not null;
-- the same ground does not run twice
create unique index coercion_runs_once on coercion_decision (patient_id, type) where state = 'RUNNING';

select install_change_trigger('coercion_decision', 'patient_id', 'history');
insert into thing_of_person (resource, kept_in, objected_as) values
	('coercion-decisions', 'coercion_decision', 'coercion-decisions');

alter table coercion_decision enable row level security;
select install_read_policy('coercion_decision', 'coercion-decisions', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP')
		and {related_as_gated} and {not_objected})$$);
create policy coercion_insert on coercion_decision for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy coercion_update on coercion_decision for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert, update on coercion_decision to samhandling_service;

-- Asked before the caller may see decisions; tells yes or no.
create function coercion_is_running(patient uuid) returns boolean language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from coercion_decision d where d.patient_id = $1 and d.state = 'RUNNING')
$$;

-- The chief doctor writes decisions on examination, the centre all of them.
create function may_write_coercion(type text) returns boolean language sql stable as $$
	select app_role() = 'DPS' or (app_role() = 'KO' and type = 'EXAM_3_1') $$;

create function coercion_facts(d coercion_decision) returns text[] language sql stable as $$
	select array_remove(array[case when may_write_coercion((d).type) then 'writer' end,
		case when (d).complaint_at is not null and (d).complaint_result is null then 'complaint_open' end,
		case when (d).type not in ('TPH_INPATIENT', 'TPH_OUTPATIENT') then 'not_convertible' end,
		case when exists (select 1 from coercion_decision n where n.converted_from = (d).id and n.state <> 'ENTERED_IN_ERROR')
			then 'converted' end], null)
$$;

create function coercion_json(d coercion_decision) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (d).id, 'version', (d).version, 'patient_id', (d).patient_id,
		'status', (d).state, 'since', oslo_day(coalesce((d).ended_at, (d).valid_from))) || case when app_cell() = 'S' then '{}' else jsonb_build_object('agency_id', (d).owner_agency_id,
			'unit_id', (d).unit_id, 'admission_id', (d).admission_id, 'type', (d).type, 'decided_at', (d).decided_at,
			'decided_by', (d).decided_by, 'reference', (d).reference, 'valid_from', (d).valid_from,
			'lapses_at', (d).lapses_at, 'control_due_at', (d).control_due_at, 'controlled_at', (d).controlled_at,
			'control_overdue', (d).state = 'RUNNING' and (d).control_due_at < clock_now(),
			'complaint', case when (d).complaint_at is not null then jsonb_build_object('made_at', (d).complaint_at,
				'result', coalesce((d).complaint_result, 'PENDING')) end,
			'ended_at', (d).ended_at, 'end_reason', (d).end_reason, 'converted_from', (d).converted_from,
			'converted_to', (select n.id from coercion_decision n where n.converted_from = (d).id
				and n.state <> 'ENTERED_IN_ERROR'),
			'created_at', (d).created_at, 'updated_at', (d).updated_at) end)
$$;

-- The control comes before the end of what is controlled.
create function coercion_control_due(start timestamptz, lapses timestamptz) returns timestamptz language sql stable as $$
	select least(deadline_at('COERCION_CONTROL', start), lapses) $$;

-- How long a decision may last without another one: what is asked for, and never longer than its kind allows.
create function coercion_lapse(kind text, start timestamptz, asked timestamptz, pointer text) returns timestamptz
language plpgsql stable as $$
declare
	latest timestamptz := deadline_at('COERCION_LAPSE', start, kind);
begin
	perform raise_unless(asked is null or (asked > start and asked <= latest), 422, 'invalid_value',
		fault(pointer, 'range', 'must be after the decision begins and not later than its kind may last'));
	return coalesce(asked, latest);
end $$;

create function coercion_enter(new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	person uuid := admit_named((b ->> 'patient_id')::uuid, 'coercion-decisions', 'COERCION');
	kind text := b ->> 'type';
	begins timestamptz := coalesce((b ->> 'valid_from')::timestamptz, (b ->> 'decided_at')::timestamptz);
	lapses timestamptz;
begin
	perform raise_unless(may_write_coercion(kind), 403, 'forbidden_action');
	perform happened_at(b ->> 'decided_at', '/decided_at');
	perform raise_unless(not exists (select 1 from coercion_decision d where d.patient_id = person and d.type = kind
		and d.state = 'RUNNING'), 409, 'duplicate', fault('/type', 'taken', 'is decided and running: extend that decision, or end it first'));
	lapses := coercion_lapse(kind, begins, (b ->> 'lapses_at')::timestamptz, '/lapses_at');
	insert into coercion_decision (id, patient_id, owner_agency_id, unit_id, admission_id, type, decided_at, decided_by,
		reference, valid_from, lapses_at, control_due_at, recorded_by)
	values (new_id, person, app_agency_id(), (app_unit_ids())[1], coercion_stay(person, kind, b ->> 'admission_id'), kind,
		(b ->> 'decided_at')::timestamptz, b ->> 'decided_by', b ->> 'reference', begins, lapses,
		coercion_control_due(begins, lapses), app_staff_id());
	return new_id;
end $$;

-- The stay that a decision holds in: the one that is named, else the open one; none for care without a stay.
create function coercion_stay(person uuid, kind text, asked text) returns uuid language plpgsql stable as $$
declare
	stay uuid;
begin
	select a.id into stay from admission a where a.patient_id = person
		and case when asked is null then admission_is_open(a.state) and kind not in ('EXAM_3_1', 'TPH_OUTPATIENT')
			and a.level <> 'SOMATIC' else a.id = asked::uuid end
	order by a.admitted_at desc limit 1;
	perform raise_unless(asked is null or stay is not null, 422, 'unknown_reference',
		fault('/admission_id', 'unknown_reference', 'is no admission of this patient'));
	return stay;
end $$;

-- Another decision takes its place, in the same transaction.
create function coercion_convert(d coercion_decision, b jsonb, at timestamptz, new_id uuid) returns void
language plpgsql as $$
declare
	kind text := case d.type when 'TPH_INPATIENT' then 'TPH_OUTPATIENT' else 'TPH_INPATIENT' end;
begin
	perform raise_unless(not exists (select 1 from coercion_decision x where x.patient_id = d.patient_id
		and x.type = kind and x.state = 'RUNNING'), 409, 'duplicate', fault('', 'taken', 'would become a ' || kind || ', and one is running'));
	insert into coercion_decision (id, patient_id, owner_agency_id, unit_id, admission_id, type, decided_at, decided_by,
		reference, valid_from, lapses_at, control_due_at, controlled_at, converted_from, recorded_by)
	values (new_id, d.patient_id, app_agency_id(), (app_unit_ids())[1], coercion_stay(d.patient_id, kind, null), kind, at,
		coalesce(b ->> 'decided_by', d.decided_by), coalesce(b ->> 'reference', d.reference), at,
		greatest(d.lapses_at, at + interval '1 minute'), d.control_due_at, d.controlled_at, d.id, app_staff_id());
end $$;

-- A conversion that never was: the decision before goes on, unless its stay is over or another of its kind runs.
create function coercion_unconvert(d coercion_decision) returns void language plpgsql as $$
declare
	before coercion_decision;
begin
	update coercion_decision x set state = 'RUNNING', ended_at = null, end_reason = null
	where x.id = d.converted_from and x.state = 'ENDED'
		and not exists (select 1 from coercion_decision r where r.patient_id = x.patient_id and r.type = x.type and r.state = 'RUNNING')
		and not exists (select 1 from admission a where a.id = x.admission_id and not admission_is_open(a.state))
	returning * into before;
	if found then
		perform note_step('coercion-decisions', before.id, before.version, 'convert', 'ENDED', 'RUNNING', 'Omgjøringen var feilført');
	end if;
end $$;

-- One step of a decision whose row is locked and whose machine has allowed it; gives its version back.
create function coercion_step(decision uuid, act text, target text, b jsonb, new_id uuid) returns int
language plpgsql as $$
declare
	d coercion_decision;
	at timestamptz := happened_at(b ->> 'at', '/at');
begin
	select * into d from coercion_decision x where x.id = decision;
	perform raise_unless(at >= d.valid_from or act in ('complain', 'annul'), 422, 'invalid_value',
		fault('/at', 'range', 'must not be before the decision began'));
	case act
		when 'extend' then
			d.lapses_at := coercion_lapse(d.type, at, (b ->> 'until')::timestamptz, '/until');
			d.control_due_at := coercion_control_due(at, d.lapses_at);
		when 'control' then
			d.controlled_at := at;
			d.control_due_at := coercion_control_due(at, d.lapses_at);
		when 'complain' then
			d.complaint_at := at;
			d.complaint_result := null;
		when 'settle_complaint' then d.complaint_result := b ->> 'result';
		when 'overturn' then
			d.complaint_result := case when d.complaint_at is not null then 'UPHELD' end;
			d.end_reason := b ->> 'reason';
		when 'end', 'annul' then d.end_reason := b ->> 'reason';
		else d.end_reason := 'Omgjort';
	end case;
	update coercion_decision x set state = target, lapses_at = d.lapses_at, control_due_at = d.control_due_at,
		controlled_at = d.controlled_at, complaint_at = d.complaint_at, complaint_result = d.complaint_result,
		end_reason = d.end_reason, ended_at = case when target <> 'RUNNING' then coalesce(x.ended_at, at) end
	where x.id = d.id;
	if act = 'convert' then
		perform coercion_convert(d, b, at, new_id);
	elsif act = 'annul' and d.converted_from is not null then
		perform coercion_unconvert(d);
	end if;
	return (select x.version from coercion_decision x where x.id = d.id);
end $$;

create function coercion_correct(decision uuid, b jsonb, seen text) returns bigint language plpgsql as $$
declare
	d coercion_decision;
begin
	select * into d from coercion_decision x where x.id = decision for update;
	if d.version::text is distinct from seen then
		return 0;
	end if;
	perform raise_unless(may_write_coercion(d.type), 403, 'forbidden_action');
	perform happened_at(b ->> 'decided_at', '/decided_at');
	update coercion_decision x set decided_at = coalesce((b ->> 'decided_at')::timestamptz, x.decided_at),
		decided_by = coalesce(b ->> 'decided_by', x.decided_by),
		reference = case when b ? 'reference' then b ->> 'reference' else x.reference end,
		unit_id = coalesce(task_unit((b ->> 'unit_id')::uuid), x.unit_id)
	where x.id = d.id;
	return 1;
end $$;

-- Tasks of a control follow the decision: done when it has been held, gone when there is nothing to control.
create function coercion_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	if new.state <> 'RUNNING' then
		perform tasks_end('coercion_decision', new.id, null, 'CANCELLED', 'Vedtaket gjelder ikke lenger');
	elsif new.control_due_at <> old.control_due_at then
		perform tasks_end('coercion_decision', new.id, '{COERCION_CONTROL}', 'DONE', null);
	end if;
	if new.lapses_at <> old.lapses_at then
		perform tasks_end('coercion_decision', new.id, '{COERCION_LAPSES}', 'DONE', null);
	end if;
	return null;
end $$;
create trigger follow after update on coercion_decision for each row execute function coercion_follow();

-- With the stay end the decisions that hold in it, save care without a stay.
create function coercion_ends_with_stay() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	d coercion_decision;
begin
	for d in select * from coercion_decision x where x.admission_id = new.id and x.state = 'RUNNING'
		and x.type <> 'TPH_OUTPATIENT' for update
	loop
		update coercion_decision x set state = 'ENDED', ended_at = greatest(new.ended_at, x.valid_from), end_reason = 'Utskrevet'
		where x.id = d.id;
		perform job_event('coercion-decisions', d.id, d.version + 1, 'end', 'RUNNING', 'ENDED');
	end loop;
	return null;
end $$;
create trigger coercion_ends after update of state on admission for each row
	when (new.state = 'DISCHARGED' and old.state <> 'DISCHARGED') execute function coercion_ends_with_stay();

-- Lapses what nobody has extended, and warns its unit in time of the control and of the end.
create function job_coercion(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	d coercion_decision;
	n int := 0;
begin
	for d in select * from coercion_decision x where x.state = 'RUNNING' and x.lapses_at <= clock_now()
			and least(x.control_due_at, x.lapses_at) <= clock_now() -- the index that it has
		order by x.lapses_at limit batch for update skip locked
	loop
		update coercion_decision x set state = 'LAPSED', ended_at = x.lapses_at, end_reason = 'Falt bort' where x.id = d.id;
		perform job_event('coercion-decisions', d.id, d.version + 1, 'lapse', 'RUNNING', 'LAPSED');
		n := n + 1;
	end loop;
	insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
	select w.kind, w.title, x.patient_id, x.unit_id, x.owner_agency_id, w.due, 'coercion_decision', x.id, w.source
	from coercion_decision x
	cross join lateral (select k.kind, k.title, k.due, format('%s:%s:%s', k.kind, x.id, oslo_day(k.due)) as source
		from (values ('COERCION_LAPSES', 'Tvangsvedtaket faller bort: vurder forlengelse', x.lapses_at),
			('COERCION_CONTROL', 'Kontroller tvangsvedtaket innen fristen', x.control_due_at)) k (kind, title, due)
		where k.kind = 'COERCION_LAPSES' or k.due < x.lapses_at) w
	where x.state = 'RUNNING' and w.due <= deadline_at('COERCION_WARNING', clock_now())
		and least(x.control_due_at, x.lapses_at) <= deadline_at('COERCION_WARNING', clock_now())
		and not exists (select 1 from task t where t.source_key = w.source)
	limit batch
	on conflict (source_key) do nothing;
	return n;
end $$;
revoke execute on function job_coercion(int) from public;
insert into job (kind, call) values ('coercion_lapsed', 'job_coercion');

-- migrate:down
delete from job where call = 'job_coercion';
drop trigger coercion_ends on admission;
drop trigger follow on coercion_decision;
drop function if exists job_coercion, coercion_ends_with_stay, coercion_follow, coercion_correct,
	coercion_step, coercion_unconvert, coercion_convert, coercion_stay, coercion_enter, coercion_lapse, coercion_control_due, coercion_json,
	coercion_facts, may_write_coercion, coercion_is_running cascade;
delete from thing_of_person where resource = 'coercion-decisions';
drop table coercion_decision cascade;
delete from deadline_rule where code like 'COERCION\_%';
delete from legal_basis where code in ('PHVL_OBSERVATION', 'PHVL_COMPULSORY', 'PHVL_CONTROL', 'PHVL_MEDICATION',
	'HOL_RETENTION_BY_AGREEMENT');
