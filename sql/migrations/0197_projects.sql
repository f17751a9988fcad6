-- migrate:up
-- The project around a team (domain.md §1.1 to §1.3): what it is for, whose it is, who takes part, what it costs, what it is to
-- bring, and the agreements that it rests on. Nothing here is about persons who are cared for.

create table project (
	id uuid primary key,
	owner_agency_id uuid not null references agency, -- whose project manager keeps it
	name text not null check (length(name) between 1 and 200),
	short_name text check (length(short_name) between 1 and 40),
	type text not null check (type in ('PROJECT', 'PROJECT_IN_PROGRAMME', 'PROGRAMME', 'ORDINARY_OPERATION')),
	author text, -- who filled it in
	starts_on date,
	ends_on date,
	parties jsonb not null, -- [{agency_id, acts_as, represented_by?, from?, to?}]
	sections jsonb not null default '{}', -- the headings of a project directive: text each
	goals jsonb not null default '[]', -- [{code, kind, text, under?, horizon_years?}]
	benefits jsonb not null default '[]', -- [{name, goal_code?, baseline?, target?, measured?, owner_staff_id?, realised_on?}]
	budget_lines jsonb not null default '[]', -- [{title, category, amount, own, project, calculation?}] in kroner
	funding_sources jsonb not null default '[]', -- [{name, amount, granted_on?}]
	base_documents jsonb not null default '[]', -- [{title, issuer?, year?, url?, goal_codes?}]
	related_projects jsonb not null default '[]', -- [{title, project_id?}]
	is_published boolean not null default false,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint project_ends_after_it_starts check (ends_on >= starts_on)
);
create index project_newest on project (created_at, id);
select install_change_trigger('project', '', 'history');

-- Who has approved which version, and as what.
create table project_approval (
	project_id uuid not null references project,
	project_version int not null,
	approved_by uuid not null references staff,
	acted_as text not null, -- role or position
	approved_at timestamptz not null default clock_now(),
	primary key (project_id, project_version, approved_by)
);

create table project_body (
	id uuid primary key,
	project_id uuid not null references project,
	kind text not null check (kind in ('STEERING', 'PROJECT_GROUP', 'WORKING_GROUP', 'REFERENCE')),
	name text not null check (length(name) between 1 and 200),
	seats jsonb not null default '[]', -- [{role, agency_id?, staff_id?, name?, percent?, funding?, in_kind?, from?, to?, person_days_planned?, person_days_used?}]
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);
create index project_body_project on project_body (project_id, created_at, id);
select install_change_trigger('project_body', '', 'history');

create table agreement (
	id uuid primary key,
	owner_agency_id uuid not null references agency,
	project_id uuid references project,
	kind text not null check (kind in ('COOPERATION', 'STATUTORY', 'COMMON_RECORD', 'DATA_PROCESSING', 'OTHER')),
	title text not null check (length(title) between 1 and 200),
	parties uuid[] not null check (cardinality(parties) > 1),
	signed_on date,
	valid_to date,
	review_on date,
	document_ref text check (length(document_ref) between 1 and 300),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint agreement_ends_after_it_is_signed check (valid_to >= signed_on)
);
create index agreement_newest on agreement (created_at, id);
select install_change_trigger('agreement', '', 'history');

-- A party from its first day to its last.
create function project_party(parties jsonb, agency uuid) returns boolean language sql stable as $$
	select exists (select 1 from jsonb_array_elements($1) p where (p ->> 'agency_id')::uuid = $2
		and clock_today() between coalesce((p ->> 'from')::date, '-infinity') and coalesce((p ->> 'to')::date, 'infinity')) $$;

-- What belongs to a project is read as the project is, not by patients, and written by its owner; where `parties_step`, the parties
-- take steps too. Who may see a row may lock it, so that a refused step is 403 and not 404.
create function install_project_policies(target regclass, parties_step boolean) returns void language plpgsql as $policy$
declare
	here text := $$nullif(current_setting('app.agency_id', true), '')::uuid$$;
	its_project text := format('exists (select 1 from project p where p.id = %s.project_id', target);
	of_owner text := its_project || ' and p.owner_agency_id = ' || here || ')';
	of_party text := its_project || ' and (p.owner_agency_id = ' || here || ' or project_party(p.parties, ' || here || ')))';
begin
	execute format('create policy %I on %s for select using (current_setting(''app.role'', true) <> ''PT'' and %s))', target::text || '_read', target, its_project);
	execute format('create policy %I on %s for insert with check (%s)', target::text || '_insert', target, of_owner);
	execute format('create policy %I on %s for update using (true) with check (%s)', target::text || '_update', target,
		case when parties_step then of_party else of_owner end);
end $policy$;

-- The parties', and what is published everybody's; what belongs to a project as that.
alter table project enable row level security;
alter table project_approval enable row level security;
alter table project_body enable row level security;
alter table agreement enable row level security;
create policy project_read on project for select using (is_published
	or nullif(current_setting('app.agency_id', true), '')::uuid = owner_agency_id
	or project_party(parties, nullif(current_setting('app.agency_id', true), '')::uuid));
create policy project_insert on project for insert with check (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy project_update on project for update using (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy project_approval_read on project_approval for select using (exists (select 1 from project p where p.id = project_id));
create policy project_approval_insert on project_approval for insert with check (
	approved_by = nullif(current_setting('app.staff_id', true), '')::uuid);
select install_project_policies('project_body', false);
create policy agreement_read on agreement for select using (
	nullif(current_setting('app.agency_id', true), '')::uuid = any (parties || owner_agency_id));
create policy agreement_insert on agreement for insert with check (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy agreement_update on agreement for update using (owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
grant select, insert, update on project, project_body, agreement to samhandling_service;
grant select, insert on project_approval to samhandling_service;
create policy project_history_read on row_history for select using (case entity
	when 'project' then exists (select 1 from project p where p.id = row_history.entity_id)
	when 'project_body' then exists (select 1 from project_body b where b.id = row_history.entity_id)
	when 'agreement' then exists (select 1 from agreement a where a.id = row_history.entity_id) end);

insert into news_kind (entity, name, resource, scope, path, probe) values
	('project', 'project', 'projects', 'projects.read', '/projects/{id}', 'select p.id from project p where p.id = $1'),
	('project_body', 'project-body', 'projects', 'projects.read', '/project-bodies/{id}', 'select b.id from project_body b where b.id = $1'),
	('agreement', 'agreement', 'projects', 'projects.read', '/agreements/{id}', 'select a.id from agreement a where a.id = $1');

-- Whose project it is: the project manager of the agency that owns it; the steering group of any party decides.
create function project_is_managed_here(asked uuid) returns boolean language sql stable as $$
	select app_role() = 'PM' and exists (select 1 from project p where p.id = $1 and p.owner_agency_id = app_agency_id()) $$;
create function project_is_steered_here(asked uuid) returns boolean language sql stable as $$
	select app_role() = 'SG' and exists (select 1 from project p where p.id = $1
		and (p.owner_agency_id = app_agency_id() or project_party(p.parties, app_agency_id()))) $$;

-- Budget lines in sum; what has been granted need not be what is planned.
create function project_totals(p project) returns jsonb language sql stable as $$
	select jsonb_build_object('amount', coalesce(sum((l ->> 'amount')::numeric), 0), 'own', coalesce(sum((l ->> 'own')::numeric), 0),
		'project', coalesce(sum((l ->> 'project')::numeric), 0),
		'granted', (select coalesce(sum((f ->> 'amount')::numeric), 0) from jsonb_array_elements((p).funding_sources) f))
	from jsonb_array_elements((p).budget_lines) l $$;

create function budget_calculated(calculation jsonb) returns numeric language sql immutable as $$
	select (calculation ->> 'unit_price')::numeric * (calculation ->> 'persons')::numeric * (calculation ->> 'hours')::numeric
		* (calculation ->> 'meetings')::numeric $$;

-- What does not fit, and is no error: lines that differ from how they were worked out (two of the directive's own do), grants
-- that are not what the lines take, and a period shorter than the time in which effects show.
create function project_warnings(p project) returns jsonb language plpgsql stable as $$
begin
	return (select coalesce(jsonb_agg(w.warning), '[]') from (
		select jsonb_build_object('code', 'CALCULATION_DIFFERS', 'pointer', '/budget_lines/' || l.n - 1) as warning
		from jsonb_array_elements(p.budget_lines) with ordinality l (b, n) where budget_calculated(l.b -> 'calculation') <> (l.b ->> 'amount')::numeric
		union all select jsonb_build_object('code', 'GRANTS_DIFFER', 'pointer', '/funding_sources')
		where p.funding_sources <> '[]' and (project_totals(p) ->> 'project')::numeric <> (project_totals(p) ->> 'granted')::numeric
		union all select jsonb_build_object('code', 'PERIOD_SHORTER_THAN_EFFECTS', 'pointer', '/ends_on')
		where exists (select 1 from jsonb_array_elements(p.goals) g
			where p.starts_on + make_interval(years => (g ->> 'horizon_years')::int) > p.ends_on)) w);
end $$;

create function project_json(p project) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', p.id, 'version', p.version, 'name', p.name, 'short_name', p.short_name, 'type', p.type,
			'owner_agency', agency_brief(p.owner_agency_id), 'starts_on', p.starts_on, 'ends_on', p.ends_on, 'goals', p.goals,
			'is_published', p.is_published, 'created_at', p.created_at, 'updated_at', p.updated_at)
		|| case when app_gate('f') then '{}' else jsonb_build_object('author', p.author, 'parties', p.parties, 'sections', p.sections,
			'benefits', p.benefits, 'budget_lines', p.budget_lines, 'funding_sources', p.funding_sources, 'totals', project_totals(p),
			'base_documents', p.base_documents, 'related_projects', p.related_projects, 'warnings', project_warnings(p), 'approvals',
			(select coalesce(jsonb_agg(jsonb_build_object('project_version', a.project_version, 'approved_by', a.approved_by,
				'name', staff_brief(a.approved_by) ->> 'name', 'acted_as', a.acted_as, 'approved_at', a.approved_at) order by a.approved_at), '[]')
			from project_approval a where a.project_id = p.id)) end);
end $$;

-- What names a goal names one of the project's: another goal, a benefit, a document; raises.
create function project_goals_check(n project) returns boolean language plpgsql stable as $$
declare
	codes text[] := array(select g ->> 'code' from jsonb_array_elements(n.goals) g);
	wrong text;
begin
	select '/goals/' || g.n - 1 || '/code' into wrong from jsonb_array_elements(n.goals) with ordinality g (b, n)
	where g.b ->> 'code' = any (codes[: g.n - 1]) order by g.n limit 1;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault(wrong, 'unique', 'stands twice'));
	select x.pointer into wrong from (
		select 1 as list, g.n, 0::bigint as m, '/goals/' || g.n - 1 || '/under' as pointer from jsonb_array_elements(n.goals) with ordinality g (b, n)
		where g.b ? 'under' and (g.b ->> 'under' <> all (codes) or g.b ->> 'under' = g.b ->> 'code')
		union all select 2, b.n, 0, '/benefits/' || b.n - 1 || '/goal_code' from jsonb_array_elements(n.benefits) with ordinality b (b, n)
		where b.b ? 'goal_code' and b.b ->> 'goal_code' <> all (codes)
		union all select 3, d.n, c.n, '/base_documents/' || d.n - 1 || '/goal_codes/' || c.n - 1 from jsonb_array_elements(n.base_documents) with ordinality d (b, n),
			jsonb_array_elements_text(d.b -> 'goal_codes') with ordinality c (code, n) where c.code <> all (codes)) x order by x.list, x.n, x.m limit 1;
	return raise_unless(wrong is null, 422, 'unknown_reference', fault(wrong, 'reference', 'is no other goal of the project'));
end $$;

-- What is seen together with it is a project that the caller may read; raises.
create function project_related_check(related jsonb) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(r.n) into wrong from jsonb_array_elements(related) with ordinality r (b, n)
	where r.b ? 'project_id' and not exists (select 1 from project p where p.id = (r.b ->> 'project_id')::uuid);
	return raise_unless(wrong is null, 422, 'unknown_reference', fault('/related_projects/' || wrong - 1 || '/project_id', 'reference', 'is no project that is known here'));
end $$;

-- Every agency and member of staff that is named exists, times do not end before they begin, goals that are named are there, sums are right; raises.
create function project_check(n project) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(p.n) into wrong from jsonb_array_elements(n.parties) with ordinality p (b, n)
	where not exists (select 1 from agency a where a.id = (p.b ->> 'agency_id')::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/parties/' || wrong - 1 || '/agency_id', 'reference', 'is no agency that is known here'));
	select min(p.n) into wrong from jsonb_array_elements(n.parties) with ordinality p (b, n)
	where not exists (select 1 from staff s where s.id = (p.b ->> 'represented_by')::uuid and s.agency_id = (p.b ->> 'agency_id')::uuid)
		and p.b ? 'represented_by';
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/parties/' || wrong - 1 || '/represented_by', 'reference', 'is nobody of that agency'));
	select min(p.n) into wrong from jsonb_array_elements(n.parties) with ordinality p (b, n) where (p.b ->> 'to')::date < (p.b ->> 'from')::date;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault('/parties/' || wrong - 1 || '/to', 'range', 'is not before it begins'));
	perform project_goals_check(n);
	select min(b.n) into wrong from jsonb_array_elements(n.benefits) with ordinality b (b, n)
	where b.b ? 'owner_staff_id' and not exists (select 1 from staff s where s.id = (b.b ->> 'owner_staff_id')::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/benefits/' || wrong - 1 || '/owner_staff_id', 'reference', 'is nobody who is known here'));
	select min(l.n) into wrong from jsonb_array_elements(n.budget_lines) with ordinality l (b, n)
	where (l.b ->> 'own')::numeric + (l.b ->> 'project')::numeric <> (l.b ->> 'amount')::numeric;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault('/budget_lines/' || wrong - 1 || '/amount', 'sum', 'is own and project funds together'));
	return raise_unless(coalesce(n.ends_on >= n.starts_on, true), 422, 'invalid_value', fault('/ends_on', 'range', 'is not before it starts'));
end $$;

create function project_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n project := jsonb_populate_record(null::project, '{"sections": {}, "goals": [], "benefits": [], "budget_lines": [], "funding_sources": [], '
		'"base_documents": [], "related_projects": [], "is_published": false}' || body);
begin
	perform raise_unless(app_role() = 'PM', 403, 'forbidden');
	perform project_check(n), project_related_check(n.related_projects);
	insert into project (id, owner_agency_id, name, short_name, type, author, starts_on, ends_on, parties, sections, goals, benefits, budget_lines,
		funding_sources, base_documents, related_projects, is_published)
	values (new_id, app_agency_id(), n.name, n.short_name, n.type, n.author, n.starts_on, n.ends_on, n.parties, n.sections, n.goals, n.benefits,
		n.budget_lines, n.funding_sources, n.base_documents, n.related_projects, n.is_published);
	return new_id;
end $$;

create function project_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o project;
	n project;
	changed bigint;
begin
	select * into o from project p where p.id = asked;
	if o.version::text = seen then
		perform raise_unless(project_is_managed_here(asked), 403, 'forbidden');
		n := jsonb_populate_record(o, body || jsonb_build_object('sections', merge_patch(o.sections, coalesce(body -> 'sections', '{}'))));
		-- one that is no longer to be read here may stay
		perform project_check(n), project_related_check(coalesce(body -> 'related_projects', '[]'));
	end if;
	update project p set name = n.name, short_name = n.short_name, type = n.type, author = n.author, starts_on = n.starts_on, ends_on = n.ends_on,
		parties = n.parties, sections = n.sections, goals = n.goals, benefits = n.benefits, budget_lines = n.budget_lines,
		funding_sources = n.funding_sources, base_documents = n.base_documents, related_projects = n.related_projects, is_published = n.is_published
	where p.id = asked and p.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'project', asked, seen);
end $$;

-- Approves the version that the caller has read; once.
create function project_approve(asked uuid, seen text, acted_as text) returns boolean language plpgsql as $$
declare
	p project;
begin
	select * into p from project x where x.id = asked;
	perform expect_one(case when p.version::text = seen then 1 else 0 end, 'project', asked, seen);
	perform raise_unless(project_is_steered_here(asked), 403, 'forbidden');
	insert into project_approval (project_id, project_version, approved_by, acted_as) values (asked, p.version, app_staff_id(), $3)
	on conflict do nothing;
	return true;
end $$;

-- Bodies ------------------------------------------------------------------------------------------------
create function project_body_json(b project_body) returns jsonb language plpgsql stable as $$
begin
	return jsonb_build_object('id', b.id, 'version', b.version, 'project_id', b.project_id, 'kind', b.kind, 'name', b.name, 'seats', b.seats,
		'created_at', b.created_at, 'updated_at', b.updated_at);
end $$;

-- A seat is an agency's, a member of staff's or, in a reference group, somebody's by name; raises.
create function project_body_check(n project_body) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(s.n) into wrong from jsonb_array_elements(n.seats) with ordinality s (b, n) where not s.b ?| '{agency_id,staff_id,name}';
	perform raise_unless(wrong is null, 422, 'missing_fact', fault('/seats/' || wrong - 1 || '/agency_id', 'required', 'or staff_id or name says whose seat it is'));
	select min(s.n) into wrong from jsonb_array_elements(n.seats) with ordinality s (b, n)
	where s.b ? 'agency_id' and not exists (select 1 from agency a where a.id = (s.b ->> 'agency_id')::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/seats/' || wrong - 1 || '/agency_id', 'reference', 'is no agency that is known here'));
	select min(s.n) into wrong from jsonb_array_elements(n.seats) with ordinality s (b, n)
	where s.b ? 'staff_id' and not exists (select 1 from staff x where x.id = (s.b ->> 'staff_id')::uuid);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/seats/' || wrong - 1 || '/staff_id', 'reference', 'is nobody who is known here'));
	select min(s.n) into wrong from jsonb_array_elements(n.seats) with ordinality s (b, n) where s.b ->> 'to' < s.b ->> 'from';
	return raise_unless(wrong is null, 422, 'invalid_value', fault('/seats/' || wrong - 1 || '/to', 'range', 'is not before it begins'));
end $$;

-- The project that something is added to, which the caller manages; raises.
create function project_managed(asked uuid) returns uuid language sql as $$
	select $1 where raise_unless(app_role() = 'PM', 403, 'forbidden') and raise_unless(project_is_managed_here($1), 422, 'unknown_reference',
		fault('/project_id', 'reference', 'is no project that the caller manages')) $$;

create function project_body_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n project_body := jsonb_populate_record(null::project_body, '{"seats": []}' || body);
begin
	n.project_id := project_managed(n.project_id);
	perform project_body_check(n);
	insert into project_body (id, project_id, kind, name, seats) values (new_id, n.project_id, n.kind, n.name, n.seats);
	return new_id;
end $$;

create function project_body_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o project_body;
	n project_body;
	changed bigint;
begin
	select * into o from project_body b where b.id = asked;
	if o.version::text = seen then
		perform raise_unless(project_is_managed_here(o.project_id), 403, 'forbidden');
		n := jsonb_populate_record(o, body);
		perform project_body_check(n);
	end if;
	update project_body b set kind = n.kind, name = n.name, seats = n.seats where b.id = asked and b.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'project_body', asked, seen);
end $$;

-- Agreements --------------------------------------------------------------------------------------------
create function agreement_status(a agreement) returns text language sql stable as $$
	select case when (a).signed_on is null or (a).signed_on > clock_today() then 'UNSIGNED' when (a).valid_to < clock_today() then 'ENDED'
		when (a).review_on < clock_today() then 'REVIEW_OVERDUE' else 'IN_FORCE' end $$;

create function agreement_json(a agreement) returns jsonb language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('id', a.id, 'version', a.version, 'status', agreement_status(a), 'kind', a.kind, 'title', a.title,
		'owner_agency', agency_brief(a.owner_agency_id), 'project_id', a.project_id, 'parties', (select jsonb_agg(agency_brief(p)) from unnest(a.parties) p),
		'signed_on', a.signed_on, 'valid_to', a.valid_to, 'review_on', a.review_on, 'document_ref', a.document_ref,
		'created_at', a.created_at, 'updated_at', a.updated_at));
end $$;

create function agreement_check(n agreement) returns boolean language plpgsql stable as $$
declare
	wrong bigint;
begin
	select min(p.n) into wrong from unnest(n.parties) with ordinality p (id, n) where not exists (select 1 from agency a where a.id = p.id);
	perform raise_unless(wrong is null, 422, 'unknown_reference', fault('/parties/' || wrong - 1, 'reference', 'is no agency that is known here'));
	perform raise_unless(stands_twice(n.parties) is null, 422, 'invalid_value', fault('/parties/' || stands_twice(n.parties), 'unique', 'stands twice'));
	perform raise_unless(n.project_id is null or exists (select 1 from project p where p.id = n.project_id), 422, 'unknown_reference',
		fault('/project_id', 'reference', 'is no project that is known here'));
	return raise_unless(coalesce(n.valid_to >= n.signed_on, true), 422, 'invalid_value', fault('/valid_to', 'range', 'is not before it is signed'));
end $$;

create function agreement_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	n agreement := jsonb_populate_record(null::agreement, body);
begin
	perform raise_unless(app_role() in ('PM', 'SG'), 403, 'forbidden');
	perform agreement_check(n);
	insert into agreement (id, owner_agency_id, project_id, kind, title, parties, signed_on, valid_to, review_on, document_ref)
	values (new_id, app_agency_id(), n.project_id, n.kind, n.title, n.parties, n.signed_on, n.valid_to, n.review_on, n.document_ref);
	return new_id;
end $$;

create function agreement_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	o agreement;
	n agreement;
	changed bigint;
begin
	select * into o from agreement a where a.id = asked;
	if o.version::text = seen then
		perform raise_unless(app_role() in ('PM', 'SG') and o.owner_agency_id = app_agency_id(), 403, 'forbidden');
		n := jsonb_populate_record(o, body);
		perform agreement_check(n);
	end if;
	update agreement a set project_id = n.project_id, kind = n.kind, title = n.title, parties = n.parties, signed_on = n.signed_on,
		valid_to = n.valid_to, review_on = n.review_on, document_ref = n.document_ref where a.id = asked and a.version::text = seen;
	get diagnostics changed = row_count;
	return expect_one(changed, 'agreement', asked, seen);
end $$;

-- migrate:down
drop policy project_history_read on row_history;
delete from news_kind where entity in ('project', 'project_body', 'agreement');
drop table agreement, project_body, project_approval, project cascade;
drop function if exists agreement_change, agreement_make, agreement_check, agreement_json, agreement_status, project_body_change, project_body_make,
	project_managed, project_body_check, project_body_json, project_approve, project_change, project_make, project_check, project_related_check,
	project_goals_check, project_json,
	project_warnings, budget_calculated, project_totals, project_is_steered_here, project_is_managed_here, install_project_policies,
	project_party cascade;
