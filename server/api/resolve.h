#ifndef API_RESOLVE_H
#define API_RESOLVE_H

#include <stdbool.h>

#include "api/principal.h"
#include "api/request.h"
#include "auth/auth.h"

/*
 * Fills the principal with what the staff register (of a citizen: the patients') knows of the
 * token's subject. False when there is nobody, or nobody in one role: answered with 403; or when
 * the database is away: 503.
 */
bool resolve(struct request *r, const struct identity *id, struct principal *p);

#endif
