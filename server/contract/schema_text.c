/* Parameters: text that becomes a value of the declared type before it is validated. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contract/schema_node.h"

/* The types that the schema, or what it refers to, declares; 0 for any. */
static const struct schema *declaring(const struct schema *s)
{
	while (s->types == 0) {
		const struct rule *rule = s->rules;

		while (rule != NULL && strcmp(rule->keyword->name, "$ref") != 0)
			rule = rule->next;
		if (rule == NULL)
			return s;
		s = rule->schema;
	}
	return s;
}

static const struct schema *item_schema(const struct schema *s)
{
	const struct rule *rule = s->rules;

	while (rule != NULL && strcmp(rule->keyword->name, "items") != 0)
		rule = rule->next;
	return rule == NULL ? NULL : rule->schema;
}

static bool is_json_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t whole;

	text += *text == '-';
	whole = strspn(text, digits);
	if (whole == 0 || (whole > 1 && *text == '0'))
		return false;
	text += whole;
	if (*text == '.') {
		whole = strspn(++text, digits);
		if (whole == 0)
			return false;
		text += whole;
	}
	return *text == '\0';
}

static json_t *number_of(const char *text)
{
	char *end;

	if (!is_json_number(text))
		return NULL;
	errno = 0;

	long long whole = strtoll(text, &end, 10);

	if (*end == '\0')
		return errno == 0 ? json_integer(whole) : NULL;
	return json_real(strtod(text, NULL));
}

/* A single value by its type; a string when the text is not of the other types allowed. */
static json_t *value_of(const struct schema *s, const char *text, size_t len)
{
	char number[64];
	json_t *value = NULL;

	if ((s->types & (TYPE_INTEGER | TYPE_NUMBER)) != 0 && len < sizeof(number)) {
		memcpy(number, text, len);
		number[len] = '\0';
		value = number_of(number);
	}
	if ((s->types & TYPE_BOOLEAN) != 0 && len == 4 && strncmp(text, "true", 4) == 0)
		value = json_true();
	if ((s->types & TYPE_BOOLEAN) != 0 && len == 5 && strncmp(text, "false", 5) == 0)
		value = json_false();
	return value != NULL ? value : json_stringn(text, len);
}

static json_t *list_of(const struct schema *s, const char *text)
{
	const struct schema *items = item_schema(s);
	json_t *list = json_array();

	for (;;) {
		size_t len = strcspn(text, ",");
		json_t *one = value_of(items == NULL ? s : declaring(items), text, len);

		if (one == NULL || json_array_append_new(list, one) != 0) {
			json_decref(list);
			return NULL;
		}
		if (text[len] == '\0')
			return list;
		text += len + 1;
	}
}

static void release_json(void *json)
{
	json_decref(json);
}

bool schema_validate_text(const struct schema *s, const char *text, const char *pointer,
			  struct faults *faults)
{
	const struct schema *declared = declaring(s);
	json_t *value = (declared->types & TYPE_ARRAY) != 0
				? list_of(declared, text)
				: value_of(declared, text, strlen(text));
	struct faults found = {.arena = faults->arena};

	if (value == NULL) {
		faults_add(faults, pointer, "encoding", "is not UTF-8");
		return false;
	}
	arena_adopt(faults->arena, release_json, value);
	if (schema_validate(s, value, &found, NULL))
		return true;
	for (size_t i = 0; i < found.count; i++)
		faults_add(faults, pointer, found.list[i].code, found.list[i].detail);
	return false;
}
