#ifndef LIB_CHANGE_H
#define LIB_CHANGE_H

#include "lib/session.h"

/*
 * Changes an existing thing safely: reads it at `read_path`, then sends `write` with If-Match set
 * to the ETag that was read. `after` is the reply to the change; when the
 * reading fails, nothing is sent and it is the reading's. True when the change was made.
 */
bool change_send(struct session *s, struct arena *a, const char *read_path,
		 const struct call *write, struct reply *after);

/* A copy of the call with If-Match. */
struct call change_with_etag(struct arena *a, const struct call *call, const char *etag);

#endif
