#ifndef API_PAPER_H
#define API_PAPER_H

#include <jansson.h>

#include "base/arena.h"

/* The value as compact JSON text in the arena's memory; takes the reference. */
const char *json_text(struct arena *a, json_t *value);

/*
 * A piece of a page: what SQL's statement of this name writes of `given`, whose reference is taken.
 * Numbers go in as seals and are opened in the text that comes back, as their projection says.
 * NULL when the database is away. Takes a connection for one round, and asks as nobody: such a
 * statement reads words alone.
 */
const char *paper_write(struct arena *a, const char *statement, json_t *given);

#endif
