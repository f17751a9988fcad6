-- migrate:up
-- What belongs to a resource over FHIR: what it refers to, what refers to it, and all that is a person's.

-- Where a type refers to others, by the search parameter that names it: what `_include` and `_revinclude` follow. A type
-- with the link `patient` is a person's (the Patient compartment).
create table fhir_link (
	type text not null,
	name text not null,
	path text not null,
	primary key (type, name)
);
grant select on fhir_link to samhandling_service;
insert into fhir_link values
	('CarePlan', 'patient', 'subject'), ('CarePlan', 'care-team', 'careTeam'), ('CarePlan', 'goal', 'goal'),
	('CarePlan', 'activity-reference', 'activity.reference'),
	('CareTeam', 'patient', 'subject'), ('CareTeam', 'participant', 'participant.member'),
	('Communication', 'patient', 'subject'), ('Consent', 'patient', 'patient'),
	('Encounter', 'patient', 'subject'), ('Encounter', 'episode-of-care', 'episodeOfCare'),
	('EpisodeOfCare', 'patient', 'patient'), ('EpisodeOfCare', 'care-manager', 'careManager'),
	('Flag', 'patient', 'subject'), ('Goal', 'patient', 'subject'),
	('Observation', 'patient', 'subject'),
	('Organization', 'partof', 'partOf'),
	('PractitionerRole', 'practitioner', 'practitioner'), ('PractitionerRole', 'organization', 'organization'),
	('ServiceRequest', 'patient', 'subject'), ('ServiceRequest', 'requester', 'requester'),
	('Task', 'patient', 'for'), ('Task', 'focus', 'focus'), ('Task', 'owner', 'owner');

-- A person by their id, as an included resource: the gate of patients, and the text of their own reading.
create function fhir_patient_seen(thing uuid) returns setof fhir_thing language plpgsql as $$
begin
	perform pass_gate(thing, 'patients', 'IDENTITY', false);
	return query select p.id, p.id, fhir_patient_alone(p, m.name, fhir_numbers_of(p.id))::jsonb, p.version, p.updated_at
		from patient p left join municipality m on m.number = p.municipality_number and m.valid_to is null
		where p.id = thing;
end $$;
create function fhir_patient_ids(person uuid) returns setof uuid language sql immutable as $$ select person $$;
select fhir_add_source('Patient', '{patients}', 'IDENTITY', 'fhir_patient_seen', 'fhir_patient_ids', true);

-- What the log says of a request is what it was asked for, not what came along.
create function fhir_settings() returns jsonb language sql stable as $$
	select jsonb_object_agg(s, current_setting(s, true)) from unnest('{app.cell,app.gates,app.number,app.resource,app.basis,app.relation_id,
		app.consent_id,app.emergency_id,app.overridden,app.admitted}'::text[]) s $$;
create function fhir_restore(settings jsonb) returns void language sql as $$
	select set_config(key, coalesce(value, ''), true) from jsonb_each_text(settings) $$;

-- Of a person, by one source after the other, where a refusal is only that nothing is there.
create function fhir_found_if_any(type text, asked jsonb) returns setof fhir_thing language plpgsql as $$
begin
	return query select * from fhir_found(type, asked);
exception when sqlstate 'AP404' or sqlstate 'AP403' then return;
end $$;

create function fhir_words(asked jsonb, parameter text) returns text[] language sql immutable as $$
	select array(select v #>> '{}' from jsonb_path_query(asked #> array['where', parameter, 'groups'], '$[*].any[*]') v) $$;

-- What the things refer to by the links that are asked for, and what refers to them by others; each as it is read singly,
-- none twice, and none that may not be read.
create function fhir_included(asked jsonb, things fhir_thing[]) returns fhir_thing[] language plpgsql as $$
declare
	forth text[] := fhir_words(asked, '_include');
	back text[] := fhir_words(asked, '_revinclude');
	page text[] := array(select (asked ->> 'type') || '/' || t.id from unnest(things) t);
	kept jsonb := fhir_settings();
	more fhir_thing[] := '{}';
	one record;
begin
	if cardinality(forth) + cardinality(back) = 0 then
		return more;
	end if;
	for one in select distinct split_part(r ->> 'reference', '/', 1) as type, split_part(r ->> 'reference', '/', 2) as id
			from unnest(things) t join fhir_link l on l.type = asked ->> 'type' and ('*' = any (forth)
				or l.type || ':' || l.name = any (forth))
			cross join lateral fhir_at(t.body, l.path) r
			where r ? 'reference' and r ->> 'reference' <> all (page) loop
		more := more || array(select f from fhir_read_if_any(one.type, one.id::uuid) f);
	end loop;
	for one in select l.type, l.path, t.patient_id, jsonb_build_object(l.name, jsonb_build_object('groups', jsonb_build_array(
				jsonb_build_object('any', jsonb_agg(jsonb_build_object('type', asked ->> 'type', 'id', t.id)))))) as asked_for
			from fhir_link l, unnest(things) t
			where l.type || ':' || l.name = any (back) and t.patient_id is not null group by l.type, l.name, l.path, t.patient_id loop
		more := more || array(select f from fhir_found_if_any(one.type, jsonb_build_object('patient', one.patient_id, 'where', one.asked_for)) f
			where exists (select from fhir_at(f.body, one.path) r where split_part(r ->> 'reference', '/_history', 1) = any (page)));
	end loop;
	perform fhir_restore(kept);
	return more;
end $$;

-- When the care was that a resource tells of, by its type: what is not here, or has no such element, is of any time.
create table fhir_dated (
	type text primary key,
	path text not null
);
grant select on fhir_dated to samhandling_service;
insert into fhir_dated values ('CarePlan', 'period'), ('Communication', 'received'), ('Consent', 'dateTime'), ('Encounter', 'period'),
	('EpisodeOfCare', 'period'), ('Flag', 'period'), ('Observation', 'effectiveDateTime'), ('QuestionnaireResponse', 'authored'),
	('ServiceRequest', 'authoredOn'), ('Task', 'authoredOn');

create function fhir_is_within(body jsonb, of_type text, starts timestamptz, ends timestamptz) returns boolean language sql stable as $$
	select num_nonnulls(starts, ends) = 0 or not exists (select from fhir_dated d cross join lateral fhir_at(body, d.path) there
		where d.type = of_type and (fhir_begins(there) > ends or fhir_ends(there) < starts))
$$;

-- Patient/$everything ------------------------------------------------------------------------------------------
-- The person first, then type by type what the caller may read of theirs; a page goes on where the last one ended.
create function fhir_everything(asked jsonb) returns fhir_found_page language plpgsql as $$
declare
	person uuid := (asked ->> 'patient')::uuid;
	types text[] := array(select 'Patient' union all (select l.type from fhir_link l where l.name = 'patient' order by l.type));
	wanted text[] := fhir_words(asked, '_type');
	since timestamptz := lower(fhir_bounds(asked #> '{where,_since,groups}'));
	starts timestamptz := lower(fhir_bounds(asked #> '{where,start,groups}'));
	ends timestamptz := upper(fhir_bounds(asked #> '{where,end,groups}'));
	size int := page_size(asked ->> '_count');
	after_type int := coalesce(substring(cursor_part(asked ->> '_page', 0) from '^[0-9]{1,2}$')::int, 1);
	after_id uuid := cursor_uuid(asked ->> '_page', 1);
	kept jsonb := fhir_settings();
	things fhir_thing[] := '{}';
	page fhir_found_page;
begin
	for n in after_type .. cardinality(types) loop
		exit when cardinality(things) > size;
		continue when cardinality(wanted) > 0 and types[n] <> all (wanted);
		things := things || array(select f from fhir_found_if_any(types[n], jsonb_build_object('patient', person,
				'after', case when n = after_type then after_id end, 'most', case when num_nonnulls(since, starts, ends) = 0 then size + 1 end)) f
			where (n > after_type or after_id is null or f.id > after_id) and (since is null or f.at >= since)
				and fhir_is_within(f.body, types[n], starts, ends) order by f.id);
	end loop;
	perform fhir_restore(kept);
	if cardinality(things) > size then
		page.next := cursor_make(array_position(types, (things[size]).body ->> 'resourceType')::text, (things[size]).id::text);
		things := things[:size];
	end if;
	page.body := '[' || coalesce(fhir_entries(asked ->> 'base', 'match', things), '') || ']';
	page.noted := show(person);
	return page;
end $$;

-- Versions, the newest first; each says by which request it came about. Nothing where there is no such thing.
create function fhir_history(asked jsonb, thing uuid) returns setof fhir_found_page language plpgsql as $$
declare
	things fhir_thing[] := array(select f from fhir_read_past(asked ->> 'type', thing) f order by f.version desc);
	since timestamptz := lower(fhir_bounds(asked #> '{where,_since,groups}'));
	before int := substring(cursor_part(asked ->> '_page', 0) from '^[0-9]{1,9}$')::int;
	size int := page_size(asked ->> '_count');
	page fhir_found_page;
begin
	if cardinality(things) = 0 then
		return;
	end if;
	page.noted := show((things[1]).patient_id);
	things := array(select t from unnest(things) t where (before is null or t.version < before) and (since is null or t.at >= since)
		order by t.version desc);
	page.total := case when asked ->> '_total' in ('accurate', 'estimate') then cardinality(things) end;
	if cardinality(things) > size then
		page.next := cursor_make((things[size]).version::text);
		things := things[:size];
	end if;
	page.body := (select coalesce(json_agg(json_build_object('fullUrl', (asked ->> 'base') || '/' || (asked ->> 'type') || '/' || t.id,
			'resource', t.body, 'request', json_build_object('method', case t.version when 1 then 'POST' else 'PUT' end,
				'url', (asked ->> 'type') || case t.version when 1 then '' else '/' || t.id end),
			'response', json_build_object('status', case t.version when 1 then '201' else '200' end,
				'etag', 'W/"' || t.version || '"', 'lastModified', fhir_instant(t.at))) order by n), '[]')
		from unnest(things) with ordinality t (id, patient_id, body, version, at, n));
	return next page;
end $$;

-- migrate:down
drop table fhir_link, fhir_dated cascade;
delete from fhir_source where type = 'Patient';
drop function if exists fhir_patient_seen, fhir_patient_ids, fhir_history, fhir_settings, fhir_restore, fhir_found_if_any, fhir_words, fhir_is_within, fhir_included,
	fhir_everything cascade;
