/* What a FHIR search asks becomes one piece of JSON. */
#include "api/fhir_question.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "api/fhir.h"
#include "api/fhir_search.h"

static json_t *mutable(const json_t *json)
{
	return (json_t *)(uintptr_t)json;
}

static void ask(const struct request *r, const struct parameter *p, json_t *asked)
{
	const char *name = fhir_parameter_name(r->arena, p->name);
	const char *value = request_parameter(r, IN_QUERY, name);
	json_t *groups = json_object_get(r->search->groups, name);

	if (groups == NULL && value != NULL)
		json_object_set_new(asked, name, json_string(value));
	if (groups != NULL)
		json_object_set_new(json_object_get(asked, "where"), name,
				    json_pack("{s:s, s:O*, s:O}", "kind", p->kind, "at",
					      mutable(p->at), "groups", groups));
}

const char *fhir_question(const struct request *r)
{
	json_t *asked = json_pack("{s:s, s:s, s:{}}", "type", fhir_type(r->op), "base",
				  fhir_base(r->arena), "where");

	for (size_t i = 0; i < r->op->parameter_count; i++)
		if (r->op->parameters[i].kind != NULL)
			ask(r, &r->op->parameters[i], asked);

	char *text = json_dumps(asked, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(asked);
	return copy;
}
