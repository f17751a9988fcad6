-- migrate:up
-- What the codes of specialist care are called.

insert into code_system (code, uri, name_nb, name_en) values
	('admission-state', null, 'Innleggelsens status', 'State of an admission'),
	('care-level', null, 'Type døgnplass', 'Kind of bed'),
	('discharge-disposition', null, 'Utskrevet til', 'Where a patient went at discharge'),
	('legal-kind', null, 'Rettslig grunnlag for oppholdet', 'Legal ground of a stay'),
	('coercion-type', null, 'Vedtak om tvang', 'Kinds of decisions on coercion'),
	('opioid-substitution-medicine', null, 'Legemidler i LAR', 'Medicines in opioid substitution treatment');
insert into code_concept (system_code, code, display_nb, display_en, sort) values
	('admission-state', 'PLANNED', 'Planlagt', 'Planned', 1),
	('admission-state', 'ADMITTED', 'Innlagt', 'Admitted', 2),
	('admission-state', 'ON_LEAVE', 'På permisjon', 'On leave', 3),
	('admission-state', 'READY_FOR_DISCHARGE', 'Utskrivningsklar', 'Ready for discharge', 4),
	('admission-state', 'DISCHARGED', 'Utskrevet', 'Discharged', 5),
	('admission-state', 'CANCELLED', 'Avlyst', 'Cancelled', 6),
	('admission-state', 'ENTERED_IN_ERROR', 'Feilregistrert', 'Entered in error', 7),
	('care-level', 'DPS_INPATIENT', 'Døgnplass ved DPS', 'Bed at a district psychiatric centre', 1),
	('care-level', 'HOSPITAL_PSYCH', 'Psykiatrisk sykehusavdeling', 'Psychiatric hospital ward', 2),
	('care-level', 'TSB', 'Døgnbehandling i TSB', 'Specialised substance treatment', 3),
	('care-level', 'SOMATIC', 'Somatisk sykehus', 'Somatic hospital', 4),
	('care-level', 'USER_CONTROLLED_BED', 'Brukerstyrt plass', 'User-controlled bed', 5),
	('discharge-disposition', 'HOME', 'Hjem', 'Home', 1),
	('discharge-disposition', 'OTHER_INSTITUTION', 'Annen institusjon', 'Another institution', 2),
	('discharge-disposition', 'LEFT_AGAINST_ADVICE', 'Dro mot råd', 'Left against advice', 3),
	('discharge-disposition', 'PRISON', 'Fengsel', 'Prison', 4),
	('discharge-disposition', 'DECEASED', 'Død', 'Deceased', 5),
	('legal-kind', 'NOT_STATED', 'Ikke oppgitt', 'Not stated', 1),
	('legal-kind', 'VOLUNTARY', 'Frivillig', 'Voluntary', 2),
	('legal-kind', 'OBSERVATION', 'Tvungen observasjon', 'Compulsory observation', 3),
	('legal-kind', 'COMPULSORY', 'Tvungent psykisk helsevern', 'Compulsory mental health care', 4),
	('legal-kind', 'SENTENCED', 'Dom', 'Sentenced to care', 5),
	('legal-kind', 'SUBSTANCE_10_2', 'Tvang overfor rusavhengig', 'Compulsory substance treatment', 6),
	('legal-kind', 'SUBSTANCE_10_3', 'Tvang overfor gravid rusavhengig', 'Retention of a pregnant person', 7),
	('legal-kind', 'OTHER', 'Annet grunnlag', 'Another ground', 8),
	('coercion-type', 'EXAM_3_1', 'Tvungen legeundersøkelse', 'Compulsory medical examination', 1),
	('coercion-type', 'OBSERVATION_3_2', 'Tvungen observasjon', 'Compulsory observation', 2),
	('coercion-type', 'TPH_INPATIENT', 'Tvungent psykisk helsevern med døgnopphold', 'Compulsory care with overnight stay', 3),
	('coercion-type', 'TPH_OUTPATIENT', 'Tvungent psykisk helsevern uten døgnopphold', 'Compulsory care without overnight stay', 4),
	('coercion-type', 'MEDICATION_4_4', 'Behandling uten eget samtykke', 'Treatment without consent', 5),
	('coercion-type', 'SUBSTANCE_10_2', 'Tvang overfor rusavhengig', 'Compulsory substance treatment', 6),
	('coercion-type', 'SUBSTANCE_10_3', 'Tvang overfor gravid rusavhengig', 'Retention of a pregnant person', 7),
	('coercion-type', 'SUBSTANCE_10_4', 'Tilbakehold etter samtykke', 'Retention by earlier agreement', 8),
	('opioid-substitution-medicine', 'METHADONE', 'Metadon', 'Methadone', 1),
	('opioid-substitution-medicine', 'BUPRENORPHINE', 'Buprenorfin', 'Buprenorphine', 2),
	('opioid-substitution-medicine', 'BUPRENORPHINE_NALOXONE', 'Buprenorfin og nalokson', 'Buprenorphine and naloxone', 3),
	('opioid-substitution-medicine', 'BUPRENORPHINE_DEPOT', 'Buprenorfin depot', 'Buprenorphine depot', 4),
	('opioid-substitution-medicine', 'MORPHINE', 'Langtidsvirkende morfin', 'Slow-release morphine', 5),
	('opioid-substitution-medicine', 'OTHER', 'Annet', 'Other', 6);

-- migrate:down
delete from code_concept where system_code in ('admission-state', 'care-level', 'discharge-disposition', 'legal-kind',
	'coercion-type', 'opioid-substitution-medicine');
delete from code_system where code in ('admission-state', 'care-level', 'discharge-disposition', 'legal-kind', 'coercion-type',
	'opioid-substitution-medicine');
