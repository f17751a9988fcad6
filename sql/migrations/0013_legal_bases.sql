-- migrate:up
-- The laws that rules refer to by code; a section that moves gets a new row, no code changes (domain.md §5.1).

-- Callers who must name a ground look it up as any other code.
insert into code_system (code, uri, name_nb, name_en) values ('legal-basis', null, 'Hjemler', 'Legal bases');
create function legal_basis_is_a_code() returns trigger language plpgsql as $$
begin
	insert into code_concept (system_code, code, display_nb, display_en, valid_from, valid_to)
	values ('legal-basis', new.code, new.law || ' ' || new.section, new.title_en, new.valid_from, new.valid_to);
	return null;
end $$;
create trigger is_a_code after insert on legal_basis for each row execute function legal_basis_is_a_code();

create function legal_basis_holds(asked text) returns boolean language sql stable as $$
	select exists (select 1 from legal_basis l where l.code = asked and l.valid_from <= clock_today()
		and (l.valid_to is null or l.valid_to >= clock_today()))
$$;

insert into legal_basis (code, law, section, title_en, valid_from) values
	('HPL_SECRECY', 'helsepersonelloven', '§ 21', 'Duty of secrecy of health personnel', '2001-01-01'),
	('HPL_NO_SNOOPING', 'helsepersonelloven', '§ 21 a', 'Ban on unlawful acquisition of confidential data', '2008-05-09'),
	('HPL_CONSENT', 'helsepersonelloven', '§ 22', 'Release from secrecy by consent', '2001-01-01'),
	('HPL_EXCEPTIONS', 'helsepersonelloven', '§ 23', 'Exceptions from secrecy, weighty interests', '2001-01-01'),
	('HPL_COOPERATING', 'helsepersonelloven', '§ 25', 'Information to cooperating personnel', '2001-01-01'),
	('HPL_MANAGEMENT', 'helsepersonelloven', '§ 26', 'Information to management and systems', '2001-01-01'),
	('HPL_ALERT', 'helsepersonelloven', '§ 31', 'Duty to alert police and fire service', '2001-01-01'),
	('HPL_PREGNANT', 'helsepersonelloven', '§ 32', 'Information to the municipality on pregnant substance use', '2001-01-01'),
	('HPL_CHILD', 'helsepersonelloven', '§ 33', 'Information to child welfare', '2001-01-01'),
	('HPL_MINOR_CHILDREN', 'helsepersonelloven', '§ 10 a', 'Duty to care for minor children of patients', '2010-01-01'),
	('HPL_DISCLOSE_RECORD', 'helsepersonelloven', '§ 45', 'Disclosure of records unless the patient objects', '2001-01-01'),
	('FVL_SECRECY', 'forvaltningsloven', '§ 13', 'Administrative duty of secrecy', '1970-01-01'),
	('FVL_CONSENT', 'forvaltningsloven', '§ 13 a', 'Release from administrative secrecy by consent', '1978-01-01'),
	('FVL_DANGER_LIFE_HEALTH', 'forvaltningsloven', '§ 13 b', 'Sharing to avoid danger to life or health', '2022-01-01'),
	('PJL_COMMON_REGISTER', 'pasientjournalloven', '§ 9', 'Cooperation on a common treatment register', '2015-01-01'),
	('PJL_SECRECY', 'pasientjournalloven', '§ 15', 'Duty of secrecy', '2015-01-01'),
	('PJL_NO_SNOOPING', 'pasientjournalloven', '§ 16', 'Ban on unlawful acquisition', '2015-01-01'),
	('PJL_OBJECTION', 'pasientjournalloven', '§ 17', 'Right to object to making data available', '2015-01-01'),
	('PJL_ACCESS', 'pasientjournalloven', '§ 18', 'Information and access, who has looked', '2015-01-01'),
	('PJL_MAKE_AVAILABLE', 'pasientjournalloven', '§ 19', 'Making health data available', '2015-01-01'),
	('PJL_SECURITY', 'pasientjournalloven', '§ 22', 'Security, access control and logging', '2015-01-01'),
	('PJL_RETENTION', 'pasientjournalloven', '§ 25', 'How long health data are kept', '2015-01-01'),
	('PBRL_COMPETENCE', 'pasient- og brukerrettighetsloven', '§ 4-3', 'Who is competent to consent', '2001-01-01'),
	('PBRL_RECORD_ACCESS', 'pasient- og brukerrettighetsloven', '§ 5-1', 'Right of access to the record', '2001-01-01'),
	('PBRL_OBJECTION', 'pasient- og brukerrettighetsloven', '§ 5-3', 'Right to object to disclosure', '2001-01-01'),
	('HOL_SUBSTANCE_RELATIVE', 'helse- og omsorgstjenesteloven', '§ 10-1', 'Inquiries after a relative''s report', '2012-01-01'),
	('HOL_COMPULSORY', 'helse- og omsorgstjenesteloven', '§ 10-2', 'Compulsory substance treatment', '2012-01-01'),
	('HOL_COMPULSORY_PREGNANT', 'helse- og omsorgstjenesteloven', '§ 10-3', 'Retention of pregnant persons', '2012-01-01'),
	('PHVL_EXAMINATION', 'psykisk helsevernloven', '§ 3-1', 'Compulsory medical examination', '2001-01-01'),
	('PHVL_PUBLIC_DUTY', 'psykisk helsevernloven', '§ 3-6', 'Public authorities notify the health service', '2001-01-01'),
	('NAV_SECRECY', 'NAV-loven', '§ 7', 'Duty of secrecy in NAV', '2006-07-01'),
	('STL_SECRECY', 'sosialtjenesteloven', '§ 44', 'Duty of secrecy in social services', '2010-01-01'),
	('POLICE_DISCLOSE', 'politiregisterloven', '§ 30', 'Disclosure to public bodies', '2014-07-01'),
	('NECESSITY', 'straffeloven', '§ 17', 'Necessity', '2015-10-01'),
	('GDPR_ACCESS', 'personvernforordningen', 'art. 15', 'Right of access', '2018-07-20'),
	('GDPR_RECTIFY', 'personvernforordningen', 'art. 16', 'Right to rectification', '2018-07-20'),
	('GDPR_BREACH', 'personvernforordningen', 'art. 33', 'Notification of a breach', '2018-07-20');

-- migrate:down
drop trigger is_a_code on legal_basis;
drop function legal_basis_holds, legal_basis_is_a_code;
delete from code_concept where system_code = 'legal-basis';
delete from code_system where code = 'legal-basis';
delete from legal_basis;
