#ifndef API_FHIR_CONVERT_PARTS_H
#define API_FHIR_CONVERT_PARTS_H

#include "api/fhir_convert.h"

/* What the conversions of single elements (fhir_convert.c) and of lists and periods share. */

/* Notes why a value cannot be taken; false. */
bool fhir_convert_amiss(struct fhir_conversion *c, const char *code, const char *detail);

/* The member that the rule names for the key; of several the one for this part. NULL is none. */
const char *fhir_convert_member(const json_t *rule, const char *key, const char *part);

/*
 * Sets the member, "a/b" within objects that are made when they are not there, to the value, which
 * it takes over. False when another element has said otherwise. NULL: it is only looked at.
 */
bool fhir_convert_put(struct fhir_conversion *c, json_t *body, const char *member, json_t *value);

/* A time of day with its offset becomes the member. */
bool fhir_convert_instant(struct fhir_conversion *c, const json_t *found, const char *member,
			  json_t *body);

/* The conversions themselves, as fhir_convert(). */
bool fhir_convert_span(struct fhir_conversion *c, const json_t *rule, const char *key,
		       const json_t *found, json_t *body);
bool fhir_convert_list(struct fhir_conversion *c, const json_t *rule, const char *key,
		       const json_t *found, json_t *body);
bool fhir_convert_answers(struct fhir_conversion *c, const json_t *rule, const char *key,
			  const json_t *found, json_t *body);
bool fhir_convert_components(struct fhir_conversion *c, const json_t *rule, const char *key,
			     const json_t *found, json_t *body);

#endif
