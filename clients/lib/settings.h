#ifndef LIB_SETTINGS_H
#define LIB_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * A program's configuration file: "[section]" lines and "key = value" lines, UTF-8, comments on
 * lines of their own that begin with # or ;. A value goes to the end of its line, without the space
 * around it. Strict: a section or key that the program does not know, one that stands twice, a
 * value that is not what its key takes, are errors with the line's number.
 */

/* A whole number within least … most; `fallback` when the file has none. */
struct setting_number {
	const char *fallback;
	long least, most;
};

/* One key that a program knows, and what it takes: any text, unless another member says more. */
struct setting_spec {
	const char *name; /* "section.key"; "section.*" takes any key, as names of columns are */
	const char *fallback; /* the value when the file has none; NULL: none */
	bool required;
	bool is_path; /* taken relative to the file's own directory; made absolute or kept "" */
	const char *choices; /* one of these, with | between; the first when the file has none */
	const struct setting_number *number;
};

struct setting {
	const char *name, *value; /* "section.key" */
};

/* What a file says. Lives in the arena that it was read into. */
struct settings {
	const char *path;
	const struct setting_spec *specs; /* ended by a nameless one */
	size_t count;
	struct setting *list;
};

/* False and `*why` ("file, line 3: …") when the file cannot be read or says what it may not. */
bool settings_read(struct arena *a, const char *path, const struct setting_spec *specs,
		   struct settings *out, const char **why);

/* The same from a text, which is taken apart; out->path and out->specs are filled in. */
bool settings_parse(struct arena *a, char *text, struct settings *out, const char **why);

/* The value of "section.key", its fallback, or NULL. */
const char *settings_text(const struct settings *s, const char *name);

/* The value of a key that takes a number. */
long settings_number(const struct settings *s, const char *name);

#endif
