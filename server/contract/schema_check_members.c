/* Checks of keywords that look into arrays and objects. */
#include <stdlib.h>
#include <string.h>

#include "contract/json_value.h"
#include "contract/schema_check.h"
#include "contract/schema_run.h"

/* --- arrays ---------------------------------------------------------------------------------- */

static bool run_item(struct run *r, const struct schema *s, json_t *v, size_t index,
		     const struct step *at)
{
	struct step step = {.up = at, .container = v, .index = index};

	return run_schema(r, s, json_array_get(v, index), &step);
}

bool check_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = rule->count; i < json_array_size(v); i++)
		ok = run_item(r, rule->schema, v, i, at) && ok;
	return ok;
}

bool check_prefix_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; i < rule->count && i < json_array_size(v); i++)
		ok = run_item(r, rule->schemas[i], v, i, at) && ok;
	return ok;
}

bool check_contains(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	size_t found = 0;

	if (!json_is_array(v))
		return true;
	for (size_t i = 0; i < json_array_size(v); i++) {
		struct step step = {.up = at, .container = v, .index = i};

		found += run_quietly(r, rule->schema, json_array_get(v, i), &step);
	}
	return (found >= rule->min && found <= rule->max) ||
	       run_fault(r, rule, at, "does not have the required number of fitting items");
}

bool check_min_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_array(v) || json_array_size(v) >= rule->count ||
	       run_fault(r, rule, at, "must have at least %zu items", rule->count);
}

bool check_max_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_array(v) || json_array_size(v) <= rule->count ||
	       run_fault(r, rule, at, "must have at most %zu items", rule->count);
}

enum { CHANCE_TWINS_MAX = 16 };

struct hashed {
	uint64_t hash;
	const json_t *value;
};

static int compare_hashed(const void *a, const void *b)
{
	uint64_t one = ((const struct hashed *)a)->hash, other = ((const struct hashed *)b)->hash;

	return one < other ? -1 : one > other;
}

/*
 * Sorted by hash, so that a long array of a client's costs n log n; equal hashes stand together.
 * More different values of one hash than chance allows are made on purpose: refused like twins.
 */
static bool has_twins(const struct hashed *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count && items[j].hash == items[i].hash; j++)
			if (j - i > CHANCE_TWINS_MAX || json_same(items[i].value, items[j].value))
				return true;
	return false;
}

bool check_unique_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	size_t count = json_array_size(v), size = count * sizeof(struct hashed);

	if (rule->count == 0 || count < 2)
		return true;

	struct arena *scratch = arena_new(size + 64);
	struct hashed *items = arena_alloc(scratch, size);

	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(v, i);

		items[i] = (struct hashed){json_hash(one), one};
	}
	qsort(items, count, sizeof(*items), compare_hashed);

	bool twins = has_twins(items, count);

	arena_free(scratch);
	return !twins || run_fault(r, rule, at, "must not have two equal items");
}

/* --- objects --------------------------------------------------------------------------------- */

static bool run_member(struct run *r, const struct schema *s, json_t *v, const char *key,
		       const struct step *at)
{
	struct step step = {.up = at, .container = v, .key = key};

	return run_schema(r, s, json_object_get(v, key), &step);
}

static bool missing(struct run *r, const struct rule *rule, const char *name, const struct step *at)
{
	struct step step = {.up = at, .key = name};

	return run_fault(r, rule, &step, "is required");
}

bool check_required(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; json_is_object(v) && i < rule->count; i++)
		if (json_object_get(v, rule->names[i]) == NULL)
			ok = missing(r, rule, rule->names[i], at);
	return ok;
}

bool check_needs(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; i < rule->count; i++) {
		const struct named_list *list = &rule->lists[i];

		if (json_object_get(v, list->name) == NULL)
			continue;
		for (size_t j = 0; j < list->count; j++)
			if (json_object_get(v, list->members[j]) == NULL)
				ok = missing(r, rule, list->members[j], at);
	}
	return ok;
}

bool check_dependent(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; i < rule->count; i++)
		if (json_object_get(v, rule->named[i].name) != NULL)
			ok = run_schema(r, rule->named[i].schema, v, at) && ok;
	return ok;
}

bool check_properties(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	bool ok = true;

	for (size_t i = 0; i < rule->count; i++)
		if (json_object_get(v, rule->named[i].name) != NULL)
			ok = run_member(r, rule->named[i].schema, v, rule->named[i].name, at) && ok;
	return ok;
}

bool check_patterns(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	const char *key;
	json_t *value;
	bool ok = true;

	json_object_foreach(v, key, value)
	{
		for (size_t i = 0; i < rule->count; i++)
			if (pattern_occurs(rule->patterns[i].pattern, key, strlen(key)))
				ok = run_member(r, rule->patterns[i].schema, v, key, at) && ok;
	}
	return ok;
}

static int compare_key(const void *key, const void *name)
{
	return strcmp(key, *(const char *const *)name);
}

static bool is_additional(const struct rule *rule, const char *key)
{
	if (bsearch(key, rule->known->list, rule->known->count, sizeof(*rule->known->list),
		    compare_key) != NULL)
		return false;
	for (size_t i = 0; i < rule->count; i++)
		if (pattern_occurs(rule->patterns[i].pattern, key, strlen(key)))
			return false;
	return true;
}

bool check_additional(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	const char *key;
	json_t *value;
	bool ok = true;

	json_object_foreach(v, key, value)
	{
		struct step step = {.up = at, .container = v, .key = key};

		if (!is_additional(rule, key))
			continue;
		if (rule->schema->kind == SCHEMA_FALSE)
			ok = run_fault(r, rule, &step, "is not a known member");
		else
			ok = run_schema(r, rule->schema, value, &step) && ok;
	}
	return ok;
}

bool check_names(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	const char *key;
	json_t *value;
	bool ok = true;

	json_object_foreach(v, key, value)
	{
		struct step step = {.up = at, .container = v, .key = key};
		json_t *name = json_string(key);

		if (!run_quietly(r, rule->schema, name, &step))
			ok = run_fault(r, rule, &step, "does not have an allowed name");
		json_decref(name);
	}
	return ok;
}

bool check_min_members(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_object(v) || json_object_size(v) >= rule->count ||
	       run_fault(r, rule, at, "must have at least %zu members", rule->count);
}

bool check_max_members(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_object(v) || json_object_size(v) <= rule->count ||
	       run_fault(r, rule, at, "must have at most %zu members", rule->count);
}
