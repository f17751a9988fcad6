-- migrate:up
-- Agencies, their units and staff, who may sign for them, municipalities and code systems.

create table agency (
	id uuid primary key default gen_random_uuid(),
	slug text not null constraint agency_slug_is_unique unique,
	name text not null,
	type text not null check (type in ('DPS', 'MUNICIPALITY', 'NAV', 'GP_PRACTICE', 'POLICE', 'HOUSING',
		'PRIVATE_PROVIDER', 'HEALTH_TRUST', 'USER_ORGANISATION')),
	organisation_number text not null constraint agency_organisation_number_is_unique unique,
	municipality_number text,
	valid_from date not null default '2020-01-01',
	valid_to date,
	merged_into uuid references agency,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now()
);

create table unit (
	id uuid primary key default gen_random_uuid(),
	agency_id uuid not null references agency,
	name text not null,
	type text not null check (type in ('TEAM', 'CLINIC', 'PSYCHOSOCIAL_TEAM', 'COORDINATING_UNIT', 'RECEIVING_POINT',
		'GP_OFFICE', 'NAV_OFFICE', 'HOUSING_SERVICE', 'POLICE_DISTRICT', 'OTHER')),
	resh_id text,
	receives_concern_reports boolean not null default false,
	phone text,
	email text,
	config jsonb not null default '{}',
	valid_from date not null default '2020-01-01',
	valid_to date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint unit_name_is_unique_in_agency unique (agency_id, name)
);
create index unit_agency on unit (agency_id);

create table staff (
	id uuid primary key default gen_random_uuid(),
	agency_id uuid not null references agency,
	subject text not null, -- the `sub` of the agency's tokens
	name text not null,
	profession text,
	is_health_personnel boolean not null default false,
	hpr_number text,
	email text,
	phone text,
	valid_from date not null default '2020-01-01',
	valid_to date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint staff_subject_is_unique_in_agency unique (agency_id, subject)
);

-- Roles are held through memberships of a unit, for a time (Normen: authorisation is time-limited).
create table staff_membership (
	id uuid primary key default gen_random_uuid(),
	staff_id uuid not null references staff,
	unit_id uuid not null references unit,
	role text not null check (role in ('TM', 'TL', 'DPS', 'MH', 'CO', 'CU', 'KO', 'GP', 'NAV', 'HO', 'PO',
		'QM', 'PM', 'SG', 'PV', 'SA', 'SY')),
	percent int check (percent between 0 and 100),
	exception_reason text, -- why it is less than half a post in a team
	funding text not null default 'OWN' check (funding in ('OWN', 'PROJECT')), -- who pays: the ordinary place of work, a project
	supporting_unit_id uuid references unit, -- where the post is anchored too
	equipment jsonb not null default '[]', -- [{type, owner_agency_id, reused}]
	state text not null default 'ACTIVE' check (state in ('PROPOSED', 'REQUESTED', 'ACTIVE', 'ENDED', 'DECLINED')),
	valid_from date not null default clock_today(),
	valid_to date,
	version int not null default 1,
	created_at timestamptz not null default clock_now(),
	updated_at timestamptz not null default clock_now(),
	constraint staff_membership_is_held_once unique (staff_id, unit_id, role, valid_from)
);
create index staff_membership_unit on staff_membership (unit_id);

-- Is that entry the caller, or another that is known to be of the same person: by the number in the register of health
-- personnel, or where one of the two has none by a login that both share (0101)?
create function is_caller(entry uuid) returns boolean language plpgsql stable as $$
begin
	return entry = app_staff_id() or exists (select 1 from staff a join staff b on b.id = app_staff_id()
		where a.id = entry and case when num_nulls(a.hpr_number, b.hpr_number) = 0 then a.hpr_number = b.hpr_number
			else staff_share_login(a.id, b.id) end);
end $$;

-- Where a rule takes two persons, two entries of one are not enough, and what cannot be told apart counts as one, unless both
-- have a number: a name of the same parts, some of which the other entry may leave out, or one address. Another colleague takes
-- the step. It refuses, and never lets anybody in.
create function may_be_caller(entry uuid) returns boolean language plpgsql stable as $$
begin
	return is_caller(entry) or exists (select 1 from staff a join staff b on b.id = app_staff_id()
		where a.id = entry and num_nulls(a.hpr_number, b.hpr_number) > 0
			and (may_be_one_name(a.name, b.name) or lower(a.email) = lower(b.email)));
end $$;

-- Parts of a name, without case, in whatever order and however divided.
create function name_parts(name text) returns text[] language sql immutable as $$
	select array_remove(regexp_split_to_array(lower(name), '[\s,.-]+'), '')
$$;
-- One has all parts of the other, which are two at least, or they are the same.
create function may_be_one_name(one text, other text) returns boolean language sql immutable as $$
	select name_parts(one) @> name_parts(other) and name_parts(one) <@ name_parts(other)
		or (least(cardinality(name_parts(one)), cardinality(name_parts(other))) > 1
			and (name_parts(one) @> name_parts(other) or name_parts(one) <@ name_parts(other)))
$$;

-- To which level of the health service an agency belongs; NULL: to none.
create function agency_level(type text) returns text language sql immutable as $$
	select case when type in ('DPS', 'HEALTH_TRUST') then 'SPECIALIST' when type in ('MUNICIPALITY', 'GP_PRACTICE') then 'MUNICIPAL' end
$$;

-- A cached token carries this number; a change of what it was verified by makes it verify again.
create table registry_generation (
	only_row boolean primary key default true check (only_row),
	generation bigint not null default 1
);
insert into registry_generation default values;

create function registry_changed() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	update registry_generation set generation = generation + 1;
	return null;
end $$;
create trigger registry_changed after insert or update or delete on agency
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on staff
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on staff_membership
	for each statement execute function registry_changed();

create function raise_stale_registry() returns boolean language plpgsql as $$
begin
	raise exception using errcode = 'APREG', message = 'registry_changed';
end $$;

-- Municipalities with validity and succession (domain.md §8.3) ----------------------------------------
create table municipality (
	id uuid primary key default gen_random_uuid(),
	number text not null check (number ~ '^[0-9]{4}$'),
	name text not null,
	valid_from date not null,
	valid_to date,
	unique (number, valid_from)
);
create table municipality_succession (
	old_number text not null,
	new_number text not null,
	changed_on date not null,
	primary key (old_number, new_number, changed_on)
);

create table code_system (
	code text primary key,
	uri text,
	name_nb text not null,
	name_en text not null,
	version int not null default 1,
	updated_at timestamptz not null default clock_now()
);
create table code_concept (
	system_code text not null references code_system,
	code text not null,
	display_nb text not null,
	display_en text not null,
	sort int not null default 0,
	valid_from date not null default '2020-01-01',
	valid_to date,
	primary key (system_code, code, valid_from)
);

select install_change_trigger('agency', '');
select install_change_trigger('unit', '');
select install_change_trigger('staff', '');
select install_change_trigger('staff_membership', '');

-- The directory is read by every authenticated caller, written by SA (and team leaders for their unit);
-- the matrix says who, row security says that there is a caller at all and whose rows may be written.
alter table staff enable row level security;
alter table staff_membership enable row level security;
create policy staff_read on staff for select using (current_setting('app.role', true) <> '');
create policy staff_insert on staff for insert with check (current_setting('app.role', true) in ('SA', 'TL')
	and agency_id = nullif(current_setting('app.agency_id', true), '')::uuid);
-- a team leader for those of the own team
create policy staff_update on staff for update using (
	agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
	and (current_setting('app.role', true) = 'SA' or (current_setting('app.role', true) = 'TL'
		and exists (select 1 from staff_membership m where m.staff_id = staff.id and m.state = 'ACTIVE'
			and m.unit_id = any (nullif(current_setting('app.unit_ids', true), '')::uuid[])))));
create policy membership_read on staff_membership for select using (current_setting('app.role', true) <> '');
-- A team leader gives the team's roles; those that oversee, administer or decide for others come from above.
create function may_give_role(role text) returns boolean language sql stable as $$
	select coalesce(current_setting('app.role', true), '') <> 'TL'
		or may_give_role.role not in ('SA', 'PV', 'KO', 'PM', 'QM', 'SG', 'SY')
$$;
-- Whose unit it is decides who works there: its agency's administrator, its team leader. The employer may
-- propose, ask and end.
create function may_staff_unit(unit_id uuid) returns boolean language sql stable as $$
	select (current_setting('app.role', true) in ('SA', 'PM') and exists (select 1 from unit u
			where u.id = may_staff_unit.unit_id and u.agency_id = app_agency_id()))
		or (current_setting('app.role', true) = 'TL' and may_staff_unit.unit_id = any (app_unit_ids()))
$$;
create function may_lend_staff(staff_id uuid) returns boolean language sql stable as $$
	select current_setting('app.role', true) in ('SA', 'TL', 'PM') and exists (select 1 from staff s
		where s.id = may_lend_staff.staff_id and s.agency_id = app_agency_id())
$$;
-- Whoever splits their time gives the team half of a post, or it is said why not (domain.md §1.3 row 52).
create function needs_exception_reason(unit_id uuid, role text, percent int) returns boolean language sql stable as $$
	select coalesce(percent < 50, false) and role in ('TM', 'TL')
		and exists (select 1 from unit u where u.id = needs_exception_reason.unit_id and u.type = 'TEAM')
$$;
create policy membership_insert on staff_membership for insert with check (
	(may_staff_unit(unit_id) and (state <> 'ACTIVE' or may_give_role(role))) or (state <> 'ACTIVE' and may_lend_staff(staff_id)));
create policy membership_update on staff_membership for update
	using (may_staff_unit(unit_id) or may_lend_staff(staff_id))
	with check ((may_staff_unit(unit_id) and (state <> 'ACTIVE' or may_give_role(role))) or (state <> 'ACTIVE' and may_lend_staff(staff_id)));

grant select, insert, update on agency, unit, staff, staff_membership to samhandling_service;
grant select on registry_generation, municipality, municipality_succession,
	code_system, code_concept to samhandling_service;

-- migrate:down
drop table code_concept, code_system, municipality_succession, municipality, registry_generation,
	staff_membership, staff, unit, agency cascade;
drop function if exists may_be_caller, is_caller, may_be_one_name, name_parts, agency_level, registry_changed, raise_stale_registry, may_give_role, may_staff_unit, may_lend_staff,
	needs_exception_reason cascade;
