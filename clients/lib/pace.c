/* When an adapter tries again. Decides only. */
#include "lib/pace.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <curl/curl.h>

#include "lib/member.h"

enum { ASKED_MOST_MS = 60 * 60 * 1000 };

enum verdict verdict_of(const struct reply *reply)
{
	switch (reply->status) {
	case 400:
	case 409:
	case 413:
	case 415:
	case 422:
		return VERDICT_NEVER;
	default:
		return reply->status >= 200 && reply->status < 300 ? VERDICT_DONE : VERDICT_LATER;
	}
}

/* Retry-After in milliseconds, 0 when there is none that can be read. */
static long asked_ms(const struct reply *reply, int64_t now)
{
	const char *after = member_text(reply->headers, "retry-after");
	char *end;
	long seconds;

	if (after == NULL)
		return 0;
	errno = 0;
	seconds = strtol(after, &end, 10);
	if (end == after || *end != '\0') {
		time_t date = curl_getdate(after, NULL);

		seconds = date > now ? (long)(date - now) : 0;
	}
	if (errno != 0 || seconds < 0)
		return 0;
	return seconds > ASKED_MOST_MS / 1000 ? ASKED_MOST_MS : seconds * 1000;
}

long pace_next(struct pace *p, const struct reply *reply, int64_t now, unsigned random)
{
	unsigned doubling = p->failures > 20 ? 20 : p->failures;
	long pause = p->first_ms << doubling, asked = asked_ms(reply, now);

	p->failures++;
	if (pause > p->most_ms)
		pause = p->most_ms;
	pause = pause / 2 + (long)(random % (unsigned)(pause / 2 + 1));
	return asked > pause ? asked : pause;
}
