-- The sandbox's clock; there is none where it is not enabled.

-- name: moveSandboxClock
select move_sandbox_clock((:body::jsonb ->> 'ahead')::interval, (:body::jsonb ->> 'set')::timestamptz) as body
