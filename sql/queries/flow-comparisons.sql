-- How a person's way compares with what was expected.

-- name: getFlowComparisons
select flow_comparisons_json(:path.id::uuid, :query.template_id::uuid) as body
