#ifndef API_READS_H
#define API_READS_H

#include <stdbool.h>

#include "api/request.h"
#include "db/statement.h"

/*
 * At start, after the statements were read: defines `<operationId>~read` for every GET that has a
 * statement, and the same for its `.as_of` twin. The wrapped statement gives the columns
 * answer_hash, and not_modified when If-None-Match names that hash or is `*`. False with a sentence
 * in `*why`.
 */
bool reads_define(struct arena *a, const struct contract *c, const char **why);

/* The operation's own statement: for GETs the wrapped one; its twin when the query has as_of. */
const struct statement *reads_statement(const struct request *r, const struct operation *op);

/*
 * For a GET with a statement for its version: gives the columns answer_hash and not_modified, in
 * one row, when the caller's If-None-Match names the present version, and no row when not, or when
 * the registry has moved since the caller was identified. It sets nothing. NULL for any other
 * operation.
 */
const struct statement *reads_same(const struct operation *op);

#endif
