-- What an agency takes along.

-- name: createExport
select export_ask(:new.id::uuid, :body::jsonb) as id

-- name: getExport
select export_json(e) as body from export e where e.id = :path.id::uuid
