-- Receiving and merging of imports (server/api/ops_import.c, server/jobs/imports.c); the daemon knows them by name.

-- name: import_begin
select b.id, b.state, b.received, b.header, import_json(b) as body
from import_begin(:new.id::uuid, :given::jsonb) b

-- name: import_receive
select import_receive(:path.id::uuid, :given::jsonb, :content::jsonb) as done

-- name: import_fail
select import_fail(:path.id::uuid, :request.reason) as done

-- name: import_read
select import_json(b) as body, 202 as status, '/api/v1/imports/' || b.id as location
from import_batch b where b.id = :path.id::uuid

-- name: import_step
select import_step() as done

-- name: import_adt
select import_adt(:new.id::uuid, :given::jsonb) as body

-- name: export_open
-- Whether there is such an export, and whether it can still be read.
select e.id, case when e.expires_at <= clock_now() then raise_problem(409, 'conflict') end as refused
from export e where e.id = :path.id::uuid

-- name: export_page
select p.body, p.next::text as next from export_page(:path.id::uuid, :given::jsonb, :content::jsonb) p

-- name: import_report_open
select b.id from import_batch b where b.id = :path.id::uuid

-- name: import_report_page
select p.body, p.next::text as next from import_report_page(:path.id::uuid, :given::jsonb, :content::jsonb) p
