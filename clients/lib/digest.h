#ifndef LIB_DIGEST_H
#define LIB_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { DIGEST_HEX_LENGTH = 32 };

/* The first 128 bits of SHA-256, as 32 lower-case hexadecimal digits: a name for a content. */
char *digest_bytes(struct arena *a, const void *bytes, size_t size);

/* The same of what can be read from the descriptor from its start on. NULL: errno says why. */
char *digest_file(struct arena *a, int fd);

/* The digest of a text in the form of a UUID (version 8, RFC 9562): the same text, the same id. */
char *digest_uuid(struct arena *a, const char *text);

#endif
