-- Surveys of the persons and of the staff; nothing here knows who has answered what (migration 0065).

-- name: listUserExperienceSurveys
select body, next from survey_page('USER', :query.unit_id::uuid, :query.round, :query.cursor, page_size(:query.limit))

-- name: submitUserExperienceSurvey
select submit_user_survey(:body::jsonb) as body, 201 as status

-- name: submitUserExperienceSurvey.replay
select survey_receipt(survey_team(app_citizen_id(), (:body::jsonb ->> 'unit_id')::uuid), survey_round('USER', clock_today())) as body

-- name: listStaffSurveys
select body, next from survey_page('STAFF', :query.unit_id::uuid, :query.round, :query.cursor, page_size(:query.limit))

-- name: submitStaffSurvey
select submit_staff_survey(:body::jsonb) as body, 201 as status

-- name: submitStaffSurvey.replay
select survey_receipt(coalesce((:body::jsonb ->> 'unit_id')::uuid, (app_unit_ids())[1]), survey_round('STAFF', clock_today())) as body
