/* Reads what issuers publish about their keys. */
#include "auth/key_document.h"

#include <stdio.h>
#include <string.h>

#include "auth/jwks.h"
#include "contract/json_value.h"

enum { DEPTH_MAX = 16 };

static json_t *parse(const char *text, size_t size)
{
	if (!json_fits_depth(text, size, DEPTH_MAX))
		return NULL;
	return json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
}

const char *key_document_set(const char *text, size_t size, json_t **set)
{
	json_t *json = parse(text, size);
	const json_t *keys = json_object_get(json, "keys");
	const char *why = NULL;

	if (json == NULL)
		why = "the key set is not JSON";
	else if (!json_is_array(keys))
		why = "the key set has no keys";
	else if (json_array_size(keys) > JWKS_KEYS_MAX)
		why = "the key set has too many keys";
	if (why != NULL)
		json_decref(json);
	else
		*set = json;
	return why;
}

const char *key_document_address(const char *text, size_t size, const char *issuer, char *url,
				 size_t room)
{
	json_t *json = parse(text, size);
	const char *name = json_string_value(json_object_get(json, "issuer"));
	const char *address = json_string_value(json_object_get(json, "jwks_uri"));
	const char *why = NULL;

	if (json == NULL)
		why = "the metadata is not JSON";
	else if (name == NULL || strcmp(name, issuer) != 0)
		why = "the metadata is another issuer's";
	else if (address == NULL || strlen(address) >= room)
		why = "the metadata names no key set";
	else
		snprintf(url, room, "%s", address);
	json_decref(json);
	return why;
}
