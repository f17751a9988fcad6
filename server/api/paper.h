#ifndef API_PAPER_H
#define API_PAPER_H

#include <jansson.h>

#include "api/request.h"
#include "base/arena.h"

/* The value as compact JSON text in the arena's memory; takes the reference. */
const char *json_text(struct arena *a, json_t *value);

/*
 * A piece of a page: what SQL's statement of this name writes of `given`, whose reference is taken,
 * for the caller of `r`. Numbers go in as seals and are opened in the text that comes back, as
 * their projection says; it lies in the memory of `a`. NULL when the database is away.
 */
const char *paper_write(const struct request *r, struct arena *a, const char *statement,
			json_t *given);

#endif
