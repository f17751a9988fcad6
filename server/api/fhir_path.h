#ifndef API_FHIR_PATH_H
#define API_FHIR_PATH_H

#include <jansson.h>

#include "base/arena.h"

/*
 * Where something stands in a FHIR resource, as the contract's `x-fhir` writes it: names with dots
 * between them, "restriction.period.end". `name[0]` is a list's element; `extension(name)` the
 * extension of that name, of ours, HL7's, or its guide's of subscriptions; `name(kind:value)` the
 * element of a list whose extension `kind` has that value.
 */

/* What stands there, or NULL; borrowed. */
json_t *fhir_path_get(const json_t *resource, const char *path);

/* Takes it off, and what then is empty; elements of lists keep their places. */
void fhir_path_take(json_t *resource, const char *path);

/* The first that is left, as an expression ("note[1].text"), or NULL when nothing is. */
const char *fhir_path_left(struct arena *a, const json_t *resource);

/* The path in FHIRPath, below the type: `extension('https://…/occasion').valueCode`. */
const char *fhir_path_expression(struct arena *a, const char *path);

/*
 * Puts contained resources where they are referred to, as the member `contained` of the reference;
 * those that nothing refers to stay, and are left over.
 */
void fhir_path_resolve(json_t *resource);

#endif
