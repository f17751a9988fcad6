-- Why the caller may or may not; the gate itself is asked (migration 0125).

-- name: getAccessExplanation
select access_explained(:path.id::uuid, :gate.matrix::jsonb, jsonb_strip_nulls(jsonb_build_object(
	'consent_id', :query.consent_id::text, 'consent_type', :query.consent_type::text,
	'to_agencies', :query.to_agencies::text, 'data_categories', :query.data_categories::text))) as body
