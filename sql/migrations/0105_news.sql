-- migrate:up
-- News (design §9): what triggers have written to the outbox gets its place in one order without gaps, and each reader
-- is told of what they may see at the moment of telling.

-- what has been committed and has no place yet: emptied again and again, so the outbox is vacuumed often (0001)
create index outbox_unplaced on outbox (seq) where position is null;

-- Whether there are any. Asked in their order, so that it is their small index that is looked at, also while PostgreSQL's
-- statistics are from a time when many were waiting.
create function outbox_waits() returns boolean language plpgsql as $$
begin
	return (select seq from outbox where position is null order by seq limit 1) is not null;
end $$;

-- Gives committed events their places, at most so many, and answers the last place that is taken. Any daemon may call it
-- at any time; the lock lets one after the other. Sequences are taken before the commit, so `seq` has gaps and commits out
-- of order; but of one patient (note_change locks the row) and of one thing (its own row is locked) whoever is seen to be
-- committed has all earlier ones committed too, and each call sees what the last one has placed.
create function outbox_place(most int) returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	last bigint;
begin
	if outbox_waits() then
		perform pg_advisory_xact_lock(hashtextextended('news', 0));
		select coalesce(max(position), 0) into last from outbox;
		update outbox o set position = last + f.n
		from (select u.seq, row_number() over (order by u.seq) as n
			from (select seq from outbox where position is null order by seq limit most) u) f
		where o.seq = f.seq;
	end if;
	return (select coalesce(max(position), 0) from outbox);
end $$;

create function outbox_head() returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select coalesce(max(position), 0) from outbox
$$;

-- Which tables' changes are news, what they are called outside, which row of the matrix and which scope open them, and
-- where the thing is read. `probe` answers the thing's id, or what its path has as {parent}, to who may read it now, as
-- the operation that reads it does; no row or a refusal is no. A part of a thing that has no address is no news: its
-- whole is read anew. Each room adds its own.
create table news_kind (
	entity text primary key, -- the table
	name text not null constraint news_kind_name_is_unique unique,
	resource text, -- null: the probe finds the cell by the thing itself
	scope text not null,
	path text not null,
	probe text not null
);
grant select on news_kind to samhandling_service;

-- What a path names by its own id and the gate opens.
create function news_probe(kept_in text, resource text, category text, mine text default 'true') returns text
language sql immutable as $$
	select format('select x.id from (select admit(%L, $1, %L, false) as patient_id offset 0) g cross join lateral '
		'(select t.* from %I t where t.id = $1 and t.patient_id = g.patient_id offset 0) x where %s', resource, category, kept_in, mine)
$$;

insert into news_kind (entity, name, resource, scope, path, probe)
select entity, name, resource, scope, path, news_probe(entity, as_thing, category, mine)
from (values
	('patient_identifier', 'identifier', 'patients', 'patients.read', '/identifiers/{id}', 'patient-identifiers', 'IDENTITY', 'true'),
	('patient_relation', 'relation', 'patient-relations', 'patients.read', '/relations/{id}', 'patient-relations', 'IDENTITY',
		'app_role() <> ''RE'' or x.hash = any (string_to_array(current_setting(''app.citizen_hashes'', true), '',''))'),
	('care_relation', 'care-relation', 'care-relations', 'patients.read', '/care-relations/{id}', 'care-relations', 'IDENTITY',
		'x.agency_id = app_agency_id() or exists (select 1 from patient p where p.id = x.patient_id '
		'and (p.address_protection <> ''STRICTLY_CONFIDENTIAL'' or address_is_open(p.id, p.address_protection)))'),
	('consent', 'consent', 'consents', 'consents.read', '/consents/{id}', 'consents', 'IDENTITY', 'consent_is_mine(x.*::consent)'),
	('objection', 'objection', 'objections', 'consents.read', '/objections/{id}', 'objections', 'IDENTITY',
		'objection_is_mine(x.*::objection)'),
	('enrolment', 'enrolment', 'enrolments', 'enrolments.read', '/enrolments/{id}', 'enrolments', 'ENROLMENT', 'true'),
	('board_entry', 'board-entry', 'board-entries', 'board.read', '/board-entries/{id}', 'board-entries', 'ENROLMENT', 'true'),
	('contact', 'contact', 'contacts', 'contacts.read', '/contacts/{id}', 'contacts', 'HEALTH_SUMMARY',
		'contact_is_mine(x.*::contact)'),
	('admission', 'admission', 'admissions', 'admissions.read', '/admissions/{id}', 'admissions', 'ADMISSION', 'true'),
	('legal_period', 'legal-period', 'legal-periods', 'coercion.read', '/legal-periods/{id}', 'legal-periods', 'COERCION', 'true'),
	('coercion_decision', 'coercion-decision', 'coercion-decisions', 'coercion.read', '/coercion-decisions/{id}',
		'coercion-decisions', 'COERCION', 'true'),
	('lar_followup', 'opioid-substitution-followup', 'opioid-substitution-followups', 'opioid-substitution.read',
		'/opioid-substitution-followups/{id}', 'opioid-substitution-followups', 'SUBSTANCE', 'true'),
	('risk_flag', 'risk-flag', 'risk-flags', 'patients.read', '/risk-flags/{id}', 'risk-flags', 'RISK', 'true'),
	('external_record', 'external-record', 'external-records', 'patients.read', '/external-records/{id}', 'external-records',
		'HEALTH_SUMMARY', 'external_record_is_mine(x.*::external_record)'),
	('assessment', 'assessment', 'assessments', 'assessments.read', '/assessments/{id}', 'assessments', 'HEALTH_SUMMARY', 'true'),
	('somatic_assessment', 'somatic-assessment', 'somatic-assessments', 'assessments.read', '/somatic-assessments/{id}',
		'somatic-assessments', 'HEALTH_SUMMARY', 'true')
) k (entity, name, resource, scope, path, as_thing, category, mine);

insert into news_kind (entity, name, resource, scope, path, probe) values
	('patient', 'patient', 'patients', 'patients.read', '/patients/{id}',
		'select p.id from (select pass_gate($1, ''patients'', ''IDENTITY'', false) as ok offset 0) g join patient p on g.ok and p.id = $1'),
	('life_situation', 'life-situation', 'life-situations', 'assessments.read', '/life-situations/{id}',
		'select x.id from (select admit_life_situation($1, false) as patient_id offset 0) g cross join lateral '
		'(select l.* from life_situation l where l.id = $1 and l.patient_id = g.patient_id offset 0) x'),
	('case_meeting', 'case-meeting', 'case-meetings', 'tasks.read', '/case-meetings/{id}',
		'select x.id from (select case_meeting_admit($1, false) as patient_id offset 0) g cross join lateral '
		'(select m.* from case_meeting m where m.id = $1 and m.patient_id = g.patient_id offset 0) x'),
	('concern_report', 'concern-report', 'concern-reports', 'concern-reports.read', '/concern-reports/{id}',
		'select r.id from concern_report_seen($1) r'),
	('concern_note', 'concern-report-note', 'concern-reports', 'concern-reports.read', '/concern-reports/{parent}/notes/{id}',
		'select n.report_id from concern_note n where n.id = $1'),
	('referral', 'referral', 'referrals', 'referrals.read', '/referrals/{id}', 'select r.id from referral_seen($1) r'),
	('plan', 'plan', null, 'plans.read', '/plans/{id}', 'select p.id from plan_seen($1) p'),
	('plan_goal', 'plan-goal', null, 'plans.read', '/plans/{parent}/goals/{id}',
		'select p.id from plan_seen((select t.plan_id from plan_goal t where t.id = $1)) p where plan_shows_all(p)'),
	('plan_participant', 'plan-participant', null, 'plans.read', '/plans/{parent}/participants/{id}',
		'select p.id from plan_seen((select t.plan_id from plan_participant t where t.id = $1)) p where plan_is_told(p)'),
	('plan_review', 'plan-review', null, 'plans.read', '/plans/{parent}/reviews/{id}',
		'select p.id from plan_seen((select t.plan_id from plan_review t where t.id = $1)) p where plan_shows_all(p)'),
	('measure', 'measure', 'plan-measures', 'plans.read', '/measures/{id}', 'select m.id from measure_seen($1) m'),
	('task', 'task', 'tasks', 'tasks.read', '/tasks/{id}', 'select t.id from task t where t.id = $1'),
	('handover', 'handover', 'handovers', 'handovers.read', '/handovers/{id}', 'select h.id from handover h where h.id = $1'),
	('message', 'message', 'messages', 'tasks.read', '/messages/{id}', 'select m.id from message m where m.id = $1'),
	('danger_disclosure', 'danger-disclosure', 'danger-disclosures', 'patients.read', '/danger-disclosures/{id}',
		'select d.id from danger_disclosure d where d.id = $1'),
	('emergency_access', 'emergency-access', 'emergency-accesses', 'emergency.write', '/emergency-accesses/{id}',
		'select e.id from emergency_access e where e.id = $1'),
	('known_unconnected_person', 'known-unconnected-person', 'known-unconnected-persons', 'concern-reports.read',
		'/known-unconnected-persons/{id}',
		'select k.id from (select known_unconnected_on() as ok offset 0) g join known_unconnected_person k on g.ok and k.id = $1'),
	('board_category', 'board-category', 'board-categories', 'board.read', '/board-categories/{id}',
		'select c.id from board_category c where c.id = $1'),
	('board_meeting', 'board-meeting', 'board-entries', 'board.read', '/board-meetings/{id}',
		'select m.id from board_meeting m where m.id = $1'),
	('agency', 'agency', 'directory', 'directory.read', '/agencies/{id}', 'select a.id from agency a where a.id = $1'),
	('unit', 'unit', 'directory', 'directory.read', '/units/{id}', 'select u.id from unit u where u.id = $1'),
	('staff', 'staff', 'directory', 'directory.read', '/staff/{id}', 'select s.id from staff s where s.id = $1'),
	('staff_membership', 'membership', 'memberships', 'directory.read', '/memberships/{id}',
		'select m.id from staff_membership m where m.id = $1 and (not app_gate(''o'') or m.staff_id = app_staff_id())'),
	('flow_template', 'flow-template', 'flow-templates', 'directory.read', '/flow-templates/{id}',
		'select t.id from flow_template t where t.id = $1'),
	('responsibility_matrix', 'responsibility-matrix', 'responsibility-matrix', 'directory.read', '/responsibility-matrices/{id}',
		'select m.id from responsibility_matrix m where m.id = $1');

-- Events in their order, whatever they are about: the outbox is closed to the service, and only news_page() and
-- delivery_take() may read it, which ask news_view() about each.
create function outbox_range(after bigint, span int, entities text[]) returns setof outbox language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
	select * from outbox o where o.position > $1 and o.position <= $1 + $2 and (o.entity = any ($3) or $3 is null)
	order by o.position
$$;

-- What the reader is told of one event: nothing (NULL) unless they may read the thing now; who sees of it the state alone is
-- told of no other change; and the patient's id only to who may know whom it is about.
create function news_view(event outbox) returns json language plpgsql as $$
declare
	k news_kind;
	cell jsonb;
	place uuid;
	partly boolean := false;
	known boolean := false;
	names text[] := event.changed;
begin
	select * into k from news_kind n where n.entity = event.entity;
	cell := cell_of(k.resource);
	if k.entity is null or (k.resource is not null and cell is null) then
		return null;
	end if;
	begin
		-- nothing is admitted yet, by whatever was looked at before
		perform set_config('app.admitted', '', true), set_config('app.admitted_plan', '', true),
			set_config('app.admitted_measure', '', true), set_config('app.meetings', '', true),
			set_config('app.cell', coalesce(cell ->> 'level', ''), true),
			set_config('app.gates', coalesce(cell ->> 'gates', ''), true);
		execute k.probe into place using event.entity_id;
		if place is not null then
			partly := sees_status_only(event.entity_id);
			known := not partly or exists (select 1 from patient p where p.id = event.patient_id);
		end if;
		-- the gate has left its decision in the transaction's settings: taken back with this block
		raise exception using errcode = 'APSAW';
	exception when others then
		if sqlstate like 'AP4%' then
			return null;
		elsif sqlstate <> 'APSAW' then
			raise;
		end if;
	end;
	if partly then
		names := array(select n from unnest(names) n where n = 'state');
	end if;
	if place is null or (partly and names = '{}' and event.change = 'UPDATED') then
		return null;
	end if;
	return json_build_object('specversion', '1.0', 'id', event.position::text, 'source', '/api/v1/changes',
		'type', 'no.samhandling.' || k.name || '.' || lower(event.change),
		'subject', '/api/v1' || replace(replace(k.path, '{parent}', place::text), '{id}', event.entity_id::text),
		'time', to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json',
		'dataschema', '/api/v1/openapi.json#/components/schemas/ChangeData',
		'data', json_strip_nulls(json_build_object('entity', k.name, 'id', event.entity_id, 'version', event.version,
			'changed', to_json(names), 'patient_id', case when known then event.patient_id end)));
end $$;

-- The tables whose changes are wanted and whose scope the token has; NULL is all.
create function news_entities(wanted text, granted text) returns text[] language sql stable as $$
	select case when wanted is not null or granted is not null then array(select k.entity from news_kind k
		where (wanted is null or k.name = any (string_to_array(wanted, ',')))
			and (granted is null or k.scope = any (string_to_array(granted, ' ')))) end
$$;

-- Where a reader begins: after a place, or `now`. Who asks for kinds that there are not would wait for ever.
create function news_after(asked text, kinds text) returns bigint language plpgsql stable as $$
declare
	head bigint := outbox_head();
begin
	perform raise_unless(string_to_array(kinds, ',') <@ array(select k.name from news_kind k) is not false, 422, 'invalid_parameter',
		fault('/query/entities', 'reference', 'are not all kinds of things that change'));
	if asked = 'now' then
		return head;
	end if;
	perform raise_unless(asked::bigint <= head, 422, 'invalid_parameter',
		fault('/query/after', 'after', 'is later than the last event'));
	return asked::bigint;
end $$;

-- What comes after a place: at most `most` events that the reader may see, from at most `span` places. `last` is where the
-- reader goes on, past what they may not see; `more` whether there are places behind it.
create function news_page(after bigint, most int, span int, entities text[])
returns table (items json, last bigint, patients uuid[], more boolean) language plpgsql as $$
declare
	head bigint := outbox_head();
	told json[] := '{}';
	one json;
	e outbox;
begin
	last := least($1 + span, greatest(head, $1));
	for e in select * from outbox_range($1, span, $4) loop
		one := news_view(e);
		continue when one is null;
		told := told || one;
		patients := patients || (one -> 'data' ->> 'patient_id')::uuid;
		if cardinality(told) = most then
			last := e.position;
			exit;
		end if;
	end loop;
	items := array_to_json(told);
	more := last < head;
	return next;
end $$;

revoke execute on function outbox_place(int), outbox_range(bigint, int, text[]) from public;
grant execute on function outbox_place(int), outbox_range(bigint, int, text[]) to samhandling_service;

-- migrate:down
drop function if exists news_page, news_after, news_entities, news_view, news_probe, outbox_range, outbox_head, outbox_place, outbox_waits;
drop table news_kind;
drop index outbox_unplaced;
