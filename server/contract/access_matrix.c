/* Reads x-access-matrix of the contract into plain structs. */
#include "contract/access_matrix.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "contract/contract.h"

struct reader {
	struct arena *arena;
	struct matrix *matrix;
	const char *why;
};

static bool malformed(struct reader *r, const char *where, const char *what)
{
	r->why = arena_printf(r->arena, "access matrix, '%s': %s", where, what);
	return false;
}

static json_t *unconst(const json_t *json)
{
	return (json_t *)(uintptr_t)json;
}

static bool read_names(struct reader *r, const char *where, const json_t *list, struct names *names)
{
	names->count = 0;
	names->list = arena_alloc(r->arena, (json_array_size(list) + 1) * sizeof(*names->list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name == NULL)
			return malformed(r, where, "is not a list of names");
		names->list[names->count++] = name;
	}
	return json_is_array(list) || malformed(r, where, "is not a list of names");
}

static bool find_column(struct reader *r, const char *name, size_t *column)
{
	const struct names *columns = &r->matrix->columns;

	for (*column = 0; name != NULL && *column < columns->count; (*column)++)
		if (strcmp(columns->list[*column], name) == 0)
			return true;
	return malformed(r, name == NULL ? "?" : name, "is not a column");
}

static bool read_columns(struct reader *r, const json_t *json)
{
	const json_t *purposes = json_object_get(json, "column_purposes");
	struct names *columns = &r->matrix->columns;

	if (!read_names(r, "columns", json_object_get(json, "columns"), columns))
		return false;
	if (columns->count == 0 || columns->count > MATRIX_COLUMNS_MAX)
		return malformed(r, "columns", "are none or too many");
	for (size_t i = 0; i < columns->count; i++)
		if (!read_names(r, columns->list[i], json_object_get(purposes, columns->list[i]),
				&r->matrix->column_purposes[i]))
			return false;
	return true;
}

/* --- agencies and groups --------------------------------------------------------------------- */

static bool read_roles(struct reader *r, const json_t *roles, struct matrix_agency *agency)
{
	const char *name;
	json_t *columns;

	agency->roles =
		arena_alloc(r->arena, (json_object_size(roles) + 1) * sizeof(*agency->roles));
	json_object_foreach(unconst(roles), name, columns)
	{
		struct matrix_role *role = &agency->roles[agency->role_count++];
		size_t last = json_array_size(columns) - 1;

		role->role = name;
		if (json_array_size(columns) < 1 || last > 1)
			return malformed(r, agency->type, "a role has one column or two");
		if (!find_column(r, json_string_value(json_array_get(columns, 0)), &role->health) ||
		    !find_column(r, json_string_value(json_array_get(columns, last)), &role->other))
			return false;
	}
	return true;
}

static bool read_agencies(struct reader *r, const json_t *json)
{
	const json_t *types = json_object_get(json, "agency_types");
	struct matrix *m = r->matrix;
	const char *type;
	json_t *one;

	m->agencies = arena_alloc(r->arena, (json_object_size(types) + 1) * sizeof(*m->agencies));
	json_object_foreach(unconst(types), type, one)
	{
		struct matrix_agency *agency = &m->agencies[m->agency_count++];
		const char *gate = json_string_value(json_object_get(one, "gate"));

		agency->type = type;
		if (gate == NULL || (strcmp(gate, "h") != 0 && strcmp(gate, "c") != 0))
			return malformed(r, type, "gate is not h or c");
		agency->gate = *gate;
		if (!read_roles(r, json_object_get(one, "roles"), agency))
			return false;
	}
	return true;
}

static bool read_groups(struct reader *r, const json_t *json)
{
	const json_t *groups = json_object_get(json, "groups");
	struct matrix *m = r->matrix;
	const char *name;
	json_t *one;

	m->groups = arena_alloc(r->arena, (json_object_size(groups) + 1) * sizeof(*m->groups));
	json_object_foreach(unconst(groups), name, one)
	{
		struct matrix_group *group = &m->groups[m->group_count++];

		group->name = name;
		group->needs_purpose = json_is_true(json_object_get(one, "needs_purpose"));
		group->glass = json_is_true(json_object_get(one, "glass"));
		if (!read_names(r, name, json_object_get(one, "purposes"), &group->purposes))
			return false;
	}
	return true;
}

/* --- rows and cells -------------------------------------------------------------------------- */

static enum matrix_level level_of(const char *word)
{
	static const char letters[] = "NSRW";
	const char *found = strchr(letters, *word);

	return word[0] == '\0' || word[1] != '\0' || found == NULL
		       ? LEVEL_NONE
		       : (enum matrix_level)(found - letters);
}

/* "W o then S o": a level, letters, and perhaps what is left afterwards. */
static bool read_cell(struct reader *r, const char *where, const char *cell_text,
		      struct matrix_cell *cell)
{
	char *rest = arena_dup(r->arena, cell_text);
	bool first = true, then = false;
	size_t used = 0;

	for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
		if (first) {
			*(then ? &cell->then : &cell->level) = level_of(word);
			first = false;
		} else if (strcmp(word, "then") == 0) {
			first = then = true;
		} else if (strlen(word) != 1 || strchr("hcpofba", *word) == NULL) {
			return malformed(r, where, "a cell has an unknown letter");
		} else if (strchr(cell->gates, *word) == NULL) {
			if (used + 1 == MATRIX_GATES_MAX)
				return malformed(r, where, "a cell has too many letters");
			cell->gates[used++] = *word;
		}
	}
	return (cell->level != LEVEL_NONE && (!then || cell->then != LEVEL_NONE)) ||
	       malformed(r, where, "a cell has no level");
}

static bool read_cells(struct reader *r, const json_t *json, struct matrix_row *row)
{
	const json_t *create = json_object_get(json, "create");
	struct names creators = {0};
	const char *column;
	json_t *cell;

	if (create != NULL && !read_names(r, row->resource, create, &creators))
		return false;
	json_object_foreach(unconst(json_object_get(json, "cells")), column, cell)
	{
		size_t at;

		if (!json_is_string(cell))
			return malformed(r, row->resource, "a cell is not text");
		if (!find_column(r, column, &at) ||
		    !read_cell(r, row->resource, json_string_value(cell), &row->cells[at]))
			return false;
		row->cells[at].may_create = row->cells[at].level == LEVEL_WRITE &&
					    (create == NULL || names_have(&creators, column));
	}
	return true;
}

static bool read_row(struct reader *r, const char *name, const json_t *json, struct matrix_row *row)
{
	const struct matrix *m = r->matrix;
	const char *group = json_string_value(json_object_get(json, "group"));

	row->resource = name;
	row->category = json_string_value(json_object_get(json, "category"));
	for (size_t i = 0; group != NULL && i < m->group_count; i++)
		if (strcmp(m->groups[i].name, group) == 0)
			row->group = &m->groups[i];
	if (row->group == NULL)
		return malformed(r, name, "has no group");
	return read_cells(r, json, row);
}

static bool read_rows(struct reader *r, const json_t *json)
{
	const json_t *rows = json_object_get(json, "resources");
	struct matrix *m = r->matrix;
	const char *name;
	json_t *one;

	m->rows = arena_alloc(r->arena, (json_object_size(rows) + 1) * sizeof(*m->rows));
	json_object_foreach(unconst(rows), name, one)
	{
		if (!read_row(r, name, one, &m->rows[m->row_count++]))
			return false;
	}
	return true;
}

const struct matrix *matrix_load(struct arena *a, const struct contract *c, const char **why)
{
	const json_t *json = json_object_get(c->document, "x-access-matrix");
	struct reader r = {.arena = a, .matrix = arena_alloc(a, sizeof(struct matrix))};

	if (read_columns(&r, json) && read_agencies(&r, json) && read_groups(&r, json) &&
	    read_rows(&r, json))
		return r.matrix;
	*why = r.why;
	return NULL;
}
