-- Requests for wrk: the lines of PATHS in turn, from a place of its own for each thread; POST when BODY is set.
local paths, at, thread_count = {}, 0, 0
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local token, body, etag = os.getenv("TOKEN"), os.getenv("BODY"), os.getenv("ETAG")
local run = os.getenv("RUN") or "0"

function setup(thread)
	thread:set("number", thread_count)
	thread_count = thread_count + 1
end

function init()
	at = number * 97
end

function request()
	at = at + 1
	local headers = { ["Authorization"] = "Bearer " .. token }
	headers["If-None-Match"] = etag
	if body == nil then
		return wrk.format("GET", paths[at % #paths + 1], headers)
	end
	headers["Content-Type"] = "application/json"
	headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. at
	return wrk.format("POST", paths[at % #paths + 1], headers, body)
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format('\nRESULT {"requests":%d,"us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}\n', summary.requests, summary.duration,
		latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
