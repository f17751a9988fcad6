#ifndef API_CORS_H
#define API_CORS_H

#include "api/request.h"

/*
 * Calls from web pages (the Fetch standard's CORS). A page may ask beforehand when any agency has
 * registered its origin, since that question carries no token; it may read the answer when the
 * agency of the call's own token has, and where there is no token when any has. Never with
 * credentials: a browser adds nothing of its own to a call, so no page can act as somebody else.
 */

/* Answers a preflight's questions, beside what OPTIONS says anyway; `allow` is the path's Allow. */
void cors_preflight(struct request *r, const char *allow);

/* Lets the caller's page read the answer, or not; every answer passes here. */
void cors_answer(struct request *r);

#endif
