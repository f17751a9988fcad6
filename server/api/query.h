#ifndef API_QUERY_H
#define API_QUERY_H

#include <stdbool.h>

#include "api/request.h"

/*
 * Splits and decodes a query's or form's text (NULL is none) into r->parameters. False when it is
 * malformed or has too many.
 */
bool query_parse(struct request *r, const char *text);

/* Checks path, query and header parameters against the contract; unknown query names are faults. */
void query_validate(struct request *r);

#endif
