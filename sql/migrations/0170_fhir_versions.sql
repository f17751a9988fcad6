-- migrate:up
-- Earlier versions over FHIR, of the types whose rows row_history keeps. Each is made of the row as it was, for who may see
-- what it is now; whose it is, who hides it and where it is protected is what holds now.

create function fhir_was(now patient, was patient) returns setof fhir_thing language sql stable as $$
	select now.id, now.id, fhir_patient(p, m.name, null)::jsonb, was.version, was.updated_at
	from jsonb_populate_record(was, jsonb_build_object('address_protection', now.address_protection)) p
	left join municipality m on m.number = was.municipality_number and m.valid_to is null
$$;

-- A draft was its author's alone.
create function fhir_was(now referral, was referral) returns setof fhir_thing language sql stable as $$
	select now.id, now.patient_id, fhir_referral(referral_json(jsonb_populate_record(was, jsonb_build_object('patient_id', now.patient_id)),
		referral_standing(now)), was.updated_at), was.version, was.updated_at
	where referral_standing(now) <> 'STATUS' and (was.state <> 'DRAFT' or now.author_staff_id = app_staff_id())
$$;

create function fhir_was(now measure, was measure) returns setof fhir_thing language sql stable as $$
	select now.id, now.patient_id, fhir_measure(measure_json(was, measure_projection(now)), was.updated_at), was.version, was.updated_at
$$;

-- The state that it had, whatever has become of its consent.
create function fhir_was(now plan, was plan) returns setof fhir_thing language sql stable as $$
	select now.id, now.patient_id, fhir_plan(plan_json(was, '{}', plan_cell(now)) || jsonb_build_object('status', was.state),
		was.updated_at), was.version, was.updated_at
$$;

-- How far it had come was its plan's to say.
create function fhir_was(now plan_goal, was plan_goal) returns setof fhir_thing language sql stable as $$
	select now.id, now.patient_id, fhir_goal(plan_goal_json(was), now.patient_id, (select h.content ->> 'state'
		from row_versions('plan', now.plan_id) h where h.valid_from <= was.updated_at order by h.version desc limit 1),
		was.updated_at), was.version, was.updated_at
$$;

create function fhir_was(now risk_flag, was risk_flag) returns setof fhir_thing language sql stable as $$
	select * from fhir_made(jsonb_populate_record(was, jsonb_build_object('withheld_reason', now.withheld_reason)))
$$;

create function fhir_was(now concern_report, was concern_report) returns setof fhir_thing language sql stable as $$
	select now.id, now.patient_id, fhir_report(concern_report_json(jsonb_populate_record(was, jsonb_build_object(
		'patient_id', now.patient_id)), concern_report_standing(now)), was.updated_at), was.version, was.updated_at
	where concern_report_standing(now) <> 'STATUS'
$$;

create policy admission_history_read on row_history for select using (
	entity = 'admission' and exists (select 1 from admission a where a.id = row_history.entity_id));

-- One line a source: of which rows, how, and what of a resource other rows say.
select fhir_keep('Patient', 'fhir_patient_seen', 'patient', 'fhir_was(now, was)', '{identifier}'),
	fhir_keep('EpisodeOfCare', 'fhir_one_enrolment', 'enrolment'),
	fhir_keep('Encounter', 'fhir_one_contact', 'contact', beside => '{participant}'),
	fhir_keep('Encounter', 'fhir_one_admission', 'admission', beside => '{contained,location,length}'),
	fhir_keep('ServiceRequest', 'fhir_referral_seen', 'referral', 'fhir_was(now, was)'),
	fhir_keep('ServiceRequest', 'fhir_measure_seen', 'measure', 'fhir_was(now, was)'),
	fhir_keep('CarePlan', 'fhir_plan_seen', 'plan', 'fhir_was(now, was)', '{careTeam,goal,activity}'),
	fhir_keep('Goal', 'fhir_goal_seen', 'plan_goal', 'fhir_was(now, was)'),
	fhir_keep('Consent', 'fhir_one_consent', 'consent'),
	fhir_keep('Flag', 'fhir_one_risk_flag', 'risk_flag', 'fhir_was(now, was)'),
	fhir_keep('Observation', 'fhir_one_assessment', 'assessment'),
	fhir_keep('QuestionnaireResponse', 'fhir_response_seen', 'assessment', 'fhir_response_made(was)'),
	fhir_keep('Communication', 'fhir_report_seen', 'concern_report', 'fhir_was(now, was)');

-- migrate:down
drop policy admission_history_read on row_history;
drop function if exists fhir_was(patient, patient), fhir_was(referral, referral), fhir_was(measure, measure), fhir_was(plan, plan),
	fhir_was(plan_goal, plan_goal), fhir_was(risk_flag, risk_flag), fhir_was(concern_report, concern_report) cascade;
