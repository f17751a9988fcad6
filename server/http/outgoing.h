#ifndef HTTP_OUTGOING_H
#define HTTP_OUTGOING_H

#include <stdbool.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * Writes r->reply, head and body in one piece. `keep`: the connection may serve another request.
 * False when the client is gone or too slow.
 */
bool outgoing_send(struct worker *w, struct mg_connection *conn, const struct request *r,
		   bool keep);

#endif
