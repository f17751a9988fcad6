#ifndef AUTH_TARGET_H
#define AUTH_TARGET_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Whether two http(s) addresses name the same thing, as RFC 9449 wants `htu` compared: without
 * query and fragment, scheme and host in any case, the scheme's own port or none, escapes in one
 * form (RFC 3986 §6.2.2 and 6.2.3). What is no such address equals nothing.
 */
bool target_equal(struct arena *a, const char *one, const char *other);

#endif
