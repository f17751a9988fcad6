#ifndef LIB_AUDIT_H
#define LIB_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "base/arena.h"

/*
 * Verifies the sealed access log, seal by seal, without asking anybody: docs/audit.md has the form.
 * Trusts the public keys and nothing else.
 */
enum { AUDIT_KEYS_MAX = 16, AUDIT_HASH = 32, AUDIT_FAULT_SIZE = 256 };

struct audit {
	size_t key_count;
	struct audit_key {
		EVP_PKEY *key; /* in the arena's care */
		char id[17];
	} keys[AUDIT_KEYS_MAX];
	uint64_t first, last; /* numbers of the seals that were verified; 0 before the first */
	uint64_t rows, whole; /* rows followed; those compared with the log as it is now */
	unsigned char head[AUDIT_HASH]; /* after the last one */
	const char *wanted;		/* a head that must be met, in hexadecimal; or NULL */
	bool met;
	/* of the last row: nothing may come before it */
	uint64_t txid, id;
	char fault[AUDIT_FAULT_SIZE]; /* what is wrong, and where, after a failure */
};

/*
 * Reads the public keys (PEM, one after another) into an empty `audit`. False and `*why` when there
 * is none, too many, or one that is not Ed25519.
 */
bool audit_begin(struct audit *audit, struct arena *a, const char *pem, const char **why);

/*
 * Verifies the next seal; the first one may have any number. `a` is for what is needed meanwhile.
 * False: audit->fault names the first thing that is not as it was sealed.
 */
bool audit_seal(struct audit *audit, struct arena *a, const json_t *seal);

/* At the end: false when nothing was verified or the wanted head was not met. */
bool audit_end(struct audit *audit);

/* The bytes in small hexadecimal digits, in the arena's memory. */
const char *audit_hex(struct arena *a, const unsigned char *bytes, size_t size);

#endif
