#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>

#include "api/request.h"

/*
 * Splits and decodes a query's or form's text (NULL is none) into r->parameters. False when it is
 * malformed or has too many.
 */
bool query_parse(struct request *r, const char *text);

/*
 * What may stand in the operation's query, for who has sent something else: "it has limit, cursor",
 * in the arena's memory. Names of parameters are the client's own text and repeated to nobody.
 */
const char *query_names(struct arena *a, const struct operation *op);

/* Checks path, query and header parameters against the contract; unknown query names are faults. */
void query_validate(struct request *r);

#endif
