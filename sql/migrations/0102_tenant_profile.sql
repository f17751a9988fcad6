-- migrate:up
-- An issuer of one agency whose tokens name neither organisation nor role: Entra ID, Keycloak, glewlwyd. The agency is the
-- only one that the issuer is registered for, roles are the register's, persons are known by issuer_subjects (or, where
-- a claim holds our staff ids, by an issuer's own pointer: trusted_issuers.claims '{"person": "/NAVident"}').
insert into token_profile (name, description, claims, reject_if_present, identify_by) values
('tenant', 'An agency''s own directory: tokens name neither organisation nor role', '{"client": "/client_id",
	"person": "/sub", "hpr": "/hpr_nr", "level": "/acr", "scope": "/scope", "name": "/name"}',
	'{/supplier,/delegation_source,/authorization_details,/act}', '{mapping,subject}');

-- migrate:down
update trusted_issuers set enabled = false, profile = 'samhandling' where profile = 'tenant';
delete from token_profile where name = 'tenant';
