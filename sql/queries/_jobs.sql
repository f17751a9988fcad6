-- What the daemon's job thread runs beside requests; it knows these by name. Role SY, no agency.

-- name: job_deadlines
select j.kind, j.n from run_deadlines(200) j
