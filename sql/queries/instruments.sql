-- Instruments and their scoring: the rules stand as data in migration 0060.

-- name: listInstruments
select coalesce(json_agg(instrument_json(i) order by i.code, i.version), '[]') as body
from instrument i
where :query.current::text is null or i.is_current = :query.current::boolean

-- name: getInstrument
select instrument_json(i) as body, i.revision as etag
from instrument i
where i.code = :path.code and case when :query.version::text is null then i.is_current else i.version = :query.version end

-- name: scoreInstrument
-- Nothing is kept: what these items would give.
select instrument_score(i, b.b -> 'items', b.b ->> 'sex')
		|| jsonb_build_object('instrument_code', i.code, 'instrument_version', i.version) as body
from (select :body::jsonb as b offset 0) b
join instrument i on i.code = :path.code
	and case when b.b ? 'instrument_version' then i.version = b.b ->> 'instrument_version' else i.is_current end
cross join lateral (select instrument_faults(i, b.b -> 'items') as faults offset 0) f
where raise_unless(f.faults = '[]', 422, 'invalid_value', jsonb_build_object('errors', f.faults))
