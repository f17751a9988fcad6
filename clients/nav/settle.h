#ifndef NAV_SETTLE_H
#define NAV_SETTLE_H

#include "nav/sync.h"

/*
 * Brings the two sides of one activity together: reads the measure, merges (nav/merge.h), changes
 * the measure step by step with the ETag that was read, and tells NAV what it does not say yet.
 * When somebody else has changed the measure meanwhile (412), it is read and merged anew. What
 * cannot be merged, or the service will not let us do, is laid into the folder of conflicts as
 * <activity>.json with the values of both sides, and taken away there once the sides agree.
 */
enum settled settle(const struct sync *s, struct arena *a, json_t *link, struct reply *reply);

#endif
