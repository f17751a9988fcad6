-- What the daemon's job thread runs beside requests: each row of the table `job`. Role SY, no agency.

-- name: job_list
select kind from job order by sort

-- name: job_run
select job_run(:job.kind, null) as done
