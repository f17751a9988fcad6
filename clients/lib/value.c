/* One typed text → one JSON value in its place, by the contract's schema. */
#include "lib/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/member.h"

/* One step into a member; NULL schema means that nothing is known of what is below. */
static bool step(struct value_place *place, const char *name)
{
	const json_t *next = NULL;

	if (place->schema != NULL) {
		next = contract_member(place->contract, place->schema, name);
		if (next == NULL && !contract_is_open(place->contract, place->schema))
			return false;
	}
	place->schema = next;
	return true;
}

static bool descend(struct value_place *place, const char *name, const char **why)
{
	json_t *child = json_object_get(place->within, name);

	if (child == NULL) {
		child = json_object();
		json_object_set_new(place->within, name, child);
	}
	if (!json_is_object(child)) {
		*why = arena_printf(place->arena, "'%s' has a value already", name);
		return false;
	}
	place->within = child;
	return true;
}

bool value_find(struct value_place *place, const char *key, const char **why)
{
	*why = NULL;
	for (;;) {
		size_t length = strcspn(key, ".");
		bool last = key[length] == '\0';
		char *name = arena_copy(place->arena, key, length);

		place->append = length > 2 && strcmp(name + length - 2, "[]") == 0;
		if (place->append)
			name[length - 2] = '\0';
		if (name[0] == '\0' || (place->append && !last)) {
			*why = "a key is name, name.name or name[]";
			return false;
		}
		if (!step(place, name))
			return false;
		place->name = name;
		if (last)
			break;
		if (!descend(place, name, why))
			return false;
		key += length + 1;
	}
	if (place->append)
		place->schema =
			contract_resolve(place->contract, json_object_get(place->schema, "items"));
	return true;
}

static json_t *as_json(const char *text)
{
	return json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

static json_t *as_integer(const char *text)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' ? json_integer(n) : NULL;
}

static json_t *as_number(const char *text)
{
	json_t *json = as_json(text);

	if (json_is_number(json))
		return json;
	json_decref(json);
	return NULL;
}

static json_t *as_boolean(const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0)
		return json_true();
	if (strcmp(text, "false") == 0 || strcmp(text, "no") == 0)
		return json_false();
	return NULL;
}

static json_t *as_structure(const char *text)
{
	json_t *json = as_json(text);

	if (json_is_object(json) || json_is_array(json))
		return json;
	json_decref(json);
	return NULL;
}

/* In this order: what is narrower first, so that a type list takes what fits best. */
static const struct kind {
	const char *type;
	json_t *(*read)(const char *text);
} kinds[] = {
	{"integer", as_integer}, {"number", as_number},	   {"boolean", as_boolean},
	{"array", as_structure}, {"object", as_structure},
};

static json_t *typed(const json_t *schema, const char *text)
{
	json_t *value = NULL;

	if (contract_has_type(schema, "null") && strcmp(text, "null") == 0)
		return json_null();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && value == NULL; i++)
		if (contract_has_type(schema, kinds[i].type))
			value = kinds[i].read(text);
	if (value == NULL &&
	    (json_object_get(schema, "type") == NULL || contract_has_type(schema, "string")))
		value = json_string(text);
	return value;
}

/* A single text given for a list is a list of one. */
static json_t *list_of_one(const struct value_place *place, const char *text)
{
	const json_t *items =
		contract_resolve(place->contract, json_object_get(place->schema, "items"));
	json_t *item = contract_has_type(place->schema, "array") ? typed(items, text) : NULL;

	return item != NULL ? json_pack("[o]", item) : NULL;
}

static const char *type_name(const struct value_place *place)
{
	return member_readable(place->arena, json_object_get(place->schema, "type"));
}

bool value_put(const struct value_place *place, bool raw, const char *text, const char **why)
{
	json_t *value = raw ? as_json(text) : typed(place->schema, text), *list;

	if (value == NULL && !raw)
		value = list_of_one(place, text);
	if (value == NULL) {
		*why = arena_printf(place->arena, "'%s' wants %s", place->name,
				    raw ? "JSON" : type_name(place));
		return false;
	}
	if (!place->append) {
		json_object_set_new(place->within, place->name, value);
		return true;
	}
	list = json_object_get(place->within, place->name);
	if (list == NULL) {
		list = json_array();
		json_object_set_new(place->within, place->name, list);
	}
	if (json_array_append_new(list, value) == 0)
		return true;
	*why = arena_printf(place->arena, "'%s' is not a list", place->name);
	return false;
}
