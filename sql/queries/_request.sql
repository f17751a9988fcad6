-- Statements that the daemon itself runs around an operation's own; it knows them by name.

-- name: registry
-- An issuer's own pointers stand before its profile's.
select json_build_object('generation', (select generation from registry_generation),
	'issuers', coalesce((select json_agg(json_build_object('id', i.id, 'issuer', i.issuer, 'audience', i.audience,
		'single_audience', i.single_audience, 'algorithms', i.algorithms, 'types', i.types, 'levels', i.levels,
		'max_lifetime_s', i.max_lifetime_s, 'leeway_s', i.leeway_s, 'sandbox', i.sandbox, 'jwks', i.jwks,
		'jwks_file', i.jwks_file, 'jwks_url', i.jwks_url, 'discovery_url', i.discovery_url, 'refresh_s', i.refresh_s,
		'min_refetch_s', i.min_refetch_s, 'stale_ok_s', i.stale_ok_s, 'dpop', i.dpop, 'dpop_window_s', i.dpop_window_s,
		'dpop_nonce', i.dpop_nonce, 'certificate', i.certificate,
		'profile', json_build_object('claims', p.claims || i.claims, 'organisation_form', p.organisation_form,
			'reject_if_present', p.reject_if_present, 'identify_by', p.identify_by,
			'person_is_number', p.person_is_number, 'citizen', p.citizen),
		'agencies', coalesce((select json_agg(json_build_object('organisation_number', a.organisation_number,
			'agency_id', a.agency_id, 'parent_number', a.parent_number, 'covers', a.covers, 'client_ids', a.client_ids,
			'suppliers', a.suppliers, 'scope_map', a.scope_map, 'role_ceiling', a.role_ceiling,
			'user_required', a.user_required, 'machine_allowed', a.machine_allowed, 'machine_role', a.machine_role,
			'dpop', a.dpop)) from agency_issuers a where a.issuer_id = i.id), '[]')) order by i.issuer)
		from trusted_issuers i join token_profile p on p.name = i.profile where i.enabled), '[]')) as body

-- name: principal
-- Which staff member a token's subject is, and in which roles they may act now.
select t.*, l.client_quota, l.agency_quota, web_origins(:token.agency_id::uuid) as origins
from token_staff(:token.agency_id::uuid, :token.issuer_id::uuid, :token.identify_by::text[], :token.subject,
	seal_hashes(:token.seal), :token.hpr_number, :token.role, :token.role_ceiling::text[]) t
left join agency_limit l on l.agency_id = :token.agency_id::uuid
order by t.role

-- name: principal_machine
select t.*, l.client_quota, l.agency_quota, web_origins(:token.agency_id::uuid) as origins
from token_machine(:token.agency_id::uuid) t
left join agency_limit l on l.agency_id = :token.agency_id::uuid

-- name: principal_citizen
-- A citizen is found by the seal of the number in the token; without a match there is no person to see.
select citizen_patient(:token.seal) as citizen_id, web_origins(null) as origins

-- name: origins
-- What any agency has registered, for browsers that ask before there is a token.
select string_agg(distinct origin, ' ') as origins from web_origin

-- name: dpop_first_use
-- No row: the proof was used before.
insert into dpop_proof (digest, expires_at)
values (decode(:token.proof, 'hex'), now() + make_interval(secs => :token.proof_seconds::int))
on conflict (digest) do nothing
returning 1 as first

-- name: context
select request_begin(:auth.role, :request.id, :auth.generation, :auth.agency_id, :auth.staff_id, :auth.unit_ids, :auth.citizen_id,
	:auth.citizen_hashes, :auth.purpose, :gate.cell, :gate.cells, :gate.gates, :gate.number)

-- name: enter
-- context and gate: a statement by itself costs a tenth of what a read does.
select request_begin(:auth.role, :request.id, :auth.generation, :auth.agency_id, :auth.staff_id, :auth.unit_ids, :auth.citizen_id,
	:auth.citizen_hashes, :auth.purpose, :gate.cell, :gate.cells, :gate.gates, :gate.number,
	:gate.patient_id::uuid, :gate.resource, :gate.category, :gate.write::boolean)

-- name: reset
-- Between two requests in one transaction, and after the last: what `context`, the gate and the log have set is gone,
-- and the commit waits for the disk.
reset all

-- name: gate
-- For a request that was begun without it.
select gate_pass(:gate.patient_id::uuid, :gate.resource, :gate.category, :gate.write::boolean)

-- name: log
-- One row: with the person shown, the set of several, or nobody.
insert into access_log (request_id, trace_id, operation, action, resource, resource_id, patient_id, shown_set, agency_id,
	unit_id, staff_id, citizen_id, subject, name, role, hpr_number, purpose, attestation, basis, relation_id, consent_id,
	emergency_id, objection_overridden)
select :request.id, :request.trace_id, :request.operation, :request.action::access_log_action,
	coalesce(t.resource, :gate.resource), :request.resource_id, t.patient_id, t.shown_set, :auth.agency_id::uuid,
	:auth.unit_id::uuid, :auth.staff_id::uuid, :auth.citizen_id::uuid, :auth.subject, :auth.name, :auth.role, :auth.hpr_number,
	:auth.purpose, :auth.attestation::jsonb, t.basis, t.relation_id, t.consent_id, t.emergency_id, t.objection_overridden
from access_log_told() t

-- name: told
-- What the log row of a request within a session says, should it be taken back.
select json_strip_nulls(json_build_object('operation', :request.operation::text, 'action', :request.action::text,
	'resource', coalesce(nullif(current_setting('app.resource', true), ''), :gate.resource),
	'resource_id', :request.resource_id::text, 'shown', nullif(btrim(current_setting('app.shown', true), '{}'), ''),
	'basis', nullif(current_setting('app.basis', true), ''), 'relation_id', nullif(current_setting('app.relation_id', true), ''),
	'consent_id', nullif(current_setting('app.consent_id', true), ''), 'emergency_id', nullif(current_setting('app.emergency_id', true), ''),
	'overridden', nullif(current_setting('app.overridden', true), ''))) as told

-- name: told_again
-- What the requests of a session had been told before one of them was refused: what was read was read, what was written is
-- not, but that it could have been is told too.
with who as (select set_config('app.agency_id', coalesce(:auth.agency_id, ''), true) as agency)
insert into access_log (request_id, trace_id, operation, action, resource, resource_id, patient_id, shown_set, agency_id,
	unit_id, staff_id, citizen_id, subject, name, role, hpr_number, purpose, attestation, basis, relation_id, consent_id,
	emergency_id, objection_overridden, reason)
select :request.id, :request.trace_id, t.operation, case when t.action in ('READ', 'SEARCH') then t.action else 'DENIED' end::access_log_action,
	t.resource, t.resource_id, case when strpos(t.shown, ',') = 0 then t.shown::uuid end,
	case when strpos(t.shown, ',') > 0 then access_log_set_id(t.shown) end,
	nullif(who.agency, '')::uuid, :auth.unit_id::uuid, :auth.staff_id::uuid, :auth.citizen_id::uuid, :auth.subject, :auth.name,
	:auth.role, :auth.hpr_number, :auth.purpose, :auth.attestation::jsonb,
	t.basis, t.relation_id, t.consent_id, t.emergency_id, coalesce(t.overridden, false),
	case when t.action not in ('READ', 'SEARCH') then 'taken_back' end
from who
cross join jsonb_to_recordset(:given::jsonb) t (operation text, action text, resource text, resource_id text, shown text, basis text,
	relation_id uuid, consent_id uuid, emergency_id uuid, overridden boolean)

-- name: denial
-- One row for whom the request names, and one for whom else the refusal is about.
with who as (select set_config('app.agency_id', coalesce(:auth.agency_id, ''), true) as agency)
insert into access_log (request_id, trace_id, operation, action, resource, resource_id, patient_id, agency_id, unit_id,
	staff_id, citizen_id, subject, name, role, hpr_number, purpose, attestation, reason)
select :request.id, :request.trace_id, :request.operation, 'DENIED', :gate.resource, :request.resource_id,
	p.id, nullif(who.agency, '')::uuid, :auth.unit_id::uuid, :auth.staff_id::uuid,
	:auth.citizen_id::uuid, :auth.subject, :auth.name, :auth.role, :auth.hpr_number, :auth.purpose,
	:auth.attestation::jsonb, :request.reason
from who
cross join unnest(array[:gate.patient_id::uuid] || array_remove(array[:request.about::uuid], null)) p (id)

-- name: idempotency_begin
-- Busy: 409 at once, no connection held waiting. Known: APRPL with what was answered, or 422 for another body.
select case when not pg_try_advisory_xact_lock(hashtextextended(:idempotency.scope || ' ' || :idempotency.key, 0))
		then raise_problem(409, 'idempotency_busy')
	else idempotency_replay(:idempotency.scope, :idempotency.key, :idempotency.hash) end

-- name: idempotency_end
insert into idempotency (scope, key, request_hash, status, location, entity_id)
values (:idempotency.scope, :idempotency.key, :idempotency.hash, :idempotency.status::int,
	nullif(replace(coalesce(:idempotency.location, ''), '{id}',
		coalesce(nullif(current_setting('app.made', true), ''), :new.id)), ''),
	coalesce(nullif(current_setting('app.made', true), '')::uuid, :new.id::uuid))

-- name: health
select (select max(version) from schema_migrations) as schema_version, access_log_months_ahead() as months_ahead,
	(select count(*) from trusted_issuers where enabled) as issuers

-- name: begin
begin

-- name: commit
commit

-- name: rollback
rollback

-- name: changed
-- What a version mismatch may tell: names of what has changed, the state alone for who sees no more.
select case when sees_status_only(:path.id::uuid) then '["state"]'::jsonb
	else to_jsonb(changed_since(null, :path.id::uuid, :header.if_match::int)) end as body
