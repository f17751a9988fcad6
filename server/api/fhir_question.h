#ifndef API_FHIR_QUESTION_H
#define API_FHIR_QUESTION_H

#include "api/request.h"

/*
 * All that a search asks, in one piece of JSON for the statement that searches every type
 * (sql/migrations/0142_fhir_things.sql). In the request's memory.
 *
 *   type, base          the resource type, and the address of the FHIR face
 *   where               {"status": {"kind": "token", "at": ["status"], "groups": […]}, …}: the
 *                       parameters that take groups (fhir_search.h), with where in the resource
 *                       each looks (x-at of the contract)
 *   sort                {"at": "period", "descending": true}, when it is not by ids
 *   elements            ["status", "value[x]", …]: what is wanted of each match; all when not there
 *   patient, _count, …  the others as text, as a statement gets them by `:query.<name>`
 */
const char *fhir_question(const struct request *r);

#endif
