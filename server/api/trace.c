/* Request id, trace context and timing headers. */
#include "api/trace.h"

#include <stdio.h>
#include <string.h>

#include "auth/random.h"
#include "base/config.h"

static bool is_lower_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

/* An id is not all noughts. */
static bool is_id(const char *s, size_t n)
{
	return is_lower_hex(s, n) && strspn(s, "0") < n;
}

/* "00-<32 hex>-<16 hex>-<2 hex>" (W3C Trace Context, level 1) */
static bool is_traceparent(const char *s)
{
	return strlen(s) == 55 && strncmp(s, "00-", 3) == 0 && is_id(s + 3, 32) && s[35] == '-' &&
	       is_id(s + 36, 16) && s[52] == '-' && is_lower_hex(s + 53, 2);
}

void trace_begin(struct request *r)
{
	const char *given = request_header(r, "traceparent");

	random_uuid(r->id);
	if (given != NULL && request_header_count(r, "traceparent") == 1 && is_traceparent(given)) {
		memcpy(r->trace_id, given + 3, 32);
		r->trace_id[32] = '\0';
		return;
	}

	size_t n = 0;

	for (const char *s = r->id; *s != '\0'; s++)
		if (*s != '-')
			r->trace_id[n++] = *s;
	r->trace_id[n] = '\0';
}

void trace_end(struct request *r)
{
	static const char *const names[ROOMS] = {"route",    "auth",	 "access",
						 "validate", "database", "http"};
	char line[256];
	size_t n = 0;

	reply_header(r, "X-Request-Id", r->id);
	/* the parent id is the head of our request id: one span a request */
	reply_header(r, "traceparent",
		     arena_printf(r->arena, "00-%s-%.8s%.4s%.4s-01", r->trace_id, r->id, r->id + 9,
				  r->id + 14));
	if (!config.sandbox)
		return;
	for (size_t i = 0; i + 1 < ROOMS && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s;dur=%.3f",
				      n == 0 ? "" : ", ", names[i], (double)r->room_us[i] / 1000);
	reply_header(r, "Server-Timing", arena_dup(r->arena, line));
}
