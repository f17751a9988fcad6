#ifndef AUTH_SEAL_H
#define AUTH_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Personal numbers never reach PostgreSQL in clear (design §7): they travel as seals,
 *   seal:<key>:<hk>=<hex>[,<hk>=<hex>…]:<base64url(nonce|ciphertext|tag)>
 * AES-256-GCM under the current encryption key, and one HMAC-SHA-256 per look-up key, the current
 * one first, so that keys can be rotated. Keys live outside the database.
 */
struct seal_keys;

/*
 * Keys from JSON {"encryption":[{"id":"e1","key":"<base64url 32 bytes>"},…],
 * "lookup":[{"id":"h1","key":"…"},…]}; the first of each is the current one. NULL and `why` when
 * unusable. Caller frees.
 */
struct seal_keys *seal_keys_load(const char *json, char why[256]);
void seal_keys_free(struct seal_keys *k);

/* The seal of a number, in the arena's memory. */
const char *seal_make(const struct seal_keys *k, struct arena *a, const char *number);

/* The number in a seal of `len` bytes, or NULL when it is not one of ours or was changed. */
const char *seal_open(const struct seal_keys *k, struct arena *a, const char *seal, size_t len);

/* "010190*****": the first six digits, the rest masked; for numbers of any length. */
const char *seal_mask(struct arena *a, const char *number);

#endif
