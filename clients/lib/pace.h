#ifndef LIB_PACE_H
#define LIB_PACE_H

#include <stdint.h>

#include "lib/session.h"

/* What an answer means for the thing that was sent. */
enum verdict {
	VERDICT_DONE,  /* the service has it */
	VERDICT_LATER, /* not now: no answer, no token, overload, a fault of the service, a right
			* that has to be given first. Sent again until it is taken. */
	VERDICT_NEVER, /* the service will not take this content: 400, 409, 413, 415, 422 */
};

enum verdict verdict_of(const struct reply *reply);

/*
 * The pauses of someone who never gives up: doubled from `first_ms` to `most_ms`, half of each
 * random, and never shorter than the Retry-After of the last answer (at most an hour).
 */
struct pace {
	long first_ms, most_ms;
	unsigned failures; /* in a row; 0 after success */
};

/* The pause after one more failure. `now` in seconds since 1970 for a Retry-After that is a date;
 * `random` spreads callers. */
long pace_next(struct pace *p, const struct reply *reply, int64_t now, unsigned random);

#endif
