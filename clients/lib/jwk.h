#ifndef LIB_JWK_H
#define LIB_JWK_H

#include <jansson.h>
#include <stdbool.h>

#include <openssl/evp.h>

#include "base/arena.h"

/* A private signing key: EC on P-256, P-384 or P-521, or RSA of at least 2048 bits. */
struct jwk {
	EVP_PKEY *key;	       /* in the arena's care */
	const char *kid;       /* the JWK's, else its thumbprint */
	const char *algorithm; /* the JWK's `alg`, else what fits the key: "ES256", "RS256" … */
};

/* Reads a private JWK. False and `*why` (never with key material in it) when it cannot sign. */
bool jwk_from_json(struct arena *a, const json_t *json, struct jwk *out, const char **why);

/* The same from a file. */
bool jwk_load(struct arena *a, const char *path, struct jwk *out, const char **why);

/*
 * A new EC P-256 key as a private JWK with kid, alg and use, adopted by the arena. `kid` NULL takes
 * the thumbprint (RFC 7638). NULL and `*why` when OpenSSL fails.
 */
json_t *jwk_generate(struct arena *a, const char *kid, const char **why);

/* What may be published of a private JWK, adopted by the arena. */
json_t *jwk_public(struct arena *a, const json_t *private_jwk);

/* The JWK's thumbprint by RFC 7638 with SHA-256, or NULL when members are missing. */
const char *jwk_thumbprint(struct arena *a, const json_t *jwk);

#endif
