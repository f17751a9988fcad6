#ifndef API_IMPORT_NUMBER_H
#define API_IMPORT_NUMBER_H

#include <jansson.h>
#include <stdbool.h>

#include "auth/seal.h"
#include "base/arena.h"

/*
 * Personal numbers in what comes from agencies' own systems, rows and messages alike: the patient's
 * is replaced by what finds it, and any other stands where none belongs.
 */

/* What finds the number (auth/seal.h), as an array of texts. New reference. */
json_t *import_number_found(const struct seal_keys *seals, struct arena *a, const char *number);

/* Whether it is a text in which a personal number stands (domain/national_id.h). */
bool import_number_is_clear(const json_t *value);

/* Whether it is a text that would be opened like a sealed number. */
bool import_number_is_reserved(const json_t *value);

/* Either: what may neither be kept nor repeated. */
bool import_number_is_misplaced(const json_t *value);

#endif
