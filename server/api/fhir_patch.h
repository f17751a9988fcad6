#ifndef API_FHIR_PATCH_H
#define API_FHIR_PATCH_H

#include "api/request.h"

/* JSON Patch on FHIR resources (FHIR R4, 3.1.0.6): application/json-patch+json. */

/*
 * What the request's body, a patch, makes of the resource that stands; NULL, with the request
 * answered, when it cannot be applied, or makes another thing of it. In the request's memory.
 */
json_t *fhir_patch(struct request *r, const json_t *current);

/*
 * The text of the patch that a Bundle's entry carries, as R4 has it: a Binary of that content type,
 * in base64. NULL when it is none.
 */
const char *fhir_patch_carried(struct arena *a, const json_t *binary);

#endif
