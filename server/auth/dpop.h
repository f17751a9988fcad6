#ifndef AUTH_DPOP_H
#define AUTH_DPOP_H

#include <stdint.h>

#include "auth/auth.h"
#include "base/arena.h"

/* A proof that the bearer holds the key to which a token is bound (RFC 9449). */
struct dpop_question {
	struct arena *arena;
	const char *proof;     /* the DPoP header's text */
	const char *token;     /* the access token it goes with */
	const char *jkt;       /* thumbprint of the key that the token names */
	const char *method;    /* of the request */
	const char *target;    /* the request's address as its client sees it */
	int64_t now, window_s; /* `iat` may differ from now by so much */
};

struct dpop_proof {
	const char *digest; /* hexadecimal SHA-256 of key and `jti`: what may be used once */
	const char *nonce;  /* NULL when the proof has none */
};

/*
 * AUTH_OK and `out`, or AUTH_PROOF. That the proof was not used before, and that its nonce is ours,
 * is for the caller to see to. The proof's algorithms are those of tokens; its key stands in it.
 */
enum auth_reason dpop_verify(const struct dpop_question *question, struct dpop_proof *out);

#endif
