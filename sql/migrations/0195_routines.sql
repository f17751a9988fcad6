-- migrate:up
-- Routines for working together (domain.md §1.2 RG3, §4.10): versioned, approved by each party, looked at again by a day.

create table routine (
	id uuid primary key,
	series_id uuid not null, -- of all editions: the first one's id
	edition int not null,
	kind text not null check (kind in ('COOPERATION', 'FLOW', 'CONCERN_REPORTS', 'SOMATIC_HEALTH', 'DOCUMENTATION', 'DEVIATIONS',
		'PRIVACY', 'OTHER')),
	title text not null check (length(title) between 1 and 200),
	text text check (length(text) between 1 and 20000),
	document_ref text check (length(document_ref) between 1 and 300), -- where it stands, when it stands elsewhere
	owner_agency_id uuid not null references agency,
	owner_staff_id uuid not null references staff, -- who keeps it
	parties uuid[] not null check (cardinality(parties) > 0), -- agencies that must approve it
	review_on date not null,
	state text not null default 'DRAFT' check (state in ('DRAFT', 'FOR_APPROVAL', 'IN_FORCE', 'REPLACED', 'WITHDRAWN')),
	submitted_at timestamptz,
	in_force_from timestamptz,
	in_force_to timestamptz,
	created_by uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint routine_edition_is_one unique (series_id, edition),
	constraint routine_stands_here_or_elsewhere check (num_nonnulls(text, document_ref) > 0),
	constraint routine_in_force_has_a_time check (state <> 'IN_FORCE' or in_force_from is not null)
);
create unique index routine_in_force_is_one on routine (series_id) where state = 'IN_FORCE';
create index routine_newest on routine (created_at, id);

create table routine_approval (
	routine_id uuid not null references routine,
	agency_id uuid not null references agency,
	approved_by uuid not null references staff,
	approved_at timestamptz not null default clock_now(),
	primary key (routine_id, agency_id)
);
select install_change_trigger('routine', '', 'history');

-- What is or was in force everybody may read, patients what is; what is being worked on, those who own it and, once they are
-- asked, the parties.
alter table routine enable row level security;
alter table routine_approval enable row level security;
create policy routine_read on routine for select using (
	coalesce(current_setting('app.role', true), '') <> '' and (state = 'IN_FORCE'
		or (current_setting('app.role', true) <> 'PT' and (in_force_from is not null
			or owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
			or (submitted_at is not null and nullif(current_setting('app.agency_id', true), '')::uuid = any (parties))))));
create policy routine_insert on routine for insert with check (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
-- who may see a row may lock it, so that a refused step is 403 and not 404
create policy routine_update on routine for update using (true) with check (
	nullif(current_setting('app.agency_id', true), '')::uuid = any (parties || owner_agency_id));
create policy routine_approval_read on routine_approval for select using (exists (select 1 from routine r where r.id = routine_id));
create policy routine_approval_insert on routine_approval for insert with check (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy routine_approval_delete on routine_approval for delete using (exists (select 1 from routine r where r.id = routine_id));
grant select, insert, update on routine to samhandling_service;
grant select, insert, delete on routine_approval to samhandling_service;
create policy routine_history_read on row_history for select using (
	entity = 'routine' and exists (select 1 from routine r where r.id = row_history.entity_id));

insert into news_kind (entity, name, resource, scope, path, probe) values
	('routine', 'routine', 'routines', 'directory.read', '/routines/{id}', 'select r.id from routine r where r.id = $1');

create function routine_is_kept_here(r routine) returns boolean language sql stable as $$
	select (r).owner_agency_id = app_agency_id() and app_role() in ('TL', 'PM', 'QM') $$;

-- As it stands: one whose day of review is over is in force, and says so.
create function routine_status(r routine) returns text language sql stable as $$
	select case when (r).state = 'IN_FORCE' and (r).review_on < clock_today() then 'EXPIRED_REVIEW' else (r).state end $$;

create function routine_json(r routine) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', r.id, 'version', r.version, 'status', routine_status(r), 'series_id', r.series_id,
		'edition', r.edition, 'kind', r.kind, 'title', r.title, 'text', r.text, 'document_ref', r.document_ref,
		'owner_agency', agency_brief(r.owner_agency_id), 'owner_staff_id', case when app_role() <> 'PT' then r.owner_staff_id end,
		'parties', (select jsonb_agg(jsonb_build_object('agency_id', a.id, 'agency_name', a.name, 'approved_at', p.approved_at,
				'approved_by', case when app_role() <> 'PT' then p.approved_by end) order by a.name)
			from agency a left join routine_approval p on p.routine_id = r.id and p.agency_id = a.id where a.id = any (r.parties)),
		'review_on', r.review_on, 'submitted_at', r.submitted_at, 'in_force_from', r.in_force_from, 'in_force_to', r.in_force_to,
		'created_by', case when app_role() <> 'PT' then r.created_by end, 'created_at', r.created_at, 'updated_at', r.updated_at));
end $$;

-- Where somebody can answer: an agency that is, and whose staff come in here to do so.
create function agency_answers(asked uuid) returns boolean language sql stable as $$
	select exists (select 1 from agency a where a.id = asked and a.type not in ('POLICE', 'USER_ORGANISATION')
		and coalesce(a.valid_to, 'infinity') > clock_today()) $$;

-- Where an id stands for the second time, from 0: the same one may be written in capitals.
create function stands_twice(ids uuid[]) returns bigint language sql immutable as $$
	select min(x.n) - 1 from (select i.n, row_number() over (partition by i.id order by i.n) as nth
		from unnest(ids) with ordinality i (id, n)) x where x.nth > 1 $$;

-- Who approved the edition in force of a series, and must be asked for the next one: those that still can answer.
create function routine_agreed_with(series uuid) returns uuid[] language sql stable as $$
	select array(select p from routine r, unnest(r.parties) p where r.series_id = series and r.state = 'IN_FORCE' and agency_answers(p)) $$;

-- A newer edition has been in force, or the one in force was agreed with somebody whom this one leaves out and who still is.
create function routine_is_overtaken(r routine) returns boolean language sql stable as $$
	select exists (select 1 from routine o where o.series_id = (r).series_id and o.in_force_from is not null and o.edition > (r).edition)
		or not (r).parties @> routine_agreed_with((r).series_id) $$;

create function routine_facts(r routine) returns text[] language sql stable as $$
	select array_remove(array[case when routine_is_kept_here(r) then 'keeper' end,
		case when app_agency_id() = any ((r).parties) then 'party' end,
		case when (r).state in ('DRAFT', 'FOR_APPROVAL') and routine_is_overtaken(r) then 'overtaken' end,
		case when exists (select 1 from routine_approval a where a.routine_id = (r).id and a.agency_id = app_agency_id())
			then 'approved_already' end], null) $$;

-- Who keeps it is of the own agency, each party can answer and stands once, nobody who agreed to the edition in force is left out,
-- and the day of review is to come; raises.
create function routine_check(n routine) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	perform raise_unless(exists (select 1 from staff s where s.id = n.owner_staff_id and s.agency_id = n.owner_agency_id), 422,
		'unknown_reference', fault('/owner_staff_id', 'reference', 'is nobody of the own agency'));
	select min(p.n) into wrong from unnest(n.parties) with ordinality p (id, n)
	where not agency_answers(p.id);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/parties/' || wrong - 1, 'reference', 'is no agency that can be a party'));
	perform raise_unless(stands_twice(n.parties) is null, 422, 'invalid_value', fault('/parties/' || stands_twice(n.parties), 'unique', 'stands twice'));
	perform raise_unless(n.parties @> routine_agreed_with(n.series_id), 422, 'invalid_value',
		fault('/parties', 'complete', 'leaves out who agreed to the edition in force'));
	perform raise_unless(num_nonnulls(n.text, n.document_ref) > 0, 422, 'missing_fact',
		fault('/text', 'required', 'or document_ref says where it stands'));
	return raise_unless(n.review_on > clock_today(), 422, 'invalid_value', fault('/review_on', 'future', 'is to come'));
end $$;

create function routine_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n routine := jsonb_populate_record(null::routine, body);
	before routine;
begin
	perform raise_unless(app_role() in ('TL', 'PM', 'QM'), 403, 'forbidden');
	if body ? 'replaces_id' then
		select * into before from routine r where r.id = (body ->> 'replaces_id')::uuid and r.owner_agency_id = app_agency_id();
		perform raise_unless(before.id is not null, 422, 'unknown_reference',
			fault('/replaces_id', 'reference', 'is no routine that the own agency keeps'));
		perform pg_advisory_xact_lock(hashtextextended(before.series_id::text, 195));
	end if;
	n.series_id := coalesce(before.series_id, new_id);
	n.owner_agency_id := app_agency_id();
	n.owner_staff_id := coalesce(n.owner_staff_id, app_staff_id());
	n.parties := coalesce(n.parties, before.parties, array[app_agency_id()]);
	perform routine_check(n);
	insert into routine (id, series_id, edition, kind, title, text, document_ref, owner_agency_id, owner_staff_id, parties, review_on, created_by)
	values (new_id, n.series_id, coalesce((select max(r.edition) from routine r where r.series_id = before.series_id), 0) + 1,
		n.kind, n.title, n.text, n.document_ref, n.owner_agency_id, n.owner_staff_id, n.parties, n.review_on, app_staff_id());
	return new_id;
end $$;

create function routine_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o routine;
	n routine;
	changed bigint;
begin
	select * into o from routine r where r.id = asked;
	if o.version::text = seen then
		perform raise_unless(routine_is_kept_here(o), 403, 'forbidden'), raise_unless(o.state = 'DRAFT', 409, 'conflict');
		n := jsonb_populate_record(o, body);
		perform routine_check(n);
	end if;
	update routine r set kind = n.kind, title = n.title, text = n.text, document_ref = n.document_ref, owner_staff_id = n.owner_staff_id,
		-- a party that is added to a draft has not been asked
		submitted_at = case when n.parties @> r.parties and n.parties <@ r.parties then r.submitted_at end,
		parties = n.parties, review_on = n.review_on where r.id = asked and r.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'routine', asked, seen);
end $$;

-- What follows: each party is asked, and who keeps it gets the review as a task. Owner's rights: the tasks are other agencies'.
create function routine_follow() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
	if new.state = 'FOR_APPROVAL' and old.state <> 'FOR_APPROVAL' then
		insert into task (kind, title, agency_id, entity, entity_id)
		select 'ROUTINE_APPROVAL', 'Ta stilling til en rutine', p, 'routine', new.id from unnest(new.parties) p;
	elsif old.state = 'FOR_APPROVAL' and new.state <> 'FOR_APPROVAL' then
		perform tasks_end('routine', new.id, '{ROUTINE_APPROVAL}', case new.state when 'IN_FORCE' then 'DONE' else 'CANCELLED' end, null);
	end if;
	if old.state = 'IN_FORCE' and (new.state <> 'IN_FORCE' or new.review_on <> old.review_on) then
		perform tasks_end('routine', new.id, '{ROUTINE_REVIEW}', case new.state when 'IN_FORCE' then 'DONE' else 'CANCELLED' end, null);
	end if;
	if new.state = 'IN_FORCE' and (old.state <> 'IN_FORCE' or new.review_on <> old.review_on) then
		insert into task (kind, title, agency_id, assignee_staff_id, due_at, entity, entity_id)
		values ('ROUTINE_REVIEW', 'Gå gjennom en rutine', new.owner_agency_id, new.owner_staff_id,
			(new.review_on + 1)::timestamp at time zone 'Europe/Oslo', 'routine', new.id);
	end if;
	return null;
end $$;
create trigger follow after update on routine for each row execute function routine_follow();

-- Owner's rights: the party whose approval is the last may be none of the edition before.
create function routine_replace(series uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	old_one routine;
begin
	update routine r set state = 'REPLACED', in_force_to = clock_now() where r.series_id = series and r.state = 'IN_FORCE' returning * into old_one;
	if old_one.id is not null then
		perform note_step('routines', old_one.id, old_one.version, 'replace', 'IN_FORCE', 'REPLACED', null);
	end if;
end $$;

create function routine_step(asked uuid, act text, before text, target text, body jsonb) returns void language plpgsql as $$
declare
	r routine;
	becomes text := case target when 'previous' then before else target end;
begin
	select * into r from routine x where x.id = asked;
	if act in ('submit', 'approve') then
		-- asked again behind the lock: another edition may have come into force meanwhile
		perform pg_advisory_xact_lock(hashtextextended(r.series_id::text, 195));
		perform raise_unless(not routine_is_overtaken(r), 409, 'conflict');
	end if;
	if act = 'approve' then
		insert into routine_approval (routine_id, agency_id, approved_by) values (asked, app_agency_id(), app_staff_id());
		if not exists (select 1 from unnest(r.parties) p where not exists (select 1 from routine_approval a
				where a.routine_id = asked and a.agency_id = p)) then
			becomes := 'IN_FORCE';
			perform routine_replace(r.series_id);
		end if;
	elsif act = 'send_back' then
		delete from routine_approval where routine_id = asked;
	elsif act = 'confirm' then
		perform raise_unless((body ->> 'review_on')::date > clock_today(), 422, 'invalid_value', fault('/review_on', 'future', 'is to come'));
	end if;
	update routine x set state = becomes, submitted_at = case act when 'submit' then clock_now() else x.submitted_at end,
		review_on = case act when 'confirm' then (body ->> 'review_on')::date else x.review_on end,
		in_force_from = case when becomes = 'IN_FORCE' then coalesce(x.in_force_from, clock_now()) else x.in_force_from end,
		in_force_to = case when before = 'IN_FORCE' and becomes <> 'IN_FORCE' then clock_now() else x.in_force_to end
	where x.id = asked returning * into r;
	perform note_step('routines', r.id, r.version, act, before, becomes, body ->> 'reason');
end $$;

-- migrate:down
drop policy routine_history_read on row_history;
delete from news_kind where entity = 'routine';
drop table routine_approval, routine cascade;
drop function if exists routine_step, routine_follow, routine_replace, routine_change, routine_make, routine_check, routine_facts,
	routine_is_overtaken, routine_agreed_with, stands_twice, agency_answers, routine_json, routine_status, routine_is_kept_here cascade;
