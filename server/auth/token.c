/* Takes a token apart, refusing everything that two readers could understand differently. */
#include "auth/token.h"

#include <string.h>

#include "auth/base64url.h"
#include "contract/json_value.h"

static void release_json(void *json)
{
	json_decref(json);
}

/* One part as a JSON object without repeated members at any level, or NULL. */
static json_t *read_object(struct arena *a, const char *text, size_t len)
{
	size_t size;
	unsigned char *bytes = base64url_decode(a, text, len, &size);

	if (bytes == NULL || !json_fits_depth((const char *)bytes, size, TOKEN_DEPTH_MAX))
		return NULL;

	json_t *json = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);

	if (json == NULL)
		return NULL;
	arena_adopt(a, release_json, json);
	return json_is_object(json) ? json : NULL;
}

static bool read_type(struct token *out)
{
	const json_t *type = json_object_get(out->header, "typ");
	const char *name = json_string_value(type);

	out->type = TOKEN_PLAIN;
	out->has_type = type != NULL;
	if (type == NULL)
		return true;
	if (name == NULL)
		return false;
	if (strcmp(name, "at+jwt") == 0 || strcmp(name, "application/at+jwt") == 0)
		out->type = TOKEN_ACCESS;
	return out->type == TOKEN_ACCESS || strcmp(name, "JWT") == 0;
}

static enum auth_reason read_header(struct token *out)
{
	/* nothing here may bring its own key, or ask for processing that we do not do */
	static const char *const forbidden[] = {"crit", "jwk", "jku", "x5u",
						"x5c",	"b64", "zip", "enc"};
	const json_t *kid = json_object_get(out->header, "kid");

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (json_object_get(out->header, forbidden[i]) != NULL)
			return AUTH_HEADER;
	out->algorithm = json_string_value(json_object_get(out->header, "alg"));
	out->kid = json_string_value(kid);
	if (out->algorithm == NULL || (kid != NULL && out->kid == NULL))
		return AUTH_MALFORMED;
	return read_type(out) ? AUTH_OK : AUTH_HEADER;
}

enum auth_reason token_split(struct arena *a, const char *text, struct token *out)
{
	size_t len = strnlen(text, TOKEN_BYTES_MAX + 1);
	const char *first = memchr(text, '.', len);
	const char *second = first == NULL ? NULL : strchr(first + 1, '.');

	*out = (struct token){.text = text, .type = TOKEN_UNREAD};
	if (len > TOKEN_BYTES_MAX || second == NULL || strchr(second + 1, '.') != NULL)
		return AUTH_MALFORMED;
	out->signed_size = (size_t)(second - text);
	out->header = read_object(a, text, (size_t)(first - text));
	out->claims = read_object(a, first + 1, (size_t)(second - first - 1));
	out->signature =
		base64url_decode(a, second + 1, len - out->signed_size - 1, &out->signature_size);
	if (out->header == NULL || out->claims == NULL || out->signature == NULL)
		return AUTH_MALFORMED;
	return AUTH_OK;
}

enum auth_reason token_read(struct arena *a, const char *text, struct token *out)
{
	enum auth_reason reason = token_split(a, text, out);

	return reason == AUTH_OK ? read_header(out) : reason;
}
