#ifndef AUTH_CLAIMS_H
#define AUTH_CLAIMS_H

#include <jansson.h>

#include "auth/auth.h"
#include "auth/registry.h"

/* What a token whose signature is proven may say. Each part is AUTH_OK or the reason to refuse. */

/* `aud`: ours and nobody else's, as text or as an array of one; among others where the issuer may.
 */
enum auth_reason claims_audience(const json_t *claims, const struct issuer *issuer,
				 const char *audience);

/* `exp`, `iat`, `nbf`: integers, within the issuer's clock skew; fills issued_at and expires_at. */
enum auth_reason claims_times(const json_t *claims, const struct issuer *issuer, int64_t now,
			      struct identity *out);

/* Who the token speaks for and what its bearer must prove, as the issuer's profile tells it. */
enum auth_reason claims_identity(const struct auth_request *request, const json_t *claims,
				 const struct issuer *issuer, struct identity *out);

#endif
