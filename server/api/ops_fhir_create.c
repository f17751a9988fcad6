/*
 * Creating over FHIR.
 * Tested through tests/api/fhir-writes.test.mjs: it is a native operation that runs.
 */
#include <stdlib.h>

#include "api/fhir.h"
#include "api/fhir_exist.h"
#include "api/fhir_native.h"
#include "api/fhir_path.h"
#include "api/fhir_together.h"
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

/* Whether what is only told, and found by the service itself, was told as it is. */
static bool is_as_told(const struct fhir_map *m, const struct request *inner)
{
	struct request *r = m->request;
	json_t *made = json_loads(inner->reply.body, 0, NULL);
	const json_t *one;
	size_t i;

	arena_adopt(r->arena, (void (*)(void *))json_decref, made);
	json_array_foreach(json_object_get(m->way, "told"), i, one)
	{
		const char *path = json_string_value(one);
		const json_t *sent = fhir_path_get(r->json, path);

		if (sent != NULL &&
		    !json_equal(json_object_get(sent, "reference"),
				json_object_get(fhir_path_get(made, path), "reference")))
			faults_add(r->faults, path, "not_supported", "is another than it would be");
	}
	return r->faults->count == 0;
}

/* In the session: what is made, unless it was told of as something else. */
static enum outcome make_as_told(const struct fhir_map *m, const json_t *body,
				 struct request **inner)
{
	enum outcome outcome = make(m, body, inner);

	if (outcome != ANSWERED || (*inner)->reply.status >= 300 || is_as_told(m, *inner))
		return outcome;
	*inner = NULL;
	return fhir_native_refuse(m->request);
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

/* What it would be part of is not there, or not the caller's to know: told as a reference is. */
static enum outcome refuse_whole(const struct fhir_map *m)
{
	struct request *r = m->request;
	void *all = json_object_get(m->way, "within");
	const char *parameter, *path = "";
	json_t *rule;

	json_object_foreach(all, parameter, rule)
	{
		path = json_string_value(json_object_get(rule, "at"));
	}
	faults_add(r->faults, fhir_path_expression(r->arena, path), "unknown_reference",
		   "points at nothing");
	problem_faults(r, "unknown_reference");
	return ANSWERED;
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
	if (request_header(r, "If-None-Exist") != NULL)
		outcome = fhir_together(&m, make_unless, body, &inner);
	else if (json_object_get(m.way, "told") != NULL)
		outcome = fhir_together(&m, make_as_told, body, &inner);
	else
		outcome = make(&m, body, &inner);
	if (outcome != ANSWERED || inner == NULL)
		return outcome;
	return inner->reply.status == 404 ? refuse_whole(&m) : fhir_native_finish(&m, inner);
}
