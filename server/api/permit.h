#ifndef API_PERMIT_H
#define API_PERMIT_H

#include <stdbool.h>

#include "api/request.h"
#include "base/arena.h"

/* The access matrix for this caller and operation: fills r->access. NULL, or the code of the
 * refusal. */
const char *permit(struct request *r);

/* Reads the matrix from the contract; called at start. */
bool permit_load(struct arena *a, const struct contract *c, const char **why);

#endif
