#ifndef API_IMPORT_ROW_H
#define API_IMPORT_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/import_shape.h"
#include "auth/seal.h"
#include "base/arena.h"

/*
 * One row of an import on its way in: completed, held against the contract, its personal number
 * replaced by what finds it (seal.h). Behind this nothing holds a number in clear.
 */
struct import_judge {
	const struct import_shape *shape;
	const struct seal_keys *seals;
	struct arena *arena; /* of this row alone: the caller clears it */
	json_t *remarks;     /* array that remarks are appended to, the first of a row with what it
				said, masked */
	long number;	     /* the row's, from 1 */
};

/*
 * The row as the merge wants it (sql/migrations/0112, type import_admission): compact JSON in the
 * arena with n, s, i, t, h, o, p for what all types have in common and the other columns by name.
 * NULL when it is wrong; then the remarks say how. `row` is changed.
 */
const char *import_row_judge(struct import_judge *j, json_t *row);

/* Notes that a row cannot even be read. `code` is a remark's, `message` a sentence on the row. */
void import_row_refuse(struct import_judge *j, const char *code, const char *message);

#endif
