-- Who has what for a person.

-- name: getResponsibilities
select responsibilities_json(:path.id::uuid) as body
