#ifndef AUTH_LOG_KEY_H
#define AUTH_LOG_KEY_H

#include "base/arena.h"

/*
 * The Ed25519 key that signs the seals of the access log. It never reaches the database, so whoever
 * rules there can change the log but not sign for it. Immutable, shared by all threads.
 */
struct log_key;

enum { LOG_KEY_ID_SIZE = 17 };

/* Reads the private key's PEM. NULL and a sentence in `why` when it is none. Caller frees. */
struct log_key *log_key_load(const char *pem, char why[256]);
void log_key_free(struct log_key *key);

/* The first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes. */
const char *log_key_id(const struct log_key *key);

/* The text's signature as base64url, in the arena's memory; NULL when OpenSSL fails. */
const char *log_key_sign(const struct log_key *key, struct arena *a, const char *text);

#endif
