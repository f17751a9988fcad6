#ifndef AUTH_BASE64URL_H
#define AUTH_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Base64url of RFC 4648 §5 without padding, the only form that a token, key or seal may have. */

/*
 * Decodes strictly: no padding, no foreign character, no stray bits in the last character, so that
 * one value has one text. NULL when it is not that; else `*size` bytes in the arena, NUL after.
 */
unsigned char *base64url_decode(struct arena *a, const char *text, size_t len, size_t *size);

/* The text of `size` bytes, in the arena's memory. */
char *base64url_encode(struct arena *a, const unsigned char *bytes, size_t size);

#endif
