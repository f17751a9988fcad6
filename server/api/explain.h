#ifndef API_EXPLAIN_H
#define API_EXPLAIN_H

#include "api/request.h"

/*
 * The access matrix as this caller meets it, as JSON for the statements that ask the gate about
 * every row of it (:gate.matrix), in the request's memory:
 *
 *   rows      each row about a person: resource, title, category, thing (each decides for itself),
 *             and for read, write and create the level and gates, or the code of the refusal
 *   rules     as in the contract
 *   consents  the cells of every role that a consent opens: agency_type, role, resource, title,
 *             level, gates, categories
 *
 * NULL before a caller is known.
 */
const char *explain_matrix(struct request *r);

#endif
