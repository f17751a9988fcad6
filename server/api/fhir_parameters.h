#ifndef API_FHIR_PARAMETERS_H
#define API_FHIR_PARAMETERS_H

#include <stdbool.h>

#include "api/request.h"

/*
 * A Parameters resource in the body of an operation's POST, read as if its parameters stood in the
 * query: each named one with a value of text, truth or a whole number, in their order, added to
 * r->parameters. False when the body is no such resource, or has more of them than a query may.
 */
bool fhir_parameters_read(struct request *r);

#endif
