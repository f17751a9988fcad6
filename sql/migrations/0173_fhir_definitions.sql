-- migrate:up
-- StructureDefinition of the extensions that are the service's own, and NamingSystem of the identifiers that it gives or tells
-- of. They show nobody.

create table fhir_own_extension (
	name text primary key, -- of the canonical (fhir_extension)
	of text[] not null, -- where it stands
	value text not null, -- its type
	codes text, -- the value set that it is bound to (fhir_code_system)
	says text not null
);
create table fhir_own_naming (
	name text primary key, -- of the canonical (fhir_naming)
	says text not null
);
grant select on fhir_own_extension, fhir_own_naming to samhandling_service;
insert into fhir_own_extension values
	('native-state', '{CarePlan,Communication,Consent,Encounter,EpisodeOfCare,Flag,PractitionerRole,ServiceRequest}', 'Coding', null,
		'The state of the thing itself, where several states share a FHIR status'),
	('contact-outcome', '{Encounter}', 'code', 'contact-outcome', 'What came of a contact'),
	('ready-for-discharge', '{Encounter}', 'dateTime', null, 'When the person was ready to leave; told for the first time it is a step'),
	('discharge-meeting-held', '{Encounter}', 'boolean', null, 'Whether there was a meeting before the discharge'),
	('crisis-plan-reviewed', '{Encounter}', 'boolean', null, 'Whether the crisis plan was gone through before the discharge'),
	('team-informed', '{Encounter}', 'boolean', null, 'Whether the team was told of the discharge'),
	('follow-up', '{Encounter}', 'date', null, 'When somebody meets the person after the discharge'),
	('legal-kind', '{Encounter}', 'code', 'legal-kind', 'On which legal ground a stay begins; taken, and not told'),
	('payload-kind', '{Communication.payload}', 'code', null, 'What the words are: observed, or feared'),
	('has-minor-children', '{Communication}', 'code', 'yes-no-unknown', 'Whether the person has children under eighteen; taken, and not told'),
	('danger-self', '{Communication}', 'integer', null, 'How much the person endangers themselves, 0 to 3; taken, and not told'),
	('danger-others', '{Communication}', 'integer', null, 'How much the person endangers others, 0 to 3; taken, and not told'),
	('answer-wanted', '{Communication}', 'boolean', null, 'Whether the sender waits for an answer'),
	('answer-by', '{Communication}', 'dateTime', null, 'Until when'),
	('occasion', '{QuestionnaireResponse}', 'code', 'occasion', 'On which occasion it was answered'),
	('declined', '{QuestionnaireResponse}', 'boolean', null, 'Whether the person did not want to answer'),
	('correction-reason', '{Encounter,Observation,QuestionnaireResponse}', 'string', null, 'Why it was corrected'),
	('on-hold-until', '{ServiceRequest}', 'date', null, 'Until when a measure waits; taken, and not told'),
	('plan', '{Goal}', 'Reference', null, 'Which plan the goal is of'),
	('consent-purpose', '{Consent}', 'string', null, 'For what the person is asked'),
	('consent-explained', '{Consent}', 'string', null, 'What was explained to the person'),
	('consent-form', '{CarePlan,Consent,ServiceRequest}', 'code', null, 'How a consent was given: DIGITAL, WRITTEN or ORAL'),
	('consent-competence', '{Consent}', 'code', null, 'The assessed competence to consent: COMPETENT, DOUBT or NOT_COMPETENT'),
	('consent-document', '{Consent}', 'string', null, 'Where the signed document is'),
	('consent-given', '{ServiceRequest}', 'date', null, 'When the consent to a referral was given'),
	('consent-missing', '{ServiceRequest}', 'string', null, 'Why there is no consent to a referral'),
	('status-reason', '{CarePlan,Consent}', 'string', null, 'Why a step is taken; taken, and not told'),
	('mental-illness', '{ServiceRequest}', 'CodeableConcept', null, 'Whether there is a severe mental illness, and what shows it'),
	('substance-dependence', '{ServiceRequest}', 'CodeableConcept', null, 'Whether there is a dependence, and what shows it'),
	('function-loss', '{ServiceRequest}', 'CodeableConcept', null, 'Whether there is a great loss of function, and what shows it'),
	('weak-service-link', '{ServiceRequest}', 'CodeableConcept', null, 'Whether the link to services is weak, and what shows it'),
	('relapse-risk', '{ServiceRequest}', 'CodeableConcept', null, 'Whether the risk at a relapse is high, and what shows it'),
	('subscription-role', '{Subscription}', 'code', 'role', 'As which role of its agency it reads; what that role may not see is not told');
insert into fhir_own_naming values
	('id', 'What the service calls a thing that is no resource here'),
	('decision', 'An agency''s decision that gives a measure'),
	('plan-version', 'The version of a plan that is in force'),
	('patient-passport', 'Passports'), ('patient-local', 'Numbers that an agency has given a person');
insert into fhir_own_naming select 'external-record-' || lower(c.code), 'Records in ' || c.display_en from code_concept c
	where c.system_code = 'record-system';

create function fhir_extension_made(x fhir_own_extension) returns setof fhir_thing language sql stable as $$
	select i.id, null::uuid, jsonb_strip_nulls(jsonb_build_object('resourceType', 'StructureDefinition', 'id', i.id, 'meta', fhir_meta(1, i.at),
		'url', i.url, 'version', '1', 'name', fhir_canonical_name(x.name), 'status', 'active', 'experimental', false,
		'publisher', 'Samhandling', 'description', x.says, 'fhirVersion', '4.0.1', 'kind', 'complex-type', 'abstract', false,
		'context', (select jsonb_agg(jsonb_build_object('type', 'element', 'expression', o)) from unnest(x.of) o),
		'type', 'Extension', 'baseDefinition', 'http://hl7.org/fhir/StructureDefinition/Extension', 'derivation', 'constraint',
		'differential', jsonb_build_object('element', jsonb_build_array(
			jsonb_build_object('id', 'Extension', 'path', 'Extension', 'short', x.says, 'min', 0, 'max', '1'),
			jsonb_build_object('id', 'Extension.extension', 'path', 'Extension.extension', 'max', '0'),
			jsonb_build_object('id', 'Extension.url', 'path', 'Extension.url', 'fixedUri', i.url),
			jsonb_build_object('id', 'Extension.value[x]', 'path', 'Extension.value[x]', 'min', 1,
				'type', jsonb_build_array(jsonb_build_object('code', x.value)), 'binding', case when x.codes is not null then
					jsonb_build_object('strength', 'required', 'valueSet', fhir_value_set_url(x.codes)) end))))), 1, i.at
	from (select fhir_canonical_id(fhir_extension(x.name)) as id, fhir_extension(x.name) as url,
		'2026-11-01 00:00:00Z'::timestamptz as at) i
$$;

create function fhir_naming_made(x fhir_own_naming) returns setof fhir_thing language sql stable as $$
	select i.id, null::uuid, jsonb_build_object('resourceType', 'NamingSystem', 'id', i.id, 'meta', jsonb_strip_nulls(fhir_meta(1, i.at)::jsonb),
		'name', fhir_canonical_name(x.name), 'status', 'active', 'kind', 'identifier', 'date', '2026-11-01', 'publisher', 'Samhandling',
		'description', x.says, 'uniqueId', jsonb_build_array(jsonb_build_object('type', 'uri', 'value', fhir_naming(x.name), 'preferred', true))),
		1, i.at
	from (select fhir_canonical_id(fhir_naming(x.name)) as id, '2026-11-01 00:00:00Z'::timestamptz as at) i
$$;

create function fhir_extension_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_own_extension x cross join lateral fhir_extension_made(x) m where m.id = thing $$;
create function fhir_extensions(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_own_extension x cross join lateral fhir_extension_made(x) m $$;
create function fhir_naming_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_own_naming x cross join lateral fhir_naming_made(x) m where m.id = thing $$;
create function fhir_namings(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_own_naming x cross join lateral fhir_naming_made(x) m $$;

select fhir_add_source('StructureDefinition', '{code-systems}', null, 'fhir_extension_seen', 'fhir_extensions', is_gated => false),
	fhir_add_source('NamingSystem', '{code-systems}', null, 'fhir_naming_seen', 'fhir_namings', is_gated => false);

-- migrate:down
delete from fhir_source where type in ('StructureDefinition', 'NamingSystem');
drop table fhir_own_extension, fhir_own_naming cascade;
drop function if exists fhir_extension_seen, fhir_extensions, fhir_naming_seen, fhir_namings cascade;
