#ifndef API_FHIR_OUTCOME_H
#define API_FHIR_OUTCOME_H

#include <jansson.h>

#include "api/request.h"

/*
 * Problem details as an OperationOutcome: one issue a fault, each with FHIR's issue type
 * (http://hl7.org/fhir/issue-type), the problem's code as `details.coding`, and where it is as
 * `expression`. Takes `problem` over; the result is the caller's. `*status` becomes what FHIR's
 * rules for REST say where they differ from ours: 400 for a parameter, a malformed resource and a
 * missing version.
 */
json_t *fhir_outcome(const struct request *r, json_t *problem, int *status);

/* One more issue of that severity ("warning") and type, for an answer that is no refusal. */
json_t *fhir_remark(const char *severity, const char *type, const char *text);

#endif
