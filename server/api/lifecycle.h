#ifndef API_LIFECYCLE_H
#define API_LIFECYCLE_H

#include "api/request.h"

/*
 * Every answer of an operation that the contract calls deprecated says so: Deprecation (RFC 9745),
 * Sunset (RFC 8594) and a Link to its description. Refusals too: a caller whose token has ended
 * should still learn of it. docs/versioning.md is the policy.
 */
void lifecycle_announce(struct request *r);

#endif
