#ifndef API_PERMIT_H
#define API_PERMIT_H

#include <stdbool.h>

#include "api/request.h"
#include "base/arena.h"
#include "domain/matrix.h"

/* The access matrix for this caller and operation: fills r->access. NULL, or the code of the
 * refusal. */
const char *permit(struct request *r);

/* What the matrix says of this caller on another row: for whoever explains it, not for a decision.
 */
struct matrix_answer permit_ask(const struct request *r, const char *resource,
				enum matrix_action action);

/* The matrix that is in force; immutable. */
const struct matrix *permit_matrix(void);

/* Reads the matrix from the contract; called at start. */
bool permit_load(struct arena *a, const struct contract *c, const char **why);

#endif
