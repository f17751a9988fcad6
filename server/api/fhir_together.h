#ifndef API_FHIR_TOGETHER_H
#define API_FHIR_TOGETHER_H

#include "api/fhir_native.h"

/* Several calls in one transaction: the request's session, or one of its own. `run`
 * leaves the request with the answer in `*inner`; with a refusal, or NULL, nothing has happened. */
enum outcome fhir_together(const struct fhir_map *m,
			   enum outcome (*run)(const struct fhir_map *m, const json_t *body,
					       struct request **inner),
			   const json_t *body, struct request **inner);

#endif
