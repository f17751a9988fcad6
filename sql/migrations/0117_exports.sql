-- migrate:up
-- What an agency keeps here, to take along: a permission that lasts a day. The lines are made when they are read, page by
-- page in the order of their identifiers, so that nothing is stored twice and memory does not grow with the export.

create table export (
	id uuid primary key,
	agency_id uuid not null references agency,
	patient_id uuid references patient,
	types text[] not null,
	asked_by uuid references staff,
	created_at timestamptz not null default clock_now(),
	expires_at timestamptz not null
);
create index export_agency on export (agency_id, created_at);
alter table export enable row level security;
create policy export_own on export using (agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert on export to samhandling_service;
insert into deadline_rule (code, amount, unit) values ('EXPORT_READABLE', 24, 'HOURS');
create index admission_owner on admission (owner_agency_id, id);
create index contact_agency on contact (agency_id, id);
create index life_situation_owner on life_situation (owner_agency_id, id);

-- Has the agency ever kept anything on the person? Asked by officers and machines, who stand in relation to nobody.
create function agency_keeps(person uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from care_relation r where r.patient_id = person and r.agency_id = app_agency_id())
		or exists (select 1 from admission a where a.patient_id = person and a.owner_agency_id = app_agency_id())
		or exists (select 1 from contact c where c.patient_id = person and c.agency_id = app_agency_id())
		or exists (select 1 from life_situation l where l.patient_id = person and l.owner_agency_id = app_agency_id())
$$;

-- A person on whom the agency keeps nothing is as one that does not exist.
create function export_ask(new_id uuid, b jsonb) returns uuid language sql as $$
	insert into export (id, agency_id, patient_id, types, asked_by, expires_at)
	select new_id, app_agency_id(), a.asked, array(select jsonb_array_elements_text(b -> 'types')), app_staff_id(),
		deadline_at('EXPORT_READABLE', clock_now())
	from (select (b ->> 'patient_id')::uuid as asked) a
	where raise_unless(a.asked is null or agency_keeps(a.asked), 422, 'unknown_reference',
		fault('/patient_id', 'unknown_reference', 'is not a person that the agency keeps anything on'))
	returning id
$$;

create function export_json(e export) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', e.id, 'agency_id', e.agency_id, 'patient_id', e.patient_id, 'types', e.types,
		'status', case when e.expires_at > clock_now() then 'READY' else 'EXPIRED' end,
		'content', '/api/v1/exports/' || e.id || '/content', 'created_at', e.created_at, 'expires_at', e.expires_at))
$$;

create function export_origin(thing uuid) returns jsonb language sql stable as $$
	select jsonb_build_object('source_system', c.system, 'source_id', o.external_id, 'source_updated_at', o.told_at,
		'facts', o.facts)
	from import_origin o join import_source c on c.id = o.source where o.entity_id = thing
$$;

-- The next things of a type, as lines without what only the service needs.
create function export_things(e export, of_type text, after uuid, most int)
returns table (id uuid, patient_id uuid, thing jsonb) language plpgsql stable as $$
begin
	return query
	select x.id, x.patient_id, x.thing from (
		(select a.id, a.patient_id, to_jsonb(a) as thing from admission a where of_type = 'admissions'
			and a.owner_agency_id = e.agency_id and a.id > after and (e.patient_id is null or a.patient_id = e.patient_id)
			order by a.id limit most)
		union all
		(select c.id, c.patient_id, to_jsonb(c) from contact c where of_type = 'contacts' and c.agency_id = e.agency_id
			and c.id > after and (e.patient_id is null or c.patient_id = e.patient_id) order by c.id limit most)
		union all
		(select l.id, l.patient_id, to_jsonb(l) || jsonb_build_object('ratings', (select jsonb_agg(jsonb_build_object(
				'domain', r.domain, 'staff_level', r.staff_level, 'facts', r.facts)) from life_rating r
				where r.life_situation_id = l.id and r.domain = 'HOUSING'))
			from life_situation l where of_type = 'housing' and l.owner_agency_id = e.agency_id and l.id > after
			and (e.patient_id is null or l.patient_id = e.patient_id)
			and exists (select 1 from life_rating r where r.life_situation_id = l.id and r.domain = 'HOUSING')
			order by l.id limit most)) x;
end $$;

-- One page: lines, and where the next one begins; null when all has been read. Who reads (`reader`) is written down for
-- each person once a reading, in the transaction that reads.
create function export_page(export_id uuid, reader jsonb, place jsonb, out body text, out next jsonb) language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
	most constant int := 500;
	e export;
	at int := coalesce((place ->> 'type')::int, 1);
	persons uuid[];
	n int;
	last uuid;
begin
	select * into e from export x where x.id = export_id and x.agency_id = (reader ->> 'agency_id')::uuid
		and x.expires_at > clock_now();
	if e.id is null or at > cardinality(e.types) then
		return;
	end if;
	select string_agg(jsonb_strip_nulls(jsonb_build_object('type', e.types[at]) || (t.thing - 'owner_agency_id' - 'reported_by')
			|| jsonb_build_object('origin', export_origin(t.id)))::text || chr(10), '' order by t.id),
		array_agg(distinct t.patient_id), count(*), max(t.id::text)::uuid
	into body, persons, n, last from export_things(e, e.types[at], coalesce((place ->> 'after')::uuid,
		'00000000-0000-0000-0000-000000000000'), most) t;
	perform log_access(reader || jsonb_build_object('action', 'EXPORT', 'resource', 'exports', 'resource_id', e.id,
		'basis', 'OVERSIGHT'), array(select p from unnest(persons) p where not exists (select 1 from access_log l
			where l.patient_id = p and l.request_id = reader ->> 'request_id' and l.action = 'EXPORT')));
	body := coalesce(body, '');
	next := case when n = most then jsonb_build_object('type', at, 'after', last) else jsonb_build_object('type', at + 1) end;
end $$;

-- migrate:down
drop function if exists export_page, export_things, export_origin, export_json, export_ask, agency_keeps cascade;
delete from deadline_rule where code = 'EXPORT_READABLE';
drop index life_situation_owner, contact_agency, admission_owner;
drop table export cascade;
