/* What a FHIR search asks becomes one piece of JSON. */
#include "api/fhir_question.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/* Where the parameter by which matches are sorted looks; NULL for ids, the order of all. */
static const json_t *sorted_at(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->op->parameter_count; i++)
		if (strcmp(r->op->parameters[i].name, name) == 0)
			return json_array_get(r->op->parameters[i].at, 0);
	return NULL;
}

static void ask_order(const struct request *r, json_t *asked)
{
	const char *sort = request_parameter(r, IN_QUERY, "_sort");
	bool descending = sort != NULL && *sort == '-';
	const json_t *at = sort == NULL ? NULL : sorted_at(r, sort + descending);

	if (at != NULL)
		json_object_set_new(
			asked, "sort",
			json_pack("{s:O, s:b}", "at", mutable(at), "descending", descending));
}

static const json_t *told(const struct request *r, const char *name)
{
	return json_object_get(json_object_get(r->op->extensions, "x-fhir"), name);
}

/* The elements that `_elements` names, and those that must be there. */
static json_t *named(const struct request *r, const char *names)
{
	json_t *list = json_copy(mutable(told(r, "mandatory")));

	while (*names != '\0') {
		size_t len = strcspn(names, ",");

		json_array_append_new(list, json_stringn(names, len));
		names += len + (names[len] == ',');
	}
	return list;
}

static void ask_elements(const struct request *r, json_t *asked)
{
	const char *names = request_parameter(r, IN_QUERY, "_elements");
	const char *summary = request_parameter(r, IN_QUERY, "_summary");

	if (names != NULL)
		json_object_set_new(asked, "elements", named(r, names));
	else if (summary != NULL && strcmp(summary, "true") == 0)
		json_object_set_new(asked, "elements", json_deep_copy(told(r, "summary")));
	else if (summary != NULL && strcmp(summary, "text") == 0)
		json_object_set_new(asked, "elements", json_deep_copy(told(r, "mandatory")));
}

const char *fhir_question(const struct request *r)
{
	json_t *asked = json_pack("{s:s, s:s, s:s*, s:{}}", "type", fhir_type(r->op), "base",
				  fhir_base(r->arena), "patient",
				  request_parameter(r, IN_QUERY, "patient"), "where");

	for (size_t i = 0; i < r->op->parameter_count; i++)
		if (r->op->parameters[i].kind != NULL)
			ask(r, &r->op->parameters[i], asked);
	ask_order(r, asked);
	ask_elements(r, asked);

	char *text = json_dumps(asked, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(asked);
	return copy;
}
