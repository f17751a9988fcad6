-- migrate:up
-- Whose tokens are believed, as data: what a kind of issuer's claims mean (token_profile), an issuer and where its
-- keys are (trusted_issuers), for which agencies it may speak and on which terms (agency_issuers), and which of its
-- subjects is which member of staff (issuer_subjects). The daemon reads all of it as one document, `registry`.

-- JSON Pointers (RFC 6901): `/` in a claim's name is ~1. Absent: tokens of this kind do not say it.
create table token_profile (
	name text primary key check (name ~ '^[a-z][a-z0-9-]*$'),
	description text not null,
	claims jsonb not null constraint claims_are_pointers check (jsonb_typeof(claims) = 'object'
		and not jsonb_path_exists(claims, '$.* ? (@.type() != "string")')),
	-- how an organisation is written: a bare number, or ISO 6523 as Maskinporten writes it, "0192:" and the number
	organisation_form text not null default 'number' check (organisation_form in ('number', 'iso6523')),
	-- pointers to what would give the token another meaning than the one that is read out of it
	reject_if_present text[] not null default '{}',
	-- what finds the member of staff: the register's HPR number, the register's `subject`, a row of issuer_subjects
	identify_by text[] not null default '{subject,mapping}' check (identify_by <@ array['hpr', 'subject', 'mapping']),
	person_is_number boolean not null default false, -- the person's claim is a national number
	citizen boolean not null default false -- patients and relatives, who have no agency
);
insert into token_profile (name, description, claims, organisation_form, reject_if_present, identify_by,
	person_is_number, citizen) values
('samhandling', 'An agency''s own issuer, claims as the national attestation model', '{"org_child": "/agency/orgnr",
	"client": "/client_id", "person": "/sub", "hpr": "/hpr_nr", "level": "/acr", "role": "/role", "scope": "/scope",
	"purpose": "/purpose_of_use", "name": "/name", "department": "/department", "point_of_care": "/point_of_care",
	"authorization": "/authorization", "decision_ref": "/decision_ref"}', 'number',
	'{/supplier,/delegation_source,/authorization_details,/act,/pid}', '{subject,mapping}', false, false),
('helseid', 'HelseID: a person known by HPR number or national number, or a machine of a health actor', '{
	"org_child": "/helseid:~1~1claims~1client~1claims~1orgnr_child",
	"org_parent": "/helseid:~1~1claims~1client~1claims~1orgnr_parent",
	"supplier": "/helseid:~1~1claims~1client~1claims~1orgnr_supplier", "client": "/client_id",
	"person": "/helseid:~1~1claims~1identity~1pid", "hpr": "/helseid:~1~1claims~1hpr~1hpr_number",
	"level": "/helseid:~1~1claims~1identity~1security_level", "scope": "/scope", "name": "/name"}', 'number',
	'{/act}', '{hpr,mapping}', true, false),
('maskinporten', 'Maskinporten: machines of an organisation, of its supplier, or a system user', '{
	"org_child": "/consumer/ID", "supplier": "/supplier/ID",
	"systemuser_org": "/authorization_details/0/systemuser_org/ID", "client": "/client_id", "scope": "/scope"}',
	'iso6523', '{/pid,/act,/authorization_details/1}', '{mapping}', false, false),
('citizen', 'ID-porten: patients and relatives', '{"client": "/client_id", "person": "/pid", "level": "/acr",
	"role": "/role", "scope": "/scope", "purpose": "/purpose_of_use", "name": "/name"}', 'number',
	'{/agency,/supplier,/delegation_source,/authorization_details,/act}', '{}', true, true);

-- Who may sign tokens, and where their keys are.
create table trusted_issuers (
	id uuid primary key default gen_random_uuid(),
	issuer text not null constraint issuer_is_unique unique,
	profile text not null default 'samhandling' constraint issuer_has_a_profile references token_profile,
	audience text not null,
	single_audience boolean not null default true,
	algorithms text[] not null check (algorithms <@ array['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512',
		'ES256', 'ES384', 'ES512'] and cardinality(algorithms) > 0),
	types text[] not null default '{JWT,at+jwt}',
	levels text[], -- accepted of persons; null: any
	max_lifetime_s int not null default 900 check (max_lifetime_s between 1 and 43200),
	leeway_s int not null default 30 check (leeway_s between 0 and 60),
	jwks jsonb,
	jwks_file text,
	jwks_url text check (jwks_url ~ '^https?://'),
	discovery_url text check (discovery_url ~ '^https?://'),
	refresh_s int not null default 3600 check (refresh_s between 1 and 86400),
	min_refetch_s int not null default 60 check (min_refetch_s between 1 and 3600),
	stale_ok_s int not null default 86400 check (stale_ok_s between 0 and 604800),
	-- differs from the profile in these pointers alone, e.g. {"person": "/NAVident"}
	claims jsonb not null default '{}' check (jsonb_typeof(claims) = 'object'),
	dpop text not null default 'optional' check (dpop in ('forbidden', 'optional', 'required')),
	dpop_window_s int not null default 60 check (dpop_window_s between 5 and 300),
	dpop_nonce boolean not null default false,
	-- whether machines' tokens must be bound to a certificate (RFC 8705); one that is bound is always checked
	certificate text not null default 'optional' check (certificate in ('forbidden', 'optional', 'required')),
	sandbox boolean not null default false,
	enabled boolean not null default true,
	constraint issuer_has_one_key_source check (num_nonnulls(jwks, jwks_file, jwks_url, discovery_url) = 1)
);

-- For which organisation numbers, and on which terms.
create table agency_issuers (
	issuer_id uuid not null references trusted_issuers,
	organisation_number text not null,
	agency_id uuid not null references agency,
	parent_number text, -- the legal entity's number, when the token must name exactly that
	covers text not null default 'number' check (covers in ('number', 'entity')), -- entity: its places of care too
	client_ids text[] not null default '{}', -- empty: any client of that organisation
	suppliers text[] not null default '{}', -- numbers of those who may act for it
	scope_map jsonb check (jsonb_typeof(scope_map) = 'object'), -- the issuer's scope → ours; null: as they are
	role_ceiling text[], -- null: every role that the register gives
	user_required boolean not null default true,
	machine_allowed text[] not null default '{}', -- scopes that a token without a person may use
	machine_role text not null default 'SY' check (machine_role not in ('PT', 'RE', 'SA', 'PV')),
	dpop text check (dpop in ('forbidden', 'optional', 'required')), -- null: the issuer's
	primary key (issuer_id, organisation_number),
	constraint machines_have_scopes check (user_required or cardinality(machine_allowed) > 0)
);

-- A subject of an issuer that does not know our staff ids: its `sub`, or the look-up hash of a national number.
create table issuer_subjects (
	issuer_id uuid not null references trusted_issuers,
	subject text not null check (subject !~ '^[0-9]{11}$'),
	staff_id uuid not null references staff,
	role text, -- the acting role, for who holds several and whose tokens name none
	primary key (issuer_id, subject, staff_id)
);
create index issuer_subjects_staff on issuer_subjects (staff_id);
create trigger registry_changed after insert or update or delete on token_profile
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on trusted_issuers
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on agency_issuers
	for each statement execute function registry_changed();
create trigger registry_changed after insert or update or delete on issuer_subjects
	for each statement execute function registry_changed();

-- Who changed what in the registry, and when: rows are added by triggers alone.
create table registry_change (
	id bigint generated always as identity primary key,
	at timestamptz not null default clock_timestamp(),
	by_role text not null default session_user,
	request_id text default nullif(current_setting('app.request_id', true), ''),
	entity text not null,
	before jsonb,
	after jsonb
);
create function registry_change_note() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
	insert into registry_change (entity, before, after) values (tg_table_name,
		case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
	return null;
end $$;
create trigger audited after insert or update or delete on token_profile
	for each row execute function registry_change_note();
create trigger audited after insert or update or delete on trusted_issuers
	for each row execute function registry_change_note();
create trigger audited after insert or update or delete on agency_issuers
	for each row execute function registry_change_note();
create trigger audited after insert or update or delete on issuer_subjects
	for each row execute function registry_change_note();
create function registry_change_is_append_only() returns trigger language plpgsql as $$
begin
	raise exception 'the registry''s history is append-only';
end $$;
create trigger append_only before update or delete on registry_change
	for each row execute function registry_change_is_append_only();

grant select on token_profile, trusted_issuers, agency_issuers to samhandling_service;

-- migrate:down
drop table registry_change, issuer_subjects, agency_issuers, trusted_issuers, token_profile cascade;
drop function if exists registry_change_is_append_only, registry_change_note cascade;
