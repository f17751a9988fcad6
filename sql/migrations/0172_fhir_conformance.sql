-- migrate:up
-- What FHIR calls conformance resources, made of what the service itself goes by: Questionnaire of the instruments, CodeSystem and
-- ValueSet of the codes. They show nobody.

-- A canonical's id: of its text, so that it is the same in every installation (RFC 9562, 5.8).
create function fhir_canonical_id(canonical text) returns uuid language sql immutable as $$
	select overlay(overlay(md5(canonical) placing '8' from 13) placing 'a' from 17)::uuid $$;

-- Questionnaire ---------------------------------------------------------------------------------------------
create function fhir_questionnaire_url(code text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/Questionnaire/' || code $$;

-- Few values are a choice among them, many a range.
create function fhir_question(i instrument, t instrument_item) returns json language sql stable as $$
	select json_build_object('linkId', t.instrument || '-' || t.code, 'prefix', t.code, 'required', t.required,
		'type', case when few then 'choice' else 'integer' end,
		'extension', case when not few then json_build_array(
			json_build_object('url', 'http://hl7.org/fhir/StructureDefinition/minValue', 'valueInteger', t.low),
			json_build_object('url', 'http://hl7.org/fhir/StructureDefinition/maxValue', 'valueInteger', t.high)) end,
		'answerOption', case when few then (select json_agg(json_build_object('valueInteger', v))
			from (select generate_series(t.low, t.high, t.step) as v union all select i.missing_code where i.missing_code is not null) o) end)
	from (select t.high - t.low <= 10 as few) f
$$;

-- What is asked stands with who owns the instrument: items have a code and no text.
create function fhir_questionnaire(i instrument) returns jsonb language sql stable as $$
	select jsonb_strip_nulls(jsonb_build_object('resourceType', 'Questionnaire', 'id', fhir_canonical_id(url || '|' || i.version),
		'meta', fhir_meta(i.revision, i.updated_at), 'url', url, 'version', i.version, 'name', i.code, 'title', i.name,
		'status', case when i.is_current then 'active' else 'retired' end,
		'subjectType', case i.subject when 'PATIENT' then '["Patient"]'::json end, 'description', i.measures_en,
		'copyright', i.licence_note, 'code', json_build_array(fhir_coding(fhir_system('instrument'), i.code)),
		'item', (select json_agg(fhir_question(i, t) order by t.position) from instrument_item t
			where t.instrument = i.code and t.instrument_version = i.version)))
	from fhir_questionnaire_url(i.code) url
$$;

create function fhir_questionnaire_ids() returns table (id uuid, i instrument) language sql stable as $$
	select fhir_canonical_id(fhir_questionnaire_url(i.code) || '|' || i.version), i from instrument i $$;
create function fhir_questionnaire_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select q.id, null::uuid, fhir_questionnaire(q.i), (q.i).revision, (q.i).updated_at from fhir_questionnaire_ids() q where q.id = thing $$;
create function fhir_questionnaires(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select q.id, null::uuid, fhir_questionnaire(q.i), (q.i).revision, (q.i).updated_at from fhir_questionnaire_ids() q
	where asked ->> 'after' is null or q.id > (asked ->> 'after')::uuid order by q.id limit (asked ->> 'most')::int $$;

-- CodeSystem and ValueSet -------------------------------------------------------------------------------------
-- The code systems of this face: the native ones, some by another name, and those that it alone has.
create table fhir_code_system (
	name text primary key, -- of the canonical (fhir_system)
	of text references code_system, -- native, or null
	own jsonb not null default '[]', -- [[code, display], …], beside them
	content text not null default 'complete' -- or fragment: what asks for something to be done has a code of its own
);
grant select on fhir_code_system to samhandling_service;
insert into fhir_code_system (name, of) select s.code, s.code from code_system s where s.uri is null
	and s.code not in ('plan-kind', 'assessment-occasion', 'care-level', 'discharge-disposition');
insert into fhir_code_system (name, of) values ('plan-type', 'plan-kind'), ('occasion', 'assessment-occasion'), ('admission-level', 'care-level'),
	('admission-disposition', 'discharge-disposition');
insert into fhir_code_system (name, own) values
	('communication-category', '[["CONCERN_REPORT", "Concern report"], ["MESSAGE", "Message from one unit to another"]]'),
	('request-category', '[["REFERRAL", "Referral to the team"], ["MEASURE", "Measure of a plan"]]'),
	('purpose', '[["QA", "Quality of the service"], ["STAT", "Statistics"], ["SELF", "The person''s own"], ["ADMIN", "Administration"]]'),
	('referral-part', '[["SPECIALIST", "Specialist care"], ["MUNICIPAL", "Municipal care"]]'),
	('service', '[["TEAM_INTAKE", "To be taken in by the team"]]'),
	('enrolment-type', '[["FACT_TEAM", "FACT-inspired team"]]'),
	('housing-contract', '[["NONE", "None"], ["FIXED", "For a time"], ["PERMANENT", "Without an end"]]'),
	('family-contact', '[["NONE", "None"], ["SOME", "Some"], ["REGULAR", "Regular"]]'),
	('life-fact', '[["housing.type", "How the person lives"], ["housing.from", "Since when"], ["housing.to", "Until when"],
		["housing.contract", "The contract"], ["housing.eviction_notice", "Whether notice has been given"],
		["housing.own_choice", "Whether the person has chosen it"], ["activity.type", "What the person does"], ["activity.from", "Since when"],
		["activity.to", "Until when"], ["activity.hours_per_week", "How much"], ["activity.provider", "With whom"],
		["economy.main_income", "The main income"], ["economy.management", "Who manages the money"],
		["economy.debt_plan", "Whether there is a plan for the debts"], ["economy.rent_arrears", "Whether rent is overdue"],
		["network.confidants", "How many the person can confide in"], ["network.family_contact", "Contact with family"],
		["network.loneliness", "How lonely the person feels"]]');
insert into fhir_code_system (name) values ('instrument'), ('instrument-item');
insert into fhir_code_system (name, own, content) values ('task', '[["GENERAL", "Something to be done"],
	["HANDOVER", "A handover that waits for an answer"]]', 'fragment');
update fhir_code_system set own = '[["OBJECTION", "Objection"]]' where name = 'consent-type';
update fhir_code_system set own = '[["HPL_22", "Helsepersonelloven § 22: with consent"]]' where name = 'legal-basis';
update fhir_code_system set own = '[["PLAN_REVIEW", "Review of a plan"]]' where name = 'activity-type';

-- What the contract says and no table has: api/fhir_codes.h.
create function fhir_beside(asked text, codes text) returns text language plpgsql as $$
begin
	if codes is not null then
		perform set_config('app.codes', codes, true);
	end if;
	return asked;
end $$;
insert into fhir_code_system (name, content) values ('operation', 'fragment'), -- what the service does by itself has names too
	('resource', 'complete'), ('problem', 'complete');

-- Codes that are in force.
create function fhir_concepts(s fhir_code_system) returns table (code text, display text, norwegian text, sort bigint, definition text)
language sql stable as $$
	select c.code, c.display_en, c.display_nb, c.sort::bigint, null from code_concept c where c.system_code = s.of
		and c.valid_from <= clock_today() and (c.valid_to is null or c.valid_to >= clock_today())
	union all select o ->> 0, o ->> 1, null, n, null from jsonb_array_elements(s.own) with ordinality x (o, n)
	union all select l.code, l.title_en, null, 0, null from legal_basis l where s.name = 'legal-basis'
		and l.valid_from <= clock_today() and (l.valid_to is null or l.valid_to >= clock_today())
	union all select i.code, i.name, null, 0, null from instrument i where s.name = 'instrument' and i.is_current
	union all select distinct t.instrument || '-' || t.code, null, null, t.position::bigint, null from instrument_item t where s.name = 'instrument-item'
	union all select o ->> 0, o ->> 1, o ->> 2, 0, o ->> 3 from jsonb_array_elements(case when s.name in ('operation', 'resource', 'problem')
		then nullif(current_setting('app.codes', true), '')::jsonb -> s.name end) o
$$;

create function fhir_value_set_url(name text) returns text language sql immutable as $$
	select 'https://samhandling.example/fhir/ValueSet/' || name $$;
create function fhir_canonical_name(name text) returns text language sql immutable as $$
	select replace(initcap(replace(name, '-', ' ')), ' ', '') $$;

-- The version of a resource that changes with the contract's, "1.2.3".
create function fhir_release(version text) returns int language sql immutable as $$
	select sum(part::int * 1000 ^ (3 - place))::int from string_to_table(version, '.') with ordinality p (part, place) $$;

-- What no table of codes has comes with the service, and is as new as its contract.
create function fhir_code_system_made(s fhir_code_system) returns setof fhir_thing language sql stable as $$
	select i.id, null::uuid, jsonb_strip_nulls(jsonb_build_object('resourceType', 'CodeSystem', 'id', i.id,
		'meta', fhir_meta(i.revision, i.at), 'url', fhir_system(s.name), 'version', i.version, 'name', fhir_canonical_name(s.name),
		'title', n.name_en, 'status', 'active', 'experimental', false, 'publisher', 'Samhandling', 'caseSensitive', true,
		'valueSet', fhir_value_set_url(s.name), 'content', s.content, 'count', c.count, 'concept', c.concepts)), i.revision, i.at
	from (select nullif(current_setting('app.codes', true), '')::jsonb as told) contract left join code_system n on n.code = s.of
	cross join lateral (select fhir_canonical_id(fhir_system(s.name)) as id, coalesce(n.version::text, told ->> 'version') as version,
		coalesce(n.version, fhir_release(told ->> 'version')) as revision, coalesce(n.updated_at, (told ->> 'date' || 'T00:00Z')::timestamptz) as at) i
	cross join lateral (select count(*), jsonb_agg(jsonb_build_object('code', c.code, 'display', c.display, 'definition', c.definition, 'designation',
			case when c.norwegian is not null then jsonb_build_array(jsonb_build_object('language', 'nb', 'value', c.norwegian)) end)
			order by c.sort, c.code) as concepts from fhir_concepts(s) c) c
$$;

-- All codes of a system: what an element that has them may say.
create function fhir_value_set_made(s fhir_code_system) returns setof fhir_thing language sql stable as $$
	select i.id, null::uuid, jsonb_build_object('resourceType', 'ValueSet', 'id', i.id, 'meta', b.body -> 'meta',
		'url', fhir_value_set_url(s.name), 'version', b.body -> 'version', 'name', b.body -> 'name', 'status', 'active', 'experimental', false,
		'publisher', 'Samhandling', 'compose', jsonb_build_object('include', jsonb_build_array(jsonb_build_object('system', fhir_system(s.name))))),
		b.version, b.at
	from fhir_code_system_made(s) b cross join lateral (select fhir_canonical_id(fhir_value_set_url(s.name)) as id) i
$$;

create function fhir_code_system_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_code_system s cross join lateral fhir_code_system_made(s) m where fhir_canonical_id(fhir_system(s.name)) = thing $$;
create function fhir_value_set_seen(thing uuid) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_code_system s cross join lateral fhir_value_set_made(s) m where fhir_canonical_id(fhir_value_set_url(s.name)) = thing $$;
create function fhir_code_systems(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_code_system s cross join lateral fhir_code_system_made(s) m $$;
create function fhir_value_sets(person uuid, asked jsonb) returns setof fhir_thing language sql stable as $$
	select m.* from fhir_code_system s cross join lateral fhir_value_set_made(s) m $$;

select fhir_add_source('Questionnaire', '{instruments}', null, 'fhir_questionnaire_seen', 'fhir_questionnaires', is_gated => false),
	fhir_add_source('CodeSystem', '{code-systems}', null, 'fhir_code_system_seen', 'fhir_code_systems', is_gated => false),
	fhir_add_source('ValueSet', '{code-systems}', null, 'fhir_value_set_seen', 'fhir_value_sets', is_gated => false);

-- migrate:down
delete from fhir_source where type in ('Questionnaire', 'CodeSystem', 'ValueSet');
drop table fhir_code_system cascade;
drop function if exists fhir_canonical_id, fhir_release, fhir_questionnaire_url, fhir_question, fhir_questionnaire, fhir_questionnaire_ids, fhir_questionnaire_seen,
	fhir_questionnaires, fhir_beside, fhir_canonical_name, fhir_value_set_url, fhir_code_system_seen, fhir_value_set_seen, fhir_code_systems, fhir_value_sets cascade;
