#ifndef AUTH_NONCE_H
#define AUTH_NONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/seal.h"

/*
 * What a DPoP proof must repeat where an issuer's entry demands it (RFC 9449 §8): a MAC of the
 * time, so that all daemons with the same keys give and know the same ones without storing any. A
 * nonce is given for NONCE_SLOT_S seconds and taken for as long again.
 */
enum { NONCE_SIZE = 33, NONCE_SLOT_S = 300 };

/* The nonce of this moment (`now`: seconds since 1970), 32 hexadecimal digits and NUL. */
void nonce_make(const struct seal_keys *keys, int64_t now, char out[NONCE_SIZE]);

enum nonce_age { NONCE_UNKNOWN, NONCE_CURRENT, NONCE_OLD /* taken, and a new one is due */ };

/* Whether we have given it, and how long ago. Any text may be asked about. */
enum nonce_age nonce_age(const struct seal_keys *keys, int64_t now, const char *nonce);

#endif
