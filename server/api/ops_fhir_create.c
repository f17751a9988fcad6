/*
 * Creating over FHIR.
 * Tested through tests/api/fhir-writes.test.mjs: it is a native operation that runs.
 */
#include <stdlib.h>

#include "api/fhir.h"
#include "api/fhir_exist.h"
#include "api/fhir_native.h"
#include "api/ops.h"
#include "api/problem.h"

static enum outcome make(const struct fhir_map *m, const json_t *body, struct request **inner)
{
	struct request *r = m->request;
	char *text = m->identifiers == NULL ? NULL : json_dumps(m->identifiers, JSON_COMPACT);
	const struct fhir_call call = {.operation = "create",
				       .key = "create",
				       .body = body,
				       .identifiers =
					       text == NULL ? NULL : arena_dup(r->arena, text)};

	free(text);
	return fhir_native(r, m, &call, inner);
}

/* In the session: what is there already, or what is made of it. NULL: `r` is answered. */
static enum outcome make_unless(const struct fhir_map *m, const json_t *body,
				struct request **inner)
{
	struct request *r = m->request;
	enum outcome outcome = ANSWERED;
	const char *id;

	*inner = NULL;
	switch (fhir_exist(r, m, request_header(r, "If-None-Exist"), &id, &outcome)) {
	case FHIR_ONE:
		r->found = true;
		r->new_id = id;
		return fhir_native_read(r, id, inner);
	case FHIR_NONE:
		return make(m, body, inner);
	case FHIR_SEVERAL:
		problem(r, "multiple_matches", NULL);
		break;
	case FHIR_REFUSED:
		break;
	}
	return outcome;
}

enum outcome ops_fhir_create(struct request *r)
{
	struct fhir_map m = {.request = r};
	struct request *inner = NULL;
	json_t *body = fhir_map_choose(&m, r->json) ? fhir_map_create(&m, r->json) : NULL;
	enum outcome outcome;

	if (body == NULL)
		return fhir_native_refuse(r);
	arena_adopt(r->arena, (void (*)(void *))json_decref, body);
	outcome = request_header(r, "If-None-Exist") == NULL
			  ? make(&m, body, &inner)
			  : fhir_native_together(&m, make_unless, body, &inner);
	if (outcome != ANSWERED || inner == NULL)
		return outcome;
	return fhir_native_finish(&m, inner);
}
