-- name: listCodeSystems
select coalesce(json_agg(json_build_object('code', s.code, 'uri', s.uri, 'name_nb', s.name_nb, 'name_en', s.name_en,
	'version', s.version) order by s.code), '[]') as body
from code_system s

-- name: getCodeSystem
select json_build_object('code', s.code, 'uri', s.uri, 'name_nb', s.name_nb, 'name_en', s.name_en,
		'version', s.version, 'concepts', coalesce((select json_agg(json_build_object('code', c.code,
			'display_nb', c.display_nb, 'display_en', c.display_en) order by c.sort, c.code)
			from code_concept c where c.system_code = s.code
				and c.valid_from <= coalesce(:query.on::date, clock_today())
				and (c.valid_to is null or c.valid_to >= coalesce(:query.on::date, clock_today()))), '[]')) as body,
	s.version as etag
from code_system s
where s.code = :path.code
