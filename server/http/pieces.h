#ifndef HTTP_PIECES_H
#define HTTP_PIECES_H

#include <stdbool.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * Writes the pieces of r->reply.stream after its head, as they are made: in chunks for HTTP/1.1,
 * bare for HTTP/1.0. False when the client is gone or too slow, the answer is cut off, or only the
 * end of the connection can show its end: the connection must be closed then.
 */
bool pieces_send(struct worker *w, struct mg_connection *conn, struct request *r);

#endif
