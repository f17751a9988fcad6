/* Takes bounded, printable text out of claims. */
#include "auth/claim_text.h"

#include <stdint.h>
#include <string.h>

enum { CODE_MAX = 64, SCOPE_MAX_BYTES = 2048 };

/* Characters of UTF-8 that do not print: C1 controls, line separators, direction marks, BOM. */
static bool is_hidden(const unsigned char *s)
{
	if (s[0] == 0xc2)
		return s[1] < 0xa0;
	if (s[0] == 0xe2 && s[1] == 0x80)
		return (s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae);
	if (s[0] == 0xe2 && s[1] == 0x81)
		return s[2] >= 0xa0 && s[2] <= 0xaf;
	return s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
}

/* The parser has made sure that it is UTF-8 without NUL. */
static bool is_printable(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s == 0x7f || is_hidden(s))
			return false;
	return true;
}

bool claim_text(struct arena *a, const json_t *claim, size_t max, const char **out)
{
	size_t len = json_string_length(claim);

	*out = NULL;
	if (claim == NULL || json_is_null(claim))
		return true;
	if (len == 0 || len > max || !is_printable(json_string_value(claim)))
		return false;
	*out = arena_copy(a, json_string_value(claim), len);
	return true;
}

bool claim_text_or_member(struct arena *a, const json_t *claim, const char *name, const char **out)
{
	*out = NULL;
	if (!json_is_object(claim))
		return claim_text(a, claim, CODE_MAX, out);

	const json_t *member = json_object_get(claim, name);

	if (!json_is_integer(member))
		return claim_text(a, member, CODE_MAX, out);
	*out = arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(member));
	return true;
}

static bool is_flat(const json_t *claim)
{
	const char *name;
	const json_t *member;

	/* jansson's iteration takes no const, and changes nothing */
	json_object_foreach((json_t *)(uintptr_t)claim, name, member)
	{
		if (!is_printable(name))
			return false;
		if (json_is_string(member) ? !is_printable(json_string_value(member))
					   : !json_is_boolean(member))
			return false;
	}
	return true;
}

bool claim_object(struct arena *a, const json_t *claim, size_t max, const char **out)
{
	*out = NULL;
	if (!json_is_object(claim))
		return claim_text(a, claim, max, out);

	size_t size = json_dumpb(claim, NULL, 0, JSON_COMPACT);

	if (!is_flat(claim) || size == 0 || size > max)
		return false;

	char *text = arena_alloc(a, size + 1);

	json_dumpb(claim, text, size, JSON_COMPACT);
	*out = text;
	return true;
}

/* RFC 6749 §3.3 */
static bool is_scope_character(char c)
{
	return c == '!' || (c >= '#' && c <= '[') || (c >= ']' && c <= '~');
}

/* Appends the scopes of `text`, one space before each but the first; `out` has room. */
static bool append_scopes(char *out, size_t *n, const char *text, bool single)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == ' ' && !single)
			continue;
		if (!is_scope_character(text[i]))
			return false;
		if (*n > 0 && (i == 0 || text[i - 1] == ' '))
			out[(*n)++] = ' ';
		out[(*n)++] = text[i];
	}
	return true;
}

bool claim_scope(struct arena *a, const json_t *claim, const char **out)
{
	const json_t *one;
	size_t i, n = 0, room = 0;

	*out = NULL;
	if (claim == NULL || json_is_null(claim))
		return true;
	if (!json_is_array(claim) && !json_is_string(claim))
		return false;
	room = json_string_length(claim);
	json_array_foreach(claim, i, one) room += json_string_length(one) + 1;
	if (room > SCOPE_MAX_BYTES)
		return false;

	char *text = arena_alloc(a, room + 1);

	if (json_is_string(claim) && !append_scopes(text, &n, json_string_value(claim), false))
		return false;
	json_array_foreach(claim, i, one) if (!json_is_string(one) ||
					      !append_scopes(text, &n, json_string_value(one),
							     true)) return false;
	text[n] = '\0';
	*out = text;
	return true;
}
