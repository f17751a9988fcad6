#ifndef API_FHIR_VALUE_H
#define API_FHIR_VALUE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/*
 * One value of a search parameter, split by FHIR's rules (R4, 3.1.1.4): commas between values, and
 * `|` within one, unless a backslash stands before them.
 */

/* Takes the next value, without its escapes but those before `|`, off `*rest`; NULL at the end. */
const char *fhir_value_next(struct arena *a, const char **rest);

/* "system|code" → {"system": …, "code": …}; a part that was not given is not there. */
json_t *fhir_value_token(struct arena *a, const char *value);

/*
 * "Patient/<uuid>", "<uuid>" or an address below `base` → {"type": …, "id": …}; NULL when it is no
 * reference at all. An id that is no uuid is left out: it refers to nothing here.
 */
json_t *fhir_value_reference(struct arena *a, const char *base, const char *value);

/*
 * "ge2026-03" → {"prefix": "ge", "from": "2026-03-01", "span": "1 month"}; with a time of day also
 * "zoned": whether an offset was given, else it is Oslo's. NULL when it is no date.
 */
json_t *fhir_value_date(struct arena *a, const char *value);

/* Whether a token's text is a national number: by its system, or bare by its 11 or 12 digits. */
bool fhir_value_is_number(const char *value);

#endif
