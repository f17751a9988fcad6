/* The keywords: one row each, and how the value of each is compiled. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/schema_check.h"
#include "contract/schema_node.h"

static bool malformed(struct compiler *c, const struct rule *rule)
{
	return compiler_refuse(c, "the value of '%s' is malformed", rule->keyword->name);
}

static bool read_count(const json_t *value, size_t *count)
{
	double number = json_number_value(value);

	if (!json_is_number(value) || number < 0 || floor(number) != number || number > 9e15)
		return false;
	*count = (size_t)number;
	return true;
}

static bool compile_count(struct compiler *c, struct schema *s, const json_t *value,
			  struct rule *rule)
{
	(void)s;
	return read_count(value, &rule->count) || malformed(c, rule);
}

static bool compile_number(struct compiler *c, struct schema *s, const json_t *value,
			   struct rule *rule)
{
	(void)s;
	if (!json_is_number(value))
		return malformed(c, rule);
	rule->number = json_is_integer(value) ? (long double)json_integer_value(value)
					      : (long double)json_real_value(value);
	return true;
}

static bool compile_multiple(struct compiler *c, struct schema *s, const json_t *value,
			     struct rule *rule)
{
	return compile_number(c, s, value, rule) && (rule->number > 0 || malformed(c, rule));
}

static bool compile_json(struct compiler *c, struct schema *s, const json_t *value,
			 struct rule *rule)
{
	(void)s;
	rule->json = compiler_keep(c, value);
	return true;
}

static bool compile_enum(struct compiler *c, struct schema *s, const json_t *value,
			 struct rule *rule)
{
	if (!json_is_array(value))
		return malformed(c, rule);
	return compile_json(c, s, value, rule);
}

static unsigned type_by_name(const char *name)
{
	for (unsigned i = 0; name != NULL && json_type_names[i] != NULL; i++)
		if (strcmp(json_type_names[i], name) == 0)
			return 1U << i;
	return 0;
}

static bool compile_type(struct compiler *c, struct schema *s, const json_t *value,
			 struct rule *rule)
{
	size_t count = json_is_array(value) ? json_array_size(value) : 1;

	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
		unsigned type = type_by_name(json_string_value(one));

		if (type == 0)
			return malformed(c, rule);
		s->types |= type;
	}
	rule->count = s->types;
	return count > 0 || malformed(c, rule);
}

static bool compile_flag(struct compiler *c, struct schema *s, const json_t *value,
			 struct rule *rule)
{
	(void)s;
	rule->count = json_is_true(value);
	return json_is_boolean(value) || malformed(c, rule);
}

static bool compile_pattern(struct compiler *c, struct schema *s, const json_t *value,
			    struct rule *rule)
{
	(void)s;
	if (!json_is_string(value))
		return malformed(c, rule);
	rule->pattern = compiler_pattern(c, json_string_value(value));
	return rule->pattern != NULL;
}

static bool compile_format(struct compiler *c, struct schema *s, const json_t *value,
			   struct rule *rule)
{
	const char *name = json_string_value(value);

	(void)s;
	if (name == NULL)
		return malformed(c, rule);
	/* formats of numbers are OpenAPI's notes for code generators: nothing to assert */
	if (strcmp(name, "int32") == 0 || strcmp(name, "int64") == 0 || strcmp(name, "double") == 0)
		return true;
	rule->format = format_find(compiler_formats(c), name, &rule->own_format);
	return rule->format != NULL || compiler_refuse(c, "unknown format '%s'", name);
}

static const char **read_names(struct compiler *c, const json_t *value, size_t *count)
{
	const char **names = arena_alloc(c->arena, (json_array_size(value) + 1) * sizeof(*names));

	*count = json_array_size(value);
	for (size_t i = 0; i < *count; i++) {
		const char *name = json_string_value(json_array_get(value, i));

		if (name == NULL)
			return NULL;
		names[i] = compiler_keep_name(c, name);
	}
	return json_is_array(value) ? names : NULL;
}

static bool compile_names(struct compiler *c, struct schema *s, const json_t *value,
			  struct rule *rule)
{
	(void)s;
	rule->names = read_names(c, value, &rule->count);
	return rule->names != NULL || malformed(c, rule);
}

static bool compile_lists(struct compiler *c, struct schema *s, const json_t *value,
			  struct rule *rule)
{
	const char *key;
	json_t *one;

	(void)s;
	if (!json_is_object(value))
		return malformed(c, rule);
	rule->lists = arena_alloc(c->arena, (json_object_size(value) + 1) * sizeof(*rule->lists));
	json_object_foreach(json_unconst(value), key, one)
	{
		struct named_list *list = &rule->lists[rule->count++];

		list->name = compiler_keep_name(c, key);
		list->members = read_names(c, one, &list->count);
		if (list->members == NULL)
			return malformed(c, rule);
	}
	return true;
}

static bool compile_schema(struct compiler *c, struct schema *s, const json_t *value,
			   struct rule *rule)
{
	(void)s;
	rule->schema = compiler_subschema(c, value, rule->keyword->name, NULL);
	return rule->schema != NULL;
}

static bool compile_schemas(struct compiler *c, struct schema *s, const json_t *value,
			    struct rule *rule)
{
	(void)s;
	if (!json_is_array(value) || json_array_size(value) == 0)
		return malformed(c, rule);
	rule->schemas = arena_alloc(c->arena, json_array_size(value) * sizeof(*rule->schemas));
	for (size_t i = 0; i < json_array_size(value); i++) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i);

		struct schema *one = compiler_subschema(c, json_array_get(value, i),
							rule->keyword->name, number);

		if (one == NULL)
			return false;
		rule->schemas[rule->count++] = one;
	}
	return true;
}

static bool compile_named(struct compiler *c, struct schema *s, const json_t *value,
			  struct rule *rule)
{
	const char *key;
	json_t *one;

	(void)s;
	if (!json_is_object(value))
		return malformed(c, rule);
	rule->named = arena_alloc(c->arena, (json_object_size(value) + 1) * sizeof(*rule->named));
	json_object_foreach(json_unconst(value), key, one)
	{
		struct schema *member = compiler_subschema(c, one, rule->keyword->name, key);

		if (member == NULL)
			return false;
		rule->named[rule->count++] =
			(struct named_schema){compiler_keep_name(c, key), member};
	}
	return true;
}

static bool compile_patterns(struct compiler *c, struct schema *s, const json_t *value,
			     struct rule *rule)
{
	const char *key;
	json_t *one;

	(void)s;
	if (!json_is_object(value))
		return malformed(c, rule);
	rule->patterns =
		arena_alloc(c->arena, (json_object_size(value) + 1) * sizeof(*rule->patterns));
	json_object_foreach(json_unconst(value), key, one)
	{
		struct pattern_schema *p = &rule->patterns[rule->count++];

		p->pattern = compiler_pattern(c, key);
		p->schema = compiler_subschema(c, one, rule->keyword->name, key);
		if (p->pattern == NULL || p->schema == NULL)
			return false;
	}
	return true;
}

static int by_strcmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const struct sorted_names *sorted_keys(struct compiler *c, const json_t *object)
{
	struct sorted_names *names = arena_alloc(c->arena, sizeof(*names));
	const char *key;
	json_t *value;

	names->list = arena_alloc(c->arena, (json_object_size(object) + 1) * sizeof(*names->list));
	json_object_foreach(json_unconst(object), key, value)
	{
		names->list[names->count++] = compiler_keep_name(c, key);
	}
	qsort(names->list, names->count, sizeof(*names->list), by_strcmp);
	return names;
}

/* What is additional follows from the siblings: `known` are properties, `patterns` the others. */
static bool compile_additional(struct compiler *c, struct schema *s, const json_t *value,
			       struct rule *rule)
{
	const json_t *patterns = json_object_get(c->json, "patternProperties");

	rule->known = sorted_keys(c, json_object_get(c->json, "properties"));
	if (patterns != NULL && !compile_patterns(c, s, patterns, rule))
		return false;
	return compile_schema(c, s, value, rule);
}

static bool compile_items(struct compiler *c, struct schema *s, const json_t *value,
			  struct rule *rule)
{
	rule->count = json_array_size(json_object_get(c->json, "prefixItems"));
	return compile_schema(c, s, value, rule);
}

static bool compile_contains(struct compiler *c, struct schema *s, const json_t *value,
			     struct rule *rule)
{
	const json_t *min = json_object_get(c->json, "minContains");
	const json_t *max = json_object_get(c->json, "maxContains");

	rule->min = 1;
	rule->max = SIZE_MAX;
	if ((min != NULL && !read_count(min, &rule->min)) ||
	    (max != NULL && !read_count(max, &rule->max)))
		return malformed(c, rule);
	return compile_schema(c, s, value, rule);
}

static bool compile_if(struct compiler *c, struct schema *s, const json_t *value, struct rule *rule)
{
	const json_t *then = json_object_get(c->json, "then");
	const json_t *otherwise = json_object_get(c->json, "else");

	if (!compile_schema(c, s, value, rule))
		return false;
	rule->then = then == NULL ? NULL : compiler_subschema(c, then, "then", NULL);
	rule->otherwise = otherwise == NULL ? NULL : compiler_subschema(c, otherwise, "else", NULL);
	return (then == NULL || rule->then != NULL) &&
	       (otherwise == NULL || rule->otherwise != NULL);
}

static bool compile_ref(struct compiler *c, struct schema *s, const json_t *value,
			struct rule *rule)
{
	(void)s;
	if (!json_is_string(value))
		return malformed(c, rule);
	rule->schema = compiler_reference(c, json_string_value(value));
	return rule->schema != NULL;
}

/* clang-format off */
/* In the order of strcmp(); annotations have neither function. */
static const struct keyword keywords[] = {
	{"$anchor", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"$comment", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"$defs", SHAPE_MAP, RANK_REST, false, compile_named, NULL},
	{"$id", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"$ref", SHAPE_NONE, RANK_REST, true, compile_ref, check_ref},
	{"$schema", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"additionalProperties", SHAPE_SCHEMA, RANK_REST, false, compile_additional, check_additional},
	{"allOf", SHAPE_LIST, RANK_REST, true, compile_schemas, check_all_of},
	{"anyOf", SHAPE_LIST, RANK_REST, true, compile_schemas, check_any_of},
	{"const", SHAPE_NONE, RANK_REST, false, compile_json, check_const},
	{"contains", SHAPE_SCHEMA, RANK_REST, false, compile_contains, check_contains},
	{"contentEncoding", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"contentMediaType", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"default", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"dependentRequired", SHAPE_NONE, RANK_REST, false, compile_lists, check_needs},
	{"dependentSchemas", SHAPE_MAP, RANK_REST, true, compile_named, check_dependent},
	{"deprecated", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"description", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"discriminator", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"else", SHAPE_SCHEMA, RANK_REST, false, compile_schema, NULL},
	{"enum", SHAPE_NONE, RANK_REST, false, compile_enum, check_enum},
	{"example", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"examples", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"exclusiveMaximum", SHAPE_NONE, RANK_REST, false, compile_number, check_below},
	{"exclusiveMinimum", SHAPE_NONE, RANK_REST, false, compile_number, check_above},
	{"externalDocs", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"format", SHAPE_NONE, RANK_REST, false, compile_format, check_format},
	{"if", SHAPE_SCHEMA, RANK_REST, true, compile_if, check_if},
	{"items", SHAPE_SCHEMA, RANK_REST, false, compile_items, check_items},
	{"maxContains", SHAPE_NONE, RANK_REST, false, compile_count, NULL},
	{"maxItems", SHAPE_NONE, RANK_SIZE, false, compile_count, check_max_items},
	{"maxLength", SHAPE_NONE, RANK_SIZE, false, compile_count, check_max_length},
	{"maxProperties", SHAPE_NONE, RANK_SIZE, false, compile_count, check_max_members},
	{"maximum", SHAPE_NONE, RANK_REST, false, compile_number, check_maximum},
	{"minContains", SHAPE_NONE, RANK_REST, false, compile_count, NULL},
	{"minItems", SHAPE_NONE, RANK_SIZE, false, compile_count, check_min_items},
	{"minLength", SHAPE_NONE, RANK_SIZE, false, compile_count, check_min_length},
	{"minProperties", SHAPE_NONE, RANK_SIZE, false, compile_count, check_min_members},
	{"minimum", SHAPE_NONE, RANK_REST, false, compile_number, check_minimum},
	{"multipleOf", SHAPE_NONE, RANK_REST, false, compile_multiple, check_multiple_of},
	{"not", SHAPE_SCHEMA, RANK_REST, true, compile_schema, check_not},
	{"oneOf", SHAPE_LIST, RANK_REST, true, compile_schemas, check_one_of},
	{"pattern", SHAPE_NONE, RANK_REST, false, compile_pattern, check_pattern},
	{"patternProperties", SHAPE_MAP, RANK_REST, false, compile_patterns, check_patterns},
	{"prefixItems", SHAPE_LIST, RANK_REST, false, compile_schemas, check_prefix_items},
	{"properties", SHAPE_MAP, RANK_REST, false, compile_named, check_properties},
	{"propertyNames", SHAPE_SCHEMA, RANK_REST, false, compile_schema, check_names},
	{"readOnly", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"required", SHAPE_NONE, RANK_REST, false, compile_names, check_required},
	{"then", SHAPE_SCHEMA, RANK_REST, false, compile_schema, NULL},
	{"title", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"type", SHAPE_NONE, RANK_TYPE, false, compile_type, check_type},
	{"uniqueItems", SHAPE_NONE, RANK_REST, false, compile_flag, check_unique_items},
	{"writeOnly", SHAPE_NONE, RANK_REST, false, NULL, NULL},
	{"xml", SHAPE_NONE, RANK_REST, false, NULL, NULL},
};
/* clang-format on */

static int compare_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct keyword *)row)->name);
}

const struct keyword *keyword_find(const char *name)
{
	return bsearch(name, keywords, sizeof(keywords) / sizeof(*keywords), sizeof(*keywords),
		       compare_name);
}
