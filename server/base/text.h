#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Whether `len` bytes are well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF. */
bool text_is_utf8(const char *s, size_t len);

/*
 * The `len` bytes with every %XX replaced by its byte (RFC 3986, 2.1), NUL-terminated in the arena;
 * with `plus_is_space` also + by a space, as in the query of a form. NULL when an escape is
 * malformed, when the result would hold a NUL, or when it is not UTF-8.
 */
char *text_percent_decode(struct arena *a, const char *s, size_t len, bool plus_is_space);

#endif
