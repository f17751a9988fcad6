#ifndef API_PROOF_H
#define API_PROOF_H

#include "api/request.h"
#include "auth/auth.h"

/* What the Authorization header holds. */
struct credential {
	const char *token;
	bool dpop; /* the scheme is DPoP, else Bearer */
};

/* What the token wants proven, from its claims or from the cache. */
struct proof_terms {
	const char *jkt, *x5t; /* NULL: nothing */
	bool nonce;
	int64_t window_s;
};

/*
 * Whether this request's sender may use the token: a token bound to a key needs the DPoP scheme and
 * a proof of that key for this very request, used once across all daemons; one bound to a
 * certificate needs that certificate on the connection, or in the header of a trusted proxy. A
 * token that is bound to nothing comes as Bearer alone. Costs nothing for that one.
 */
enum auth_reason proof_check(struct request *r, const struct credential *credential,
			     const struct proof_terms *terms);

/* The service's address as clients see it, without a slash at the end: configured, or by Host. */
const char *proof_base(struct request *r);

#endif
