-- The sandbox's clock; there is none where it is not enabled.

-- name: moveSandboxClock
select clock_now_move((:body::jsonb ->> 'ahead')::interval, (:body::jsonb ->> 'set')::timestamptz) as body

-- name: resetSandbox
select sandbox_reset(coalesce(:body::jsonb, '{}')) as body
