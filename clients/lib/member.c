/* Small helpers over jansson that every module of the client needs. */
#include "lib/member.h"

#include <stdlib.h>
#include <string.h>

static void release(void *json)
{
	json_decref(json);
}

json_t *member_keep(struct arena *a, json_t *json)
{
	if (json != NULL)
		arena_adopt(a, release, json);
	return json;
}

const char *member_text(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

json_t *member_at(const json_t *json, const char *path)
{
	json_t *at = NULL;

	for (;;) {
		size_t length = strcspn(path, ".");

		at = json_object_getn(json, path, length);
		if (at == NULL || path[length] == '\0')
			return at;
		json = at;
		path += length + 1;
	}
}

char *member_dump(struct arena *a, const json_t *json, size_t flags)
{
	char *text = json_dumps(json, flags | JSON_ENCODE_ANY);
	char *copy = arena_dup(a, text != NULL ? text : "null");

	free(text);
	return copy;
}

const char *member_readable(struct arena *a, const json_t *value)
{
	if (value == NULL || json_is_null(value))
		return "";
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	return member_dump(a, value, JSON_COMPACT);
}
