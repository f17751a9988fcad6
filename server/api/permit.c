/* The access matrix, asked once a request. */
#include "api/permit.h"

#include <string.h>

#include "api/principal.h"
#include "contract/access_matrix.h"
#include "domain/matrix.h"

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

const char *permit(struct request *r)
{
	const struct principal *p = r->principal;
	const struct matrix_question q = {.agency_type = p->agency_type,
					  .role = p->role,
					  .health_personnel = p->is_health_personnel,
					  .purpose = r->purpose,
					  .resource = r->op->resource,
					  .action = action_of(r->op)};
	const struct matrix_answer a = matrix_ask(matrix, &q);

	r->access = (struct access){.resource = r->op->resource,
				    .category = a.category,
				    .cell = a.level,
				    .gates = a.gates,
				    .number = a.number_open ? "open" : "mask"};
	return a.code;
}
