#ifndef LIB_JWS_H
#define LIB_JWS_H

#include <jansson.h>

#include "lib/jwk.h"

/*
 * The claims as a signed token in JWS compact form, header {"alg","typ":"JWT","kid"}. Signs with
 * ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384 and PS512; NULL and `*why` otherwise.
 */
char *jws_sign(struct arena *a, const struct jwk *key, const json_t *claims, const char **why);

#endif
