#ifndef AUTH_THUMBPRINT_H
#define AUTH_THUMBPRINT_H

#include <jansson.h>
#include <stdbool.h>

enum { THUMBPRINT_SIZE = 44 }; /* base64url of a SHA-256, and NUL */

/* RFC 7638 with SHA-256, of an RSA or EC key. False when a member is missing or is no base64url. */
bool thumbprint_jwk(const json_t *jwk, char out[THUMBPRINT_SIZE]);

/* base64url of the SHA-256 of some bytes: `ath` of RFC 9449, `x5t#S256` of RFC 8705. */
void thumbprint_bytes(const void *bytes, size_t size, char out[THUMBPRINT_SIZE]);

/* Whether the text has the form of a thumbprint: 43 characters of base64url. */
bool thumbprint_is_valid(const char *text);

#endif
