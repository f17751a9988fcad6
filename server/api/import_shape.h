#ifndef API_IMPORT_SHAPE_H
#define API_IMPORT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/contract.h"
#include "domain/csv.h"

/*
 * Which columns a type of import has, read out of the contract: the schema of one NDJSON row is
 * the list of columns of a CSV file too, so there is one table of them.
 */
enum column_kind { COLUMN_TEXT, COLUMN_TIME, COLUMN_INTEGER, COLUMN_BOOLEAN };

struct import_column {
	const char *name;
	enum column_kind kind;
};

struct import_shape {
	const struct schema *schema; /* of one row */
	size_t column_count;
	struct import_column *columns;
};

/* The shape of an operation's rows; its memory is the arena's. */
struct import_shape *import_shape_of(struct arena *a, const struct operation *op);

/* The column of that name, or NULL. */
const struct import_column *import_shape_column(const struct import_shape *s, const char *name);

/*
 * A cell's text as JSON of its column: `ja`, `nei`, `1` and `0` are booleans too. What is no
 * number or boolean stays text, for the schema to refuse. New reference.
 */
json_t *import_shape_value(const struct import_column *column, const char *text);

#endif
