-- name: getMe
select json_build_object(
		'kind', case when app_is_citizen() then 'CITIZEN' else 'STAFF' end,
		'role', app_role(), 'name', :auth.name, 'purpose', :auth.purpose,
		'agency', (select json_build_object('id', a.id, 'slug', a.slug, 'name', a.name, 'type', a.type,
			'organisation_number', a.organisation_number) from agency a where a.id = app_agency_id()),
		'staff', (select staff_json(s) from staff s where s.id = app_staff_id()),
		'units', coalesce((select json_agg(json_build_object('id', u.id, 'name', u.name, 'type', u.type)
			order by u.name) from unit u where u.id = any (app_unit_ids())), '[]'),
		'patient_id', app_citizen_id(),
		'represents', case when app_role() = 'RE' then coalesce((select json_agg(json_build_object(
			'patient_id', r.patient_id, 'basis', r.basis) order by r.patient_id) from represented() r), '[]')
			else '[]' end) as body,
	'1' as etag,
	show_all(case when app_role() = 'RE' then array(select r.patient_id from represented() r)
		else array[app_citizen_id()] end) as noted
