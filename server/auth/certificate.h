#ifndef AUTH_CERTIFICATE_H
#define AUTH_CERTIFICATE_H

#include <stdbool.h>

#include "auth/thumbprint.h"
#include "base/arena.h"

/* A caller's own certificate, as the thumbprint by which tokens name it (RFC 8705, x5t#S256). */

/* Of a TLS peer: `x509` is OpenSSL's X509. False when it cannot be written out. */
bool certificate_of_peer(const void *x509, char out[THUMBPRINT_SIZE]);

/*
 * Of a header that a proxy has set, in the form of RFC 9440: the certificate's DER in base64
 * between colons. NULL when it is not that; else in the arena's memory.
 */
const char *certificate_of_header(struct arena *a, const char *value);

#endif
