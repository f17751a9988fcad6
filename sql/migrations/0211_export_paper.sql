-- migrate:up
-- A person's own export on paper: what the operations have answered, as a page in Bokmål. It is made of the answers alone, piece
-- by piece as the service reads them, so paper never tells more than they do; and every value is escaped.

create table page_part (
	operation text primary key, -- whose answer the part holds
	heading_nb text not null
);
grant select on page_part to samhandling_service;
insert into page_part (operation, heading_nb) values
	('getPatient', 'Om personen'), ('listPatientIdentifiers', 'Numre'), ('listPatientRelations', 'Pårørende og andre nære'), ('listCareRelations', 'Hvem som følger opp'),
	('listPatientConsents', 'Samtykker'), ('listPatientObjections', 'Reservasjoner mot innsyn'), ('listConcernReports', 'Bekymringsmeldinger'), ('listReferrals', 'Henvisninger'),
	('listEnrolments', 'Oppfølging i team'), ('listBoardEntries', 'På teamets tavle'), ('listContacts', 'Møter og samtaler'), ('listAssessments', 'Kartlegginger'),
	('listLifeSituations', 'Livssituasjon'), ('listSomaticAssessments', 'Helsekontroller'), ('listPlans', 'Planer'), ('listPlanReviews', 'Evaluering av planen'), ('listMeasures', 'Tiltak'),
	('listMeasureComments', 'Kommentar til tiltaket'), ('listAdmissions', 'Innleggelser'), ('listLegalPeriods', 'Rettslig grunnlag for oppholdet'), ('listCoercionDecisions', 'Vedtak om tvang'),
	('listOpioidSubstitutionFollowups', 'Legemiddelassistert rehabilitering (LAR)'), ('listRiskFlags', 'Vurdert risiko'), ('listDangerDisclosures', 'Delt fordi noen kunne være i fare'),
	('listExternalRecords', 'Hvor det står i journalene'), ('listCaseMeetings', 'Samarbeidsmøter'), ('listTasks', 'Oppgaver'), ('listHandovers', 'Overføringer av ansvar'),
	('listMessages', 'Meldinger mellom tjenestene'), ('listDataSubjectRequests', 'Krav om innsyn, retting og sletting'), ('listDeviations', 'Avvik og tilbakemeldinger'),
	('listPatientAccessLog', 'Hvem som har sett opplysningene');

-- A time as people write it in Norway; what only looks like one stays as it is.
create function paper_time(value text) returns text language plpgsql stable as $$
begin
	return to_char(value::timestamptz at time zone 'Europe/Oslo', 'DD.MM.YYYY "kl." HH24:MI');
exception when data_exception then
	return value;
end $$;

-- All words that these lines need, looked up once: of members by 'operation member', as [label, system, place], of codes by
-- 'system:code', and by ':code' where no system is known or none has it, and names of agencies, units and staff by their ids.
create function paper_words(lines jsonb) returns jsonb language sql stable as $$
	with code as (
		select c.system_code, c.code, c.display_nb from code_concept c
		where c.code in (select m[1] from regexp_matches(lines::text, '"([A-Za-z][A-Za-z0-9_-]*)"', 'g') m)
	)
	select (select jsonb_object_agg(m.operation || ' ' || m.member, jsonb_build_array(m.label_nb, m.system_code, g.sort)) from page_member m
			join page_member g on g.operation = '' and g.member = m.member
			where m.operation = '' or m.operation in (select l ->> 'operation' from jsonb_array_elements(lines) l))
		|| coalesce((select jsonb_object_agg(c.system_code || ':' || c.code, c.display_nb) from code c), '{}')
		|| coalesce((select jsonb_object_agg(':' || d.code, d.display_nb) from (select distinct on (c.code) c.code, c.display_nb from code c
			order by c.code, c.system_code = 'export-word' desc, c.system_code) d), '{}')
		|| coalesce((select jsonb_object_agg(d.id, d.name) from (select a.id, a.name from agency a union all
				select u.id, concat_ws(', ', u.name, nullif(a.name, u.name)) from unit u join agency a on a.id = u.agency_id union all select s.id, s.name from staff s) d
			where d.id in (select m[1]::uuid from regexp_matches(lines::text, '"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"', 'g') m)), '{}')
$$;

-- A text as it is shown; ids that are nobody's tell people nothing. People do not write WITH_UNDERSCORES, so that is a code wherever it stands.
create function paper_text(words jsonb, system text, value text) returns text language plpgsql stable as $$
begin
	return case when value ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then words ->> value
		when value ~ '^\d{4}-\d\d-\d\d$' then regexp_replace(value, '^(....)-(..)-(..)$', '\3.\2.\1')
		when value ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$' then paper_time(value)
		when value ~ '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$' or system is not null and value ~ '^[A-Za-z][A-Za-z0-9-]*$'
			then coalesce(words ->> (system || ':' || value), words ->> (':' || value), value)
		else value end;
end $$;

-- A value as HTML, empty when it says nothing: things of several members as tables, several things below each other.
create function paper_value(words jsonb, part text, system text, value jsonb) returns text language plpgsql stable as $$
begin
	return coalesce(case jsonb_typeof(value)
		when 'string' then html(paper_text(words, system, value #>> '{}'))
		when 'boolean' then case when value::boolean then 'Ja' else 'Nei' end
		when 'number' then replace(value #>> '{}', '.', ',')
		when 'object' then paper_table(words, part, value)
		when 'array' then (select string_agg('<div>' || x.shown || '</div>', '' order by x.n) from (select paper_value(words, part, system, v) as shown, n
			from jsonb_array_elements(value) with ordinality i (v, n) offset 0) x where x.shown <> '') end, '');
end $$;

-- Members in the order of their words; those without a word here (answers of a questionnaire, which are numbers) by the word for
-- their code, those that say nothing left out. What has a name alone is that name.
create function paper_table(words jsonb, part text, thing jsonb) returns text language plpgsql stable as $$
declare
	told text[]; -- label and value in turn
begin
	select array_agg(array[x.label, x.shown] order by x.sort nulls last, x.label) into told
	from (select case when w.word is null then coalesce(words ->> (':' || k.key), k.key) else w.word ->> 0 end as label, (w.word ->> 2)::int as sort,
			case when w.word ->> 0 is not null or w.word is null and jsonb_typeof(k.value) <> 'string' then paper_value(words, part, w.word ->> 1, k.value) else '' end as shown
		from jsonb_each(thing) k
		cross join lateral (select coalesce(words -> (part || ' ' || k.key), words -> (' ' || k.key)) as word offset 0) w offset 0) x
	where x.shown <> '';
	if told is null then
		return '';
	elsif array_length(told, 1) = 1 and told[1][1] = 'Navn' then
		return told[1][2];
	end if;
	return '<table><tbody>' || (select string_agg('<tr><th scope="row">' || html(told[i][1]) || '</th><td>' || told[i][2] || '</td></tr>', '' order by i)
		from generate_subscripts(told, 1) i) || '</tbody></table>';
end $$;

create function paper_heading(asked text) returns text language sql stable as $$
	select coalesce((select html(p.heading_nb) from page_part p where p.operation = asked), '') $$;

-- Things of one part: {operation, first, lines: [{operation, item}]}; below the first ones its heading.
create function paper_part(given jsonb) returns text language plpgsql stable as $$
declare
	part text := given ->> 'operation';
	words jsonb := paper_words(given -> 'lines');
begin
	return case when (given ->> 'first')::boolean and jsonb_array_length(given -> 'lines') > 0 then '<h2>' || paper_heading(part) || '</h2>' else '' end
		|| coalesce((select string_agg('<section>' || case when x.operation <> part then '<h3>' || paper_heading(x.operation) || '</h3>' else '' end
				|| x.shown || '</section>', '' order by x.n)
			from (select l.v ->> 'operation' as operation, paper_table(words, l.v ->> 'operation', l.v -> 'item') as shown, l.n
				from jsonb_array_elements(given -> 'lines') with ordinality l (v, n) offset 0) x where x.shown <> ''), '');
end $$;

-- The beginning; whose it is has been decided before.
create function paper_begin(person uuid) returns text language sql stable as $$
	select page_begin('Det tjenesten har om meg', page_person(person))
		|| '<p>Her står alt du har rett til å se. Er noe feil, kan du be om at det rettes: si fra til dem som følger deg opp, eller send krav om retting '
		|| 'til virksomheten som har ført det. Tider er norsk tid.</p>'
$$;

-- The end: what is held back and why, what there is nothing of, what may not be asked for, and how much there was.
create function paper_end(summary jsonb) returns text language plpgsql stable as $$
declare
	parts jsonb := summary -> 'parts';
begin
	return page_section('Dette er holdt tilbake etter loven', (select jsonb_agg(jsonb_build_object('what', case w ->> 'reason' when 'PROTECTED_SENDER' then 'Hvem som har meldt fra'
				when 'TEXT_WITHHELD' then 'Tekst som en lege har holdt tilbake' when 'INTERNAL_OPINION' then 'Uttalelser til saksbehandlingen' else w ->> 'reason' end,
				'count', w -> 'count')) from jsonb_array_elements(summary -> 'withheld') w), '[["what", "Hva"], ["count", "Antall"]]')
		|| page_section('Dette har tjenesten ikke noe om', (select jsonb_agg(p.heading_nb order by x.n) from jsonb_array_elements(parts) with ordinality x (v, n)
			join page_part p on p.operation = x.v ->> 'operation' where (x.v ->> 'items')::int = 0 and not (x.v ->> 'closed')::boolean))
		|| page_section('Dette er ikke med', (select jsonb_agg(p.heading_nb order by x.n) from jsonb_array_elements(parts) with ordinality x (v, n)
			join page_part p on p.operation = x.v ->> 'operation' where (x.v ->> 'closed')::boolean))
		|| page_section('Hvor mye utskriften inneholder', (select jsonb_agg(jsonb_build_object('what', p.heading_nb, 'count', x.v -> 'items') order by x.n)
			from jsonb_array_elements(parts) with ordinality x (v, n) join page_part p on p.operation = x.v ->> 'operation'
			where (x.v ->> 'items')::int > 0), '[["what", "Del"], ["count", "Antall"]]')
		|| page_end();
end $$;

-- migrate:down
drop function if exists paper_end, paper_begin, paper_part, paper_heading, paper_table, paper_value, paper_text, paper_words, paper_time cascade;
drop table page_part;
