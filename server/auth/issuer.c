/* Reads one trusted issuer out of the registry's JSON: name, rules, keys, agencies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/key_store.h"
#include "auth/registry.h"
#include "base/clock.h"

enum {
	AGENCIES_MAX = 2048,
	LEVELS_MAX = 16,
	JWKS_FILE_MAX = 256 * 1024,
	LIFETIME_DEFAULT_S = 900,
	LIFETIME_MAX_S = 3600,
	LIFETIME_SANDBOX_S = 12 * 3600,
	LEEWAY_DEFAULT_S = 30,
	LEEWAY_MAX_S = 60,
	WINDOW_DEFAULT_S = 60,
	WINDOW_MAX_S = 300,
	DAY_S = 24 * 3600
};

bool issuer_complain(const struct issuer_reading *in, const char *fault)
{
	snprintf(in->why, 256, "issuer '%.100s': %.120s", in->issuer, fault);
	return false;
}

static bool read_algorithms(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "algorithms"), *name;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return issuer_complain(in, "it has no algorithms");
	json_array_foreach(list, i, name)
	{
		enum algorithm found = json_is_string(name)
					       ? algorithm_find(json_string_value(name))
					       : ALGORITHM_COUNT;

		if (found == ALGORITHM_COUNT)
			return issuer_complain(in, "an algorithm is not supported");
		out->algorithms[found] = true;
	}
	return true;
}

static bool read_types(const struct issuer_reading *in, const json_t *json, struct issuer *out)
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
			return issuer_complain(in, "a token type is not supported");
	}
	return out->type_absent || out->type_jwt || out->type_access ||
	       issuer_complain(in, "it has no token types");
}

/* A lifetime above what its kind of issuer may have is cut to that (design §13.4). */
static bool read_times(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	bool sandbox = json_is_true(json_object_get(json, "sandbox"));
	int64_t most = sandbox ? LIFETIME_SANDBOX_S : LIFETIME_MAX_S;

	if (sandbox && in->production)
		return issuer_complain(in, "sandbox keys are refused in production");
	out->max_lifetime_s = LIFETIME_DEFAULT_S;
	out->leeway_s = LEEWAY_DEFAULT_S;
	if (!member_number(json, "max_lifetime_s", 1, INT32_MAX, &out->max_lifetime_s))
		return issuer_complain(in, "its lifetime is not a positive number");
	if (!member_number(json, "leeway_s", 0, LEEWAY_MAX_S, &out->leeway_s))
		return issuer_complain(in, "its leeway is not within a minute");
	if (out->max_lifetime_s > most)
		out->max_lifetime_s = most;
	return true;
}

static bool read_levels(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	if (!member_texts(in->arena, json, "levels", LEVELS_MAX, &out->levels) ||
	    (out->levels.given && out->levels.count == 0))
		return issuer_complain(in, "its levels are not a list");
	return true;
}

/* What the bearer must prove beside having the token. */
static bool read_proofs(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	out->dpop = out->certificate = DEMAND_OPTIONAL;
	out->dpop_window_s = WINDOW_DEFAULT_S;
	return (member_word(json, "dpop", demand_words, &out->dpop) &&
		member_word(json, "certificate", demand_words, &out->certificate) &&
		member_flag(json, "dpop_nonce", false, &out->dpop_nonce) &&
		member_number(json, "dpop_window_s", 1, WINDOW_MAX_S, &out->dpop_window_s)) ||
	       issuer_complain(in, "what it demands of bearers is not understood");
}

static bool read_agencies(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const json_t *list = json_object_get(json, "agencies"), *agency;
	size_t i;

	if (out->profile.citizen)
		return true;
	if (!json_is_array(list) || json_array_size(list) > AGENCIES_MAX)
		return issuer_complain(in, "its agencies are not a list");
	out->agencies = arena_alloc(in->arena, json_array_size(list) * sizeof(*out->agencies));
	json_array_foreach(list, i, agency)
	{
		struct agency_entry *entry = &out->agencies[out->agency_count];
		const char *fault = agency_entry_read(in->arena, agency, entry);

		if (fault != NULL)
			return issuer_complain(in, fault);
		/* one number, two agencies: nobody could say whom the token speaks for */
		if (registry_agency(out, entry->organisation) != NULL)
			return issuer_complain(in, "an organisation number stands twice");
		out->agency_count++;
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

/* Keys from a value of JSON (taken over). */
static bool take_keys(const struct issuer_reading *in, json_t *json, struct issuer *out,
		      const char *fault)
{
	const char *why = NULL;
	bool fine = jwks_load(in->arena, json, &out->jwks, &why);

	json_decref(json);
	if (!fine)
		return issuer_complain(in, fault);
	if (why != NULL)
		issuer_complain(in, why);
	return true;
}

/* Keys at an address: those that the store has; the key thread brings others. */
static bool follow_keys(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const char *url = member_text(in->arena, json, "jwks_url");
	struct key_source source = {.id = out->id,
				    .issuer = out->name,
				    .discovers = url == NULL,
				    .plain = json_is_true(json_object_get(json, "sandbox")),
				    .refresh_s = 3600,
				    .min_refetch_s = 60,
				    .stale_ok_s = DAY_S};

	source.url = url == NULL ? member_text(in->arena, json, "discovery_url") : url;
	if (!member_number(json, "refresh_s", 1, DAY_S, &source.refresh_s) ||
	    !member_number(json, "min_refetch_s", 1, 3600, &source.min_refetch_s) ||
	    !member_number(json, "stale_ok_s", 0, (int64_t)7 * DAY_S, &source.stale_ok_s))
		return issuer_complain(in, "when its keys are fetched is not understood");

	json_t *keys = key_store_follow(in->keys, &source);

	out->keys_away = keys == NULL;
	return keys == NULL || take_keys(in, keys, out, "its fetched key set is not a key set");
}

static bool read_keys(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const char *path = member_text(in->arena, json, "jwks_file");

	if (member_text(in->arena, json, "jwks_url") != NULL ||
	    member_text(in->arena, json, "discovery_url") != NULL)
		return follow_keys(in, json, out);
	if (path != NULL)
		return take_keys(in, read_file(path), out, "its key file cannot be read");
	return take_keys(in, json_deep_copy(json_object_get(json, "jwks")), out,
			 "its key set is not a key set");
}

static bool read_names(const struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const char *fault;

	out->id = member_text(in->arena, json, "id");
	out->name = member_text(in->arena, json, "issuer");
	out->audience = member_text(in->arena, json, "audience");
	if (out->id == NULL || out->name == NULL || out->audience == NULL ||
	    !member_flag(json, "single_audience", true, &out->single_audience))
		return issuer_complain(in, "id, issuer or audience is missing");
	fault = profile_read(in->arena, json_object_get(json, "profile"), &out->profile);
	return fault == NULL || issuer_complain(in, fault);
}

bool issuer_read(struct issuer_reading *in, const json_t *json, struct issuer *out)
{
	const char *id = json_string_value(json_object_get(json, "id"));

	in->issuer = id == NULL ? "?" : id;
	return read_names(in, json, out) && read_algorithms(in, json, out) &&
	       read_types(in, json, out) && read_times(in, json, out) &&
	       read_levels(in, json, out) && read_proofs(in, json, out) &&
	       read_agencies(in, json, out) && read_keys(in, json, out);
}
