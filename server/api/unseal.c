/* Opens or masks the seals of personal numbers in an answer. */
#include "api/unseal.h"

#include <string.h>

enum { PREFIX = 5 }; /* "open:", "mask:" and "seal:" alike */

static const char seal_mark[] = "seal:";

/* What the text of a JSON string becomes, or NULL when it is no seal of ours. */
static const char *clear_text(struct arena *a, const struct seal_keys *keys, const char *s,
			      size_t len)
{
	bool open = strncmp(s, "open:", PREFIX) == 0;

	if (open || strncmp(s, "mask:", PREFIX) == 0) {
		s += PREFIX;
		len -= PREFIX;
	}

	const char *number = seal_open(keys, a, s, len);

	if (number == NULL)
		return NULL;
	return open ? number : seal_mask(a, number);
}

/*
 * The beginning of the next JSON string that is a seal, with or without its projection, at or after
 * `from`; NULL when there is none. `from` is never within a seal.
 */
static const char *next_seal(const char *from)
{
	for (const char *s = strstr(from, seal_mark); s != NULL; s = strstr(s + 1, seal_mark)) {
		size_t before = (size_t)(s - from);

		if (before >= 1 && s[-1] == '"')
			return s;
		if (before > PREFIX && (strncmp(s - PREFIX - 1, "\"open:", PREFIX + 1) == 0 ||
					strncmp(s - PREFIX - 1, "\"mask:", PREFIX + 1) == 0))
			return s - PREFIX;
	}
	return NULL;
}

const char *unseal(struct arena *a, const struct seal_keys *keys, const char *json)
{
	const char *found = next_seal(json);

	if (found == NULL)
		return json;

	char *out = arena_alloc(a, strlen(json) + 1), *at = out;

	for (; found != NULL; found = next_seal(json)) {
		size_t len = strcspn(found, "\"");
		const char *text = clear_text(a, keys, found, len);

		at = mempcpy(at, json, (size_t)(found - json));
		/* what replaces a seal is never longer than it */
		at = text == NULL ? mempcpy(at, found, len) : mempcpy(at, text, strlen(text));
		json = found + len;
	}
	stpcpy(at, json);
	return out;
}
