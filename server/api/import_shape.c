/* The columns of an import, out of the contract. */
#include "api/import_shape.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char row_type[] = "application/x-ndjson";

static enum column_kind kind_of(const struct schema_property *p)
{
	if (strcmp(p->type, "integer") == 0)
		return COLUMN_INTEGER;
	if (strcmp(p->type, "boolean") == 0)
		return COLUMN_BOOLEAN;
	return strcmp(p->format, "date-time") == 0 ? COLUMN_TIME : COLUMN_TEXT;
}

struct import_shape *import_shape_of(struct arena *a, const struct operation *op)
{
	struct import_shape *s = arena_alloc(a, sizeof(*s));
	struct schema_property *properties;

	for (size_t i = 0; i < op->body_count; i++)
		if (strcmp(op->bodies[i].type, row_type) == 0)
			s->schema = op->bodies[i].schema;
	s->column_count = schema_properties(a, s->schema, &properties);
	s->columns = arena_alloc(a, (s->column_count + 1) * sizeof(*s->columns));
	for (size_t i = 0; i < s->column_count; i++)
		s->columns[i] = (struct import_column){properties[i].name, kind_of(&properties[i])};
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
