#ifndef API_TRACE_H
#define API_TRACE_H

#include "api/request.h"

/* Gives the request its id and its W3C trace id (from `traceparent` when it is well-formed). */
void trace_begin(struct request *r);

/* Adds X-Request-Id, traceparent and, in the sandbox, Server-Timing to the reply. */
void trace_end(struct request *r);

#endif
