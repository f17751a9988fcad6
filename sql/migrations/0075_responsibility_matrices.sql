-- migrate:up
-- Who does what among the parties around a team (domain.md §1.7): versioned, approved by each party, one in force.

-- The proposal that a new matrix begins with. R does it, A answers for it, C is consulted, I is informed.
create table responsibility_default (
	position int primary key,
	task text not null unique,
	title_nb text not null,
	title_en text not null,
	gp text, second_line text, municipality text, nav text, team text
);
insert into responsibility_default (position, task, title_nb, title_en, gp, second_line, municipality, nav, team) values
	(1, 'DISCOVER_CONCERN', 'Oppdage og melde bekymring', 'Discover and report concern', 'R', 'R', 'R', 'R', 'R'),
	(2, 'TRIAGE_CONCERN', 'Vurdere bekymringsmelding (voksen)', 'Triage concern report (adult)', 'C', 'C', 'AR', 'I', 'C'),
	(3, 'COMPULSORY_EXAMINATION', 'Vedta tvungen legeundersøkelse', 'Decide compulsory medical examination', 'C', 'C', 'AR', null, 'I'),
	(4, 'INTAKE', 'Beslutte inntak i teamet', 'Intake decision to team', 'C', 'AR', 'R', 'C', 'R'),
	(5, 'TREATMENT', 'Diagnose, behandlingsplan, oppstart av legemidler', 'Diagnosis, treatment plan, medication start', 'C', 'AR', 'I', null, 'R'),
	(6, 'MEDICATION_FOLLOWUP', 'Oppfølging av legemidler, blodprøver', 'Medication follow-up, blood tests', 'AR', 'C', 'R', null, 'R'),
	(7, 'SOMATIC_ASSESSMENT', 'Årlig somatisk undersøkelse', 'Somatic assessment yearly', 'AR', 'C', 'R', null, 'C'),
	(8, 'LAR', 'Oppfølging i LAR', 'LAR follow-up', 'R', 'A', 'R', null, 'C'),
	(9, 'INDIVIDUAL_PLAN', 'Individuell plan: oppstart og koordinator', 'IP: start, coordinator', 'C', 'R', 'AR', 'R', 'R'),
	(10, 'CRISIS_PLAN', 'Kriseplan', 'Crisis plan', 'C', 'AR', 'R', 'I', 'R'),
	(11, 'HOUSING', 'Bolig', 'Housing', null, 'I', 'AR', 'C', 'C'),
	(12, 'ECONOMY', 'Inntekt, gjeld, økonomi', 'Income, debt, money management', null, 'I', 'R', 'AR', 'C'),
	(13, 'WORK_ACTIVITY', 'Plan for arbeid og aktivitet, IPS', 'Work/activity plan, IPS', 'C', 'C', 'R', 'AR', 'R'),
	(14, 'ADMISSION_DISCHARGE', 'Planlegge innleggelse og utskrivning', 'Admission / discharge planning', 'I', 'AR', 'R', 'C', 'R'),
	(15, 'AFTER_DISCHARGE', 'Kontakt innen 7 dager etter utskrivning', 'Contact ≤ 7 days after discharge', 'I', 'R', 'R', null, 'AR'),
	(16, 'DEVIATIONS', 'Lære av avvik på tvers', 'Deviation learning across agencies', 'I', 'R', 'R', 'R', 'A');
grant select on responsibility_default to samhandling_service;

create function responsibility_default_rows() returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_build_object('task', d.task, 'title', d.title_nb, 'duties', jsonb_strip_nulls(jsonb_build_object(
		'GP', d.gp, 'SECOND_LINE', d.second_line, 'MUNICIPALITY', d.municipality, 'NAV', d.nav, 'TEAM', d.team)))
		order by d.position) from responsibility_default d $$;

create table responsibility_matrix (
	id uuid primary key,
	unit_id uuid not null references unit, -- the team
	owner_agency_id uuid not null references agency,
	edition int not null,
	state text not null default 'DRAFT' check (state in ('DRAFT', 'FOR_APPROVAL', 'IN_FORCE', 'REPLACED', 'WITHDRAWN')),
	rows jsonb not null,
	parties jsonb not null, -- [{agency_id, acts_as}]
	note text,
	submitted_at timestamptz,
	in_force_from timestamptz,
	in_force_to timestamptz,
	created_by uuid not null references staff,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint responsibility_matrix_edition_is_one unique (unit_id, edition),
	constraint responsibility_matrix_in_force_has_a_time check (state <> 'IN_FORCE' or in_force_from is not null)
);
create unique index responsibility_matrix_in_force_is_one on responsibility_matrix (unit_id) where state = 'IN_FORCE';

create table responsibility_approval (
	id uuid primary key default gen_random_uuid(),
	matrix_id uuid not null references responsibility_matrix,
	agency_id uuid not null references agency,
	approved_by uuid not null references staff,
	approved_at timestamptz not null default clock_now(),
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint responsibility_is_approved_once_by_each unique (matrix_id, agency_id)
);
select install_change_trigger('responsibility_matrix', '', 'history');
select install_change_trigger('responsibility_approval', '');

create function responsibility_party(parties jsonb, agency uuid) returns boolean language sql immutable as $$
	select exists (select 1 from jsonb_array_elements($1) p where (p ->> 'agency_id')::uuid = $2) $$;

-- What is or was in force everybody may read; what is being worked on, the team's agency and the parties.
alter table responsibility_matrix enable row level security;
alter table responsibility_approval enable row level security;
create policy responsibility_matrix_read on responsibility_matrix for select using (
	current_setting('app.role', true) <> '' and (state = 'IN_FORCE'
		or (current_setting('app.role', true) <> 'PT' and (state = 'REPLACED' or in_force_from is not null
			or owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
			or (submitted_at is not null and responsibility_party(parties, nullif(current_setting('app.agency_id', true), '')::uuid))))));
create policy responsibility_matrix_insert on responsibility_matrix for insert with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
-- who may see a row may lock it, so that a refused step is 403 and not 404
create policy responsibility_matrix_update on responsibility_matrix for update using (true) with check (
	owner_agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	or responsibility_party(parties, nullif(current_setting('app.agency_id', true), '')::uuid));
create policy responsibility_approval_read on responsibility_approval for select using (
	exists (select 1 from responsibility_matrix m where m.id = matrix_id));
create policy responsibility_approval_insert on responsibility_approval for insert with check (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
create policy responsibility_approval_delete on responsibility_approval for delete using (
	exists (select 1 from responsibility_matrix m where m.id = matrix_id));
grant select, insert, update on responsibility_matrix to samhandling_service;
grant select, insert, delete on responsibility_approval to samhandling_service;

-- Whose team it is: its own leader's, its agency's project and quality leaders'.
create function may_lead_team(unit_asked uuid) returns boolean language sql stable as $$
	select (app_role() = 'TL' and $1 = any (app_unit_ids())) or (app_role() in ('PM', 'QM')
		and exists (select 1 from unit u where u.id = $1 and u.agency_id = app_agency_id())) $$;

-- At most one agency answers for a task, a task stands once, and every party is one that exists; raises.
create function check_responsibilities(rows jsonb, parties jsonb) returns boolean language plpgsql as $$
declare
	wrong bigint;
begin
	select r.n into wrong from jsonb_array_elements(rows) with ordinality r (b, n)
	where (select count(*) from jsonb_each_text(r.b -> 'duties') d where d.value like '%A%') > 1 order by r.n limit 1;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault('/rows/' || wrong - 1 || '/duties', 'accountable',
		'has more than one who answers for it (A)'));
	select max(r.n) into wrong from jsonb_array_elements(rows) with ordinality r (b, n)
	group by r.b ->> 'task' having count(*) > 1 limit 1;
	perform raise_unless(wrong is null, 422, 'invalid_value', fault('/rows/' || wrong - 1 || '/task', 'unique', 'stands twice'));
	select p.n into wrong from jsonb_array_elements(parties) with ordinality p (b, n)
	where not exists (select 1 from agency a where a.id = (p.b ->> 'agency_id')::uuid and a.type <> 'POLICE')
	order by p.n limit 1;
	return raise_unless(wrong is null, 422, 'unknown_reference', fault('/parties/' || wrong - 1 || '/agency_id', 'reference',
		'is no agency that can be a party'));
end $$;

-- A new draft: with the rows and parties given, else those in force, else the proposal.
create function responsibility_matrix_make(new_id uuid, body jsonb) returns uuid language plpgsql as $$
declare
	team uuid := (body ->> 'unit_id')::uuid;
	before responsibility_matrix;
	wanted jsonb;
	with_parties jsonb;
begin
	perform raise_unless(may_lead_team(team), 422, 'unknown_reference',
		fault('/unit_id', 'reference', 'is not a team whose responsibilities the caller may write'));
	select * into before from responsibility_matrix where unit_id = team and state = 'IN_FORCE';
	wanted := coalesce(body -> 'rows', before.rows, responsibility_default_rows());
	with_parties := coalesce(body -> 'parties', before.parties);
	perform raise_unless(with_parties is not null, 422, 'missing_fact', fault('/parties', 'required',
		'is required for the first matrix of a team'));
	perform check_responsibilities(wanted, with_parties);
	-- two at once get two editions
	perform pg_advisory_xact_lock(hashtextextended(team::text, 75));
	insert into responsibility_matrix (id, unit_id, owner_agency_id, edition, rows, parties, note, created_by)
	select new_id, team, app_agency_id(), responsibility_next_edition(team), wanted, with_parties, body ->> 'note', app_staff_id();
	return new_id;
end $$;

create function responsibility_next_edition(team uuid) returns int language sql stable as $$
	select coalesce(max(m.edition), 0) + 1 from responsibility_matrix m where m.unit_id = $1 $$;

create function responsibility_matrix_json(m responsibility_matrix) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('id', (m).id, 'version', (m).version, 'status', (m).state,
		'unit', unit_brief((m).unit_id), 'edition', (m).edition, 'rows', (m).rows, 'note', (m).note,
		'parties', (select coalesce(jsonb_agg(jsonb_build_object('agency_id', a.id, 'agency_name', a.name,
				'acts_as', p.b ->> 'acts_as', 'approved_at', r.approved_at,
				'approved_by', case when app_role() <> 'PT' then r.approved_by end) order by p.n), '[]')
			from jsonb_array_elements((m).parties) with ordinality p (b, n)
			join agency a on a.id = (p.b ->> 'agency_id')::uuid
			left join responsibility_approval r on r.matrix_id = (m).id and r.agency_id = a.id),
		'submitted_at', (m).submitted_at, 'in_force_from', (m).in_force_from, 'in_force_to', (m).in_force_to,
		'created_by', case when app_role() <> 'PT' then (m).created_by end,
		'created_at', (m).created_at, 'updated_at', (m).updated_at))
$$;

create function responsibility_matrix_facts(m responsibility_matrix) returns text[] language sql stable as $$
	select array_remove(array[case when may_lead_team((m).unit_id) then 'team_side' end,
		case when responsibility_party((m).parties, app_agency_id()) then 'party' end,
		case when exists (select 1 from responsibility_approval a where a.matrix_id = (m).id and a.agency_id = app_agency_id())
			then 'approved_already' end], null) $$;

create function responsibility_matrix_change(asked uuid, seen text, body jsonb) returns boolean language plpgsql as $$
declare
	n bigint;
begin
	update responsibility_matrix m set rows = coalesce(body -> 'rows', m.rows), parties = coalesce(body -> 'parties', m.parties),
		note = case when body ? 'note' then body ->> 'note' else m.note end
	where m.id = asked and m.version::text = seen and raise_unless(may_lead_team(m.unit_id), 403, 'forbidden')
		and raise_unless(m.state = 'DRAFT', 409, 'conflict')
		and check_responsibilities(coalesce(body -> 'rows', m.rows), coalesce(body -> 'parties', m.parties));
	get diagnostics n = row_count;
	return expect_one(n, 'responsibility_matrix', asked, seen);
end $$;

-- The last party's approval puts it in force, and what was in force before is replaced.
create function responsibility_matrix_step(asked uuid, act text, before text, target text, body jsonb) returns void
language plpgsql as $$
declare
	m responsibility_matrix;
	old responsibility_matrix;
	becomes text := target;
begin
	select * into m from responsibility_matrix where id = asked;
	if act = 'approve' then
		insert into responsibility_approval (matrix_id, agency_id, approved_by) values (asked, app_agency_id(), app_staff_id());
		becomes := case when responsibility_is_agreed(m) then 'IN_FORCE' else before end;
	elsif act = 'send_back' then
		delete from responsibility_approval where matrix_id = asked;
	end if;
	if becomes = 'IN_FORCE' then
		perform responsibility_replace(m.unit_id);
	end if;
	update responsibility_matrix set state = becomes,
		submitted_at = case when act = 'submit' then clock_now() else submitted_at end,
		in_force_from = case when becomes = 'IN_FORCE' then clock_now() else in_force_from end,
		in_force_to = case when before = 'IN_FORCE' then clock_now() else in_force_to end
	where id = asked returning * into m;
	perform note_step('responsibility-matrices', m.id, m.version, act, before, becomes, body ->> 'reason');
end $$;

create function responsibility_is_agreed(m responsibility_matrix) returns boolean language sql stable as $$
	select not exists (select 1 from jsonb_array_elements((m).parties) p where not exists (
		select 1 from responsibility_approval a where a.matrix_id = (m).id and a.agency_id = (p ->> 'agency_id')::uuid)) $$;

-- Owner's rights: the party whose approval is the last need not be one of the matrix before.
create function responsibility_replace(team uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	old responsibility_matrix;
begin
	update responsibility_matrix set state = 'REPLACED', in_force_to = clock_now() where unit_id = team and state = 'IN_FORCE'
	returning * into old;
	if old.id is not null then
		perform note_step('responsibility-matrices', old.id, old.version, 'replace', 'IN_FORCE', 'REPLACED', null);
	end if;
end $$;

-- migrate:down
drop table responsibility_approval, responsibility_matrix, responsibility_default cascade;
drop function if exists responsibility_replace, responsibility_matrix_step, responsibility_matrix_change,
	responsibility_next_edition, responsibility_matrix_make, check_responsibilities, may_lead_team, responsibility_party,
	responsibility_default_rows cascade;
