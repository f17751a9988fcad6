#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>

/*
 * The listening side: CivetWeb's threads, sockets and TLS, and nothing of its own HTTP (see
 * patches/). Requests go to dispatch(), clean or not at all.
 */
struct http_server;

/* Listens as `config` says, with all threads running. NULL and a sentence in `why` on failure. */
struct http_server *http_start(char why[256]);

/* Stops listening at once; requests on open connections are still answered, then they close. */
void http_drain(struct http_server *s);

/*
 * Drains, lets requests under way finish, at most 10 s, and releases everything. False when some
 * did not finish: their threads still run, and the process must end without taking anything away.
 */
bool http_stop(struct http_server *s);

#endif
