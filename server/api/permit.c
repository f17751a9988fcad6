/* The access matrix, asked once a request. */
#include "api/permit.h"

#include <string.h>

#include "api/principal.h"
#include "contract/access_matrix.h"

static const struct matrix *matrix;

bool permit_load(struct arena *a, const struct contract *c, const char **why)
{
	matrix = matrix_load(a, c, why);
	return matrix != NULL;
}

static enum matrix_action action_of(const struct operation *op)
{
	if (strcmp(op->action, "search") == 0)
		return MATRIX_SEARCH;
	if (strcmp(op->action, "read") == 0)
		return MATRIX_READ;
	if (strcmp(op->action, "create") == 0)
		return MATRIX_CREATE;
	return MATRIX_WRITE;
}

const struct matrix *permit_matrix(void)
{
	return matrix;
}

struct matrix_answer permit_ask(const struct request *r, const char *resource,
				enum matrix_action action)
{
	const struct principal *p = r->principal;
	const struct matrix_question q = {.agency_type = p->agency_type,
					  .role = p->role,
					  .health_personnel = p->is_health_personnel,
					  .purpose = r->purpose,
					  .resource = resource,
					  .action = action};

	return matrix_ask(matrix, &q);
}

static struct matrix_answer ask(const struct request *r, const char *resource)
{
	return permit_ask(r, resource, action_of(r->op));
}

static void enter(struct request *r, const char *resource, const struct matrix_answer *a)
{
	r->access = (struct access){.resource = resource,
				    .category = a->category,
				    .cell = a->level,
				    .gates = a->gates,
				    .number = a->number_open ? "open" : "mask"};
}

/* The caller's cells by row, as JSON; the names are the contract's own. */
static const char *with_cell(struct request *r, const char *cells, const char *resource,
			     const struct matrix_answer *a)
{
	return arena_printf(r->arena,
			    "%s%s\"%s\":{\"level\":\"%s\",\"gates\":\"%s\",\"category\":\"%s\","
			    "\"number\":\"%s\"}",
			    cells, cells[1] == '\0' ? "" : ",", resource, a->level, a->gates,
			    a->category == NULL ? "" : a->category,
			    a->number_open ? "open" : "mask");
}

static const char *with_beside(struct request *r, const char *cells)
{
	for (size_t i = 0; i < r->op->beside_count; i++) {
		const struct matrix_answer a = ask(r, r->op->beside[i]);

		if (a.code == NULL)
			cells = with_cell(r, cells, r->op->beside[i], &a);
	}
	return cells;
}

/*
 * Several rows: one that lets the caller through is enough, SQL is told all of them, and those
 * beside them.
 */
static const char *permit_any(struct request *r)
{
	const char *code = NULL, *cells = "{";
	bool entered = false;

	for (size_t i = 0; i < r->op->resource_count; i++) {
		const char *resource = r->op->resources[i];
		const struct matrix_answer a = ask(r, resource);

		if (a.code == NULL)
			cells = with_cell(r, cells, resource, &a);
		/* a cell that the purpose closes says more than no cell */
		if (a.code != NULL && (code == NULL || a.verdict == MATRIX_NO_PURPOSE))
			code = a.code;
		if (i == 0 || (a.code == NULL && !entered))
			enter(r, resource, &a);
		entered = entered || a.code == NULL;
	}
	r->access.cells = arena_printf(r->arena, "%s}", with_beside(r, cells));
	return entered ? NULL : code;
}

const char *permit(struct request *r)
{
	if (r->op->resource_count > 1 || r->op->beside_count > 0)
		return permit_any(r);

	const struct matrix_answer a = ask(r, r->op->resource);

	enter(r, r->op->resource, &a);
	return a.code;
}
