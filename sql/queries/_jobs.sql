-- What the daemon's job thread runs beside requests; it knows them by their first letters. Role SY, no agency.

-- name: job_reminders
select job_remind(200) as done

-- name: job_escalations
select job_escalate(200) as done

-- name: job_give_up
select job_give_up(200) as done

-- name: job_anonymise
select job_anonymise(200) as done

-- name: job_plan_reviews
select job_plan_reviews(200) as done

-- name: job_consents
select job_consents(200) as done

-- name: job_emergencies
select job_emergencies(200) as done

-- name: job_coercion
select job_coercion(200) as done

-- name: job_lar
select job_lar(200) as done

-- name: job_referrals
select job_referrals(200) as done

-- name: job_outcome_duties
select job_outcome_duties(200) as done

-- name: job_idempotency
select idempotency_drop(1000) as done

-- name: job_log_partitions
select access_log_partitions(3) as done

-- name: job_risk_flags
select job_risk_flags(200) as done

-- name: job_known_unconnected
select job_known_unconnected(200) as done
