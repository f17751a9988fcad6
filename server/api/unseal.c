/* Opens or masks the seals of personal numbers in an answer. */
#include "api/unseal.h"

#include <string.h>

static const char seal_mark[] = "seal:";

/* The text that a JSON string beginning at `s` (after its quote) becomes, or NULL when it is no
 * seal. */
static const char *clear_text(struct arena *a, const struct seal_keys *keys, const char *s,
			      size_t len)
{
	bool open = strncmp(s, "open:", 5) == 0;

	if (open || strncmp(s, "mask:", 5) == 0) {
		s += 5;
		len -= 5;
	}

	const char *number = seal_open(keys, a, s, len);

	if (number == NULL)
		return NULL;
	return open ? number : seal_mask(a, number);
}

/* The next quote that is followed by a seal, with or without its projection. */
static const char *next_seal(const char *s)
{
	for (s = strstr(s, seal_mark); s != NULL; s = strstr(s + 1, seal_mark)) {
		if (s[-1] == '"')
			return s;
		if (s[-1] == ':' &&
		    (strncmp(s - 6, "\"open:", 6) == 0 || strncmp(s - 6, "\"mask:", 6) == 0))
			return s - 5;
	}
	return NULL;
}

const char *unseal(struct arena *a, const struct seal_keys *keys, const char *json)
{
	const char *found = strlen(json) < 12 ? NULL : next_seal(json + 6);

	if (found == NULL)
		return json;

	char *out = arena_alloc(a, strlen(json) + 1), *at = out;

	for (; found != NULL; found = next_seal(json + 6)) {
		size_t len = strcspn(found, "\"");
		const char *text = clear_text(a, keys, found, len);

		at = mempcpy(at, json, (size_t)(found - json));
		if (text == NULL)
			at = mempcpy(at, found, len);
		else
			at = mempcpy(at, text, strlen(text)); /* never longer than its seal */
		json = found + len;
		if (strlen(json) < 12)
			break;
	}
	memcpy(at, json, strlen(json));
	return out;
}
