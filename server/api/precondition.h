#ifndef API_PRECONDITION_H
#define API_PRECONDITION_H

#include <stdbool.h>

#include "api/work.h"

/*
 * Whether If-Match names this version: by one of its tags, or by `*`. Compared strongly, so that a
 * weak tag names nothing (RFC 9110 §13.1.1).
 */
bool precondition_names(const char *if_match, const char *version);

/*
 * SQL compares one version. For a list of tags or `*` this looks which version there is, in a round
 * trip of its own, and makes that the request's when If-Match names it. False when the round
 * failed.
 */
bool precondition_settle(struct work *w);

#endif
