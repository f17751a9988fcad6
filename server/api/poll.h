#ifndef API_POLL_H
#define API_POLL_H

#include <stdbool.h>

#include "api/request.h"

/*
 * A screen that asks again and again whether anything has changed. For an operation with a
 * statement for its version (reads.h), a request that holds the present version is answered 304 by
 * that one statement: no settings, no row of the log. A 304 shows nobody: what the caller holds was
 * logged when it was given. That they still look is logged once a minute, by the request that is
 * then executed in full.
 */

/* Before the threads of requests start, and after they have ended. */
void poll_start(void);
void poll_stop(void);

/*
 * True when the request is answered, with 304 or 503. False: it is to be executed in full, since
 * something has changed, or the minute has passed, or it does not ask so.
 */
bool poll_answered(struct request *r);

#endif
