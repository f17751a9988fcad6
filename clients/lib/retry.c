/* Whether and when a call is repeated. Decides only; the session waits. */
#include "lib/retry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool is_busy_twin(const struct attempt *at)
{
	return at->status == 409 && at->has_key && at->code != NULL &&
	       strcmp(at->code, "idempotency_busy") == 0;
}

static bool is_safe(const struct attempt *at)
{
	if (at->status == 0)
		return !at->connected || is_read(at->method) || at->has_key;
	return at->status == 503 || at->status == 429 || is_busy_twin(at);
}

/* Retry-After in milliseconds, -1 when absent or unreadable. */
static long asked_pause(const struct attempt *at)
{
	char *end;
	long seconds;

	if (at->after == NULL)
		return -1;
	errno = 0;
	seconds = strtol(at->after, &end, 10);
	if (end == at->after || *end != '\0') {
		time_t date = curl_getdate(at->after, NULL);

		seconds = date < 0 ? -1 : date > at->now ? (long)(date - at->now) : 0;
	}
	if (errno != 0 || seconds < 0)
		return -1;
	return seconds > 1000000 ? 1000000000 : seconds * 1000;
}

long retry_pause(const struct attempt *attempt, const struct retry_limits *limits)
{
	unsigned doubling = attempt->number > 16 ? 16 : attempt->number - 1;
	long pause = limits->backoff_ms << doubling, asked = asked_pause(attempt);

	if (attempt->number >= limits->attempts || !is_safe(attempt))
		return -1;
	if (asked > limits->backoff_max_ms)
		return -1;
	if (pause > limits->backoff_max_ms)
		pause = limits->backoff_max_ms;
	/* half fixed, half random, so that callers that failed together do not return together */
	pause = pause / 2 + (long)(attempt->random % (unsigned)(pause / 2 + 1));
	return asked > pause ? asked : pause;
}
