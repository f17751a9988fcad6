#ifndef API_FHIR_CAPABILITY_H
#define API_FHIR_CAPABILITY_H

#include <jansson.h>

#include "contract/contract.h"

/*
 * The CapabilityStatement, made of the contract's operations that have an `x-fhir`: what it lists
 * is what is routed. The caller releases it.
 */
json_t *fhir_capability(struct arena *a, const struct contract *c);

/*
 * What the searches take, of the same contract, for SearchParameter: a list of {"base": "Task",
 * "code": "owner", "type": "reference", "says", "expression", "definition": HL7's where it is
 * theirs, "targets": ["Organization"]}; what is not there is not there. The caller releases it.
 */
json_t *fhir_search_parameters(const struct contract *c);

#endif
