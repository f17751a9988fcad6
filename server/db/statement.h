#ifndef DB_STATEMENT_H
#define DB_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * The named statements of sql/queries: `-- name: operationId` begins one, `:path.id` names a
 * parameter. Read once at start, then shared by all threads.
 */
struct statement {
	const char *name;
	const char *sql; /* with $1 … in the order of `parameters` */
	size_t index; /* 0 … statements_count() - 1: the slot for "prepared on this connection" */
	size_t parameter_count;
	const char **parameters; /* "path.id", "body", "auth.agency_id" */
};

enum { STATEMENT_PARAMETERS_MAX = 64 };

/*
 * Reads all embedded files whose name begins with "queries/". False and `*why` in the arena's
 * memory when a name stands twice or a block is malformed.
 */
bool statements_load(struct arena *a, const char **why);

/*
 * Adds a statement made from SQL with :named parameters, e.g. a wrapped one. NULL when the name is
 * empty or taken, or the SQL cannot be scanned (scan.h). `sql` must live as long as the arena. Only
 * at start, before threads.
 */
const struct statement *statement_define(struct arena *a, const char *name, const char *sql);

/* The statement of that name, or NULL. */
const struct statement *statement_find(const char *name);

/* How many there are, and each by its index. */
size_t statements_count(void);
const struct statement *statement_at(size_t index);

/* The text between "-- name:" lines with its :named parameters, as written. NULL when unknown. */
const char *statement_source(const char *name);

#endif
