#ifndef CONTRACT_ACCESS_MATRIX_H
#define CONTRACT_ACCESS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "contract/machines.h"

struct contract;

/*
 * The access matrix (api-spec/access-matrix.yaml), as plain data for the rules in domain/matrix.h.
 * Read once at start, immutable afterwards.
 */
enum { MATRIX_COLUMNS_MAX = 24, MATRIX_GATES_MAX = 8 };

enum matrix_level { LEVEL_NONE, LEVEL_STATUS, LEVEL_READ, LEVEL_WRITE };

struct matrix_cell {
	enum matrix_level level;
	enum matrix_level then;	      /* "W then S": what is left after creating; else LEVEL_NONE */
	char gates[MATRIX_GATES_MAX]; /* letters of h c p o f b a */
	bool may_create;
};

struct matrix_group {
	const char *name;
	struct names purposes;
	bool needs_purpose, glass;
};

struct matrix_row {
	const char *resource;
	const char *category; /* of data that a consent must cover, or NULL */
	const struct matrix_group *group;
	struct matrix_cell cells[MATRIX_COLUMNS_MAX];
};

/* A role in a kind of agency: its column with and without a health profession. */
struct matrix_role {
	const char *role;
	size_t health, other; /* indexes of columns */
};

struct matrix_agency {
	const char *type;
	char gate; /* h or c */
	size_t role_count;
	struct matrix_role *roles;
};

struct matrix {
	struct names columns;
	struct names column_purposes[MATRIX_COLUMNS_MAX];
	size_t agency_count, group_count, row_count;
	struct matrix_agency *agencies;
	struct matrix_group *groups;
	struct matrix_row *rows;
};

/* Reads the matrix. NULL and `*why` when it is malformed. */
const struct matrix *matrix_load(struct arena *a, const struct contract *c, const char **why);

#endif
