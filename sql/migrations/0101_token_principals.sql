-- migrate:up
-- Who a token's subject is, and which proofs have been seen.

-- One row for each role that the person may act in; none: nobody of that agency, or nobody now. With the owner's
-- rights, since there is no caller yet. Two members of staff for one token are none.
create function token_staff(of_agency uuid, of_issuer uuid, identify_by text[], token_subject text, hashes text[],
	hpr text, token_role text, ceiling text[])
returns table (agency_slug text, agency_type text, agency_name text, staff_id uuid, name text, hpr_number text,
	is_health_personnel boolean, unit_ids uuid[], role text, valid_until bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
	with known as (
		select s.*, x.role as acting_role from staff s
		left join issuer_subjects x on x.staff_id = s.id and x.issuer_id = of_issuer and 'mapping' = any (identify_by)
			and x.subject = any (hashes || token_subject)
		where s.agency_id = of_agency and (x.staff_id is not null
			or ('subject' = any (identify_by) and s.subject = token_subject
				-- a number in the token that is not the register's is somebody else's
				and (hpr is null or s.hpr_number is null or s.hpr_number = hpr))
			or ('hpr' = any (identify_by) and s.hpr_number = hpr))
	)
	select a.slug, a.type, a.name, s.id, s.name, s.hpr_number, s.is_health_personnel,
		array_agg(distinct m.unit_id order by m.unit_id), m.role,
		extract(epoch from least(min(m.valid_to), s.valid_to, a.valid_to)::timestamp
			at time zone 'Europe/Oslo')::bigint
	from agency a
	join known s on s.agency_id = a.id
	join staff_membership m on m.staff_id = s.id
	where a.id = of_agency and m.state = 'ACTIVE' and m.role = coalesce(token_role, s.acting_role, m.role)
		and (ceiling is null or m.role = any (ceiling))
		and (select count(distinct k.id) from known k) = 1
		and clock_today() >= greatest(a.valid_from, s.valid_from, m.valid_from)
		and clock_today() < least(coalesce(a.valid_to, 'infinity'), coalesce(s.valid_to, 'infinity'),
			coalesce(m.valid_to, 'infinity'))
	group by a.id, s.id, s.name, s.hpr_number, s.is_health_personnel, s.valid_to, m.role
$$;

-- Whether two entries are reached by one login: a subject of one issuer, or a person's number from any. With the owner's
-- rights, since who logs in as whom is nobody else's affair.
create function staff_share_login(one uuid, other uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $$
	select exists (select 1 from issuer_subjects x join issuer_subjects y on y.subject = x.subject
		join trusted_issuers i on i.id = x.issuer_id join token_profile p on p.name = i.profile
		join trusted_issuers j on j.id = y.issuer_id join token_profile q on q.name = j.profile
		where x.staff_id = one and y.staff_id = other and (x.issuer_id = y.issuer_id or (p.person_is_number and q.person_is_number)))
$$;

-- A machine acts for all units of its agency.
create function token_machine(of_agency uuid)
returns table (agency_slug text, agency_type text, agency_name text, unit_ids uuid[], valid_until bigint)
language sql stable as $$
	select a.slug, a.type, a.name, coalesce((select array_agg(u.id order by u.id) from unit u where u.agency_id = a.id
			and clock_today() >= u.valid_from and clock_today() < coalesce(u.valid_to, 'infinity')), '{}'),
		extract(epoch from a.valid_to::timestamp at time zone 'Europe/Oslo')::bigint
	from agency a where a.id = of_agency and clock_today() >= a.valid_from
		and clock_today() < coalesce(a.valid_to, 'infinity')
$$;

-- DPoP proofs that were used, until they would be too old anyway: shared by all daemons.
create table dpop_proof (
	digest bytea primary key, -- SHA-256 of key thumbprint and `jti`
	expires_at timestamptz not null
);
create index dpop_proof_expires on dpop_proof (expires_at);
grant select, insert on dpop_proof to samhandling_service;

create function dpop_proof_drop(batch int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
	n int;
begin
	delete from dpop_proof where ctid in (select ctid from dpop_proof where expires_at < now()
		order by expires_at limit batch for update skip locked);
	get diagnostics n = row_count;
	return n;
end $$;
revoke execute on function dpop_proof_drop(int) from public;
insert into job (kind, call, batch) values ('dpop_proofs_dropped', 'dpop_proof_drop', 10000);

-- migrate:down
delete from job where kind = 'dpop_proofs_dropped';
drop table dpop_proof;
drop function if exists dpop_proof_drop, token_machine, staff_share_login, token_staff cascade;
