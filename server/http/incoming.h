#ifndef HTTP_INCOMING_H
#define HTTP_INCOMING_H

#include <stdbool.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/* A request about which nothing is known but the client's address; in the worker's arena. */
struct request *incoming_new(struct worker *w, struct mg_connection *conn);

/*
 * Fills r->in from the worker's complete head, reads the body. False: refused, the worker's head
 * says why, and nothing may be read from the connection any more.
 */
bool incoming_read(struct worker *w, struct mg_connection *conn, struct request *r);

#endif
