#ifndef AUTH_SEAL_H
#define AUTH_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/random.h"
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

/*
 * The seal of a number, in the arena's memory. A person number is normalised first (domain.md
 * §8.1), so that however it was written its look-up hashes are the same. The number has 1 … 64
 * bytes, else NULL.
 */
const char *seal_make(const struct seal_keys *k, struct arena *a, const char *number);

/*
 * The seal of a secret of 1 … SEAL_TEXT_MAX bytes, as it is, in the arena's memory; else NULL. The
 * longest is a header of a subscription (SubscriptionHeaders in the contract: 2066 bytes).
 */
enum { SEAL_TEXT_MAX = 4096 };

const char *seal_secret(const struct seal_keys *k, struct arena *a, const char *text);

/*
 * What finds a number and cannot be opened again: its look-up hashes, "<hk>=<hex>[,<hk>=<hex>…]",
 * in the arena's memory; for rows that need no more. The number has 1 … 64 bytes, else NULL.
 */
const char *seal_lookup(const struct seal_keys *k, struct arena *a, const char *number);

/*
 * The number or secret in a seal of `len` bytes, in the arena's memory, or NULL when it is not one
 * of ours or was changed.
 */
const char *seal_open(const struct seal_keys *k, struct arena *a, const char *seal, size_t len);

/* "010190*****": the first six digits, the rest masked; six digits and less are all masked. */
const char *seal_mask(struct arena *a, const char *number);

/* HMAC-SHA-256 of a text under the current look-up key, as 64 hexadecimal digits. */
void seal_mac_hex(const struct seal_keys *k, const char *text, char out[65]);

/* A receipt (random.h) that only the keys' holder can derive from the text, the same each time. */
void seal_receipt(const struct seal_keys *k, const char *text, char out[RANDOM_RECEIPT_SIZE]);

#endif
