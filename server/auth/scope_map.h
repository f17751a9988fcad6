#ifndef AUTH_SCOPE_MAP_H
#define AUTH_SCOPE_MAP_H

#include <stdbool.h>

#include "auth/agency_entry.h"
#include "base/arena.h"

/*
 * The scopes that a token grants here, one space between: mapped by the agency's terms, for
 * machines cut to what machines may. `scope` is the token's own in the same form, or NULL when it
 * has no such claim: a person is then bound by role and matrix alone (NULL), a machine and a token
 * whose scopes are mapped have none (""). Unknown scopes are left out.
 */
const char *scope_map(struct arena *a, const struct agency_entry *terms, bool machine,
		      const char *scope);

#endif
