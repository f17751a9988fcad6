#ifndef API_REASON_H
#define API_REASON_H

#include <jansson.h>

#include "api/request.h"

/*
 * Why a caller was refused, for programs: the rules of the access matrix (x-access-matrix.rules)
 * by the problem that each gives. Only refusals with 403 have one: they are given inside a relation
 * of care, or do not depend on the person at all, so that a reason tells nobody who is known.
 */

/* Reads the rules; the document outlives the process's requests. */
void reason_load(const json_t *document);

/*
 * The member `reason` of a problem: rule, row of the matrix, category of data, codes of the legal
 * basis, and what would open it for this caller's cell. A new reference, or NULL when the problem
 * has no rule or the request has not come as far as the matrix.
 */
json_t *reason_of(const struct request *r, const char *problem, int status);

/* The rules as JSON, as in the contract; borrowed. */
const json_t *reason_rules(void);

#endif
