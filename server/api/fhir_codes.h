#ifndef API_FHIR_CODES_H
#define API_FHIR_CODES_H

#include "api/request.h"

/*
 * The codes that the contract gives and FHIR answers name: operations, rows of the access matrix,
 * problems. SQL, which makes CodeSystem and ValueSet resources, does not know them.
 */

/*
 * {"version": the contract's, "date": of its FHIR face, "operation": [[code, English, Norwegian,
 * definition], …], "resource": …, "problem": …} for a request that is about a CodeSystem or
 * ValueSet, in its arena; NULL for all others. What is not there is null.
 */
const char *fhir_codes(const struct request *r);

#endif
