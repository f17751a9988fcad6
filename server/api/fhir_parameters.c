/* Parameters in a body, as if they stood in the query. */
#include "api/fhir_parameters.h"

#include <string.h>

#include "base/config.h"
#include "contract/json_value.h"

/* The value of one parameter, whatever its type is called; NULL when it has none of ours. */
static const char *value_of(struct arena *a, const json_t *parameter)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)parameter, key, value)
	{
		if (strncmp(key, "value", 5) != 0)
			continue;
		if (json_is_string(value))
			return arena_dup(a, json_string_value(value));
		if (json_is_boolean(value))
			return json_is_true(value) ? "true" : "false";
		if (json_is_integer(value))
			return arena_printf(a, "%lld", (long long)json_integer_value(value));
	}
	return NULL;
}

static bool add(struct request *r, const json_t *parameter)
{
	const char *name = json_string_value(json_object_get(parameter, "name"));
	const char *value = value_of(r->arena, parameter);

	if (name == NULL || value == NULL || r->parameter_count == QUERY_MAX)
		return false;
	r->parameters[r->parameter_count++] =
		(struct parameter_value){arena_dup(r->arena, name), value, IN_QUERY};
	return true;
}

static bool is_parameters(const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "resourceType"));
	const json_t *list = json_object_get(json, "parameter");

	return type != NULL && strcmp(type, "Parameters") == 0 &&
	       (list == NULL || json_is_array(list));
}

bool fhir_parameters_read(struct request *r)
{
	json_t *json =
		json_fits_depth(r->in.body, r->in.body_size, config.json_depth)
			? json_loadb(r->in.body, r->in.body_size, JSON_REJECT_DUPLICATES, NULL)
			: NULL;
	const json_t *list = json_object_get(json, "parameter");
	bool fine = is_parameters(json);

	for (size_t i = 0; fine && i < json_array_size(list); i++)
		fine = add(r, json_array_get(list, i));
	json_decref(json);
	return fine;
}
