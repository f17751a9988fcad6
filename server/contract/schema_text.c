/* Text that becomes a value of the declared type before it is validated: of parameters, of columns.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contract/schema_node.h"

/* What the schema says by that keyword, or NULL. */
static const struct rule *rule_of(const struct schema *s, const char *keyword)
{
	const struct rule *rule = s->rules;

	while (rule != NULL && strcmp(rule->keyword->name, keyword) != 0)
		rule = rule->next;
	return rule;
}

/* The types that the schema, or what it refers to, declares; 0 for any. */
static const struct schema *declaring(const struct schema *s)
{
	while (s->types == 0) {
		const struct rule *rule = rule_of(s, "$ref");

		if (rule == NULL)
			return s;
		s = rule->schema;
	}
	return s;
}

static const struct schema *item_schema(const struct schema *s)
{
	const struct rule *rule = rule_of(s, "items");

	return rule == NULL ? NULL : rule->schema;
}

static const char *type_of(const struct schema *s)
{
	for (size_t i = 0; json_type_names[i] != NULL; i++)
		if (s->types == 1U << i)
			return json_type_names[i];
	return "";
}

size_t schema_properties(struct arena *a, const struct schema *s, struct schema_property **list)
{
	const struct rule *properties = s == NULL ? NULL : rule_of(declaring(s), "properties");
	size_t count = properties == NULL ? 0 : properties->count;

	*list = arena_alloc(a, (count + 1) * sizeof(**list));
	for (size_t i = 0; i < count; i++) {
		const struct schema *one = declaring(properties->named[i].schema);
		const struct rule *format = rule_of(one, "format");

		(*list)[i] = (struct schema_property){
			.name = properties->named[i].name,
			.type = type_of(one),
			.format = format == NULL || format->format == NULL ? ""
									   : format->format->name};
	}
	return count;
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
