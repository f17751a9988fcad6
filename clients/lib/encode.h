#ifndef LIB_ENCODE_H
#define LIB_ENCODE_H

#include <stddef.h>

#include "base/arena.h"

/* base64url without padding (RFC 7515 §2). */
char *encode_base64url(struct arena *a, const unsigned char *bytes, size_t count);

/* The bytes of a base64url text, `*count` of them; NULL when it is not base64url. */
unsigned char *decode_base64url(struct arena *a, const char *text, size_t *count);

/* Percent-encoded for a path segment or a query value: all but RFC 3986's unreserved. */
char *encode_percent(struct arena *a, const char *s);

/* 128 random bits as a version 4 UUID: token ids, idempotency keys. Ends the process without a
 * source of randomness. */
char *encode_random_uuid(struct arena *a);

#endif
