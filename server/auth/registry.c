/* Reads the trusted issuers, their keys and the agencies that each may speak for. */
#include "auth/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ISSUERS_MAX = 512,
	AGENCIES_MAX = 2048,
	LEVELS_MAX = 16,
	NAME_MAX_BYTES = 512,
	JWKS_FILE_MAX = 256 * 1024,
	LIFETIME_DEFAULT_S = 900,
	LIFETIME_MAX_S = 3600,
	LIFETIME_SANDBOX_S = 12 * 3600,
	REGISTRY_BYTES = 256 * 1024 * 1024
};

struct registry {
	struct arena *arena;
	int64_t generation;
	size_t issuer_count;
	struct issuer *issuers;
};

/* Where the reading stands: the last complaint wins the 256 bytes of `why`. */
struct reading {
	struct arena *arena;
	bool production;
	char *why;
	const char *issuer; /* id of the issuer being read, for the complaint */
};

static bool complain(const struct reading *in, const char *fault)
{
	snprintf(in->why, 256, "issuer '%.100s': %.120s", in->issuer, fault);
	return false;
}

static const char *text_member(const struct reading *in, const json_t *json, const char *name)
{
	const json_t *member = json_object_get(json, name);
	size_t len = json_string_length(member);

	if (len == 0 || len > NAME_MAX_BYTES)
		return NULL;
	return arena_copy(in->arena, json_string_value(member), len);
}

static bool read_algorithms(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "algorithms"), *name;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return complain(in, "it has no algorithms");
	json_array_foreach(list, i, name)
	{
		enum algorithm found = json_is_string(name)
					       ? algorithm_find(json_string_value(name))
					       : ALGORITHM_COUNT;

		if (found == ALGORITHM_COUNT)
			return complain(in, "an algorithm is not supported");
		out->algorithms[found] = true;
	}
	return true;
}

static bool read_types(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "types"), *type;
	size_t i;

	if (list == NULL || json_is_null(list)) {
		out->type_jwt = out->type_absent = true;
		return true;
	}
	json_array_foreach(list, i, type)
	{
		const char *name = json_string_value(type);

		if (json_is_null(type))
			out->type_absent = true;
		else if (name != NULL && strcmp(name, "JWT") == 0)
			out->type_jwt = true;
		else if (name != NULL && strcmp(name, "at+jwt") == 0)
			out->type_access = true;
		else
			return complain(in, "a token type is not supported");
	}
	return out->type_absent || out->type_jwt || out->type_access ||
	       complain(in, "it has no token types");
}

/* A lifetime above what its kind of issuer may have is cut to that (design §13.4). */
static bool read_lifetime(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *member = json_object_get(json, "max_lifetime_s");
	bool sandbox = json_is_true(json_object_get(json, "sandbox"));
	int64_t most = sandbox ? LIFETIME_SANDBOX_S : LIFETIME_MAX_S;

	if (sandbox && in->production)
		return complain(in, "sandbox keys are refused in production");
	out->max_lifetime_s = LIFETIME_DEFAULT_S;
	if (member != NULL && !json_is_null(member))
		out->max_lifetime_s = json_integer_value(member);
	if (out->max_lifetime_s < 1)
		return complain(in, "its lifetime is not a positive number");
	if (out->max_lifetime_s > most)
		out->max_lifetime_s = most;
	return true;
}

static bool read_levels(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "levels"), *level;
	size_t i;

	if (list == NULL || json_is_null(list))
		return true;
	if (!json_is_array(list) || json_array_size(list) == 0 ||
	    json_array_size(list) > LEVELS_MAX)
		return complain(in, "its levels are not a list");
	out->levels = arena_alloc(in->arena, json_array_size(list) * sizeof(*out->levels));
	json_array_foreach(list, i, level)
	{
		if (!json_is_string(level))
			return complain(in, "a level is not text");
		out->levels[out->level_count++] =
			arena_copy(in->arena, json_string_value(level), json_string_length(level));
	}
	return true;
}

static bool read_agencies(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "agencies"), *agency;
	size_t i;

	if (out->citizen)
		return true;
	if (!json_is_array(list) || json_array_size(list) > AGENCIES_MAX)
		return complain(in, "its agencies are not a list");
	out->agencies = arena_alloc(in->arena, json_array_size(list) * sizeof(*out->agencies));
	json_array_foreach(list, i, agency)
	{
		struct agency_entry entry = {.organisation =
						     text_member(in, agency, "organisation_number"),
					     .agency_id = text_member(in, agency, "agency_id")};

		if (entry.organisation == NULL || entry.agency_id == NULL)
			return complain(in, "an agency is incomplete");
		/* one number, two agencies: nobody could say whom the token speaks for */
		if (registry_agency(out, entry.organisation) != NULL)
			return complain(in, "an organisation number stands twice");
		out->agencies[out->agency_count++] = entry;
	}
	return true;
}

static json_t *read_file(const char *path)
{
	FILE *file = fopen(path, "rbe");
	char *text = file == NULL ? NULL : malloc(JWKS_FILE_MAX);
	json_t *json = NULL;

	if (text != NULL) {
		size_t size = fread(text, 1, JWKS_FILE_MAX, file);

		if (size < JWKS_FILE_MAX && !ferror(file))
			json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	}
	free(text);
	if (file != NULL)
		fclose(file);
	return json;
}

static bool read_keys(const struct reading *in, const json_t *json, struct issuer *out)
{
	const json_t *inside = json_object_get(json, "jwks");
	const char *path = json_string_value(json_object_get(json, "jwks_file")), *why = NULL;
	json_t *file = path == NULL ? NULL : read_file(path);
	bool fine = jwks_load(in->arena, path == NULL ? inside : file, &out->jwks, &why);

	json_decref(file);
	if (!fine)
		return complain(in, path == NULL ? "its key set is not a key set"
						 : "its key file cannot be read");
	if (why != NULL)
		complain(in, why);
	return true;
}

static bool read_names(const struct reading *in, const json_t *json, struct issuer *out)
{
	const char *profile = json_string_value(json_object_get(json, "profile"));

	out->id = text_member(in, json, "id");
	out->name = text_member(in, json, "issuer");
	out->audience = text_member(in, json, "audience");
	if (out->id == NULL || out->name == NULL || out->audience == NULL)
		return complain(in, "id, issuer or audience is missing");
	if (profile == NULL || (strcmp(profile, "agency") != 0 && strcmp(profile, "citizen") != 0))
		return complain(in, "its profile is unknown");
	out->citizen = strcmp(profile, "citizen") == 0;
	return true;
}

static bool read_issuer(struct reading *in, const json_t *json, struct issuer *out)
{
	const char *id = json_string_value(json_object_get(json, "id"));

	in->issuer = id == NULL ? "?" : id;
	return read_names(in, json, out) && read_algorithms(in, json, out) &&
	       read_types(in, json, out) && read_lifetime(in, json, out) &&
	       read_levels(in, json, out) && read_agencies(in, json, out) &&
	       read_keys(in, json, out);
}

struct registry *registry_load(const json_t *json, bool production, char why[256])
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
	struct reading in = {.arena = arena, .production = production, .why = why};

	r->arena = arena;
	r->generation = json_integer_value(generation);
	r->issuers = arena_alloc(arena, json_array_size(issuers) * sizeof(*r->issuers));
	json_array_foreach(issuers, i, one)
	{
		struct issuer issuer = {0};

		if (!read_issuer(&in, one, &issuer))
			continue;
		if (registry_issuer(r, issuer.name) != NULL)
			complain(&in, "another issuer has the same name");
		else
			r->issuers[r->issuer_count++] = issuer;
	}
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

const struct issuer *registry_issuer(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->issuer_count; i++)
		if (strcmp(r->issuers[i].name, name) == 0)
			return &r->issuers[i];
	return NULL;
}

const char *registry_agency(const struct issuer *issuer, const char *organisation)
{
	for (size_t i = 0; i < issuer->agency_count; i++)
		if (strcmp(issuer->agencies[i].organisation, organisation) == 0)
			return issuer->agencies[i].agency_id;
	return NULL;
}

bool registry_is_foreign(const struct registry *r, const char *organisation, const char *agency_id)
{
	for (size_t i = 0; i < r->issuer_count; i++) {
		const char *owner = registry_agency(&r->issuers[i], organisation);

		if (owner != NULL && strcmp(owner, agency_id) != 0)
			return true;
	}
	return false;
}
