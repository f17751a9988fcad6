#ifndef AUTH_SIGNATURE_H
#define AUTH_SIGNATURE_H

#include <stdbool.h>

#include "auth/jwks.h"
#include "auth/token.h"

/*
 * True when the key has made the token's signature with that algorithm. The caller has seen to it
 * that the algorithm is allowed and fits the key. Plain tokens (typ JWT or none; RS and ES) go
 * through libjwt, what libjwt 1.10 cannot do (at+jwt, PS) through OpenSSL.
 */
bool signature_verify(const struct token *token, enum algorithm algorithm, const struct key *key);

#endif
