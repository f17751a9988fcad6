#ifndef AUTH_BINDING_H
#define AUTH_BINDING_H

#include <jansson.h>

#include "auth/auth.h"
#include "auth/registry.h"

/*
 * What the token's bearer must prove: `cnf` (RFC 7800) names a key for DPoP, or a certificate;
 * issuer and agency say what must, may or must not be there. Fills jkt, x5t, nonce and window_s. A
 * confirmation that we cannot check is refused: ignoring it would make the token worth more.
 * `terms` is NULL for citizens.
 */
enum auth_reason binding_read(struct arena *a, const json_t *claims, const struct issuer *issuer,
			      const struct agency_entry *terms, struct identity *out);

#endif
