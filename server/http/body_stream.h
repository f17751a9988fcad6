#ifndef HTTP_BODY_STREAM_H
#define HTTP_BODY_STREAM_H

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * A body that the operation reads in pieces (api/request.h), plain or chunked, of at most
 * config.import_max_mb megabytes. A client has config.head_timeout_ms for each piece, and nobody
 * asks it to go on ("100 Continue") before the operation wants the first one, so that who may not
 * send is told so before sending. NULL: refused because of its announced size, the worker's head
 * says why.
 */
struct body_source *body_stream_open(struct worker *w, struct mg_connection *conn);

#endif
