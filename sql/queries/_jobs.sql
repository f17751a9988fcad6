-- What the daemon's job thread runs beside requests: each row of the table `job`. Role SY, no agency.

-- name: job_list
select kind from job order by sort

-- name: job_run
select job_run(:job.kind, null) as done

-- name: log_seal_make
select log_seal_make(:job.most::int, :job.every::interval) as done

-- name: log_seals_unsigned
select s.number, log_seal_statement(s) as statement from log_seal s where s.signature is null order by s.number limit 100

-- name: log_seal_sign
select log_seal_sign(:job.number::bigint, :job.key, :job.signature)

-- name: alert_take
select id, address, body from alert_take(:job.most::int)

-- name: alert_done
select alert_done(:job.mail::uuid, :job.sent::boolean)
