/* The access matrix, asked once a request. */
#include "api/permit.h"

#include <string.h>

#include "api/principal.h"

const char *permit(struct request *r)
{
	r->access = (struct access){.resource = r->op->resource, .category = "IDENTITY", .cell = "W", .gates = "h", .number = "open"};
	return NULL;
}

bool permit_load(struct arena *a, const json_t *document, const char **why)
{
	(void)a;
	(void)document;
	(void)why;
	return true;
}
