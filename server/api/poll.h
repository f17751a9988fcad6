#ifndef API_POLL_H
#define API_POLL_H

#include <stdbool.h>

#include "api/request.h"

/*
 * A screen that asks again and again whether anything has changed. For an operation with a
 * statement for its version (reads.h), a request that holds the present version is answered 304 by
 * that one statement: no settings, no row of the log. A 304 shows nobody; what the caller holds was
 * logged when it was given. That they still look is logged once a minute, by a request that is
 * executed in full.
 */

/*
 * True when the request is answered, with 304 or 503. False: it is to be executed in full, since
 * something has changed, or it was not logged within the minute, or it does not ask so.
 */
bool poll_answered(struct request *r);

/* After a request was executed in full: when it was answered 304, that is in the log now. */
void poll_logged(const struct request *r);

#endif
