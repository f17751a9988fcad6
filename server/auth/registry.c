/* The trusted issuers: read as a whole, then asked and never changed. */
#include "auth/registry.h"

#include <stdio.h>
#include <string.h>

#include "auth/key_store.h"

enum { ISSUERS_MAX = 512, REGISTRY_BYTES = 256 * 1024 * 1024 };

struct registry {
	struct arena *arena;
	int64_t generation;
	size_t issuer_count;
	struct issuer *issuers;
};

struct registry *registry_load(const json_t *json, bool production, struct key_store *keys,
			       char why[256])
{
	const json_t *issuers = json_object_get(json, "issuers"), *one;
	const json_t *generation = json_object_get(json, "generation");
	size_t i;

	why[0] = '\0';
	if (!json_is_array(issuers) || json_array_size(issuers) > ISSUERS_MAX ||
	    !json_is_integer(generation)) {
		snprintf(why, 256, "the registry is not an object with generation and issuers");
		return NULL;
	}

	struct arena *arena = arena_new(REGISTRY_BYTES);
	struct registry *r = arena_alloc(arena, sizeof(*r));
	struct issuer_reading in = {
		.arena = arena, .production = production, .keys = keys, .why = why};

	r->arena = arena;
	r->generation = json_integer_value(generation);
	r->issuers = arena_alloc(arena, json_array_size(issuers) * sizeof(*r->issuers));
	key_store_begin(keys);
	json_array_foreach(issuers, i, one)
	{
		struct issuer issuer = {0};

		if (!issuer_read(&in, one, &issuer))
			continue;
		if (registry_issuer(r, issuer.name) != NULL)
			issuer_complain(&in, "another issuer has the same name");
		else
			r->issuers[r->issuer_count++] = issuer;
	}
	key_store_end(keys);
	return r;
}

void registry_free(struct registry *r)
{
	if (r != NULL)
		arena_free(r->arena);
}

int64_t registry_generation(const struct registry *r)
{
	return r->generation;
}

json_t *registry_names(const struct registry *r)
{
	json_t *names = json_array();

	for (size_t i = 0; i < r->issuer_count; i++)
		json_array_append_new(names, json_string(r->issuers[i].name));
	return names;
}

const struct issuer *registry_issuer(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->issuer_count; i++)
		if (strcmp(r->issuers[i].name, name) == 0)
			return &r->issuers[i];
	return NULL;
}

const struct agency_entry *registry_agency(const struct issuer *issuer, const char *organisation)
{
	for (size_t i = 0; i < issuer->agency_count; i++)
		if (strcmp(issuer->agencies[i].organisation, organisation) == 0)
			return &issuer->agencies[i];
	return NULL;
}

bool registry_is_foreign(const struct registry *r, const char *organisation, const char *agency_id)
{
	for (size_t i = 0; i < r->issuer_count; i++) {
		const struct agency_entry *owner = registry_agency(&r->issuers[i], organisation);

		if (owner != NULL && strcmp(owner->agency_id, agency_id) != 0)
			return true;
	}
	return false;
}
