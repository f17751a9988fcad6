/* Opens or masks the seals of personal numbers in an answer. */
#include "api/unseal.h"

#include <string.h>

enum { PREFIX = 5 }; /* "open:", "mask:" and "seal:" alike */

static const char seal_mark[] = "seal:";

/* What stands right before and right after a text that may be a seal. */
struct between {
	char before, after;
};

/* What such a text becomes, or NULL when it is no seal of ours. */
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
 * The beginning of the next text that is a seal, with or without its projection, at or after
 * `from`; NULL when there is none. `from` is never within a seal.
 */
static const char *next_seal(const char *from, struct between b)
{
	for (const char *s = strstr(from, seal_mark); s != NULL; s = strstr(s + 1, seal_mark)) {
		size_t before = (size_t)(s - from);

		if (before >= 1 && s[-1] == b.before)
			return s;
		if (before > PREFIX && s[-PREFIX - 1] == b.before &&
		    (strncmp(s - PREFIX, "open:", PREFIX) == 0 ||
		     strncmp(s - PREFIX, "mask:", PREFIX) == 0))
			return s - PREFIX;
	}
	return NULL;
}

static const char *unseal_between(struct arena *a, const struct seal_keys *keys, const char *whole,
				  struct between b)
{
	const char *found = next_seal(whole, b);

	if (found == NULL)
		return whole;

	char *out = arena_alloc(a, strlen(whole) + 1), *at = out;

	for (; found != NULL; found = next_seal(whole, b)) {
		size_t len = strcspn(found, (const char[]){b.after, '\0'});
		const char *text = clear_text(a, keys, found, len);

		at = mempcpy(at, whole, (size_t)(found - whole));
		/* what replaces a seal is never longer than it */
		at = text == NULL ? mempcpy(at, found, len) : mempcpy(at, text, strlen(text));
		whole = found + len;
	}
	stpcpy(at, whole);
	return out;
}

const char *unseal(struct arena *a, const struct seal_keys *keys, const char *json)
{
	return unseal_between(a, keys, json, (struct between){'"', '"'});
}

const char *unseal_html(struct arena *a, const struct seal_keys *keys, const char *html)
{
	return unseal_between(a, keys, html, (struct between){'>', '<'});
}
