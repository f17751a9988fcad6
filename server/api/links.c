/* Addresses of a list's pages. */
#include "api/links.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

/* Appends the bytes, those encoded that are neither plain nor among `kept`. */
static char *put(char *at, const char *s, size_t len, const char *kept)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (is_plain(s[i]) || (c != '\0' && strchr(kept, s[i]) != NULL)) {
			*at++ = s[i];
			continue;
		}
		*at++ = '%';
		*at++ = hex[c >> 4];
		*at++ = hex[c & 15];
	}
	return at;
}

const char *links_encode(struct arena *a, const char *text)
{
	size_t len = strlen(text);
	/* an encoded byte takes three */
	char *out = arena_alloc(a, len * 3 + 1);

	put(out, text, len, "");
	return out;
}

/* Whether this piece of a query gives the cursor, however it is written. */
static bool is_cursor(const struct request *r, const char *piece, size_t len)
{
	const char *equals = memchr(piece, '=', len);
	size_t name_len = equals == NULL ? len : (size_t)(equals - piece);
	const char *name = text_percent_decode(r->arena, piece, name_len, true);

	return name != NULL && strcmp(name, "cursor") == 0;
}

const char *links_page(const struct request *r, const char *cursor)
{
	static const char reserved[] = "!$&'()*+,;=:@/?[]%";
	const char *query = r->in.raw_query == NULL ? "" : r->in.raw_query;
	size_t room = strlen(r->in.raw_path) + strlen(query) + 16;
	char joint = '?';

	room += cursor == NULL ? 0 : strlen(cursor);

	/* an encoded byte takes three */
	char *out = arena_alloc(r->arena, room * 3), *at = out;

	at = put(at, r->in.raw_path, strlen(r->in.raw_path), reserved);
	while (*query != '\0') {
		size_t len = strcspn(query, "&");

		if (len > 0 && (cursor == NULL || !is_cursor(r, query, len))) {
			*at++ = joint;
			at = put(at, query, len, reserved);
			joint = '&';
		}
		query += len + (query[len] == '&');
	}
	if (cursor == NULL)
		return out;
	*at++ = joint;
	at = mempcpy(at, "cursor=", 7);
	put(at, cursor, strlen(cursor), "");
	return out;
}
