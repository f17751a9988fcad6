#ifndef AUTH_WEBHOOK_H
#define AUTH_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Signatures of what is sent to receivers, as Standard Webhooks 1.0 has them
 * (standardwebhooks.com): over "<id>.<timestamp>.<body>", `v1` with a shared secret (HMAC-SHA256)
 * and `v1a` with a key of which the receiver has the public half (Ed25519).
 */
enum { WEBHOOK_TEXT_SIZE = 52 /* prefix, 32 bytes in base64 with padding, NUL */ };

struct webhook_key {
	char secret[WEBHOOK_TEXT_SIZE];	 /* "whsec_…" */
	char signing[WEBHOOK_TEXT_SIZE]; /* "whsk_…": the Ed25519 key's seed */
	char public[WEBHOOK_TEXT_SIZE];	 /* "whpk_…" */
};

/* A new secret and a new key. */
void webhook_key_make(struct webhook_key *out);

/* What is signed. */
struct webhook_message {
	const char *id;	       /* the event's, the same for each attempt */
	const char *timestamp; /* of this attempt, seconds since 1970 */
	const char *body;
};

/*
 * "v1,<base64> v1a,<base64>" in the arena's memory; NULL when the secret or the signing key is not
 * of the form above.
 */
const char *webhook_sign(struct arena *a, const char *secret, const char *signing,
			 const struct webhook_message *m);

#endif
