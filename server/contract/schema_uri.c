/* References between schemas: resolving URIs and taking JSON Pointers apart, at start only. */
#include "contract/schema_uri.h"

#include <ctype.h>
#include <string.h>

/* Length of "scheme:" at the start, or 0. */
static size_t scheme_length(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '+' || s[n] == '-' || s[n] == '.')
		n++;
	return s[n] == ':' ? n + 1 : 0;
}

/* Length of "scheme://authority" at the start of an absolute URI. */
static size_t root_length(const char *s)
{
	size_t n = scheme_length(s);

	if (strncmp(s + n, "//", 2) == 0)
		n += 2 + strcspn(s + n + 2, "/?#");
	return n;
}

/* Drops the last segment that `out` has grown since `start`. */
static char *drop_segment(char *start, char *out)
{
	while (out > start && *--out != '/')
		continue;
	return out;
}

/* RFC 3986 §5.2.4 for a path that begins with a slash, in place. */
static void remove_dot_segments(char *path)
{
	char *in = path, *out = path;

	while (*in == '/') {
		size_t len = 1 + strcspn(in + 1, "/?#");
		bool one = len == 2 && in[1] == '.', two = len == 3 && strncmp(in, "/..", 3) == 0;

		if (two)
			out = drop_segment(path, out);
		if (!one && !two) {
			memmove(out, in, len);
			out += len;
		} else if (in[len] != '/') {
			*out++ = '/';
		}
		in += len;
	}
	memmove(out, in, strlen(in) + 1);
}

const char *uri_resolve(struct arena *a, const char *base, const char *reference)
{
	size_t root = root_length(base), length = strcspn(base, "#");

	if (scheme_length(reference) > 0)
		return reference;
	if (*reference == '#' || *reference == '\0')
		return arena_printf(a, "%.*s%s", (int)length, base, reference);
	if (strncmp(reference, "//", 2) == 0)
		return arena_printf(a, "%.*s%s", (int)scheme_length(base), base, reference);

	size_t directory = strcspn(base, "?#");

	while (directory > root && base[directory - 1] != '/')
		directory--;
	if (*reference == '/')
		directory = root;

	char *uri = arena_printf(a, "%.*s%s", (int)directory, base, reference);

	remove_dot_segments(uri + root);
	return uri;
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, tolower((unsigned char)c));

	return c == '\0' || found == NULL ? -1 : (int)(found - digits);
}

static void undo_percent(char *s)
{
	char *out = s;

	for (; *s != '\0'; s++, out++) {
		int high = *s == '%' ? hex_value(s[1]) : -1;
		int low = high < 0 ? -1 : hex_value(s[2]);

		*out = *s;
		if (low < 0)
			continue;
		*out = (char)(high * 16 + low);
		s += 2;
	}
	*out = '\0';
}

static void undo_tilde(char *s)
{
	char *out = s;

	for (; *s != '\0'; s++, out++) {
		*out = *s;
		if (*s == '~' && (s[1] == '0' || s[1] == '1'))
			*out = *++s == '0' ? '~' : '/';
	}
	*out = '\0';
}

const char *pointer_token(struct arena *a, const char **pointer, bool percent)
{
	size_t len = strcspn(*pointer, "/");
	char *token = arena_copy(a, *pointer, len);

	*pointer += len;
	if (percent)
		undo_percent(token);
	undo_tilde(token);
	return token;
}
