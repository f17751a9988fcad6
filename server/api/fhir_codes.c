/*
 * What the contract says for CodeSystem, ValueSet and SearchParameter.
 * Tested through tests/api/fhir-conformance.test.mjs: it tells of the contract that is served.
 */
#include "api/fhir_codes.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_capability.h"
#include "api/service.h"

/* Copies: all requests share the contract, and counting who refers to it would be a race. */
static json_t *code(const char *name, const json_t *en, const json_t *nb, const char *definition)
{
	return json_pack("[s, o?, o?, s?]", name, json_deep_copy(en), json_deep_copy(nb),
			 definition);
}

static json_t *operations(struct arena *a)
{
	static const char *const methods[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
	const struct contract *c = service.contract;
	json_t *list = json_array();

	for (size_t i = 0; i < c->operation_count; i++) {
		const struct operation *op = &c->operations[i];

		json_array_append_new(
			list, code(op->id, NULL, NULL,
				   arena_printf(a, "%s %s", methods[op->method], op->path)));
	}
	return list;
}

static json_t *resources(void)
{
	const json_t *matrix = json_object_get(service.contract->document, "x-access-matrix");
	void *rows = json_object_get(matrix, "resources");
	json_t *list = json_array(), *row;
	const char *name;

	json_object_foreach(rows, name, row)
	{
		json_array_append_new(list, code(name, json_object_get(row, "title"), NULL, NULL));
	}
	return list;
}

static json_t *problems(void)
{
	void *all = json_object_get(service.contract->document, "x-problems");
	json_t *list = json_array(), *one;
	const char *name;

	json_object_foreach(all, name, one)
	{
		const json_t *title = json_object_get(one, "title");

		json_array_append_new(
			list, code(name, json_object_get(title, "en"), json_object_get(title, "nb"),
				   json_string_value(json_object_get(one, "description"))));
	}
	return list;
}

static bool tells_of_codes(const char *type)
{
	return strcmp(type, "CodeSystem") == 0 || strcmp(type, "ValueSet") == 0;
}

static bool tells_of_parameters(const char *type)
{
	return strcmp(type, "SearchParameter") == 0;
}

/* Of the last change to the FHIR face. */
static json_t *date(void)
{
	const struct operation *op = contract_operation(service.contract, "getFhirMetadata");

	return json_deep_copy(json_object_get(json_object_get(op->extensions, "x-fhir"), "date"));
}

const char *fhir_codes(const struct request *r)
{
	const json_t *info = json_object_get(service.contract->document, "info");
	const char *type = fhir_type(r->op), *copy;
	json_t *all;
	char *text;

	if (type == NULL || (!tells_of_codes(type) && !tells_of_parameters(type)))
		return NULL;
	all = json_pack("{s:o, s:o}", "version", json_deep_copy(json_object_get(info, "version")),
			"date", date());
	if (tells_of_codes(type))
		json_object_update_new(all, json_pack("{s:o, s:o, s:o}", "operation",
						      operations(r->arena), "resource", resources(),
						      "problem", problems()));
	else
		json_object_set_new(all, "parameter", fhir_search_parameters(service.contract));
	text = json_dumps(all, JSON_COMPACT);
	copy = arena_dup(r->arena, text);
	free(text);
	json_decref(all);
	return copy;
}
