#ifndef API_ANSWER_H
#define API_ANSWER_H

#include "api/request.h"
#include "api/work.h"

/*
 * Makes the reply from the row of step w->answer: columns body, status, etag, location, next,
 * state, facts, answer_hash by name. Opens or masks seals, adds `actions`, wraps lists, sets
 * headers.
 */
void answer_from_round(struct work *w);

/* The headers of an HTML page: it loads nothing but its style sheet, by the column style_hash. */
void answer_page_policy(struct work *w);

/* Test mode: an answer that does not fit the contract becomes 500 and an event. */
void answer_check(struct request *r);

#endif
