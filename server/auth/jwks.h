#ifndef AUTH_JWKS_H
#define AUTH_JWKS_H

#include <jansson.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "auth/algorithm.h"
#include "base/arena.h"

/* JSON Web Key sets (RFC 7517): public RSA and EC keys for verifying, everything else is left out.
 */
enum { JWKS_KEYS_MAX = 64, KID_MAX = 128 };

struct key {
	const char *kid;
	enum key_kind kind;
	enum algorithm only; /* the key's own `alg`; ALGORITHM_COUNT when it names none */
	EVP_PKEY *pkey;
	const char *pem; /* the same key for libjwt; NULL for a key that came alone */
};

struct jwks {
	size_t count;
	struct key *keys; /* in the arena's memory; the keys themselves are adopted by it */
};

/*
 * Reads a set `{"keys":[…]}`. A key that cannot be used (broken, private, symmetric, for
 * encryption, RSA under 2,048 bits, a point off its curve, no or a repeated `kid`) is left out
 * beside the good ones; `*why` then names the last reason (a constant, else untouched). False when
 * it is no set.
 */
bool jwks_load(struct arena *a, const json_t *json, struct jwks *out, const char **why);

/*
 * A key that comes alone (in a DPoP proof) and needs no kid: NULL, or why it cannot be used (a
 * constant). The key is adopted by the arena.
 */
const char *jwks_key(struct arena *a, const json_t *jwk, struct key *out);

/* The key with that `kid`, or NULL. */
const struct key *jwks_find(const struct jwks *set, const char *kid);

/* Whether a key may verify that algorithm: kind, curve and the key's own `alg`. */
bool jwks_key_fits(const struct key *key, enum algorithm algorithm);

#endif
