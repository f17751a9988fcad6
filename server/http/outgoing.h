#ifndef HTTP_OUTGOING_H
#define HTTP_OUTGOING_H

#include <stdbool.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * Writes r->reply: head and body in one piece, or the head and then a stream's pieces, in chunks
 * for HTTP/1.1. `keep`: the connection may serve another request. False when the client is gone or
 * too slow, or the answer could not be finished or framed: the connection must be closed then.
 */
bool outgoing_send(struct worker *w, struct mg_connection *conn, struct request *r, bool keep);

#endif
