#ifndef AUTH_CLAIMS_H
#define AUTH_CLAIMS_H

#include <jansson.h>

#include "auth/auth.h"
#include "auth/registry.h"

/* What a token whose signature is proven may say. Each part is AUTH_OK or the reason to refuse. */

/* `aud`: ours and nobody else's, as text or as an array of one. */
enum auth_reason claims_audience(const json_t *claims, const char *audience);

/* `exp`, `iat`, `nbf`: integers, within 30 s of clock skew; fills issued_at and expires_at. */
enum auth_reason claims_times(const json_t *claims, const struct issuer *issuer, int64_t now,
			      struct identity *out);

/* Who the token speaks for, after domain.md §8.5 or, for citizens, in ID-porten's shape. */
enum auth_reason claims_identity(const struct auth_request *request, const json_t *claims,
				 const struct issuer *issuer, struct identity *out);

#endif
