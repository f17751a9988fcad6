-- name: exportPatient
-- The head; the parts are statements of other operations.
select export_head(:path.id::uuid) as body

-- name: printPatientExport
-- The same, with the beginning of the page that the parts are written on.
select h.head as body, paper_begin(:path.id::uuid) as page, page_style_hash() as style_hash
from (select export_head(:path.id::uuid) as head offset 0) h
