/* Finds the named parameters in a statement's text. */
#include "db/scan.h"

#include <ctype.h>
#include <string.h>

enum { NAMES_MAX = sizeof(((struct scanned *)0)->names) / sizeof(char *) };

/* Comments nest in PostgreSQL. NULL when the outermost does not end. */
static const char *after_comment(const char *s)
{
	size_t depth = 0;

	for (; *s != '\0'; s++) {
		if (s[0] == '/' && s[1] == '*') {
			depth++;
			s++;
		} else if (s[0] == '*' && s[1] == '/') {
			s++;
			if (--depth == 0)
				return s + 1;
		}
	}
	return NULL;
}

/* After `$tag$ … $tag$`; `s` itself when no tag begins here, NULL when the end is missing. */
static const char *after_dollars(const char *s)
{
	size_t tag = 1;

	if (isdigit((unsigned char)s[1]))
		return s;
	while (isalnum((unsigned char)s[tag]) || s[tag] == '_')
		tag++;
	if (s[tag] != '$')
		return s;
	for (const char *end = s + tag + 1; (end = strchr(end, '$')) != NULL; end++)
		if (strncmp(end, s, tag + 1) == 0)
			return end + tag + 1;
	return NULL;
}

/* Where a quoted piece that begins at `s` ends; `s` when none begins, NULL when it never ends. */
static const char *after_quoted(const char *s)
{
	const char *end;

	switch (*s) {
	case '\'':
	case '"':
		end = strchr(s + 1, *s);
		return end == NULL ? NULL : end + 1; /* a doubled quote begins the next piece */
	case '-':
		return s[1] == '-' ? s + strcspn(s, "\n") : s;
	case '/':
		return s[1] == '*' ? after_comment(s) : s;
	case '$':
		return after_dollars(s);
	default:
		return s;
	}
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (!islower((unsigned char)s[0]))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')
		n++;
	return n;
}

/* The number of a name, noting it when it is new; 0 when there is no room. */
static size_t number_of(struct arena *a, struct scanned *out, const char *name, size_t len)
{
	for (size_t i = 0; i < out->count; i++)
		if (strlen(out->names[i]) == len && memcmp(out->names[i], name, len) == 0)
			return i + 1;
	if (out->count == NAMES_MAX)
		return 0;
	out->names[out->count++] = arena_copy(a, name, len);
	return out->count;
}

/* Writes "$n"; n has at most two digits. */
static char *put_number(char *at, size_t number)
{
	*at++ = '$';
	if (number > 9)
		*at++ = (char)('0' + number / 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

bool scan_parameters(struct arena *a, const char *sql, struct scanned *out)
{
	/* ":a" may become "$10", never more */
	char *to = arena_alloc(a, strlen(sql) * 2 + 1), *at = to;

	out->count = 0;
	while (*sql != '\0') {
		const char *end = after_quoted(sql);

		if (end == NULL)
			return false;
		if (end == sql && sql[0] == ':' && sql[1] == ':')
			end = sql + 2;

		size_t len = end == sql && *sql == ':' ? name_length(sql + 1) : 0;

		if (len == 0) {
			end += end == sql;
			at = mempcpy(at, sql, (size_t)(end - sql));
			sql = end;
			continue;
		}

		size_t number = number_of(a, out, sql + 1, len);

		if (number == 0)
			return false;
		at = put_number(at, number);
		sql += len + 1;
	}
	out->sql = to;
	return true;
}
