#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/request.h"
#include "http/worker.h"

struct mg_connection;

/*
 * Reads what the worker's head announces into m->body, at most config.body_max bytes in
 * config.head_timeout_ms. False: refused, the worker's head says why.
 */
bool body_read(struct worker *w, struct mg_connection *conn, struct message *m);

/*
 * Bytes that have arrived and are not taken yet, waiting for them until `until_us` (monotonic).
 * 0: refused, the worker's head says why.
 */
size_t body_more(struct worker *w, struct mg_connection *conn, const char **data, int64_t until_us);

/* Answers a client that waits for "100 Continue" before it sends. */
void body_say_continue(struct worker *w, struct mg_connection *conn);

#endif
