-- migrate:up
-- Opioid substitution treatment, LAR (domain.md §1.4 row 68, §1.7): who prescribes, where and how often it is
-- dispensed, which controls are agreed, who is responsible, when it is gone through again. Not the prescription.

insert into deadline_rule (code, amount, unit) values
	('LAR_REVIEW', 6, 'MONTHS'), -- the next review, unless another day is agreed
	('LAR_WARNING', 14, 'DAYS');

create table lar_followup (
	id uuid primary key,
	patient_id uuid not null references patient,
	owner_agency_id uuid not null references agency,
	unit_id uuid not null references unit, -- whose task the next review is
	state text not null default 'ACTIVE' check (state in ('ACTIVE', 'ENDED')),
	started_on date not null,
	medicine text not null check (medicine in ('METHADONE', 'BUPRENORPHINE', 'BUPRENORPHINE_NALOXONE',
		'BUPRENORPHINE_DEPOT', 'MORPHINE', 'OTHER')),
	level text not null check (level in ('MUNICIPAL_ONLY', 'BOTH', 'SPECIALIST_ONLY')), -- who follows it up
	prescriber text not null, -- name and position
	prescriber_kind text not null check (prescriber_kind in ('GP', 'SPECIALIST')),
	dispensing_place text not null check (dispensing_place in ('PHARMACY', 'MUNICIPAL_OUTLET', 'HOME_SERVICE', 'CLINIC',
		'INSTITUTION', 'OTHER')),
	dispensing_name text,
	dispensed_per_week numeric(4, 2) not null check (dispensed_per_week > 0 and dispensed_per_week <= 14),
	supervised_per_week numeric(4, 2) not null default 0, -- of these taken under supervision
	controls jsonb not null default '[]', -- [{kind, times, per}]
	next_review_on date not null,
	reviewed_on date,
	review_note text,
	ended_on date,
	end_reason text check (end_reason in ('TAPERED', 'PATIENT_WISH', 'MOVED', 'DECEASED', 'OTHER')),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint lar_supervises_what_is_dispensed check (supervised_per_week between 0 and dispensed_per_week),
	constraint lar_ends_after_it_begins check (ended_on >= started_on),
	constraint lar_has_a_day_when_it_ended check ((state = 'ENDED') = (ended_on is not null and end_reason is not null))
);
create unique index lar_followup_is_open_once on lar_followup (patient_id) where state = 'ACTIVE';
create index lar_followup_patient on lar_followup (patient_id, started_on);
create index lar_followup_due on lar_followup (next_review_on) where state = 'ACTIVE';

-- Whose task it is (§1.7): does it, is accountable, is consulted, is informed.
create table lar_responsibility (
	id uuid primary key default gen_random_uuid(),
	followup_id uuid not null references lar_followup,
	patient_id uuid not null references patient,
	agency_id uuid not null references agency,
	duty text not null check (duty in ('R', 'A', 'C', 'I')),
	valid_from timestamptz not null default clock_now(),
	valid_to timestamptz,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create unique index lar_responsibility_is_held_once on lar_responsibility (followup_id, agency_id, duty) where valid_to is null;
create unique index lar_has_one_accountable on lar_responsibility (followup_id) where valid_to is null and duty = 'A';
create index lar_responsibility_patient on lar_responsibility (patient_id);
create index lar_responsibility_agency on lar_responsibility (agency_id) where valid_to is null;

select install_change_trigger('lar_followup', 'patient_id', 'history');
select install_change_trigger('lar_responsibility', 'patient_id');
insert into thing_of_person (resource, kept_in, objected_as) values
	('opioid-substitution-followups', 'lar_followup', 'opioid-substitution-followups');

alter table lar_followup enable row level security;
alter table lar_responsibility enable row level security;
select install_read_policy('lar_followup', 'opioid-substitution-followups', $$
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid
	or (current_setting('app.role', true) in ('TM', 'TL', 'DPS', 'MH', 'KO', 'GP')
		and {related} and {not_objected})$$);
create policy lar_insert on lar_followup for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	and owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy lar_update on lar_followup for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy lar_responsibility_read on lar_responsibility for select using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid
	or exists (select 1 from lar_followup f where f.id = followup_id));
create policy lar_responsibility_insert on lar_responsibility for insert with check (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
create policy lar_responsibility_update on lar_responsibility for update using (
	patient_id = nullif(current_setting('app.admitted', true), '')::uuid);
grant select, insert, update on lar_followup, lar_responsibility to samhandling_service;

create function lar_json(f lar_followup) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (f).id, 'version', (f).version, 'patient_id', (f).patient_id,
		'agency_id', (f).owner_agency_id, 'unit_id', (f).unit_id, 'status', (f).state, 'started_on', (f).started_on,
		'medicine', (f).medicine, 'level', (f).level, 'prescriber', (f).prescriber, 'prescriber_kind', (f).prescriber_kind,
		'dispensing_place', (f).dispensing_place, 'dispensing_name', (f).dispensing_name,
		'dispensed_per_week', (f).dispensed_per_week::float8, 'supervised_per_week', (f).supervised_per_week::float8,
		'controls', (f).controls, 'next_review_on', (f).next_review_on,
		'overdue', (f).state = 'ACTIVE' and (f).next_review_on < clock_today(),
		'reviewed_on', (f).reviewed_on, 'review_note', (f).review_note, 'ended_on', (f).ended_on,
		'end_reason', (f).end_reason, 'created_at', (f).created_at, 'updated_at', (f).updated_at,
		'responsible', (select coalesce(jsonb_agg(jsonb_build_object('agency_id', r.agency_id, 'agency_name', a.name,
				'duty', r.duty, 'since', r.valid_from) order by array_position('{A,R,C,I}', r.duty), a.name), '[]')
			from lar_responsibility r join agency a on a.id = r.agency_id
			where r.followup_id = (f).id and r.valid_to is null)))
$$;

-- The default of §1.7 among those who know the person: the centre accountable, GP and municipality do it.
create function lar_default_responsible(person uuid) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('agency_id', k.id, 'duty', k.duty)), '[]') from (
		select a.id, case a.type when 'DPS' then case when row_number() over (partition by a.type order by min(c.valid_from),
				a.id) = 1 then 'A' else 'C' end else 'R' end as duty
		from care_relation c join agency a on a.id = c.agency_id and a.type in ('DPS', 'MUNICIPALITY', 'GP_PRACTICE')
		where c.patient_id = person and c.valid_from <= clock_now() and (c.valid_to is null or c.valid_to > clock_now())
		group by a.id) k
$$;

-- Makes these the responsible ones: who stays keeps the time since when, who goes gets an end.
create function lar_make_responsible(f lar_followup, asked jsonb) returns void language plpgsql as $$
begin
	perform raise_unless((select count(*) from jsonb_array_elements(asked) r where r ->> 'duty' = 'A') = 1, 422,
		'missing_fact', fault('/responsible', 'accountable', 'needs exactly one agency that is accountable (A)'));
	perform raise_unless(not exists (select 1 from jsonb_array_elements(asked) r
			where not exists (select 1 from agency a where a.id = (r ->> 'agency_id')::uuid)), 422, 'unknown_reference',
		fault('/responsible', 'unknown_reference', 'names an agency that is not known here'));
	update lar_responsibility l set valid_to = clock_now()
	where l.followup_id = f.id and l.valid_to is null and not exists (select 1 from jsonb_array_elements(asked) r
		where (r ->> 'agency_id')::uuid = l.agency_id and r ->> 'duty' = l.duty);
	insert into lar_responsibility (followup_id, patient_id, agency_id, duty)
	select distinct f.id, f.patient_id, (r ->> 'agency_id')::uuid, r ->> 'duty' from jsonb_array_elements(asked) r
	where not exists (select 1 from lar_responsibility l where l.followup_id = f.id and l.valid_to is null
		and l.agency_id = (r ->> 'agency_id')::uuid and l.duty = r ->> 'duty');
end $$;

-- What is agreed must hang together.
create function lar_is_whole(f lar_followup) returns boolean language plpgsql stable as $$
begin
	return raise_unless(f.supervised_per_week <= f.dispensed_per_week, 422, 'invalid_value',
			fault('/supervised_per_week', 'range', 'must not be more than is dispensed'))
		and raise_unless(f.started_on <= clock_today(), 422, 'invalid_value',
			fault('/started_on', 'future', 'must not be later than today'));
end $$;

create function lar_enter(new_id uuid, b jsonb) returns uuid language plpgsql as $$
declare
	f lar_followup := jsonb_populate_record(null::lar_followup, b);
begin
	f.patient_id := admit_named(f.patient_id, 'opioid-substitution-followups', 'SUBSTANCE');
	f.supervised_per_week := coalesce(f.supervised_per_week, 0);
	perform lar_is_whole(f), raise_unless(not exists (select 1 from lar_followup o where o.patient_id = f.patient_id
		and o.state = 'ACTIVE'), 409, 'duplicate', fault('/patient_id', 'taken', 'is in a treatment that has not ended: change that one, or end it first'));
	insert into lar_followup (id, patient_id, owner_agency_id, unit_id, started_on, medicine, level, prescriber,
		prescriber_kind, dispensing_place, dispensing_name, dispensed_per_week, supervised_per_week, controls,
		next_review_on)
	values (new_id, f.patient_id, app_agency_id(), coalesce(task_unit(f.unit_id), (app_unit_ids())[1]), f.started_on,
		f.medicine, f.level, f.prescriber, f.prescriber_kind, f.dispensing_place, f.dispensing_name, f.dispensed_per_week,
		f.supervised_per_week, coalesce(f.controls, '[]'),
		coalesce(f.next_review_on, oslo_day(deadline_at('LAR_REVIEW', clock_now())) - 1))
	returning * into f;
	perform lar_make_responsible(f, coalesce(b -> 'responsible', lar_default_responsible(f.patient_id)));
	return new_id;
end $$;

create function lar_change(followup uuid, b jsonb, seen text) returns bigint language plpgsql as $$
declare
	f lar_followup;
	n lar_followup;
begin
	select * into f from lar_followup x where x.id = followup for update;
	if f.version::text is distinct from seen then
		return 0;
	end if;
	perform raise_unless(f.state = 'ACTIVE', 409, 'conflict');
	n := jsonb_populate_record(f, b - 'responsible');
	perform lar_is_whole(n);
	update lar_followup x set unit_id = coalesce(task_unit((b ->> 'unit_id')::uuid), f.unit_id), started_on = n.started_on,
		medicine = n.medicine, level = n.level, prescriber = n.prescriber, prescriber_kind = n.prescriber_kind,
		dispensing_place = n.dispensing_place, dispensing_name = n.dispensing_name,
		dispensed_per_week = n.dispensed_per_week, supervised_per_week = n.supervised_per_week, controls = n.controls,
		next_review_on = n.next_review_on
	where x.id = f.id;
	if b ? 'responsible' then
		perform lar_make_responsible(f, b -> 'responsible');
	end if;
	return 1;
end $$;

create function lar_step(followup uuid, act text, target text, b jsonb) returns int language plpgsql as $$
declare
	f lar_followup;
begin
	if act = 'review' then
		perform raise_unless((b ->> 'next_review_on')::date > clock_today(), 422, 'invalid_value',
			fault('/next_review_on', 'range', 'must be after today'));
		update lar_followup x set reviewed_on = clock_today(), review_note = b ->> 'note',
			next_review_on = (b ->> 'next_review_on')::date where x.id = followup returning * into f;
	else
		perform raise_unless(coalesce((b ->> 'ended_on')::date, clock_today()) between (select x.started_on
				from lar_followup x where x.id = followup) and clock_today(), 422, 'invalid_value',
			fault('/ended_on', 'range', 'must be between the first day and today'));
		update lar_responsibility r set valid_to = clock_now() where r.followup_id = followup and r.valid_to is null;
		update lar_followup x set state = target, ended_on = coalesce((b ->> 'ended_on')::date, clock_today()),
			end_reason = b ->> 'end_reason', review_note = coalesce(b ->> 'note', x.review_note)
		where x.id = followup returning * into f;
	end if;
	return f.version;
end $$;

-- The person's own row says whether they are in treatment; a review that was held needs no task any more.
create function lar_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	update patient p set in_lar = (new.state = 'ACTIVE') where p.id = new.patient_id
		and p.in_lar is distinct from (new.state = 'ACTIVE');
	if new.state <> 'ACTIVE' then
		perform tasks_end('lar_followup', new.id, null, 'CANCELLED', 'Behandlingen er avsluttet');
	elsif new.next_review_on <> old.next_review_on then
		perform tasks_end('lar_followup', new.id, '{LAR_REVIEW}', case when new.reviewed_on is distinct from old.reviewed_on
			then 'DONE' else 'CANCELLED' end, 'Ny gjennomgang er avtalt');
	end if;
	return null;
end $$;
create trigger follow after insert or update on lar_followup for each row execute function lar_follow();

-- A review that is due soon is somebody's task.
create function job_lar(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	insert into task (kind, title, patient_id, unit_id, agency_id, due_at, entity, entity_id, source_key)
	select 'LAR_REVIEW', 'Gå gjennom LAR-oppfølgingen', f.patient_id, f.unit_id, f.owner_agency_id,
		(f.next_review_on + 1)::timestamp at time zone 'Europe/Oslo', 'lar_followup', f.id,
		format('lar:%s:%s', f.id, f.next_review_on)
	from lar_followup f
	where f.state = 'ACTIVE' and f.next_review_on < oslo_day(deadline_at('LAR_WARNING', clock_now()))
		and not exists (select 1 from task t where t.source_key = format('lar:%s:%s', f.id, f.next_review_on))
	limit batch
	on conflict (source_key) do nothing;
	get diagnostics n = row_count;
	return n;
end $$;
revoke execute on function job_lar(int) from public;
insert into job (kind, call) values ('lar_reviews_due', 'job_lar');

-- migrate:down
delete from job where call = 'job_lar';
drop trigger follow on lar_followup;
drop function if exists job_lar, lar_follow, lar_step, lar_change, lar_enter, lar_is_whole, lar_make_responsible,
	lar_default_responsible, lar_json cascade;
delete from thing_of_person where resource = 'opioid-substitution-followups';
drop table lar_responsibility, lar_followup cascade;
delete from deadline_rule where code like 'LAR\_%';
