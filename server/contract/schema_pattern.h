#ifndef CONTRACT_SCHEMA_PATTERN_H
#define CONTRACT_SCHEMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Regular expressions as ECMA-262 with the `u` flag reads them, on PCRE2: what the two understand
 * differently is translated or refused. Searching is bounded; a search that passes the bound counts
 * as no match.
 */
struct pattern;

/* Compiles `text`; NULL and `*why` in the arena's memory when it is not such an expression. */
struct pattern *pattern_compile(struct arena *a, const char *text, const char **why);

/* Expressions of which each is compiled once. Lives in the arena; used by one thread. */
struct pattern_set;

/* An empty one. Never NULL. */
struct pattern_set *pattern_set_new(struct arena *a);

/* As pattern_compile(), sharing with what the set has compiled before. */
const struct pattern *pattern_set_compile(struct pattern_set *set, const char *text,
					  const char **why);

/* True when the expression occurs in the UTF-8 string. Thread-safe. */
bool pattern_occurs(const struct pattern *p, const char *s, size_t len);

/* True when the bytes are an expression that pattern_compile() would take. */
bool pattern_is_valid(const char *s, size_t len);

#endif
