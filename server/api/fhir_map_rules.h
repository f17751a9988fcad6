#ifndef API_FHIR_MAP_RULES_H
#define API_FHIR_MAP_RULES_H

#include "api/fhir_map.h"

/* What reading rules has in common, whether something is new (fhir_map.c) or changed. */

/* Notes a fault at the path. */
void fhir_map_amiss(struct fhir_map *m, const char *path, const char *code, const char *detail);

/* Whether the value is one of the list's. */
bool fhir_map_among(const json_t *list, const json_t *value);

/* The status of the resource, wherever its type has it; NULL when it has none. */
const json_t *fhir_map_status(const struct fhir_map *m, const json_t *resource);

/* Where it stands. */
const char *fhir_map_state(const struct fhir_map *m);

/*
 * Reads the path parameters of the native operation off the resource; a fault where one is not
 * said. What says them is taken off `rest`, when there is one.
 */
void fhir_map_within(struct fhir_map *m, const json_t *resource, json_t *rest);

/* Adds to the body what the status means where nothing has said it. */
void fhir_map_mean(const struct fhir_map *m, const json_t *status, json_t *body);

/* Whether the rule counts for a resource with this status. */
bool fhir_map_holds(const json_t *rule, const json_t *status);

/* A copy, the caller's, without the narrative and what the service itself says; references to what
 * is contained are resolved. */
json_t *fhir_map_prepared(const struct fhir_map *m, const json_t *resource);

/* What was found becomes a member of the body, or a fault; NULL: nothing stands there any more. */
void fhir_map_convert(struct fhir_map *m, const json_t *rule, const char *key, const json_t *found,
		      json_t *body);

/* What says nothing natively must be one of the values that the rule lists, or a concept that it
 * knows. */
void fhir_map_check(struct fhir_map *m, const json_t *rule, const json_t *found);

/* What no rule has taken is a fault, or left out; what changes the meaning of the rest never is. */
void fhir_map_refuse(struct fhir_map *m, json_t *rest);

#endif
