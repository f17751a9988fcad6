-- name: exportPatient
-- The head; the parts are statements of other operations.
select export_head(:path.id::uuid) as body
