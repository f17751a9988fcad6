#ifndef AUTH_KEY_DOCUMENT_H
#define AUTH_KEY_DOCUMENT_H

#include <jansson.h>
#include <stddef.h>

/* What an issuer publishes: its key set (RFC 7517) and its metadata (RFC 8414, OpenID discovery).
 */

/* NULL and the set as a new reference, or what is wrong with it (a constant). */
const char *key_document_set(const char *text, size_t size, json_t **set);

/*
 * NULL and the key set's address in `url` (`room` bytes), or what is wrong with the metadata (a
 * constant). It must name the issuer exactly: else one issuer's metadata could bring another's
 * keys.
 */
const char *key_document_address(const char *text, size_t size, const char *issuer, char *url,
				 size_t room);

#endif
