#ifndef API_FHIR_EXIST_H
#define API_FHIR_EXIST_H

#include "api/fhir_map.h"
#include "api/room.h"

/*
 * A conditional create (If-None-Exist): the identifier that is asked about is locked, and looked up
 * among those that the caller's agency has given, also by its imports.
 */
enum fhir_found { FHIR_NONE, FHIR_ONE, FHIR_SEVERAL, FHIR_REFUSED };

/*
 * Looks, in the request's session, for what has the identifier; `*id` is the one. FHIR_REFUSED: the
 * request is answered, or `*outcome` says that all has to begin anew.
 */
enum fhir_found fhir_exist(struct request *r, const struct fhir_map *m, const char *condition,
			   const char **id, enum outcome *outcome);

#endif
