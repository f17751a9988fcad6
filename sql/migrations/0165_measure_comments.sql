-- migrate:up
-- What the person says about a measure in their own words (domain.md §5.4, measures: PT reads and comments). A comment is
-- never changed: another one says otherwise. It is part of the plan: who sees the measure standing alone does not see it.

create table measure_comment (
	id uuid primary key,
	measure_id uuid not null references measure,
	patient_id uuid not null references patient,
	text text not null check (length(text) between 1 and 2000),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index measure_comment_measure on measure_comment (measure_id, created_at);
create index measure_comment_patient on measure_comment (patient_id);
select install_change_trigger('measure_comment', 'patient_id');

-- A comment is seen by who sees its measure; only the person writes one.
alter table measure_comment enable row level security;
create policy measure_comment_read on measure_comment for select using (
	exists (select 1 from measure m where m.id = measure_id));
create policy measure_comment_insert on measure_comment for insert with check (
	patient_id = nullif(current_setting('app.citizen_id', true), '')::uuid);
grant select, insert on measure_comment to samhandling_service;

create function measure_comment_json(c measure_comment) returns jsonb language sql stable as $$
	select jsonb_build_object('id', c.id, 'version', c.version, 'measure_id', c.measure_id, 'text', c.text,
		'created_at', c.created_at)
$$;

-- The measure whose comments are asked for: all of it, or nothing.
create function measure_commented(asked uuid) returns setof measure language sql as $$
	select m.* from measure_seen(asked) m where raise_unless(measure_projection(m) = 'FULL', 403, 'forbidden')
$$;

-- The coordinator hears of it, once until the task is done. Owner's rights: the person gives nobody tasks.
create function measure_comment_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	insert into task (kind, title, patient_id, unit_id, agency_id, assignee_staff_id, entity, entity_id, source_key)
	select 'MEASURE_COMMENTED', 'Personen har kommentert et tiltak i planen', new.patient_id, p.coordinator_unit_id,
		coalesce(p.coordinator_agency_id, p.owner_agency_id), p.coordinator_staff_id, 'measure', new.measure_id,
		'measure_commented:' || new.id
	from measure m join plan p on p.id = m.plan_id
	where m.id = new.measure_id and not exists (select 1 from task t where t.entity_id = new.measure_id
		and t.kind = 'MEASURE_COMMENTED' and t.state = 'OPEN');
	return null;
end $$;
create trigger follow after insert on measure_comment for each row execute function measure_comment_follow();

insert into news_kind (entity, name, resource, scope, path, probe) values
	('measure_comment', 'measure-comment', 'measure-comments', 'plans.read', '/measures/{parent}/comments/{id}',
		'select m.id from measure_commented((select c.measure_id from measure_comment c where c.id = $1)) m');

-- migrate:down
delete from news_kind where entity = 'measure_comment';
drop table measure_comment cascade;
drop function if exists measure_comment_follow, measure_commented, measure_comment_json cascade;
