-- What must stand before the first token can be verified: the demo agencies, who signs for them, and one
-- system administrator each. Everything else is loaded through the public API. Run as the owner, as
-- often as one likes: psql -v agencies="$(cat agencies.json)" [-v clock='-730 days'] -f bootstrap.sql
-- `clock`: where domain time begins, counted from now. The sandbox's data is a history of two years that is entered
-- in order while the clock is moved forward, so a fresh one begins that long ago; the endpoint never moves it back.
\if :{?clock}
\else
\set clock 0
\endif
begin;

create temporary table demo on commit drop as
select * from jsonb_to_recordset(:'agencies'::jsonb) as i (slug text, name text, type text,
	organisation_number text, municipality_number text, issuer text, audience text, profile text,
	jwks jsonb, staff jsonb);

update sandbox_clock set enabled = true, ahead = make_interval(secs => extract(epoch from :'clock'::interval)) where not enabled;

insert into agency (slug, name, type, organisation_number, municipality_number)
select slug, name, type, organisation_number, municipality_number from demo where profile = 'agency'
on conflict (slug) do nothing;

insert into trusted_issuers (issuer, profile, audience, algorithms, max_lifetime_s, jwks, sandbox)
select issuer, case profile when 'agency' then 'samhandling' else profile end, audience, '{ES256}', 43200, jwks, true from demo
on conflict (issuer) do update set jwks = excluded.jwks where trusted_issuers.jwks <> excluded.jwks;

insert into agency_issuers (issuer_id, organisation_number, agency_id)
select i.id, d.organisation_number, a.id
from demo d join trusted_issuers i using (issuer) join agency a using (slug)
on conflict do nothing;

insert into unit (agency_id, name, type)
select a.id, 'Administrasjon', 'OTHER' from demo d join agency a using (slug)
on conflict (agency_id, name) do nothing;

insert into staff (agency_id, subject, name)
select a.id, p.subject, p.name
from demo d join agency a using (slug),
	jsonb_to_recordset(d.staff) as p (role text, subject text, name text)
where p.role = 'SA'
on conflict (agency_id, subject) do nothing;

insert into staff_membership (staff_id, unit_id, role)
select s.id, u.id, 'SA'
from staff s join unit u on u.agency_id = s.agency_id and u.name = 'Administrasjon'
where s.subject = 'sa-1'
	and not exists (select from staff_membership m where m.staff_id = s.id and m.role = 'SA');

commit;
