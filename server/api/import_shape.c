/* The columns of an import, out of the contract. */
#include "api/import_shape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char row_type[] = "application/x-ndjson";

static const json_t *row_schema(const struct contract *c, const struct operation *op)
{
	const json_t *content =
		json_object_get(json_object_get(op->json, "requestBody"), "content");
	const json_t *schema = json_object_get(json_object_get(content, row_type), "schema");
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	const json_t *components = json_object_get(c->document, "components");

	return ref == NULL ? schema
			   : json_object_get(json_object_get(components, "schemas"),
					     strrchr(ref, '/') + 1);
}

static bool says(const json_t *property, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(property, key));

	return text != NULL && strcmp(text, value) == 0;
}

static enum column_kind kind_of(const json_t *property)
{
	if (says(property, "type", "integer"))
		return COLUMN_INTEGER;
	if (says(property, "type", "boolean"))
		return COLUMN_BOOLEAN;
	return says(property, "format", "date-time") ? COLUMN_TIME : COLUMN_TEXT;
}

struct import_shape *import_shape_of(struct arena *a, const struct contract *c,
				     const struct operation *op)
{
	struct import_shape *s = arena_alloc(a, sizeof(*s));
	const json_t *properties = json_object_get(row_schema(c, op), "properties");
	const char *name;
	json_t *property;

	for (size_t i = 0; i < op->body_count; i++)
		if (strcmp(op->bodies[i].type, row_type) == 0)
			s->schema = op->bodies[i].schema;
	s->columns = arena_alloc(a, (json_object_size(properties) + 1) * sizeof(*s->columns));
	json_object_foreach((json_t *)(uintptr_t)properties, name, property)
	{
		s->columns[s->column_count++] = (struct import_column){name, kind_of(property)};
	}
	return s;
}

const struct import_column *import_shape_column(const struct import_shape *s, const char *name)
{
	for (size_t i = 0; i < s->column_count; i++)
		if (strcmp(s->columns[i].name, name) == 0)
			return &s->columns[i];
	return NULL;
}

static bool is_one_of(const char *text, const char *const names[3])
{
	return strcasecmp(text, names[0]) == 0 || strcasecmp(text, names[1]) == 0 ||
	       strcasecmp(text, names[2]) == 0;
}

json_t *import_shape_value(const struct import_column *column, const char *text)
{
	static const char *const yes[] = {"true", "1", "ja"}, *const no[] = {"false", "0", "nei"};
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");

	if (column->kind == COLUMN_INTEGER && digits > 0 && digits <= 9 &&
	    text[sign + digits] == '\0')
		return json_integer(strtol(text, NULL, 10));
	if (column->kind == COLUMN_BOOLEAN && (is_one_of(text, yes) || is_one_of(text, no)))
		return json_boolean(is_one_of(text, yes));
	return json_string(text);
}
