#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * Reads what the worker's head announces into m->body, at most config.body_max bytes in
 * config.head_timeout_ms. False: refused, the worker's head says why.
 */
bool body_read(struct worker *w, struct mg_connection *conn, struct message *m);

#endif
