#ifndef CONTRACT_SCHEMA_URI_H
#define CONTRACT_SCHEMA_URI_H

#include <stdbool.h>

#include "base/arena.h"

/* `reference` resolved against the absolute `base` (RFC 3986 §5.2), in the arena's memory. */
const char *uri_resolve(struct arena *a, const char *base, const char *reference);

/* The reference token before the next '/', with %XX (when `percent`), ~1 and ~0 undone. */
const char *pointer_token(struct arena *a, const char **pointer, bool percent);

#endif
