-- migrate:up
-- Plans on paper: HTML in Bokmål that the person can take home. Made from the projected representation alone, so that
-- paper never tells more than the answer would; every value is escaped, and one style sheet is all that it loads.

insert into code_system (code, uri, name_nb, name_en) values
	('plan-kind', null, 'Typer plan', 'Kinds of plan'),
	('plan-state', null, 'Planens status', 'State of a plan'),
	('measure-state', null, 'Tiltakets status', 'State of a measure'),
	('plan-part', null, 'Deler av en plan', 'Parts of a plan');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('plan-kind', 'IP', 'Individuell plan', 'Individual plan', 1),
	('plan-kind', 'CRISIS', 'Kriseplan', 'Crisis plan', 2),
	('plan-kind', 'WORK_ACTIVITY', 'Plan for arbeid og aktivitet', 'Plan for work and activity', 3),
	('plan-kind', 'TREATMENT', 'Behandlingsplan', 'Treatment plan', 4),
	('plan-state', 'REQUESTED', 'Bedt om', 'Requested', 1),
	('plan-state', 'OFFERED', 'Tilbudt', 'Offered', 2),
	('plan-state', 'DRAFT', 'Utkast', 'Draft', 3),
	('plan-state', 'AWAITING_CONSENT', 'Venter på samtykke', 'Awaiting consent', 4),
	('plan-state', 'ACTIVE', 'I kraft', 'In force', 5),
	('plan-state', 'UNDER_REVIEW', 'Under evaluering', 'Under review', 6),
	('plan-state', 'SUSPENDED', 'Stilt i bero', 'Suspended', 7),
	('plan-state', 'DECLINED', 'Takket nei', 'Declined', 8),
	('plan-state', 'ENDED', 'Avsluttet', 'Ended', 9),
	('plan-state', 'CANCELLED', 'Avbrutt', 'Cancelled', 10),
	('measure-state', 'PROPOSED', 'Foreslått', 'Proposed', 1),
	('measure-state', 'ACCEPTED', 'Akseptert', 'Accepted', 2),
	('measure-state', 'IN_PROGRESS', 'I gang', 'In progress', 3),
	('measure-state', 'ON_HOLD', 'På vent', 'On hold', 4),
	('measure-state', 'COMPLETED', 'Fullført', 'Completed', 5),
	('measure-state', 'DISCONTINUED', 'Avsluttet før tiden', 'Discontinued', 6),
	('measure-state', 'REFUSED', 'Avslått', 'Refused', 7),
	('measure-state', 'WITHDRAWN', 'Trukket', 'Withdrawn', 8),
	('plan-part', 'goals_resources_needs', 'Mål, ressurser og behov for tjenester', 'Goals, resources and needs', 1),
	('plan-part', 'participants', 'Hvem som deltar i arbeidet', 'Who takes part', 2),
	('plan-part', 'coordinator', 'Hvem som har ansvar for samordning og framdrift', 'Who coordinates', 3),
	('plan-part', 'contributions', 'Hva personen, tjenestene og pårørende bidrar med', 'Contributions', 4),
	('plan-part', 'measures', 'Hvilke tiltak, omfang og ansvar', 'Measures, extent and responsibility', 5),
	('plan-part', 'how', 'Hvordan tiltakene gjennomføres', 'How the measures are carried out', 6),
	('plan-part', 'period', 'Planperiode og tid for revisjon', 'Period and time of revision', 7),
	('plan-part', 'consent', 'Samtykke til planen og til deling', 'Consent to the plan and to sharing', 8),
	('plan-part', 'cooperation', 'Samarbeid med andre', 'Cooperation with others', 9),
	('plan-part', 'review', 'Tid for evaluering', 'Time of review', 10),
	('plan-part', 'warning_signs', 'Varselsignaler', 'Warning signs', 11),
	('plan-part', 'what_helps', 'Hva som hjelper', 'What helps', 12),
	('plan-part', 'contacts', 'Hvem som kan kontaktes', 'Whom to call', 13),
	('plan-part', 'wish', 'Ønske, eller grunn til å vente', 'Wish, or reason to wait', 14),
	('plan-part', 'approach', 'Hva behandlingen består i', 'What is done', 15),
	('plan-part', 'goals', 'Mål', 'Goals', 16);

-- What stands on the page of a kind, in which order and under which heading; `columns` for members of several parts.
create table plan_page_section (
	kind text not null,
	sort int not null,
	member text not null,
	heading_nb text not null,
	columns jsonb,
	primary key (kind, sort)
);
grant select on plan_page_section to samhandling_service;
insert into plan_page_section (kind, sort, member, heading_nb, columns) values
	('IP', 1, 'resources', 'Ressurser', null),
	('IP', 2, 'needs', 'Behov for tjenester', null),
	('IP', 3, 'contributions', 'Hva vi bidrar med', '[["by", "Hvem"], ["who", "Navn"], ["what", "Hva"]]'),
	('IP', 4, 'cooperation', 'Samarbeid med andre', null),
	('CRISIS', 1, 'triggers', 'Dette kan utløse en krise', null),
	('CRISIS', 2, 'warning_signs', 'Varselsignaler', '[["sign", "Tegn"], ["stage", "Når"], ["what_i_do", "Dette gjør jeg"], ["what_others_do", "Dette gjør andre"], ["who", "Hvem"]]'),
	('CRISIS', 3, 'what_helps', 'Dette hjelper', null),
	('CRISIS', 4, 'what_makes_worse', 'Dette gjør det verre', null),
	('CRISIS', 5, 'contacts', 'Hvem kan kontaktes', '[["name", "Navn"], ["phone", "Telefon"], ["role", "Rolle"], ["when", "Når"]]'),
	('CRISIS', 6, 'wanted_treatment', 'Ønsket hjelp og behandling', null),
	('CRISIS', 7, 'unwanted_treatment', 'Dette ønsker jeg ikke', null),
	('CRISIS', 8, 'wanted_admission_place', 'Hvis jeg må legges inn', null),
	('CRISIS', 9, 'medication_notes', 'Medisiner', null),
	('CRISIS', 10, 'children_and_pets', 'Barn og dyr', null),
	('CRISIS', 11, 'relatives_to_inform', 'Pårørende som skal få beskjed', null),
	('WORK_ACTIVITY', 1, 'wish', 'Mitt ønske', null),
	('WORK_ACTIVITY', 2, 'preferred', 'Arbeid eller aktivitet jeg foretrekker', null),
	('WORK_ACTIVITY', 3, 'education', 'Utdanning og erfaring', null),
	('WORK_ACTIVITY', 4, 'barriers', 'Hva som står i veien', null),
	('WORK_ACTIVITY', 5, 'accommodations', 'Tilrettelegging', null),
	('WORK_ACTIVITY', 6, 'not_now_reason', 'Hvorfor ikke nå', null),
	('WORK_ACTIVITY', 7, 'revisit_on', 'Når vi spør igjen', null),
	('TREATMENT', 1, 'problem', 'Hva som behandles', null),
	('TREATMENT', 2, 'approach', 'Hva behandlingen består i', null),
	('TREATMENT', 3, 'medication', 'Medisiner', null),
	('TREATMENT', 4, 'discharge_criteria', 'Når behandlingen er ferdig', null);

create function html(value text) returns text language sql immutable as $$
	select replace(replace(replace(replace(replace(coalesce(value, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
		'"', '&quot;'), '''', '&#39;')
$$;

-- Words for what stands in codes, and days as people write them; all else as it is.
create function page_word(value text) returns text language sql stable as $$
	select coalesce(case when value ~ '^\d{4}-\d\d-\d\d$' -- turned round, not read: what people write need not be a day
			then regexp_replace(value, '^(....)-(..)-(..)$', '\3.\2.\1') end,
		case value when 'true' then 'Ja' when 'false' then 'Nei' when 'EARLY' then 'Tidlig' when 'LATE' then 'Sent'
			when 'PATIENT' then 'Jeg' when 'RELATIVE' then 'Pårørende' when 'SERVICE' then 'Tjenesten' end,
		(select c.display_nb from code_concept c where c.code = page_word.value
			and c.system_code in ('life-domain', 'measure-state') limit 1), value)
$$;

create function page_table(rows jsonb, columns jsonb) returns text language sql stable as $$
	select '<table><thead><tr>' || (select string_agg('<th scope="col">' || html(c ->> 1) || '</th>', '')
			from jsonb_array_elements(columns) c)
		|| '</tr></thead><tbody>' || coalesce((select string_agg('<tr>' || (
				select string_agg('<td>' || html(page_word(r #>> string_to_array(c ->> 0, '.'))) || '</td>', '')
				from jsonb_array_elements(columns) c) || '</tr>', '') from jsonb_array_elements(rows) r), '')
		|| '</tbody></table>'
$$;

create function page_section(heading text, value jsonb, columns jsonb default null) returns text language sql stable as $$
	select case when value is null or value in ('null', '[]', '""') then ''
		else '<section><h2>' || html(heading) || '</h2>' || case
			when columns is not null then page_table(value, columns)
			when jsonb_typeof(value) = 'array' then case when value ->> 0 ~ '^[☐☑]' then '<ul class="boxes">' else '<ul>' end
				|| (select string_agg('<li>' || html(page_word(v)) || '</li>', '') from jsonb_array_elements_text(value) v) || '</ul>'
			else '<p>' || html(page_word(value #>> '{}')) || '</p>' end || '</section>' end
$$;

create function page_style() returns text language sql immutable as $$
	select '@page{size:A4;margin:18mm}body{font:11pt/1.45 "Liberation Sans",Arial,sans-serif;color:#111;max-width:180mm;margin:auto}'
		|| 'h1{font-size:20pt;margin:0}h2{font-size:13pt;margin:6mm 0 2mm;border-bottom:1px solid #888}p{white-space:pre-line;margin:0 0 2mm}'
		|| 'table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:1.5mm 2mm;text-align:left;vertical-align:top}'
		|| 'td{white-space:pre-line}th{background:#eee}th[scope=row]{width:42mm;background:none;font-weight:normal}td table th[scope=row]{width:32mm}'
		|| 'section,tr{break-inside:avoid}section+section{margin-top:3mm}ul{margin:0}.boxes{list-style:none;padding:0}.draft{color:#a00;font-weight:bold}.line{display:inline-block;'
		|| 'width:70mm;border-bottom:1px solid #111;height:9mm}footer{margin-top:8mm;font-size:9pt;color:#444}'
		|| '@media print{th{background:none}}'
$$;
create function page_style_hash() returns text language sql immutable as $$
	select encode(sha256(convert_to(page_style(), 'UTF8')), 'base64') $$;

create function page_sign(who text) returns text language sql immutable as $$
	select '<p>' || html(who) || ': <span class="line"></span> Dato: <span class="line"></span></p>' $$;

-- The whole page around its parts; one that is written piece by piece has its beginning and its end alone.
create function page_begin(title text, person text) returns text language sql immutable as $$
	select '<!doctype html><html lang="nb"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
		|| '<title>' || html(title) || '</title><style>' || page_style() || '</style></head><body><header><h1>' || html(title)
		|| '</h1><p>' || person || '</p></header><main>'
$$;
create function page_end() returns text language sql stable as $$
	select '</main><footer>Skrevet ut ' || to_char(clock_now() at time zone 'Europe/Oslo', 'DD.MM.YYYY')
		|| '. Opplysningene er taushetsbelagt.</footer></body></html>'
$$;
create function page(title text, person text, body text) returns text language sql stable as $$
	select page_begin(title, person) || body || page_end()
$$;

create function page_person(patient uuid) returns text language sql stable as $$
	select coalesce((select html(concat_ws(' ', p.given_name, p.family_name))
		|| case when p.birth_date is not null and not app_gate('f') then ', født ' || to_char(p.birth_date, 'DD.MM.YYYY') else '' end
		from patient p where p.id = $1), '')
$$;

-- The plan as it was agreed: while it is looked at again, the version in force; who answers for its measures, and how far they
-- have come, as it is now.
create function plan_as_agreed(p plan) returns jsonb language plpgsql stable as $$
declare
	agreed jsonb := (select v.content from plan_version v where p.state = 'UNDER_REVIEW' and v.plan_id = p.id
		order by v.number desc limit 1);
	present jsonb := plan_belongings(p);
begin
	if agreed is null then
		return plan_json(p, present, plan_cell(p));
	end if;
	return plan_json(jsonb_populate_record(p, (agreed -> 'plan') - '{version,state,consent_id}'::text[]), (agreed - 'plan')
		|| jsonb_build_object('measures', (select coalesce(jsonb_agg(coalesce((select n.m from jsonb_array_elements(present -> 'measures') n (m)
			where n.m ->> 'id' = a.m ->> 'id'), a.m) order by a.row), '[]')
			from jsonb_array_elements(agreed -> 'measures') with ordinality a (m, row))), plan_cell(p));
end $$;

-- What the person has said to it, and whose staff read it because of that; nothing to who sees a part of the plan.
create function plan_page_agreed(b jsonb) returns text language sql stable as $$
	select page_section('Samtykke', to_jsonb(case
			when not b ? 'made_without_patient' then null
			when b ->> 'status' = 'SUSPENDED' then 'Trukket tilbake eller utløpt. Planen deles ikke.'
			when (b ->> 'made_without_patient')::boolean then 'Laget uten meg: ' || coalesce(b ->> 'without_patient_reason', '')
			when b ? 'approval' then 'Jeg har sagt ja til planen '
				|| to_char((b ->> 'approved_at')::timestamptz at time zone 'Europe/Oslo', 'DD.MM.YYYY')
				|| case b #>> '{approval,form}' when 'WRITTEN' then ', skriftlig' when 'ORAL' then ', muntlig' else ', elektronisk' end
				|| '. Jeg kan når som helst trekke samtykket tilbake.'
			else 'Ikke gitt' end))
		|| page_section('Disse leser planen', (select jsonb_agg(distinct coalesce(x #>> '{unit,agency_name}', x ->> 'name'))
			from jsonb_array_elements(b -> 'participants') x where (x ->> 'is_covered')::boolean))
$$;

create function plan_page_body(b jsonb) returns text language plpgsql stable as $$
declare
	content jsonb := coalesce(b -> plan_member(b ->> 'kind'), '{}')
		-- that none is needed is an answer
		|| case when b #> '{individual,cooperation}' = '[]' then '{"cooperation": "Ikke nødvendig nå"}'::jsonb else '{}' end;
begin
	return (case when b ->> 'status' in ('ACTIVE', 'UNDER_REVIEW') then '' else '<p class="draft">'
			|| html((select c.display_nb from code_concept c where c.system_code = 'plan-state' and c.code = b ->> 'status'))
			|| '</p>' end)
		|| page_section('Koordinator', to_jsonb(concat_ws(', ', b #>> '{coordinator,name}', b #>> '{coordinator,unit,name}',
			b #>> '{coordinator,unit,agency_name}')))
		|| page_section('Planperiode', case when b ? 'period_from' then to_jsonb(page_word(b ->> 'period_from') || ' – '
			|| page_word(b ->> 'period_to')) end)
		|| page_section('Neste evaluering', b -> 'next_review_on')
		|| page_section('Mine mål', b -> 'goals', '[["words", "Mål"], ["domain", "Område"], ["target_date", "Innen"], ["baseline_score", "Ved start (0–10)"], ["score", "Nå (0–10)"]]')
		|| (select coalesce(string_agg(page_section(s.heading_nb, content -> s.member, s.columns), '' order by s.sort), '')
			from plan_page_section s where s.kind = b ->> 'kind')
		|| page_section('Tiltak', b -> 'measures', '[["title", "Tiltak"], ["how", "Hvordan"], ["extent", "Omfang"], ["responsible_unit.agency_name", "Ansvarlig"], ["responsible_name", "Hvem"], ["start_on", "Fra"], ["status", "Status"]]')
		|| page_section('Hvem deltar', b -> 'participants', '[["name", "Navn"], ["part", "Rolle"], ["unit.agency_name", "Virksomhet"], ["phone", "Telefon"]]')
		|| plan_page_agreed(b)
		|| '<section><h2>Underskrift</h2>' || page_sign('Planeier') || page_sign('Koordinator') || '</section>';
end $$;

-- What goes with an individual plan (domain.md §1.6): consent form, contact list, checklist.
create function plan_consent_page(b jsonb) returns text language sql stable as $$
	select '<section><h2>Samtykke</h2><p>Jeg samtykker til at det lages en plan for meg, og til at de som er krysset av her, får de '
		|| 'opplysningene de trenger for å følge den opp. Jeg kan når som helst trekke samtykket tilbake, helt eller for én av '
		|| 'dem. Da stanser delingen straks. Det påvirker ikke retten min til hjelp.</p></section>'
		|| page_section('De som kan få opplysninger', (select jsonb_agg(distinct '☐ ' || coalesce(x #>> '{unit,agency_name}', x ->> 'name'))
			from jsonb_array_elements(b -> 'participants') x))
		|| page_section('Opplysninger', '["☐ Navn og kontaktopplysninger", "☐ Planen", "☐ Tiltakene", "☐ Helseopplysninger", "☐ Bolig", "☐ Økonomi", "☐ Arbeid og aktivitet"]')
		|| page_section('Dette ønsker jeg ikke delt', to_jsonb(E'\n\n\n'::text))
		|| '<section><h2>Underskrift</h2>' || page_sign('Planeier') || page_sign('Verge eller vitne') || page_sign('Informert av')
		|| '</section>'
$$;

create function plan_contact_page(b jsonb) returns text language sql stable as $$
	select page_section('Koordinator', jsonb_build_array(b -> 'coordinator' || jsonb_build_object(
			'phone', (select coalesce(s.phone, u.phone) from staff s left join unit u on u.id = (b #>> '{coordinator,unit,id}')::uuid
				where s.id = (b #>> '{coordinator,staff_id}')::uuid))),
			'[["name", "Navn"], ["unit.name", "Enhet"], ["unit.agency_name", "Virksomhet"], ["phone", "Telefon"]]')
		|| page_section('Deltakere', (select jsonb_agg(x || jsonb_build_object('phone', coalesce(x ->> 'phone', s.phone, u.phone)))
			from jsonb_array_elements(b -> 'participants') x left join staff s on s.id = (x ->> 'staff_id')::uuid
			left join unit u on u.id = (x #>> '{unit,id}')::uuid),
			'[["name", "Navn"], ["part", "Rolle"], ["unit.name", "Enhet"], ["unit.agency_name", "Virksomhet"], ["phone", "Telefon"]]')
		|| page_section('Koordinerende enhet', b #> '{coordinating_unit,name}')
		|| page_section('I en krise', '["Fare for liv eller helse: ring 113", "Legevakt: ring 116 117", "Politi: ring 112"]')
$$;

create function plan_checklist_page(p plan) returns text language sql stable as $$
	select page_section('Det planen skal ha', (select jsonb_agg(case when x.value::boolean then '☑ ' else '☐ ' end
			|| coalesce(c.display_nb, x.key) order by c.sort)
			from jsonb_each(plan_parts(p)) x left join code_concept c on c.system_code = 'plan-part' and c.code = x.key))
		|| page_section('Underveis', jsonb_build_array(
			case when p.offered_at is not null then '☑ ' else '☐ ' end || 'Personen har fått vite hva planen er, og at den er frivillig',
			case when p.coordinator_staff_id is not null then '☑ ' else '☐ ' end || 'Koordinator er oppnevnt, og personens ønske er spurt etter',
			case when p.approved_at is not null then '☑ ' else '☐ ' end || 'Planen er godkjent av personen',
			case when plan_is_binding(p) then '☑ ' else '☐ ' end || 'Hvert tiltak er akseptert av den som har ansvaret',
			case when p.next_review_on > clock_today() then '☑ ' else '☐ ' end || 'Dato for neste evaluering er satt',
			'☐ Personen har fått planen med seg', '☐ Pårørende er med så langt personen ønsker det'))
$$;

create function plan_page(p plan, part text) returns text language plpgsql stable as $$
declare
	b jsonb := plan_as_agreed(p);
	kind text := (select c.display_nb from code_concept c where c.system_code = 'plan-kind' and c.code = p.kind);
	person text := page_person(p.patient_id);
begin
	return case coalesce(part, 'PLAN')
		when 'CONSENT_FORM' then page('Samtykke til ' || lower(kind), person, plan_consent_page(b))
		when 'CONTACT_LIST' then page('Kontaktliste til ' || lower(kind), person, plan_contact_page(b))
		when 'CHECKLIST' then page('Sjekkliste for ' || lower(kind), person, plan_checklist_page(p))
		else page(kind, person, plan_page_body(b)) end;
end $$;

-- migrate:down
drop function if exists plan_page, plan_checklist_page, plan_contact_page, plan_consent_page, plan_page_body, plan_page_agreed, plan_as_agreed,
	page_person, page, page_end, page_begin, page_sign, page_style_hash, page_style, page_section, page_table, page_word, html;
drop table plan_page_section;
delete from code_concept where system_code in ('plan-kind', 'plan-state', 'measure-state', 'plan-part');
delete from code_system where code in ('plan-kind', 'plan-state', 'measure-state', 'plan-part');
