#ifndef API_FHIR_CODES_H
#define API_FHIR_CODES_H

#include "api/request.h"

/*
 * What the contract gives and FHIR answers name: codes (operations, rows of the access matrix,
 * problems), and parameters of searches. SQL, which makes the resources, does not know them.
 */

/*
 * {"version": the contract's, "date": of its FHIR face}, and for a request that is about a
 * CodeSystem or ValueSet "operation": [[code, English, Norwegian, definition], …], "resource": …,
 * "problem": …, where what is not there is null; about a SearchParameter "parameter", as
 * fhir_search_parameters() has them. In the request's arena; NULL for all others.
 */
const char *fhir_codes(const struct request *r);

#endif
